"""Dates as exports spell them. What could be two dates (3/4/2024) is never guessed: the column's order is needed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from salesnb.intake.clean.words import half, trimmed

_CLOCK = r"(?:[ T]*(?:上午|下午)?\s*\d{1,2}(?:[:时]\d{1,2}(?:[:分]\d{1,2}秒?)?(?:[.,]\d+)?分?)?\s*(?:am|pm)?)?"
_TIME = re.compile(r"(上午|下午)?\s*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2}))?[秒分]?(?:[.,]\d+)?\s*(am|pm)?$", re.I)
_ZONED = re.compile(r"(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?)\s*(Z|[+-]\d{2}:?\d{2})", re.I)
_YEAR_FIRST = re.compile(rf"(\d{{4}})\s*[-/.年]\s*(\d{{1,2}})\s*[-/.月]\s*(\d{{1,2}})\s*[日号]?{_CLOCK}", re.I)
_COMPACT = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])([0-3]\d)(?:\d{6})?")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})[-/.](\d{{1,2}})[-/.](\d{{4}}|\d{{1,2}}){_CLOCK}", re.I)
_MONTH = re.compile(r"(\d{4})\s*(?:[-/.]|年)\s*(\d{1,2})\s*(?:月|月份)?")
_MONTH_COMPACT = re.compile(r"((?:19|20)\d{2})(0[1-9]|1[0-2])")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_NAMED = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(?:(\d{1,2})[-\s]([a-z]{3,"
    r"9})\.?[-,\s]+(\d{4}|\d{2})|([a-z]{3,9})\.?\s+(\d{1,2}),?\s+(\d{4}))",
    re.I,
)
_MONTHS = {
    m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_HANZI = str.maketrans("〇零一二三四五六七八九", "00123456789")
EXCEL_ZERO = date(1899, 12, 30)
SERIALS = (20_000, 80_000)  # 1954 to 2119: what a five-digit number in a date column may be


def parse(text: str, order: str | None = None, form: str | None = None, zone: str = "Asia/Shanghai") -> date | None:
    """The day ``text`` means, or None. ``order`` is "dmy", "mdy" or "ymd" where the year stands last or has two digits;
    ``form`` a strptime format that replaces all guessing; moments with a zone become days of ``zone``."""
    body = half(trimmed(text)).strip()
    if form:
        return _by_form(body, form)
    zoned = _ZONED.fullmatch(body)
    if zoned:
        return _in_zone(zoned, zone)
    if any(c in body for c in "〇零一二三四五六七八九十"):
        body = _hanzi(body)
    for pattern in (_YEAR_FIRST, _COMPACT):
        match = pattern.fullmatch(body)
        if match:
            return _day(*(int(g) for g in match.groups()))
    if _SERIAL.fullmatch(body):
        number = int(body.split(".")[0])
        return EXCEL_ZERO + timedelta(days=number) if SERIALS[0] <= number <= SERIALS[1] else None
    match = _YEAR_LAST.fullmatch(body)
    if match:
        return _by_order(match, order)
    match = _NAMED.fullmatch(body)
    if match:
        return _named(match)
    return None


def moment(
    text: str, order: str | None = None, form: str | None = None, zone: str = "Asia/Shanghai"
) -> datetime | None:
    """The day and time of day ``text`` means, local to ``zone``; None where it says no time of day (see ``parse``)."""
    body = half(trimmed(text)).strip()
    if form:
        clocked = any(f"%{c}" in form for c in "HIMSTXcr")
        return datetime.strptime(body, form).replace(tzinfo=None) if clocked and _by_form(body, form) else None
    zoned = _ZONED.fullmatch(body)
    if zoned:
        there = _there(zoned)
        return None if there is None else there.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    day = parse(text, order, None, zone)
    clock = None if day is None else _clock(body)
    return None if day is None or clock is None else datetime.combine(day, datetime.min.time()) + clock


def _clock(body: str) -> timedelta | None:
    """Time since midnight as ``body`` writes it after its date; None where it writes none, or none there can be."""
    if _SERIAL.fullmatch(body):
        part = float(body) % 1
        return timedelta(seconds=round(part * 86400)) if "." in body else None
    compact = _COMPACT.fullmatch(body)
    if compact:
        digits = body[8:]
        parts = [int(digits[i : i + 2]) for i in (0, 2, 4)] if digits else None
        return _since_midnight(*parts) if parts else None
    found = _TIME.search(body)
    if not found:
        return None
    word, hour, minute, second, half_day = found.groups()
    late = word == "下午" or (half_day or "").lower() == "pm"
    early = word == "上午" or (half_day or "").lower() == "am"
    hours = int(hour) % 12 + 12 * late if late or (early and int(hour) == 12) else int(hour)
    return _since_midnight(hours, int(minute), int(second or 0))


def _since_midnight(hours: int, minutes: int, seconds: int) -> timedelta | None:
    inside = hours < 24 and minutes < 60 and seconds < 60
    return timedelta(hours=hours, minutes=minutes, seconds=seconds) if inside else None


def parse_month(text: str, order: str | None = None, zone: str = "Asia/Shanghai") -> str | None:
    """The month 'YYYY-MM' of ``text``: a month, or any date."""
    body = half(trimmed(text)).strip()
    match = _MONTH.fullmatch(body) or _MONTH_COMPACT.fullmatch(body)
    day = _day(int(match.group(1)), int(match.group(2)), 1) if match else parse(text, order, None, zone)
    return None if day is None else f"{day.year:04d}-{day.month:02d}"


def orders(text: str) -> frozenset[str]:
    """The orders in which a date with its year last (or of two digits) makes sense; empty for every other spelling."""
    match = _YEAR_LAST.fullmatch(half(trimmed(text)).strip())
    if not match:
        return frozenset()
    return frozenset(order for order in ("dmy", "mdy", "ymd") if _by_order(match, order))


def _by_order(match: re.Match[str], order: str | None) -> date | None:
    first, second, last = match.groups()
    if order == "ymd":
        return _day(_full(first), int(second), int(last)) if len(first) == 2 and len(last) <= 2 else None
    if len(last) < 2:
        return None
    if order == "dmy":
        return _day(_full(last), int(second), int(first))
    if order == "mdy":
        return _day(_full(last), int(first), int(second))
    return None


def _full(year: str) -> int:
    """Two digits as a year of this or the last century (00–69 → 20xx, as POSIX has it)."""
    number = int(year)
    return number if len(year) == 4 else number + (2000 if number < 69 else 1900)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _by_form(body: str, form: str) -> date | None:
    try:
        return datetime.strptime(body, form).date()
    except ValueError:
        return None


def _in_zone(match: re.Match[str], zone: str) -> date | None:
    there = _there(match)
    return None if there is None else there.astimezone(ZoneInfo(zone)).date()


def _there(match: re.Match[str]) -> datetime | None:
    """The moment with its own offset."""
    offset = match.group(3).upper().replace("Z", "+00:00")
    try:
        return datetime.fromisoformat(f"{match.group(1)}T{match.group(2)}{offset}")
    except ValueError:
        return None


def _named(match: re.Match[str]) -> date | None:
    day, month, year = (
        (match.group(1), match.group(2), match.group(3))
        if match.group(2)
        else (
            match.group(5),
            match.group(4),
            match.group(6),
        )
    )
    number = _MONTHS.get(month[:3].lower())
    return _day(_full(year), number, int(day)) if number else None


def _hanzi(body: str) -> str:
    """Chinese numerals as digits: 二〇二四年十一月二十三日 → 2024年11月23日."""

    def tens(match: re.Match[str]) -> str:
        before, after = match.group(1).translate(_HANZI), match.group(2).translate(_HANZI)
        return f"{int(before or 1) * 10 + int(after or 0)}"

    body = re.sub(r"([一二三]?)十([一二三四五六七八九]?)", tens, body)
    return body.translate(_HANZI)
