"""A problem in whole grains: locked cells taken out, bounds and limits moved to the multiples inside them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.projection.problem import INF, Family, Flags, Floats, Ints, Problem, group_sums
from salesnb.methods.rounding.refusal import Reason, RoundingRefused
from salesnb.methods.rounding.remainder import Shares

_LARGEST = 2.0**53


@dataclass(frozen=True, eq=False)
class Task:
    """``moving``: numbers of the cells to be made whole, in key order. ``items``: those cells in grains.

    Per family: ``groups[f]`` (items,) without gaps, numbered by first item, every item in one; ``limits[f]`` (low,
    high) of those groups in grains; ``names[f]`` (groups,) the row of the problem each stands for, -1 for "no group".
    """

    grain: int
    moving: Ints
    items: Shares
    groups: list[Ints]
    limits: list[tuple[Floats, Floats]]
    names: list[Ints]


def in_grains(problem: Problem, cells: Floats, grain: int, loose: Flags) -> Task:
    """The rounding task of a solved problem.

    :raises RoundingRefused: a limit or bound without a multiple of the grain, or sums that are too large.
    """
    if np.abs(cells).sum() >= _LARGEST:
        raise RoundingRefused(Reason.TOO_LARGE)
    lower, upper = problem.ranges()
    locked = lower == upper
    moving = np.flatnonzero(~locked)
    if problem.keys is not None:
        moving = moving[np.argsort(problem.keys[moving], kind="stable")]
    low, high = _up(lower[moving], grain), _down(upper[moving], grain)
    narrow = np.flatnonzero(low > high)
    if len(narrow):
        raise RoundingRefused(Reason.CELL_TOO_NARROW, cells=sorted(moving[narrow].tolist()))
    task = Task(grain, moving, Shares(cells[moving] / grain, low, high), [], [], [])
    held = np.where(locked, lower, 0.0)
    broken = np.flatnonzero(held != np.rint(held))
    if len(broken):
        raise RoundingRefused(Reason.CELL_TOO_NARROW, cells=broken.tolist())
    for family in sorted(problem.families, key=lambda family: (-family.size, family.name)):
        start = problem.row(family.name, 0) if family.size else 0
        rows = slice(start, start + family.size)
        _add_family(task, family, rows, group_sums(family.group, held, family.size), loose[rows])
    return task


def _add_family(task: Task, family: Family, rows: slice, held: Floats, loose: Flags) -> None:
    low, high = _group_limits(family, held, task.grain, loose)
    exact_off = (low > high) & (family.low == family.high)
    if exact_off.any():
        raise RoundingRefused(Reason.ROW_OFF_GRAIN, rows=(rows.start + np.flatnonzero(exact_off)).tolist())
    if (low > high).any():
        raise RoundingRefused(Reason.ROW_TOO_NARROW, rows=(rows.start + np.flatnonzero(low > high)).tolist())
    group = family.group[task.moving]
    names, number = _by_appearance(group, family.size)
    inside = names >= 0
    empty = np.setdiff1d(np.arange(family.size), names)
    unmet = empty[(low[empty] > 0) | (high[empty] < 0)]
    if len(unmet):
        raise RoundingRefused(Reason.ROW_OFF_GRAIN, rows=(rows.start + unmet).tolist())
    task.groups.append(number)
    task.limits.append(
        (np.where(inside, low[names], -INF) if len(names) else low[:0], np.where(inside, high[names], INF))
    )
    task.names.append(np.where(inside, names + rows.start, -1))


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


def _by_appearance(group: Ints, size: int) -> tuple[Ints, Ints]:
    """Groups present, by their first item (-1: in no group), and the number of each item among them."""
    first = np.full(size + 1, len(group))
    first[group[::-1]] = np.arange(len(group) - 1, -1, -1)  # -1 is the last place
    order = np.argsort(first, kind="stable")
    names = order[: int((first < len(group)).sum())]
    number = np.empty(size + 1, np.int64)
    number[names] = np.arange(len(names))
    return np.where(names == size, -1, names), number[group]


def _up(amounts: Floats, grain: int) -> Floats:
    """The least number of grains not below."""
    count = np.ceil(amounts / grain)
    return count + (count * grain < amounts)


def _down(amounts: Floats, grain: int) -> Floats:
    """The greatest number of grains not above."""
    count = np.floor(amounts / grain)
    return count - (count * grain > amounts)
