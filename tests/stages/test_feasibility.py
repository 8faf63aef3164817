"""Feasibility: coherence of the baseline, stated behaviour of odd histories, capacity and hires by hand, verdicts."""

import math
import os
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.seasonality import seasonal
from salesnb.model.params.market import NewMarket
from salesnb.model.params.people import Commitment, People
from salesnb.model.periods import Calendar, month_range
from salesnb.stages import feasibility as fe

CALENDAR = Calendar()
YEAR = CALENDAR.period("2024")
AS_OF = date(2023, 12, 31)
WHEN = (YEAR.start, AS_OF)
SHAPE = np.array([0.7, 0.7, 1.0, 1.0, 1.0, 1.1, 1.0, 1.1, 1.2, 1.0, 1.1, 1.1])


def cells(series, months=None, region="N", team="T"):
    """Monthly sales of people: name → values ending in December 2023 (shorter ones begin later)."""
    every = months or month_range("2021-01", "2023-12")
    rows = [
        {"month": m, "region_id": region, "team_id": team, "person_id": name, "net_minor": int(v)}
        for name, values in series.items()
        for m, v in zip(every[-len(values) :], values, strict=True)
    ]
    return pd.DataFrame(rows)


def steady(level, months=36, noise=0.05, seed=1):
    rng = np.random.default_rng(seed)
    return np.rint(level * np.tile(SHAPE, 10)[-months:] * rng.lognormal(0, noise, months))


def base_of(frame, period=YEAR, as_of=AS_OF, flat=None):
    return fe.baseline(frame, flat or {}, fe.span(period, as_of, CALENDAR), fe.Belief())


def two_regions():
    north = cells({"a": steady(1e8, seed=1), "b": steady(5e7, seed=2)})
    south = cells({"c": steady(8e7, seed=3), "d": steady(6e7, seed=4)}, region="S", team="U")
    return pd.concat([north, south])


def test_the_span_counts_known_skipped_and_forecast_months():
    def seen(period, day):
        s = fe.span(CALENDAR.period(period), date.fromisoformat(day), CALENDAR)
        return s.last, s.known, s.skip, s.horizon

    assert seen("2024", "2023-12-31") == ("2023-12", 0, 0, 12)
    assert seen("2024", "2023-12-15") == ("2023-11", 0, 1, 12)
    assert seen("2025", "2024-07-04") == ("2024-06", 0, 6, 12)
    assert seen("2024", "2024-06-30") == ("2024-06", 6, 0, 6)
    assert seen("2024Q3", "2024-06-30") == ("2024-06", 0, 0, 3)


def test_people_are_their_team_regions_the_company_and_lines_the_company_to_the_last_fen():
    frame = two_regions()
    lines = frame.assign(product_line=frame["person_id"].map({"a": "A", "b": "B", "c": "A", "d": "B"}))
    base = base_of(frame, flat={"product_line": lines})
    nodes = fe.node_table(base, {}, (0.8, 0.5, 0.2))
    sums = nodes.groupby("dimension")["middle_minor"].sum()
    assert sums.nunique() == 1, sums
    people = nodes[nodes["dimension"] == "person_id"].groupby("parent_id")["middle_minor"].sum()
    teams = nodes[nodes["dimension"] == "team_id"].set_index("node_id")["middle_minor"]
    assert people.to_dict() == teams.to_dict()
    levels = nodes[nodes["state"] == "ok"]
    assert (levels["base_minor"] < levels["challenge_minor"]).all()
    assert (levels["challenge_minor"] < levels["stretch_minor"]).all()


def test_a_chance_is_that_of_its_level_and_falls_with_the_target():
    base = base_of(two_regions())
    company = fe.node_table(base, {}, (0.8, 0.5, 0.2)).set_index("dimension").loc["company"]
    for column, rate in (("base_minor", 0.8), ("challenge_minor", 0.5), ("stretch_minor", 0.2)):
        assert base.chance("company", "company", float(company[column])) == pytest.approx(rate, abs=1e-6)
    chances = [base.chance("region_id", "N", t) for t in (1e9, 1.6e9, 2e9, 4e9)]
    assert chances == sorted(chances, reverse=True)
    record = fe.record_table(base)
    assert (record["test_count"] > 0).all() and record["hit_rate"].notna().all(), "no chance without its record"


