"""What columns and rules make of a cube's usable cells; it outlasts edits of rules, so it is kept.

Atoms are what is being rounded: groups of cells over some columns, or (``CELLS``) the cells themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesnb.methods.projection.problem import tally
from salesnb.methods.rounding import Rounder
from salesnb.stages.decomposition.selection import Part

if TYPE_CHECKING:
    from salesnb.stages.decomposition.cube import Cube

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
CELLS = ("*",)  # every cell by itself


class Groups:
    """Numbers of the groups that columns make of the usable cells."""

    def __init__(self, cube: Cube) -> None:
        self.cube, self.used = cube, np.flatnonzero(cube.start.ravel() > 0)
        used = self.used
        self._place, self._month = used // len(cube.months), used % len(cube.months)
        self._codes: dict[str, Ints] = {}
        self._inside: WeakKeyDictionary[Part, dict[tuple[str, ...], tuple[Flags, Ints] | None]] = WeakKeyDictionary()
        every = np.arange(len(used))
        self._known: dict[tuple[str, ...], tuple[Ints, Ints]] = {CELLS: (every, every)}
        self._within: dict[tuple[tuple[str, ...], tuple[str, ...]], Ints] = {}
        self._keys: dict[tuple[str, ...], Ints] = {}
        self._nodes: dict[tuple[str, ...], list[tuple[str, ...]]] = {}
        self.rounder = Rounder()

    def of(self, columns: tuple[str, ...]) -> Ints:
        """(cells,) group numbers, without gaps, in key order."""
        return self._of(columns)[0]

    def first(self, columns: tuple[str, ...]) -> Ints:
        """(groups,) a cell of each group."""
        return self._of(columns)[1]

    def size(self, columns: tuple[str, ...]) -> int:
        """How many groups."""
        return len(self.first(columns))

    def within(self, columns: tuple[str, ...], atoms: tuple[str, ...]) -> Ints:
        """(atoms,) the group over ``columns`` that each atom lies in."""
        if (columns, atoms) not in self._within:
            self._within[columns, atoms] = self.of(columns)[self.first(atoms)]
        return self._within[columns, atoms]

    def inside(self, part: Part, atoms: tuple[str, ...]) -> tuple[Flags, Ints] | None:
        """(atoms,) whether an atom lies in a part, and the same as 0 and -1; None where one is half inside."""
        known = self._inside.setdefault(part, {})
        if atoms not in known:
            flags = part.places[self._place] & part.months[self._month]
            number, first = self._of(atoms)
            own = flags[first]
            known[atoms] = (own, np.where(own, 0, -1)) if (flags == own[number]).all() else None
        return known[atoms]

    def keys(self, atoms: tuple[str, ...]) -> Ints:
        """(atoms,) numbers in key order: what ties fall by."""
        if atoms not in self._keys:
            self._keys[atoms] = np.arange(self.size(atoms))
        return self._keys[atoms]

    def sums(self, atoms: tuple[str, ...], amounts: NDArray[np.float64]) -> NDArray[np.float64]:
        """(atoms,) sums of the cells' amounts."""
        number, first = self._of(atoms)
        return tally(number, amounts, len(first))

    def table(self, columns: tuple[str, ...], cells: Ints, name: str) -> pd.DataFrame:
        """(places, months) amounts as sums over ``columns``, sorted by them: the columns and ``name``."""
        first, found = self.first(columns), self._whole_sums(columns, cells)
        places, labels = self.cube.places.iloc[self._place[first]], np.array(self.cube.months, dtype=object)
        out = {
            column: pd.array(labels[self._month[first]], dtype="str") if column == "month" else places[column].array
            for column in columns
        }
        return pd.DataFrame(out | {name: found})

    def amounts(self, columns: tuple[str, ...], cells: Ints) -> dict[tuple[str, ...], int]:
        """The same by node, in the same order: ``{("north", "2024-01"): 500, …}``."""
        if columns not in self._nodes:
            names = [self.table(columns, cells, "")[column].tolist() for column in columns]
            self._nodes[columns] = list(zip(*names, strict=True))
        return dict(zip(self._nodes[columns], self._whole_sums(columns, cells).tolist(), strict=True))

    def _whole_sums(self, columns: tuple[str, ...], cells: Ints) -> Ints:
        """(groups,) int64 sums, exact whatever their size."""
        number, first = self._of(columns)
        found = np.zeros(len(first), np.int64)
        np.add.at(found, number, cells.ravel()[self.used])
        return found

    def spread(self, cells: Ints) -> Ints:
        """(places, months) from usable cells."""
        out = np.zeros(self.cube.start.size, np.int64)
        out[self.used] = cells
        return out.reshape(self.cube.start.shape)

    def _of(self, columns: tuple[str, ...]) -> tuple[Ints, Ints]:
        if columns not in self._known:
            key = np.zeros(len(self.used), np.int64)
            for column in columns:
                code = self._code(column)
                key = np.unique(key * (int(code.max(initial=0)) + 1) + code, return_inverse=True)[1]
            _, first, number = np.unique(key, return_index=True, return_inverse=True)
            self._known[columns] = number, first
        return self._known[columns]

    def _code(self, column: str) -> Ints:
        if column not in self._codes:
            if column in ("month", "quarter"):
                month = self._month if column == "month" else self._quarters()[self._month]
                self._codes[column] = month
            else:
                values = self.cube.places[column].to_numpy(dtype=str)
                self._codes[column] = np.unique(values, return_inverse=True)[1][self._place]
        return self._codes[column]

    def _quarters(self) -> Ints:
        labels = [self.cube.selector.quarter(month) for month in self.cube.months]
        return np.unique(np.array(labels), return_inverse=True)[1]
