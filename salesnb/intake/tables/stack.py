"""All files of one table → one typed DuckDB table with file and row of every row."""

from __future__ import annotations

from pathlib import Path

from salesnb.intake.bench import Bench
from salesnb.intake.quality import column_findings as report
from salesnb.intake.quality import drift, furniture
from salesnb.intake.read import files
from salesnb.intake.read.raw import Hints, Raw, Source
from salesnb.intake.tables import clocks, wide
from salesnb.intake.tables.select import Selection, Stack, find, spellings
from salesnb.intake.tables.specs import SPECS, kinds
from salesnb.model.errors import DataError, Place, Text
from salesnb.model.params.company import ColumnMap, Company
from salesnb.model.params.company import Source as Mapping


def stack(bench: Bench, company: Company, folder: Path, table: str) -> Stack | None:
    """Read every source of ``table``; None when company.yaml maps none. Raises DataError when a file or a column a
    source needs is missing."""
    sources = {name: clocks.with_moments(_widened(s)) for name, s in company.sources.items() if s.table == table}
    if not sources:
        return None
    known = kinds(table)
    mapped = [c for c in known if any(c in s.columns for s in sources.values())]
    out = Stack(table, bench.name(f"typed_{table}"), tuple(mapped))
    read: list[Selection] = []
    for name, mapping in sources.items():
        begun = len(out.raws)
        for place, path in source_paths(folder, name, mapping, company):
            source = Source(path, place, table)
            for found in _mapped_tables(bench, source, mapping):
                raw = _without_furniture(bench, found, mapping)
                if mapping.wide is not None:
                    raw = wide.unpivoted(bench, raw, mapping.wide)
                out.raws.append(raw)
                out.headers.append(_headers_of(raw, mapping))
                out.sources.append(mapping)
                read.append(Selection(bench, company, out, raw, mapping).read())
                if not raw.rows:
                    bench.findings.add(report.no_rows(raw, table))
        bench.findings.extend(drift.columns_new(out.raws[begun:], headers(mapping), table))
    out.fill(bench, read)
    return out


def _widened(mapping: Mapping) -> Mapping:
    """The map with the two columns that months side by side turn into."""
    if mapping.wide is None:
        return mapping
    into, value = ColumnMap(column=wide.INTO), ColumnMap(column=wide.VALUE, unit=mapping.wide.unit)
    return mapping.model_copy(
        update={"columns": {**mapping.columns, mapping.wide.into: into, mapping.wide.value: value}}
    )


def source_paths(folder: Path, name: str, mapping: Mapping, company: Company) -> list[tuple[str, Path]]:
    """The files of a source as (name shown, path), sorted by name; a pattern that matches nothing is an error."""
    assert mapping.file is not None
    pattern = mapping.file
    base = Path(pattern)
    literal = base if base.is_absolute() else folder / base
    if any(c in pattern for c in "*?[") and not literal.is_file():
        root = Path(base.anchor) if base.is_absolute() else folder
        found = sorted(root.glob(str(base.relative_to(base.anchor)) if base.is_absolute() else pattern))
    else:
        found = [literal]
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
        out += [h for h in (column.column, *column.also, *column.columns, column.less) if h]
    return [h for h in dict.fromkeys([*out, *mapping.where]) if h not in (wide.INTO, wide.VALUE)]


def hints(mapping: Mapping) -> Hints:
    """What the map says about how the file is written."""
    return Hints(mapping.encoding, mapping.delimiter, mapping.sheet, mapping.header_row, tuple(headers(mapping)))


def _mapped_tables(bench: Bench, source: Source, mapping: Mapping) -> list[Raw]:
    """The tables of the file that hold what the map needs; DataError when none does."""
    raws = files.read(bench, source, hints(mapping))
    needed = [c for c in SPECS[mapping.table].must if c in mapping.columns]
    made = {wide.INTO, wide.VALUE}
    wanted = [(c, names) for c in needed for names in spellings(mapping.columns[c]) if names[0] not in made]
    fitting = [raw for raw in raws if all(find(raw, *names) for _, names in wanted)]
    if not fitting:
        best = max(raws, key=lambda r: sum(find(r, *names) is not None for _, names in wanted), default=None)
        lost = [(c, names[0]) for c, names in wanted if best is None or not find(best, *names)]
        raise report.columns_missing(source, best, lost)
    return fitting


def _headers_of(raw: Raw, mapping: Mapping) -> dict[str, str]:
    """Our columns → the file's headers, for findings."""
    found = {n: find(raw, c.column, *c.also) for n, c in mapping.columns.items() if c.column}
    return {n: h for n, h in found.items() if h is not None}


def _without_furniture(bench: Bench, raw: Raw, mapping: Mapping) -> Raw:
    """The table without subtotal and note rows, judged by the columns a data row cannot do without."""
    known, spec = kinds(mapping.table), SPECS[mapping.table]
    header = {n: find(raw, c.column, *c.also) for n, c in mapping.columns.items() if c.column}
    at = {n: h for n, h in header.items() if h is not None}
    figures = [
        n for n in (*spec.needed, *spec.must, "order_date", "month") if known.get(n) in ("date", "month", "decimal")
    ]
    needed = {n: at[n] for n in sorted(set(figures), key=lambda n: (n == spec.amount, n)) if n in at}
    words = {n: h for n, h in at.items() if known[n] in ("id", "text")}
    return furniture.set_aside(bench, raw, mapping.table, needed, words)
