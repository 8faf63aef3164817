"""Who a sale counts for (R82): shared credit that sums to 100 %, and shadow credit that never enters a total."""

from __future__ import annotations

from salesnb.intake.bench import Bench
from salesnb.intake.clean.columns import DECIMAL
from salesnb.intake.quality.findings import Finding
from salesnb.intake.quality.gate import gate
from salesnb.intake.tables.select import Stack
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text

_AMOUNTS = ("quantity", "net", "list", "cost")
_LINE = "_file, _row, _made"
_SHADOW = r"(?i)影子|shadow|协同|支持|support|管理|overlay"


def from_rows(bench: Bench, rows: Stack, lines: str) -> str:
    """Order lines that stand once per credited person: each person gets his share of one amount.

    Whether such rows repeat the whole amount or hold the parts is told by lines whose shares differ; where no line
    tells and company.yaml does not (``credit: repeated | split``), the run stops.
    """
    if not {"order_id", "line_no", "share_of_credit"} <= set(rows.columns):
        return lines
    group = "PARTITION BY _file, order_id, line_no, is_return, _made"
    marked = bench.name("marked")
    bench.run(
        f"CREATE TABLE {marked} AS SELECT *, count(*) OVER ({group}) AS _people, sum(share_of_credit) OVER "
        f"({group}) AS _shares,"
        f" sum(net) OVER ({group}) AS _whole, min(net) OVER ({group}) AS _least, max(net) OVER ({group}) AS _most,"
        f" row_number() OVER ({group} ORDER BY share_of_credit DESC, person_id, _row) = 1 AS _first FROM {lines}"
    )
    percent = bench.one(f"SELECT count(*) > 0 AND min(_shares) > 1.5 FROM {marked} WHERE _people > 1")
    if percent:
        bench.run(
            f"UPDATE {marked} SET share_of_credit = share_of_credit / 100, _shares = _shares / 100 WHERE _shares > 1.5"
        )
    _shares_sum(bench, rows, marked)
    repeated = _repeated(bench, rows, marked)
    out = bench.name("credited")
    part = "CAST({0} * CAST(share_of_credit AS DECIMAL(9,6)) AS DECIMAL(38,6))"
    rest = f"{{0}} - (sum({part}) OVER ({group}) - {part})"
    amounts = ", ".join(
        f"CASE WHEN _people = 1 THEN {c} WHEN _first THEN CAST({rest.format(c)} AS {DECIMAL})"
        f" ELSE CAST({part.format(c)} AS {DECIMAL}) END AS {c}"
        for c in _AMOUNTS
    )
    replaced = f"{amounts}, " if repeated else ""
    bench.run(
        f"CREATE TABLE {out} AS SELECT * EXCLUDE (_people, _shares, _whole, _least, _most, _first)"
        f" REPLACE ({replaced}_first AS is_primary) FROM {marked}"
    )
    return out


def _repeated(bench: Bench, rows: Stack, marked: str) -> bool:
    """Whether rows of several people repeat the whole amount, by company.yaml or by the lines with unequal shares."""
    said = {s.credit for s in rows.sources if s.credit is not None}
    if said:
        return "repeated" in said
    unequal = f"FROM {marked} WHERE _people > 1 AND _first AND share_of_credit * _people > 1.02 * _shares"
    same, parts = bench.rows(f"SELECT count(*) FILTER (_least = _most), count(*) FILTER (_least <> _most) {unequal}")[0]
    shared = bench.one(f"SELECT count(*) FROM {marked} WHERE _people > 1")
    if shared and same == parts:
        file, row, value = bench.rows(
            "SELECT min(_file), arg_min(_row, (_file, _row)), arg_min(order_id || ' / ' || line_no, (_file, _row))"
            f" FROM {marked} WHERE _people > 1"
        )[0]
        bench.findings.add(
            Finding(
                "credit_unsure",
                "stop",
                Text(
                    f"{shared} 行由几人共享业绩，分不清各行金额是全额重复还是已拆分",
                    f"{shared} rows share credit; whether each holds the whole amount or its part cannot be told",
                ),
                Text(
                    "在该来源写 credit: repeated（全额重复）或 split（已拆分）",
                    "write credit: repeated (whole amounts) or split (parts) in the source",
                ),
                table=rows.table,
                file=rows.raws[file].shown,
                row=row,
                column=rows.header(file, "share_of_credit"),
                value=value,
                row_count=shared,
            )
        )
    return bool(same > parts)


def _shares_sum(bench: Bench, rows: Stack, marked: str) -> None:
    """Shares of a line must sum to 100 %."""
    count, file, row, value = bench.rows(
        "SELECT count(*), min(_file), arg_min(_row, (_file, _row)), arg_min(order_id || ' / ' || line_no || ': ' ||"
        f" (_shares * 100)::DECIMAL(12,2)::VARCHAR || ' %', (_file, _row)) FROM {marked}"
        " WHERE _first AND abs(_shares - 1) > 0.0005"
    )[0]
    if count:
        bench.findings.add(_not_100(rows, count, file, row, value, rows.header(file, "share_of_credit")))


def _not_100(rows: Stack, count: int, file: int, row: int, value: str, column: str) -> Finding:
    return Finding(
        "credit_not_100",
        "error",
        Text(
            f"{count} 个订单行的业绩分摊之和不是 100%，差额归主责人",
            f"the shares of {count} order lines do not sum to 100 %; the primary person takes the difference",
        ),
        Text("在源系统把比例补足到 100%", "make the shares sum to 100 % in the source"),
        table=rows.table,
        file=rows.raws[file].shown if file is not None else "",
        row=row,
        column=column,
        value=value,
        row_count=count,
    )


