"""What problems over the same partitions have in common, whatever their numbers: found once, used edit after edit."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from salesnb.methods.projection.problem import Flags, Ints, Problem
from salesnb.methods.rounding.lattice import Lattice
from salesnb.methods.rounding.paths import Paths

_MOST = 24  # structures kept; a plan needs a handful, and each edit that adds a partition one more


@dataclass(frozen=True, eq=False)
class Partition:
    """A family over the items. ``at``: its place in the problem, ``rows``: its rows there.

    ``number``: (items,) groups without gaps, numbered by first item, every item in one. ``names``: (groups,) the
    family's own number of each, -1 for the items in no group. ``empty``: the family's groups without items.
    """

    at: int
    rows: slice
    number: Ints
    names: Ints
    empty: Ints


class Structure:
    """``moving``: numbers of the cells to be made whole, in key order. ``partitions``: families, many groups first."""

    def __init__(self, problem: Problem, locked: Flags) -> None:
        moving = np.flatnonzero(~locked)
        if problem.keys is not None:
            moving = moving[np.argsort(problem.keys[moving], kind="stable")]
        self.moving: Ints = moving
        order = sorted(range(len(problem.families)), key=lambda at: _coarseness(problem, at))
        self.partitions = [self._partition(problem, at) for at in order]
        self.paths = Paths()

    def _partition(self, problem: Problem, at: int) -> Partition:
        family = problem.families[at]
        start = problem.row(family.name, 0) if family.size else 0
        names, number = _by_appearance(family.group[self.moving], family.size)
        there = np.zeros(family.size + 1, bool)
        there[names] = True  # -1 is the last place
        return Partition(at, slice(start, start + family.size), number, names, np.flatnonzero(~there[:-1]))

    @cached_property
    def lattice(self) -> Lattice:
        """Which sums contain which."""
        return Lattice([own.number for own in self.partitions], [len(own.names) for own in self.partitions])


class Known:
    """Structures met lately, found again by their arrays themselves, which must not be changed in place."""

    def __init__(self) -> None:
        self._held: OrderedDict[tuple[object, ...], tuple[Structure, list[object]]] = OrderedDict()

    def of(self, problem: Problem, locked: Flags) -> Structure:
        """The structure of a problem."""
        arrays: list[object] = [problem.keys, *(family.group for family in problem.families)]
        names = tuple((family.name, family.size) for family in problem.families)
        key = (problem.cells, names, np.packbits(locked).tobytes() if locked.any() else b"", *map(id, arrays))
        if key in self._held:
            self._held.move_to_end(key)
            return self._held[key][0]
        found = Structure(problem, locked)
        self._held[key] = found, arrays  # holding the arrays keeps their ids theirs
        if len(self._held) > _MOST:
            self._held.popitem(last=False)
        return found


def _coarseness(problem: Problem, at: int) -> tuple[int, str]:
    family = problem.families[at]
    return -family.size, family.name


def _by_appearance(group: Ints, size: int) -> tuple[Ints, Ints]:
    """Groups present, by their first item (-1: in no group), and the number of each item among them."""
    first = np.full(size + 1, len(group))
    first[group[::-1]] = np.arange(len(group) - 1, -1, -1)  # -1 is the last place
    order = np.argsort(first, kind="stable")
    names = order[: int((first < len(group)).sum())]
    number = np.empty(size + 1, np.int64)
    number[names] = np.arange(len(names))
    return np.where(names == size, -1, names), number[group]
