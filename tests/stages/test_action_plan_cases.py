"""The worked cases of actions, money and pay, every line that speaks of them; the files are kept outside."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from salesnb.model.params.actions import Budget, KeyResult, Milestone, Objective, Task
from salesnb.model.params.incentives import Advancement, Award, Incentives
from salesnb.stages import action_plan, goals, incentives
from salesnb.stages.action_plan import Cells, Company

ROOT = Path(__file__).resolve().parents[2]
WAN = 10_000  # yuan
MINOR = 100 * WAN  # fen in 万元
LAST = date(2024, 12, 31)


def case(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is given and expected; skips where the cases are absent."""
    folder = Path(os.environ.get("SALESNB_CASES") or ROOT.parent / "shared" / "cases").resolve()
    if not folder.is_dir():
        pytest.skip(f"no worked cases at {folder}; set SALESNB_CASES to their folder")
    found = YAML(typ="safe").load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return found["given"], found["expect"]


def company_cells(given: dict[str, Any]) -> Cells:
    """Independent cells with the annual plan's margins by region, product and customer type."""
    rows = [
        (region, product, kind, round(MINOR * r * p * c / given["total"] ** 2))
        for region, r in given["region"].items()
        for product, p in given["product"].items()
        for kind, c in given["customer_type"].items()
    ]
    frame = pd.DataFrame(rows, columns=["region_id", "product_line", "customer_type", "target_minor"])
    return Cells(frame, "target_minor")


def east() -> tuple[Objective, list[Task], Company, dict[str, Any]]:
    """The east's objective as a params file would hold it."""
    given, expect = case("key_results_east")
    annual, _ = case("annual_100m")
    first, second, third = given["key_results"]
    region = {"region": given["objective"]["region"]}
    results = (
        KeyResult(id=first["id"], text=first["text"], count=first["count"], average=first["average"] * WAN,
                  counts={**region, "customer_type": "新客户"}),
        KeyResult(id=second["id"], text=second["text"], contributes=second["contributes"] * WAN,
                  counts={**region, "customer_type": {"not": ["新客户"]}}),
        KeyResult(id=third["id"], text=third["text"], contributes=third["contributes"] * WAN,
                  counts={**region, "product_line": "B"},
                  measure={"metric": "sales_growth", "at_least": 0.30, "unit": "ratio"}),
    )  # fmt: skip
    objective = Objective(
        id="east", text="华东", where=region, amount=given["objective"]["amount"] * WAN, owner="E", due=LAST,
        key_results=results,
    )  # fmt: skip
    measure = {"metric": "new_customers", "at_least": 10, "unit": "count"}
    tasks = [
        Task(id=f"rep-{n}", text="签约 10 家", serves=["KR1"], owner=n, due=LAST, deliverable="合同", measure=measure)
        for n in ("a", "b")
    ]
    counts = [("new_customers", {}, float(annual["new_customers"]))]
    return objective, tasks, Company(company_cells(annual), None, counts), expect


def only(found: list[action_plan.Finding], kind: str) -> action_plan.Finding:
    """The one finding of a kind."""
    chosen = [f for f in found if f.kind == kind]
    assert len(chosen) == 1, [f.kind for f in found]
    return chosen[0]


def test_key_results_of_the_east_overlap_by_2000() -> None:
    objective, _, company, expect = east()
    row = action_plan.contributions([objective], company).iloc[0]
    assert row["contributed_minor"] == expect["contributions_sum"] * MINOR
    assert row["gap_minor"] == expect["over_objective_by"] * MINOR
    assert row["contributed_minor"] / row["target_minor"] == pytest.approx(1.57, abs=0.005)
    assert row["state"] == "overlap"
    pairs = {(o.one, o.other): o for o in action_plan.overlaps(objective, company)}
    assert ("KR1", "KR2") not in pairs, "new and old customers share nothing"
    shared = pairs["KR1", "KR3"]
    assert dict(shared.where) == {"region": ("华东",), "customer_type": ("新客户",), "product_line": ("B",)}
    assert shared.amount_minor == round(3500 * 0.25 * 0.30 * MINOR)
    assert "KR1 & KR3: 华东 × 新客户 × B" in row["overlap"]


