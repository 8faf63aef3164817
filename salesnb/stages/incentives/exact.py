"""Exact arithmetic of pay: rates as fractions, money rounded once, parts that always make the whole."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from decimal import Decimal
from fractions import Fraction

from salesnb.model.errors import ParamsError, Text

SCALE = 10**8  # commission of a line is kept in hundred-millionths of a minor unit: 0.0125 % has room


def exact(value: float) -> Fraction:
    """A number as it was written in the parameters: 0.015 is 3/200, not the nearest binary fraction."""
    return Fraction(Decimal(str(value)))


def scaled(rate: Fraction, what: str) -> int:
    """``rate`` in units of 1/SCALE; ParamsError for one with more than eight decimals."""
    units = rate * SCALE
    if units.denominator != 1:
        raise ParamsError(
            Text(f"{what} 的比例 {float(rate)} 超过八位小数", f"{what}: rate {float(rate)} has over 8 decimals"),
            remedy=Text("写成八位以内的小数", "write it with at most eight decimals"),
        )
    return units.numerator


def whole(value: Fraction) -> int:
    """The nearest whole minor unit, half to even."""
    return round(value)


def spread(values: Sequence[Fraction], keys: Sequence[Hashable], total: int) -> list[int]:
    """``values`` as integers that sum to ``total`` by largest remainder, ties to the smaller key.

    Values that sum further than one unit each from ``total`` are a mistake of the caller: AssertionError.
    """
    floors = [math.floor(value) for value in values]
    missing = total - sum(floors)
    assert 0 <= missing <= len(floors), f"{total} against {float(sum(values, Fraction(0)))}"
    order = sorted(range(len(values)), key=lambda i: (floors[i] - values[i], keys[i]))
    for i in order[:missing]:
        floors[i] += 1
    return floors
