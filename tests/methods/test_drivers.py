"""Driver attribution: exact for any cells, symmetric in time, independent of order where it says so."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from salesnb.methods.drivers import NegativeFactor, chain, lmdi, logarithmic_mean, shapley, share_factor, to_minor

positive = st.one_of(st.just(0.0), st.floats(1e-3, 1e4))
any_sign = st.one_of(st.just(0.0), st.floats(-1e3, 1e3).map(lambda x: round(x, 3)))


def pairs(elements: st.SearchStrategy[float]) -> st.SearchStrategy[np.ndarray]:
    shape = st.tuples(st.just(2), st.integers(1, 4), st.integers(0, 6))
    return hnp.arrays(np.float64, shape, elements=elements)


def test_worked_example() -> None:
    """100 × 0.2 × 50 = 1000 → 150 × 0.2 × 40 = 1200; L = 200 ÷ ln 1.2 = 1096.96."""
    before, after = np.array([[100.0], [0.2], [50.0]]), np.array([[150.0], [0.2], [40.0]])
    mean = 200.0 / np.log(1.2)
    np.testing.assert_allclose(lmdi(before, after)[:, 0], [mean * np.log(1.5), 0.0, mean * np.log(0.8)], rtol=1e-12)
    np.testing.assert_allclose(shapley(before, after)[:, 0], [450.0, 0.0, -250.0], rtol=1e-12)
    first, last = chain(before, after, (0, 1, 2)), chain(before, after, (2, 1, 0))
    assert first.order == (0, 1, 2)
    np.testing.assert_allclose(first.effects[:, 0], [500.0, 0.0, -300.0])
    np.testing.assert_allclose(last.effects[:, 0], [400.0, 0.0, -200.0])  # the order moves an effect by half


def test_zeros_take_their_limits() -> None:
    before = np.array([[0.0, 0.0, 5.0, 0.0], [4.0, 0.0, 2.0, 0.0]])
    after = np.array([[3.0, 3.0, 0.0, 7.0], [4.0, 4.0, 9.0, 0.0]])
    np.testing.assert_allclose(lmdi(before, after), [[12.0, 6.0, -10.0, 0.0], [0.0, 6.0, 0.0, 0.0]])
    tiny = np.where(before == 0, 1e-140, before), np.where(after == 0, 1e-140, after)
    np.testing.assert_allclose(lmdi(before, after)[:, :3], lmdi(*tiny)[:, :3], atol=0.2)  # logarithmically slow


def test_negatives_are_refused_by_name_and_taken_by_shapley() -> None:
    before, after = np.array([[2.0, 1.0], [3.0, -4.0]]), np.array([[2.0, 1.0], [5.0, 6.0]])
    with pytest.raises(NegativeFactor, match="factor 1 of cell 1 is -4"):
        lmdi(before, after)
    np.testing.assert_allclose(shapley(before, after), [[0.0, 0.0], [4.0, 10.0]])


def test_bad_input_is_refused() -> None:
    fine = np.ones((2, 1))
    for wrong in (np.ones((3, 1)), np.array([[1.0], [np.nan]]), np.array([[1e200], [1e200]])):
        with pytest.raises(ValueError):
            lmdi(fine, wrong)
    with pytest.raises(ValueError):
        chain(fine, fine, (0, 0))
    with pytest.raises(ValueError):
        shapley(np.ones((13, 1)), np.ones((13, 1)))
    with pytest.raises(ValueError):
        share_factor([1.0, -1.0])
    with pytest.raises(ValueError):
        to_minor(np.array([[10.0], [5.0]]), [20])


def test_exactness_at_ten_thousand_cells() -> None:
    rng = np.random.default_rng(0)
    before = rng.lognormal(0, 1, (4, 10_000))
    after = before * rng.lognormal(0, 0.5, (4, 10_000))
    change = after.prod(0) - before.prod(0)
    for effects in (lmdi(before, after), shapley(before, after)):
        assert (np.abs(effects.sum(0) - change) / np.abs(effects).sum(0)).max() <= 4e-16


def test_share_is_an_explicit_factor_and_sums_over_cells() -> None:
    """Volume up 20 %, mix moved to the cheaper cell, prices unchanged: the price effect is nothing."""
    quantity0, quantity1, price = np.array([50.0, 50.0]), np.array([90.0, 30.0]), np.array([10.0, 20.0])
    before, after = (np.stack([*share_factor(q), price]) for q in (quantity0, quantity1))
    volume, mix, of_price = lmdi(before, after).sum(1)
    assert of_price == 0.0 and volume > 0 > mix
    assert volume + mix == pytest.approx(float(price @ (quantity1 - quantity0)), rel=1e-14)


@settings(max_examples=150, deadline=None)
@given(pairs(positive))
def test_lmdi_adds_up_reverses_and_ignores_the_order_of_factors(tables: np.ndarray) -> None:
    before, after = tables
    effects = lmdi(before, after)
    change = after.prod(0) - before.prod(0)
    np.testing.assert_allclose(effects.sum(0), change, rtol=1e-12, atol=1e-12 * (1 + np.abs(effects).max(initial=0)))
    np.testing.assert_allclose(
        lmdi(after, before), -effects, rtol=1e-9, atol=1e-9 * (1 + np.abs(change).max(initial=0))
    )
    np.testing.assert_allclose(
        lmdi(before[::-1], after[::-1])[::-1], effects, rtol=1e-9, atol=1e-9 * (1 + np.abs(change).max(initial=0))
    )
    switched = ((before > 0) != (after > 0)).any(0)
    same = (before == after) & ~switched
    assert np.abs(effects[same]).max(initial=0.0) <= 1e-9 * (1 + np.abs(change).max(initial=0.0))


@settings(max_examples=100, deadline=None)
@given(pairs(any_sign))
def test_shapley_is_the_mean_of_all_chains(tables: np.ndarray) -> None:
    before, after = tables
    orders = list(itertools.permutations(range(len(before))))
    chains = [chain(before, after, order).effects for order in orders]
    size = 1e-9 * (1 + np.abs(chains).max(initial=0.0))
    np.testing.assert_allclose(shapley(before, after), np.mean(chains, axis=0), rtol=1e-9, atol=size)
    for effects in chains:
        np.testing.assert_allclose(effects.sum(0), after.prod(0) - before.prod(0), rtol=1e-9, atol=size)


def test_shapley_of_another_function() -> None:
    before, after = np.array([[1.0], [4.0]]), np.array([[3.0], [2.0]])
    effects = shapley(before, after, lambda x: x[0] / x[1])
    np.testing.assert_allclose(effects[:, 0], [0.5 * (0.5 + 1.0), 0.5 * (0.25 + 0.75)])


@settings(max_examples=100, deadline=None)
@given(st.floats(1e-6, 1e9), st.floats(1e-6, 1e9), st.sampled_from([1e-3, 2.0, 1e5]))
def test_logarithmic_mean_is_a_mean(a: float, b: float, scale: float) -> None:
    mean = float(logarithmic_mean(a, b))
    assert np.sqrt(a) * np.sqrt(b) * (1 - 1e-12) <= mean <= (a + b) / 2 * (1 + 1e-12)
    assert float(logarithmic_mean(b, a)) == mean
    assert float(logarithmic_mean(scale * a, scale * b)) == pytest.approx(scale * mean, rel=1e-12)


@settings(max_examples=100, deadline=None)
@given(pairs(positive))
def test_minor_units_sum_to_the_change_of_every_cell(tables: np.ndarray) -> None:
    amount0, amount1 = (np.rint(table.prod(0)).astype(np.int64) for table in tables)
    if np.abs(amount0).sum() + np.abs(amount1).sum() > 2**53:
        return
    effects = lmdi(*tables)
    rounded = to_minor(effects, amount1 - amount0)
    np.testing.assert_array_equal(rounded.sum(0), amount1 - amount0)
    assert np.abs(rounded - effects).max(initial=0.0) < 2 + 1e-9 * np.abs(effects).max(initial=0.0)
