"""Make forecasts of nodes add up: weighted least squares over one tree (exact, linear time) or over crossed groups.

Sources: Wickramasuriya, Athanasopoulos, Hyndman (2019), "Optimal forecast reconciliation ... trace minimization";
Wickramasuriya, Turlach, Hyndman (2020), non-negative form, solved here as an active-set problem; Schaefer and Strimmer
(2005) for the shrunk covariance. Over one tree with independent errors the projection is Gaussian message passing
(up: combine, down: spread by variance), so no matrix is formed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.projection.threads import one_thread

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

_PIVOTS = 30
_TOLERANCE = 1e-11


@dataclass(frozen=True)
class _Family:
    """All children at one depth: ``child`` sorted by parent, ``start`` of each parent's run, ``parent`` of each run."""

    child: Index
    start: Index
    parent: Index
    run: Index


class Tree:
    """A forest of N nodes given by ``parent`` (N,): index of the parent, -1 for a root. Every total is a sum of leaves.

    Raises ValueError for an index out of range or a cycle.
    """

    def __init__(self, parent: ArrayLike) -> None:
        self.parent: Index = np.asarray(parent, np.intp)
        self.size = len(self.parent)
        if self.parent.ndim != 1 or np.any(self.parent < -1) or np.any(self.parent >= self.size):
            raise ValueError("parent must be a vector of node indices, -1 for a root")
        self.depth = self._depths()
        self.is_leaf: Mask = np.ones(self.size, bool)
        self.is_leaf[self.parent[self.parent >= 0]] = False
        self.leaves: Index = np.flatnonzero(self.is_leaf)
        self.families = [self._family(d) for d in range(1, int(self.depth.max(initial=0)) + 1)]

    def _depths(self) -> Index:
        depth = np.zeros(self.size, np.intp)
        at = self.parent.copy()
        for _ in range(self.size + 1):
            alive = at >= 0
            if not alive.any():
                return depth
            depth[alive] += 1
            at = np.where(alive, self.parent[at], -1)
        raise ValueError("parent has a cycle")

    def _family(self, depth: int) -> _Family:
        child = np.flatnonzero(self.depth == depth)
        child = child[np.argsort(self.parent[child], kind="stable")]
        parent, start, run = np.unique(self.parent[child], return_index=True, return_inverse=True)
        return _Family(child, start, parent, run)

    def add_up(self, leaf_values: ArrayLike) -> Array:
        """Values of all nodes (N, ...) from those of the leaves (leaves, ...) in the order of ``leaves``."""
        value = np.asarray(leaf_values, float)
        out = np.zeros((self.size, *value.shape[1:]))
        out[self.leaves] = value
        for family in reversed(self.families):
            out[family.parent] = np.add.reduceat(out[family.child], family.start, axis=0)
        return out

    def add_up_history(self, leaf_values: ArrayLike) -> Array:
        """Histories of all nodes (N, T) from leaves with nan: before its first value a leaf counts as nothing,
        a gap after it makes every total above it missing in that month, because missing is not zero."""
        value = np.asarray(leaf_values, float)
        seen = ~np.isnan(value)
        begun = np.logical_or.accumulate(seen, axis=1)
        total = self.add_up(np.where(seen, value, 0.0))
        gap = self.add_up((begun & ~seen).astype(float)) > 0
        some = self.add_up(begun.astype(float)) > 0
        return np.where(gap | ~some, np.nan, total)


