"""Won deals as sales, for a unit whose CRM holds deals and whose orders nobody exports.

The deals' own source is read once more as order lines: every check of order lines names its file, row and column.
"""

from __future__ import annotations

from salesnb.intake.bench import Bench
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text
from salesnb.model.params.company import Company
from salesnb.model.params.company import Source as Mapping

# column of order lines → column of deals; every other column both have goes by its own name
_MEANS = {"order_id": "opportunity_id", "order_date": "closed_date", "net": "amount"}
_SHARED = (
    "region_id", "region_name", "region_path", "team_id", "team_name", "person_id", "person_name", "product_id",
    "product_name", "product_line", "category", "customer_id", "customer_name", "customer_type", "industry",
    "dealer_name", "currency",
)  # fmt: skip


def as_sales(company: Company) -> Company:
    """``company`` with its deals as order lines, too, if it has none of its own; else ``company`` itself.

    A deal counts when it is won, on the day it closed, with its amount: sources that lack one of these are left out.
    """
    if any(source.table == "sales_lines" for source in company.sources.values()):
        return company
    made = {f"{name}, won": sale for name, source in company.sources.items() if (sale := _won(source)) is not None}
    return company.model_copy(update={"sources": {**made, **company.sources}}) if made else company


def _won(source: Mapping) -> Mapping | None:
    stage = source.columns.get("stage")
    if source.table != "opportunities" or stage is None or stage.column is None:
        return None
    if not {"closed_date", "amount"} <= set(source.columns):
        return None
    columns = {ours: source.columns[theirs] for ours, theirs in _MEANS.items() if theirs in source.columns}
    columns |= {name: source.columns[name] for name in _SHARED if name in source.columns}
    won = tuple(dict.fromkeys([*(said for said, ours in stage.values.items() if ours == "won"), "won"]))
    kept = {"table": "sales_lines", "columns": columns, "where": {**source.where, stage.column: won}}
    return source.model_copy(update=kept)


def say(bench: Bench, rows: Stack, lines: str) -> None:
    """The finding that tells what sales are."""
    count, amount = bench.rows(f"SELECT count(*), coalesce(sum(net), 0) FROM {lines}")[0]
    bench.findings.add(
        Finding(
            "sales_from_deals",
            "warn",
            Text(
                f"没有订单明细：销售额取自 {count} 个赢单商机，按关闭日期计，共 {amount:,.2f}",
                f"there are no order lines: sales are {count} won deals by the day they closed, {amount:,.2f} in all",
            ),
            Text(
                "有订单导出时在 sources 中加一个 table: sales_lines 的来源，销售额便改按订单计",
                "add a source with table: sales_lines when there is an export of orders; sales are then its lines",
            ),
            table="sales_lines",
            file=rows.raws[0].shown if rows.raws else "",
            column=rows.header(0, "net"),
            row_count=count,
        )
    )