def from_table(bench: Bench, credits: Stack, lines: str, stop_share: float) -> tuple[str, str | None]:
    """Order lines credited by an export of its own: (lines by credited person, shadow credit or None).

    A credit names an order or one of its lines. What the shares leave of 100 % stays with the line's own person.
    """
    kept = gate(bench, credits, tuple(c for c in ("order_id", "share") if c in credits.columns), stop_share)
    have = set(credits.columns)
    person = (
        "coalesce(person_id, person_name)"
        if {"person_id", "person_name"} <= have
        else ("person_id" if "person_id" in have else "person_name")
    )
    role = "coalesce(role, '')" if "role" in have else "''"
    unit = bench.one(f"SELECT max(share) > 1.5 FROM {kept}")
    line = "line_no" if "line_no" in have else "NULL::VARCHAR"
    shares = bench.name("shares")
    bench.run(
        f"CREATE TABLE {shares} AS SELECT order_id, {line} AS line_no, {person} AS person, {role} AS role,"
        f" CAST(share {'/ 100' if unit else ''} AS DECIMAL(9,6)) AS share, regexp_matches({role}, '{_SHADOW}') "
        f"AS shadow,"
        f" _file AS _sf, _row AS _sr FROM {kept}"
    )
    on = "s.order_id = l.order_id AND (s.line_no IS NULL OR s.line_no = l.line_no)"
    joined = bench.name("joined")
    bench.run(
        f"CREATE TABLE {joined} AS SELECT l.*, s.person AS _person, s.share AS _share, s._sf, s._sr FROM {lines} l"
        f" JOIN {shares} s ON {on} WHERE NOT s.shadow"
    )
    _report(bench, credits, joined)
    credited = _split(bench, lines, joined)
    return credited, _shadow(bench, lines, shares, on) if bench.one(
        f"SELECT count(*) FROM {shares} WHERE shadow"
    ) else None


def _split(bench: Bench, lines: str, joined: str) -> str:
    """Lines nobody shares as they are; shared ones once per person, the last share being what cutting leaves."""
    group = f"PARTITION BY {_LINE}"
    parts = bench.name("parts")
    bench.run(
        f"CREATE TABLE {parts} AS SELECT * FROM {joined} UNION ALL BY NAME SELECT * EXCLUDE (_sum) FROM ("
        f"SELECT DISTINCT ON ({_LINE}) * EXCLUDE (_person, _share) , coalesce(person_id, '{UNASSIGNED}') AS _person,"
        f" (1 - sum(_share) OVER ({group}))::DECIMAL(9,6) AS _share, sum(_share) OVER ({group}) AS _sum FROM {joined}"
        ") WHERE _sum < 0.9995"
    )
    out = bench.name("credited")
    part = "CAST({0} * _share AS DECIMAL(38,6))"
    rest = f"{{0}} - (sum({part}) OVER ({group}) - {part})"
    first = f"row_number() OVER ({group} ORDER BY _share DESC, _person) = 1"
    amounts = ", ".join(
        f"CASE WHEN _first THEN CAST({rest.format(c)} AS {DECIMAL}) ELSE CAST({part.format(c)} AS {DECIMAL}) END AS {c}"
        for c in _AMOUNTS
    )
    merged = bench.name("merged")  # a person listed twice for one line has the sum of his shares
    bench.run(
        f"CREATE TABLE {merged} AS SELECT * EXCLUDE (_nth), {first} AS _first FROM (SELECT * REPLACE (sum(_share) OVER"
        f" (PARTITION BY {_LINE}, _person) AS _share), row_number() OVER (PARTITION BY {_LINE}, _person) AS _nth"
        f" FROM {parts}) WHERE _nth = 1"
    )
    bench.run(
        f"CREATE TABLE {out} AS SELECT * FROM {lines} ANTI JOIN {joined} USING ({_LINE.replace(' ', '')}) UNION "
        f"ALL BY NAME"
        f" SELECT * EXCLUDE (_person, _share, _sf, _sr, _first) REPLACE ({amounts}, _person AS person_id,"
        f" _share::{DECIMAL} AS share_of_credit, _first AS is_primary) FROM {merged}"
    )
    return out


def _shadow(bench: Bench, lines: str, shares: str, on: str) -> str:
    """Shadow credit as a table of its own."""
    out = bench.name("shadow")
    bench.run(
        f"CREATE TABLE {out} AS SELECT l.*, s.person AS _person, s.role AS _role, s.share AS _share FROM {lines} l"
        f" JOIN {shares} s ON {on} WHERE s.shadow"
    )
    return out


def _report(bench: Bench, credits: Stack, joined: str) -> None:
    """Shared credit that is over 100 %: what it leaves for the line's own person would be negative."""
    count, file, row, value = bench.rows(
        "SELECT count(*), min(f), arg_min(r, (f, r)), arg_min(v, (f, r)) FROM (SELECT min(_sf) AS f, min(_sr) AS r,"
        f" any_value(order_id) || ': ' || (sum(_share) * 100)::DECIMAL(12,2)::VARCHAR || ' %' AS v FROM {joined}"
        f" GROUP BY {_LINE} HAVING sum(_share) > 1.0005)"
    )[0]
    if count:
        bench.findings.add(_not_100(credits, count, file, row, value, credits.header(file, "share")))
