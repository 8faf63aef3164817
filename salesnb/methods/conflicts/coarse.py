"""Fine and coarse rows: which is which, and which coarse ones lie within the cells of a conflict."""

from __future__ import annotations

import numpy as np

from salesnb.methods.conflicts.merged import Table, joint_key
from salesnb.methods.projection.problem import Flags, Floats, Ints

_MOST_COLUMNS = 12_000  # rows may join as long as the programmes stay this narrow


def core(table: Table, rows: Ints, prices: Floats) -> Flags:
    """(cells,) where the contradiction is: the cells of the rows that want more, or of those that want less, whichever
    are fewer."""
    sides = [table.cells_of(rows[prices > 0]), table.cells_of(rows[prices < 0])]
    return min(sides, key=lambda cells: int(cells.sum()) or table.problem.cells + 1)


def with_coarse(table: Table, candidates: Ints) -> Ints:
    """The candidates and the limited rows of coarser families that lie within the candidates' cells, ascending."""
    problem = table.problem
    if table.inside is not None:  # every family is one group: none is coarser than another
        return candidates
    finest, inside = _finest(table, candidates), table.cells_of(candidates)
    joined = candidates
    for family in sorted(problem.families, key=lambda family: (family.size, family.name)):
        if family.size >= finest or not family.size:
            continue
        start = problem.row(family.name, 0)
        outside = np.bincount(family.group[~inside & (family.group >= 0)], minlength=family.size) > 0
        some = np.bincount(family.group[inside & (family.group >= 0)], minlength=family.size) > 0
        rows = np.intersect1d(start + np.flatnonzero(some & ~outside), table.limited)
        wider = np.union1d(joined, rows)
        if len(wider) > len(joined) and joint_key(table, wider)[1] <= _MOST_COLUMNS:
            joined = wider
    return joined


def least_telling_first(table: Table, rows: Ints, inside: Flags) -> list[Ints]:
    """``rows`` in runs, those first that a reader would miss least: rows that reach beyond the cells ``inside``, then
    the others; in both, families of many groups before those of few, and ratios last."""
    beyond = _reaching(table, rows, ~inside)
    return [*_finest_first(table, rows[beyond]), *_finest_first(table, rows[~beyond])]


def _finest_first(table: Table, rows: Ints) -> list[Ints]:
    """Rows divided by family, many groups before few and ratios last; in a family, by the first cell in key order."""
    problem = table.problem
    ratios = rows[rows >= problem.group_rows]
    last = [ratios[np.argsort(np.array([problem.row_name(int(row)).name for row in ratios]))]] if len(ratios) else []
    if table.inside is not None:
        own = rows[rows < problem.group_rows].tolist()
        return [*(np.array([row]) for row in sorted(own, key=lambda row: problem.families[row].name)), *last]
    rank = np.arange(problem.cells)
    if problem.keys is not None:
        rank[np.argsort(problem.keys, kind="stable")] = np.arange(problem.cells)
    parts = []
    for family in sorted(problem.families, key=lambda family: (-family.size, family.name)):
        start = problem.row(family.name, 0) if family.size else 0
        own = rows[(rows >= start) & (rows < start + family.size)] if family.size else rows[:0]
        if not len(own):
            continue
        first = np.full(family.size + 1, problem.cells)
        np.minimum.at(first, family.group, rank)  # -1 falls on the last
        parts.append(own[np.argsort(first[own - start], kind="stable")])
    return [*parts, *last]


def _reaching(table: Table, rows: Ints, cells: Flags) -> Flags:
    """(rows,) whether any cell of each is among ``cells``."""
    problem, reached = table.problem, [np.zeros(0, bool)]
    if table.inside is not None:
        reached.append(np.asarray(table.inside[:, cells].any(axis=1)))
    for family in problem.families if table.inside is None else ():
        group = family.group[cells]
        reached.append(np.bincount(group[group >= 0], minlength=family.size) > 0)
    groups = np.concatenate(reached)
    return np.concatenate([groups, (table.spoken & groups).any(axis=1)])[rows]


def _finest(table: Table, rows: Ints) -> int:
    """The number of groups of the finest family among the rows."""
    most, at = 0, 0
    for family in table.problem.families:
        if ((rows >= at) & (rows < at + family.size)).any():
            most = max(most, family.size)
        at += family.size
    return most
