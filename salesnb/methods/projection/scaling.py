"""Iterative proportional fitting in matrix form, for exact rows without bounds (Deming and Stephan 1940).

Within a block (see :mod:`.blocks`) the cells are a matrix, leading groups × joint entries: the leading family is fitted
by one matrix–vector product, all other families by one more and then on the joint entries alone, which are few. Cells
are made once, at the end; what they add up to is read from the last products.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from salesnb.methods.projection.dual import Dual, Point
from salesnb.methods.projection.layout import Layout, compact
from salesnb.methods.projection.problem import Flags, Floats, Ints, tally

_MOST_SWEEPS = 40
_MOST_INNER = 60
_THINNEST = 1 / 3  # a block with fewer cells per matrix entry than this is not worth the matrix
_SLOW = 0.5  # a sweep that leaves more than this of the miss: Newton will be faster
_GONE = -330.0  # logarithm of a factor that is zero


@dataclass(frozen=True, eq=False)
class _Block:
    """A run of leading rows, their cells as a ``matrix`` of the prior. ``entries``: the joint entries of its columns; a
    slice where these are a run that no other block has any of."""

    leads: slice
    entries: slice | Ints
    matrix: Floats


class Fitting:
    """The blocks of a layout as matrices of the prior; ``None`` from :func:`fitting` where that does not pay."""

    def __init__(self, dual: Dual, blocks: list[_Block]) -> None:
        self._dual, self._blocks, self._levels = dual, blocks, _levels(dual.layout)

    def fit(self, tolerance: float) -> tuple[Floats, Point | None]:
        """The dual vector after fitting and, if every row is met, its point; otherwise a start for Newton."""
        layout, rows = self._dual.layout, self._dual.rows
        lead = slice(0, layout.lead_size)
        factors, joint = np.ones(rows.count), np.ones(layout.joints)
        miss = np.inf
        for _ in range(_MOST_SWEEPS):
            sums, fresh, share = self._products(joint)
            moved = float(np.abs(fresh - factors[lead]).max(initial=0.0))
            factors[lead] = fresh
            weight = joint * share
            first = self._sweep(weight)
            before, miss = miss, first.miss
            if miss < tolerance:  # of each family after those before it; what counts is all of them at once
                values = np.concatenate([fresh * sums, *self._sums(weight)])
                duals = _logarithm(factors)
                if rows.error(rows.slope(duals, values)) < tolerance:
                    return duals, self._dual.made(duals, layout.scaled(fresh, joint), values)
            fitted = miss <= _SLOW * before and self._fit_rest((joint, weight, factors), first, max(moved, tolerance))
            if not fitted:
                break
        return _logarithm(factors), None

    def _products(self, joint: Floats) -> tuple[Floats, Floats, Floats]:
        """Leading rows' sums at ``joint``, the factors that bring them to their targets, and the joint entries' sums
        with these: both products of a block while it is in the processor's cache."""
        layout, rows = self._dual.layout, self._dual.rows
        target, fitted = rows.low[: layout.lead_size], rows.exact[: layout.lead_size]
        whole, fresh, share = np.zeros(len(target)), np.ones(len(target)), np.zeros(len(joint))
        for block in self._blocks:
            leads, entries = block.leads, block.entries
            np.dot(block.matrix, joint[entries], out=whole[leads])
            _divide(target[leads], whole[leads], fitted[leads], fresh[leads])
            if isinstance(entries, slice):
                np.dot(fresh[leads], block.matrix, out=share[entries])
            else:
                share[entries] += fresh[leads] @ block.matrix
        return whole, fresh, share

    def _fit_rest(self, state: tuple[Floats, Floats, Floats], answer: _Round, limit: float) -> bool:
        """Fit the families behind the leading one on the joint entries, in place, until a round misses by less than
        ``limit``; ``state``: joint entries, their sums, all factors."""
        joint, weight, factors = state
        for _ in range(_MOST_INNER):
            joint *= answer.factor
            for level, ratio in zip(self._levels, answer.ratios, strict=True):
                factors[level.rows] *= ratio
            if answer.miss < limit:
                return True
            weight *= answer.factor
            answer = self._sweep(weight)
        return False

    def _sweep(self, weight: Floats) -> _Round:
        """One round over the families behind the leading one.

        The entries of a level are merged into those of the next, which see only what later families tell apart: most of
        a round is over a handful of numbers.
        """
        rows, factors, ratios, miss = self._dual.rows, [], [], 0.0
        for level in self._levels:
            ratio = np.ones(level.rows.stop - level.rows.start)
            _divide(rows.low[level.rows], level.sums(weight), rows.exact[level.rows], ratio)
            ratios.append(ratio)
            miss = max(miss, float(np.abs(ratio - 1.0).max()))
            factors.append(level.spread(ratio))
            weight = level.merged(weight * factors[-1])
        factor = np.ones(len(weight))
        for level, own in zip(reversed(self._levels), reversed(factors), strict=True):
            own *= factor[level.below]
            factor = own
        return _Round(factor, ratios, miss)

    def _sums(self, weight: Floats) -> list[Floats]:
        """What the rows of each family behind the leading one add up to."""
        sums = []
        for level in self._levels:
            sums.append(level.sums(weight))
            weight = level.merged(weight)
        return sums


