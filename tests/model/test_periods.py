"""Spellings of periods, fiscal years, settlement months, and which stretches of history are comparable."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.errors import PeriodError
from salesnb.model.periods import Calendar, Kind, Workdays, default_as_of, is_plan, windows, year_windows

SPELLINGS = {
    "2024": (Kind.YEAR, date(2024, 1, 1), date(2024, 12, 31)),
    "2024H1": (Kind.HALF, date(2024, 1, 1), date(2024, 6, 30)),
    "2024Q2": (Kind.QUARTER, date(2024, 4, 1), date(2024, 6, 30)),
    "2024-03": (Kind.MONTH, date(2024, 3, 1), date(2024, 3, 31)),
    "2024-W12": (Kind.WEEK, date(2024, 3, 18), date(2024, 3, 24)),
    "2024-03-15": (Kind.DAY, date(2024, 3, 15), date(2024, 3, 15)),
}
days = st.dates(date(2005, 1, 1), date(2035, 12, 31))
calendars = st.builds(Calendar, st.integers(1, 12), st.one_of(st.none(), st.integers(20, 30)))


@pytest.mark.parametrize("text", SPELLINGS)
def test_six_spellings_name_their_first_and_last_day(text):
    period = Calendar().period(text)
    assert (period.kind, period.start, period.end) == SPELLINGS[text]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("202602", "2026-02"), ("2024/3", "2024-03"), ("2024q1", "2024Q1"), ("2024年3月", "2024-03"), ("2024年", "2024"),
     ("2024-Q3", "2024Q3"), ("2024w7", "2024-W07"), ("2024/3/5", "2024-03-05")],
)  # fmt: skip
def test_another_spelling_is_refused_with_the_right_one(wrong, right):
    with pytest.raises(PeriodError) as caught:
        Calendar().period(wrong)
    assert f"写作 {right}" in caught.value.say("zh")


@pytest.mark.parametrize("text", ["2024-13", "2023-02-29", "2023-W53", "24", "", "2024Q5", "../x"])
def test_a_period_that_does_not_exist_is_refused(text):
    with pytest.raises(PeriodError):
        Calendar().period(text)


def test_fiscal_year_is_named_by_the_calendar_year_it_starts_in():
    calendar = Calendar(fiscal_year_start=4)
    year = calendar.period("2024")
    assert (year.start, year.end) == (date(2024, 4, 1), date(2025, 3, 31))
    assert calendar.period("2024Q4").months == ("2025-01", "2025-02", "2025-03")
    assert calendar.parent(calendar.period("2025-02"), Kind.YEAR).text == "2024"


def test_settlement_month_runs_from_the_day_after_the_closing_day():
    calendar = Calendar(month_closes_on=25)
    march = calendar.period("2024-03")
    assert (march.start, march.end) == (date(2024, 2, 26), date(2024, 3, 25))
    assert calendar.month_of(date(2024, 12, 26)) == "2025-01"


@given(calendars, days)
def test_every_day_stands_in_exactly_one_period_of_each_kind(calendar, day):
    for kind in Kind:
        period = calendar.containing(kind, day)
        assert period.holds(day)
        assert calendar.period(period.text) == period
        assert calendar.previous(period).end == period.start - timedelta(days=1)


@given(calendars, st.integers(2006, 2034))
def test_children_tile_their_year(calendar, year):
    period = calendar.period(str(year))
    for kind in (Kind.HALF, Kind.QUARTER, Kind.MONTH):
        parts = calendar.children(period, kind)
        assert sum(p.days for p in parts) == period.days
        assert tuple(m for p in parts for m in p.months) == period.months


@given(days)
def test_last_year_is_the_same_kind_a_year_earlier(day):
    calendar = Calendar()
    for kind in Kind:
        twin = calendar.last_year(calendar.containing(kind, day))
        assert twin.kind is kind and 350 <= (day - twin.start).days <= 372 + 366


def test_as_of_defaults():
    calendar = Calendar()
    june, year = calendar.period("2024-06"), calendar.period("2024")
    assert default_as_of(june, date(2025, 1, 1), 5, planning=False) == date(2024, 7, 5)
    assert default_as_of(june, date(2024, 7, 4), 5, planning=False) == date(2024, 7, 4)
    assert default_as_of(year, date(2024, 7, 4), 5, planning=True) == date(2023, 12, 31)
    now = date(2024, 7, 4)
    assert (
        is_plan(year, None, now, True)
        and not is_plan(year, date(2024, 1, 1), now, True)
        and not is_plan(june, None, now, True)
    )


def test_a_quarter_that_is_over_is_reviewed_unless_seen_from_before_its_start():
    calendar, now = Calendar(), date(2024, 7, 4)
    over, running, coming = (calendar.period(text) for text in ("2024Q2", "2024Q3", "2024Q4"))
    assert not is_plan(over, None, now, True) and is_plan(over, date(2024, 3, 31), now, True)
    assert (
        is_plan(running, None, now, True) and not is_plan(running, now, now, True) and is_plan(coming, None, now, True)
    )
    assert is_plan(over, None, over.end, True) and not is_plan(over, None, date(2024, 7, 1), True), (
        "its last day still belongs to it"
    )
    assert is_plan(over, None, now, False), "without targets there is nothing to review it against"


def test_windows_of_a_plan_are_whole_years_and_of_a_review_the_year_to_date():
    calendar = Calendar()
    plan = windows(calendar.period("2024"), calendar, True, "2021-01")
    review = windows(calendar.period("2024-06"), calendar, False, "2021-03")
    assert [w.label for w in plan] == ["2021", "2022", "2023"]
    assert [w.label for w in review] == ["2022-01–2022-06", "2023-01–2023-06", "2024-01–2024-06"]
    week = windows(calendar.period("2024-W09"), calendar, False, "2022-01")
    assert [w.end for w in week] == [date(2022, 3, 3), date(2023, 3, 3), date(2024, 3, 3)]


def test_year_windows_are_twelve_whole_months_and_complete():
    calendar = Calendar()
    june = year_windows(calendar.period("2024-06"), calendar, False, "2021-01")
    assert [w.label for w in june] == ["2021-07–2022-06", "2022-07–2023-06", "2023-07–2024-06"]
    assert year_windows(calendar.period("2024-06-20"), calendar, False, "2022-06")[-1].label == "2023-06–2024-05"
    assert [w.label for w in year_windows(calendar.period("2024"), calendar, True, "2021-02")] == ["2022", "2023"]
    assert year_windows(calendar.period("2024"), calendar, True, "2023-02") == ()


def test_working_days_know_holidays_and_make_up_days():
    workdays = Workdays()
    assert not workdays.is_workday(date(2024, 2, 12)) and workdays.is_workday(date(2024, 2, 4))
    assert workdays.count(date(2024, 2, 1), date(2024, 2, 29)) == 18
    assert not workdays.announced(date(2040, 1, 1)) and not workdays.is_workday(date(2040, 10, 1))
    assert [Workdays.spring_festival(y) for y in (2023, 2024)] == [date(2023, 1, 22), date(2024, 2, 10)]
