"""What is narrowed while notebooks still run is what would be narrowed at the end, and only of the same tables."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pandas as pd
import pytest

from salesnb.runs.settings import Settings
from salesnb.runs.spare import Spare
from salesnb.versions.manifest import TableEntry
from salesnb.versions.narrow import RULES, narrowed
from salesnb.versions.readers import readers
from salesnb.versions.tables import write_table

PEOPLE = pd.DataFrame(
    {
        "person_id": ["P1", "P2"],
        "name": ["甲", "乙"],
        "region_id": ["north", "south"],
        "team_id": ["T1", "T2"],
        "from_date": pd.to_datetime(["2024-01-01", "2024-01-01"]),
        "to_date": pd.Series([pd.NaT, pd.NaT]),
        "left_date": pd.Series([pd.NaT, pd.NaT]),
    }
)
CELLS = pd.DataFrame(
    {
        "plan": "2024",
        "region_id": ["north", "north", "south"],
        "team_id": ["T1", "T1", "T2"],
        "person_id": ["P1", "P1", "P2"],
        "product_line": "A",
        "month": "2024-01",
        "currency": "CNY",
        "target_minor": [100, 50, 70],
    }
)
WEEKS = pd.DataFrame({"person_id": ["P1", "P2"], "target_minor": [1, 2]})


def _settings() -> Settings:
    audiences = SimpleNamespace(levels=("region", "person"), managers_see_pay=False)
    params = SimpleNamespace(company=SimpleNamespace(audiences=audiences))
    return cast(Settings, SimpleNamespace(params=params, as_of=date(2024, 6, 30)))


def _written(stage: Path) -> dict[str, TableEntry]:
    frames = {"people": PEOPLE, "target_cells": CELLS, "target_weeks": WEEKS}
    found = {}
    for name, frame in frames.items():
        digest = write_table(stage / "tables", name, frame, keys=())
        found[name] = TableEntry(rows=len(frame), sha256=digest, keys=[], writer="30_decomposition")
    return found


def _stepped(spare: Spare, tables: dict[str, TableEntry]) -> Spare:
    for _ in range(1000):
        if not spare.step(tables):
            return spare
    raise AssertionError("it never comes to an end")


def test_parts_made_beforehand_are_those_made_at_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = _written(tmp_path)
    spare = _stepped(Spare(_settings(), tmp_path), tables)
    spare.settle(tables)
    asked = [(reader, name) for reader in readers(PEOPLE, date(2024, 6, 30), ("region", "person"))
             for name in ("target_cells", "target_weeks")]  # fmt: skip
    expected = [narrowed(name, spare.shown(name), reader) for reader, name in asked]
    made: list[str] = []
    monkeypatch.setattr("salesnb.versions.narrow.part_of", lambda *given: made.append(str(given)))
    for (reader, name), frame in zip(asked, expected, strict=True):
        found = spare.own(name, spare.shown(name), reader, RULES[name])
        assert frame is not None and found is not None and frame.equals(found.frame)
    assert not made
    assert spare.shown("target_cells")["target_minor"].tolist() == [150, 70]


def test_parts_of_another_table_are_forgotten(tmp_path: Path) -> None:
    tables = _written(tmp_path)
    spare = _stepped(Spare(_settings(), tmp_path), tables)
    digest = write_table(tmp_path / "tables", "target_weeks", WEEKS.assign(target_minor=[3, 4]), keys=())
    spare.settle(tables | {"target_weeks": tables["target_weeks"].model_copy(update={"sha256": digest})})
    own = next(r for r in readers(PEOPLE, date(2024, 6, 30), ("person",)) if r.node == "P2")
    part = spare.own("target_weeks", spare.shown("target_weeks"), own, RULES["target_weeks"])
    assert part is not None and part["target_minor"] == [4]


def test_what_cannot_be_read_is_left_to_whoever_needs_it(tmp_path: Path) -> None:
    tables = _written(tmp_path)
    (tmp_path / "tables" / "people.parquet").write_bytes(b"torn")
    spare = Spare(_settings(), tmp_path)
    assert not any(spare.step(tables) for _ in range(3))
