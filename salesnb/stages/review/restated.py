"""Months that were closed and have moved since: booked late or sent back, shown apart, never rewritten in silence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesnb.model.tables import check, contract


@dataclass(frozen=True)
class Closed:
    """A month, the day it was closed, and its sums (net_minor, returns_minor) as known then."""

    month: str
    day: date
    net_minor: int
    returns_minor: int


def restated(closed: Sequence[Closed], now: pd.DataFrame) -> pd.DataFrame:
    """``review_restated``: what every closed month showed, what came in later, what it shows now.

    ``now``: month, net_minor, returns_minor (zero or negative) as known today. Returned since = the change of returns,
    booked late = the rest of the change; reported + both = known now, to the minor unit.
    """
    today = now.set_index("month")
    rows = []
    for one in closed:
        known = int(today["net_minor"].get(one.month, 0))
        returned = int(today["returns_minor"].get(one.month, 0)) - one.returns_minor
        change = known - one.net_minor
        rows.append(
            {
                "month": one.month,
                "closed_date": pd.Timestamp(one.day),
                "reported_minor": one.net_minor,
                "late_minor": change - returned,
                "returned_minor": returned,
                "known_minor": known,
                "change_rate": change / one.net_minor if one.net_minor > 0 else float("nan"),
            }
        )
    names = [c.name for c in contract("review_restated").columns]
    return check(pd.DataFrame(rows, columns=names), contract("review_restated"))
