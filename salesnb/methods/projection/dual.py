"""The dual function of the projection: cells as clipped products of factors, and what they cost.

For a dual vector the cells are ``clip(prior · Π row factors, lower, upper)``; a negative cell takes the reciprocal of
its factors, so that a row that pulls up shrinks a return. The dual function is convex and smooth in the dual; its
gradient is "row values less targets", so that its minimum is the projection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.projection.layout import Layout
from salesnb.methods.projection.problem import Floats, Problem
from salesnb.methods.projection.rows import Rows

_SMALLEST = 1e-300


@dataclass(eq=False)
class Point:
    """A dual vector with the cells it makes: ``raw`` before and ``cells`` after clipping, and all row values."""

    dual: Floats
    raw: Floats
    cells: Floats
    values: Floats
    cost: float | None = None


class Dual:
    """Evaluates points. Cells are held in canonical order."""

    def __init__(self, layout: Layout, rows: Rows, problem: Problem) -> None:
        self.layout, self.rows = layout, rows
        lower, upper = problem.ranges()
        self._given = layout.arrange(problem.prior)
        self._negative = np.flatnonzero(self._given < 0)
        self.bound(layout.arrange(lower), layout.arrange(upper))

    def bound(self, lower: Floats, upper: Floats) -> None:
        """Set the cells' ranges (canonical order)."""
        self.lower, self.upper, prior = lower, upper, self._given
        self.locked = np.flatnonzero(lower == upper)
        lifted = np.flatnonzero((prior == 0) & (lower > 0))
        if len(lifted) or len(self.locked):
            prior = prior.copy()
            prior[lifted] = lower[lifted]  # "at least" without a prior: it starts from there
            prior[self.locked] = lower[self.locked]
        self.prior = prior
        self.mass = float(np.abs(prior).sum())
        self.bounded = bool(self.signed or lower.any() or np.isfinite(upper[prior != 0]).any())

    @property
    def signed(self) -> bool:
        """Whether there are negative cells."""
        return bool(len(self._negative))

    def at(self, dual: Floats) -> Point:
        """The point of a dual vector."""
        raw = self.layout.factors(self.rows.combined(dual))
        if len(self._negative):
            raw[self._negative] = 1.0 / np.maximum(raw[self._negative], _SMALLEST)
        raw *= self.prior
        cells = np.clip(raw, self.lower, self.upper) if self.bounded else raw
        return Point(dual, raw, cells, self.rows.values(self.layout.sums(cells)))

    def made(self, dual: Floats, factors: Floats, values: Floats) -> Point:
        """The point of a dual vector whose cells' factors (used up) and row values are known; for cells without bounds
        and returns."""
        factors *= self.prior
        return Point(dual, factors, factors, values)

    def cost(self, point: Point) -> float:
        """The dual function (to be minimised); computed once per point, for its logarithms are dear."""
        if point.cost is None:
            point.cost = self._cost(point)
        return point.cost

    def _cost(self, point: Point) -> float:
        cost = float(np.abs(point.cells).sum()) - self.mass if self.signed else float(point.cells.sum()) - self.mass
        if self.bounded:
            clipped = np.flatnonzero((point.raw != point.cells) & (point.cells != 0))
            if len(clipped):
                cells = point.cells[clipped]
                ratio = np.maximum(point.raw[clipped] / cells, _SMALLEST)
                cost += float(np.abs(cells) @ np.log(ratio))
        return cost - self.rows.support(point.dual)

    def curvature(self, point: Point) -> Floats:
        """(cells,) how much each cell answers to its factors: its size where it moves, else zero."""
        if not self.bounded:
            return np.abs(point.cells) if self.signed else point.cells
        answer = point.cells * (point.raw == point.cells)
        answer[self.locked] = 0.0
        return np.abs(answer, out=answer) if self.signed else answer
