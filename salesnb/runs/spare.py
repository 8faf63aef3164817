"""What is made of tables that stand while the last notebooks still run: what regions and people may see of them, and
sheets of the workbook.

It only ever spares time: the same is made at the end of whatever is not there yet, or was made of another table.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.runs.dag import Plan
from salesnb.runs.settings import Settings
from salesnb.runs.workbook import Report, Tables
from salesnb.versions.part import Part, Whole

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.versions.manifest import TableEntry
    from salesnb.versions.narrow import Rule
    from salesnb.versions.readers import Reader

CELLS = "target_cells"
CONDENSED = (CELLS, "retarget_cells")  # a reader plans by person, line and month; the finest grain is the workbook's
_STEP_SECONDS = 0.02
_MOST_ROWS = 1_000_000  # what is narrowed beforehand stays in memory beside the whole


class Spare:
    """Tables of the stage, read once, readers' own parts of them, and the workbook of a run of ``plan``.

    Those that are the ``same`` (sha256 by name) as in the version before are not narrowed ahead: as a rule its folders
    serve again.
    """

    def __init__(
        self, settings: Settings, stage: Path, same: Mapping[str, str] | None = None, plan: Plan | None = None
    ) -> None:
        self.stage, self.tables = stage, Tables(stage / "tables")
        self.report = Report(settings, plan) if plan is not None else None
        self._same = same or {}
        self._settings = settings
        self._read: dict[str, str] = {}
        self._shown: dict[str, pd.DataFrame] = {}
        self._own: dict[tuple[str, Reader], tuple[Rule, Part | None]] = {}
        self._wholes: dict[str, Whole] = {}
        self._readers: tuple[Reader, ...] | None = None
        self._narrowed: set[str] = set()
        self._work: Iterator[None] = iter(())
        self._is_over = False

    def step(self, tables: Mapping[str, TableEntry]) -> bool:
        """Do a little of what can be done with ``tables``, which stand; False where there is nothing to do yet."""
        if self._is_over:
            return False
        until = time.monotonic() + _STEP_SECONDS
        try:
            while time.monotonic() < until:
                if next(self._work, self) is self and not self._begin(tables):
                    return False
        except Exception:  # it is done again where its error can be told
            self._is_over = True
        return not self._is_over

    def _begin(self, tables: Mapping[str, TableEntry]) -> bool:
        """Find the next piece of work; False where there is none."""
        unread = next((name for name in tables if name not in self._read), None)
        if unread is not None:
            self._read[unread] = tables[unread].sha256
            self._work = self._reading(unread)
        elif self._is_asked and self._readers is None and {"people", CELLS} <= tables.keys():
            self._readers = readers_of(self._settings, self.tables["people"], self.shown(CELLS))
        elif not self._begin_narrowing():
            return self.report is not None and self.report.grow(tables, self.tables)
        return True

    @property
    def _is_asked(self) -> bool:
        """Whether anybody gets a folder."""
        return bool(self._settings.params.company.audiences.levels)

    def _begin_narrowing(self) -> bool:
        from salesnb.versions.narrow import RULES

        moved = {name for name, digest in self._read.items() if self._same.get(name) != digest}
        ready = moved & RULES.keys() - self._narrowed if self._readers else ()
        if not ready:
            return False
        name = min(ready)
        self._narrowed.add(name)
        self._work = self._narrowing(name, RULES[name])
        return True

    def _reading(self, name: str) -> Iterator[None]:
        _ = self.tables[name]
        yield

    def _narrowing(self, name: str, rule: Rule) -> Iterator[None]:
        frame = self.shown(name)
        if 0 < len(frame) < _MOST_ROWS:
            for reader in self._readers or ():
                self._own[name, reader] = rule, self._part(name, frame, reader, rule)
                yield

    def settle(self, tables: Mapping[str, TableEntry]) -> None:
        """The version holds ``tables``: forget what was made of others."""
        other = {name for name, digest in self._read.items() if name not in tables or tables[name].sha256 != digest}
        if other:
            self.tables = Tables(self.stage / "tables")
            self._shown.clear()
            self._own.clear()
            self._wholes.clear()

    def shown(self, name: str) -> pd.DataFrame:
        """A table as far as readers see it: without rows of nodes that are nobody's own, target cells condensed."""
        if name not in self._shown:
            frame = self.tables[name]
            if "dimension" in frame:
                frame = frame[frame["dimension"].str.contains("person_id|team_id|region_id", regex=True)]
            self._shown[name] = _condensed(frame) if name in CONDENSED else frame
        return self._shown[name]

    def own(self, name: str, frame: pd.DataFrame, reader: Reader, rule: Rule) -> Part | None:
        """The part of table ``name`` (``frame``) that ``reader`` may see by ``rule``; None where none of it is."""
        made = self._own.get((name, reader))
        return made[1] if made is not None and made[0] is rule else self._part(name, frame, reader, rule)

    def _part(self, name: str, frame: pd.DataFrame, reader: Reader, rule: Rule) -> Part | None:
        from salesnb.versions.narrow import part_of

        if name not in self._wholes or self._wholes[name].frame is not frame:
            self._wholes[name] = Whole(frame)
        return part_of(self._wholes[name], reader, rule)


def readers_of(settings: Settings, people: pd.DataFrame, cells: pd.DataFrame | None) -> tuple[Reader, ...]:
    """Those who get a folder: by the roster, and by the targets there are."""
    from salesnb.versions.readers import readers

    asked = settings.params.company.audiences
    given = cells["person_id"].unique() if cells is not None else ()
    return tuple(readers(people, settings.as_of, asked.levels, map(str, given), asked.managers_see_pay))


def _condensed(cells: pd.DataFrame) -> pd.DataFrame:
    """Target cells by person, product line and month: what a reader plans by, exact sums of the cells."""
    keys = ["plan", "region_id", "team_id", "person_id", "product_line", "month", "currency"]
    return cells.groupby(keys, sort=True)["target_minor"].sum().reset_index()
