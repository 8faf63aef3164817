"""Retention, repeat rates and tenure curves: worked examples, and what is unknown stays unknown."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.cohorts import cohorts, month_number, repeat_rate, repeat_within, tenure_curve

events = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.integers(24000, 24014)), max_size=40)


def test_months_are_numbered_across_years() -> None:
    assert np.diff(month_number(["2023-12", "2024-01", "2025-01"])).tolist() == [1, 12]
    assert month_number([]).tolist() == []
    for wrong in ("2024-1", "2024/01", "202401"):
        with pytest.raises(ValueError):
            month_number([wrong])


def test_triangle_worked_example() -> None:
    who = ["a", "a", "a", "b", "b", "c", "c", "c"]
    when = month_number(["2024-01", "2024-01", "2024-03", "2024-01", "2024-02", "2024-02", "2024-03", "2024-04"])
    made = cohorts(who, when)
    assert made.size.tolist() == [2, 1]
    np.testing.assert_array_equal(made.active, [[2, 1, 1, 0], [1, 1, 1, np.nan]])
    np.testing.assert_allclose(made.rate, [[1, 0.5, 0.5, 0], [1, 1, 1, np.nan]])
    np.testing.assert_allclose(made.pooled, [1, 2 / 3, 2 / 3, 0])
    assert made.pooled_size.tolist() == [3, 3, 3, 2]
    later = cohorts(who, when, last=int(when.max()) + 1)
    assert later.active.shape == (2, 5) and later.active[0, 4] == 0.0


@settings(max_examples=100, deadline=None)
@given(events, st.randoms(use_true_random=False))
def test_triangle_counts_every_entity_once_in_any_order(rows: list[tuple[str, int]], random: object) -> None:
    made = cohorts([r[0] for r in rows], np.array([r[1] for r in rows], dtype=np.int64))
    assert made.size.sum() == len({r[0] for r in rows})
    assert np.nansum(made.active) == len(set(rows))
    assert (made.active[:, :1] == made.size[:, None]).all()
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    again = cohorts([r[0] for r in mixed], np.array([r[1] for r in mixed], dtype=np.int64))
    np.testing.assert_array_equal(again.active, made.active)


def test_repeat_rate_counts_orders_not_lines() -> None:
    found = repeat_rate(["a", "a", "b", "b", "c"], ["o1", "o1", "o2", "o3", "o4"])
    assert (found.entities, found.repeaters) == (3, 1) and found.rate == pytest.approx(1 / 3)
    assert found.low < 1 / 3 < found.high
    nobody = repeat_rate([], [])
    assert np.isnan(nobody.rate) and (nobody.low, nobody.high) == (0.0, 1.0)


def test_repeat_within_leaves_out_whom_time_has_not_judged() -> None:
    found = repeat_within(["a", "a", "b", "c", "c", "d"], np.array([0, 90, 0, 10, 200, 150]), window=90)
    assert (found.entities, found.repeaters) == (3, 1)  # d first bought 50 days before the end of the data
    assert repeat_within(["a"], np.array([0]), window=90).entities == 0


@settings(max_examples=100, deadline=None)
@given(events, st.integers(1, 12), st.integers(0, 5))
def test_a_longer_window_never_loses_a_repeater_of_the_same_entities(
    rows: list[tuple[str, int]], window: int, more: int
) -> None:
    who, when = [r[0] for r in rows], np.array([r[1] for r in rows], dtype=np.int64)
    short, long = (repeat_within(who, when, w, last=25000) for w in (window, window + more))
    assert short.entities == long.entities and short.repeaters <= long.repeaters


def test_tenure_curve_ramps_to_the_mature_level() -> None:
    tenure = np.repeat([0, 1, 2, 3, 24, 30], 4)
    value = np.repeat([10.0, 60.0, 50.0, 96.0, 100.0, 100.0], 4)
    made = tenure_curve(tenure, value)
    assert made.mature == 100.0 and made.full_at == 3 and made.count.tolist() == [4] * 6
    np.testing.assert_allclose(made.ramp, [0.1, 0.55, 0.55, 0.96, 1.0, 1.0])
    young = tenure_curve([0, 1], [1.0, 2.0])
    assert np.isnan(young.mature) and np.isnan(young.ramp).all() and young.full_at is None
    with pytest.raises(ValueError):
        tenure_curve([-1], [1.0])
