"""The projection equals that of an independent solver of cone programmes, on small problems of every kind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from salesnb.methods.conflicts import find_conflict
from salesnb.methods.projection import Family, Problem, Status, project
from tests.bench.decomposition_problems import small

cvxpy = pytest.importorskip("cvxpy", reason="cvxpy is in the bench environment only")
pytest.importorskip("clarabel", reason="Clarabel is in the bench environment only")


def oracle(problem: Problem) -> tuple[str, np.ndarray | None]:
    """Status and cells by Clarabel: relative entropy as exponential cones; soft rows as their penalties."""
    lower, upper = problem.ranges()
    moving, unit = np.flatnonzero(lower < upper), float(problem.prior.mean())
    x = cvxpy.Variable(len(moving))
    cells: Any = np.zeros(problem.cells)
    cells[lower == upper] = lower[lower == upper] / unit
    place = np.zeros((problem.cells, len(moving)))
    place[moving, np.arange(len(moving))] = 1.0
    cells = place @ x + cells
    rows = np.stack([problem.sums(unit_vector) for unit_vector in np.eye(problem.cells)], axis=1)
    value = rows @ cells
    distance = cvxpy.sum(cvxpy.kl_div(x, problem.prior[moving] / unit))
    limits = [x >= lower[moving] / unit]
    limits += [x[i] <= upper[at] / unit for i, at in enumerate(moving) if np.isfinite(upper[at])]
    caps, stiffness = problem.per_row("cap"), problem.per_row("stiffness")
    for row, (low, high) in enumerate(zip(problem.per_row("low") / unit, problem.per_row("high") / unit, strict=True)):
        miss: Any = 0.0
        if np.isfinite(caps[row]):
            miss = cvxpy.Variable()
            distance += caps[row] * cvxpy.abs(miss)
        elif np.isfinite(stiffness[row]):
            miss = cvxpy.Variable()
            size = max(abs(limit) for limit in (low, high) if np.isfinite(limit))
            distance += 0.5 * stiffness[row] * cvxpy.square(miss) / size
        if low == high:
            limits.append(value[row] + miss == low)
            continue
        limits += [value[row] + miss >= low] if np.isfinite(low) else []
        limits += [value[row] + miss <= high] if np.isfinite(high) else []
    asked = cvxpy.Problem(cvxpy.Minimize(distance), limits)
    asked.solve(solver="CLARABEL", tol_gap_abs=1e-11, tol_gap_rel=1e-11, tol_feas=1e-11)
    found = None if x.value is None else unit * np.asarray(cells.value)
    return asked.status, found


@pytest.mark.parametrize("seed", range(25))
def test_cells_equal_the_oracle(seed: int) -> None:
    problem = small(seed).problem
    status, expected = oracle(problem)
    assert status in ("optimal", "optimal_inaccurate") and expected is not None
    cells = project(problem).cells
    np.testing.assert_allclose(cells, expected, rtol=2e-4, atol=1e-5 * problem.prior.mean())


@pytest.mark.parametrize("softness", [{"cap": 0.2}, {"cap": 2.0}, {"stiffness": 0.7}, {"stiffness": 20.0}])
@pytest.mark.parametrize("seed", range(4))
def test_soft_rows_equal_the_oracle(seed: int, softness: dict[str, float]) -> None:
    made = small(seed, ranges=False, ratios=False)
    families = list(made.problem.families)
    wish = families[1]
    moved = wish.low * np.linspace(0.8, 1.3, wish.size)
    soft = {name: np.full(wish.size, value) for name, value in softness.items()}
    families[1] = Family(wish.name, wish.group, moved, moved, **soft)
    problem = Problem(made.problem.prior, families, (), made.problem.lower, made.problem.upper)
    status, expected = oracle(problem)
    assert status in ("optimal", "optimal_inaccurate") and expected is not None
    solution = project(problem)
    assert solution.status is Status.SOLVED and abs(solution.gap) < 1e-9
    np.testing.assert_allclose(solution.cells, expected, rtol=5e-4, atol=1e-5 * problem.prior.mean())


@pytest.mark.parametrize("seed", range(6))
def test_infeasible_is_infeasible_for_the_oracle_too(seed: int) -> None:
    made = small(seed, ratios=False)
    sums = np.bincount(made.problem.families[0].group, made.plan)
    total = Family.exact("all", np.zeros(made.problem.cells, int), [sums.sum() * 0.97])
    floors = Family("floor", made.problem.families[0].group, sums, np.full(len(sums), np.inf))
    problem = Problem(made.problem.prior, [total, floors])
    assert oracle(problem)[0].startswith("infeasible")
    assert project(problem).status is Status.INFEASIBLE
    assert find_conflict(problem) is not None
