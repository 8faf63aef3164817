"""Monthly forecasts of all nodes of a tree: own where the history carries it, else by the parent's share; coherent.

Order of work: season (shrunk to the parent's), outliers clipped, four members and their mean, the growth belief; then
top-down over the tree the nodes that live by share, and half of it for small noisy leaves; last the weighted least
squares that makes every month add up. A node's own forecast before that step is kept, because its scatter measures the
doubt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.forecast.growth import DEFAULT_GROWTH, Growth, growth_shift
from salesnb.methods.forecast.history import YEAR, History, State, read_history
from salesnb.methods.forecast.members import last_year
from salesnb.methods.forecast.own import REL_RANGE, Own, forecast_own, share_months
from salesnb.methods.forecast.season import Season, settle_season
from salesnb.methods.projection.threads import one_thread
from salesnb.methods.reconcile import Tree, wls_tree

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

SMALL_ABOVE = 0.25
_SHARE_GAIN = 0.1


@dataclass(frozen=True)
class Fit:
    """Forecasts of N nodes for ``steps`` months after the last column of the history.

    ``months`` (N, steps) add up over the tree; ``own`` holds the forecasts before that and what measures their doubt;
    ``naive`` (N, steps) is the last year repeated. ``growth`` is the belief used, ``shift`` (N,) what it did to the
    log of each node's own forecast. ``calendar`` (T + steps,) is in ``months`` and ``naive``, not in ``history`` and
    ``own``.
    """

    history: History
    season: Season
    own: Own
    months: Array
    naive: Array
    growth: Growth | None
    shift: Array
    calendar: Array

    @property
    def steps(self) -> int:
        """Number of months forecast."""
        return int(self.months.shape[1])

    @property
    def tree(self) -> Tree:
        """The tree over which ``months`` add up."""
        return self.history.tree


def fit(
    values: ArrayLike | History,
    parent: ArrayLike | Tree | None = None,
    steps: int = 12,
    calendar: ArrayLike | None = None,
    growth: Growth | None = DEFAULT_GROWTH,
) -> Fit:
    """Forecast ``steps`` months of ``values`` (N, T; nan = missing), ``parent`` (N,) with -1 for roots.

    Without ``parent`` every node stands alone. ``calendar`` (T + steps,) are known factors of the months, the same for
    all nodes (moving festival, working days): history is divided by them, forecasts are multiplied. A :class:`History`
    given as ``values`` is already divided. ``growth`` is the visible belief about growth, None for none. Raises
    ValueError as :func:`~.history.read_history` does.
    """
    history, days = _prepared(values, parent, steps, calendar)
    with one_thread():
        season, clean = settle_season(history)
        own = forecast_own(history, season, clean, steps, 0.0 if growth is None else growth.rate)
    shift = np.zeros(history.tree.size) if growth is None else growth_shift(history, clean, own, growth)
    own.months *= np.exp(shift)[:, None]
    _top_down(history, own, steps)
    months = _coherent(history, own) * days[history.months :]
    months[history.rows(State.EMPTY)] = np.nan
    last = last_year(history.y * days[: history.months], steps)
    naive = np.where(history.seen.sum(1)[:, None] >= YEAR, last, np.nan)
    return Fit(history, season, own, months, naive, growth, shift, days)


def _prepared(
    values: ArrayLike | History, parent: ArrayLike | Tree | None, steps: int, calendar: ArrayLike | None
) -> tuple[History, Array]:
    if steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    months = values.months if isinstance(values, History) else np.shape(values)[-1]
    days = np.ones(months + steps) if calendar is None else np.asarray(calendar, float)
    if days.shape != (months + steps,) or not np.all(days > 0):
        raise ValueError(f"calendar must hold {months + steps} positive factors")
    if isinstance(values, History):
        return values, days
    return read_history(np.asarray(values, float) / days[:months], parent), days


def _top_down(history: History, own: Own, steps: int) -> None:
    """Fill ``own`` from the root down for nodes that live by share; small leaves meet their share half way."""
    tree = history.tree
    for depth in range(int(tree.depth.max(initial=0)) + 1):
        rows = np.flatnonzero(tree.depth == depth)
        gone = rows[np.isin(history.state[rows], [str(State.ZERO), str(State.ENDED), str(State.EMPTY)])]
        own.months[gone], own.noise[gone] = 0.0, 0.0
        wants = rows[np.isin(history.state[rows], [str(State.SHORT), str(State.SPARSE)])]
        has = wants[_can_share(history, own, wants)]
        own.by_share[has] = True
        _apply_share(history, own, has)
        alone = wants[(history.state[wants] == str(State.SHORT)) & ~own.by_share[wants]]
        own.months[alone] = _short_alone(history, alone, steps)
        own.size[alone] = np.abs(own.months[alone]).mean(1)
        own.noise[alone] = 1.0
        small = rows[(history.state[rows] == str(State.FITTED)) & (own.noise[rows] > SMALL_ABOVE)]
        small = small[tree.is_leaf[small]]
        small = small[_can_share(history, own, small)]
        total, share = own.months[small].sum(1), _shared(history, own, small)[0].sum(1)
        own.months[small] *= np.where(total > 0, 0.5 + 0.5 * share / np.maximum(total, 1e-300), 1.0)[:, None]


def _can_share(history: History, own: Own, rows: Index) -> Mask:
    """Whether the parent of each row has a forecast and positive recent months to take a share of."""
    above = history.tree.parent[rows]
    ok = (above >= 0) & (history.state[above] != str(State.SIGNED)) & ~np.isnan(own.months[above]).any(1)
    ok &= history.state[rows] != str(State.SIGNED)
    return ok & (_recent(history, rows)[1] > 0)


def _recent(history: History, rows: Index) -> tuple[Array, Array]:
    """Sums of the last :func:`share_months` of each row and of its parent, over months seen of both."""
    from_month = history.months - np.minimum(share_months(history)[rows], history.months)
    last = np.arange(history.months)[None, :] >= from_month[:, None]
    above = history.tree.parent[rows]
    both = history.seen[rows] & history.seen[above] & last
    return (history.y[rows] * both).sum(1), (history.y[above] * both).sum(1)


def _shared(history: History, own: Own, rows: Index) -> tuple[Array, Array]:
    """The parent's forecast times the node's share of the parent's recent months, and the share."""
    part, whole = _recent(history, rows)
    share = np.divide(np.maximum(part, 0.0), whole, out=np.zeros_like(part), where=whole > 0)
    return own.months[history.tree.parent[rows]] * share[:, None], share


