"""The Gantt chart: every task in both widths, its state in words, nothing outside the picture."""

from __future__ import annotations

import re
from datetime import date

import pytest

from salesnb.model.errors import UsageError
from salesnb.report.charts.gantt import STATES, Span, gantt

ROWS = [
    Span("梳理重点行业客户名单", date(2024, 1, 2), date(2024, 1, 31), "done", "陈建华"),
    Span("B+ 全国渠道铺货", date(2024, 6, 3), date(2024, 8, 31), "doing", "产品部", is_critical=True),
    Span("A 线老型号库存清理其余 70 %，并把处置价报财务审批、清点、销账", date(2024, 4, 1), date(2024, 6, 30), "late"),
    Span("所有目标达成率不低于 95 %", date(2024, 12, 31), date(2024, 12, 31), "milestone"),
]  # fmt: skip


def drawings(markup: str) -> dict[str, str]:
    """The two drawings by class: wide and phone."""
    return dict(re.findall(r'<svg class="(w x|n)"(.*?)</svg>', markup, re.DOTALL))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_task_and_its_state_stand_in_both_drawings(lang: str) -> None:
    drawn = drawings(str(gantt(ROWS, date(2024, 7, 4), lang)))
    assert set(drawn) == {"w x", "n"}
    for svg in drawn.values():
        words = re.findall(r"<text[^>]*>(.*?)</text>", svg)
        joined = " ".join(words)
        for row in ROWS:
            assert row.label[:6] in joined and STATES[row.state].get(lang) in joined
        assert ("关键" if lang == "zh" else "critical") in joined
        assert "stroke-dasharray" in svg, "the line of the day"


@pytest.mark.parametrize("name", ["w x", "n"])
def test_nothing_stands_outside_the_picture(name: str) -> None:
    svg = drawings(str(gantt(ROWS, date(2024, 7, 4), "zh")))[name]
    width, height = (float(v) for v in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups())  # type: ignore[union-attr]
    for x, y in re.findall(r'<text[^>]* x="(-?[\d.]+)" y="(-?[\d.]+)"', svg):
        assert -0.5 <= float(x) <= width + 0.5 and 0 <= float(y) <= height


def test_a_phone_gets_more_height_for_the_names() -> None:
    drawn = drawings(str(gantt(ROWS, None, "zh")))
    heights = {n: float(re.search(r'viewBox="0 0 [\d.]+ ([\d.]+)"', s).group(1)) for n, s in drawn.items()}  # type: ignore[union-attr]
    assert heights["n"] > heights["w x"] * 1.3
    assert all("stroke-dasharray" not in svg for svg in drawn.values())


def test_what_cannot_be_drawn_is_refused() -> None:
    for rows in ([], [Span("x", date(2024, 2, 1), date(2024, 1, 1), "done")],
                 [Span("x", date(2024, 1, 1), date(2024, 1, 2), "odd")]):  # fmt: skip
        with pytest.raises(UsageError):
            gantt(rows, None, "zh")
    assert gantt(ROWS, None, "zh") == gantt(ROWS, None, "zh")