def test_what_a_careful_reader_asks_about_the_east() -> None:
    objective, tasks, company, expect = east()
    found = action_plan.doubts([objective], tasks, company)
    twice = only(found, "counted_twice")
    assert (twice.said, twice.other) == (5500 * MINOR, 3500 * MINOR)
    takes = only(found, "takes_all")
    assert f"{takes.said / MINOR:.0f} of {takes.other / MINOR:.0f}" == expect["kr1_takes_all_company_new_business"]
    average = only(found, "average_differs")
    asked = expect["average_per_new_customer"]
    assert (average.said / MINOR, average.other / MINOR) == (asked["kr1"], asked["company"])
    added, base = only(found, "growth_impossible"), only(found, "growth_base")
    assert (round(added.said / MINOR), round(added.other / MINOR)) == (3900, 3500)
    assert round(base.said / MINOR) == 692
    assert all(figure in expect["kr3_as_increment"] for figure in ("3900", "3500", "692"))
    assert only(found, "without_owner").said == expect["new_customers_without_owner"]


def test_milestones_of_the_east_are_reached_or_missed() -> None:
    given, _ = case("key_results_east")
    made = [
        Milestone(
            id=f"m{i}", text=m["text"], due=f"2024-{m['due']}",
            measure=None if "metric" not in m else
            {"metric": m["metric"], "at_least": m["at_least"], "unit": "count"},
        )
        for i, m in enumerate(given["milestones"])
    ]  # fmt: skip
    table = action_plan.milestone_table(made, {"m1": 10, "m2": 299}, date(2024, 7, 1)).set_index("milestone_id")
    assert dict(table["state"]) == {"m0": "unmeasured", "m1": "reached", "m2": "missed", "m3": "upcoming"}
    later = action_plan.milestone_table(made, {"m1": None, "m2": 300}, LAST).set_index("milestone_id")
    assert dict(later["state"]) == {"m0": "unmeasured", "m1": "no_data", "m2": "reached", "m3": "no_data"}


def test_stock_cleared_in_one_quarter_and_in_two() -> None:
    given, expect = case("plan_2024")
    product, tasks = given["clear_stock_a"]
    where = (("product_line", ("A",)),)
    dues = {"Q1": "2024-03-31", "Q2": "2024-06-30"}
    steps = [
        Task(id=f"stock-{q}", text=tasks["text"], due=dues[q], where={"product_line": "A"},
             measure={"metric": "stock_clearance", "at_least": tasks[q], "unit": "ratio"})
        for q in ("Q1", "Q2")
    ]  # fmt: skip
    said = [
        goals.Statement("stock", "stock_clearance", product["share"], scope=where, period=product["due"]),
        *goals.from_actions(steps, (), LAST, 100),
    ]
    found = [f for f in goals.contradictions(said, goals.Base(10_000 * MINOR)) if f.kind == "cleared_later"]
    assert [(f.said, f.other) for f in found] == [(1.0, 0.3)]
    assert "100 %" in expect["stock_conflict"] and "30 %" in expect["stock_conflict"]


def test_leads_far_beyond_what_new_customers_need() -> None:
    given, expect = case("plan_2024")
    leads, new = given["leads"], given["goals"]["new_customers"]
    figures = {"leads_a_month": leads["marketing_per_month"], "conversion": leads["small_conversion"]}
    said = [
        goals.Statement("small", "new_customers", new["small"], unit="count",
                        scope=(("customer_size", ("small",)),)),
    ]  # fmt: skip
    wide = next(f for f in goals.contradictions(said, goals.Base(MINOR, {}, figures)) if f.kind == "funnel_is_wide")
    assert (wide.said, wide.other) == (new["small"], pytest.approx(expect["leads_give_small_customers"]))