def _project(tree: Tree, base: Array, var: Array) -> Array:
    """Least squares projection of ``base`` (N, H) with error variances ``var`` (N, H) on the sums of ``tree``."""
    mean, spread = base.copy(), var.copy()
    below: list[tuple[Array, Array]] = []
    for family in reversed(tree.families):
        sum_mean = np.add.reduceat(mean[family.child], family.start, axis=0)
        sum_var = np.add.reduceat(spread[family.child], family.start, axis=0)
        whole = sum_var + var[family.parent]
        gain = np.divide(sum_var, whole, out=np.zeros_like(whole), where=whole > 0)
        mean[family.parent] = sum_mean + gain * (base[family.parent] - sum_mean)
        spread[family.parent] = sum_var * (1.0 - gain)
        below.append((sum_mean, sum_var))
    for family, (sum_mean, sum_var) in zip(tree.families, reversed(below), strict=True):
        part = np.divide(mean[family.parent] - sum_mean, sum_var, out=np.zeros_like(sum_var), where=sum_var > 0)
        mean[family.child] += spread[family.child] * part[family.run]
    return tree.add_up(mean[tree.leaves])


def _pull(tree: Tree, value: Array, base: Array, var: Array) -> Array:
    """Gradient of the objective at the leaves: the weighted misfit of a leaf and of everything above it."""
    misfit = np.divide(value - base, var, out=np.zeros_like(value), where=var > 0)
    for family in tree.families:
        misfit[family.child] += misfit[family.parent][family.run]
    return misfit[tree.leaves]


def wls_tree(tree: Tree, base: ArrayLike, var: ArrayLike, signed: ArrayLike | None = None) -> Array:
    """Coherent forecasts (N, H) closest to ``base`` (N, H) in the metric 1 / ``var`` ((N,) or (N, H), >= 0).

    Leaves are kept at or above zero, except those with ``signed`` (N,) true. A leaf with variance zero keeps its value
    (clipped at zero); a variance of zero further up is read as "nearly certain". All H columns are solved at once.
    """
    start = np.asarray(base, float)
    if start.ndim == 1:
        return wls_tree(tree, start[:, None], var, signed)[:, 0]
    spread = np.asarray(var, float)
    spread = np.array(np.broadcast_to(spread[:, None] if spread.ndim == 1 else spread, start.shape))
    size = float(np.abs(start).max(initial=0.0)) or 1.0
    inner = ~tree.is_leaf
    spread[inner] = np.maximum(spread[inner], 1e-12 * max(float(spread.mean()), 1e-300))
    limited = ~np.asarray(np.zeros(tree.size) if signed is None else signed, bool)[tree.leaves][:, None]
    held = np.zeros((len(tree.leaves), start.shape[1]), bool)
    held |= limited & (spread[tree.leaves] <= 0) & (start[tree.leaves] < 0)
    for turn in range(_PIVOTS * 2):
        now, width = start.copy(), spread.copy()
        now[tree.leaves] = np.where(held, 0.0, now[tree.leaves])
        width[tree.leaves] = np.where(held, 0.0, width[tree.leaves])
        value = _project(tree, now, width)
        below = limited & ~held & (value[tree.leaves] < -_TOLERANCE * size)
        free = np.zeros_like(held)
        if held.any() and turn < _PIVOTS:
            pull = _pull(tree, value, start, spread)
            movable = held & (spread[tree.leaves] > 0)
            free = movable & (pull * spread[tree.leaves] < -_TOLERANCE * size)
        if not below.any() and not free.any():
            break
        held = (held | below) & ~free
    leaf = value[tree.leaves]
    return tree.add_up(np.where(limited, np.maximum(leaf, 0.0), leaf))


def summing_matrix(labels: ArrayLike, levels: list[tuple[int, ...]]) -> Array:
    """Aggregation matrix (a, n) of n bottom cells: one row for each value of each level.

    ``labels`` is (n, k) integer codes, a level is a tuple of label columns, ``()`` is the total. Rows follow the order
    of the levels, inside a level the sorted codes.
    """
    codes = np.asarray(labels, np.intp)
    rows = []
    for level in levels:
        if not level:
            rows.append(np.ones((1, len(codes))))
            continue
        keys, position = np.unique(codes[:, list(level)], axis=0, return_inverse=True)
        rows.append((position.reshape(-1)[None, :] == np.arange(len(keys))[:, None]).astype(float))
    return np.vstack(rows)


