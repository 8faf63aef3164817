"""One raw table → typed rows of its stack: every mapped column as SQL, with what is wrong with it as findings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from salesnb.intake.bench import Bench, ident, literal
from salesnb.intake.clean import few
from salesnb.intake.clean.columns import (
    CENTS,
    TYPES,
    Reading,
    Typed,
    header_unit,
    is_percent,
    is_plain,
    trim,
    typed,
)
from salesnb.intake.quality import column_findings as report
from salesnb.intake.quality import drift
from salesnb.intake.read.layout import plain
from salesnb.intake.read.raw import Raw
from salesnb.intake.tables.specs import kinds
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.money import minor_digits
from salesnb.model.params.company import ColumnMap, Company
from salesnb.model.params.company import Source as Mapping

_UNITS = {
    "元": "1",
    "1": "1",
    "千元": "1000",
    "K": "1000",
    "万元": "10000",
    "百万元": "1000000",
    "M": "1000000",
    "亿元": "100000000",
    "percent": "0.01",
}


@dataclass
class Stack:
    """A table's typed rows: DuckDB table ``name`` with ``_file _row _flaw _bad`` and ``columns`` (mapped anywhere).
    ``cents`` are the columns of amounts that are of type CENTS because no value needs more; ``words`` the types of
    columns that hold few different words, those of them that are ``whole`` being blank nowhere."""

    table: str
    name: str
    columns: tuple[str, ...]
    raws: list[Raw] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    sources: list[Mapping] = field(default_factory=list)
    cents: set[str] = field(default_factory=set)
    words: dict[str, str] = field(default_factory=dict)
    whole: set[str] = field(default_factory=set)

    def fill(self, bench: Bench, read: Sequence[Selection]) -> None:
        """Create the table with the rows of everything that was ``read``, in its order."""
        known = kinds(self.table)
        self.cents = {c for c in self.columns if known[c] == "decimal" and all(s.in_cents(c) for s in read)}
        if self.table == "sales_lines" and sum(s.raw.rows for s in read) >= few.FROM_ROWS:
            for column in (c for c in self.columns if known[c] in ("id", "text")):
                self._number(bench, column, read)
        listed = ", ".join(f"{ident(c)} {self._kind(c)}" for c in self.columns)
        bench.run(f"CREATE TABLE {self.name}(_file INTEGER, _row BIGINT, _flaw VARCHAR, _bad VARCHAR, {listed})")
        for selection in read:
            selection.insert(self.words)

    def _kind(self, column: str) -> str:
        return self.words.get(column) or (CENTS if column in self.cents else TYPES[kinds(self.table)[column]])

    def _number(self, bench: Bench, column: str, read: Sequence[Selection]) -> None:
        """Hold a column of few different words as their numbers."""
        listed = []
        for selection in (s for s in read if s.columns[column] is not None):
            found = selection.words(column)
            if found is None:
                return
            listed.append(found)
        self.words[column], blank = few.kind(bench, listed, UNASSIGNED)
        if not blank and len(listed) == len(read):
            self.whole.add(column)

    def header(self, file: int, column: str) -> str:
        """What a file calls one of our columns; our own name where it has no single header for it."""
        known = self.headers[file] if file < len(self.headers) else {}
        return known.get(column, column)

    def says(self, file: int, column: str) -> bool:
        """Whether a file holds one of our columns at all, be it blank in every row."""
        mapped = self.sources[file].columns.get(column)
        return mapped is not None and (mapped.column is None or column in self.headers[file])


def spellings(column: ColumnMap) -> list[tuple[str, ...]]:
    """The headers a map's column needs, each with its other spellings."""
    if column.column is not None:
        return [(column.column, *column.also)]
    return [(header,) for header in column.columns]


def find(raw: Raw, *headers: str) -> str | None:
    """The column of ``raw`` that the first of ``headers`` means which it has: spelled the same, else the same but for
    width, case and blanks."""
    for header in headers:
        if header in raw.columns:
            return header
        same = [c for c in raw.columns if plain(c) == plain(header)]
        if len(same) == 1:
            return same[0]
    return None


