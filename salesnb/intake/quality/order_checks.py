"""What orders, months and files as a whole say: contradictions in an order, gaps in months, late entries, totals."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from salesnb.intake.bench import Bench
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables.calendar_sql import closing_day, settlement_month
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text
from salesnb.model.params.company import Company, Control
from salesnb.model.periods import month_range
from salesnb.model.places import today

UNIT_SLIP = 300  # medians of two files of one source this far apart are in different units


def report(bench: Bench, company: Company, rows: Stack, lines: str) -> None:
    """Findings about the keyed lines as a whole."""
    if _disagreeing(bench, rows, lines):
        _two_values(bench, rows, lines, "customer_id", "order_two_customers", Text("客户", "customers"))
        _two_values(bench, rows, lines, "order_date", "order_two_dates", Text("下单日期", "order dates"))
    now = f"DATE '{today(company.timezone, company.today).isoformat()}'"
    known = f"(SELECT * FROM {lines} WHERE order_date <= {now} AND coalesce(known_date, order_date) <= {now})"
    sold = "FILTER (NOT is_return)"
    months = bench.rows(
        f"SELECT month, count(*) {sold}, max(order_date) {sold} FROM {known} WHERE month IS NOT NULL GROUP BY month"
        " ORDER BY month"
    )
    _month_gaps(bench, rows, [month for month, *_ in months])
    _last_month(bench, rows, [found for found in months if found[1]])
    _late(bench, company, rows, known)
    _units(bench, rows, lines)
    _currencies(bench, company, rows, lines)


def _add(bench: Bench, rows: Stack, code: str, severity: str, message: Text, remedy: Text, **place: object) -> None:
    bench.findings.add(Finding(code, severity, message, remedy, table=rows.table, **place))  # type: ignore[arg-type]


def _disagreeing(bench: Bench, rows: Stack, lines: str) -> bool:
    """Whether lines of one order number may disagree, by the hash of the number: cheap, and mostly no."""
    if "order_id" not in rows.columns:
        return False
    return bool(
        bench.rows(
            f"SELECT 1 FROM {lines} WHERE order_id <> '_unassigned' GROUP BY hash(order_id)"
            " HAVING min(hash(customer_id, order_date)) <> max(hash(customer_id, order_date)) LIMIT 1"
        )
    )


def _two_values(bench: Bench, rows: Stack, lines: str, column: str, code: str, what: Text) -> None:
    """Orders whose lines do not agree on what an order has one of."""
    if not {"order_id", column} <= set(rows.columns):
        return
    orders, row, file, order = bench.rows(
        "SELECT count(*), arg_min(r, (f, r)), min(f), arg_min(order_id, (f, r)) FROM ("
        f"SELECT order_id, min(_row) AS r, min(_file) AS f FROM {lines} WHERE order_id <> '_unassigned' AND NOT _made"
        f" GROUP BY order_id HAVING min({column}) <> max({column}))"
    )[0]
    if orders:
        _add(
            bench,
            rows,
            code,
            "warn",
            Text(f"{orders} 个订单号对应不止一个{what.zh}", f"{orders} order numbers have several {what.en}"),
            Text("核对订单号是否被重复使用", "check whether order numbers are used twice"),
            file=rows.raws[file].shown,
            row=row,
            column=rows.header(file, "order_id"),
            value=order,
            row_count=orders,
        )


def _month_gaps(bench: Bench, rows: Stack, there: Sequence[str]) -> None:
    if not there:
        return
    gaps = sorted(set(month_range(there[0], there[-1])) - set(there))
    if gaps and len(gaps) <= 600:
        shown = "、".join(gaps[:6])
        _add(
            bench,
            rows,
            "month_gap",
            "warn",
            Text(
                f"{there[0]} 到 {there[-1]} 之间有 {len(gaps)} 个月没有订单：{shown}",
                f"{len(gaps)} months between {there[0]} and {there[-1]} have no orders: {', '.join(gaps[:6])}",
            ),
            Text(
                "检查是否漏导出；没有数据的月份不按零处理",
                "check whether an export is missing; months without data are not zeros",
            ),
            file=rows.raws[0].shown,
            column=rows.header(0, "month" if "month" in rows.columns else "order_date"),
            value=shown,
            row_count=len(gaps),
        )


def _last_month(bench: Bench, rows: Stack, sold: Sequence[tuple[str, int, date]]) -> None:
    """The last month is often cut off in the middle. ``sold``: months with their lines and their last day."""
    found = sold[:-14:-1]
    if len(found) < 6:
        return
    month, count, last = found[0]
    usual = sorted(n for _, n, _ in found[1:])[len(found[1:]) // 2]
    if count < 0.5 * usual:
        _add(
            bench,
            rows,
            "last_month_thin",
            "info",
            Text(
                f"最后一个月 {month} 只有 {count} 行（平常约 {usual} 行），到 {last} 为止，可能不完整",
                f"the last month {month} has "
                f"only {count} lines (usually about {usual}), up to {last}; it may be incomplete",
            ),
            Text("分析到上一个整月为止，或补上后续导出", "review up to the month before, or add a later export"),
            file=rows.raws[-1].shown,
            value=month,
            row_count=count,
        )


def _late(bench: Bench, company: Company, rows: Stack, lines: str) -> None:
    """Lines entered after their month was closed: shown apart, because a review of that month did not know them; or
    counted in the month then open, where the company wants that."""
    if "known_date" not in rows.columns:
        return
    close, moved = company.close_days, company.late_bookings == "open_month"
    month = settlement_month("order_date", company) if moved else "month"
    row, file, value, count, amount = bench.rows(
        f"SELECT arg_min(_row, (_file, _row)), min(_file), arg_min(known_date::VARCHAR, (_file, _row)), count(*)"
        f", sum(net) FROM {lines}"
        f" WHERE NOT _made AND known_date > {closing_day(month, company)}"
    )[0]
    if count:
        _add(
            bench,
            rows,
            "late_entries",
            "info",
            Text(
                f"{count} 行在当月关账（月末 + {close} 天）之后才录入，共 {amount:,.2f}",
                f"{count} lines were entered after their month was closed (end + {close} days), {amount:,.2f} in all",
            ),
            Text("已计入录入时的月份（late_bookings）", "they count in the month of entry (late_bookings)")
            if moved
            else Text(
                "复盘当月时不含这些行；年累计包含", "a review of that month leaves them out; year to date has them"
            ),
            file=rows.raws[file].shown,
            row=row,
            column=rows.header(file, "known_date"),
            value=value,
            row_count=count,
        )


def _units(bench: Bench, rows: Stack, lines: str) -> None:
    """One export of a source in yuan, another in 万元."""
    if len(rows.raws) < 2:
        return
    medians = bench.rows(
        f"SELECT _file, median(net)::DOUBLE FROM {lines} WHERE net > 0 AND NOT is_return GROUP BY _file HAVING "
        f"count(*) >= 20 ORDER BY _file"
    )
    for file, median in medians[1:]:
        first = medians[0][1]
        times = max(first, median) / min(first, median)
        if times > UNIT_SLIP:
            _add(
                bench,
                rows,
                "unit_slip",
                "stop",
                Text(
                    f"两份导出的金额中位数相差 {times:,.0f} 倍（{first:,.2f} 与 {median:,.2f}），单位多半不同",
                    f"the median amounts of two exports are {times:,.0f} times apart ({first:,.2f} and {median:,.2f}):"
                    " their units probably differ",
                ),
                Text(
                    "给其中一份写明 unit（如 万元）；确实如此时在 quality.severity 中把 unit_slip 降为 warn",
                    "write unit for one of them; if it is right, lower unit_slip to warn in quality.severity",
                ),
                file=rows.raws[file].shown,
                column=rows.header(file, "net"),
                value=f"{median:,.2f}",
                row_count=rows.raws[file].rows,
            )


def _currencies(bench: Bench, company: Company, rows: Stack, lines: str) -> None:
    found = [c for (c,) in bench.rows(f"SELECT DISTINCT currency FROM {lines} ORDER BY currency")]
    foreign = [c for c in found if c != company.currency]
    if foreign:
        _add(
            bench,
            rows,
            "currency_foreign",
            "error",
            Text(
                f"订单含外币：{'、'.join(foreign)}，没有汇率，不能与 {company.currency} 相加",
                f"orders are in {', '.join(foreign)}, too; without rates they cannot be added to {company.currency}",
            ),
            Text("在 company.yaml 的 rates 给出汇率", "give dated rates in company.yaml"),
            file=rows.raws[0].shown,
            column=rows.header(0, "currency"),
            value="、".join(foreign),
        )


def against_ledger(bench: Bench, company: Company, rows: Stack, lines: str, ledger: tuple[Stack, str]) -> None:
    """Months whose sales are further from the general ledger than the tolerance; the farthest one stands first. The
    running month is left out: the ledger has not closed it."""
    stack, booked = ledger
    share = company.quality.ledger_tolerance.at(date.max, date.max)
    now = company.calendar.month_of(today(company.timezone, company.today))
    found = bench.rows(
        "SELECT month, net, booked, net - booked AS gap, file, row FROM (SELECT month, sum(booked) AS booked,"
        f" min(_file) AS file, arg_min(_row, (_file, _row)) AS row FROM {booked} WHERE currency = ? GROUP BY month)"
        f" JOIN (SELECT month, sum(net) AS net FROM {lines} WHERE currency = ? GROUP BY month) USING (month)"
        " WHERE month < ? AND abs(net - booked) > abs(booked) * CAST(? AS DECIMAL(9,6))"
        " ORDER BY abs(net - booked) DESC, month",
        [company.currency, company.currency, now, f"{share:f}"],
    )
    if not found:
        return
    month, net, figure, gap, file, row = found[0]
    _add(
        bench,
        rows,
        "ledger_gap",
        "warn",
        Text(
            f"{len(found)} 个月的订单合计与总账相差超过 {share * 100:g} %；最大是 {month}：订单 {net:,.2f}，"
            f"总账 {figure:,.2f}，差 {gap:+,.2f}",
            f"sales of {len(found)} months are more than {share * 100:g} % from the ledger; most in {month}: "
            f"orders {net:,.2f}, ledger {figure:,.2f}, off by {gap:+,.2f}",
        ),
        Text(
            "逐月核对漏导、重复、口径和跨月；差额可接受时调高 quality.ledger_tolerance",
            "look month by month for missing or repeated rows, another basis or month; raise quality.ledger_tolerance"
            " if the gap is accepted",
        ),
        file=stack.raws[file].shown,
        row=row,
        column=stack.header(file, "booked"),
        value=f"{figure:.2f}",
        row_count=len(found),
    )


def controls(bench: Bench, company: Company, rows: Stack, lines: str, wanted: Sequence[Control]) -> None:
    """The import against ledger figures the company gave; a miss beyond tolerance stops the run."""
    for control in wanted:
        column = control.column if control.column in ("net", "list", "cost", "quantity") else "net"
        where, values = "true", []
        if control.period:  # a year is the company's own, which may start in any month
            where, values = "list_contains(?, month)", [list(company.calendar.period(control.period).months)]
        # what the ledger shows is what was booked: returns the netting made come from another source
        found = bench.one(f"SELECT coalesce(sum({column}), 0) FROM {lines} WHERE NOT _made AND {where}", values)
        gap = Decimal(found) - Decimal(control.total)
        if abs(gap) > Decimal(control.tolerance):
            period = control.period or "全部"
            _add(
                bench,
                rows,
                "control_total",
                "stop",
                Text(
                    f"{period} {column} 合计 {found:,.2f} 与账面 {Decimal(control.total):,.2f} 相差 {gap:,.2f}",
                    f"{control.period or 'all'} {column}: "
                    f"imported {found:,.2f}, ledger {Decimal(control.total):,.2f}, off by {gap:,.2f}",
                ),
                Text(
                    "核对漏导、重复或口径；差额可接受时写 tolerance",
                    "look for missing or repeated rows; write tolerance if the gap is accepted",
                ),
                file=rows.raws[0].shown if rows.raws else "",
                column=rows.header(0, column),
                value=f"{found:.2f}",
            )
