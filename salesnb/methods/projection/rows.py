"""Limits of all rows in the order of a layout, and what they say about a dual vector.

The dual of a row is a logarithmic factor on its cells. Positive: the lower limit pulls up; negative: the upper limit
pushes down; a row between its limits has dual zero. A row with a cap keeps its dual within ±cap (absolute miss), a row
with stiffness pays half its squared miss; together they are a Huber penalty.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from salesnb.methods.projection.layout import Layout
from salesnb.methods.projection.problem import INF, Flags, Floats, Ints, Problem


@dataclass(eq=False)
class Rows:
    """Limits and softness per row inside: group rows of the layout, then the ratios.

    ``matrix``: (ratios, group rows inside) coefficients. ``size``: the groups' sums of the prior's absolute values.
    ``scale``: the size against which a miss is judged (the target, or the group's size where that is zero or open).
    ``give``: how far a row gives way per unit of dual (0 = exact).
    """

    layout: Layout
    low: Floats
    high: Floats
    cap: Floats
    stiffness: Floats
    matrix: Floats
    size: Floats
    scale: Floats = field(init=False)
    give: Floats = field(init=False)
    exact: Flags = field(init=False)
    place: Ints = field(init=False)

    def __post_init__(self) -> None:
        self.refresh()

    @classmethod
    def of(cls, problem: Problem, layout: Layout) -> Rows:
        """The rows of a problem, arranged."""
        ratios = len(problem.ratios)
        place = np.concatenate([layout.position, layout.rows + np.arange(ratios)]).astype(np.int64)

        def arranged(what: str, filler: float) -> Floats:
            array = np.full(layout.rows + ratios, filler)
            array[place] = problem.per_row(what)
            return array

        matrix = np.zeros((ratios, layout.rows))
        if ratios:
            matrix[:, layout.position] = problem.ratio_matrix()
        rows = cls(
            layout,
            low=arranged("low", -INF),
            high=arranged("high", INF),
            cap=arranged("cap", INF),
            stiffness=arranged("stiffness", INF),
            matrix=matrix,
            size=layout.sums(layout.arrange(np.abs(problem.prior))),
        )
        rows.place = place
        return rows

    def refresh(self) -> None:
        """Recompute what follows from the limits, after an edit."""
        self.exact = self.low == self.high
        finite_low, finite_high = np.isfinite(self.low), np.isfinite(self.high)
        self._low = np.where(finite_low, self.low, 0.0)
        self._high = np.where(finite_high, self.high, 0.0)
        scale = np.maximum(np.abs(self._low), np.abs(self._high))
        groups = self.layout.rows
        least = self.size[: self.layout.lead_size].sum() / max(len(scale), 1) or 1.0
        scale[:groups] = np.where(scale[:groups] > 0, scale[:groups], np.maximum(self.size, 1e-3 * least))
        if len(self.matrix):
            scale[groups:] = np.maximum(scale[groups:], 0.1 * (np.abs(self.matrix) @ scale[:groups]))
        self.scale = np.where(scale > 0, scale, least)
        self.give = self.scale / self.stiffness
        self.open = ~finite_low & ~finite_high

    @property
    def count(self) -> int:
        """How many rows inside."""
        return len(self.low)

    def combined(self, dual: Floats) -> Floats:
        """(group rows,) duals of the ratios folded into those of the groups they speak of."""
        groups = self.layout.rows
        return dual[:groups] + dual[groups:] @ self.matrix if len(self.matrix) else dual

    def values(self, group_sums: Floats) -> Floats:
        """(rows,) group sums followed by the ratios' values."""
        return np.concatenate([group_sums, self.matrix @ group_sums]) if len(self.matrix) else group_sums

    def settle(self, dual: Floats) -> Floats:
        """A dual vector brought within what the limits allow, for a start from elsewhere."""
        dual = np.clip(dual, -self.cap, self.cap)
        dual[(dual > 0) & ~np.isfinite(self.low)] = 0.0
        dual[(dual < 0) & ~np.isfinite(self.high)] = 0.0
        return dual

    def support(self, dual: Floats) -> float:
        """What the limits subtract from the dual function (to be minimised): the pull of targets less the give."""
        return float(np.where(dual > 0, self._low, self._high) @ dual - 0.5 * ((dual * dual) @ self.give))

    def slope(self, dual: Floats, values: Floats) -> Floats:
        """The gradient of the dual function; zero where a row is content or at its cap and wanting further."""
        slope = values - np.where(dual > 0, self._low, self._high)
        idle = (dual == 0) & ~self.exact
        slope[idle] = (np.minimum(values - self.low, 0) + np.maximum(values - self.high, 0))[idle]
        slope += dual * self.give
        slope[(np.abs(dual) >= self.cap) & (dual * slope < 0)] = 0.0
        return slope

    def error(self, slope: Floats) -> float:
        """The largest miss relative to the row's own size."""
        return float(np.max(np.abs(slope) / self.scale, initial=0.0))

    def movable(self, dual: Floats, slope: Floats) -> Flags:
        """Rows whose dual takes part in the next step."""
        return (self.exact | (dual != 0) | (slope != 0)) & ~((np.abs(dual) >= self.cap) & (slope == 0))

    def step(self, dual: Floats, change: Floats, slope: Floats) -> Floats:
        """``dual + change``, stopped at zero where the sign of a range row would flip, and at the caps."""
        there = dual + change
        there[self._flips(dual, there, slope)] = 0.0
        return np.clip(there, -self.cap, self.cap)

    def overshooting(self, dual: Floats, change: Floats, slope: Floats) -> Ints:
        """Rows that ``step`` would stop on the way."""
        there = dual + change
        return np.flatnonzero(self._flips(dual, there, slope) | (np.abs(there) > self.cap))

    def _flips(self, dual: Floats, there: Floats, slope: Floats) -> Flags:
        heading = np.where(dual != 0, np.sign(dual), -np.sign(slope))
        return ~self.exact & (there * heading < 0)
