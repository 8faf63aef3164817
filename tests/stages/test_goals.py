"""Goals: what the SMART check misses, and every contradiction that a careful reader of the cases finds."""

import os
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.params.goals import Goals
from salesnb.stages import goals
from salesnb.stages.goals import Base, Statement

DAY = date(2024, 1, 1)
AS_OF = date(2023, 12, 31)
WAN = 1_000_000  # 万元 in fen


@pytest.fixture(scope="module")
def case(root):
    folder = Path(os.environ.get("SALESNB_CASES") or root.parent / "shared" / "cases").resolve()
    if not folder.is_dir():
        pytest.skip(f"no cases at {folder}; set SALESNB_CASES to their folder")
    return lambda name: yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))


def share(name, node, value, relation="is", **more):
    dimension, nodes = node
    return Statement(
        name, "share_of_sales", value, scope=((dimension, nodes),), relation=relation, of="own_sales", **more
    )


def growth(name, value, node=(), **more):
    return Statement(name, "sales", value, scope=(node,) if node else (), reading="growth", **more)


def one(found, kind, *ids):
    hits = [f for f in found if f.kind == kind and set(ids) <= set(f.statements)]
    assert len(hits) == 1, [(f.kind, f.statements) for f in found]
    return hits[0]


# ------------------------------------------------------------------ the plan with contradictions


def plan_base(given_case):
    shares = {("product_line", k): v for k, v in given_case["product_share_last"].items()}
    shares |= {("region", k): v for k, v in given_case["region_share_last"].items()}
    customer, market, leads = given_case["customer_last"], given_case["market"], given_case["leads"]
    shares |= {("channel", "线上"): market["online_share"]}
    figures = {
        "repurchase_rate": customer["repurchase_rate"],
        "repeat_share": customer["repeat_share_of_sales"],
        "market_growth": market["growth_2023"],
        "top_players_share": market["top_players_share"],
        "leads_a_month": leads["marketing_per_month"],
        "conversion": leads["small_conversion"],
    }
    return Base(10_000 * WAN, shares, figures)


def plan_statements(case):
    """The case's lines as statements; every figure comes from the file."""
    g, goal = case["given"], case["given"]["goals"]
    mix, new = goal["product_mix"], goal["new_customers"]
    out = [
        growth("company", goal["growth"]),
        share("bc", ("product_line", ("B", "C")), mix["B+C"]["at_least"], "at_least"),
        share("a", ("product_line", ("A",)), mix["A"]["at_most"], "at_most"),
        share("b", ("product_line", ("B",)), mix["B"]["equals"]),
        share("c", ("product_line", ("C",)), mix["C"]["at_least"], "at_least"),
        growth("task-b", 0.15, ("product_line", ("B",)), source="task"),
        Statement("market", "market_share", goal["market_share_change"], reading="change", unit="points"),
        Statement("core", "market_share", 0.55, scope=(("region", ("华东", "华南")),)),
        share("strategy", ("region", ("中西部",)), goal["strategy_region_share"]["中西部"]),
        Statement("unsaid", "market_share", goal["strategy_region_share"]["中西部"], scope=(("region", ("中西部",)),)),
        share("online", ("channel", ("线上",)), goal["online_share"]["at_least"], "at_least"),
        Statement("shop", "sales", 60 * WAN, "task", scope=(("channel", ("线上",)), ("region", ("华南",)))),
        Statement("repurchase", "repurchase_rate", goal["repurchase_rate"]["at_least"], relation="at_least"),
        Statement("east", "repurchase_rate", 0.80,
                  scope=(("region", ("华东",)),), relation="at_least"),
        Statement("q3", "repurchase_rate", 0.80 * 0.75, period="Q3", relation="at_least"),
        Statement("value", "average_order_value", goal["old_customer_aov_growth"], reading="growth"),
        Statement("leads", "lead_count", g["leads"]["q1_at_least"], period="Q1", relation="at_least", unit="count"),
        Statement("past", "share_of_sales", 0.35, scope=(("product_line", ("B", "C")),), period=goals.LAST_YEAR),
        Statement("stock", "stock_clearance", 1.0, scope=(("product_line", ("A",)),), period="Q1"),
    ]  # fmt: skip
    out += [growth(f"wish-{k}", v, ("region", (k,)), source="rule") for k, v in g["region_growth"].items()]
    out += [Statement(k, "share_of_year", v, "rule", period=k) for k, v in g["quarter_share"].items()]
    size = "customer_size"
    counts = [
        ("new", new["total"], ()),
        ("large", new["large"], ((size, ("large",)),)),
        ("small", new["small"], ((size, ("small",)),)),
        ("east-large", 5, ((size, ("large",)), ("region", ("华东",)))),
        ("c-large", 20, ((size, ("large",)), ("product_line", ("C",)))),
        ("south-small", 30, ((size, ("small",)), ("region", ("华南",)))),
    ]
    out += [Statement(k, "new_customers", v, scope=tuple(sorted(s)), unit="count") for k, v, s in counts]
    q2 = g["new_customers_q2"]
    out.append(Statement("new-q2", "new_customers", q2["count"], period="Q2", unit="count"))
    out.append(Statement("new-q2-share", "share_of_new_customers", q2["share_of_year"], period="Q2"))
    parts = g["clear_stock_a"][1]
    out += [
        Statement(f"stock-{k}", "stock_clearance", parts[k], "task", (("product_line", ("A",)),), k)
        for k in ("Q1", "Q2")
    ]
    return out


