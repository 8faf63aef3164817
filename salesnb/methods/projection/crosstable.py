"""Newton steps through cross tables: the leading family eliminated by its diagonal block (a Schur complement).

Entry (a, b) of the Hessian is the sum of the answering cells that rows a and b share: a cross table, read off with
``bincount``. Two groups of one family share no cell, so the leading family's own part is a diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from salesnb.methods.projection.layout import Layout
from salesnb.methods.projection.problem import Flags, Floats, Ints, tally
from salesnb.methods.projection.rows import Rows

_LEAST_DAMPING = 1e-12  # rows of different families repeat each other's sums: the Hessian alone is singular

_MOST_ENTRIES = 16_000_000  # numbers in all tables (128 MB)
_PRODUCTS_PER_STEP = 40  # conjugate gradient steps that one Newton step would take
_TOUCH = 10  # multiplications of a matrix product in the time of one touch of a cell


@dataclass
class _Block:
    """A run of leading rows and the columns (rows behind the leading family) that their cells touch."""

    lead: slice
    columns: Ints
    entries: slice  # of the flat buffer of all blocks' tables


def worth_building(layout: Layout, ratios: int) -> bool:
    """Whether tables beat products with the Hessian (:mod:`.gradient`), by the numbers that each has to touch."""
    inner = layout.rows - layout.lead_size + ratios
    runs = _runs(layout)
    entries = sum((stop - start) * (len(columns) + ratios) for start, stop, columns in runs)
    if entries + inner * inner > _MOST_ENTRIES:
        return False
    squares = sum((stop - start) * (len(columns) + ratios) ** 2 for start, stop, columns in runs)
    product = layout.cells * (len(layout.sizes) + 2) + 20 * layout.rows + 50_000
    return squares + inner**3 / 3 < _PRODUCTS_PER_STEP * _TOUCH * product


class CrossTables:
    """The Hessian of the dual function in block form, and damped Newton steps with it."""

    pinnings = 4

    def __init__(self, layout: Layout, rows: Rows) -> None:
        self._layout, self._lead = layout, layout.lead_size
        self._rest, self._extra = layout.rows - layout.lead_size, len(rows.matrix)
        self._lead_matrix, self._rest_matrix = rows.matrix[:, : self._lead], rows.matrix[:, self._lead :]
        self._rows = rows
        self._blocks, at = [], 0
        for start, stop, columns in _runs(layout):
            entries = slice(at, at + (stop - start) * len(columns))
            self._blocks.append(_Block(slice(start, stop), columns, entries))
            at = entries.stop
        self._entries = at
        places = self._find_places()
        # many families on few cells are read at once, few families on many cells one after the other
        self._places = [np.concatenate(places)] if layout.member is not None else places
        self._turns = len(places) if layout.member is not None else 1
        groups, sizes = layout.joint_groups, layout.sizes[1:]
        looped = range(len(groups)) if layout.member is None else ()
        self._pairs = [(a, b, groups[a] * sizes[b] + groups[b]) for a in looped for b in range(a + 1, len(groups))]

    def _find_places(self) -> list[Ints]:
        """Per family behind the leading one: each cell's place in the flat tables (the end: in no group)."""
        layout, rest = self._layout, self._rest
        lookup = np.full((len(self._blocks) + 1, max(rest, 1)), -1)
        row_start, block_of = np.zeros(self._lead, np.int64), np.full(self._lead, len(self._blocks))
        for number, block in enumerate(self._blocks):
            lookup[number, block.columns] = np.arange(len(block.columns))
            height = block.lead.stop - block.lead.start
            row_start[block.lead] = block.entries.start + len(block.columns) * np.arange(height)
            block_of[block.lead] = number
        cell_start = np.repeat(row_start, layout.lead_counts)
        cell_block = np.repeat(block_of, layout.lead_counts)
        joint_block = np.zeros(layout.joints, np.int64)
        joint_block[layout.joint] = cell_block
        split = not bool((joint_block[layout.joint] == cell_block).all())
        places = []
        for group, offset in zip(layout.joint_groups, layout.offsets[1:], strict=False):
            row = group + (int(offset) - self._lead)
            column = lookup[cell_block, row[layout.joint]] if split else lookup[joint_block, row][layout.joint]
            place = cell_start + column
            if (lookup[joint_block, row] < 0).any() or split:
                place[column < 0] = self._entries
            places.append(place)
        return places

    def load(self, answer: Floats) -> None:
        """Read the cross tables for cells that answer by ``answer``."""
        layout, rest = self._layout, self._rest
        joint = layout.joint_sums(answer)
        self._diagonal = layout.lead_sums(answer)
        self._inner = np.zeros((rest + self._extra, rest + self._extra))
        if layout.member is not None:
            self._inner[:rest, :rest] = (layout.member * joint) @ layout.member.T
        else:
            self._cross(joint)
        flat = np.zeros(self._entries + 1)
        every = np.tile(answer, self._turns) if self._turns > 1 else answer
        for place in self._places:
            flat += tally(place, every, self._entries + 1)
        self._tables = [flat[block.entries].reshape(block.lead.stop - block.lead.start, -1) for block in self._blocks]
        if self._extra:
            self._add_ratios()

    def _cross(self, joint: Floats) -> None:
        """The tables of the families behind the leading one with each other, from the joint entries."""
        layout, inner = self._layout, self._inner
        starts = [int(offset) - self._lead for offset in layout.offsets[1:]]
        for f, group in enumerate(layout.joint_groups):
            own = np.arange(starts[f], starts[f + 1])
            inner[own, own] = tally(group, joint, layout.sizes[f + 1])
        for a, b, key in self._pairs:
            shape = (layout.sizes[a + 1], layout.sizes[b + 1])
            table = tally(key, joint, shape[0] * shape[1]).reshape(shape)
            inner[starts[a] : starts[a + 1], starts[b] : starts[b + 1]] = table
            inner[starts[b] : starts[b + 1], starts[a] : starts[a + 1]] = table.T

    def _add_ratios(self) -> None:
        """Ratio rows combine group rows, so their tables are products of the matrix with the groups' tables."""
        rest, lead_matrix, rest_matrix = self._rest, self._lead_matrix, self._rest_matrix
        with_lead = self._diagonal[:, None] * lead_matrix.T
        with_rest = self._inner[:rest, :rest] @ rest_matrix.T
        for block, table in zip(self._blocks, self._tables, strict=True):
            with_lead[block.lead] += table @ rest_matrix[:, block.columns].T
            with_rest[block.columns] += table.T @ lead_matrix[:, block.lead].T
        self._inner[:rest, rest:], self._inner[rest:, :rest] = with_rest, with_rest.T
        self._inner[rest:, rest:] = lead_matrix @ with_lead + rest_matrix @ with_rest
        self._tables = [
            np.concatenate([table, with_lead[block.lead]], axis=1)
            for block, table in zip(self._blocks, self._tables, strict=True)
        ]

    @property
    def diagonal(self) -> Floats:
        """(rows,) the answering cells of each row."""
        return np.concatenate([self._diagonal, self._inner.diagonal()])

    def product(self, dual: Floats) -> Floats:
        """The Hessian of the cells' part times a change of the dual."""
        lead, every = self._lead, np.arange(self._rest, self._rest + self._extra)
        result = np.concatenate([self._diagonal * dual[:lead], self._inner @ dual[lead:]])
        for block, table in zip(self._blocks, self._tables, strict=True):
            columns = np.concatenate([block.columns, every]) if self._extra else block.columns
            result[block.lead] += table @ dual[lead + columns]
            result[lead + columns] += dual[block.lead] @ table
        return result

    def solve(self, slope: Floats, values: Floats, movable: Flags, damping: float) -> Floats | None:
        """The damped Newton change of the dual; None where the numbers give none."""
        lead = self._lead
        size = np.maximum(np.abs(values), 0.1 * self._rows.scale) * (damping + _LEAST_DAMPING)
        size += self._rows.give
        weight = np.zeros(lead)
        weight[movable[:lead]] = 1.0 / (self._diagonal + size[:lead])[movable[:lead]]
        schur, right = self._inner.copy(), slope[lead:].copy()
        every = np.arange(self._rest, self._rest + self._extra)
        for block, table in zip(self._blocks, self._tables, strict=True):
            columns = np.concatenate([block.columns, every]) if self._extra else block.columns
            weighted = table * weight[block.lead, None]
            schur[np.ix_(columns, columns)] -= table.T @ weighted
            right[columns] -= slope[block.lead] @ weighted
        free = np.flatnonzero(movable[lead:])
        schur = schur[np.ix_(free, free)]
        schur[np.arange(len(free)), np.arange(len(free))] += size[lead:][free]
        change = np.zeros(len(slope))
        try:
            change[lead + free] = -np.linalg.solve(schur, right[free])
        except np.linalg.LinAlgError:
            return None
        pull = slope[:lead].copy()
        for block, table in zip(self._blocks, self._tables, strict=True):
            columns = np.concatenate([block.columns, every]) if self._extra else block.columns
            pull[block.lead] += table @ change[lead + columns]
        change[:lead] = -weight * pull
        return change if np.isfinite(change).all() else None


def _runs(layout: Layout) -> list[tuple[int, int, Ints]]:
    """(start, stop, columns) of each block of leading rows."""
    edges = np.flatnonzero(np.diff(layout.blocks, prepend=-2, append=-2))
    runs = []
    for start, stop in pairwise(edges):
        if layout.blocks[start] < 0:
            continue
        columns = [np.zeros(0, np.int64)]
        for part, offset in zip(layout.parts, layout.offsets[1:], strict=False):
            touched = np.unique(part.of_lead[start:stop])
            members = np.flatnonzero(np.isin(part.of_group, touched[touched >= 0]))
            columns.append(members + int(offset) - layout.lead_size)
        runs.append((int(start), int(stop), np.concatenate(columns)))
    return runs
