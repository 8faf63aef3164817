"""Last year's shape carried into the plan's organisation: who takes over from whom, newcomers, openings, launches.

The result is a table of places with an amount for every month: what each would sell if the year went like the last,
with this year's people. It becomes the start of the plan once the named reasons have tilted it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.stages.decomposition.cube import DIMS, GOODS, ORG, Floats
from salesnb.stages.decomposition.postings import Posting
from salesnb.stages.decomposition.setting import Setting, spread

MOST_AWAY = 0.75  # a quarter is the least from which a year can be told
PROFILE = [*GOODS, "customer_type", "channel_id"]


@dataclass(frozen=True, eq=False)
class Shape:
    """``places``: DIMS, sorted, distinct. ``amounts``: (places, months) minor units, ≥ 0. ``netted``: what returns of
    places that sold less than they took back came to (negative)."""

    places: pd.DataFrame
    amounts: Floats
    netted: int


class Sheet:
    """Places with amounts by month, collected piece by piece."""

    def __init__(self, dims: Sequence[str], months: int) -> None:
        self._dims, self._months = list(dims), months
        self._parts: list[pd.DataFrame] = []

    def add(self, places: pd.DataFrame, amounts: Floats) -> None:
        """(rows, months) amounts of places; several rows of one place add up."""
        part = places.assign(**{dim: UNASSIGNED for dim in self._dims if dim not in places})
        part = part[self._dims].reset_index(drop=True)
        self._parts.append(pd.concat([part, pd.DataFrame(amounts, columns=range(self._months))], axis=1))

    @property
    def sellers(self) -> set[str]:
        """People with an amount so far."""
        months = list(range(self._months))
        return {str(one) for part in self._parts for one in part.loc[part[months].sum(axis=1) > 0, "person_id"]}

    def shape(self, netted: int) -> Shape:
        """Everything added, a row a place."""
        every = pd.concat(self._parts, ignore_index=True)
        summed = every.groupby(self._dims, sort=True).sum().reset_index()
        amounts = summed[list(range(self._months))].to_numpy(float)
        kept = amounts.sum(axis=1) > 0
        return Shape(summed.loc[kept, self._dims].reset_index(drop=True), amounts[kept], netted)


def carried(setting: Setting, held: Sequence[Posting], season: Floats) -> Sheet:
    """Twelve months of sales, spread over the plan's months by ``season`` and given to those who are there."""
    sheet = Sheet(setting.dims, len(setting.months))
    year = yearly(setting)
    sold = year.assign(amount=year["net_minor"].clip(lower=0).astype(float))
    by_seat = {(one.region, one.team, one.person): one for one in held}
    missing = _missing(setting, held, season)
    vacated = {seat[1] for seat in _seats_sold(year) if seat not in by_seat}
    for seat, own in sold.groupby(list(ORG), sort=True):
        rhythm = np.outer(own["amount"].to_numpy(), season)
        posting = by_seat.get(tuple(map(str, seat)))  # type: ignore[arg-type]
        stays = posting.present * posting.counted if posting is not None else np.zeros(len(season))
        if seat[2] == UNASSIGNED:  # what had no person keeps having none
            stays = np.ones(len(season))
        if stays.any():
            away = missing.get((str(seat[1]), str(seat[2])), 0.0) if seat[1] not in vacated else 0.0
            sheet.add(own, rhythm * stays / (1 - away))
        if (stays < 1).any():
            _hand_over(sheet, own, rhythm * (1 - stays), heirs(held, seat, posting), missing)
    return sheet


def _seats_sold(year: pd.DataFrame) -> list[tuple[str, str, str]]:
    return [(str(r), str(t), str(p)) for r, t, p in year.groupby(list(ORG)).size().index if p != UNASSIGNED]


