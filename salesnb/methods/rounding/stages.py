"""Whole numbers for many items under several families at once, one family after the other.

The items start as the groups of the finest family and are split by one more family per stage; each stage is a two-way
table (parts so far × groups of the new family), and such tables have whole solutions. A family must be split by before
the others determine it; where no order manages that (all two-way margins of three dimensions) there is no such path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.projection.problem import INF, Floats, Ints, tally
from salesnb.methods.rounding.remainder import Shares, largest_remainder
from salesnb.methods.rounding.transport import fit


@dataclass(frozen=True, eq=False)
class Margin:
    """Sums to be met exactly: the group of each item, every item in one, and the whole sum of each group."""

    group: Ints
    sums: Floats


@dataclass(frozen=True, eq=False)
class _Split:
    """The items divided: the part of each, an item of each part, and the part of the former division it lies in."""

    part: Ints
    some: Ints
    former: Ints


def assign(items: Shares, margins: list[Margin]) -> Floats | None:
    """Whole numbers for the items with exactly these sums; None where the stages find none.

    ``margins``: none of them refines another.
    """
    if not len(items):
        return None if any(margin.sums.any() for margin in margins) else np.zeros(0)
    if not margins:
        return np.clip(np.rint(items.near), items.low, items.high)
    finest = sorted(margins, key=lambda margin: -len(margin.sums))
    for others in (finest[1:], finest[:0:-1]):
        whole = _assign_in_order(items, finest[0], list(others))
        if whole is not None or len(others) < 2:
            return whole
    return None


def _assign_in_order(items: Shares, first: Margin, waiting: list[Margin]) -> Floats | None:
    part, whole = first.group, first.sums
    while waiting:
        found = _next(part, len(whole), waiting)
        if found is None:
            return None
        chosen, split = found
        margin = waiting.pop(chosen)
        shares = _shares(items, split, whole)
        fitted = fit(shares, split.former, margin.group[split.some], whole, margin.sums)
        if fitted is None:
            return None
        part, whole = split.part, fitted
    return _within(items, part, whole)


def _next(part: Ints, count: int, waiting: list[Margin]) -> tuple[int, _Split] | None:
    """The first family whose split leaves all others something to decide."""
    for chosen, margin in enumerate(waiting):
        split = _split(part, count, margin)
        others = (other for at, other in enumerate(waiting) if at != chosen)
        if not any(_settles(split, other.group) for other in others):
            return chosen, split
    return None


def _settles(split: _Split, group: Ints) -> bool:
    return bool((group[split.some][split.part] == group).all())


def _split(part: Ints, count: int, margin: Margin) -> _Split:
    width = len(margin.sums)
    key, keys = part * width + margin.group, count * width
    if keys <= 16 * len(part) + 1024:
        present = np.bincount(key, minlength=keys) > 0
        number = (np.cumsum(present) - 1)[key]
        kept = np.flatnonzero(present)
    else:
        kept, number = np.unique(key, return_inverse=True)
    some = np.zeros(len(kept), np.int64)
    some[number[::-1]] = np.arange(len(part) - 1, -1, -1)
    return _Split(number, some, kept // width)


def _shares(items: Shares, split: _Split, whole: Floats) -> Shares:
    """What each part should be: its items' numbers, in proportion to the whole sum of the part they come from."""
    count = len(split.some)
    if count == len(items):  # every item is a part of its own
        near, low, high = (np.empty(count) for _ in range(3))
        near[split.part], low[split.part], high[split.part] = items.near, items.low, items.high
    else:
        near = tally(split.part, items.near, count)
        low = tally(split.part, items.low, count) if items.low.any() else np.zeros(count)
        high = np.full(count, INF) if np.isinf(items.high).all() else tally(split.part, items.high, count)
    return Shares(_proportional(near, split.former, whole), low, high)


def _proportional(near: Floats, source: Ints, whole: Floats) -> Floats:
    off = whole - tally(source, near, len(whole))
    size = np.abs(near)
    weight = tally(source, size, len(whole))
    empty = weight[source] == 0
    if empty.any():
        size = np.where(empty, 1.0, size)
        weight = tally(source, size, len(whole))
    return near + size * (off / np.where(weight > 0, weight, 1.0))[source]


def _within(items: Shares, part: Ints, whole: Floats) -> Floats | None:
    """The last parts' sums shared among their items."""
    if len(whole) == len(items):
        return whole[part]
    order = np.argsort(part, kind="stable")
    inside = items.take(order)
    inside.near = _proportional(inside.near, part[order], whole)
    shared = largest_remainder(inside, part[order], whole)
    if shared is None:
        return None
    found = np.empty(len(items))
    found[order] = shared
    return found
