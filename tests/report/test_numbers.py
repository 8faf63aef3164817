"""Figures as a reader sees them, in both languages."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.report import numbers
from salesnb.report.numbers import MISSING, MoneyUnit, money

YUAN, WAN, YI = 100, 1_000_000, 10_000_000_000  # in fen


@pytest.mark.parametrize(
    ("minor", "zh", "en"),
    [
        (102 * 10**8, "1.02 亿元", "CNY 102 M"),
        (668 * WAN, "668 万元", "CNY 6.68 M"),
        (-WAN * 668 // 10, "−66.8 万元", "CNY −668 K"),
        (862 * WAN // 100, "8.62 万元", "CNY 86.2 K"),
        (99_999_999_99, "1.00 亿元", "CNY 100.0 M"),  # 10,000 万元 would be the smaller unit's figure
        (1_234_56, "1,235 元", "CNY 1.23 K"),
        (99_99, "99.99 元", "CNY 99.99"),
        (0, "0 元", "CNY 0"),
        (None, MISSING, MISSING),
    ],
)
def test_money_in_a_sentence_takes_the_unit_that_fits_it(minor: int | None, zh: str, en: str) -> None:
    assert (money(minor, "zh"), money(minor, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("largest", "lang", "label", "shown"),
    [
        (5_600 * WAN, "zh", "万元", "5,600 万"),
        (5_600 * WAN, "en", "CNY K", "56,000 K"),
        (11_200 * WAN, "en", "CNY M", "112.0 M"),
        (120 * YI, "zh", "亿元", "120.0 亿"),
        (20 * WAN, "zh", "万元", "20.00 万"),
        (99_999 * YUAN, "zh", "元", "99,999 元"),
        (9_999 * YUAN, "en", "CNY", "9,999"),
    ],
)
def test_a_page_has_one_unit_chosen_by_its_largest_amount(largest: int, lang: str, label: str, shown: str) -> None:
    unit = MoneyUnit.choose(-largest, lang)
    assert (unit.label, unit.brief(largest)) == (label, shown)


def test_the_minor_unit_belongs_to_the_currency() -> None:
    yen = MoneyUnit.choose(5_000_000, "zh", "JPY")
    assert (yen.label, yen.format(5_000_000)) == ("万日元", "500.0")
    assert money(1_234_567, "en", "KWD") == "KWD 1.23 K"  # three decimals
    assert money(5_000, "zh", "XYZ") == "50 XYZ"


def test_signs_are_real_and_zero_has_none() -> None:
    assert numbers.rate(-0.108, signed=True) == "−10.8 %"
    assert numbers.rate(0.014, signed=True) == "+1.4 %"
    assert numbers.rate(-0.0001, signed=True) == "0.0 %"
    assert numbers.points(-0.016, "zh") == "−1.6 点"
    assert numbers.points(0.016, "en") == "+1.6 pts"
    assert MoneyUnit.choose(5000 * WAN, "zh").say(-605 * WAN, signed=True) == "−605 万元"


def test_rounding_is_half_away_from_zero_on_the_decimal_value() -> None:
    assert numbers.rate(0.1425) == "14.3 %"  # binary 0.1425 lies below; a reader of 14.25 % expects 14.3
    assert numbers.figure(2.5) == "3"
    assert numbers.figure(-2.5) == "−3"
    assert numbers.figure(Decimal("1234567.005"), 2) == "1,234,567.01"


@pytest.mark.parametrize("nothing", [None, float("nan"), pd.NA, pd.NaT, np.float64("nan"), float("inf")])
def test_missing_is_a_dash_and_never_zero(nothing: object) -> None:
    unit = MoneyUnit.choose(100, "zh")
    assert numbers.count(nothing) == numbers.rate(nothing) == numbers.points(nothing, "zh") == MISSING
    if not (isinstance(nothing, float) and nothing == float("inf")):
        assert unit.format(nothing) == unit.say(nothing) == money(nothing, "zh") == MISSING


def test_months_and_days() -> None:
    assert numbers.month("2024-06", "zh") == "2024 年 6 月"
    assert numbers.month("2024-06", "en") == "Jun 2024"
    assert numbers.month("2024-13", "en") == "2024-13"
    assert numbers.day(pd.Timestamp("2024-06-30")) == "2024-06-30"


@given(st.integers(-(10**15), 10**15))
def test_money_says_the_amount_it_was_given(minor: int) -> None:
    for lang in ("zh", "en"):
        said = money(minor, lang)
        number = Decimal(said.replace("CNY", "").replace(numbers.MINUS, "-").replace(",", "").strip().split(" ")[0])
        factor = (
            10**8 if "亿" in said else 10**4 if "万" in said else 10**6 if "M" in said else 10**3 if "K" in said else 1
        )
        # three significant figures at least, unless the amount is whole in plain units
        assert abs(number * factor * 100 - minor) <= max(abs(minor) * Decimal("0.005"), 50)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_any_float_can_be_written(value: float) -> None:
    assert numbers.figure(value, 2)
