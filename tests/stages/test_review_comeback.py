"""How often what stopped or fell behind came back: counted by hand, never a certainty, nothing from too few."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from salesnb.model.periods import month_range
from salesnb.report.sentences.comeback import behind
from salesnb.stages.review.comeback import Comeback, after_silence, cells_behind, months_silent

YEAR = month_range("2024-01", "2024-12")


def orders(gaps: dict[str, tuple[str, str]], last: str = "2024-06") -> pd.DataFrame:
    """Four orders in every month from 2021 on; ``gaps``: dealer → the first and last month without any."""
    rows = []
    for dealer, (first, until) in gaps.items():
        for month in month_range("2021-01", last):
            rows.append((dealer, month, 0 if first <= month <= until else 4))
    return pd.DataFrame(rows, columns=["dealer_id", "month", "order_count"])


def test_a_silence_counts_once_and_only_when_its_time_to_come_back_is_over() -> None:
    found = after_silence(
        orders({
            "back": ("2022-03", "2022-08"),  # noticed in June 2022 (four months), ordered again in September
            "late": ("2022-03", "2023-06"),  # ordered again, but after the six months
            "gone": ("2023-01", "2024-06"),
            "short": ("2022-03", "2022-04"),  # never four months
            "now": ("2024-03", "2024-06"),  # its six months are not over
        }),
        "dealer_id", 4, 6, "2024-06", 0.95,
    )  # fmt: skip
    assert (found.count, found.back, found.first, found.last) == (3, 1, "2022-06", "2023-04")
    assert math.isnan(found.chance), "three cases give no chance"


def test_cells_are_held_against_the_company_s_own_pace_of_earlier_years() -> None:
    rows = []
    for year in ("2022", "2023", "2024"):
        for number in range(1, 13):
            month = f"{year}-{number:02d}"
            for cell in range(8):
                short = year == "2023" and cell in (0, 1) and number <= 6  # half a year at half the pace
                made_good = 3 if year == "2023" and cell == 0 and number > 6 else 1
                rows.append(("r", str(cell), month, 50 if short else 100 * made_good))
    frame = pd.DataFrame(rows, columns=["region_id", "product_line", "month", "net_minor"])
    found = cells_behind(frame[frame["month"] <= "2024-06"], ("region_id", "product_line"), YEAR, 6, 0.20)
    assert (found.count, found.back, found.within, found.first) == (2, 1, 6, "2023-06")


def test_few_cases_never_make_a_certainty() -> None:
    assert Comeback(8, 0, 6).chance == pytest.approx(0.5 / 9) and Comeback(8, 8, 6).chance < 1
    assert months_silent("2024-03", "2024-06") == 4


def test_the_page_says_what_is_counted_or_that_it_is_too_little() -> None:
    columns = ["alert", "kind", "alike_count", "back_count", "within_count", "alike_first_month", "alike_last_month",
               "recover_rate"]  # fmt: skip
    frame = pd.DataFrame(
        [("a", "slice", 6, 1, 10, "2022-02", "2023-02", 0.21), ("b", "silent", 0, 0, 6, None, None, float("nan")),
         ("c", "node", None, None, None, None, None, 0.5)],
        columns=columns,
    )  # fmt: skip
    said = behind(frame, "zh")
    assert "交叉单元：历史上同样的情形 6 例（2022-02 至 2023-02），1 例在其后 10 个月内赶上公司的整体进度。" in said
    assert "停止进货的经销商：历史上没有同样的情形，不给追回概率。" in said
    assert "too few for a chance" in behind(frame.head(1).assign(recover_rate=float("nan")), "en")
    assert behind(frame.tail(1), "zh") == ""
