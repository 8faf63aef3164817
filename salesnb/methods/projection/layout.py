"""Cells in one canonical order, and the sums over them: what the solvers stand on.

The family with most groups leads. Cells are sorted by its groups, so that its sums are runs; all other families are
read through a *joint* index (cells with the same groups in all of them share one entry), so that most work happens on
the few joint entries.

The order of cells, groups and families inside is fixed by keys, first appearance and names, never by the order in which
they were given: that makes results independent of it to the last bit. Each family has one more row inside than outside,
its last: cells in no group. It has no limits.
"""

from __future__ import annotations

import numpy as np

from salesnb.methods.projection.blocks import Partition, block_numbers, partitions
from salesnb.methods.projection.problem import Family, Floats, Ints, Problem, ProblemError, tally

_LARGEST_EXPONENT = 330.0  # exp of two such sums still is a finite number
_DENSE = 500_000  # entries of a (rows × joint entries) table of 0 and 1 up to which one product beats a loop
_FEW = 8  # families behind the leading one: a loop over so few costs nothing


class Layout:
    """Canonical arrangement of a problem's cells and group rows. Ratios live in :mod:`.rows`.

    ``order``: canonical cell → cell as given (None: the same). ``position``: group row as given → row inside.
    ``sizes``, ``offsets``: rows inside of each family, the leading one first. ``blocks``: block of each leading row.
    """

    def __init__(self, problem: Problem) -> None:
        families = sorted(problem.families, key=lambda family: (-family.size, family.name))
        if not families:
            families = [Family.free("", np.zeros(problem.cells, np.int64), 1)]
        self.cells = problem.cells
        self.sizes = [family.size + 1 for family in families]
        self.offsets = np.concatenate([[0], np.cumsum(self.sizes)]).astype(np.int64)
        self.rows, self.lead_size = int(self.offsets[-1]), self.sizes[0]
        order = _key_order(problem.keys)
        pairs = [_by_appearance(family, order) for family in families]
        groups, seats = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        self.parts = partitions(groups, self.sizes)
        blocks = block_numbers(self.parts, groups[0], self.lead_size)
        groups[0], seats[0] = self._lead_by_block(groups[0], seats[0], blocks)
        groups, self.order = _sorted_by_lead(groups, order)
        self.lead = groups[0]
        self._number_rows(problem, families, seats)
        self._measure_runs()
        self._join(groups[1:])
        self.member = self._membership()

    def _lead_by_block(self, lead: Ints, seat: Ints, blocks: Ints) -> tuple[Ints, Ints]:
        """Leading rows renumbered so that a block is a run of them; rows without cells go to the end."""
        by_block = np.argsort(np.where(blocks < 0, len(blocks), blocks), kind="stable")
        self.blocks = blocks[by_block]
        if (np.diff(by_block) == 1).all():
            return lead, seat
        self.parts = [Partition(part.of_lead[by_block], part.of_group) for part in self.parts]
        number = np.argsort(by_block)
        return number[lead], number[seat]

    def _number_rows(self, problem: Problem, families: list[Family], seats: list[Ints]) -> None:
        self.position = np.zeros(problem.group_rows, np.int64)
        for family, seat, offset in zip(families, seats, self.offsets[:-1], strict=True):
            if problem.families and family.size:
                start = problem.row(family.name, 0)
                self.position[start : start + family.size] = offset + seat

    def _measure_runs(self) -> None:
        self.lead_counts = np.bincount(self.lead, minlength=self.lead_size)
        self._filled = np.flatnonzero(self.lead_counts)
        self._starts = (np.cumsum(self.lead_counts) - self.lead_counts)[self._filled]

    def _join(self, groups: list[Ints]) -> None:
        key, entries = np.zeros(self.cells, np.int64), 1
        limit = 16 * self.cells + 1024
        for group, size in zip(groups, self.sizes[1:], strict=True):
            if entries * size > limit:
                key, entries = compact(key, entries, limit)
            key, entries = key * size + group, entries * size
        self.joint, self.joints = compact(key, entries, limit)
        self.direct = 2 * self.joints > self.cells  # joining saves nothing: let every cell be its own entry
        if self.direct:
            self.joint, self.joints, self.joint_groups = np.arange(self.cells), self.cells, groups
            return
        first = np.zeros(self.joints, np.int64)
        first[self.joint[::-1]] = np.arange(self.cells - 1, -1, -1)
        self.joint_groups = [group[first] for group in groups]

    def _membership(self) -> Floats | None:
        """(rows behind the leading family, joint entries) 1 inside and 0 outside, for many families of few groups on
        few cells: a loop over the families would cost more than their sums. None where it would not."""
        rest = self.rows - self.lead_size
        if len(self.joint_groups) <= _FEW or rest * self.joints > _DENSE:
            return None
        member = np.zeros((rest, self.joints))
        for group, offset in zip(self.joint_groups, self.offsets[1:], strict=False):
            member[group + (int(offset) - self.lead_size), np.arange(self.joints)] = 1.0
        return member

    def arrange(self, values: Floats) -> Floats:
        """Cell values as given → canonical order."""
        return np.ascontiguousarray(values if self.order is None else values[self.order], float)

    def restore(self, values: Floats) -> Floats:
        """Cell values in canonical order → as given (the same array where that is their order)."""
        if self.order is None:
            return values
        given = np.empty_like(values)
        given[self.order] = values
        return given

    def lead_sums(self, values: Floats) -> Floats:
        """(leading rows,) sums of cell values."""
        if len(self._filled) == self.lead_size:
            return np.add.reduceat(values, self._starts)
        sums = np.zeros(self.lead_size)
        if len(self._filled):
            sums[self._filled] = np.add.reduceat(values, self._starts)
        return sums

    def joint_sums(self, values: Floats) -> Floats:
        """(joint entries,) sums of cell values."""
        return values if self.direct else tally(self.joint, values, self.joints)

    def sums(self, values: Floats) -> Floats:
        """(rows,) sums of cell values in every row inside."""
        joint = self.joint_sums(values)
        if self.member is not None:
            return np.concatenate([self.lead_sums(values), self.member @ joint])
        parts = [tally(g, joint, size) for g, size in zip(self.joint_groups, self.sizes[1:], strict=True)]
        return np.concatenate([self.lead_sums(values), *parts])

    def joint_spread(self, rows: Floats) -> Floats:
        """(joint entries,) the sum of the non-leading row values that apply to each."""
        if self.member is not None:
            return np.asarray(rows[self.lead_size :] @ self.member)
        spread = np.zeros(self.joints)
        for group, start, stop in zip(self.joint_groups, self.offsets[1:], self.offsets[2:], strict=False):
            spread += rows[start:stop][group]
        return spread

    def spread(self, rows: Floats) -> Floats:
        """(cells,) the sum of the row values that apply to each cell: the transpose of ``sums``."""
        spread = self.joint_spread(rows)
        cells = spread if self.direct else np.take(spread, self.joint)
        cells += np.repeat(rows[: self.lead_size], self.lead_counts)
        return cells

    def factors(self, rows: Floats) -> Floats:
        """(cells,) exp of ``spread``, the exponents held within what a number can carry."""
        joint = np.exp(np.clip(self.joint_spread(rows), -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
        lead = np.exp(np.clip(rows[: self.lead_size], -_LARGEST_EXPONENT, _LARGEST_EXPONENT))
        return self.scaled(lead, joint)

    def scaled(self, lead: Floats, joint: Floats) -> Floats:
        """(cells,) the factor of each cell's leading row times that of its joint entry (which may be overwritten)."""
        cells = joint if self.direct else np.take(joint, self.joint)
        cells *= np.repeat(lead, self.lead_counts)
        return cells


def _key_order(keys: np.ndarray | None) -> Ints | None:
    if keys is None or len(keys) < 2:
        return None
    steps = keys[:-1] < keys[1:]
    if steps.all():
        return None
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    if not (ordered[:-1] < ordered[1:]).all():
        raise ProblemError("keys: two cells have the same key")
    return order


def _by_appearance(family: Family, order: Ints | None) -> tuple[Ints, Ints]:
    """Groups renumbered by their first cell in canonical order; cells in no group get the last number."""
    group = family.group if order is None else family.group[order]
    if len(group) and group.min() < 0:
        group = np.where(group < 0, family.size, group)
    cells = len(group)
    first = np.full(family.size + 1, cells)
    first[group[::-1]] = np.arange(cells - 1, -1, -1)
    first = first[:-1]
    if (first[:-1] <= first[1:]).all():
        return group, np.arange(family.size)
    seat = np.empty(family.size + 1, np.int64)
    seat[np.argsort(first, kind="stable")] = np.arange(family.size)
    seat[-1] = family.size
    return seat[group], seat[:-1]


def _sorted_by_lead(groups: list[Ints], order: Ints | None) -> tuple[list[Ints], Ints | None]:
    lead = groups[0]
    if (lead[:-1] <= lead[1:]).all():
        return groups, order
    again = np.argsort(lead, kind="stable")
    return [group[again] for group in groups], again if order is None else order[again]


def compact(key: Ints, entries: int, limit: int) -> tuple[Ints, int]:
    """Keys renumbered without gaps, in their own order."""
    if entries > limit:
        used, number = np.unique(key, return_inverse=True)
        return number.astype(np.int64), len(used)
    present = np.bincount(key, minlength=entries) > 0
    number = np.cumsum(present) - 1
    return number[key], int(present.sum())
