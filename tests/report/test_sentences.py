"""Computed sentences, golden in both languages."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from salesnb.report.sentences import history
from salesnb.report.sentences.words import change_run, either, listed, span

WAN = 1_000_000
TOTALS = pd.DataFrame(
    {
        "window": ["2021", "2022", "2023"],
        "net_minor": [9_060 * WAN, 9_532 * WAN, 10_200 * WAN],
        "growth_rate": [float("nan"), 0.0521, 0.0701],
        "cagr_rate": [float("nan"), 0.0521, 0.0611],
    }
)
GAINS = pd.DataFrame(
    {
        "dimension": "region_id",
        "node_id": ["east", "north", "south"],
        "name": ["华东", "北方", "华南"],
        "from_window": "2022",
        "to_window": "2023",
        "before_minor": [3_400 * WAN, 2_900 * WAN, 3_232 * WAN],
        "change_minor": [441 * WAN, -23 * WAN, 250 * WAN],
        "after_minor": [3_841 * WAN, 2_877 * WAN, 3_482 * WAN],
    }
)


def test_the_headline_says_sales_growth_and_who_made_it() -> None:
    zh, en = (str(history.answer(TOTALS, GAINS, lang, "CNY")) for lang in ("zh", "en"))
    assert zh.startswith("2023 年销售 1.02 亿元，比上年同期增长 7.0 %") and "增长 6.1 %" in zh
    assert "增量 668 万元中，华东贡献 441 万元（66 %）、华南贡献 250 万元（37 %）；北方却减少 23.0 万元。" in zh
    assert en.startswith("2023: CNY 102 M, up 7.0 % on the year before") and "up 6.1 %" in en
    assert "华东 made CNY 4.41 M (66 %)" in en


def test_without_sales_or_a_year_before_it_says_so() -> None:
    assert "没有销售数据" in str(history.answer(TOTALS.iloc[:0], GAINS, "zh", "CNY"))
    one = TOTALS.iloc[:1]
    assert str(history.answer(one, GAINS.iloc[:0], "en", "CNY")).endswith("no comparable year before.")


@pytest.mark.parametrize(
    ("value", "zh", "en", "state"),
    [
        (0.07, "增长 7.0 %", "up 7.0 %", "good"),
        (-0.031, "下降 3.1 %", "down 3.1 %", "bad"),
        (-0.0003, "持平", "unchanged", ""),
        (float("nan"), "—", "—", ""),
    ],
)
def test_direction_words(value: float, zh: str, en: str, state: str) -> None:
    assert (change_run(value, "zh").text, change_run(value, "en").text) == (zh, en)
    assert change_run(value, "zh").state == state


def test_falling_costs_are_good() -> None:
    assert change_run(-0.1, "zh", rise_is_good=False).state == "good"


@pytest.mark.parametrize(
    ("names", "zh", "en"),
    [([], "", ""), (["A"], "A", "A"), (["A", "B"], "A和B", "A and B"), (["A", "B", "C"], "A、B和C", "A, B and C")],
)
def test_lists_read_naturally(names: list[str], zh: str, en: str) -> None:
    assert (listed(names, "zh"), listed(names, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("window", "zh", "en"),
    [
        ("2023", "2023 年", "2023"),
        ("2024-01–2024-06", "2024 年 1–6 月", "Jan–Jun 2024"),
        ("2024-03–2024-03", "2024 年 3 月", "Mar 2024"),
        ("2023-07–2024-06", "2023-07 至 2024-06", "2023-07 to 2024-06"),
        ("2024-W12", "2024-W12", "2024-W12"),
    ],
)
def test_spans_of_time(window: str, zh: str, en: str) -> None:
    assert (span(window, "zh"), span(window, "en")) == (zh, en)


def test_each_language_has_its_own_word_order() -> None:
    assert str(either("zh", ("甲",), ("a",))) == "甲" and str(either("en", ("甲",), ("a",))) == "a"


def test_months_nodes_season_and_contribution_are_read_aloud() -> None:
    months = pd.DataFrame(
        {"month": ["2023-11", "2023-12"], "net_minor": [900 * WAN, 725 * WAN], "yoy_rate": [0.1, -0.0002]}
    )
    assert str(history.months(months, "zh", "CNY")) == (
        "最近的 2023 年 12 月销售 725 万元，同比持平；单月最高是 2023 年 11 月的 900 万元。"
    )
    assert "the best month was Nov 2023" in str(history.months(months, "en", "CNY"))
    season = pd.DataFrame({"calendar_month": ["01", "02", "06", "09"], "season_index": [0.7, 0.63, 1.26, 1.25]})
    said = "最旺的是 6 月（+26 %）和 9 月（+25 %），最淡的是 2 月（−37 %）和 1 月"
    assert str(history.season(season, "zh")).startswith(said)
    assert "24 个月" in str(history.season(season.iloc[:0], "zh"))
    nodes = nodes_frame()
    assert str(history.nodes(nodes, "2023", "en", "CNY")).startswith("华东 is the largest: CNY 38.4 M, 37.7 % of sales")
    assert str(history.contribution(GAINS, "zh", "CNY")).startswith("从 2022 年的 9,532 万元到 2023 年的 1.02 亿元。")


def nodes_frame() -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {"node_id": n, "name": name, "window": "2023", "net_minor": after, "share_of_sales": after / (10_200 * WAN),
         "growth_rate": change / (after - change), "share_shift_rate": change / (10_200 * WAN)}
        for n, name, after, change in zip(
            GAINS["node_id"], GAINS["name"], GAINS["after_minor"], GAINS["change_minor"], strict=True
        )
    ]  # fmt: skip
    return pd.DataFrame(rows)
