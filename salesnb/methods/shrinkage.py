"""Empirical Bayes: what units with few observations have in common is worth more than what they show on their own.

Rates: beta-binomial with the moments of Kleinman (1973). Means: normal with known standard errors, between variance of
Paule & Mandel (1982). Intervals carry the uncertainty of the common mean as well (Morris 1983), so that a between
variance of zero gives the interval of the pooled figure and not a point. ``noise`` says that the spread between units
cannot be told from chance: then nobody is better or worse than anybody, and there is no order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.intervals import dispersion, jeffreys
from salesnb.methods.special import beta_cdf, beta_quantile, gamma_tail, normal_quantile

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Shrunk:
    """Estimates per unit, drawn towards the common mean by as much as chance may have moved them.

    value, low, high: (units,) estimate and interval. own: (units,) the unit's raw figure, NaN without observations.
    weight: (units,) share of the own figure in the estimate, 0 to 1. mean: common mean. between_sd: sd of the true
    figures between units. p_value: probability of at least this spread if all units were equal. noise: p_value above
    ``chance`` or between_sd 0.
    """

    value: Floats
    low: Floats
    high: Floats
    own: Floats
    weight: Floats
    mean: float
    between_sd: float
    p_value: float
    noise: bool

    def stands_out(self) -> NDArray[np.int8]:
        """(units,) +1 where the whole interval is above the common mean, −1 below, else 0; all 0 when it is noise."""
        side = (self.low > self.mean).astype(np.int8) - (self.high < self.mean).astype(np.int8)
        return np.zeros(len(side), dtype=np.int8) if self.noise else side.astype(np.int8)

    def order(self) -> NDArray[np.intp] | None:
        """Positions from the highest estimate to the lowest, ties by position; None when the differences are noise."""
        return None if self.noise else np.argsort(-self.value, kind="stable")


def shrink_rates(successes: ArrayLike, trials: ArrayLike, level: float = 0.95, chance: float = 0.05) -> Shrunk:
    """Shrink each unit's rate towards the pooled rate; a unit without trials takes the pooled rate and a wide interval.

    successes, trials: (units,) counts. level: of the intervals. chance: p-value from which a spread counts as noise.
    Raises ValueError for successes outside 0 to trials, and where no unit has a trial.
    """
    x, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64)
    spread = dispersion(x, n)
    if not spread.units:
        raise ValueError("no unit has a trial")
    mean, between = spread.rate, spread.between_sd**2
    own = np.where(n > 0, x / np.maximum(n, 1.0), np.nan)
    noise = spread.p_value > chance or between == 0.0
    if mean * (1.0 - mean) == 0.0:  # nobody or everybody succeeded: only the size of the whole bounds the rate
        low, high = (np.full(len(x), bound) for bound in jeffreys(x.sum(), n.sum(), level))
        return Shrunk(np.full(len(x), mean), low, high, own, np.zeros(len(x)), mean, 0.0, spread.p_value, True)
    strength = mean * (1.0 - mean) / between - 1.0 if between > 0 else math.inf
    weight = n / (n + strength) if math.isfinite(strength) else np.zeros(len(n))
    value = mean + weight * (np.nan_to_num(own) - mean) * (n > 0)
    value = np.clip(value, 1e-12, 1.0 - 1e-12)
    posterior = value * (1.0 - value) / (n + strength + 1.0)
    total = n.sum()
    of_mean = float(np.sum(n * (mean * (1.0 - mean) - between) + n**2 * between)) / total**2
    variance = np.minimum(posterior + (1.0 - weight) ** 2 * of_mean, 0.999 * value * (1.0 - value))
    size = value * (1.0 - value) / variance - 1.0
    tail = (1.0 - level) / 2.0
    low, high = beta_quantile([[tail], [1.0 - tail]], value * size, (1.0 - value) * size)
    low, high = np.minimum(low, value), np.maximum(high, value)  # a very skewed beta can leave its mean outside
    return Shrunk(value, low, high, own, weight, mean, math.sqrt(between), spread.p_value, noise)


def shrink_means(
    means: ArrayLike, errors: ArrayLike, level: float = 0.95, chance: float = 0.05, freedom: float = math.inf
) -> Shrunk:
    """Shrink each unit's mean, known with standard error ``errors`` > 0, towards the common mean.

    means: (units,) NaN for a unit without observations. freedom: degrees of freedom behind the errors when they share
    one estimated variance (then the test is F instead of chi-square). Raises ValueError for an error that is not
    positive and where no unit has a mean.
    """
    own, error = np.asarray(means, dtype=np.float64), np.asarray(errors, dtype=np.float64)
    seen = np.isfinite(own)
    if not seen.any():
        raise ValueError("no unit has a mean")
    if not (np.isfinite(error[seen]).all() and (error[seen] > 0).all()):
        raise ValueError("a standard error is missing or not positive")
    y, square = own[seen], error[seen] ** 2
    units = len(y)
    fixed = float(np.sum(y / square) / np.sum(1.0 / square))
    statistic = float(np.sum((y - fixed) ** 2 / square))
    p_value = _equal_means_tail(statistic, units - 1, freedom)
    between = _paule_mandel(y, square)
    mean = float(np.sum(y / (square + between)) / np.sum(1.0 / (square + between)))
    of_mean = 1.0 / float(np.sum(1.0 / (square + between)))
    weight = np.zeros(len(own))
    weight[seen] = between / (between + square)
    value = mean + weight * np.where(seen, own - mean, 0.0)
    variance = between * (1.0 - weight) + (1.0 - weight) ** 2 * of_mean
    half = normal_quantile(level) * np.sqrt(variance)
    noise = p_value > chance or between == 0.0
    return Shrunk(value, value - half, value + half, own, weight, mean, math.sqrt(between), p_value, noise)


def shrink_samples(values: ArrayLike, unit: ArrayLike, units: int, level: float = 0.95, chance: float = 0.05) -> Shrunk:
    """Shrink the mean of each unit's observations; ``unit`` (observations,) numbers 0 to ``units`` − 1.

    The units share one variance within; skewed amounts belong on a log scale first. Raises ValueError where no unit has
    two observations, or where all observations of every unit are equal.
    """
    value, code = np.asarray(values, dtype=np.float64), np.asarray(unit, dtype=np.intp)
    count = np.bincount(code, minlength=units).astype(np.float64)
    own = np.where(count > 0, np.bincount(code, value, units) / np.maximum(count, 1.0), np.nan)
    freedom = float(len(value) - np.count_nonzero(count))
    within = float(np.sum((value - own[code]) ** 2)) / freedom if freedom > 0 else 0.0
    if within <= 0.0:
        raise ValueError("no variance within units: two different observations of a unit are needed")
    return shrink_means(own, np.sqrt(within / np.maximum(count, 1.0)), level, chance, freedom)


def _equal_means_tail(statistic: float, between_freedom: int, within_freedom: float) -> float:
    if between_freedom < 1:
        return 1.0
    if math.isinf(within_freedom):
        return gamma_tail(between_freedom / 2.0, statistic / 2.0)
    x = within_freedom / (within_freedom + statistic)
    return float(beta_cdf(x, within_freedom / 2.0, between_freedom / 2.0))


def _paule_mandel(y: Floats, square: Floats) -> float:
    """Between variance at which the weighted squares equal their degrees of freedom; 0 when they never exceed them."""

    def excess(between: float) -> float:
        weight = 1.0 / (square + between)
        mean = float(np.sum(weight * y) / np.sum(weight))
        return float(np.sum(weight * (y - mean) ** 2)) - (len(y) - 1)

    if len(y) < 2 or excess(0.0) <= 0.0:
        return 0.0
    low, high = 0.0, float(np.var(y)) + float(square.max())
    while excess(high) > 0.0:
        high *= 2.0
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) > 0.0 else (low, middle)
        if high - low <= 1e-13 * high:
            break
    return 0.5 * (low + high)
