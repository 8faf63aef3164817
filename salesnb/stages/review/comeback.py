"""How often what stopped or fell behind came back, counted in the company's own history.

A node with a forecast has its chance from that. A dealer that stopped ordering, or one cell of region and product line,
has none: what can be said is how many of those that looked alike before had come back as many months later.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import month_range
from salesnb.stages.review.alerts import month_back

FEWEST = 5  # cases below which no chance is given


@dataclass(frozen=True)
class Comeback:
    """``count`` cases alike, the first and last seen in ``first`` … ``last``; ``back`` of them came back ``within``
    months."""

    count: int
    back: int
    within: int
    first: str = ""
    last: str = ""

    @property
    def chance(self) -> float:
        """(back + ½) ÷ (count + 1): few cases never make a certainty; NaN below :data:`FEWEST`."""
        return (self.back + 0.5) / (self.count + 1) if self.count >= FEWEST else float("nan")


def after_silence(
    months: pd.DataFrame, dimension: str, silent: int, within: int, last: str, certainty: float
) -> Comeback:
    """Nodes that had been silent for ``silent`` months as surely as an alert asks, and ordered again ``within`` months.

    ``months``: ``dimension``, month, order_count as known. A silence counts once, and only if the months to come back
    in are over by ``last``; the orders of the twelve months before say how sure it was (see ``silent_alerts``).
    """
    active = months[(months["order_count"] > 0) & (months[dimension] != UNASSIGNED) & (months["month"] <= last)]
    seen: list[tuple[str, bool]] = []
    nodes = active[dimension].nunique()
    for _, own in active.groupby([dimension, "month"])["order_count"].sum().groupby(level=0):
        known = [str(month) for month in own.index.get_level_values("month")]
        so_far = [0, *own.cumsum()]
        for at, (newest, following) in enumerate(zip(known, [*known[1:], None], strict=True)):
            noticed = month_back(newest, -silent)
            usual = so_far[at + 1] - so_far[bisect_right(known, month_back(newest, 12))]
            sure = 1 - float(np.exp(-float(usual) / 12 * silent)) * nodes
            is_over = month_back(noticed, -within) <= last
            if is_over and sure >= certainty and (following is None or following > noticed):
                seen.append((noticed, following is not None and following <= month_back(noticed, -within)))
    return _counted(seen, within)


def cells_behind(
    months: pd.DataFrame, keys: Sequence[str], year: Sequence[str], elapsed: int, behind: float
) -> Comeback:
    """Cells of ``keys`` that were ``behind`` after ``elapsed`` months of an earlier year, and had caught up by its end.

    ``months``: keys, month, net_minor as known; ``year``: the months of the year reviewed. What was expected is the
    year before at the company's own pace of those months: earlier years have no targets as fine. Only years that are
    over, with a whole year before them, are asked.
    """
    sums = months.groupby([*keys, "month"])["net_minor"].sum().unstack("month").fillna(0.0)
    first, seen = str(months["month"].min()), list[tuple[str, bool]]()
    for ago in range(12, 12 * 50, 12):
        now = [month_back(month, ago) for month in year]
        base = [month_back(month, 12) for month in now]
        if base[0] < first:
            break
        own, before = (sums.reindex(columns=list(span), fill_value=0.0).to_numpy() for span in (now, base))
        so_far, then = own[:, :elapsed].sum(1), before[:, :elapsed].sum(1)
        if not then.sum() > 0 or not elapsed < len(now):
            continue
        pace = so_far.sum() / then.sum()
        short = (then > 0) & (so_far <= (1 - behind) * pace * then)
        caught = own.sum(1) >= pace * before.sum(1)
        seen += [(now[elapsed - 1], bool(one)) for one in caught[short]]
    return _counted(seen, len(year) - elapsed)


def _counted(seen: Sequence[tuple[str, bool]], within: int) -> Comeback:
    when = sorted(month for month, _ in seen)
    ends = (when[0], when[-1]) if when else ("", "")
    return Comeback(len(seen), sum(back for _, back in seen), within, *ends)


def months_silent(since: str, last: str) -> int:
    """How many months a silence that began in ``since`` has lasted by ``last``, both included."""
    return len(month_range(since, last))
