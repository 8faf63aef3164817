"""How much of a whole sits with few: share of the largest, Herfindahl-Hirschman index, number that makes a given share.

Only units with a positive amount take part; the amount of the others (net returns) is reported beside, because a
negative share has no meaning in an index of squares.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Concentration:
    """units: number with a positive amount. total: their amount; negative: the amount of the others (≤ 0).

    top: (len(sizes),) share of the largest ``sizes`` units in ``total``. hhi: sum of squared shares, 1 ÷ units to 1.
    equal_units: 1 ÷ hhi, the number of equally large units with the same index. gini: 0 (equal) to 1. NaN for no unit.
    """

    units: int
    total: float
    negative: float
    sizes: tuple[int, ...]
    top: Floats
    hhi: float
    equal_units: float
    gini: float


def concentration(amounts: ArrayLike, sizes: Sequence[int] = (1, 5, 10, 20)) -> Concentration:
    """Concentration of ``amounts`` (units,), in any unit of money or count. Raises ValueError for a missing amount."""
    values = _known(amounts)
    positive = np.sort(values[values > 0])[::-1]
    total, negative = float(positive.sum()), float(values[values < 0].sum())
    if not len(positive):
        nothing = np.full(len(sizes), np.nan)
        return Concentration(0, 0.0, negative, tuple(sizes), nothing, np.nan, np.nan, np.nan)
    share = positive / total
    running = np.concatenate([[0.0], np.cumsum(share)])
    top = np.array([min(float(running[min(size, len(share))]), 1.0) for size in sizes])
    hhi = float(np.sum(share**2))
    n = len(share)
    gini = float(np.sum((n - 1 - 2 * np.arange(n)) * share) / n)
    return Concentration(n, total, negative, tuple(sizes), top, hhi, 1.0 / hhi, max(gini, 0.0))


def units_for_share(amounts: ArrayLike, share: float) -> int:
    """Fewest units whose amounts make at least ``share`` (0 to 1) of the positive total; 0 when nothing is positive."""
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share {share}: 0 to 1")
    values = _known(amounts)
    positive = np.sort(values[values > 0])[::-1]
    if not len(positive) or share == 0.0:
        return 0
    running = np.cumsum(positive)
    return int(np.searchsorted(running, share * running[-1] * (1.0 - 1e-12))) + 1


def _known(amounts: ArrayLike) -> Floats:
    values = np.asarray(amounts, dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValueError("an amount is missing; it is not zero")
    return values
