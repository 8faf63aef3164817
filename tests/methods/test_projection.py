"""The projection is what it claims to be: optimal by its own proof, feasible, indifferent to order and scale."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.projection import (
    Family,
    Problem,
    ProblemError,
    Projection,
    Ratio,
    Selection,
    Status,
    pack,
    project,
)
from tests.bench.decomposition_problems import Made, cube, small

seeds = st.integers(0, 10**6)


def misses(problem: Problem, cells: np.ndarray) -> float:
    """The largest miss of any limit relative to its size, recomputed here."""
    values = problem.sums(cells)
    low, high = problem.per_row("low"), problem.per_row("high")
    scale = np.maximum(1, np.maximum(*(np.abs(np.where(np.isfinite(side), side, 0)) for side in (low, high))))
    scale[problem.group_rows :] = np.abs(problem.ratio_matrix()) @ np.abs(values[: problem.group_rows])
    rows = np.maximum(np.maximum(low - values, values - high), 0) / scale
    cell = np.maximum(np.maximum(problem.lower - cells, cells - problem.upper), 0)
    return float(max(rows.max(initial=0), cell.max(initial=0)))


def exponents(problem: Problem, dual: np.ndarray) -> np.ndarray:
    """(cells,) the sum of the duals that act on each, from the problem's own rows."""
    groups = dual[: problem.group_rows] + dual[problem.group_rows :] @ problem.ratio_matrix()
    total, at = np.zeros(problem.cells), 0
    for family in problem.families:
        total += np.append(groups[at : at + family.size], 0.0)[family.group]
        at += family.size
    return total


@settings(max_examples=60)
@given(seeds)
def test_cells_are_clipped_products_with_signed_duals_and_no_gap(seed: int) -> None:
    problem = small(seed).problem
    solution = project(problem)
    assert solution.status is Status.SOLVED
    assert misses(problem, solution.cells) < 1e-9
    product = problem.prior * np.exp(exponents(problem, solution.dual))
    np.testing.assert_allclose(solution.cells, np.clip(product, problem.lower, problem.upper), rtol=1e-12, atol=1e-12)
    low, high = problem.per_row("low"), problem.per_row("high")
    values = problem.sums(solution.cells)
    size = np.maximum(1, np.abs(values))
    size[problem.group_rows :] = np.abs(problem.ratio_matrix()) @ size[: problem.group_rows]
    pulled, pushed = solution.dual > 0, solution.dual < 0
    assert (np.abs(values - low) / size)[pulled].max(initial=0) < 1e-9
    assert (np.abs(values - high) / size)[pushed].max(initial=0) < 1e-9
    assert abs(solution.gap) < 1e-9


@settings(max_examples=30)
@given(seeds)
def test_gap_agrees_with_both_objectives_written_out(seed: int) -> None:
    problem = small(seed).problem
    solution = project(problem)
    x, q = solution.cells, problem.prior.copy()
    locked = problem.lower == problem.upper
    q[locked] = problem.lower[locked]  # a constant: any prior serves a locked cell
    primal = np.sum(np.where(x > 0, x * np.log(np.where(x > 0, x, 1) / q), 0) - x + q)
    pull = exponents(problem, solution.dual)
    best = np.sum(x * pull - (np.where(x > 0, x * np.log(np.where(x > 0, x, 1) / q), 0) - x + q))
    target = np.where(solution.dual > 0, problem.per_row("low"), problem.per_row("high"))
    dual = np.sum(np.where(solution.dual != 0, target, 0) * solution.dual) - best
    assert primal - dual == pytest.approx(solution.gap * q.sum(), abs=1e-8 * q.sum())
    assert abs(primal - dual) < 1e-8 * q.sum()


@settings(max_examples=30)
@given(seeds)
def test_nothing_feasible_nearby_is_closer(seed: int) -> None:
    made = small(seed)
    x, q = project(made.problem).cells, made.problem.prior

    def distance(y: np.ndarray) -> float:
        return float(np.sum(np.where(y > 0, y * np.log(np.where(y > 0, y, 1) / q), 0) - y + q))

    for share in (0.01, 0.1, 0.5, 1.0):  # the set is convex: every mix with the known plan is feasible
        assert distance((1 - share) * x + share * made.plan) >= distance(x) - 1e-9 * q.sum()


