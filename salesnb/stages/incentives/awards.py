"""Prizes and promotions: who has won or earned them, from measured figures only; a missing figure wins nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from salesnb.model.params.incentives import Advancement, Award
from salesnb.stages.incentives.exact import exact, spread

COLUMNS = ["award_id", "period", "node_id", "value", "amount_minor"]


def winners(award: Award, figures: pd.DataFrame, day: date, as_of: date, minor: int = 100) -> pd.DataFrame:
    """award_id, period, node_id, value, amount_minor of one award, given node_id, period, value of its metric.

    ``best``: the highest value of each period (at least ``at_least`` where that is given); equals share the prize
    exactly. ``each_at_least``: everyone past the line takes all of it. ``amount`` is the one in force on ``day``.
    """
    amount = award.amount.find(day, as_of)
    known = figures[figures["value"].notna()]
    if award.at_least is not None:
        known = known[known["value"] >= award.at_least]
    if amount is None or not award.known(day, as_of) or known.empty:
        return pd.DataFrame(columns=COLUMNS)
    prize = round(exact(amount) * minor)
    rows = []
    for period, own in known.groupby("period", sort=True):
        best = own[own["value"] == own["value"].max()] if award.rule == "best" else own
        best = best.sort_values("node_id", kind="stable")
        names = [str(n) for n in best["node_id"]]
        shared = award.rule == "best" and len(names) > 1
        parts = spread([exact(1) * prize / len(names)] * len(names), names, prize) if shared else [prize] * len(names)
        rows += [(award.id, str(period), n, float(v), p) for n, v, p in zip(names, best["value"], parts, strict=True)]
    return pd.DataFrame(rows, columns=COLUMNS).astype({"amount_minor": "int64"})


def promotions_due(
    rule: Advancement,
    attained: Mapping[str, Mapping[str, float | None]],
    roles: Mapping[str, str],
    periods: Sequence[str],
) -> list[str]:
    """Persons who have met the rule: ``in_a_row`` of ``periods`` (oldest first), the last one included, were reached.

    ``attained`` is attainment by person and period; a period without a figure breaks the row.
    """
    last = list(periods)[-rule.in_a_row :]
    if len(last) < rule.in_a_row:
        return []
    due = []
    for person, own in sorted(attained.items()):
        values = [own.get(period) for period in last]
        met = all(v is not None and v == v and exact(v) >= exact(rule.attainment) for v in values)
        if roles.get(person) == rule.role and met:
            due.append(person)
    return due


def most_costly(award: Award, nodes: int, periods: Mapping[str, int], amount: float | None, minor: int = 100) -> int:
    """The most an award can cost in a year, in minor units: one prize a period, or one for each of ``nodes``."""
    times = periods[award.every] * (nodes if award.rule == "each_at_least" else 1)
    return 0 if amount is None else round(exact(amount) * minor) * times
