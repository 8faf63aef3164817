"""Lines over months: several years with direct labels, progress with a forecast band, a season curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from salesnb.model.errors import Text
from salesnb.report import fonts
from salesnb.report.charts.canvas import SMALL, Canvas, Scale, axis_words, cut_words, figure, need, spread, ticks

# colour, line width, dashes: blue for what happened, grey for what was due
_TONES = {
    "now": ("blue", 2.4, ""),
    "before": ("grey", 1.5, ""),
    "past": ("pale", 1.5, ""),
    "target": ("grey", 1.4, "4 3"),
    "forecast": ("blue", 1.6, "1.5 2"),
}


@dataclass(frozen=True)
class Series:
    """One line: ``values`` by x label (None or NaN where there is none), ``tone`` now, before, past, target, forecast.

    ``label`` stands at the line's last point; with ``last`` the value follows it.
    """

    label: str
    values: Sequence[Any]
    tone: str = "now"
    last: bool = False


@dataclass(frozen=True)
class _Plot:
    labels: Sequence[str]
    series: Sequence[Series]
    scale: Scale
    band: tuple[Sequence[Any], Sequence[Any]] | None = None
    points: list[list[float]] = field(default_factory=list)


def trend(
    labels: Sequence[str],
    series: Sequence[Series],
    scale: Scale,
    alt: str = "",
    wide: bool = False,
    band: tuple[Sequence[Any], Sequence[Any]] | None = None,
) -> Markup:
    """Lines over ``labels`` (months); ``band`` is (low, high) of a forecast. Without ``alt`` it is read from the data.

    The axis starts at zero unless every value lies in its upper part; a cut axis says where it starts.
    """
    need(bool(labels) and bool(series), "折线图没有数据", "a line chart needs data")
    for one in series:
        need(len(one.values) == len(labels), f"“{one.label}”的点数与横轴不符", f"“{one.label}” has another length")
        need(one.tone in _TONES, f"未知线型 {one.tone}", f"unknown tone {one.tone}")
    points = [[scale.value(v) for v in one.values] for one in series]
    plot = _Plot(labels, series, scale, band, points)
    need(any(not math.isnan(v) for row in points for v in row), "折线图全为缺失值", "every value is missing")
    return figure(lambda width: _trend(plot, width), alt or _alt(plot), wide)


def _alt(plot: _Plot) -> str:
    """Each line's first and last figure in words."""
    said = []
    for one, row in zip(plot.series, plot.points, strict=True):
        known = [i for i, v in enumerate(row) if not math.isnan(v)]
        if known:
            ends = sorted({known[0], known[-1]})
            figures = ", ".join(f"{plot.labels[i]} {plot.scale.brief(one.values[i])}" for i in ends)
            said.append(f"{one.label}: {figures}")
    return "; ".join(said)


def _trend(plot: _Plot, width: int) -> Canvas:
    canvas = Canvas(width, 236 if width < 900 else 300, fonts.choose(), plot.scale.lang)
    marks = _marks(plot)
    words = axis_words(marks, plot.scale)
    ends = [_end(one, row, plot.scale) for one, row in zip(plot.series, plot.points, strict=True)]
    at_end = [words for words, last in ends if last == len(plot.labels) - 1]
    right = min(canvas.widest(at_end) + 12, width * 0.4) if at_end else 14.0
    is_cut = marks[0] > 0
    canvas.frame(canvas.widest(words, SMALL) + 12, max(right, 14.0), 30 if is_cut else 16, 26)
    room = (marks[-1] - marks[0]) * 0.02
    canvas.limits((0, max(len(plot.labels) - 1, 1)), (marks[0], marks[-1] + room))
    canvas.grid(marks, words)
    if is_cut:
        said = cut_words(words[0] if plot.scale.short == "%" else f"{words[0]} {plot.scale.short}".strip(), canvas.lang)
        canvas.text(*_corner(canvas), said, "muted", size=SMALL)
    _x_words(canvas, plot.labels)
    if plot.band is not None:
        low, high = ([plot.scale.value(v) for v in side] for side in plot.band)
        canvas.band(range(len(plot.labels)), low, high)
    _draw_lines(canvas, plot)
    _end_words(canvas, plot, ends)
    return canvas


def _corner(canvas: Canvas) -> tuple[float, float]:
    """Where a chart says that its axis is cut: above the plot, at the left edge of the picture."""
    dx, dy = canvas.px(canvas.left, 20)
    return canvas.x[0] - dx, canvas.y[1] + dy


def _marks(plot: _Plot) -> list[float]:
    shown = [v for row in plot.points for v in row if not math.isnan(v)]
    for side in plot.band or ():
        shown += [v for v in map(plot.scale.value, side) if not math.isnan(v)]
    low, high = min(shown), max(shown)
    if high == low:
        high = low + (abs(low) or 1.0)
    start = low - (high - low) * 0.15 if low > 0.55 * high > 0 else min(low, 0.0)
    return ticks(start, high)


