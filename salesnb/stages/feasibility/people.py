"""Seats: who is there when the period begins, what each can bring, and how people come, grow and go (R13).

A person's level is what a fully ramped month brings at season 1, drawn towards what the role usually brings (empirical
Bayes), because twelve months of one person are mostly chance. The level moves with the productivity trend of people who
were there two whole years: a visible assumption, and one of the inputs a reader may doubt.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesnb.methods.capacity import Capacity, Terms, capacity
from salesnb.methods.seasonality import OK, Season
from salesnb.methods.shrinkage import shrink_samples
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.people import People, Role
from salesnb.model.periods import Calendar
from salesnb.stages.feasibility.baseline import Span

YEAR = 12
WEEKS = 365.25 / 12 / 7  # of a month
LEAST_MONTHS = 3
LEAST_PEOPLE = 3
TREND_RANGE = (-0.20, 0.30)  # beyond, two years of a few people say more about them than about the year to come
LONG_SERVED = 120
TELLING = 0.5  # a month below half the full productivity says little about what a person can bring
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Assumptions:
    """What the capacity rests on; every one is printed. ``trend``: growth of sales per head; ``attrition``: share of
    people who leave in a year; ``backfill``: vacant months; ``days``: working days against a year before."""

    trend: float
    attrition: float
    backfill: int
    days: float = 1.0


@dataclass(frozen=True)
class Team:
    """All seats: ``seats`` (person_id, region_id, team_id, role, tenure), their ``capacity`` in the same order, the
    ``season`` of the months still to come, and by role the ``terms`` and ``level`` of a newcomer."""

    seats: pd.DataFrame
    capacity: Capacity
    season: Array
    terms: Mapping[str, Terms]
    level: Mapping[str, float]
    assumptions: Assumptions

    def rows(self, dimension: str, node: str) -> NDArray[np.intp]:
        """Seats of a region or team; all of them for the company."""
        if dimension not in ("region_id", "team_id"):
            return np.arange(len(self.seats))
        return np.flatnonzero((self.seats[dimension] == node).to_numpy())

    def of(self, dimension: str, node: str) -> Capacity:
        """The capacity of a node's seats."""
        rows = self.rows(dimension, node)
        return Capacity(self.capacity.months[rows], self.capacity.variance[rows], self.capacity.common)


def roles_of(params: People, when: tuple[date, date]) -> dict[str, tuple[float, Role]]:
    """role → (factor in force, its parameters); roles without a quota are left out."""
    held = {name: (role.factor.find(*when), role) for name, role in params.roles.items() if role.carries_quota}
    return {name: (factor, role) for name, (factor, role) in held.items() if factor is not None}


def seats(roster: pd.DataFrame, held: pd.DataFrame, params: People, start: date, as_of: date) -> pd.DataFrame:
    """Everyone who carries a quota on the period's first day as known on ``as_of``: person, region, team, role, tenure.

    ``held``: person_id, month, net_minor, region_id, team_id of months in the job. Without a roster the people who sold
    in the last three months are the seats. Leavers and movers that are decided count as decided; joiners to
    come do not: they are hires. Where no sale names a person, nothing tells what a seat carries, and there is none.
    """
    if roster.empty or not ((held["person_id"] != UNASSIGNED) & (held["net_minor"] != 0)).any():
        recent = sorted(held["month"].unique())[-LEAST_MONTHS:]
        here = held[held["month"].isin(recent) & (held["net_minor"] > 0) & (held["person_id"] != UNASSIGNED)]
        out = here.sort_values("month", kind="stable").drop_duplicates("person_id", keep="last")
        out = out[["person_id", "region_id", "team_id"]].assign(role="", tenure=LONG_SERVED)
        return out.sort_values("person_id").reset_index(drop=True)
    first, known = pd.Timestamp(start), pd.Timestamp(as_of)
    out = roster[(roster["from_date"] <= known) & ~(roster["to_date"] < first) & ~(roster["left_date"] < first)]
    out = out.sort_values("from_date", kind="stable").drop_duplicates("person_id", keep="last")
    quiet = {name for name, role in params.roles.items() if not role.carries_quota}
    out = out[~out["role"].isin(quiet)]
    for move in params.movements:
        if not move.known(start, as_of):
            continue
        if move.kind == "leaves":
            out = out[out["person_id"] != move.person]
        elif move.kind == "moves" and move.to_team:
            region = {team.id: team.region for team in params.teams}.get(move.to_team)
            mine = out["person_id"] == move.person
            out.loc[mine, "team_id"] = move.to_team
            out.loc[mine, "region_id"] = region or out.loc[mine, "region_id"]
    hired = out["hired_date"].fillna(out["from_date"])
    tenure = (first.year - hired.dt.year) * YEAR + first.month - hired.dt.month
    out = out.assign(tenure=tenure.clip(lower=0).astype("int64"), role=out["role"].fillna(""))
    return out[["person_id", "region_id", "team_id", "role", "tenure"]].sort_values("person_id").reset_index(drop=True)


