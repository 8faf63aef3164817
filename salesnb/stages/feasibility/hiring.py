"""What today's people carry of each target, and the cheapest hires that close what they do not (R13)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from salesnb.methods.capacity import Hiring, capacity, cheapest_plan, hire_by_month, hires_needed
from salesnb.model.params.people import People
from salesnb.model.tables import check, contract
from salesnb.stages.feasibility.baseline import COMPANY, Span
from salesnb.stages.feasibility.people import YEAR, Team, earliest_start, roles_of

MOST_HIRES = 30  # of one region in one plan: beyond that the answer is not a hiring plan
REALISTIC = 0.5  # hires above this share of today's people are a different company, not a measure
TENTH = 1.2815515655446004  # normal quantile of 90 %: the ends of a central 80 % interval
Targets = Mapping[tuple[str, str], float]


@dataclass(frozen=True)
class Staffing:
    """What hiring rests on: the team, the people parameters, the period, the dates, names, and what is already in by
    (dimension, node) in minor units."""

    team: Team
    params: People
    span: Span
    when: tuple[date, date]
    names: Mapping[str, Mapping[str, str]]
    known: Mapping[tuple[str, str], float]
    minor: int = 100


def capacity_table(staff: Staffing, targets: Targets) -> pd.DataFrame:
    """``feasibility_capacity``: company, every region and team with seats; targets where one was said. No seats, no
    rows: what nobody is known to sell is no capacity of zero."""
    team = staff.team
    nodes = [(COMPANY, COMPANY)] if len(team.seats) else []
    nodes += [(d, str(n)) for d in ("region_id", "team_id") for n in sorted(team.seats[d].dropna().unique())]
    rows = [_capacity_row(staff, dimension, node, targets.get((dimension, node))) for dimension, node in nodes]
    columns = [c.name for c in contract("feasibility_capacity").columns]
    money = dict.fromkeys((c for c in columns if c.endswith("_minor")), "Int64")
    return check(pd.DataFrame(rows, columns=columns).astype(money), contract("feasibility_capacity"))


def _capacity_row(staff: Staffing, dimension: str, node: str, target: float | None) -> dict[str, object]:
    today = staff.team.of(dimension, node)
    known = staff.known.get((dimension, node), 0.0)
    mean, sd = today.moments()
    row: dict[str, object] = {
        "dimension": dimension,
        "node_id": node,
        "name": staff.names.get(dimension, {}).get(node, node),
        "seat_count": len(today.months),
        "capacity_minor": round(mean + known),
        "low_minor": round(max(mean - TENTH * sd, 0.0) + known),
        "high_minor": round(mean + TENTH * sd + known),
    }
    if target is None:
        return row
    row |= {"target_minor": round(target), "gap_minor": round(max(target - mean - known, 0.0))}
    return row | _hires_of(staff, dimension, node, target - known) if row["gap_minor"] else row


def _hires_of(staff: Staffing, dimension: str, node: str, need: float) -> dict[str, object]:
    """How many hires close a node's gap, from when, at the latest when: of the commonest role, for a region those of
    its cheapest plan. A plan that mixes roles has no one latest month."""
    plan = _plan_of(staff, node, need) if dimension == "region_id" else []
    roles = sorted({str(row["role"]) for row in plan})
    if len(roles) > 1 and not plan[0]["shortfall_minor"]:
        count = sum(int(str(row["hire_count"])) for row in plan)
        return {"hire_count": count, "hire_month": min(str(row["start_month"]) for row in plan)}
    option = _hire(staff, dimension, node, need, *roles)
    if option is None:
        return {}
    hiring, first, ahead = option
    count = int(hiring.count[first]) if first < len(hiring.count) else -1
    if count <= 0:
        return {}
    return {"hire_count": count, "hire_month": ahead[first], "latest_month": ahead[hiring.latest(count)]}


def _roles(staff: Staffing, dimension: str, node: str) -> list[str]:
    """Roles one hires for a node, the commonest of its seats first: those with a price and a time to hire, if any has.

    Nobody is hired into a role that the node does not have, as long as it has one that can be hired.
    """
    roles = roles_of(staff.params, staff.when)
    here = staff.team.seats.iloc[staff.team.rows(dimension, node)]["role"]
    hired = [name for name in roles if roles[name][1].cost_of_hire is not None] or list(roles)
    count = {name: int((here == name).sum()) for name in hired}
    ordered = sorted(count, key=lambda name: (count[name], name), reverse=True)
    return [name for name in ordered if count[name]] or ordered[:1]


def _hire(
    staff: Staffing, dimension: str, node: str, need: float, *wanted: str
) -> tuple[Hiring, int, Sequence[str]] | None:
    """Hires of the role that is ``wanted``, else of the commonest, by the month they start."""
    roles = [*wanted, *_roles(staff, dimension, node)]
    if not roles or not len(staff.team.season):
        return None
    team, role = staff.team, roles[0]
    option = hire_by_month(team.season, team.level[role], team.terms[role])
    today = team.of(dimension, node)
    first = earliest_start(staff.params.roles[role], staff.when[1], staff.span)
    return hires_needed(today, need, option, most=MOST_HIRES), first, staff.span.months[staff.span.known :]


def hiring_plan(staff: Staffing, targets: Targets) -> pd.DataFrame:
    """``feasibility_hires``: for each region with a gap the cheapest hires by role and start month that close it.

    Roles are mixed where that is cheaper; nobody starts before the first possible month of his role. What even
    MOST_HIRES do not close is a shortfall.
    """
    rows: list[dict[str, object]] = []
    for (dimension, node), target in sorted(targets.items()):
        if dimension != "region_id":
            continue
        known = staff.known.get((dimension, node), 0.0)
        mean, _ = staff.team.of(dimension, node).moments()
        if target - known - mean > 0 and len(staff.team.rows(dimension, node)):
            rows += _plan_of(staff, node, target - known)
    columns = [c.name for c in contract("feasibility_hires").columns]
    frame = pd.DataFrame(rows, columns=columns).astype({"cost_minor": "Int64"})
    return check(frame, contract("feasibility_hires"))


def _plan_of(staff: Staffing, region: str, need: float) -> list[dict[str, object]]:
    if not len(staff.team.season):
        return []
    ahead = staff.span.months[staff.span.known :]
    roles = _roles(staff, "region_id", region)
    value, compared = (np.zeros((len(roles), len(ahead))) for _ in range(2))
    for i, role in enumerate(roles):
        first = earliest_start(staff.params.roles[role], staff.when[1], staff.span)
        brings = hire_by_month(staff.team.season, staff.team.level[role], staff.team.terms[role]).months.sum(1)
        value[i, first:] = brings[first:]
        # Who is hired is kept: plans are compared by what the first year costs, not by how little of the period is left
        year = _cost(staff, role, YEAR)
        compared[i] = 1.0 if year is None else float(year[0])
    mean, _ = staff.team.of("region_id", region).moments()
    every = np.zeros(value.size, np.int64)  # one limit for all
    plan = cheapest_plan(max(need - mean, 0.0), value.ravel(), compared.ravel(), every + MOST_HIRES, every)
    chosen = [(int(i), *divmod(int(i), len(ahead))) for i in np.flatnonzero(plan.count)]
    rows: list[dict[str, object]] = []
    for option, i, start in chosen:
        price = _cost(staff, roles[i], len(ahead))
        count = int(plan.count[option])
        rows.append(
            {
                "node_id": region,
                "name": staff.names.get("region_id", {}).get(region, region),
                "role": roles[i],
                "start_month": ahead[start],
                "hire_count": count,
                "value_minor": round(float(count * value[i, start])),
                "cost_minor": None if price is None else round(float(count * price[start])),
                "shortfall_minor": 0 if rows else round(plan.shortfall),
            }
        )
    return rows


def _cost(staff: Staffing, role: str, months: int) -> np.ndarray | None:
    """Cost in minor units of one hire by start month: recruiting and the salaries of the rest of the period."""
    held = staff.params.roles[role]
    salary = held.salary_month.find(*staff.when) if held.salary_month else None
    once = held.cost_of_hire.find(*staff.when) if held.cost_of_hire else None
    if salary is None and once is None:
        return None
    left = np.arange(months, 0, -1, dtype=np.float64)
    return ((once or 0.0) + (salary or 0.0) * left) * staff.minor


def decided_hires(people: People, end: date, as_of: date) -> dict[str, int]:
    """Heads by region that were decided by ``as_of`` and start after it, by ``end``: positions and joiners.

    None of them is among the seats of the team, so they stand against the hires that a gap asks for.
    """
    regions = {team.id: team.region for team in people.teams}
    carries = {name for name, role in people.roles.items() if role.carries_quota}
    found: dict[str, int] = {}
    for seat in people.positions:
        if seat.state != "withdrawn" and seat.decided <= as_of < seat.start <= end and seat.role in carries:
            region = regions.get(seat.team, "")
            found[region] = found.get(region, 0) + seat.count
    placed = {seat.filled_by for seat in people.positions}
    for move in people.movements:
        if move.kind == "joins" and move.decided <= as_of < move.from_ <= end and move.person not in placed:
            region = regions.get(move.to_team, "")
            found[region] = found.get(region, 0) + 1
    return found


def realistic(hires: pd.DataFrame, team: Team) -> pd.DataFrame:
    """The rows of ``feasibility_hires`` of regions whose plan stays within :data:`REALISTIC` of today's people."""
    asked = hires.groupby("node_id")["hire_count"].sum()
    seats = team.seats.groupby("region_id").size()
    kept = [node for node, count in asked.items() if count <= max(REALISTIC * seats.get(node, 0), 1)]
    return hires[hires["node_id"].isin(kept)]


def head_value(staff: Staffing) -> float:
    """What one more person of the commonest hired role brings from the earliest start, in minor units; nan if none."""
    found = _hire(staff, COMPANY, COMPANY, 0.0)
    if found is None:
        return float("nan")
    hiring, first, _ = found
    return float(hiring.value[first]) if first < len(hiring.value) else 0.0


def leaving_cost(staff: Staffing, points: float = 0.05) -> float:
    """What a year's attrition of 100 points more would cost, from the step of ``points``; minor units, negative."""
    team = staff.team
    if not len(team.seats) or not len(team.season):
        return float("nan")
    moved = 0.0
    for role, terms in team.terms.items():
        rows = np.flatnonzero((team.seats["role"] == role).to_numpy())
        if not len(rows):
            continue
        yearly = min(team.assumptions.attrition + points, 0.99)
        more = replace(terms, attrition=1 - (1 - yearly) ** (1 / YEAR))
        tenure = team.seats["tenure"].to_numpy(dtype=np.intp)[rows]
        level = np.full(len(rows), team.level[role])
        moved += float(capacity(tenure, level, team.season, more).months.sum())
        moved -= float(capacity(tenure, level, team.season, terms).months.sum())
    return moved / points
