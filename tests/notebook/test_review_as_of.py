"""March read in December is March: later decisions change nothing, and what was booked late stands apart."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from salesnb.notebook import review
from salesnb.versions.tables import write_table

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("pace_table", "metric_table", "nodes_table", "alerts_table", "landing_table", "improvements_table",
          "restated_table", "whys_table")  # fmt: skip
LATER = """schema: 1
period: 2024-03
whys:
  - {finding: 王磊, answers: [客户都转给了别人], by: 李明, decided: 2024-11-01}
alerts:
  - {alert: "2024:person_id:XS012", owner: XS010, action: 补拜访, due: 2024-12-01, state: doing, decided: 2024-11-01}
improvements:
  - {id: later, text: 年底再说, owner: XS010, due: 2024-12-31, state: doing, decided: 2024-11-01, by: 李明}
remarks:
  - {text: 后来才知道, by: 李明, decided: 2024-11-01}
strategies:
  - {strategy: bplus-launch, text: 后来看有效, by: 李明, decided: 2024-11-01}
lessons:
  - {text: 后来才写的经验, by: 李明, decided: 2024-11-01}
"""
SKIPPED = {"parameters", "interactive"}


def published(folder: Path, book: Any) -> dict[str, bytes]:
    """Every file of the tables a review of its core questions writes."""
    from salesnb.model.tables import contract

    for attribute in TABLES:
        getattr(book, attribute)
    for name, frame in book.tables.items():
        write_table(folder, name, frame, contract(name).keys)
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def everything(folder: Path) -> dict[str, bytes]:
    """Every file of every table the review of March writes, and every answer of its page, said in words and markup."""
    from salesnb.model.tables import contract

    cells = json.loads((ROOT / "notebooks" / "50_review.ipynb").read_text(encoding="utf-8"))["cells"]
    book = review.open("sample", "2024-03")
    answers: dict[str, bytes] = {}
    for cell in cells:
        source = "".join(cell["source"])
        asked = cell["cell_type"] == "code" and not SKIPPED & set(cell["metadata"].get("tags", []))
        if asked and source.startswith("book.") and not source.startswith("book.write("):
            answer = eval(compile(source, cell["id"], "eval"), {"book": book})
            answers[cell["id"]] = str(answer.html()).encode()
    for name, frame in book.tables.items():
        write_table(folder, name, frame, contract(name).keys)
    files = {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
    assert len(answers) > 25 and len(files) > 60
    return answers | files


def decided(params: Path) -> dict[str, bytes]:
    """Everything people wrote or approved."""
    folder = params / "sample"
    files = {path.relative_to(folder): path for path in sorted(folder.rglob("*")) if path.is_file()}
    made = {name: path for name, path in files.items() if name.parts[0] != "data" and not name.parts[0].startswith(".")}
    return {name.as_posix(): path.read_bytes() for name, path in made.items()}


def stricter(params: Path) -> None:
    """A line decided in October that would have raised many more alerts in March."""
    file = params / "sample" / "review.yaml"
    text = file.read_text(encoding="utf-8")
    old = "  alert_behind:\n    unit: ratio\n    values:\n"
    assert old in text
    new = old + "      - {from: 2024-01-01, value: 0.02, decided: 2024-10-01, by: 销售总监 周志远}\n"
    file.write_text(text.replace(old, new), encoding="utf-8")
    (params / "sample" / "periods" / "2024-03.yaml").write_text(LATER, encoding="utf-8")


def test_march_is_march_whatever_is_decided_later(sample_folders, monkeypatch, tmp_path) -> None:
    for name, value in sample_folders.items():
        monkeypatch.setenv(name, value)
    book = review.open("sample", "2024-03")
    assert str(book.as_of) == "2024-04-05", "five days after the month, though it is July"
    before = published(tmp_path / "before", book)
    shutil.copytree(sample_folders["SALESNB_PARAMS"], tmp_path / "params")
    stricter(tmp_path / "params")
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    assert published(tmp_path / "after", review.open("sample", "2024-03")) == before
    june = review.open("sample", "2024-03", "2024-06-30")
    assert len(june.restated_table) == 3, "read with later knowledge, it says what has moved since"
    late = june.restated_table
    assert (late["reported_minor"] + late["late_minor"] + late["returned_minor"] == late["known_minor"]).all()
    assert int(late["known_minor"].sum()) == june.sales["2024"] > book.sales["2024"]


@pytest.mark.long
def test_march_is_march_in_december_on_every_table_and_in_every_answer(sample_folders, monkeypatch, tmp_path) -> None:
    for name, value in sample_folders.items():
        monkeypatch.setenv(name, value)
    before = everything(tmp_path / "before")
    kept = shutil.ignore_patterns("data", ".data*", "targets")
    shutil.copytree(sample_folders["SALESNB_PARAMS"], tmp_path / "params", ignore=kept)
    stricter(tmp_path / "params")
    company = tmp_path / "params" / "sample" / "company.yaml"
    text = company.read_text(encoding="utf-8")
    assert "today: 2024-07-04" in text
    company.write_text(text.replace("today: 2024-07-04", "today: 2024-12-20"), encoding="utf-8")
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))
    said = decided(tmp_path / "params")
    december = everything(tmp_path / "december")
    assert sorted(december) == sorted(before)
    changed = [name for name in before if before[name] != december[name]]
    assert set(changed) <= {"quality-code"}, "what the import read and set aside is the import's, whenever it was made"
    assert decided(tmp_path / "params") == said, "a review proposes and changes nothing by itself"
