"""Damped Newton descent on the dual (Levenberg–Marquardt: the damping grows when a step fails and fades when it holds).

The problem is convex, so a new point that still slopes downhill along the step is below the old one: most steps are
accepted on the gradient alone, and the cost, which needs logarithms, is computed only when that does not decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from salesnb.methods.projection.deadlock import unlocked
from salesnb.methods.projection.dual import Dual, Point
from salesnb.methods.projection.problem import Flags, Floats

_LONGEST = 30.0  # a longer step says that the tables are as good as singular
_ATTEMPTS = 20
_STRIDE = 3.0
_STEEP = 0.7  # of the slope at the start: a step that ends steeper is too short
_TOGETHER = 2.0  # times the shortest way: rows that arrive by then are pinned at once


class Steps(Protocol):
    """What gives Newton steps: cross tables or products.

    ``pinnings``: how often a step is made again without the rows that would overshoot, before it is taken as it is.
    """

    pinnings: int

    @property
    def diagonal(self) -> Floats:
        """(rows,) the answering cells of each row."""

    def load(self, answer: Floats) -> None:
        """Prepare for cells that answer by ``answer``."""

    def solve(self, slope: Floats, values: Floats, movable: Flags, damping: float) -> Floats | None:
        """The damped change of the dual, or None."""

    def product(self, dual: Floats) -> Floats:
        """The Hessian times a change of the dual."""


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


def begin(dual: Dual, vector: Floats, point: Point | None = None) -> Descent:
    """A descent that has not moved yet, from a dual vector brought within the limits, or from its ``point``."""
    point = point or dual.at(dual.rows.settle(vector))
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
        freed = unlocked(dual, point, slope, steps.diagonal) if dual.bounded else None
        if freed is not None:
            point = dual.at(freed)
            slope = rows.slope(point.dual, point.values)
            error = rows.error(slope)
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
    for _ in range(_ATTEMPTS):
        change = _change(dual, steps, point, slope, damping)
        if change is None or np.abs(change).max() > _LONGEST:
            damping = max(damping * (10 if change is None else 4), 1e-8 if change is None else 1e-3)
            continue
        found = _along(dual, point, slope, change)
        if found is not None:
            return *found, damping
        damping = max(damping * 6, 1e-3)
    return None


def _along(dual: Dual, point: Point, slope: Floats, change: Floats) -> tuple[Point, Floats] | None:
    """A point along a change that is lower: further on while it still goes down as steeply as at the start.

    Where a whole set of rows has no answering cell in common with the rest, the way down is straight up to the place
    where a cell leaves its bound; going on finds it with evaluations alone. None where the change itself is too long.
    """
    rows, length, longest = dual.rows, 1.0, _LONGEST / max(float(np.abs(change).max()), 1e-12)
    best: tuple[Point, Floats] | None = None
    while length <= longest:
        there = dual.at(rows.step(point.dual, length * change, slope))
        moved = there.dual - point.dual
        new_slope = rows.slope(there.dual, there.values)
        before, after = float(slope @ moved), float(new_slope @ moved)
        if after > 0:
            closer = rows.error(new_slope) < 0.5 * rows.error(slope)
            if best is None and _lower(dual, point, there, before, closer):
                return there, new_slope
            return best
        best = (there, new_slope)
        if after > _STEEP * before:
            return best
        length *= _STRIDE
    return best


def _lower(dual: Dual, point: Point, there: Point, expected: float, closer: bool) -> bool:
    """Whether the cost has fallen enough, or at least not risen while the rows came much closer."""
    cost, new_cost = dual.cost(point), dual.cost(there)
    return new_cost <= cost + 1e-4 * expected or (closer and new_cost <= cost + 1e-9 * abs(cost))


def _change(dual: Dual, steps: Steps, point: Point, slope: Floats, damping: float) -> Floats | None:
    """The damped Newton change that stops at signs and caps.

    A row whose dual would pass zero (or its cap) is pinned there and the others answer to that, the first to arrive
    first: cutting its part of the step off afterwards would leave a direction that leads nowhere.
    """
    rows = dual.rows
    movable, pinned = rows.movable(point.dual, slope), np.zeros(rows.count)
    change = steps.solve(slope, point.values, movable, damping)
    for _ in range(steps.pinnings):
        if change is None:
            return None
        over = rows.overshooting(point.dual, change, slope)
        over = over[movable[over]]
        if not len(over):
            break
        stop = rows.step(point.dual, change, slope) - point.dual
        arrival = stop[over] / change[over]
        first = over[arrival <= _TOGETHER * arrival.min() + 1e-9]
        pinned[first] = stop[first]
        movable[first] = False
        change = steps.solve(slope + steps.product(pinned), point.values, movable, damping)
        if change is not None:
            change += pinned
    return change
