"""``salesnb diff --page``: any two versions as a page beside them, found from the index."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from salesnb.__main__ import main
from tests.versions.targets_company import Company, cells, company


@pytest.fixture
def firm(home: Path) -> Company:
    """Three versions; between the first and the last cells, a parameter, a program file and a data file changed."""
    made = company(home)
    for number in (1, 2, 3):
        folder = made.version(number, cells(m08=number))
        path = folder / "manifest.json"
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["data"] = {"data/订单.csv": f"{number}" * 64}
        manifest["code"]["files"] = {"salesnb/stages/goals.py": f"{number}" * 16}
        path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
        text = f"schema: 1\nfiles:\n  review.yaml:\n    alert_behind: 0.{number}\n"
        (folder / "params.yaml").write_text(text, encoding="utf-8")
    return made


def test_any_two_versions_become_a_page_and_versions_stay_as_they_were(
    firm: Company, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = firm.period().path
    before = {p: p.read_bytes() for p in folder.glob("v*/**/*") if p.is_file()}
    assert main(["diff", "u", "2024", "v1", "v003", "--page"]) == 0
    assert "outputs/u/2024/compare/v001-v003.html" in capsys.readouterr().out
    assert {p: p.read_bytes() for p in folder.glob("v*/**/*") if p.is_file()} == before
    page = (folder / "compare" / "v001-v003.html").read_text(encoding="utf-8")
    for words in (
        "旧：第 1 版",
        "新：第 3 版",
        "alert_behind",
        "0.1",
        "0.3",
        "data/订单.csv",
        "salesnb/stages/goals.py",
    ):
        assert words in page, words
    changes = (folder / "compare" / "v001-v003.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert changes[0] == "what,table,key,column,old,new,change" and len(changes) > 4
    assert all(f'href="../../2024/{side}/' in page for side in ("v001", "v003")), "both sides are one click away"
    index = (firm.root / "outputs" / "index.html").read_text(encoding="utf-8")
    assert "u/2024/compare/v001-v003.html" in index
    assert main(["diff", "u", "2024", "v003", "v001", "--page"]) == 0, "backwards too"


def test_two_equal_versions_say_so(firm: Company) -> None:
    assert main(["diff", "u", "2024", "v002", "v002", "--page"]) == 0
    page = (firm.period().path / "compare" / "v002-v002.html").read_text(encoding="utf-8")
    assert "两个版本完全相同" in page


def test_a_version_that_is_not_there_is_wrong_use(firm: Company, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "u", "2024", "v001", "v009", "--page"]) == 2
    assert "已有：v001, v002, v003" in capsys.readouterr().err
    assert main(["diff", "u", "../2024", "--page"]) == 2
    assert not (firm.period().path / "compare").exists()
