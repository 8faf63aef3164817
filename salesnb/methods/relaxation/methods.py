"""Three ways to divide what has to give, on the rows of a conflict: by share, by number of rows, by rank."""

from __future__ import annotations

import numpy as np

from salesnb.methods.conflicts.elastic import Elastic, Given
from salesnb.methods.conflicts.merged import Merged, Table
from salesnb.methods.conflicts.program import Matrix, Outcome, Program
from salesnb.methods.projection.problem import INF, Floats, Ints
from salesnb.methods.relaxation.flexible import Flexible, Moves

_MOVED = 1e-9  # of a row's size: less is rounding
_HELD = 1e-11  # a share that is held stays reachable in spite of rounding
_RANK_STEP = 1e4  # a rank is dearer than all the cheaper ones together
_ALTERNATIVES = 8
_WIDE = 100.0  # times the largest size: what a switched row may move at most


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
    found = [given for given in (_alone(choice, [at]) for at in range(len(choice.rows))) if given is not None]
    if not found:
        found = _together(choice)
    found.sort(key=lambda given: float((given.moves / choice.sizes).sum()))
    return [moves for moves in map(choice.moves, found[:_ALTERNATIVES]) if moves is not None]


def _alone(choice: Choice, chosen: list[int]) -> Given | None:
    """The least moves if only the chosen rows move."""
    nobody = np.zeros(len(choice.rows))
    elastic = Elastic(choice.merged, choice.positions, (nobody, nobody))
    for at in chosen:
        elastic.allow(at, float(choice.room[0][at]), float(choice.room[1][at]))
    return elastic.cheapest(1.0 / choice.sizes)


def _together(choice: Choice) -> list[Given]:
    """Smallest choices of two or more rows: a programme with a switch per row, asked again without the ones found."""
    found: list[Given] = []
    barred: list[Ints] = []
    while len(found) < _ALTERNATIVES:
        chosen = _switched(choice, barred)
        if chosen is None or (barred and len(chosen) > len(barred[0])):
            break
        barred.append(chosen)
        given = _alone(choice, chosen.tolist())
        if given is not None:
            found.append(given)
    return found


def _switched(choice: Choice, barred: list[Ints]) -> Ints | None:
    merged, count, columns = choice.merged, len(choice.rows), choice.merged.columns
    at, low, high = columns + np.arange(count), *merged.limits()
    most = _WIDE * float(choice.sizes.max(initial=1.0)) / merged.unit
    entries = [merged.matrix.triples(), (choice.positions, at, np.ones(count))]
    entries.append((choice.positions, at + count, -np.ones(count)))
    gate = len(low) + np.arange(count)
    for column, value in ((at, 1.0), (at + count, 1.0), (at + 2 * count, -most)):
        entries.append((gate, column, np.full(count, value)))
    for number, chosen in enumerate(barred):
        row = np.full(len(chosen), len(low) + count + number)
        entries.append((row, columns + 2 * count + chosen, np.ones(len(chosen))))
    rows, cols, values = (np.concatenate(side) for side in zip(*entries, strict=True))
    matrix = Matrix.of(rows, cols, values, len(low) + count + len(barred))
    limits = (
        np.concatenate([low, np.full(count + len(barred), -INF)]),
        np.concatenate([high, np.zeros(count), [len(chosen) - 1.0 for chosen in barred]]),
    )
    cost = np.concatenate([np.zeros(columns), np.tile(1e-6 / (choice.sizes / merged.unit), 2), np.ones(count)])
    room = [np.minimum(side / merged.unit, most) for side in choice.room]
    bounds = (np.append(merged.low, np.zeros(3 * count)), np.concatenate([merged.high, *room, np.ones(count)]))
    whole = np.arange(len(cost)) >= columns + 2 * count
    result = Program(cost, bounds, matrix, limits, whole=whole, slack=1e-4).run()
    return np.flatnonzero(result.values[-count:] > 0.5) if result.outcome is Outcome.OPTIMAL else None


def _room(table: Table, flexible: Flexible, rows: Ints) -> tuple[Floats, Floats]:
    """How far down the lower and how far up the upper limits may move; an exact row moves with both."""
    low, high = table.low[rows], table.high[rows]
    down = np.subtract(low, flexible.least_low[rows], out=np.zeros(len(rows)), where=np.isfinite(low))
    up = np.subtract(flexible.most_high[rows], high, out=np.zeros(len(rows)), where=np.isfinite(high))
    return np.maximum(down, 0.0), np.maximum(up, 0.0)


def _some(moves: Moves | None) -> list[Moves]:
    return [] if moves is None else [moves]
