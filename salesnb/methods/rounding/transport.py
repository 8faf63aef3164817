"""One dimension at a time: whole numbers with exact sums by source and by sink (controlled rounding of two ways).

First the largest remainder per source; then the cheapest exchanges: within a source one unit moves from an item whose
sink has too much to one whose sink has too little, along a chain of sinks where no single exchange helps. Whole margins
of a two-way table always have whole cells, so the linear programme behind is exact; it is the fallback.
"""

from __future__ import annotations

from collections import deque
from itertools import pairwise

import numpy as np

from salesnb.methods.projection.problem import Floats, Ints
from salesnb.methods.rounding.remainder import Shares, coarse, largest_remainder
from salesnb.methods.rounding.whole import Undecided, closest_whole

_FARTHEST = 3.0  # no exchange takes an item further than this from its number
_FEW_SINKS = 32  # fewer are not worth dividing into parts
_WIDEST = 30_000_000  # entries of a (sink, source) table of items
_ROUNDS = 60


def fit(shares: Shares, source: Ints, sink: Ints, by_source: Floats, by_sink: Floats) -> Floats | None:
    """Whole numbers with the given sums; ``source`` sorted; None where there are none close by.

    Complexity: a sort of the items and one pass over the sources of two sinks per exchange batch.
    """
    whole = largest_remainder(shares, source, by_source)
    if whole is not None:
        left = by_sink - np.bincount(sink, whole, len(by_sink))
        if not left.any():
            return whole
        if _exchange(shares, whole, source, sink, left):
            return whole
    rows = [(source, by_source, by_source), (sink, by_sink, by_sink)]
    try:
        return closest_whole(shares, rows)
    except Undecided:
        return None


def _exchange(shares: Shares, whole: Floats, source: Ints, sink: Ints, left: Floats) -> bool:
    """Exchanges in place until no sink is off; False where they get stuck."""
    for items, sinks in _parts(source, sink, left):
        sources = np.cumsum(np.diff(source[items], prepend=source[items[0]]) != 0)
        local = np.searchsorted(sinks, sink[items])
        if len(sinks) * (int(sources[-1]) + 1) > _WIDEST:
            return False
        table = np.full((len(sinks), int(sources[-1]) + 1), -1)
        table[local, sources] = items
        part = _Part(shares, whole, table, left[sinks])
        if not part.settle():
            return False
    return True


def _parts(source: Ints, sink: Ints, left: Floats) -> list[tuple[Ints, Ints]]:
    """(items, sinks) of each connected part that holds a sink which is off."""
    if len(left) <= _FEW_SINKS:
        return [(np.arange(len(source)), np.arange(len(left)))]
    label = np.arange(len(left))
    while True:
        by_source = np.full(int(source[-1]) + 1, len(left))
        np.minimum.at(by_source, source, label[sink])
        reached = label.copy()
        np.minimum.at(reached, sink, by_source[source])
        if (reached == label).all():
            break
        label = reached
    parts = []
    for part in np.unique(label[left != 0]):
        parts.append((np.flatnonzero(label[sink] == part), np.flatnonzero(label == part)))
    return parts


class _Part:
    """Sinks that share sources: ``table[sink, source]`` is an item or -1, ``left`` what each sink lacks."""

    def __init__(self, shares: Shares, whole: Floats, table: Ints, left: Floats) -> None:
        self._near, self._low, self._high = shares.near, shares.low, shares.high
        self._whole, self._table, self._left = whole, table, left.copy()

    def settle(self) -> bool:
        """Exchange until every sink has its sum."""
        for _ in range(_ROUNDS):
            if not self._left.any():
                return True
            if not self._direct() and not self._chain():
                return False
        return not self._left.any()

    def _direct(self) -> bool:
        moved = False
        too_much = np.flatnonzero(self._left < 0)
        for a in too_much[np.argsort(self._left[too_much], kind="stable")]:
            for b in np.flatnonzero(self._left > 0):
                if self._left[a] >= 0:
                    break
                moved |= self._move(int(a), int(b), int(min(-self._left[a], self._left[b])))
        return moved

    def _candidates(self, a: int, b: int) -> tuple[Ints, Ints]:
        """Items of the two sinks in one source each, where a unit may move from the first to the second."""
        from_item, to_item = self._table[a], self._table[b]
        both = np.flatnonzero((from_item >= 0) & (to_item >= 0))
        from_item, to_item = from_item[both], to_item[both]
        down, up = self._whole[from_item] - 1, self._whole[to_item] + 1
        able = (down >= self._low[from_item]) & (up <= self._high[to_item])
        able &= (down > self._near[from_item] - _FARTHEST) & (up < self._near[to_item] + _FARTHEST)
        return from_item[able], to_item[able]

    def _move(self, a: int, b: int, units: int) -> bool:
        from_item, to_item = self._candidates(a, b)
        if not len(from_item):
            return False
        whole, near = self._whole, self._near
        cost = coarse((whole[to_item] - near[to_item]) - (whole[from_item] - near[from_item]))
        if units < len(cost):  # equal costs fall by position
            cheapest = np.argpartition(cost * len(cost) + np.arange(len(cost)), units)[:units]
        else:
            cheapest = np.arange(len(cost))
        whole[from_item[cheapest]] -= 1
        whole[to_item[cheapest]] += 1
        self._left[a] += len(cheapest)
        self._left[b] -= len(cheapest)
        return True

    def _chain(self) -> bool:
        """One unit along the shortest chain of sinks from one with too much to one with too little."""
        for a in np.flatnonzero(self._left < 0):
            before: dict[int, int] = {int(a): -1}
            ahead = deque([int(a)])
            while ahead:
                at = ahead.popleft()
                for b in range(len(self._left)):
                    if b in before or not len(self._candidates(at, b)[0]):
                        continue
                    before[b] = at
                    ahead.append(b)
                    if self._left[b] > 0:
                        return self._follow(before, b)
        return False

    def _follow(self, before: dict[int, int], end: int) -> bool:
        path = [end]
        while before[path[-1]] >= 0:
            path.append(before[path[-1]])
        path.reverse()
        return all(self._move(a, b, 1) for a, b in pairwise(path))
