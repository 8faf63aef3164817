"""The bridge and the waterfall add up to the last unit for any data."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.bridge import EFFECTS, bridge, settle, waterfall

cell = st.tuples(
    st.one_of(st.just(0), st.integers(-50, 5000)),
    st.one_of(st.just(0), st.integers(-(10**9), 10**12)),
    st.one_of(st.just(0), st.integers(-50, 5000)),
    st.one_of(st.just(0), st.integers(-(10**9), 10**12)),
    st.sampled_from(["A", "B", "C"]),
)
cells = st.lists(cell, max_size=30)


def test_worked_example() -> None:
    """Two products sold in both years, one new, one lost; prices in minor units per piece are 10 → 11 and 20 → 20."""
    q0, p0 = np.array([100, 50, 0, 10]), np.array([10, 20, 0, 30])
    q1, p1 = np.array([120, 30, 5, 0]), np.array([11, 20, 40, 0])
    made = bridge(q0, q0 * p0, q1, q1 * p1)
    # Q: 150 -> 150, so no volume; mix: 20 more at 10, 20 fewer at 20; price: 1 on 120 pieces
    assert made.totals() == {
        "before": 2300,
        "price": 120,
        "volume": 0,
        "mix": -200,
        "new": 200,
        "lost": -300,
        "after": 2120,
    }
    assert made.mix.tolist() == [200, -400, 0, 0]


def test_the_group_decides_what_is_mix() -> None:
    q0, q1, amount0, amount1 = [100, 50], [120, 30], [1000, 1000], [1200, 600]
    one = bridge(q0, amount0, q1, amount1)
    two = bridge(q0, amount0, q1, amount1, group=["x", "y"])
    assert (one.totals()["volume"], one.totals()["mix"]) == (0, -200)
    assert (two.totals()["volume"], two.totals()["mix"]) == (-200, 0)
    assert two.by_group()["volume"].tolist() == [200, -400] and two.groups.tolist() == ["x", "y"]


def test_amounts_without_quantity_are_price_and_net_returns_are_volume() -> None:
    made = bridge([10, 10, 0], [500, 500, -30], [0, -2, 0], [-20, -100, -70])
    assert made.price.tolist() == [-20, 0, -40] and made.unpriced.tolist() == [-20, 0, -40]
    assert made.lost.tolist() == [-500, 0, 0] and made.volume.tolist() == [0, -600, 0] and not made.mix.any()


def test_large_sums_keep_their_last_unit() -> None:
    made = bridge([3, 3], [2**53 + 1, 1], [7, 7], [2**54 + 3, 2])
    assert sum(made.totals()[name] for name in ("before", *EFFECTS)) == made.totals()["after"] == 2**54 + 5


@pytest.mark.parametrize(
    "given_cells",
    [
        ([1.0], [0.5], [1.0], [1.0]),
        ([np.nan], [1], [1.0], [1]),
        ([1.0], [np.nan], [1.0], [1.0]),
        ([1e-300], [10**12], [1e300], [1]),
        ([1], [2**62], [1], [2**62]),
        ([1, 2], [1, 2], [1], [1]),
    ],
)
def test_what_cannot_be_split_is_refused(given_cells: tuple[list[float], ...]) -> None:
    with pytest.raises(ValueError):
        bridge(*given_cells)


@settings(max_examples=150, deadline=None)
@given(cells)
def test_effects_add_up_for_any_cells(rows: list[tuple[int, int, int, int, str]]) -> None:
    q0, a0, q1, a1 = (np.array([row[k] for row in rows], dtype=np.int64) for k in range(4))
    made = bridge(q0, a0, q1, a1, group=np.array([row[4] for row in rows], dtype="<U1"))
    np.testing.assert_array_equal(a0 + sum(getattr(made, name) for name in EFFECTS), a1)
    by_group = made.by_group()
    np.testing.assert_array_equal(by_group["before"] + sum(by_group[name] for name in EFFECTS), by_group["after"])
    assert all(int(by_group[name].sum()) == made.totals()[name] for name in EFFECTS)


@settings(max_examples=80, deadline=None)
@given(st.lists(cell, min_size=1, max_size=20), st.randoms(use_true_random=False))
def test_permuted_cells_give_the_same_effects(rows: list[tuple[int, int, int, int, str]], random: object) -> None:
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    q0, a0, q1, a1, group = (np.array([row[k] for row in rows]) for k in range(5))
    keys = np.arange(len(rows))
    straight = bridge(q0, a0, q1, a1, group, keys)
    mixed = bridge(q0[order], a0[order], q1[order], a1[order], group[order], keys[order])
    for name in EFFECTS:
        np.testing.assert_array_equal(getattr(straight, name)[order], getattr(mixed, name))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1, 999), st.integers(1, 10**9), st.integers(1, 999), st.integers(1, 10**9)), min_size=1
    )
)
def test_effects_are_the_definitions_rounded(rows: list[tuple[int, int, int, int]]) -> None:
    q0, a0, q1, a1 = (np.array(column, dtype=np.float64) for column in zip(*rows, strict=True))
    made = bridge(q0, a0, q1, a1)
    rate = q1.sum() / q0.sum()
    assert np.abs(made.price - (a1 / q1 - a0 / q0) * q1).max() < 2
    assert np.abs(made.volume - (rate - 1) * a0).max() < 2
    assert np.abs(made.mix - (q1 - q0 * rate) * a0 / q0).max() < 3
    assert abs(made.totals()["volume"] - (rate - 1) * a0.sum()) < 0.501
    assert abs(made.totals()["price"] - (a1 - a0 * q1 / q0).sum()) < 0.501


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12)), max_size=30), st.integers(0, 10)
)
def test_waterfall_adds_up_and_is_ordered(rows: list[tuple[int, int]], top: int) -> None:
    first, last = (np.array([row[k] for row in rows], dtype=np.int64) for k in range(2))
    made = waterfall(first, last, top=top)
    assert made.start + int(made.change.sum()) + made.rest == made.end == int(last.sum())
    assert (np.diff(np.abs(made.change)) <= 0).all() and made.rest_count == max(len(rows) - top, 0)
    assert (made.low <= made.high).all() and len(made.low) == len(made.change) + 1
    if made.start > 0:
        growth = made.end / made.start - 1
        assert made.share_of_growth.sum() + made.rest / made.start == pytest.approx(growth, abs=1e-9, rel=1e-9)
    else:
        assert np.isnan(made.share_of_growth).all()


def test_waterfall_ties_go_by_key() -> None:
    assert waterfall([0, 0, 0], [5, -5, 5], keys=["c", "b", "a"]).order.tolist() == [2, 1, 0]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=40), st.integers(-(10**10), 10**10))
def test_settle_hits_the_total_and_stays_near_when_the_total_does(parts: list[float], off: int) -> None:
    assert int(settle(parts, [off]).sum()) == off
    near = settle(parts, [round(sum(parts))])
    assert np.abs(near - np.array(parts)).max() < 1 + 1e-6
