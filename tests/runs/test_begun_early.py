"""A notebook begins on a table that is handed on; what counts is the same as if it had waited."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from salesnb.runs.progress import Progress
from salesnb.runs.run import Outcome, run
from salesnb.runs.settings import Request
from salesnb.versions.tables import handed_on, read_table, take_back
from tests.runs.tiny_workbook import Workbook

_HAND = """\
import os, time
from pathlib import Path
import pandas as pd
from salesnb.versions.tables import hand_on, read_table, write_table
stage = Path(os.environ["SALESNB_STAGE"])
def rows(value): return pd.DataFrame({{"net_minor": [value]}})
hand_on(stage, "a", rows({value}))
until = time.time() + 60
while not os.path.exists({mark!r}) and time.time() < until: time.sleep(0.02)
assert os.path.exists({mark!r}), "nobody began"
"""
_READ = """\
import os, time
from pathlib import Path
from salesnb.versions.tables import read_table, write_table
stage = Path(os.environ["SALESNB_STAGE"])
found = read_table(stage / "tables", "a")
with open({mark!r}, "a") as out: out.write(f"{{found['net_minor'].sum()}} ")
{then}
write_table(stage / "tables", {to!r}, found)
"""


def _play(workbook: Workbook, first: str, then: str = "", jobs: int = 2) -> tuple[Outcome, list[str]]:
    """A writer that waits for its reader, a reader and who reads from that one; the marks that the reader left."""
    mark = str(workbook.root / "mark")
    workbook.notebook("10_w", _HAND.format(value=1, mark=mark), first, writes=["a"])
    workbook.notebook("20_r", _READ.format(mark=mark, to="b", then=then), reads=["a"], writes=["b"])
    last = _READ.format(mark=str(workbook.root / "last"), to="c", then="")
    workbook.notebook("30_l", last.replace('"tables", "a"', '"tables", "b"'), reads=["b"], writes=["c"])
    outcome = run(Request("u", "2024", jobs=jobs), Progress())
    return outcome, Path(mark).read_text().split()


def _events(folder: Path) -> list[tuple[str, str]]:
    lines = [json.loads(line) for line in (folder / "run.jsonl").read_text(encoding="utf-8").splitlines()]
    return [(line["event"], line.get("notebook", "")) for line in lines]


def test_a_table_that_was_handed_on_lets_its_reader_begin(workbook: Workbook) -> None:
    outcome, read = _play(workbook, 'write_table(stage / "tables", "a", rows(1))')
    assert outcome.version == "v001" and read == ["1"]
    events = _events(outcome.folder)
    assert events.index(("running", "20_r")) < events.index(("done", "10_w")) < events.index(("done", "20_r"))
    assert sorted(workbook.manifest()["tables"]) == ["a", "b", "c"]
    assert not any(outcome.folder.rglob("*.handed"))


def test_a_reader_of_another_table_than_the_last_runs_again(workbook: Workbook) -> None:
    outcome, read = _play(workbook, 'time.sleep(0.5); write_table(stage / "tables", "a", rows(2))')
    assert outcome.version == "v001" and read == ["1", "2"]
    for name in ("b", "c"):
        assert read_table(outcome.folder / "tables", name)["net_minor"].tolist() == [2]
    assert ("dropped", "20_r") in _events(outcome.folder)


@pytest.mark.long
def test_a_reader_that_still_runs_is_ended_and_runs_again(workbook: Workbook) -> None:
    slow = "import time; time.sleep(30 if found['net_minor'].sum() == 1 else 0)"
    outcome, read = _play(workbook, 'write_table(stage / "tables", "a", rows(2))', slow)
    assert outcome.version == "v001" and read == ["1", "2"]


_LATE = [pytest.param(cell, marks=pytest.mark.long) for cell in ("time.sleep(30)", "raise ValueError('mine')")]


@pytest.mark.parametrize("then", ["", *_LATE])
def test_whoever_began_on_a_failed_notebook_is_stopped(workbook: Workbook, then: str) -> None:
    outcome, read = _play(workbook, "time.sleep(1); raise ValueError('theirs')", then)
    assert outcome.state == "failed" and read == ["1"]
    assert [(failure.notebook, failure.message) for failure in outcome.failures] == [("10_w", "theirs")]
    states = json.loads((outcome.folder / "manifest.json").read_text(encoding="utf-8"))["notebooks"]
    assert [states[name]["state"] for name in ("10_w", "20_r", "30_l")] == ["failed", "stopped", "stopped"]
    assert not any((outcome.folder / "tables").iterdir())
    assert [path.stem for path in (outcome.folder / "notebooks").iterdir()] == ["10_w"]


@pytest.mark.long
def test_a_failure_of_the_reader_is_its_own(workbook: Workbook) -> None:
    outcome, _ = _play(workbook, 'write_table(stage / "tables", "a", rows(1))', "raise ValueError('mine')")
    assert [(failure.notebook, failure.message) for failure in outcome.failures] == [("20_r", "mine")]


def test_only_what_the_run_waits_for_is_handed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesnb.versions.tables import AWAITED, hand_on, write_table

    frame = pd.DataFrame({"net_minor": [3, 1]})
    hand_on(tmp_path, "a", frame)
    assert not any(tmp_path.iterdir())
    monkeypatch.setenv(AWAITED, "a b")
    hand_on(tmp_path, "a", frame)
    assert handed_on(tmp_path, "a") == write_table(tmp_path / "tables", "a", frame) and not handed_on(tmp_path, "b")
    take_back(tmp_path, "a")
    assert not any(path.is_file() for path in tmp_path.rglob("*"))


def _conditional(workbook: Workbook, caps: str, writer: str) -> Outcome:
    """Two notebooks that meet, where the second reads a table of the first only with a parameter."""
    (workbook.root / "params" / "u" / "decomposition.yaml").write_text(f"schema: 1\n{caps}", encoding="utf-8")
    mark = str(workbook.root / "mark")
    waits = _HAND.format(value=1, mark=mark).replace('hand_on(stage, "a", rows(1))\n', "")
    workbook.notebook("10_w", waits, writer, writes=["a"])
    workbook.notebook("20_r", f"open({mark!r}, 'w').close()", reads=["a"], only_with={"a": "decomposition.caps"})
    return run(Request("u", "2024", jobs=2, cell_seconds=5), Progress())


def test_nobody_waits_for_a_table_he_will_not_read(workbook: Workbook) -> None:
    outcome = _conditional(workbook, "", 'write_table(stage / "tables", "a", rows(1))')
    assert outcome.version == "v001", outcome.failures
    assert workbook.manifest()["notebooks"]["20_r"]["parts"]["tables"], "its key still holds the table"
    (workbook.root / "mark").unlink()
    assert run(Request("u", "2024", jobs=2), Progress()).state == "unchanged"


@pytest.mark.long
def test_a_failure_stops_also_who_did_not_wait(workbook: Workbook) -> None:
    outcome = _conditional(workbook, "", "time.sleep(1); raise ValueError('theirs')")
    assert [(failure.notebook, failure.message) for failure in outcome.failures] == [("10_w", "theirs")]
    states = json.loads((outcome.folder / "manifest.json").read_text(encoding="utf-8"))["notebooks"]
    assert states["20_r"]["state"] == "stopped"


@pytest.mark.long
def test_who_will_read_a_table_waits_for_it(workbook: Workbook) -> None:
    outcome = _conditional(workbook, "caps: {hard: false}\n", 'write_table(stage / "tables", "a", rows(1))')
    assert [(failure.notebook, failure.kind) for failure in outcome.failures] == [("10_w", "timeout")]
