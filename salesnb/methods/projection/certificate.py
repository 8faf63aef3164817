"""What proves a result: the gap between primal and dual for a solution, a Farkas direction for infeasibility."""

from __future__ import annotations

import numpy as np

from salesnb.methods.projection.dual import Dual, Point
from salesnb.methods.projection.problem import INF, Floats, Ints

_MARGIN = 1e-12  # of the numbers added up: below that a contradiction could be rounding


def gap(dual: Dual, point: Point) -> float:
    """Primal less dual objective relative to the mass of the prior: zero at the projection.

    The cells are exact minimisers for their dual vector, so what is left is rows: limit and value times dual, and what
    softness costs. (Σ cells · log factor = Σ row values · dual, hence no logarithm here.)
    """
    open_ends = float(point.dual @ point.values) - dual.rows.support(point.dual)
    return (open_ends + float(_penalty(dual, point).sum())) / (dual.mass or 1.0)


def _penalty(dual: Dual, point: Point) -> Floats:
    """What soft rows pay for their miss (quadratic up to the cap, then linear)."""
    rows = dual.rows
    miss = np.maximum(np.maximum(rows.low - point.values, point.values - rows.high), 0.0)
    gives = rows.give > 0
    knee = np.zeros(rows.count)
    knee[gives] = rows.cap[gives] * rows.give[gives]
    near = np.minimum(miss, knee)
    penalty = np.zeros(rows.count)
    penalty[gives] = near[gives] ** 2 / (2 * rows.give[gives])
    capped = np.isfinite(rows.cap)
    penalty[capped] += rows.cap[capped] * (miss - near)[capped]
    return penalty


def reach(dual: Dual) -> tuple[Floats, Floats]:
    """The least and the most that each group row can add up to within the cells' bounds."""
    if not dual.bounded:  # zero to infinity, wherever there is a cell to scale
        return np.zeros(dual.layout.rows), np.where(dual.layout.sums(dual.prior) > 0, INF, 0.0)
    return _sums_with_infinity(dual, dual.lower), _sums_with_infinity(dual, dual.upper)


def impossible_rows(dual: Dual, least: Floats, most: Floats) -> Ints:
    """Hard group rows out of their own cells' reach (also: a target for a group without cells)."""
    rows, groups = dual.rows, slice(0, dual.layout.rows)
    hard = np.isinf(rows.cap[groups]) & (rows.give[groups] == 0)
    slack = 1e-9 * rows.scale[groups]
    return np.flatnonzero(hard & ((most < rows.low[groups] - slack) | (least > rows.high[groups] + slack)))


def _sums_with_infinity(dual: Dual, values: Floats) -> Floats:
    infinite = np.isinf(values)
    if not infinite.any():
        return dual.layout.sums(values)
    sums = dual.layout.sums(np.where(infinite, 0.0, values))
    sums[dual.layout.sums(infinite.astype(float)) > 0] = values[infinite][0]
    return sums


def contradicts(dual: Dual, direction: Floats) -> bool:
    """Whether ``direction`` proves that no cells within their bounds meet all hard rows.

    Weighted by it, the rows demand at least a sum that no cells can reach. Cells without upper bound are bounded by a
    family that limits all of them.
    """
    rows, layout = dual.rows, dual.layout
    hard = np.isinf(rows.cap) & (rows.give == 0)
    weight = np.where(hard, direction, 0.0)
    weight[(weight > 0) & ~np.isfinite(rows.low)] = 0.0
    weight[(weight < 0) & ~np.isfinite(rows.high)] = 0.0
    size = np.abs(weight).max(initial=0.0)
    if not size:
        return False
    weight /= size
    pull = layout.spread(rows.combined(weight))
    bound = np.where(pull > 0, dual.upper, dual.lower)
    open_cells = np.isinf(bound) & (np.abs(pull) > 0)
    settled = float(pull[~open_cells] @ np.where(np.isinf(bound), 0.0, bound)[~open_cells])
    if open_cells.any():
        settled += _most_by_family(dual, np.where(open_cells, pull, 0.0))
    demand = np.where(weight > 0, rows.low, np.where(weight < 0, rows.high, 0.0)) * weight
    demanded = float(demand.sum())
    return settled < demanded - _MARGIN * float(np.abs(demand).sum()) - _MARGIN * dual.mass


def _most_by_family(dual: Dual, pull: Floats) -> float:
    """The most that cells without upper bound can add, by the tightest family that limits all of them."""
    layout, rows = dual.layout, dual.rows
    if (dual.lower < 0).any():
        return INF
    concerned = pull > 0
    most = INF
    groups = [layout.lead, *(group[layout.joint] for group in layout.joint_groups)]
    hard = np.isinf(rows.cap) & (rows.give == 0)
    for group, start, stop in zip(groups, layout.offsets, layout.offsets[1:], strict=False):
        high = np.where(hard[start:stop], rows.high[start:stop], INF)
        strongest = np.zeros(stop - start)
        np.maximum.at(strongest, group[concerned], pull[concerned])
        needed = strongest > 0
        if np.isfinite(high[needed]).all():
            most = min(most, float(strongest[needed] @ high[needed]))
    return most
