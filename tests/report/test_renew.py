"""A page or a workbook made the next version's is what making it anew gives; where that is not sure, it is not made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from markupsafe import Markup

from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract
from salesnb.report import page
from salesnb.report.excel import Cover, Sheet, write_workbook
from salesnb.report.page import Link, PageContext
from salesnb.report.renew import book_renewed, page_renewed
from salesnb.report.sections import Parts, Section

PARTS = Parts(
    "标题", Markup("<p>给谁看</p>"), Markup("<p>第 1 版以来</p>"), (Section("问题", Markup("<p>答</p>"), False),)
)
BEFORE = PageContext(
    company="甲公司", period="2024", version="v001", basis="金额不含税", checks=(3, 3), fingerprint="abc",
    links=(Link("参数", "../params.yaml"),),
    pages=(Link("甲", "a.html", True), Link("乙", "b.html")), stamp="生成于 1 日",
)  # fmt: skip
NOW = replace(
    BEFORE, version="v002", origin="结果沿用 v001", stamp="生成于 2 日", notices=("沿用",),
    links=(Link("与上一版比较", "changes.html"), *BEFORE.links),
)  # fmt: skip
TABLE = TableContract("t", ("row_id",), (Column("row_id", "text", Text("行", "Row")),), Text("表", "Table"))


@pytest.mark.parametrize("who", [Markup(""), PARTS.who])
@pytest.mark.parametrize("basis", ["", BEFORE.basis])
def test_a_page_in_another_context_is_the_page_rendered_in_it(who: Markup, basis: str) -> None:
    parts, before, now = replace(PARTS, who=who), replace(BEFORE, basis=basis), replace(NOW, basis=basis)
    assert page_renewed(page.rendered(parts, before), before, now) == page.rendered(parts, now)


def test_a_page_written_otherwise_is_not_taken_over() -> None:
    text = page.rendered(PARTS, BEFORE)
    assert page_renewed(text, replace(BEFORE, stamp="生成于 3 日"), NOW) is None
    assert page_renewed(text, replace(BEFORE, version="v007"), NOW) is None
    assert page_renewed(text, BEFORE, replace(NOW, company="乙公司")) is None
    assert page_renewed(text, BEFORE, replace(NOW, basis="金额含税")) is None
    assert page_renewed("<p>别人的页面</p>", BEFORE, NOW) is None


def _book(folder: Path, version: str, rows: list[str]) -> bytes:
    sheet = Sheet(TABLE, pd.DataFrame({"row_id": rows}))
    write_workbook(folder / "book.xlsx", [sheet], "zh", Cover("封面", [("期间", "2024"), ("版本", version)]))
    return (folder / "book.xlsx").read_bytes()


@pytest.mark.parametrize("versions", [("v001", "v002"), ("v999", "v1000")])
def test_a_workbook_with_another_version_is_the_workbook_built_for_it(
    tmp_path: Path, versions: tuple[str, str]
) -> None:
    rows = [f"行 {i}" for i in range(40)]
    before, now = (_book(tmp_path, version, rows) for version in versions)
    assert book_renewed(before, *versions) == now


def test_a_workbook_whose_cells_name_a_version_is_built_again(tmp_path: Path) -> None:
    assert book_renewed(_book(tmp_path, "v001", ["v001"]), "v001", "v002") is None
    assert book_renewed(_book(tmp_path, "v001", ["v002"]), "v001", "v002") is None
    assert book_renewed(_book(tmp_path, "v003", ["a"]), "v001", "v002") is None
