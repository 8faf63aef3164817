"""What a cube is built from: the plan's months, what was known on the day, the roster, the catalogue and parameters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd

from salesnb.model.params.decomposition import Decomposition
from salesnb.model.params.market import Market
from salesnb.model.params.people import People
from salesnb.model.periods import Calendar, Period, month_range
from salesnb.stages.decomposition.cube import DIMS, Floats


@dataclass(frozen=True, eq=False)
class Setting:
    """``history``: sales by month and ``DIMS`` (``intake.sums.months``) known on ``as_of``, with customer_id where
    accounts are planned by name (see ``published.named_accounts``). ``roster``: people.
    ``products``: the catalogue. ``priorities``: what the director wants pushed, column → node → factor."""

    period: Period
    as_of: date
    history: pd.DataFrame
    roster: pd.DataFrame
    products: pd.DataFrame
    decomposition: Decomposition
    people: People = field(default_factory=People)
    market: Market = field(default_factory=Market)
    calendar: Calendar = field(default_factory=Calendar)
    priorities: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    scale: int = 100  # minor units of a currency unit
    weights: Mapping[str, float] | None = None  # reasons for the start, in place of those of the parameters
    ruled: bool = True  # False: without the parameters' rules, for a look at another year

    @property
    def dims(self) -> tuple[str, ...]:
        """What makes a place here: ``DIMS``, and named accounts where history tells them."""
        return (*DIMS, "customer_id") if "customer_id" in self.history else DIMS

    @property
    def months(self) -> tuple[str, ...]:
        """The plan's months."""
        return self.period.months

    @cached_property
    def last_year(self) -> dict[str, str]:
        """Month of last year → month of the plan."""
        earlier = self.calendar.last_year(self.period).months
        return dict(zip(earlier, self.months, strict=True))

    @cached_property
    def profile_months(self) -> tuple[str, ...]:
        """The twelve months before the plan that are known: they say who sells what to whom."""
        last = min(self.calendar.month_of(self.period.start - timedelta(days=1)), self.calendar.month_of(self.as_of))
        year, month = int(last[:4]), int(last[5:])
        first = f"{year - 1:04d}-{month + 1:02d}" if month < 12 else f"{year:04d}-01"
        return month_range(first, last)

    @cached_property
    def base(self) -> pd.DataFrame:
        """Last year's sales of the same months, named by the month of the plan: what growth is measured against."""
        own = self.history[self.history["month"].isin(list(self.last_year))]
        named = own.assign(month=own["month"].map(self.last_year).astype("str"))
        return named[[*self.dims, "month", "net_minor"]].reset_index(drop=True)

    @cached_property
    def working_days(self) -> np.ndarray:
        """(months,) working days of each month of the plan."""
        return np.array([self.workdays(*self.span(month)) for month in self.months], float)

    def span(self, month: str) -> tuple[date, date]:
        """First and last day of a month."""
        start = self.calendar.month_start(month)
        following = month_range(month, f"{int(month[:4]) + 1:04d}-{month[5:]}")[1]
        return start, self.calendar.month_start(following) - timedelta(days=1)

    @cached_property
    def _counted(self) -> tuple[date, np.ndarray]:
        """The first day that matters, and how many working days there are before each day from it on."""
        months = [*self.history["month"].unique(), *self.months]
        first, last = self.calendar.month_start(min(months)), self.period.end
        return first, _working_before(self.calendar, first, last)

    def workdays(self, start: date, end: date) -> int:
        """Working days from ``start`` to ``end``, both between the first month of history and the plan's end."""
        first, before = self._counted
        return int(before[(end - first).days + 1] - before[(start - first).days]) if start <= end else 0

    def present(self, start: date | None, end: date | None) -> Floats:
        """(months,) share of each month's working days between two days (None: open)."""
        shares = []
        for month, days in zip(self.months, self.working_days, strict=True):
            first, last = self.span(month)
            inside = self.workdays(max(first, start or first), min(last, end or last))
            shares.append(inside / days if days else 0.0)
        return np.array(shares)


@lru_cache(maxsize=64)
def _working_before(calendar: Calendar, first: date, last: date) -> np.ndarray:
    """(days + 1,) working days before each day from ``first`` to the one after ``last``."""
    days = (first + timedelta(days=at) for at in range((last - first).days + 1))
    return np.cumsum([0, *(calendar.workdays.is_workday(moment) for moment in days)])


def day(value: object) -> date | None:
    """A date out of a table, None where it is missing."""
    return None if value is None or pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[arg-type, call-overload]


def spread(nodes: Sequence[str], weights: Mapping[str, float]) -> np.ndarray:
    """Shares of ``nodes`` by ``weights``, even where nobody has any."""
    given = np.array([max(weights.get(node, 0.0), 0.0) for node in nodes])
    total = given.sum()
    shares: np.ndarray = given / total if total > 0 else np.full(len(nodes), 1 / max(len(nodes), 1))
    return shares
