"""Rows of a table that are one reader's, found by an index that is made once for all readers.

A firm has hundreds of readers and each sees a few rows of dozens of tables: asking a frame anew for each of them costs
a hundred times what the rows do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_MOST_LISTED = 200_000  # rows of a table whose values are held as objects beside the frame

Index = Mapping[Any, list[int]]


@dataclass
class Whole:
    """A table before it is narrowed, with what was looked up in it."""

    frame: pd.DataFrame
    _listed: dict[str, list[Any]] = field(default_factory=dict)
    _indexes: dict[tuple[str, ...], dict[Any, list[int]]] = field(default_factory=dict)
    _kept: dict[tuple[str, ...], pd.DataFrame] = field(default_factory=dict)

    def __contains__(self, column: str) -> bool:
        return column in self.frame.columns

    def by(self, *columns: str) -> Index:
        """Numbers of the rows by their value in a column, or by their values in several."""
        if columns not in self._indexes:
            lists = [self.frame[column].tolist() for column in columns]
            found: dict[Any, list[int]] = {}
            for row, key in enumerate(lists[0] if len(lists) == 1 else zip(*lists, strict=True)):
                found.setdefault(key, []).append(row)
            self._indexes[columns] = found
        return self._indexes[columns]

    def where(self, column: str, values: Iterable[str]) -> list[int]:
        """Numbers of the rows with one of ``values``, each given once, in a column."""
        index = self.by(column)
        return [row for value in values for row in index.get(value, ())]

    def without(self, columns: tuple[str, ...]) -> pd.DataFrame:
        """The frame without ``columns``."""
        if columns not in self._kept:
            self._kept[columns] = self.frame.drop(columns=[column for column in columns if column in self])
        return self._kept[columns]

    def listed(self, column: str) -> list[Any] | None:
        """A column's values; None for a table too long to hold them so."""
        if column not in self._listed and len(self.frame) <= _MOST_LISTED:
            self._listed[column] = self.frame[column].tolist()
        return self._listed.get(column)


@dataclass
class Part:
    """Some rows of a table, at least one, without the columns ``dropped``: a frame of its own once one asks for it."""

    whole: Whole
    rows: list[int]
    dropped: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def columns(self) -> list[str]:
        """Names of the columns."""
        return [str(column) for column in self.whole.without(self.dropped).columns]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The rows as a frame, numbered from 0."""
        import pandas as pd

        found = self.whole.without(self.dropped).take(self.rows)
        found.index = pd.RangeIndex(len(found))
        return found

    def __getitem__(self, column: str) -> list[Any]:
        """A column's values. KeyError for one that is dropped."""
        if column in self.dropped:
            raise KeyError(column)
        listed = self.whole.listed(column)
        return self.frame[column].tolist() if listed is None else [listed[row] for row in self.rows]


class Frames(Mapping[str, "pd.DataFrame"]):
    """Parts of tables by name, each made a frame when it is asked for: a page shows half of what a workbook holds."""

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = parts

    def __getitem__(self, name: str) -> pd.DataFrame:
        return self._parts[name].frame

    def __contains__(self, name: object) -> bool:
        return name in self._parts

    def __iter__(self) -> Iterator[str]:
        return iter(self._parts)

    def __len__(self) -> int:
        return len(self._parts)