def _missing(setting: Setting, held: Sequence[Posting], season: Floats) -> dict[tuple[str, str], float]:
    """By team and person who came during the last twelve months: the share of the year he was not there yet. Where
    somebody left his team he takes over from him first; where nobody did, his own months are made up to a year."""
    weight = dict(zip((month[5:] for month in setting.months), season / max(season.sum(), 1e-9), strict=True))
    out = {}
    for one in held:
        if one.is_new or one.start is None:
            continue
        began = setting.calendar.month_of(one.start)
        away = sum(weight.get(month[5:], 0.0) for month in setting.profile_months if month < began)
        if away > 0:
            out[one.team, one.person] = min(away, MOST_AWAY)
    return out


def yearly(setting: Setting) -> pd.DataFrame:
    """Sales of the last twelve known months by place, returns netted."""
    own = setting.history[setting.history["month"].isin(setting.profile_months)]
    return own.groupby(list(setting.dims), sort=True)["net_minor"].sum().reset_index()


def netted(setting: Setting) -> int:
    """What places with more returns than sales came to."""
    net = yearly(setting)["net_minor"]
    return int(net[net < 0].sum())


def heirs(held: Sequence[Posting], seat: Sequence[object], posting: Posting | None) -> list[Posting]:
    """Who takes over a seat: the named successor, else the team, else the region; nobody: it stays unassigned."""
    region, team, person = map(str, seat)
    others = [one for one in held if one.person != person and not one.is_new]
    named = [one for one in held if posting is not None and one.person == posting.successor]
    for found in (named, [o for o in others if o.team == team], [o for o in others if o.region == region]):
        if found:
            return found
    return []


def _hand_over(
    sheet: Sheet, own: pd.DataFrame, amounts: Floats, heir: list[Posting], missing: dict[tuple[str, str], float]
) -> None:
    """Amounts by month to heirs: to those who came during last year for what they missed of it, else by capacity in the
    month (by presence where nobody has any)."""
    if not heir:
        sheet.add(own.assign(person_id=UNASSIGNED), amounts)
        return
    gaps = np.array([missing.get((one.team, one.person), 0.0) for one in heir])
    weight = np.array([one.capacity for one in heir]) * (gaps if gaps.any() else np.ones(len(heir)))[:, None]
    even = np.array([one.present for one in heir]) + 1e-9
    share = np.where(weight.sum(axis=0) > 0, weight, even)
    share = share / share.sum(axis=0)
    for one, part in zip(heir, share, strict=True):
        sheet.add(own.assign(region_id=one.region, team_id=one.team, person_id=one.person), amounts * part)


def newcomers(setting: Setting, sheet: Sheet, held: Sequence[Posting], season: Floats) -> None:
    """What people add who start in the plan's months, or came in the last twelve without having sold anything yet or
    taken over from anybody: capacity × what a unit of capacity sells in their team, in the team's own mix. Teams that
    open without history are for :func:`openings`."""
    year, sellers = yearly(setting), sheet.sellers
    fresh = {one for one in held if one.is_new or (one.person not in sellers and _came_lately(setting, one))}
    seated = [one for one in held if one not in fresh]
    new = [one for one in held if one in fresh and one.team not in _opening_teams(setting)]
    for one in new:
        for columns in (["region_id", "team_id"], ["region_id"], []):
            mates = [o for o in seated if all(_of(o, column) == _of(one, column) for column in columns)]
            own = year
            for column in columns:
                own = own[own[column] == _of(one, column)]
            capacity = sum(float(o.capacity.sum()) for o in mates)
            if capacity > 0 and (own["net_minor"] > 0).any():
                break
        else:
            continue
        mix = own.groupby(PROFILE, sort=True)["net_minor"].sum().clip(lower=0).reset_index()
        each = mix["net_minor"].to_numpy(float) * len(setting.months) / capacity
        places = mix.assign(region_id=one.region, team_id=one.team, person_id=one.person)
        sheet.add(places, np.outer(each, season * one.capacity))


