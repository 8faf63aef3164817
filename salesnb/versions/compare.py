"""What changed between two versions of a period: cells, parameters, code, data and packages."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from salesnb.model.periods import Calendar
from salesnb.versions.align import alignment
from salesnb.versions.diff import Cell, TableDiff, compare_tables_in
from salesnb.versions.manifest import Manifest, read_manifest
from salesnb.versions.snapshot import changed_files, leaves
from salesnb.versions.tables import formula_safe

HEADER = ("what", "table", "key", "column", "old", "new", "change")


@dataclass(frozen=True)
class VersionDiff:
    """Two versions side by side. In ``params``, ``code``, ``data`` and ``packages`` a cell's ``table`` is the file."""

    old: Manifest
    new: Manifest
    tables: tuple[TableDiff, ...]
    params: tuple[Cell, ...]
    code: tuple[Cell, ...]
    data: tuple[Cell, ...]
    packages: tuple[Cell, ...]

    @property
    def cell_count(self) -> int:
        """Changed cells plus rows that came or went, in all tables."""
        return sum(table.cell_count for table in self.tables)

    @property
    def same(self) -> bool:
        """Whether nothing at all differs."""
        return not (self.cell_count or self.params or self.code or self.data or self.packages)

    def lines(self) -> Iterator[tuple[str, Cell]]:
        """Every difference with its kind: ``table``, ``parameter``, ``data``, ``code``, ``package``."""
        for table in self.tables:
            for cell in table.cells():
                yield "table", cell
        parts = (("parameter", self.params), ("data", self.data), ("code", self.code), ("package", self.packages))
        for what, cells in parts:
            for cell in cells:
                yield what, cell


def compare_versions(old: Path, new: Path, calendar: Calendar | None = None) -> VersionDiff:
    """Compare two version folders, of one period or of two of the same kind; then ``calendar`` is the company's.

    VersionError when one of them is no version, UsageError when their periods are of different kinds.
    """
    return compare(old, read_manifest(old), new, read_manifest(new), calendar)


def compare(old: Path, before: Manifest, new: Path, after: Manifest, calendar: Calendar | None = None) -> VersionDiff:
    """As :func:`compare_versions`, with manifests at hand: the newer one may not be written yet."""
    align = alignment(before.period, after.period, calendar or Calendar())
    return VersionDiff(
        old=before,
        new=after,
        tables=tuple(compare_tables_in(old / "tables", new / "tables", align)),
        params=_changed_params(old, new),
        code=_changed(before.code.files, after.code.files),
        data=_changed(before.data, after.data),
        packages=_changed({"python": before.python, **before.packages}, {"python": after.python, **after.packages}),
    )


def changes_csv(difference: VersionDiff | None) -> str:
    """The text of ``changes.csv``; a first version has only the header. Safe to open in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADER)
    for what, cell in difference.lines() if difference else ():
        signed = (cell.old, cell.new) if what == "table" else (formula_safe(cell.old), formula_safe(cell.new))
        writer.writerow((what, cell.table, formula_safe(cell.key), formula_safe(cell.column), *signed, cell.change))
    return out.getvalue()


def _changed_params(old: Path, new: Path) -> tuple[Cell, ...]:
    before, after = changed_files(old, new)
    cells: list[Cell] = []
    for file in sorted(before.keys() | after.keys()):
        was, now = dict(leaves(before.get(file))), dict(leaves(after.get(file)))
        for key in dict.fromkeys([*was, *now]):
            if key and was.get(key) != now.get(key):
                cells.append(_cell(file, key, was.get(key), now.get(key)))
    return tuple(cells)


def _changed(old: dict[str, str], new: dict[str, str]) -> tuple[Cell, ...]:
    names = sorted(old.keys() | new.keys())
    return tuple(_cell(name, "", old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name))


def _cell(table: str, key: str, old: str | None, new: str | None) -> Cell:
    change = "added" if old is None else "removed" if new is None else "changed"
    return Cell(table, key, "", old or "", new or "", change)
