"""Attainment of the best sellers beside that of newcomers: whether a shortfall is everybody's or that of the young."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd

BEST = 5  # the highest one in five by last year's sales: by this year's, the best would be best by definition
ROOKIE_DAYS = 365
LEAST = 3  # an average of fewer names a person rather than a group


@dataclass(frozen=True)
class Group:
    """Some people together: how many, and actual over due."""

    count: int
    attainment: float


def best_and_rookies(people: pd.DataFrame, hired: Mapping[str, date], through: date) -> tuple[Group, Group] | None:
    """The highest fifth by last year's sales and those hired under a year before ``through``; None where either has
    under three people or nothing due.

    ``people``: node_id, actual_minor, due_minor, last_year_minor (missing where there was none), one row a person.
    """
    known = people[people["due_minor"].notna() & (people["due_minor"] > 0)]
    ranked = known[known["last_year_minor"].fillna(0) > 0].sort_values(
        ["last_year_minor", "node_id"], ascending=[False, True], kind="stable"
    )
    days = pd.Series([(through - hired[n]).days if n in hired else -1 for n in known["node_id"]], index=known.index)
    young = known[(days >= 0) & (days < ROOKIE_DAYS)]
    best = _group(ranked[~ranked["node_id"].isin(young["node_id"])].head(len(ranked) // BEST))
    rookies = _group(young)
    return (best, rookies) if best is not None and rookies is not None else None


def _group(rows: pd.DataFrame) -> Group | None:
    if len(rows) < LEAST:
        return None
    return Group(len(rows), float(rows["actual_minor"].sum()) / float(rows["due_minor"].sum()))
