"""What a review asks for next: only what waits, before the next monthly meeting."""

from __future__ import annotations

from datetime import date

from salesnb.model.periods import Calendar
from salesnb.report.sentences.review_next import ToDo, next_steps
from salesnb.stages.calibration import monthly_meeting

MEETING = date(2024, 7, 10)


def test_what_waits_is_asked_for_by_the_next_meeting() -> None:
    todo = ToDo(2, "2024 年二季度", (date(2024, 7, 8),), MEETING)
    said = str(next_steps(todo, "zh"))
    assert (
        "2024-07-10 例会前" in said and "2 条预警" in said and "2024 年二季度低于下限" in said and "2024-07-08" in said
    )
    english = str(next_steps(ToDo(1, "", (), MEETING), "en"))
    assert english == "Next, before the meeting of 2024-07-10: give 1 alert an owner, an action and a date."
    assert next_steps(ToDo(0, "", (), MEETING), "zh") is None


def test_the_next_meeting_is_on_a_working_day_after_the_day_known() -> None:
    calendar = Calendar()
    assert monthly_meeting(date(2024, 7, 4), 10, calendar) == MEETING
    assert monthly_meeting(MEETING, 10, calendar) == date(2024, 8, 12), "the tenth is a Saturday"
    assert monthly_meeting(date(2024, 12, 31), 10, calendar) == date(2025, 1, 10)
