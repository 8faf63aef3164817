"""Rounding is exact in int64 or refused with a reason, keeps bounds and locks, and no order or noise decides it."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesnb.methods.rounding.entry as entry
from salesnb.methods.projection import Family, Problem, ProblemError, Ratio, Status, project
from salesnb.methods.rounding import Reason, Rounded, Rounder, RoundingRefused, round_cells
from tests.bench.decomposition_problems import crossed, cube, small

INF = np.inf
seeds = st.integers(0, 10**6)


def whole_problem(seed: int, grain: int, **kinds: bool) -> tuple[Problem, np.ndarray]:
    """A small problem whose limits are multiples of the grain, with a whole plan that meets it."""
    made = small(seed, ratios=False, **kinds)
    problem = made.problem
    plan = np.maximum(np.rint(made.plan), 1.0) * grain
    families = []
    for f in problem.families:
        inside = f.group >= 0
        sums = np.bincount(f.group[inside], plan[inside], f.size)
        ranged = f.low < f.high
        low = np.where(ranged, np.floor(sums * 0.95 / grain) * grain, sums)
        high = np.where(ranged, np.ceil(sums * 1.05 / grain) * grain, sums)
        families.append(
            Family(f.name, f.group, np.where(np.isinf(f.low), -INF, low), np.where(np.isinf(f.high), INF, high))
        )
    locked = problem.lower == problem.upper
    lower = np.where(locked, plan, np.where(problem.lower > 0, np.floor(plan * 0.6), 0.0))
    upper = np.where(locked, plan, np.where(np.isfinite(problem.upper), np.ceil(plan * 1.5), INF))
    return Problem(problem.prior * grain, families, (), lower, upper), plan


def check(problem: Problem, rounded: Rounded) -> None:
    """Every promise of an exact rounding, recomputed in int64."""
    assert rounded.cells.dtype == np.int64 and rounded.sums.dtype == np.int64
    moving = problem.lower < problem.upper
    assert (rounded.cells[moving] % rounded.grain == 0).all()
    assert (rounded.cells[~moving] == problem.lower[~moving]).all()
    assert ((rounded.cells >= problem.lower) & (rounded.cells <= problem.upper)).all()
    assert (rounded.cells[problem.prior == 0] == problem.lower[problem.prior == 0]).all()
    at = 0
    for family in problem.families:
        sums = np.zeros(family.size, np.int64)
        np.add.at(sums, family.group[family.group >= 0], rounded.cells[family.group >= 0])
        assert (sums == rounded.sums[at : at + family.size]).all()
        assert ((sums >= family.low) & (sums <= family.high)).all()
        at += family.size
    assert rounded.miss[: problem.group_rows].max(initial=0) == 0


@settings(max_examples=60)
@given(seeds, st.sampled_from([1, 100, 1_000_000]))
def test_margins_ranges_bounds_and_locks_are_exact(seed: int, grain: int) -> None:
    problem, _ = whole_problem(seed, grain)
    solution = project(problem)
    assert solution.status is Status.SOLVED
    check(problem, round_cells(problem, solution.cells, grain))


@settings(max_examples=30)
@given(seeds)
def test_order_of_cells_groups_and_families_changes_nothing(seed: int) -> None:
    problem, _ = whole_problem(seed, 1)
    keyed = Problem(problem.prior, problem.families, (), problem.lower, problem.upper, np.arange(problem.cells))
    rng = np.random.default_rng(seed)
    cells = rng.permutation(problem.cells)
    families = []
    for family in problem.families:
        seat = rng.permutation(family.size)
        order = np.argsort(seat)
        families.append(
            Family(family.name, np.append(seat, -1)[family.group[cells]], family.low[order], family.high[order])
        )
    rng.shuffle(families)
    shuffled = Problem(problem.prior[cells], families, (), problem.lower[cells], problem.upper[cells], cells)
    expected = round_cells(keyed, project(keyed).cells, 1).cells
    assert (round_cells(shuffled, project(shuffled).cells, 1).cells == expected[cells]).all()


@settings(max_examples=30)
@given(seeds)
def test_noise_of_the_solver_decides_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, k = np.divmod(np.arange(12), 4)
    equal = np.full(12, 10.25)  # ties everywhere
    families = [Family.exact("p", p, [41.0] * 3), Family.free("k", k, 4)]
    problem = Problem(equal, families)
    noisy = equal * (1 + rng.normal(0, 1e-11, 12))
    assert (round_cells(problem, equal, 1).cells == round_cells(problem, noisy, 1).cells).all()


def test_ties_fall_by_key_never_by_position() -> None:
    group = np.zeros(3, int)
    for keys in ([0, 1, 2], [2, 1, 0], [1, 2, 0]):
        problem = Problem(np.ones(3), [Family.exact("all", group, [4.0])], keys=np.array(keys))
        rounded = round_cells(problem, np.full(3, 4 / 3), 1)
        assert rounded.cells[np.argmin(keys)] == 2 and rounded.cells.sum() == 4


def test_every_level_of_two_trees_adds_up() -> None:
    made = cube("1k")
    at, grain = made.at, 100
    plan = np.maximum(np.rint(made.plan / grain), 1.0) * grain
    quarter = at["month"] // 3
    levels = {
        "all": np.zeros(len(plan), int),
        "branch": at["branch"],
        "person": at["person"],
        "branch product": at["branch"] * 3 + at["product"],
        "month": at["month"],
        "branch quarter": at["branch"] * 4 + quarter,
        "person month": at["person"] * 12 + at["month"],
        "type": at["type"],
    }
    families = []
    for name, label in levels.items():
        _, group = np.unique(label, return_inverse=True)
        limited = name in ("all", "branch", "branch product", "branch quarter")
        sums = np.bincount(group, plan)
        families.append(Family.exact(name, group, sums) if limited else Family.free(name, group, len(sums)))
    problem = Problem(made.problem.prior, families)
    solution = project(problem)
    rounded = round_cells(problem, solution.cells, grain)
    check(problem, rounded)
    free_rows = np.isinf(problem.per_row("low"))
    drift = np.abs(rounded.sums - solution.values)[free_rows] / grain
    assert drift.max() < 2.0  # published margins without a target stay beside their real sums, too


@pytest.mark.parametrize("size", ["8k", "74k"])
def test_cells_stay_close(size: str) -> None:
    made = cube(size)
    plan = np.maximum(np.rint(made.plan), 1.0)
    families = [Family.exact(f.name, f.group, np.bincount(f.group, plan, f.size)) for f in made.problem.families]
    problem = Problem(made.problem.prior, families)
    rounded = round_cells(problem, project(problem).cells, 1)
    check(problem, rounded)
    assert rounded.mean_change <= 0.30 and rounded.largest_change <= 2


def half_cube() -> Problem:
    """½ on {000, 011, 101, 110} with all one-way and two-way sums: no whole numbers have these one-way sums."""
    cells = np.array([(0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 0)])
    one = [Family.exact(f"d{d}", cells[:, d], [10.0, 10.0]) for d in range(3)]
    return Problem(np.full(4, 5.0), one)


def test_no_rounding_exists_is_proven_and_half_the_grain_works() -> None:
    problem = half_cube()
    with pytest.raises(RoundingRefused) as refused:
        round_cells(problem, project(problem).cells, 10)
    assert refused.value.reason is Reason.NONE_EXISTS
    assert refused.value.grain_that_works == 5
    rounded = round_cells(problem, project(problem).cells, 5)
    assert rounded.cells.tolist() == [5, 5, 5, 5]


@settings(max_examples=15)
@given(seeds)
def test_all_two_way_margins_of_a_small_cube_are_found_by_search(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shape = (3, 4, 3)
    a, b, c = (axis.ravel() for axis in np.indices(shape))
    plan = rng.integers(1, 20, len(a)).astype(float)
    families = [
        Family.exact(name, group, np.bincount(group, plan))
        for name, group in (("ab", a * 4 + b), ("ac", a * 3 + c), ("bc", b * 3 + c))
    ]
    problem = Problem(rng.lognormal(2, 0.5, len(a)), families)
    check(problem, round_cells(problem, project(problem).cells, 1))


def test_too_entangled_is_said_not_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("salesnb.methods.rounding.whole._MOST_ITEMS", 3)
    problem = half_cube()
    with pytest.raises(RoundingRefused) as refused:
        round_cells(problem, project(problem).cells, 10)
    assert refused.value.reason is Reason.UNDECIDED and refused.value.grain_that_works is None


def test_an_exact_row_off_the_grain_names_itself_and_the_grain_that_works() -> None:
    problem = Problem(np.ones(4), [Family.exact("g", np.array([0, 0, 1, 1]), [1250.0, 2000.0])])
    with pytest.raises(RoundingRefused) as refused:
        round_cells(problem, project(problem).cells, 1000)
    assert refused.value.reason is Reason.ROW_OFF_GRAIN and refused.value.rows == [0]
    assert refused.value.grain_that_works == 250


def test_a_lock_off_the_grain_shows_in_its_row() -> None:
    lower, upper = np.array([37.0, 0.0, 0.0]), np.array([37.0, INF, INF])
    exact = Problem(np.ones(3), [Family.exact("all", np.zeros(3, int), [300.0])], lower=lower, upper=upper)
    with pytest.raises(RoundingRefused) as refused:
        round_cells(exact, project(exact).cells, 100)
    assert refused.value.reason is Reason.ROW_OFF_GRAIN and refused.value.grain_that_works == 1
    ranged = Problem(
        np.ones(3), [Family("all", np.zeros(3, int), np.array([230.0]), np.array([300.0]))], (), lower, upper
    )
    rounded = round_cells(ranged, project(ranged).cells, 100)
    assert rounded.cells[0] == 37 and rounded.sums.tolist() == [237]


def test_narrow_cells_and_rows_are_named() -> None:
    group = np.array([0, 1])
    narrow = Problem(np.ones(2), [Family.free("g", group, 2)], lower=np.array([12.0, 0.0]), upper=np.array([18.0, INF]))
    with pytest.raises(RoundingRefused) as cell:
        round_cells(narrow, np.array([15.0, 1.0]), 10)
    assert cell.value.reason is Reason.CELL_TOO_NARROW and cell.value.cells == [0] and cell.value.grain_that_works == 5
    row = Problem(np.ones(2), [Family("g", group, np.array([12.0, 0.0]), np.array([18.0, INF]))])
    with pytest.raises(RoundingRefused) as refused:
        round_cells(row, np.array([15.0, 1.0]), 10)
    assert refused.value.reason is Reason.ROW_TOO_NARROW and refused.value.rows == [0]


def test_whole_sums_that_disagree_are_named() -> None:
    """Solvable in fractions, but the whole limits of one family leave no room for those of the other."""
    a, b = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    low, high = np.array([6.0, 6.0]), np.array([14.0, 14.0])  # at a grain of ten: 10 each
    problem = Problem(np.ones(4), [Family("a", a, low, high), Family.exact("b", b, [10.0, 0.0])])
    with pytest.raises(RoundingRefused) as refused:
        round_cells(problem, np.full(4, 5.0), 10)
    assert refused.value.reason is Reason.ROWS_DISAGREE and set(refused.value.rows) == {0, 1, 2, 3}


def test_sums_beyond_what_a_number_holds_are_refused() -> None:
    problem = Problem(np.full(2, 2.0**52), [Family.free("all", np.zeros(2, int), 1)])
    with pytest.raises(RoundingRefused) as refused:
        round_cells(problem, np.full(2, 2.0**52), 1)
    assert refused.value.reason is Reason.TOO_LARGE
    round_cells(problem, np.full(2, 2.0**51), 1)


@pytest.mark.parametrize("grain", [0, -5, 2.5])
def test_a_grain_is_a_positive_whole_number(grain: float) -> None:
    with pytest.raises(ProblemError, match="grain"):
        round_cells(half_cube(), np.full(4, 5.0), grain)  # type: ignore[arg-type]


def test_returns_round_with_their_sign() -> None:
    prior = np.array([100.4, -10.3, 50.2, -5.7, 0.0])
    family = Family.exact("all", np.zeros(5, int), [150.0])
    problem = Problem(prior, [family])
    rounded = round_cells(problem, project(problem).cells, 1)
    check(problem, rounded)
    assert (np.sign(rounded.cells) == np.sign(prior)).all()


def test_a_loose_row_misses_by_less_than_a_grain() -> None:
    group = np.array([0, 0, 1, 1])
    rate = Family("rate", group, np.array([1234.5, -INF]), np.array([1234.5, INF]))
    total = Family.exact("all", np.zeros(4, int), [5000.0])
    problem = Problem(np.ones(4), [total, rate])
    rounded = round_cells(problem, project(problem).cells, 100, loose=np.array([False, True, True]))
    assert rounded.sums[0] == 5000 and rounded.sums[1] in (1200, 1300)
    assert rounded.miss[0] == 0 and rounded.miss[1] < 100


def test_ratios_at_their_limit_are_kept_on_the_safe_side() -> None:
    people = Family.free("person", np.arange(3), 3)
    total = Family.exact("all", np.zeros(3, int), [1000.0])
    ratio = Ratio("best to newest", (("person", 0, 1.0), ("person", 1, -1.5)), low=0.0, high=INF)
    problem = Problem(np.array([100.0, 101.0, 97.0]), [people, total], [ratio])
    rounded = round_cells(problem, project(problem).cells, 10)
    assert rounded.cells[0] >= 1.5 * rounded.cells[1]
    assert rounded.miss.max() == 0 and rounded.cells.sum() == 1000


def test_soft_rows_do_not_stand_in_the_way() -> None:
    wish = Family("wish", np.array([0, -1, -1]), np.array([55.5]), np.array([55.5]), cap=np.array([0.5]))
    total = Family.exact("all", np.zeros(3, int), [100.0])
    problem = Problem(np.array([30.0, 30.0, 40.0]), [total, wish])
    rounded = round_cells(problem, project(problem).cells, 10)
    assert rounded.sums[0] == 100 and rounded.miss[1] > 0


def test_stages_alone_serve_ordinary_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search is a fallback: trees, crossed families, ranges, locks and bounds do without it."""

    def never(*_: object) -> None:
        raise AssertionError("searched")

    monkeypatch.setattr(entry, "closest_whole", never)
    problems = [whole_problem(seed, 1)[0] for seed in range(60)]
    for problem in (problem for problem in problems if problem.cells > 40):  # tiny ones leave nothing to decide
        check(problem, round_cells(problem, project(problem).cells, 1))


