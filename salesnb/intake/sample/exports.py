"""The exported tables under the headers a Chinese CRM, finance or personnel office would give them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesnb.intake.sample.orders import World
from salesnb.intake.sample.organisation import POSTS, ROSTER_DAY, holder
from salesnb.intake.sample.season import MONTHS
from salesnb.intake.sample.sheets import days, minutes, yuan

_YES_NO = np.array(["否", "是"])
_NAME = {post.person: post.name for post in POSTS}
_TEAM = {post.seat: post.team for post in POSTS}


def order_lines(world: World, sold: pd.DataFrame) -> pd.DataFrame:
    """订单明细: every line and return."""
    people, goods = world.customers, world.products
    customer, product = sold["customer"].to_numpy(), sold["product"].to_numpy()
    return pd.DataFrame(
        {
            "订单编号": sold["order"].to_numpy(),
            "行号": sold["line_no"].to_numpy(),
            "订单日期": days(sold["date"]),
            "录入日期": days(sold["known"]),
            "发货日期": days(sold["ship"]),
            "开票日期": days(sold["invoice"]),
            "区域": sold["node"].to_numpy(),
            "办事处": sold["seat"].map(_TEAM).to_numpy(),
            "业务员工号": sold["person"].to_numpy(),
            "业务员": sold["person"].map(_NAME).to_numpy(),
            "客户编码": people["customer"].to_numpy()[customer],
            "客户名称": people["name"].to_numpy()[customer],
            "客户类型": sold["customer_type"].to_numpy(),
            "行业": people["industry"].to_numpy()[customer],
            "渠道": sold["channel"].to_numpy(),
            "经销商编码": sold["dealer"].to_numpy(),
            "产品编码": goods["product"].to_numpy()[product],
            "产品名称": goods["name"].to_numpy()[product],
            "数量": sold["quantity"].astype(str).to_numpy(),
            "单价(元)": yuan(sold["price_fen"].to_numpy()),
            "目录金额(元)": yuan(sold["list_total_fen"].to_numpy()),
            "金额(元)": yuan(sold["net_fen"].to_numpy()),
            "成本(元)": yuan(sold["cost_total_fen"].to_numpy()),
            "是否退货": _YES_NO[sold["is_return"].to_numpy().astype(int)],
            "原订单编号": sold["origin"].to_numpy(),
        }
    )


def receipts(world: World, paid: pd.DataFrame) -> pd.DataFrame:
    """回款记录: amounts in yuan without tax."""
    people = world.customers
    return pd.DataFrame(
        {
            "回款单号": paid["id"].to_numpy(),
            "回款日期": days(paid["date"]),
            "录入日期": days(paid["known"]),
            "订单编号": paid["order"].to_numpy(),
            "客户编码": people["customer"].to_numpy()[paid["customer"]],
            "客户名称": people["name"].to_numpy()[paid["customer"]],
            "区域": paid["node"].to_numpy(),
            "业务员工号": paid["person"].to_numpy(),
            "到期日": days(paid["due"]),
            "回款金额(元)": yuan(paid["fen"].to_numpy()),
        }
    )


def opportunities(world: World, table: pd.DataFrame) -> pd.DataFrame:
    """商机跟进: one row an opportunity with its times; prospects have no customer code."""
    people, goods = world.customers, world.products
    customer, product = table["customer"].to_numpy(), table["product"].to_numpy()
    known = customer >= 0
    code = np.where(known, people["customer"].to_numpy()[customer], "")
    kind = np.where(known, people["kind"].to_numpy()[customer], "")
    fen = table["fen"].to_numpy()
    number = [f"SJ{i:06d}" for i in range(1, len(table) + 1)]
    return pd.DataFrame(
        {
            "商机编号": number,
            "线索来源": table["source"].to_numpy(),
            "线索日期": days(table["created"]),
            "录入日期": days(table["known"]),
            "阶段": table["stage"].to_numpy(),
            "区域": table["node"].to_numpy(),
            "办事处": table["seat"].map(_TEAM).to_numpy(),
            "业务员工号": table["person"].to_numpy(),
            "客户编码": code,
            "客户名称": table["name"].to_numpy(),
            "客户类型": np.where(table["is_new"].to_numpy().astype(bool), "新客户", kind),
            "行业": table["industry"].to_numpy(),
            "企业规模": table["size"].to_numpy(),
            "决策链": table["chain"].to_numpy(),
            "产品线": goods["line"].to_numpy()[product],
            "意向产品": goods["product"].to_numpy()[product],
            "资质确认日期": days(table["qualified"]),
            "报价日期": days(table["quoted"]),
            "客户查看报价时间": minutes(table["viewed"]),
            "查看后首次跟进时间": minutes(table["touched"]),
            "关闭时间": minutes(table["closed"]),
            "预计金额(元)": np.where(fen >= 0, yuan(fen), ""),
            "丢单原因": table["reason"].to_numpy(),
            "关联订单编号": table["order"].to_numpy(),
        }
    )


def visits(world: World, table: pd.DataFrame) -> pd.DataFrame:
    """拜访记录: one row a visit."""
    return pd.DataFrame(
        {
            "拜访编号": table["id"].to_numpy(),
            "拜访日期": days(table["date"]),
            "录入日期": days(table["known"]),
            "工号": table["person"].to_numpy(),
            "客户编码": world.customers["customer"].to_numpy()[table["customer"]],
            "有效拜访": _YES_NO[table["is_effective"].to_numpy().astype(int)],
        }
    )


def spend(table: pd.DataFrame) -> pd.DataFrame:
    """市场支出: 万元 by month, area and category."""
    return pd.DataFrame(
        {
            "月份": [str(MONTHS[m]) for m in table["month"]],
            "区域": table["area"],
            "费用类别": table["category"],
            "渠道": table["channel"],
            "支出(万元)": (table["fen"] / 1_000_000).round(2),
            "带来线索(条)": table["leads"],
        }
    )


def customers(world: World) -> pd.DataFrame:
    """客户档案: with the person who looked after the customer on the day of the roster."""
    people = world.customers
    seat = np.where(people["seat_after"] != "", people["seat_after"], people["seat"])
    today = np.full(len(people), np.datetime64(ROSTER_DAY))
    return pd.DataFrame(
        {
            "客户编码": people["customer"],
            "客户名称": people["name"],
            "客户类型": people["kind"],
            "行业": people["industry"],
            "企业规模": people["size"],
            "省份": people["province"],
            "城市": people["city"],
            "区域": people["node"],
            "负责业务员工号": holder(seat, today),
            "所属经销商编码": people["dealer"],
            "账期(天)": people["terms"],
            "建档日期": days(people["registered"]),
        }
    )


def products(world: World) -> pd.DataFrame:
    """产品目录: list price and standard cost of the last year."""
    goods = world.products
    return pd.DataFrame(
        {
            "产品编码": goods["product"],
            "产品名称": goods["name"],
            "产品线": goods["line"],
            "品类": goods["category"],
            "生命周期": goods["life"],
            "计量单位": goods["unit"],
            "目录价(元)": yuan(goods["list_fen"].to_numpy()),
            "标准成本(元)": yuan(goods["cost_fen"].to_numpy()),
            "上市日期": goods["launch"],
        }
    )


def dealers(world: World) -> pd.DataFrame:
    """经销商档案: the dealer tree."""
    trade = world.dealers
    return pd.DataFrame(
        {
            "经销商编码": trade["dealer"],
            "经销商名称": trade["name"],
            "级别": trade["tier"],
            "上级经销商编码": trade["parent"],
            "区域": trade["node"],
            "城市": trade["city"],
            "返利比例": trade["rebate"].map("{:.1%}".format),
            "签约日期": days(trade["signed"]),
            "终止日期": "",
        }
    )


def targets(table: pd.DataFrame) -> pd.DataFrame:
    """历史目标: 万元 by node and month."""
    return pd.DataFrame(
        {
            "起始日期": days(table["from"]),
            "截止日期": days(table["to"]),
            "区域": table["node"],
            "指标": "销售额",
            "目标(万元)": (table["tenths"] / 10).map("{:.1f}".format),
            "下达日期": table["year_before"].map("{}-12-25".format),
        }
    )


def market_sizes(table: pd.DataFrame) -> pd.DataFrame:
    """市场规模: 万元 by year, region and line."""
    return table.set_axis(["年度", "区域", "产品线", "市场规模(万元)", "资料来源", "发布日期"], axis=1)


def competitor_log(table: pd.DataFrame) -> pd.DataFrame:
    """竞品动态."""
    out = table.assign(date=days(table["date"]))
    out.columns = pd.Index(["日期", "竞品", "区域", "产品线", "动作", "价格变动(%)", "来源"])
    return out


def monitoring(table: pd.DataFrame) -> pd.DataFrame:
    """市场监测."""
    return table.set_axis(["月份", "区域", "新闻条数", "竞品动作数", "询盘数"], axis=1)


def dealer_stock(table: pd.DataFrame) -> pd.DataFrame:
    """经销商进销存."""
    return pd.DataFrame(
        {
            "月份": table["month"],
            "经销商编码": table["dealer"],
            "进货(元)": yuan(table["sell_in"].to_numpy()),
            "出货(元)": yuan(table["sell_out"].to_numpy()),
            "月末库存(元)": yuan(table["stock"].to_numpy()),
        }
    )


def ledger(sold: pd.DataFrame) -> pd.DataFrame:
    """财务总账: sales by month, before anything went wrong in the export."""
    month = sold["date"].to_numpy().astype("datetime64[M]").astype(str)
    sums = sold["net_fen"].groupby(month).sum()
    return pd.DataFrame({"月份": sums.index, "主营业务收入(元)": yuan(sums.to_numpy())})
