"""The plan's calendar: every meeting, report, task, milestone and training on a day people work (R42)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from salesnb.model.errors import ParamsError, Text
from salesnb.model.params.actions import Actions, Meeting, Task
from salesnb.model.periods import Calendar, Kind, Period, Workdays
from salesnb.stages.action_plan.tasks import state_on

WEEKDAYS = {name: i for i, name in enumerate("一二三四五六日")}
MIDDLE = 15  # a day up to here speaks of the month after a quarter or year, a later one of its last month


@dataclass(frozen=True)
class Entry:
    """One entry: ``at`` is empty for a whole day; ``is_moved`` says that a holiday pushed it."""

    event_id: str
    kind: str
    text: str
    day: date
    at: str = ""
    minutes: int = 0
    people: str = ""
    is_moved: bool = False


def agenda(plan: Actions, tasks: Sequence[Task], period: Period, calendar: Calendar, day: date) -> list[Entry]:
    """Everything of ``period`` in order. A meeting on a holiday moves to the next working day, a report to the one
    before, because it is due *by* its day; due dates of tasks and milestones stay where they were decided.
    """
    out: list[Entry] = []
    for meeting in plan.meetings:
        out += _meetings(meeting, period, calendar)
    for task in tasks:
        if task.due and period.holds(task.due) and state_on(task, day) != "dropped":
            out.append(Entry(f"task-{task.id}", "task", task.text, task.due, people=task.owner))
    for stone in plan.milestones:
        if period.holds(stone.due):
            out.append(Entry(f"milestone-{stone.id}", "milestone", stone.text, stone.due, people=stone.owner))
    for one in plan.trainings:
        if period.holds(one.due):
            out.append(
                Entry(f"training-{one.id}", "training", one.text, one.due, people=f"{one.owner}、{one.audience}")
            )
    return sorted(out, key=lambda e: (e.day, e.at, e.event_id))


def _meetings(meeting: Meeting, period: Period, calendar: Calendar) -> Iterator[Entry]:
    kind = "meeting" if meeting.minutes else "report"
    for wanted, held in _dates(meeting, period, calendar):
        if period.holds(held):
            name = f"{meeting.id}-{held:%Y%m%d}"
            people = "、".join(meeting.people)
            yield Entry(name, kind, meeting.text, held, meeting.at, meeting.minutes, people, wanted != held)


def _dates(meeting: Meeting, period: Period, calendar: Calendar) -> Iterator[tuple[date, date]]:
    """(day wanted, day held) of each occurrence; a week without a working day has none."""
    work = calendar.workdays
    if meeting.every == "workday":
        days = (period.start + timedelta(days=i) for i in range(period.days))
        yield from ((day, day) for day in days if work.is_workday(day))
    elif meeting.every == "week":
        place = _weekday(meeting)
        for week in calendar.children(period, Kind.WEEK):
            wanted = week.start + timedelta(days=place)
            later = (wanted + timedelta(days=i) for i in range(7 - place))
            held = next((day for day in later if work.is_workday(day)), None)
            if held is not None:
                yield wanted, held
    else:
        for wanted in _month_days(meeting, period, calendar):
            yield wanted, _moved(wanted, work, -1 if meeting.minutes == 0 else 1)


def _month_days(meeting: Meeting, period: Period, calendar: Calendar) -> Iterator[date]:
    number = _day_of_month(meeting)
    kind = {"month": Kind.MONTH, "quarter": Kind.QUARTER, "year": Kind.YEAR}[meeting.every]
    # what is reviewed may lie before the period: the fourth quarter's review stands in January
    first = calendar.containing(kind, period.start - timedelta(days=1))
    for span in (first, *calendar.children(period, kind)):
        month = span.end
        if meeting.every != "month" and number <= MIDDLE:
            month = span.end + timedelta(days=1)
        yield _in_month(month, number)


def _in_month(day: date, number: int) -> date:
    last = ((day.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)).day
    return day.replace(day=min(number, last))


def _moved(day: date, work: Workdays, step: int) -> date:
    while not work.is_workday(day):
        day += timedelta(days=step)
    return day


def _weekday(meeting: Meeting) -> int:
    name = meeting.on.removeprefix("周").removeprefix("星期") or "一"
    if name not in WEEKDAYS:
        raise _unclear(meeting, Text("周一 … 周日", "`周一` to `周日` (Monday to Sunday)"))
    return WEEKDAYS[name]


def _day_of_month(meeting: Meeting) -> int:
    if not meeting.on.isdigit() or not 1 <= int(meeting.on) <= 31:
        raise _unclear(meeting, Text("1 … 31", "1 … 31"))
    return int(meeting.on)


def _unclear(meeting: Meeting, allowed: Text) -> ParamsError:
    return ParamsError(
        Text(f"会议 {meeting.id} 的 on: {meeting.on!r} 看不懂", f"meeting {meeting.id}: on {meeting.on!r} is unclear"),
        remedy=Text(f"写成 {allowed.zh}", f"write {allowed.en}"),
    )


def agenda_table(entries: Sequence[Entry]) -> pd.DataFrame:
    """The agenda in the form of ``action_calendar``."""
    rows = [
        (e.event_id, e.kind, e.text, pd.Timestamp(e.day), e.at or None, e.minutes, e.people or None, e.is_moved)
        for e in entries
    ]
    columns = ["event_id", "kind", "text", "date", "at", "minutes", "people", "is_moved"]
    return pd.DataFrame(rows, columns=columns)
