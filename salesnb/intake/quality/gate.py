"""The gate: rows that cannot be facts are set aside with a reason, and too many of them stop the run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from salesnb.intake.bench import Bench, ident, literal
from salesnb.intake.quality.findings import Finding
from salesnb.intake.quality.furniture import keep_aside
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text

_LENGTH = {
    "row_too_long": Text(
        "字段比列名多，可能有未加引号的分隔符", "more fields than columns, perhaps an unquoted delimiter"
    ),
    "row_too_short": Text(
        "字段比列名少，各列可能错位", "fewer fields than columns; its cells may be in the wrong ones"
    ),
}
_REMEDY = Text(
    "改正源文件后重新导入；这些行在 set_aside.csv", "correct the export and import again; the rows are in set_aside.csv"
)


def gate(bench: Bench, rows: Stack, needed: Sequence[str], stop_share: float) -> str:
    """Table or view of the rows that passed: ``rows.name`` itself where all did. ``needed`` columns must hold a
    readable value."""
    reasons = {
        **_LENGTH,
        **{f"{c}_missing": _missing(c) for c in needed},
        **{f"{c}_unreadable": _bad(c) for c in needed},
    }
    cases = ["WHEN _flaw IS NOT NULL THEN _flaw"]
    for column in needed:
        empty = f"{ident(column)} IS NULL"
        cases.append(
            f"WHEN {empty} AND list_contains(string_split(_bad, ','), {literal(column)}) "
            f"THEN {literal(column + '_unreadable')}"
        )
        cases.append(f"WHEN {empty} THEN {literal(column + '_missing')}")
    verdict = bench.name("verdict")
    bench.run(
        f"CREATE TABLE {verdict} AS SELECT * FROM (SELECT _file, _row, CASE {' '.join(cases)} END AS code "
        f"FROM {rows.name})"
        " WHERE code IS NOT NULL"
    )
    if not bench.one(f"SELECT count(*) FROM {verdict}"):
        return rows.name
    _report(bench, rows, verdict, reasons)
    _share(bench, rows, verdict, stop_share)
    kept = bench.name("kept")
    bench.run(f"CREATE VIEW {kept} AS SELECT * FROM {rows.name} ANTI JOIN {verdict} USING (_file, _row)")
    return kept


def _missing(column: str) -> Text:
    return Text(f"{column} 为空", f"{column} is empty")


def _bad(column: str) -> Text:
    return Text(f"{column} 无法解读", f"{column} cannot be read")


def _report(bench: Bench, rows: Stack, verdict: str, reasons: Mapping[str, Text]) -> None:
    for number, raw in enumerate(rows.raws):
        keep_aside(bench, raw, rows.table, f"SELECT _row, code FROM {verdict} WHERE _file = {number}", reasons)
        found = bench.rows(
            f"SELECT code, min(_row), count(*) FROM {verdict} WHERE _file = {number} GROUP BY code ORDER BY code"
        )
        for code, row, count in found:
            cells = ", ".join(f"c{i}" for i in range(len(raw.columns)))
            column = code.removesuffix("_missing").removesuffix("_unreadable")
            value = bench.one(f"SELECT concat_ws(' | ', {cells}) FROM {raw.name} WHERE _row = {row}")
            bench.findings.add(
                Finding(
                    "row_set_aside" if code not in _LENGTH else code,
                    "error",
                    Text(f"{count} 行被搁置：{reasons[code].zh}", f"{count} rows were set aside: {reasons[code].en}"),
                    _REMEDY,
                    table=rows.table,
                    file=raw.shown,
                    row=row,
                    column=rows.header(number, column) if code not in _LENGTH else "",
                    value=value,
                    row_count=count,
                )
            )


def _share(bench: Bench, rows: Stack, verdict: str, stop_share: float) -> None:
    total = bench.one(f"SELECT count(*) FROM {rows.name}")
    aside = bench.one(f"SELECT count(*) FROM {verdict}")
    if aside > stop_share * total:
        bench.findings.add(
            Finding(
                "too_many_set_aside",
                "stop",
                Text(
                    f"{total} 行中有 {aside} 行被搁置，超过 {stop_share:.0%} 的上限",
                    f"{aside} of {total} rows were set aside, more than {stop_share:.0%}",
                ),
                Text(
                    "多半是列映射或格式不对：看上面的发现；上限在 company.yaml 的 quality",
                    "the map or a format is probably wrong: see the other findings; the limit is in "
                    "company.yaml, quality",
                ),
                table=rows.table,
                file=rows.raws[0].shown if rows.raws else "",
                row_count=aside,
            )
        )
