"""The network of tasks: what waits for what, how much room each has, the critical path, the load on each owner."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd

from salesnb.model.params.actions import Task
from salesnb.model.periods import Workdays
from salesnb.stages.action_plan.tasks import cycles, state_on


@dataclass(frozen=True)
class Days:
    """Working days of a stretch, so that a span is a difference of places."""

    days: tuple[date, ...]

    @classmethod
    def over(cls, first: date, last: date, workdays: Workdays) -> Days:
        """The working days from ``first`` to ``last``."""
        span = (first + timedelta(days=i) for i in range((last - first).days + 1))
        return cls(tuple(day for day in span if workdays.is_workday(day)))

    def count(self, first: date, last: date) -> int:
        """Working days from ``first`` to ``last`` inclusive."""
        return max(bisect_right(self.days, last) - bisect_left(self.days, first), 0)


def slack(
    tasks: Sequence[Task], limits: Mapping[str, date], days: Days, day: date
) -> dict[str, tuple[int | None, bool]]:
    """Task id → (working days its due date can slip, whether it is on the critical path).

    A task may slip until one that waits for it can no longer keep its own length before its latest end, or past its
    limit (the due date of what it serves; the plan's end for others). Done and dropped tasks have no slack any more.
    The critical path is the chain of waiting tasks with the least slack, of those the longest; a single task is none.
    A circle of waiting tasks has no order: then nobody has a slack.
    """
    by_id = {t.id: t for t in tasks if t.due is not None and state_on(t, day) not in ("done", "dropped")}
    if cycles({t.id: t for t in tasks}):
        return {}
    after: dict[str, list[str]] = {name: [] for name in by_id}
    for task in by_id.values():
        for before in task.after:
            if before in after:
                after[before].append(task.id)
    room: dict[str, int] = {}

    def latest(name: str) -> int:
        """How far the due date can move, in working days (negative: too late already)."""
        if name not in room:
            task = by_id[name]
            due = task.due or day
            limit = limits.get(name)
            own = days.count(due + timedelta(days=1), limit) if limit and limit >= due else 0
            own = -days.count(limit + timedelta(days=1), due) if limit and limit < due else own
            waits = [latest(n) + _gap(due, by_id[n], days) for n in after[name]]
            room[name] = min([own, *waits])
        return room[name]

    for name in sorted(by_id):
        latest(name)
    critical = set(_critical(by_id, after, room, days))
    return {name: (room[name], name in critical) for name in by_id}


def _gap(due: date, follower: Task, days: Days) -> int:
    """Working days between a task's due date and its follower's start; negative where they run side by side."""
    start = follower.start or follower.due or due
    if start > due:
        return days.count(due + timedelta(days=1), start) - 1
    return -days.count(start, due)


def _critical(
    tasks: Mapping[str, Task], after: Mapping[str, list[str]], room: Mapping[str, int], days: Days
) -> list[str]:
    best: tuple[int, int, list[str]] = (10**9, 0, [])
    for name in sorted(tasks):
        for chain in _chains(name, after):
            if len(chain) < 2:
                continue
            first = tasks[chain[0]].start or tasks[chain[0]].due
            last = tasks[chain[-1]].due
            length = days.count(first, last) if first and last else 0
            found = (min(room[n] for n in chain), -length, chain)
            best = min(best, found)
    return best[2]


def _chains(name: str, after: Mapping[str, list[str]]) -> list[list[str]]:
    """Every way down from a task to one nobody waits for."""
    followers = after[name]
    if not followers:
        return [[name]]
    return [[name, *rest] for follower in sorted(followers) for rest in _chains(follower, after)]


def workload(tasks: Sequence[Task], months: Sequence[str], days: Days, day: date) -> pd.DataFrame:
    """owner, month, task_count, task_days, load: tasks that run in a month and how many at once on average.

    ``load`` is the tasks' working days ÷ the month's; done and dropped tasks count while they ran.
    """
    rows = []
    for owner in sorted({t.owner for t in tasks if t.owner}):
        for month in months:
            first = date(int(month[:4]), int(month[5:]), 1)
            last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
            spans = [_span(t, first, last, day) for t in tasks if t.owner == owner]
            worked = [days.count(*span) for span in spans if span is not None]
            there = days.count(first, last)
            if worked:
                rows.append((owner, month, len(worked), sum(worked), sum(worked) / there if there else 0.0))
    return pd.DataFrame(rows, columns=["owner", "month", "task_count", "task_days", "load"])


def _span(task: Task, first: date, last: date, day: date) -> tuple[date, date] | None:
    if task.due is None or state_on(task, day) == "dropped":
        return None
    ends = task.done if state_on(task, day) == "done" and task.done else task.due
    start, end = max(task.start or task.due, first), min(ends, last)
    return (start, end) if start <= end else None
