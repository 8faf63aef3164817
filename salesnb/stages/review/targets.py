"""Targets in force as pieces of money with a window each, never counted twice.

A plan's cells are disjoint by construction. Imported quotas are not: a year stands beside its quarters, a region beside
its people, and a blank dimension means all of it. For every question the quotas that answer it most directly are taken,
and what they already cover is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import DataError, Text
from salesnb.model.periods import Calendar

CELL_DIMENSIONS = ("region_id", "team_id", "person_id", "product_line", "product_id", "customer_type", "channel_id")
QUOTA_DIMENSIONS = ("region_id", "person_id", "product_line")
NO_PIECES = ["from_date", "to_date", "target_minor"]


@dataclass(frozen=True)
class Targets:
    """What people are judged by: ``state`` approved, imported or none; ``frame`` the cells or quotas of that state."""

    state: str
    frame: pd.DataFrame
    calendar: Calendar

    def pieces(self, dimension: str, start: date, end: date) -> pd.DataFrame:
        """Disjoint pieces touching ``start`` … ``end``: ``dimension`` (none for ""), from_date, to_date, target_minor.

        Empty where the targets say nothing by this dimension: that is missing, not zero.
        """
        if self.state == "none":
            return _none(dimension)
        if self.state == "imported" and "month" not in self.frame:
            return quotas(self.frame, dimension, start, end)
        if dimension and (dimension not in self.frame or (self.frame[dimension] == UNASSIGNED).all()):
            return _none(dimension)
        columns = [*([dimension] if dimension else []), *NO_PIECES]
        return _touching(self._dated, start, end)[columns].reset_index(drop=True)

    def leaves(self, dimensions: Sequence[str], start: date, end: date) -> pd.DataFrame | None:
        """Pieces by several dimensions at once; None where the targets do not reach that fine."""
        if self.state == "none" or "month" not in self.frame:
            return None
        if any(name not in self.frame or (self.frame[name] == UNASSIGNED).all() for name in dimensions):
            return None
        return _touching(self._dated, start, end)[[*dimensions, *NO_PIECES]]

    @cached_property
    def _dated(self) -> pd.DataFrame:
        """The cells of a plan with the days of their months."""
        spans = {month: self.calendar.period(month) for month in self.frame["month"].unique()}
        begun = self.frame["month"].map({m: pd.Timestamp(p.start) for m, p in spans.items()})
        ended = self.frame["month"].map({m: pd.Timestamp(p.end) for m, p in spans.items()})
        return self.frame.assign(from_date=begun, to_date=ended)


def one_currency(frame: pd.DataFrame, currency: str) -> pd.DataFrame:
    """``frame`` if all its money is in ``currency``; else DataError: companies and currencies are not mixed."""
    foreign = sorted(set(frame["currency"].astype(str)) - {currency})
    if foreign:
        raise DataError(
            Text(f"目标里有 {foreign}，公司货币是 {currency}", f"targets are in {foreign}, not {currency}"),
            why=Text("不同币种不能直接相加", "amounts of different currencies cannot be added"),
        )
    return frame


def _none(dimension: str) -> pd.DataFrame:
    columns = [*([dimension] if dimension else []), *NO_PIECES]
    out = pd.DataFrame({name: [] for name in columns})
    return out.astype({"target_minor": "int64", "from_date": "datetime64[ms]", "to_date": "datetime64[ms]"})


def _touching(rows: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    return rows[(rows["from_date"] <= pd.Timestamp(end)) & (rows["to_date"] >= pd.Timestamp(start))]


def quotas(frame: pd.DataFrame, dimension: str, start: date, end: date) -> pd.DataFrame:
    """The quotas (table ``targets``, one metric) that say ``dimension`` most directly, none of them covering another.

    Fewer named dimensions first: a region's own quota before the sum of its people. Of one node's windows those that
    tile ``start`` … ``end`` exactly, else the shortest that covers it. DataError where windows overlap otherwise.
    """
    if dimension and dimension not in QUOTA_DIMENSIONS:
        return _none(dimension)
    rows = _touching(frame, start, end)
    if dimension:
        rows = rows[rows[dimension] != UNASSIGNED]
    if rows.empty:
        return _none(dimension)
    rows = rows.assign(named=(rows[list(QUOTA_DIMENSIONS)] != UNASSIGNED).sum(axis=1))
    parts = [
        _windows(node, start, end) for _, node in rows.groupby(["named", *QUOTA_DIMENSIONS], sort=True, observed=True)
    ]
    kept: list[pd.DataFrame] = []
    for part in parts:
        free = part[[not any(_shared(row, other) for other in kept) for _, row in part.iterrows()]]
        if len(free):
            kept.append(free)
    out = pd.concat(kept, ignore_index=True)
    return out[[*([dimension] if dimension else []), *NO_PIECES]]


def _shared(row: pd.Series, other: pd.DataFrame) -> bool:
    """Whether a kept node's quotas cover some of the same sales at the same time."""
    first = other.iloc[0]
    if first["named"] == row["named"] and all(first[d] == row[d] for d in QUOTA_DIMENSIONS):
        return False
    for name in QUOTA_DIMENSIONS:
        if UNASSIGNED not in (first[name], row[name]) and first[name] != row[name]:
            return False
    return bool(((other["from_date"] <= row["to_date"]) & (other["to_date"] >= row["from_date"])).any())


def _windows(rows: pd.DataFrame, start: date, end: date) -> pd.DataFrame:
    """Windows of one node that do not overlap."""
    rows = rows.sort_values(["from_date", "to_date"], kind="stable")
    if not _overlap(rows):
        return rows
    first, last = pd.Timestamp(start), pd.Timestamp(end)
    inside = rows[(rows["from_date"] >= first) & (rows["to_date"] <= last)]
    finest = inside[[not _holds_another(row, inside) for _, row in inside.iterrows()]]
    for choice in (inside, finest):
        if len(choice) and not _overlap(choice) and _tiles(choice, first, last):
            return choice
    around = rows[(rows["from_date"] <= first) & (rows["to_date"] >= last)]
    if len(around):
        length = (around["to_date"] - around["from_date"]).dt.days
        return around.loc[[length.idxmin()]]
    if len(finest) and not _overlap(finest) and len(finest) == len(inside):
        return finest
    node = "、".join(str(rows.iloc[0][d]) for d in QUOTA_DIMENSIONS if rows.iloc[0][d] != UNASSIGNED) or "公司"
    raise DataError(
        Text(
            f"{node} 的目标区间互相重叠，又拼不出 {start}—{end}",
            f"quotas of {node} overlap and do not tile {start}—{end}",
        ),
        why=Text("重叠的目标不知该算哪一个", "which of overlapping quotas holds is not for us to guess"),
        remedy=Text("在来源里只保留一套区间", "keep one set of windows in the source"),
    )


def _overlap(rows: pd.DataFrame) -> bool:
    ends = rows["to_date"].cummax().shift()
    return bool((rows["from_date"] <= ends).any())


def _holds_another(row: pd.Series, rows: pd.DataFrame) -> bool:
    within = (rows["from_date"] >= row["from_date"]) & (rows["to_date"] <= row["to_date"])
    return int(within.sum()) > 1


def _tiles(rows: pd.DataFrame, first: pd.Timestamp, last: pd.Timestamp) -> bool:
    days = (rows["to_date"] - rows["from_date"]).dt.days + 1
    return int(days.sum()) == (last - first).days + 1