def _came_lately(setting: Setting, one: Posting) -> bool:
    return one.start is not None and setting.calendar.month_of(one.start) >= setting.profile_months[0]


def openings(setting: Setting, sheet: Sheet, held: Sequence[Posting], season: Floats) -> None:
    """New markets and products without history: potential × reach × ramp, spread like their neighbours (R17)."""
    year = yearly(setting)
    for market in setting.market.new_markets:
        if market.decided > setting.as_of:
            continue
        where = {key: nodes for key, nodes in market.where.items() if isinstance(nodes, tuple)}
        potential = market.potential.find(setting.period.end, setting.as_of) or 0.0
        reach = market.reach.find(setting.period.end, setting.as_of) or 0.0
        open_since = setting.present(market.opens, None)
        steps = np.cumsum(open_since > 0) - 1
        ramp = np.array([market.ramp[min(max(int(step), 0), len(market.ramp) - 1)] for step in steps]) * open_since
        monthly = potential * reach * setting.scale * season * ramp
        places = _neighbours(setting, year, where, held)
        if len(places):
            sheet.add(places, np.outer(places["share"].to_numpy(float), monthly))


def _opening_teams(setting: Setting) -> set[str]:
    named = [market.where.get("team", ()) for market in setting.market.new_markets if market.decided <= setting.as_of]
    return {team for nodes in named if isinstance(nodes, tuple) for team in nodes}


def _of(posting: Posting, column: str) -> str:
    return {"region_id": posting.region, "team_id": posting.team, "person_id": posting.person}[column]


def _neighbours(
    setting: Setting, year: pd.DataFrame, where: dict[str, tuple[str, ...]], held: Sequence[Posting]
) -> pd.DataFrame:
    """Places of a new node with shares that sum to 1: a new team sells its region's mix through its people, a new
    product goes where its line goes now."""
    own = year[year["net_minor"] > 0]
    teams = where.get("team", ())
    seats = [one for one in held if one.team in teams]
    if teams and not seats:
        regions = {team.id: team.region for team in setting.people.teams}
        seats = [
            Posting(UNASSIGNED, regions.get(t, ""), t, "", None, None, None, np.ones(1), np.ones(1)) for t in teams
        ]
    if seats:
        region = own[own["region_id"] == seats[0].region]
        mix = (region if len(region) else own).groupby(PROFILE, sort=True)["net_minor"].sum().reset_index()
        share = spread([one.person for one in seats], {one.person: float(one.capacity.sum()) for one in seats})
        parts = [
            mix.assign(region_id=o.region, team_id=o.team, person_id=o.person, share=mix["net_minor"] * part)
            for o, part in zip(seats, share, strict=True)
        ]
        return _shared(pd.concat(parts, ignore_index=True))
    for product in where.get("product", ()):
        line = setting.products.loc[setting.products["product_id"] == product, "product_line"]
        if not len(line):
            continue
        alike = own[own["product_line"] == line.iloc[0]]
        for key, column in (("region", "region_id"), ("channel", "channel_id"), ("customer_type", "customer_type")):
            alike = alike[alike[column].isin(where[key])] if key in where else alike
        alike = _seated(alike, held)
        columns = [column for column in DIMS if column != "product_id"]
        mix = alike.groupby(columns, sort=True)["net_minor"].sum().reset_index()
        return _shared(mix.assign(product_id=product, share=mix["net_minor"]))
    return own.iloc[:0]


def _seated(sales: pd.DataFrame, held: Sequence[Posting]) -> pd.DataFrame:
    """Sales of people who are there in the plan."""
    seats = {(one.region, one.team, one.person) for one in held}
    kept = [seat in seats for seat in zip(*(sales[column] for column in ORG), strict=True)]
    return sales[kept]


def _shared(places: pd.DataFrame) -> pd.DataFrame:
    total = float(places["share"].sum())
    return places.assign(share=places["share"] / total) if total > 0 else places.iloc[:0]