@pytest.mark.parametrize(
    ("values", "state"),
    [
        (steady(1e7, 36), "ok"),
        (np.full(36, 1e7), "ok"),
        (steady(1e7, 23), "not_enough_history"),
        (steady(1e7, 5), "not_enough_history"),
        (np.r_[steady(1e7, 24), np.zeros(12)], "ended"),
        (np.zeros(36), "ended"),
    ],
)
def test_odd_histories_have_their_state_and_no_invented_chance(values, state):
    frame = pd.concat([cells({"big": steady(1e8)}), cells({"odd": values}, region="S", team="U")])
    base = base_of(frame)
    nodes = fe.node_table(base, {}, (0.8, 0.5, 0.2))
    odd = nodes[(nodes["dimension"] == "region_id") & (nodes["node_id"] == "S")].iloc[0]
    assert odd["state"] == state
    chance = base.chance("region_id", "S", 5e7)
    assert math.isnan(chance) == (state != "ok")
    assert pd.isna(odd["base_minor"]) == (state in ("not_enough_history", "ended"))


def test_a_company_of_negative_months_does_not_break():
    values = steady(1e7) * np.where(np.arange(36) % 5 == 0, -1, 1)
    base = base_of(cells({"a": values}))
    assert np.isfinite(base.middle()) and 0 <= base.chance("company", "company", 1e8) <= 1


def test_a_short_company_gets_no_chance_at_all():
    base = base_of(cells({"a": steady(1e7, 14)}, month_range("2022-11", "2023-12")))
    assert math.isnan(base.chance("company", "company", 1e8))
    assert set(fe.node_table(base, {}, (0.8, 0.5, 0.2))["state"]) == {"not_enough_history"}
    table = fe.target_table(base, [fe.Level("company", "company", "goal", 1e8)], {}, {"base": 0.8})
    assert list(table["state"]) == ["not_enough_history"] and table["chance_rate"].isna().all()


# ------------------------------------------------------------------ people and hires

PLAIN = {"ramp": [1.0], "factor": 1.0, "hire_weeks": 0, "cost_of_hire": 10000, "salary_month": 5000}


def staffed(heads, monthly, role=None, **capacity):
    """A region of equal, fully ramped people; nobody leaves unless said."""
    params = People.model_validate({"roles": {"rep": {**PLAIN, **(role or {})}}, "capacity": capacity})
    names = [f"p{i}" for i in range(heads)]
    roster = pd.DataFrame(
        {
            "person_id": names, "name": names, "region_id": "华东", "team_id": "T", "role": "rep",
            "from_date": pd.Timestamp("2018-01-01"), "to_date": pd.NaT, "left_date": pd.NaT,
            "hired_date": pd.Timestamp("2018-01-01"),
        }
    )  # fmt: skip
    months = month_range("2022-01", "2023-12")
    held = pd.DataFrame([(n, m, monthly, 60) for n in names for m in months])
    held.columns = ["person_id", "month", "net_minor", "tenure"]
    found = fe.seats(roster, held, params, *WHEN)
    flat = seasonal(np.full(24, float(monthly * heads)))
    team = fe.build_team(found, held, params, (flat, np.ones(12), 1.0), WHEN)
    return fe.Staffing(team, params, fe.span(YEAR, AS_OF, CALENDAR), WHEN, {}, {})


def case_of(root, name):
    folder = Path(os.environ.get("SALESNB_CASES") or root.parent / "shared" / "cases").resolve()
    if not folder.is_dir():
        pytest.skip(f"no cases at {folder}; set SALESNB_CASES to their folder")
    return yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8"))


def test_the_east_cannot_carry_thirty_percent_with_today_s_people_two_more_are_needed(root):
    case = case_of(root, "annual_100m")
    asked, short = (
        case["given"]["feedback"]["华东"]["growth_asked"],
        case["given"]["feedback"]["华东"]["head_count_short_by"],
    )
    target = case["given"]["region"]["华东"] * 1e6  # 万元 in fen
    before, heads = target / (1 + asked), 6
    staff = staffed(heads, round(before / heads / 12))
    row = fe.capacity_table(staff, {("region_id", "华东"): target}).set_index("dimension").loc["region_id"]
    assert row["seat_count"] == heads and row["capacity_minor"] == pytest.approx(before, rel=1e-6)
    assert row["gap_minor"] == pytest.approx(asked * before, rel=1e-6)
    assert staff.team.of("region_id", "华东").attain(target) < 0.2 and "chance_rate" not in row, "nothing back-tests it"
    assert row["hire_count"] == math.ceil(asked * heads) == short and row["hire_month"] == "2024-01"
    plan = fe.hiring_plan(staff, {("region_id", "华东"): target})
    assert list(plan["hire_count"]) == [short] and plan["shortfall_minor"].sum() == 0
    assert plan["cost_minor"].iloc[0] == short * (10000 + 12 * 5000) * 100
    assert fe.capacity_table(staff, {("region_id", "华东"): before * 0.99})["hire_count"].isna().all()


