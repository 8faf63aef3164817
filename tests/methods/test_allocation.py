"""Money over uses: the curve that made the figures is found again, and no other split returns more."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from salesnb.methods.allocation import ENOUGH, best_split, response

curves = st.lists(st.tuples(st.floats(0.1, 50), st.floats(0.1, 0.9)), min_size=1, max_size=8)


def test_a_curve_is_found_again() -> None:
    rng = np.random.default_rng(1)
    spend = rng.uniform(50, 500, 36)
    exact = response(spend, 3 * spend**0.6)
    assert exact is not None and exact.power == pytest.approx(0.6) and exact.scale == pytest.approx(3)
    assert exact.fit == pytest.approx(1) and exact.months == 36
    noisy = response(spend, 3 * spend**0.6 * np.exp(0.1 * rng.normal(size=36)))
    assert noisy is not None and abs(noisy.power - 0.6) < 3 * noisy.power_error
    assert noisy.marginal(100.0) == pytest.approx((noisy.at(100.001) - noisy.at(100.0)) / 0.001, rel=1e-3)


def test_what_shows_no_curve_gives_none() -> None:
    spend = np.linspace(50, 500, 36)
    assert response(spend[: ENOUGH - 1], spend[: ENOUGH - 1] ** 0.5) is None
    assert response(np.full(36, 100.0), spend) is None, "spending that never varied"
    assert response(spend, 1000 / spend) is None, "more money, less result"
    assert response(np.zeros(36), spend) is None
    straight = response(spend, 2 * spend)
    assert straight is not None and straight.power == 0.95, "held to falling returns"


@settings(max_examples=60)
@given(curves, st.floats(1, 1e6), st.integers(0, 10**6))
def test_no_other_split_returns_more(made, total, seed) -> None:
    a, b = np.array([m[0] for m in made]), np.array([m[1] for m in made])
    split = best_split(a, b, total)
    assert split.sum() == pytest.approx(total) and (split >= 0).all()
    value = (a * split**b).sum()
    rng = np.random.default_rng(seed)
    for other in rng.dirichlet(np.ones(len(a)), 20) * total:
        assert (a * other**b).sum() <= value * (1 + 1e-9)


@settings(max_examples=40)
@given(curves, st.floats(0, 1), st.integers(0, 10**6))
def test_bounds_hold_and_free_uses_return_the_same(made, place, seed) -> None:
    a, b = np.array([m[0] for m in made]), np.array([m[1] for m in made])
    rng = np.random.default_rng(seed)
    low = rng.uniform(0, 10, len(a))
    high = low + rng.uniform(1, 20, len(a))
    total = float(low.sum() + place * (high.sum() - low.sum()))
    split = best_split(a, b, total, low, high)
    assert split.sum() == pytest.approx(total)
    assert (split >= low * (1 - 1e-9)).all() and (split <= high * (1 + 1e-9)).all()
    free = (split > low * (1 + 1e-6)) & (split < high * (1 - 1e-6))
    marginal = a * b * split ** (b - 1)
    if free.sum() > 1:
        assert marginal[free] == pytest.approx(marginal[free].mean(), rel=1e-5)


def test_agrees_with_a_general_optimiser() -> None:
    a, b = np.array([3.0, 2.0, 5.0]), np.array([0.5, 0.7, 0.3])
    mine = best_split(a, b, 100.0, [5, 5, 5], [80, 80, 20])
    other = minimize(
        lambda x: -(a * x**b).sum(),
        np.full(3, 30.0),
        bounds=[(5, 80), (5, 80), (5, 20)],
        constraints={"type": "eq", "fun": lambda x: x.sum() - 100},
        options={"ftol": 1e-12},
    )
    assert mine == pytest.approx(other.x, abs=0.05)


def test_bounds_without_room_are_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        best_split([1.0], [0.5], 10.0, 0.0, 5.0)
