"""Conflict sets and proposals judged by arithmetic on what scipy's linear programmes suggest: nothing is shared with
the code under test, and no solver is believed."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from salesnb.methods.conflicts import Conflict, find_conflict, merged
from salesnb.methods.projection import Family, Problem, layout, project
from salesnb.methods.projection.layout import Layout
from salesnb.methods.relaxation import apply, propose
from tests.bench.decomposition_problems import Made, small

FAR = 1e4  # average cells: what a cell without an upper bound may be at most


@lru_cache(maxsize=4)
def matrix_of(problem: Problem) -> np.ndarray:
    """(rows, cells) coefficients, cell by cell."""
    return np.stack([problem.sums(unit) for unit in np.eye(problem.cells)], axis=1)


def held_by_linprog(problem: Problem, rows: set[int]) -> bool:
    """Whether these rows can hold together within the cells' bounds, limits opened by a billionth of their size.

    The programme of least violation only suggests; arithmetic decides. Held: cells that keep every limit. Not held: a
    sum of the limits, with weights of zero or more, that no cells within their bounds can reach.
    """
    matrix, low, high = matrix_of(problem), problem.per_row("low"), problem.per_row("high")
    unit = float(np.abs(problem.prior).mean())
    lower, upper = (np.clip(side / unit, -FAR, FAR) for side in problem.ranges())
    size = np.abs(matrix) @ np.abs(problem.prior)
    for side in (low, high):
        size = np.maximum(size, np.where(np.isfinite(side), np.abs(side), 0.0))
    above, below = (sorted(row for row in rows if np.isfinite(side[row])) for side in (high, low))
    left = np.vstack([matrix[above], -matrix[below]])
    right = np.concatenate([high[above] + 1e-9 * size[above], -low[below] + 1e-9 * size[below]]) / unit
    cost, misses = np.concatenate([np.zeros(problem.cells), np.ones(len(right))]), -np.eye(len(right))
    bounds = np.concatenate([np.stack([lower, upper], axis=1), np.tile([0.0, np.inf], (len(right), 1))])
    close = {"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10}
    suggested = np.hstack([left, misses]), right
    found = linprog(cost, *suggested, bounds=bounds, method="highs-ds", options=close)
    assert found.status == 0, found.message
    cells, weights = np.clip(found.x[: problem.cells], lower, upper), np.maximum(-found.ineqlin.marginals, 0.0)
    if (left @ cells <= right + 1e-9 * np.maximum(np.abs(right), 1.0)).all():
        return True
    combined = weights @ left
    least = float(np.minimum(combined * lower, combined * upper).sum())
    assert least > weights @ right, "neither cells that keep the limits nor a sum of limits that nothing reaches"
    return False


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


def one_by_one(problem: Problem) -> Problem:
    """The same rows, each a family of its own: what a plan over classes of cells looks like."""
    names = {family.name: [f"{family.name} {at}" for at in range(family.size)] for family in problem.families}
    families = [
        Family(names[f.name][at], np.where(f.group == at, 0, -1), f.low[at : at + 1], f.high[at : at + 1])
        for f in problem.families
        for at in range(f.size)
    ]
    ratios = tuple(
        replace(ratio, terms=tuple((names[name][group], 0, c) for name, group, c in ratio.terms))
        for ratio in problem.ratios
    )
    return replace(problem, families=tuple(families), ratios=ratios)


def test_rows_looked_at_all_at_once_contradict_each_other_as_those_looked_at_one_by_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    problems = [one_by_one(disturbed(seed)) for seed in range(30)]
    at_once = [find_conflict(problem) for problem in problems]
    monkeypatch.setattr(merged, "_DENSE", 0)
    looped = [find_conflict(problem) for problem in problems]
    assert at_once == looped and sum(found is not None for found in at_once) > 5


def test_a_product_and_a_loop_over_families_project_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = [one_by_one(small(seed).problem) for seed in range(30)]
    at_once = [project(problem) for problem in problems]
    assert any(Layout(problem).member is not None for problem in problems)
    monkeypatch.setattr(layout, "_DENSE", 0)
    for problem, found in zip(problems, at_once, strict=True):
        looped = project(problem)
        assert (found.status, found.steps) == (looped.status, looped.steps)
        np.testing.assert_allclose(found.cells, looped.cells, rtol=1e-9, atol=1e-9 * np.abs(problem.prior).sum())
