"""A company's own record: forecasts as they would have been made at earlier months, against what came.

The record corrects the scale (``factor``, shrunk as if 50 forecasts of average companies had been seen before, see
:mod:`~.factor`) and stands beside every probability: how many forecasts, over which months, and how often the 80 %
interval held the actual when each was issued with the factor known then.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.forecast import student
from salesnb.methods.forecast.factor import own_factors, usual_factor
from salesnb.methods.forecast.fit import fit
from salesnb.methods.forecast.growth import DEFAULT_GROWTH, Growth
from salesnb.methods.forecast.history import ENOUGH, History, read_history
from salesnb.methods.forecast.scale import DF
from salesnb.methods.forecast.window import window
from salesnb.methods.reconcile import Tree

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

MOST_ORIGINS = 12
STEP = 3
_FAR = 25.0


@dataclass(frozen=True)
class Trials:
    """Forecasts with their outcome, one row each: ``node``, ``origin`` (months known then), ``depth`` in the tree,
    ``by_share``, ``forecast``, ``scale`` (factor 1), ``actual``, ``naive`` (last year repeated), ``standard`` (t value
    of the actual at factor 1). All (rows,)."""

    node: Index
    origin: Index
    depth: Index
    by_share: Mask
    forecast: Array
    scale: Array
    actual: Array
    naive: Array
    standard: Array

    def __len__(self) -> int:
        return len(self.node)

    def take(self, rows: Index | Mask) -> Trials:
        """Some of the rows."""
        return Trials(*(getattr(self, f.name)[rows] for f in fields(self)))


@dataclass(frozen=True)
class Record:
    """Back-test of one group of nodes (same ``depth`` of the tree, own forecast or ``by_share``).

    ``count`` forecasts of ``horizon`` months (after ``skip``) made at ``origins`` different months, when ``first`` …
    ``last`` months were known; ``hit_rate`` and ``hit_rate_95`` of their 80 and 95 % intervals as issued; ``factor``
    on the scale now and the ``effective`` number of independent forecasts behind it; ``error`` and ``naive_error``
    median absolute relative errors of the forecast and of the last year repeated. Nothing tested: count 0, rates nan,
    the usual factor.
    """

    depth: int
    by_share: bool
    skip: int
    horizon: int
    count: int = 0
    origins: int = 0
    first: int = -1
    last: int = -1
    hit_rate: float = float("nan")
    hit_rate_95: float = float("nan")
    factor: float = 1.0
    effective: float = 0.0
    error: float = float("nan")
    naive_error: float = float("nan")


@dataclass(frozen=True)
class Backtest:
    """All trials, the ``factor`` (rows,) with which each was issued, and the records by group.

    ``skip`` and ``horizon`` are what the history allowed, at most what was asked for.
    """

    skip: int
    horizon: int
    trials: Trials
    factor: Array
    records: tuple[Record, ...]

    def record(self, depth: int, by_share: bool) -> Record:
        """The record of a group; an empty one where nothing of it was tested."""
        for record in self.records:
            if (record.depth, record.by_share) == (depth, by_share):
                return record
        return Record(depth, by_share, self.skip, self.horizon, factor=usual_factor(depth))

    def chances(self, multiples: ArrayLike = (0.8, 0.9, 1.0, 1.1, 1.2, 1.3)) -> tuple[Array, Array]:
        """Issued chances to reach multiples of the last year's months, and whether each was reached; both (n,)."""
        trials = self.trials
        target = trials.naive[:, None] * np.asarray(multiples, float)[None, :]
        width = np.maximum(trials.scale * self.factor, 1e-12)[:, None]
        use = (target > 0) & (trials.forecast > 0)[:, None]
        t = np.log(np.where(use, target, 1.0) / np.where(trials.forecast > 0, trials.forecast, 1.0)[:, None]) / width
        return (1.0 - student.cdf(t, DF))[use], (trials.actual[:, None] >= target)[use].astype(float)