def test_b_is_stated_twice() -> None:
    given, expect = case("plan_2024")
    amount = given["last_year"]["amount"]
    last = 10_000 if amount == "X" else amount
    company = round(last * (1 + given["goals"]["growth"]))
    line = (("product_line", ("B",)),)
    said = [
        goals.Statement("company", "sales", given["goals"]["growth"], reading="growth"),
        goals.Statement(
            "b", "share_of_sales", given["goals"]["product_mix"]["B"]["equals"], scope=line, of="own_sales"
        ),
        goals.Statement("task-b", "sales", given["tasks"][0]["B"] and 0.15, "task", line, reading="growth"),
    ]
    shares = {("product_line", k): v for k, v in given["product_share_last"].items()}
    twice = next(f for f in goals.contradictions(said, goals.Base(last * MINOR, shares)) if f.kind == "said_twice")
    assert company == expect["company_target"]
    assert {round(twice.said / MINOR), round(twice.other / MINOR)} == {
        expect["b_twice"]["by_share"],
        expect["b_twice"]["task_amount"],
    }


def scheme() -> tuple[incentives.Scheme, dict[str, Any], dict[str, Any]]:
    """The plan's commissions."""
    given, expect = case("plan_2024")
    params = Incentives.model_validate({"commission": {"by_line": given["commission"]}})
    return incentives.scheme(params, {}, LAST, LAST), given, expect


def test_commission_on_the_planned_mix_to_the_yuan() -> None:
    rules, _, expect = scheme()
    sold = {"A": 0.35, "B": 0.35, "C": 0.30}
    lines = pd.DataFrame(
        [
            (line, "p", pd.Timestamp("2024-06-30"), round(expect["company_target"] * share * MINOR), False)
            for line, share in sold.items()
        ],
        columns=["product_line", "person_id", "order_date", "net_minor", "is_return"],
    )
    paid = incentives.exact_sums(incentives.earned(lines, rules))["p"]
    assert paid == 1_652_000 * 100  # 39.2 + 58.8 + 67.2 万元
    assert float(paid / MINOR) == pytest.approx(expect["commission_at_35_35_30"])


def award(name: str, amount: float, **more: Any) -> Award:
    """An award of the plan."""
    return Award.model_validate({"id": "x", "text": name, "amount": amount, "every": "year", "level": "region", **more})


def test_only_one_region_earns_the_growth_award() -> None:
    _, given, expect = scheme()
    growth = given["awards"]["区域增长奖"]
    rows = [(region, "2024", value) for region, value in given["region_growth"].items()]
    figures = pd.DataFrame(rows, columns=["node_id", "period", "value"])
    rule = award("区域增长奖", growth["amount"], metric="sales_growth", rule="each_at_least",
                 at_least=growth["if_growth_at_least"])  # fmt: skip
    won = incentives.winners(rule, figures, LAST, LAST)
    assert list(won["node_id"]) == [expect["only_region_for_growth_award"]]
    assert list(won["amount_minor"]) == [growth["amount"] * 100]
    champion = award("季度销售冠军奖", given["awards"]["季度销售冠军奖"], metric="sales_growth", rule="best")
    assert list(incentives.winners(champion, figures, LAST, LAST)["amount_minor"]) == [500_000]
    care = award("年度最佳客户维护奖", given["awards"]["年度最佳客户维护奖"], metric="repurchase_rate", rule="best")
    assert list(incentives.winners(care, figures, LAST, LAST)["amount_minor"]) == [800_000]


def test_promotion_rules_of_the_plan() -> None:
    given, _ = case("plan_2024")
    assert given["promotion"] == {"业务员": "2 quarters met in a row", "区域经理": "1 whole year met"}
    rep = Advancement(id="r", text="晋升", role="业务员", to="高级业务员", every="quarter", in_a_row=2)
    head = Advancement(id="h", text="晋升", role="区域经理", to="总监助理", every="year", in_a_row=1)
    quarters = {"a": {"Q1": 1.0, "Q2": 1.0}, "b": {"Q1": 1.0, "Q2": 0.999}}
    assert incentives.promotions_due(rep, quarters, {"a": "业务员", "b": "业务员"}, ["Q1", "Q2"]) == ["a"]
    assert incentives.promotions_due(head, {"m": {"2024": 1.0}}, {"m": "区域经理"}, ["2024"]) == ["m"]


