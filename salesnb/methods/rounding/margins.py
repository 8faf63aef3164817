"""Whole sums for every published group, from the coarsest partition down, each within all coarser ones."""

from __future__ import annotations

import numpy as np

from salesnb.methods.projection.problem import INF, Floats, tally
from salesnb.methods.rounding.lattice import Lattice, Node
from salesnb.methods.rounding.refusal import Reason, RoundingRefused
from salesnb.methods.rounding.remainder import Shares
from salesnb.methods.rounding.stages import Margin, assign
from salesnb.methods.rounding.task import Task

_Limits = dict[int, tuple[Floats, Floats]]  # by id of a node


def whole_margins(task: Task) -> list[Margin] | None:
    """The margins of the families that no other refines, whole and consistent; None where none were found.

    :raises RoundingRefused: limits of different families contradict each other once they are whole.
    """
    lattice, groups = task.structure.lattice, task.groups
    sums = [_family_sums(task, f) for f in range(len(groups))]
    near: dict[int, Floats] = {}
    limits: _Limits = {}
    for node in lattice.nodes:
        f, part = next(iter(node.of.items()))
        near[id(node)], least, most = (tally(part, side, node.size) for side in sums[f])
        for family in node.families:
            low, high = task.limits[family]
            least, most = np.maximum(least, low), np.minimum(most, high)
        limits[id(node)] = least, most
    _tighten(lattice, limits, task)
    whole: dict[int, Floats] = {}
    for node in lattice.nodes:
        shares = Shares(near[id(node)], *limits[id(node)])
        margins = [Margin(inside, whole[id(other)]) for other, inside in lattice.covers[id(node)]]
        found = assign(shares, margins, task.structure.paths)
        if found is None:
            return None
        whole[id(node)] = found
    return [Margin(groups[node.families[0]], whole[id(node)]) for node in lattice.finest]


def _family_sums(task: Task, f: int) -> tuple[Floats, Floats, Floats]:
    """Numbers and bounds of a family's groups from those of their items."""
    group, size, items = task.groups[f], len(task.names[f]), task.items
    low = tally(group, items.low, size) if items.low.any() else np.zeros(size)
    high = np.full(size, INF) if np.isinf(items.high).all() else tally(group, items.high, size)
    return tally(group, items.near, size), low, high


def _tighten(lattice: Lattice, limits: _Limits, task: Task) -> None:
    """What the parts of a finer partition may be at most, their sum may be at most."""
    for node in reversed(lattice.nodes):
        low, high = limits[id(node)]
        for finer, inside in lattice.finer[id(node)]:
            least, most = limits[id(finer)]
            low = np.maximum(low, tally(inside, least, node.size))
            high = np.minimum(high, tally(inside, most, node.size))
        limits[id(node)] = low, high
        bad = np.flatnonzero(low > high)
        if len(bad):
            raise RoundingRefused(Reason.ROWS_DISAGREE, _rows_of(node, int(bad[0]), task))


def _rows_of(node: Node, bad: int, task: Task) -> list[int]:
    """The limited rows inside a part of a node that cannot be."""
    rows: list[int] = []
    for f, names in enumerate(task.names):
        if f in node.of:
            low, high = task.limits[f]
            concerned = (node.of[f] == bad) & (names >= 0) & (np.isfinite(low) | np.isfinite(high))
            rows += names[concerned].tolist()
    return sorted(rows)
