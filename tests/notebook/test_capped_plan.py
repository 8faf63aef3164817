"""A plan capped by measured capacity, from feasibility to the page: both notebooks, in one run's folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from salesnb.methods.projection.threads import one_thread

ROOT = Path(__file__).resolve().parents[2]
CAPS = """
caps:
  levels: [team, person]
  at: high
  strength: should
"""


def played(name: str, period: str, only: tuple[str, ...]) -> dict[str, Any]:
    """The names a notebook leaves behind after its cells ran: the first ones, ``only`` these questions, the writing."""
    names: dict[str, Any] = {"unit": "sample", "period": period, "as_of": "", "lang": "zh"}
    for cell in json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]:
        source, tags = "".join(cell["source"]), cell["metadata"].get("tags", [])
        if cell["cell_type"] != "code" or {"parameters", "interactive"} & set(tags):
            continue
        if source.startswith("book.") and not source.startswith(("book.write", *only)):
            continue
        exec(compile(source, name, "exec"), names)
    return names


@pytest.mark.long
def test_caps_from_capacity_bind_in_the_plans_notebook(
    sample_folders: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, folder in sample_folders.items():
        monkeypatch.setenv(variable, folder)
    shutil.copytree(Path(sample_folders["SALESNB_PARAMS"]) / "sample", tmp_path / "sample")
    rules = tmp_path / "sample" / "decomposition.yaml"
    rules.write_text(rules.read_text(encoding="utf-8") + CAPS, encoding="utf-8")
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path))
    monkeypatch.setenv("SALESNB_STAGE", str(tmp_path / "stage"))
    with one_thread():
        played("20_feasibility", "2024", ("book.capacity",))
        book = played("30_decomposition", "2024", ("book.answer", "book.rules", "book.conflicts"))["book"]
    status = book.rule_status[book.rule_status["rule_id"].str.startswith("capacity-")].set_index("rule_id")
    people = [name for name in status.index if name.startswith("capacity-person-")]
    assert len(people) >= 30 and any(name.startswith("capacity-team-") for name in status.index)
    held = status[status["status"] != "relaxed"]
    targets = book.plan.by("person_id").set_index("person_id")["target_minor"]
    grain = book.problem.grain
    for name in [name for name in held.index if name in people]:
        carried = targets[name.removeprefix("capacity-person-")]
        assert carried <= held.loc[name, "asked_high"] * book.scale + grain, f"{name} carries more than it can"
    assert (status["status"] == "binding").any(), "some cap must matter, or the test shows nothing"
    assert not book.ledger["fault_count"].any()
    assert "不超过测算产能" in str(book.rules().table) and "遗漏 0，重叠 0，重复计算 0" in book.coherence().text()
