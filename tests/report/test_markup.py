"""Text from data stays text: in markup, in attributes, in sentences, in ids."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from salesnb.report import markup, palette, prose
from salesnb.report.prose import Line, bad, strong
from salesnb.report.sanitize import clean

EVIL = "<img src=x onerror=alert(1)>&\"'\x00\u202e"


def test_data_is_escaped_and_control_characters_are_shown() -> None:
    assert markup.text(EVIL) == "&lt;img src=x onerror=alert(1)&gt;&amp;&#34;&#39;\ufffd\ufffd"
    assert markup.text(Markup("<b>1</b>")) == "<b>1</b>"
    assert markup.attribute('a\n "b"') == "a &#34;b&#34;"
    assert markup.join(["<", Markup("<i>")]) == "&lt;<i>"


def test_a_figure_does_not_part_from_its_unit() -> None:
    assert markup.prose("增长 7.0 % 到 1.02 亿元") == "增长 7.0\u00a0% 到 1.02\u00a0亿元"
    assert markup.prose("a < 2024-05-01") == 'a &lt; <span class="d">2024-05-01</span>', "nor does a date break"
    assert markup.prose("CNY 6.68 M of sales") == "CNY\u00a06.68\u00a0M of sales"


def test_a_line_keeps_its_words_and_escapes_them() -> None:
    line = Line("上半年 ", strong("<4,995 万"), "，少 ", bad("605 万"), "。")
    assert str(line) == "上半年 <4,995 万，少 605 万。"
    assert line.html() == '上半年 <b>&lt;4,995\u00a0万</b>，少 <b class="badt">605\u00a0万</b>。'
    assert str("前" + line + strong("后")) == "前" + str(line) + "后"
    assert line == Line(line) and hash(line) == hash(Line(line))
    with pytest.raises(AttributeError):
        line.runs = ()
    with pytest.raises(ValueError, match="state"):
        prose.state("x", "purple")


def test_ids_hold_letters_only_and_differ_for_other_names() -> None:
    assert markup.anchor("nodes-region_id") == "x-nodes-region_id"
    assert markup.anchor("华东") != markup.anchor("华南")
    assert markup.anchor('"><script>').isascii() and " " not in markup.anchor("a b")


@pytest.mark.parametrize(
    ("given_html", "kept"),
    [
        ("<script>alert(1)</script>ok", "ok"),
        ("<p onclick=x style='color:red' class=note>a</p>", '<p class="note">a</p>'),
        ("<img src=https://h/x.png>b", "b"),
        ("<img src=data:image/png;base64,AAAA>", '<img alt="" src="data:image/png;base64,AAAA">'),
        ("<a href=javascript:alert(1)>c</a>", "<a>c</a>"),
        ("<a href=//host/x>c</a>", "<a>c</a>"),
        ("<a href=' java\tscript:x'>c</a>", "<a>c</a>"),
        ('<a href="report.xlsx">c</a>', '<a href="report.xlsx">c</a>'),
        ('<a href="https://h/">c</a>', '<a href="https://h/" rel="noopener noreferrer">c</a>'),
        ("<div class='output_area'><div class=snb><div class=note>d</div></div></div>", '<div class="note">d</div>'),
        ("<svg viewBox='0 0 1 1'><use href='http://h/#a'/></svg>", '<svg viewBox="0 0 1 1"></svg>'),
        ("<rect fill='url(http://h)' width=1></rect>", '<rect width="1"></rect>'),
        ("<iframe src=http://h>x</iframe>e", "e"),
        ("<form action=http://h><button>f</button></form>", "f"),
        ("<b><i>g", "<b><i>g</i></b>"),
        ("h</div></section>", "h"),
        ("1 < 2 &amp; <3", "1 &lt; 2 &amp; &lt;3"),
    ],
)  # fmt: skip
def test_only_what_a_page_may_hold_comes_through(given_html: str, kept: str) -> None:
    assert clean(given_html) == kept


def test_an_id_is_kept_once_in_a_page_and_only_if_it_is_ours() -> None:
    seen: set[str] = set()
    assert clean('<p id="x-a">1</p><p id="main">2</p>', seen) == '<p id="x-a">1</p><p>2</p>'
    assert clean('<p id="x-a">3</p>', seen) == "<p>3</p>"


@given(st.text(alphabet="<>/=\"' abdivscriptonlmghef:;&#!-", max_size=60))
def test_whatever_comes_in_nothing_active_comes_out(html: str) -> None:
    out = str(clean(html))
    assert "<script" not in out.lower() and "<iframe" not in out.lower() and "<!--" not in out
    assert str(clean(out)) == out  # clean markup stays as it is


@pytest.mark.parametrize("scheme", [palette.LIGHT, palette.DARK])
@pytest.mark.parametrize("pair", palette.PAIRS)
def test_every_text_meets_wcag_aa(scheme: dict[str, str], pair: tuple[str, str]) -> None:
    assert palette.contrast(scheme[pair[0]], scheme[pair[1]]) >= 4.5


def test_contrast_is_that_of_wcag() -> None:
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_chinese_and_latin_keep_apart_in_sentences_only() -> None:
    line = Line("最大的是", strong("B"), "，占 35 %；共", strong("34"), "人，Q3落后")
    assert str(line) == "最大的是 B，占 35 %；共 34 人，Q3 落后"
    assert line.html() == "最大的是 <b>B</b>，占 35\u00a0%；共 <b>34</b>\u00a0人，Q3 落后"
    assert markup.text("第2营业部") == "第2营业部"
