"""Newton steps without a matrix, for tens of thousands of rows: conjugate gradients with a diagonal preconditioner.

Each product with the Hessian is one spread of row values over the cells and one sum back.
"""

from __future__ import annotations

import numpy as np

from salesnb.methods.projection.layout import Layout
from salesnb.methods.projection.problem import Flags, Floats
from salesnb.methods.projection.rows import Rows

_LEAST_DAMPING = 1e-10
_MOST_STEPS = 400


class Products:
    """The same two calls as :class:`.crosstable.CrossTables`, through products only."""

    pinnings = 0  # a second solve costs more than the shorter way saves

    def __init__(self, layout: Layout, rows: Rows) -> None:
        self._layout, self._rows = layout, rows
        self.steps = 0

    def load(self, answer: Floats) -> None:
        """Take the cells' answers; the diagonal of the Hessian is the preconditioner."""
        self._answer = answer
        groups = self._layout.sums(answer)
        matrix = self._rows.matrix
        self.diagonal = np.concatenate([groups, (matrix * matrix) @ groups]) if len(matrix) else groups

    def product(self, dual: Floats) -> Floats:
        """The Hessian of the cells' part times a change of the dual."""
        cells = self._layout.spread(self._rows.combined(dual))
        cells *= self._answer
        return self._rows.values(self._layout.sums(cells))

    def solve(self, slope: Floats, values: Floats, movable: Flags, damping: float) -> Floats | None:
        """The damped Newton change of the dual, as exactly as the present error deserves."""
        rows, free = self._rows, movable.astype(float)
        shift = np.maximum(np.abs(values), 0.1 * rows.scale) * (damping + _LEAST_DAMPING) + rows.give
        inverse = free / (self.diagonal + shift)
        change, rest = np.zeros(len(slope)), -slope * free
        ahead = inverse * rest
        heading, energy = ahead.copy(), float(rest @ ahead)
        enough = (0.5 * min(0.1, rows.error(slope))) ** 2 * energy
        for _ in range(_MOST_STEPS):
            if energy <= enough:
                break
            self.steps += 1
            product = self.product(heading) * free + shift * heading
            curve = float(heading @ product)
            if curve <= 0:
                break
            length = energy / curve
            change += length * heading
            rest -= length * product
            ahead = inverse * rest
            energy, before = float(rest @ ahead), energy
            heading = ahead + (energy / before) * heading
        return change if np.isfinite(change).all() else None
