"""A workbook whose sheets were made while notebooks ran is the one made at the end, byte for byte."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest

from salesnb.model.errors import DataError, Text
from salesnb.model.lexicon import Lexicon
from salesnb.report.spoken import speaking
from salesnb.runs import workbook
from salesnb.runs.dag import Plan
from salesnb.runs.settings import Settings
from salesnb.runs.workbook import Report, Tables
from salesnb.versions.manifest import Manifest, TableEntry
from salesnb.versions.tables import write_table

FRAMES = {
    "own_costs": pd.DataFrame({"row_id": ["b", "a"], "cost_minor": [150, 250], "said": ["华东", None]}),
    "own_days": pd.DataFrame({"row_id": ["a"], "start_date": pd.to_datetime(["2024-03-01"]), "left_rate": [0.25]}),
    "own_last": pd.DataFrame({"row_id": ["x"], "said": ["华东"]}),
}
PLAN = cast(Plan, SimpleNamespace(notebooks=[SimpleNamespace(writes=("own_days", "own_costs")),
                                             SimpleNamespace(writes=("own_last", "own_never"))]))  # fmt: skip


def _settings(monkeypatch: pytest.MonkeyPatch, said: Lexicon) -> Settings:
    monkeypatch.setattr(workbook, "lexicon", lambda *_: said)
    company = SimpleNamespace(currency="CNY", name=Text("甲公司", "A Ltd."))
    return cast(Settings, SimpleNamespace(lang="zh", params=SimpleNamespace(company=company)))


def _stands(folder: Path, name: str, frame: pd.DataFrame) -> TableEntry:
    return TableEntry(rows=len(frame), sha256=write_table(folder / "tables", name, frame, keys=["row_id"]))


def _written(report: Report, stage: Path, entries: dict[str, TableEntry], said: Lexicon) -> bytes:
    manifest = cast(Manifest, SimpleNamespace(tables=entries, period="2024", version="v002", as_of="", headline="好"))
    with speaking(said):
        report.write(manifest, stage, Tables(stage / "tables"))
    return (stage / "report.xlsx").read_bytes()


@pytest.mark.parametrize("beforehand", [0, 1, 2, 3])
def test_sheets_made_beforehand_are_those_made_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beforehand: int
) -> None:
    said = Lexicon({"华东": "东区"}, "zh")
    settings = _settings(monkeypatch, said)
    entries = {name: _stands(tmp_path, name, frame) for name, frame in FRAMES.items()}
    known = dict(list(entries.items())[:beforehand])
    report = Report(settings, PLAN)
    while report.grow(known, Tables(tmp_path / "tables")):
        pass
    made = _written(report, tmp_path, entries, said)
    assert made == _written(Report(settings, PLAN), tmp_path, entries, said)
    book = pd.read_excel(tmp_path / "report.xlsx", sheet_name=None, header=None, engine="openpyxl")
    assert list(book) == ["封面", "own_costs", "own_days", "own_last", "口径与单位"]
    assert book["own_costs"].iloc[1, 1] == 2.5


@pytest.mark.parametrize("what", ["table", "words"])
def test_what_has_changed_meanwhile_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    said = Lexicon({}, "zh")
    settings = _settings(monkeypatch, said)
    entries = {name: _stands(tmp_path, name, frame) for name, frame in FRAMES.items()}
    report = Report(settings, PLAN)
    while report.grow(entries, Tables(tmp_path / "tables")):
        pass
    if what == "table":
        entries["own_costs"] = _stands(tmp_path, "own_costs", FRAMES["own_costs"].assign(cost_minor=[9, 8]))
    else:
        said = Lexicon({"华东": "东区"}, "zh")
    made = _written(report, tmp_path, entries, said)
    assert made == _written(Report(settings, PLAN), tmp_path, entries, said)


def test_a_sheet_that_cannot_be_made_is_told_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = Lexicon({}, "zh")
    settings = _settings(monkeypatch, said)
    entries = {name: _stands(tmp_path, name, frame) for name, frame in FRAMES.items()}
    monkeypatch.setattr("salesnb.report.excel.MAX_ROWS", 2)
    report = Report(settings, PLAN)
    entries["own_costs"] = entries["own_costs"].model_copy(update={"rows": 1})
    for attempt in (lambda: report.grow(entries, Tables(tmp_path / "tables")),
                    lambda: _written(report, tmp_path, entries, said)):  # fmt: skip
        with pytest.raises(DataError):
            attempt()
    assert not (tmp_path / "report.xlsx").exists()
