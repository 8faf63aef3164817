"""A drawing surface for one chart: data positions on a picture of so many px, two widths per chart.

Every chart is drawn twice, for a desktop and for a phone, so that its text is 12 px on both; the page's style sheet
shows one of them. ``figure`` does that, checks that the font has every glyph, and returns ``<figure role="img">``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from markupsafe import Markup

from salesnb.model.errors import Text, UsageError
from salesnb.report import fonts, markup, numbers
from salesnb.report.charts.drawing import Drawing, runs
from salesnb.report.palette import LIGHT
from salesnb.report.spoken import spoken

SIZE = 12.0
SMALL = 11.0
HALF, FULL, PHONE = 480, 1030, 340


class Scale(Protocol):
    """How a chart reads and writes its values: ``MoneyUnit``, ``Rate`` and ``Count`` are such."""

    @property
    def lang(self) -> str:
        """zh or en."""
        ...

    @property
    def short(self) -> str:
        """The unit behind a figure: 万, K, %."""
        ...

    def value(self, given: Any, /) -> float:
        """The number to plot; missing is NaN."""
        ...

    def format(self, given: Any, signed: bool = ..., /) -> str:
        """The bare figure."""
        ...

    def brief(self, given: Any, signed: bool = ..., /) -> str:
        """The figure with its short unit."""
        ...


@dataclass
class Canvas:
    """A figure of ``width`` × ``height`` px with one axes; margins in px are set by ``frame``."""

    width: int
    height: int
    font: fonts.Font
    lang: str

    def __post_init__(self) -> None:
        self.drawing = Drawing(self.width, self.height)
        self.texts: list[str] = []
        self.margins, self.inner = (0.0, 0.0, 0.0, 0.0), (float(self.width), float(self.height))
        self.x, self.y = (0.0, 1.0), (0.0, 1.0)  # the data range that is shown

    @property
    def is_narrow(self) -> bool:
        """Drawn for a phone?"""
        return self.width < 400

    def frame(self, left: float, right: float, top: float, bottom: float) -> None:
        """The axes lie inside the given margins (px)."""
        self.margins = (left, right, top, bottom)
        self.inner = (self.width - left - right, self.height - top - bottom)

    def limits(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """The data range that the axes show; a range without extent is widened by a twentieth."""
        self.x, self.y = _apart(*x), _apart(*y)

    def px(self, x: float = 1.0, y: float = 1.0) -> tuple[float, float]:
        """How much data ``x`` and ``y`` px are."""
        (x0, x1), (y0, y1) = self.x, self.y
        return x * (x1 - x0) / self.inner[0], y * (y1 - y0) / self.inner[1]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where data are in the picture, in px from its upper left corner."""
        (x0, x1), (y0, y1), (left, _, top, _) = self.x, self.y, self.margins
        return left + (x - x0) / (x1 - x0) * self.inner[0], top + (y1 - y) / (y1 - y0) * self.inner[1]

    def line(self, xs: Sequence[float], ys: Sequence[float], colour: str, width: float, dash: str = "") -> None:
        """A line through the points; NaN breaks it. ``dash`` in multiples of ``width``."""
        points = [self.place(x, y) for x, y in zip(xs, ys, strict=True)]
        self.drawing.line(points, LIGHT[colour], width, [float(part) for part in dash.split()])

    def dot(self, x: float, y: float, colour: str, radius: float = 3.2) -> None:
        """A filled dot with a rim in the card's colour."""
        self.drawing.dot(self.place(x, y), radius, LIGHT[colour], LIGHT["card"])

    def band(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str = "blue") -> None:
        """A shaded range between two curves, where both are known."""
        for a, b in runs([not (math.isnan(one) or math.isnan(other)) for one, other in zip(low, high, strict=True)]):
            below = [self.place(x, y) for x, y in zip(xs[a:b], low[a:b], strict=True)]
            above = [self.place(x, y) for x, y in zip(xs[a:b], high[a:b], strict=True)]
            outline = [above[0], *below, above[-1], *reversed(above)]
            self.drawing.area(outline, LIGHT[colour], 0.13, is_shade=True)

    def box(self, x: float, y: float, width: float, height: float, colour: str, alpha: float = 1.0) -> None:
        """A filled rectangle from its lower left corner."""
        corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height))
        self.drawing.area([self.place(*corner) for corner in corners], LIGHT[colour], alpha)

    def text(
        self,
        x: float,
        y: float,
        words: str,
        colour: str = "ink",
        ha: str = "left",
        size: float = SIZE,
        gid: str | None = "",
    ) -> None:
        """Text at a data position, its letters' middle at ``y``; ``ha``: left, center or right of it is at ``x``.

        ``gid``: "flat" for text on a coloured ground (the style sheet draws no halo), or "bold".
        """
        shown = " ".join(markup.plain(words).split())
        if not shown:
            return
        self.texts.append(shown)
        across, middle = self.place(x, y)
        self.drawing.text((across, middle + self.font.drop(shown, size)), shown, LIGHT[colour], size, ha, gid or "")

    def text_width(self, words: str, size: float = SIZE) -> float:
        """Width of a text in px, with a little room because the reader's font may be wider."""
        return self.font.width(spoken(words), size) * 1.06 if words else 0.0

    def widest(self, words: Iterable[str], size: float = SIZE) -> float:
        """The widest of several texts in px."""
        return max((self.text_width(word, size) for word in words), default=0.0)

    def shorten(self, words: str, room: float, size: float = SIZE) -> str:
        """``words`` cut with … so that they fit into ``room`` px."""
        kept = words = spoken(words)
        if self.text_width(words, size) <= room:
            return words
        while len(kept) > 1 and self.text_width(kept.rstrip() + "…", size) > room:
            kept = kept[:-1]
        return kept.rstrip() + "…"

    def halves(self, words: str, room: float, size: float = SIZE) -> tuple[str, ...]:
        """``words`` on one line, or on two where ``room`` px are too few (a span of months, two words); then cut."""
        words = spoken(words)
        if self.text_width(words, size) <= room:
            return (words,)
        for mark in ("–", " "):
            first, found, last = words.partition(mark)
            if found and last:
                ending = "–" if mark == "–" else ""
                return self.shorten(first + ending, room, size), self.shorten(last, room, size)
        return (self.shorten(words, room, size),)

    def grid(self, marks: Sequence[float], words: Sequence[str], side: str = "left") -> None:
        """Light horizontal lines with their figures at the left margin."""
        x0, x1 = self.x
        gap = self.px(x=8)[0]
        for mark, word in zip(marks, words, strict=True):
            self.line([x0, x1], [mark, mark], "line", 1.0)
            self.text(x0 - gap, mark, word, "muted", ha="right", size=SMALL)

    def svg(self) -> str:
        """The drawing as clean SVG text; GlyphError when the font lacks a character of it."""
        fonts.check(self.texts, self.font)
        return self.drawing.svg()


