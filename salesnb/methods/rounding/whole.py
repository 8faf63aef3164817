"""Whole numbers by mixed-integer programming (HiGHS): found where the stages get stuck, or proven not to exist."""

from __future__ import annotations

import numpy as np

from salesnb.methods.conflicts.program import Matrix, Outcome, Program
from salesnb.methods.projection.problem import INF, Floats, Ints
from salesnb.methods.rounding.remainder import Shares, coarse

Limits = tuple[Ints, Floats, Floats]  # group of each item (-1: none), low and high of each group
_MOST_ITEMS = 60_000
_SLACK = 0.01  # per item: how much further than necessary (in squares) the numbers may be; the proof of best costs most
_REACHES = (1.0, 3.0, INF)  # how far from its number an item may go, tried in turn


class Undecided(RuntimeError):
    """The solver met its limits before it found or excluded whole numbers."""


def closest_whole(shares: Shares, limits: list[Limits]) -> Floats | None:
    """Whole numbers within bounds whose group sums keep the limits, close to the wanted ones in squares; None:
    proven that there are none.

    :raises Undecided: too many items, or the time limit.
    """
    if len(shares) > _MOST_ITEMS:
        raise Undecided(f"{len(shares)} items are too many")
    floor = np.clip(np.floor(shares.near), shares.low, shares.high)
    outcome = Outcome.INFEASIBLE
    for reach in _REACHES:
        outcome, whole = _within(shares, floor, reach, limits)
        if whole is not None:
            return whole
    if outcome is Outcome.INFEASIBLE:
        return None
    raise Undecided(f"{len(shares)} items, search stopped")


def _within(shares: Shares, floor: Floats, reach: float, limits: list[Limits]) -> tuple[Outcome, Floats | None]:
    """Each item is its floor plus one step up, further steps up, less steps down: prices rise with every step."""
    part = coarse(shares.near - floor) / 2.0**20
    count = len(floor)
    steps = [np.minimum(1.0, shares.high - floor), np.minimum(reach - 1, shares.high - floor - 1)]
    steps.append(np.minimum(reach - 1, floor - shares.low))
    most = np.maximum(np.concatenate(steps), 0.0)
    cost = np.concatenate([1 - 2 * part, 3 - 2 * part, 1 + 2 * part])
    rows, columns, low, high = [], [], [], []
    at = 0
    for group, least, greatest in limits:
        inside = np.flatnonzero(group >= 0)
        done = np.bincount(group[inside], floor[inside], len(least))
        rows.append(at + group[inside])
        columns.append(inside)
        low.append(least - done)
        high.append(greatest - done)
        at += len(least)
    row, column = np.concatenate(rows), np.concatenate(columns)
    sign = np.repeat([1.0, 1.0, -1.0], len(row))
    matrix = Matrix.of(np.tile(row, 3), np.concatenate([column + count * k for k in range(3)]), sign, at)
    bounds = (np.zeros(3 * count), most)
    between = (np.concatenate(low), np.concatenate(high))
    program = Program(cost, bounds, matrix, between, whole=np.ones(len(cost), bool), slack=_SLACK * count)
    result = program.run()
    if result.outcome is not Outcome.OPTIMAL:
        return result.outcome, None
    up, far, down = np.rint(result.values).reshape(3, count)
    return result.outcome, floor + up + far - down