THREADS = """
import hashlib, numpy as np
from salesnb.methods.projection import Family, Problem, project
from salesnb.methods.rounding import round_cells
from tests.bench.decomposition_problems import cube
made = cube("8k")
plan = np.maximum(np.rint(made.plan), 1.0)
families = [Family.exact(f.name, f.group, np.bincount(f.group, plan, f.size)) for f in made.problem.families]
problem = Problem(made.problem.prior, families)
print(hashlib.sha256(round_cells(problem, project(problem).cells, 1).cells.tobytes()).hexdigest())
"""


def test_the_same_integers_for_one_and_two_threads(root: Path) -> None:
    def run(threads: str) -> str:
        env = os.environ | {"OPENBLAS_NUM_THREADS": threads, "PYTHONPATH": str(root)}
        command = [sys.executable, "-c", THREADS]
        return subprocess.run(command, env=env, cwd=root, check=True, capture_output=True, text=True).stdout

    assert run("1") == run("2") == run("1")


def test_many_crossed_margins_round_or_refuse() -> None:
    made = cube("1k")
    plan = np.maximum(np.rint(made.plan), 1.0)
    whole = crossed(replace(made, plan=plan))
    families = [Family.exact(f.name, f.group, np.bincount(f.group, plan, f.size)) for f in whole.families]
    problem = Problem(made.problem.prior, families)
    check(problem, round_cells(problem, project(problem).cells, 1))


