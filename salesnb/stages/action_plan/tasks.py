"""Tasks as they stand on a day, and what is wrong with them: owners, dates, nodes, dependencies (R40)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from salesnb.model.params.actions import Actions, KeyResult, Objective, Task
from salesnb.model.params.quantities import Not, Selection
from salesnb.stages.action_plan.findings import Finding
from salesnb.stages.action_plan.selection import said


@dataclass(frozen=True)
class World:
    """What a plan is held against: people with first and last day, departments that are no person, known nodes.

    ``nodes`` by word (region, team, …); a word without known nodes is not checked. ``goals`` are ids tasks may serve.
    """

    people: Mapping[str, tuple[date | None, date | None]] = field(default_factory=dict)
    nodes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    goals: frozenset[str] = frozenset()


def state_on(task: Task, day: date) -> str:
    """open, doing, done, late or dropped as known on ``day``: what was finished later was not finished yet."""
    if task.state == "dropped":
        return "dropped"
    if task.state == "done" and (task.done is None or task.done <= day):
        return "done"
    if task.due is not None and task.due < day:
        return "late"
    return "doing" if task.start is not None and task.start <= day else "open"


def faults(plan: Actions, tasks: Sequence[Task], world: World, day: date) -> list[Finding]:
    """Everything wrong with the tasks known on ``day`` and with what they serve."""
    results = {k.id: (k, o) for o in plan.objectives for k in o.key_results}
    known = {
        *results,
        *(o.id for o in plan.objectives),
        *(s.id for s in plan.strategies),
        *(m.id for m in plan.milestones),
        *world.goals,
    }
    by_id = {t.id: t for t in tasks}
    every = {t.id for t in plan.tasks}
    out: list[Finding] = []
    for task in tasks:
        out += _missing(task)
        out += _dates(task, by_id, results, day)
        out += [Finding("serves_unknown", "fault", task.id, one) for one in task.serves if one not in known]
        out += [Finding("after_unknown", "fault", task.id, one) for one in task.after if one not in every]
        out += _owner(task.id, task.owner, (task.start or task.due, task.due), world)
        out += _nodes(task.id, task.where, world)
    out += _results(plan, tasks, world)
    out += [Finding("cycle", "fault", circle[0], " → ".join(circle)) for circle in cycles(by_id)]
    return out


def _missing(task: Task) -> Iterator[Finding]:
    for name in ("owner", "due", "deliverable", "start"):
        if not getattr(task, name):
            yield Finding(f"without_{name}", "note" if name == "start" else "fault", task.id)
    if not task.serves:
        yield Finding("serves_nothing", "ask", task.id)


def _dates(
    task: Task, tasks: Mapping[str, Task], results: Mapping[str, tuple[KeyResult, Objective]], day: date
) -> Iterator[Finding]:
    if task.start and task.due and task.start > task.due:
        yield Finding("starts_after_due", "fault", task.id, said=float((task.start - task.due).days), unit="days")
    for name in task.after:
        before = tasks.get(name)
        if before is None or before.due is None:
            continue
        if task.due and task.due < before.due:
            yield Finding("due_before_what_it_waits_for", "fault", task.id, name,
                          float((before.due - task.due).days), unit="days")  # fmt: skip
        elif task.start and task.start <= before.due and state_on(before, day) != "done":
            yield Finding("starts_before_what_it_waits_for", "ask", task.id, name,
                          float((before.due - task.start).days + 1), unit="days")  # fmt: skip
    for name in task.serves:
        due = results[name][0].due or results[name][1].due if name in results else None
        if due and task.due and task.due > due:
            yield Finding("due_after_its_key_result", "fault", task.id, name, float((task.due - due).days), unit="days")
    if state_on(task, day) == "late" and task.due:
        yield Finding("late", "fault", task.id, task.owner, float((day - task.due).days), unit="days")
    if state_on(task, day) == "done" and task.done and task.due and task.done > task.due:
        yield Finding("done_late", "note", task.id, task.owner, float((task.done - task.due).days), unit="days")
    if task.state == "done" and task.done is None:
        yield Finding("done_without_date", "ask", task.id)


def _owner(item: str, owner: str, span: tuple[date | None, date | None], world: World) -> Iterator[Finding]:
    """An owner who is a person must be there from the first to the last day; other names are departments."""
    if owner not in world.people:
        return
    hired, left = world.people[owner]
    first, last = span
    if hired and first and hired > first:
        yield Finding("owner_not_there_yet", "fault", item, owner, float((hired - first).days), unit="days")
    if left and last and left < last:
        yield Finding("owner_left", "fault", item, owner, float((last - left).days), unit="days")


def _nodes(item: str, where: Selection, world: World) -> Iterator[Finding]:
    for word, nodes in where.items():
        listed = nodes.not_ if isinstance(nodes, Not) else nodes
        known = world.nodes.get(word)
        if known:
            yield from (Finding("node_unknown", "fault", item, f"{word}: {n}") for n in listed if n not in known)


def _results(plan: Actions, tasks: Sequence[Task], world: World) -> Iterator[Finding]:
    """Key results nobody works for, and owners and nodes of objectives and key results."""
    served = {one for task in tasks for one in task.serves}
    for objective in plan.objectives:
        yield from _owner(objective.id, objective.owner, (None, objective.due), world)
        yield from _nodes(objective.id, objective.where, world)
        for result in objective.key_results:
            if result.id not in served and objective.id not in served:
                yield Finding("key_result_without_task", "fault", result.id, result.owner)
            yield from _owner(result.id, result.owner, (None, result.due or objective.due), world)
            yield from _nodes(result.id, result.counts, world)


def cycles(tasks: Mapping[str, Task]) -> list[list[str]]:
    """Circles of tasks that wait for each other, each once, beginning with its smallest id."""
    found: list[list[str]] = []
    done: set[str] = set()
    for name in sorted(tasks):
        path: list[str] = []
        _walk(name, tasks, path, done, found)
    return found


def _walk(name: str, tasks: Mapping[str, Task], path: list[str], done: set[str], found: list[list[str]]) -> None:
    if name in path:
        circle = path[path.index(name) :]
        first = circle.index(min(circle))
        found.append([*circle[first:], *circle[: first + 1]])
        return
    if name in done or name not in tasks:
        return
    path.append(name)
    for before in tasks[name].after:
        _walk(before, tasks, path, done, found)
    path.pop()
    done.add(name)


def task_table(
    tasks: Sequence[Task], day: date, slack: Mapping[str, tuple[int | None, bool]], minor: int = 100
) -> pd.DataFrame:
    """One row a task with its state on ``day``, its slack in working days and whether it is on the critical path."""
    rows = []
    for task in tasks:
        days, critical = slack.get(task.id, (None, False))
        state = state_on(task, day)
        rows.append(
            {
                "task_id": task.id,
                "text": task.text,
                "serves": "、".join(task.serves) or None,
                "scope": said(task.where) or None,
                "owner": task.owner or None,
                "start_date": _stamp(task.start),
                "due_date": _stamp(task.due),
                "deliverable": task.deliverable or None,
                "resources": task.resources or None,
                "after": "、".join(task.after) or None,
                "cost_minor": None if task.cost is None else round(task.cost * minor),
                "state": state,
                "done_date": _stamp(task.done if state == "done" else None),
                "slack_days": days,
                "is_critical": critical,
            }
        )
    return pd.DataFrame(rows)


def _stamp(day: date | None) -> pd.Timestamp | object:
    return pd.NaT if day is None else pd.Timestamp(day)
