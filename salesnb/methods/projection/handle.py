"""The one entry to the projection: prepare a problem once, solve it, move a limit, solve again from where it stood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from salesnb.methods.projection import scaling
from salesnb.methods.projection.certificate import contradicts, gap, impossible_rows, reach
from salesnb.methods.projection.crosstable import CrossTables, worth_building
from salesnb.methods.projection.dual import Dual, Point
from salesnb.methods.projection.gradient import Products
from salesnb.methods.projection.layout import Layout
from salesnb.methods.projection.newton import Descent, Steps, begin, descend
from salesnb.methods.projection.problem import Floats, Ints, Problem, ProblemError
from salesnb.methods.projection.rows import Rows
from salesnb.methods.projection.sweeps import sweep
from salesnb.methods.projection.threads import one_thread

TOLERANCE = 1e-10
_STEPS = 12  # Newton steps between two looks at whether the problem can be solved at all
_ROUNDS = 12
_SWEEPS = 25
_CRAWL = 0.01  # of the error before: a look that leaves more than this will not get much further


class Status(StrEnum):
    """How a solve ended."""

    SOLVED = "solved"  # every row met to the tolerance
    INFEASIBLE = "infeasible"  # proven: no cells meet all hard rows; `rows` of the solution say which take part
    UNSETTLED = "unsettled"  # neither; `error` says how far off (an infeasibility too slight to prove here, usually)


@dataclass(frozen=True, eq=False)
class Solution:
    """Cells and what proves them.

    ``cells``: (cells,) as given. ``values``, ``dual``: (rows,) what each row adds up to and its logarithmic factor
    (positive: its lower limit pulls up; negative: its upper limit pushes down; zero: not binding). ``error``: largest
    miss of a row relative to its size. ``gap``: primal less dual objective relative to the mass of the prior.
    ``proof``: rows whose limits contradict each other when infeasible (not the smallest set; see ``conflicts``).
    """

    status: Status
    cells: Floats
    values: Floats
    dual: Floats
    error: float
    gap: float
    steps: int
    proof: Ints


class Projection:
    """A prepared problem. ``solve`` starts from the last solution of this handle, if there is one.

    BLAS is held to one thread during a solve where ``threadpoolctl`` is installed (two are several times slower under
    load); elsewhere set ``OPENBLAS_NUM_THREADS=1``.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem  # as prepared: limits that were moved since are in ``as_problem``
        self._layout = Layout(problem)
        self._rows = Rows.of(problem, self._layout)
        self._dual = Dual(self._layout, self._rows, problem)
        self._reach = reach(self._dual)
        self._start: Floats | None = None
        self._fitting: scaling.Fitting | None = None
        self._fitting_ready = False
        self._steps: Steps | None = None

    def limit(
        self,
        name: str,
        group: int = -1,
        *,
        low: float,
        high: float,
        cap: float | None = None,
        stiffness: float | None = None,
    ) -> None:
        """Move the limits of one row, and its softness where given; the next ``solve`` starts warm."""
        if not low <= high or low == np.inf or high == -np.inf:
            raise ProblemError(f"row {name!r} {group}: low {low} above high {high}, or an infinite target")
        row = self._rows.place[self.problem.row(name, group)]
        for side, given in (("cap", cap), ("stiffness", stiffness)):
            if given is not None and given <= 0:
                raise ProblemError(f"row {name!r} {group}: {side} must be positive")
            if given is not None:
                getattr(self._rows, side)[row] = given
        self._rows.low[row], self._rows.high[row] = low, high
        self._rows.refresh()

    def as_problem(self) -> Problem:
        """The problem as it stands after all edits: what to round, or to ask for its conflicts."""
        rows, place = self._rows, self._rows.place
        sides = {what: getattr(rows, what)[place] for what in ("low", "high", "cap", "stiffness")}
        return self.problem.with_rows(**sides)

    def bound(self, lower: Floats, upper: Floats) -> None:
        """Replace the cells' bounds (as given, (cells,) each); the next ``solve`` starts warm."""
        self.problem = replace(self.problem, lower=lower, upper=upper)
        self._dual.bound(*(self._layout.arrange(side) for side in self.problem.ranges()))
        self._reach = reach(self._dual)
        self._fitting_ready = False

    def solve(self, tolerance: float = TOLERANCE, *, cold: bool = False, enough: float = 0.0) -> Solution:
        """The projection, to ``tolerance`` of every row's size; ``cold`` forgets the last solution.

        ``enough``: an error with which to stop, unsettled, where limits meet in one point and steps gain no digits.
        """
        with one_thread():
            impossible = impossible_rows(self._dual, *self._reach)
            if len(impossible):
                return self._solution(Status.INFEASIBLE, begin(self._dual, self._zeros()), impossible)
            if cold or self._start is None:
                start, point = self._fit(tolerance)
            else:
                start, point = self._start, None
            ended = begin(self._dual, start, point)
            if ended.error >= tolerance:
                ended = self._descend(ended, tolerance, enough)
            if ended.error >= tolerance:
                proof = self._contradiction(ended)
                status = Status.UNSETTLED if proof is None else Status.INFEASIBLE
                return self._solution(status, ended, proof)
            self._start = ended.point.dual
            return self._solution(Status.SOLVED, ended)

    def _descend(self, ended: Descent, tolerance: float, enough: float) -> Descent:
        """Newton, and where it stalls some sweeps and Newton again."""
        for _ in range(_ROUNDS):
            before = ended.error
            ended = descend(self._dual, self._newton(), ended, tolerance, _STEPS)
            if ended.error < tolerance or self._contradiction(ended) is not None:
                break
            if _CRAWL * before < ended.error <= enough:
                break
            if ended.stalled:
                swept = begin(self._dual, sweep(self._dual, ended.point.dual, _SWEEPS))
                ended = replace(swept, steps=ended.steps, heading=swept.point.dual - ended.point.dual)
        return ended

    def _contradiction(self, ended: Descent) -> Ints | None:
        """Rows that prove infeasibility: where the dual runs to, it runs without end."""
        for direction in (ended.point.dual, ended.heading):
            if contradicts(self._dual, direction):
                return np.flatnonzero(direction)
        return None

    def _zeros(self) -> Floats:
        return np.zeros(self._rows.count)

    def _fit(self, tolerance: float) -> tuple[Floats, Point | None]:
        if not self._fitting_ready:
            self._fitting, self._fitting_ready = scaling.fitting(self._dual), True
        if self._fitting is None or not scaling.suits(self._dual):
            return self._zeros(), None
        return self._fitting.fit(tolerance)

    def _newton(self) -> Steps:
        if self._steps is None:
            tables = worth_building(self._layout, len(self._rows.matrix))
            self._steps = (CrossTables if tables else Products)(self._layout, self._rows)
        return self._steps

    def _solution(self, status: Status, descent: Descent, inside: Ints | None = None) -> Solution:
        place, point = self._rows.place, descent.point
        flags = np.zeros(self._rows.count, bool)
        flags[inside if inside is not None else []] = True
        return Solution(
            status,
            self._layout.restore(point.cells),
            point.values[place],
            point.dual[place],
            descent.error,
            gap(self._dual, point),
            descent.steps,
            np.flatnonzero(flags[place]),
        )


def project(problem: Problem, tolerance: float = TOLERANCE, enough: float = 0.0) -> Solution:
    """Solve a problem once; ``enough`` as in ``Projection.solve``. Complexity: a few dozen passes over the cells."""
    return Projection(problem).solve(tolerance, enough=enough)
