"""The worked cases, statement by statement: what contradicts what, what holds, and what is left for the others.

Each as it stands, and with its nodes renamed and shuffled and its amounts in another unit.
"""

from __future__ import annotations

from typing import Any

import pytest

from salesnb.methods.conflicts import implied_ranges
from salesnb.stages.decomposition import Cube, Plan, PlanConflict, Problem, decompose
from salesnb.stages.decomposition.settle import row_of
from tests.cases.worked import VARIANTS, WAN, World, coherent, load, status

Variant = tuple[int, int, str]
every_variant = pytest.mark.parametrize("variant", VARIANTS)


def company(variant: Variant, growth: str = "must") -> tuple[World, Cube, dict[str, Any], dict[str, Any]]:
    """Last year's company by region and product line, and its growth as the first rule."""
    given, expect = load("plan_2024")
    world = World(*variant)
    cube = world.cube(10000, region_id=given["region_share_last"], product_line=given["product_share_last"])
    world.rule("company", growth_over="last_year", strength=growth, **{"is": given["goals"]["growth"]})
    return world, cube, given, expect


def members(plan: Plan) -> set[str]:
    return set(plan.explanation.members["rule_id"])


@every_variant
def test_a_strategys_share_against_a_growth_wish(variant: Variant) -> None:
    """15 % of the company, and 25 % growth from 20 %: three statements, none resolved silently."""
    world, cube, given, expect = company(variant)
    node, said = "中西部", expect["zhongxibu_share"]
    world.rule("growth", {"region": node}, growth_over="last_year", **{"is": given["region_growth"][node]})
    world.rule("strategy", {"region": node}, share_of={}, **{"is": given["goals"]["strategy_region_share"][node]})
    plan = decompose(world.problem(cube))
    assert coherent(plan) and members(plan) == {"company", "growth", "strategy"}
    asked = plan.explanation.members.set_index("rule_id")["asked_minor"]
    wished = world.wan(asked["growth"])
    assert wished == pytest.approx(10000 * said["history"] * (1 + given["region_growth"][node]))
    assert world.wan(asked["strategy"]) == pytest.approx(said["strategy"] * expect["company_target"], abs=1)
    all_wishes = sum(10000 * given["region_share_last"][r] * (1 + g) for r, g in given["region_growth"].items())
    assert wished / all_wishes == pytest.approx(said["by_growth_of_25"], abs=5e-5)
    assert set(plan.explanation.proposals["method"]) >= {"proportional", "fewest", "by_rank"}


@every_variant
def test_a_products_growth_is_said_twice(variant: Variant) -> None:
    """35 % of 11,200 is 3,920; 15 % growth is 3,450."""
    world, cube, given, expect = company(variant)
    said, task = expect["b_twice"], next(task["B"] for task in given["tasks"] if "B" in task)
    assert "15 %" in task
    share = given["goals"]["product_mix"]["B"]["equals"]
    world.rule("share", {"product_line": "B"}, share_of={}, **{"is": share})
    world.rule("task", {"product_line": "B"}, growth_over="last_year", **{"is": said["task_growth"]})
    plan = decompose(world.problem(cube))
    assert coherent(plan) and members(plan) == {"company", "share", "task"}
    asked = plan.explanation.members.set_index("rule_id")["asked_minor"]
    assert world.wan(asked["task"]) == pytest.approx(said["task_amount"])
    assert world.wan(asked["share"]) == pytest.approx(said["by_share"], abs=1)
    world.rules.pop()
    world.rule("task", {"product_line": "B"}, growth_over="last_year", at_least=said["task_growth"])
    assert not members(decompose(world.problem(cube))), "as a floor the two agree"


@every_variant
def test_stock_cleared_in_one_quarter_or_in_two(variant: Variant) -> None:
    """All in the first quarter, and 30 % in the first with 70 % in the second: a pair for every such statement."""
    world, cube, given, _ = company(variant)
    whole, split = given["clear_stock_a"]
    own = {"share_of": {"product_line": [world.name("A")]}}
    at = {"product_line": "A", "quarter": whole["due"]}
    world.rule("product-table", at, **own, **{"is": whole["share"]})
    for quarter in ("Q1", "Q2"):
        world.rule(f"task-{quarter}", {"product_line": "A", "quarter": quarter}, **own, **{"is": split[quarter]})
    plan = decompose(world.problem(cube))
    pairs = plan.explanation.members.groupby("conflict_no")["rule_id"].agg(set)
    assert all(len(pair) == 2 for pair in pairs) and pairs[1] in (
        {"product-table", "task-Q1"},
        {"product-table", "task-Q2"},
    )
    assert coherent(plan) and status(plan)["company"] == "binding"
    assert plan.by("product_line")["target_minor"].min() > 0, "selling nothing at all would keep all three"
    found = plan.explanation
    fewest = found.proposals.loc[found.proposals["method"] == "fewest", "proposal_no"].iloc[0]
    change = found.changes[found.changes["proposal_no"] == fewest]
    assert change["rule_id"].tolist() == ["product-table"]
    assert change["after_low"].iloc[0] == pytest.approx(split["Q1"], abs=1e-4)


