"""A problem seen through a few of its rows: cells that those rows cannot tell apart are one column.

Exact for feasibility: a merged column may be anything between the sums of its cells' bounds. That makes linear
programmes over hundreds of thousands of cells small.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from salesnb.methods.conflicts.program import Matrix, Program
from salesnb.methods.projection.problem import INF, Flags, Floats, Ints, Problem, tally

SLACK = 1e-9  # of a row's size: contradictions below that are rounding, not conflicts
_DENSE = 400_000  # entries of a (groups × cells) table worth holding when every family is one group


@dataclass(frozen=True, eq=False)
class Table:
    """All rows of a problem with what the searches need to know about them.

    ``low``, ``high``: limits, soft ones taken as they stand. ``size``: the amount against which a change of the row is
    judged. ``usual``: (groups,) sums of the prior's sizes. ``inside``: (groups, cells) which cells are in which group,
    where every family is one group and the table small: then rows are looked at all at once, not family by family.
    """

    problem: Problem
    low: Floats
    high: Floats
    size: Floats
    usual: Floats
    inside: Flags | None = None

    @classmethod
    def of(cls, problem: Problem) -> Table:
        """The table of a problem."""
        inside, prior = _inside(problem), np.abs(problem.prior)
        usual: Floats = problem.sums(prior)[: problem.group_rows] if inside is None else inside.astype(float) @ prior
        return cls._of(problem, usual, inside)

    def moved(self, problem: Problem) -> Table:
        """The table of the same problem with other limits."""
        return self._of(problem, self.usual, self.inside)

    @classmethod
    def _of(cls, problem: Problem, usual: Floats, inside: Flags | None) -> Table:
        low, high, groups = problem.per_row("low"), problem.per_row("high"), problem.group_rows
        limit = np.maximum(np.where(np.isfinite(low), np.abs(low), 0.0), np.where(np.isfinite(high), np.abs(high), 0.0))
        limit[:groups] = np.where(limit[:groups] > 0, limit[:groups], usual)
        if problem.ratios:
            spoken = 0.5 * np.abs(problem.ratio_matrix()) @ limit[:groups]
            limit[groups:] = np.where(limit[groups:] > 0, limit[groups:], spoken)
        return cls(problem, low, high, np.where(limit > 0, limit, 1.0), usual, inside)

    @property
    def limited(self) -> Ints:
        """Rows with any limit."""
        return np.flatnonzero(np.isfinite(self.low) | np.isfinite(self.high))

    def groups_in(self, rows: Ints) -> Ints:
        """Group rows that are among ``rows`` or that a ratio among them speaks of."""
        groups = self.problem.group_rows
        needed = np.zeros(groups, bool)
        needed[rows[rows < groups]] = True
        spoken = rows[rows >= groups] - groups
        if len(spoken):
            needed |= self.spoken[spoken].any(axis=0)
        return np.flatnonzero(needed)

    @cached_property
    def spoken(self) -> Flags:
        """(ratios, groups) which group rows each ratio speaks of."""
        problem, groups = self.problem, self.problem.group_rows
        flags = np.zeros((len(problem.ratios), groups), bool)
        for at, ratio in enumerate(problem.ratios):
            for name, group, _ in ratio.terms:
                flags[at, problem.row(name, group)] = True
        return flags

    def cells_of(self, rows: Ints) -> Flags:
        """(cells,) whether a cell is in any of the rows."""
        needed, at = self.groups_in(rows), 0
        if self.inside is not None:
            return np.asarray(self.inside[needed].any(axis=0))
        inside = np.zeros(self.problem.cells, bool)
        for family in self.problem.families:
            chosen = np.zeros(family.size + 1, bool)
            chosen[needed[(needed >= at) & (needed < at + family.size)] - at] = True
            inside |= chosen[family.group]
            at += family.size
        return inside


@dataclass(frozen=True, eq=False)
class Merged:
    """``rows`` of a table over merged columns: bounds ``low``, ``high`` of the columns, one row of ``matrix`` per row.

    Amounts are in ``unit``. ``column``: (cells,) the column of each cell. ``held``: the label of a column's bounds, -1
    = background; a labelled column's bounds can be let go to ``natural`` (low, high).
    """

    table: Table
    rows: Ints
    column: Ints
    low: Floats
    high: Floats
    held: Ints
    natural: tuple[Floats, Floats]
    matrix: Matrix
    unit: float
    slack: float

    @property
    def columns(self) -> int:
        """How many."""
        return len(self.low)

    def program(self) -> Program:
        """Feasibility of all rows, as a programme without cost."""
        low, high = self.limits()
        return Program(np.zeros(self.columns), (self.low, self.high), self.matrix, (low, high))

    def limits(self) -> tuple[Floats, Floats]:
        """The rows' limits in ``unit``, opened by ``slack`` of their size."""
        slack = self.slack * self.table.size[self.rows]
        return (self.table.low[self.rows] - slack) / self.unit, (self.table.high[self.rows] + slack) / self.unit


