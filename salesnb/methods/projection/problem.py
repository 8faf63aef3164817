"""What is to be solved: cells with a prior, and rows that limit sums of cells.

A *cell* is one number to be found. A *family* is one way of adding cells up: it puts every cell into one of its
groups, or into none (-1), and limits the sum of each group. A *ratio* limits a weighted sum of group sums, so that "the
first is 1.5 to 2 times the second" or "35 % of a total that is itself free" are rows like any other.

Rows are numbered through: the groups of the families in the order given, then the ratios. ``row_names`` says which is
which, and every array "per row" in this package follows that numbering.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

INF = float("inf")


class ProblemError(ValueError):
    """The problem as given makes no sense: shapes, missing numbers, limits the wrong way round."""


class RowName(NamedTuple):
    """Which row: a group of a family, or (``group`` = -1) the ratio of that name."""

    name: str
    group: int = -1


@dataclass(frozen=True, eq=False)
class Family:
    """One partition of the cells and the limits of its groups.

    ``group``: (cells,) integers in [-1, groups), -1 = in no group. ``low`` and ``high``: (groups,) limits of the group
    sums in the unit of the cells; equal = exact, infinite = open.
    ``cap``: (groups,) the row gives way rather than change its cells by more than a factor exp(cap); inf = never.
    ``stiffness``: (groups,) a miss of a fraction m of the target is worth a factor exp(stiffness · m); inf = exact.
    """

    name: str
    group: Ints
    low: Floats
    high: Floats
    cap: Floats | None = None
    stiffness: Floats | None = None

    def __post_init__(self) -> None:
        group = np.asarray(self.group)
        if group.ndim != 1 or not np.issubdtype(group.dtype, np.integer):
            raise ProblemError(f"family {self.name!r}: group must be a vector of integers, not {group.dtype}")
        object.__setattr__(self, "group", np.ascontiguousarray(group, np.int64))
        size = np.size(self.low)
        for what, filler in (("low", None), ("high", None), ("cap", INF), ("stiffness", INF)):
            object.__setattr__(self, what, _vector(getattr(self, what), size, filler, f"family {self.name!r}: {what}"))
        _check_limits(self.low, self.high, f"family {self.name!r}")
        _check_softness(self.cap, self.stiffness, f"family {self.name!r}")
        if len(group) and (group.min() < -1 or group.max() >= size):
            raise ProblemError(f"family {self.name!r}: group numbers must lie in [-1, {size})")

    @property
    def size(self) -> int:
        """How many groups."""
        return len(self.low)

    @classmethod
    def exact(cls, name: str, group: ArrayLike, sums: ArrayLike) -> Family:
        """Group sums that must be met exactly."""
        sums = np.array(sums, float)
        return cls(name, np.asarray(group), sums, sums.copy())

    @classmethod
    def free(cls, name: str, group: ArrayLike, size: int) -> Family:
        """Groups without limits, for ratios to speak of."""
        return cls(name, np.asarray(group), np.full(size, -INF), np.full(size, INF))


@dataclass(frozen=True, eq=False)
class Ratio:
    """``low`` ≤ Σ coefficient · group sum ≤ ``high`` over ``terms`` of (family name, group, coefficient)."""

    name: str
    terms: tuple[tuple[str, int, float], ...]
    low: float = 0.0
    high: float = 0.0
    cap: float = INF
    stiffness: float = INF

    def __post_init__(self) -> None:
        _check_limits(np.array([self.low]), np.array([self.high]), f"ratio {self.name!r}")
        _check_softness(np.array([self.cap]), np.array([self.stiffness]), f"ratio {self.name!r}")
        if not self.terms or not all(np.isfinite(c) for _, _, c in self.terms):
            raise ProblemError(f"ratio {self.name!r}: needs terms with finite coefficients")


@dataclass(frozen=True, eq=False)
class Problem:
    """Cells closest to ``prior`` under the rows of ``families`` and ``ratios`` and the cells' own bounds.

    ``prior``: (cells,) finite numbers. A zero stays zero (unless ``lower`` lifts it); a negative cell stays negative.
    ``lower``, ``upper``: (cells,) bounds, equal = locked; default 0 and inf, for negative cells -inf and 0.
    ``keys``: (cells,) one distinct sortable key per cell. With keys the result does not depend on the order in which
    the cells are given, to the last bit, and ties fall by key; without, the position is the key.
    """

    prior: Floats
    families: tuple[Family, ...]
    ratios: tuple[Ratio, ...] = ()
    lower: Floats | None = None
    upper: Floats | None = None
    keys: NDArray | None = None
    group_rows: int = field(init=False, repr=False)  # how many rows are group sums; the ratios follow them
    _names: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        prior = _vector(self.prior, np.size(self.prior), None, "prior")
        if not np.isfinite(prior).all():
            raise ProblemError("prior: every cell needs a finite number; leave a cell out or give it zero")
        count, negative = len(prior), prior < 0
        object.__setattr__(self, "prior", prior)
        object.__setattr__(self, "families", tuple(self.families))
        object.__setattr__(self, "ratios", tuple(self.ratios))
        lower = np.where(negative, -INF, 0.0) if self.lower is None else _vector(self.lower, count, None, "lower")
        upper = np.where(negative, 0.0, INF) if self.upper is None else _vector(self.upper, count, None, "upper")
        _check_bounds(prior, lower, upper)
        object.__setattr__(self, "lower", lower)
        object.__setattr__(self, "upper", upper)
        object.__setattr__(self, "_names", self._check_rows(count))
        object.__setattr__(self, "group_rows", sum(family.size for family in self.families))
        if self.keys is not None and np.shape(self.keys) != (count,):
            raise ProblemError(f"keys: {np.shape(self.keys)} for {count} cells")

    def _check_rows(self, count: int) -> dict[str, int]:
        starts: dict[str, int] = {}
        at = 0
        for family in self.families:
            if len(family.group) != count:
                raise ProblemError(f"family {family.name!r}: {len(family.group)} cells instead of {count}")
            if family.name in starts:
                raise ProblemError(f"two families are called {family.name!r}")
            starts[family.name] = at
            at += family.size
        sizes = {family.name: family.size for family in self.families}
        for ratio in self.ratios:
            for name, group, _ in ratio.terms:
                if not 0 <= group < sizes.get(name, 0):
                    raise ProblemError(f"ratio {ratio.name!r}: no group {group} in a family {name!r}")
        if len({ratio.name for ratio in self.ratios} | set(starts)) < len(self.ratios) + len(starts):
            raise ProblemError("families and ratios need distinct names")
        return starts

    @property
    def cells(self) -> int:
        """How many cells."""
        return len(self.prior)

    def ranges(self) -> tuple[Floats, Floats]:
        """(cells,) what each cell may be: its bounds, and zero alone where prior and lower are zero."""
        assert self.lower is not None and self.upper is not None
        return self.lower, np.where((self.prior == 0) & (self.lower == 0), 0.0, self.upper)

    @property
    def row_count(self) -> int:
        """How many rows in all."""
        return self.group_rows + len(self.ratios)

    def row(self, name: str, group: int = -1) -> int:
        """The number of a row by its name."""
        if group >= 0:
            return self._names[name] + group
        return self.group_rows + [ratio.name for ratio in self.ratios].index(name)

    def row_name(self, row: int) -> RowName:
        """The name of a row by its number."""
        if row >= self.group_rows:
            return RowName(self.ratios[row - self.group_rows].name)
        for family in self.families:
            start = self._names[family.name]
            if start <= row < start + family.size:
                return RowName(family.name, row - start)
        raise IndexError(f"row {row} of {self.row_count}")

    def per_row(self, what: str) -> Floats:
        """``low``, ``high``, ``cap`` or ``stiffness`` of every row."""
        parts: list[Sequence[float] | Floats] = [getattr(family, what) for family in self.families]
        return np.concatenate([*parts, [getattr(ratio, what) for ratio in self.ratios]]).astype(float)

    def with_rows(
        self,
        *,
        low: Floats | None = None,
        high: Floats | None = None,
        cap: Floats | None = None,
        stiffness: Floats | None = None,
    ) -> Problem:
        """The same problem with other limits or softness, per row (rows,); what is not given stays."""
        given = {"low": low, "high": high, "cap": cap, "stiffness": stiffness}
        rows = {what: self.per_row(what) if side is None else np.asarray(side, float) for what, side in given.items()}
        families, at = [], 0
        for family in self.families:
            own = slice(at, at + family.size)
            families.append(Family(family.name, family.group, **{what: side[own] for what, side in rows.items()}))
            at += family.size
        ratios = [
            Ratio(ratio.name, ratio.terms, *(float(rows[what][at + number]) for what in given))
            for number, ratio in enumerate(self.ratios)
        ]
        return replace(self, families=tuple(families), ratios=tuple(ratios))

    def ratio_matrix(self) -> Floats:
        """(ratios, group rows) coefficients, dense: ratios are few."""
        matrix = np.zeros((len(self.ratios), self.group_rows))
        for at, ratio in enumerate(self.ratios):
            for name, group, coefficient in ratio.terms:
                matrix[at, self._names[name] + group] += coefficient
        return matrix

    def sums(self, values: ArrayLike) -> Floats:
        """The value of every row at ``values`` (cells,)."""
        values = np.asarray(values, float)
        parts = [group_sums(family.group, values, family.size) for family in self.families]
        groups = np.concatenate([*parts, np.zeros(0)])
        return np.concatenate([groups, self.ratio_matrix() @ groups]) if self.ratios else groups


def group_sums(group: Ints, values: Floats, size: int) -> Floats:
    """Sums of ``values`` by group number; -1 is left out."""
    if len(group) and group.min() < 0:
        return tally(group + 1, values, size + 1)[1:]
    return tally(group, values, size)


def tally(index: Ints, values: Floats, size: int) -> Floats:
    """Sums of ``values`` by index. (``np.bincount``, whose stub forgets that weights make it float.)"""
    return cast(Floats, np.bincount(index, values, size))


def _vector(given: ArrayLike | None, size: int, filler: float | None, what: str) -> Floats:
    if given is None:
        if filler is None:
            raise ProblemError(f"{what}: missing")
        return np.full(size, filler)
    vector = np.array(given, float)
    if vector.shape != (size,):
        raise ProblemError(f"{what}: shape {vector.shape} instead of ({size},)")
    if np.isnan(vector).any():
        raise ProblemError(f"{what}: {int(np.isnan(vector).sum())} missing numbers")
    return vector


def _check_limits(low: Floats, high: Floats, what: str) -> None:
    wrong = np.flatnonzero((low > high) | (low == INF) | (high == -INF))
    if len(wrong):
        at = int(wrong[0])
        raise ProblemError(f"{what}: group {at} has low {low[at]} above high {high[at]}, or an infinite target")


def _check_softness(cap: Floats | None, stiffness: Floats | None, what: str) -> None:
    if (cap is not None and (cap <= 0).any()) or (stiffness is not None and (stiffness <= 0).any()):
        raise ProblemError(f"{what}: cap and stiffness must be positive")


def _check_bounds(prior: Floats, lower: Floats, upper: Floats) -> None:
    wrong = (lower > upper) | (np.where(prior < 0, upper > 0, lower < 0) & (lower != upper))
    wrong |= (lower == INF) | (upper == -INF)
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        bounds = f"[{lower[at]}, {upper[at]}]"
        raise ProblemError(f"cell {at}: bounds {bounds} are the wrong way round or leave the sign of {prior[at]}")