@every_variant
def test_online_share_as_an_amount(variant: Variant) -> None:
    world, _, given, expect = company(variant)
    last, asked = given["market"]["online_share"], given["goals"]["online_share"]["at_least"]
    cube = world.cube(10000, region_id=given["region_share_last"], channel_id={"线上": last, "线下": 1 - last})
    world.rule("online", {"channel": "线上"}, share_of={}, strength="wish", at_least=asked)
    plan = decompose(world.problem(cube))
    sums = plan.by("channel_id").set_index("channel_id")["target_minor"]
    assert coherent(plan) and not members(plan)
    # at least: never below, and a grain above at most, because the company's figure is a few yuan off the grain
    assert 0 <= world.wan(sums[world.name("线上")]) - expect["online"]["needed"] <= 1
    assert status(plan) == {"company": "binding", "online": "binding"}


def counted(variant: Variant, sizes: dict[str, float], regions: list[str]) -> tuple[World, Cube]:
    """Counts by customer size and region; a unit of the case is one customer."""
    world = World(variant[0], 1, variant[2])
    cube = world.cube(
        120 / (WAN * 100), customer_type=sizes, region_id={region: 1 / len(regions) for region in regions}
    )
    return world, cube.over(cube.start + 1.0)


@every_variant
def test_new_customers_add_up(variant: Variant) -> None:
    """25 + 95 = 120, and 40 % of 120 is 48: five statements that agree."""
    given, expect = load("plan_2024")
    asked = given["goals"]["new_customers"]
    world, cube = counted(variant, {"large": 0.2, "small": 0.8}, list(given["region_share_last"]))
    assert expect["new_customers_consistent"]

    def rules(q2: int) -> None:
        world.rules.clear()
        world.rule("all", count="new_customers", strength="must", **{"is": asked["total"]})
        for size in ("large", "small"):
            world.rule(size, {"customer_type": size}, count="new_customers", strength="must", **{"is": asked[size]})
        q2_share = given["new_customers_q2"]["share_of_year"]
        world.rule("q2", {"quarter": "Q2"}, count="new_customers", strength="must", **{"is": q2})
        world.rule("q2-share", {"quarter": "Q2"}, count="new_customers", time="in_period", strength="must",
                   **{"is": q2_share * asked["total"]})  # fmt: skip

    rules(given["new_customers_q2"]["count"])
    plan = decompose(Problem.of_counts(cube, world.rules, "new_customers"))
    assert coherent(plan) and plan.total == asked["total"] and not members(plan)
    assert plan.by("customer_type")["target_minor"].tolist() == [asked["large"], asked["small"]]
    rules(given["new_customers_q2"]["count"] + 1)
    with pytest.raises(PlanConflict) as raised:
        decompose(Problem.of_counts(cube, world.rules, "new_customers"))
    assert set(raised.value.explanation.members["rule_id"]) == {"q2", "q2-share"}


@every_variant
def test_new_customers_left_for_the_other_regions(variant: Variant) -> None:
    """Of 25 large ones a region owns 5, of 95 small ones another owns 30; the rest has nobody's name on it."""
    given, expect = load("plan_2024")
    asked, left = given["goals"]["new_customers"], expect["new_customers_without_region"]
    owned = {"large": ("华东", next(t["new_large"] for t in given["tasks"] if "new_large" in t))}
    owned["small"] = ("华南", next(t["new_small"] for t in given["tasks"] if "new_small" in t))
    world, cube = counted(variant, {"large": 0.2, "small": 0.8}, list(given["region_share_last"]))
    for size, (region, count) in owned.items():
        at = {"customer_type": size}
        world.rule(size, at, count="new_customers", strength="must", **{"is": asked[size]})
        world.rule(f"{size}-owned", at | {"region": region}, count="new_customers", strength="must", **{"is": count})
        others = [name for name in given["region_share_last"] if name != region]
        world.rule(f"{size}-others", at | {"region": others}, count="new_customers", at_least=0.0)
    plan = decompose(Problem.of_counts(cube, world.rules, "new_customers"))
    rules = plan.rules.set_index("rule_id")
    for size, rest in left.items():
        assert rules.loc[f"{size}-others", "implied_low"] == pytest.approx(rest)
        assert rules.loc[f"{size}-others", "amount_minor"] == rest


@every_variant
def test_quarters_are_the_whole_year(variant: Variant) -> None:
    world, cube, given, expect = company(variant)
    shares = given["quarter_share"]
    assert sum(shares.values()) == pytest.approx(expect["quarter_share_sum"])
    for quarter, share in shares.items():
        world.rule(quarter, {"quarter": quarter}, share_of={}, strength="must", **{"is": share})
    plan = decompose(world.problem(cube))
    assert coherent(plan) and not members(plan)
    quarter = plan.table["month"].str[5:].astype(int).sub(1).floordiv(3).add(1).map("Q{}".format)
    sums = plan.table["target_minor"].groupby(quarter).sum()
    assert {name: world.wan(sums[name]) for name in shares} == {
        name: pytest.approx(share * expect["company_target"]) for name, share in shares.items()
    }


