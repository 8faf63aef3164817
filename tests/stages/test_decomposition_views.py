"""Looking at a plan: derivation, scenarios, bridges, fairness and its back-test, units, counts, negotiation rounds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.params.decomposition import Activity, Decomposition, Rule
from salesnb.model.params.people import Commitment
from salesnb.model.periods import Calendar, month_range
from salesnb.stages.decomposition import Built, Desk, Plan, Problem, Setting, build, decompose
from salesnb.stages.decomposition.counts import count_plan, target_counts
from salesnb.stages.decomposition.cube import DIMS
from salesnb.stages.decomposition.derivation import rule_effects, target_derivation
from salesnb.stages.decomposition.fairness import backtest, role_spread, target_fairness, target_potential
from salesnb.stages.decomposition.rounds import target_gaps
from salesnb.stages.decomposition.scenarios import alternatives, bridge, rule_changes, scenario_table
from salesnb.stages.decomposition.units import target_units

CALENDAR = Calendar()
PLAN = CALENDAR.period("2024")
AS_OF = date(2023, 12, 31)
RULES = [
    {"id": "company", "text": "c", "growth_over": "last_year", "is": 0.12, "strength": "must"},
    {"id": "east", "text": "e", "where": {"region": "E"}, "growth_over": "last_year", "is": 0.20, "strength": "wish"},
    {"id": "west", "text": "w", "where": {"region": "W"}, "growth_over": "last_year", "is": 0.15, "strength": "wish"},
    {"id": "q1", "text": "q1", "where": {"quarter": "Q1"}, "share_of": {}, "is": 0.2},
    {"id": "b", "text": "b", "where": {"product_line": "B"}, "share_of": {}, "at_least": 0.55},
    {"id": "new", "text": "new", "count": "new_customers", "is": 37},
    {"id": "new-large", "text": "large", "count": "new_large_customers", "is": 11},
    {"id": "new-q2", "text": "q2", "count": "new_customers", "where": {"quarter": "Q2"}, "is": 13},
]


def history(seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [
        ("EW"[p % 2], f"{'ew'[p % 2]}{p % 3}", f"p{p}", line, f"{line}1", "KA", channel, month, 0)
        for p in range(8)
        for line in "AB"
        for channel in ("direct", "online")
        for month in month_range("2021-01", "2023-12")
    ]
    out = pd.DataFrame(rows, columns=[*DIMS, "month", "net_minor"])
    return out.assign(net_minor=(rng.lognormal(9.3, 0.5, len(out)).astype("int64") * 100))


def made(seed: int = 0) -> tuple[Built, Plan]:
    sales = history(seed)
    seats = sales[["region_id", "team_id", "person_id"]].drop_duplicates()
    roster = seats.assign(from_date=pd.Timestamp("2018-01-01"), to_date=pd.NaT, role="rep")
    roster["hired_date"] = roster["from_date"]
    products = pd.DataFrame({"product_id": ["A1", "B1"], "product_line": ["A", "B"], "life_cycle": "x"})
    products["launch_date"] = pd.NaT
    built = build(
        Setting(PLAN, AS_OF, sales, roster, products, Decomposition.model_validate({"rules": RULES}), calendar=CALENDAR)
    )
    return built, decompose(Problem(built.cube, built.rules, 10_000))


@given(st.integers(0, 1000))
@settings(max_examples=5)
def test_every_number_is_derived_without_a_residual(seed: int) -> None:
    built, plan = made(seed)
    handed = {"p1": 123_450_000}
    table = target_derivation(built, plan, handed)
    targets = plan.by("person_id").set_index("person_id")["target_minor"]
    ends = table[table["step"] == "target"].set_index("person_id")["running_minor"]
    pd.testing.assert_series_equal(ends, targets, check_names=False)
    before = table[~table["step"].isin(["target", "padding", "handed"])]
    assert (before.groupby("person_id")["amount_minor"].sum() == targets).all()
    last = table[table["person_id"] == "p1"].iloc[-1]
    assert last["step"] == "handed" and last["running_minor"] == handed["p1"]
    effects = sum(rule_effects(plan).values())
    np.testing.assert_allclose(effects, (plan.solved - plan.problem.cube.start).sum(axis=1), atol=1.0)


def test_a_rule_counts_for_those_it_speaks_of() -> None:
    _, plan = made()
    effects = rule_effects(plan)
    west = (plan.problem.cube.places["region_id"] == "W").to_numpy()
    assert not effects["east"][west].any() and effects["east"][~west].any()
    assert effects["company"].sum() > 0 and {"company", "east", "west", "q1", "b"} >= set(effects)
    largest = max(float(np.abs(change).sum()) for change in effects.values())
    assert largest < 0.3 * plan.total, "rules that follow from each other are told in their smallest factors"


def test_scenarios_side_by_side() -> None:
    _, plan = made()
    growths = {"low": ("scenario", 0.06), "budget": ("figure", 0.09), "same": ("scenario", 0.12)}
    others = alternatives(plan.problem, growths)
    table = scenario_table(plan, others, {name: kind for name, (kind, _) in growths.items()})
    company = table[table["dimension"] == "company"].set_index("scenario")
    assert company["growth_rate"].to_dict() == pytest.approx(
        {"plan": 0.12, "low": 0.06, "budget": 0.09, "same": 0.12}, abs=1e-4
    )
    assert company.loc["plan", "is_plan"] and not company.loc["low", "is_plan"]
    sums = table.groupby(["scenario", "dimension"])["amount_minor"].sum().unstack()
    assert (sums.nunique(axis=1) == 1).all(), "every dimension of a scenario is the same company"
    assert (others["same"].cells == plan.cells).all()


def test_the_bridge_says_who_what_and_why() -> None:
    _, plan = made()
    desk = Desk(plan.problem)
    desk.put(Rule.model_validate(RULES[3] | {"is": 0.25, "by": "director", "reference": "d.md"}))
    desk.drop("b")
    after = desk.plan()
    table = bridge(plan, after)
    assert (table["before_minor"] + table["change_minor"] == table["after_minor"]).all()
    assert (table.groupby("dimension")["change_minor"].sum() == after.total - plan.total).all()
    changes = rule_changes(plan, after).set_index("rule_id")
    assert changes["kind"].to_dict() == {"b": "removed", "q1": "changed"}
    assert changes.loc["q1", ["before_low", "after_low", "by", "reference"]].tolist() == [0.2, 0.25, "director", "d.md"]
    assert rule_changes(plan, plan).empty


def test_fairness_finds_the_one_who_stands_out() -> None:
    built, plan = made()
    desk = Desk(plan.problem)
    desk.drop("east")
    desk.drop("west")
    heavy = float(plan.by("person_id").set_index("person_id").loc["p3", "target_minor"]) / 100 * 3
    desk.lock("heavy", {"person": "p3"}, round(heavy, -2), "one account")
    table = target_fairness(built, desk.plan()).set_index("person_id")
    assert list(table.index[table["is_outlier"]]) == ["p3"]
    assert (table["capacity"] == 1.0).all() and (table["tenure_months"] > 60).all()
    spread = role_spread(table.reset_index()).set_index("role")
    assert spread.loc["rep", "person_count"] == 8 and spread.loc["rep", "spread_rate"] > 0.5
    potential = target_potential(plan, {"E": 0.3, "W": 0.1, "nowhere": 0.6}).set_index("node_id")
    assert potential["share_of_potential"].to_dict() == pytest.approx({"E": 0.75, "W": 0.25})
    assert potential["share_of_target"].sum() == pytest.approx(1)


def test_the_backtest_judges_the_distribution_only() -> None:
    built, _ = made()
    weights = {"history": 0.6, "potential": 0.3, "even": 0.1}
    found = backtest(built.setting, CALENDAR.period("2023"), 10_000, weights)
    assert abs(found.people["amount_minor"].sum() - found.people["actual_minor"].sum()) < 10_000
    spread = found.spread.set_index("method")
    assert spread.loc["plan", "left_out"] == "potential", "no potential was known then"
    assert 0 < spread.loc["plan", "spread_rate"] < 1 and spread.loc["plan", "person_count"] == 8
    later = history().query("month < '2023-01'")
    blind = backtest(
        replace(built.setting, history=pd.concat([later, history().query("month >= '2023-01'")])),
        CALENDAR.period("2023"),
        10_000,
        weights,
    )
    pd.testing.assert_frame_equal(found.people, blind.people)


def test_nothing_of_the_year_itself_reaches_its_backtest() -> None:
    built, _ = made()
    year = built.setting.history["month"] >= "2023-01"
    other = built.setting.history.copy()
    other.loc[year, "net_minor"] = other.loc[year, "net_minor"].to_numpy()[::-1]
    one, two = (
        backtest(replace(built.setting, history=sales), CALENDAR.period("2023"), 100, {"history": 1.0}).people
        for sales in (built.setting.history, other)
    )
    np.testing.assert_allclose(one["amount_minor"], two["amount_minor"], rtol=1e-6)
    assert (one["actual_minor"] != two["actual_minor"]).any()


def test_units_follow_from_measured_conversion() -> None:
    built, plan = made()
    measured = pd.DataFrame({"person_id": [f"p{p}" for p in range(8)], "net_minor": 1_000_000, "order_count": 100})
    measured["customer_count"], measured["visit_count"] = 25, 400
    measured.loc[0, ["order_count", "net_minor"]] = [5, 500_000]  # too few orders to tell
    table = target_units(built, plan, measured, Activity.model_validate({"effective_visits_per_week": 8}))
    row = table.set_index("person_id").loc["p1"]
    assert row["order_value_minor"] == 10_000 and row["orders_per_customer"] == 4
    assert row["orders_needed"] == pytest.approx(row["target_minor"] / 10_000)
    assert row["customers_needed"] * row["orders_per_customer"] == pytest.approx(row["orders_needed"])
    weeks = built.setting.working_days.sum() / 5
    assert row["visits_needed_week"] == pytest.approx(row["orders_needed"] * 4 / weeks)
    assert row["visits_asked_week"] == 8 and np.isnan(row["leads_needed_week"]), "what is not measured is not zero"
    assert table.set_index("person_id")["measured_on"].to_dict() == {"p0": "company"} | {
        f"p{p}": "own" for p in range(1, 8)
    }


def test_counts_stand_on_the_same_people_and_months() -> None:
    _, plan = made()
    counted = count_plan(plan, plan.problem.rules, "new_customers", {"large": 0.3, "small": 0.7})
    assert counted is not None and (counted.ledger["fault_count"] == 0).all()
    held = counted.rules.set_index("rule_id")
    assert held["achieved"].to_dict() == {"new": 37, "new-large": 11, "new-q2": 13}
    table = target_counts({"new_customers": counted})
    assert table["target_count"].sum() == 37
    assert table.groupby("customer_size")["target_count"].sum().to_dict() == {"large": 11, "small": 26}
    assert count_plan(plan, plan.problem.rules, "visits", {"": 1.0}) is None
    assert target_counts({}).empty


def test_no_answer_is_no_figure() -> None:
    built, plan = made()
    said = [
        {
            "node": "E",
            "level": "region",
            "period": "2024",
            "amount": 2_000_000,
            "decided": "2023-12-18",
            "condition": "+2",
        },
        {"node": "p0", "level": "person", "period": "2024", "amount": 0, "decided": "2023-12-18"},
        {"node": "p2", "level": "person", "period": "2024", "amount": None, "decided": "2023-12-18"},
        {"node": "W", "level": "region", "period": "2024", "amount": 1_000_000, "decided": "2024-02-01", "round": 2},
    ]
    table = target_gaps(built.setting, plan, [Commitment.model_validate(one) for one in said])
    assert set(table["round"]) == {1}, "the second round was not known yet"
    rows = table.set_index(["level", "node_id"])
    east, west = rows.loc[("region", "E")], rows.loc[("region", "W")]
    assert east["gap_minor"] == 200_000_000 - east["top_down_minor"] and east["condition"] == "+2"
    assert pd.isna(west["committed_minor"]) and pd.isna(west["people_minor"])
    assert east["answered_count"] == 1 and east["person_count"] == 4 and east["people_minor"] == 0
    assert rows.loc[("person", "p0"), "committed_minor"] == 0 and pd.isna(rows.loc[("person", "p2"), "committed_minor"])
