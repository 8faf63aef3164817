"""Versions of two periods side by side: which key of the older one stands where in the newer one.

A review of May and one of June ask the same questions of other periods. Keys that name the judged period move with it:
``2024-05`` stands beside ``2024-06``, the quarter that holds the one beside the quarter that holds the other, and the
windows of history beside each other from the last backwards. Months stay months in reviews, where they are the same
facts seen later; between two plans they move, so that January stands beside January.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from salesnb.model.errors import PeriodError, Text, UsageError
from salesnb.model.periods import Calendar, Kind, Period

if TYPE_CHECKING:
    import pandas as pd

_JUDGED = frozenset(("scope", "period", "plan"))
_MONTHS = frozenset(("month", "start_month", "week"))
_WINDOW = "window"
_MONTHS_IN = {Kind.YEAR: 12, Kind.HALF: 6, Kind.QUARTER: 3, Kind.MONTH: 1}


@dataclass(frozen=True)
class Alignment:
    """How keys of a version of ``old`` are read beside one of ``new``, a period of the same kind."""

    old: Period
    new: Period
    calendar: Calendar

    def align(self, before: pd.DataFrame, after: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
        """``before`` with its keys as the newer version spells them; no two rows get the same key."""
        moved = {}
        for key in keys:
            if key not in before.columns or not len(before):
                continue
            if key == _WINDOW and key in after.columns:
                moved[key] = before[key].map(_by_place(before[key], after[key]))
            elif key in _JUDGED or (key in _MONTHS and self._is_plan):
                moved[key] = before[key].map({value: self.shift(value) for value in before[key].unique()})
        return before.assign(**moved) if moved else before

    def shift(self, text: object) -> object:
        """A period moved by as far as ``old`` lies before ``new``, in steps of its own kind; other text as it is."""
        try:
            period = self.calendar.period(str(text))
        except PeriodError:
            return text
        if period.kind is Kind.DAY:
            return text
        return _moved(period, self._steps[period.kind], self.calendar).text

    @cached_property
    def _is_plan(self) -> bool:
        return self.new.kind in (Kind.YEAR, Kind.HALF, Kind.QUARTER)

    @cached_property
    def _steps(self) -> dict[Kind, int]:
        """How many periods of each kind lie between the two, by the periods that hold their first days."""
        sides = self.old.start, self.new.start
        steps = {}
        for kind, months in _MONTHS_IN.items():
            first, last = (_month_number(self.calendar.containing(kind, day).months[0]) for day in sides)
            steps[kind] = (last - first) // months
        weeks = [self.calendar.containing(Kind.WEEK, day).start for day in sides]
        return steps | {Kind.WEEK: (weeks[1] - weeks[0]).days // 7}


def alignment(old: str, new: str, calendar: Calendar) -> Alignment | None:
    """How to read a version of period ``old`` beside one of ``new``; None for one period.

    UsageError where one is a month and the other a year: their tables answer different questions.
    """
    if old == new:
        return None
    before, after = calendar.period(old), calendar.period(new)
    if before.kind is not after.kind:
        raise UsageError(
            Text(f"{old} 与 {new} 不是同一种期间，不能比较", f"{old} and {new} are not the same kind of period"),
            why=Text("月与年回答的不是同一个问题", "a month and a year answer different questions"),
            remedy=Text("选两个月、两个季度或两个年度", "choose two months, two quarters or two years"),
        )
    return Alignment(before, after, calendar)


def _moved(period: Period, steps: int, calendar: Calendar) -> Period:
    if period.kind is Kind.WEEK:
        return calendar.containing(Kind.WEEK, period.start + timedelta(weeks=steps))
    number = _month_number(period.months[0]) + steps * _MONTHS_IN[period.kind]
    month = calendar.period(f"{number // 12:04d}-{number % 12 + 1:02d}")
    return calendar.containing(period.kind, month.start)


def _month_number(month: str) -> int:
    return int(month[:4]) * 12 + int(month[5:]) - 1


def _by_place(old: pd.Series, new: pd.Series) -> dict[object, object]:
    """Windows by their place from the last: the last of the one beside the last of the other.

    What has no partner keeps its name, unless that name is taken; then it is marked as the older version's.
    """
    first, second = (sorted(map(str, side.dropna().unique()), reverse=True) for side in (old, new))
    pairs: dict[object, object] = dict(zip(first, second, strict=False))
    taken = set(pairs.values())
    for name in first[len(second) :]:
        pairs[name] = name if name not in taken else f"{name} ←"
    return pairs
