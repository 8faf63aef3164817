"""Problems that make simpler methods stall, problems without a solution, results that no machine may change."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesnb.methods.projection.handle as handle_module
from salesnb.methods.projection import Family, Problem, Projection, Ratio, Status, project
from tests.bench.decomposition_problems import cube, small

INF = np.inf


def grid(rows: int, columns: int) -> tuple[np.ndarray, np.ndarray]:
    r, c = np.indices((rows, columns))
    return r.ravel(), c.ravel()


def forced_zero() -> Problem:
    """Cells 00, 01, 11: row and column sums of one force 01 to zero, which scaling reaches like 1/sweeps."""
    return Problem(
        np.ones(3), [Family.exact("row", [0, 0, 1], [1.0, 1.0]), Family.exact("column", [0, 1, 1], [1.0, 1.0])]
    )


def forced_zero_staircase() -> Problem:
    """A staircase of forced zeros, each depending on the one before."""
    r, c = grid(12, 12)
    keep = c >= r
    sums = np.ones(12)
    return Problem(np.ones(keep.sum()), [Family.exact("row", r[keep], sums), Family.exact("column", c[keep], sums)])


def single_point() -> Problem:
    """Caps that add up to the total exactly: every cap binds at once."""
    r, _ = grid(6, 5)
    caps = np.arange(1.0, 7.0)
    rows = Family("cap", r, np.full(6, -INF), caps)
    return Problem(np.linspace(1, 9, 30), [rows, Family.exact("all", np.zeros(30, int), [caps.sum()])])


def uppers_add_up() -> Problem:
    """Cell bounds that leave no freedom in one column."""
    r, c = grid(4, 4)
    upper = np.where(c == 0, 2.5, INF)
    columns = np.array([10.0, 20.0, 30.0, 40.0])
    return Problem(
        np.ones(16), [Family.exact("column", c, columns), Family.exact("row", r, np.full(4, 25.0))], upper=upper
    )


def sixteen_decades() -> Problem:
    """A prior that spans sixteen decades under moderate targets."""
    r, c = grid(8, 9)
    prior = 10.0 ** np.linspace(-8, 8, 72)[np.random.default_rng(5).permutation(72)]
    return Problem(prior, [Family.exact("row", r, np.full(8, 9.0)), Family.exact("column", c, np.full(9, 8.0))])


def zero_targets() -> Problem:
    """Groups whose target is zero beside ordinary ones."""
    r, c = grid(4, 3)
    return Problem(
        np.ones(12), [Family.exact("row", r, [0.0, 5.0, 0.0, 7.0]), Family.exact("column", c, [3.0, 4.0, 5.0])]
    )


def ladder() -> Problem:
    """Each at least one and a half times the next, with a total."""
    people = Family.free("person", np.arange(6), 6)
    steps = [
        Ratio(f"{i} over {i + 1}", (("person", i, 1.0), ("person", i + 1, -1.5)), low=0.0, high=INF) for i in range(5)
    ]
    return Problem(np.arange(1.0, 7.0), [people, Family.exact("all", np.zeros(6, int), [100.0])], steps)


def narrow_everywhere() -> Problem:
    """Bounds of one per mille around a plan that meets all margins, prior elsewhere."""
    made = small(77, ratios=False)
    lower, upper = made.plan * 0.999, made.plan * 1.001
    return Problem(made.problem.prior, made.problem.families, (), lower, upper)


HARD = [
    forced_zero,
    forced_zero_staircase,
    single_point,
    uppers_add_up,
    sixteen_decades,
    zero_targets,
    ladder,
    narrow_everywhere,
]


@pytest.mark.parametrize("make", HARD, ids=lambda make: make.__name__)
def test_hard_cases_converge(make: Callable[[], Problem]) -> None:
    problem = make()
    solution = project(problem, 1e-9)
    values = problem.sums(solution.cells)
    size = np.maximum(np.abs(values), 1e-3 * np.abs(problem.prior).sum() / problem.row_count)
    size[problem.group_rows :] = np.abs(problem.ratio_matrix()) @ size[: problem.group_rows]
    miss = np.maximum(np.maximum(problem.per_row("low") - values, values - problem.per_row("high")), 0) / size
    assert solution.status is Status.SOLVED
    assert miss.max() < 1e-8
    assert ((solution.cells >= problem.lower) & (solution.cells <= problem.upper)).all()


def test_newton_that_never_steps_is_rescued_by_sweeps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fallback alone still makes progress from anywhere: with Newton switched off it reaches a coarse tolerance."""
    made = small(3, ratios=False)
    expected = project(made.problem).cells
    real = handle_module.descend

    def stuck(dual, steps, start, tolerance, most):  # type: ignore[no-untyped-def]
        return real(dual, steps, start, tolerance, 0).__class__(
            start.point, start.slope, start.error, start.steps, start.heading, stalled=True
        )

    monkeypatch.setattr(handle_module, "descend", stuck)
    solution = project(made.problem, 1e-3)
    assert solution.error < 0.02
    np.testing.assert_allclose(solution.cells, expected, rtol=0.2, atol=0.02 * expected.max())


