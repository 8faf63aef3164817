"""Product life cycle: what new, growing, mature and declining products sell, as the catalogue or their growth says.

A product whose stage the catalogue does not name is new where it first sold in the newest window; growing where it
grew, and declining where it fell, by more than ``MARGIN`` beyond the company and by more than chance in so few orders
explains (orders come at random: the log of two counts has the variance 1/n + 1/m); else mature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Window
from salesnb.model.tables import check, contract

MARGIN = 0.10
CHANCE = 1.645  # standard deviations that nine of ten random differences stay within
NOTHING: Mapping[str, str] = {}
NEW, GROWING, MATURE, DECLINING = "_new", "_growing", "_mature", "_declining"


def life_cycle(
    products: pd.DataFrame,
    named: Mapping[str, str],
    windows: Sequence[Window],
    called: Mapping[str, str] = NOTHING,
) -> pd.DataFrame:
    """``history_life_cycle``: products, sales, share, growth and margin of each stage in the newest window.

    ``products``: ``history_nodes`` of the dimension product_id. ``named``: the catalogue's stage by product, in its own
    words; products without one are placed by their growth (stages ``_new``, ``_growing``, ``_mature``, ``_declining``).
    ``called``: the catalogue's own word for such a stage, which then is one stage with it.
    """
    table = contract("history_life_cycle")
    columns = [c.name for c in table.columns]
    last = windows[-1].label
    now = products[(products["window"] == last) & (products["node_id"] != UNASSIGNED)].set_index("node_id")
    now = now[now["net_minor"] != 0]
    if now.empty:
        return check(pd.DataFrame({name: [] for name in columns}), table)
    before = _before(products, windows).reindex(now.index)
    stage = [
        named.get(str(p)) or called.get(placed, placed) for p, placed in _placed(now, before, products, windows).items()
    ]
    costed = now["share_of_sales_costed"].fillna(0) * now["net_minor"]  # a margin rests on lines with a cost
    rows = pd.DataFrame(
        {
            "stage": stage,
            "net_minor": now["net_minor"].to_numpy(),
            "before_minor": before["net_minor"].fillna(0).to_numpy(dtype=np.int64),
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


def _before(products: pd.DataFrame, windows: Sequence[Window]) -> pd.DataFrame:
    label = windows[-2].label if len(windows) > 1 else ""
    return products[products["window"] == label].set_index("node_id")[["net_minor", "order_count"]]


def _placed(
    now: pd.DataFrame, before: pd.DataFrame, products: pd.DataFrame, windows: Sequence[Window]
) -> dict[str, str]:
    """The stage of every product of ``now`` by its growth; ``before`` holds the same products a window earlier."""
    sold = products[products["net_minor"] != 0].groupby("node_id")["window"].min().reindex(now.index)
    whole = products.groupby("window")["net_minor"].sum()
    base = float(whole.get(windows[-2].label, 0)) if len(windows) > 1 else 0.0
    company = float(whole[windows[-1].label]) / base if base > 0 else np.nan
    counts = [f["order_count"].fillna(0).to_numpy(dtype=np.float64) + 0.5 for f in (now, before)]
    amounts = [f["net_minor"].fillna(0).to_numpy(dtype=np.float64) for f in (now, before)]
    both = (amounts[0] > 0) & (amounts[1] > 0)  # else only the counts tell which way it went
    ratio = np.where(both, amounts[0], counts[0]) / np.where(both, amounts[1], counts[1])
    chance = CHANCE * np.sqrt(1 / counts[0] + 1 / counts[1])
    up, down = (max(company, 1.0), min(company, 1.0)) if company > 0 else (np.nan, np.nan)
    grew = (ratio > up + MARGIN) & (np.log(ratio / up) > chance)
    fell = (ratio < down - MARGIN) & (np.log(ratio / down) < -chance)
    stage = np.where(grew, GROWING, np.where(fell, DECLINING, MATURE))
    if len(windows) > 1:
        stage = np.where(sold.to_numpy() == windows[-1].label, NEW, stage)
    return {str(product): str(name) for product, name in zip(now.index, stage, strict=True)}
