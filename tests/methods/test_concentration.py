"""Concentration: worked examples and properties."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.concentration import concentration, units_for_share


def test_worked_example_with_a_net_return() -> None:
    found = concentration([50, 30, 20, -10], sizes=(1, 2, 10))
    assert found.top.tolist() == pytest.approx([0.5, 0.8, 1.0]) and found.hhi == pytest.approx(0.38)
    assert (found.units, found.total, found.negative) == (3, 100.0, -10.0)
    assert found.equal_units == pytest.approx(1 / 0.38) and found.gini == pytest.approx(0.2)
    assert units_for_share([50, 30, 20, -10], 0.8) == 2 and units_for_share([50, 30, 20], 0.81) == 3


def test_nothing_sold_has_no_concentration() -> None:
    found = concentration([0, -5])
    assert found.units == 0 and math.isnan(found.hhi) and np.isnan(found.top).all()
    assert units_for_share([0, -5], 0.5) == 0


def test_missing_is_not_zero() -> None:
    with pytest.raises(ValueError):
        concentration([1.0, np.nan])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=40), st.integers(2, 5), st.randoms(use_true_random=False))
def test_bounds_scale_order_and_merging(amounts: list[int], scale: int, random: object) -> None:
    found = concentration(amounts)
    n = len(amounts)
    assert 1 / n - 1e-12 <= found.hhi <= 1 + 1e-12 and -1e-12 <= found.gini < 1
    assert (np.diff(found.top) >= -1e-12).all()
    mixed = list(amounts)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert concentration(np.array(mixed) * scale).hhi == pytest.approx(found.hhi, rel=1e-12)
    if n > 1:  # two units that merge never make the whole less concentrated
        assert concentration([amounts[0] + amounts[1], *amounts[2:]]).hhi >= found.hhi - 1e-12
    for share in (0.2, 0.8, 1.0):
        k = units_for_share(amounts, share)
        ranked = sorted(amounts, reverse=True)
        assert sum(ranked[:k]) >= share * sum(amounts) * (1 - 1e-9) and sum(ranked[: k - 1]) < share * sum(amounts)
