"""In which order items are split by one family after the other, and into which parts: a matter of groups alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.projection.problem import Ints


@dataclass(frozen=True, eq=False)
class Split:
    """The items divided: the part of each, an item of each part, and the part of the former division it lies in."""

    part: Ints
    some: Ints
    former: Ints


@dataclass(frozen=True, eq=False)
class Step:
    """One more family: its place among those given, the parts it makes, and the group of the family each lies in."""

    chosen: int
    split: Split
    sink: Ints


class Paths:
    """Paths met so far, found again by the group arrays, which must not be changed in place."""

    def __init__(self) -> None:
        self._held: dict[tuple[int, ...], tuple[list[Step] | None, list[Ints]]] = {}

    def through(self, groups: list[Ints], sizes: list[int]) -> list[Step] | None:
        """The steps from the first family through all others, those named first preferred; None where one family is
        determined before it is split by."""
        key = tuple(map(id, groups))
        if key not in self._held:
            self._held[key] = _steps(groups, sizes), groups
        return self._held[key][0]


def _steps(groups: list[Ints], sizes: list[int]) -> list[Step] | None:
    part, count = groups[0], sizes[0]
    waiting = list(range(1, len(groups)))
    steps = []
    while waiting:
        found = _next(part, count, waiting, groups, sizes)
        if found is None:
            return None
        waiting.remove(found.chosen)
        steps.append(found)
        part, count = found.split.part, len(found.split.some)
    return steps


def _next(part: Ints, count: int, waiting: list[int], groups: list[Ints], sizes: list[int]) -> Step | None:
    """The first family whose split leaves all others something to decide."""
    for chosen in waiting:
        split = _split(part, count, groups[chosen], sizes[chosen])
        if not any(_settles(split, groups[other]) for other in waiting if other != chosen):
            return Step(chosen, split, groups[chosen][split.some])
    return None


def _settles(split: Split, group: Ints) -> bool:
    return bool((group[split.some][split.part] == group).all())


def _split(part: Ints, count: int, group: Ints, width: int) -> Split:
    key, keys = part * width + group, count * width
    if keys <= 16 * len(part) + 1024:
        present = np.bincount(key, minlength=keys) > 0
        number = (np.cumsum(present) - 1)[key]
        kept = np.flatnonzero(present)
    else:
        kept, number = np.unique(key, return_inverse=True)
    some = np.zeros(len(kept), np.int64)
    some[number[::-1]] = np.arange(len(part) - 1, -1, -1)
    return Split(number, some, kept // width)
