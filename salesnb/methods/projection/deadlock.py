"""Rows whose cells all stand at their bounds: Newton sees no slope there, so their dual is moved to where one begins.

Such a row does not answer to its dual until the first of its cells leaves its bound. Its own equation is solved
exactly, all others held: a coordinate step, always downhill. Rows of one family share no cell and go together.
"""

from __future__ import annotations

import numpy as np

from salesnb.methods.projection.dual import Dual, Point
from salesnb.methods.projection.problem import INF, Flags, Floats, Ints, tally

_DEAD = 0.02  # of its size: a row with fewer answering cells is taken by itself
_WORST = 0.1  # of the largest miss: smaller ones can wait
_FARTHEST = 60.0  # in the dual
_HALVINGS = 60


def unlocked(dual: Dual, point: Point, slope: Floats, diagonal: Floats) -> Floats | None:
    """The dual after the dead rows' own steps; None where there are no such rows.

    ``diagonal``: (rows,) the answering cells of each row.
    """
    rows, layout = dual.rows, dual.layout
    size = np.maximum(np.abs(point.values), 0.1 * rows.scale)
    miss = np.abs(slope) / rows.scale
    dead = rows.movable(point.dual, slope) & (diagonal < _DEAD * size) & (miss > _WORST * miss.max(initial=0.0))
    dead &= rows.give == 0
    dead[layout.rows :] = False
    if not dead.any() or dual.signed:
        return None
    vector = point.dual
    for f, (start, stop) in enumerate(zip(layout.offsets[:-1], layout.offsets[1:], strict=True)):
        own = dead[start:stop]
        if own.any():
            if vector is not point.dual:
                point = dual.at(vector)
            vector = vector.copy()
            vector[start:stop] = _moved(dual, point, f, slice(int(start), int(stop)), own)
    return vector


def _moved(dual: Dual, point: Point, f: int, rows: slice, own: Flags) -> Floats:
    """The family's duals, those of its dead rows moved to where their limit is met."""
    limits, now = dual.rows, point.dual[rows]
    groups = np.flatnonzero(own)
    cells, part = _cells(dual, f, groups)
    raw, low, high = point.raw[cells], dual.lower[cells], dual.upper[cells]

    def solve(target: Floats) -> Floats:
        least, most = np.full(len(groups), -_FARTHEST), np.full(len(groups), _FARTHEST)
        for _ in range(_HALVINGS):
            middle = 0.5 * (least + most)
            sums = tally(part, np.clip(raw * np.exp(middle)[part], low, high), len(groups))
            above = sums >= target
            most, least = np.where(above, middle, most), np.where(above, least, middle)
        return most

    raised = now[groups] + np.where(np.isfinite(limits.low[rows][groups]), solve(limits.low[rows][groups]), -INF)
    lowered = now[groups] + np.where(np.isfinite(limits.high[rows][groups]), solve(limits.high[rows][groups]), INF)
    there = np.where(limits.exact[rows][groups] | (raised > 0), raised, np.minimum(lowered, 0.0))
    duals = now.copy()
    cap = limits.cap[rows][groups]
    duals[groups] = np.clip(np.clip(there, -cap, cap), now[groups] - _FARTHEST, now[groups] + _FARTHEST)
    return duals


def _cells(dual: Dual, f: int, groups: Ints) -> tuple[Ints, Ints]:
    """Cells of some groups of a family, and which of the groups each is in."""
    layout = dual.layout
    number = np.full(layout.sizes[f], -1)
    number[groups] = np.arange(len(groups))
    part = number[layout.lead] if f == 0 else number[layout.joint_groups[f - 1]][layout.joint]
    cells = np.flatnonzero(part >= 0)
    return cells, part[cells]
