"""Iterative proportional fitting in matrix form, for exact rows without bounds (Deming and Stephan 1940).

Within a block (see :mod:`.blocks`) the cells are a matrix, leading groups × joint entries: the leading family is fitted
by one matrix–vector product, all other families by one more and then on the joint entries alone, which are few.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from salesnb.methods.projection.dual import Dual
from salesnb.methods.projection.layout import Layout
from salesnb.methods.projection.problem import Flags, Floats, Ints, tally

_MOST_SWEEPS = 40
_MOST_INNER = 60
_THINNEST = 1 / 3  # a block with fewer cells per matrix entry than this is not worth the matrix
_SLOW = 0.5  # a sweep that leaves more than this of the miss: Newton will be faster
_GONE = -330.0  # logarithm of a factor that is zero


class Fitting:
    """The blocks of a layout as matrices of the prior; ``None`` from :func:`fitting` where that does not pay."""

    def __init__(self, dual: Dual, parts: list[tuple[slice, Ints, Floats]]) -> None:
        self._dual, self._parts = dual, parts

    def fit(self, tolerance: float) -> tuple[Floats, bool]:
        """The dual vector after fitting, and whether every row is met; otherwise a start for Newton."""
        layout, rows = self._dual.layout, self._dual.rows
        lead = layout.lead_size
        target, fitted = rows.low, rows.exact
        factor, joint = np.ones(lead), np.ones(layout.joints)
        duals = np.zeros(rows.count)
        miss, done = np.inf, False
        for _ in range(_MOST_SWEEPS):
            whole, share = np.zeros(lead), np.zeros(layout.joints)
            fresh = np.ones(lead)
            for leads, entries, matrix in self._parts:  # both products while the block is in the processor's cache
                whole[leads] = matrix @ joint[entries]
                fresh[leads] = _ratio(target[leads], whole[leads], fitted[leads])
                share[entries] += fresh[leads] @ matrix
            before, miss = miss, _miss(factor * whole, target[:lead], fitted[:lead], rows.scale[:lead])
            done = miss < tolerance
            if done or miss > _SLOW * before:
                break
            factor = fresh
            if not self._fit_rest(joint, share, duals, max(0.1 * tolerance, min(1e-3 * miss, 0.01))):
                break
        duals[:lead] = _logarithm(factor)
        return duals, done

    def _fit_rest(self, joint: Floats, share: Floats, duals: Floats, tolerance: float) -> bool:
        """Fit the families behind the leading one on the joint entries, in place."""
        layout, rows = self._dual.layout, self._dual.rows
        for _ in range(_MOST_INNER):
            worst = 0.0
            for f, group in enumerate(layout.joint_groups):
                own = slice(int(layout.offsets[f + 1]), int(layout.offsets[f + 2]))
                sums = tally(group, joint * share, layout.sizes[f + 1])
                target, fitted = rows.low[own], rows.exact[own]
                worst = max(worst, _miss(sums, target, fitted, rows.scale[own]))
                ratio = _ratio(target, sums, fitted)
                duals[own] += _logarithm(ratio)
                joint *= ratio[group]
            if worst < tolerance:
                return True
        return False


def fitting(dual: Dual) -> Fitting | None:
    """The matrices for a problem whose rows are all exact or open, without ratios, bounds, or negative cells."""
    rows, layout = dual.rows, dual.layout
    if dual.bounded or len(rows.matrix) or layout.lead_counts[-1] or not suits(dual):
        return None
    starts = np.cumsum(layout.lead_counts) - layout.lead_counts
    edges = np.flatnonzero(np.diff(layout.blocks, prepend=-2, append=-2))
    parts = []
    for start, stop in pairwise(edges):
        cells = slice(int(starts[start]), int(starts[stop - 1] + layout.lead_counts[stop - 1]))
        part = _matrix(dual, slice(int(start), int(stop)), cells)
        if part is None:
            return None
        parts.append(part)
    return Fitting(dual, parts)


def suits(dual: Dual) -> bool:
    """Whether all rows are exact and hard, or open."""
    rows = dual.rows
    hard = np.isinf(rows.cap) & (rows.give == 0)
    return bool((rows.open | (rows.exact & hard)).all())


def _matrix(dual: Dual, leads: slice, cells: slice) -> tuple[slice, Ints, Floats] | None:
    layout: Layout = dual.layout
    entries = layout.joint[cells]
    present = np.bincount(entries, minlength=layout.joints) > 0
    columns = np.flatnonzero(present)
    height = leads.stop - leads.start
    if len(entries) < _THINNEST * height * len(columns):
        return None
    number = np.cumsum(present) - 1
    place = (layout.lead[cells] - leads.start) * len(columns) + number[entries]
    matrix = tally(place, dual.prior[cells], height * len(columns)).reshape(height, len(columns))
    return leads, columns, matrix


def _miss(sums: Floats, target: Floats, fitted: Flags, scale: Floats) -> float:
    return float(np.max(np.abs(sums - target)[fitted] / scale[fitted], initial=0.0))


def _ratio(target: Floats, sums: Floats, fitted: Flags) -> Floats:
    """Factors that bring sums to their targets; one where nothing is wanted or nothing is there to scale."""
    ratio = np.ones(len(sums))
    np.divide(target, sums, out=ratio, where=fitted & (sums > 0))
    return ratio


def _logarithm(factor: Floats) -> Floats:
    return np.log(factor, out=np.full(len(factor), _GONE), where=factor > 0)
