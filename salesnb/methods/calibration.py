"""Are probabilities true: reliability table, Brier score, isotonic calibration, back-test on later cases.

A fit is judged only on cases whose outcome came after everything it was fitted on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.intervals import wilson
from salesnb.methods.logistic import fit_logistic, outcomes
from salesnb.methods.special import normal_quantile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Reliability:
    """Bins of predicted probability, ascending, each with at least the number of cases asked for if there are so many.

    count: (bins,) cases. predicted: (bins,) their mean probability. hits: (bins,) share that came true; low, high: its
    Wilson interval. brier: mean squared error of all cases; base_brier: of always saying the base rate. skill: 1 −
    brier ÷ base_brier, NaN without variation. gap: mean absolute difference predicted − hits, weighted by count.
    """

    count: Ints
    predicted: Floats
    hits: Floats
    low: Floats
    high: Floats
    brier: float
    base_brier: float
    skill: float
    gap: float


def reliability(
    predicted: ArrayLike, outcome: ArrayLike, bins: int = 10, least: int = 20, level: float = 0.95
) -> Reliability:
    """Reliability table over bins with equally many cases; equal probabilities are never parted.

    predicted: (cases,) in 0 to 1. outcome: (cases,) 0 or 1. Raises ValueError otherwise, or for no case.
    """
    p, y = _cases(predicted, outcome)
    label = _bins(p, max(least, math.ceil(len(p) / max(bins, 1))), least)
    count = np.bincount(label)
    hit = np.bincount(label, y)
    low, high = wilson(hit, count, level)
    said, came = np.bincount(label, p) / count, hit / count
    brier, base = float(np.mean((p - y) ** 2)), float(y.mean() * (1.0 - y.mean()))
    skill = 1.0 - brier / base if base > 0 else math.nan
    gap = float(np.sum(count * np.abs(said - came)) / len(p))
    return Reliability(count.astype(np.int64), said, came, low, high, brier, base, skill, gap)


def isotonic(values: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Non-decreasing sequence nearest to ``values`` in weighted least squares (pool adjacent violators)."""
    y = np.asarray(values, dtype=np.float64)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    if len(w) != len(y) or (w <= 0).any():
        raise ValueError("one positive weight for each value")
    level: list[float] = []
    mass: list[float] = []
    length: list[int] = []
    for value, weight in zip(y.tolist(), w.tolist(), strict=True):
        size = 1
        while level and level[-1] >= value:
            value = (level[-1] * mass[-1] + value * weight) / (mass[-1] + weight)
            weight += mass.pop()
            size += length.pop()
            level.pop()
        level.append(value)
        mass.append(weight)
        length.append(size)
    return np.repeat(np.array(level, dtype=np.float64), length)


@dataclass(frozen=True)
class IsotonicMap:
    """Monotone map from a score to a probability: steps at ``score``, linear between, flat outside."""

    score: Floats
    probability: Floats

    def predict(self, score: ArrayLike) -> Floats:
        """(n,) probabilities."""
        return np.interp(np.asarray(score, dtype=np.float64), self.score, self.probability)


def fit_isotonic(score: ArrayLike, outcome: ArrayLike) -> IsotonicMap:
    """Calibrate a score (cases,) to 0/1 outcomes; equal scores get equal probabilities.

    Block means are drawn to the base rate by one case's weight, so that no probability is exactly 0 or 1.
    """
    s = np.asarray(score, dtype=np.float64)
    y = outcomes(outcome, len(s))
    if not np.isfinite(s).all():
        raise ValueError("a score is missing")
    point, place, count = np.unique(s, return_inverse=True, return_counts=True)
    block = isotonic(np.bincount(place, y) / count, count)
    size = np.array([count[block == value].sum() for value in np.unique(block)])
    members = size[np.unique(block, return_inverse=True)[1]]
    drawn = (block * members + y.mean()) / (members + 1.0)
    return IsotonicMap(point, isotonic(drawn, count))  # a small block may have been drawn below a large one before it


@dataclass(frozen=True)
class Backtest:
    """Fitted on cases before the cut, judged on those from the cut on.

    gain, gain_low, gain_high: mean gain in squared error over always saying the base rate known at the cut, with its
    interval. useful: that interval is above 0.
    """

    fitted_on: int
    judged_on: int
    table: Reliability
    base_rate: float
    gain: float
    gain_low: float
    gain_high: float
    useful: bool


def backtest(
    features: ArrayLike,
    outcome: ArrayLike,
    time: ArrayLike,
    cut: object,
    groups: ArrayLike | None = None,
    level: float = 0.95,
) -> Backtest:
    """Fit the shrunk logistic on cases with ``time`` before ``cut`` and judge it on the others.

    time: (cases,) when the outcome became known, comparable with ``cut``. features, groups: see ``fit_logistic``.
    Raises ValueError where either side has no case or the past has only one outcome.
    """
    x, y = np.asarray(features, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    past = np.asarray(np.asarray(time) < cut)
    if not past.any() or past.all() or len(np.unique(y[past])) < 2:
        raise ValueError("a back-test needs both outcomes before the cut and a case from the cut on")
    said = fit_logistic(x[past], y[past], groups).predict(x[~past])
    base = float(y[past].mean())
    after = y[~past]
    gain = (base - after) ** 2 - (said - after) ** 2
    mean = float(gain.mean())
    half = normal_quantile(level) * float(gain.std(ddof=1)) / math.sqrt(len(gain)) if len(gain) > 1 else math.inf
    table = reliability(said, after, level=level)
    return Backtest(int(past.sum()), len(after), table, base, mean, mean - half, mean + half, mean - half > 0.0)


def _bins(p: Floats, target: int, least: int) -> Ints:
    """(cases,) bin numbers: equal probabilities stay together, bins fill to ``target``, a small last one is merged."""
    place, count = np.unique(p, return_inverse=True, return_counts=True)[1:]
    label = np.zeros(len(count), dtype=np.int64)
    current, held = 0, 0
    for k, size in enumerate(count.tolist()):
        if held >= target:
            current, held = current + 1, 0
        label[k] = current
        held += size
    if held < least and current > 0:
        label[label == current] = current - 1
    return label[place]


def _cases(predicted: ArrayLike, outcome: ArrayLike) -> tuple[Floats, Floats]:
    p = np.asarray(predicted, dtype=np.float64)
    if not len(p) or not ((p >= 0) & (p <= 1)).all():
        raise ValueError("probabilities lie between 0 and 1, at least one case is needed")
    return p, outcomes(outcome, len(p))