@dataclass
class Selection:
    """Reading one raw table by its map into ``out``."""

    bench: Bench
    company: Company
    out: Stack
    raw: Raw
    mapping: Mapping

    def __post_init__(self) -> None:
        self.file = len(self.out.raws) - 1
        self.columns: dict[str, Typed | None] = {}
        self._few: dict[str, str | None] = {}  # by raw column: the table that holds each of its words once

    @cached_property
    def plain(self) -> bool:
        """Whether all its words can be taken as they stand."""
        known = kinds(self.out.table)
        headers = [
            self.raw.sql(h)
            for n, c in self.mapping.columns.items()
            if known[n] in ("id", "text")
            for names in spellings(c)
            if (h := find(self.raw, *names)) is not None
        ]
        cells = list(dict.fromkeys(headers))
        if self.raw.rows < few.FROM_ROWS:
            return is_plain(self.bench, self.raw.name, cells)
        self._few = {cell: few.words(self.bench, self.raw.name, cell, called=cell) for cell in cells}
        many = [cell for cell, listed in self._few.items() if listed is None]
        asked = [(listed, [cell]) for cell, listed in self._few.items() if listed is not None]
        return all(is_plain(self.bench, *question) for question in [*asked, (self.raw.name, many)])

    def _words(self, cell: str, reading: Reading) -> Typed:
        """A column of words as SQL, each different word being looked at once where they are few."""
        return typed(self.bench, self._few.get(cell) or self.raw.name, cell, reading)

    def read(self) -> Selection:
        """Decide how every column is read, and say what is wrong with it."""
        known = kinds(self.out.table)
        for name in self.out.columns:
            column = self.mapping.columns.get(name)
            self.columns[name] = self._column(name, known[name], column) if column else None
        return self

    def in_cents(self, column: str) -> bool:
        """Whether CENTS holds all values of a column."""
        done = self.columns[column]
        return done is None or done.cents

    def words(self, column: str) -> str | None:
        """The table of a column's different words; None where there are too many."""
        done = self.columns[column]
        assert done is not None
        mapped = self.mapping.columns[column]
        header = find(self.raw, mapped.column, *mapped.also) if mapped.column else None
        there = self._few.get(self.raw.sql(header), self.raw.name) if header else self.raw.name
        return None if there is None else few.words(self.bench, f"{there} {' '.join(done.joins)}", done.sql)

    def insert(self, kinds_of_words: dict[str, str]) -> None:
        """Append the table's typed rows to the stack; columns of ``kinds_of_words`` as the numbers of their words."""
        known = kinds(self.out.table)
        selects, joins, bad = [], [], []
        for name, done in self.columns.items():
            kind = kinds_of_words.get(name) or TYPES[known[name]]
            sql = f"NULL::{kind}" if done is None else done.sql
            selects.append(f"{f'CAST({sql} AS {kind})' if name in kinds_of_words else sql} AS {ident(name)}")
            joins += done.joins if done else []
            if done and done.odd:
                bad.append(f"CASE WHEN {done.odd}.bad THEN {literal(name)} END")
        flags = f"nullif(concat_ws(',', {', '.join(bad)}), '')" if bad else "NULL"
        self.bench.run(
            f"INSERT INTO {self.out.name} SELECT {self.file}, _row, _flaw, {flags}, {', '.join(selects)}"
            f" FROM {self.raw.name} {' '.join(dict.fromkeys(joins))} {self._where()}"
        )

    def _where(self) -> str:
        """The map's ``where``: keep rows whose column holds one of the values."""
        parts = []
        for header, values in self.mapping.where.items():
            found = find(self.raw, header)
            if found:
                parts.append(f"{trim(self.raw.sql(found))} IN ({', '.join(literal(v) for v in values)})")
        return f"WHERE {' AND '.join(parts)}" if parts else ""

    def _column(self, name: str, kind: str, column: ColumnMap) -> Typed | None:
        """One mapped column as SQL; None when this file does not have it."""
        if column.value is not None:
            return Typed(f"CAST({literal(column.value)} AS {TYPES[kind]})")
        found = [(names[0], find(self.raw, *names)) for names in spellings(column)]
        missing = [name for name, there in found if there is None]
        if column.less and find(self.raw, column.less) is None:
            missing.append(column.less)
        if missing:
            used = [h for c in self.mapping.columns.values() for names in spellings(c) for h in names]
            self.bench.findings.add(drift.column_absent(self.raw, name, missing, self.out.table, used))
            return None
        headers = [there for _, there in found if there is not None]
        if column.columns:
            return self._joined(headers)
        done = self._read(name, kind, column, headers[0])
        if column.less:
            minus = self._read(name, kind, column, find(self.raw, column.less) or column.less)
            return Typed(f"(({done.sql}) - ({minus.sql}))", done.joins + minus.joins, done.odd or minus.odd)
        return done

    def _joined(self, headers: Sequence[str]) -> Typed:
        """A text made of several columns, joined by "/"; blank parts are left out."""
        parts = [self._words(self.raw.sql(h), Reading(h, "text", plain=self.plain)) for h in headers]
        listed = ", ".join(p.sql for p in parts)
        return Typed(f"nullif(concat_ws('/', {listed}), '')", [j for p in parts for j in p.joins])

    def _read(self, name: str, kind: str, column: ColumnMap, header: str) -> Typed:
        reading = Reading(
            name,
            kind,
            self._multiplier(kind, column, header),
            column.format,
            decimal=self.mapping.decimal,
            zone=self.company.timezone,
            values=tuple(column.values.items()),
            missing=frozenset(self.mapping.missing),
            plain=self.plain,
        )
        if kind in ("id", "text"):
            return self._words(self.raw.sql(header), reading)
        done = typed(self.bench, self.raw.name, self.raw.sql(header), reading)
        self.bench.findings.extend(report.unreadable(self.bench, self.raw, header, reading, done, self.out.table))
        return done

    def _multiplier(self, kind: str, column: ColumnMap, header: str) -> Decimal:
        """What a plain figure of the column is worth: by the map, else by the unit its header states."""
        stated = header_unit(header) if kind == "decimal" else None
        if stated and column.unit and _UNITS.get(column.unit) != _UNITS[stated]:
            self.bench.findings.add(report.unit_contradiction(self.raw, header, stated, column.unit, self.out.table))
        unit = column.unit or stated or ("percent" if kind == "rate" and is_percent(header) else None)
        if unit == "minor":
            return Decimal(1).scaleb(-minor_digits(self.company.currency))
        return Decimal(_UNITS[unit]) if unit else Decimal(1)
