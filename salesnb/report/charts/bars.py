"""Horizontal bars: one row a node, its name in full where it fits, the figure at the bar, a note at the right edge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from salesnb.report import fonts
from salesnb.report.charts.canvas import SMALL, Canvas, Scale, figure, need

_STATES = {"good": "green", "warn": "amber", "bad": "red"}


@dataclass(frozen=True)
class Bar:
    """One row: ``tick`` is the target (a dark mark), ``note`` a short text at the right in the colour of ``state``."""

    label: str
    value: Any
    note: str = ""
    state: str = ""
    tick: Any = None


def bars(rows: Sequence[Bar], scale: Scale, alt: str = "", wide: bool = False, by_sign: bool = False) -> Markup:
    """Bars from zero; ``by_sign`` draws gains green and losses red (contributions, growth) and prints the sign."""
    need(bool(rows), "条形图没有数据", "a bar chart needs data")
    said = alt or "; ".join(" ".join(filter(None, (r.label, scale.brief(r.value, by_sign), r.note))) for r in rows)
    return figure(lambda width: _bars(rows, scale, width, by_sign), said, wide)


def _bars(rows: Sequence[Bar], scale: Scale, width: int, by_sign: bool) -> Canvas:
    canvas = Canvas(width, 10, fonts.choose(), scale.lang)
    above = canvas.widest(row.label for row in rows) > width * 0.34
    step = 40 if above else 29
    canvas = Canvas(width, step * len(rows) + 6, canvas.font, scale.lang)
    left = 0.0 if above else canvas.widest(row.label for row in rows) + 10
    notes = canvas.widest(row.note for row in rows)
    canvas.frame(left, notes + 8 if notes else 0, 2, 4)
    _limits(canvas, rows, scale, step, by_sign)
    for i, row in enumerate(rows):
        middle = i * step + (28 if above else step / 2)
        _names(canvas, row, i * step + 11 if above else middle, middle, above)
        _bar(canvas, row, scale, middle, by_sign)
    if min((scale.value(row.value) for row in rows), default=0.0) < 0:
        for i in range(len(rows)):
            canvas.line([0, 0], [i * step + (18 if above else 2), (i + 1) * step], "grey", 1.0)
    return canvas


def _limits(canvas: Canvas, rows: Sequence[Bar], scale: Scale, step: float, by_sign: bool) -> None:
    """Room for the longest bar and the figure behind it on either side of zero."""
    shown = [scale.value(v) for row in rows for v in (row.value, row.tick) if not math.isnan(scale.value(v))]
    low, high = min([0.0, *shown]), max([0.0, *shown])
    span = high - low or 1.0
    gaps = []
    for is_loss in (True, False):
        words = [scale.brief(row.value, by_sign) for row in rows if (scale.value(row.value) < 0) == is_loss]
        gaps.append(canvas.widest(words, SMALL) + 10 if words else 0)
    room = max(canvas.inner[0] - gaps[0] - gaps[1], 40)
    canvas.limits((low - gaps[0] * span / room, high + gaps[1] * span / room), (step * len(rows), 0))


def _names(canvas: Canvas, row: Bar, label_at: float, middle: float, above: bool) -> None:
    """The row's name at the left (or above its bar) and its note at the right edge."""
    x0, x1 = canvas.x
    left = 0.0 if above else canvas.px(x=canvas.left)[0]
    canvas.text(x0 - left, label_at, canvas.shorten(row.label, canvas.width if above else canvas.width * 0.4))
    if row.note:
        edge = x1 + canvas.px(x=canvas.right)[0]
        mark = "bold" if row.state else None
        canvas.text(edge, middle, row.note, _STATES.get(row.state, "muted"), ha="right", gid=mark)


def _bar(canvas: Canvas, row: Bar, scale: Scale, middle: float, by_sign: bool) -> None:
    """The bar from zero, the target's mark and the figure behind the longer of both."""
    value, thick, gap = scale.value(row.value), 14, canvas.px(x=6)[0]
    if math.isnan(value):
        canvas.text(gap, middle, scale.brief(row.value), "muted", size=SMALL)
        return
    colour = ("green" if value > 0 else "red") if by_sign else "blue"
    canvas.box(min(value, 0.0), middle - thick / 2, abs(value), thick, colour)
    if row.tick is not None and not math.isnan(scale.value(row.tick)):
        at = scale.value(row.tick)
        canvas.line([at, at], [middle - thick / 2 - 3, middle + thick / 2 + 3], "ink", 1.6)
    beyond = max(value, scale.value(row.tick)) if row.tick is not None and value >= 0 else value
    beyond = value if math.isnan(beyond) else beyond
    canvas.text(beyond + (gap if value >= 0 else -gap), middle, scale.brief(row.value, by_sign),
                colour if by_sign else "ink", ha="left" if value >= 0 else "right", size=SMALL)  # fmt: skip
