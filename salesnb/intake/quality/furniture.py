"""Rows that are no data: subtotals, totals, notes under a table. They are set aside before any cell is read, and a
total that is not the sum of what stands above it is itself a finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from salesnb.intake.bench import Bench, literal
from salesnb.intake.quality.findings import Finding
from salesnb.intake.read.raw import Raw
from salesnb.model.errors import Text

_SUM_WORD = r"(合\s*计|总\s*计|小\s*计|累\s*计|共\s*计|汇\s*总|总\s*和|sub\s*-?\s*total|grand\s*total|total|sum)"
_SPAN = r"(本[页月季年周]|\d{4}年(\d{1,2}月)?|全[年部国])"
LABEL = rf"(?i)\s*[【(（]?\s*{_SPAN}?\s*{_SUM_WORD}\s*(金额)?\s*[)）】]?\s*([:：].*)?"
ENDS = rf"(?i).*[^a-z]?{_SUM_WORD}\s*[)）】]?\s*[:：]?\s*"
_HINT = r"(?i)计|总|total|sum"  # no label is without one of them, and this is much the cheaper pattern


def set_aside(bench: Bench, raw: Raw, table: str, needed: Mapping[str, str], words: Mapping[str, str]) -> Raw:
    """``raw`` without its furniture. ``needed`` and ``words`` map our columns to headers: a data row has a figure in
    every needed one; a total's label stands in one of the words or in the first columns."""
    if not raw.rows:
        return raw
    verdict = bench.name("furniture")
    suspect, total, note = _conditions(raw, needed, words)
    if not bench.rows(f"SELECT 1 FROM {raw.name} WHERE {suspect} LIMIT 1"):
        return raw
    bench.run(
        f"CREATE TABLE {verdict} AS SELECT _row AS r, CASE WHEN total THEN 'subtotal_row' ELSE 'note_row' END AS code"
        f" FROM (SELECT _row, coalesce({total}, false) AS total, coalesce({note}, false) AS note FROM"
        f" (SELECT * FROM {raw.name} WHERE {suspect})) WHERE total OR note"
    )
    found = bench.rows(f"SELECT code, min(r), count(*) FROM {verdict} GROUP BY code ORDER BY code")
    if not found:
        return raw
    keep_aside(bench, raw, table, f"SELECT r, code FROM {verdict}")
    for code, row, count in found:
        bench.findings.add(_finding(bench, raw, table, code, row, count))
    if "net" in needed or len(needed) == 1:
        _compare_totals(bench, raw, table, verdict, list(needed.values())[-1])
    view = bench.name("raw")
    bench.run(f"CREATE VIEW {view} AS SELECT * FROM {raw.name} WHERE _row NOT IN (SELECT r FROM {verdict})")
    return replace(raw, name=view, rows=raw.rows - sum(count for _, _, count in found))


def _conditions(raw: Raw, needed: Mapping[str, str], words: Mapping[str, str]) -> tuple[str, str, str]:
    """SQL of "worth a look" (cheap, true for few rows), "is a total" and "is a note". A row with all its figures is a
    total only if its key says so: a customer may well be called Total."""
    figure = "'[0-9０-９一二三四五六七八九]'"
    lacking = [  # the first character settles it for nearly every cell, at a fraction of a pattern's price
        f"({c} IS NULL OR (NOT ({c} >= '0' AND {c} < ':') AND NOT regexp_matches({c}, {figure})))"
        for c in (raw.sql(h) for h in needed.values())
    ]
    key = raw.sql(words["order_id"]) if "order_id" in words else "c0"
    lacks = " OR ".join([*lacking, f"{key} IS NULL OR ({key} < '!' AND trim({key}) = '')"])
    first = [f"c{i}" for i in range(min(4, len(raw.columns)))]
    labelled = list(dict.fromkeys([raw.sql(h) for h in (*words.values(), *needed.values())] + first))
    strict = " OR ".join(_is_label(c) for c in labelled)
    loose = " OR ".join(f"coalesce(regexp_full_match({c}, {literal(ENDS)}), false)" for c in labelled)
    filled = " + ".join(f"(nullif(trim(c{i}), '') IS NOT NULL)::INT" for i in range(len(raw.columns)))
    note = f"({' AND '.join(lacking) or 'false'}) AND ({filled}) <= 2 AND {len(raw.columns)} >= 4"
    return f"({lacks}) OR {_is_label(key)}", f"(({lacks}) AND ({strict} OR {loose})) OR {_is_label(key)}", note


