"""Which leading groups see disjoint parts of the other families (the branches of a tree, found from the cells)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.projection.problem import Ints

_PRESENCE_LIMIT = 20_000_000  # entries of a (leading group × group) presence table worth building
_SMALL = 16_384  # entries of all cross tables together that need no dividing
_MOST_BLOCKS = 256  # a Python loop over more blocks costs more than it saves


@dataclass(frozen=True)
class Partition:
    """Connected parts of two families: cells join the groups they are in.

    ``of_lead`` and ``of_group``: part number of every row of the two families, -1 where no cell joins it.
    """

    of_lead: Ints
    of_group: Ints


def partitions(groups: list[Ints], sizes: list[int]) -> list[Partition]:
    """The connected parts of every family behind the leading (first) one."""
    if sizes[0] * sum(sizes[1:]) <= _SMALL:
        return [_whole(sizes[0], size) for size in sizes[1:]]
    pairs = zip(groups[1:], sizes[1:], strict=True)
    return [connected_parts(groups[0], group, sizes[0], size) for group, size in pairs]


def connected_parts(lead: Ints, group: Ints, lead_size: int, size: int) -> Partition:
    """The parts of one family against the leading one; cells in no group (the last row of each) join nothing."""
    if lead_size * size > _PRESENCE_LIMIT:
        return _whole(lead_size, size)
    seen = np.bincount(lead * size + group, minlength=lead_size * size).reshape(lead_size, size) > 0
    seen[-1, :] = seen[:, -1] = False
    if not seen.any():
        return _whole(lead_size, size)
    rows, columns = np.nonzero(seen)
    of_group = np.arange(size)
    while True:  # the smallest group number reachable spreads until nothing changes
        of_lead = np.full(lead_size, size)
        np.minimum.at(of_lead, rows, of_group[columns])
        reached = np.full(size, size)
        np.minimum.at(reached, columns, of_lead[rows])
        if (reached[columns] == of_group[columns]).all():
            break
        of_group = np.minimum(of_group, reached)
    of_group = np.where(seen.any(axis=0), of_group, -1)
    return Partition(np.where(of_lead < size, of_lead, -1), of_group)


def block_numbers(parts: list[Partition], lead: Ints, lead_size: int) -> Ints:
    """(leading rows,) block of each, numbered by first appearance; -1 for rows without cells and cells without row."""
    used = np.bincount(lead, minlength=lead_size) > 0
    used[-1] = False
    label = np.zeros(lead_size, np.int64)
    for part in parts:
        _, part_label = np.unique(part.of_lead, return_inverse=True)
        _, label = np.unique(label * (part_label.max() + 1) + part_label, return_inverse=True)
    labels, first, label = np.unique(label[used], return_index=True, return_inverse=True)
    numbers = np.full(lead_size, -1, np.int64)
    numbers[used] = np.argsort(np.argsort(first))[label] if len(labels) <= _MOST_BLOCKS else 0
    return numbers


def _whole(lead_size: int, size: int) -> Partition:
    return Partition(*(np.append(np.zeros(count - 1, np.int64), -1) for count in (lead_size, size)))
