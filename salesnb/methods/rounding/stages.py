"""Whole numbers for many items under several families at once, one family after the other.

The items start as the groups of the finest family and are split by one more family per stage; each stage is a two-way
table (parts so far × groups of the new family), and such tables have whole solutions. A family must be split by before
the others determine it; where no order manages that (all two-way margins of three dimensions) there is no such path.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.projection.problem import INF, Floats, Ints, tally
from salesnb.methods.rounding.paths import Paths, Split
from salesnb.methods.rounding.remainder import Shares, largest_remainder
from salesnb.methods.rounding.transport import fit


@dataclass(frozen=True, eq=False)
class Margin:
    """Sums to be met exactly: the group of each item, every item in one, and the whole sum of each group."""

    group: Ints
    sums: Floats


def assign(items: Shares, margins: list[Margin], paths: Paths) -> Floats | None:
    """Whole numbers for the items with exactly these sums; None where the stages find none.

    ``margins``: none of them refines another. ``paths``: what was found out about these groups before.
    """
    if not len(items):
        return None if any(margin.sums.any() for margin in margins) else np.zeros(0)
    if not margins:
        return np.clip(np.rint(items.near), items.low, items.high)
    finest = sorted(margins, key=lambda margin: -len(margin.sums))
    for others in (finest[1:], finest[:0:-1]):
        whole = _assign_in_order(items, [finest[0], *others], paths)
        if whole is not None or len(others) < 2:
            return whole
    return None


def _assign_in_order(items: Shares, margins: list[Margin], paths: Paths) -> Floats | None:
    steps = paths.through([margin.group for margin in margins], [len(margin.sums) for margin in margins])
    if steps is None:
        return None
    part, whole = margins[0].group, margins[0].sums
    for step in steps:
        shares = _shares(items, step.split, whole)
        fitted = fit(shares, step.split.former, step.sink, whole, margins[step.chosen].sums)
        if fitted is None:
            return None
        part, whole = step.split.part, fitted
    return _within(items, part, whole)


def _shares(items: Shares, split: Split, whole: Floats) -> Shares:
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
