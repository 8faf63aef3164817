"""The page of a notebook: one language, nothing but results, nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import nbformat.v4 as v4
import pytest

from salesnb.model.errors import RunError
from salesnb.report import sanitize, sections
from salesnb.report.exhibit import Exhibit
from salesnb.report.page import PageContext, render

Review = Callable[[str], Any]
Context = Callable[[str], PageContext]


def bare(page: str) -> str:
    """A page without its charts."""
    return re.sub(r"<figure.*?</figure>", "", page, flags=re.S)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_page_is_small_self_contained_and_the_same_every_time(lang: str, review: Review, context: Context) -> None:
    page = render(review(lang), context(lang))
    assert page == render(review(lang), context(lang))
    assert len(bare(page).encode()) < 25_000
    assert not re.search(r"(?:src|href|action|data|poster|srcset)\s*=\s*[\"']?\s*(?:https?:)?//", page)
    assert not re.search(r"url\(|@import|https?://", page)
    assert ' style="' not in page and not re.search(r"\son\w+=", page)
    assert f'<html lang="{"zh-CN" if lang == "zh" else "en"}">' in page


def test_the_policy_allows_exactly_the_pages_own_style_and_script(review: Review, context: Context) -> None:
    page = render(review("zh"), context("zh"))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    said = policy.group(1).replace("&#39;", "'")
    for tag in ("style", "script"):
        bodies = re.findall(f"<{tag}>(.*?)</{tag}>", page, re.S)
        assert len(bodies) == 1
        digest = base64.b64encode(hashlib.sha256(bodies[0].encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in said
    assert said.startswith("default-src 'none'; ")


def test_one_language_and_results_only(review: Review, context: Context) -> None:
    zh, en = render(review("zh"), context("zh")), render(review("en"), context("en"))
    assert "年底会落在哪里" in zh and "Where will the year end" not in zh
    assert "Where will the year end" in en and not re.search(
        "[\u4e00-\u9fff]", bare(en).split("<body>")[1].split("<script>")[0]
    )
    for page in (zh, en):
        for hidden in ("wb.call()", "FutureWarning", "HBox", "widget", "3 tables written", 'parameters"', ".snb{"):
            assert hidden not in page


def test_header_cards_sections_and_footer_stand_in_order(review: Review, context: Context) -> None:
    page = render(review("zh"), context("zh"))
    marks = [
        "<title>月度复盘 · 2024-06 · 示例制造</title>",
        '<p class="crumb">示例制造 · 2024-06 · 第 3 版 · <span class="state goodt">已发布</span>',
        "<h1>月度复盘</h1>",
        "给销售总监与区域经理",
        "金额单位 万元",
        'aria-current="page">月度复盘',
        'class="answer"',
        'class="cards"',
        '<section class="half">\n<h2>年底会落在哪里</h2>',
        "<h2>哪里落后</h2>",
        "<footer>",
        "校验 12 项全部通过",
        '<code title="9f2c1d77aa05b8e3c441">9f2c1d…c441</code>',
        '<a href="compare.html">与第 2 版比较</a>',
    ]
    assert [mark for mark in marks if mark not in page] == []
    places = [page.index(mark) for mark in marks]
    assert places == sorted(places)
    assert page.count("<h1>") == 1 and page.count('<main id="main">') == 1


def test_ids_are_unique(review: Review, context: Context) -> None:
    ids = re.findall(r'\sid="([^"]*)"', render(review("zh"), context("zh")))
    assert len(ids) == len(set(ids)) and "main" in ids


def test_a_half_section_without_a_neighbour_takes_the_whole_width() -> None:
    cells = [v4.new_markdown_cell("# T")]
    for name in "ab":
        cells.append(v4.new_markdown_cell(f"## {name}"))
        output = v4.new_output("execute_result", data=Exhibit(name, reading="r", half=True)._repr_mimebundle_())
        cells.append(v4.new_code_cell("", outputs=[output]))
    half = '<section class="half">'
    assert render(v4.new_notebook(cells=cells), PageContext()).count(half) == 2
    assert render(v4.new_notebook(cells=cells[:3]), PageContext()).count(half) == 0


def test_state_notices_and_failed_checks_are_said(review: Review, context: Context) -> None:
    given = replace(
        context("en"), state="draft", notices=("Draft: not approved",), checks=(10, 12), failed_checks=("a", "<b>")
    )
    page = render(review("en"), given)
    assert '<span class="state warnt">Draft</span>' in page
    assert '<p class="notice" role="note">Draft: not approved</p>' in page
    assert '<b class="badt">2 of 12 checks failed: a, &lt;b&gt;</b>' in page


def test_a_failed_cell_or_a_missing_title_makes_no_page() -> None:
    error = v4.new_output("error", ename="ValueError", evalue="x", traceback=[])
    broken = v4.new_notebook(cells=[v4.new_markdown_cell("# T"), v4.new_code_cell("1/0", outputs=[error])])
    with pytest.raises(RunError, match="a cell of 50_review failed: ValueError"):
        render(broken, PageContext(), "50_review")
    with pytest.raises(RunError, match="has no title"):
        render(v4.new_notebook(cells=[v4.new_markdown_cell("## only a section")]), PageContext(), "x")


def test_outputs_of_a_units_own_notebook_are_made_harmless() -> None:
    outputs = [
        v4.new_output("display_data", data={"text/html": "<style>body{display:none}</style><script src=//h/x></script>"
                                            "<table border=1><tr><td onclick=x>1</td></tr></table>"}),
        v4.new_output("display_data", data={"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"}),
        v4.new_output("display_data", data={"image/png": "iVBORw0KGgo="}),
        v4.new_output("stream", name="stdout", text="said & <done>"),
    ]  # fmt: skip
    cells = [
        v4.new_markdown_cell("# <b onclick=x>T</b>\n\n<script>1</script>\n\n[x](javascript:1)"),
        v4.new_code_cell("", outputs=outputs),
    ]
    page = render(v4.new_notebook(cells=cells), PageContext(company="<i>", period="</title><script>"))
    body = page.split("<body>")[1]
    assert body.count("<script>") == 1 and "onclick" not in body.split("<h1>")[1].split("</h1>")[1]
    assert "said &amp; &lt;done&gt;" in body and 'src="data:image/png;base64,' in body and "data:image/svg" in body
    assert "display:none}" not in body.split("<script>")[0] and 'href="javascript' not in body
    assert "<h1>&lt;b onclick=x&gt;T&lt;/b&gt;</h1>" in body


def test_markup_is_what_nbconvert_would_have_wrapped() -> None:
    """Only the wrapping is left out: markdown in its kinds, exhibits, several outputs of one cell."""
    html = [
        '<div class="exhibit  half" id="x-a"><p class="">1 &lt; 2</p></div>\n',
        "<table><tr><td>a<td>b</table>",
        "<b>x",
    ]
    outputs = [v4.new_output("display_data", data={"text/html": each}) for each in html]
    cells = [
        v4.new_markdown_cell("文字 **重** `码` $a<b$\n\n- 一\n- 二\n\n| a | b |\n|---|---|\n| 1 | 2 |"),
        v4.new_code_cell("", outputs=outputs),
        v4.new_markdown_cell('> 引文 [x](files/a.html "t")\n\n```python\n1 < 2\n```'),
        v4.new_code_cell("", outputs=[v4.new_output("execute_result", data={"text/html": html[0], "text/plain": "y"})]),
    ]
    whole, _ = sections._exporter().from_notebook_node(v4.new_notebook(cells=cells))
    assert sections._fragment(cells, set()) == sanitize.clean(whole, set())


def test_questions_without_an_answer_are_gathered_and_answers_stay() -> None:
    def cell(*exhibits: Exhibit) -> Any:
        return v4.new_code_cell(
            "", outputs=[v4.new_output("execute_result", data=e._repr_mimebundle_()) for e in exhibits]
        )

    gone, kept = Exhibit("a", reading="缺少回款", is_absent=True), Exhibit("b", reading="有答案")
    cells = [
        v4.new_markdown_cell("# T"),
        v4.new_markdown_cell("## 回款？"),
        cell(gone),
        v4.new_markdown_cell("## 都有？"),
    ]
    page = render(v4.new_notebook(cells=[*cells, cell(kept, gone)]), PageContext())
    assert "<h2>回款？</h2>" not in page and "<li>回款？ 缺少回款</li>" in page
    assert "<h2>都有？</h2>" in page and "有答案" in page and page.count("<li>") == 1


def test_a_chinese_sentence_over_two_lines_has_no_space_in_it(context: Context) -> None:
    title = v4.new_markdown_cell("# 标题\n\n给区域经理和\n销售运营：先看\nCRM 里的数。", metadata={"tags": ["zh"]})
    page = render(v4.new_notebook(cells=[title, v4.new_markdown_cell("## 问题\n\n- 甲\n- 乙")]), context("zh"))
    assert "给区域经理和销售运营：先看\nCRM" in page and len(re.findall("<li>[甲乙]", page)) == 2