def test_a_slow_ramp_and_leavers_ask_for_more_hires():
    target = {("region_id", "华东"): 6 * 12 * 1e7 * 1.3}
    counts = [
        int(fe.capacity_table(staffed(6, 10_000_000, role, **leave), target)["hire_count"].iloc[-2])
        for role, leave in (({}, {}), ({"ramp": [0.25, 0.5, 0.75, 1.0]}, {}), ({"hire_weeks": 17}, {}),
                            ({}, {"attrition": 0.3, "backfill_weeks": 12}))
    ]  # fmt: skip
    assert counts[0] == 2 and all(c > 2 for c in counts[1:]), counts


def test_the_cheapest_hires_mix_roles_where_that_costs_less():
    """Two roles: a senior brings twice a rep for less than twice the money; a small rest is a rep's."""

    def plan(gap_heads, senior_salary):
        staff = staffed(6, 10_000_000)
        senior = {**PLAIN, "factor": 2.0, "salary_month": senior_salary}
        params = People.model_validate({"roles": {"rep": PLAIN, "senior": senior}})
        roster = staff.team.seats.assign(role=["rep"] * 5 + ["senior"])
        team = replace(staff.team, seats=roster, terms=dict.fromkeys(("rep", "senior"), staff.team.terms["rep"]),
                       level={"rep": 1e7, "senior": 2e7})  # fmt: skip
        both = replace(staff, team=team, params=params)
        target = {("region_id", "华东"): (6 + gap_heads) * 12 * 1e7}
        hires = fe.hiring_plan(both, target)
        row = fe.capacity_table(both, target).set_index("dimension").loc["region_id"]
        assert row["hire_count"] == hires["hire_count"].sum()
        return dict(zip(hires["role"], hires["hire_count"], strict=True)), hires["cost_minor"].sum()

    mixed, cost = plan(3, 6000)
    assert mixed == {"rep": 1, "senior": 1}
    assert cost == (10000 + 12 * 6000 + 10000 + 12 * 5000) * 100
    assert plan(3, 60000)[0] == {"rep": 3}, "dear seniors are not hired"
    assert plan(4, 6000)[0] == {"senior": 2}


def test_decided_hires_are_those_that_start_after_the_day_and_within_the_period():
    said = {"by": "x", "reference": "x", "role": "rep", "team": "t1"}
    seats = [
        {"start": date(2024, 5, 1), "count": 2, "decided": date(2023, 12, 1)},
        {"start": date(2024, 5, 1), "decided": date(2024, 2, 1)},  # not decided yet
        {"start": date(2023, 12, 1), "decided": date(2023, 10, 1)},  # here already
        {"start": date(2025, 2, 1), "decided": date(2023, 12, 1)},  # of the next year
        {"start": date(2024, 6, 1), "decided": date(2023, 12, 1), "state": "withdrawn"},
        {"start": date(2024, 6, 1), "decided": date(2023, 12, 1), "role": "desk"},  # carries no quota
        {"start": date(2024, 3, 1), "decided": date(2023, 12, 1), "team": "t2", "filled_by": "P9", "state": "filled"},
    ]
    joins = {"kind": "joins", "from": date(2024, 3, 1), "decided": date(2023, 12, 1), "by": "x", "reference": "x"}
    params = People.model_validate(
        {
            "roles": {"rep": PLAIN, "desk": {**PLAIN, "carries_quota": False}},
            "teams": [{"id": "t1", "region": "east"}, {"id": "t2", "region": "west"}],
            "positions": [{**said, "id": f"p{i}", **seat} for i, seat in enumerate(seats)],
            "movements": [
                {**joins, "id": "m1", "person": "P8", "to_team": "t2"},
                {**joins, "id": "m2", "person": "P9", "to_team": "t2"},  # fills a position that counts already
            ],
        }
    )
    assert fe.decided_hires(params, date(2024, 12, 31), date(2023, 12, 31)) == {"east": 2, "west": 2}
    assert fe.decided_hires(params, date(2024, 4, 30), date(2023, 12, 31)) == {"west": 2}
    assert fe.decided_hires(params, date(2024, 12, 31), date(2023, 11, 30)) == {"east": 1}


