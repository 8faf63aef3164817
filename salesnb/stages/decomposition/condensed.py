"""The same plan with alike cells as one: cells that no rule tells apart keep their proportions, so one stands for all.

Relative entropy is exact under this: the plan closest to a start, under rules that see only sums of classes, scales
every cell of a class by the same factor. Tens of thousands of cells become a few hundred, and solving takes
milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.projection import Family, Problem, Ratio
from salesnb.stages.decomposition.cube import Cube, Floats
from salesnb.stages.decomposition.lines import INF, Line, Term
from salesnb.stages.decomposition.selection import Part

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Limit:
    """What a line is held to, in minor units."""

    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Condensed:
    """Classes of places and of months, and the start summed over them."""

    lines: tuple[Line, ...]
    place_class: Ints
    month_class: Ints
    place_flags: NDArray[np.bool_]  # (parts, classes of places)
    month_flags: NDArray[np.bool_]
    number: Mapping[int, int]  # id of a part → its row in the flags
    start: Floats  # (classes of places, classes of months)

    @classmethod
    def of(cls, cube: Cube, lines: Sequence[Line]) -> Condensed:
        """Classes under ``lines``."""
        parts: list[Part] = [term.part for line in lines for term in line.sides]
        count = len(cube.places)
        places = np.array([part.places for part in parts]).reshape(len(parts), count)
        months = np.array([part.months for part in parts]).reshape(len(parts), len(cube.months))
        place_class, place_flags = _classes(places)
        month_class, month_flags = _classes(months)
        by_place = np.zeros((place_flags.shape[1], len(cube.months)))
        np.add.at(by_place, place_class, cube.start)
        start = np.zeros((place_flags.shape[1], month_flags.shape[1]))
        np.add.at(start.T, month_class, by_place.T)
        number = {id(part): at for at, part in enumerate(parts)}
        return cls(tuple(lines), place_class, month_class, place_flags, month_flags, number, start)

    def problem(self, limits: Mapping[str, Limit] | None = None) -> Problem:
        """The problem over classes; ``limits`` by line name replace a line's own. A plain line is the family of its
        name, any other the ratio of its name; parts that ratios speak of are families of their own (``#0``, …)."""
        spoken: dict[bytes, str] = {}
        families, ratios = [], []
        used = np.flatnonzero(self.start.ravel() > 0)
        for line in self.lines:
            limit = (limits or {}).get(line.name) or Limit(line.low, line.high)
            if line.plain:
                families.append(self._family(line.name, line.terms[0], used, limit))
                continue
            terms = []
            for term in line.sides:
                key = self._flags(term, used)
                if key.tobytes() not in spoken:
                    spoken[key.tobytes()] = f"#{len(spoken)}"
                    families.append(self._family(spoken[key.tobytes()], term, used, Limit(-INF, INF)))
                terms.append((spoken[key.tobytes()], 0, term.coefficient))
            ratios.append(Ratio(line.name, tuple(terms), limit.low, limit.high))
        return Problem(self.start.ravel()[used], tuple(families), tuple(ratios))

    def expand(self, cube: Cube, solved: Floats) -> Floats:
        """(places, months) cells from solved classes: each cell's start times the factor of its class."""
        used = np.flatnonzero(self.start.ravel() > 0)
        factor = np.zeros(self.start.size)
        factor[used] = solved / self.start.ravel()[used]
        wide = factor.reshape(self.start.shape)[self.place_class][:, self.month_class]
        out: Floats = cube.start * wide
        return out

    def _flags(self, term: Term, used: Ints) -> NDArray[np.bool_]:
        at = self.number[id(term.part)]
        inside: NDArray[np.bool_] = np.outer(self.place_flags[at], self.month_flags[at]).ravel()[used]
        return inside

    def _family(self, name: str, term: Term, used: Ints, limit: Limit) -> Family:
        low, high = np.array([limit.low]), np.array([limit.high])
        return Family(name, np.where(self._flags(term, used), 0, -1), low, high)


def _classes(flags: NDArray[np.bool_]) -> tuple[Ints, NDArray[np.bool_]]:
    """Columns with equal flags: the class of each column, and the flags of each class. Numbered by first column."""
    packed = np.ascontiguousarray(np.packbits(flags, axis=0).T)
    if not packed.shape[1]:
        return np.zeros(flags.shape[1], np.int64), np.zeros((0, 1), bool)
    rows = packed.view([("", packed.dtype)] * packed.shape[1]).ravel()
    _, first, number = np.unique(rows, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    return order[number.ravel()], flags[:, np.sort(first)]
