"""The alternating fit behind :mod:`salesnb.methods.seasonality`: trend, festival effect, outliers and month indices.

Shapes: ``n`` series, ``T`` consecutive months, NaN = missing, month numbers 0 (January) to 11.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MONTHS = 12
FACTOR_FLOOR = 0.05  # a month that sells under 5 % of the average says nothing about the level
CLIP = 4.0  # scaled median absolute deviations
LEAST_CLIP = 0.02  # relative; keeps a nearly exact series from being clipped to its own first fit
TURNS = 12


@dataclass
class Fit:
    month: NDArray[np.int64]  # (T,) 0 = January
    index: Floats  # (n, 12) own pattern before shrinkage
    trend: Floats  # (n, T)
    ratio: Floats  # (n, T) clipped value ÷ (trend × festival), NaN where missing
    outlier: NDArray[np.bool_]  # (n, T) months drawn in by the clip
    counts: Floats  # (n, 12) observations per calendar month
    effect: Floats  # (n,) of the festival
    error: Floats


@dataclass(frozen=True)
class Prior:
    """What is believed before looking: month indices (n, 12), festival effect (n,)."""

    index: Floats
    effect: Floats


def fit(values: Floats, month: NDArray[np.int64], offset: Floats, prior: Prior, clip: NDArray[np.bool_]) -> Fit:
    """Alternate trend, festival effect and month indices until they settle.

    offset: (T,) festival share of a month less that calendar month's usual share. clip: (n,) rows whose outliers are
    drawn in (rows with many zeros have no scale to judge an outlier by).
    """
    observed = np.isfinite(values)
    onehot = (month[:, None] == np.arange(MONTHS)).astype(np.float64)
    counts = observed @ onehot
    smooth = trend_smoother(values.shape[1])
    trend = _first_trend(values)
    index = normalise(_month_medians(values / trend, month))
    effect, error = np.zeros(len(values)), np.zeros(len(values))
    clipped = values
    for _ in range(TURNS):
        festival = festival_factor(effect, np.broadcast_to(offset, values.shape))
        factor = index[:, month] * festival
        usable = observed & (factor >= FACTOR_FLOOR)
        level = np.where(usable, clipped / np.where(usable, factor, 1.0), trend)
        trend = np.maximum(level @ smooth.T, 0.02 * np.abs(level).mean(1, keepdims=True))
        effect, error = _festival_effect(values, trend * index[:, month], observed, offset, prior.effect)
        festival = festival_factor(effect, np.broadcast_to(offset, values.shape))
        clipped = _clip(values, trend * festival, month, prior.index, clip)
        top = np.where(observed, clipped / festival, 0.0) @ onehot
        base = np.where(observed, trend, 0.0) @ onehot
        index = normalise(np.where(base > 0, top / np.where(base > 0, base, 1.0), 1.0))
    ratio = np.where(observed, clipped / (trend * festival), np.nan)
    return Fit(month, index, trend, ratio, clipped != np.where(observed, values, clipped), counts, effect, error)


def _first_trend(values: Floats) -> Floats:
    """Running median of twelve months: one freak month cannot move it, and its common bias cancels in the index."""
    windows = np.lib.stride_tricks.sliding_window_view(values, MONTHS, axis=1)
    known: NDArray[np.bool_] = np.asarray(np.isfinite(windows).any(2))
    middle = np.nanmedian(np.where(known[..., None], windows, 0.0), axis=2)
    middle = np.where(middle > 0, middle, np.nanmean(np.abs(values), axis=1, keepdims=True))
    left = (values.shape[1] - middle.shape[1]) // 2
    right = values.shape[1] - middle.shape[1] - left
    return np.pad(middle, ((0, 0), (left, right)), mode="edge")


def _month_medians(ratio: Floats, month: NDArray[np.int64]) -> Floats:
    index = np.ones((len(ratio), MONTHS))
    for m in range(MONTHS):
        block = ratio[:, month == m]
        rows = np.isfinite(block).any(1)
        if rows.any():
            index[rows, m] = np.nanmedian(block[rows], axis=1)
    return index


def normalise(index: Floats) -> Floats:
    """Indices are never negative (a month of net returns sells nothing) and average one."""
    held = np.maximum(index, 0.0)
    mean = held.mean(1, keepdims=True)
    return np.where(mean > 0, held / np.where(mean > 0, mean, 1.0), 1.0)


def _clip(values: Floats, level: Floats, month: NDArray[np.int64], prior: Floats, rows: NDArray[np.bool_]) -> Floats:
    """Values outside four scaled median deviations of level × median month ratio are drawn in to that limit."""
    ratio = values / level
    seen = np.isfinite(values).astype(np.int64) @ (month[:, None] == np.arange(MONTHS)).astype(np.int64)
    # of two years that disagree neither is the median: the prior is the third voice
    voices = np.concatenate([ratio, np.where(seen == 2, prior, np.nan)], axis=1)
    centre = _month_medians(voices, np.concatenate([month, np.arange(MONTHS)]))
    expected = level * np.maximum(centre, 0.0)[:, month]
    usable = np.isfinite(values) & (expected > 0)
    error = np.where(usable, values / np.where(usable, expected, 1.0) - 1.0, np.nan)
    size = np.where(np.abs(error) > 1e-9, np.abs(error), np.nan)  # the median year itself has no deviation
    size[~np.isfinite(size).any(1)] = 0.0
    count = usable.sum(1)
    freedom = np.sqrt(np.maximum(count, 1) / np.maximum(count - MONTHS, 1))
    limit = np.maximum(CLIP * 1.4826 * freedom * np.nanmedian(size, axis=1), LEAST_CLIP)
    limit = np.where(rows, limit, np.inf)[:, None]
    inside = np.clip(np.nan_to_num(error), -limit, limit)
    return np.where(usable & (np.abs(error) > limit), expected * (1.0 + inside), values)


def festival_factor(effect: Floats, offset: Floats) -> Floats:
    return np.clip(1.0 + np.nan_to_num(effect)[:, None] * offset, 0.1, 10.0)


def _festival_effect(
    values: Floats, expected: Floats, observed: NDArray[np.bool_], offset: Floats, prior: Floats
) -> tuple[Floats, Floats]:
    """Least-absolute-deviation slope through the origin of the relative residual on the offset, shrunk to ``prior``."""
    moved = np.abs(offset) > 1e-9
    if not moved.any():
        return np.zeros(len(values)), np.zeros(len(values))
    x = offset[moved]
    usable = observed[:, moved] & (expected[:, moved] > 0)
    error = np.where(usable, values[:, moved] / np.where(usable, expected[:, moved], 1.0) - 1.0, 0.0)
    slope = error / x
    weight = np.where(usable, np.abs(x), 0.0)
    order = np.argsort(slope, axis=1, kind="stable")
    running = np.cumsum(np.take_along_axis(weight, order, 1), axis=1)
    middle = (running < 0.5 * running[:, -1:]).sum(1).clip(0, len(x) - 1)
    raw = np.take_along_axis(np.take_along_axis(slope, order, 1), middle[:, None], 1)[:, 0]
    rest = np.where(usable, error - raw[:, None] * x, np.nan)
    scale = np.array([1.4826 * np.median(np.abs(r[np.isfinite(r)])) if np.isfinite(r).any() else np.inf for r in rest])
    power = np.where(usable, x**2, 0.0).sum(1)
    sigma = 1.25 * scale / np.sqrt(np.where(power > 0, power, 1.0))  # 1.25: price of the median against the mean
    gap = raw - prior
    keep = np.where(gap != 0, np.clip(1.0 - sigma**2 / np.where(gap != 0, gap**2, 1.0), 0.0, 1.0), 1.0)
    return np.where(power > 0, prior + np.nan_to_num(keep * gap), prior), np.where(power > 0, sigma, np.nan)


@lru_cache(maxsize=32)
def trend_smoother(length: int) -> Floats:
    """Local-linear tricube smoother as a (T, T) matrix; at the ends the window widens until it carries 13 months."""
    steps = np.arange(length, dtype=np.float64)
    matrix = np.zeros((length, length))
    for i in range(length):
        distance = np.abs(steps - i)
        reach = max(9.5, float(np.sort(distance)[min(MONTHS, length - 1)]) + 0.5)
        weight = np.where(distance < reach, (1.0 - np.minimum(distance / reach, 1.0) ** 3) ** 3, 0.0)
        design = np.column_stack([np.ones(length), steps - i])
        weighted = design.T * weight
        matrix[i] = np.linalg.solve(weighted @ design, weighted)[0]
    return matrix