def ramp_at(role: Role | None, tenure: float) -> float:
    """Share of full productivity in a month of service; 1 where no role says otherwise."""
    if role is None or math.isnan(tenure):
        return 1.0
    return role.ramp[min(int(tenure), len(role.ramp) - 1)]


def productivity_trend(held: pd.DataFrame, last: str) -> float:
    """Growth of sales per head over the last twelve months, of people in the job all twenty-four; 0 where too few."""
    months = sorted(m for m in held["month"].unique() if m <= last)[-2 * YEAR :]
    if len(months) < 2 * YEAR:
        return 0.0
    here = held[held["month"].isin(months) & (held["person_id"] != UNASSIGNED)]
    count = here.groupby("person_id")["month"].nunique()
    stayed = here[here["person_id"].isin(count.index[count == 2 * YEAR])]
    # someone still ramping up two years ago grows by ramping, not by the trend
    young = stayed[(stayed["month"] == months[0]) & (stayed["tenure"].astype("float64") < YEAR)]["person_id"]
    stayed = stayed[~stayed["person_id"].isin(set(young))]
    before = stayed.loc[stayed["month"].isin(months[:YEAR]), "net_minor"].sum()
    after = stayed.loc[stayed["month"].isin(months[YEAR:]), "net_minor"].sum()
    if before <= 0 or stayed["person_id"].nunique() < LEAST_PEOPLE:
        return 0.0
    return float(np.clip(after / before - 1, *TREND_RANGE))


def season_ahead(season: Season, span: Span, calendar: Calendar) -> tuple[Array, float]:
    """(season × working days of the months to come, working days against a year before)."""
    ahead = span.months[span.known :]
    number = np.array([int(m[5:]) for m in ahead], dtype=np.int64)
    index = season.index[0, number - 1] if season.state[0] == OK else np.ones(len(ahead))
    periods = [calendar.period(m) for m in ahead]
    now = sum(calendar.workdays.count(p.start, p.end) for p in periods)
    before = sum(calendar.workdays.count(p.start, p.end) for p in map(calendar.last_year, periods))
    days = now / before if before else 1.0
    return index * days, days


def build_team(
    found: pd.DataFrame,
    held: pd.DataFrame,
    params: People,
    season: tuple[Season, Array, float],
    when: tuple[date, date],
) -> Team:
    """The :class:`Team` from seats and months in the job (``held`` with tenure). ``season``: the company's season, the
    factors of the months to come, and working days against a year before."""
    roles = roles_of(params, when)
    past, ahead, days = season
    last = str(held["month"].max()) if len(held) else ""
    level, unsure, noise = _levels(found, _ramped(held, found, roles, past, last))
    settled = Assumptions(
        trend=productivity_trend(held, last) if len(held) else 0.0,
        attrition=_value(params.capacity.attrition, when),
        backfill=round(_value(params.capacity.backfill_weeks, when) / WEEKS),
        days=days,
    )
    grown = (1 + settled.trend) * level
    factor = np.array([roles[r][0] if r in roles else 1.0 for r in found["role"]])
    usual = float(np.mean(grown)) if len(found) else 0.0
    monthly = 1 - (1 - min(settled.attrition, 0.99)) ** (1 / YEAR)
    terms, newcomer = {}, {}
    for name in sorted({*found["role"], *roles}):
        ramp = roles[name][1].ramp if name in roles else (1.0,)
        terms[name] = Terms(tuple(ramp), monthly, settled.backfill, noise)
        newcomer[name] = usual * (roles[name][0] if name in roles else 1.0)
    parts, order = [], []
    for name in sorted(set(found["role"])):
        rows = np.flatnonzero((found["role"] == name).to_numpy())
        tenure = found["tenure"].to_numpy(dtype=np.intp)[rows]
        after = np.full(len(rows), newcomer[name])
        parts.append(capacity(tenure, np.maximum(grown * factor, 0.0)[rows], ahead, terms[name], unsure[rows], after))
        order.append(rows)
    return Team(found, _joined(parts, order, len(ahead)), ahead, terms, newcomer, settled)