def backtest(
    values: ArrayLike | History,
    parent: ArrayLike | Tree | None = None,
    skip: int = 0,
    horizon: int = 12,
    calendar: ArrayLike | None = None,
    growth: Growth | None = DEFAULT_GROWTH,
) -> Backtest:
    """Forecast again from every third earlier month with 24 months or more behind it, at most 12 times, latest first.

    Where the history is too short for the window, the months skipped go first, then the window shrinks; below 25
    months nothing can be tested. Arguments as :func:`~.fit.fit`; ``calendar`` may reach beyond the history.
    """
    months = values.months if isinstance(values, History) else np.shape(values)[-1]
    days = np.ones(months) if calendar is None else np.asarray(calendar, float)[:months]
    history = values if isinstance(values, History) else read_history(np.asarray(values, float) / days, parent)
    room = months - ENOUGH
    horizon = max(min(horizon, room), 1)
    skip = max(min(skip, room - horizon), 0)
    origins = range(months - skip - horizon, ENOUGH - 1, -STEP)[:MOST_ORIGINS]
    trials = _join([_one_origin(history, days, (origin, skip, horizon), growth) for origin in reversed(origins)])
    group = 2 * trials.depth + trials.by_share
    factor = _factors_as_issued(trials, group, skip + horizon)
    now = own_factors(trials.standard, trials.origin, group, skip + horizon)
    records = []
    for name, (value, effective) in sorted(now.items()):
        blank = Record(name // 2, bool(name % 2), skip, horizon, factor=value, effective=effective)
        records.append(_record(blank, trials.take(group == name), factor[group == name]))
    return Backtest(skip, horizon, trials, factor, tuple(records))


def _one_origin(history: History, days: Array, when: tuple[int, int, int], growth: Growth | None) -> Trials:
    """Trials of all nodes that had an interval when ``origin`` months were known and whose outcome is known now."""
    origin, skip, horizon = when
    end = origin + skip + horizon
    past = fit(history.until(origin), steps=skip + horizon, calendar=days[:end], growth=growth)
    view = window(past, skip, horizon)
    actual = (history.values * days)[:, origin + skip : end].sum(1)
    node = np.flatnonzero(view.open & np.isfinite(actual) & (view.scale > 0))
    standard = np.clip(view.standard(actual[:, None])[:, 0], -_FAR, _FAR)
    return Trials(
        node=node,
        origin=np.full(len(node), origin),
        depth=history.tree.depth[node],
        by_share=past.own.by_share[node],
        forecast=view.ahead[node],
        scale=view.scale[node],
        actual=actual[node],
        naive=past.naive[:, skip:].sum(1)[node],
        standard=standard[node],
    )


def no_trials() -> Trials:
    """Trials without a row."""
    none, flags, empty = np.zeros(0, np.intp), np.zeros(0, bool), np.zeros(0)
    return Trials(none, none, none, flags, empty, empty, empty, empty, empty)


def _join(parts: list[Trials]) -> Trials:
    if not parts:
        return no_trials()
    return Trials(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Trials)))


def _record(blank: Record, trials: Trials, issued: Array) -> Record:
    """``blank`` filled with what the trials of its group show."""
    chance = student.cdf(trials.standard / issued, DF)
    return replace(
        blank,
        count=len(trials),
        origins=len(np.unique(trials.origin)),
        first=int(trials.origin.min()),
        last=int(trials.origin.max()),
        hit_rate=float((np.abs(chance - 0.5) <= 0.40).mean()),
        hit_rate_95=float((np.abs(chance - 0.5) <= 0.475).mean()),
        error=_relative_error(trials.forecast, trials.actual),
        naive_error=_relative_error(trials.naive, trials.actual),
    )


def _relative_error(guess: Array, actual: Array) -> float:
    """Median of |guess − actual| as a share of |actual|; an outcome of 0 has no such share and is left out."""
    use = np.isfinite(guess) & (actual != 0)
    if not use.any():
        return float("nan")
    with np.errstate(over="ignore"):
        return float(np.median(np.abs(guess[use] - actual[use]) / np.abs(actual[use])))


def _factors_as_issued(trials: Trials, group: Index, span: int) -> Array:
    """The factor (rows,) that each trial could have known: from trials whose outcome lay before its origin."""
    out = np.array([usual_factor(int(depth)) for depth in trials.depth], float)
    for origin in np.unique(trials.origin):
        known = trials.origin + span <= origin
        learned = own_factors(trials.standard[known], trials.origin[known], group[known], span)
        for name, (value, _) in learned.items():
            out[(trials.origin == origin) & (group == name)] = value
    return out
