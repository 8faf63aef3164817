"""Targets when the team changes: a leaver's go to who takes over, a joiner takes his part, to the last unit (R55, R90).

Whole months follow the working days: somebody who leaves on the 15th keeps what is due by then. Nothing is invented and
nothing is lost: before and after have the same sum in every month, region and product.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.people import Movement, People
from salesnb.model.periods import Calendar

ORG = ("region_id", "team_id", "person_id")
AMOUNT = "target_minor"
MOVES = ["reason", "from_id", "to_id", "amount_minor", "from_month"]


@dataclass(frozen=True)
class Away:
    """A person who is not there from ``start`` (to ``end``, open where None); ``successor`` takes over where named."""

    person: str
    start: date
    end: date | None = None
    successor: str = ""


@dataclass(frozen=True)
class Arrival:
    """A person who is there from ``start``: in ``team``, at ``ramp`` (month of service → share of an experienced rep).

    ``seat``: the open position he fills, whose targets become his.
    """

    person: str
    region: str
    team: str
    start: date
    ramp: tuple[float, ...] = (1.0,)
    seat: str = ""


def team_changes(people: People, roster: pd.DataFrame, as_of: date) -> tuple[list[Away], list[Arrival]]:
    """What is known on ``as_of`` of leavers, leaves, joiners and transfers: decided movements, filled positions, and
    people the roster says have left."""
    away, here = list[Away](), list[Arrival]()
    regions = {team.id: team.region for team in people.teams}
    regions |= dict(zip(roster["team_id"], roster["region_id"], strict=True))
    filled = {seat.filled_by: seat for seat in people.positions if seat.filled_by and seat.decided <= as_of}
    known = sorted((m for m in people.movements if m.decided <= as_of), key=lambda m: (m.from_, m.id))
    told = {move.person for move in known}
    for row in roster.to_dict("records"):
        gone = row["left_date"]
        if pd.notna(gone) and pd.Timestamp(gone).date() <= as_of and row["person_id"] not in told:
            away.append(Away(str(row["person_id"]), pd.Timestamp(gone).date() + timedelta(days=1)))
    for move in known:
        if move.kind in ("leaves", "on_leave", "moves"):
            away.append(Away(move.person, move.from_, _return(known, move), move.successor))
        if move.kind in ("joins", "moves") and move.to_team:
            seat = filled.get(move.person)
            role = people.roles.get(seat.role) if seat else None
            ramp = role.ramp if role and move.kind == "joins" else (1.0,)
            region, name = regions.get(move.to_team, ""), seat.id if seat and seat.count == 1 else ""
            here.append(Arrival(move.person, region, move.to_team, move.from_, ramp, name))
    return list(dict.fromkeys(away)), here


def _return(known: Sequence[Movement], move: Movement) -> date | None:
    later = [m.from_ for m in known if m.person == move.person and m.kind == "returns" and m.from_ > move.from_]
    return min(later) - timedelta(days=1) if move.kind == "on_leave" and later else None


def handed(
    cells: pd.DataFrame, away: Sequence[Away], here: Sequence[Arrival], calendar: Calendar
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``cells`` (months to come) after the team's changes, and what moved: reason, from_id, to_id, amount_minor,
    from_month.

    A leaver's targets go to his successor, else to the people of his team by what they have, else of his region, else
    they stand unassigned. A joiner takes over his open seat, else his part of every team mate by his ramp.
    """
    out, moves = cells, list[pd.DataFrame]()
    absent = {one.person for one in away if one.end is None}
    for arrival in here:
        out, moved = _arrived(out, arrival, calendar, absent)
        moves.append(moved)
    for one in away:
        out, moved = _left(out, one, calendar, absent)
        moves.append(moved)
    found = pd.concat(moves, ignore_index=True) if moves else pd.DataFrame(columns=MOVES)
    return out, found[found["amount_minor"] != 0].reset_index(drop=True)


