"""Why whole numbers are refused: always a reason, the rows or cells concerned, and the grain that would work."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """What stands in the way at this grain."""

    TOO_LARGE = "too large"  # sums beyond 2**53 are not exact in the numbers used
    ROW_OFF_GRAIN = "row off grain"  # an exact row (less the locked cells in it) is not a multiple of the grain
    ROW_TOO_NARROW = "row too narrow"  # no multiple of the grain between a row's limits
    CELL_TOO_NARROW = "cell too narrow"  # no multiple of the grain between a cell's bounds
    ROWS_DISAGREE = "rows disagree"  # whole sums of different families contradict each other
    NONE_EXISTS = "none exists"  # proven: no multiples meet all rows at once
    UNDECIDED = "undecided"  # rows too entangled for the stages, and the search was stopped by its limits


class RoundingRefused(ValueError):
    """No exact rounding at this grain.

    ``rows``, ``cells``: numbers of those concerned (empty: all of them together). ``grain_that_works``: the coarsest
    finer grain found to work, None if none was.
    """

    def __init__(self, reason: Reason, rows: list[int] | None = None, cells: list[int] | None = None) -> None:
        self.reason, self.rows, self.cells = reason, rows or [], cells or []
        self.grain_that_works: int | None = None
        super().__init__(f"{reason}: rows {self.rows[:5]}, cells {self.cells[:5]}")
