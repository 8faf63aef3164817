"""Forecasts that must add up: trees and crossed groups, against textbook formulas and a bounded solver."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.reconcile import Tree, reconcile, shrunk_covariance, summing_matrix, wls_tree

seeds = st.integers(0, 10_000)


def random_tree(rng: np.random.Generator, largest: int = 25) -> Tree:
    size = int(rng.integers(2, largest))
    return Tree([-1, *(int(rng.integers(0, max(1, i))) for i in range(1, size))])


def test_totals_are_sums_of_leaves() -> None:
    tree = Tree([-1, 0, 0, 1, 1])
    assert tree.leaves.tolist() == [2, 3, 4]
    assert tree.add_up([[5.0], [1.0], [2.0]]).ravel().tolist() == [8.0, 3.0, 5.0, 1.0, 2.0]


def test_trees_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="cycle"):
        Tree([1, 0])
    with pytest.raises(ValueError, match="node indices"):
        Tree([-1, 7])


def test_a_leaf_before_its_start_counts_as_nothing_a_gap_makes_totals_missing() -> None:
    tree = Tree([-1, 0, 0])
    nan = np.nan
    whole = tree.add_up_history([[nan, nan, 3.0, 4.0], [nan, 1.0, nan, 2.0]])
    assert np.isnan(whole[0]).tolist() == [True, False, True, False]
    assert whole[0, [1, 3]].tolist() == [1.0, 6.0]


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_tree_is_the_bounded_least_squares_of_a_solver(seed: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(seed)
    tree = random_tree(rng)
    base, var = rng.normal(1, 3, (tree.size, 2)), rng.uniform(0.1, 3, tree.size)
    value = wls_tree(tree, base, var)
    summing = tree.add_up(np.eye(len(tree.leaves)))
    for column in range(2):
        weight = 1 / np.sqrt(var)
        best = optimize.lsq_linear(summing * weight[:, None], base[:, column] * weight, bounds=(0, np.inf), tol=1e-14)
        np.testing.assert_allclose(value[:, column], summing @ best.x, atol=1e-5)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_signed_trees_are_the_generalised_least_squares_formula(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tree = random_tree(rng)
    base, var = rng.normal(0, 3, tree.size), rng.uniform(0.1, 3, tree.size)
    summing = tree.add_up(np.eye(len(tree.leaves)))
    normal = summing.T @ (summing / var[:, None])
    expected = summing @ np.linalg.solve(normal, summing.T @ (base / var))
    np.testing.assert_allclose(wls_tree(tree, base, var, np.ones(tree.size)), expected, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(seeds, st.floats(1e-3, 1e6))
def test_reconciled_trees_add_up_scale_and_do_not_depend_on_order(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    tree = random_tree(rng)
    base, var = rng.normal(2, 2, (tree.size, 3)), rng.uniform(0.1, 3, tree.size)
    value = wls_tree(tree, base, var)
    assert value.min() >= 0
    np.testing.assert_allclose(tree.add_up(value[tree.leaves]), value, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(wls_tree(tree, value, var), value, atol=1e-9)
    np.testing.assert_allclose(
        wls_tree(tree, factor * base, factor**2 * var), factor * value, rtol=1e-7, atol=1e-7 * factor
    )
    order = rng.permutation(tree.size)
    place = np.empty(tree.size, int)
    place[order] = np.arange(tree.size)
    parent = np.where(tree.parent[order] >= 0, place[tree.parent[order]], -1)
    np.testing.assert_allclose(wls_tree(Tree(parent), base[order], var[order]), value[order], atol=1e-8)


def test_a_leaf_known_for_certain_keeps_its_value() -> None:
    value = wls_tree(Tree([-1, 0, 0, 0]), [10.0, 0.0, 3.0, 3.0], [1.0, 0.0, 1.0, 1.0])
    assert value[1] == 0.0
    assert value[0] == pytest.approx(value[1:].sum(), abs=1e-12)
    assert 6.0 < value[0] < 10.0


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_crossed_groups_agree_with_the_tree_and_with_mint(seed: int) -> None:
    rng = np.random.default_rng(seed)
    tree = random_tree(rng)
    base, var = rng.normal(1, 3, (tree.size, 2)), rng.uniform(0.1, 3, tree.size)
    order = np.concatenate([np.flatnonzero(~tree.is_leaf), tree.leaves])
    above = tree.add_up(np.eye(len(tree.leaves)))[~tree.is_leaf]
    np.testing.assert_allclose(reconcile(above, base[order], var[order]), wls_tree(tree, base, var)[order], atol=1e-6)
    root = rng.normal(size=(tree.size, tree.size))
    cov = root @ root.T + 0.5 * np.eye(tree.size)
    summing, inverse = np.vstack([above, np.eye(above.shape[1])]), np.linalg.inv(cov)
    expected = summing @ np.linalg.solve(summing.T @ inverse @ summing, summing.T @ inverse @ base[order])
    np.testing.assert_allclose(reconcile(above, base[order], cov, nonnegative=False), expected, atol=1e-6)


@settings(max_examples=30, deadline=None)
@given(seeds)
def test_mint_at_or_above_zero_is_the_bounded_optimum(seed: int) -> None:
    optimize = pytest.importorskip("scipy.optimize")
    rng = np.random.default_rng(seed)
    labels = np.stack([np.arange(12) // 4, np.arange(12) % 3], 1)
    above = summing_matrix(labels, [(), (0,), (1,)])
    size = len(above) + 12
    cov = shrunk_covariance(rng.normal(size=(size, 30)))
    base = rng.normal(0.5, 1, size)
    value = reconcile(above, base, cov)
    root = np.linalg.cholesky(np.linalg.inv(cov)).T
    best = optimize.lsq_linear(root @ np.vstack([above, np.eye(12)]), root @ base, bounds=(0, np.inf), tol=1e-14)
    np.testing.assert_allclose(value[len(above) :], best.x, atol=1e-4)
    np.testing.assert_allclose(value[: len(above)], above @ value[len(above) :], atol=1e-9)


def test_summing_rows_follow_levels_and_codes() -> None:
    summing = summing_matrix([[0, 0], [0, 1], [1, 0]], [(), (0,), (1,)])
    assert summing.tolist() == [[1, 1, 1], [1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 0]]


def test_shrunk_covariance_keeps_variances_and_drops_chance_correlation() -> None:
    rng = np.random.default_rng(1)
    noise = rng.normal(size=(40, 24)) * np.arange(1, 41)[:, None]
    cov = shrunk_covariance(noise)
    np.testing.assert_allclose(np.diag(cov), noise.var(1, ddof=1), rtol=1e-9)
    assert np.linalg.eigvalsh(cov).min() > 0
    apart = cov / np.sqrt(np.outer(np.diag(cov), np.diag(cov)))
    assert np.abs(apart - np.eye(40)).max() < 0.15
    together = np.vstack([noise[0], noise[0] + 0.01 * rng.normal(size=24)])
    assert shrunk_covariance(together)[0, 1] / np.sqrt(np.prod(np.diag(shrunk_covariance(together)))) > 0.9
