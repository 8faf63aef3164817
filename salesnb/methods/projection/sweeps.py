"""Coordinate steps on the dual, one family at a time: slow, but each is downhill from anywhere.

Used between Newton descents where these stall. Scaling a group by target ÷ sum never overshoots, bounds or not, because
a clipped cell answers less than a free one.
"""

from __future__ import annotations

import numpy as np

from salesnb.methods.projection.dual import Dual
from salesnb.methods.projection.problem import Floats

_LONGEST = 3.0


def sweep(dual: Dual, start: Floats, count: int) -> Floats:
    """The dual vector after ``count`` rounds over all families and then the ratios."""
    rows, layout = dual.rows, dual.layout
    vector = rows.settle(start)
    parts = [slice(int(a), int(b)) for a, b in zip(layout.offsets[:-1], layout.offsets[1:], strict=True)]
    if len(rows.matrix):
        parts.append(slice(layout.rows, rows.count))
    for _ in range(count):
        for own in parts:
            point = dual.at(vector)
            vector = vector.copy()
            vector[own] = _fitted(dual, point.dual, point.values, point.cells, own)
    return vector


def _fitted(dual: Dual, vector: Floats, values: Floats, cells: Floats, own: slice) -> Floats:
    rows, layout = dual.rows, dual.layout
    now, value = vector[own], values[own]
    if own.start < layout.rows and not dual.signed:
        with np.errstate(divide="ignore", invalid="ignore"):
            up = np.where(value > 0, np.log(np.maximum(rows.low[own], 0) / value), _LONGEST)
            down = np.where(value > 0, np.log(np.maximum(rows.high[own], 0) / value), _LONGEST)
        raised, lowered = now + np.clip(up, -_LONGEST, _LONGEST), now + np.clip(down, -_LONGEST, _LONGEST)
        there = np.where(rows.exact[own] | (raised > 0), raised, np.minimum(lowered, 0.0))
    else:
        there = now
    soft = (rows.give[own] > 0) | (own.start >= layout.rows) | dual.signed
    weight = layout.sums(np.abs(cells))
    if len(rows.matrix):
        weight = np.concatenate([weight, np.abs(rows.matrix) @ weight * np.abs(rows.matrix).sum(axis=1)])
    slope = rows.slope(vector, values)
    careful = np.clip(-slope[own] / np.maximum(weight[own] + rows.give[own], 1e-300), -0.5, 0.5)
    full = vector.copy()
    full[own] = now + careful
    gentle = rows.step(vector, full - vector, slope)[own]
    return np.clip(np.where(soft, gentle, there), -rows.cap[own], rows.cap[own])
