"""A problem in whole grains: locked cells taken out, bounds and limits moved to the multiples inside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.projection.problem import INF, Family, Flags, Floats, Ints, Problem, group_sums
from salesnb.methods.rounding.refusal import Reason, RoundingRefused
from salesnb.methods.rounding.remainder import Shares
from salesnb.methods.rounding.structure import Known, Partition, Structure

_LARGEST = 2.0**53


@dataclass(frozen=True, eq=False)
class Task:
    """``items``: the cells of ``structure.moving`` in grains.

    Per partition of the structure: ``limits[f]`` (low, high) of its groups in grains; ``names[f]`` (groups,) the row of
    the problem each stands for, -1 for "no group".
    """

    grain: int
    structure: Structure
    items: Shares
    limits: list[tuple[Floats, Floats]]
    names: list[Ints]

    @property
    def moving(self) -> Ints:
        """Numbers of the cells to be made whole, in key order."""
        return self.structure.moving

    @property
    def groups(self) -> list[Ints]:
        """Per partition: (items,) the group of each."""
        return [own.number for own in self.structure.partitions]


def in_grains(problem: Problem, cells: Floats, grain: int, loose: Flags, known: Known) -> Task:
    """The rounding task of a solved problem.

    :raises RoundingRefused: a limit or bound without a multiple of the grain, or sums that are too large.
    """
    if np.abs(cells).sum() >= _LARGEST:
        raise RoundingRefused(Reason.TOO_LARGE)
    lower, upper = problem.ranges()
    locked = lower == upper
    structure = known.of(problem, locked)
    moving = structure.moving
    low, high = _up(lower[moving], grain), _down(upper[moving], grain)
    narrow = np.flatnonzero(low > high)
    if len(narrow):
        raise RoundingRefused(Reason.CELL_TOO_NARROW, cells=sorted(moving[narrow].tolist()))
    held = np.where(locked, lower, 0.0)
    broken = np.flatnonzero(held != np.rint(held))
    if len(broken):
        raise RoundingRefused(Reason.CELL_TOO_NARROW, cells=broken.tolist())
    task = Task(grain, structure, Shares(cells[moving] / grain, low, high), [], [])
    for own in structure.partitions:
        family = problem.families[own.at]
        sums = group_sums(family.group, held, family.size) if locked.any() else np.zeros(family.size)
        _add_family(task, family, own, sums, loose[own.rows])
    return task


def _add_family(task: Task, family: Family, own: Partition, held: Floats, loose: Flags) -> None:
    low, high = _group_limits(family, held, task.grain, loose)
    start, crossed = own.rows.start, low > high
    if crossed.any():
        exact_off = crossed & (family.low == family.high)
        reason = Reason.ROW_OFF_GRAIN if exact_off.any() else Reason.ROW_TOO_NARROW
        raise RoundingRefused(reason, rows=(start + np.flatnonzero(exact_off if exact_off.any() else crossed)).tolist())
    unmet = own.empty[(low[own.empty] > 0) | (high[own.empty] < 0)]
    if len(unmet):
        raise RoundingRefused(Reason.ROW_OFF_GRAIN, rows=(start + unmet).tolist())
    names, inside = own.names, own.names >= 0
    task.limits.append(
        (np.where(inside, low[names], -INF) if len(names) else low[:0], np.where(inside, high[names], INF))
    )
    task.names.append(np.where(inside, names + start, -1))


def _group_limits(family: Family, held: Floats, grain: int, loose: Flags) -> tuple[Floats, Floats]:
    """Limits in whole grains: inside the given ones, for loose rows the nearest multiples around them; soft rows have
    none, what they give up is decided before."""
    assert family.cap is not None and family.stiffness is not None
    hard = np.isinf(family.cap) & np.isinf(family.stiffness)
    low, high = family.low - held, family.high - held
    near_low, near_high = (
        np.where(loose, _down(low, grain), _up(low, grain)),
        np.where(loose, _up(high, grain), _down(high, grain)),
    )
    return np.where(hard, near_low, -INF), np.where(hard, near_high, INF)


def _up(amounts: Floats, grain: int) -> Floats:
    """The least number of grains not below."""
    count = np.ceil(amounts / grain)
    return count + (count * grain < amounts)


def _down(amounts: Floats, grain: int) -> Floats:
    """The greatest number of grains not above."""
    count = np.floor(amounts / grain)
    return count - (count * grain > amounts)
