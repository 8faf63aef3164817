"""Stacked shares: one column a period, the parts named once at the right with their share and its shift."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from markupsafe import Markup

from salesnb.report import fonts, numbers
from salesnb.report.charts.canvas import SMALL, Canvas, figure, need, spread

# opacities of blue on which either white or ink text has a contrast of 4.5 : 1; what is left over is grey
_TINTS = (1.0, 0.88, 0.5, 0.36, 0.24, 0.14)


def shares(
    periods: Sequence[str],
    parts: Sequence[tuple[str, Sequence[float]]],
    lang: str = "zh",
    alt: str = "",
    wide: bool = False,
    shift: bool = True,
) -> Markup:
    """Parts as (name, fraction by period), drawn from the bottom; with ``shift`` the change in points since the first.

    At most seven parts: put the rest together before. UsageError when a period's parts are not 100 % (±0.1 point).
    """
    need(bool(periods) and 0 < len(parts) <= len(_TINTS) + 1, "堆叠图应有 1–7 部分", "stacked shares need 1 to 7 parts")
    for i, period in enumerate(periods):
        whole = sum(values[i] for _, values in parts)
        said = f"{period} 各部分之和为 {whole:.4f}，不是 1", f"the parts of {period} sum to {whole:.4f}, not 1"
        need(abs(whole - 1) < 1e-3, *said)
    words = [_words(name, values, lang, shift) for name, values in parts]
    return figure(lambda width: _shares(periods, parts, words, width, lang), alt or "; ".join(words), wide)


def _words(name: str, values: Sequence[float], lang: str, shift: bool) -> str:
    said = f"{name} {numbers.rate(values[-1])}"
    return f"{said} ({numbers.points(values[-1] - values[0], lang)})" if shift and len(values) > 1 else said


def _shares(
    periods: Sequence[str],
    parts: Sequence[tuple[str, Sequence[float]]],
    words: Sequence[str],
    width: int,
    lang: str,
) -> Canvas:
    canvas = Canvas(width, 250 if width < 900 else 280, fonts.choose(), lang)
    right = min(canvas.widest(words) + 10, width * 0.56)
    room = (width - right) / len(periods) - 4
    names = [canvas.halves(period, room, SMALL) for period in periods]
    canvas.frame(0, right, 8, 12 + 14 * max(map(len, names)))
    canvas.limits((-0.5, len(periods) - 0.5), (0, 1))
    floors = [[0.0, *accumulate(values[i] for _, values in parts)] for i in range(len(periods))]
    thick = min(0.72, canvas.px(x=110)[0])
    for k, (_, values) in enumerate(parts):
        alpha, colour, ink = _tone(k, len(parts))
        for i, share in enumerate(values):
            gap = canvas.px(y=1)[1] if share > 0.01 else 0.0
            canvas.box(i - thick / 2, floors[i][k], thick, max(share - gap, 0.0), colour, alpha)
            shown = numbers.rate(share, 0)
            if share * canvas.inner[1] >= 15 and canvas.text_width(shown, SMALL) < thick / canvas.px(x=1)[0]:
                canvas.text(i, floors[i][k] + share / 2, shown, ink, ha="center", size=SMALL, gid="flat")
    for i, lines in enumerate(names):
        for row, line in enumerate(lines):
            canvas.text(i, -canvas.px(y=15 + 14 * row)[1], line, "muted", ha="center", size=SMALL)
    last = [floors[-1][k] + parts[k][1][-1] / 2 for k in range(len(parts))]
    edge = len(periods) - 1 + thick / 2 + canvas.px(x=8)[0]
    room = (canvas.width - right) + right - canvas.inner[0] * (edge + 0.5) / len(periods)
    for k, place in enumerate(spread(last, canvas.px(y=16)[1], 0.02, 0.98)):
        canvas.text(edge, place, canvas.shorten(words[k], room), "ink")
    return canvas


def _tone(k: int, count: int) -> tuple[float, str, str]:
    """Opacity, ground and text colour of the k-th part; the seventh is the grey rest."""
    if k == len(_TINTS) or (count > 2 and k == count - 1 and count > len(_TINTS)):
        return 1.0, "line", "ink"
    alpha = _TINTS[k]
    return alpha, "blue", "card" if alpha > 0.7 else "ink"
