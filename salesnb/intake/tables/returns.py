"""Returns kept in an export of their own, netted against the order lines they belong to."""

from __future__ import annotations

from salesnb.intake.bench import Bench
from salesnb.intake.clean.columns import DECIMAL
from salesnb.intake.quality.findings import Finding
from salesnb.intake.quality.gate import gate
from salesnb.intake.tables.calendar_sql import settlement_month
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text
from salesnb.model.params.company import Company

_SHARED = ("quantity", "list", "cost", "_tax")


def with_returns(bench: Bench, company: Company, returns: Stack, lines: str, stop_share: float) -> str:
    """``lines`` and the returned part of them as negative lines.

    A return that names only its order returns the whole order; one with a line or product only that; one with an amount
    that much, spread over the lines in proportion. It counts on its own date, else on the order's.
    """
    kept = gate(bench, returns, ("order_id",), stop_share)
    have = set(returns.columns)
    if "is_return" in have:
        view = bench.name("returned")
        bench.run(f"CREATE VIEW {view} AS SELECT * FROM {kept} WHERE coalesce(is_return, true)")
        kept = view
    single = _one_row_each(bench, kept, have)
    _unknown_orders(bench, returns, single, lines)
    matched = _matched(bench, company, single, lines, have)
    part = "PARTITION BY _rf, _rr"
    rest = f"_amount - (sum(_cut) OVER ({part}) - _cut)"
    first = f"row_number() OVER ({part} ORDER BY line_no, person_id, _row) = 1"
    net = f"CASE WHEN _amount IS NULL THEN -net WHEN {first} THEN -({rest}) ELSE -_cut END"
    others = ", ".join(
        f"CAST(-{c} * coalesce(_cut::DOUBLE / nullif(net, 0)::DOUBLE, 1) AS {DECIMAL}) AS {c}" for c in _SHARED
    )
    whole = ", ".join(f"-{c} AS {c}" for c in _SHARED)
    out = bench.name("with_returns")
    dropped = "EXCLUDE (_amount, _cut, _rf, _rr)"
    bench.run(
        f"CREATE TABLE {out} AS SELECT * FROM {lines} UNION ALL BY NAME"
        f" SELECT * {dropped} REPLACE (CAST({net} AS {DECIMAL}) AS net, {others if 'net' in have else whole}) "
        f"FROM {matched}"
    )
    _report(bench, returns, lines, out)
    return out


def _matched(bench: Bench, company: Company, single: str, lines: str, have: set[str]) -> str:
    """Each return beside the lines it takes back, with the stated amount's share of every line cut to six places (the
    first line takes what cutting leaves, so that the stated amount is met exactly)."""
    on = ["r.order_id = l.order_id"]
    on += [f"(r.{c} IS NULL OR r.{c} = l.{c})" for c in ("line_no", "product_id") if c in have]
    day = "coalesce(r.return_date, l.order_date)" if "return_date" in have else "l.order_date"
    month = "CASE WHEN r.return_date IS NULL THEN l.month END" if "return_date" in have else "l.month"
    known = "coalesce(r.known_date, l.known_date)" if "known_date" in have else "l.known_date"
    amount = f"abs(r.net)::{DECIMAL}" if "net" in have else f"NULL::{DECIMAL}"
    weight = "l.net::DOUBLE / nullif(sum(l.net) OVER (PARTITION BY r._file, r._row), 0)::DOUBLE"
    out = bench.name("matched")
    bench.run(
        f"CREATE TABLE {out} AS SELECT *, CAST(_amount::DOUBLE * _weight AS DECIMAL(38,6)) AS _cut FROM ("
        f"SELECT l.* REPLACE (coalesce(l.line_no, '') || '-R' AS line_no, {day} AS order_date, {day} AS _day,"
        f" {known} AS known_date, l.order_id AS original_order_id,"
        f" coalesce({month}, {settlement_month(day, company)}) AS month, true AS is_return,"
        " true AS _made),"
        f" r._file AS _rf, r._row AS _rr, {amount} AS _amount, {weight} AS _weight"
        f" FROM {single} r JOIN {lines} l ON {' AND '.join(on)} WHERE NOT l.is_return)"
    )
    bench.run(f"ALTER TABLE {out} DROP COLUMN _weight")
    return out


def _one_row_each(bench: Bench, kept: str, have: set[str]) -> str:
    """A returned order may be listed twice; without an amount it is returned once all the same."""
    if "net" in have:
        return kept
    keys = ", ".join(c for c in ("order_id", "line_no", "product_id") if c in have)
    view = bench.name("returned")
    bench.run(
        f"CREATE VIEW {view} AS SELECT * FROM {kept} QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY "
        f"_file, _row) = 1"
    )
    return view


def _unknown_orders(bench: Bench, returns: Stack, single: str, lines: str) -> None:
    row, value, count = bench.rows(
        f"SELECT min(_row), arg_min(order_id, _row), count(*) FROM {single} r"
        f" WHERE NOT EXISTS (SELECT 1 FROM {lines} l WHERE l.order_id = r.order_id)"
    )[0]
    if count:
        bench.findings.add(
            Finding(
                "return_without_order",
                "error",
                Text(
                    f"{count} 笔退货找不到原订单，未能冲减",
                    f"{count} returns have no order and could not be subtracted",
                ),
                Text(
                    "补上原订单所在年份的导出，或核对订单号",
                    "add the export that holds the orders, or check the order numbers",
                ),
                table="returns",
                file=returns.raws[0].shown if returns.raws else "",
                row=row,
                column="order_id",
                value=value,
                row_count=count,
            )
        )


def _report(bench: Bench, returns: Stack, before: str, after: str) -> None:
    gross = bench.one(f"SELECT sum(net) FROM {before}") or 0
    net = bench.one(f"SELECT sum(net) FROM {after}") or 0
    orders, rows = bench.rows(f"SELECT count(DISTINCT order_id), count(*) FROM {after} WHERE _made")[0]
    bench.findings.add(
        Finding(
            "returns_netted",
            "info",
            Text(
                f"冲减退货 {orders} 单 {rows} 行，共 {gross - net:,.2f}：订单合计 {gross:,.2f}，净额 {net:,.2f}",
                f"returns of {orders} orders ({rows} lines) are subtracted, {gross - net:,.2f} in all: "
                f"orders {gross:,.2f},"
                f" net {net:,.2f}",
            ),
            Text(
                "若订单金额已扣除退货，删去 returns 来源",
                "if the orders are net of returns already, remove the returns source",
            ),
            table="returns",
            file=returns.raws[0].shown if returns.raws else "",
            row_count=rows,
        )
    )
