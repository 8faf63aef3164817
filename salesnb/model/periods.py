"""Periods and the company's calendar.

Six spellings exist: ``2024 · 2024H1 · 2024Q2 · 2024-03 · 2024-W12 · 2024-03-15`` (CONTRACTS, Periods). A year is the
fiscal year named by the calendar year it starts in; with a settlement day (26th–25th) a month runs from the day after
the settlement day of the month before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property

from salesnb.model.errors import PeriodError, Text


class Kind(StrEnum):
    """Kinds of period, coarse to fine."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    WEEK = "week"
    DAY = "day"


_MONTHS_IN = {Kind.YEAR: 12, Kind.HALF: 6, Kind.QUARTER: 3, Kind.MONTH: 1}
_PATTERNS = {
    Kind.YEAR: re.compile(r"(\d{4})"),
    Kind.HALF: re.compile(r"(\d{4})H([12])"),
    Kind.QUARTER: re.compile(r"(\d{4})Q([1-4])"),
    Kind.MONTH: re.compile(r"(\d{4})-(0[1-9]|1[0-2])"),
    Kind.WEEK: re.compile(r"(\d{4})-W(0[1-9]|[1-4]\d|5[0-3])"),
    Kind.DAY: re.compile(r"(\d{4})-(\d{2})-(\d{2})"),
}


@dataclass(frozen=True)
class Period:
    """One period: its spelling, kind, first and last day (inclusive) and, from month up, its months 'YYYY-MM'."""

    text: str
    kind: Kind
    start: date
    end: date
    months: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text

    def holds(self, day: date) -> bool:
        """Whether ``day`` falls into the period."""
        return self.start <= day <= self.end

    @property
    def days(self) -> int:
        """Number of calendar days."""
        return (self.end - self.start).days + 1


def _shift(month: str, by: int) -> str:
    year, number = int(month[:4]), int(month[5:])
    index = year * 12 + number - 1 + by
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def month_range(first: str, last: str) -> tuple[str, ...]:
    """All months from ``first`` to ``last`` inclusive; empty when last is before first."""
    out = []
    while first <= last:
        out.append(first)
        first = _shift(first, 1)
    return tuple(out)


