"""Which step of the funnel leaks more than a year ago."""

from __future__ import annotations

import pandas as pd

from salesnb.methods.intervals import difference
from salesnb.model.tables import check, contract


def funnel_change(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """``review_funnel`` from two ``funnel_conversion`` tables of the whole company (dimension all)."""
    sides = [side[side["dimension"] == "all"].set_index("step") for side in (before, after)]
    rows = []
    for step in [s for s in sides[1].index if s in sides[0].index]:
        was, now = sides[0].loc[step], sides[1].loc[step]
        counts = [int(v) for v in (now["passed_count"], now["case_count"], was["passed_count"], was["case_count"])]
        gap, low, high = (float(v) for v in difference(*counts))
        rows.append(
            {
                "step": step,
                "before_count": counts[3],
                "before_rate": was["conversion_rate"],
                "after_count": counts[1],
                "after_rate": now["conversion_rate"],
                "difference_rate": gap,
                "rate_low": low,
                "rate_high": high,
                "is_noise": not (low > 0 or high < 0),
            }
        )
    names = [c.name for c in contract("review_funnel").columns]
    frame = pd.DataFrame(rows, columns=names)
    return check(frame.astype({"is_noise": bool}), contract("review_funnel"))
