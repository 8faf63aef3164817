"""Calendar files (.ics, RFC 5545): what a phone or Outlook takes in. Own writer: the format is lines of text.

Times are written in UTC, so no time-zone rules have to travel with the file. Equal entries give equal bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from salesnb.report.spoken import spoken

LINE = 75  # octets a line may have without its end
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PRODUCT = "-//salesnb//sales plan//ZH"


@dataclass(frozen=True)
class Event:
    """One entry. ``uid`` stays the same from export to export, so that a second import updates instead of doubling.

    ``at`` ("HH:MM" local) is empty for a whole day; ``minutes`` 0 with a time marks a moment (a report is due).
    """

    uid: str
    summary: str
    day: date
    at: str = ""
    minutes: int = 0
    description: str = ""
    category: str = ""
    people: str = ""


def calendar_text(events: Sequence[Event], name: str, timezone: str, stamp: date) -> str:
    """The calendar ``name`` as text with CRLF line ends; ``stamp`` (what was known then) dates every entry."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{_PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escaped(name)}",
        f"X-WR-TIMEZONE:{timezone}",
    ]
    zone = ZoneInfo(timezone)
    for event in events:
        lines += _event(event, zone, stamp)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def write_calendar(path: Path, events: Sequence[Event], name: str, timezone: str, stamp: date) -> None:
    """Write the calendar to ``path`` (UTF-8, CRLF on every system)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(calendar_text(events, name, timezone, stamp).encode("utf-8"))


def _event(event: Event, zone: ZoneInfo, stamp: date) -> Iterable[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escaped(event.uid)}"
    yield f"DTSTAMP:{stamp:%Y%m%d}T000000Z"
    if event.at:
        hour, minute = map(int, event.at.split(":"))
        start = datetime(event.day.year, event.day.month, event.day.day, hour, minute, tzinfo=zone).astimezone(UTC)
        yield f"DTSTART:{start:%Y%m%dT%H%M%SZ}"
        if event.minutes:
            yield f"DTEND:{start + timedelta(minutes=event.minutes):%Y%m%dT%H%M%SZ}"
    else:
        yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
        yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escaped(event.summary)}"
    said = "\n".join(part for part in (event.people, event.description) if part)
    if said:
        yield f"DESCRIPTION:{escaped(said)}"
    if event.category:
        yield f"CATEGORIES:{escaped(event.category)}"
    # a whole-day entry does not make its owner busy; a meeting does
    yield f"TRANSP:{'OPAQUE' if event.at and event.minutes else 'TRANSPARENT'}"
    yield "END:VEVENT"


def escaped(text: str) -> str:
    """A text value: backslash, semicolon, comma and line ends escaped, other control characters dropped."""
    plain = _CONTROL.sub("", spoken(text).replace("\r\n", "\n").replace("\r", "\n"))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def folded(line: str) -> str:
    """A content line cut into pieces of at most 75 octets, never inside a character; pieces go on after CRLF, blank."""
    pieces: list[str] = []
    piece, size, room = "", 0, LINE
    for character in line:
        octets = len(character.encode("utf-8"))
        if size + octets > room:
            pieces.append(piece)
            piece, size, room = "", 0, LINE - 1  # the blank takes one
        piece += character
        size += octets
    return "\r\n ".join([*pieces, piece])
