"""The pages about versions: a failed run, the index, a comparison."""

from __future__ import annotations

import re
from typing import Any

import pytest

from salesnb.model.errors import DataError, Place, Text
from salesnb.report import compare, failure, index
from salesnb.report.compare import Side
from salesnb.report.page import PageContext

ERROR = DataError(
    Text("表 sales 有 2 行键值重复", "table sales has 2 rows with repeated keys"),
    where=Place("orders.csv", 12, "订单号"),
    why=Text("会被重复计入合计", "they would be counted twice"),
    remedy=Text("先合并", "merge them first"),
)


def failed(**other: Any) -> dict[str, Any]:
    told = {"notebook": "50_review", "cell": 4, "question": {"zh": "哪里落后", "en": "Who is behind"}, "kind": "error",
            "error": "DataError", "message": ERROR.say("zh"), "traceback": ["Traceback", "  File x"]}  # fmt: skip
    return {**told, **other}


def test_a_failure_says_which_question_what_where_why_and_what_to_do() -> None:
    page = failure.render([failed()], PageContext(lang="zh", state="failed"), stopped=["40_action_plan"])
    said = [
        "50_review 没有完成，本次没有发布新版本。",
        "第 4 个代码单元格",
        "哪里落后",
        "表 sales 有 2 行键值重复",
        "<dt>位置</dt><dd>orders.csv:12, 列 订单号</dd>",
        "<dt>影响</dt><dd>会被重复计入合计</dd>",
        "<dt>处理</dt><dd>先合并</dd>",
        "以前发布的版本都没有变动",
        "<li>40_action_plan</li>",
        '<summary>技术细节（给维护人员）</summary><pre tabindex="0">Traceback\n  File x</pre></details>',
    ]
    assert [words for words in said if words not in page] == []
    assert "DataError" not in page  # the class of our own error tells a planner nothing


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("dead", "the kernel died"),
        ("timeout", "did not end in time"),
        ("exit", "left the notebook"),
        ("start", "start"),
    ],
)
def test_every_kind_of_failure_has_words_and_a_remedy(kind: str, words: str) -> None:
    page = failure.render([failed(kind=kind, message="", error="X")], PageContext(lang="en"))
    assert words in page and "<dt>What to do</dt>" in page


def test_a_foreign_error_names_its_class_and_passwords_are_masked() -> None:
    secret = "could not connect to postgresql://bob:s3cret@db/x with password=hunter2 <b>"
    told = failed(error="OperationalError", message=secret, traceback=[secret, "\x1b[31mred\x1b[0m"])
    page = failure.render([told], PageContext(lang="en"))
    assert "OperationalError: could not connect to postgresql://***@db/x with password=***" in page
    assert "a defect of the program" in page
    assert "s3cret" not in page and "hunter2" not in page and "<b>" not in page and "\x1b" not in page


ROW = {
    "unit": "east", "unit_name": "华东", "period": "2024-06", "version": "v003", "state": "complete", "latest": True,
    "as_of": "2024-07-04", "finished": "2024-07-04T08:12:00Z", "headline": "完成 <4,995> 万元。", "checks": 0,
    "figures": [{"label": "销售额", "value": "4,995 万", "state": "bad"}], "changed_cells": 1204, "previous": "v002",
    "link": "east/2024-06/v003/all/50_review.html", "stale": (), "compare": "east/c.html",
}  # fmt: skip


