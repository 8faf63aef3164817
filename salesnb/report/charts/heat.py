"""A heat map with its figures: years by months (months by years on a phone, where twelve columns do not fit)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from salesnb.report import fonts
from salesnb.report.charts.canvas import HALF, SMALL, Canvas, Scale, figure, need
from salesnb.report.numbers import Rate, percent_figure

_STRONGEST, _WEAKEST = 0.5, 0.05


def heat(
    rows: Sequence[str],
    columns: Sequence[str],
    values: Sequence[Sequence[Any]],
    scale: Scale,
    alt: str = "",
    diverging: bool = False,
) -> Markup:
    """Cells tinted by value; ``diverging`` tints gains green and losses red around zero and prints signs.

    A missing value is an empty cell with a dash. Always as wide as the page.
    """
    need(bool(rows) and bool(columns), "热力图没有数据", "a heat map needs data")
    need(
        len(values) == len(rows) and all(len(row) == len(columns) for row in values),
        "热力图的行列数与标签不符",
        "the heat map's values do not match its labels",
    )
    said = alt or "; ".join(
        f"{name}: " + ", ".join(f"{c} {scale.format(v, diverging)}" for c, v in zip(columns, row, strict=True))
        for name, row in zip(rows, values, strict=True)
    )

    def paint(width: int) -> Canvas:
        canvas = Canvas(width, 10, fonts.choose(), scale.lang)
        upright = _Grid(rows, columns, values)
        lying = _Grid(columns, rows, list(zip(*values, strict=True)))
        shortened = _shortened(scale)
        # the figures decide: in full, the other way round, then in short
        tried = [(upright, scale), (lying, scale), (upright, shortened), (lying, shortened)]
        for grid, form in tried if width < HALF else tried[::2]:
            if grid.fits(canvas, form, diverging):
                return _heat(canvas, grid, form, diverging)
        return _heat(canvas, upright, shortened, diverging)

    return figure(paint, said, wide=True)


@dataclass(frozen=True)
class _Grid:
    rows: Sequence[str]
    columns: Sequence[str]
    values: Sequence[Sequence[Any]]

    def fits(self, canvas: Canvas, scale: Scale, diverging: bool) -> bool:
        """Whether every figure and column name has room in its cell."""
        words = [scale.format(v, diverging) for row in self.values for v in row]
        widest = max(canvas.widest(words, SMALL), canvas.widest(self.columns, SMALL))
        return canvas.widest(self.rows) + 10 + len(self.columns) * (widest + 4) <= canvas.width


def _shortened(scale: Scale) -> Scale:
    """Rates without decimals and percent sign, other scales as they are."""
    return _Bare(scale.lang) if isinstance(scale, Rate) else scale


class _Bare(Rate):
    def format(self, fraction: Any, signed: bool = False) -> str:
        """``14`` for 0.143."""
        return percent_figure(fraction, 0, signed)


def _heat(first: Canvas, grid: _Grid, scale: Scale, diverging: bool) -> Canvas:
    step = 30
    rows, columns, values = grid.rows, grid.columns, grid.values
    canvas = Canvas(first.width, step * len(rows) + 26, first.font, first.lang)
    margin = canvas.widest(rows) + 10
    canvas.frame(margin, 0, 24, 2)
    canvas.limits((0, len(columns)), (len(rows), 0))
    known = [scale.value(v) for row in values for v in row if not math.isnan(scale.value(v))]
    dx, dy = canvas.px(1, 1)
    every = math.ceil((canvas.widest(columns, SMALL) + 4) * abs(dx))  # names that would touch: every other, or fewer
    for j, name in list(enumerate(columns))[:: max(every, 1)]:
        canvas.text(j + 0.5, -abs(dy) * 12, name, "muted", ha="center", size=SMALL)
    for i, name in enumerate(rows):
        canvas.text(-dx * margin, i + 0.5, name)
        for j, value in enumerate(values[i]):
            colour, strength = _tint(scale.value(value), known, diverging)
            canvas.box(j + dx, i + abs(dy), 1 - 2 * dx, 1 - 2 * abs(dy), colour, strength)
            canvas.text(j + 0.5, i + 0.5, scale.format(value, diverging), ha="center", size=SMALL, gid="flat")
    return canvas


def _tint(value: float, known: Sequence[float], diverging: bool) -> tuple[str, float]:
    if math.isnan(value) or not known:
        return "shade", 1.0
    if diverging:
        most = max(abs(v) for v in known) or 1.0
        return ("green" if value > 0 else "red" if value < 0 else "grey"), _WEAKEST + 0.4 * abs(value) / most
    low, high = min(known), max(known)
    share = (value - low) / (high - low) if high > low else 0.5
    return "blue", round(_WEAKEST + (_STRONGEST - _WEAKEST) * share, 3)