@settings(max_examples=30)
@given(seeds)
def test_feasible_prior_returns_itself(seed: int) -> None:
    made = small(seed)
    problem = Problem(made.plan, made.problem.families, made.problem.ratios, made.problem.lower, made.problem.upper)
    solution = project(problem)
    np.testing.assert_allclose(solution.cells, made.plan, rtol=1e-12)
    assert np.abs(solution.dual).max() < 1e-9 and solution.steps == 0


@settings(max_examples=30)
@given(seeds, st.sampled_from([1e-6, 0.37, 1e4, 1e9]))
def test_scaling_prior_and_margins_scales_the_cells(seed: int, factor: float) -> None:
    problem = small(seed).problem
    families = [Family(f.name, f.group, f.low * factor, f.high * factor) for f in problem.families]
    ratios = [Ratio(r.name, r.terms, r.low * factor, r.high * factor) for r in problem.ratios]
    scaled = Problem(problem.prior * factor, families, ratios, problem.lower * factor, problem.upper * factor)
    np.testing.assert_allclose(project(scaled).cells, factor * project(problem).cells, rtol=1e-8)


@settings(max_examples=30)
@given(seeds)
def test_order_of_cells_groups_and_families_changes_no_bit(seed: int) -> None:
    problem = small(seed).problem
    keyed = Problem(
        problem.prior, problem.families, problem.ratios, problem.lower, problem.upper, np.arange(problem.cells)
    )
    rng = np.random.default_rng(seed + 1)
    cells = rng.permutation(problem.cells)
    families, seat = [], {}
    for family in problem.families:
        seat[family.name] = rng.permutation(family.size)
        order = np.argsort(seat[family.name])
        group = np.append(seat[family.name], -1)[family.group[cells]]
        families.append(Family(family.name, group, family.low[order], family.high[order]))
    rng.shuffle(families)
    ratios = [
        Ratio(r.name, tuple((n, int(seat[n][g]), c) for n, g, c in r.terms), r.low, r.high) for r in problem.ratios
    ]
    shuffled = Problem(problem.prior[cells], families, ratios, problem.lower[cells], problem.upper[cells], cells)
    assert (project(shuffled).cells == project(keyed).cells[cells]).all()


@settings(max_examples=30)
@given(seeds)
def test_warm_edit_equals_cold(seed: int) -> None:
    made = small(seed)
    handle = Projection(made.problem)
    handle.solve()
    family = made.problem.families[seed % 3]
    group = seed % family.size
    value = float(made.problem.sums(made.plan)[made.problem.row(family.name, group)])
    handle.limit(family.name, group, low=0.5 * value, high=2.0 * value)
    warm = handle.solve()
    assert project(handle.as_problem()).cells == pytest.approx(warm.cells, rel=1e-7, abs=1e-9 * made.plan.sum())
    low, high = family.low.copy(), family.high.copy()
    low[group], high[group] = 0.5 * value, 2.0 * value
    families = [Family(f.name, f.group, low, high) if f is family else f for f in made.problem.families]
    cold = project(Problem(made.problem.prior, families, made.problem.ratios, made.problem.lower, made.problem.upper))
    assert warm.status is cold.status is Status.SOLVED
    np.testing.assert_allclose(warm.cells, cold.cells, rtol=1e-7, atol=1e-9 * made.plan.sum())


def test_warm_lock_equals_cold() -> None:
    made = small(11)
    handle = Projection(made.problem)
    handle.solve()
    lower, upper = made.problem.lower.copy(), made.problem.upper.copy()
    lower[3] = upper[3] = made.plan[3]
    handle.bound(lower, upper)
    warm = handle.solve()
    cold = project(Problem(made.problem.prior, made.problem.families, made.problem.ratios, lower, upper))
    assert warm.cells[3] == made.plan[3] and handle.as_problem().lower[3] == made.plan[3]
    np.testing.assert_allclose(warm.cells, cold.cells, rtol=1e-8)


