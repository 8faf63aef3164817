"""Why an amount changed between two periods: price, volume, mix, new, lost, and who contributed to the change.

Every effect is a whole number of minor units and the effects of a cell add up to its change, so every total of effects
equals the change of that total with no residual. Definitions, with p = amount ÷ quantity of a cell and Q the quantity
of its group over the cells sold in both periods:

    price = (p1 − p0) · q1      volume = (Q1 ÷ Q0 − 1) · q0 · p0      mix = (q1 − q0 · Q1 ÷ Q0) · p0
    new = the amount of cells with a quantity only in the later period; lost = minus that of the earlier period

The result depends on the cells and on the group: both have to be stated beside it. Amounts without a quantity (a credit
note after the last delivery) are price. Net returns (a negative quantity in either period) have no place in Q: their
whole quantity effect is volume.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

EFFECTS = ("price", "volume", "mix", "new", "lost")
LIMIT = 2**62  # sums stay inside int64


@dataclass(frozen=True)
class Bridge:
    """Effects per cell in the order given, int64 minor units: before + price + volume + mix + new + lost = after.

    unpriced: the part of price that no quantity stands behind. group: (cells,) number of the cell's group, an index
    into ``groups`` (sorted labels).
    """

    before: Ints
    after: Ints
    price: Ints
    volume: Ints
    mix: Ints
    new: Ints
    lost: Ints
    unpriced: Ints
    group: NDArray[np.intp]
    groups: NDArray[np.generic]

    def totals(self) -> dict[str, int]:
        """before, the five effects and after, summed over all cells."""
        return {name: int(getattr(self, name).sum()) for name in ("before", *EFFECTS, "after")}

    def by_group(self) -> dict[str, Ints]:
        """before, the five effects and after per group, in the order of ``groups``."""
        return {
            name: _sum_by(getattr(self, name), self.group, len(self.groups)) for name in ("before", *EFFECTS, "after")
        }


@dataclass(frozen=True)
class Waterfall:
    """Steps from ``start`` to ``end``: start + sum(change) + rest = end, exactly, int64 minor units.

    order: positions of the shown nodes, largest absolute change first, ties by key. change: (shown,) their changes.
    rest, rest_count: the nodes not shown. share_of_growth: (shown,) change ÷ start, NaN where start ≤ 0; they and
    rest ÷ start add up to the growth. low, high: (shown + 1,) ends of the floating bars, the last one being the rest's.
    """

    start: int
    end: int
    order: NDArray[np.intp]
    change: Ints
    rest: int
    rest_count: int
    share_of_growth: Floats
    low: Ints
    high: Ints


def bridge(
    quantity_before: ArrayLike,
    amount_before: ArrayLike,
    quantity_after: ArrayLike,
    amount_after: ArrayLike,
    group: ArrayLike | None = None,
    keys: ArrayLike | None = None,
) -> Bridge:
    """Price-volume-mix-new-lost bridge over cells; amounts are int64 minor units, quantities any finite number.

    group: (cells,) label of the level at which volume and mix part (default: one group). keys: (cells,) unique labels
    that break rounding ties, so that permuted cells give the same effects (default: position).
    Raises ValueError for amounts that are not whole, quantities that are missing, unequal lengths, sums beyond int64.
    """
    before, after = whole(amount_before), whole(amount_after)
    q0, q1 = (np.asarray(q, dtype=np.float64) for q in (quantity_before, quantity_after))
    if not len(before) == len(after) == len(q0) == len(q1):
        raise ValueError("quantities and amounts differ in length")
    if not (np.isfinite(q0).all() and np.isfinite(q1).all()):
        raise ValueError(
            "a quantity is missing; a cell whose quantity is unknown cannot be split into price and volume"
        )
    groups, code = _codes(group, len(before))
    order = np.argsort(np.asarray(keys), kind="stable") if keys is not None else np.arange(len(before))
    back = np.empty(len(order), dtype=np.intp)
    back[order] = np.arange(len(order))
    sold = (before[order], after[order], q0[order], q1[order])
    price, volume, mix, new, lost, unpriced = (part[back] for part in _effects(*sold, code[order]))
    return Bridge(before, after, price, volume, mix, new, lost, unpriced, code, groups)


def waterfall(before: ArrayLike, after: ArrayLike, keys: ArrayLike | None = None, top: int | None = None) -> Waterfall:
    """Contribution of each node to the change of the whole; the ``top`` largest are shown, the others are the rest.

    before, after: (nodes,) int64 minor units. keys: unique labels that break ties (default: position).
    """
    first, last = whole(before), whole(after)
    if len(first) != len(last):
        raise ValueError("before and after differ in length")
    change = last - first
    rank = np.arange(len(change)) if keys is None else np.argsort(np.argsort(np.asarray(keys), kind="stable"))
    order = np.lexsort((rank, -np.abs(change)))[: len(change) if top is None else top]
    start, end = int(first.sum()), int(last.sum())
    shown = change[order]
    rest = end - start - int(shown.sum())
    steps = np.concatenate([[start], start + np.cumsum(shown), [end]]).astype(np.int64)
    share = shown / start if start > 0 else np.full(len(shown), np.nan)
    low, high = np.minimum(steps[:-1], steps[1:]), np.maximum(steps[:-1], steps[1:])
    return Waterfall(start, end, order, shown, rest, len(change) - len(shown), share, low, high)


def settle(parts: ArrayLike, totals: ArrayLike, lines: ArrayLike | None = None) -> Ints:
    """Round real ``parts`` (n,) to whole numbers that sum to ``totals`` on every line, by largest remainder.

    lines: (n,) number of the line of each part (default: all on line 0); totals: (number of lines,) whole numbers.
    Ties go to the earlier part. A line without parts must have the total 0. Raises ValueError where that fails, or
    where a part is not finite or beyond int64.
    """
    real = np.asarray(parts, dtype=np.float64)
    target = whole(np.atleast_1d(np.asarray(totals)))
    line = np.zeros(len(real), dtype=np.intp) if lines is None else np.asarray(lines, dtype=np.intp)
    if not np.isfinite(real).all() or (np.abs(real) > LIMIT).any():
        raise ValueError("a part is not finite or beyond int64")
    count = np.bincount(line, minlength=len(target))
    if (target[count == 0] != 0).any():
        raise ValueError("a line without parts has a total other than 0")
    floor = np.floor(real)
    base = floor.astype(np.int64)
    missing = target - _sum_by(base, line, len(target))
    each, extra = np.divmod(missing, np.maximum(count, 1))
    order = np.lexsort((np.arange(len(real)), -np.round(real - floor, 9), line))
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    place = np.empty(len(real), dtype=np.int64)
    place[order] = np.arange(len(real)) - start[line[order]]
    return base + each[line] + (place < extra[line])


def whole(amounts: ArrayLike) -> Ints:
    """(n,) int64 of whole amounts; raises ValueError where one is missing, has a fraction, or the sum leaves int64."""
    values = np.asarray(amounts)
    if values.dtype.kind not in "iub":
        real = np.asarray(values, dtype=np.float64)
        if not (np.isfinite(real).all() and (real == np.floor(real)).all()):
            raise ValueError("amounts are whole minor units; one is missing or has a fraction")
    if np.abs(values.astype(np.float64)).sum() >= LIMIT:
        raise ValueError("amounts sum beyond int64")
    return values.astype(np.int64)


def _effects(before: Ints, after: Ints, q0: Floats, q1: Floats, code: NDArray[np.intp]) -> tuple[Ints, ...]:
    zero = np.zeros(len(before), dtype=np.int64)
    both = (q0 != 0) & (q1 != 0)
    pooled = both & (q0 > 0) & (q1 > 0)
    new = np.where((q0 == 0) & (q1 != 0), after, zero)
    lost = np.where((q1 == 0) & (q0 != 0), -before, zero)
    n = int(code.max()) + 1 if len(code) else 0
    with np.errstate(over="ignore", invalid="ignore"):  # what overflows is refused by _settle_groups
        base = np.bincount(code, np.where(pooled, q0, 0.0), n)
        rate = np.bincount(code, np.where(pooled, q1, 0.0), n) / np.where(base > 0, base, 1.0) - 1.0
        by_quantity = np.where(both, before * (q1 / np.where(both, q0, 1.0) - 1.0), 0.0)
        by_volume = np.where(pooled, before * rate[code], 0.0)
    quantity = _settle_groups(by_quantity, code, both, n)
    volume = np.where(pooled, _settle_groups(by_volume, code, pooled, n), quantity)
    mix = quantity - volume
    price = after - before - new - lost - quantity
    return price, volume, mix, new, lost, np.where(both, zero, price)


def _settle_groups(part: Floats, code: NDArray[np.intp], used: NDArray[np.bool_], n: int) -> Ints:
    """Each group's total is its real total rounded once, instead of a sum of rounded cells."""
    if not np.isfinite(part).all() or np.abs(part).sum() > LIMIT:
        raise ValueError("a price times a quantity is beyond int64; check the quantities of the cells")
    out = np.zeros(len(part), dtype=np.int64)
    if used.any():
        total = np.rint(np.bincount(code[used], part[used], n)).astype(np.int64)
        out[used] = settle(part[used], total, code[used])
    return out


def _codes(group: ArrayLike | None, n: int) -> tuple[NDArray[np.generic], NDArray[np.intp]]:
    if group is None:
        return np.array(["all"])[: min(n, 1)], np.zeros(n, dtype=np.intp)
    labels, code = np.unique(np.asarray(group), return_inverse=True)
    if len(code) != n:
        raise ValueError("group differs in length from the cells")
    return labels, code


def _sum_by(values: Ints, code: NDArray[np.intp], n: int) -> Ints:
    """Sums per code in int64: bincount would pass through floating point and lose the last unit of large sums."""
    out = np.zeros(n, dtype=np.int64)
    np.add.at(out, code, values)
    return out