@settings(max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.01, 0.1, 0.5]))
def test_infeasibility_is_proven_not_guessed(seed: int, excess: float) -> None:
    made = small(seed, ratios=False)
    person = made.problem.families[0]
    sums = np.bincount(person.group, made.plan, person.size)
    total = Family.exact("all", np.zeros(made.problem.cells, int), [sums.sum()])
    floors = Family("floor", person.group, sums * (1 + excess), np.full(person.size, INF))
    solution = project(Problem(made.problem.prior, [total, floors]))
    assert solution.status is Status.INFEASIBLE
    assert len(solution.proof)


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_no_solvable_problem_is_called_infeasible(seed: int) -> None:
    assert project(small(seed).problem).status is Status.SOLVED


def test_a_target_for_an_empty_group_names_the_row() -> None:
    problem = Problem([1.0, 0.0], [Family.exact("g", np.array([0, 1]), [5.0, 3.0])])
    solution = project(problem)
    assert solution.status is Status.INFEASIBLE
    assert [problem.row_name(row) for row in solution.proof] == [("g", 1)]


def test_no_cells_no_rows() -> None:
    assert project(Problem([], [])).status is Status.SOLVED
    assert project(Problem([1.0, 2.0], [])).cells.tolist() == [1.0, 2.0]


def test_a_solution_found_again_after_an_impossible_edit() -> None:
    made = small(5)
    handle = Projection(made.problem)
    first = handle.solve()
    family = made.problem.families[0]
    assert handle.problem.row_name(0) == (family.name, 0)
    handle.limit(family.name, 0, low=1e3 * made.plan.sum(), high=INF)
    assert handle.solve().status is Status.INFEASIBLE
    handle.limit(family.name, 0, low=float(family.low[0]), high=float(family.high[0]))
    again = handle.solve()
    assert again.status is Status.SOLVED
    np.testing.assert_allclose(again.cells, first.cells, rtol=1e-7)


THREADS = """
import hashlib, numpy as np
from salesnb.methods.projection import project
from tests.bench.decomposition_problems import cube
for ranges in (False, True):
    x = project(cube("8k", ranges=ranges).problem).cells
    print(hashlib.sha256(np.rint(x * 1024).astype(np.int64).tobytes()).hexdigest())
"""


def test_one_and_two_threads_and_repeated_runs_agree(root) -> None:  # type: ignore[no-untyped-def]
    def run(threads: str) -> str:
        env = os.environ | {"OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": str(root)}
        return subprocess.run(
            [sys.executable, "-c", THREADS], env=env, cwd=root, check=True, capture_output=True, text=True
        ).stdout

    assert run("1") == run("2") == run("1")


def test_a_middle_sized_cube_with_ranges_solves() -> None:
    made = cube("8k", ranges=True)
    solution = project(made.problem, 1e-9)
    assert solution.status is Status.SOLVED and abs(solution.gap) < 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_ranges_that_lean_on_each_other_take_few_steps(seed: int) -> None:
    """Quarters and products of a branch bind together: their duals must stop at zero one by one, not all at once."""
    solution = project(cube("8k", ranges=True, seed=seed).problem, 1e-9)
    assert solution.status is Status.SOLVED and solution.steps <= 16
