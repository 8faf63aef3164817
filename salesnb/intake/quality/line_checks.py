"""Order lines that are possible but worth a look: dates, signs, amounts, orders that contradict themselves.

Nothing is changed or set aside here; each check is one condition over the keyed lines, reported file by file with the
first row, its value and how many rows share it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from salesnb.intake.bench import Bench
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text
from salesnb.model.params.company import Company
from salesnb.model.places import today

OLDEST = "DATE '1990-01-01'"
SLIP = 20  # times the usual price of its product: a misplaced decimal point or unit


@dataclass(frozen=True)
class Check:
    """Rows of the keyed lines that meet ``where`` are reported under ``code`` with the value of ``value``."""

    code: str
    severity: str
    column: str
    where: str
    value: str
    message: Text  # {n} stands for the number of rows
    remedy: Text
    needs: tuple[str, ...] = ()  # columns that must be mapped


CHECKS = (
    Check(
        "ancient_date",
        "error",
        "order_date",
        f"order_date < {OLDEST}",
        "order_date::VARCHAR",
        Text("{n} 行的下单日期早于 1990 年", "{n} lines are ordered before 1990"),
        Text(
            "检查日期格式；空日期常被导出为 1900-01-01",
            "check the date format; blank dates are often exported as 1900-01-01",
        ),
        ("order_date",),
    ),
    Check(
        "zero_amount",
        "info",
        "net",
        "net = 0",
        "order_id || ' / ' || line_no",
        Text("{n} 行金额为零", "{n} lines have an amount of zero"),
        Text("若是赠品无需处理；否则补上金额", "nothing to do for free goods; else fill the amount in"),
    ),
    Check(
        "negative_unflagged",
        "warn",
        "net",
        "net < 0 AND NOT is_return",
        "net::DECIMAL(38,2)::VARCHAR",
        Text("{n} 行金额为负但没有标为退货", "{n} lines are negative without being marked as returns"),
        Text(
            "核对是折让、冲销还是退货，退货请标记",
            "check whether they are rebates, reversals or returns; mark returns",
        ),
        ("is_return",),
    ),
    Check(
        "negative_as_return",
        "info",
        "net",
        "net < 0 AND is_return",
        "net::DECIMAL(38,2)::VARCHAR",
        Text("{n} 行金额为负，按退货处理", "{n} lines are negative and count as returns"),
        Text(
            "若是折让而非退货，请在导出中加退货标志并映射 is_return",
            "if they are rebates, add a return flag to the export and map is_return",
        ),
    ),
    Check(
        "ship_before_order",
        "warn",
        "ship_date",
        "ship_date < order_date AND NOT is_return",
        "ship_date::VARCHAR || ' < ' || order_date::VARCHAR",
        Text("{n} 行的发货日期早于下单日期", "{n} lines are shipped before they are ordered"),
        Text("核对两个日期", "check both dates"),
        ("ship_date", "order_date"),
    ),
    Check(
        "invoice_before_order",
        "info",
        "invoice_date",
        "invoice_date < order_date AND NOT is_return",
        "invoice_date::VARCHAR || ' < ' || order_date::VARCHAR",
        Text("{n} 行的开票日期早于下单日期", "{n} lines are invoiced before they are ordered"),
        Text("预开票无需处理；否则核对日期", "nothing to do for advance invoices; else check the dates"),
        ("invoice_date", "order_date"),
    ),
    Check(
        "known_before_order",
        "warn",
        "known_date",
        "known_date < order_date",
        "known_date::VARCHAR || ' < ' || order_date::VARCHAR",
        Text("{n} 行的录入日期早于下单日期", "{n} lines are entered before they are ordered"),
        Text("核对日期；复盘时按录入日期判断当时是否已知", "check the dates; reviews go by the day of entry"),
        ("known_date", "order_date"),
    ),
    Check(
        "customer_missing",
        "warn",
        "customer_id",
        "customer_id = '_unassigned'",
        "order_id || ' / ' || line_no",
        Text("{n} 行没有客户，归入“未分配”", "{n} lines have no customer and go to the unassigned node"),
        Text("在导出中补上客户", "fill the customer in"),
        ("customer_id",),
    ),
    Check(
        "loss_making",
        "info",
        "cost",
        "NOT is_return AND net > 0 AND cost > net",
        "net::DECIMAL(38,2)::VARCHAR || ' < ' || cost::DECIMAL(38,2)::VARCHAR",
        Text("{n} 行售价低于成本", "{n} lines are sold below cost"),
        Text("亏损单保留在分析中；若成本有误请改正", "loss-making lines stay in; correct the cost if it is wrong"),
        ("cost",),
    ),
    Check(
        "negative_cost",
        "warn",
        "cost",
        "NOT is_return AND cost < 0",
        "cost::DECIMAL(38,2)::VARCHAR",
        Text("{n} 行成本为负", "{n} lines have a negative cost"),
        Text(
            "核对成本口径（成本 = 金额 − 利润时，检查利润）",
            "check what cost means (and profit, if cost is made from it)",
        ),
        ("cost",),
    ),
    Check(
        "quantity_missing",
        "info",
        "quantity",
        "quantity IS NULL OR (quantity = 0 AND net <> 0)",
        "order_id || ' / ' || line_no",
        Text("{n} 行有金额而数量为空或为零", "{n} lines have an amount, but no quantity"),
        Text("服务费无需处理；否则补上数量", "nothing to do for fees; else fill the quantity in"),
        ("quantity",),
    ),
    Check(
        "price_slip",
        "warn",
        "net",
        f"_usual IS NOT NULL AND abs(net / nullif(quantity, 0)) NOT BETWEEN _usual / {SLIP} AND _usual "
        f"* {SLIP} AND net <> 0",
        "net::DECIMAL(38,2)::VARCHAR || ' / ' || quantity::DECIMAL(38,2)::VARCHAR",
        Text(
            f"{{n}} 行单价与同一产品的常见单价相差 {SLIP} 倍以上",
            f"the price of {{n}} lines is {SLIP} times off the usual price of the product",
        ),
        Text("检查是否错位小数点或混用元与万元", "look for a misplaced decimal point or mixed units"),
        ("quantity", "product_id"),
    ),
)


def future(now: date) -> Check:
    """Orders of days to come; an export that runs ahead of today (a simulation) says so by its day of entry."""
    day = f"DATE '{now.isoformat()}'"
    return Check(
        "future_date",
        "error",
        "order_date",
        f"order_date > {day} AND coalesce(known_date, DATE '1900-01-01') <= {day}",
        "order_date::VARCHAR",
        Text(f"{{n}} 行的下单日期晚于今天（{now}）", f"{{n}} lines are ordered after today ({now})"),
        Text("多半是年份录错；改正源文件", "the year is probably mistyped; correct the export"),
        ("order_date",),
    )


def report(bench: Bench, company: Company, rows: Stack, lines: str) -> None:
    """Run every check whose columns are mapped over the keyed lines."""
    mapped = set(rows.columns)
    usable = [c for c in (future(today(company.timezone, company.today)), *CHECKS) if set(c.needs) <= mapped]
    if "is_return" in mapped:
        usable = [c for c in usable if c.code != "negative_as_return"]
    source = _with_usual_price(bench, lines) if {"quantity", "product_id"} <= mapped else lines
    sums = ", ".join(f"count(*) FILTER ({c.where})" for c in usable)
    counts = bench.rows(f"SELECT {sums} FROM {source} WHERE {_ORIGINAL}")[0] if usable else ()
    for check, count in zip(usable, counts, strict=True):
        if count:
            bench.findings.extend(_places(bench, rows, source, check))


_ORIGINAL = "NOT _made"  # lines that netting returns made have no row of their own


def _with_usual_price(bench: Bench, lines: str) -> str:
    usual = bench.name("usual")
    bench.run(
        f"CREATE TABLE {usual} AS SELECT product_id, median(abs(net / nullif(quantity, 0))::DOUBLE) AS _usual"
        f" FROM {lines} WHERE NOT is_return AND quantity > 0 AND net > 0 AND product_id <> '_unassigned'"
        " GROUP BY product_id HAVING count(*) >= 20"
    )
    return f"(SELECT l.*, u._usual FROM {lines} l LEFT JOIN {usual} u USING (product_id))"


def _places(bench: Bench, rows: Stack, source: str, check: Check) -> Iterator[Finding]:
    found = bench.rows(
        f"SELECT _file, min(_row), arg_min({check.value}, _row), count(*) FROM {source}"
        f" WHERE {_ORIGINAL} AND ({check.where}) GROUP BY _file ORDER BY _file"
    )
    for file, row, value, count in found:
        yield Finding(
            check.code,
            check.severity,
            Text(check.message.zh.format(n=count), check.message.en.format(n=count)),
            check.remedy,
            table=rows.table,
            file=rows.raws[file].shown,
            row=row,
            column=rows.header(file, check.column),
            value=value or "",
            row_count=count,
        )
