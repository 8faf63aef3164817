"""Every kind of page held to WCAG 2.2 AA by axe-core, in both languages, on desktop and phone, light and dark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from salesnb.model.tables import contract, without_rows
from salesnb.report import compare, failure, index, own, quality
from salesnb.report.compare import Side
from salesnb.report.page import Link, PageContext, render

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser
pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
}


def index_rows() -> list[dict[str, Any]]:
    row = {"unit": "east", "unit_name": "东区", "period": "2024-06", "version": "v003", "state": "complete",
           "latest": True, "previous": "v002", "compare": "a.html", "headline": "完成 4,995 万元。", "link": "a.html",
           "figures": [{"label": "销售额", "value": "4,995 万", "state": "bad"}], "changed_cells": 12,
           "as_of": "2024-07-04", "finished": "2024-07-04T08:12", "checks": 1, "stale": ["10_history"]}  # fmt: skip
    pairs = {"period": "2024-06", "versions": ["v003", "v002", "v001"], "command": "salesnb diff OLD NEW",
             "made": {"v002-v003": "b.html", "2024-05/v001-v003": "c.html"}}  # fmt: skip
    may = {"period": "2024-05", "versions": ["v001"], "made": {}, "command": "", "other": "2024-06/v003"}
    return [
        {**row, "pairs": pairs, "approval": ("warn", "方案待批准")},
        {**row, "version": "v002"},
        {**row, "version": "v001", "previous": None},
        {**row, "period": "2024-05", "version": "v001", "previous": None, "pairs": may},
        {**row, "period": "2024", "version": "v001", "approval": ("good", "已批准为 2024-r01")},
        {**row, "unit": "west", "unit_name": "西区", "state": "failed", "version": "x", "problem": "50: DataError"},
    ]


def own_page(lang: str, level: str) -> str:
    from datetime import date

    from salesnb.versions.narrow import RULES as TABLES
    from salesnb.versions.narrow import narrowed
    from salesnb.versions.readers import readers
    from tests.versions import narrow_company as company

    reader = next(r for r in readers(company.people(), date(2024, 7, 4), ("region", "person")) if r.level == level)
    made = {name: narrowed(name, company.table(name), reader) for name in TABLES}
    frames = {name: frame for name, frame in made.items() if frame is not None}
    page = own.Own(f"{level}_id", reader.node, reader.name, lang, "CNY", frames, {}, {"2024": "2024 年"})
    links = (Link("report.xlsx", "report.xlsx"),)
    return own.render(page, PageContext(lang=lang, company="示例制造", period="2024", version="v003", links=links))


def quality_page(lang: str) -> str:
    read = {"table": "sales_lines", "file": "a.csv", "read_count": 3, "kept_count": 2, "set_aside_count": 1}
    ledger = pd.DataFrame([read | {"currency": "CNY", "kept_minor": 100, "set_aside_minor": 0}])
    place = {"file": "a.csv", "row": 2}
    said = {"message_zh": "不是数", "message_en": "no number", "remedy_zh": "改", "remedy_en": "mend"}
    finding = pd.DataFrame([place | {"severity": "error", "column": "金额", "value": "x", "row_count": 1} | said])
    months = pd.DataFrame(columns=[column.name for column in contract("ledger_check").columns])
    aside = pd.DataFrame([place | {"reason_zh": "不是数", "reason_en": "no number", "content": "[]"}])
    bridge = without_rows(contract("basis_bridge"))
    return quality.render_page(ledger, finding, aside, months, bridge, PageContext(lang=lang, version="v003"))


def pages(lang: str, review: Callable[[str], Any], context: Callable[[str], PageContext]) -> dict[str, str]:
    told = {"notebook": "50_review", "cell": 4, "question": {"zh": "哪里落后", "en": "Who is behind"}, "kind": "error",
            "message": "表 sales 有 2 行重复", "traceback": ["y" * 400]}  # fmt: skip
    lines = [("table", ("t", f"a={i}", "net", "1", "2", "changed")) for i in range(30)]
    return {
        "review": render(review(lang), context(lang)),
        "index": index.render(index_rows(), lang),
        "compare": compare.render(lines, Side("v002"), Side("v003"), context(lang)),
        "failure": failure.render([told], PageContext(lang=lang, state="failed"), (), ["40_action_plan"]),
        "quality": quality_page(lang),
        "region": own_page(lang, "region"),
        "person": own_page(lang, "person"),
    }


@pytest.mark.parametrize(
    ("lang", "width", "scheme"), [("zh", 1180, "light"), ("en", 390, "light"), ("zh", 390, "dark")]
)
def test_every_page_is_clean(
    browser: Browser, tmp_path: Path, lang: str, width: int, scheme: Any,
    review: Callable[[str], Any], context: Callable[[str], PageContext],
) -> None:  # fmt: skip
    from axe_playwright_python.sync_playwright import Axe

    axe, found = Axe(), []
    shown = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    for name, html in pages(lang, review, context).items():
        file = tmp_path / f"{name}.html"
        file.write_text(html, encoding="utf-8")
        shown.goto(file.as_uri())
        shown.evaluate("[...document.querySelectorAll('details')].forEach(d => { d.open = true })")
        for violation in axe.run(shown, options=RULES).response["violations"]:
            nodes = [node["html"][:160] for node in violation["nodes"][:3]]
            found.append(f"{name}: {violation['id']} ({violation['impact']}): {nodes}")
        assert shown.evaluate("document.documentElement.scrollWidth") <= width, name
    shown.close()
    assert not found, "\n".join(found)


def test_two_versions_are_chosen_and_lead_to_their_page_or_the_command(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "index.html"
    file.write_text(index.render(index_rows(), "zh"), encoding="utf-8")
    shown = browser.new_page()
    shown.goto(file.as_uri())
    box = shown.locator("details.pairs").first
    box.locator("summary").focus()
    shown.keyboard.press("Enter")
    assert box.locator("a").get_attribute("href") == "b.html" and box.locator("code").is_hidden()
    box.get_by_label("旧").select_option("v001")
    assert box.locator("code").inner_text() == "salesnb diff v001 v003" and box.locator("a").is_hidden()
    assert "运行下面的命令" in box.get_by_role("status").inner_text()
    box.get_by_label("旧").select_option("2024-05/v001")
    assert box.locator("a").get_attribute("href") == "c.html", "another period's version"
    box.get_by_label("旧").select_option("v001")
    box.get_by_label("新").select_option("v001")
    assert box.get_by_role("status").inner_text() == "选两个不同的版本"
    shown.get_by_role("searchbox").fill("待批准")
    assert shown.locator("tr.entry:visible").count() == 1
    shown.get_by_role("searchbox").fill("")
    shown.get_by_role("button", name="期间").first.click()
    assert shown.locator("tr.entry th a").first.inner_text() == "2024"
    shown.close()


def test_only_tables_that_scroll_are_stops_for_the_keyboard(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "own.html"
    file.write_text(own_page("zh", "region"), encoding="utf-8")
    wide, phone = (browser.new_page(viewport={"width": width, "height": 900}) for width in (1180, 390))
    counts = []
    for shown in (wide, phone):
        shown.goto(file.as_uri())
        regions = shown.locator(".scroll[tabindex='0'][role=region]")
        counts.append(regions.count())
        for at in range(regions.count()):
            assert regions.nth(at).get_attribute("aria-label")
    assert (
        counts[0]
        < counts[1]
        == phone.locator(".scroll").count()
        - phone.evaluate(
            "[...document.querySelectorAll('.scroll')].filter(b => b.scrollWidth <= b.clientWidth + 1).length"
        )
    )
    shown = phone
    shown.emulate_media(media="print")
    assert shown.locator(".tools").first.is_hidden()
    wide.close()
    phone.close()
