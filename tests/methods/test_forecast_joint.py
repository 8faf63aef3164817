"""Totals drawn together: they add up, keep each node's distribution, and do not pretend that cells are independent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.forecast import backtest, fit, joint_totals, outlook
from salesnb.methods.reconcile import Tree
from tests.bench.forecast_panels import generated_company


def view_of(seed: int):  # type: ignore[no-untyped-def]
    made = generated_company(seed, futures=1)
    tree = Tree(made.parent)
    values = tree.add_up_history(made.leaves)
    return tree, outlook(fit(values, tree), backtest(values, tree))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 400))
def test_every_draw_adds_up_and_nothing_falls_below_what_is_known(seed: int) -> None:
    tree, view = view_of(seed)
    draws = joint_totals(view, 300, seed)
    np.testing.assert_allclose(tree.add_up(draws[tree.leaves]), draws, rtol=1e-9)
    assert draws.min() >= 0


def test_draws_keep_each_nodes_own_distribution() -> None:
    for level in (0.1, 0.5, 0.9):
        misses = []
        for seed in range(6):
            _, view = view_of(seed)
            draws = joint_totals(view, 2000, 1)
            held = (draws <= view.quantile([level])).mean(1)[view.interval_given]
            misses.extend(np.abs(held - level))
            assert abs(held[0] - level) < 0.01
        assert np.mean(misses) < 0.03


def test_same_seed_same_draws() -> None:
    _, view = view_of(3)
    np.testing.assert_array_equal(joint_totals(view, 100, 5), joint_totals(view, 100, 5))
    assert not np.array_equal(joint_totals(view, 100, 5), joint_totals(view, 100, 6))


def test_cells_that_moved_together_are_drawn_together_and_independent_ones_are_not() -> None:
    rng = np.random.default_rng(2)
    tree = Tree([-1, 0, 0, 0, 0])
    shared = np.cumsum(0.05 * rng.normal(size=48)) + 0.05 * rng.normal(size=48)
    own = np.cumsum(0.05 * rng.normal(size=(4, 48)), 1) + 0.05 * rng.normal(size=(4, 48))
    spread = []
    for logs in (np.tile(shared, (4, 1)), own):
        values = tree.add_up(100 * np.exp(logs))
        draws = joint_totals(outlook(fit(values, tree)), 2000, 1)
        spread.append(np.corrcoef(np.log(draws[1:]))[np.triu_indices(4, 1)].mean())
    assert spread[0] > 0.9
    assert spread[1] < 0.4


def test_the_total_of_independent_draws_is_too_narrow() -> None:
    rng = np.random.default_rng(3)
    tree = Tree([-1, *[0] * 12])
    shared = np.cumsum(0.04 * rng.normal(size=48))
    values = tree.add_up(100 * np.exp(shared + 0.05 * rng.normal(size=(12, 48))))
    view = outlook(fit(values, tree))
    draws = joint_totals(view, 2000, 1)
    alone = rng.permuted(draws[1:], axis=1).sum(0)
    assert np.log(alone).std() < 0.5 * np.log(draws[0]).std()
    low, high = view.interval()
    assert np.mean((draws[0] >= low[0]) & (draws[0] <= high[0])) == pytest.approx(0.8, abs=0.01)


def test_known_parts_are_in_every_draw() -> None:
    tree = Tree([-1, 0, 0])
    rng = np.random.default_rng(4)
    values = tree.add_up(100 * np.exp(0.1 * rng.normal(size=(2, 48))))
    plain = joint_totals(outlook(fit(values, tree, steps=9), horizon=9), 200, 1)
    more = joint_totals(outlook(fit(values, tree, steps=9), horizon=9, known=[300.0, 100.0, 200.0]), 200, 1)
    np.testing.assert_allclose(more - plain, np.repeat([[300.0], [100.0], [200.0]], 200, 1))
