"""Numbers of the groups that columns make of a cube's usable cells; they outlast edits of rules, so they are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from salesnb.stages.decomposition.selection import Part

if TYPE_CHECKING:
    from salesnb.stages.decomposition.cube import Cube

Ints = NDArray[np.int64]


class Groups:
    """Numbers of the groups that columns make of the usable cells."""

    def __init__(self, cube: Cube) -> None:
        self.cube, self.used = cube, np.flatnonzero(cube.start.ravel() > 0)
        used = self.used
        self._place, self._month = used // len(cube.months), used % len(cube.months)
        self._codes: dict[str, Ints] = {}
        self._inside: WeakKeyDictionary[Part, NDArray[np.bool_]] = WeakKeyDictionary()
        self._known: dict[tuple[str, ...], tuple[Ints, Ints]] = {}

    def of(self, columns: tuple[str, ...]) -> Ints:
        """(cells,) group numbers, without gaps, in key order."""
        return self._of(columns)[0]

    def first(self, columns: tuple[str, ...]) -> Ints:
        """(groups,) a cell of each group."""
        return self._of(columns)[1]

    def size(self, columns: tuple[str, ...]) -> int:
        """How many groups."""
        return len(self.first(columns))

    def inside(self, part: Part) -> NDArray[np.bool_]:
        """(cells,) whether a cell is in a part."""
        if part not in self._inside:
            self._inside[part] = part.places[self._place] & part.months[self._month]
        return self._inside[part]

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
