"""Baseline: what the period will bring if nothing is changed, for every node, coherent over the organisation.

The organisation is one tree (company, region, team, person); product lines and channels are flat views of the same
company, scaled so that their middles sum to it. Each node has its distribution, its state where history is too short,
and the company's own back-test beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesnb.methods import forecast as methods
from salesnb.methods.seasonality import OK, seasonal, window_share
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Calendar, Period, month_range

COMPANY = "company"
TEAMS = ("region_id", "team_id")
ORGANISATION = (*TEAMS, "person_id")
HIDDEN = "_whole"  # rows that another view shows
VIEWS = ("product_line", "channel_id")
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Span:
    """Months of the period, seen from ``last`` (the last whole month known): ``known`` of them have come already,
    ``skip`` months lie between ``last`` and the rest of the period, ``horizon`` months are forecast."""

    months: tuple[str, ...]
    last: str
    known: int
    skip: int
    horizon: int

    @property
    def steps(self) -> int:
        """Months to forecast from the last known one."""
        return self.skip + self.horizon


def span(period: Period, as_of: date, calendar: Calendar) -> Span:
    """The :class:`Span` of a year, half or quarter; a month counts as known once its last day is over on ``as_of``."""
    running = calendar.period(calendar.month_of(as_of))
    last = running.text if running.end <= as_of else calendar.month_of(running.start - timedelta(days=1))
    ahead = [m for m in period.months if m > last]
    skip = len(month_range(last, ahead[0])) - 2 if ahead else 0
    return Span(period.months, last, len(period.months) - len(ahead), skip, len(ahead))


@dataclass(frozen=True)
class View:
    """One tree of nodes with its forecast. ``keys``: dimension, node_id, parent_id, one row a node in the order of the
    arrays; ``last`` (N,) what the same months brought a year before; ``months_seen`` names the history's months."""

    keys: pd.DataFrame
    outlook: methods.Outlook
    backtest: methods.Backtest
    last: Array
    months_seen: tuple[str, ...]

    @cached_property
    def rows(self) -> dict[tuple[str, str, str], int]:
        """First row of each (dimension, node, parent), and of each (dimension, node, "") whatever its parent."""
        out: dict[tuple[str, str, str], int] = {}
        named = (self.keys[name] for name in ("dimension", "node_id", "parent_id"))
        for row, (dimension, node, parent) in enumerate(zip(*named, strict=True)):
            out.setdefault((dimension, node, ""), row)
            out.setdefault((dimension, node, parent), row)
        return out


@dataclass(frozen=True)
class Baseline:
    """All views; ``growth`` is the belief about growth that was joined in (visible on the page)."""

    span: Span
    views: tuple[View, ...]
    growth: methods.Growth | None

    def find(self, dimension: str, node: str, parent: str = "") -> tuple[View, int] | None:
        """The view and row of a node; a person's parent decides where he stands in several teams."""
        for view in self.views:
            row = view.rows.get((dimension, node, parent))
            if row is not None:
                return view, row
        return None

    def chance(self, dimension: str, node: str, target_minor: float, parent: str = "") -> float:
        """Chance that a node reaches ``target_minor``; nan where no chance is given."""
        found = self.find(dimension, node, parent)
        if found is None:
            return float("nan")
        view, row = found
        goal = np.full(len(view.last), np.nan)
        goal[row] = target_minor
        return float(view.outlook.attain(goal)[row])

    def middle(self, dimension: str = COMPANY, node: str = COMPANY) -> float:
        """Middle of a node's distribution in minor units; nan for an unknown node."""
        found = self.find(dimension, node)
        return float("nan") if found is None else float(found[0].outlook.total[found[1]])


@dataclass(frozen=True)
class Belief:
    """What the forecast is told besides the history: known days of the movable festival, and the growth belief."""

    festivals: Sequence[date] = ()
    growth: methods.Growth | None = methods.DEFAULT_GROWTH


