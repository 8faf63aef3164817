"""Whole sums for every published group, from the coarsest partition down, each within all coarser ones."""

from __future__ import annotations

import numpy as np

from salesnb.methods.projection.problem import INF, Floats, tally
from salesnb.methods.rounding.lattice import Lattice, Node
from salesnb.methods.rounding.refusal import Reason, RoundingRefused
from salesnb.methods.rounding.remainder import Shares
from salesnb.methods.rounding.stages import Margin, assign
from salesnb.methods.rounding.task import Task


def whole_margins(task: Task) -> list[Margin] | None:
    """The margins of the families that no other refines, whole and consistent; None where none were found.

    :raises RoundingRefused: limits of different families contradict each other once they are whole.
    """
    lattice = Lattice(task.groups, [len(names) for names in task.names])
    sums = [_family_sums(task, f) for f in range(len(task.groups))]
    near: dict[int, Floats] = {}
    for node in lattice.nodes:
        f, part = next(iter(node.of.items()))
        near[id(node)], node.low, node.high = (tally(part, side, node.size) for side in sums[f])
        for family in node.families:
            low, high = task.limits[family]
            node.low, node.high = np.maximum(node.low, low), np.minimum(node.high, high)
    _tighten(lattice, task)
    whole: dict[int, Floats] = {}
    for node in lattice.nodes:
        shares = Shares(near[id(node)], node.low, node.high)
        found = assign(shares, [Margin(inside, whole[id(other)]) for other, inside in lattice.covers(node)])
        if found is None:
            return None
        whole[id(node)] = found
    finest = [node for node in lattice.nodes if node.families and not _refined(node, lattice)]
    return [Margin(task.groups[node.families[0]], whole[id(node)]) for node in finest]


def _family_sums(task: Task, f: int) -> tuple[Floats, Floats, Floats]:
    """Numbers and bounds of a family's groups from those of their items."""
    group, size, items = task.groups[f], len(task.names[f]), task.items
    low = tally(group, items.low, size) if items.low.any() else np.zeros(size)
    high = np.full(size, INF) if np.isinf(items.high).all() else tally(group, items.high, size)
    return tally(group, items.near, size), low, high


def _refined(node: Node, lattice: Lattice) -> bool:
    families = (other for other in lattice.nodes if other.families and other is not node)
    return any(lattice.refines(other, node) is not None for other in families)


def _tighten(lattice: Lattice, task: Task) -> None:
    """What the parts of a finer partition may be at most, their sum may be at most."""
    for node in reversed(lattice.nodes):
        for finer in lattice.nodes:
            inside = lattice.refines(finer, node) if finer is not node else None
            if inside is not None:
                node.low = np.maximum(node.low, tally(inside, finer.low, node.size))
                node.high = np.minimum(node.high, tally(inside, finer.high, node.size))
        if (node.low > node.high).any():
            raise RoundingRefused(Reason.ROWS_DISAGREE, _rows_of(node, lattice, task))


def _rows_of(node: Node, lattice: Lattice, task: Task) -> list[int]:
    """The limited rows inside the first part of a node that cannot be."""
    bad = int(np.flatnonzero(node.low > node.high)[0])
    rows: list[int] = []
    for f, names in enumerate(task.names):
        if f in node.of:
            low, high = task.limits[f]
            concerned = (node.of[f] == bad) & (names >= 0) & (np.isfinite(low) | np.isfinite(high))
            rows += names[concerned].tolist()
    return sorted(rows)