@dataclass(frozen=True, eq=False)
class _Round:
    """What a round multiplies each entry of the first level by, each level's rows by, and the worst miss that it met
    (relative)."""

    factor: Floats
    ratios: list[Floats]
    miss: float


@dataclass(eq=False)
class _Level:
    """A family behind the leading one over entries: ``group`` of each, its ``rows``, the entry ``below`` (of the next
    level) that each is merged into. ``counts``: entries by group where they stand in that order."""

    group: Ints
    rows: slice
    below: Ints
    below_count: int
    counts: Ints | None

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

    def merged(self, weight: Floats) -> Floats:
        """(entries below,) sums of the entries."""
        return tally(self.below, weight, self.below_count)

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
        levels.append(_Level(groups[at], own, below, entries, counts))
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
    blocks = []
    for start, stop in pairwise(edges):
        cells = slice(int(starts[start]), int(starts[stop - 1] + layout.lead_counts[stop - 1]))
        if cells.start == cells.stop:
            continue
        block = _block(dual, slice(int(start), int(stop)), cells)
        if block is None:
            return None
        blocks.append(block)
    return Fitting(dual, _alone(blocks, layout.joints))


def suits(dual: Dual) -> bool:
    """Whether all rows are exact and hard, or open."""
    rows = dual.rows
    hard = np.isinf(rows.cap) & (rows.give == 0)
    return bool((rows.open | (rows.exact & hard)).all())


def _block(dual: Dual, leads: slice, cells: slice) -> _Block | None:
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
    return _Block(leads, columns, matrix)


def _alone(blocks: list[_Block], joints: int) -> list[_Block]:
    """The blocks, with a slice as the entries of those whose columns are a run of their own."""
    shared = np.zeros(joints, np.int64)
    for block in blocks:
        shared[block.entries] += 1
    out = []
    for block in blocks:
        columns = np.arange(joints)[block.entries]
        first, last = int(columns[0]), int(columns[-1])
        own = last - first + 1 == len(columns) and bool((shared[columns] == 1).all())
        out.append(replace(block, entries=slice(first, last + 1)) if own else block)
    return out


def _divide(target: Floats, sums: Floats, fitted: Flags, out: Floats) -> None:
    """Factors that bring sums to their targets; ``out`` stays where nothing is wanted or nothing is there to scale."""
    np.divide(target, sums, out=out, where=fitted & (sums > 0))


def _logarithm(factor: Floats) -> Floats:
    return np.log(factor, out=np.full(len(factor), _GONE), where=factor > 0)
