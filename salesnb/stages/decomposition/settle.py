"""Solving with rules that contradict each other: the weakest of each contradiction give way, musts never do.

Wishes give way before shoulds; those of one contradiction by the same share of what they ask, divided by their weight.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from salesnb.methods.conflicts import Conflict, ConflictUndecided, Contradiction, Watch, find_contradiction
from salesnb.methods.conflicts.merged import Table, merge
from salesnb.methods.projection import Problem, Solution, Status, project
from salesnb.methods.relaxation import Flexible
from salesnb.methods.relaxation.methods import Choice, proportional
from salesnb.stages.decomposition.condensed import Condensed, Limit
from salesnb.stages.decomposition.lines import RANKS, Line

TOLERANCE = 1e-10
GOOD_ENOUGH = 1e-7  # of a row's size: far below any grain; reached where limits meet in one point
SLACK = 1e-11  # of a row's size, so that limits that just meet do not count as a contradiction
FURTHER = (1e-6, 1e-4, 1e-3, 1e-2)
SLACKS = (1e-8, 1e-7, 1e-6)
NOTHING = 1e-6  # of its start: less is nothing
LEAST = (1.0, 0.1, 0.01)  # of its start: what there is to be of something that shares speak of, tried in turn
MOST = 200  # contradictions, one after the other


class Unsolvable(RuntimeError):
    """Must rules contradict each other (``conflict``, among ``rows``), or the numbers are too close to call (None)."""

    def __init__(self, conflict: Conflict | None, rows: Problem | None = None) -> None:
        self.conflict, self.rows = conflict, rows
        super().__init__("must rules contradict each other" if conflict else "undecided")


@dataclass(frozen=True, eq=False)
class Settled:
    """``limits``: where lines that gave way now stand, by name. ``met``: contradictions on the way."""

    problem: Problem
    solution: Solution
    limits: dict[str, Limit]
    met: tuple[Contradiction, ...]

    @cached_property
    def conflicts(self) -> tuple[Conflict, ...]:
        """What was met, described: asked for by whoever explains it, which an edit does not wait for."""
        return tuple(found.described() for found in self.met)


def settle(condensed: Condensed, given: Mapping[str, Limit] | None = None) -> Settled:
    """The plan's classes under all lines, contradicting ones moved. ``given``: limits already agreed on.

    :raises Unsolvable: see there.
    """
    limits, met = dict(given or {}), list[Contradiction]()
    lines = {line.name: line for line in condensed.lines}
    first = condensed.problem(limits)
    watch = Watch(first) if Watch.suits(first) else None  # a linear programme finds contradictions before solving does
    for _ in range(MOST):
        problem = condensed.problem(limits)
        conflict = watch.contradiction(problem) if watch else None
        if conflict is None:
            solution = project(problem, TOLERANCE, GOOD_ENOUGH)
            if solution.status is not Status.SOLVED and watch is None:
                conflict = _conflict(problem)
            if conflict is None:
                if solution.status is not Status.SOLVED and solution.error > GOOD_ENOUGH:
                    problem, solution, limits = _off_the_edge(condensed, limits)
                conflict = _emptied(condensed, limits, solution)
                if conflict is None:
                    return Settled(problem, solution, limits, tuple(met))
        held = conflict.table.problem
        moved = _moved(conflict, weakest(held, conflict, lines))
        if not moved:
            raise Unsolvable(conflict.described(), held)
        met.append(conflict)
        limits |= moved
    raise Unsolvable(None)


def _emptied(condensed: Condensed, limits: Mapping[str, Limit], solution: Solution) -> Contradiction | None:
    """Shares of one thing that contradict each other can all hold if there is nothing of it at all: then they do
    contradict each other, given that there is to be something. None where nothing was emptied that way."""
    bare = []
    for part, inside in condensed.wholes.items():
        start = float(condensed.problem().prior[inside == 0].sum())
        if float(solution.cells[inside == 0].sum()) < NOTHING * start and not condensed.closed(part, limits):
            bare.append((part, start))
    for share in LEAST if bare else ():
        conflict = _conflict(condensed.problem(limits, {part: share * start for part, start in bare}))
        names = (
            [] if conflict is None else [conflict.table.problem.row_name(row).name for row in conflict.rows.tolist()]
        )
        if any(line.name in names for line in condensed.lines if line.whole):
            return conflict
    return None


def _off_the_edge(condensed: Condensed, limits: Mapping[str, Limit]) -> tuple[Problem, Solution, dict[str, Limit]]:
    """Rules that meet in one point may leave some cells nothing at all: no plan can be solved for that. Lines that gave
    way give way a little more; where none did, all rules are held to a fraction far below any grain.

    :raises Unsolvable: that does not help.
    """
    lines = {line.name: line for line in condensed.lines}
    tries = [{name: _further(lines[name], held, more) for name, held in limits.items()} for more in FURTHER if limits]
    tries += [_opened(condensed, limits, slack) for slack in SLACKS]
    for opened in tries:
        problem = condensed.problem(opened)
        solution = project(problem, TOLERANCE, GOOD_ENOUGH)
        if solution.status is Status.SOLVED or solution.error <= GOOD_ENOUGH:
            return problem, solution, {name: opened[name] for name in limits}
    raise Unsolvable(None)


def _opened(condensed: Condensed, limits: Mapping[str, Limit], slack: float) -> dict[str, Limit]:
    """All limits opened by a fraction of their size."""
    problem = condensed.problem(limits)
    low, high, size = problem.per_row("low"), problem.per_row("high"), Table.of(problem).size
    rows = {line.name: row_of(problem, line) for line in condensed.lines}
    return {
        name: Limit(float(low[row] - slack * size[row]), float(high[row] + slack * size[row]))
        for name, row in rows.items()
    }


def _further(line: Line, held: Limit, more: float) -> Limit:
    """A moved limit, moved on by a share of what it has moved."""
    low, high = held.low, held.high
    down = (line.low - low) * more if np.isfinite(line.low) else 0.0
    up = (high - line.high) * more if np.isfinite(line.high) else 0.0
    return Limit(low - down, high + up)


def _conflict(problem: Problem) -> Contradiction | None:
    try:
        return find_contradiction(problem)
    except ConflictUndecided:
        return None


def weakest(problem: Problem, conflict: Contradiction, lines: Mapping[str, Line]) -> list[Line]:
    """The least important lines of a contradiction; none where all of them must hold."""
    names = [problem.row_name(row).name for row in conflict.rows.tolist()]
    members = [lines[name] for name in names if name in lines]
    rank = min(RANKS[line.rule.strength] for line in members)
    return [] if rank == RANKS["must"] else [line for line in members if RANKS[line.rule.strength] == rank]


def _moved(conflict: Contradiction, giving: list[Line]) -> dict[str, Limit]:
    """New limits of the lines that give way: each moves by the same share of its size over its weight."""
    if not giving:
        return {}
    table, problem = conflict.table, conflict.table.problem
    rows = {row_of(problem, line): line for line in giving}
    may = np.zeros(problem.row_count, bool)
    may[list(rows)] = True
    choice = Choice(merge(table, conflict.rows, slack=SLACK), Flexible.of(problem, may))
    choice.sizes = choice.sizes / np.array([rows[int(row)].rule.weight for row in choice.rows])
    (moves,) = proportional(choice) or (None,)
    if moves is None:
        return {}
    sides = zip(moves.rows.tolist(), moves.low.tolist(), moves.high.tolist(), strict=True)
    return {rows[row].name: Limit(low, high) for row, low, high in sides}


def row_of(problem: Problem, line: Line) -> int:
    """The row of a line in a problem over classes."""
    return problem.row(line.name, 0) if line.plain else problem.row(line.name)