def baseline(cells: pd.DataFrame, flat: Mapping[str, pd.DataFrame], span: Span, belief: Belief) -> Baseline:
    """Forecast the period for the organisation and the flat views.

    ``cells``: month, region_id, team_id, person_id, net_minor; ``flat``: dimension → month, dimension, net_minor. Only
    months up to ``span.last`` are used. A month without a line counts zero (exports are complete).
    """
    seen = cells[cells["month"] <= span.last]
    months = month_range(str(seen["month"].min()), span.last) if len(seen) else ()
    organisation = _organisation(seen, months, TEAMS)
    days = calendar_factors(organisation[1][0], months, max(span.steps, 1), belief.festivals)
    whole = _view(organisation, months, span, days, belief.growth)
    # People come and go, which no history foretells: their misses would widen every region's and the company's doubt.
    # So they are forecast and tested in a tree of their own and then moved to their teams' figures.
    people = _view(_organisation(seen, months, ORGANISATION), months, span, days, belief.growth)
    views = [whole, _to_teams(people, whole)]
    for dimension, frame in flat.items():
        part = _view(_flat(frame[frame["month"] <= span.last], dimension, months), months, span, days, belief.growth)
        views.append(_scaled(part, float(whole.outlook.total[0])))
    return Baseline(span, tuple(views), belief.growth)


Nodes = tuple[pd.DataFrame, Array, NDArray[np.intp]]


def _organisation(cells: pd.DataFrame, months: Sequence[str], levels: Sequence[str]) -> Nodes:
    """Keys, histories (N, T) and parents of company → region → team …; the company is row 0."""
    paths: list[tuple[str, ...]] = [()]
    values: list[Array] = [_monthly(cells, months)]
    parent = [-1]
    place: dict[tuple[str, ...], int] = {(): 0}
    for depth in range(1, len(levels) + 1):
        by = list(levels[:depth])
        wide = cells.pivot_table(index=by, columns="month", values="net_minor", aggfunc="sum", fill_value=0)
        wide = wide.reindex(columns=list(months), fill_value=0).sort_index()
        for path, row in zip(wide.index, wide.to_numpy(dtype=np.float64), strict=True):
            path = (path,) if isinstance(path, str) else tuple(path)
            place[path] = len(paths)
            paths.append(path)
            values.append(row)
            parent.append(place[path[:-1]])
    return _keys(paths, levels), np.array(values), np.array(parent)


def _keys(paths: Sequence[tuple[str, ...]], levels: Sequence[str]) -> pd.DataFrame:
    """Dimension, node and parent of every path. Who has no team hangs from the region; a parent whose name does not
    tell where it stands (a team of several regions) is named with what is above it."""
    named = [_above(path) for path in paths]
    keys = pd.DataFrame(
        {
            "dimension": [levels[len(path) - 1] if path else COMPANY for path in paths],
            "node_id": [path[-1] if path else COMPANY for path in paths],
            "parent_id": [(above or (COMPANY,))[-1] if path else "" for path, above in zip(paths, named, strict=True)],
        }
    )
    twice = keys.duplicated(keep=False)
    keys.loc[twice, "parent_id"] = [" / ".join(above) for above, again in zip(named, twice, strict=True) if again]
    return keys


def _above(path: tuple[str, ...]) -> tuple[str, ...]:
    """The path to the nearest named ancestor of ``path``'s last node."""
    above = path[:-1]
    while len(above) > 1 and above[-1] == UNASSIGNED:
        above = above[:-1]
    return above


def _flat(cells: pd.DataFrame, dimension: str, months: Sequence[str]) -> Nodes:
    wide = cells.pivot_table(index=dimension, columns="month", values="net_minor", aggfunc="sum", fill_value=0)
    wide = wide.reindex(columns=list(months), fill_value=0).sort_index()
    keys = [(HIDDEN, COMPANY, ""), *((dimension, str(node), COMPANY) for node in wide.index)]
    values = np.vstack([_monthly(cells, months), wide.to_numpy(dtype=np.float64)])
    return pd.DataFrame(keys, columns=["dimension", "node_id", "parent_id"]), values, np.array([-1] + [0] * len(wide))


