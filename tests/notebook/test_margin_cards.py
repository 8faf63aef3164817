"""The margin on the first screen says what part of sales it speaks for."""

from __future__ import annotations

import pandas as pd
import pytest

from salesnb.notebook.history_exhibits import cards
from salesnb.report.numbers import MoneyUnit


@pytest.mark.parametrize(("share", "words"), [(0.92, "按有成本的 92.0 % 销售额计算"), (1.0, ""), (float("nan"), "")])
def test_a_margin_of_part_of_the_sales_says_so(share: float, words: str) -> None:
    totals = pd.DataFrame(
        {"net_minor": [900_00, 1000_00], "returns_minor": [0, 0], "customer_count": [3, 4], "order_count": [5, 6],
         "margin_rate": [0.3, 0.4], "share_of_sales_costed": [1.0, share]}
    )  # fmt: skip
    shown = cards(totals, MoneyUnit.choose(1000_00, "zh", "CNY"), "zh")
    margin = next(card for card in shown if card.label == "毛利率")
    said = " ".join(str(margin.sub).split())
    assert "上年 30.0 %" in said and (words in said if words else "有成本" not in said)
