"""The company's own record, its correction of the scale, and whether chances keep their word."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.forecast import backtest, fit, outlook, reliability, student
from salesnb.methods.forecast.factor import BELOW, PRIOR_COUNT, own_factors, seen_scale, usual_factor
from salesnb.methods.forecast.scale import DF
from salesnb.methods.reconcile import Tree
from tests.bench.forecast_panels import generated_series


def test_an_origin_knows_nothing_of_what_came_after() -> None:
    past = generated_series(1, 4, 60)[0]
    spoiled = past.copy()
    spoiled[:, 40:] *= 7.0
    plain, other = backtest(past).trials, backtest(spoiled).trials
    early = (plain.origin <= 40) & (plain.origin + 12 <= 60)
    np.testing.assert_array_equal(plain.forecast[early], other.forecast[early])
    assert early.any() and not np.array_equal(plain.actual[early], other.actual[early])


def test_origins_windows_and_what_is_recorded() -> None:
    past = generated_series(2, 6, 60)[0]
    tested = backtest(past, skip=2, horizon=12)
    assert np.unique(tested.trials.origin).tolist() == [25, 28, 31, 34, 37, 40, 43, 46]
    record = tested.record(0, False)
    assert (record.count, record.origins, record.first, record.last) == (48, 8, 25, 46)
    row = 17
    node, origin = tested.trials.node[row], tested.trials.origin[row]
    assert tested.trials.actual[row] == pytest.approx(past[node, origin + 2 : origin + 14].sum())
    again = fit(past[:, :origin], steps=14).months[node, 2:].sum()
    assert tested.trials.forecast[row] == pytest.approx(again)
    inside = np.abs(student.cdf(tested.trials.standard / tested.factor, DF) - 0.5) <= 0.4
    assert record.hit_rate == pytest.approx(inside.mean())
    assert tested.record(7, True).count == 0


@pytest.mark.parametrize(("months", "skip", "horizon"), [(24, 0, 1), (25, 0, 1), (30, 0, 6), (37, 1, 12), (38, 2, 12)])
def test_short_histories_test_what_they_can(months: int, skip: int, horizon: int) -> None:
    tested = backtest(generated_series(3, 2, months)[0], skip=2, horizon=12)
    assert (tested.skip, tested.horizon) == (skip, horizon)
    assert (len(tested.trials) > 0) == (months > 24)


def test_no_chance_without_a_record() -> None:
    past = generated_series(4, 3, 48)[0]
    view = outlook(fit(past))
    assert np.isfinite(view.interval()[0]).all()
    assert np.isnan(view.attain(view.total)).all()
    assert [r.count for r in view.records] == [0, 0, 0]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 60), st.integers(1, 6), st.floats(0.2, 4.0))
def test_the_factor_stays_between_1_and_what_was_seen(seed: int, nodes: int, origins: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    t = spread * rng.standard_t(DF, nodes * origins)
    origin = np.repeat(24 + 3 * np.arange(origins), nodes)
    seen = seen_scale(t, origin, 12)
    factor, effective = own_factors(t, origin, np.zeros(len(t), int), 12)[0]
    assert 0 < effective <= nodes * origins + 1e-9
    assert factor**2 == pytest.approx((PRIOR_COUNT + effective * seen.square) / (PRIOR_COUNT + effective))
    assert min(1.0, seen.square) - 1e-12 <= factor**2 <= max(1.0, seen.square) + 1e-12
    assert seen_scale(t[::-1], origin[::-1], 12).square == pytest.approx(seen.square)


def test_the_factor_learns_from_many_and_hardly_from_one() -> None:
    rng = np.random.default_rng(5)
    years = np.array([24, 36, 48, 60])
    many = seen_scale(2.0 * rng.standard_t(DF, 4000), np.repeat(years, 1000), 12)
    assert many.square**0.5 == pytest.approx(2.0, abs=0.1)
    assert many.effective > 3000
    single = own_factors([3.0], [24], [0], 12)[0]
    assert single[1] == 1.0
    assert 1.0 < single[0] < 1.1
    together = seen_scale(np.repeat([2.5, -2.5, 2.5, -2.5], 1000), np.repeat(years, 1000), 12)
    assert together.effective == pytest.approx(4.0, rel=0.01)
    assert own_factors([], [], [], 12) == {}


def test_a_root_hears_what_its_cells_have_shown() -> None:
    rng = np.random.default_rng(6)
    t = np.concatenate([[0.5, 0.5], 2.0 * rng.standard_t(DF, 400)])
    origin = np.concatenate([[24, 36], np.repeat([24, 36], 200)])
    group = np.concatenate([[0, 0], np.full(400, 2)])
    alone = own_factors(t[:2], origin[:2], group[:2], 12)[0][0]
    within = own_factors(t, origin, group, 12)
    assert alone < 1.0 < within[0][0] < within[2][0]


def test_parts_of_a_company_start_from_a_wider_scale_and_end_at_their_own() -> None:
    assert usual_factor(0) == 1.0 < usual_factor(1) == usual_factor(2) == BELOW
    past = generated_series(4, 4, 26)[0]
    tree = Tree([-1, 0, 0, 0, 0])
    assert outlook(fit(tree.add_up(past), tree)).factor.tolist() == [1.0, BELOW, BELOW, BELOW, BELOW]
    t, origin = np.random.default_rng(7).standard_t(DF, 4000), np.repeat([24, 36, 48, 60], 1000)
    assert own_factors(t, origin, np.full(4000, 2), 12)[2][0] == pytest.approx(1.0, abs=0.05)


def test_a_wilder_company_gets_wider_intervals() -> None:
    rng = np.random.default_rng(6)
    jump = np.exp(np.repeat(rng.normal(0, 0.35, (40, 6)), 12, axis=1))
    wild = 100 * np.cumprod(jump[:, ::12], 1).repeat(12, axis=1) * np.exp(0.02 * rng.normal(size=(40, 72)))
    record = backtest(wild).records[0]
    assert record.hit_rate < 0.7
    assert record.factor > 1.15


def test_bins_of_chances() -> None:
    table = reliability([0.05, 0.05, 0.95, 1.0, np.nan], [0, 1, 1, 1, 1])
    assert table.count.tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 0, 2]
    assert table.said[0] == pytest.approx(0.05) and table.came[0] == 0.5
    assert np.isnan(table.came[4])
    assert table.came_low[0] < 0.5 < table.came_high[0]
    assert table.brier == pytest.approx(((0.05**2) + 0.95**2 + 0.05**2) / 4)
    with pytest.raises(ValueError, match="between 0 and 1"):
        reliability([1.2], [1])
    assert np.isnan(reliability([], []).brier)


def test_chances_of_the_back_test_follow_its_forecasts() -> None:
    tested = backtest(generated_series(8, 30, 60)[0])
    said, came = tested.chances((0.5, 1.0, 3.0))
    said, came = said.reshape(-1, 3), came.reshape(-1, 3)
    assert np.all(np.diff(said, axis=1) < 0)
    assert said[:, 0].min() > 0.9 and said[:, 2].max() < 0.1
    np.testing.assert_array_equal(came[:, 1], tested.trials.actual >= tested.trials.naive)
    assert reliability(said.ravel(), came.ravel()).brier < reliability(said.ravel(), came.ravel()).brier_naive


def test_groups_are_depths_and_shares() -> None:
    rng = np.random.default_rng(9)
    past = generated_series(9, 4, 60)[0]
    past[3] = np.where(rng.random(60) < 0.4, 0.0, past[3].mean())
    tree = Tree([-1, 0, 0, 1, 1, 2, 2])
    values = tree.add_up(past)
    tested = backtest(values, tree)
    assert [(r.depth, r.by_share) for r in tested.records] == [(0, False), (1, False), (2, False), (2, True)]
    view = outlook(fit(values, tree), tested)
    assert view.records[6] == tested.record(2, True)
    np.testing.assert_allclose(view.factor[[3, 4, 5]], tested.record(2, False).factor)