def _end(one: Series, row: Sequence[float], scale: Scale) -> tuple[str, int]:
    """The words at a line's end and the index of its last known point (−1: none)."""
    last = max((i for i, v in enumerate(row) if not math.isnan(v)), default=-1)
    words = f"{one.label} {scale.brief(one.values[last])}" if one.last and last >= 0 else one.label
    return words, last


def _x_words(canvas: Canvas, labels: Sequence[str]) -> None:
    """Labels under the axis, every second or third where they would touch."""
    room = canvas.inner[0] / max(len(labels) - 1, 1)
    step = max(1, math.ceil((canvas.widest(labels, SMALL) + 6) / room))
    _, dy = canvas.px(y=16)
    bottom = canvas.y[0]
    for i in range(0, len(labels), step):
        canvas.text(i, bottom - dy, labels[i], "muted", ha="center", size=SMALL)


def _draw_lines(canvas: Canvas, plot: _Plot) -> None:
    order = {"past": 0, "before": 1, "target": 2, "forecast": 3, "now": 4}
    for one, row in sorted(zip(plot.series, plot.points, strict=True), key=lambda pair: order[pair[0].tone]):
        colour, width, dash = _TONES[one.tone]
        canvas.line(range(len(row)), row, colour, width, dash)
        last = _end(one, row, plot.scale)[1]
        if one.tone == "now" and last >= 0:
            canvas.dot(last, row[last], colour)


def _end_words(canvas: Canvas, plot: _Plot, ends: Sequence[tuple[str, int]]) -> None:
    """Direct labels at the ends of the lines, moved apart where they would overlap."""
    dx, dy = canvas.px(8, 15)
    low, high = canvas.y
    final = len(plot.labels) - 1
    at_end = [i for i, (words, last) in enumerate(ends) if last == final and words]
    places = spread([plot.points[i][final] for i in at_end], dy, low, high)
    room = canvas.right - 8
    for i, place in zip(at_end, places, strict=True):
        colour, weight = _ink(plot.series[i].tone)
        canvas.text(final + dx, place, canvas.shorten(ends[i][0], room), colour, gid=weight)
    for i, (words, last) in enumerate(ends):
        if 0 <= last < final and words:
            colour, weight = _ink(plot.series[i].tone)
            at_left = last > final * 0.6
            canvas.text(last - dx if at_left else last + dx, plot.points[i][last] - dy * 0.9, words, colour,
                        gid=weight, ha="right" if at_left else "left")  # fmt: skip


def _ink(tone: str) -> tuple[str, str | None]:
    """Colour and weight of a line's label: as the line where that is readable, else muted."""
    return ("blue", "bold") if tone == "now" else ("blue" if tone == "forecast" else "muted", None)


def season(
    labels: Sequence[str],
    index: Sequence[float],
    lang: str = "zh",
    band: tuple[Sequence[float], Sequence[float]] | None = None,
    alt: str = "",
    wide: bool = False,
) -> Markup:
    """A season curve: ``index`` around 1.0 by month, with the range of the years (``band``); peak and trough named."""
    need(len(index) == len(labels) > 0, "季节指数与月份数不符", "the season index has another length than the months")
    high, low = (pick(range(len(index)), key=lambda i: index[i]) for pick in (max, min))
    said = alt or Text(
        f"季节指数：{labels[high]}最高 {index[high]:.2f}，{labels[low]}最低 {index[low]:.2f}，1.00 为平均月",
        f"Season index: highest in {labels[high]} {index[high]:.2f}, lowest in {labels[low]} {index[low]:.2f}; "
        "1.00 is the average month",
    ).get(lang)

    def paint(width: int) -> Canvas:
        canvas = Canvas(width, 236 if width < 900 else 280, fonts.choose(), lang)
        return _season(canvas, labels, index, band, (high, low))

    return figure(paint, said, wide)


def _season(
    canvas: Canvas,
    labels: Sequence[str],
    index: Sequence[float],
    band: tuple[Sequence[float], Sequence[float]] | None,
    named: tuple[int, int],
) -> Canvas:
    shown = [*index, 1.0, *(band[0] if band else ()), *(band[1] if band else ())]
    marks = ticks(min(shown), max(shown))
    words = [f"{mark:.2f}".rstrip("0").rstrip(".") if mark != int(mark) else f"{mark:.0f}" for mark in marks]
    canvas.frame(canvas.widest(words, SMALL) + 12, 16, 20, 26)
    canvas.limits((0, max(len(labels) - 1, 1)), (marks[0], marks[-1]))
    canvas.grid(marks, words)
    _x_words(canvas, labels)
    if band is not None:
        canvas.band(range(len(labels)), band[0], band[1])
    canvas.line([0, len(labels) - 1], [1, 1], "grey", 1.2, "4 3")
    canvas.line(range(len(labels)), index, "blue", 2.4)
    _, dy = canvas.px(y=13)
    for i, side in zip(named, (1, -1), strict=True):
        canvas.dot(i, index[i], "blue")
        ha = "left" if i == 0 else "right" if i == len(labels) - 1 else "center"
        canvas.text(i, index[i] + side * dy, f"{labels[i]} {index[i]:.2f}", "blue", gid="bold", ha=ha)
    return canvas
