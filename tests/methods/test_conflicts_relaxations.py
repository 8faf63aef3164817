"""Every proposal, applied, makes the problem feasible; each method divides the burden as it says."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.conflicts import find_conflict
from salesnb.methods.projection import Family, Problem, Ratio, Status, project
from salesnb.methods.relaxation import Flexible, Method, Proposal, apply, propose
from tests.bench.decomposition_conflicts import SHAPES, holds_together, planted
from tests.bench.decomposition_problems import small

INF = np.inf


def by_method(proposals: list[Proposal], method: Method) -> list[Proposal]:
    return [proposal for proposal in proposals if proposal.method is method]


def wishes(amounts: list[float], total: float, *, at_least: bool = False) -> Problem:
    group = np.arange(len(amounts))
    wish = np.array(amounts, float)
    family = Family("wish", group, wish, np.full(len(wish), INF) if at_least else wish)
    return Problem(np.ones(len(wish)), [family, Family.exact("total", np.zeros(len(wish), int), [total])])


@pytest.mark.parametrize("seed", range(8))
def test_every_proposal_applied_is_feasible(seed: int) -> None:
    problem = planted(SHAPES[seed % 2], seed)
    proposals = propose(problem)
    assert {proposal.method for proposal in proposals} >= {Method.PROPORTIONAL, Method.FEWEST, Method.BY_RANK}
    for proposal in proposals:
        assert proposal.verified and proposal.changes
        assert holds_together(apply(problem, proposal))


@pytest.mark.long
@pytest.mark.parametrize("seed", range(60))
def test_many_proposals_applied_are_feasible(seed: int) -> None:
    problem = planted(SHAPES[seed % 3], 1000 + seed)
    for proposal in propose(problem):
        assert proposal.verified and holds_together(apply(problem, proposal))


@settings(max_examples=25)
@given(
    st.lists(st.integers(10, 1000), min_size=2, max_size=6),
    st.floats(0.5, 0.98),
    st.sampled_from([1.0, 1e-3, 1e7]),
    st.booleans(),
)
def test_proportional_takes_the_same_share_of_everyone(
    amounts: list[int], share: float, factor: float, at_least: bool
) -> None:
    total = share * sum(amounts) * factor
    problem = wishes([factor * amount for amount in amounts], total, at_least=at_least)
    flexible = Flexible.of(problem, [1] * len(amounts) + [0])
    (found,) = by_method(propose(problem, flexible), Method.PROPORTIONAL)
    ratios = [change.after[0] / change.before[0] for change in found.changes]
    assert len(ratios) == len(amounts)
    np.testing.assert_allclose(ratios, share, rtol=1e-6)
    assert project(apply(problem, found)).status is Status.SOLVED


@settings(max_examples=25)
@given(st.lists(st.integers(10, 1000), min_size=2, max_size=6), st.floats(0.3, 0.98))
def test_a_common_level_cuts_the_highest_only(amounts: list[int], share: float) -> None:
    problem = wishes(list(map(float, amounts)), share * sum(amounts))
    flexible = Flexible.of(problem, [1] * len(amounts) + [0], base=np.ones(len(amounts) + 1))
    (found,) = by_method(propose(problem, flexible), Method.LEVEL)
    assert found.level is not None
    changed = {change.row for change in found.changes}
    for row, amount in enumerate(amounts):
        assert (row in changed) == (amount > found.level * (1 + 1e-9)) or amount == pytest.approx(found.level)
    kept = sum(min(amount, found.level) for amount in amounts)
    assert kept == pytest.approx(share * sum(amounts), rel=1e-7)


def test_the_lowest_caps_are_lifted_where_upper_limits_must_move() -> None:
    caps = Family("cap", np.arange(3), np.full(3, -INF), np.array([10.0, 15.0, 60.0]))
    problem = Problem(np.ones(3), [caps, Family.exact("total", np.zeros(3, int), [100.0])])
    flexible = Flexible.of(problem, [1, 1, 1, 0], base=np.ones(4))
    (found,) = by_method(propose(problem, flexible), Method.LEVEL)
    assert {change.row: round(change.after[1], 6) for change in found.changes} == {0: 20.0, 1: 20.0}


@settings(max_examples=20)
@given(st.integers(0, 10**6))
def test_fewest_is_really_the_fewest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    amounts = rng.integers(50, 200, 5).astype(float)
    total, room = float(amounts.sum() * 0.8), 0.12 * float(amounts.sum())
    problem = wishes(amounts.tolist(), total)
    reach = np.append(amounts - np.minimum(room, amounts), -INF)
    flexible = Flexible.of(problem, [1] * 5 + [0], reach=(reach, INF))
    found = by_method(propose(problem, flexible), Method.FEWEST)
    excess, rooms = amounts.sum() - total, np.minimum(room, amounts)
    fewest = next(n for n in range(1, 6) if any(sum(c) >= excess for c in combinations(rooms, n)))
    possible = [c for c in combinations(range(5), fewest) if rooms[list(c)].sum() >= excess]
    assert {len(proposal.changes) for proposal in found} == {fewest}
    assert {tuple(sorted(c.row for c in proposal.changes)) for proposal in found} <= set(possible)
    assert len(found) == min(len(possible), 8)
    costs = [proposal.cost for proposal in found]
    assert costs == sorted(costs)


def test_the_important_stay_as_long_as_the_others_can_help() -> None:
    problem = wishes([100.0, 100.0, 100.0], 270.0)
    for reach, moved in ((0.0, {0}), (80.0, {0, 1}), (95.0, {0, 1, 2})):
        rank = [1, 2, 3, 9]
        flexible = Flexible.of(problem, [1, 1, 1, 0], rank=rank, reach=([reach, reach, -INF, -INF], INF))
        (found,) = by_method(propose(problem, flexible), Method.BY_RANK)
        assert {change.row for change in found.changes} == moved


def test_within_a_rank_the_cheap_move_first() -> None:
    problem = wishes([100.0, 100.0], 170.0)
    (found,) = by_method(propose(problem, Flexible.of(problem, [1, 1, 0], weight=[5.0, 1.0, 1.0])), Method.BY_RANK)
    assert [(change.row, change.after) for change in found.changes] == [(1, pytest.approx((70.0, 70.0)))]


def test_rows_that_must_hold_are_never_touched() -> None:
    problem = wishes([60.0, 70.0], 100.0)
    assert propose(problem, Flexible.of(problem, [0, 0, 0])) == []
    for proposal in propose(problem, Flexible.of(problem, [1, 0, 0])):
        assert {change.row for change in proposal.changes} == {0}


def test_several_conflicts_are_resolved_together() -> None:
    group = np.array([0, 0, 1, 1])
    halves = Family.exact("half", group, [100.0, 100.0])
    floors = Family("floor", np.arange(4), np.array([60.0, 70.0, 80.0, 90.0]), np.full(4, INF))
    problem = Problem(np.ones(4), [halves, floors])
    flexible = Flexible.of(problem, [0, 0, 1, 1, 1, 1])
    for proposal in propose(problem, flexible):
        changed = apply(problem, proposal)
        assert holds_together(changed) and find_conflict(changed) is None
    (fewest, *_) = by_method(propose(problem, flexible), Method.FEWEST)
    assert len(fewest.changes) == 2


def test_a_share_of_a_free_total_can_give_way() -> None:
    product, total = Family.free("product", np.arange(3), 3), Family.exact("total", np.zeros(3, int), [100.0])
    floors = [Ratio(f"share {k}", (("product", k, 1.0), ("total", 0, -0.4)), low=0.0, high=INF) for k in range(3)]
    problem = Problem(np.ones(3), [product, total], floors)
    flexible = Flexible.of(problem, [0, 0, 0, 0, 1, 1, 1])
    proposals = propose(problem, flexible)
    assert by_method(proposals, Method.PROPORTIONAL) and by_method(proposals, Method.FEWEST)
    for proposal in proposals:
        assert holds_together(apply(problem, proposal))


def test_what_holds_needs_no_proposal() -> None:
    assert propose(small(4).problem) == []


@settings(max_examples=15)
@given(st.integers(0, 10**6), st.sampled_from([1e-4, 1e6]))
def test_permuted_and_rescaled_proposals_are_the_same(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    amounts = rng.choice(np.arange(20, 200), 4, replace=False).astype(float)
    total = 0.9 * float(amounts.sum())
    problem, order = wishes(amounts.tolist(), total), rng.permutation(4)
    shuffled = wishes((factor * amounts[order]).tolist(), factor * total)
    flags = [1, 1, 1, 1, 0]
    first = propose(problem, Flexible.of(problem, flags, base=np.ones(5)))
    second = propose(shuffled, Flexible.of(shuffled, flags, base=np.full(5, factor)))

    def said(proposals: list[Proposal], seat: np.ndarray, unit: float) -> list[tuple[str, list[tuple[int, float]]]]:
        return [
            (p.method.value, sorted((int(seat[c.row]), round(c.after[0] / unit, 5)) for c in p.changes))
            for p in proposals
            if p.method is not Method.BY_RANK  # equal ranks and weights: any row may be the one that gives
        ]

    assert said(first, np.arange(4), 1.0) == said(second, order, factor)


def test_an_edit_of_one_row_is_all_that_changes() -> None:
    problem = wishes([60.0, 70.0], 100.0)
    (proposal, *_) = by_method(propose(problem, Flexible.of(problem, [1, 1, 0])), Method.FEWEST)
    changed = apply(problem, proposal)
    moved = np.flatnonzero(changed.per_row("low") != problem.per_row("low"))
    assert moved.tolist() == [change.row for change in proposal.changes]
    assert replace(changed, families=problem.families).row_count == problem.row_count


@settings(max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from([1.0, 0.01, 1e6, 3e5]))
def test_an_exact_limit_that_moves_stays_one_figure(seed: int, unit: float) -> None:
    """To the last digit: wishes with crooked amounts against an exact total, in any unit."""
    rng = np.random.default_rng(seed)
    amounts = rng.lognormal(3, 1, int(rng.integers(2, 7))) * unit
    problem = wishes(amounts.tolist(), float(amounts.sum()) * rng.choice([0.7, 1.1, 1.9]))
    flexible = Flexible.of(problem, weight=rng.uniform(0.5, 3, problem.row_count))
    proposals = propose(problem, flexible)
    assert {proposal.method for proposal in proposals} >= {Method.PROPORTIONAL, Method.FEWEST, Method.BY_RANK}
    for proposal in proposals:
        assert all(change.after[0] == change.after[1] for change in proposal.changes)
        assert holds_together(apply(problem, proposal))