def test_the_real_plan_s_contradictions_are_all_found(case):
    plan = case("plan_2024")
    base, said, expect = plan_base(plan["given"]), plan_statements(plan), plan["expect"]
    found = goals.contradictions(said, base)
    assert goals.company_target(said, base) == pytest.approx(expect["company_target"] * WAN)
    parts = one(found, "parts_against_whole", "company")
    assert set(parts.statements) == {"company", *(f"wish-{k}" for k in plan["given"]["region_growth"])}
    assert len(parts.statements) == len(expect["region_conflict"]), "all five lines, no fewer"
    assert parts.said / base.sales_minor - 1 == pytest.approx(expect["region_growth_implies"])
    assert parts.gap == pytest.approx(230 * WAN) and parts.said / parts.other - 1 == pytest.approx(0.0205, abs=1e-4)
    bound = one(found, "never_binding", "a")
    assert bound.other == pytest.approx(expect["implied_bound_A"]["at_most"]) and set(bound.statements) == {
        "a",
        "b",
        "c",
    }
    assert one(found, "redundant", "bc").statements == ("bc", "b", "c")
    midwest = one(found, "said_twice", "strategy", "wish-中西部")
    assert {round(midwest.said / WAN), round(midwest.other / WAN)} == {2500, 1680}
    assert midwest.severity == "conflict"
    assert 2500 / (parts.said / WAN) == pytest.approx(expect["zhongxibu_share"]["by_growth_of_25"], abs=1e-4)
    twice = one(found, "said_twice", "b", "task-b")
    assert round(twice.said / WAN) == expect["b_twice"]["by_share"]
    assert round(twice.other / WAN) == expect["b_twice"]["task_amount"]
    assert twice.said / (0.30 * base.sales_minor) - 1 == pytest.approx(expect["b_twice"]["growth_needed"], abs=1e-3)
    past = one(found, "past_differs", "past")
    assert (past.said, past.other) == pytest.approx(
        (expect["mid_high_share_2023"]["strategy_text"], expect["mid_high_share_2023"]["history_B+C"])
    )


