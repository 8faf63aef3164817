"""People's answers to the five whys: kept by period, shown while the finding stands, not before they were given."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd

from salesnb.model.params.period import PeriodNotes
from salesnb.model.periods import Calendar
from salesnb.notebook.review_closing_exhibits import _names
from salesnb.notebook.review_five_whys import written
from salesnb.notebook.review_followed import by_name
from salesnb.stages.review import Note

CALENDAR = Calendar()


def notes(*whys: tuple[str, str]) -> PeriodNotes:
    return PeriodNotes.model_validate(
        {"whys": [{"finding": f, "answers": [f"because of {f}"], "by": "Li", "decided": day} for f, day in whys]}
    )


FILES = {
    "2023-06": notes(("South", "2023-07-01")),
    "2024-05": notes(("South", "2024-06-02"), ("North", "2024-06-02")),
    "2024-06": notes(("South", "2024-07-03"), ("Visits", "2024-07-03"), ("Later", "2024-11-01")),
}


def told(period: str, found: set[str]) -> list[tuple[str, date]]:
    book: Any = SimpleNamespace(
        calendar=CALENDAR, period=CALENDAR.period(period), as_of=date(2024, 7, 4),
        year=SimpleNamespace(period=CALENDAR.period("2024")), period_files=lambda: FILES.items(),
    )  # fmt: skip
    return [(finding, day) for finding, _, _, day in written(book, found)]


def test_a_product_line_may_be_called_as_the_page_calls_it(monkeypatch: Any) -> None:
    monkeypatch.setitem(FILES, "2024-06", notes(("产品线 B", "2024-07-03"), ("Line C", "2024-07-03")))
    assert told("2024-06", {"B", "C"}) == [("B", date(2024, 7, 3)), ("C", date(2024, 7, 3))]


def test_a_line_is_not_named_by_a_letter_of_another_word() -> None:
    assert not _names("CRM 增加提醒", "C") and _names("C 线主推方案", "C") and _names("推 C", "C")


def test_an_answer_stands_as_long_as_its_finding_does() -> None:
    assert told("2024-06", {"South"}) == [
        ("South", date(2024, 6, 2)),
        ("South", date(2024, 7, 3)),
        ("Visits", date(2024, 7, 3)),
    ], "the newest last; last year's and what was decided later are left out; North is no finding any more"


def test_a_quarter_holds_what_was_answered_in_its_months() -> None:
    assert [finding for finding, _ in told("2024Q2", set())] == ["North", "South", "South", "Visits"]
    assert told("2024Q1", set()) == []


def test_a_note_may_call_its_alert_as_the_page_does() -> None:
    columns = ["alert", "scope", "dimension", "node_id", "name"]
    alerts = pd.DataFrame([("2024:product_line:B", "2024", "product_line", "B", "B"),
                           ("2024Q2:slice:S+B", "2024Q2", "region_id+product_line", "S+B", "South × B")],
                          columns=columns)  # fmt: skip
    nodes = pd.DataFrame([("2024", "person_id", "p1", "Wang")], columns=columns[1:])
    said = ("产品线 B", "South × B", "Wang", "2024:person_id:p2")
    held = [Note("2024-06", alert, "Li", "visit", date(2024, 7, 31), "open") for alert in said]
    assert [note.alert for note in by_name(held, alerts, nodes)] == [
        "2024:product_line:B", "2024Q2:slice:S+B", "2024:person_id:p1", "2024:person_id:p2"]  # fmt: skip
