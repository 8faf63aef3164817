"""Damped Newton descent on the dual (Levenberg–Marquardt: the damping grows when a step fails and fades when it holds).

The problem is convex, so a new point that still slopes downhill along the step is below the old one: most steps are
accepted on the gradient alone, and the cost, which needs logarithms, is computed only when that does not decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from salesnb.methods.projection.dual import Dual, Point
from salesnb.methods.projection.problem import Flags, Floats

_LONGEST = 30.0  # a longer step says that the tables are as good as singular
_ATTEMPTS = 20


class Steps(Protocol):
    """What gives Newton steps: cross tables or products."""

    def load(self, answer: Floats) -> None:
        """Prepare for cells that answer by ``answer``."""

    def solve(self, slope: Floats, values: Floats, movable: Flags, damping: float) -> Floats | None:
        """The damped change of the dual, or None."""


@dataclass(eq=False)
class Descent:
    """Where a descent ended. ``heading`` is the last step of the dual: where it was going if it ran away."""

    point: Point
    slope: Floats
    error: float
    steps: int
    heading: Floats
    damping: float = 0.0
    stalled: bool = False


def begin(dual: Dual, vector: Floats) -> Descent:
    """A descent that has not moved yet, from a dual vector brought within the limits."""
    point = dual.at(dual.rows.settle(vector))
    slope = dual.rows.slope(point.dual, point.values)
    return Descent(point, slope, dual.rows.error(slope), 0, np.zeros(dual.rows.count))


def descend(dual: Dual, steps: Steps, start: Descent, tolerance: float, most_steps: int) -> Descent:
    """Go on from ``start`` until every row is met to ``tolerance`` of its size, nothing helps or the steps are used."""
    rows, point, slope, error = dual.rows, start.point, start.slope, start.error
    damping, heading = start.damping, start.heading
    for done in range(start.steps, start.steps + most_steps):
        if error < tolerance:
            return Descent(point, slope, error, done, heading, damping)
        steps.load(dual.curvature(point))
        found = _step(dual, steps, point, slope, damping)
        if found is None:
            return Descent(point, slope, error, done, heading, damping, stalled=True)
        heading = found[0].dual - point.dual
        point, slope, damping = found
        error = rows.error(slope)
        damping = 0.0 if damping < 1e-5 else damping * 0.15
    return Descent(point, slope, error, start.steps + most_steps, heading, damping)


def _step(dual: Dual, steps: Steps, point: Point, slope: Floats, damping: float) -> tuple[Point, Floats, float] | None:
    rows = dual.rows
    movable, error = rows.movable(point.dual, slope), rows.error(slope)
    cost: float | None = None
    for _ in range(_ATTEMPTS):
        change = steps.solve(slope, point.values, movable, damping)
        if change is None or np.abs(change).max() > _LONGEST:
            damping = max(damping * (10 if change is None else 4), 1e-8 if change is None else 1e-3)
            continue
        there = dual.at(rows.step(point.dual, change, slope))
        moved = there.dual - point.dual
        new_slope = rows.slope(there.dual, there.values)
        if float(new_slope @ moved) <= 0:
            return there, new_slope, damping
        cost = dual.cost(point) if cost is None else cost
        new_cost = dual.cost(there)
        closer = rows.error(new_slope) < 0.5 * error and new_cost <= cost + 1e-9 * abs(cost)
        if closer or new_cost <= cost + 1e-4 * float(slope @ moved):
            return there, new_slope, damping
        damping = max(damping * 6, 1e-3)
    return None
