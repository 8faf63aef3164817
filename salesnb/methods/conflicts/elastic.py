"""Rows that may give way: how far each limit has to move, at the least cost, for all rows to hold together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.conflicts.merged import Merged
from salesnb.methods.conflicts.program import Matrix, Outcome, Program, Result
from salesnb.methods.projection.problem import INF, Floats, Ints


@dataclass(frozen=True, eq=False)
class Given:
    """How far limits moved, in the unit of the cells: ``down`` lower limits, ``up`` upper limits, per flexible row.

    ``prices``: (rows of the merged problem,) what each row's limit costs. ``cost``: of all moves.
    """

    down: Floats
    up: Floats
    prices: Floats
    cost: float

    @property
    def moves(self) -> Floats:
        """How far each row moved, either way."""
        return self.down + self.up


class Elastic:
    """A merged problem whose ``flexible`` rows (positions in ``merged.rows``) may give way within ``room``.

    ``room``: (down, up) how far, in the unit of the cells. With ``sizes`` there is one more quantity, the *share*: no
    row moves by more than its size times the share.
    """

    def __init__(
        self, merged: Merged, flexible: Ints, room: tuple[Floats, Floats], sizes: Floats | None = None
    ) -> None:
        self._merged, self._flexible, self._shared = merged, flexible, sizes is not None
        columns, count = merged.columns, len(flexible)
        row, column, value = merged.matrix.triples()
        at = columns + np.arange(count)
        rows = [row, flexible, flexible]
        cols = [column, at, at + count]
        values = [value, np.ones(count), -np.ones(count)]
        low, high = merged.limits()
        lower = np.concatenate([merged.low, np.zeros(2 * count)])
        upper = np.concatenate([merged.high, room[0] / merged.unit, room[1] / merged.unit])
        if sizes is not None:
            within = len(low) + np.arange(count)
            rows += [within, within, within]
            cols += [at, at + count, np.full(count, columns + 2 * count)]
            values += [-np.ones(count), -np.ones(count), sizes / merged.unit]
            low, high = np.append(low, np.zeros(count)), np.append(high, np.full(count, INF))
            lower, upper = np.append(lower, 0.0), np.append(upper, INF)
        matrix = Matrix.of(np.concatenate(rows), np.concatenate(cols), np.concatenate(values), len(low))
        self._width = len(lower)
        self.program = Program(np.zeros(self._width), (lower, upper), matrix, (low, high))

    def least_share(self) -> float | None:
        """The least share by which all may have to move; None where not even that helps."""
        cost = np.zeros(self._width)
        cost[-1] = 1.0
        self.program.price_columns(cost)
        result = self.program.run()
        return float(result.values[-1]) if result.outcome is Outcome.OPTIMAL else None

    def hold_share(self, share: float) -> None:
        """From now on no row may move by more than this share of its size."""
        self.program.bound_column(self._width - 1, 0.0, share)

    def cheapest(self, price: Floats) -> Given | None:
        """The moves of least total price (per unit, one per flexible row); None where no moves suffice."""
        cost = np.zeros(self._width)
        columns, count = self._merged.columns, len(self._flexible)
        cost[columns : columns + count] = cost[columns + count : columns + 2 * count] = price
        self.program.price_columns(cost)
        result = self.program.run()
        return self._given(result) if result.outcome is Outcome.OPTIMAL else None

    def allow(self, position: int, down: float, up: float) -> None:
        """Change how far one flexible row may move."""
        column, unit = self._merged.columns + position, self._merged.unit
        self.program.bound_column(column, 0.0, down / unit)
        self.program.bound_column(column + len(self._flexible), 0.0, up / unit)

    def _given(self, result: Result) -> Given:
        columns, count, unit = self._merged.columns, len(self._flexible), self._merged.unit
        down, up = result.values[columns : columns + count], result.values[columns + count : columns + 2 * count]
        return Given(down * unit, up * unit, result.prices[: len(self._merged.rows)], result.objective * unit)


def yielding(merged: Merged) -> Elastic:
    """A programme in which every row may move any way."""
    anywhere = np.full(len(merged.rows), INF)
    return Elastic(merged, np.arange(len(merged.rows)), (anywhere, anywhere))


def least_change(merged: Merged, elastic: Elastic | None = None) -> Given:
    """The least sum of moves where every row may move any way (``elastic``: such a programme, if there is one); always
    possible."""
    given = (elastic or yielding(merged)).cheapest(np.ones(len(merged.rows)))
    assert given is not None, "any values within the cells' bounds will do"
    return given