def test_the_index_shows_the_latest_and_folds_the_older() -> None:
    rows = [
        ROW,
        {**ROW, "version": "v002", "previous": "v001"},
        {**ROW, "period": "2024", "version": "v001", "previous": None, "state": "draft", "checks": 2, "stale": ["10"]},
        {**ROW, "unit": "west", "unit_name": "", "state": "failed", "version": "20240704", "problem": "30: DataError"},
    ]  # fmt: skip
    page = index.render(rows, "zh", stamp="2024-07-05").replace("\u00a0", " ")
    assert "2 个单位，3 个期间，3 个版本；1 处需要处理。" in page
    assert page.count('<tr class="entry">') == 3
    assert '<summary>更早 1 版</summary><a href="east/2024-06/v003/all/50_review.html">第 2 版</a>' in page
    assert "完成 &lt;4,995&gt; 万元。" in page and '<b class="badt">落后</b>' in page
    assert '<a href="east/c.html">1,204</a>' in page and "首版" in page
    assert "2 项校验未通过" in page and "沿用且已过期：10" in page and "30: DataError" in page
    assert "<h2>west</h2>" in page and index.render(rows, "zh") == index.render(rows, "zh")
    assert "No version yet" in index.render([], "en")


def test_a_comparison_counts_labels_and_subtracts() -> None:
    key = "dimension=region_id; node_id=_unassigned; window=2023"
    lines = [
        ("table", ("history_nodes", key, "net_minor", "1234.50", "-2345.00", "changed")),
        ("table", ("history_nodes", key, "", "", "<x>", "added")),
        ("table", ("own_table", "a=1", "free", "x", "", "removed")),
        ("parameter", ("review.yaml", "alert_behind", "", "0.2", "0.15", "changed")),
        ("data", ("orders.csv", "", "", "9" * 64, "8" * 64, "changed")),
        ("package", ("numpy", "", "", "2.4.5", "2.4.6", "changed")),
    ]
    page = compare.render(lines, Side("v002", "2024-07-01"), Side("v003"), PageContext(lang="zh"))
    assert "有变动的：参数 1、表中的单元格 3、数据文件 1、软件包 1。" in page
    assert "旧：第 2 版 · 2024-07-01　新：第 3 版" in page
    assert re.search(r"区域 未分配 · 期间 2023.*?销售额.*?1,234\.50.*?−2,345\.00.*?−3,579\.50.*?改变", page)
    assert "分维度历史 · history_nodes <small>2</small>" in page and "<h2>own_table" in page
    assert "&lt;x&gt;" in page and f'<code title="{"9" * 64}">99999999</code>' in page
    same = compare.render([], Side("v002"), Side("v003"), PageContext(lang="en"))
    assert "The two versions are the same." in same


def test_a_comparison_begins_with_what_the_two_conclude_and_stays_small() -> None:
    old = Side(
        "v001", period="2024-05", headline="完成 4,027 万元", figures=(("销售额", "4,027 万"), ("拜访", "6.8 次"))
    )
    new = Side(
        "v001", period="2024-06", headline="完成 5,009 万元", figures=(("销售额", "5,009 万"), ("回款率", "90 %"))
    )
    lines = [("table", (f"t{i}", f"a={j}", "net", "1", "2", "changed")) for i in range(60) for j in range(100)]
    page = compare.render(lines, old, new, PageContext(lang="zh"), ("全部", "c.csv")).replace("\u00a0", " ")
    first = page.split("</section>")[1]
    assert "<h2>结论与关键指标 <small>4</small>" in first and "完成 4,027 万元<td" in first
    assert re.search(r"<th>销售额<td>4,027 万<td>5,009 万", first) and re.search(r"<th>拜访<td>6.8 次<td>—", first)
    assert "2024-05 → 2024-06" in page and "显示前 10 行，共 100 行。" in page
    assert len(page.encode()) < 120_000


def test_a_long_comparison_prints_the_first_rows_and_links_to_all() -> None:
    lines = [("table", ("t", f"a={i}", "net", "1", "2", "changed")) for i in range(500)]
    page = compare.render(lines, Side("v1"), Side("v2"), PageContext(lang="en"), ("changes.csv", "changes.csv"))
    assert page.count("<tr>") == compare.LIMIT + 1
    assert 'First 200 of 500 rows. <a href="changes.csv">changes.csv</a>' in page
