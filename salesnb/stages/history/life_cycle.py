"""Product life cycle: what new, growing, mature and declining products sell, as the catalogue or their growth says.

A product whose stage the catalogue does not name is new where it first sold in the newest window; declining or growing
where its growth is more than ``MARGIN`` below or above the company's; else mature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Window
from salesnb.model.tables import check, contract

MARGIN = 0.10
NEW, GROWING, MATURE, DECLINING = "_new", "_growing", "_mature", "_declining"


def life_cycle(products: pd.DataFrame, named: Mapping[str, str], windows: Sequence[Window]) -> pd.DataFrame:
    """``history_life_cycle``: products, sales, share, growth and margin of each stage in the newest window.

    ``products``: ``history_nodes`` of the dimension product_id. ``named``: the catalogue's stage by product, in its own
    words; products without one are placed by their growth (stages ``_new``, ``_growing``, ``_mature``, ``_declining``).
    """
    table = contract("history_life_cycle")
    columns = [c.name for c in table.columns]
    last = windows[-1].label
    now = products[(products["window"] == last) & (products["node_id"] != UNASSIGNED)].set_index("node_id")
    now = now[now["net_minor"] != 0]
    if now.empty:
        return check(pd.DataFrame({name: [] for name in columns}), table)
    before = _before(products, windows).reindex(now.index).fillna(0).astype("int64")
    stage = [named.get(str(p)) or _placed(rate, is_first) for p, rate, is_first in _signs(now, products, windows)]
    costed = now["share_of_sales_costed"].fillna(0) * now["net_minor"]  # a margin rests on lines with a cost
    rows = pd.DataFrame(
        {
            "stage": stage,
            "net_minor": now["net_minor"].to_numpy(),
            "before_minor": before.to_numpy(),
            "costed": costed.to_numpy(dtype=np.float64),
            "gross": (now["margin_rate"].fillna(0) * costed).to_numpy(dtype=np.float64),
        }
    )
    out = rows.groupby("stage", as_index=False).agg(
        product_count=("stage", "size"),
        net_minor=("net_minor", "sum"),
        before_minor=("before_minor", "sum"),
        costed=("costed", "sum"),
        gross=("gross", "sum"),
    )
    total = int(out["net_minor"].sum())
    out["share_of_sales"] = out["net_minor"] / total if total > 0 else np.nan
    out["growth_rate"] = (out["net_minor"] / out["before_minor"].where(out["before_minor"] > 0) - 1).astype("float64")
    out["margin_rate"] = out["gross"] / out["costed"].where(out["costed"] > 0)
    return check(out[columns], table)


def _before(products: pd.DataFrame, windows: Sequence[Window]) -> pd.Series:
    label = windows[-2].label if len(windows) > 1 else ""
    return products[products["window"] == label].set_index("node_id")["net_minor"]


def _signs(now: pd.DataFrame, products: pd.DataFrame, windows: Sequence[Window]) -> list[tuple[str, float, bool]]:
    """(product, its growth less the company's, first sold in the newest window) of every product."""
    sold = products[products["net_minor"] != 0].groupby("node_id")["window"].min()
    whole = products.groupby("window")["net_minor"].sum()
    base = float(whole.get(windows[-2].label, 0)) if len(windows) > 1 else 0.0
    company = float(whole[windows[-1].label]) / base - 1 if base > 0 else np.nan
    first = [len(windows) > 1 and sold[p] == windows[-1].label for p in now.index]
    pairs = zip(now.index, now["growth_rate"] - company, first, strict=True)
    return [(str(p), float(gap), is_first) for p, gap, is_first in pairs]


def _placed(gap: float, is_first: bool) -> str:
    if is_first:
        return NEW
    if gap != gap or abs(gap) <= MARGIN:
        return MATURE
    return GROWING if gap > 0 else DECLINING