@every_variant
def test_everybodys_numbers_are_their_regions(variant: Variant) -> None:
    """People with quotas of their own, a named account, a share wish that is met: regions equal their people."""
    given, expect = load("annual_100m")
    world = World(*variant)
    parts = {f"{region}-{who}": 1 / 12 for region in given["region"] for who in ("manager", "rep", "newcomer")}
    accounts = [*given["named_accounts"]["KA"], "others"]
    cube = world.cube(given["total"], person_id=parts, customer_id=dict.fromkeys(accounts, 0.5),
                      customer_type=dict.fromkeys(given["customer_type"], 1 / 3),
                      product_line=dict.fromkeys(given["product"], 1 / 3))  # fmt: skip
    places = cube.places.assign(region_id=[p.rsplit("-", 1)[0] for p in cube.places["person_id"]])
    cube = Cube(places, cube.months, cube.start, cube.base.assign(
        region_id=[p.rsplit("-", 1)[0] for p in cube.base["person_id"]]))  # fmt: skip
    world.rule("total", amount_of=given["total"], strength="must")
    for key, word in (("region", "region"), ("product", "product_line"), ("customer_type", "customer_type")):
        for node, amount in given[key].items():
            world.rule(f"{key}-{node}", {word: node}, amount_of=amount, strength="must")
    for (kind, named), (who, held) in zip(
        given["named_accounts"].items(), zip(("manager", "rep", "newcomer"), given["people"], strict=True), strict=False
    ):
        for account, amount in named.items():
            world.rule(account, {"customer": account, "customer_type": kind}, amount_of=amount, strength="must")
        world.rule(who, {"person": f"华东-{who}"}, amount_of=held["quota"], strength="must")
    wish = expect["C_share_wish"]
    world.rule("C", {"product_line": "C"}, share_of={}, strength="wish", at_least=wish["wish"])
    plan = decompose(world.problem(cube))
    assert coherent(plan) and not members(plan) and world.wan(plan.total) == expect["margins_each_sum_to"]
    by_region = plan.by("region_id").set_index("region_id")["target_minor"]
    people = plan.by("region_id", "person_id").groupby("region_id")["target_minor"].sum()
    assert expect["regions_equal_their_people"] and (by_region == people).all()
    for region, amount in given["region"].items():
        assert world.wan(by_region[world.name(region)]) == amount
    assert (status(plan)["C"] in ("binding", "redundant")) == wish["met"]
    sums = plan.by("customer_id").set_index("customer_id")["target_minor"]
    assert world.wan(sums[world.name(accounts[0])]) >= given["named_accounts"]["KA"][accounts[0]]


@pytest.mark.parametrize("share", [1 / 3, 0.5, 0.2])
@every_variant
def test_growths_of_parts_say_what_the_parts_were(variant: Variant, share: float) -> None:
    """+30 % new and +15 % repeat give +20 % only if a third of the business was new; else the three contradict."""
    _, expect = load("appliance_100m")
    assert "1/3" in expect["implied_new_share_of_base"]
    world = World(*variant)
    cube = world.cube(3000, customer_type={"new": share, "repeat": 1 - share})
    world.rule("quarter", growth_over="last_year", strength="must", **{"is": 0.20})
    world.rule("new", {"customer_type": "new"}, growth_over="last_year", **{"is": 0.30})
    world.rule("repeat", {"customer_type": "repeat"}, growth_over="last_year", **{"is": 0.15})
    plan = decompose(world.problem(cube))
    assert coherent(plan)
    assert members(plan) == (set() if share == 1 / 3 else {"quarter", "new", "repeat"})


@every_variant
def test_the_range_others_leave_is_what_a_programme_says(variant: Variant) -> None:
    """The ceiling of A: 35 % of 11,200, said as an amount."""
    world, cube, given, expect = company(variant)
    mix = given["goals"]["product_mix"]
    world.rule("A", {"product_line": "A"}, amount="sales", at_most=mix["A"]["at_most"] * 11200 * WAN * world.unit)
    world.rule("B", {"product_line": "B"}, share_of={}, **{"is": mix["B"]["equals"]})
    world.rule("C", {"product_line": "C"}, share_of={}, at_least=mix["C"]["at_least"])
    plan = decompose(world.problem(cube))
    line = next(line for line in plan.compiled.lines if line.name == "A")
    problem = plan.settled.problem
    (found,) = implied_ranges(problem, [row_of(problem, line)])
    most = expect["implied_bound_A"]["at_most"] * expect["company_target"]
    assert world.wan(found.most) == pytest.approx(most, rel=1e-6) and found.high_never_binds
    assert status(plan)["A"] == "implied"