def shrunk_covariance(residuals: ArrayLike) -> Array:
    """Covariance (m, m) of residuals (m, T), correlations shrunk to zero by Schaefer and Strimmer's intensity."""
    r = np.asarray(residuals, float)
    r = r - r.mean(1, keepdims=True)
    count = r.shape[1]
    sd = np.sqrt((r**2).sum(1) / (count - 1))
    sd = np.maximum(sd, 1e-9 * max(float(sd.max(initial=0.0)), 1e-300))
    x = r / sd[:, None]
    cross = x @ x.T
    noise = ((x**2) @ (x**2).T - cross**2 / count) * count / (count - 1) ** 3
    correlation = cross / (count - 1)
    np.fill_diagonal(noise, 0.0)
    np.fill_diagonal(correlation, 0.0)
    weight = float(np.clip(noise.sum() / max(float((correlation**2).sum()), 1e-12), 0.0, 1.0))
    shrunk = (1.0 - weight) * correlation
    np.fill_diagonal(shrunk, 1.0)
    return shrunk * sd[:, None] * sd[None, :]


def reconcile(summing: ArrayLike, base: ArrayLike, cov: ArrayLike, nonnegative: bool = True) -> Array:
    """Coherent forecasts (a + n, H) of a aggregates followed by n bottom cells, for any crossing of groups.

    ``summing`` (a, n) as of :func:`summing_matrix`; ``base`` (a + n, H); ``cov`` either variances (a + n,) for WLS or a
    full error covariance (a + n, a + n), for example :func:`shrunk_covariance`, for MinT. Non-negative: the bottom
    cells at zero are found by pivoting on the signs of their multipliers.
    """
    above, start, metric = np.asarray(summing, float), np.asarray(base, float), np.asarray(cov, float)
    if start.ndim == 1:
        return reconcile(above, start[:, None], metric, nonnegative)[:, 0]
    with one_thread():
        return _reconcile(above, start, metric, nonnegative)


def _reconcile(above: Array, start: Array, metric: Array, nonnegative: bool) -> Array:
    count = len(above)
    constraint = np.hstack([np.eye(count), -above])
    weighted = metric[:, None] * constraint.T if metric.ndim == 1 else metric @ constraint.T
    system = constraint @ weighted
    system[np.diag_indices_from(system)] += 1e-13 * float(np.trace(system)) / count
    bottom = start[count:] - weighted[count:] @ np.linalg.solve(system, constraint @ start)
    if nonnegative:
        limit = -_TOLERANCE * (float(np.abs(start).max(initial=0.0)) or 1.0)
        columns = np.flatnonzero((bottom < limit).any(0))
        if len(columns):
            own = np.diag(metric[count:]) if metric.ndim == 1 else metric[count:, count:]
            left = own - weighted[count:] @ np.linalg.solve(system, weighted[count:].T)
            left[np.diag_indices_from(left)] += 1e-13 * float(np.trace(left)) / len(left)
            for column in columns:
                bottom[:, column] = _nonnegative(bottom[:, column], left, limit)
        bottom = np.maximum(bottom, 0.0)
    return np.vstack([above @ bottom, bottom])


def _nonnegative(bottom: Array, cov: Array, limit: float) -> Array:
    """Bottom cells (n,) of a coherent forecast moved to zero or above (within ``-limit``), nearest in the metric of
    their remaining covariance ``cov`` (n, n)."""
    held = np.zeros(len(bottom), bool)
    value, multiplier = bottom, np.zeros(0, float)
    for turn in range(_PIVOTS * 2):
        below = ~held & (value < limit)
        free = np.zeros(len(bottom), bool)
        if held.any() and turn < _PIVOTS:
            free[held] = multiplier > 0
        if not below.any() and not free.any():
            break
        held = (held | below) & ~free
        multiplier = np.asarray(np.linalg.solve(cov[np.ix_(held, held)], bottom[held]), float)
        value = bottom - cov[:, held] @ multiplier
    return value
