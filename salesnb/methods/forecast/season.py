"""Monthly season of many histories at once, shrunk towards the parent's season; outliers clipped.

Index = ratio of sums of observed months to a local-linear trend (tricube weights, half width 9 months, widened at the
ends so that no month is lost), iterated; zeros are allowed. Shrinkage is positive-part James and Stein (1961): what the
scatter of the same month over the years explains is taken off the deviation from the parent's index.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast.history import ENOUGH, YEAR, History, State

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

HALF_WIDTH = 9.5
CLIP_AT = 4.0
_FLOOR = 0.05
_LEAST = 1e-6
_TINY = 1e-300


@dataclass(frozen=True)
class Season:
    """``ratio`` and ``shift`` (N, 12) by calendar position (month of column 0 first): month = level x ratio + shift.

    A ratio season has shift 0; a signed history has ratio 1 and a shift. ``trend`` (N, T) is the smoothed level.
    """

    ratio: Array
    shift: Array
    trend: Array

    def take(self, months: Index) -> tuple[Array, Array]:
        """Ratio (never below 0.05 when it divides) and shift at absolute month numbers, (N, len(months)) each."""
        position = months % YEAR
        return self.ratio[:, position], self.shift[:, position]

    def level(self, y: Array) -> Array:
        """Histories (N, T) with the season taken out."""
        ratio, shift = self.take(np.arange(y.shape[1]))
        return (y - shift) / np.maximum(ratio, _FLOOR)


@lru_cache(maxsize=256)
def smoother(months: int) -> Array:
    """Local-linear smoother as a (months, months) matrix; at least 13 points carry weight everywhere."""
    t = np.arange(months)
    out = np.zeros((months, months))
    for i in range(months):
        distance = np.abs(t - i)
        width = HALF_WIDTH
        while (distance < width).sum() < min(13, months):
            width += 1
        weight = np.where(distance < width, (1 - (distance / width) ** 3) ** 3, 0.0)
        design = np.stack([np.ones(months), t - i])
        out[i] = np.linalg.solve((design * weight) @ design.T, design * weight)[0]
    out.setflags(write=False)
    return out


def _by_start(history: History, rows: Index) -> list[Index]:
    """``rows`` split by equal start, so that each part shares one smoother."""
    order = rows[np.argsort(history.start[rows], kind="stable")]
    return np.split(order, np.flatnonzero(np.diff(history.start[order])) + 1) if len(order) else []


def _trend(values: Array, start: int) -> Array:
    """Smoothed ``values`` (n, T) that begin at column ``start``; before it the first level."""
    out = np.empty_like(values)
    out[:, start:] = values[:, start:] @ smoother(values.shape[1] - start).T
    out[:, :start] = out[:, start : start + 1]
    return out


def _year_mean(values: Array, start: int) -> Array:
    """Centred 2 x 12 month mean of ``values`` (n, T) that begin at ``start``, nan where a year does not surround it."""
    out = np.full(values.shape, np.nan)
    total = np.cumsum(np.pad(values[:, start:], ((0, 0), (1, 0))), 1)
    year = (total[:, YEAR:] - total[:, :-YEAR]) / YEAR
    out[:, start + YEAR // 2 : values.shape[1] - YEAR // 2] = (year[:, 1:] + year[:, :-1]) / 2
    return out


def _spread(indices: Array) -> Array:
    return indices / indices.mean(1, keepdims=True)


def _month_ratios(y: Array, trend: Array, seen: Mask) -> Array:
    """Ratio of sums of ``y`` to ``trend`` (n, T) over the seen months of each calendar month, mean 1 over the year."""
    month = np.eye(YEAR)[np.arange(y.shape[1]) % YEAR]
    above, below = (y * seen) @ month, (trend * seen) @ month
    return _spread(np.where(below > 0, np.maximum(above / np.where(below > 0, below, 1.0), _LEAST), 1.0))


def _ratios(history: History, rows: Index, rounds: int = 2) -> tuple[Array, Array, Array]:
    """Raw ratio season (n, 12), trend (n, T) and noise of the season (n,) for rows of one start."""
    months = np.arange(history.months) % YEAR
    month = np.eye(YEAR)[months]
    seen = history.seen[rows]
    y, start = history.y[rows], int(history.start[rows[0]])
    mean = _year_mean(y, start)
    count = seen @ month
    ratio, trend = _month_ratios(y, np.nan_to_num(mean), seen & ~np.isnan(mean)), mean
    for _ in range(rounds):
        level = y / np.maximum(ratio, _FLOOR)[:, months]
        trend = _trend(level, start)
        trend = np.maximum(trend, _TINY + 0.02 * np.abs(level).mean(1, keepdims=True))
        ratio = _month_ratios(y, trend, seen)
    scatter = np.where(seen, y / trend - ratio[:, months], 0.0)
    within = (scatter**2).sum(1) / np.maximum(seen.sum(1) - YEAR - 4, 1)
    return ratio, trend, within * (1.0 / np.maximum(count, 1)).mean(1)


def _shifts(history: History, rows: Index, rounds: int = 2) -> tuple[Array, Array]:
    """Additive season (n, 12), shrunk to none, and trend, for signed rows of one start."""
    months = np.arange(history.months) % YEAR
    month = np.eye(YEAR)[months]
    seen = history.seen[rows]
    y, start = history.y[rows], int(history.start[rows[0]])
    count = np.maximum(seen @ month, 1)
    mean = _year_mean(y, start)
    shift = np.where(np.isnan(mean), 0.0, (y - mean) * seen) @ month / count
    trend = mean
    for _ in range(rounds):
        trend = _trend(y - shift[:, months], start)
        shift = ((y - trend) * seen) @ month / count
        shift -= shift.mean(1, keepdims=True)
    scatter = np.where(seen, y - trend - shift[:, months], 0.0)
    within = (scatter**2).sum(1) / np.maximum(seen.sum(1) - YEAR - 4, 1)
    kept = _kept(shift, within * (1.0 / count).mean(1))
    return shift * kept[:, None], trend


def _kept(deviation: Array, noise: Array) -> Array:
    """Share of a deviation (n, 12) that noise does not explain (positive-part James-Stein)."""
    total = (deviation**2).sum(1) / (YEAR - 1)
    return np.clip(1.0 - np.divide(noise, total, out=np.ones_like(total), where=total > 0), 0.0, 1.0)


def find_season(history: History, floor_months: int = ENOUGH) -> Season:
    """Seasons of all nodes, top-down over the tree: a root is shrunk towards none, a child towards its parent's.

    A node that cannot have its own (short, ended, zero, empty) takes its parent's, a root none. ``floor_months`` is the
    least number of seen months for an own season.
    """
    nodes, months = history.y.shape
    ratio, shift = np.ones((nodes, YEAR)), np.zeros((nodes, YEAR))
    noise, trend = np.full(nodes, np.inf), np.zeros((nodes, months))
    enough = history.seen.sum(1) >= floor_months
    own = np.isin(history.state, [str(s) for s in (State.FITTED, State.CONSTANT, State.SPARSE)]) & enough
    for rows in _by_start(history, np.flatnonzero(own)):
        ratio[rows], trend[rows], noise[rows] = _ratios(history, rows)
    for rows in _by_start(history, history.rows(State.SIGNED)):
        shift[rows], trend[rows] = _shifts(history, rows)
    plain = history.state != str(State.SIGNED)
    for depth in range(int(history.tree.depth.max(initial=0)) + 1):
        rows = np.flatnonzero((history.tree.depth == depth) & plain)
        above = history.tree.parent[rows]
        prior = np.where((above >= 0)[:, None], ratio[above], 1.0)
        kept = _kept(ratio[rows] - prior, noise[rows])[:, None]
        ratio[rows] = _spread(np.maximum(prior + kept * np.where(own[rows, None], ratio[rows] - prior, 0.0), _LEAST))
    return Season(ratio, shift, trend)


def settle_season(history: History, rounds: int = 2) -> tuple[Season, Array]:
    """Season and clipped histories (N, T): found on what the season before it left unclipped, ``rounds`` times over, so
    that a freak month bends neither trend nor season."""
    season = find_season(history)
    for _ in range(rounds):
        season = find_season(replace(history, y=clip_outliers(history, season)))
    return season, clip_outliers(history, season)


def clip_outliers(history: History, season: Season) -> Array:
    """Histories (N, T) with single months brought back to ``CLIP_AT`` median absolute deviations from the trend."""
    ratio, shift = season.take(np.arange(history.months))
    level = (history.y - shift) / np.maximum(ratio, _FLOOR)
    away = np.where(history.seen, level - season.trend, np.nan)
    enough = history.seen.any(1) & np.isin(history.state, [str(s) for s in (State.FITTED, State.SPARSE, State.SIGNED)])
    reach = np.full(len(level), np.inf)
    if enough.any():
        centre = np.nanmedian(away[enough], axis=1, keepdims=True)
        mad = np.nanmedian(np.abs(away[enough] - centre), axis=1)
        reach[enough] = np.where(mad > 0, CLIP_AT * mad, np.inf)
    far = history.seen & (np.abs(np.nan_to_num(away)) > reach[:, None])
    held = np.clip(level, season.trend - reach[:, None], season.trend + reach[:, None])
    return np.where(far, held * np.maximum(ratio, _FLOOR) + shift, history.y)
