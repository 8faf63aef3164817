"""Which factor of a product moved it: exact additive attribution over cells.

Every cell is a product of ``k`` factors, V = x1 · x2 · … · xk (a count × a rate × a value, or a total × a share × a
price). Three methods:

- :func:`lmdi` logarithmic mean Divisia index I (Ang 2004): closed form, perfect decomposition, consistent in
  aggregation; zeros by their analytic limits (Ang & Liu 2007). The default for factors that are never negative.
- :func:`shapley` mean over all orders of changing the factors; takes zeros, negatives and any function.
- :func:`chain` changes one factor after the other; its effects depend on the order, which is part of the result.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.bridge import settle, whole

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

MOST_FACTORS = 12  # 2^12 states of every cell


class NegativeFactor(ValueError):
    """A factor is negative: the logarithmic method is not defined there, Shapley is. ``factor``, ``cell`` say where."""

    def __init__(self, factor: int, cell: int, value: float) -> None:
        super().__init__(f"factor {factor} of cell {cell} is {value}: lmdi needs factors ≥ 0, use shapley")
        self.factor, self.cell, self.value = factor, cell, value


@dataclass(frozen=True)
class Chain:
    """Chain substitution: effects (k, cells), factors in the order given; ``order`` is the order of substitution."""

    order: tuple[int, ...]
    effects: Floats


def logarithmic_mean(a: ArrayLike, b: ArrayLike) -> Floats:
    """(a − b) ÷ ln(a ÷ b); a where both are equal, 0 where one is 0. Between the geometric and the arithmetic mean."""
    first, second = np.broadcast_arrays(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64))
    low, high = np.minimum(first, second), np.maximum(first, second)
    positive = low > 0
    base, top = np.where(positive, low, 1.0), np.where(positive, high, 1.0)
    close = top < 1.5 * base
    u = np.where(close, (top - base) / np.where(close, base, np.inf), 0.5)
    tiny = u < 1e-4
    series = 1.0 + u / 2.0 - u**2 / 12.0 + u**3 / 24.0
    near = base * np.where(tiny, series, u / np.log1p(np.where(tiny, 1.0, u)))
    far = (top - base) / np.where(close, 1.0, np.log(top) - np.log(base))
    return np.where(positive, np.where(close, near, far), 0.0)


def lmdi(before: ArrayLike, after: ArrayLike) -> Floats:
    """(k, cells) effects of the factors ``before`` → ``after`` (k, cells); a cell's effects sum to its change.

    Where a cell appears or vanishes, the factors that left or reached zero share its change equally. Raises
    NegativeFactor for a negative factor, ValueError for missing values, other shapes or products beyond floating point.
    """
    x0, x1, change = _factors(before, after)
    for table in (x0, x1):
        if (table < 0).any():
            factor, cell = (int(i[0]) for i in np.nonzero(table < 0))
            raise NegativeFactor(factor, cell, float(table[factor, cell]))
    weight = logarithmic_mean(x0.prod(0), x1.prod(0))
    both = (x0 > 0) & (x1 > 0)
    ratio = np.log(np.where(both, x1, 1.0)) - np.log(np.where(both, x0, 1.0))
    switched = ((x0 > 0) != (x1 > 0)).astype(np.float64)
    share = switched / np.maximum(switched.sum(0), 1.0)
    effects = np.where((x0 > 0).all(0) & (x1 > 0).all(0), weight * ratio, share * change)
    return _close(effects, change)


def shapley(before: ArrayLike, after: ArrayLike, function: Callable[[Floats], Floats] | None = None) -> Floats:
    """(k, cells) Shapley effects of the factors; exact, any signs.

    function: (k, cells) → (cells,), default the product. Raises ValueError for more than 12 factors.
    """
    x0, x1, change = _factors(before, after, function)
    k = len(x0)
    if k > MOST_FACTORS:
        raise ValueError(f"{k} factors: at most {MOST_FACTORS}, group some")
    value = _product if function is None else function
    states = [value(np.where(_bits(mask, k)[:, None], x1, x0)) for mask in range(1 << k)]
    effects = np.zeros(x0.shape)
    for mask in range(1 << k):
        size = mask.bit_count()
        for i in range(k):
            if not mask >> i & 1:
                weight = math.factorial(size) * math.factorial(k - size - 1) / math.factorial(k)
                effects[i] += weight * (states[mask | 1 << i] - states[mask])
    return _close(effects, change)


def chain(before: ArrayLike, after: ArrayLike, order: Sequence[int]) -> Chain:
    """Substitute the factors one after the other in ``order`` (each factor's number once); any signs.

    The order changes the effects, so it has to be printed beside them. Raises ValueError for an incomplete order.
    """
    x0, x1, change = _factors(before, after)
    if sorted(order) != list(range(len(x0))):
        raise ValueError(f"order {tuple(order)}: each of the {len(x0)} factors once")
    effects, state = np.zeros(x0.shape), x0.copy()
    last = state.prod(0)
    for i in order:
        state[i] = x1[i]
        new = state.prod(0)
        effects[i] = new - last
        last = new
    return Chain(tuple(order), _close(effects, change))


def share_factor(parts: ArrayLike, group: ArrayLike | None = None) -> tuple[Floats, Floats]:
    """Split ``parts`` (cells,) into (total of the cell's group, share in it), both (cells,); their product is the part.

    As two factors, the effect of the first is volume and that of the second is mix. A group without any part has shares
    of 0. Raises ValueError for a group whose parts cancel out: it has no shares.
    """
    values = np.asarray(parts, dtype=np.float64)
    code = np.zeros(len(values), dtype=np.intp)
    if group is not None:
        code = np.unique(np.asarray(group), return_inverse=True)[1].astype(np.intp)
    total = np.bincount(code, values)[code].astype(np.float64) if len(values) else values
    if ((total == 0) & (values != 0)).any():
        raise ValueError("the parts of a group cancel out to 0: there are no shares")
    return total, values / np.where(total != 0, total, 1.0)


def to_minor(effects: ArrayLike, change: ArrayLike) -> Ints:
    """(k, cells) effects as whole minor units whose sum over the factors is exactly ``change`` (cells,) int64.

    Largest remainder within each cell; ties go to the earlier factor. The effects may miss the change by floating point
    or by the rounding of their factors, never by more than a unit per factor: a larger gap is an attribution of
    something else and raises ValueError.
    """
    real, target = np.asarray(effects, dtype=np.float64), whole(change)
    k, cells = real.shape
    gap = np.abs(real.sum(0) - target)
    allowed = k + 1e-9 * np.abs(real).sum(0)
    if (gap > allowed).any():
        cell = int(np.argmax(gap - allowed))
        raise ValueError(f"effects of cell {cell} sum to {real[:, cell].sum()}, its change is {target[cell]}")
    line = np.tile(np.arange(cells), (k, 1))
    return settle(real.T.ravel(), target, line.T.ravel()).reshape(cells, k).T


def _factors(
    before: ArrayLike, after: ArrayLike, function: Callable[[Floats], Floats] | None = None
) -> tuple[Floats, Floats, Floats]:
    x0, x1 = np.asarray(before, dtype=np.float64), np.asarray(after, dtype=np.float64)
    if x0.ndim != 2 or x0.shape != x1.shape or not len(x0):
        raise ValueError(f"factors have shapes {x0.shape} and {x1.shape}: (k, cells) both")
    value = _product if function is None else function
    with np.errstate(over="ignore", invalid="ignore"):
        change = value(x1) - value(x0)
    if not (np.isfinite(x0).all() and np.isfinite(x1).all() and np.isfinite(change).all()):
        raise ValueError("a factor is missing, or a product is beyond floating point")
    return x0, x1, change


def _close(effects: Floats, change: Floats) -> Floats:
    """Put what floating point left over into each cell's largest effect, where it is relatively smallest."""
    if not effects.size:
        return effects
    largest, cell = np.abs(effects).argmax(0), np.arange(effects.shape[1])
    for _ in range(2):
        effects[largest, cell] += change - effects.sum(0)
    return effects


def _product(factors: Floats) -> Floats:
    return factors.prod(0)


def _bits(mask: int, k: int) -> NDArray[np.bool_]:
    return (mask >> np.arange(k)) & 1 == 1