def test_the_budget_of_the_quarter_is_split_exactly() -> None:
    given, expect = case("quarter_500")
    budget = Budget(total=given["revenue"] * WAN, split=given["budget_split"], key_regions=("甲", "乙"),
                    to_key_regions=given["budget_to_key_regions"])  # fmt: skip
    table = action_plan.budget_split(budget, LAST, LAST).set_index("category")
    assert table["share_of_budget"].sum() == pytest.approx(expect["budget_shares_sum"])
    assert dict(table["amount_minor"]) == {k: round(v * 500 * MINOR) for k, v in given["budget_split"].items()}
    regions = action_plan.region_split(500 * MINOR, budget, {"甲": 2.0, "乙": 1.0, "丙": 1.0}, LAST, LAST)
    assert regions["amount_minor"].sum() == 500 * MINOR
    assert regions.loc[regions["is_key"], "amount_minor"].sum() == 300 * MINOR
    assert dict(zip(regions["region_id"], regions["amount_minor"], strict=True))["甲"] == 200 * MINOR


def test_the_tasks_of_the_quarter_have_all_they_need() -> None:
    given, _ = case("quarter_500")
    tasks = [
        Task(id=f"t{i}", text=t["text"], owner=t["owner"], due=f"2024-{t['due']}", deliverable=t["deliverable"],
             resources=t["resource"], serves=["revenue"], start="2024-03-01")
        for i, t in enumerate(given["tasks"])
    ]  # fmt: skip
    plan = action_plan.faults(_plan(tasks), tasks, action_plan.World(goals=frozenset(["revenue"])), date(2024, 3, 1))
    assert plan == []
    gone = action_plan.World(people={"经理": (None, date(2024, 3, 10))}, goals=frozenset(["revenue"]))
    assert [f.kind for f in action_plan.faults(_plan(tasks), tasks, gone, date(2024, 3, 1))] == ["owner_left"]
    notice = given["service_levels"]
    promises = [
        {"id": k, "text": v, "giver": "销售", "taker": "各部门", "every": "request", "notice_days": int(v.split()[0])}
        for k, v in notice.items()
    ]
    made = [_promise(p) for p in promises]
    table = action_plan.promise_table(made, {})
    assert list(table["notice_days"]) == [3, 2] and set(table["state"]) == {"uncounted"}


def _plan(tasks: list[Task]) -> Any:
    from salesnb.model.params.actions import Actions

    return Actions(tasks=tuple(tasks))


def _promise(data: dict[str, Any]) -> Any:
    from salesnb.model.params.actions import Promise

    return Promise.model_validate(data)


def test_tiers_and_price_trigger_of_the_appliance_team() -> None:
    from salesnb.model.params.risks import Trigger

    given, _ = case("appliance_100m")
    assert given["incentive"]["challenge"] == "bonus 10–20 % of target"
    tier = {"id": "challenge", "text": "挑战", "attainment_from": 1.0, "attainment_to": 1.1,
            "base": {"what": "target"}, "rate": 0.10, "rate_to": 0.20}  # fmt: skip
    rules = incentives.scheme(Incentives.model_validate({"tiers": [tier]}), {}, LAST, LAST)
    member = incentives.Member("p", "代表", 600 * MINOR)
    paid = [
        incentives.settle(rules, member, incentives.Sold(incentives.exact(0), net * MINOR)).tiers["challenge"]
        for net in (599, 600, 630, 660, 700)
    ]
    assert paid == [0, 60 * MINOR, 90 * MINOR, 120 * MINOR, 120 * MINOR]
    change = given["calibration_trigger"]["competitor_price_change"]
    trigger = Trigger(metric="competitor_price_change", below=change + 1e-9)
    assert action_plan.fired(trigger, [0.0, change]) and not action_plan.fired(trigger, [0.0, -0.29])
    assert np.isclose(sum(v["amount"] for v in given["product"].values()), given["total"])