def _left(
    cells: pd.DataFrame, one: Away, calendar: Calendar, absent: set[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    own = cells[(cells["person_id"] == one.person) & (cells[AMOUNT] > 0)]
    gone = {month: _share(calendar, month, one.start, one.end) for month in own["month"].unique()}
    own = own[own["month"].map(gone) > 0]
    if own.empty:
        return cells, pd.DataFrame(columns=MOVES)
    taken = np.floor(own[AMOUNT].to_numpy() * own["month"].map(gone).to_numpy(float)).astype(np.int64)
    parts = []
    for (region, team), at in own.assign(at=range(len(own))).groupby(["region_id", "team_id"])["at"]:
        receivers = _receivers(cells, one, (str(region), str(team)), absent)
        parts.append(_spread(own.iloc[at.to_numpy()], taken[at.to_numpy()], receivers))
    return _moved(cells, own, taken, pd.concat(parts), "leaves")


def _receivers(cells: pd.DataFrame, one: Away, place: tuple[str, str], absent: set[str]) -> pd.DataFrame:
    """Who takes over, with weights: region_id, team_id, person_id, weight."""
    carrying = cells[~cells["person_id"].isin({one.person, UNASSIGNED} | absent)]
    carrying = carrying[carrying[AMOUNT] > 0]
    named = carrying[carrying["person_id"] == one.successor]
    if one.successor:
        if len(named):
            return _weighed(named).head(1).assign(weight=1.0)
        return pd.DataFrame([(*place, one.successor, 1.0)], columns=[*ORG, "weight"])
    for keep in (carrying["team_id"] == place[1], carrying["region_id"] == place[0]):
        if keep.any():
            return _weighed(carrying[keep])
    return pd.DataFrame([(*place, UNASSIGNED, 1.0)], columns=[*ORG, "weight"])


def _weighed(cells: pd.DataFrame) -> pd.DataFrame:
    sums = cells.groupby(list(ORG), sort=True)[AMOUNT].sum().rename("weight").reset_index()
    return sums.sort_values("weight", ascending=False, kind="stable")


def _arrived(
    cells: pd.DataFrame, one: Arrival, calendar: Calendar, absent: set[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:  # fmt: skip
    goal = pd.DataFrame([(one.region, one.team, one.person, 1.0)], columns=[*ORG, "weight"])
    seat = cells[(cells["person_id"] == one.seat) & (cells[AMOUNT] > 0)] if one.seat else cells.iloc[:0]
    if len(seat):
        share = seat["month"].map({m: _share(calendar, m, one.start, None) for m in seat["month"].unique()})
        taken = np.floor(seat[AMOUNT].to_numpy() * share.to_numpy(float)).astype(np.int64)
        return _moved(cells, seat, taken, _spread(seat, taken, goal), "joins")
    held = int(cells.loc[cells["person_id"] == one.person, AMOUNT].sum())
    mates = cells[(cells["team_id"] == one.team) & (cells[AMOUNT] > 0)]
    mates = mates[~mates["person_id"].isin({one.person, UNASSIGNED} | absent)]
    if held or mates.empty:
        return cells, pd.DataFrame(columns=MOVES)
    parts = {month: _part(one, month, mates, calendar) for month in mates["month"].unique()}
    taken = np.floor(mates[AMOUNT].to_numpy() * mates["month"].map(parts).to_numpy(float)).astype(np.int64)
    return _moved(cells, mates, taken, _spread(mates, taken, goal), "joins")


def _part(one: Arrival, month: str, mates: pd.DataFrame, calendar: Calendar) -> float:
    """The joiner's share of his team in a month: his ramp and presence against everybody's there."""
    served = (int(month[:4]) - one.start.year) * 12 + int(month[5:]) - one.start.month
    if served < 0:
        return 0.0
    ramp = one.ramp[min(served, len(one.ramp) - 1)] * _share(calendar, month, one.start, None)
    return ramp / (mates.loc[mates["month"] == month, "person_id"].nunique() + ramp)


def _share(calendar: Calendar, month: str, start: date, end: date | None) -> float:
    """Share of a month's working days from ``start`` to ``end``."""
    span = calendar.period(month)
    days = [span.start + timedelta(days=at) for at in range((span.end - span.start).days + 1)]
    work = [day for day in days if calendar.workdays.is_workday(day)] or days
    return sum(start <= day and (end is None or day <= end) for day in work) / len(work)


def _spread(cells: pd.DataFrame, taken: np.ndarray, receivers: pd.DataFrame) -> pd.DataFrame:
    """``taken`` of every cell given to the receivers by weight, exactly; one row a cell and receiver."""
    cumulated = np.cumsum(receivers["weight"].to_numpy(float)) / receivers["weight"].sum()
    cumulated[-1] = 1.0
    ends = np.rint(taken[:, None] * cumulated[None, :]).astype(np.int64)
    amounts = np.diff(ends, axis=1, prepend=0)
    count = len(receivers)
    out = cells.loc[cells.index.repeat(count)].copy()
    out["from_id"] = out["person_id"]
    for column in ORG:
        out[column] = np.tile(receivers[column].to_numpy(dtype=object), len(cells))
    out[AMOUNT] = amounts.ravel()
    return out[out[AMOUNT] != 0]


def _moved(
    cells: pd.DataFrame, source: pd.DataFrame, taken: np.ndarray, given: pd.DataFrame, reason: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    keys = [c for c in cells.columns if c != AMOUNT]
    lost = source.assign(**{AMOUNT: -taken})
    out = pd.concat([cells, lost, given[list(cells.columns)]], ignore_index=True)
    out = out.groupby(keys, sort=True, observed=True)[AMOUNT].sum().reset_index()[list(cells.columns)]
    told = given.groupby(["from_id", "person_id"], sort=True).agg(
        amount_minor=(AMOUNT, "sum"), from_month=("month", "min")
    )
    told = told.reset_index().rename(columns={"person_id": "to_id"}).assign(reason=reason)
    return out, told[MOVES]


def concerned(moves: pd.DataFrame) -> set[str]:
    """Everybody whose targets a handover touches."""
    return set(moves["from_id"]) | set(moves["to_id"])
