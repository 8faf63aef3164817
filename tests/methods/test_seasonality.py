"""Seasonal indices: worked examples, and properties on any series."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from salesnb.methods.seasonality import growth, lagged_growth, seasonal, window_share

PATTERN = np.array([0.6, 0.5, 1.1, 0.9, 1.0, 1.1, 0.9, 0.8, 1.2, 1.0, 1.2, 1.7])
PATTERN = PATTERN / PATTERN.mean()
FESTIVALS = (date(2021, 2, 12), date(2022, 2, 1), date(2023, 1, 22), date(2024, 2, 10), date(2025, 1, 29))


def made(months: int, level: float = 100.0, slope: float = 1.0, pattern: np.ndarray = PATTERN) -> np.ndarray:
    t = np.arange(months)
    return (level + slope * t) * pattern[t % 12]


def names(months: int) -> list[str]:
    return [f"{2021 + k // 12}-{k % 12 + 1:02d}" for k in range(months)]


@pytest.mark.parametrize("months", [24, 30, 36, 60])
def test_exact_pattern_on_a_line_is_recovered(months: int) -> None:
    found = seasonal(made(months))
    assert found.state.tolist() == ["ok"]
    np.testing.assert_allclose(found.index[0], PATTERN, rtol=1e-4)
    np.testing.assert_allclose(found.trend[0], 100.0 + np.arange(months), rtol=1e-4)
    np.testing.assert_allclose(found.adjusted[0], 100.0 + np.arange(months), rtol=1e-4)
    assert found.own_weight[0] > 0.999 and not found.outlier.any()


@pytest.mark.parametrize("months", [24, 36, 60])
def test_one_freak_month_is_named_and_moves_no_index_by_more_than_two_percent(months: int) -> None:
    series = made(months)
    series[17] *= 10.0
    found = seasonal(series)
    np.testing.assert_allclose(found.index[0], PATTERN, rtol=0.02)
    assert found.outlier[0, 17]


def test_index_starts_in_january_whatever_the_first_month() -> None:
    shifted = made(48)[3:]
    np.testing.assert_allclose(seasonal(shifted, 4).index[0], PATTERN, rtol=1e-4)


def test_under_24_observed_months_there_is_a_state_and_no_figure() -> None:
    short = seasonal(made(23))
    assert short.state.tolist() == ["not_enough_history"] and np.isnan(short.index).all()
    gap = made(36)
    gap[:13] = np.nan  # the node opened later
    assert seasonal(gap).state.tolist() == ["not_enough_history"]


def test_a_missing_month_is_not_a_zero_month() -> None:
    series = made(36)
    series[5] = np.nan
    found = seasonal(series)
    np.testing.assert_allclose(found.index[0], PATTERN, rtol=1e-4)
    assert np.isnan(found.adjusted[0, 5]) and found.years[0, 5] == 2 and found.years[0, 4] == 3


def test_months_that_are_always_closed_are_a_season_and_others_are_not_pulled_down() -> None:
    closed = PATTERN.copy()
    closed[[1, 6]] = 0.0
    found = seasonal(made(36, pattern=closed))
    assert found.state.tolist() == ["ok"]
    np.testing.assert_allclose(found.index[0], closed / closed.mean(), atol=1e-4)
    assert np.isnan(found.adjusted[0, 1]) and np.isfinite(found.adjusted[0, 0])


def test_sparse_series_takes_the_parents_index_and_nothing_sold_has_its_own_state() -> None:
    parent = seasonal(made(36))
    sparse = made(36)
    sparse[[2, 7, 16, 21, 30]] = 0.0
    children = seasonal(np.vstack([sparse, np.zeros(36)]), parent=parent)
    assert children.state.tolist() == ["sparse", "no_volume"]
    np.testing.assert_allclose(children.index[0], parent.index[0])
    assert children.own_weight[0] == 0.0 and np.isnan(children.index[1]).all()


def test_noise_is_shrunk_to_the_parent_and_a_strong_pattern_is_kept() -> None:
    noise = np.exp(np.random.default_rng(5).normal(0.0, 0.2, (200, 36)))
    flat = seasonal(100.0 * noise, parent=seasonal(np.full(36, 100.0)))
    strong = seasonal(made(36) * noise)
    assert flat.own_weight.mean() < 0.35 < 0.85 < strong.own_weight.mean()
    assert np.abs(flat.index - 1.0).mean() < 0.6 * 0.2 * np.sqrt(2.0 / np.pi)  # below the noise of one mean of three


def test_festival_shift_is_separated_from_the_month_index() -> None:
    share = window_share(names(36), FESTIVALS, days_before=7, days_after=7)
    usual = np.array([share[k::12].mean() for k in range(12)])
    series = made(36) * (1.0 - 0.6 * (share - usual[np.arange(36) % 12]))
    found = seasonal(series, festival=share)
    assert found.festival_effect[0] == pytest.approx(-0.6, abs=1e-3)
    np.testing.assert_allclose(found.adjusted[0], 100.0 + np.arange(36), rtol=1e-3)
    coming = window_share(["2024-01", "2024-02"], FESTIVALS, days_before=7, days_after=7)
    expected = PATTERN[:2] * (1.0 - 0.6 * (coming - usual[:2]))
    np.testing.assert_allclose(found.factor([1, 2], coming)[0], expected, rtol=1e-3)


def test_festival_effect_without_a_festival_is_shrunk_towards_none() -> None:
    share = window_share(names(36), FESTIVALS)
    noise = np.exp(np.random.default_rng(7).normal(0.0, 0.1, (300, 36)))
    found = seasonal(made(36) * noise, festival=share)
    assert abs(float(np.mean(found.festival_effect))) < 0.02


def test_window_share_counts_days_once_and_splits_them_over_months() -> None:
    share = window_share(["2023-01", "2023-02"], [date(2023, 1, 22), date(2023, 1, 25)], days_after=14)
    assert share.tolist() == pytest.approx([10 / 31, 8 / 28])


def test_growth_is_undefined_from_nothing_from_a_loss_and_from_a_missing_month() -> None:
    got = growth([120.0, 5.0, 5.0, 5.0, 0.0, np.nan], [100.0, 0.0, -3.0, np.nan, 10.0, 4.0])
    np.testing.assert_allclose(got, [0.2, np.nan, np.nan, np.nan, -1.0, np.nan])
    assert np.isnan(lagged_growth(np.ones(12), 12)).all()
    np.testing.assert_allclose(lagged_growth(np.array([[2.0, 3.0, 0.0, 4.0]]), 1), [[np.nan, 0.5, -1.0, np.nan]])


series_of_any_kind = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 3), st.integers(20, 50)),
    elements=st.one_of(st.just(0.0), st.just(np.nan), st.floats(-1e6, 1e6).map(lambda x: round(x, 2))),
)


@settings(max_examples=60, deadline=None)
@given(series_of_any_kind, st.integers(1, 12))
def test_any_series_has_a_state_and_indices_that_average_one(series: np.ndarray, first: int) -> None:
    found = seasonal(series, first)
    good = np.isin(found.state, ["ok", "sparse"])
    assert np.isfinite(found.index[good]).all() and (found.index[good] >= 0).all()
    np.testing.assert_allclose(found.index[good].mean(1), 1.0, rtol=1e-9)
    assert ((found.reliability[good] >= 0) & (found.reliability[good] <= 1)).all()
    assert np.isnan(found.index[~good]).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([1e-3, 7.0, 1e8]), st.integers(24, 48))
def test_scale_free_and_rows_do_not_touch_each_other(seed: int, scale: float, months: int) -> None:
    rng = np.random.default_rng(seed)
    series = made(months) * np.exp(rng.normal(0.0, 0.15, (3, months)))
    together, alone = seasonal(series), seasonal(series[1] * scale)
    np.testing.assert_allclose(together.index[1], alone.index[0], rtol=1e-9)
    np.testing.assert_allclose(together.trend[1] * scale, alone.trend[0], rtol=1e-9)
