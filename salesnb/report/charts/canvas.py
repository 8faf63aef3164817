"""A drawing surface for one chart: matplotlib without pyplot, one unit of the figure = one px, two widths per chart.

Every chart is drawn twice, for a desktop and for a phone, so that its text is 12 px on both; the page's style sheet
shows one of them. ``figure`` does that, checks that the font has every glyph, and returns ``<figure role="img">``.
"""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any, Protocol

from markupsafe import Markup

from salesnb.model.errors import Text, UsageError
from salesnb.report import fonts, markup, numbers
from salesnb.report.charts import drawing
from salesnb.report.palette import LIGHT
from salesnb.report.spoken import spoken

if TYPE_CHECKING:
    from matplotlib.artist import Artist

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
    """A figure of ``width`` × ``height`` px with one plot in it; the plot's margins in px are set by ``frame``.

    matplotlib's Axes are not used: their ticks, spines and titles, which no chart of ours shows, cost a third of its
    time. ``limits`` says how data become px, and every artist belongs to the figure.
    """

    width: int
    height: int
    font: fonts.Font
    lang: str

    def __post_init__(self) -> None:
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.fig = Figure(figsize=(self.width / 72, self.height / 72), dpi=72)
        self.fig.patch.set_visible(False)
        FigureCanvasSVG(self.fig)
        self.texts: list[str] = []
        self._place = Affine2D()

    @property
    def is_narrow(self) -> bool:
        """Drawn for a phone?"""
        return self.width < 400

    def frame(self, left: float, right: float, top: float, bottom: float) -> None:
        """The plot's margins (px)."""
        self.left, self.right, self.top, self.bottom = left, right, top, bottom
        self.inner = (self.width - left - right, self.height - top - bottom)

    def limits(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """The data range that the plot shows; one value alone gets a little room on both sides."""
        self.x, self.y = x, y = _apart(*x), _apart(*y)
        across, up = self.inner[0] / (x[1] - x[0]), self.inner[1] / (y[1] - y[0])
        self._place.clear().translate(-x[0], -y[0]).scale(across, up).translate(self.left, self.bottom)

    def px(self, x: float = 1.0, y: float = 1.0) -> tuple[float, float]:
        """How much data ``x`` and ``y`` px are."""
        return x * (self.x[1] - self.x[0]) / self.inner[0], y * (self.y[1] - self.y[0]) / self.inner[1]

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of the data lies: px from the lower left corner of the picture."""
        across, up = self._place.transform((x, y))
        return float(across), float(up)

    def _add(self, artist: Artist) -> None:
        """Draw ``artist`` where its data belong."""
        artist.set_transform(self._place)
        self.fig.add_artist(artist)

    def line(self, xs: Sequence[float], ys: Sequence[float], colour: str, width: float, dash: str = "") -> None:
        """A line through the points; NaN breaks it."""
        from matplotlib.lines import Line2D

        style: Any = (0, tuple(float(d) for d in dash.split())) if dash else "-"
        self._add(Line2D(xs, ys, color=LIGHT[colour], lw=width, ls=style, solid_capstyle="round"))

    def dot(self, x: float, y: float, colour: str, radius: float = 3.2) -> None:
        """A filled dot with a rim in the card's colour."""
        from matplotlib.patches import Ellipse

        dx, dy = self.px(2 * radius, 2 * radius)
        self._add(Ellipse((x, y), dx, dy, facecolor=LIGHT[colour], edgecolor=LIGHT["card"], lw=1))

    def band(self, xs: Sequence[float], low: Sequence[float], high: Sequence[float], colour: str = "blue") -> None:
        """A shaded range between two curves; NaN breaks it."""
        from matplotlib.collections import PolyCollection

        whole = [not (math.isnan(a) or math.isnan(b)) for a, b in zip(low, high, strict=True)]
        shapes = []
        for is_whole, run in groupby(range(len(whole)), key=whole.__getitem__):
            span = list(run)
            if is_whole and len(span) > 1:
                shapes.append([(xs[i], low[i]) for i in span] + [(xs[i], high[i]) for i in reversed(span)])
        self._add(PolyCollection(shapes, color=LIGHT[colour], alpha=0.13, lw=0))

    def box(self, x: float, y: float, width: float, height: float, colour: str, alpha: float = 1.0) -> None:
        """A filled rectangle from its lower left corner."""
        from matplotlib.patches import Rectangle

        shape = Rectangle((x, y), width, height, facecolor=LIGHT[colour], lw=0)
        if alpha < 1:
            shape.set_alpha(alpha)
        self._add(shape)

    def text(self, x: float, y: float, words: str, colour: str = "ink", **how: Any) -> None:
        """Text at a data position; ``ha``, ``va``, ``size`` as matplotlib takes them.

        ``gid`` marks what only the style sheet draws: "flat" for text on a coloured ground (no halo), "bold" (asking
        matplotlib for bold would make it search, and warn about, a bold file of the font).
        """
        from matplotlib.text import Text as Words

        shown = " ".join(markup.plain(words).split())
        if not shown:
            return
        self.texts.append(shown)
        given = {"ha": "left", "va": "center_baseline", "size": SIZE, **how}
        self._add(Words(x, y, shown, color=LIGHT[colour], family=self.font.family, parse_math=False, **given))

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
        import matplotlib

        fonts.check(self.texts, self.font)
        out = io.StringIO()
        settings: Any = {
            "svg.fonttype": "none",
            "svg.hashsalt": "salesnb",
            "text.parse_math": False,
            "path.simplify": False,
        }
        with matplotlib.rc_context(settings):
            self.fig.savefig(out, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
        return drawing.clean(out.getvalue())


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


def _apart(low: float, high: float) -> tuple[float, float]:
    half = 0.0 if low != high else abs(low) * 0.05 or 0.05
    return low - half, high + half


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
