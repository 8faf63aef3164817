"""Empirical Bayes: noise is called noise, differences that exist are kept."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.intervals import dispersion
from salesnb.methods.shrinkage import shrink_means, shrink_rates, shrink_samples

counts = st.lists(
    st.integers(0, 300).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=1, max_size=25
)


@pytest.mark.real
def test_agents_of_a_real_pipeline_differ_by_chance_and_nobody_is_ranked(real_data: Path) -> None:
    deals = pd.read_csv(real_data / "maven_crm" / "sales_pipeline.csv")
    closed = deals[deals["deal_stage"].isin(["Won", "Lost"])]
    agents = (closed["deal_stage"] == "Won").groupby(closed["sales_agent"]).agg(["sum", "count"])
    spread = dispersion(agents["sum"], agents["count"])
    assert spread.units == 30 and spread.rate == pytest.approx(0.6315, abs=5e-5)
    assert spread.observed_sd == pytest.approx(0.0367, abs=5e-5)
    assert spread.chance_sd == pytest.approx(0.0348, abs=5e-5)
    found = shrink_rates(agents["sum"], agents["count"])
    assert found.noise and found.p_value == pytest.approx(0.264, abs=5e-3)
    assert found.order() is None and not found.stands_out().any()
    raw, drawn = float(np.ptp(found.own)), float(np.ptp(found.value))
    assert raw > 0.14 and drawn < 0.03  # 0.55–0.70 on paper, less than three points once chance is taken out


def test_three_deals_are_not_judged_like_three_hundred() -> None:
    rng = np.random.default_rng(3)
    trials = np.concatenate([[3, 300], rng.integers(40, 200, 40)])
    wins = np.concatenate([[0, 75], rng.binomial(trials[2:], rng.beta(20, 20, 40))])
    found = shrink_rates(wins, trials)
    assert not found.noise
    assert found.value[0] > 0.4 and found.value[1] < 0.3
    assert found.stands_out()[:2].tolist() == [0, -1]


def test_zero_between_variance_pools_everything_with_the_interval_of_the_pool() -> None:
    found = shrink_rates([30, 15, 60, 0], [100, 50, 200, 0])
    assert found.noise and found.between_sd == 0.0
    np.testing.assert_allclose(found.value, 0.3)
    np.testing.assert_allclose(found.low, 0.3 - 1.96 * math.sqrt(0.21 / 350), atol=0.003)
    assert math.isnan(found.own[3]) and found.weight[3] == 0.0


def test_nobody_or_everybody_won() -> None:
    none, everybody = shrink_rates([0, 0], [5, 9]), shrink_rates([5, 9], [5, 9])
    assert none.value.tolist() == [0.0, 0.0] and 0.0 < none.high[0] < 0.2 and none.noise
    assert everybody.value.tolist() == [1.0, 1.0] and everybody.low[1] > 0.8
    with pytest.raises(ValueError):
        shrink_rates([0], [0])


def test_intervals_cover_the_true_rates() -> None:
    rng = np.random.default_rng(4)
    covered = []
    for _ in range(60):
        trials = rng.integers(5, 120, 40)
        true = rng.beta(6, 14, 40)
        found = shrink_rates(rng.binomial(trials, true), trials, level=0.9)
        covered.append(np.mean((true >= found.low) & (true <= found.high)))
    assert 0.86 <= np.mean(covered) <= 0.94


def test_shrunk_rates_are_nearer_the_truth_than_raw_ones() -> None:
    rng = np.random.default_rng(5)
    trials = rng.integers(3, 60, 300)
    true = rng.beta(8, 12, 300)
    found = shrink_rates(rng.binomial(trials, true), trials)
    assert np.mean((found.value - true) ** 2) < 0.6 * np.mean((found.own - true) ** 2)


@settings(max_examples=80, deadline=None)
@given(counts)
def test_estimates_lie_between_own_and_common_and_grow_with_successes(pairs: list[tuple[int, int]]) -> None:
    x, n = (np.array(column) for column in zip(*pairs, strict=True))
    if not n.any():
        return
    found = shrink_rates(x, n)
    own = np.where(n > 0, found.own, found.mean)
    assert (found.value >= np.minimum(own, found.mean) - 1e-9).all()
    assert (found.value <= np.maximum(own, found.mean) + 1e-9).all()
    assert (found.low <= found.value + 1e-9).all() and (found.value <= found.high + 1e-9).all()
    order = np.argsort(-np.arange(len(x)))
    np.testing.assert_allclose(shrink_rates(x[order], n[order]).value, found.value[order], atol=1e-12)
    same = n == n.max()
    ranked = np.argsort(x[same], kind="stable")
    assert (np.diff(found.value[same][ranked]) >= -1e-12).all()


def test_means_worked_example_eight_schools() -> None:
    """Rubin 1981: the between variance is 0 by Paule-Mandel, all pool at 7.7 with a standard error of 4.1."""
    found = shrink_means([28, 8, -3, 7, -1, 1, 18, 12], [15, 10, 16, 11, 9, 11, 10, 18])
    assert found.noise and found.between_sd == 0.0
    np.testing.assert_allclose(found.value, 7.686, atol=1e-3)
    np.testing.assert_allclose((found.high - found.low) / 2 / 1.95996, 4.072, atol=1e-3)


def test_means_that_differ_are_kept_and_a_missing_unit_takes_the_mean() -> None:
    found = shrink_means([10.0, 20.0, 30.0, math.nan], [1.0, 1.0, 1.0, 1.0])
    assert not found.noise and found.between_sd == pytest.approx(math.sqrt(99.0), rel=1e-6)
    assert found.value[3] == pytest.approx(20.0) and found.high[3] - found.low[3] > 35
    order = found.order()
    assert order is not None and order.tolist() == [2, 1, 3, 0]
    with pytest.raises(ValueError):
        shrink_means([1.0, 2.0], [0.0, 1.0])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-100, 100), st.sampled_from([0.01, 3.0, 1e4]))
def test_means_shift_and_scale(seed: int, shift: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    y, error = rng.normal(0, 2, 12), rng.uniform(0.5, 2.0, 12)
    one, two = shrink_means(y, error), shrink_means(shift + scale * y, scale * error)
    np.testing.assert_allclose(two.value, shift + scale * one.value, rtol=1e-6, atol=1e-6 * scale)
    assert two.p_value == pytest.approx(one.p_value, abs=1e-9)


def test_samples_share_their_variance_and_equal_units_give_uniform_p_values() -> None:
    rng = np.random.default_rng(6)
    unit = np.repeat(np.arange(6), [2, 3, 4, 5, 6, 1])
    p = np.array([shrink_samples(rng.normal(5, 2, len(unit)), unit, 6).p_value for _ in range(400)])
    assert np.mean(p < 0.05) == pytest.approx(0.05, abs=0.035) and np.mean(p < 0.5) == pytest.approx(0.5, abs=0.08)
    with pytest.raises(ValueError):
        shrink_samples([1.0, 2.0], [0, 1], 2)
