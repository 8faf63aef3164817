"""Intervals of rates, and whether rates of several units differ by more than chance.

Wilson (1927) score interval, Jeffreys interval (Brown, Cai & DasGupta 2001), Newcombe's (1998) hybrid score interval of
a difference, and the chi-square test of equal rates with the exact conditional mean and variance of its statistic
(Dawson 1954), so that units with a handful of trials are judged as fairly as large ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.special import beta_quantile, gamma_tail, normal_quantile

Floats = NDArray[np.float64]


def wilson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """(low, high) of the rate of each unit; without trials anything is possible: 0 to 1."""
    x, n = _counts(successes, trials)
    z = normal_quantile(level)
    rate = x / np.maximum(n, 1.0)
    middle = (rate + z * z / (2.0 * np.maximum(n, 1.0))) / (1.0 + z * z / np.maximum(n, 1.0))
    half = (
        z
        / (1.0 + z * z / np.maximum(n, 1.0))
        * np.sqrt(rate * (1.0 - rate) / np.maximum(n, 1.0) + (z / (2.0 * np.maximum(n, 1.0))) ** 2)
    )
    low = np.where((n == 0) | (x == 0), 0.0, np.maximum(middle - half, 0.0))
    return low, np.where((n == 0) | (x == n), 1.0, np.minimum(middle + half, 1.0))


def jeffreys(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]:
    """(low, high) quantiles of Beta(successes + ½, failures + ½); 0 where none succeeded, 1 where all did."""
    x, n = _counts(successes, trials)
    tail = (1.0 - level) / 2.0
    low = np.where(x == 0, 0.0, beta_quantile(tail, x + 0.5, n - x + 0.5))
    return low, np.where(x == n, 1.0, beta_quantile(1.0 - tail, x + 0.5, n - x + 0.5))


def difference(
    successes_1: ArrayLike, trials_1: ArrayLike, successes_2: ArrayLike, trials_2: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """(rate 1 − rate 2, low, high); NaN difference where a side has no trials (the interval is then at its widest)."""
    x1, n1 = _counts(successes_1, trials_1)
    x2, n2 = _counts(successes_2, trials_2)
    low1, high1 = wilson(x1, n1, level)
    low2, high2 = wilson(x2, n2, level)
    known = (n1 > 0) & (n2 > 0)
    rate1, rate2 = x1 / np.maximum(n1, 1.0), x2 / np.maximum(n2, 1.0)
    low = rate1 - rate2 - np.hypot(rate1 - low1, high2 - rate2)
    high = rate1 - rate2 + np.hypot(high1 - rate1, rate2 - low2)
    return (
        np.where(known, rate1 - rate2, np.nan),
        np.where(known, np.maximum(low, -1.0), -1.0),
        np.where(known, np.minimum(high, 1.0), 1.0),
    )


@dataclass(frozen=True)
class Dispersion:
    """Do the units' rates spread more than equal rates would?

    rate: pooled rate. observed_sd: sd of the units' rates (n − 1). chance_sd: the sd that equal rates would show, the
    root of the mean binomial variance. between_sd: estimated sd of the true rates (beta-binomial, moments; 0 when
    chance covers all). p_value: probability of at least this spread if all rates were equal. units: those with trials.
    """

    units: int
    rate: float
    observed_sd: float
    chance_sd: float
    between_sd: float
    p_value: float


def dispersion(successes: ArrayLike, trials: ArrayLike) -> Dispersion:
    """Test of equal rates over units; fewer than two units with trials, or a pooled rate of 0 or 1: p-value 1."""
    x, n = _counts(successes, trials)
    x, n = x[n > 0], n[n > 0]
    units, total = len(n), float(n.sum())
    rate = float(x.sum()) / total if total else math.nan
    if units < 2:
        return Dispersion(units, rate, math.nan, math.nan, 0.0, 1.0)
    variance = rate * (1.0 - rate)
    observed, chance = float(np.std(x / n, ddof=1)), math.sqrt(variance * float(np.mean(1.0 / n)))
    if variance == 0.0:
        return Dispersion(units, rate, observed, chance, 0.0, 1.0)
    statistic = float(np.sum((x - n * rate) ** 2 / n)) / variance
    mean, spread = _chi_square_moments(n, rate, total)
    p_value = gamma_tail(mean**2 / spread, statistic * mean / spread) if spread > 0 else 1.0
    return Dispersion(units, rate, observed, chance, math.sqrt(between_variance(x, n)), p_value)


def between_variance(successes: Floats, trials: Floats) -> float:
    """Variance of the units' true rates by moments (Kleinman 1973, weighted by trials); 0 when chance covers it.

    At most half of rate × (1 − rate): beyond, the rates of a few units would be believed to sit at 0 and 1 only.
    """
    total, units = float(trials.sum()), len(trials)
    rate = float(successes.sum()) / total
    square = float(np.sum(trials * (successes / trials - rate) ** 2))
    chance = rate * (1.0 - rate) * (units - 1)
    slope = total - float(np.sum(trials**2)) / total - (units - 1)
    return min(max((square - chance) / slope, 0.0), 0.5 * rate * (1.0 - rate)) if slope > 0 else 0.0


def _chi_square_moments(trials: Floats, rate: float, total: float) -> tuple[float, float]:
    """Mean and variance of the chi-square of a units × 2 table given its margins (Dawson 1954)."""
    units = len(trials)
    mean = total * (units - 1) / (total - 1.0)
    if total < 4:
        return mean, 0.0

    def parts(margins: Floats) -> tuple[float, float]:
        size = len(margins)
        v = (size - 1) * (total - size) / (total - 1.0)
        w = (total * float(np.sum(1.0 / margins)) - size**2) / (total - 2.0)
        return v, w

    v1, w1 = parts(trials)
    v2, w2 = parts(np.array([rate * total, (1.0 - rate) * total]))
    return mean, 2.0 * total / (total - 3.0) * (v1 - w1) * (v2 - w2) + total**2 / (total - 1.0) * w1 * w2


def _counts(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    x, n = np.broadcast_arrays(np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64))
    if not (np.isfinite(x).all() and np.isfinite(n).all()) or (x < 0).any() or (x > n).any():
        raise ValueError("successes lie between 0 and trials, and neither may be missing")
    return x, n
