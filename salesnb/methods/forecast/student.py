"""Student t distribution, vectorised, with NumPy alone: from the incomplete beta function, its inverse by Newton."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.special import beta_cdf

Array = NDArray[np.float64]


def cdf(x: ArrayLike, df: float) -> Array:
    """P(T <= x) for Student t with ``df`` degrees of freedom (> 0); the shape of ``x``; nan stays nan."""
    value = np.asarray(x, float)
    near = np.clip(np.nan_to_num(value), -1e150, 1e150)
    tail = np.asarray(0.5 * beta_cdf(df / (df + near * near), df / 2.0, 0.5))
    return np.where(np.isnan(value), np.nan, np.where(value < 0, tail, 1.0 - tail))


def pdf(x: ArrayLike, df: float) -> Array:
    """Density of Student t with ``df`` degrees of freedom (> 0); the shape of ``x``."""
    value = np.asarray(x, float)
    log_front = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return np.exp(log_front - (df + 1) / 2 * np.log1p(value * value / df))


def log_pdf(x: ArrayLike, df: float) -> Array:
    """Logarithm of :func:`pdf`, exact far out in the tails."""
    value = np.asarray(x, float)
    log_front = math.lgamma((df + 1) / 2) - math.lgamma(df / 2) - 0.5 * math.log(df * math.pi)
    return log_front - (df + 1) / 2 * np.log1p(value * value / df)


def ppf(q: ArrayLike, df: float) -> Array:
    """Quantile of Student t for probabilities ``q`` (0 and 1 give -inf and inf, outside gives nan); shape of ``q``."""
    prob = np.asarray(q, float)
    tail = np.minimum(prob, 1.0 - prob)
    goal = np.where(tail > 0, tail, 0.25)
    low = np.full(goal.shape, -1.0)
    while np.any(outside := cdf(low, df) > goal):
        low = np.where(outside, low * 4.0, low)
    high = np.zeros(goal.shape)
    x = 0.5 * (low + high)
    for _ in range(80):
        gap = cdf(x, df) - goal
        low, high = np.where(gap < 0, x, low), np.where(gap > 0, x, high)
        step = x - gap / np.maximum(pdf(x, df), 1e-300)
        new = np.where((step >= low) & (step <= high), step, 0.5 * (low + high))
        settled = np.all(np.abs(new - x) <= 1e-13 * np.maximum(np.abs(x), 1e-3))
        x = new
        if settled:
            break
    value = np.where(prob > 0.5, -x, np.where(prob == 0.5, 0.0, x))
    value = np.where(prob == 0, -np.inf, np.where(prob == 1, np.inf, value))
    return np.where((prob < 0) | (prob > 1) | np.isnan(prob), np.nan, value)