@pytest.mark.parametrize(
    ("decided", "zh", "en"),
    [
        ({}, "没有已决定的招聘", "No hire is decided"),
        ({"e": 2, "w": 1}, "未计入在岗人数；按人数还差 1 人：西 1 人。", "1 more to find: West 1."),
        ({"e": 1, "w": 2}, "按人数已够。", "by heads they are enough."),
    ],
)  # fmt: skip
def test_decided_hires_stand_against_those_the_gaps_ask_for(decided, zh, en):
    from salesnb.report.sentences.feasibility_means import hires_decided

    frame = pd.DataFrame({"node_id": ["e", "w", "w"], "hire_count": [1, 1, 1]})
    assert zh in str(hires_decided(frame, decided, {"e": "东", "w": "西"}, "zh"))
    assert en in str(hires_decided(frame, decided, {"e": "East", "w": "West"}, "en"))


def test_capacity_of_the_company_is_that_of_its_seats():
    staff = staffed(5, 3_000_000)
    table = fe.capacity_table(staff, {}).set_index("dimension")
    assert table["seat_count"].eq(5).all() and table["capacity_minor"].nunique() == 1
    assert table["target_minor"].isna().all() and table["hire_count"].isna().all()


# ------------------------------------------------------------------ the other ceilings, the field, launches


def test_the_market_ceiling_is_what_can_be_served_and_never_more_than_the_leaders_hold():
    nodes = pd.DataFrame(
        [
            ("all", "all", "2024", 1000, 700),
            ("region_id", "N", "2024", 400, 300),
            ("region_id", "S", "2024", 600, pd.NA),
        ],
        columns=["dimension", "node_id", "year", "size_minor", "addressable_minor"],
    )
    assert fe.market_ceilings(nodes, "2024", 0.45, 0.5) == {("company", "company"): 225, ("region_id", "N"): 90}
    assert fe.market_ceilings(nodes, "2024", None, 1.0)[("region_id", "N")] == 300


def test_pipeline_cover_counts_deals_that_are_created_and_won_inside_the_window():
    def deal(created, closed, stage, amount):
        return {"created_date": pd.Timestamp(created), "closed_date": pd.Timestamp(closed), "stage": stage,
                "region_id": "N", "amount_minor": amount}  # fmt: skip

    known = pd.DataFrame(
        [
            deal("2022-11-01", "2023-02-01", "won", 40),  # open when the window began
            deal("2023-03-01", "2023-06-01", "won", 60),  # created and won inside
            deal("2023-03-01", "2023-06-01", "lost", 500),
            deal("2022-01-05", "2022-02-01", "won", 0),
        ]
    )
    waiting = pd.DataFrame([{"region_id": "N", "amount_minor": 100, "win_rate": 0.3, "expected_minor": 30}])
    key = ("company", "company")
    deals = fe.Deals(waiting, known, {key: 1000.0})
    row = fe.pipeline_table(deals, {key: 1200.0}, (YEAR.start, YEAR.end), {}).iloc[0]
    assert row["create_and_close_rate"] == pytest.approx(0.6) and row["won_share_rate"] == pytest.approx(0.1)
    assert row["needed_minor"] == 120 and row["expected_minor"] == 30 and row["to_come_minor"] == 60
    assert row["cover_rate"] == pytest.approx(0.75) and row["open_cover_rate"] == pytest.approx(0.25)


def test_a_blank_commitment_is_blank_not_zero_and_the_last_round_counts():
    base = base_of(two_regions())

    def said(node, amount, number):
        return Commitment.model_validate(
            {"node": node, "level": "region", "period": "2024", "amount": amount, "round": number}
        )

    held = fe.commitments([said("N", 1000, 2), said("N", 900, 1), said("S", None, 1)], "2024", AS_OF)
    expected = {("region", "N"): 120_000.0, ("region", "S"): 90_000.0, ("person", "a"): None}
    table = fe.feedback_table(base, held, expected, {}, 100).set_index("node_id")
    assert table.loc["N", "committed_minor"] == 100_000 and table.loc["N", "gap_minor"] == -20_000
    assert pd.isna(table.loc["S", "committed_minor"]) and pd.isna(table.loc["S", "gap_minor"])
    assert pd.isna(table.loc["a", "target_minor"]) and table.loc["a", "middle_minor"] > 0


