"""How much of a target is due by a day: the season of the months, spread over their working days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesnb.model.periods import Calendar


@dataclass
class Curve:
    """Weights of days: a working day weighs its month's season index over the month's working days, other days nothing.

    ``season``: index by calendar month 1–12, mean 1; empty where history cannot tell one (all months weigh the same).
    """

    calendar: Calendar
    season: Mapping[int, float] = field(default_factory=dict)
    _shares: dict[tuple[date, date, date], float] = field(default_factory=dict, repr=False)
    _months: dict[str, dict[date, float]] = field(default_factory=dict, repr=False)

    def share(self, start: date, end: date, through: date) -> float:
        """Share (0 … 1) of a target for ``start`` … ``end`` that is due by the end of ``through``."""
        if through < start:
            return 0.0
        if through >= end:
            return 1.0
        key = (start, end, through)
        if key not in self._shares:
            days = [start + timedelta(days=i) for i in range((end - start).days + 1)]
            weights = np.array([self._weight(day) for day in days])
            if weights.sum() <= 0:  # a stretch of holidays: every day weighs the same
                weights = np.ones(len(days))
            self._shares[key] = float(weights[: (through - start).days + 1].sum() / weights.sum())
        return self._shares[key]

    def due(self, pieces: pd.DataFrame, start: date, through: date) -> pd.Series:
        """What of each piece's ``target_minor`` (int64; from_date, to_date) falls on ``start`` … ``through``.

        Rounded on the running sum, so that days add up to months and months to the piece, to the last minor unit.
        """
        first, begins = pd.factorize(pieces["from_date"])  # many pieces share few spans
        last, ends = pd.factorize(pieces["to_date"])
        codes, pairs = pd.factorize(first * len(ends) + last)
        spans = [(begins[i].date(), ends[j].date()) for i, j in (divmod(int(pair), len(ends)) for pair in pairs)]
        targets = pieces["target_minor"].to_numpy(dtype=np.int64)

        def by(day: date) -> NDArray[np.int64]:
            shares = np.array([self.share(*span, day) for span in spans], dtype=np.float64)[codes]
            # whole targets stay as they are: beyond 2^53 a product in floating point would lose units
            part = np.where(shares < 1.0, np.rint(targets * np.minimum(shares, 1.0)), 0.0).astype(np.int64)
            return np.where(shares >= 1.0, targets, part)

        return pd.Series(by(through) - by(start - timedelta(days=1)), index=pieces.index, dtype="int64")

    def _weight(self, day: date) -> float:
        month = self.calendar.month_of(day)
        if month not in self._months:
            whole = self.calendar.period(month)
            days = [whole.start + timedelta(days=i) for i in range(whole.days)]
            working = [one for one in days if self.calendar.workdays.is_workday(one)]
            index = float(self.season.get(int(month[5:]), 1.0))
            self._months[month] = {one: max(index, 0.0) / len(working) for one in working}
        return self._months[month].get(day, 0.0)