def figure(paint: Callable[[int], Canvas], alt: str, wide: bool = False) -> Markup:
    """``paint(width)`` drawn for the desktop (half or full page) and for the phone, with ``alt`` as the reading."""
    if not alt.strip():
        raise UsageError(
            Text("图表缺少文字说明", "a chart needs a description in words"),
            why=Text("看不到图的读者只能听到它", "a reader who cannot see it hears only this"),
        )
    # w: desktop, x: drawn for the whole page's width; n: phone, and where a wide chart stands in half a page
    drawn = [(paint(FULL if wide else HALF).svg(), "w x" if wide else "w"), (paint(PHONE).svg(), "n")]
    svgs = Markup("").join(Markup(svg.replace("<svg ", f'<svg class="{name}" ', 1)) for svg, name in drawn)
    return Markup('<figure role="img" aria-label="{}">{}</figure>').format(markup.attribute(alt), svgs)


def axis_words(marks: Sequence[float], scale: Scale) -> list[str]:
    """The figures of an axis' marks (values as plotted); the last carries the unit, a percent sign stands on each."""
    step = min((b - a for a, b in pairwise(marks)), default=1.0)
    decimals = 0 if step == int(step) else 1 if round(step * 10, 6) == int(round(step * 10, 6)) else 2
    words = [numbers.figure(mark, decimals) for mark in marks]
    if scale.short == "%":
        return [f"{word} %" for word in words]
    if words and scale.short:
        words[-1] = f"{words[-1]} {scale.short}"
    return words


def cut_words(start: str, lang: str) -> str:
    """What a chart says when its axis does not begin at zero."""
    return Text(f"纵轴从 {start}起", f"axis starts at {start}").get(lang)


def need(condition: bool, zh: str, en: str) -> None:
    """Raise UsageError in both languages unless ``condition`` holds."""
    if not condition:
        raise UsageError(Text(zh, en))


def ticks(low: float, high: float) -> list[float]:
    """Round values (1, 2, 2.5 or 5 times a power of ten) that cover ``low`` to ``high`` in 2 to 5 steps."""
    if not high > low:
        return [low]
    best: list[float] = []
    for count in (4, 3, 5, 2):
        step = _step((high - low) / count)
        first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
        marks = [round(i * step, 10) for i in range(first, last + 1)]
        if len(marks) <= 6 and (not best or marks[-1] - marks[0] < (best[-1] - best[0]) * 0.95):
            best = marks
    return best


def _apart(low: float, high: float) -> tuple[float, float]:
    """Two limits that differ."""
    largest = max(abs(low), abs(high))
    if abs(high - low) > largest * 1e-15 and largest > 0:
        return low, high
    wide = largest * 0.05 or 0.05
    return min(low, high) - wide, max(low, high) + wide


def _step(raw: float) -> float:
    power: float = 10.0 ** math.floor(math.log10(raw))
    return next(power * m for m in (1, 2, 2.5, 5, 10) if power * m >= raw * 0.999)


def round_down(value: float, span: float) -> float:
    """``value`` moved down to a round number that is small beside ``span``, for the start of a cut axis."""
    step = _step(span / 6)
    return math.floor(value / step + 1e-9) * step


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places moved apart so that neighbours are at least ``gap`` apart, in order, within ``low`` … ``high``."""
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    moved = [places[i] for i in order]
    for _ in range(60):
        shifted = False
        for i in range(1, len(moved)):
            overlap = gap - (moved[i] - moved[i - 1])
            if overlap > gap * 1e-3:
                moved[i - 1] -= overlap / 2
                moved[i] += overlap / 2
                shifted = True
        moved = [min(max(place, low), high) for place in moved]
        if not shifted:
            break
    out = [0.0] * len(places)
    for i, place in zip(order, moved, strict=True):
        out[i] = place
    return out
