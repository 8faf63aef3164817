"""Files of the plan: calendars (everything, and each owner's own entries) and the resource request form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.audience import calendar_file
from salesnb.model.errors import Text

if TYPE_CHECKING:
    from markupsafe import Markup

    from salesnb.notebook.action_plan import ActionPlanBook
    from salesnb.notebook.action_plan_tables import PlanTables
    from salesnb.stages.action_plan import Entry

FOLDER = "calendar"
WHOLE = "plan"
FORM = "resource_requests"


def write_calendars(book: ActionPlanBook) -> list[str]:
    """Write ``calendar/plan.ics`` and one file an owner beside the tables; whose they are, the whole plan's first."""
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
        write_calendar(book.file(_place(name)), events, title, company.timezone, book.as_of)
        written.append(name)
    return sorted(written, key=lambda name: (name != WHOLE, name))


def _place(name: str) -> str:
    return f"{FOLDER}/{WHOLE}.ics" if name == WHOLE else calendar_file(name).as_posix()


def calendar_links(book: ActionPlanBook, written: list[str]) -> Markup:
    """Links to the calendar files, the whole plan's first, then people by name."""
    from salesnb.report.files import links

    whole = book.say(Text("全部事项", "Everything"))
    files = [(whole if name == WHOLE else book.who(name), _place(name)) for name in written]
    return links(book.say(Text("日历文件：", "Calendar files: ")), files)


def write_request_form(book: PlanTables) -> Markup:
    """Write the resource request form as .docx and Excel beside the tables; links to both."""
    from salesnb.report.files import links
    from salesnb.report.request_form import Request, RequestForm, write_requests
    from salesnb.report.sentences.states import KINDS
    from salesnb.stages.action_plan import said

    asked = {r.id: r for r in book.actions.requests}
    rows = []
    for row in book.requests_found.sort_values(["needed_date", "request_id"], kind="stable").to_dict("records"):
        one = asked[str(row["request_id"])]
        scope, kind = said(one.where) or book.say(Text("全公司", "Company")), KINDS[one.kind].get(book.lang)
        rows.append(
            Request(one.text, kind, scope, one.quantity, int(row["cost_minor"]), one.needed.isoformat(),
                    book.who(one.asked_by), one.reason, one.state, one.approved_by)
        )  # fmt: skip
    company = book.params.company.name.get(book.lang)
    form = RequestForm(company, book.plan_year.text, book.as_of.isoformat(), book.currency, tuple(rows))
    files = [(kind, f"forms/{FORM}.{end}") for kind, end in (("Word", "docx"), ("Excel", "xlsx"))]
    word, excel = (book.file(file) for _, file in files)
    write_requests(word, excel, form, book.lang)
    return links(book.say(Text("可打印、可签批的表：", "To print and sign: ")), files)
