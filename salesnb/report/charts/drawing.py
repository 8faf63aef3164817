"""A chart's SVG, written straight for a page: no ids, no style attributes, no metadata, numbers of one decimal.

A page forbids inline styles (its content security policy), holds many charts (ids would clash) and may be dark (colours
are attributes, so the style sheet can replace them). Shapes lie below lines and lines below text, in the order drawn.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import escape

# a circle of radius 1 by eight Bézier curves, from its foot counter-clockwise (Lancaster, Cubic Bézier Circle)
_NEAR, _HALF = 0.2652031, math.sqrt(0.5)
_BEND = _NEAR * _HALF
_CIRCLE = (
    (0.0, -1.0),
    (_NEAR, -1.0), (_HALF - _BEND, -_HALF - _BEND), (_HALF, -_HALF),
    (_HALF + _BEND, -_HALF + _BEND), (1.0, -_NEAR), (1.0, 0.0),
    (1.0, _NEAR), (_HALF + _BEND, _HALF - _BEND), (_HALF, _HALF),
    (_HALF - _BEND, _HALF + _BEND), (_NEAR, 1.0), (0.0, 1.0),
    (-_NEAR, 1.0), (-_HALF + _BEND, _HALF + _BEND), (-_HALF, _HALF),
    (-_HALF - _BEND, _HALF - _BEND), (-1.0, _NEAR), (-1.0, 0.0),
    (-1.0, -_NEAR), (-_HALF - _BEND, -_HALF + _BEND), (-_HALF, -_HALF),
    (-_HALF + _BEND, -_HALF - _BEND), (-_NEAR, -1.0), (0.0, -1.0),
)  # fmt: skip
_ANCHORS = {"left": "", "center": "middle", "right": "end"}
# text on a coloured ground gets no halo from the style sheet
_MARKS = {"flat": ' class="f"', "bold": ' font-weight="700"'}
Point = tuple[float, float]  # px from the upper left corner


@dataclass
class Drawing:
    """Shapes, lines and texts of one picture of ``width`` × ``height`` px."""

    width: float
    height: float
    shapes: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)

    def area(self, points: Sequence[Point], colour: str, alpha: float = 1.0, is_shade: bool = False) -> None:
        """A filled outline; ``is_shade``: of a range, whose alpha is that of its fill alone."""
        kind = "fill-opacity" if is_shade else "opacity"
        self.shapes.append(f'<path d="{_path(points)}z"{_said("fill", colour)}{_strength(kind, alpha)}/>')

    def dot(self, at: Point, radius: float, colour: str, rim: str) -> None:
        """A filled circle with a rim of 1 px."""
        (x, y), places = at, []
        for dx, dy in _CIRCLE:
            places.append(f"{_px(x + dx * radius)} {_px(y - dy * radius)}")
        curves = "".join(f" C {' '.join(places[i : i + 3])}" for i in range(1, len(places), 3))
        self.shapes.append(f'<path d="M{places[0]}{curves}z"{_said("fill", colour)}{_said("stroke", rim)}/>')

    def line(self, points: Iterable[Point], colour: str, width: float, dash: Sequence[float] = ()) -> None:
        """A line through ``points``, broken by NaN; ``dash`` in multiples of its width."""
        path = " ".join(_path(part) for part in _unbroken(points))
        if not path:
            return
        dashes = f' stroke-dasharray="{",".join(_px(part * width) for part in dash)}"' if dash else ""
        cap = "" if dash else ' stroke-linecap="round"'
        thick = "" if width == 1 else f' stroke-width="{_px(width)}"'
        self.lines.append(f'<path d="{path}" fill="none"{dashes} stroke="{colour}"{thick}{cap}/>')

    def text(self, at: Point, words: str, colour: str, size: float, align: str, mark: str) -> None:
        """``words`` with their baseline at ``at``; ``mark`` is a name of ``_MARKS`` or empty."""
        anchor = f' text-anchor="{_ANCHORS[align]}"' if _ANCHORS[align] else ""
        given = f'{_MARKS.get(mark, "")} font-size="{_px(size)}"{anchor}{_said("fill", colour)}'
        self.words.append(f'<text{given} x="{_px(at[0])}" y="{_px(at[1])}">{escape(words)}</text>')

    def svg(self) -> str:
        """The picture as markup for an HTML page."""
        inner = "".join((*self.shapes, *self.lines, *self.words))
        box = f"0 0 {_px(self.width)} {_px(self.height)}"
        return f'<svg viewBox="{box}" aria-hidden="true" focusable="false">{inner}</svg>'


def runs(known: Sequence[bool]) -> list[tuple[int, int]]:
    """Begin and end (exclusive) of every stretch of ``known`` places."""
    out, start = list[tuple[int, int]](), -1
    for place, is_known in enumerate((*known, False)):
        if is_known and start < 0:
            start = place
        elif not is_known and start >= 0:
            out.append((start, place))
            start = -1
    return out


def _unbroken(points: Iterable[Point]) -> list[Sequence[Point]]:
    given = list(points)
    return [given[a:b] for a, b in runs([not (math.isnan(x) or math.isnan(y)) for x, y in given])]


def _path(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{_px(x)} {_px(y)}" for x, y in points)


def _px(value: float) -> str:
    """At most one decimal. What 0.000001 px decide would be a matter of the machine, so they are cut first."""
    shown = f"{round(value, 6):.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


def _said(name: str, colour: str) -> str:
    return "" if (name, colour) == ("fill", "#000000") else f' {name}="{colour}"'


def _strength(name: str, alpha: float) -> str:
    return "" if alpha == 1 else f' {name}="{_px(alpha)}"'
