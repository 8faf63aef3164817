"""Intervals of rates, the test of equal rates, and the distribution functions behind them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.intervals import difference, dispersion, jeffreys, wilson
from salesnb.methods.special import beta_cdf, beta_quantile, gamma_tail, normal_quantile

counts = st.integers(0, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_published_figures() -> None:
    # Newcombe 1998: 81 of 263, 0 of 20; and 56 of 70 against 48 of 80 (method 10)
    low, high = wilson([81, 0], [263, 20])
    np.testing.assert_allclose([low, high], [[0.2553, 0.0], [0.3662, 0.1611]], atol=5e-5)
    np.testing.assert_allclose(difference(56, 70, 48, 80), [0.2, 0.0524, 0.3339], atol=5e-5)
    np.testing.assert_allclose(jeffreys(7, 10), [0.3942, 0.9073], atol=5e-5)


def test_no_trials_means_anything_is_possible() -> None:
    for interval in (wilson(0, 0), jeffreys(0, 0)):
        assert [float(bound) for bound in interval] == [0.0, 1.0]
    rate, low, high = difference(0, 0, 3, 10)
    assert math.isnan(rate) and (low, high) == (-1.0, 1.0)


def test_impossible_counts_are_refused() -> None:
    for pair in ((-1, 3), (4, 3), (math.nan, 3)):
        with pytest.raises(ValueError):
            wilson(*pair)


def test_beta_and_gamma_against_closed_forms() -> None:
    x = np.linspace(0.0, 1.0, 11)
    np.testing.assert_allclose(beta_cdf(x, 3.0, 1.0), x**3, atol=1e-14)
    np.testing.assert_allclose(beta_cdf(x, 2.0, 2.0), 3 * x**2 - 2 * x**3, atol=1e-14)
    np.testing.assert_allclose(beta_cdf(x, 0.5, 0.5), 2 / math.pi * np.arcsin(np.sqrt(x)), atol=1e-13)
    assert gamma_tail(1.0, 2.5) == pytest.approx(math.exp(-2.5), rel=1e-13)
    assert gamma_tail(0.5, 1.2) == pytest.approx(math.erfc(math.sqrt(1.2)), rel=1e-12)
    assert gamma_tail(3.0, 40.0) == pytest.approx(math.exp(-40) * (1 + 40 + 800), rel=1e-12)
    assert normal_quantile(0.95) == pytest.approx(1.959964, abs=1e-6)


@settings(max_examples=100, deadline=None)
@given(st.floats(1e-3, 0.999), st.floats(0.05, 5e4), st.floats(0.05, 5e4))
def test_beta_quantile_inverts_its_distribution(p: float, a: float, b: float) -> None:
    x = float(beta_quantile(p, a, b))
    assert 0.0 <= x <= 1.0
    # near 1 the steps of floating point are wide: the quantile lies between the probabilities of its neighbours
    below, above = float(beta_cdf(np.nextafter(x, 0), a, b)), float(beta_cdf(np.nextafter(x, 1), a, b))
    assert below - 1e-9 <= p <= above + 1e-9


@settings(max_examples=100, deadline=None)
@given(counts, st.floats(0.5, 0.99))
def test_intervals_hold_the_rate_mirror_and_widen_with_the_level(pair: tuple[int, int], level: float) -> None:
    x, n = pair
    for method in (wilson, jeffreys):
        low, high = (float(v) for v in method(x, n, level))
        mirror = [float(v) for v in method(n - x, n, level)]
        assert 0.0 <= low <= high <= 1.0 and (n == 0 or low - 1e-12 <= x / n <= high + 1e-12)
        assert mirror == pytest.approx([1.0 - high, 1.0 - low], abs=1e-9)
        wider = [float(v) for v in method(x, n, 0.5 + level / 2)]
        assert wider[0] <= low + 1e-9 and wider[1] >= high - 1e-9


@settings(max_examples=100, deadline=None)
@given(counts, counts)
def test_difference_is_antisymmetric(one: tuple[int, int], two: tuple[int, int]) -> None:
    rate, low, high = (float(v) for v in difference(*one, *two))
    back, back_low, back_high = (float(v) for v in difference(*two, *one))
    np.testing.assert_allclose([rate, low, high], [-back, -back_high, -back_low], atol=1e-12)
    assert low <= high


def test_equal_rates_give_uniform_p_values_even_in_tiny_units() -> None:
    rng = np.random.default_rng(11)
    trials = rng.integers(1, 9, 60)
    p = np.array([dispersion(rng.binomial(trials, 0.3), trials).p_value for _ in range(600)])
    for level in (0.05, 0.1, 0.5, 0.9):
        assert np.mean(p < level) == pytest.approx(level, abs=3 * math.sqrt(level * (1 - level) / 600) + 0.005)


def test_different_rates_are_found_and_their_spread_estimated() -> None:
    rng = np.random.default_rng(12)
    trials = rng.integers(50, 400, 200)
    found = dispersion(rng.binomial(trials, rng.beta(0.6 * 24, 0.4 * 24, 200)), trials)
    assert found.p_value < 1e-9 and found.between_sd == pytest.approx(math.sqrt(0.24 / 25), rel=0.15)


@pytest.mark.parametrize(
    "pair", [([], []), ([3], [5]), ([0, 0], [4, 9]), ([4, 9], [4, 9]), ([0, 3], [0, 7]), ([1, 0], [1, 1])]
)
def test_nothing_to_compare_is_never_a_finding(pair: tuple[list[int], list[int]]) -> None:
    found = dispersion(*pair)
    assert found.p_value >= 0.3 and found.between_sd == 0.0
