"""The same plan with alike cells as one: cells that no rule tells apart keep their proportions, so one stands for all.

Relative entropy is exact under this: the plan closest to a start, under rules that see only sums of classes, scales
every cell of a class by the same factor. Tens of thousands of cells become a few hundred, and solving takes
milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.projection import Family, Problem, Ratio
from salesnb.methods.projection.problem import INF, Floats, tally
from salesnb.stages.decomposition.selection import Part

if TYPE_CHECKING:
    from salesnb.stages.decomposition.cube import Cube
    from salesnb.stages.decomposition.lines import Line

Ints = NDArray[np.int64]


LEAST = "least"  # no rule's id has a blank in it, as the names of these rows have


@dataclass(frozen=True)
class Limit:
    """What a line is held to, in minor units."""

    low: float
    high: float


@dataclass(frozen=True, eq=False)
class Classes:
    """Classes of places and of months that no part tells apart, and the start summed over them."""

    place: Ints
    month: Ints
    start: Floats  # (classes of places, classes of months)
    used: Ints  # of all pairs of classes, those with a start
    inside: Mapping[Part, Ints]  # (used,) by part: 0 inside, -1 outside

    @classmethod
    def of(cls, cube: Cube, parts: Sequence[Part]) -> Classes:
        """Classes under ``parts``."""
        place, places = _classes(np.array([part.places for part in parts], bool).reshape(len(parts), len(cube.places)))
        month, months = _classes(np.array([part.months for part in parts], bool).reshape(len(parts), len(cube.months)))
        shape = places.shape[1], months.shape[1]
        key = place[:, None] * shape[1] + month
        start = tally(key.ravel(), cube.start.ravel(), shape[0] * shape[1]).reshape(shape)
        used = np.flatnonzero(start.ravel() > 0)
        flags = {part: np.outer(places[at], months[at]).ravel()[used] for at, part in enumerate(parts)}
        return cls(place, month, start, used, {part: np.where(own, 0, -1) for part, own in flags.items()})


@dataclass(frozen=True, eq=False)
class Condensed:
    """Lines over classes."""

    lines: tuple[Line, ...]
    classes: Classes

    @classmethod
    def of(cls, cube: Cube, lines: Sequence[Line]) -> Condensed:
        """Classes under ``lines``."""
        return cls(tuple(lines), cube.classes(tuple(term.part for line in lines for term in line.sides)))

    def problem(self, limits: Mapping[str, Limit] | None = None, least: Mapping[Part, float] | None = None) -> Problem:
        """The problem over classes; ``limits`` by line name replace a line's own. A plain line is the family of its
        name, any other the ratio of its name; parts that ratios speak of are families of their own (``#0``, …), and so
        are parts of which there is to be at ``least`` an amount (see :func:`supposing`)."""
        asked = self._as_asked
        moved = limits or {}
        if not moved and not least:
            return asked

        def side(given: Family | Ratio) -> dict[str, Any]:
            held = moved[given.name]
            if isinstance(given, Ratio):
                return {"low": held.low, "high": held.high}
            return {"low": np.array([held.low]), "high": np.array([held.high])}

        families = [replace(own, **side(own)) if own.name in moved else own for own in asked.families]
        ratios = tuple(replace(own, **side(own)) if own.name in moved else own for own in asked.ratios)
        for number, (part, amount) in enumerate((least or {}).items()):
            families.append(_family(f"{LEAST} {number}", self.wholes[part], amount, INF))
        return Problem(asked.prior, tuple(families), ratios)

    @cached_property
    def wholes(self) -> dict[Part, Ints]:
        """What shares and ratios are of, by part: (used,) 0 inside, -1 outside."""
        return {term.part: self.classes.inside[term.part] for line in self.lines for term in line.whole}

    def closed(self, part: Part, limits: Mapping[str, Limit]) -> bool:
        """Whether a rule says that there is to be nothing in a part."""
        inside = self.wholes[part] == 0
        return any(
            (self.classes.inside[line.terms[0].part] == 0)[inside].all()
            for line in self.lines
            if line.plain and (limits.get(line.name) or Limit(line.low, line.high)).high <= 0
        )

    @cached_property
    def _as_asked(self) -> Problem:
        spoken: dict[bytes, str] = {}
        families, ratios = [], []
        inside = self.classes.inside
        for line in self.lines:
            if line.plain:
                families.append(_family(line.name, inside[line.terms[0].part], line.low, line.high))
                continue
            terms = []
            for term in line.sides:
                key = inside[term.part].tobytes()
                if key not in spoken:
                    spoken[key] = f"#{len(spoken)}"
                    families.append(_family(spoken[key], inside[term.part], -INF, INF))
                terms.append((spoken[key], 0, term.coefficient))
            ratios.append(Ratio(line.name, tuple(terms), line.low, line.high))
        return Problem(self.classes.start.ravel()[self.classes.used], tuple(families), tuple(ratios))

    def expand(self, cube: Cube, solved: Floats) -> Floats:
        """(places, months) cells from solved classes: each cell's start times the factor of its class."""
        classes = self.classes
        factor = np.zeros(classes.start.size)
        factor[classes.used] = solved / classes.start.ravel()[classes.used]
        wide = factor.reshape(classes.start.shape)[classes.place][:, classes.month]
        out: Floats = cube.start * wide
        return out


def supposing(problem: Problem) -> bool:
    """Whether a problem supposes that there is something of what shares speak of."""
    return any(family.name.startswith(f"{LEAST} ") for family in problem.families)


def _family(name: str, inside: Ints, low: float, high: float) -> Family:
    return Family(name, inside, np.array([low]), np.array([high]))


def _classes(flags: NDArray[np.bool_]) -> tuple[Ints, NDArray[np.bool_]]:
    """Columns with equal flags: the class of each column, and the flags of each class. Numbered by first column."""
    packed = np.ascontiguousarray(np.packbits(flags, axis=0).T)
    if not packed.shape[1]:
        return np.zeros(flags.shape[1], np.int64), np.zeros((0, 1), bool)
    rows = packed.view([("", packed.dtype)] * packed.shape[1]).ravel()
    _, first, number = np.unique(rows, return_index=True, return_inverse=True)
    order = np.argsort(np.argsort(first))
    return order[number.ravel()], flags[:, np.sort(first)]
