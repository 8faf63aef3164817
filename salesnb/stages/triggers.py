"""What calls for a change request: a missed quarter, a moved market, leavers, joiners, a flood of leads, a strategy
that does harm (R56). It names the occasion and the kind of request; whether to ask is for people.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from salesnb.model.tables import check, contract

TABLE = "change_triggers"
REQUEST = {
    "quarter": "target",
    "market": "target",
    "leaver": "target",
    "joiners": "target",
    "leads": "resource",
    "strategy": "strategy",
}
FEWEST_JOINERS, JOINERS_SHARE = 3, 0.10  # a batch: three people, and a tenth of the team
LEAD_MONTHS, FLOOD_RATIO, FLOOD_SIGMAS = 12, 1.5, 3.0  # a flood: half as much again, and beyond three deviations
FEWEST_MONTHS = 6


@dataclass(frozen=True)
class Occasion:
    """One thing that happened: ``subject`` in words, ``measured`` against ``usual`` where it is a figure."""

    trigger: str
    subject_id: str
    subject: str = ""
    since: pd.Timestamp | None = None
    measured: float = np.nan
    usual: float = np.nan


def table(occasions: Sequence[Occasion]) -> pd.DataFrame:
    """``change_triggers``: every occasion with the kind of request it calls for, each once."""
    rows = [
        {
            "trigger": one.trigger,
            "subject_id": one.subject_id,
            "subject": one.subject or one.subject_id,
            "request": REQUEST[one.trigger],
            "since_date": pd.NaT if one.since is None else one.since,
            "measured": one.measured,
            "usual": one.usual,
        }
        for one in dict.fromkeys(occasions)
    ]
    return check(pd.DataFrame(rows, columns=[c.name for c in contract(TABLE).columns]), contract(TABLE))


def flood(counts: Mapping[str, int], months: Sequence[str]) -> Occasion | None:
    """New leads of the last of ``months`` (whole, in order, without gaps) against the twelve before it.

    A flood lies half above their mean and beyond three deviations, which are never taken for less than chance's own
    (Poisson). None where it does not, or where fewer than six months are known.
    """
    known = [m for m in months if any(counts.get(earlier, 0) for earlier in months[: months.index(m) + 1])]
    if len(known) <= FEWEST_MONTHS:
        return None
    now, before = known[-1], np.array([counts.get(m, 0) for m in known[-LEAD_MONTHS - 1 : -1]], dtype=float)
    mean, count = float(before.mean()), counts.get(now, 0)
    spread = float(np.sqrt(max(before.var(ddof=1), mean)))
    if count < FLOOD_RATIO * mean or count <= mean + FLOOD_SIGMAS * spread:
        return None
    return Occasion("leads", now, now, pd.Timestamp(f"{now}-01"), float(count), mean)


def batch(joined: Sequence[Occasion], team_count: int) -> list[Occasion]:
    """People who joined in one quarter as one occasion, where they are many: three or more, and a tenth of the team."""
    if len(joined) < max(FEWEST_JOINERS, JOINERS_SHARE * team_count):
        return []
    first = min(joined, key=lambda one: (one.since or pd.Timestamp.max, one.subject_id))
    names = "、".join(one.subject for one in joined)
    return [replace(first, trigger="joiners", subject_id="joiners", subject=names, measured=float(len(joined)))]
