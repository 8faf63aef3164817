"""Monthly histories of many nodes as one checked block: what was seen, since when, and what can be done with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.reconcile import Tree

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]
States = NDArray[np.str_]

YEAR = 12
ENOUGH = 24
SPARSE_ABOVE = 0.10
SIGNED_ABOVE = 0.10


class State(StrEnum):
    """What a history allows. Each state has one stated behaviour, see :mod:`salesnb.methods.forecast`."""

    FITTED = "fitted"
    CONSTANT = "constant"
    SIGNED = "signed"
    SPARSE = "sparse"
    SHORT = "short"
    ENDED = "ended"
    ZERO = "zero"
    EMPTY = "empty"


@dataclass(frozen=True)
class History:
    """N nodes by T months, oldest first.

    ``values`` as given, divided by ``calendar``. ``y`` has no nan: zero before ``start``, gaps filled by the season
    and the neighbouring level, never counted as observed. ``seen`` marks real months. ``start`` is the first non-zero
    month, ``gap`` the number of missing months at the end, ``state`` one :class:`State` a node.
    """

    values: Array
    y: Array
    seen: Mask
    start: Index
    gap: Index
    state: States
    tree: Tree

    @property
    def months(self) -> int:
        """Number of months T."""
        return int(self.y.shape[1])

    def until(self, month: int) -> History:
        """The same nodes as they were known after the first ``month`` months."""
        return read_history(self.values[:, :month], self.tree)

    def rows(self, *states: State) -> Index:
        """Nodes in any of ``states``."""
        return np.flatnonzero(np.isin(self.state, [str(s) for s in states]))


def read_history(values: ArrayLike, parent: ArrayLike | Tree | None = None) -> History:
    """Check and describe ``values`` (N, T), nan = missing month; ``parent`` (N,) with -1 for roots, none = all roots.

    Leading zeros are months before the start. Raises ValueError for infinite values, for another shape, or where the
    history of a parent is not the sum of its children (relative 1e-6), because nothing built on it could add up.
    """
    raw = np.array(values, float)
    if raw.ndim != 2:
        raise ValueError(f"values must be nodes by months, not of shape {raw.shape}")
    if np.isinf(raw).any():
        raise ValueError("values must be finite or nan")
    tree = parent if isinstance(parent, Tree) else Tree(np.full(len(raw), -1) if parent is None else parent)
    if tree.size != len(raw):
        raise ValueError(f"{tree.size} nodes in the tree, {len(raw)} histories")
    _check_sums(raw, tree)
    months = raw.shape[1]
    seen = ~np.isnan(raw)
    begun = np.logical_or.accumulate(seen & (raw != 0), axis=1)
    never = ~begun.any(1)
    start = np.where(never, _first(seen), _first(begun))
    seen &= np.arange(months)[None, :] >= start[:, None]
    gap = np.where(seen.any(1), _first(seen[:, ::-1]), months)
    y = np.where(seen, np.nan_to_num(raw), 0.0)
    state = _states(y, seen, gap)
    return History(raw, _filled(y, seen, start), seen, start, gap, state, tree)


def _check_sums(raw: Array, tree: Tree) -> None:
    if not tree.families:
        return
    total = tree.add_up_history(raw[tree.leaves])
    size = np.fmax(np.abs(total), tree.add_up(np.nan_to_num(np.abs(raw[tree.leaves]))))
    off = np.abs(raw - total) > 1e-6 * np.maximum(size, 1e-300)
    if off.any():
        node, month = (int(i[0]) for i in np.nonzero(off))
        raise ValueError(f"node {node}, month {month}: {raw[node, month]} against {total[node, month]} of its leaves")


def _first(mask: Mask) -> Index:
    """Position of the first true of each row, the row's length where there is none."""
    return np.where(mask.any(1), mask.argmax(1), mask.shape[1])


def _year_sums(y: Array, seen: Mask) -> Array:
    """Totals of every run of 12 seen months (N, T - 11), nan where a month was not seen."""
    if y.shape[1] < YEAR:
        return np.full((len(y), 1), np.nan)
    pad = ((0, 0), (1, 0))
    total = np.cumsum(np.pad(y, pad), 1)
    count = np.cumsum(np.pad(seen.astype(float), pad), 1)
    return np.where(count[:, YEAR:] - count[:, :-YEAR] == YEAR, total[:, YEAR:] - total[:, :-YEAR], np.nan)


def _states(y: Array, seen: Mask, gap: Index) -> States:
    """One state a node; the first that applies of empty, ended / zero, short, signed, constant, sparse, fitted."""
    count = seen.sum(1)
    zeros = (seen & (y == 0)).sum(1)
    any_sale = (seen & (y != 0)).any(1)
    tail = (seen & ~np.logical_or.accumulate((y != 0)[:, ::-1], axis=1)[:, ::-1]).sum(1)
    ended = any_sale & ((tail >= YEAR) | ((tail >= YEAR // 2) & (zeros == tail) & (count >= ENOUGH)))
    negative = (seen & (y < 0)).sum(1)
    losing = (_year_sums(y, seen) <= 0).any(1)
    signed = (negative > 0) & (losing | (negative > SIGNED_ABOVE * count))
    high = np.where(seen, y, -np.inf).max(1, initial=-np.inf)
    low = np.where(seen, y, np.inf).min(1, initial=np.inf)
    choices = [
        (count == 0, State.EMPTY),
        (ended, State.ENDED),
        (~any_sale & (count >= YEAR), State.ZERO),
        ((count < ENOUGH) | (gap >= YEAR), State.SHORT),
        (signed, State.SIGNED),
        (high == low, State.CONSTANT),
        (zeros > SPARSE_ABOVE * count, State.SPARSE),
    ]
    return np.select([c for c, _ in choices], [str(s) for _, s in choices], str(State.FITTED)).astype(np.str_)


def _filled(y: Array, seen: Mask, start: Index) -> Array:
    """Gaps after the start filled by the month's usual share of a level interpolated between seen months."""
    months = np.arange(y.shape[1])
    inside = months[None, :] >= start[:, None]
    out = y.copy()
    for row in np.flatnonzero((inside & ~seen).any(1) & seen.any(1)):
        known = np.flatnonzero(seen[row])
        share = np.ones(YEAR)
        mean = y[row, known].mean()
        if mean > 0 and len(known) >= ENOUGH:
            total = np.bincount(known % YEAR, y[row, known], YEAR)
            count = np.bincount(known % YEAR, minlength=YEAR)
            share = np.where(count > 0, total / np.maximum(count, 1), mean) / mean
            share = np.maximum(share, 0.05)
        level = np.interp(months, known, y[row, known] / share[known % YEAR])
        hole = inside[row] & ~seen[row]
        out[row, hole] = (level * share[months % YEAR])[hole]
    return out
