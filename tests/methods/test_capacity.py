"""Seats and what they bring: closed forms against simulation, and the hires that close a gap against brute force."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.capacity import Terms, capacity, chance, cheapest_plan, hire_by_month, hires_needed

SEASON = np.array([0.7, 0.8, 1.1, 1.0, 1.0, 1.2, 0.9, 0.9, 1.1, 1.2, 1.1, 1.0])
TENURE = np.array([0, 5, 12, -1, -3, 2])
LEVEL = np.array([10.0, 8.0, 15.0, 6.0, 7.0, 9.0])
UNSURE = np.array([0.1, 0.2, 0.05, 0.3, 0.3, 0.2])


def gamma(rng: np.random.Generator, cv: float, size: tuple[int, ...]) -> np.ndarray:
    return rng.gamma(1 / cv**2, cv**2, size) if cv > 0 else np.ones(size)


def simulated(terms: Terms, after: float, runs: int = 20_000) -> np.ndarray:
    """Monthly totals (runs, 12) of the six seats, one person after another."""
    rng = np.random.default_rng(7)
    tenure = np.repeat(TENURE[None], runs, 0)
    level = np.stack([gamma(rng, cv, (runs,)) for cv in UNSURE], 1) * LEVEL
    shock = gamma(rng, terms.common, (runs,))
    ramp, out = np.array(terms.ramp), np.zeros((runs, 12))
    for month, season in enumerate(SEASON):
        share = np.where(tenure < 0, 0.0, ramp[np.clip(tenure, 0, len(ramp) - 1)])
        out[:, month] = (level * share * gamma(rng, terms.noise, level.shape)).sum(1) * season * shock
        leaves = (rng.random(level.shape) < terms.attrition) & (tenure >= 0)
        level = np.where(leaves, after * gamma(rng, terms.newcomer, level.shape), level)
        tenure = np.where(leaves, -(10**6 if terms.backfill is None else terms.backfill), tenure + 1)
    return out


@pytest.mark.parametrize("backfill", [0, 1, 3, None])
def test_closed_forms_are_the_moments_of_a_simulation(backfill: int | None) -> None:
    terms = Terms((0.1, 0.3, 0.6, 1.0), 0.05, backfill, noise=0.5, common=0.08, newcomer=0.3)
    found, runs = capacity(TENURE, LEVEL, SEASON, terms, UNSURE, 6.0), simulated(terms, 6.0)
    mean, sd = found.moments()
    total = runs.sum(1)
    assert mean == pytest.approx(total.mean(), rel=0.006)
    assert sd == pytest.approx(total.std(), rel=0.025)
    np.testing.assert_allclose(found.months.sum(0), runs.mean(0), rtol=0.02)
    for share in (0.7, 0.85, 1.0, 1.15, 1.3):
        assert found.attain(share * mean) == pytest.approx((total >= share * mean).mean(), abs=0.04)


def test_settled_seats_bring_level_times_season_and_nothing_varies() -> None:
    terms = Terms((1.0,), 0.0, 2, noise=0.0, common=0.0, newcomer=0.0)
    found = capacity([30, 30], [10.0, 20.0], SEASON, terms)
    np.testing.assert_allclose(found.months, np.outer([10.0, 20.0], SEASON), atol=1e-12)
    assert found.moments()[1] == pytest.approx(0.0, abs=1e-6)
    assert (found.attain(359.9), found.attain(360.1)) == (1.0, 0.0)


def test_the_shared_shock_does_not_average_out() -> None:
    def spread(seats: int, common: float) -> float:
        terms = Terms((1.0,), 0.0, 2, noise=0.5, common=common)
        mean, sd = capacity(np.full(seats, 20), 10.0, SEASON, terms, 0.2).moments()
        return sd / mean

    assert spread(400, 0.0) == pytest.approx(spread(4, 0.0) / 10, rel=1e-9)
    assert spread(400, 0.08) == pytest.approx(0.08, rel=0.02)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.01, 1e6))
def test_capacity_scales_and_does_not_depend_on_order(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    seats = int(rng.integers(1, 12))
    tenure, level = rng.integers(-6, 30, seats), rng.uniform(1, 20, seats)
    terms = Terms(tuple(rng.uniform(0, 1, 4)), float(rng.uniform(0, 0.2)), int(rng.integers(0, 4)))
    found = capacity(tenure, level, SEASON, terms, 0.2)
    larger = capacity(tenure, factor * level, SEASON, terms, 0.2)
    np.testing.assert_allclose(larger.moments(), factor * np.array(found.moments()), rtol=1e-9)
    order = rng.permutation(seats)
    np.testing.assert_allclose(capacity(tenure[order], level[order], SEASON, terms, 0.2).months, found.months[order])
    chances = [found.attain(target) for target in np.linspace(0, 3 * found.moments()[0], 40)]
    assert all(a >= b - 1e-12 for a, b in itertools.pairwise(chances))


def test_more_attrition_longer_vacancies_and_later_starts_bring_less() -> None:
    def total(attrition: float, backfill: int | None, tenure: int = 12) -> float:
        return capacity([tenure], 10.0, SEASON, Terms((0.2, 0.5, 1.0), attrition, backfill)).moments()[0]

    assert total(0.0, 2) > total(0.03, 2) > total(0.06, 2) > total(0.06, 4) > total(0.06, None)
    starts = [total(0.02, 2, -wait) for wait in range(12)]
    assert all(a > b for a, b in itertools.pairwise(starts))


def test_a_team_short_of_its_target_needs_two_more_and_knows_by_when() -> None:
    terms = Terms((0.3, 0.6, 1.0), 0.02, 2, noise=0.4, common=0.05)
    today = capacity(np.full(6, 24), 10.0, SEASON, terms, 0.1)
    mean = today.moments()[0]
    target = mean + 1.5 * hire_by_month(SEASON, 10.0, terms).months.sum(1)[0]
    need = hires_needed(today, target, hire_by_month(SEASON, 10.0, terms))
    assert need.count[0] == 2
    assert need.gap == pytest.approx(target - mean)
    assert need.latest(1) == -1
    last = need.latest(2)
    assert 0 < last < 11
    assert 2 * need.value[last] >= need.gap > 2 * need.value[last + 1]
    surer = hires_needed(today, target, hire_by_month(SEASON, 10.0, terms), least_chance=0.8)
    assert surer.count[0] > need.count[0]
    assert surer.chance[0] >= 0.8
    one_less = mean + (surer.count[0] - 1) * surer.value[0]
    assert chance(one_less, 0.06 * one_less, target) < 0.99


def test_no_gap_needs_nobody_and_an_impossible_one_says_so() -> None:
    today = capacity([24], 10.0, SEASON, Terms())
    nobody = hires_needed(today, 100.0, hire_by_month(SEASON, 10.0, Terms()))
    assert nobody.gap == 0.0
    assert nobody.count.tolist() == [0] * 12
    hopeless = hires_needed(today, 1e9, hire_by_month(SEASON, 10.0, Terms()), most=3)
    assert hopeless.count.tolist() == [-1] * 12
    assert hopeless.latest(3) == -1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_the_cheapest_plan_is_the_one_of_brute_force(seed: int) -> None:
    rng = np.random.default_rng(seed)
    size = int(rng.integers(1, 5))
    value, cost = rng.uniform(0.5, 5, size), rng.uniform(0.5, 5, size)
    group = rng.integers(0, 3, size)
    most = rng.integers(0, 4, 3)[group]
    gap = float(rng.uniform(0, 20))
    best = np.inf
    for count in itertools.product(range(4), repeat=size):
        fits = all(np.sum(np.array(count)[group == g]) <= most[group == g][0] for g in np.unique(group))
        if fits and np.dot(count, value) >= gap - 1e-9:
            best = min(best, float(np.dot(count, cost)))
    plan = cheapest_plan(gap, value, cost, most, group)
    assert plan.proven
    if np.isfinite(best):
        assert plan.cost == pytest.approx(best)
        assert plan.shortfall == 0.0
        assert plan.count @ value >= gap - 1e-6
    else:
        assert plan.shortfall == pytest.approx(gap - plan.value)


def test_impossible_terms_are_refused() -> None:
    with pytest.raises(ValueError, match="ramp"):
        Terms(())
    with pytest.raises(ValueError, match="attrition"):
        Terms(attrition=1.2)
    with pytest.raises(ValueError, match="levels"):
        capacity([1], -5.0, SEASON, Terms())
    with pytest.raises(ValueError, match="chance"):
        hires_needed(capacity([1], 5.0, SEASON, Terms()), 1.0, hire_by_month(SEASON, 5.0, Terms()), 1.5)
