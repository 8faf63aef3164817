"""How much wider or narrower than the public constants a company's forecasts miss, learned from its own record.

Each group of nodes leans on the company's other groups, these on the world, each as on 50 forecasts: a group with a
record of its own speaks for itself, a single root hears what its cells have shown.

The world's word is 1 for a company's total and BELOW for what lies under it. The constants come from single series;
parts of a company live by fewer customers and miss by more. Seen: 1.0 to 1.2 times on one kind of generated companies,
1.2 to 1.8 times on two real ones; judged on another kind (tests/bench). The company's record corrects either.

Only the scale is learned, not the direction: on all panels and companies at hand the mean of earlier misses says next
to nothing about the next one (correlations from -0.16 to 0.28), so a correction of the middle would add noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.forecast.scale import DF

Array = NDArray[np.float64]
Index = NDArray[np.intp]

PRIOR_COUNT = 50.0
BELOW = 1.2


@dataclass(frozen=True)
class Seen:
    """``square`` of the scale of standard t values, and the ``effective`` number of independent ones behind it."""

    square: float
    effective: float


def seen_scale(standard: ArrayLike, origin: ArrayLike, span: int) -> Seen:
    """What t values (n,) of forecasts made at ``origin`` (n,) say about their scale, by maximum likelihood.

    Nodes of one origin miss together: their number counts by the correlation r that the origins' mean misses show
    (squares of misses are correlated by r²); origins closer than ``span`` months overlap and count by the time they
    cover. No values: 1 from 0 forecasts.
    """
    t, at = np.asarray(standard, float), np.asarray(origin)
    if not len(t):
        return Seen(1.0, 0.0)
    square = max(float((t**2).mean()), 1e-12)
    for _ in range(1000):
        before, square = square, max(float(((DF + 1) * t**2 / (DF + t**2 / square)).mean()), 1e-12)
        if abs(square - before) <= 1e-10 * square:
            break
    seen, position = np.unique(at, return_inverse=True)
    size = np.bincount(position).astype(float)
    each = float(size.mean())
    calm = np.clip(t / np.sqrt(square), -3.0, 3.0)
    together = float(((np.bincount(position, calm) / size) ** 2).mean()) / max(float((calm**2).mean()), 1e-12)
    alike = float(np.clip((together - 1 / each) / (1 - 1 / each), 0, 1)) if each > 1 else 0.0
    windows = min(float(len(seen)), 1.0 + float(seen.max() - seen.min()) / max(span, 1))
    return Seen(square, windows * each / (1.0 + (each - 1.0) * alike**2))


def usual_factor(depth: int) -> float:
    """What the world says before a company's own record: of nodes at ``depth`` of the tree, the root at 0."""
    return BELOW if depth else 1.0


def own_factors(standard: ArrayLike, origin: ArrayLike, group: ArrayLike, span: int) -> dict[int, tuple[float, float]]:
    """Factor on the scale and effective number of forecasts of each ``group`` (n,), from t values (n,).

    A group is 2 × depth + (1 if by share). Groups are compared by what they miss beyond their :func:`usual_factor`.
    """
    t, at, groups = np.asarray(standard, float), np.asarray(origin), np.asarray(group)
    usual = {int(g): usual_factor(int(g) // 2) for g in np.unique(groups)}
    seen = {g: seen_scale(t[groups == g] / u, at[groups == g], span) for g, u in usual.items()}
    out = {}
    for name, own in seen.items():
        others = [other for other_name, other in seen.items() if other_name != name]
        count = sum(other.effective for other in others)
        learned = sum(other.effective * other.square for other in others)
        company = (PRIOR_COUNT + learned) / (PRIOR_COUNT + count)
        square = (PRIOR_COUNT * company + own.effective * own.square) / (PRIOR_COUNT + own.effective)
        out[name] = (usual[name] * float(np.sqrt(square)), own.effective)
    return out