def _monthly(cells: pd.DataFrame, months: Sequence[str]) -> Array:
    return cells.groupby("month")["net_minor"].sum().reindex(list(months), fill_value=0).to_numpy(dtype=np.float64)


def calendar_factors(company: Array, months: Sequence[str], steps: int, festivals: Sequence[date]) -> Array:
    """Factor of every month of history and forecast for the movable festival; ones where it cannot be told."""
    every = list(months) + list(month_range(months[-1], later(months[-1], steps))[1:]) if months else []
    flat = np.ones(len(every))
    if not festivals or not every:
        return flat
    share = window_share(every, festivals, days_before=7, days_after=7)
    season = seasonal(company, int(months[0][5:]), festival=share[: len(months)])
    if season.state[0] != OK:
        return flat
    number = np.array([int(m[5:]) for m in every])
    factor = season.factor(number, share)[0] / season.index[0, number - 1]
    return factor if np.isfinite(factor).all() and (factor > 0).all() else flat


def later(month: str, by: int) -> str:
    """The month ``by`` months after ``month``."""
    index = int(month[:4]) * 12 + int(month[5:]) - 1 + by
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def _view(nodes: Nodes, months: Sequence[str], span: Span, days: Array, growth: methods.Growth | None) -> View:
    keys, values, parent = nodes
    history = methods.read_history(values / days[: len(months)], parent)
    fitted = methods.fit(history, steps=max(span.steps, 1), calendar=days, growth=growth)
    tested = methods.backtest(history, skip=span.skip, horizon=max(span.horizon, 1), calendar=days, growth=growth)
    at = {month: i for i, month in enumerate(months)}
    come = [at[m] for m in span.months[: span.known] if m in at]
    before = [at[m] for m in (later(m, -12) for m in span.months) if m in at]
    known = values[:, come].sum(axis=1)
    view = methods.outlook(fitted, tested, span.skip, max(span.horizon, 1), known)
    last = values[:, before].sum(axis=1) if len(before) == len(span.months) else np.full(len(values), np.nan)
    return View(keys, view, tested, last, tuple(months))


def _scaled(view: View, company: float) -> View:
    """The view with the root's middle moved to ``company``: one company, one forecast."""
    known, ahead = view.outlook.known, view.outlook.window.ahead
    ratio = (company - known[0]) / ahead[0] if ahead[0] > 0 else 1.0
    window = replace(view.outlook.window, ahead=ahead * ratio)
    return replace(view, outlook=replace(view.outlook, window=window, months=view.outlook.months * ratio))


def _to_teams(people: View, whole: View) -> View:
    """The people's view with every team's people moved to the team's middle; only people are shown from it."""
    teams = {
        (d, n, p): total
        for d, n, p, total in zip(*(whole.keys[c] for c in whole.keys), whole.outlook.window.ahead, strict=True)
    }
    tree, ahead = people.outlook.fit.tree, people.outlook.window.ahead
    ratio = np.ones(len(ahead))
    for row in np.flatnonzero(people.keys["dimension"] == "person_id"):
        above = int(tree.parent[row])
        key = tuple(people.keys.iloc[above])
        ratio[row] = teams[key] / ahead[above] if ahead[above] > 0 else 1.0
    window = replace(people.outlook.window, ahead=ahead * ratio)
    outlook = replace(people.outlook, window=window, months=people.outlook.months * ratio[:, None])
    shown = people.keys["dimension"] == "person_id"
    return replace(
        people, outlook=outlook, keys=people.keys.assign(dimension=people.keys["dimension"].where(shown, HIDDEN))
    )


def node_states(view: View) -> NDArray[np.str_]:
    """ok, no_record (interval, but nothing back-tested), ended or not_enough_history, a node each."""
    history = view.outlook.fit.history
    gone = np.isin(history.state, [str(methods.State.ENDED), str(methods.State.ZERO)])
    given, tested = view.outlook.interval_given, view.outlook.chance_given
    return np.select([tested, given, gone], ["ok", "no_record", "ended"], "not_enough_history").astype(np.str_)