@settings(max_examples=20)
@given(seeds)
def test_one_way_margins_keep_odds_ratios(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prior, plan = rng.lognormal(0, 1, (4, 3)), rng.lognormal(0, 1, (4, 3))
    p, k = np.indices(prior.shape)
    families = [
        Family.exact("rows", p.ravel(), plan.sum(1)),
        Family.exact("columns", k.ravel(), plan.sum(0)),
    ]
    x = project(Problem(prior.ravel(), families)).cells.reshape(prior.shape)

    def odds(t: np.ndarray) -> np.ndarray:
        return t[1:, 1:] * t[:1, :1] / (t[1:, :1] * t[:1, 1:])

    np.testing.assert_allclose(odds(x), odds(prior), rtol=1e-8)


@settings(max_examples=20)
@given(seeds, st.floats(0.001, 0.2))
def test_raising_one_target_never_lowers_its_group(seed: int, rise: float) -> None:
    made = small(seed, ranges=False, bounds=False, ratios=False)
    person = made.problem.families[0]
    before = project(Problem(made.problem.prior, [person])).cells
    low, high = np.full(person.size, -np.inf), np.full(person.size, np.inf)
    totals = np.bincount(person.group, before, person.size)
    low[0] = totals[0] * (1 + rise)
    total = Family.exact("all", np.zeros(made.problem.cells, int), [totals.sum() * 1.1])
    for others in ([], [total]):
        start = project(Problem(made.problem.prior, others)) if others else None
        had = np.bincount(person.group, start.cells if start else made.problem.prior, person.size)[0]
        low[0] = had * (1 + rise)
        after = project(Problem(made.problem.prior, [Family("person", person.group, low, high), *others]))
        if after.status is Status.SOLVED:
            assert np.bincount(person.group, after.cells, person.size)[0] >= had * (1 + rise) * (1 - 1e-9)


def test_returns_keep_their_sign_and_shrink_when_more_is_asked() -> None:
    prior = np.array([100.0, -10.0, 50.0, -5.0])
    family = Family.exact("all", np.zeros(4, int), [150.0])
    x = project(Problem(prior, [family])).cells
    assert (np.sign(x) == np.sign(prior)).all()
    assert x.sum() == pytest.approx(150.0) and x[0] > 100 and -10 < x[1] < 0
    assert x[0] / 100 == pytest.approx(-10 / x[1])


def test_zero_prior_stays_zero_unless_lifted_and_locks_hold_to_the_bit() -> None:
    family = Family.exact("all", np.zeros(4, int), [100.0])
    lower, upper = np.array([0.0, 7.0, 12.345678, 0.0]), np.array([np.inf, np.inf, 12.345678, np.inf])
    x = project(Problem([0.0, 0.0, 3.0, 5.0], [family], lower=lower, upper=upper)).cells
    assert x[0] == 0.0 and x[1] >= 7.0 and x[2] == 12.345678
    assert x.sum() == pytest.approx(100.0)


def test_soft_rows_give_way_as_their_weight_says() -> None:
    group = np.array([0, 0, 1, 1])
    total = Family.exact("all", np.zeros(4, int), [100.0])

    def wished(**soft: float) -> float:
        arrays = {name: np.array([value, np.inf]) for name, value in soft.items()}
        wish = Family("wish", group, np.array([60.0, -np.inf]), np.array([60.0, np.inf]), **arrays)
        solution = project(Problem(np.full(4, 25.0), [total, wish]))
        assert solution.status is Status.SOLVED and abs(solution.gap) < 1e-9
        return float(solution.cells[:2].sum())

    assert wished() == pytest.approx(60.0)
    assert 50 < wished(stiffness=0.5) < wished(stiffness=5.0) < wished(stiffness=500.0) < 60
    assert wished(cap=10.0) == pytest.approx(60.0)
    held_back = wished(cap=0.1)  # cells change by a factor e^0.1 at most before the wish is given up
    assert held_back == pytest.approx(100 * np.exp(0.1) / (1 + np.exp(0.1)))


def test_a_wish_can_be_weighed_anew() -> None:
    group = np.array([0, 0, 1, 1])
    total = Family.exact("all", np.zeros(4, int), [100.0])
    wish = Family("wish", group, np.array([60.0, -np.inf]), np.array([60.0, np.inf]), stiffness=np.array([1.0, np.inf]))
    handle = Projection(Problem(np.full(4, 25.0), [total, wish]))
    before = handle.solve().cells[:2].sum()
    handle.limit("wish", 0, low=60.0, high=60.0, stiffness=50.0)
    assert before < handle.solve().cells[:2].sum() < 60
    handle.limit("wish", 0, low=60.0, high=60.0, cap=0.01, stiffness=np.inf)
    assert handle.solve().cells[:2].sum() == pytest.approx(100 * np.exp(0.01) / (1 + np.exp(0.01)))
    with pytest.raises(ProblemError, match="positive"):
        handle.limit("wish", 0, low=60.0, high=60.0, cap=0.0)


@settings(max_examples=20)
@given(seeds)
def test_rules_on_any_cells_share_families_where_they_do_not_overlap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    prior = rng.lognormal(0, 1, 40)
    plan = prior * rng.lognormal(0, 0.3, 40)
    rules = []
    for _ in range(6):
        cells = np.flatnonzero(rng.random(40) < 0.2)
        value = float(plan[cells].sum())
        rules.append(Selection(cells, low=0.9 * value, high=1.1 * value))
    families, names = pack("rule", rules, 40)
    assert 1 <= len(families) <= len(rules)
    problem = Problem(prior, families)
    values = problem.sums(project(problem).cells)
    for rule, name in zip(rules, names, strict=True):
        value = values[problem.row(*name)]
        assert rule.low * (1 - 1e-9) <= value <= rule.high * (1 + 1e-9)
        assert problem.sums(plan)[problem.row(*name)] == pytest.approx(plan[rule.cells].sum())
    apart, _ = pack("rule", [Selection(np.array([at])) for at in range(40)], 40)
    assert len(apart) == 1


def test_range_ratio_between_margins() -> None:
    person = Family.free("person", np.array([0, 1, 2]), 3)
    total = Family.exact("all", np.zeros(3, int), [300.0])
    ratio = Ratio("best to newest", (("person", 0, 1.0), ("person", 1, -1.5)), low=0.0, high=np.inf)
    x = project(Problem([100.0, 100.0, 100.0], [person, total], [ratio])).cells
    assert x[0] == pytest.approx(1.5 * x[1]) and x.sum() == pytest.approx(300.0)


@pytest.mark.parametrize("ranges", [False, True])
def test_matrix_free_and_table_steps_agree(ranges: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made: Made = cube("1k", ranges=ranges)
    tables = project(made.problem)
    monkeypatch.setattr("salesnb.methods.projection.handle.worth_building", lambda *_: False)
    products = project(made.problem)
    assert tables.status is products.status is Status.SOLVED
    np.testing.assert_allclose(products.cells, tables.cells, rtol=1e-7)


def test_what_makes_no_sense_is_refused() -> None:
    group = np.zeros(2, int)
    with pytest.raises(ProblemError, match="missing number"):
        Problem([1.0, np.nan], [])
    with pytest.raises(ProblemError, match="above high"):
        Family("all", group, np.array([2.0]), np.array([1.0]))
    with pytest.raises(ProblemError, match="group numbers"):
        Family.exact("all", np.array([0, 1]), [1.0])
    with pytest.raises(ProblemError, match="no group 5"):
        Problem([1.0, 1.0], [Family.exact("all", group, [2.0])], [Ratio("r", (("all", 5, 1.0),))])
    with pytest.raises(ProblemError, match="wrong way round"):
        Problem([1.0, 1.0], [], lower=np.array([2.0, 0.0]), upper=np.array([1.0, 1.0]))
    with pytest.raises(ProblemError, match="same key"):
        Projection(Problem([1.0, 1.0], [Family.exact("all", group, [2.0])], keys=np.array([4, 4])))
