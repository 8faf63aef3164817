"""Charts: what they say, that nothing runs out of the picture, that a glyph nobody can draw stops the run."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.errors import UsageError
from salesnb.report import charts, fonts
from salesnb.report.charts import Bar, Series
from salesnb.report.charts.canvas import Canvas, axis_words, round_down, spread, ticks
from salesnb.report.numbers import Count, MoneyUnit, Rate, month_names

WAN = 1_000_000
UNIT = MoneyUnit.choose(5_600 * WAN, "zh")
MONTHS = month_names("zh")
SALES = [520, 480, 780, 830, 900, 980, 870, 860, 1010, 760, 800, 930]


def texts(svg: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", svg)


def pictures(figure: str) -> list[ElementTree.Element]:
    return [ElementTree.fromstring(svg) for svg in re.findall(r"<svg.*?</svg>", figure, re.S)]


def everything() -> dict[str, Callable[[], str]]:
    values = [v * WAN for v in SALES]
    steps = [v * WAN for v in (5600, -212, -96, -148, 118, -267, 4995)]
    return {
        "trend": lambda: charts.trend(MONTHS, [Series("2022", values, "before"), Series("2023", values)], UNIT),
        "bars": lambda: charts.bars([Bar("华东", values[0], "+7 %", "good", values[1]), Bar("<华南>", None)], UNIT),
        "bridge": lambda: charts.bridge(["应完成", "价格", "销量", "产品结构", "新客户", "流失", "实际"], steps, UNIT),
        "season": lambda: charts.season(MONTHS, [v / 810 for v in SALES]),
        "shares": lambda: charts.shares(["2022", "2023"], [("华东", [0.6, 0.7]), ("其他", [0.4, 0.3])]),
        "heat": lambda: charts.heat(["2022", "2023"], MONTHS, [values, [*values[:-1], None]], UNIT),
    }


@pytest.mark.parametrize("kind", sorted(everything()))
def test_every_chart_is_deterministic_and_fit_for_a_page(kind: str) -> None:
    make = everything()[kind]
    once = str(make())
    assert once == str(make())
    assert once.startswith('<figure role="img" aria-label="')
    assert [p.get("class") for p in pictures(once)] == (["w x", "n"] if kind == "heat" else ["w", "n"])
    for forbidden in ("style=", " id=", "url(", "http", "<use", "<style", "clip-path", "font-family", "Matplotlib"):
        assert forbidden not in once
    assert len(once) < 20_000


@pytest.mark.parametrize("kind", sorted(everything()))
def test_no_text_runs_out_of_its_picture(kind: str) -> None:
    font = fonts.choose()
    for picture in pictures(str(everything()[kind]())):
        _, _, width, height = map(float, (picture.get("viewBox") or "").split())
        for text in picture.iter("text"):
            size, words = float(text.get("font-size", "12")), text.text or ""
            long, x, y = font.width(words, size), float(text.get("x", "0")), float(text.get("y", "0"))
            left = x - {"middle": long / 2, "end": long}.get(text.get("text-anchor", ""), 0.0)
            assert left >= -1 and left + long <= width + 1, (kind, words)
            assert size - 2 <= y <= height + 1, (kind, words)
            assert size >= 11


def test_a_phone_gets_its_own_layout() -> None:
    wide, narrow = pictures(str(everything()["bridge"]()))
    assert (wide.get("viewBox"), narrow.get("viewBox")) == ("0 0 480 250", "0 0 340 236")
    wide, narrow = pictures(str(everything()["heat"]()))
    assert float((wide.get("viewBox") or "").split()[3]) < float((narrow.get("viewBox") or "").split()[3])


def test_a_bridge_must_close_and_says_where_its_axis_starts() -> None:
    drawn = str(everything()["bridge"]())
    assert "纵轴从 4,600 万起" in texts(drawn)
    assert {"5,600", "−212", "+118", "4,995"} <= set(texts(drawn))
    with pytest.raises(UsageError, match="misses its end by -1"):
        charts.bridge(["a", "b", "c"], [10, 5, 16], UNIT)
    whole = str(charts.bridge(["a", "b", "c"], [10 * WAN, -7 * WAN, 3 * WAN], UNIT))
    assert not any("起" in text for text in texts(whole))


def test_a_trend_starts_at_zero_unless_it_says_otherwise() -> None:
    assert "0" in texts(str(everything()["trend"]()))
    high = str(charts.trend(["1", "2"], [Series("a", [0.91, 0.93])], Rate("en")))
    assert any(text.startswith("axis starts at 9") for text in texts(high))


def test_missing_values_break_a_line_and_are_named_in_bars() -> None:
    gap = str(charts.trend(["1", "2", "3", "4"], [Series("a", [0.1, None, 0.3, 0.4])], Rate("zh")))
    assert "NaN" not in gap and "nan" not in gap
    assert "—" in texts(str(charts.bars([Bar("华东", None), Bar("华南", 3)], Count("zh"))))
    with pytest.raises(UsageError, match="every value is missing"):
        charts.trend(["1"], [Series("a", [None])], UNIT)


def test_names_from_data_are_text_and_dollars_are_not_formulas() -> None:
    drawn = str(charts.bars([Bar('<b>"&', 1, "$x^2$")], Count("zh"), alt='a "<alt>"'))
    assert "<b>" not in drawn and "&lt;b&gt;" in drawn and "$x^2$" in texts(drawn)
    assert 'aria-label="a &#34;&lt;alt&gt;&#34;"' in drawn


def test_without_words_for_it_a_chart_reads_its_figures() -> None:
    assert 'aria-label="2022: 1月 520 万, 12月 930 万; 2023: 1月 520 万, 12月 930 万"' in str(everything()["trend"]())
    assert "9月最高 1.25" in str(everything()["season"]())
    assert "华东 70.0 % (+10.0 点)" in texts(str(everything()["shares"]()))


def test_wrong_shapes_are_refused() -> None:
    with pytest.raises(UsageError, match="another length"):
        charts.trend(["1", "2"], [Series("a", [1])], UNIT)
    with pytest.raises(UsageError, match="sum to"):
        charts.shares(["1"], [("a", [0.4]), ("b", [0.4])])
    with pytest.raises(UsageError, match="labels"):
        charts.heat(["1"], ["a", "b"], [[1]], UNIT)
    with pytest.raises(UsageError, match="unknown tone"):
        charts.trend(["1"], [Series("a", [1], "pink")], UNIT)


def test_a_glyph_the_font_lacks_stops_the_run_with_its_text() -> None:
    with pytest.raises(fonts.GlyphError) as caught:
        charts.bars([Bar("火箭🚀事业部", 1)], Count("zh"))
    assert "火箭🚀事业部" in caught.value.say("zh") and "U+1F680" in caught.value.say("zh")
    assert fonts.SETTING in caught.value.say("en")


def test_the_package_font_has_every_character_of_gb2312() -> None:
    font = fonts._from_package()
    rows = (bytes((hi, lo)) for hi in range(0xB0, 0xF8) for lo in range(0xA1, 0xFF))
    characters = "".join(pair.decode("gb2312", errors="ignore") for pair in rows)
    assert len(characters) == 6763 and font.missing(characters) == ""
    assert font.source == "package" and font.missing(fonts.PROBE) == ""


def test_the_user_chooses_the_font(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(fonts.SETTING, str(fonts._from_package().file))
    assert fonts.choose().source == "setting"
    monkeypatch.setenv(fonts.SETTING, "No Such Font")
    with pytest.raises(fonts.GlyphError, match="was not found"):
        fonts.choose()
    broken = tmp_path / "broken.otf"
    broken.write_bytes(b"not a font")
    with pytest.raises(fonts.GlyphError, match="cannot read"):
        fonts.choose(str(broken))
    latin = next(Path(f) for f in (*fonts._system_files(), Path(_dejavu())) if "DejaVuSans.ttf" in str(f))
    with pytest.raises(fonts.GlyphError, match="lacks"):
        fonts.choose(str(latin))


def _dejavu() -> str:
    import matplotlib

    return str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf")


def test_drawing_leaves_matplotlib_as_it_was() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    everything()["bars"]()
    assert dict(matplotlib.rcParams) == before


@given(st.floats(-1e9, 1e9), st.floats(1e-3, 1e9))
def test_ticks_are_few_round_and_cover_the_range(low: float, span: float) -> None:
    marks = ticks(low, low + span)
    assert 2 <= len(marks) <= 8
    slack = span * 1e-6 + 4 * math.ulp(abs(low) + span)  # what a double can tell apart
    assert marks[0] <= low + slack and marks[-1] >= low + span - slack
    assert round_down(low, span) <= low + slack


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_labels_moved_apart_do_not_touch_and_keep_their_order(places: list[float]) -> None:
    moved = spread(places, 0.12, 0.0, 1.0)
    ordered = [moved[i] for i in sorted(range(len(places)), key=lambda i: (places[i], i))]
    assert all(b - a > 0.08 for a, b in pairwise(ordered))
    assert all(-1e-9 <= place <= 1 + 1e-9 for place in moved)


def test_axis_figures_carry_the_unit_once() -> None:
    assert axis_words([0, 500, 1000], UNIT) == ["0", "500", "1,000 万"]
    assert axis_words([0, 25, 50], Rate("zh")) == ["0 %", "25 %", "50 %"]
    assert axis_words([0, 0.5, 1], Count("en")) == ["0.0", "0.5", "1.0"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.one_of(st.none(), st.integers(-(10**11), 10**11)), min_size=1, max_size=8))
def test_bars_take_any_amounts(values: list[int | None]) -> None:
    rows: list[Any] = [Bar(f"节点{i}", value) for i, value in enumerate(values)]
    drawn = str(charts.bars(rows, MoneyUnit.choose(10**11, "zh"), by_sign=True))
    numbers = [float(n) for n in re.findall(r'd="[^"]*?(-?\d+(?:\.\d+)?)', drawn)]
    assert all(math.isfinite(n) for n in numbers) and len(texts(drawn)) >= 2 * len(values)


def test_a_heat_map_of_rates_is_shortened_where_figures_would_touch() -> None:
    quarters = [f"Q{i}" for i in range(1, 10)]
    rates = [[0.8412 - i / 20 - j / 50 for i in range(9)] for j in range(12)]
    wide, narrow = pictures(str(charts.heat([f"2021-{m:02d}" for m in range(1, 13)], quarters, rates, Rate("zh"))))
    assert "84.1 %" in [t.text for t in wide.iter("text")]
    assert "84" in [t.text for t in narrow.iter("text")]


def test_names_of_periods_break_before_they_touch() -> None:
    spans = ["2021-07–2022-06", "2022-07–2023-06", "2023-07–2024-06"]
    drawn = str(charts.shares(spans, [("战略客户", [0.1, 0.2, 0.3]), ("普通客户", [0.9, 0.8, 0.7])]))
    _, narrow = pictures(drawn)
    said = [t.text for t in narrow.iter("text")]
    assert "2021-07–" in said and "2022-06" in said and spans[0] not in said


@pytest.mark.parametrize("value", [0, 7 * WAN])
def test_figures_that_are_all_the_same_are_drawn(value: int) -> None:
    months = charts.trend(MONTHS[:3], [Series("今年", [value] * 3)], UNIT)
    assert "NaN" not in months and "今年" in "".join(texts(months))
    flat = charts.bridge(["期初", "变化", "期末"], [value, 0, value], UNIT)
    assert "inf" not in flat.lower() and len(pictures(flat)) == 2


def test_places_are_those_of_matplotlib_axes() -> None:
    """Data land where Axes with the same margins and limits would put them; a gap parts a band in two."""
    from matplotlib.figure import Figure

    canvas = Canvas(400, 300, fonts.choose(), "zh")
    canvas.frame(40, 60, 20, 30)
    canvas.limits((2, 12), (5, -5))
    axes = Figure(figsize=(400 / 72, 300 / 72), dpi=72).add_axes((40 / 400, 30 / 300, 300 / 400, 250 / 300))
    axes.set_xlim(2, 12)
    axes.set_ylim(5, -5)
    for point in ((2, 5), (7, 0), (11.5, -3)):
        (x, y), (wanted_x, wanted_y) = canvas.place(*point), axes.transData.transform(point)
        assert (x, y) == pytest.approx((wanted_x, wanted_y))
    assert canvas.px(3, 2) == pytest.approx((3 / 30, -2 / 25))
    canvas.band(range(6), [0, 0, math.nan, 0, 0, math.nan], [1, 1, 1, 1, 1, 1])
    (band,) = pictures(canvas.svg())
    assert len([shape for shape in band if shape.get("fill-opacity")]) == 2
