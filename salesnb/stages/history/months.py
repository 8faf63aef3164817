"""The months of a company: level, growth, and the season with the moving festival taken out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd

from salesnb.methods.seasonality import Season, lagged_growth, seasonal, window_share
from salesnb.model.periods import month_range
from salesnb.model.tables import check, contract


def month_history(months: pd.DataFrame, season: Season) -> pd.DataFrame:
    """``history_months`` from monthly sums (gapless, see :func:`gapless`) and the company's season."""
    net = months["net_minor"].to_numpy(dtype=np.float64)
    out = months[["month", "net_minor", "returns_minor", "order_count", "customer_count"]].copy()
    out["yoy_rate"], out["mom_rate"] = lagged_growth(net, 12), lagged_growth(net, 1)
    out["adjusted_minor"] = pd.array(np.round(season.adjusted[0]), dtype="Float64").astype("Int64")
    return check(out, contract("history_months"))


def season_history(season: Season) -> pd.DataFrame:
    """``history_season``: the month indices of the company; empty when history is too short to tell a season."""
    if not np.isfinite(season.index[0]).all():
        return check(pd.DataFrame({c.name: [] for c in contract("history_season").columns}), contract("history_season"))
    out = pd.DataFrame(
        {
            "calendar_month": [f"{m:02d}" for m in range(1, 13)],
            "season_index": season.index[0],
            "index_spread": season.spread[0],
            "year_count": season.years[0],
        }
    )
    return check(out, contract("history_season"))


def company_season(months: pd.DataFrame, festivals: Sequence[date]) -> Season:
    """The company's season from gapless monthly sums; ``festivals``: the movable festival's day in each year."""
    names = list(months["month"])
    if not names:
        return seasonal(np.zeros((1, 0)))
    festival = window_share(names, festivals, days_before=7, days_after=7) if festivals else None
    return seasonal(months["net_minor"].to_numpy(dtype=np.float64), int(names[0][5:]), festival=festival)


def gapless(months: pd.DataFrame, last: str) -> pd.DataFrame:
    """Monthly sums with every month from the first sale to ``last``; a month inside without any line counts zero."""
    if months.empty:
        return months
    every = pd.Index(month_range(str(months["month"].iloc[0]), last), name="month")
    out = months[months["month"] <= last].set_index("month").reindex(every)
    whole = ["net_minor", "returns_minor", "order_count", "customer_count"]
    out[whole] = out[whole].fillna(0).astype("int64")
    return out.reset_index()
