"""Which limits may move, how far, in what order of importance; and what a proposal to move them is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from salesnb.methods.projection.problem import INF, Flags, Floats, Ints, Problem, RowName


@dataclass(frozen=True, eq=False)
class Flexible:
    """Per row (rows,): ``may`` it change; ``rank``: importance, the lowest gives way first; ``weight``: cost of a
    relative change within its rank; ``base``: what its level is measured against (growth = limit ÷ base), NaN = none;
    ``least_low``, ``most_high``: how far its limits may go.
    """

    may: Flags
    rank: Ints
    weight: Floats
    base: Floats
    least_low: Floats
    most_high: Floats

    @classmethod
    def of(
        cls,
        problem: Problem,
        may: ArrayLike | None = None,
        *,
        rank: ArrayLike | None = None,
        weight: ArrayLike | None = None,
        base: ArrayLike | None = None,
        reach: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> Flexible:
        """Defaults: all rows, equally important and heavy, without base, as far as necessary."""
        rows = problem.row_count

        def filled(given: ArrayLike | None, filler: float) -> Floats:
            return np.array(np.broadcast_to(filler if given is None else np.asarray(given, float), rows))

        least, most = (-INF, INF) if reach is None else reach
        flags = np.ones(rows, bool) if may is None else np.array(may, bool)
        return cls(
            flags,
            filled(rank, 0).astype(np.int64),
            filled(weight, 1.0),
            filled(base, np.nan),
            filled(least, -INF),
            filled(most, INF),
        )


class Method(StrEnum):
    """How a proposal divides what has to give."""

    PROPORTIONAL = "proportional"  # everyone by the same share of their limit
    FEWEST = "fewest"  # as few rows as possible
    BY_RANK = "by rank"  # the least important first, the cheapest within a rank
    LEVEL = "level"  # the highest levels cut down to one (or the lowest lifted to one)


@dataclass(frozen=True)
class Change:
    """A row's limits before and after."""

    row: int
    name: RowName
    before: tuple[float, float]
    after: tuple[float, float]


@dataclass(frozen=True)
class Proposal:
    """Changes that make all limits hold together.

    ``cost``: sum of the moves relative to the rows' sizes. ``level``: the common level, for that method. ``verified``:
    the changed problem is feasible as a whole, asked afresh; False: it could not be decided.
    """

    method: Method
    changes: tuple[Change, ...]
    cost: float
    level: float | None
    verified: bool


@dataclass(frozen=True, eq=False)
class Moves:
    """New limits of some rows, before they become a proposal."""

    rows: Ints
    low: Floats
    high: Floats
    level: float | None = None
