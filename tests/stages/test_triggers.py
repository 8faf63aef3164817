"""What may call for a change: floods of leads are told from chance, a batch from two joiners, words say figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.periods import month_range
from salesnb.report.prose import said
from salesnb.report.sentences.change_triggers import occasion, occasions
from salesnb.stages.triggers import Occasion, batch, flood, table

MONTHS = month_range("2023-06", "2024-06")
DAY = pd.Timestamp("2024-06-10")


def counted(*values: int) -> dict[str, int]:
    return dict(zip(MONTHS[-len(values) :], values, strict=True))


def test_a_flood_is_told_with_what_is_usual() -> None:
    found = flood(counted(*[100] * 12, 170), MONTHS)
    assert found is not None and (found.measured, found.usual, found.subject_id) == (170.0, 100.0, "2024-06")
    assert flood(counted(*[100] * 12, 140), MONTHS) is None, "not half as much again"
    assert flood(counted(*[2] * 12, 5), MONTHS) is None, "small numbers move by chance"
    assert flood(counted(*[50, 150] * 6, 170), MONTHS) is None, "a company whose months always move like that"
    assert flood(counted(*[100] * 5, 300), MONTHS) is None, "too short a record"
    assert flood({}, MONTHS) is None


@given(st.integers(5, 400), st.integers(0, 2**31))
def test_chance_alone_is_seldom_a_flood(mean: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    found = [flood(counted(*draw.poisson(mean, 13).tolist()), MONTHS) for _ in range(40)]
    assert sum(one is not None for one in found) <= 3


def test_three_make_a_batch_unless_the_team_is_large() -> None:
    joined = [Occasion("joiners", f"p{n}", f"甲{n}", DAY + pd.Timedelta(days=n)) for n in range(3)]
    made = batch(joined, 20)
    assert [(one.subject, one.measured, one.since) for one in made] == [("甲0、甲1、甲2", 3.0, DAY)]
    assert batch(joined[:2], 5) == [] and batch(joined, 60) == [] and batch([], 0) == []


@pytest.mark.parametrize(
    ("one", "request_kind", "zh", "en"),
    [
        (Occasion("quarter", "2024Q2", "2024Q2", DAY, 0.84, 0.9), "target", "2024 年二季度完成率 84.0 %，低于下限",
         "2024Q2 at 84.0 %, floor 90 %"),
        (Occasion("market", "2024-06", "对手甲", DAY, -0.35), "target", "市场变化：对手甲 −35 %",
         "the market moved: 对手甲 −35 %"),
        (Occasion("leaver", "p1", "李明", DAY), "target", "李明 自 2024-06-10 离岗", "李明 is away from 2024-06-10"),
        (Occasion("joiners", "joiners", "甲、乙、丙", DAY, 3.0), "target", "3 人入职（甲、乙、丙）", "3 people join"),
        (Occasion("leads", "2024-06", "2024-06", DAY, 170.0, 100.4), "resource", "新增线索 170 条，通常 100 条",
         "170 new leads in Jun 2024, usually 100"),
        (Occasion("strategy", "s1", "买十送一", DAY), "strategy", "策略“买十送一”差于预测", "does worse than forecast"),
    ],
)  # fmt: skip
def test_every_occasion_says_its_figures_and_asks_for_its_kind(
    one: Occasion, request_kind: str, zh: str, en: str
) -> None:
    frame = table([one, one])
    assert len(frame) == 1 and frame["request"].tolist() == [request_kind]
    row = frame.to_dict("records")[0]
    assert zh in occasion(row, "zh") and en in occasion(row, "en")
    assert said(occasions(frame, "zh")).endswith("是否申请由人决定。")


def test_nothing_that_happened_is_an_empty_table() -> None:
    assert table([]).empty and list(table([]).columns)[:2] == ["trigger", "subject_id"]
