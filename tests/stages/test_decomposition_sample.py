"""The sample company's plan of 2024: its contradictions, its proof, its people, and how fast it answers an edit."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesnb.model.params import load_unit
from salesnb.stages.decomposition import Built, Cube, Desk, Plan, Problem, Setting, build, decompose
from salesnb.stages.decomposition.cube import DIMS
from salesnb.stages.decomposition.derivation import target_derivation
from salesnb.stages.decomposition.fairness import backtest
from salesnb.stages.decomposition.plan import rebound
from salesnb.stages.decomposition.published import target_cells, target_weeks
from tests.bench.decomposition_edits import answers

AS_OF = date(2023, 12, 31)
WAN = 1_000_000  # minor units


@pytest.fixture(scope="module")
def planned(sample_folders: dict[str, str]) -> tuple[Built, Plan]:
    from salesnb.intake import facts

    with pytest.MonkeyPatch.context() as patch:
        for name, value in sample_folders.items():
            patch.setenv(name, value)
        params, known = load_unit("sample"), facts.load("sample")
        calendar = params.company.calendar
        setting = Setting(
            calendar.period("2024"),
            AS_OF,
            known.months(DIMS, AS_OF),
            known.table("people"),
            known.table("products"),
            params.decomposition,
            params.people,
            params.market,
            calendar,
        )
    built = build(setting)
    return built, decompose(Problem(built.cube, built.rules, round(params.decomposition.grain * 100)))


def test_the_plan_adds_up_everywhere(planned: tuple[Built, Plan]) -> None:
    built, plan = planned
    assert (plan.ledger["fault_count"] == 0).all()
    growth = plan.total / built.cube.base["net_minor"].sum() - 1
    assert growth == pytest.approx(0.12, abs=1e-4) and plan.total % WAN == 0
    for columns in (
        ["region_id"],
        ["team_id"],
        ["person_id", "month"],
        ["product_id"],
        ["customer_type"],
        ["channel_id"],
    ):
        assert (plan.by(*columns)["target_minor"] % WAN == 0).all(), columns
    cells = target_cells(plan, "2024", "CNY", "order_date")
    assert cells["target_minor"].sum() == plan.total and 20_000 < len(cells) < 80_000
    assert target_weeks(plan, built.setting)["target_minor"].sum() == plan.total


def test_its_contradiction_and_what_never_binds(planned: tuple[Built, Plan]) -> None:
    _, plan = planned
    status = plan.rules.set_index("rule_id")["status"]
    wishes = ["growth-east", "growth-south", "growth-midwest", "growth-north"]
    assert (status[wishes] == "relaxed").all() and status["company-growth"] == "binding"
    assert status["mix-a"] == "implied" and status["mix-bc"] == "redundant" and status["new-customers"] == "elsewhere"
    found = plan.explanation
    assert set(found.members["rule_id"]) == {"company-growth", "growth-direct-units", *wishes}
    groups = found.groups.set_index("strength")
    assert groups.loc["wish", "asked_rate"] == pytest.approx(0.143, abs=5e-4)
    over = groups.loc[["wish", "should"], "asked_minor"].sum() - groups.loc["must", "asked_minor"]
    assert over == pytest.approx(groups.loc["must", "excess_minor"], abs=3)
    assert {"proportional", "fewest", "level"} <= set(found.proposals["method"])
    assert found.proposals["is_verified"].all() and not found.proposals["changes_must"].any()
    weight = plan.rules.set_index("rule_id")
    given_way = weight["relaxed_minor"] / (weight["amount_minor"] + weight["relaxed_minor"])
    assert given_way["growth-east"] * 2 == pytest.approx(given_way["growth-south"], rel=0.03), "its weight is 2"


def test_people_of_the_year_and_their_numbers(planned: tuple[Built, Plan]) -> None:
    built, plan = planned
    people = set(plan.by("person_id")["person_id"])
    assert (
        {"hire-xian-2", "hire-east-2", "XS020", "XS045"} <= people and "XS035" not in people and "XS001" not in people
    )
    xian = plan.table[(plan.table["team_id"] == "西安办事处")]
    assert xian["month"].min() >= "2024-04" and xian["target_minor"].sum() > 0
    launch = plan.table[plan.table["product_id"] == "B206"]
    assert launch["month"].min() == "2024-05" and launch["target_minor"].sum() > 0
    table = target_derivation(built, plan)
    targets = plan.by("person_id").set_index("person_id")["target_minor"]
    ends = table[table["step"] == "target"].set_index("person_id")["running_minor"]
    pd.testing.assert_series_equal(ends, targets, check_names=False)


def test_an_edit_is_answered_at_once(planned: tuple[Built, Plan]) -> None:
    """Under 100 ms of processor time for an edit of any kind, as a rule and at the ninth in ten; measured 40 and 50."""
    _, plan = planned
    taken = [answer.seconds for answer in answers(plan, 2)]
    assert np.median(taken) < 0.1 and np.quantile(taken, 0.9) < 0.15, sorted(taken)[-5:]


def test_limits_that_meet_in_one_point_cost_a_few_steps(planned: tuple[Built, Plan]) -> None:
    """East at 1.1 % is just short of what resolves the contradiction alone: the others move by next to nothing, some
    cells have no room at all, and steps go on for ever at an error far below a fen of any grain."""
    _, plan = planned
    desk = Desk(plan.problem)
    rule = next(rule for rule in plan.problem.rules if rule.id == "growth-east")
    desk.put(rebound(rule, (0.011, 0.011)))
    solution = desk.plan().settled.solution
    assert solution.error < 1e-7 and solution.steps <= 48


def test_a_lock_holds_to_the_yuan(planned: tuple[Built, Plan]) -> None:
    _, plan = planned
    desk = Desk(plan.problem)
    for amount in (2_950, 3_050):
        desk.lock("east", {"region": "华东"}, amount * 10_000, "tried")
        moved = desk.plan()
        assert moved.by("region_id").set_index("region_id").loc["华东", "target_minor"] == amount * WAN
        assert moved.total == plan.total


def test_the_way_to_a_plan_leaves_no_trace(planned: tuple[Built, Plan]) -> None:
    """After one edit on top of the other the plan is, to the last unit, that of the same rules on a fresh cube."""
    _, plan = planned
    last = next(answer.plan for answer in reversed(answers(plan, 1, one_by_one=False)) if answer.plan is not None)
    cube = last.problem.cube
    fresh = Cube(cube.places, cube.months, cube.start, cube.base, cube.calendar, cube.known)
    again = decompose(Problem(fresh, last.problem.rules, last.problem.grain))
    assert (again.cells == last.cells).all() and set(again.settled.limits) == set(last.settled.limits)


def test_set_this_way_last_years_targets_spread_less(planned: tuple[Built, Plan]) -> None:
    built, plan = planned
    weights = {"history": 0.6, "potential": 0.2, "team_size": 0.1, "growth_wish": 0.1}
    found = backtest(built.setting, built.setting.calendar.period("2023"), plan.problem.grain, weights)
    spread = found.spread.set_index("method")["spread_rate"]
    assert spread["plan"] < spread["naive"]
