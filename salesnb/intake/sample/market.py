"""What stands around the sales: market sizes, competitors' moves, targets of earlier years, dealers' stock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesnb.intake.sample.catalog import LINES
from salesnb.intake.sample.orders import World
from salesnb.intake.sample.organisation import NODES, ONLINE, REGIONS
from salesnb.intake.sample.season import MONTHS, month_weights
from salesnb.intake.sample.shape import CHANNELS, node_sales
from salesnb.intake.sample.stories import PRICE_CUT
from salesnb.intake.sample.streams import stream

# served market in 万元 in 2023; 华南 is 30 % of it; 8 % growth in 2023 comes from the newer lines
_SIZE_2023 = 162_000.0
_REGION_SHARE = {"华东": 0.35, "华南": 0.30, "中西部": 0.19, "北方": 0.16}
_LINE_SHARE = {"A": 0.52, "B": 0.30, "C": 0.18}
_LINE_GROWTH = {"A": (0.020, 0.024, 0.033, 0.030), "B": (0.085, 0.090, 0.105, 0.100), "C": (0.170, 0.180, 0.195, 0.180)}
_SOURCE = "中国电器工业协会年度统计（示例）"
_FORECAST = "行业协会 2024 年预测（示例）"
_STRETCH = {"华东": 1.02, "华南": 1.03, "中西部": 1.04, "北方": 1.03, "大客户部": 1.02, ONLINE: 1.01}
_RIVALS = ("驰远电气", "华能达电气", "卓盟自动化")
_MOVES = ("推出新品", "增设办事处", "渠道返利加码", "参展推广", "交期促销")


def market_sizes(world: World) -> pd.DataFrame:
    """万元 by year 2020–2024, region and line, with source and the day it was published."""
    rng = stream(world.seed, "market sizes")
    rows = []
    for region, share in _REGION_SHARE.items():
        for line in LINES:
            base = _SIZE_2023 * share * _LINE_SHARE[line]
            growth = np.array(_LINE_GROWTH[line]) + 0.004 * rng.standard_normal(4)
            path = {2023: base, 2022: base / (1 + growth[2]), 2024: base * (1 + growth[3])}
            path[2021] = path[2022] / (1 + growth[1])
            path[2020] = path[2021] / (1 + growth[0])
            for year in sorted(path):
                source, published = (_FORECAST, "2023-12-12") if year == 2024 else (_SOURCE, f"{year}-12-12")
                rows.append((year, region, line, round(path[year]), source, published))
    frame = pd.DataFrame(rows, columns=["year", "region", "line", "size", "source", "published"])
    return frame.sort_values(["year", "region", "line"], kind="stable").reset_index(drop=True)


def targets(world: World) -> pd.DataFrame:
    """Targets of 2022 and 2023 by node and month in tenths of 万元, as they were handed out the December before."""
    rng = stream(world.seed, "targets")
    rows = []
    for year in (2022, 2023):
        for node in NODES:
            sales = node_sales(year)[NODES.index(node)] * _STRETCH[node] * np.exp(0.015 * rng.standard_normal())
            season = month_weights(node == ONLINE)[12 * (year - 2021) : 12 * (year - 2020)]
            for number, share in enumerate(season):
                month = MONTHS[12 * (year - 2021) + number]
                first, after = month.astype("datetime64[D]"), (month + 1).astype("datetime64[D]")
                rows.append((node, first, after, round(sales * share / 1000), year - 1))
    frame = pd.DataFrame(rows, columns=["node", "from", "to", "tenths", "year_before"])
    frame["to"] = frame["to"] - np.timedelta64(1, "D")
    return frame


def competitor_log(world: World, planted: frozenset[str]) -> pd.DataFrame:
    """What the field reported of competitors: date, rival, region, line, move, price change in percent ('' if none)."""
    rng = stream(world.seed, "competitor log")
    count = 74
    day = MONTHS[0].astype("datetime64[D]") + np.sort(rng.integers(0, 1461, count)).astype("timedelta64[D]")
    pick = rng.random((count, 4))
    rows = [
        (d, _RIVALS[int(a * 3)], REGIONS[int(b * 4)], LINES[int(c * 3)], _MOVES[int(e * 5)], "", "办事处周报")
        for d, (a, b, c, e) in zip(day, pick.tolist(), strict=True)
    ]
    if "competitor_price_cut" in planted:
        start = np.datetime64(PRICE_CUT.from_month, "M").astype("datetime64[D]")
        where = (PRICE_CUT.region, PRICE_CUT.product_line)
        for offset, change in ((1, "-30"), (38, "-30"), (72, "-25")):
            rows.append((start + np.timedelta64(offset, "D"), _RIVALS[0], *where, "降价", change, "客户报价单"))
    frame = pd.DataFrame(rows, columns=["date", "rival", "region", "line", "move", "change", "source"])
    return frame.sort_values(["date", "rival", "region"], kind="stable").reset_index(drop=True)


def dealer_stock(world: World, sold: pd.DataFrame) -> pd.DataFrame:
    """Sell-in, sell-out and stock in fen by month and dealer. Sell-out follows the last three months of sell-in."""
    rng = stream(world.seed, "dealer stock")
    noise = np.exp(0.10 * rng.standard_normal((len(world.dealers), len(MONTHS))))
    through = sold[sold["channel"] == CHANNELS[1]]
    row = through["dealer"].map({d: i for i, d in enumerate(world.dealers["dealer"])}).to_numpy()
    month = (through["date"].to_numpy().astype("datetime64[M]") - MONTHS[0]).astype(int)
    sell_in = np.zeros(noise.shape)
    np.add.at(sell_in, (row, month), through["net_fen"].to_numpy())
    stock = sell_in[:, :12].mean(axis=1) * 1.4
    parts = []
    for place in range(len(MONTHS)):
        recent = sell_in[:, max(0, place - 2) : place + 1].mean(axis=1)
        out = np.minimum(np.maximum(recent * noise[:, place], 0), np.maximum(stock + sell_in[:, place], 0))
        stock = stock + sell_in[:, place] - out
        parts.append(np.column_stack([sell_in[:, place], out, stock]))
    table = np.rint(np.stack(parts, axis=1)).astype("int64")
    index = pd.MultiIndex.from_product([world.dealers["dealer"], [str(m) for m in MONTHS]], names=["dealer", "month"])
    return pd.DataFrame(table.reshape(-1, 3), columns=["sell_in", "sell_out", "stock"], index=index).reset_index()