@dataclass(frozen=True)
class Calendar:
    """A company's calendar: first month of the fiscal year and the settlement day of a month (None: month end)."""

    fiscal_year_start: int = 1
    month_closes_on: int | None = None

    def period(self, text: str | int) -> Period:
        """The period spelled ``text``; PeriodError shows the right spelling of what was probably meant."""
        spelled = str(text)
        for kind, pattern in _PATTERNS.items():
            match = pattern.fullmatch(spelled)
            if match:
                try:
                    return self._build(spelled, kind, [int(g) for g in match.groups()])
                except ValueError as error:
                    raise PeriodError(
                        Text(f"期间 {spelled} 不存在：{error}", f"period {spelled} does not exist: {error}")
                    ) from error
        raise PeriodError(
            Text(f"看不懂期间 {spelled!r}", f"period {spelled!r} is not spelled our way"),
            remedy=_suggestion(spelled),
        )

    def _build(self, text: str, kind: Kind, parts: list[int]) -> Period:
        if kind is Kind.DAY:
            day = date(*parts)
            return Period(text, kind, day, day)
        if kind is Kind.WEEK:
            start = date.fromisocalendar(parts[0], parts[1], 1)
            return Period(text, kind, start, start + timedelta(days=6))
        if kind is Kind.MONTH:
            return self._months(text, kind, text)
        offset = 0 if kind is Kind.YEAR else (parts[1] - 1) * _MONTHS_IN[kind]
        return self._months(text, kind, _shift(f"{parts[0]:04d}-{self.fiscal_year_start:02d}", offset))

    def _months(self, text: str, kind: Kind, first: str) -> Period:
        months = tuple(_shift(first, i) for i in range(_MONTHS_IN[kind]))
        return Period(
            text, kind, self.month_start(months[0]), self.month_start(_shift(months[-1], 1)) - timedelta(days=1), months
        )

    def month_start(self, month: str) -> date:
        """First day of a settlement month 'YYYY-MM'."""
        first = date(int(month[:4]), int(month[5:]), 1)
        if self.month_closes_on is None:
            return first
        before = first - timedelta(days=1)
        closing = min(self.month_closes_on, before.day)
        return date(before.year, before.month, closing) + timedelta(days=1)

    def month_of(self, day: date) -> str:
        """The settlement month 'YYYY-MM' a day belongs to."""
        month = f"{day.year:04d}-{day.month:02d}"
        following = _shift(month, 1)
        return following if day >= self.month_start(following) else month

    def year_of(self, month: str) -> int:
        """The fiscal year a month belongs to, named by the calendar year it starts in."""
        return int(month[:4]) - (int(month[5:]) < self.fiscal_year_start)

    def previous(self, period: Period) -> Period:
        """The period of the same kind right before."""
        return self._containing(period.kind, period.start - timedelta(days=1))

    def last_year(self, period: Period) -> Period:
        """The same period a year earlier; week 53 and 29 February fall to the week or day before when there is none."""
        if period.kind is Kind.DAY:
            day = period.start
            twin = date(day.year - 1, day.month, min(day.day, 28) if day.month == 2 else day.day)
            return self.period(twin.isoformat())
        if period.kind is Kind.WEEK:
            year, week, _ = period.start.isocalendar()
            last = date(year - 1, 12, 28).isocalendar()[1]
            return self.period(f"{year - 1:04d}-W{min(week, last):02d}")
        return self.period(f"{int(period.text[:4]) - 1:04d}{period.text[4:]}")

    def parent(self, period: Period, kind: Kind) -> Period:
        """The period of a coarser ``kind`` that holds this one's first day."""
        return self._containing(kind, period.start)

    def children(self, period: Period, kind: Kind) -> tuple[Period, ...]:
        """The periods of a finer ``kind`` that start within this one (weeks: those that overlap it)."""
        out, day = [], period.start
        while day <= period.end:
            child = self._containing(kind, day)
            out.append(child)
            day = child.end + timedelta(days=1)
        return tuple(out)

    def _containing(self, kind: Kind, day: date) -> Period:
        if kind is Kind.DAY:
            return self.period(day.isoformat())
        if kind is Kind.WEEK:
            year, week, _ = day.isocalendar()
            return self.period(f"{year:04d}-W{week:02d}")
        month = self.month_of(day)
        if kind is Kind.MONTH:
            return self.period(month)
        year = self.year_of(month)
        place = (int(month[5:]) - self.fiscal_year_start) % 12
        suffix = {Kind.YEAR: "", Kind.HALF: f"H{place // 6 + 1}", Kind.QUARTER: f"Q{place // 3 + 1}"}[kind]
        return self.period(f"{year:04d}{suffix}")

    def containing(self, kind: Kind, day: date) -> Period:
        """The period of ``kind`` that holds ``day``."""
        return self._containing(kind, day)

    @cached_property
    def workdays(self) -> Workdays:
        """The public calendar of working days (Mainland China by default)."""
        return Workdays()


class Workdays:
    """Working days with Chinese public holidays and make-up days; years not announced know festivals only."""

    def count(self, start: date, end: date) -> int:
        """Working days from ``start`` to ``end`` inclusive."""
        return sum(self.is_workday(start + timedelta(days=i)) for i in range((end - start).days + 1))

    def is_workday(self, day: date) -> bool:
        """Whether people work on ``day``; years not announced yet know festivals but no make-up days."""
        if self.announced(day):
            import chinese_calendar

            return bool(chinese_calendar.is_workday(day))
        import holidays

        return day.weekday() < 5 and day not in holidays.country_holidays("CN", years=day.year)

    @staticmethod
    def announced(day: date) -> bool:
        """Whether the State Council's arrangement for that year is in the calendar library."""
        import chinese_calendar

        years = {known.year for known in chinese_calendar.constants.holidays}
        return min(years) <= day.year <= max(years)

    @staticmethod
    def spring_festival(year: int) -> date:
        """The first day of the Chinese New Year in ``year``."""
        import holidays

        days = holidays.country_holidays("CN", years=year, language="en_US")
        named = [day for day, name in days.items() if "Chinese New Year" in name and "Eve" not in name]
        return min(day for day in named if day.year == year)


def _suggestion(spelled: str) -> Text:
    tries = (
        (re.fullmatch(r"(\d{4})(0[1-9]|1[0-2])", spelled), "{0}-{1}"),
        (re.fullmatch(r"(\d{4})[/.年](\d{1,2})月?", spelled), "{0}-{1:0>2}"),
        (re.fullmatch(r"(\d{4})[-/. 年]?[qQ第]([1-4])季?度?", spelled), "{0}Q{1}"),
        (re.fullmatch(r"(\d{4})[-/. ]?[hH]([12])", spelled), "{0}H{1}"),
        (re.fullmatch(r"(\d{4})-?[wW](\d{1,2})", spelled), "{0}-W{1:0>2}"),
        (re.fullmatch(r"(\d{4})[/.年]?(\d{1,2})[/.月]?(\d{1,2})日?", spelled), "{0}-{1:0>2}-{2:0>2}"),
        (re.fullmatch(r"(\d{4})年?度?", spelled), "{0}"),
    )
    for match, form in tries:
        if match:
            right = form.format(*match.groups())
            return Text(f"写作 {right}", f"write {right}")
    forms = "2024, 2024H1, 2024Q2, 2024-03, 2024-W12, 2024-03-15"
    return Text(f"可用写法：{forms}", f"spellings: {forms}")


