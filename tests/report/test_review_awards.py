"""Prizes and promotions said by what they are, not person by person."""

from __future__ import annotations

import pandas as pd

from salesnb.report.sentences.review_closing import _won


def test_promotions_are_said_by_what_they_lead_to_and_prizes_by_who_won_them() -> None:
    frame = pd.DataFrame(
        {
            "name": ["甲", "乙", "丙", "丁"],
            "awards": ["→ 高级业务员", "季度销售冠军奖（2024Q1）；→ 高级业务员", None, ""],
        }
    )
    said = [str(line) for line in _won(frame, "zh")]
    assert said == ["到了晋升条件：甲和乙 → 高级业务员。", "奖项：乙 季度销售冠军奖（2024Q1）。"]
    assert _won(frame.tail(2), "en") == []
