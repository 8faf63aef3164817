"""The cells of a plan: places (who sells what to whom through which channel) by month, with a start and last year.

Only this finest grain is ever stored. A cell whose start is zero cannot be used: nobody sells that there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesnb.model.periods import Calendar
from salesnb.stages.decomposition.condensed import Classes
from salesnb.stages.decomposition.groups import Groups
from salesnb.stages.decomposition.selection import Part, Selector, Where

Floats = NDArray[np.float64]
ORG = ("region_id", "team_id", "person_id")
GOODS = ("product_line", "product_id")
DIMS = (*ORG, *GOODS, "customer_type", "channel_id")
KEPT = 8
ATTRIBUTES = ("role", "rank", "margin_rate")  # said of a place, not part of its name


@dataclass(frozen=True, eq=False)
class Cube:
    """``places``: one row a place, id columns (any of ``DIMS`` and more) and attributes such as role.

    ``start``: (places, months) float minor units, ≥ 0: the shape the plan stays close to. ``base``: sales of the same
    months a year before, columns ids + month (of the plan) + net_minor, as they were earned then. ``known``: nodes by
    column that exist without a place. ``weight``: by column of places, e.g. margin_rate for gross profit.
    """

    places: pd.DataFrame
    months: tuple[str, ...]
    start: Floats
    base: pd.DataFrame
    calendar: Calendar = field(default_factory=Calendar)
    known: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.start.shape != (len(self.places), len(self.months)):
            raise ValueError(f"start {self.start.shape} for {len(self.places)} places and {len(self.months)} months")
        if not np.isfinite(self.start).all() or (self.start < 0).any():
            raise ValueError("start: finite numbers that are not negative")

    @classmethod
    def of(cls, cells: pd.DataFrame, base: pd.DataFrame | None = None, calendar: Calendar | None = None) -> Cube:
        """From a table of cells: id columns, month, start. Without ``base`` last year is the start itself."""
        ids = [column for column in cells.columns if column not in ("month", "start")]
        months = tuple(sorted(cells["month"].unique()))
        wide = cells.pivot_table(index=ids, columns="month", values="start", aggfunc="sum", fill_value=0.0)
        if base is None:
            base = cells.rename(columns={"start": "net_minor"})
        places = wide.index.to_frame(index=False)
        return cls(places, months, wide.to_numpy(float), base, calendar or Calendar())

    @property
    def ids(self) -> tuple[str, ...]:
        """The id columns, in the order in which cells are sorted."""
        named = [column for column in DIMS if column in self.places]
        others = [str(column) for column in self.places.columns if str(column) not in (*DIMS, *ATTRIBUTES)]
        return tuple(named + others)

    @cached_property
    def selector(self) -> Selector:
        """Finds the cells a rule speaks of."""
        return Selector(self.places, self.months, self.calendar, self._known_nodes())

    def part(self, where: Where, *, cumulative: bool = False, rule: str = "") -> Part:
        """See :meth:`Selector.part`."""
        return self.selector.part(where, cumulative=cumulative, rule=rule)

    def base_of(self, where: Where, *, cumulative: bool = False, rule: str = "") -> int:
        """Last year's sales of what ``where`` selects, minor units."""
        selector, at, net = self._past
        part = selector.part(where, cumulative=cumulative, rule=rule)
        if part not in self._bases:
            self._bases[part] = int(net[part.places & part.months[at]].sum())
        return self._bases[part]

    @cached_property
    def _bases(self) -> dict[Part, int]:
        return {}

    @cached_property
    def _past(self) -> tuple[Selector, NDArray[np.int64], NDArray[np.int64]]:
        """Last year's rows, the month of each and its sales; what a person is today (role, rank) holds for them."""
        months = sorted(set(self.months) | set(self.base["month"]))
        rows = self.base
        for column in ("role", "rank"):
            if column in self.places and column not in rows:
                held = self.places.drop_duplicates("person_id").set_index("person_id")[column]
                rows = rows.assign(**{column: rows["person_id"].map(held).fillna("")})
        at = np.searchsorted(np.array(months), rows["month"].to_numpy(dtype=str))
        selector = Selector(rows, months, self.calendar, self._known_nodes())
        return selector, at, rows["net_minor"].to_numpy(np.int64)

    def _known_nodes(self) -> dict[str, list[str]]:
        """Nodes of the places, of last year and those given, by column."""
        columns = [c for c in {*self.places.columns, *self.known} if c != "month"]
        out: dict[str, list[str]] = {}
        for column in columns:
            nodes = set(self.known.get(column, ()))
            for frame in (self.places, self.base):
                if column in frame:
                    nodes |= {str(node) for node in frame[column].unique()}
            out[column] = sorted(nodes)
        return out

    def classes(self, parts: tuple[Part, ...]) -> Classes:
        """Places and months that ``parts`` do not tell apart; kept for the last few edits."""
        if parts not in self._classes:
            while len(self._classes) >= KEPT:
                del self._classes[next(iter(self._classes))]
            self._classes[parts] = Classes.of(self, parts)
        return self._classes[parts]

    @cached_property
    def _classes(self) -> dict[tuple[Part, ...], Classes]:
        return {}

    @cached_property
    def groups(self) -> Groups:
        """Groups of the usable cells."""
        return Groups(self)

    def frame(self, values: NDArray, name: str) -> pd.DataFrame:
        """(places, months) values of usable cells as a table: ids, month, ``name``; sorted."""
        row, column = np.nonzero(self.start > 0)
        out = self.places[list(self.ids)].iloc[row].reset_index(drop=True)
        out["month"] = np.array(self.months, dtype=object)[column]
        out["month"] = out["month"].astype("str")
        out[name] = values[row, column]
        return out.sort_values([*self.ids, "month"], kind="stable", ignore_index=True)

    def over(self, start: Floats) -> Cube:
        """The same cells from another start."""
        return replace(self, start=start)
