"""Conflict sets and proposals judged by scipy's linear programmes, with nothing shared with the code under test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from salesnb.methods.conflicts import Conflict, find_conflict
from salesnb.methods.projection import Problem
from salesnb.methods.relaxation import apply, propose
from tests.bench.decomposition_problems import Made, small


def matrix_of(problem: Problem) -> np.ndarray:
    """(rows, cells) coefficients, cell by cell."""
    return np.stack([problem.sums(unit) for unit in np.eye(problem.cells)], axis=1)


def held_by_linprog(problem: Problem, rows: set[int]) -> bool:
    """Whether these rows can hold together within the cells' bounds, limits opened by a billionth of their size."""
    matrix, low, high = matrix_of(problem), problem.per_row("low"), problem.per_row("high")
    lower, upper = problem.ranges()
    size = np.abs(matrix) @ np.abs(problem.prior)
    for side in (low, high):
        size = np.maximum(size, np.where(np.isfinite(side), np.abs(side), 0.0))
    unit = float(np.abs(problem.prior).mean())
    above = [row for row in rows if np.isfinite(high[row])]
    below = [row for row in rows if np.isfinite(low[row])]
    coefficients = np.vstack([matrix[above], -matrix[below]])
    limits = np.concatenate([high[above] + 1e-9 * size[above], -low[below] + 1e-9 * size[below]]) / unit
    bounds = np.stack([lower / unit, upper / unit], axis=1)
    result = linprog(np.zeros(problem.cells), A_ub=coefficients, b_ub=limits, bounds=bounds, method="highs-ds")
    assert result.status in (0, 2), result.message
    return result.status == 0


def disturbed(seed: int) -> Problem:
    """A solvable problem of ranges, bounds, locks and a ratio, some of whose limits are then moved anywhere."""
    made: Made = small(seed)
    problem, rng = made.problem, np.random.default_rng(seed + 10**6)
    low, high = problem.per_row("low"), problem.per_row("high")
    moved = rng.random(problem.row_count) < rng.uniform(0.1, 0.6)
    factor = rng.lognormal(0, rng.uniform(0.02, 0.5), problem.row_count)
    low[moved], high[moved] = (low * factor)[moved], (high * factor)[moved]
    closed = (rng.random(problem.row_count) < 0.2) & np.isfinite(low)
    high[closed] = np.maximum(low[closed], np.minimum(high[closed], 1.2 * low[closed]))
    return replace(problem.with_rows(low=low, high=high), keys=np.arange(problem.cells))


def assert_irreducible(problem: Problem, conflict: Conflict) -> None:
    rows = set(conflict.rows)
    assert conflict.verified and not held_by_linprog(problem, rows)
    for row in rows:
        assert held_by_linprog(problem, rows - {row}), f"without {problem.row_name(row)} it still contradicts itself"


def judged(problem: Problem) -> bool:
    """Agreement with the linear programme; whether the problem is infeasible."""
    conflict = find_conflict(problem)
    feasible = held_by_linprog(problem, set(range(problem.row_count)))
    assert (conflict is None) == feasible
    if conflict is not None:
        assert_irreducible(problem, conflict)
    return conflict is not None


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_limits_moved_anywhere_are_judged_as_linprog_does(seed: int) -> None:
    judged(disturbed(seed))


def test_two_hundred_random_infeasible_problems_have_irreducible_sets() -> None:
    found, seed = 0, 0
    while found < 200:
        found += judged(disturbed(seed))
        seed += 1
    assert seed < 1000


@settings(max_examples=8)
@given(st.integers(0, 10**6))
def test_proposals_hold_as_linprog_sees_it(seed: int) -> None:
    problem = disturbed(seed)
    for proposal in propose(problem):
        assert proposal.verified
        assert held_by_linprog(apply(problem, proposal), set(range(problem.row_count)))
