"""Managers' forms from a plan's cells: whoever answers for a region gets one, with a line for each of its people.

The same function makes the form that is sent and the one a return is held against, so a form is out of date exactly
when a target, a name or the round has changed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.forms import Form, FormRow, Node
from salesnb.model.money import minor_digits

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.model.params import Params
    from salesnb.model.params.decomposition import Round
    from salesnb.model.periods import Period

WAN = 10_000


@dataclass(frozen=True)
class Handed:
    """What is handed down: ``cells`` (``target_cells``) of ``plan``, the roster, names by id, and as of which day."""

    plan: Period
    cells: pd.DataFrame
    roster: pd.DataFrame
    names: Mapping[str, str]
    as_of: date

    @property
    def basis(self) -> str:
        """``2024-9f3a2c1b``: the plan and what stands for its figures; the same figures give the same name."""
        sums = self.cells.groupby(["region_id", "team_id", "person_id", "month"])["target_minor"].sum()
        text = "\n".join(
            f"{'|'.join(map(str, key))}={int(value)}"
            for key, value in zip(sums.index.tolist(), sums.tolist(), strict=True)
        )
        return f"{self.plan.text}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"


def round_up(params: Params, as_of: date) -> tuple[int, Round | None]:
    """The time the field answers next (1: first, 2: second) and its step of 两上两下: the first upward step not over by
    ``as_of``, else the last; (1, None) where no rounds are set."""
    upward = [one for one in params.decomposition.rounds if one.direction == "up" and one.decided <= as_of]
    ordered = sorted(upward, key=lambda one: one.number)
    at = next((at for at, one in enumerate(ordered) if one.due >= as_of), len(ordered) - 1)
    return (at + 1, ordered[at]) if ordered else (1, None)


def forms_of(params: Params, handed: Handed) -> list[Form]:
    """One form a region, by id. Periods are the plan's quarters (months, where it has but one)."""
    number, asked = round_up(params, handed.as_of)
    cells = handed.cells[handed.cells["region_id"] != UNASSIGNED]
    cells = cells.assign(period=_periods(params, handed.plan, cells))
    periods = tuple(sorted(cells["period"].unique()))
    out = []
    for region, own in cells.groupby("region_id", sort=True):
        top = Node(str(region), handed.names.get(str(region), str(region)), "region")
        manager_id, manager = _manager(handed, str(region))
        rows = tuple(_rows(handed, own, top, periods))
        if not rows:
            continue
        out.append(
            Form(
                unit=params.unit,
                plan=handed.plan.text,
                round=number,
                manager_id=manager_id,
                manager=manager,
                version=handed.basis,
                due=asked.due if asked else handed.plan.start,
                currency=params.company.currency,
                factor=_factor(params, own),
                periods=periods,
                top=top,
                rows=rows,
            )
        )
    return out


def _periods(params: Params, plan: Period, cells: pd.DataFrame) -> list[str]:
    """The quarter of each cell's month; the month itself in a plan of one quarter."""
    from salesnb.model.periods import Kind

    if plan.kind not in (Kind.YEAR, Kind.HALF):
        return [str(month) for month in cells["month"]]
    calendar = params.company.calendar
    of = {month: calendar.containing(Kind.QUARTER, calendar.month_start(month)).text for month in plan.months}
    return [of[month] for month in cells["month"]]


def _factor(params: Params, own: pd.DataFrame) -> int:
    """万元 where every figure is exact in it to two decimals and people think in it."""
    if params.company.currency != "CNY":
        return 1
    step = WAN * 10 ** minor_digits(params.company.currency) // 100
    sums = own.groupby(["person_id", "period"])["target_minor"].sum()
    return WAN if bool((sums % step == 0).all()) and int(sums.sum()) >= 10 * WAN * 100 else 1


def _manager(handed: Handed, region: str) -> tuple[str, str]:
    """Whom the region's people report to; the region itself where that is not one person."""
    import pandas as pd

    day = pd.Timestamp(max(handed.plan.start, handed.as_of))
    rows = handed.roster
    rows = rows[(rows["from_date"] <= day) & (rows["to_date"].isna() | (rows["to_date"] >= day))]
    here = rows[rows["region_id"] == region]
    tops = here[here["manager_id"].isna() | ~here["manager_id"].isin(here["person_id"])]
    if len(tops) != 1:
        return region, handed.names.get(region, region)
    return str(tops["person_id"].iloc[0]), str(tops["name"].iloc[0])


def _rows(handed: Handed, own: pd.DataFrame, top: Node, periods: tuple[str, ...]) -> list[FormRow]:
    """A line a person in the team he does most for; largest teams and targets first. What nobody has stays out."""
    mine = own[own["person_id"] != UNASSIGNED]
    teams = mine.groupby(["person_id", "team_id"])["target_minor"].sum().sort_values(kind="stable")
    team_of = {str(person): str(team) for person, team in teams.index}
    sums = mine.groupby(["person_id", "period"])["target_minor"].sum()
    whole = {str(person): int(amount) for person, amount in mine.groupby("person_id")["target_minor"].sum().items()}
    size: dict[str, int] = {}
    for person, amount in whole.items():
        size[team_of[person]] = size.get(team_of[person], 0) + amount
    people = [person for person, amount in whole.items() if amount > 0]
    people.sort(key=lambda one: (-size[team_of[one]], team_of[one], -whole[one], one))
    rows = []
    for person in people:
        team = team_of[person]
        group = top if len(size) == 1 else Node(team, handed.names.get(team, team), "team")
        targets = tuple(int(sums.get((person, period), 0)) for period in periods)
        rows.append(FormRow(Node(person, handed.names.get(person, person), "person"), group, "", targets))
    return rows