def test_a_launch_is_potential_times_reach_times_ramp_from_its_day():
    new = {"id": "x", "text": "x", "where": {"team": "T"}, "opens": "2024-07-16", "potential": 1_200_000,
           "reach": 0.1, "ramp": [0.5, 1.0], "decided": "2023-12-01"}  # fmt: skip
    table = fe.launch_table([NewMarket.model_validate(new)], YEAR, AS_OF, CALENDAR, 100).iloc[0]
    full = 0.5 * 16 / 31 + 5
    assert table["ramp_months"] == pytest.approx(full)
    assert table["expected_minor"] == round(100_000 * 0.1 * full * 100)
    assert table["low_minor"] < table["expected_minor"] < table["high_minor"]
    early = CALENDAR.period("2024H1")
    assert fe.launch_table([NewMarket.model_validate(new)], early, AS_OF, CALENDAR, 100)["expected_minor"].iloc[0] == 0


def test_an_unpriced_need_is_left_out_of_the_total_not_counted_as_nothing():
    needs = [fe.Need("a", 600, "rate"), fe.Need("b", None, "unknown")]
    table = fe.budget_table(needs, 500, {"x": 0.4, "y": 0.6}).set_index("item")
    assert table.loc["total", "needed_minor"] == 600 and table.loc["total", "gap_minor"] == 100
    assert pd.isna(table.loc["b", "needed_minor"]) and table.loc["split:x", "given_minor"] == 200


# ------------------------------------------------------------------ verdicts and scenarios

nan = float("nan")


@pytest.mark.parametrize(
    ("chance", "after", "limits", "verdict", "binding"),
    [
        (0.85, 0.9, {"trend": -5.0, "capacity": 0.0}, "feasible", ""),
        (0.85, 0.9, {"capacity": 5.0}, "feasible_if", "capacity"),
        (0.50, 0.5, {"trend": 1.0}, "feasible_if", "trend"),
        (0.10, 0.3, {"trend": 9.0, "capacity": 5.0, "pipeline": 2.0}, "feasible_if", "capacity"),
        (0.10, 0.1, {"trend": 9.0}, "not_feasible", "trend"),
        (0.90, 0.9, {"market": 3.0, "capacity": 9.0}, "not_feasible", "market"),
        (nan, nan, {"trend": 0.0}, "unknown", "history"),
        (nan, nan, {"capacity": 2.0}, "unknown", "capacity"),
    ],
)
def test_verdicts(chance, after, limits, verdict, binding):
    judged = fe.judge(chance, after, limits, (0.8, 0.2))
    assert (judged.verdict, judged.binding) == (verdict, binding)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 100), st.floats(0, 100))
def test_a_better_chance_never_gives_a_worse_verdict(one, two, capacity, trend):
    order = ["not_feasible", "feasible_if", "feasible"]
    limits = {"capacity": capacity, "trend": trend}
    low, high = (fe.judge(c, c, limits, (0.8, 0.2)).verdict for c in sorted((one, two)))
    assert order.index(low) <= order.index(high)


@settings(max_examples=5)
@given(st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_levers_multiply_and_one_at_a_time_moves_what_it_says(market, price):
    base = base_of(two_regions())
    levers = fe.Levers(base, 1.02 * base.middle(), head=1e7)
    middle, chance = levers.outcome({"market": market, "price": price})
    assert middle == pytest.approx(base.middle() * (1 + market) * (1 + price))
    assert (chance >= base.chance("company", "company", levers.target) - 1e-9) == (middle >= base.middle() - 1e-3)


def test_scenarios_leave_out_what_is_unknown_and_name_two_doubts():
    base = base_of(two_regions())
    table = fe.scenario_table(fe.Levers(base, 1.05 * base.middle(), head=1e7))
    assert table["lever"].iloc[0] == "baseline" and "win_rate" not in set(table["lever"])
    doubts = table.dropna(subset=["doubt_no"]).groupby("doubt_no")["lever"].unique()
    assert list(doubts.index) == [1, 2] and doubts[1][0] == "market" and "head_count" not in {d[0] for d in doubts}


def test_a_thousand_nodes_are_forecast_with_their_records_in_seconds():
    import time

    rng = np.random.default_rng(0)
    frames = [
        cells({f"p{r}-{t}-{i}": steady(1e6 * rng.lognormal(), seed=r * 100 + t * 10 + i) for i in range(8)},
              region=f"R{r}", team=f"T{r}-{t}")
        for r in range(10) for t in range(11)
    ]  # fmt: skip
    frame = pd.concat(frames)
    before = time.process_time()
    nodes = fe.node_table(base_of(frame), {}, (0.8, 0.5, 0.2))
    assert len(nodes) == 1 + 10 + 110 + 880 and time.process_time() - before < 10
