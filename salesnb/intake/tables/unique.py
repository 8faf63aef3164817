"""One row per key. What a repeated key means depends on the table: masters keep the last row, amounts per key add up,
events with equal numbers are two events unless the whole row is equal."""

from __future__ import annotations

from collections.abc import Sequence

from salesnb.intake.bench import Bench, ident, literal
from salesnb.intake.quality.findings import Finding
from salesnb.intake.quality.furniture import keep_aside
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text
from salesnb.model.tables import TableContract

ADDED_UP = ("spend", "targets", "market_sizes", "dealer_stock", "general_ledger", "market_watch")
STATED_ONCE = ("targets", "market_sizes")  # the same row twice is a copy, not twice the amount
EVENTS = ("receipts", "invoices", "shipments", "visits")
_EQUAL = {"duplicate_record": Text("与另一行完全相同（含单号）", "the same as another row, number included")}


def by_key(bench: Bench, table: str, shape: TableContract, rows: Stack) -> str:
    """``table`` with unique keys by the rule of its kind; a finding says what was merged, dropped or renumbered."""
    keys = list(shape.keys)
    if shape.name in STATED_ONCE:
        table = _copies_aside(bench, table, rows, keys)
    listed = ", ".join(ident(k) for k in keys)
    shown = f"concat_ws(' / ', {', '.join(f'any_value({ident(k)})::VARCHAR' for k in keys)})"
    found = bench.rows(
        "SELECT count(*), sum(n - 1), min(f), arg_min(r, (f, r)), arg_min(k, (f, r)) FROM (SELECT count(*) AS n,"
        f" min(_file) AS f, arg_max(_row, (_file, _row)) AS r, {shown} AS k FROM {table} GROUP BY {listed} "
        f"HAVING n > 1)"
    )[0]
    if not found[0]:
        return table
    content = [c.name.removesuffix("_minor") if c.kind == "minor" else c.name for c in shape.columns]
    if shape.name in ADDED_UP:
        _say(bench, rows, ("amounts_added", "info" if shape.name == "spend" else "warn", _ADDED), found, keys)
        return _added(bench, table, shape, keys)
    if shape.name in EVENTS:
        return _renumbered(bench, table, keys, content, rows, found)
    other = bench.one(
        f"SELECT count(*) FROM (SELECT {listed} FROM {table} GROUP BY {listed}"
        f" HAVING count(DISTINCT ({', '.join(map(ident, content))})) > 1)"
    )
    said = ("key_repeated", "warn", _LAST) if other else ("duplicate_record", "info", _SAME)
    _say(bench, rows, said, found, keys)
    return _last(bench, table, listed)


_LAST = Text(
    "{n} 个键出现多次且内容不同（多出 {more} 行），取文件中最后一行",
    "{n} keys stand more than once with different content ({more} rows too many); the last row is used",
)
_SAME = Text(
    "{n} 个键重复出现，内容相同（多出 {more} 行）", "{n} keys are repeated with the same content ({more} rows too many)"
)
_ADDED = Text(
    "{n} 个键有多行，金额已相加（多出 {more} 行）",
    "{n} keys have several rows; their amounts were added up ({more} more)",
)
_TWO = Text(
    "{n} 个单号对应多行且内容不同，按不同单据保留（多出 {more} 行）",
    "{n} numbers stand more than once with different content and are kept as documents of their own ({more} more)",
)


def _say(bench: Bench, rows: Stack, said: tuple[str, str, Text], found: Sequence[object], keys: Sequence[str]) -> None:
    """Report ``said`` (code, severity, text) at the first place ``found`` (keys, rows too many, file, row, value)."""
    code, severity, text = said
    count, more, file, row, value = found
    bench.findings.add(
        Finding(
            code,
            severity,
            Text(text.zh.format(n=count, more=more), text.en.format(n=count, more=more)),
            Text("核对这些行，必要时改正源文件", "look at these rows and correct the export where needed"),
            table=rows.table,
            file=rows.raws[int(str(file))].shown,
            row=int(str(row)),
            column=", ".join(rows.header(int(str(file)), k) for k in keys),
            value=str(value or ""),
            row_count=int(str(more)),
        )
    )


def _last(bench: Bench, table: str, listed: str) -> str:
    out = bench.name("unique")
    bench.run(
        f"CREATE TABLE {out} AS SELECT * EXCLUDE (_nth) FROM (SELECT *, row_number() OVER (PARTITION BY {listed}"
        f" ORDER BY _file DESC, _row DESC) AS _nth FROM {table}) WHERE _nth = 1"
    )
    return out