def merge(table: Table, rows: Ints, held: Ints | None = None, slack: float = SLACK) -> Merged:
    """The problem over ``rows`` only. ``held``: (cells,) labels of the rules that set the cells' bounds."""
    problem = table.problem
    labels = np.full(problem.cells, -1) if held is None else held
    key, count = joint_key(table, rows, labels)
    some = np.zeros(count, np.int64)
    some[key] = np.arange(problem.cells)
    lower, upper = problem.ranges()
    low = np.where(problem.prior < 0, -INF, 0.0)
    high = np.where(problem.prior > 0, INF, 0.0)
    unit = _unit(table, rows)
    sides = [tally(key, side, count) / unit for side in (lower, upper, low, high)]
    return Merged(
        table,
        rows,
        key,
        low=sides[0],
        high=sides[1],
        held=labels[some],
        natural=(sides[2], sides[3]),
        matrix=_matrix(table, rows, some),
        unit=unit,
        slack=slack,
    )


def _unit(table: Table, rows: Ints) -> float:
    """The largest limit is a hundred thousand units: what a solver of linear programmes likes best."""
    limits = np.concatenate([table.low[rows], table.high[rows], [0.0]])
    return float(np.abs(limits[np.isfinite(limits)]).max()) / 1e5 or 1.0


def joint_key(table: Table, rows: Ints, labels: Ints | None = None) -> tuple[Ints, int]:
    """(cells,) numbers, equal where the rows and labels are the same, and how many there are."""
    needed = table.groups_in(rows)
    key, count = _compact(np.zeros(table.problem.cells, np.int64) if labels is None else labels + 1)
    if table.inside is not None:
        code, codes = _codes(table.inside[needed])
        return _compact(key * codes + code)
    at = 0
    for family in table.problem.families:
        own = needed[(needed >= at) & (needed < at + family.size)] - at
        at += family.size
        if len(own):
            number = np.zeros(family.size + 1, np.int64)  # the last: cells in no group
            number[own] = np.arange(1, len(own) + 1)
            key, count = _compact(key * (len(own) + 1) + number[family.group])
    return key, count


def _matrix(table: Table, rows: Ints, some: Ints) -> Matrix:
    """Coefficients of the rows in the columns, read off one cell of each column."""
    problem, groups = table.problem, table.problem.group_rows
    if table.inside is not None:
        return _dense_matrix(table, rows, table.inside[:, some])
    place = np.full(groups, -1)
    place[rows[rows < groups]] = np.flatnonzero(rows < groups)
    parts: list[tuple[Ints, Ints, Floats]] = []
    members: dict[int, Ints] = {}
    at = 0
    wanted = table.groups_in(rows[rows >= groups])
    for family in problem.families:
        group = family.group[some]
        row = np.where(group >= 0, place[at + np.maximum(group, 0)], -1)
        inside = np.flatnonzero(row >= 0)
        parts.append((row[inside], inside, np.ones(len(inside))))
        for own in wanted[(wanted >= at) & (wanted < at + family.size)]:
            members[int(own)] = np.flatnonzero(group == own - at)
        at += family.size
    for number in np.flatnonzero(rows >= groups):
        parts.append(_ratio_entries(problem, int(rows[number]) - groups, int(number), members, len(some)))
    triples = [np.concatenate(side) for side in zip(*parts, strict=True)] if parts else [np.zeros(0, np.int64)] * 3
    return Matrix.of(triples[0].astype(np.int64), triples[1].astype(np.int64), triples[2].astype(float), len(rows))


def _dense_matrix(table: Table, rows: Ints, inside: Flags) -> Matrix:
    """The same from the table of groups and columns."""
    groups = table.problem.group_rows
    values = np.zeros((len(rows), inside.shape[1]))
    plain = rows < groups
    values[plain] = inside[rows[plain]]
    if not plain.all():
        values[~plain] = table.problem.ratio_matrix()[rows[~plain] - groups] @ inside
    row, column = np.nonzero(values)
    starts = np.concatenate([[0], np.cumsum(np.bincount(row, minlength=len(rows)))])
    return Matrix(starts, column, values[row, column])


def _inside(problem: Problem) -> Flags | None:
    """(groups, cells) flags where every family is one group; None where the table would be large, or not as simple."""
    families = problem.families
    if not families or len(families) * problem.cells > _DENSE or any(family.size != 1 for family in families):
        return None
    return np.array([family.group for family in families]) == 0


def _codes(flags: Flags) -> tuple[Ints, int]:
    """(cells,) numbers in the order of the flags read as digits, the first the highest, and how many there are."""
    packed = np.ascontiguousarray(np.packbits(flags, axis=0).T)
    if not packed.shape[1]:
        return np.zeros(flags.shape[1], np.int64), 1
    kept, number = np.unique(packed.view(f"V{packed.shape[1]}").ravel(), return_inverse=True)
    return number, len(kept)


def _ratio_entries(
    problem: Problem, ratio: int, number: int, members: dict[int, Ints], count: int
) -> tuple[Ints, Ints, Floats]:
    total = np.zeros(count)
    for name, group, coefficient in problem.ratios[ratio].terms:
        total[members[problem.row(name, group)]] += coefficient
    touched = np.flatnonzero(total)
    return np.full(len(touched), number), touched, total[touched]


def _compact(key: Ints) -> tuple[Ints, int]:
    """Keys renumbered without gaps, in their own order."""
    most = int(key.max(initial=0)) + 1
    if most <= 4 * len(key) + 1024:
        present = np.bincount(key, minlength=most) > 0
        return (np.cumsum(present) - 1)[key], int(present.sum())
    kept, number = np.unique(key, return_inverse=True)
    return number, len(kept)