def test_a_safe_side_that_another_limit_forbids_is_given_up() -> None:
    """15 would keep the ratio, but a cap holds the first at 14.9: the cap is kept, the miss of the ratio is said."""
    people = Family.free("person", np.arange(3), 3)
    cap = Family("cap", np.array([0, -1, -1]), np.array([-INF]), np.array([14.9]))
    total = Family.exact("all", np.zeros(3, int), [100.0])
    ratio = Ratio("best to newest", (("person", 0, 1.0), ("person", 1, -1.5)), low=0.0, high=INF)
    problem = Problem(np.array([14.0, 12.0, 80.0]), [people, cap, total], [ratio])
    rounded = round_cells(problem, project(problem).cells, 1)
    assert rounded.cells[0] == 14 and rounded.cells.sum() == 100
    assert rounded.miss[: problem.group_rows].max() == 0 and 0 < rounded.miss[-1] <= 2


@settings(max_examples=20)
@given(seeds, st.sampled_from([1, 100]))
def test_what_was_rounded_before_changes_nothing(seed: int, grain: int) -> None:
    """One rounder for one edit after another, over partitions it has met and others it has not."""
    rounder = Rounder()
    made = [whole_problem(seed + more, grain)[0] for more in (0, 1)]
    for problem in (*made, *made):
        moved = problem.prior * np.random.default_rng(seed).lognormal(0, 0.1, problem.cells)
        for prior in (problem.prior, moved):
            edited = Problem(prior, problem.families, (), problem.lower, problem.upper)
            solved = project(edited).cells
            assert (rounder.round(edited, solved, grain).cells == round_cells(edited, solved, grain).cells).all()


@settings(max_examples=30)
@given(seeds, st.sampled_from([1, 100]))
def test_whole_amounts_stay_as_they_are(seed: int, grain: int) -> None:
    problem, plan = whole_problem(seed, grain)
    assert (round_cells(problem, plan, grain).cells == plan).all()


@settings(max_examples=30)
@given(seeds, st.sampled_from([10, 10_000]))
def test_a_larger_unit_is_the_same_plan(seed: int, factor: int) -> None:
    problem, _ = whole_problem(seed, 1)
    families = [Family(f.name, f.group, f.low * factor, f.high * factor) for f in problem.families]
    larger = Problem(problem.prior * factor, families, (), problem.lower * factor, problem.upper * factor)
    solved = project(problem).cells
    moving = problem.lower < problem.upper
    one, other = round_cells(problem, solved, 1).cells, round_cells(larger, solved * factor, factor).cells
    assert (one[moving] * factor == other[moving]).all()
