"""The deletion filter: drop what can be dropped while the contradiction stays; what is left is a smallest set."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from salesnb.methods.conflicts.coarse import least_telling_first
from salesnb.methods.conflicts.merged import Merged
from salesnb.methods.conflicts.program import Outcome
from salesnb.methods.projection.problem import INF, Flags

_Switch = Callable[[list[int], bool], None]
_ONE_BY_ONE = 6  # shorter runs are not worth halving


class Filter:
    """Drops labels of bounds first, then rows, least telling first, in runs that are halved where something holds.

    ``inside``: (cells,) where the contradiction is, if that is known; rows that reach beyond are less telling.
    """

    def __init__(self, merged: Merged, inside: Flags | None = None) -> None:
        self._merged = merged
        self._inside = np.ones(merged.table.problem.cells, bool) if inside is None else inside
        self._program = merged.program()
        self._low, self._high = merged.limits()
        self._place = {int(row): place for place, row in enumerate(merged.rows)}

    def smallest(self) -> tuple[list[int], list[int]]:
        """(rows, labels of bounds) that contradict each other, none of which can be dropped."""
        labels = [int(label) for label in np.unique(self._merged.held) if label >= 0]
        kept_labels = self._keep(labels, self._switch_bounds) if labels else []
        kept: list[int] = []
        for part in least_telling_first(self._merged.table, self._merged.rows, self._inside):
            kept += self._keep([int(row) for row in part], self._switch_rows)
        return sorted(kept), sorted(kept_labels)

    def verified(self) -> bool:
        """Whether all contradict each other, and none can be dropped; asked one by one."""
        if not self._contradicts():
            return False
        units: list[tuple[_Switch, int]] = [(self._switch_rows, int(row)) for row in self._merged.rows]
        units += [(self._switch_bounds, int(label)) for label in np.unique(self._merged.held) if label >= 0]
        for switch, unit in units:
            switch([unit], False)
            if self._contradicts():
                return False
            switch([unit], True)
        return True

    def _keep(self, run: list[int], switch: _Switch, known: bool = False) -> list[int]:
        """Drop what can be dropped of a run; what had to be kept. ``known``: the whole run cannot be dropped."""
        if not known:
            switch(run, False)
            if self._contradicts():
                return []
            switch(run, True)
        if len(run) == 1:
            return run
        if len(run) <= _ONE_BY_ONE:
            return [one for item in run for one in self._keep([item], switch)]
        half = len(run) // 2
        first = self._keep(run[:half], switch)
        return first + self._keep(run[half:], switch, known=not first)

    def _contradicts(self) -> bool:
        return self._program.run().outcome is Outcome.INFEASIBLE

    def _switch_rows(self, rows: list[int], on: bool) -> None:
        for row in rows:
            place = self._place[row]
            low, high = (self._low[place], self._high[place]) if on else (-INF, INF)
            self._program.limit_row(place, low, high)

    def _switch_bounds(self, labels: list[int], on: bool) -> None:
        merged = self._merged
        low, high = (merged.low, merged.high) if on else merged.natural
        for column in np.flatnonzero(np.isin(merged.held, labels)):
            self._program.bound_column(int(column), low[column], high[column])
