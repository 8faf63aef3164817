"""The stories that can be planted: what happens, where and from when.

The keys are what ``generated.without`` in company.yaml may name. Effects are applied to finished random tables, so that
a story that is switched off takes away its own effect and nothing else. Nothing of this is exported: what a report
should find is written down in the tests.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from salesnb.model.errors import Text, UsageError

STORIES: dict[str, Text] = {
    "competitor_price_cut": Text(
        "竞品在一个区域对一条产品线大幅降价", "a competitor cuts prices of one line in one region"
    ),
    "rep_far_behind": Text("一名业务员大幅落后", "one rep falls far behind"),
    "region_mix_shift": Text("一个区域的结构转向低毛利产品线", "one region's mix moves to the low-margin line"),
    "lost_dealers": Text("三家经销商停止进货", "three dealers stop buying"),
    "quote_72h": Text(
        "客户查看报价后 72 小时内关单的赢率更高", "quotes closed within 72 h of being viewed are won more often"
    ),
    "duplicate_line": Text("一行订单重复导出", "one order line is exported twice"),
    "unknown_person": Text("一行订单的业务员不在名册", "one line names a person who is not in the roster"),
    "unknown_product": Text("一行订单的产品不在目录", "one line names a product that is not in the catalogue"),
    "missing_customer": Text("一行订单缺客户", "one line lacks its customer"),
    "future_date": Text("一行订单日期写到了未来", "one line is dated in the future"),
    "zero_amount": Text("一行订单数量与金额为零", "one line has neither quantity nor amount"),
    "negative_unflagged": Text("一行负数金额没有标为退货", "one negative line is not marked as a return"),
    "subtotal_row": Text("导出文件末尾带合计行", "an export ends with a total row"),
    "full_width_digits": Text("一行数量为全角数字", "one quantity is in full-width digits"),
    "odd_date": Text("一行日期写法不同", "one date is spelled differently"),
    "thousands_separator": Text("一行金额带千分位", "one amount has thousands separators"),
    "month_gap": Text("市场支出缺一个月", "marketing spend lacks one month"),
}


@dataclass(frozen=True)
class PriceCut:
    """``volume_lost`` of the lines is lost to the competitor; the rest sells at ``price_kept`` of its price.

    Of the deals that anything else loses there, ``lost_for_price`` name the price.
    """

    region: str = "华南"
    product_line: str = "B"
    from_month: str = "2024-04"
    volume_lost: float = 0.42
    price_kept: float = 0.94
    lost_for_price: float = 0.5


@dataclass(frozen=True)
class RepBehind:
    """``orders_lost`` of one rep's orders do not happen, and about as many of his visits."""

    person: str = "XS012"
    from_month: str = "2024-02"
    orders_lost: float = 0.55
    visits_lost: float = 0.45


@dataclass(frozen=True)
class MixShift:
    """``lines_switched`` of the richer lines are ordered from the low-margin line instead, for about the same money."""

    region: str = "北方"
    to_line: str = "A"
    from_month: str = "2024-01"
    lines_switched: float = 0.42


@dataclass(frozen=True)
class LostDealers:
    """All orders through these dealers end."""

    dealers: tuple[str, ...] = ("JX303", "JX305", "JX308")
    from_month: str = "2024-03"


PRICE_CUT, REP_BEHIND, MIX_SHIFT, LOST_DEALERS = PriceCut(), RepBehind(), MixShift(), LostDealers()
SPEND_GAP_MONTH = "2022-08"


def planted(without: Sequence[str]) -> frozenset[str]:
    """The stories that remain; UsageError names a story that does not exist."""
    unknown = sorted(set(without) - set(STORIES))
    if unknown:
        known = ", ".join(STORIES)
        raise UsageError(
            Text(f"没有这样的情节：{'、'.join(unknown)}", f"no such story: {', '.join(unknown)}"),
            remedy=Text(f"可用的有：{known}", f"known stories: {known}"),
        )
    return frozenset(STORIES) - set(without)


def month_start(month: str) -> np.datetime64:
    """First day of 'YYYY-MM'."""
    return np.datetime64(f"{month}-01", "D")
