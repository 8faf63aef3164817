"""Distribution functions that numpy lacks: quantiles of the normal and beta, tails of the gamma.

Continued fractions after Lentz (Press et al., Numerical Recipes, 6.2 and 6.4); relative accuracy 1e-10 or better.
"""

from __future__ import annotations

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

NORMAL_FROM = 1e7  # a beta with a + b beyond this is normal to more digits than its parameters carry
STEPS = 10_000


def normal_quantile(level: float) -> float:
    """Half width of a two-sided normal interval: 1.96 for level 0.95."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"level {level}: between 0 and 1")
    return NormalDist().inv_cdf(0.5 + level / 2.0)


def gamma_tail(shape: float, x: float) -> float:
    """Upper tail of the Gamma(shape, 1) distribution: series below, continued fraction above its middle."""
    if x <= 0.0:
        return 1.0
    front = math.exp(shape * math.log(x) - x - math.lgamma(shape))
    if x < shape + 1.0:
        term = total = 1.0 / shape
        for k in range(1, STEPS):
            term *= x / (shape + k)
            total += term
            if term < total * 1e-16:
                break
        return min(max(1.0 - front * total, 0.0), 1.0)
    b, c = x + 1.0 - shape, 1e300
    d = 1.0 / b
    value = d
    for k in range(1, STEPS):
        a = -k * (k - shape)
        b += 2.0
        d = 1.0 / _nonzero(a * d + b)
        c = _nonzero(b + a / c)
        value *= d * c
        if abs(d * c - 1.0) < 1e-15:
            break
    return min(max(front * value, 0.0), 1.0)


def _nonzero(x: float) -> float:
    return x if abs(x) > 1e-300 else 1e-300


def beta_cdf(x: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """Distribution function of Beta(a, b) at ``x`` in 0 to 1, element by element; a and b are positive."""
    at, first, second = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (x, a, b)))
    if not ((first > 0) & (second > 0)).all():
        raise ValueError("a and b of a beta distribution are positive")
    at = np.clip(at, 0.0, 1.0)
    swap = at > (first + 1.0) / (first + second + 2.0)
    y, p, q = np.where(swap, 1.0 - at, at), np.where(swap, second, first), np.where(swap, first, second)
    inside = (y > 0.0) & (y < 1.0)
    safe = np.where(inside, y, 0.5)
    front = np.exp(_log_density(safe, p, q)) * safe * (1.0 - safe) / p
    tail = np.where(inside, front * _beta_fraction(safe, p, q), np.where(y <= 0.0, 0.0, 1.0))
    return np.clip(np.where(swap, 1.0 - tail, tail), 0.0, 1.0)


def beta_quantile(probability: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """Value below which Beta(a, b) holds ``probability``; Newton steps kept inside a shrinking bracket."""
    p, first, second = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (probability, a, b)))
    if not ((p > 0) & (p < 1)).all():
        raise ValueError("probability: between 0 and 1")
    size = first + second
    z = np.vectorize(NormalDist().inv_cdf, otypes=[float])(p)
    mean = first / size
    normal = np.clip(mean + z * np.sqrt(mean * (1.0 - mean) / (size + 1.0)), 0.0, 1.0)
    out = np.array(normal)
    small = size <= NORMAL_FROM
    flip = np.zeros(p.shape, dtype=bool)  # solved from the nearer end, where floating point is finest
    flip[small] = beta_cdf(0.5, first[small], second[small]) < p[small]
    q, near, far = np.where(flip, 1.0 - p, p), np.where(flip, second, first), np.where(flip, first, second)
    with np.errstate(under="ignore"):
        edge = np.exp((np.log(q * near) + _log_gamma(near) + _log_gamma(far) - _log_gamma(size)) / near)  # x → 0
    start = np.clip(np.where(flip, 1.0 - normal, normal), 0.5 * near / size, 0.5)
    start = np.maximum(np.where((near <= 1.0) & (edge < 0.1), edge, start), 1e-300)
    out[small] = _newton_quantile(q[small], near[small], far[small], start[small])
    return np.where(flip, 1.0 - out, out)


def _newton_quantile(p: Floats, a: Floats, b: Floats, start: Floats) -> Floats:
    x, low, high = start.copy(), np.zeros(p.shape), np.ones(p.shape)
    left = np.arange(len(p))
    for _ in range(100):
        at = x[left]
        gap = beta_cdf(at, a[left], b[left]) - p[left]
        low[left], high[left] = np.where(gap < 0, at, low[left]), np.where(gap < 0, high[left], at)
        with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
            step = at - gap / np.exp(_log_density(np.clip(at, 1e-300, 1.0 - 1e-16), a[left], b[left]))
        new = np.where((step > low[left]) & (step < high[left]), step, 0.5 * (low[left] + high[left]))
        x[left] = new
        left = left[np.abs(new - at) > 1e-12 * new]
        if not len(left):
            break
    return x


def _log_density(x: Floats, a: Floats, b: Floats) -> Floats:
    norm = _log_gamma(a + b) - _log_gamma(a) - _log_gamma(b)
    return norm + (a - 1.0) * np.log(x) + (b - 1.0) * np.log1p(-x)


def _log_gamma(x: Floats) -> Floats:
    """Stirling's series after lifting the argument above 10; 1e-14 relative."""
    lifted = np.where(x < 10.0, x + 10.0, x)
    product = np.ones(np.shape(x))
    for k in range(10):
        product = product * np.where(x < 10.0, x + k, 1.0)
    inverse = 1.0 / lifted
    square = inverse * inverse
    series = inverse * (1 / 12 - square * (1 / 360 - square * (1 / 1260 - square * (1 / 1680 - square / 1188))))
    value = (lifted - 0.5) * np.log(lifted) - lifted + 0.5 * math.log(2.0 * math.pi) + series
    return value - np.log(product)


def _beta_fraction(x: Floats, a: Floats, b: Floats) -> Floats:
    tiny = 1e-300
    c = np.ones(x.shape)
    d = 1.0 - (a + b) * x / (a + 1.0)
    d = 1.0 / np.where(np.abs(d) < tiny, tiny, d)
    value = d.copy()
    for k in range(1, STEPS):
        for numerator in (
            k * (b - k) * x / ((a + 2 * k - 1.0) * (a + 2 * k)),
            -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1.0)),
        ):
            d = 1.0 + numerator * d
            d = 1.0 / np.where(np.abs(d) < tiny, tiny, d)
            c = 1.0 + numerator / c
            c = np.where(np.abs(c) < tiny, tiny, c)
            change = c * d
            value = value * change
        if (np.abs(change - 1.0) < 1e-15).all():
            break
    return value
