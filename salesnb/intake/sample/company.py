"""Builds the company for one seed and writes its exports."""

from __future__ import annotations

from pathlib import Path

from salesnb.intake.sample import english, exports, field, funnel, market
from salesnb.intake.sample.catalog import YEARS, products
from salesnb.intake.sample.customers import customers, dealers
from salesnb.intake.sample.defects import spoil
from salesnb.intake.sample.effects import lines
from salesnb.intake.sample.orders import World, base_lines
from salesnb.intake.sample.organisation import roster
from salesnb.intake.sample.receipts import receipts
from salesnb.intake.sample.sheets import write_csv, write_xlsx

_ENCODING = {2022: "gb18030"}


def build(seed: int) -> World:
    """The fixed tables of the company: products, customers, dealers."""
    return World(seed, products(), customers(seed), dealers(seed))


def write(folder: Path, seed: int, planted: frozenset[str]) -> None:
    """All exports into ``folder``, which exists."""
    world = build(seed)
    base = base_lines(world)
    sold = lines(world, base, planted)
    exported = exports.order_lines(world, sold)
    year = sold["date"].dt.year.to_numpy()
    for number in YEARS:
        part = spoil(exported[year == number], number, seed, planted)
        write_csv(folder / f"订单明细_{number}.csv", part, _ENCODING.get(number, "utf-8-sig"))
    spent = field.spend(world)
    plain = {
        "回款记录": exports.receipts(world, receipts(world, base, sold)),
        "商机跟进": exports.opportunities(world, funnel.opportunities(world, base, sold, spent, planted)),
        "拜访记录": exports.visits(world, field.visits(world, planted)),
        "客户档案": exports.customers(world),
        "产品目录": exports.products(world),
        "经销商档案": exports.dealers(world),
        "经销商进销存": exports.dealer_stock(market.dealer_stock(world, sold)),
        "历史目标_2022_2023": exports.targets(market.targets(world)),
        "市场规模": exports.market_sizes(market.market_sizes(world)),
        "竞品动态": exports.competitor_log(market.competitor_log(world, planted)),
        "市场监测": exports.monitoring(field.monitoring(world, planted)),
        "财务总账_月度收入": exports.ledger(sold),
        "英文名称": english.names(world),
    }
    for name, table in plain.items():
        write_csv(folder / f"{name}.csv", table)
    title = ("市场费用支出明细表（2021—2024）", "编制：市场部", "单位：万元")
    write_xlsx(folder / "市场支出.xlsx", "市场支出", title, exports.spend(field.shown_spend(spent, planted)))
    dates = ("任职起", "任职止", "入职日期", "离职日期")
    write_xlsx(folder / "人员名册.xlsx", "人员名册", ("销售系统人员名册", "制表：人力资源部"), roster(), dates)
