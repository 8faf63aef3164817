"""Stretches of time a review looks at: the period, what holds it, and the same stretches a year or a period before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from salesnb.model.errors import PeriodError, Text
from salesnb.model.periods import Calendar, Kind, Period, Window, month_range

WEEK = timedelta(days=7)
ORDER = (Kind.DAY, Kind.WEEK, Kind.MONTH, Kind.QUARTER, Kind.HALF, Kind.YEAR)
HOLDING = (Kind.MONTH, Kind.QUARTER, Kind.YEAR)


@dataclass(frozen=True)
class Scope:
    """A period seen from its first day to ``through``; complete when that is its last day."""

    period: Period
    through: date

    @property
    def is_complete(self) -> bool:
        """Whether all of the period has come."""
        return self.through >= self.period.end

    def window(self, calendar: Calendar) -> Window:
        """What has come of the period: whole settlement months where it consists of them, else days."""
        return stretch(self.period.text, self.period.start, self.through, calendar)

    def last_year(self, calendar: Calendar) -> Window:
        """The same stretch a year before; for a day the same weekday, since a Sunday is no twin of a Monday."""
        twin = year_before(self.period, calendar)
        return stretch(f"{self.period.text}-1y", twin.start, self._end_in(twin), calendar)

    def previous(self, calendar: Calendar) -> Window | None:
        """The period before, as far as this one has come; for a day the same weekday of the week before.

        None for a year, whose period before is last year.
        """
        if self.period.kind is Kind.YEAR:
            return None
        before = calendar.previous(self.period)
        if self.period.kind is Kind.DAY:
            before = calendar.period((self.period.start - WEEK).isoformat())
        return stretch(f"{self.period.text}-1p", before.start, self._end_in(before), calendar)

    def _end_in(self, twin: Period) -> date:
        if self.is_complete:
            return twin.end
        if self.period.kind in (Kind.WEEK, Kind.DAY):
            return min(twin.start + (self.through - self.period.start), twin.end)
        # the same day of the same month of the twin, so that a season is held against its own
        months = (twin.start.year - self.period.start.year) * 12 + twin.start.month - self.period.start.month
        index = self.through.year * 12 + self.through.month - 1 + months
        first = date(index // 12, index % 12 + 1, 1)
        following = date((index + 1) // 12, (index + 1) % 12 + 1, 1)
        return min(first + timedelta(days=self.through.day - 1), following - timedelta(days=1), twin.end)


def year_before(period: Period, calendar: Calendar) -> Period:
    """What a period is held against a year before: for a day the same weekday 52 weeks earlier."""
    if period.kind is Kind.DAY:
        return calendar.period((period.start - 52 * WEEK).isoformat())
    return calendar.last_year(period)


def scopes(period: Period, as_of: date, calendar: Calendar) -> tuple[Scope, ...]:
    """The period and every month, quarter and year that holds it, finest first, each up to the day reached.

    PeriodError when the period begins after ``as_of``: there is nothing to review.
    """
    if period.start > as_of:
        raise PeriodError(
            Text(f"{period.text} 在 {as_of} 还没有开始", f"{period.text} has not begun on {as_of}"),
            remedy=Text("选已开始的期间，或给出更晚的 as_of", "choose a period that has begun, or a later as_of"),
        )
    through = min(period.end, as_of)
    wider = HOLDING if period.kind is not Kind.HALF else (Kind.YEAR,)
    place = ORDER.index(period.kind)
    held = [calendar.containing(kind, through) for kind in wider if ORDER.index(kind) > place]
    return tuple(Scope(one, through) for one in (period, *held))


def main_scope(found: tuple[Scope, ...]) -> Scope:
    """What a review judges by: the year to date; for a week or a day the month to date."""
    wanted = Kind.MONTH if found[0].period.kind in (Kind.WEEK, Kind.DAY) else Kind.YEAR
    return next(scope for scope in found if scope.period.kind is wanted)


def stretch(label: str, start: date, end: date, calendar: Calendar) -> Window:
    """A window of days, or of whole settlement months where it consists of them."""
    first, last = calendar.month_of(start), calendar.month_of(end)
    whole = calendar.month_start(first) == start and calendar.period(last).end == end
    return Window(label, start, end, month_range(first, last) if whole else ())
