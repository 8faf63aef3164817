"""Each kind of history gets its stated behaviour: forecast, interval, chance."""

from __future__ import annotations

import numpy as np
import pytest

from salesnb.methods.forecast import State, backtest, fit, joint_totals, outlook, read_history
from salesnb.methods.reconcile import Tree

SEASON = 1 + 0.3 * np.sin(2 * np.pi * np.arange(12) / 12)


def steady(rng: np.random.Generator, months: int = 48, level: float = 100.0, noise: float = 0.08) -> np.ndarray:
    month = np.arange(months)
    return level * (1 + 0.003 * month) * SEASON[month % 12] * np.exp(noise * rng.normal(size=months))


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def one(values: np.ndarray) -> tuple[str, np.ndarray, tuple[np.ndarray, np.ndarray], float]:
    """State, months, interval and chance (to reach the forecast) of a lonely series."""
    fitted = fit(values[None, :])
    view = outlook(fitted, backtest(values[None, :]))
    return str(fitted.history.state[0]), fitted.months[0], view.interval(), float(view.attain(view.total)[0])


def test_a_usual_history(rng: np.random.Generator) -> None:
    state, months, (low, high), chance = one(steady(rng))
    assert state == State.FITTED
    assert low[0] < months.sum() < high[0]
    assert chance == pytest.approx(0.5)
    assert np.corrcoef(months, SEASON)[0, 1] > 0.95


def test_zero_stays_zero_and_promises_nothing() -> None:
    state, months, (low, _), chance = one(np.zeros(36))
    assert state == State.ZERO
    assert months.tolist() == [0.0] * 12
    assert np.isnan([low[0], chance]).all()


def test_constant_stays_constant_but_for_the_belief() -> None:
    state, months, (low, high), chance = one(np.full(48, 70.0))
    assert state == State.CONSTANT
    np.testing.assert_allclose(months, 70.0, rtol=0.001)
    assert 0.98 < low[0] / 840 < 1 < high[0] / 840 < 1.02
    assert chance == pytest.approx(0.5)
    np.testing.assert_allclose(fit(np.full((1, 48), 70.0), growth=None).months, 70.0, rtol=1e-12)


@pytest.mark.parametrize("zeros", [12, 15, 7])
def test_ended_is_zero(rng: np.random.Generator, zeros: int) -> None:
    values = steady(rng)
    values[-zeros:] = 0.0
    state, months, (low, _), chance = one(values)
    assert state == State.ENDED
    assert months.tolist() == [0.0] * 12
    assert np.isnan([low[0], chance]).all()


def test_a_short_break_is_not_an_end(rng: np.random.Generator) -> None:
    values = steady(rng)
    values[-4:] = 0.0
    assert one(values)[0] == State.FITTED


@pytest.mark.parametrize("months", [5, 23])
def test_short_alone_repeats_what_it_has(rng: np.random.Generator, months: int) -> None:
    values = steady(rng, months)
    state, ahead, (low, _), chance = one(values)
    assert state == State.SHORT
    expected = values[-12:] if months >= 12 else np.full(12, values.mean())
    np.testing.assert_allclose(ahead, expected)
    assert np.isnan([low[0], chance]).all()


@pytest.mark.parametrize("months", [5, 23])
def test_short_in_a_tree_takes_its_share_and_its_parents_season(rng: np.random.Generator, months: int) -> None:
    old, young = steady(rng), np.full(48, np.nan)
    young[-months:] = 0.25 * steady(rng)[-months:]
    tree = Tree([-1, 0, 0])
    values = tree.add_up_history([old, young])
    fitted = fit(values, tree)
    view = outlook(fitted, backtest(values, tree))
    assert fitted.history.state.tolist() == ["fitted", "fitted", "short"]
    assert fitted.own.by_share.tolist() == [False, False, True]
    assert fitted.months[2].sum() / fitted.months[0].sum() == pytest.approx(0.2, abs=0.03)
    assert np.corrcoef(fitted.months[2], fitted.months[0])[0, 1] > 0.98
    assert np.isnan(view.attain(1.0)[2])
    assert np.isfinite(view.attain(view.total)[0])


def test_24_months_give_an_interval_but_no_chance_before_a_back_test_is_possible(rng: np.random.Generator) -> None:
    values = steady(rng, 25)
    for months, tested in ((24, False), (25, True)):
        view = outlook(fit(values[None, :months]), backtest(values[None, :months]))
        assert view.interval_given[0]
        assert view.chance_given[0] == tested
        assert np.isfinite(view.attain(1.0)[0]) == tested
        assert view.records[0].count == int(tested)


