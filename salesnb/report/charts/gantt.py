"""A Gantt chart: one row a task, months across, what is late in red, the day known as a line; readable on a phone.

On a narrow screen a task's name stands above its bar; on a wide one at the left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from salesnb.model.errors import Text
from salesnb.report import fonts
from salesnb.report.charts.canvas import SMALL, Canvas, figure, need
from salesnb.report.numbers import month_names

STATES = {
    "open": Text("未开始", "Open"),
    "doing": Text("进行中", "Doing"),
    "done": Text("完成", "Done"),
    "late": Text("逾期", "Late"),
    "dropped": Text("取消", "Dropped"),
    "milestone": Text("里程碑", "Milestone"),
    "reached": Text("达到", "Reached"),
    "missed": Text("未达", "Missed"),
}
# state → colour and strength of its bar; every state is also a word at the row's end
_TONES = {
    "open": ("pale", 1.0),
    "doing": ("blue", 0.55),
    "done": ("blue", 1.0),
    "late": ("red", 1.0),
    "dropped": ("line", 1.0),
    "milestone": ("ink", 1.0),
    "reached": ("green", 1.0),
    "missed": ("red", 1.0),
}
_INK = {"late": "red", "missed": "red", "reached": "green"}
_ROW, _TALL, _TOP, _THICK = 25, 41, 26, 12


@dataclass(frozen=True)
class Span:
    """One row: from ``start`` to ``end`` (equal: a milestone); ``owner`` is printed behind the name.

    ``is_critical`` sets the name in bold and adds the word; ``state`` is one of ``STATES``.
    """

    label: str
    start: date
    end: date
    state: str
    owner: str = ""
    is_critical: bool = False


def gantt(rows: Sequence[Span], today: date | None, lang: str, alt: str = "") -> Markup:
    """The chart, always as wide as the page. ``today`` draws the line of what was known, where it is in sight."""
    need(bool(rows), "甘特图没有任务", "a Gantt chart needs tasks")
    for row in rows:
        need(row.state in STATES, f"未知状态 {row.state}", f"unknown state {row.state}")
        need(row.start <= row.end, f"“{row.label}”的结束早于开始", f"“{row.label}” ends before it starts")
    said = alt or "; ".join(f"{r.label} {r.start}–{r.end} {STATES[r.state].get(lang)}" for r in rows)
    return figure(lambda width: _gantt(rows, today, lang, width), said, wide=True)


def _gantt(rows: Sequence[Span], today: date | None, lang: str, width: int) -> Canvas:
    canvas = Canvas(width, 10, fonts.choose(), lang)
    step = _TALL if canvas.is_narrow else _ROW
    canvas = Canvas(width, step * len(rows) + _TOP + 4, canvas.font, lang)
    notes = canvas.widest((_note(row, lang) for row in rows), SMALL) + 8
    names = 0.0 if canvas.is_narrow else min(canvas.widest(_name(row, lang) for row in rows) + 12, width * 0.46)
    canvas.frame(names, 2.0 if canvas.is_narrow else notes, _TOP, 4)
    first, last = _months(rows)
    canvas.limits((0, (last - first).days), (step * len(rows), 0))
    _grid(canvas, first, last, step * len(rows))
    for i, row in enumerate(rows):
        _row(canvas, row, first, (i * step, step), names)
    if today is not None and first <= today < last:
        at = float((today - first).days)
        canvas.line([at, at], [0, step * len(rows)], "amber", 1.4, "4 3")
    return canvas


def _months(rows: Sequence[Span]) -> tuple[date, date]:
    """The first day of the first month and the day after the last month."""
    first, last = min(r.start for r in rows).replace(day=1), max(r.end for r in rows)
    return first, (last.replace(day=1) + timedelta(days=32)).replace(day=1)


def _grid(canvas: Canvas, first: date, last: date, bottom: float) -> None:
    """A light line at every month's begin, its name where there is room for it."""
    names, starts = month_names(canvas.lang), []
    day = first
    while day <= last:
        starts.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    room = canvas.inner[0] / max(len(starts) - 1, 1)
    every = 1 if room >= canvas.widest(names, SMALL) + 4 else 3 if canvas.is_narrow else 2
    _, dy = canvas.px(y=10)
    for i, start in enumerate(starts):
        at = float((start - first).days)
        canvas.box(at, 0, canvas.px(x=1)[0], bottom, "line")  # below the bars, as a line would not be
        if i % every == 0 and start < last:
            canvas.text(at + canvas.px(x=3)[0], -abs(dy), names[start.month - 1], "muted", size=SMALL)


def _name(row: Span, lang: str) -> str:
    owner = f"（{row.owner}）" if row.owner and lang == "zh" else f" ({row.owner})" if row.owner else ""
    return f"{row.label}{owner}"


def _note(row: Span, lang: str) -> str:
    said = STATES[row.state].get(lang)
    return f"{said}{Text(' · 关键', ' · critical').get(lang)}" if row.is_critical else said


def _row(canvas: Canvas, row: Span, first: date, place: tuple[float, float], names: float) -> None:
    """The row's name, its bar or mark, and its state in words."""
    top, step = place
    lang, ink, bold = canvas.lang, _INK.get(row.state, "muted"), "bold" if row.is_critical else None
    begin, end = float((row.start - first).days), float((row.end - first).days + 1)
    middle = top + step - 11 if canvas.is_narrow else top + step / 2
    if canvas.is_narrow:
        room = canvas.width - canvas.text_width(_note(row, lang), SMALL) - 10
        canvas.text(0, top + 13, canvas.shorten(_name(row, lang), room), gid=bold)
        canvas.text(canvas.x[1], top + 13, _note(row, lang), ink, ha="right", size=SMALL)
    else:
        left = canvas.px(x=names)[0]
        canvas.text(-left, middle, canvas.shorten(_name(row, lang), names - 8), gid=bold)
        edge = canvas.x[1] + canvas.px(x=8)[0]
        canvas.text(edge, middle, _note(row, lang), ink, size=SMALL)
    colour, strength = _TONES[row.state]
    if row.start == row.end:
        canvas.dot(begin + 0.5, middle, colour, 5.0)
    else:
        least = canvas.px(x=3)[0]
        canvas.box(begin, middle - _THICK / 2, max(end - begin, least), _THICK, colour, strength)
