"""Pages in Chromium: no overflow, no error, no request; sorting, searching, folding, printing, keyboard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from salesnb.report import compare, failure, index
from salesnb.report.compare import Side
from salesnb.report.page import PageContext, render

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
Open = Callable[..., "Page"]


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """``opened(html, width)`` shows a page from a file and fails the test if it reports or requests anything."""
    pages: list[Page] = []
    complaints: list[str] = []

    def show(html: str, width: int = 1180, **how: Any) -> Page:
        file = tmp_path / f"page{len(pages)}.html"
        file.write_text(html, encoding="utf-8")
        shown = browser.new_page(viewport={"width": width, "height": 900}, **how)
        shown.on("console", lambda message: complaints.append(f"console: {message.text}"))
        shown.on("pageerror", lambda error: complaints.append(f"error: {error}"))
        shown.on("request", lambda request: complaints.append(f"request: {request.url}") if request.url != file.as_uri()
                 and not request.url.startswith("data:") else None)  # fmt: skip
        shown.goto(file.as_uri())
        pages.append(shown)
        return shown

    yield show
    for shown in pages:
        shown.close()
    assert complaints == []


def others(lang: str) -> dict[str, str]:
    context = PageContext(lang=lang, company="示例制造", period="2024-06", version="v003", state="failed")
    told = {"notebook": "50_review", "cell": 4, "question": {"zh": "哪里落后", "en": "Who is behind"}, "kind": "error",
            "message": "x" * 300, "traceback": ["y" * 400]}  # fmt: skip
    row = {"unit": "东区", "period": "2024-06", "version": "v003", "state": "complete", "previous": "v002",
           "figures": [{"label": "销售额", "value": "4,995 万", "state": "bad"}], "changed_cells": 12,
           "headline": "完成 4,995 万元。" * 6, "link": "a.html", "as_of": "2024-07-04"}  # fmt: skip
    rows = [row, {**row, "version": "v002"}, {**row, "unit": "西区", "period": "2024"}]
    lines = [("table", ("t", f"a={i}", "net", "1", "2", "changed")) for i in range(30)]
    return {
        "failure": failure.render([told], context),
        "index": index.render(rows, lang),
        "compare": compare.render(lines, Side("v002"), Side("v003"), context),
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 760, 1180])
def test_no_page_is_wider_than_the_screen(
    opened: Open, lang: str, width: int, review: Callable[[str], Any], context: Callable[[str], PageContext]
) -> None:
    for html in (render(review(lang), context(lang)), *others(lang).values()):
        shown = opened(html, width)
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        # every text of a chart is at least 11 px on the screen, and only one of the two drawings shows
        sizes = shown.evaluate(
            "[...document.querySelectorAll('figure svg')].filter(s => s.getBoundingClientRect().width > 0)"
            ".map(s => s.getBoundingClientRect().width / s.viewBox.baseVal.width)"
        )
        assert len(sizes) in (0, 2) and all(0.93 <= scale <= 1.6 for scale in sizes)


def test_a_column_sorts_by_click_and_by_keyboard_and_keeps_its_total(
    opened: Open, review: Callable[[str], Any], context: Callable[[str], PageContext]
) -> None:
    shown = opened(render(review("zh"), context("zh")))
    table = shown.locator("section:has(h2:text('哪里落后')) table.sort").first
    names = table.locator("tbody th")
    assert names.all_inner_texts() == ["华东", "华南", "中西部", "北方"]
    table.locator("thead button", has_text="差距").click()
    assert names.all_inner_texts() == ["华东", "华南", "北方", "中西部"]  # −5.2 is the highest
    head = table.locator("thead th").nth(4)
    assert head.get_attribute("aria-sort") == "descending"
    head.locator("button").focus()
    shown.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert names.all_inner_texts() == ["中西部", "北方", "华南", "华东"]
    assert table.locator("tfoot th").inner_text() == "合计"


def test_a_long_table_folds_and_finds(
    opened: Open, review: Callable[[str], Any], context: Callable[[str], PageContext]
) -> None:
    shown = opened(render(review("zh"), context("zh")))
    shown.locator("summary").click()
    rows = shown.locator("details tbody tr:visible")
    assert rows.count() == 15
    shown.get_by_role("button", name="显示其余 25 行").click()
    assert rows.count() == 40
    shown.get_by_role("searchbox").fill("业务员 07")
    assert rows.count() == 1
    assert shown.get_by_role("status").inner_text() == "找到 1 行"


def test_the_index_finds_units_and_hides_the_rest(opened: Open) -> None:
    shown = opened(others("zh")["index"], 390)
    shown.get_by_role("searchbox").fill("西区")
    assert shown.locator("section.unit:visible").count() == 1
    assert shown.locator("section.unit:visible h2").inner_text() == "西区"


def test_the_first_column_stays_on_a_phone(
    opened: Open, review: Callable[[str], Any], context: Callable[[str], PageContext]
) -> None:
    shown = opened(render(review("zh"), context("zh")), 390)
    scroll = shown.locator(".scroll").first
    left = scroll.locator("tbody th").first.bounding_box()
    scroll.evaluate("box => { box.scrollLeft = 200 }")
    assert scroll.evaluate("box => box.scrollLeft") > 50
    assert scroll.locator("tbody th").first.bounding_box() == left


def test_keyboard_reaches_the_content_first(
    opened: Open, review: Callable[[str], Any], context: Callable[[str], PageContext]
) -> None:
    shown = opened(render(review("en"), context("en")))
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "Skip to content"
    assert shown.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    outline = shown.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_print_shows_everything_and_tears_no_section(
    opened: Open, review: Callable[[str], Any], context: Callable[[str], PageContext]
) -> None:
    shown = opened(render(review("zh"), context("zh")))
    shown.emulate_media(media="print")
    assert shown.locator("nav").is_hidden()
    inside = shown.evaluate("[...document.querySelectorAll('main>section')].map(s => getComputedStyle(s).breakInside)")
    assert set(inside) == {"avoid"}
    rows = shown.locator("details tbody tr:not([hidden])")
    shown.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert rows.count() == 40, "paper has no button to unfold"
    shown.evaluate("dispatchEvent(new Event('afterprint'))")
    assert rows.count() == 15
    narrow = """[...document.querySelectorAll('tbody td')].filter(c => c.innerText.length > 5
                && c.getBoundingClientRect().width > 0 && c.getBoundingClientRect().width < 40).length"""
    assert shown.evaluate(narrow) == 0, "no sentence is set one character a line"
    pdf = shown.pdf(format="A4")
    assert pdf.startswith(b"%PDF") and len(re.findall(rb"/Type\s*/Page\b", pdf)) <= 3


def test_dark_scheme_recolours_text_and_charts(
    opened: Open, review: Callable[[str], Any], context: Callable[[str], PageContext]
) -> None:
    shown = opened(render(review("zh"), context("zh")), color_scheme="dark")
    ground = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    fills = shown.evaluate(
        "[...new Set([...document.querySelectorAll('figure .w text')].map(t => getComputedStyle(t).fill))]"
    )
    assert ground == "rgb(18, 22, 28)"
    assert all(min(map(int, re.findall(r"\d+", fill)[:3])) > 80 for fill in fills)  # light text on dark