def test_the_real_plan_s_rates_counts_and_rhythm(case):
    plan = case("plan_2024")
    base, said, expect = plan_base(plan["given"]), plan_statements(plan), plan["expect"]
    found = goals.contradictions(said, base)
    assert one(found, "share_beyond_leaders").said == pytest.approx(0.54) and one(
        found, "share_beyond_leaders"
    ).other == pytest.approx(0.45)
    beyond = one(found, "share_beyond_leaders")
    assert f"{beyond.said:.2f}" in expect["market_share_plus_2_points"]
    assert f"{beyond.other:.2f}" in expect["market_share_plus_2_points"]
    drivers = one(found, "left_for_new")
    assert round(drivers.said / WAN) == expect["drivers"]["left_for_new"]
    assert round(drivers.other / WAN) == expect["drivers"]["new_last_year"]
    assert round((11200 * WAN - drivers.said) / WAN) == expect["drivers"]["old_customers"]
    assert one(found, "share_of_what", "core").other == pytest.approx(0.60)
    assert one(found, "share_of_what", "unsaid").other == pytest.approx(0.20)
    for item in ("core", "unsaid"):
        assert f"{one(found, 'share_of_what', item).other:.2f}" in expect["share_reading"]
    leads = one(found, "leads_unsourced")
    assert (leads.said, leads.other, leads.gap) == tuple(expect["leads_q1"].values())
    assert one(found, "funnel_is_wide").other == pytest.approx(expect["leads_give_small_customers"])
    action = one(found, "action_short")
    assert (round(action.said / WAN), round(action.other / WAN)) == (
        expect["online"]["needed"],
        expect["online"]["quantified_action"],
    )
    below = one(found, "below_last_year")
    assert below.said == pytest.approx(0.60) and below.other == pytest.approx(0.70)
    assert expect["q3_repurchase"] == "0.80 × 0.75 = 0.60 is below last year's 0.70"
    assert one(found, "rest_rate").other == pytest.approx(expect["repurchase_rest"], abs=1e-3)
    owners = {f.node: f.gap for f in found if f.kind == "without_owner"}
    assert owners == expect["new_customers_without_region"]
    assert one(found, "counted_twice", "large").said == 25
    assert expect["large_counted_twice_perhaps"] == "C 20 + 华东 5 = 25"
    assert one(found, "parts_are_whole", "new").said == 120 and one(found, "said_twice", "new-q2").severity == "agrees"
    assert one(found, "parts_are_whole", "Q1").said == pytest.approx(expect["quarter_share_sum"])
    stock = one(found, "cleared_later")
    assert (stock.said, stock.other) == (1.0, 0.3)


def test_a_quarter_s_share_of_one_node_is_cumulative_or_in_the_period(case):
    plan = case("plan_2024")
    base, said = plan_base(plan["given"]), plan_statements(plan)
    for time in ("cumulative", "in_period"):
        q3 = Statement("mid-q3", "share_of_year", 0.30, "rule", (("region", ("中西部",)),), "Q3", time=time)
        wishes = [s for s in said if s.id not in ("strategy", "unsaid")]
        found = goals.contradictions([*wishes, q3], base)
        if time == "cumulative":
            full = one(found, "rest_of_year_full", "mid-q3")
            assert (round(full.said / WAN), round(full.other / WAN), full.severity) == (1750, 1680, "conflict")
        else:
            assert one(found, "others_in_quarter", "mid-q3").other == pytest.approx(0.364, abs=1e-3)


def test_plus_twenty_from_thirty_new_and_fifteen_repeat(case):
    smart_split = case("appliance_100m")
    assert "1/3" in smart_split["expect"]["implied_new_share_of_base"]
    said = [
        growth("all", 0.20),
        growth("new", 0.30, ("customer_type", ("new",))),
        growth("old", 0.15, ("customer_type", ("old",))),
    ]
    free = one(goals.contradictions(said, Base(100)), "weight_of_new")
    assert free.said == pytest.approx(1 / 3) and free.severity == "note"
    known = {("customer_type", "new"): 0.10, ("customer_type", "old"): 0.90}
    held = one(goals.contradictions(said, Base(100, known)), "weight_of_new")
    assert held.severity == "conflict" and held.gap == pytest.approx(1 / 3 - 0.10)


