"""All files of one table → one typed DuckDB table with file and row of every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from salesnb.intake.bench import Bench, ident, literal
from salesnb.intake.clean.columns import TYPES, Reading, Typed, header_unit, typed
from salesnb.intake.quality import column_findings as report
from salesnb.intake.quality import furniture
from salesnb.intake.read import files
from salesnb.intake.read.layout import plain
from salesnb.intake.read.raw import Hints, Raw, Source
from salesnb.intake.tables.specs import SPECS, kinds
from salesnb.model.errors import DataError, Place, Text
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
    """A table's typed rows: DuckDB table ``name`` with ``_file _row _flaw _bad`` and ``columns`` (mapped anywhere)."""

    table: str
    name: str
    columns: tuple[str, ...]
    raws: list[Raw] = field(default_factory=list)


def stack(bench: Bench, company: Company, folder: Path, table: str) -> Stack | None:
    """Read every source of ``table``; None when company.yaml maps none. Raises DataError when a file or a column a
    source needs is missing."""
    sources = {name: s for name, s in company.sources.items() if s.table == table}
    if not sources:
        return None
    known = kinds(table)
    mapped = [c for c in known if any(c in s.columns for s in sources.values())]
    out = Stack(table, bench.name(f"typed_{table}"), tuple(mapped))
    listed = ", ".join(f"{ident(c)} {TYPES[known[c]]}" for c in mapped)
    bench.run(f"CREATE TABLE {out.name}(_file INTEGER, _row BIGINT, _flaw VARCHAR, _bad VARCHAR, {listed})")
    for name, mapping in sources.items():
        for place, path in source_paths(folder, name, mapping, company):
            source = Source(path, place, table)
            for found in _mapped_tables(bench, source, mapping):
                raw = _without_furniture(bench, found, mapping)
                out.raws.append(raw)
                _insert(bench, company, out, raw, mapping)
    return out


def source_paths(folder: Path, name: str, mapping: Mapping, company: Company) -> list[tuple[str, Path]]:
    """The files of a source as (name shown, path), sorted by name; a pattern that matches nothing is an error."""
    assert mapping.file is not None
    pattern = mapping.file
    base = Path(pattern)
    if any(c in pattern for c in "*?["):
        root = Path(base.anchor) if base.is_absolute() else folder
        found = sorted(root.glob(str(base.relative_to(base.anchor)) if base.is_absolute() else pattern))
    else:
        found = [base if base.is_absolute() else folder / base]
    found = [p for p in found if p.is_file()]
    if not found:
        raise DataError(
            Text(f"来源“{name}”没有找到文件 {pattern}", f"source {name!r}: no file matches {pattern}"),
            where=Place(file=f"{company.unit}/company.yaml", key=f"sources.{name}.file"),
            why=Text("路径从该单位的参数文件夹算起", "paths start at the unit's params folder"),
            remedy=Text("放好文件，或改 file", "put the file there, or change file"),
        )
    return [(_shown(p, folder), p) for p in found]


def _shown(path: Path, folder: Path) -> str:
    try:
        return path.resolve().relative_to(folder.resolve()).as_posix()
    except ValueError:
        return path.name


def headers(mapping: Mapping) -> list[str]:
    """All export columns a map mentions."""
    out: list[str] = []
    for column in mapping.columns.values():
        out += [h for h in (column.column, *column.columns, column.less) if h]
    return list(dict.fromkeys([*out, *mapping.where]))


def hints(mapping: Mapping) -> Hints:
    """What the map says about how the file is written."""
    return Hints(mapping.encoding, mapping.delimiter, mapping.sheet, mapping.header_row, tuple(headers(mapping)))


def _mapped_tables(bench: Bench, source: Source, mapping: Mapping) -> list[Raw]:
    """The tables of the file that hold what the map needs; DataError when none does."""
    raws = files.read(bench, source, hints(mapping))
    needed = [mapping.columns[c] for c in SPECS[mapping.table].must if c in mapping.columns]
    wanted = [h for column in needed for h in (column.column, *column.columns) if h]
    fitting = [raw for raw in raws if all(find(raw, h) for h in wanted)]
    if not fitting:
        best = max(raws, key=lambda r: sum(find(r, h) is not None for h in wanted), default=None)
        raise report.columns_missing(source, best, [h for h in wanted if best is None or not find(best, h)])
    return fitting


def find(raw: Raw, header: str) -> str | None:
    """The column of ``raw`` that ``header`` means: spelled the same, else the same but for width, case and blanks."""
    if header in raw.columns:
        return header
    same = [c for c in raw.columns if plain(c) == plain(header)]
    return same[0] if len(same) == 1 else None


