"""Largest remainder within bounds: whole numbers close to given ones with exact sums per source.

Whole numbers are held as float64, exact below 2**53; larger sums are refused before they come here. Remainders are
compared to a millionth of a unit, so that noise of a solver decides nothing; equal remainders fall by position.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.projection.problem import Flags, Floats, Ints

_FINENESS = 2.0**20


@dataclass(eq=False)
class Shares:
    """Items to be made whole: ``near`` the wanted numbers, ``low`` and ``high`` whole or infinite bounds."""

    near: Floats
    low: Floats
    high: Floats

    def __len__(self) -> int:
        return len(self.near)

    def take(self, which: Ints | Flags) -> Shares:
        """Some of the items."""
        return Shares(self.near[which], self.low[which], self.high[which])


def coarse(numbers: Floats) -> Floats:
    """Numbers to a millionth of a unit, for comparisons that noise must not decide."""
    return np.rint(numbers * _FINENESS)


def largest_remainder(shares: Shares, source: Ints, totals: Floats) -> Floats | None:
    """Whole numbers within bounds whose sums by ``source`` (sorted) are ``totals``; None where bounds forbid it."""
    whole = np.clip(np.floor(shares.near + 0.5 / _FINENESS), shares.low, shares.high)
    need = totals - _sums(source, whole, len(totals))
    while need.any():
        up = need[source] > 0
        able = np.where(up, whole < shares.high, whole > shares.low) & (need[source] != 0)
        chosen = np.flatnonzero(able)
        if not len(chosen):
            return None
        urgency = coarse(shares.near - whole)[chosen]
        urgency[~up[chosen]] *= -1
        first = _first_by_source(source[chosen], urgency, np.abs(need))
        moved = chosen[first]
        whole[moved] += np.where(up[moved], 1.0, -1.0)
        left = totals - _sums(source, whole, len(totals))
        if (left == need).all():
            return None
        need = _in_strides(shares, whole, source, left)
    return whole


def _in_strides(shares: Shares, whole: Floats, source: Ints, need: Floats) -> Floats:
    """Far from its total a source first moves all its free items together, so that no loop runs unit by unit."""
    count = np.bincount(source, minlength=len(need))
    stride = np.trunc(need / np.maximum(count, 1))
    if not stride.any():
        return need
    before = whole.copy()
    np.clip(whole + stride[source], shares.low, shares.high, out=whole)
    return need - _sums(source, whole - before, len(need))


def _first_by_source(source: Ints, urgency: Floats, wanted: Floats) -> Flags:
    """The ``wanted`` most urgent items of each source; ``source`` is sorted, ties fall by position."""
    count = np.bincount(source)
    starts = np.repeat(np.cumsum(count) - count, count)
    position = np.arange(len(source)) - starts
    if len(count) < 2**20 and count.max() < 2**20:  # one integer per item sorts several times faster than two keys
        late = (4 * _FINENESS - np.clip(urgency, 1 - 4 * _FINENESS, 4 * _FINENESS)).astype(np.int64)
        order = np.argsort((source << 43) | (late << 20) | position)
    else:
        order = np.lexsort((-urgency, source))
    chosen = np.empty(len(source), bool)
    chosen[order] = position < wanted[source]  # sorting moves items within their own source only
    return chosen


def _sums(source: Ints, values: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(source, values, size), float)
