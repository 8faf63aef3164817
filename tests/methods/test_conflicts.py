"""A conflict set contradicts itself, loses nothing that it could lose, and is what a careful reader would name."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import salesnb.methods.conflicts.search as search
from salesnb.methods.conflicts import (
    Conflict,
    feasible,
    find_conflict,
    implied_ranges,
    least_violation,
    redundant_rows,
    share_range,
)
from salesnb.methods.projection import Family, Problem, ProblemError, Ratio, Status
from tests.bench.decomposition_conflicts import SHAPES, contradicted, holds_together, planted
from tests.bench.decomposition_problems import small

INF = np.inf
seeds = st.integers(0, 10**6)


def assert_smallest(problem: Problem, conflict: Conflict) -> None:
    """Judged by the independent programme."""
    rows = set(conflict.rows)
    assert conflict.verified
    assert not holds_together(problem, rows)
    for row in rows:
        assert holds_together(problem, rows - {row})


@pytest.mark.parametrize("seed", range(12))
def test_planted_conflicts_are_found_and_smallest(seed: int) -> None:
    problem = planted(SHAPES[seed % 3], seed)
    conflict = find_conflict(problem)
    assert conflict is not None
    assert_smallest(problem, conflict)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(200))
def test_two_hundred_planted_conflicts_are_smallest(seed: int) -> None:
    problem = planted(SHAPES[seed % 4], seed)
    conflict = find_conflict(problem)
    assert conflict is not None
    assert_smallest(problem, conflict)


@settings(max_examples=25)
@given(seeds)
def test_nothing_is_found_where_all_holds(seed: int) -> None:
    assert find_conflict(small(seed).problem) is None


@pytest.mark.parametrize("seed", range(4))
def test_both_searches_for_candidates_end_in_a_smallest_set(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    problem = planted(SHAPES[1], seed)
    monkeypatch.setattr(search, "_DIRECT", 0)  # the way of large problems: capped duals
    conflict = find_conflict(problem)
    assert conflict is not None
    assert_smallest(problem, conflict)
    assert not feasible(problem) and feasible(small(seed).problem)


@settings(max_examples=15)
@given(seeds, st.sampled_from([1e-4, 1.0, 1e8]))
def test_permuted_and_rescaled_the_set_is_the_same(seed: int, factor: float) -> None:
    problem = planted(SHAPES[0], seed)
    keyed = replace(problem, keys=np.arange(problem.cells))
    rng = np.random.default_rng(seed)
    cells = rng.permutation(problem.cells)
    families, seats = [], {}
    for family in problem.families:
        seats[family.name] = seat = rng.permutation(family.size)
        order = np.argsort(seat)
        group = np.append(seat, -1)[family.group[cells]]
        families.append(Family(family.name, group, factor * family.low[order], factor * family.high[order]))
    shuffled = Problem(problem.prior[cells] * factor, families, keys=cells)
    expected, found = find_conflict(keyed), find_conflict(shuffled)
    assert expected is not None and found is not None
    names = {(m.name.name, int(seats[m.name.name][m.name.group]), m.side) for m in expected.members}
    assert names == {(m.name.name, m.name.group, m.side) for m in found.members}
    assert found.excess == pytest.approx(factor * expected.excess, rel=1e-6)


def test_the_arithmetic_of_a_set_adds_up() -> None:
    problem = planted(SHAPES[0], 0)
    conflict = find_conflict(problem)
    assert conflict is not None
    low = sum(m.weight * m.limit for m in conflict.members if m.side == "low")
    high = sum(m.weight * m.limit for m in conflict.members if m.side == "high")
    assert low - high == pytest.approx(conflict.excess, rel=1e-6)
    assert {line.name: line.side for line in conflict.alike()} == {"branch": "low", "total": "high"}


def test_coarse_rows_explain_rather_than_fine_ones() -> None:
    problem = contradicted("8k", ranges=True)
    conflict = find_conflict(problem)
    assert conflict is not None and conflict.verified
    assert {line.name for line in conflict.alike()} == {"branch product", "branch quarter"}
    assert len(conflict.members) <= 8


def test_locks_are_named_by_their_labels() -> None:
    prior = np.array([10.0, 20.0, 30.0, 40.0])
    lower, upper = np.zeros(4), np.full(4, INF)
    lower[0] = upper[0] = 60.0
    lower[1] = upper[1] = 70.0
    upper[2] = 1000.0
    total = Family.exact("total", np.zeros(4, int), [100.0])
    problem = Problem(prior, [total], (), lower, upper)
    conflict = find_conflict(problem, held=np.array([7, 8, 9, -1]))
    assert conflict is not None
    assert conflict.rows == (0,) and conflict.held == (7, 8) and conflict.verified
    assert conflict.excess == pytest.approx(30.0)


def test_a_share_names_the_total_it_is_a_share_of() -> None:
    """Three floors on shares of a total that is itself free: more than all of it."""
    product, total = Family.free("product", np.arange(3), 3), Family.free("total", np.zeros(3, int), 1)
    floors = [Ratio(f"share {k}", (("product", k, 1.0), ("total", 0, -0.4)), low=0.0, high=INF) for k in range(3)]
    grown = replace(total, low=np.array([100.0]))
    problem = Problem(np.ones(3), [product, grown], floors)
    conflict = find_conflict(problem)
    assert conflict is not None
    assert {m.name.name for m in conflict.members} == {"share 0", "share 1", "share 2", "total"}
    assert_smallest(problem, conflict)


def test_least_violation_gives_way_where_it_is_cheap() -> None:
    group = np.arange(2)
    wish = Family.exact("wish", group, [60.0, 70.0])
    total = Family.exact("total", np.zeros(2, int), [100.0])
    problem = Problem(np.array([50.0, 50.0]), [wish, total])
    found = least_violation(problem, np.array([1.0, 2.0, INF]))
    assert found.solution.status is Status.SOLVED
    assert found.miss[0] == pytest.approx(30.0) and found.miss[1] == found.miss[2] == 0.0


def test_implied_ranges_and_redundant_rows() -> None:
    """A at most 40, B exactly 35, C at least 30 of 100: A is at most 35, and "B and C at least 50" says nothing."""
    product = Family("product", np.arange(3), np.array([-INF, 35.0, 30.0]), np.array([40.0, 35.0, INF]))
    both = Family("B and C", np.array([-1, 0, 0]), np.array([50.0]), np.array([INF]))
    total = Family.exact("total", np.zeros(3, int), [100.0])
    problem = Problem(np.array([45.0, 30.0, 25.0]), [product, both, total])
    assert find_conflict(problem) is None
    ranges = {found.name: found for found in implied_ranges(problem)}
    a = ranges[("product", 0)]
    assert a.most == pytest.approx(35.0) and a.high_never_binds and a.redundant and a.tight
    assert ranges[("B and C", 0)].least == pytest.approx(65.0) and ranges[("B and C", 0)].redundant
    assert not ranges[("product", 1)].redundant and not ranges[("product", 2)].redundant
    assert [problem.row_name(row).name for row in redundant_rows(problem, np.array([3, 1, 2, 4]))] == ["B and C"]


def test_equal_rows_are_redundant_one_after_the_other() -> None:
    group = np.zeros(2, int)
    problem = Problem(np.ones(2), [Family.exact("one", group, [5.0]), Family.exact("two", group, [5.0])])
    assert redundant_rows(problem) == [0]
    assert redundant_rows(problem, np.array([1, 0])) == [1]


def test_share_of_a_total_that_is_free() -> None:
    product, total = Family.free("product", np.arange(3), 3), Family.free("total", np.zeros(3, int), 1)
    bounded = replace(total, low=np.array([100.0]), high=np.array([200.0]))

    def share(k: int, value: float, low: float, high: float) -> Ratio:
        return Ratio(f"share {k}", (("product", k, 1.0), ("total", 0, -value)), low=low, high=high)

    shares = [share(0, 0.40, -INF, 0.0), share(1, 0.35, 0.0, 0.0), share(2, 0.30, 0.0, INF)]
    problem = Problem(np.ones(3), [product, bounded], shares)
    part, whole = [("product", 0, 1.0)], [("total", 0, 1.0)]
    least, most = share_range(problem, part, whole, without=problem.row("share 0"))
    assert least == pytest.approx(0.0, abs=1e-7) and most == pytest.approx(0.35)


def test_ranges_of_contradicting_limits_are_refused() -> None:
    with pytest.raises(ProblemError, match="contradict"):
        implied_ranges(planted(SHAPES[0], 0))


def test_large_problems_look_at_coarse_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    made = small(8, ratios=False)
    exact = implied_ranges(made.problem)
    monkeypatch.setattr("salesnb.methods.conflicts.implied._LARGEST", 0)
    outer = implied_ranges(made.problem)
    for inside, around in zip(exact, outer, strict=True):
        assert not around.tight
        assert around.least <= inside.least + 1e-6 and around.most >= inside.most - 1e-6
