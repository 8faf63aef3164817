"""Iterative proportional fitting in matrix form, for exact rows without bounds (Deming and Stephan 1940).

Within a block (see :mod:`.blocks`) the cells are a matrix, leading groups × joint entries: the leading family is fitted
by one matrix–vector product, all other families by one more and then on the joint entries alone, which are few.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from salesnb.methods.projection.dual import Dual
from salesnb.methods.projection.layout import Layout, compact
from salesnb.methods.projection.problem import Flags, Floats, Ints, tally

_MOST_SWEEPS = 40
_MOST_INNER = 60
_THINNEST = 1 / 3  # a block with fewer cells per matrix entry than this is not worth the matrix
_SLOW = 0.5  # a sweep that leaves more than this of the miss: Newton will be faster
_GONE = -330.0  # logarithm of a factor that is zero


class Fitting:
    """The blocks of a layout as matrices of the prior; ``None`` from :func:`fitting` where that does not pay."""

    def __init__(self, dual: Dual, parts: list[tuple[slice, Ints, Floats]]) -> None:
        self._dual, self._parts, self._levels = dual, parts, _levels(dual.layout)

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
        if not self._levels:
            return True
        weight, factor = joint * share, np.ones(len(joint))
        for _ in range(_MOST_INNER):
            more, worst = self._sweep(0, weight, duals)
            factor *= more
            if worst < tolerance:
                joint *= factor
                return True
            weight *= more
        joint *= factor
        return False

    def _sweep(self, at: int, weight: Floats, duals: Floats) -> tuple[Floats, float]:
        """What one round over the families from level ``at`` on multiplies each of its entries by, and the worst miss.

        The entries of a level are merged into those of the next, which see only what later families tell apart: most
        rounds are over a handful of numbers.
        """
        level, rows = self._levels[at], self._dual.rows
        sums = level.sums(weight)
        target, fitted = rows.low[level.rows], rows.exact[level.rows]
        worst = _miss(sums, target, fitted, rows.scale[level.rows])
        ratio = _ratio(target, sums, fitted)
        duals[level.rows] += _logarithm(ratio)
        more = level.spread(ratio)
        if at + 1 < len(self._levels):
            below = tally(level.below, weight * more, self._levels[at + 1].entries)
            deeper, miss = self._sweep(at + 1, below, duals)
            more *= deeper[level.below]
            worst = max(worst, miss)
        return more, worst


@dataclass(eq=False)
class _Level:
    """A family behind the leading one over entries: ``group`` of each, its ``rows``, the entry ``below`` (of the next
    level) that each is merged into. ``counts``: entries by group where they stand in that order."""

    group: Ints
    rows: slice
    below: Ints
    counts: Ints | None

    @property
    def entries(self) -> int:
        """How many."""
        return len(self.group)

    @cached_property
    def starts(self) -> Ints | None:
        """Where each group's run of entries begins; None where they are no runs, or some are empty."""
        if self.counts is None or not self.counts[:-1].all() or self.counts[-1]:
            return None
        return np.cumsum(self.counts[:-1]) - self.counts[:-1]

    def sums(self, weight: Floats) -> Floats:
        """(groups,) sums of the entries."""
        size = self.rows.stop - self.rows.start
        if self.starts is None:
            return tally(self.group, weight, size)
        sums = np.zeros(size)
        sums[:-1] = np.add.reduceat(weight, self.starts)
        return sums

    def spread(self, ratio: Floats) -> Floats:
        """(entries,) the ratio of each entry's group."""
        return ratio[self.group] if self.counts is None else np.repeat(ratio, self.counts)


def _levels(layout: Layout) -> list[_Level]:
    """The families behind the leading one, each over the entries that it and the later ones tell apart."""
    groups, levels = list(layout.joint_groups), []
    for at in range(len(groups)):
        own = slice(int(layout.offsets[at + 1]), int(layout.offsets[at + 2]))
        below, entries = np.zeros(len(groups[at]), np.int64), 1
        for group, size in zip(groups[at + 1 :], layout.sizes[at + 2 :], strict=True):
            below, entries = compact(below * size + group, entries * size, 16 * len(below) + 1024)
        in_order = bool((np.diff(groups[at]) >= 0).all())
        counts = np.bincount(groups[at], minlength=own.stop - own.start) if in_order else None
        levels.append(_Level(groups[at], own, below, counts))
        first = np.zeros(entries, np.int64)
        first[below[::-1]] = np.arange(len(below) - 1, -1, -1)
        groups = [group[first] for group in groups]
    return levels


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
