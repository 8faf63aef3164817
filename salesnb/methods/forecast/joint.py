"""Totals of all nodes drawn together: each with its own distribution, moving as their past errors did, adding up.

The order of the draws comes from resampled months of one-step errors, the same months for all nodes (the idea of
Clark et al. 2004, "Schaake shuffle"); the values come from each node's own Student t. Then, from the root down, the
children's draws are moved to their parent's by variance; re-ranking and moving again brings the children back to
their own distributions. Drawing nodes independently is wrong: an interval of the company's total then covers a third
of years.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast import student
from salesnb.methods.forecast.outlook import Outlook
from salesnb.methods.forecast.scale import DF
from salesnb.methods.projection.threads import one_thread

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

_SWEEPS = 5
_PASSES = 4


def joint_totals(view: Outlook, draws: int = 1000, seed: int = 0) -> Array:
    """Draws (N, ``draws``) of the totals of all nodes; a parent's draw is the sum of its children's in every column.

    For questions about several nodes at once (all regions reach theirs; one makes good for another); a single node's
    chance is :meth:`~.outlook.Outlook.attain`. Roots keep their distribution exactly, other nodes within two points of
    chance on average, less well where parent and children contradict each other. Same seed, same draws. Months that
    cannot be negative give totals at or above ``known``. Nodes without a scale (short without a parent, empty) are nan;
    ended and zero histories stay at their known part.
    """
    rng = np.random.default_rng(seed)
    t = student.ppf((np.arange(draws) + 0.5) / draws, DF)
    value = _in_order_of(_paths(view, draws, rng), view.window.at(t, view.factor))
    blind = np.isnan(view.window.scale)
    value[blind] = 0.0
    tree = view.fit.tree
    floor = ~view.window.linear
    own = value.copy()
    for family in tree.families:
        child, run = family.child, family.run
        var = np.nan_to_num(own[child].std(1)) ** 2
        target = value[family.parent]
        part, ascending = own[child], np.sort(own[child], axis=1)
        for sweep in range(_SWEEPS):
            if sweep:
                part = _in_order_of(part, ascending)
            part = _meet(part, target, var, family.start, run, floor[child])
        value[child] = part
    total = tree.add_up(value[tree.leaves]) + view.known[:, None]
    total[blind] = np.nan
    return total


def _paths(view: Outlook, draws: int, rng: np.random.Generator) -> Array:
    """Sums of errors (N, draws) whose order the totals take: resampled error months carried with each node's gain."""
    residual = view.fit.own.residual
    pool = np.flatnonzero((~np.isnan(residual)).any(0))
    horizon = view.window.horizon
    if not len(pool):
        return rng.random((len(residual), draws))
    error = residual[:, pool]
    count = np.maximum((~np.isnan(error)).sum(1, keepdims=True), 1)
    mean = np.nansum(error, axis=1, keepdims=True) / count
    spread = np.sqrt(np.nansum((error - mean) ** 2, axis=1, keepdims=True) / count)
    error = np.where(np.isnan(error), spread * rng.normal(size=error.shape), error - mean)
    picked = rng.integers(0, len(pool), (horizon, draws))
    often, later = np.zeros((len(pool), draws)), np.zeros((len(pool), draws))
    for month, row in enumerate(picked):
        np.add.at(often, (row, np.arange(draws)), 1.0)
        np.add.at(later, (row, np.arange(draws)), float(horizon - 1 - month))
    gain = np.nan_to_num(view.fit.own.gain)[:, None]
    size = np.maximum(spread, 1e-12)
    with one_thread():
        path = error @ often + gain * (error @ later)
    return path + 1e-6 * size * rng.normal(size=path.shape)


def _in_order_of(like: Array, ascending: Array) -> Array:
    """``ascending`` values (n, B) placed so that each row has the order of ``like`` (n, B)."""
    out = np.empty_like(ascending)
    np.put_along_axis(out, like.argsort(1, kind="stable"), ascending, axis=1)
    return out


def _meet(part: Array, target: Array, var: Array, start: Index, run: Index, floor: Mask) -> Array:
    """Children's draws moved to the parents' by variance; what would fall below zero is taken from the others."""
    out = part.copy()
    free = (var > 0)[:, None] & np.ones(part.shape, bool)
    for _ in range(_PASSES):
        gap = target - np.add.reduceat(out, start, axis=0)
        weight = np.where(free, var[:, None], 0.0)
        whole = np.add.reduceat(weight, start, axis=0)
        step = np.divide(gap, whole, out=np.zeros_like(gap), where=whole > 0)
        out += weight * step[run]
        under = floor[:, None] & (out < 0)
        if not under.any():
            return out
        free &= ~under
        out[under] = 0.0
    total = np.add.reduceat(out, start, axis=0)
    ratio = np.divide(target, total, out=np.zeros_like(total), where=total > 0)
    return out * ratio[run]