def default_as_of(period: Period, today: date, close_days: int, planning: bool) -> date:
    """The as-of date nobody chose: ``close_days`` after a reviewed period, the day before a planned one starts."""
    if planning:
        return min(today, period.start - timedelta(days=1))
    return min(today, period.end + timedelta(days=close_days))


@dataclass(frozen=True)
class Window:
    """A stretch of time whose sales are added up: whole months, or days where ``months`` is empty."""

    label: str
    start: date
    end: date
    months: tuple[str, ...] = ()


def is_plan(period: Period, as_of: date | None, today: date, has_targets: bool) -> bool:
    """Whether a run of ``period`` plans it: year, half or quarter seen from before its start.

    Nobody chose ``as_of``: it is planned, unless it is over ``today`` and ``has_targets`` to be reviewed against.
    """
    if period.kind not in (Kind.YEAR, Kind.HALF, Kind.QUARTER):
        return False
    return as_of < period.start if as_of is not None else today <= period.end or not has_targets


def windows(period: Period, calendar: Calendar, planning: bool, first_month: str) -> tuple[Window, ...]:
    """The comparable stretches of history behind ``period``, oldest first; earlier ones only from ``first_month`` on.

    Planning: the twelve months before the period and the same twelve of every year before (whole fiscal years when a
    year is planned). Reviewing: the fiscal year to the period's end, and the same stretch of every year before.
    """
    first = calendar.month_start(first_month)
    out = [_before(period, calendar) if planning else _to_date(period, calendar)]
    while (earlier := _a_year_earlier(out[-1], calendar)).start >= first:
        out.append(earlier)
    return tuple(reversed(out))


def year_windows(period: Period, calendar: Calendar, planning: bool, first_month: str) -> tuple[Window, ...]:
    """Windows of twelve whole months, oldest first: those of a plan, or the years that end with the reviewed period.

    A week or a day is seen from the last whole month it reaches. Windows are complete: none starts before
    ``first_month``, so there may be none at all.
    """
    if planning:
        newest = _before(period, calendar)
    else:
        last = calendar.month_of(period.end)
        if calendar.period(last).end > period.end:
            last = _shift(last, -1)
        newest = _twelve(_shift(last, -11), calendar)
    out = []
    while newest.months[0] >= first_month:
        out.append(newest)
        newest = _a_year_earlier(newest, calendar)
    return tuple(reversed(out))


def _before(period: Period, calendar: Calendar) -> Window:
    return _twelve(_shift(period.months[0], -12), calendar)


def _twelve(first: str, calendar: Calendar) -> Window:
    months = tuple(_shift(first, i) for i in range(12))
    end = calendar.month_start(_shift(first, 12)) - timedelta(days=1)
    whole = calendar.year_of(months[0]) == calendar.year_of(months[-1])
    label = f"{calendar.year_of(months[0]):04d}" if whole else f"{months[0]}–{months[-1]}"
    return Window(label, calendar.month_start(months[0]), end, months)


def _to_date(period: Period, calendar: Calendar) -> Window:
    year = calendar.parent(period, Kind.YEAR)
    if not period.months:
        return Window(f"{year.start}–{period.end}", year.start, period.end)
    months = month_range(year.months[0], period.months[-1])
    label = year.text if months == year.months else f"{months[0]}–{months[-1]}"
    return Window(label, year.start, period.end, months)


def _a_year_earlier(window: Window, calendar: Calendar) -> Window:
    if window.months:
        months = tuple(_shift(month, -12) for month in window.months)
        end = calendar.month_start(_shift(months[-1], 1)) - timedelta(days=1)
        label = f"{int(window.label) - 1:04d}" if window.label.isdigit() else f"{months[0]}–{months[-1]}"
        return Window(label, calendar.month_start(months[0]), end, months)
    start = date(window.start.year - 1, window.start.month, window.start.day)
    leap = window.end.month == 2 and window.end.day == 29
    end = date(window.end.year - 1, window.end.month, 28 if leap else window.end.day)
    return Window(f"{start}–{end}", start, end)