def _without_furniture(bench: Bench, raw: Raw, mapping: Mapping) -> Raw:
    """The table without subtotal and note rows, judged by the columns a data row cannot do without."""
    known, spec = kinds(mapping.table), SPECS[mapping.table]
    header = {n: find(raw, c.column) for n, c in mapping.columns.items() if c.column}
    at = {n: h for n, h in header.items() if h is not None}
    figures = [
        n for n in (*spec.needed, *spec.must, "order_date", "month") if known.get(n) in ("date", "month", "decimal")
    ]
    needed = {n: at[n] for n in sorted(set(figures), key=lambda n: (n == spec.amount, n)) if n in at}
    words = {n: h for n, h in at.items() if known[n] in ("id", "text")}
    return furniture.set_aside(bench, raw, mapping.table, needed, words)


def _insert(bench: Bench, company: Company, out: Stack, raw: Raw, mapping: Mapping) -> None:
    known = kinds(out.table)
    selects, joins, bad = [], [], []
    for name in out.columns:
        column = mapping.columns.get(name)
        done = _column(bench, company, raw, name, known[name], column, mapping) if column else None
        if done is None:
            selects.append(f"NULL::{TYPES[known[name]]} AS {ident(name)}")
            continue
        selects.append(f"{done.sql} AS {ident(name)}")
        joins += done.joins
        if done.odd:
            bad.append(f"CASE WHEN {done.odd}.bad THEN {literal(name)} END")
    where = _where(raw, mapping)
    bench.run(
        f"INSERT INTO {out.name} SELECT {len(out.raws) - 1}, _row, _flaw,"
        f" {'nullif(concat_ws(' + repr(',') + ', ' + ', '.join(bad) + '), ' + repr('') + ')' if bad else 'NULL'},"
        f" {', '.join(selects)} FROM {raw.name} {' '.join(dict.fromkeys(joins))} {where}"
    )


def _where(raw: Raw, mapping: Mapping) -> str:
    """The map's ``where``: keep rows whose column holds one of the values."""
    parts = []
    for header, values in mapping.where.items():
        found = find(raw, header)
        if found:
            parts.append(f"trim({raw.sql(found)}) IN ({', '.join(literal(v) for v in values)})")
    return f"WHERE {' AND '.join(parts)}" if parts else ""


def _column(
    bench: Bench, company: Company, raw: Raw, name: str, kind: str, column: ColumnMap, mapping: Mapping
) -> Typed | None:
    """One mapped column of one table as SQL, with its findings; None when this file does not have it."""
    if column.value is not None:
        return Typed(f"CAST({literal(column.value)} AS {TYPES[kind]})")
    wanted = [h for h in (column.column, *column.columns) if h]
    present = [(h, find(raw, h)) for h in wanted]
    missing = [h for h, found in present if found is None]
    if missing:
        bench.findings.add(report.column_absent(raw, out_name=name, headers=missing, table=mapping.table))
        return None
    names = [found for _, found in present if found is not None]
    if column.columns:
        return _joined(bench, raw, names)
    done = _read(bench, company, raw, name, kind, column, names[0], mapping)
    if column.less:
        other = find(raw, column.less)
        if other is None:
            bench.findings.add(report.column_absent(raw, out_name=name, headers=[column.less], table=mapping.table))
            return None
        minus = _read(bench, company, raw, name, kind, column, other, mapping)
        done = Typed(f"(({done.sql}) - ({minus.sql}))", done.joins + minus.joins, done.odd or minus.odd)
    return done


def _joined(bench: Bench, raw: Raw, names: Sequence[str]) -> Typed:
    """A text made of several columns, joined by "/"; blank parts are left out."""
    parts = [typed(bench, raw.name, raw.sql(n), Reading(n, "text")) for n in names]
    listed = ", ".join(p.sql for p in parts)
    return Typed(f"nullif(concat_ws('/', {listed}), '')", [j for p in parts for j in p.joins])


def _read(
    bench: Bench, company: Company, raw: Raw, name: str, kind: str, column: ColumnMap, header: str, mapping: Mapping
) -> Typed:
    stated = header_unit(header) if kind == "decimal" else None
    if stated and column.unit and _UNITS.get(column.unit) != _UNITS[stated]:
        bench.findings.add(report.unit_contradiction(raw, header, stated, column.unit, mapping.table))
    unit = column.unit or stated
    if unit == "minor":
        multiplier = Decimal(1).scaleb(-minor_digits(company.currency))
    else:
        multiplier = Decimal(_UNITS[unit]) if unit else Decimal(1)
    reading = Reading(
        name,
        kind,
        multiplier,
        column.format,
        decimal=mapping.decimal,
        zone=company.timezone,
        values=tuple(column.values.items()),
        missing=frozenset(mapping.missing),
    )
    done = typed(bench, raw.name, raw.sql(header), reading)
    bench.findings.extend(report.unreadable(bench, raw, header, reading, done, mapping.table))
    return done
