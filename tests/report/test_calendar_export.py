"""Calendar files as a second library reads them: every entry, every character, no line too long."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.report.calendar_export import Event, calendar_text, folded, write_calendar

icalendar = pytest.importorskip("icalendar")
DAY, ZONE = date(2024, 7, 4), "Asia/Shanghai"


def read(events: list[Event], name: str = "计划") -> list[icalendar.Event]:
    """The entries another library finds in our text."""
    text = calendar_text(events, name, ZONE, DAY)
    found = icalendar.Calendar.from_ical(text.encode("utf-8"))
    assert str(found["X-WR-CALNAME"]) == name
    return list(found.walk("VEVENT"))


def test_meetings_moments_and_whole_days() -> None:
    events = [
        Event("m-1", "团队早会", DAY, "08:45", 15, people="各办事处"),
        Event("r-1", "月度执行分析报告提交", DAY, "18:00"),
        Event(
            "t-1", "经销商评级；提出建议, 待批", date(2024, 12, 31), description="交付物：评级表\n北方", category="任务"
        ),
    ]
    meeting, report, task = read(events)
    local = datetime(2024, 7, 4, 8, 45, tzinfo=ZoneInfo(ZONE))
    assert meeting["DTSTART"].dt == local and meeting["DTEND"].dt - meeting["DTSTART"].dt == timedelta(minutes=15)
    assert str(meeting["DESCRIPTION"]) == "各办事处" and str(meeting["TRANSP"]) == "OPAQUE"
    assert report["DTSTART"].dt == datetime(2024, 7, 4, 10, 0, tzinfo=UTC) and "DTEND" not in report
    assert task["DTSTART"].dt == date(2024, 12, 31) and task["DTEND"].dt == date(2025, 1, 1)
    assert str(task["SUMMARY"]) == "经销商评级；提出建议, 待批"
    assert str(task["DESCRIPTION"]) == "交付物：评级表\n北方"
    assert [str(e["UID"]) for e in (meeting, report, task)] == ["m-1", "r-1", "t-1"]


@settings(max_examples=80)
@given(st.lists(st.text(max_size=200), min_size=1, max_size=4))
def test_any_text_comes_back_and_every_line_fits(texts: list[str]) -> None:
    events = [Event(f"e{i}", text, DAY, description=text) for i, text in enumerate(texts)]
    raw = calendar_text(events, "x", ZONE, DAY)
    assert all(len(line.encode("utf-8", "surrogatepass")) <= 75 for line in raw.split("\r\n"))
    assert "\n" not in raw.replace("\r\n", "")
    for event, found in zip(events, read(events, "x"), strict=True):
        kept = "".join(c for c in _plain(event.summary) if c in "\n\t" or (ord(c) >= 32 and ord(c) != 127))
        assert str(found["SUMMARY"]) == kept


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_folding_never_cuts_a_character() -> None:
    line = "SUMMARY:" + "销售目标" * 30
    pieces = folded(line).split("\r\n ")
    assert "".join(pieces) == line and max(len(p.encode()) for p in pieces) <= 75
    assert folded("x" * 75) == "x" * 75 and folded("x" * 76) == "x" * 75 + "\r\n x"


def test_equal_entries_give_equal_files(tmp_path: Path) -> None:
    events = [Event("a", "会议", DAY, "09:00", 60)]
    for name in ("one", "two"):
        write_calendar(tmp_path / name / "plan.ics", events, "计划", ZONE, DAY)
    one, two = ((tmp_path / n / "plan.ics").read_bytes() for n in ("one", "two"))
    assert one == two and one.startswith(b"BEGIN:VCALENDAR\r\n") and one.endswith(b"END:VCALENDAR\r\n")
