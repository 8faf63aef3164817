"""One level for the extremes: the highest growths cut to a common one, or the lowest lifted to one."""

from __future__ import annotations

import numpy as np

from salesnb.methods.conflicts.merged import Merged
from salesnb.methods.conflicts.program import Matrix, Outcome, Program
from salesnb.methods.projection.problem import INF, Floats, Ints
from salesnb.methods.relaxation.flexible import Flexible, Moves

_MOST_ROWS = 300


def cut_to_level(merged: Merged, flexible: Flexible, wants: dict[int, str]) -> list[Moves]:
    """Lower limits above a common level come down to it, the rest stays; as high a level as possible.

    ``wants``: row → side that takes part in the conflict. Where upper limits are what must move, the lowest levels come
    up instead. Levels are limit ÷ base.
    """
    for side in ("low", "high"):
        rows = np.array(sorted(row for row, wanted in wants.items() if wanted == side), np.int64)
        rows = rows[flexible.may[rows] & (flexible.base[rows] > 0)]
        if len(rows) and len(rows) <= _MOST_ROWS:
            found = _levelled(merged, flexible, rows, side)
            return [] if found is None else [found]
    return []


def _levelled(merged: Merged, flexible: Flexible, rows: Ints, side: str) -> Moves | None:
    table, sign = merged.table, 1.0 if side == "low" else -1.0
    limit = (table.low if side == "low" else table.high)[rows]
    levels = limit / flexible.base[rows]
    order = np.argsort(-sign * levels, kind="stable")
    rows, levels = rows[order], levels[order]
    for count in range(1, len(rows) + 1):
        beyond = levels[count] if count < len(rows) else -sign * INF
        level = _common_level(merged, rows[:count], flexible.base, levels[count - 1], side)
        if level is not None and sign * level >= sign * beyond * (1 - 1e-12):
            return _moves(merged, flexible, rows[:count], level, side)
    return None


def _common_level(merged: Merged, rows: Ints, base: Floats, start: float, side: str) -> float | None:
    """The best level for exactly these rows, not beyond ``start``; None where none helps."""
    places = np.searchsorted(merged.rows, rows)
    row, column, value = merged.matrix.triples()
    low, high = merged.limits()
    exact = merged.table.low[rows] == merged.table.high[rows]
    low[places] = np.where(exact | (side == "low"), 0.0, -INF)
    high[places] = np.where(exact | (side == "high"), 0.0, INF)
    last = merged.columns
    matrix = Matrix.of(
        np.append(row, places),
        np.append(column, np.full(len(rows), last)),
        np.append(value, -base[rows] / merged.unit),
        len(low),
    )
    bounds = (np.append(merged.low, 0.0), np.append(merged.high, INF))
    cost = np.zeros(last + 1)
    cost[-1] = -1.0 if side == "low" else 1.0
    program = Program(cost, bounds, matrix, (low, high))
    program.bound_column(last, *((0.0, start) if side == "low" else (start, INF)))
    result = program.run()
    return float(result.values[-1]) if result.outcome is Outcome.OPTIMAL else None


def _moves(merged: Merged, flexible: Flexible, rows: Ints, level: float, side: str) -> Moves | None:
    """The limits at the level, if they may go that far."""
    table, there = merged.table, level * flexible.base[rows]
    low, high = table.low[rows].copy(), table.high[rows].copy()
    exact = low == high
    if side == "low":
        low, high = there, np.where(exact, there, high)
    else:
        low, high = np.where(exact, there, low), there
    if (low < flexible.least_low[rows]).any() or (high > flexible.most_high[rows]).any():
        return None
    return Moves(rows, low, high, level)
