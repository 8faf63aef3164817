"""Looking again after limits moved says what a fresh look says, and what it names contradicts itself."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.conflicts import Trials, Watch, feasible, find_conflict
from salesnb.methods.projection import Problem
from tests.bench.decomposition_problems import small


def moved(problem: Problem, rng: np.random.Generator) -> Problem:
    """A few exact rows raised or lowered: mostly a contradiction, as their cells are the others' too."""
    low, high = problem.per_row("low"), problem.per_row("high")
    for row in rng.choice(np.flatnonzero(low == high), 3):
        low[row] = high[row] = low[row] * rng.choice([0.7, 1.0, 1.3])
    return problem.with_rows(low=low, high=high)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_a_watch_says_what_a_fresh_look_says(seed: int) -> None:
    problem, rng = small(seed, ranges=False, bounds=False).problem, np.random.default_rng(seed)
    watch = Watch(problem)
    assert watch.contradiction(problem) is None
    for _ in range(4):
        other = moved(problem, rng)
        found = watch.contradiction(other)
        assert (found is None) == feasible(other)
        assert found is None or found.described().verified
    assert watch.contradiction(problem) is None


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_trials_leave_the_limits_as_they_were(seed: int) -> None:
    problem, rng = small(seed, ranges=False, bounds=False).problem, np.random.default_rng(seed)
    trials, low = Trials(problem), problem.per_row("low")
    for _ in range(4):
        other = moved(problem, rng)
        changed = {
            int(row): (float(other.per_row("low")[row]),) * 2 for row in np.flatnonzero(low != other.per_row("low"))
        }
        found, fresh = trials.conflict(changed), find_conflict(other)
        assert (found is None) == (fresh is None)
        assert found is None or found.verified
    assert trials.conflict({}) is None


def test_a_row_that_had_no_limit_is_looked_at_afresh() -> None:
    problem = small(3, ranges=False, bounds=False).problem
    high = problem.per_row("high")
    row = int(np.flatnonzero(np.isfinite(high))[0])
    low = problem.per_row("low")
    value, low[row], high[row] = float(high[row]), -np.inf, np.inf
    trials = Trials(problem.with_rows(low=low, high=high))
    assert trials.conflict({row: (value, value)}) is None
    assert trials.conflict({row: (2 * value, 2 * value)}) is not None
    assert value > 0 and pytest.approx(value) == problem.per_row("low")[row]
