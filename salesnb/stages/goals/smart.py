"""SMART check: is each goal said so exactly that it can be checked, with what is done beside what is reached?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from salesnb.model.params.dated import Dated
from salesnb.model.params.goals import Goal
from salesnb.model.tables import check, contract
from salesnb.stages.goals.statements import scope_of, scope_words

# what is done rather than reached: these need no process metric of their own
PROCESS = frozenset({"lead_count", "lead_conversion", "effective_visits", "stock_clearance"})
BASED_RATES = frozenset({"repurchase_rate", "collection_rate", "revenue_per_customer", "average_order_value"})


def lacks(goal: Goal) -> list[str]:
    """What a goal leaves open, in the order a reader asks: owner, due, evidence, process, base, window, share_of,
    points."""
    target = goal.target
    relative = target.as_ in ("growth", "change")
    open_points = {
        "owner": not goal.owner,
        "due": goal.due is None,
        "evidence": not goal.evidence,
        "process": goal.process is None and goal.metric not in PROCESS,
        "base": not goal.base and (target.as_ == "growth" or goal.metric in BASED_RATES),
        "window": goal.metric == "repurchase_rate" and goal.window_months is None,
        "share_of": goal.metric in ("market_share", "share_of_sales") and goal.of is None,
        "points": relative and goal.metric in ("market_share", "share_of_sales") and target.unit == "ratio",
    }
    return [name for name, is_open in open_points.items() if is_open]


def smart(goals: Sequence[Goal], as_of: date) -> pd.DataFrame:
    """``goals_smart``: one row a goal decided by ``as_of``."""
    rows = []
    for goal in goals:
        if goal.decided > as_of:
            continue
        gaps = lacks(goal)
        rows.append(
            {
                "goal_id": goal.id,
                "text": goal.text,
                "metric": goal.metric,
                "scope": scope_words(scope_of(goal.where)[0]),
                "period": goal.period,
                "relation": goal.target.relation,
                "value": goal.target.value,
                "reading": goal.target.as_,
                "unit": goal.target.unit,
                "owner": goal.owner,
                "due_date": pd.NaT if goal.due is None else pd.Timestamp(goal.due),
                "evidence": goal.evidence,
                "process": goal.process.text if goal.process else "",
                "lacks": "|".join(gaps),
                "lack_count": len(gaps),
            }
        )
    columns = [c.name for c in contract("goals_smart").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("goals_smart"))


def team_targets(
    target_minor: int, coefficients: Mapping[str, Dated[float]], last: Mapping[str, int], when: tuple[date, date]
) -> pd.DataFrame:
    """``goals_teams``: company target × contribution coefficient in force on ``when`` = (day, as_of).

    The parts are rounded by largest remainder, so that coefficients that sum to one give exactly the company's target.
    """
    from decimal import Decimal

    from salesnb.model.money import spread_minor

    held = {node: value for node, dated in sorted(coefficients.items()) if (value := dated.find(*when)) is not None}
    columns = [c.name for c in contract("goals_teams").columns]
    if not held:
        return check(pd.DataFrame({name: [] for name in columns}), contract("goals_teams"))
    shares = [Decimal(str(value)) * target_minor for value in held.values()]
    parts = spread_minor(shares, list(held))
    rows = []
    for (node, value), part in zip(held.items(), parts, strict=True):
        before = last.get(node)
        rows.append(
            {
                "node_id": node,
                "name": node,
                "contribution_rate": value,
                "last_minor": before,
                "target_minor": int(part),
                "growth_rate": int(part) / before - 1 if before else None,
            }
        )
    return check(pd.DataFrame(rows, columns=columns).astype({"last_minor": "Int64"}), contract("goals_teams"))
