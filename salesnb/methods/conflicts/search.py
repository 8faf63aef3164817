"""Finding a smallest set of contradicting limits: candidates first, then a deletion filter on linear programmes.

Candidates are the rows that carry a proof of infeasibility: in small problems the rows with a price in the programme of
least violation; in large ones the rows whose dual runs into its cap in a projection where every row may give way.
Coarse rows that lie within the candidates' cells join them. The filter deletes rows that reach beyond the contradiction
first, then fine rows before coarse ones: four quarters of a branch explain more than its seventy people do. (Chinneck
2008, *Feasibility and Infeasibility in Optimization*: elastic and deletion filters.)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from salesnb.methods.conflicts.coarse import core, with_coarse
from salesnb.methods.conflicts.conflict import Conflict, member
from salesnb.methods.conflicts.elastic import least_change, yielding
from salesnb.methods.conflicts.filter import Filter
from salesnb.methods.conflicts.merged import Merged, Table, merge
from salesnb.methods.conflicts.program import Outcome, Program
from salesnb.methods.conflicts.softness import CAP, giving_way, hardened
from salesnb.methods.projection import Problem, Status, project
from salesnb.methods.projection.problem import INF, Flags, Floats, Ints

_THRESHOLDS = (0.5, 0.1, 0.02)  # of the cap: what counts as running into it
_DIRECT = 25_000  # entries of all rows: below, one programme over everything is faster than the projection
_LARGEST = 1_500_000  # entries: above, no programme over everything
_PRICED = 1e-9


class ConflictUndecided(RuntimeError):
    """Neither a conflict nor a solution was found: the contradiction is too slight, or too spread, for the methods."""


@dataclass(frozen=True, eq=False)
class Contradiction:
    """A smallest set of ``rows`` and ``labels`` of cell bounds, without its arithmetic."""

    table: Table
    held: Ints | None
    rows: Ints
    labels: list[int]

    def described(self) -> Conflict:
        """With prices, sides and excess, and verified afresh."""
        return _described(self.table, self.rows, self.labels, self.held)


def find_contradiction(problem: Problem, held: Ints | None = None) -> Contradiction | None:
    """:func:`find_conflict` before it is described and verified: half the work, for those who only need the rows."""
    table = Table.of(problem)
    found = _candidates(table)
    return None if found is None else _smallest(table, *found, held)


class Watch:
    """Contradictions of one problem, looked for again and again as limits move: :func:`find_contradiction` of a small
    problem, on two programmes that go on from where they were."""

    def __init__(self, problem: Problem) -> None:
        self._table = Table.of(problem)
        self._merged = merge(self._table, self._table.limited)
        self._program, self._elastic = self._merged.program(), yielding(self._merged)

    @staticmethod
    def suits(problem: Problem) -> bool:
        """Whether a programme over everything is the fastest way to find contradictions."""
        return problem.cells * len(problem.families) <= _DIRECT

    def contradiction(self, problem: Problem) -> Contradiction | None:
        """``problem``: the one watched with other limits, none of them open that was not before, or the reverse."""
        merged = replace(self._merged, table=self._table.moved(problem))
        for program in (self._program, self._elastic.program):
            program.limit_rows(*merged.limits())
        if self._program.run().outcome is not Outcome.INFEASIBLE:
            return None
        prices = least_change(merged, self._elastic).prices
        priced = np.flatnonzero(np.abs(prices) > _PRICED)
        return _smallest(merged.table, merged.rows[priced], prices[priced])


def _smallest(table: Table, candidates: Ints, prices: Floats, held: Ints | None = None) -> Contradiction:
    """What the filter leaves of the candidates."""
    merged = merge(table, with_coarse(table, candidates), held)
    rows, labels = Filter(merged, core(table, candidates, prices)).smallest()
    return Contradiction(table, held, np.array(rows, np.int64), labels)


def find_conflict(problem: Problem, held: Ints | None = None) -> Conflict | None:
    """A smallest set of rows that cannot hold together within the cells' bounds; None where all can.

    Softness (cap, stiffness) is left aside: limits count as they stand. ``held``: (cells,) labels of the rules that set
    the cells' bounds (-1: none); such labels can be members of the set, too.

    :raises ConflictUndecided: see there.
    """
    found = find_contradiction(problem, held)
    return None if found is None else found.described()


def feasible(problem: Problem) -> bool:
    """Whether all limits, soft ones as they stand, can hold together within the cells' bounds.

    :raises ConflictUndecided: see there.
    """
    return _candidates(Table.of(problem)) is None


class Trials:
    """Whether all limits of a problem hold together when some of them are moved: asked again and again.

    A small problem is one programme that goes on from where it was; a large one is looked at anew each time.
    """

    def __init__(self, problem: Problem) -> None:
        self._problem, self._table = problem, Table.of(problem)
        self._merged = merge(self._table, self._table.limited) if Watch.suits(problem) else None
        self._program = None if self._merged is None else self._merged.program()

    def conflict(self, moved: Mapping[int, tuple[float, float]]) -> Conflict | None:
        """A smallest set of rows that cannot hold together with the limits of ``moved`` rows; None where all can.

        :raises ConflictUndecided: see there.
        """
        if self._merged is not None and self._program is not None and self._holds(self._merged, self._program, moved):
            return None
        low, high = self._table.low.copy(), self._table.high.copy()
        for row, limits in moved.items():
            low[row], high[row] = limits
        return find_conflict(self._problem.with_rows(low=low, high=high))

    def _holds(self, merged: Merged, program: Program, moved: Mapping[int, tuple[float, float]]) -> bool:
        """Whether the programme finds cells; limits without which a row was left out of it say that it may not."""
        places = np.searchsorted(merged.rows, list(moved))
        if (places >= len(merged.rows)).any() or (merged.rows[places] != list(moved)).any():
            return False
        before = merged.limits()
        slack = merged.slack * self._table.size[merged.rows]
        for place, (low, high) in zip(places.tolist(), moved.values(), strict=True):
            program.limit_row(place, (low - slack[place]) / merged.unit, (high + slack[place]) / merged.unit)
        found = program.run().outcome is Outcome.OPTIMAL
        for place in places.tolist():
            program.limit_row(place, before[0][place], before[1][place])
        return found


def _candidates(table: Table) -> tuple[Ints, Floats] | None:
    """Rows that cannot hold together (more than necessary, as a rule) and their prices; None: all can."""
    rows, problem = table.limited, table.problem
    entries = problem.cells * len(problem.families)
    if Watch.suits(problem):
        return _by_programme(table, rows)
    capped = project(giving_way(problem), 1e-9)
    misses = np.maximum(table.low - capped.values, capped.values - table.high)
    if capped.status is Status.SOLVED and (misses <= 1e-9 * table.size).all():
        return None
    for threshold in _THRESHOLDS:
        running = rows[np.abs(capped.dual[rows]) > threshold * CAP]
        if len(running) and merge(table, running).program().run().outcome is Outcome.INFEASIBLE:
            return running, capped.dual[running]
    if project(hardened(problem), 1e-9).status is Status.SOLVED:
        return None
    if entries <= _LARGEST:
        return _by_programme(table, rows)
    raise ConflictUndecided(f"{problem.cells} cells, {len(rows)} rows")


def _by_programme(table: Table, rows: Ints) -> tuple[Ints, Floats] | None:
    """The rows with a price in the programme of least violation over everything."""
    merged = merge(table, rows)
    if merged.program().run().outcome is not Outcome.INFEASIBLE:
        return None
    prices = least_change(merged).prices
    priced = np.flatnonzero(np.abs(prices) > _PRICED)
    return rows[priced], prices[priced]


def _described(table: Table, rows: Ints, labels: list[int], held: Ints | None) -> Conflict:
    """The set with its arithmetic, verified by programmes of its own."""
    if held is not None:
        table, held = _released(table, ~np.isin(held, labels) & (held >= 0)), np.where(np.isin(held, labels), held, -1)
    given = least_change(merge(table, rows, held, slack=0.0))
    heaviest = np.abs(given.prices).max(initial=0.0) or 1.0
    members = [
        member(table.problem, int(row), float(price) / heaviest, (float(table.low[row]), float(table.high[row])))
        for row, price in zip(rows, given.prices, strict=True)
    ]
    return Conflict(tuple(members), tuple(labels), given.cost, Filter(merge(table, rows, held)).verified())


def _released(table: Table, cells: Flags) -> Table:
    """The table with the bounds of some cells let go."""
    problem = table.problem
    lower, upper = problem.ranges()
    natural_low, natural_high = np.where(problem.prior < 0, -INF, 0.0), np.where(problem.prior > 0, INF, 0.0)
    free = replace(problem, lower=np.where(cells, natural_low, lower), upper=np.where(cells, natural_high, upper))
    return replace(table, problem=free)