def _apply_share(history: History, own: Own, rows: Index) -> None:
    forecast, share = _shared(history, own, rows)
    above = history.tree.parent[rows]
    usual = history.y[above] * share[:, None]
    used = history.seen[rows] & history.seen[above]
    count = np.maximum(used.sum(1), 1)
    size = np.maximum(np.where(used, usual, 0.0).sum(1) / count, 1e-300)
    error = np.where(used, history.y[rows] - usual, 0.0)
    noise = np.sqrt((error**2).sum(1) / count) / size
    own.months[rows] = forecast
    own.size[rows] = np.where(share > 0, size, 0.0)
    own.noise[rows] = np.clip(noise, *REL_RANGE)
    own.gain[rows] = _SHARE_GAIN
    own.residual[rows] = np.where(used, error / np.maximum(np.abs(usual), 0.1 * size[:, None]), np.nan)


def _short_alone(history: History, rows: Index, steps: int) -> Array:
    """A short history without a parent: its last 12 months again, or the mean of what there is."""
    count = history.seen[rows].sum(1)
    mean = (history.y[rows] * history.seen[rows]).sum(1) / np.maximum(count, 1)
    return np.where((count >= YEAR)[:, None], last_year(history.y[rows], steps), mean[:, None])


def _coherent(history: History, own: Own) -> Array:
    if not history.tree.families:
        return own.months.copy()
    var = (np.nan_to_num(own.noise) * own.size) ** 2
    return wls_tree(history.tree, np.nan_to_num(own.months), var, history.state == str(State.SIGNED))