def _copies_aside(bench: Bench, table: str, rows: Stack, keys: Sequence[str]) -> str:
    """Rows equal in every cell, mapped or not, within or between files: all but the first are set aside."""
    parts = []
    for file, raw in enumerate(rows.raws):
        cells, head = ", ".join(f"c{i}" for i in range(len(raw.columns))), literal(" ".join(raw.columns))
        parts.append(f"SELECT {file} AS f, _row AS r, {head} || to_json([{cells}]) AS whole FROM {raw.name}")
    copies = bench.name("copies")
    bench.run(
        f"CREATE TABLE {copies} AS SELECT f, r FROM (SELECT f, r, row_number() OVER (PARTITION BY whole ORDER BY f, r)"
        f" AS n FROM ({' UNION ALL '.join(parts)}) JOIN (SELECT DISTINCT _file, _row FROM {table})"
        " ON f = _file AND r = _row) WHERE n > 1"
    )
    count = int(str(bench.one(f"SELECT count(*) FROM {copies}")))
    if not count:
        return table
    for file, raw in enumerate(rows.raws):
        keep_aside(bench, raw, rows.table, f"SELECT r, 'duplicate_record' FROM {copies} WHERE f = {file}", _EQUAL)
    shown = f"concat_ws(' / ', {', '.join(f'{ident(k)}::VARCHAR' for k in keys)})"
    place = bench.rows(
        f"SELECT min(f), arg_min(r, (f, r)), arg_min({shown}, (f, r)) FROM {copies}"
        f" JOIN {table} ON f = _file AND r = _row"
    )[0]
    _say(bench, rows, ("duplicate_record", "warn", _SAME), (count, count, *place), keys)
    kept = bench.name("once")
    bench.run(f"CREATE TABLE {kept} AS SELECT t.* FROM {table} t ANTI JOIN {copies} ON f = _file AND r = _row")
    return kept


def _added(bench: Bench, table: str, shape: TableContract, keys: Sequence[str]) -> str:
    """Amounts and counts of a key added up; other columns as the first row has them."""
    out = bench.name("added")
    columns = []
    for column in shape.columns:
        name = column.name.removesuffix("_minor") if column.kind == "minor" else column.name
        if name in keys:
            columns.append(ident(name))
        elif column.kind in ("minor", "count", "number"):
            columns.append(f"sum({ident(name)}) AS {ident(name)}")
        else:
            columns.append(f"arg_min({ident(name)}, (_file, _row)) AS {ident(name)}")
    bench.run(
        f"CREATE TABLE {out} AS SELECT {', '.join(columns)}, min(_file) AS _file, min(_row) AS _row FROM {table}"
        f" GROUP BY {', '.join(ident(k) for k in keys)}"
    )
    return out


def _renumbered(
    bench: Bench, table: str, keys: Sequence[str], content: Sequence[str], rows: Stack, found: Sequence[object]
) -> str:
    """Events: a row that equals another is set aside, other rows of the same number get a suffix."""
    whole = ", ".join(ident(c) for c in content)
    marked = bench.name("events")
    bench.run(
        f"CREATE TABLE {marked} AS SELECT *, row_number() OVER (PARTITION BY {whole} ORDER BY _file, _row) AS "
        f"_again FROM {table}"
    )
    equal = bench.one(f"SELECT count(*) FROM {marked} WHERE _again > 1")
    if equal:
        for file, raw in enumerate(rows.raws):
            query = f"SELECT _row, 'duplicate_record' FROM {marked} WHERE _again > 1 AND _file = {file}"
            keep_aside(bench, raw, rows.table, query, _EQUAL)
        place = bench.rows(f"SELECT min(_file), arg_min(_row, (_file, _row)) FROM {marked} WHERE _again > 1")[0]
        _say(bench, rows, ("duplicate_record", "warn", _SAME), (equal, equal, *place, found[4]), keys)
    number = keys[-1] if keys[-1].endswith("_id") else keys[0]
    listed = ", ".join(ident(k) for k in keys)
    out = bench.name("events")
    bench.run(
        f"CREATE TABLE {out} AS SELECT * EXCLUDE (_nth, _again) REPLACE (CASE WHEN _nth > 1 THEN {number} || "
        f"'#' || _nth"
        f" ELSE {number} END AS {number}) FROM (SELECT *, row_number() OVER (PARTITION BY {listed} ORDER "
        f"BY {whole}, _file,"
        f" _row) AS _nth FROM {marked} WHERE _again = 1)"
    )
    other = int(str(found[1])) - equal
    if other > 0:
        place = bench.rows(
            f"SELECT count(*), {other}, min(f), arg_min(r, (f, r)), arg_min(k, (f, r)) FROM (SELECT min(_file) AS f,"
            f" arg_max(_row, (_file, _row)) AS r, any_value({number}) AS k FROM {marked} WHERE _again = 1"
            f" GROUP BY {listed} HAVING count(*) > 1)"
        )[0]
        _say(bench, rows, ("number_repeated", "warn", _TWO), place, keys)
    return out