def test_sparse_lives_by_its_parents_share(rng: np.random.Generator) -> None:
    sold = np.where(rng.random(48) < 0.3, 0.0, 15.0)
    sold[0] = 15.0
    tree = Tree([-1, 0, 0])
    values = tree.add_up([steady(rng), sold])
    fitted = fit(values, tree)
    assert fitted.history.state[2] == State.SPARSE
    assert fitted.own.by_share[2]
    share = sold[-24:].sum() / values[0, -24:].sum()
    assert fitted.months[2].sum() / fitted.months[0].sum() == pytest.approx(share, rel=0.1)
    view = outlook(fitted, backtest(values, tree))
    assert view.interval_given[2]
    assert view.window.scale[2] > view.window.scale[0]


def test_negative_years_are_forecast_on_the_plain_axis(rng: np.random.Generator) -> None:
    values = -20 + 30 * np.sin(2 * np.pi * np.arange(48) / 12) + rng.normal(0, 3, 48)
    state, months, (low, high), chance = one(values)
    assert state == State.SIGNED
    assert months.sum() == pytest.approx(-240, abs=60)
    assert np.corrcoef(months, np.sin(2 * np.pi * np.arange(12) / 12))[0, 1] > 0.95
    assert low[0] < -240 < high[0] < 0
    assert chance == pytest.approx(0.5)
    view = outlook(fit(values[None]), backtest(values[None]))
    chances = view.attain(np.linspace(-500, 200, 30)[None, :])[0]
    assert np.all(np.diff(chances) <= 0)
    assert 0 <= chances[-1] < 0.01 < 0.99 < chances[0] <= 1


def test_one_month_of_returns_does_not_make_a_history_signed(rng: np.random.Generator) -> None:
    values = steady(rng)
    values[17] = -30.0
    state, months, _, _ = one(values)
    assert state == State.FITTED
    assert months.min() > 0


def test_nothing_seen_is_missing_not_zero(rng: np.random.Generator) -> None:
    tree = Tree([-1, 0, 0])
    nothing = np.full(48, np.nan)
    values = tree.add_up_history([steady(rng), nothing])
    fitted = fit(values, tree)
    assert fitted.history.state.tolist() == ["fitted", "fitted", "empty"]
    assert np.isnan(fitted.months[2]).all()
    np.testing.assert_allclose(fitted.months[0], fitted.months[1])
    draws = joint_totals(outlook(fitted), 100)
    assert np.isnan(draws[2]).all()
    np.testing.assert_allclose(draws[0], draws[1])


def test_leading_zeros_are_before_the_start(rng: np.random.Generator) -> None:
    values = steady(rng)
    late, missing = values.copy(), values.copy()
    late[:14], missing[:14] = 0.0, np.nan
    np.testing.assert_array_equal(fit(late[None]).months, fit(missing[None]).months)
    assert read_history(late[None]).start[0] == 14


def test_gaps_are_bridged_and_not_counted(rng: np.random.Generator) -> None:
    values = steady(rng, noise=0.02)
    holed = values.copy()
    holed[[20, 31, 47]] = np.nan
    history = read_history(holed[None])
    assert history.seen.sum() == 45
    assert history.gap[0] == 1
    np.testing.assert_allclose(history.y[0], values, rtol=0.15)
    np.testing.assert_allclose(fit(holed[None]).months.sum(), fit(values[None]).months.sum(), rtol=0.04)


def test_a_single_outlier_hardly_moves_the_forecast(rng: np.random.Generator) -> None:
    values = steady(rng, noise=0.03)
    odd = values.copy()
    odd[40] *= 4
    assert fit(odd[None]).months.sum() == pytest.approx(fit(values[None]).months.sum(), rel=0.03)


def test_histories_that_do_not_add_up_are_refused(rng: np.random.Generator) -> None:
    values = Tree([-1, 0, 0]).add_up([steady(rng), steady(rng)])
    values[0, 5] += 1.0
    with pytest.raises(ValueError, match="node 0, month 5"):
        fit(values, [-1, 0, 0])
    with pytest.raises(ValueError, match="finite"):
        fit([[np.inf] * 36])
    with pytest.raises(ValueError, match="nodes by months"):
        fit([1.0, 2.0])
