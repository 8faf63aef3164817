"""Fitting in matrix form gives what Newton gives, and the row values it reads off its products are the cells' sums."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.projection import Family, Problem, Projection, Solution, Status, project
from salesnb.methods.projection.scaling import Fitting
from tests.bench.decomposition_problems import cube

NO_BLOCKS = "salesnb.methods.projection.blocks._SMALL"
NO_FITTING = "salesnb.methods.projection.scaling.fitting"


def dense(seed: int) -> Problem:
    """A small full cube of exact rows, one set of which leaves most cells out."""
    rng = np.random.default_rng(seed)
    shape = tuple(int(size) for size in rng.integers(2, [7, 5, 5]))
    person, product, month = (axis.ravel() for axis in np.meshgrid(*map(np.arange, shape), indexing="ij"))
    prior = rng.lognormal(3, 1, len(person))
    plan = prior * rng.lognormal(0, 0.4, len(person))
    some = np.where(product == 0, 0, np.where(month == 0, 1, -1))
    groups = {"person": person, "product": product, "month": month, "some": some}
    families = []
    for name, group in groups.items():
        inside = group >= 0
        families.append(Family.exact(name, group, np.bincount(group[inside], plan[inside])))
    return Problem(prior, tuple(families))


def both(problem: Problem) -> tuple[Solution, Solution]:
    """The solution by fitting (it is certain that it was used) and by Newton alone."""
    handle = Projection(problem)
    fitted = handle.solve(1e-11)
    assert isinstance(handle._fitting, Fitting)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(NO_FITTING, lambda _: None)
        stepped = project(problem, 1e-11)
    return fitted, stepped


def agree(problem: Problem, fitted: Solution, stepped: Solution) -> None:
    """Same cells; the row values claimed are those of the cells."""
    assert fitted.status is stepped.status is Status.SOLVED
    np.testing.assert_allclose(fitted.cells, stepped.cells, rtol=1e-8, atol=1e-9 * problem.prior.sum())
    np.testing.assert_allclose(problem.sums(fitted.cells), fitted.values, rtol=1e-12, atol=1e-12 * problem.prior.sum())
    assert abs(fitted.gap) < 1e-9


def test_a_cube_in_blocks_is_fitted_without_a_newton_step() -> None:
    problem = cube("74k").problem
    fitted, stepped = both(problem)
    assert fitted.steps == 0 < stepped.steps
    agree(problem, fitted, stepped)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_fitting_and_newton_agree(seed: int) -> None:
    problem = dense(seed)
    agree(problem, *both(problem))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_rows_left_open_and_rows_that_want_nothing(seed: int, empty: bool) -> None:
    """An open row keeps what comes; a row of zero empties its cells and leaves nothing to divide by."""
    problem = dense(seed)
    low, high = problem.per_row("low"), problem.per_row("high")
    names = [family.name for family in problem.families]
    last = problem.families[names.index("month")].size - 1
    row = problem.row("month", last)
    cells = problem.families[names.index("month")].group == last
    if empty:  # what is left of the other rows is what the plan without that month adds up to
        plan = np.where(cells, 0.0, project(problem).cells)
        low = high = problem.sums(plan)
    else:
        low[row], high[row] = -np.inf, np.inf
    problem = problem.with_rows(low=low, high=high)
    fitted, stepped = both(problem)
    agree(problem, fitted, stepped)
    assert not empty or fitted.cells[cells].max() < 1e-100


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_cells_changes_no_bit(seed: int) -> None:
    problem = replace(dense(seed), keys=np.arange(dense(seed).cells))
    order = np.random.default_rng(seed).permutation(problem.cells)
    families = tuple(Family(f.name, f.group[order], f.low, f.high) for f in problem.families)
    again = Problem(problem.prior[order], families, keys=problem.keys[order])  # type: ignore[index]
    assert np.array_equal(project(problem).cells[order], project(again).cells)


def test_blocks_whose_columns_are_no_run_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two branches that share months but no product: their columns lie between each other's."""
    monkeypatch.setattr(NO_BLOCKS, 0)
    rng = np.random.default_rng(5)
    person, product, month = (axis.ravel() for axis in np.meshgrid(*map(np.arange, (6, 4, 5)), indexing="ij"))
    own = (person % 2) == (product % 2)
    person, product, month = person[own], product[own], month[own]
    prior = rng.lognormal(2, 1, len(person))
    plan = prior * rng.lognormal(0, 0.3, len(person))
    groups = {"person": person, "product": product, "month": month}
    problem = Problem(prior, tuple(Family.exact(name, g, np.bincount(g, plan)) for name, g in groups.items()))
    fitted, stepped = both(problem)
    agree(problem, fitted, stepped)
