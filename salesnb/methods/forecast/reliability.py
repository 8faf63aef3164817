"""Do chances keep their word: of all targets given 70 %, were seven in ten reached?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.intervals import wilson

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    """One row a bin of chances: ``lower`` to ``upper``, ``count`` of chances, their mean ``said``, the share that
    ``came`` with its 95 % Wilson interval ``came_low`` … ``came_high`` (as if independent); nan where a bin is empty.
    ``brier`` is the mean squared miss of all, ``brier_naive`` that of always saying the overall share."""

    lower: Array
    upper: Array
    count: NDArray[np.int64]
    said: Array
    came: Array
    came_low: Array
    came_high: Array
    brier: float
    brier_naive: float


def reliability(chance: ArrayLike, came: ArrayLike, bins: int = 10) -> Reliability:
    """Table of issued ``chance`` (n,) against what ``came`` (n,): 0 or 1, or a known share; nan rows are left out.

    Raises ValueError for chances or outcomes outside 0 … 1.
    """
    said, outcome = np.asarray(chance, float), np.asarray(came, float)
    keep = np.isfinite(said) & np.isfinite(outcome)
    said, outcome = said[keep], outcome[keep]
    if np.any((said < 0) | (said > 1) | (outcome < 0) | (outcome > 1)):
        raise ValueError("chances and outcomes must lie between 0 and 1")
    at = np.minimum((said * bins).astype(int), bins - 1)
    count = np.bincount(at, minlength=bins)
    some = np.where(count > 0, count, 1)
    hits = np.bincount(at, outcome, bins)
    low, high = wilson(hits, count)
    blank = np.where(count > 0, 1.0, np.nan)
    edges = np.linspace(0.0, 1.0, bins + 1)
    overall = outcome.mean() if len(outcome) else np.nan
    return Reliability(
        lower=edges[:-1],
        upper=edges[1:],
        count=count.astype(np.int64),
        said=np.bincount(at, said, bins) / some * blank,
        came=hits / some * blank,
        came_low=low * blank,
        came_high=high * blank,
        brier=float(((said - outcome) ** 2).mean()) if len(said) else float("nan"),
        brier_naive=float(((overall - outcome) ** 2).mean()) if len(said) else float("nan"),
    )
