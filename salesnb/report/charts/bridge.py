"""The bridge (waterfall): from one total to another by signed steps that add up exactly."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from salesnb.report import fonts, numbers
from salesnb.report.charts.canvas import SMALL, Canvas, Scale, cut_words, figure, need, round_down


def bridge(
    names: Sequence[str],
    steps: Sequence[int],
    scale: Scale,
    alt: str = "",
    wide: bool = False,
    start_is_target: bool = False,
) -> Markup:
    """Columns from ``steps[0]`` (a total) over signed steps to ``steps[-1]`` (the other total), in minor units.

    UsageError when first + steps is not exactly the last. The first column is grey when it is a target. Where names
    do not fit under columns (a phone) the bridge lies on its side. A cut axis says where it starts.
    """
    need(len(names) == len(steps) >= 3, "桥图至少要有起点、一步和终点", "a bridge needs a start, a step and an end")
    rest = sum(int(v) for v in steps[:-1]) - int(steps[-1])
    need(rest == 0, f"桥图不平：各步相加与终点相差 {rest}", f"the bridge misses its end by {rest}")
    figures = [scale.brief(v, 0 < i < len(steps) - 1) for i, v in enumerate(steps)]
    said = alt or "; ".join(f"{name} {shown}" for name, shown in zip(names, figures, strict=True))

    def paint(width: int) -> Canvas:
        canvas = Canvas(width, 250 if width < 900 else 300, fonts.choose(), scale.lang)
        words = [scale.format(v, 0 < i < len(steps) - 1) for i, v in enumerate(steps)]
        need_px = max(canvas.widest(names), canvas.widest(words)) + 6
        if need_px * len(names) > width:
            lying = Canvas(width, 30 * len(names) + 26, canvas.font, scale.lang)
            return _lying(lying, names, steps, scale, start_is_target)
        return _standing(canvas, names, steps, scale, start_is_target)

    return figure(paint, said, wide)


def _levels(steps: Sequence[Any], scale: Scale) -> list[tuple[float, float]]:
    """(from, to) of each column in plotted units; totals stand on zero."""
    spans, level = [], 0
    for i, step in enumerate(steps):
        if i in (0, len(steps) - 1):
            spans.append((0.0, scale.value(int(step))))
            level = int(step)
        else:
            spans.append((scale.value(level), scale.value(level + int(step))))
            level += int(step)
    return spans


def _start(spans: Sequence[tuple[float, float]]) -> float:
    """Where the axis starts: zero, or below the smallest level when the steps would be too small to see."""
    levels = [end for _, end in spans]
    low, high = min(levels), max(levels)
    span = high - low
    if low <= 0 or span <= 0 or span > 0.35 * high:
        return min(0.0, low)
    return round_down(low - span * 0.5, span)


def _colour(i: int, count: int, step: int, start_is_target: bool) -> str:
    if i == count - 1:
        return "blue"
    if i == 0:
        return "grey" if start_is_target else "blue"
    return "green" if step > 0 else "red" if step < 0 else "grey"


def _standing(canvas: Canvas, names: Sequence[str], steps: Sequence[int], scale: Scale, target: bool) -> Canvas:
    spans = _levels(steps, scale)
    start = _start(spans)
    top = max(max(span) for span in spans)
    canvas.frame(4, 4, 34 if start > 0 else 22, 26)
    canvas.limits((-0.5, len(names) - 0.5), (start, top + (top - start) * 0.02))
    _, dy = canvas.px(y=9)
    canvas.line([-0.5, len(names) - 0.5], [start, start], "line", 1.0)
    for i, (name, step, (low, high)) in enumerate(zip(names, steps, spans, strict=True)):
        is_total = i in (0, len(names) - 1)
        base, end = sorted((max(low, start), max(high, start)))
        colour = _colour(i, len(names), int(step), target and i == 0)
        canvas.box(i - 0.3, base, 0.6, max(end - base, canvas.px(y=1)[1]), colour)
        canvas.text(i, end + dy, scale.format(step, not is_total), "ink" if is_total else colour, ha="center")
        canvas.text(i, start - canvas.px(y=15)[1], name, "muted", ha="center")
        if i < len(names) - 1:
            canvas.line([i + 0.3, i + 0.7], [high, high], "grey", 0.8)
    if start > 0:
        _say_cut(canvas, scale, start)
    return canvas


def _lying(canvas: Canvas, names: Sequence[str], steps: Sequence[int], scale: Scale, target: bool) -> Canvas:
    """The same bridge with one row a step."""
    spans = _levels(steps, scale)
    start = _start(spans)
    top = max(max(span) for span in spans)
    words = [scale.format(v, 0 < i < len(steps) - 1) for i, v in enumerate(steps)]
    name_room = min(canvas.widest(names), canvas.width * 0.36)
    canvas.frame(name_room + 10, canvas.widest(words) + 8, 24 if start > 0 else 4, 4)
    canvas.limits((start, top), (len(names), 0))
    left = canvas.px(x=name_room + 10)[0]
    for i, (name, step, (low, high)) in enumerate(zip(names, steps, spans, strict=True)):
        is_total = i in (0, len(names) - 1)
        base, end = sorted((max(low, start), max(high, start)))
        colour = _colour(i, len(names), int(step), target and i == 0)
        canvas.box(base, i + 0.22, max(end - base, canvas.px(x=1)[0]), 0.56, colour)
        canvas.text(end + canvas.px(x=6)[0], i + 0.5, words[i], "ink" if is_total else colour)
        canvas.text(start - left, i + 0.5, canvas.shorten(name, name_room), "ink")
        if i < len(names) - 1:
            canvas.line([high, high], [i + 0.78, i + 1.22], "grey", 0.8)
    if start > 0:
        _say_cut(canvas, scale, start)
    return canvas


def _say_cut(canvas: Canvas, scale: Scale, start: float) -> None:
    """The cut axis says where it starts, in the picture's upper left corner."""
    dx, dy = canvas.px(canvas.left, canvas.top - 9)
    shown = f"{numbers.figure(start, 0 if start >= 100 else 1)} {scale.short}".strip()
    canvas.text(canvas.x[0] - dx, canvas.y[1] + dy, cut_words(shown, canvas.lang), "muted", size=SMALL)
