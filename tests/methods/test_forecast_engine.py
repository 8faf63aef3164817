"""The forecast as a whole: what must hold for any company, and what each part is for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.forecast import Growth, backtest, fit, outlook, read_history, window
from salesnb.methods.forecast.members import last_year, smooth, yearly_change
from salesnb.methods.forecast.season import find_season
from salesnb.methods.reconcile import Tree
from tests.bench.forecast_panels import generated_company, generated_series

seeds = st.integers(0, 400)
BRIEF = settings(max_examples=12, deadline=None)


def company(seed: int) -> tuple[Tree, np.ndarray]:
    made = generated_company(seed, futures=1)
    tree = Tree(made.parent)
    return tree, tree.add_up_history(made.leaves)


@BRIEF
@given(seeds)
def test_every_month_adds_up_over_the_tree(seed: int) -> None:
    tree, values = company(seed)
    months = fit(values, tree, steps=14).months
    np.testing.assert_allclose(tree.add_up(months[tree.leaves]), months, rtol=1e-9)
    assert months.min() >= 0


@BRIEF
@given(seeds, st.floats(1e-4, 1e8))
def test_another_currency_unit_changes_nothing_else(seed: int, factor: float) -> None:
    tree, values = company(seed)
    plain, scaled = fit(values, tree), fit(factor * values, tree)
    np.testing.assert_allclose(scaled.months, factor * plain.months, rtol=1e-6)
    a, b = outlook(plain), outlook(scaled)
    np.testing.assert_allclose(b.window.scale, a.window.scale, rtol=1e-6)
    np.testing.assert_allclose(b.quantile([0.1, 0.9]), factor * a.quantile([0.1, 0.9]), rtol=1e-6)


@BRIEF
@given(seeds)
def test_the_order_of_nodes_does_not_matter(seed: int) -> None:
    tree, values = company(seed)
    order = np.random.default_rng(seed).permutation(tree.size)
    place = np.empty(tree.size, int)
    place[order] = np.arange(tree.size)
    parent = np.where(tree.parent[order] >= 0, place[tree.parent[order]], -1)
    plain, turned = fit(values, tree), fit(values[order], parent)
    np.testing.assert_allclose(turned.months, plain.months[order], rtol=1e-7)
    np.testing.assert_allclose(window(turned).scale, window(plain).scale[order], rtol=1e-7)


@BRIEF
@given(seeds)
def test_alone_or_in_a_batch_is_the_same(seed: int) -> None:
    past = generated_series(seed, 8, 40)[0]
    past[3, :9] = np.nan
    past[5, 20] = np.nan
    batch = fit(past)
    for row in range(8):
        np.testing.assert_allclose(fit(past[row : row + 1]).months[0], batch.months[row], rtol=1e-10)


@BRIEF
@given(seeds)
def test_chances_fall_with_the_target_and_match_the_quantiles(seed: int) -> None:
    tree, values = company(seed)
    view = outlook(fit(values, tree), backtest(values, tree))
    target = view.total[:, None] * np.linspace(0.2, 3.0, 60)
    chances = view.attain(target)[view.chance_given]
    assert np.all(np.diff(chances, axis=1) <= 1e-12)
    assert chances.min() >= 0 and chances.max() <= 1
    levels = np.array([0.05, 0.3, 0.5, 0.8, 0.99])
    back = view.attain(view.quantile(levels))
    np.testing.assert_allclose(back[view.chance_given], np.tile(1 - levels, (view.chance_given.sum(), 1)), atol=1e-6)


def test_same_input_same_bytes() -> None:
    tree, values = company(5)
    assert fit(values, tree).months.tobytes() == fit(values, tree).months.tobytes()


def test_a_season_is_kept_where_it_is_real_and_dropped_where_it_is_chance() -> None:
    rng = np.random.default_rng(0)
    month = np.arange(48)
    real = 100 * (1 + 0.4 * np.sin(2 * np.pi * month / 12)) * np.exp(0.03 * rng.normal(size=(40, 48)))
    chance = 100 * np.exp(0.15 * rng.normal(size=(40, 48)))
    kept = find_season(read_history(real)).ratio
    np.testing.assert_allclose(kept.mean(0), 1 + 0.4 * np.sin(2 * np.pi * np.arange(12) / 12), atol=0.02)
    assert find_season(read_history(chance)).ratio.std(1).mean() < 0.035


def test_a_noisy_leaf_borrows_its_parents_season() -> None:
    rng = np.random.default_rng(1)
    month = np.arange(36)
    shape = 1 + 0.4 * np.sin(2 * np.pi * month / 12)
    large, small = 1000 * shape * np.exp(0.03 * rng.normal(size=36)), 10 * shape * np.exp(0.4 * rng.normal(size=36))
    tree = Tree([-1, 0, 0])
    values = tree.add_up([large, small])
    truth = shape[:12]
    inside = np.abs(find_season(read_history(values, tree)).ratio[2] - truth).mean()
    alone = np.abs(find_season(read_history(values[2:])).ratio[0] - truth).mean()
    assert inside < 0.6 * alone


def test_smoothing_agrees_with_the_textbook_recursion() -> None:
    rng = np.random.default_rng(2)
    z = 50 + np.cumsum(rng.normal(size=(3, 40)), 1)
    found = smooth(z, np.ones(z.shape, bool), np.zeros(3, int), 3)
    for row in range(3):
        level = z[row, :6].mean()
        for value in z[row]:
            level += found.gain[row] * (value - level)
        np.testing.assert_allclose(found.ahead[0, row], level)
    assert found.one_step.shape == z.shape


def test_statsmodels_agrees_on_theta_and_damped_trend() -> None:
    pytest.importorskip("statsmodels")
    from statsmodels.tsa.forecasting.theta import ThetaModel

    z = generated_series(3, 20, 60)[0]
    level = z / find_season(read_history(z)).ratio[:, np.arange(60) % 12]
    ours = smooth(level, np.ones(level.shape, bool), np.zeros(20, int), 6).ahead[1]
    theirs = np.array([ThetaModel(row, period=1, deseasonalize=False).fit().forecast(6) for row in level])
    assert np.median(np.abs(ours / theirs - 1)) < 0.02


def test_last_year_and_its_mean_change() -> None:
    y = np.concatenate([np.full(12, 10.0), np.full(12, 14.0), np.full(12, 16.0)])[None]
    assert yearly_change(y, np.array([0])).tolist() == [3.0]
    assert yearly_change(y, np.array([13])).tolist() == [0.0]
    assert last_year(y, 14)[0].tolist() == [16.0] * 14


def test_the_belief_moves_the_doubtful_and_hardly_the_sure() -> None:
    rng = np.random.default_rng(4)
    quiet = 100 * np.exp(0.01 * rng.normal(size=(1, 48)))
    loud = 100 * np.exp(np.cumsum(0.08 * rng.normal(size=(1, 48)), 1) + 0.3 * rng.normal(size=(1, 48)))
    moved = [fit(y, growth=Growth(0.5, 0.2)).shift[0] for y in (quiet, loud)]
    assert 0 <= moved[0] < 0.01
    assert moved[1] > 5 * moved[0]
    sure = fit(loud, growth=Growth(0.5, 0.001))
    assert sure.months.sum() > fit(loud, growth=None).months.sum()
    with pytest.raises(ValueError, match="growth"):
        Growth(-1.0)
    with pytest.raises(ValueError, match="growth"):
        Growth(0.05, 0.0)


def test_noisy_histories_lean_to_the_believed_growth_and_quiet_ones_hardly() -> None:
    rng = np.random.default_rng(4)
    quiet, loud = (100 * np.exp(noise * rng.normal(size=(40, 48))) for noise in (0.002, 0.15))

    def grown(y: np.ndarray) -> float:
        leaning, plain = (fit(y, growth=belief).months.sum() for belief in (Growth(0.10, 5.0), None))
        return float(leaning / plain - 1)

    assert 0.015 < grown(loud) < 0.06  # a belief with next to no weight of its own still is where members lean
    assert abs(grown(quiet)) < 0.004


def test_a_calendar_that_moves_is_taken_out_and_put_back() -> None:
    rng = np.random.default_rng(5)
    days = np.ones(60)
    festival = np.array([0, 1, 0, 1, 0]) + 12 * np.arange(5)
    days[festival] = 0.6
    y = 100 * days[:48] * np.exp(0.02 * rng.normal(size=(1, 48)))
    told = fit(y, calendar=days).months[0]
    np.testing.assert_allclose(told, 100 * days[48:], rtol=0.06)
    assert np.abs(fit(y).months[0] - 100 * days[48:]).sum() > 2 * np.abs(told - 100 * days[48:]).sum()
    with pytest.raises(ValueError, match="calendar"):
        fit(y, calendar=days[:50])


def test_plans_made_early_are_wider_and_windows_must_fit() -> None:
    fitted = fit(generated_series(6, 30, 48)[0], steps=15)
    near, far = window(fitted, 0, 12), window(fitted, 3, 12)
    assert np.mean(far.scale > near.scale) > 0.9
    assert np.median(far.scale / near.scale) > 1.05
    with pytest.raises(ValueError, match="window"):
        window(fitted, 4, 12)
    with pytest.raises(ValueError, match="steps"):
        fit(generated_series(6, 3, 48)[0], steps=0)


def test_what_has_come_is_added_and_a_target_passed_is_certain() -> None:
    past = generated_series(7, 5, 48)[0]
    tested = backtest(past, horizon=9)
    view = outlook(fit(past, steps=9), tested, horizon=9, known=1000.0)
    np.testing.assert_allclose(view.total, 1000.0 + view.months.sum(1))
    assert view.attain(999.0).tolist() == [1.0] * 5
    assert np.all(view.attain(view.total) == pytest.approx(0.5))
    assert np.isnan(view.attain(np.full(5, np.nan))).all()
