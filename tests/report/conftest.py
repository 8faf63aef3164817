"""A review notebook as papermill leaves it: twins, exhibits, a widget, warnings. Figures are the mock's inventions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat.v4 as v4
import pytest

from salesnb.model.errors import Text
from salesnb.model.tables import Column
from salesnb.report import charts, tables
from salesnb.report.cards import Answer, Card, Cards
from salesnb.report.exhibit import Details, Exhibit
from salesnb.report.numbers import MoneyUnit, Rate, money, month_names, points, rate
from salesnb.report.page import Link, PageContext
from salesnb.report.prose import Line, bad, strong

WAN = 1_000_000  # fen in 万元
REGIONS = (
    ("华东", "East", 1914, 2019, 0.38, "good", "李四 +12 %，王五 −9 %", "Li Si +12 %, Wang Wu −9 %"),
    ("华南", "South", 1288, 1431, 0.17, "warn", "线上渠道晚两个月", "online channel two months late"),
    ("中西部", "Midwest", 907, 1120, 0.01, "bad", "办事处 Q2 才到位", "office opened only in Q2"),
    ("北方", "North", 886, 1030, 0.05, "warn", "3 家经销商流失", "3 dealers lost"),
)


def unit(lang: str) -> MoneyUnit:
    return MoneyUnit.choose(5600 * WAN, lang)


def answer(lang: str) -> Answer:
    done, short = money(4995 * WAN, lang), money(605 * WAN, lang)
    zh = Line("上半年完成 ", strong(done), "，比应完成少 ", bad(f"{short}（−10.8 %）"), "。全年预计 ", strong("94.2 %"),
              "，达成概率 ", strong("6 %"), "。差距主要在", strong("中西部"), "和", strong("流失客户"),
              "；二季度达成 88.6 %，低于 90 %，建议调整三季度。")  # fmt: skip
    en = Line("The first half reached ", strong(done), ", ", bad(f"{short} less than due (−10.8 %)"),
              ". The year is expected at ", strong("94.2 %"), ", with a probability of ", strong("6 %"),
              " to reach the target. The gap is mainly in ", strong("Midwest"), " and ", strong("lost customers"),
              "; Q2 reached 88.6 %, below 90 %: Q3 should be adjusted.")  # fmt: skip
    return Answer(zh if lang == "zh" else en, lang=lang)


def cards(lang: str) -> Cards:
    def t(zh: str, en: str) -> str:
        return Text(zh, en).get(lang)

    u = unit(lang)
    return Cards(
        [
            Card(t("销售额 累计", "Sales to date"), u.brief(4995 * WAN), t("应完成 ", "due ") + u.brief(5600 * WAN),
                 rate(-0.108, signed=True), "bad", 0.446, 0.5),
            Card(t("回款率", "Collection rate"), rate(0.934), t("目标 95 %", "target 95 %"), points(-0.016, lang),
                 "warn", 0.934, 0.95),
            Card(t("客单价", "Revenue per customer"), money(862 * WAN // 100, lang), t("目标 8.50 万元", "target 85 K"),
                 rate(0.014, signed=True), "good", 1.0, 0.98),
            Card(t("线索转化率", "Lead conversion"), rate(0.131), t("目标 15 %", "target 15 %"), points(-0.019, lang),
                 "bad", 0.44, 0.5),
            Card(t("周均有效拜访", "Effective visits a week"), t("7.8 次", "7.8"), t("目标 8 次", "target 8"),
                 rate(-0.025, signed=True), "warn", 0.97, 1.0),
        ],
        lang,
    )  # fmt: skip


def landing(lang: str) -> Exhibit:
    due = [6, 10, 19, 28, 38, 50, 61, 73, 85, 90, 95, 100]
    actual = [6.3, 9.4, 18.2, 26.9, 35.1, 44.6] + [None] * 6
    land = [None] * 5 + [44.6, 54, 65, 76, 83, 89, 94.2]
    low, high = [None] * 5 + [44.6, 52, 62, 72, 79, 85, 89.5], [None] * 5 + [44.6, 56, 68, 80, 87, 93, 99.1]

    def share(values: list[Any]) -> list[Any]:
        return [None if v is None else v / 100 for v in values]

    zh = lang == "zh"
    series = [
        charts.Series("应完成" if zh else "due", share(due), "target", True),
        charts.Series("实际" if zh else "actual", share(actual), "now", True),
        charts.Series("落点" if zh else "landing", share(land), "forecast", True),
    ]
    figure = charts.trend(month_names(lang), series, Rate(lang), band=(share(low), share(high)))
    reading = Text(
        "虚线是按季节和工作日应完成的进度；阴影是 80 % 区间。过去 24 个月里，这样的区间有 81 % 次包含实际值。",
        "Dashed: the progress due by season and working days; shaded: the 80 % range. Over the last 24 months such "
        "ranges held the actual value 81 % of the time.",
    )
    return Exhibit("landing", figure=figure, reading=reading.get(lang), half=True)


def gap(lang: str) -> Exhibit:
    names = Text("应完成 价格 销量 产品结构 新客户 流失 实际", "Due Price Volume Mix New Lost Actual").get(lang).split()
    steps = [v * WAN for v in (5600, -212, -96, -148, 118, -267, 4995)]
    reading = Text(
        "五项相加恰为差距。流失客户 267 万元中，191 万元来自中西部 3 家经销商。",
        "The five parts add up to the gap. Of the CNY 2.67 M of lost customers, 1.91 M left with 3 dealers in Midwest.",
    )
    figure = charts.bridge(names, steps, unit(lang), start_is_target=True)
    return Exhibit("gap", figure=figure, reading=reading.get(lang), half=True)


def regions(lang: str) -> Exhibit:
    rows = [
        {"region": zh if lang == "zh" else en, "actual_minor": a * WAN, "due_minor": d * WAN, "progress_rate": a / d,
         "gap_rate": a / d - 1, "reach_rate": p, "state": s, "why": wz if lang == "zh" else we}
        for zh, en, a, d, p, s, wz, we in REGIONS
    ]  # fmt: skip

    def of(name: str, kind: Any, zh: str, en: str) -> Column:
        return Column(name, kind, Text(zh, en))

    shows = [
        of("region", "text", "区域", "Region"),
        of("actual_minor", "minor", "实际", "Actual"),
        of("due_minor", "minor", "应完成", "Due"),
        of("progress_rate", "rate", "进度", "Progress"),
        tables.Show(of("gap_rate", "rate", "差距", "Gap"), signed=True, state_from="state"),
        tables.Show(of("reach_rate", "rate", "达成概率", "Probability"), decimals=0),
        tables.Show(of("state", "text", "状态", "State"), pill=True),
        of("why", "text", "说明", "Why"),
    ]
    total = {"region": Text("合计", "Total").get(lang), "actual_minor": 4995 * WAN, "due_minor": 5600 * WAN,
             "progress_rate": 4995 / 5600, "gap_rate": 4995 / 5600 - 1, "reach_rate": 0.06}  # fmt: skip
    caption = Text("各区域进度", "Progress by region").get(lang)
    table = tables.render(rows, shows, lang, unit(lang), tables.Options(caption, total=total))
    reading = Text("进度 = 实际 ÷ 按季节和工作日应完成；落后 20 % 触发预警。",
                   "Progress = actual ÷ due by season and working days; 20 % behind raises an alert.")  # fmt: skip
    people = [
        {"person": f"{Text('业务员', 'Rep').get(lang)} {i:02d}", "sales_minor": (90 - i) * WAN} for i in range(40)
    ]
    long = tables.render(
        people, [of("person", "id", "人员", "Person"), of("sales_minor", "minor", "销售额", "Sales")], lang, unit(lang)
    )
    details = [Details(Text("按人员展开", "By person").get(lang), long)]
    return Exhibit("regions", table=table, reading=reading.get(lang), details=details)


def code(*outputs: Any, tags: tuple[str, ...] = ()) -> Any:
    return v4.new_code_cell("wb.call()", outputs=list(outputs), metadata={"tags": list(tags)})


def shown(value: Any) -> Any:
    return v4.new_output("execute_result", data=value._repr_mimebundle_())


def twins(zh: str, en: str, *tags: str) -> list[Any]:
    return [v4.new_markdown_cell(text, metadata={"tags": [lang, *tags]}) for lang, text in (("zh", zh), ("en", en))]


@pytest.fixture(scope="session")
def review() -> Callable[[str], Any]:
    """``review(lang)``: the executed notebook."""

    def make(lang: str) -> Any:
        widget = v4.new_output("display_data", data={"application/vnd.jupyter.widget-view+json": {"model_id": "1"},
                                                     "text/plain": "HBox(children=())"})  # fmt: skip
        return v4.new_notebook(
            cells=[
                *twins("# 月度复盘\n\n给销售总监与区域经理：我们落在哪里，为什么，谁来补？",
                       "# Monthly review\n\nFor the sales director and regional managers: where are we, and why?"),
                code(tags=("parameters",)),
                code(v4.new_output("stream", name="stderr", text="FutureWarning: secret path /home/me")),
                code(shown(answer(lang))),
                code(shown(cards(lang))),
                *twins("## 年底会落在哪里", "## Where will the year end", "half"),
                code(shown(landing(lang))),
                *twins("## 为什么少了 605 万", "## Why CNY 6.05 M are missing", "half"),
                code(shown(gap(lang))),
                code(widget, tags=("interactive",)),
                *twins("## 哪里落后\n\n每个区域与同期应完成相比。", "## Who is behind\n\nAgainst what was due."),
                code(shown(regions(lang)), widget),
                code(v4.new_output("execute_result", data={"text/plain": "'3 tables written'"})),
            ]
        )  # fmt: skip

    return make


@pytest.fixture(scope="session")
def context() -> Callable[[str], PageContext]:
    """``context(lang)``: what the run knows."""

    def make(lang: str) -> PageContext:
        def t(zh: str, en: str) -> str:
            return Text(zh, en).get(lang)

        return PageContext(
            lang=lang, company=t("示例制造", "Sample Manufacturing"), period="2024-06", version="v003",
            basis=t("数据截至 2024-07-04 · 金额单位 万元，不含税，已减退货",
                    "Data as of 2024-07-04 · money in CNY K, tax excluded, net of returns"),
            checks=(12, 12), fingerprint="9f2c1d77aa05b8e3c441",
            links=(Link(t("与第 2 版比较", "Compare with version 2"), "compare.html"),
                   Link(t("参数", "Parameters"), "params.yaml"), Link(t("数据表", "Tables"), "tables/"),
                   Link("Excel", "report.xlsx")),
            pages=(Link(t("历史分析", "History"), "10_history.html"),
                   Link(t("目标分解", "Decomposition"), "30_decomposition.html"),
                   Link(t("月度复盘", "Review"), "50_review.html", True)),
        )  # fmt: skip

    return make
