"""What the review says of new figures, requests, meetings and leads, in both languages."""

from __future__ import annotations

import pandas as pd
import pytest

from salesnb.report.prose import said
from salesnb.report.sentences import changes, retarget
from salesnb.report.sentences.retarget import Said

ZH, EN = Said("zh", "CNY", "2024 年 7–9 月"), Said("en", "CNY", "Jul–Sep 2024")
SAME = pd.Series({"before_minor": 3_916_0000_00, "after_minor": 3_916_0000_00, "required_minor": 4_325_0000_00,
                  "chance_before_rate": 0.31, "chance_after_rate": 0.31})  # fmt: skip
MOVES = pd.DataFrame(
    [("landing", "a", "甲", "b", "乙", 238_0000_00), ("leaves", "c", "丙", "d", "丁", 72_0000_00)],
    columns=["reason", "from_id", "from_name", "to_id", "to_name", "amount_minor"],
)


def test_a_figure_that_stays_is_said_to_stay() -> None:
    text = said(retarget.proposal(SAME, MOVES, ZH))
    assert text == "建议 2024 年 7–9 月目标 3,916 万元（不变），4 人之间移动 310 万元。达成概率 31 %。"
    raised = SAME.copy()
    raised["after_minor"], raised["chance_after_rate"] = 4_100_0000_00, 0.22
    assert "（现 3,916 万元）" in said(retarget.proposal(raised, MOVES, ZH))
    assert "from 31 % to 22 %" in said(retarget.proposal(raised, MOVES, EN))
    unknown = SAME.copy()
    unknown["chance_before_rate"] = unknown["chance_after_rate"] = float("nan")
    assert "概率" not in said(retarget.proposal(unknown, MOVES, ZH)), "what cannot be told is not told"


def test_the_floor_is_told_with_what_it_needs() -> None:
    assert said(retarget.floor(SAME, 584_0000_00, 0, ZH)) == (
        "全年目标锁定不变；余下各月即使全部达到现目标，全年仍差 584 万元；要守住全年，2024 年 7–9 月须完成 4,325 万元。"
    )
    assert "加到下一季度" in said(retarget.floor(SAME, 584_0000_00, 100_0000_00, ZH))
    assert "with every month on target the year is reached" in said(retarget.floor(SAME, 0, 0, EN))


def test_a_handover_names_both() -> None:
    told = retarget.handover(MOVES, ZH)
    assert told is not None and said(told) == "人员变动，目标随之交接：丙 → 丁 72.0 万元；合计不变。"
    assert retarget.handover(MOVES.head(1), EN) is None


def test_requests_say_whose_turn_it_is() -> None:
    last = pd.DataFrame({"title": ["移目标", "加人"], "state": ["submitted", "published"], "next_role": ["总经理", ""]})
    assert said(changes.requests(last, "zh")) == "共 2 份申请，已发布 1 份。待审批：移目标（总经理）。"
    assert said(changes.requests(last.tail(1), "en")).strip() == "1 request, 1 published."


@pytest.mark.parametrize(("is_open", "words"), [(True, "建议 2024-07-05 召开校准会；目标不自动改动"), (False, "已过")])
def test_a_meeting_is_proposed_and_changes_nothing(is_open: bool, words: str) -> None:
    row = pd.Series({"month": "2024-07", "meeting_date": pd.Timestamp("2024-07-05"), "trigger": "price",
                     "sensitivity": 1.04, "price_change_rate": -0.35, "competitors": "对手",
                     "is_open": is_open})  # fmt: skip
    text = said(changes.meeting(row, "zh"))
    assert words in text and "对手 −35 %" in text


def test_leads_are_counted_by_reason() -> None:
    frame = pd.DataFrame({"reason": ["over", "left", "over"], "blocked": ["", "", "capacity"]})
    assert (
        said(changes.leads(frame, "zh"))
        == "建议重新分配 2 条线索（负责人已离岗 1、负责人在手过多 2）。1 条暂无人可接。"
    )
    assert said(changes.leads(frame.head(0), "zh")).startswith("所有在手线索都有人负责")
