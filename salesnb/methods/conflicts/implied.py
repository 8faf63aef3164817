"""What limits imply for each other: ranges that rows really have, limits that are never reached, rows that say nothing.

A limit that the others never let a row reach is no conflict, but whoever set it should know.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.conflicts.merged import SLACK, Merged, Table, merge
from salesnb.methods.conflicts.program import Outcome, Program
from salesnb.methods.projection.problem import INF, Floats, Ints, Problem, ProblemError, RowName

_LARGEST = 400_000  # entries of a programme over all rows; beyond, coarse rows only
_COARSE = 64  # groups of a family that counts as coarse
_STEPS = 40  # of a share's range; each at least doubles the digits
_DIGITS = 1e-9

Terms = list[tuple[str, int, float]]


@dataclass(frozen=True)
class ImpliedRange:
    """What all other limits leave to a row: ``least`` to ``most``, against its own ``low`` and ``high``.

    ``tight``: both ends are really reached; False where only coarse rows were considered (the truth lies inside).
    """

    row: int
    name: RowName
    low: float
    high: float
    least: float
    most: float
    tight: bool
    size: float

    @property
    def low_never_binds(self) -> bool:
        """The others keep the row above its lower limit anyway."""
        return np.isfinite(self.low) and self.least >= self.low - SLACK * self.size

    @property
    def high_never_binds(self) -> bool:
        """The others keep the row below its upper limit anyway."""
        return np.isfinite(self.high) and self.most <= self.high + SLACK * self.size

    @property
    def redundant(self) -> bool:
        """None of the row's limits says anything that the others do not."""
        return all(
            never or np.isinf(limit)
            for never, limit in ((self.low_never_binds, self.low), (self.high_never_binds, self.high))
        )


def implied_ranges(problem: Problem, rows: Ints | None = None) -> list[ImpliedRange]:
    """The range of each of ``rows`` (default: all limited ones) with its own limits left out.

    Two programmes per row. On large problems give the few rows of interest.

    :raises ProblemError: the limits contradict each other (see ``find_conflict``).
    """
    view = _View(problem, rows)
    return [view.range_of(int(row)) for row in view.asked]


def redundant_rows(problem: Problem, order: Ints | None = None) -> list[int]:
    """Rows that can all be dropped at once without allowing anything new; asked in ``order``, the first drop first."""
    view = _View(problem, order)
    dropped = []
    for row in view.asked:
        if view.range_of(int(row)).redundant:
            view.drop(int(row))
            dropped.append(int(row))
    return dropped


def share_range(problem: Problem, part: Terms, whole: Terms, without: int | None = None) -> tuple[float, float]:
    """The least and the most that ``part`` can be of ``whole`` (both sums of coefficient · group sum, whole positive).

    ``without``: a row to leave out, as a rule the one that limits this share. Dinkelbach's method: the share is raised
    until nothing is left above it.

    :raises ProblemError: the limits contradict each other, or the whole can be zero.
    """
    return Shares(problem).range_of(part, whole, without)


class Shares:
    """:func:`share_range` of several shares of one problem, on one programme."""

    def __init__(self, problem: Problem) -> None:
        self._view = _View(problem, None)

    def range_of(self, part: Terms, whole: Terms, without: int | None = None) -> tuple[float, float]:
        """See :func:`share_range`."""
        view = self._view
        if without is not None:
            view.drop(without)
        try:
            return view.best_share(part, whole, -1.0), view.best_share(part, whole, 1.0)
        finally:
            if without is not None:
                view.restore(without)


class _View:
    """One programme over the rows, with any of them let go for a while."""

    def __init__(self, problem: Problem, asked: Ints | None) -> None:
        self._table = Table.of(problem)
        limited = self._table.limited
        self.asked = limited if asked is None else np.asarray(asked, np.int64)
        self._tight = problem.cells * max(len(problem.families), 1) <= _LARGEST
        rows = limited if self._tight else np.union1d(_coarse(problem, limited), self.asked)
        self._merged: Merged = merge(self._table, np.union1d(rows, self.asked), slack=SLACK)
        self._low, self._high = self._merged.limits()
        self._program: Program = self._merged.program()
        if self._program.run().outcome is Outcome.INFEASIBLE:
            raise ProblemError("the limits contradict each other; find_conflict says which")

    def drop(self, row: int) -> None:
        """Let a row go."""
        self._program.limit_row(self._place(row), -INF, INF)

    def restore(self, row: int) -> None:
        """Hold a row again."""
        place = self._place(row)
        self._program.limit_row(place, self._low[place], self._high[place])

    def range_of(self, row: int) -> ImpliedRange:
        """The range of a row without its own limits."""
        place, table = self._place(row), self._table
        self.drop(row)
        coefficients = self._row(place)
        least, most = -self._best(-coefficients), self._best(coefficients)
        self.restore(row)
        low, high = float(table.low[row]), float(table.high[row])
        name = table.problem.row_name(row)
        return ImpliedRange(row, name, low, high, least, most, self._tight, float(table.size[row]))

    def best_share(self, part: Terms, whole: Terms, sign: float) -> float:
        """The greatest (``sign`` 1) or least (-1) part ÷ whole."""
        over, under = self._combined(part), self._combined(whole)
        share = 0.0
        for _ in range(_STEPS):
            values = self._values(sign * (over - share * under))
            if values is None:
                return sign * INF
            there = float(under @ values)
            if there <= 0:
                raise ProblemError("the whole of a share can be zero")
            better = float(over @ values) / there
            if abs(better - share) <= _DIGITS * max(abs(share), _DIGITS):
                return better
            share = better
        return share

    def _place(self, row: int) -> int:
        return int(np.searchsorted(self._merged.rows, row))

    def _row(self, place: int) -> Floats:
        matrix = self._merged.matrix
        own = slice(int(matrix.starts[place]), int(matrix.starts[place + 1]))
        coefficients = np.zeros(self._merged.columns)
        coefficients[matrix.columns[own]] = matrix.values[own]
        return coefficients

    def _combined(self, terms: Terms) -> Floats:
        """Coefficients in the columns; the groups must be told apart by the rows, so rows of ratios or limits."""
        problem, columns = self._table.problem, self._merged.columns
        total = np.zeros(columns)
        for name, group, coefficient in terms:
            family = next(family for family in problem.families if family.name == name)
            inside = np.bincount(self._merged.column, family.group == group, columns)
            count = np.bincount(self._merged.column, minlength=columns)
            if ((inside > 0) & (inside < count)).any():
                raise ProblemError(f"group {group} of {name!r} is not limited by any row, so its share has no range")
            total[inside > 0] += coefficient
        return total

    def _best(self, coefficients: Floats) -> float:
        values = self._values(coefficients)
        return INF if values is None else float(coefficients @ values) * self._merged.unit

    def _values(self, coefficients: Floats) -> Floats | None:
        """Columns that make the sum largest; None where it has no end."""
        self._program.price_columns(-coefficients)
        result = self._program.run()
        return result.values if result.outcome is Outcome.OPTIMAL else None


def _coarse(problem: Problem, limited: Ints) -> Ints:
    keep = np.zeros(problem.row_count, bool)
    keep[problem.group_rows :] = True
    for family in problem.families:
        if family.size and family.size <= _COARSE:
            start = problem.row(family.name, 0)
            keep[start : start + family.size] = True
    return limited[keep[limited]]
