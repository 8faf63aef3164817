"""Three ways to divide what has to give, on the rows of a conflict: by share, by number of rows, by rank."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from salesnb.methods.conflicts.elastic import Elastic, Given
from salesnb.methods.conflicts.merged import Merged, Table
from salesnb.methods.projection.problem import INF, Floats, Ints
from salesnb.methods.relaxation.flexible import Flexible, Moves

_MOVED = 1e-9  # of a row's size: less is rounding
_HELD = 1e-11  # a share that is held stays reachable in spite of rounding
_RANK_STEP = 1e4  # a rank is dearer than all the cheaper ones together
_ALTERNATIVES = 8
_LOOKED_AT = 32  # choices of rows that help, of which the cheapest are proposed
_PRICED = 1e-7


class Choice:
    """The rows of a merged problem (with exact limits) that may move."""

    def __init__(self, merged: Merged, flexible: Flexible) -> None:
        self.merged, self.flexible, self.table = merged, flexible, merged.table
        self.positions = np.flatnonzero(flexible.may[merged.rows])
        self.rows = merged.rows[self.positions]
        self.sizes = self.table.size[self.rows]
        self.room = _room(self.table, flexible, self.rows)

    def elastic(self, *, shared: bool = False) -> Elastic:
        """A programme in which all of them may move."""
        return Elastic(self.merged, self.positions, self.room, self.sizes if shared else None)

    def moves(self, given: Given | None) -> Moves | None:
        """The limits after moving; an exact row stays exact, at what it came to."""
        if given is None:
            return None
        moved = np.flatnonzero(given.moves > _MOVED * self.sizes)
        rows, down, up = self.rows[moved], given.down[moved], given.up[moved]
        low, high = self.table.low[rows], self.table.high[rows]
        exact, there = low == high, low + (up - down)  # one figure for both limits, to the last digit
        return Moves(rows, np.where(exact, there, low - down), np.where(exact, there, high + up))


def proportional(choice: Choice) -> list[Moves]:
    """Every row by the same share of its size, as small as possible; rows that need not move do not."""
    elastic = choice.elastic(shared=True)
    share = elastic.least_share()
    if share is None:
        return []
    elastic.hold_share(share * (1 + _HELD))
    return _some(choice.moves(elastic.cheapest(1.0 / choice.sizes)))


def by_rank(choice: Choice) -> list[Moves]:
    """The least important rows first; a more important one moves only as far as those cannot help."""
    ranks = choice.flexible.rank[choice.rows]
    order = np.searchsorted(np.unique(ranks), ranks)
    price = choice.flexible.weight[choice.rows] / choice.sizes * _RANK_STEP ** order.astype(float)
    return _some(choice.moves(choice.elastic().cheapest(price / price.min(initial=INF))))


def fewest(choice: Choice) -> list[Moves]:
    """The smallest number of rows that can help; every such choice of rows (up to a few), the cheapest first."""
    search = _Few(choice)
    found = [given for given in (search.alone({at}) for at in range(len(choice.rows))) if given is not None]
    if not found:
        found = search.together()
    found.sort(key=lambda given: float((given.moves / choice.sizes).sum()))
    return [moves for moves in map(choice.moves, found[:_ALTERNATIVES]) if moves is not None]


class _Few:
    """Looks for small choices of rows that help, by what those that do not help leave contradicting.

    Whatever helps has to move a row of each such contradiction, so only choices that do are tried (implicit hitting
    sets: Moreno-Centeno and Karp 2013).
    """

    def __init__(self, choice: Choice) -> None:
        nobody = np.zeros(len(choice.rows))
        self._choice, self._cost = choice, choice.sizes.max(initial=0.0) / choice.sizes
        self._only, self._all = Elastic(choice.merged, choice.positions, (nobody, nobody)), choice.elastic()

    def alone(self, chosen: Collection[int]) -> Given | None:
        """The least moves if only the chosen rows move."""
        down, up = self._choice.room
        for at in chosen:
            self._only.allow(at, float(down[at]), float(up[at]))
        given = self._only.cheapest(self._cost)
        for at in chosen:
            self._only.allow(at, 0.0, 0.0)
        return given

    def together(self) -> list[Given]:
        """All smallest choices of two or more rows, up to a number."""
        left, tried, found = list[frozenset[int]](), set[frozenset[int]](), list[Given]()
        for most in range(1, len(self._choice.rows) + 1):
            while len(found) < _LOOKED_AT:
                chosen = next((one for one in _hitting(left, most) if one not in tried), None)
                if chosen is None:
                    break
                tried.add(chosen)
                given = self.alone(chosen)
                if given is not None:
                    found.append(given)
                elif more := self._contradicting(chosen):
                    left.append(more)
            if found:
                break
        return found

    def _contradicting(self, chosen: frozenset[int]) -> frozenset[int]:
        """Rows that contradict each other however far the chosen ones move: those with a price where these move for
        nothing. Empty where the others cannot help at all."""
        cost = self._cost.copy()
        cost[list(chosen)] = 0.0
        given = self._all.cheapest(cost)
        if given is None:
            return frozenset()
        priced = np.abs(given.prices[self._choice.positions]) > _PRICED
        return frozenset(np.flatnonzero(priced).tolist()) - chosen


def _hitting(sets: list[frozenset[int]], most: int) -> Iterator[frozenset[int]]:
    """Choices of at most ``most`` elements with one of every set, in ascending order of what they take from the first
    set, the second, …; the same choice may come twice."""

    def grown(chosen: frozenset[int]) -> Iterator[frozenset[int]]:
        missed = next((own for own in sets if not own & chosen), None)
        if missed is None:
            yield chosen
        elif len(chosen) < most:
            for one in sorted(missed):
                yield from grown(chosen | {one})

    return grown(frozenset())


def _room(table: Table, flexible: Flexible, rows: Ints) -> tuple[Floats, Floats]:
    """How far down the lower and how far up the upper limits may move; an exact row moves with both."""
    low, high = table.low[rows], table.high[rows]
    down = np.subtract(low, flexible.least_low[rows], out=np.zeros(len(rows)), where=np.isfinite(low))
    up = np.subtract(flexible.most_high[rows], high, out=np.zeros(len(rows)), where=np.isfinite(high))
    return np.maximum(down, 0.0), np.maximum(up, 0.0)


def _some(moves: Moves | None) -> list[Moves]:
    return [] if moves is None else [moves]
