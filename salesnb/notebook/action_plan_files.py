"""Calendar files of the plan: everything, and each owner's own entries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.errors import Text

if TYPE_CHECKING:
    from salesnb.notebook.action_plan import ActionPlanBook
    from salesnb.stages.action_plan import Entry

FOLDER = "calendar"
WHOLE = "plan"


def write_calendars(book: ActionPlanBook) -> list[str]:
    """Write ``calendar/plan.ics`` and one file an owner beside the tables; names of the files written."""
    from salesnb.report.calendar_export import Event, write_calendar

    company = book.params.company
    entries = book.agenda_found
    own: dict[str, list[Entry]] = {WHOLE: list(entries)}
    for entry in entries:
        for person in entry.people.split("、"):
            if person in book.world.people:
                own.setdefault(person, []).append(entry)
    written = []
    for name, mine in sorted(own.items()):
        title = book.say(Text("销售行动计划", "Sales action plan"))
        title = f"{company.name.get(book.lang)} {title} {book.plan_year.text}"
        if name != WHOLE:
            title = f"{title} {book.who(name)}"
        events = [
            Event(f"{e.event_id}@{book.unit}.{book.plan_year.text}", e.text, e.day, e.at, e.minutes,
                  people="、".join(book.who(p) for p in e.people.split("、")) if e.people else "")
            for e in mine
        ]  # fmt: skip
        path = book.file(f"{FOLDER}/{name}.ics")
        write_calendar(path, events, title, company.timezone, book.as_of)
        written.append(path.name)
    return written