def test_the_smart_check_of_the_quarter(case):
    quarter = case("quarter_500")
    asked = quarter["given"]
    due = date(2024, 6, 30)
    lines = [
        {"id": "revenue", "text": "销售额", "metric": "sales", "due": due,
         "target": {"is": asked["revenue"], "unit": "yuan"}},
        {"id": "repurchase", "text": "复购率", "metric": "repurchase_rate", "due": due,
         "target": {"is": asked["repurchase_rate"], "unit": "ratio"}},
        {"id": "share", "text": "份额", "metric": "market_share", "due": due, "of": "market",
         "target": {"is": asked["key_region_market_share_change"], "as": "change", "unit": "ratio"}},
    ]  # fmt: skip
    table = goals.smart(Goals(goals=lines).goals, AS_OF).set_index("goal_id")
    assert table.loc["revenue", "lacks"].split("|") == ["owner", "evidence", "process"]
    assert table.loc["repurchase", "lacks"].split("|") == ["owner", "evidence", "process", "base", "window"]
    assert "points" in table.loc["share", "lacks"].split("|")
    assert table.loc["revenue", "lack_count"] == 3


def test_a_complete_goal_lacks_nothing():
    process = {"metric": "lead_count", "text": "线索", "at_least": 500, "unit": "count"}
    line = {"id": "g", "text": "增长", "metric": "sales", "target": {"is": 0.1, "as": "growth", "unit": "ratio"}}
    line |= {"base": "2023", "owner": "A", "due": DAY, "evidence": "d.md", "process": process}
    assert goals.lacks(Goals(goals=[line]).goals[0]) == []


# ------------------------------------------------------------------ properties


@given(st.integers(1, 10**13), st.lists(st.integers(1, 999), min_size=1, max_size=12))
def test_team_targets_are_the_company_s_exactly(target, parts):
    from decimal import Decimal

    from salesnb.model.params.dated import Dated

    whole = sum(parts)
    values = [float(Decimal(p) / Decimal(whole)) for p in parts]
    coefficients = {f"n{i:02d}": Dated[float].model_validate(v) for i, v in enumerate(values)}
    table = goals.team_targets(target, coefficients, {"n00": 10}, (DAY, AS_OF))
    assert table["target_minor"].sum() == pytest.approx(target, abs=1)
    assert table.loc[0, "growth_rate"] == pytest.approx(table.loc[0, "target_minor"] / 10 - 1)


@given(st.floats(-0.2, 0.5), st.floats(0.01, 0.6), st.floats(-0.3, 0.9))
def test_the_weight_of_new_closes_the_identity(old, more, weight):
    new = old + more
    assert goals.implied_weight(weight * new + (1 - weight) * old, new, old) == pytest.approx(weight, abs=1e-9)


@given(st.floats(0.001, 0.05), st.floats(0.02, 0.5), st.floats(-0.1, 0.5))
def test_the_needed_share_gains_the_points(points, own, market):
    needed = goals.share_needed(points, own, market)
    if own > market + 1e-6:
        assert needed * ((1 + own) / (1 + market)) - needed == pytest.approx(points)
    elif own < market:
        assert needed == float("inf")


def test_nothing_is_found_where_nothing_contradicts():
    base = Base(1000, {("region", "N"): 0.5, ("region", "S"): 0.5})
    said = [growth("all", 0.10), growth("n", 0.10, ("region", ("N",))), growth("s", 0.10, ("region", ("S",)))]
    found = goals.contradictions(said, base)
    assert [f.severity for f in found] == ["agrees"]
    table = goals.finding_table(found)
    assert list(table["finding_no"]) == ["01"] and goals.finding_table([]).empty