def _value(dated: object, when: tuple[date, date]) -> float:
    found = dated.find(*when) if dated is not None else None  # type: ignore[attr-defined]
    return 0.0 if found is None else float(found)


def _joined(parts: Sequence[Capacity], order: Sequence[NDArray[np.intp]], months: int) -> Capacity:
    """Capacities of the roles put back into the order of the seats."""
    if not parts:
        return Capacity(np.zeros((0, months)), np.zeros(0), Terms().common)
    whole = parts[0]
    for part in parts[1:]:
        whole = whole.joined(part)
    back = np.argsort(np.concatenate(order), kind="stable")
    return Capacity(whole.months[back], whole.variance[back], whole.common)


def _ramped(
    held: pd.DataFrame, found: pd.DataFrame, roles: Mapping[str, tuple[float, Role]], season: Season, last: str
) -> pd.DataFrame:
    """The last twelve months of each seat as fully ramped months at season 1 of a plain rep: person_id, value."""
    role = dict(zip(found["person_id"], found["role"], strict=True))
    here = held[held["person_id"].isin(role) & (held["month"] <= last)]
    here = here[here["month"].isin(sorted(held["month"].unique())[-YEAR:])]
    index = season.index[0] if season.state[0] == OK else np.ones(YEAR)
    rows = []
    for person, month, net, tenure in here[["person_id", "month", "net_minor", "tenure"]].itertuples(index=False):
        factor, kind = roles.get(role[person], (1.0, None))
        share = ramp_at(kind, float("nan") if pd.isna(tenure) else float(tenure))
        usual = index[int(month[5:]) - 1] * share * factor
        if usual > 0 and share >= TELLING:
            rows.append((person, float(net) / usual))
    return pd.DataFrame(rows, columns=["person_id", "value"])


def _levels(found: pd.DataFrame, ramped: pd.DataFrame) -> tuple[Array, Array, float]:
    """(level, its coefficient of variation) of each seat at its role's factor 1, and the noise of one month."""
    code = {person: i for i, person in enumerate(found["person_id"])}
    unit = ramped["person_id"].map(code).to_numpy(dtype=np.intp)
    value = ramped["value"].to_numpy(dtype=np.float64)
    plain, noise = float(value.mean()) if len(value) else 0.0, Terms().noise
    try:
        drawn = shrink_samples(value, unit, len(found))
    except ValueError:  # nobody with two different months: everyone is the average
        return np.full(len(found), plain), np.full(len(found), Terms().newcomer), noise
    level = np.maximum(drawn.value, 0.0)
    unsure = np.where(level > 0, (drawn.high - drawn.low) / (2 * 1.96) / np.maximum(level, 1e-9), 0.0)
    mean = np.array([value[unit == i].mean() if (unit == i).any() else np.nan for i in range(len(found))])
    spread = (value - mean[unit]) / np.where(level[unit] > 0, level[unit], np.nan)
    noise = float(np.clip(np.nanstd(spread), 0.05, 2.0)) if np.isfinite(spread).any() else noise
    return level, np.clip(unsure, 0.0, 2.0), noise


def earliest_start(role: Role, as_of: date, span: Span) -> int:
    """Months from the first one still to come until a hire decided on ``as_of`` can start; ``len`` if too late."""
    day = as_of + timedelta(weeks=role.hire_weeks)
    month = f"{day:%Y-%m}" if day.day <= 15 else f"{(day + timedelta(days=20)):%Y-%m}"
    return sum(m < month for m in span.months[span.known :])