def _is_label(cell: str) -> str:
    return f"coalesce(regexp_matches({cell}, {literal(_HINT)}) AND regexp_full_match({cell}, {literal(LABEL)}), false)"


REASONS = {
    "subtotal_row": Text("小计或合计行", "a subtotal or total row"),
    "note_row": Text("表下的备注行", "a note below the table"),
}


def keep_aside(bench: Bench, raw: Raw, table: str, rows: str, reasons: Mapping[str, Text] = REASONS) -> None:
    """Write raw rows to ``set_aside``; ``rows`` is SQL giving (row, code)."""
    cells = ", ".join(f"c{i}" for i in range(len(raw.columns)))
    zh = " ".join(f"WHEN {literal(c)} THEN {literal(t.zh)}" for c, t in reasons.items())
    en = " ".join(f"WHEN {literal(c)} THEN {literal(t.en)}" for c, t in reasons.items())
    bench.run(
        f"INSERT INTO set_aside SELECT {literal(table)}, {literal(raw.shown)}, a.r, a.code, CASE a.code {zh} END,"
        f" CASE a.code {en} END, to_json([{cells}]) FROM ({rows}) AS a(r, code) JOIN {raw.name} ON _row = a.r"
    )


def _finding(bench: Bench, raw: Raw, table: str, code: str, row: int, count: int) -> Finding:
    reason = REASONS[code]
    cells = ", ".join(f"c{i}" for i in range(len(raw.columns)))
    value = bench.one(f"SELECT concat_ws(' | ', {cells}) FROM {raw.name} WHERE _row = {row}")
    return Finding(
        code,
        "info",
        Text(f"{count} 行是{reason.zh}，不计入明细", f"{count} rows are {reason.en} and not counted as data"),
        Text("核对 set_aside.csv；导出时可去掉合计行", "look at set_aside.csv; exports can leave totals out"),
        table=table,
        file=raw.shown,
        row=row,
        value=value,
        row_count=count,
    )


def _compare_totals(bench: Bench, raw: Raw, table: str, verdict: str, header: str) -> None:
    """A total of the export against the rows above it: all of them, or those since the total before."""
    from salesnb.intake.clean import numbers

    cell = raw.sql(header)
    totals = bench.rows(
        f"SELECT _row, {cell} FROM {raw.name} JOIN {verdict} ON r = _row WHERE code = 'subtotal_row' ORDER BY "
        f"_row LIMIT 500"
    )
    before = 0
    for row, text in totals:
        stated = numbers.parse(text) if text else None
        if stated is None:
            continue
        plain = f"try_cast(replace(replace({cell}, ',', ''), '￥', '') AS DECIMAL(38,18))"
        rows = f"FROM {raw.name} WHERE _row < {row} AND _row NOT IN (SELECT r FROM {verdict})"
        above = bench.one(f"SELECT sum({plain}) {rows}") or 0
        since = bench.one(f"SELECT sum({plain}) {rows} AND _row > {before}") or 0
        before = row
        if min(abs(stated - above), abs(stated - since)) > abs(stated) * numbers.ROUNDED:
            bench.findings.add(_mismatch(raw, table, header, row, text, f"{since:f}".rstrip("0").rstrip(".")))


def _mismatch(raw: Raw, table: str, header: str, row: int, stated: str, summed: str) -> Finding:
    return Finding(
        "total_mismatch",
        "warn",
        Text(
            f"导出里的合计 {stated} 与上方明细之和 {summed} 不符",
            f"the export's total {stated} is not the sum of the rows above, {summed}",
        ),
        Text("核对是否有隐藏、筛掉或被改动的行", "look for rows that are hidden, filtered out or edited"),
        table=table,
        file=raw.shown,
        row=row,
        column=header,
        value=stated,
    )
