"""From a company's tables to cells: who takes over from whom, joiners and leavers, launches, openings, returns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesnb.model.errors import DataError, ParamsError
from salesnb.model.params.decomposition import Caps, Decomposition
from salesnb.model.params.market import Market
from salesnb.model.params.people import People
from salesnb.model.periods import Calendar, month_range
from salesnb.stages.decomposition import Built, Plan, Problem, Setting, build, capacity_rules, decompose
from salesnb.stages.decomposition.cube import DIMS
from salesnb.stages.decomposition.published import (
    accounts_in,
    named_accounts,
    target_cells,
    target_nodes,
    target_padding,
    target_weeks,
)
from salesnb.stages.decomposition.staff import target_staff

CALENDAR = Calendar()
PLAN = CALENDAR.period("2024")
AS_OF = date(2023, 12, 31)
SEATS = [("E", "e1", "ann"), ("E", "e1", "bob"), ("E", "e2", "cai"), ("W", "w1", "dan")]


def history(amount: int = 1_000_00, seats: list[tuple[str, str, str]] | None = None) -> pd.DataFrame:
    rows = [
        (*seat, line, f"{line}{k}", "KA", "direct", month, amount, amount // 2)
        for seat in (seats or SEATS)
        for line in "AB"
        for k in (1, 2)
        for month in month_range("2021-01", "2023-12")
    ]
    out = pd.DataFrame(rows, columns=[*DIMS, "month", "net_minor", "cost_minor"])
    return out.assign(costed_minor=out["net_minor"])


def roster(*rows: tuple[str, str, str, str, str | None]) -> pd.DataFrame:
    """person, region, team, from, to"""
    given = rows or tuple((person, region, team, "2018-01-01", None) for region, team, person in SEATS)
    frame = pd.DataFrame(given, columns=["person_id", "region_id", "team_id", "from_date", "to_date"])
    for column in ("from_date", "to_date"):
        frame[column] = pd.to_datetime(frame[column])
    return frame.assign(hired_date=frame["from_date"], role="rep")


def products() -> pd.DataFrame:
    rows = [(f"{line}{k}", line, "mature" if line == "A" else "new", None) for line in "AB" for k in (1, 2)]
    frame = pd.DataFrame(rows, columns=["product_id", "product_line", "life_cycle", "launch_date"])
    new = pd.DataFrame([("B9", "B", "new", "2024-05-16")], columns=frame.columns)
    out = pd.concat([frame, new], ignore_index=True)
    return out.assign(launch_date=pd.to_datetime(out["launch_date"]))


def setting(**given: object) -> Setting:
    held: dict[str, object] = {
        "period": PLAN,
        "as_of": AS_OF,
        "history": history(),
        "roster": roster(),
        "products": products(),
        "decomposition": Decomposition(),
        "calendar": CALENDAR,
    }
    return Setting(**(held | given))  # type: ignore[arg-type]


def yearly(built: Built, column: str = "person_id") -> pd.Series:
    return pd.Series(built.cube.start.sum(axis=1)).groupby(built.cube.places[column].to_numpy()).sum()


def monthly(built: Built, **where: str) -> np.ndarray:
    inside = np.ones(len(built.cube.places), bool)
    for column, node in where.items():
        inside &= (built.cube.places[column] == node).to_numpy()
    return built.cube.start[inside].sum(axis=0)


def test_history_alone_repeats_last_year() -> None:
    built = build(setting())
    assert built.cube.start.sum() == pytest.approx(history()["net_minor"].sum() / 3)
    assert yearly(built).nunique() == 1 and built.season.sum() == pytest.approx(1)
    assert built.cube.base["net_minor"].sum() == pytest.approx(built.cube.start.sum())


def test_a_leaver_known_then_hands_over_and_one_not_known_yet_does_not() -> None:
    gone = roster(
        ("ann", "E", "e1", "2018-01-01", None),
        ("bob", "E", "e1", "2018-01-01", "2023-09-30"),
        ("cai", "E", "e2", "2018-01-01", "2024-08-31"),
        ("dan", "W", "w1", "2018-01-01", None),
    )
    built = build(setting(roster=gone))
    people = yearly(built)
    assert people["ann"] == pytest.approx(2 * people["cai"]) and "bob" not in people
    assert people.sum() == pytest.approx(history()["net_minor"].sum() / 3), "nothing is lost in a handover"
    assert (monthly(built, person_id="cai") > 0).all(), "the end in August was not known in December"


def test_a_decided_leave_goes_to_the_named_successor_from_that_day() -> None:
    moves = {
        "id": "m",
        "person": "ann",
        "kind": "leaves",
        "successor": "dan",
        "from": "2024-07-01",
        "decided": "2023-12-01",
    }
    built = build(setting(people=People.model_validate({"movements": [moves]})))
    ann, dan = monthly(built, person_id="ann"), monthly(built, person_id="dan")
    assert (ann[:6] > 0).all() and not ann[6:].any()
    np.testing.assert_allclose(
        dan[6:], 2 * dan[:6].sum() / dan[:6].sum() * monthly(build(setting()), person_id="dan")[6:]
    )
    later = build(setting(people=People.model_validate({"movements": [moves | {"decided": date(2024, 6, 1)}]})))
    assert (monthly(later, person_id="ann") > 0).all(), "decided after the plan was made"


def test_an_open_seat_ramps_up_and_carries_its_id() -> None:
    people = People.model_validate(
        {
            "roles": {"rep": {"factor": 1.0, "ramp": [0.25, 0.5, 1.0]}},
            "teams": [{"id": "w1", "region": "W"}],
            "positions": [
                {"id": "hire-w", "team": "w1", "role": "rep", "start": "2024-04-01", "decided": "2023-11-01"},
                {"id": "late", "team": "w1", "role": "rep", "start": "2024-04-01", "decided": "2024-02-01"},
            ],
        }
    )
    built = build(setting(people=people))
    seat, mate = monthly(built, person_id="hire-w"), monthly(built, person_id="dan")
    assert not seat[:3].any() and "late" not in yearly(built)
    np.testing.assert_allclose(seat[3:6] / mate[3:6], [0.25, 0.5, 1.0], rtol=1e-6)
    assert {one.person: one.is_open for one in built.postings}["hire-w"]


def test_somebody_who_came_in_december_and_sold_nothing_yet_has_a_target() -> None:
    """Whoever started in the plan's months has one; who came a month before must not fall between the two."""
    staff = [(person, region, team, "2018-01-01", None) for region, team, person in SEATS]
    came = ("eve", "W", "w1", "2023-12-11", None)
    built = build(setting(roster=roster(*staff, came)))
    assert yearly(built)["eve"] == pytest.approx(yearly(built)["dan"]), "as much as a colleague of the team"
    long_there = ("eve", "W", "w1", "2019-01-01", None)
    assert "eve" not in yearly(build(setting(roster=roster(*staff, long_there)))), "who never sells keeps having none"
    without = [(*held[:4], "2023-11-30") if held[0] == "dan" else held for held in staff]
    heir = yearly(build(setting(roster=roster(*without, came))))
    assert heir["eve"] == pytest.approx(yearly(built)["dan"]) and "dan" not in heir, "takes over, and only that"


def test_a_launch_and_an_opening_start_on_their_day() -> None:
    market = Market.model_validate(
        {
            "new_markets": [
                {"id": "b9", "text": "B9", "where": {"product": "B9"}, "opens": "2024-05-16", "potential": 1_000_000}
                | {"reach": 0.1, "ramp": [0.5, 1.0], "decided": "2023-11-01"},
                {"id": "n", "text": "north", "where": {"team": "n1"}, "opens": "2024-04-01", "potential": 1_000_000}
                | {"reach": 0.05, "ramp": [1.0], "decided": "2023-11-01"},
            ]
        }
    )
    people = People.model_validate(
        {
            "teams": [{"id": "n1", "region": "W", "opens": "2024-04-01"}],
            "positions": [{"id": "eve", "team": "n1", "role": "rep", "start": "2024-04-01", "decided": "2023-11-01"}],
        }
    )
    built = build(setting(market=market, people=people))
    launch = monthly(built, product_id="B9")
    assert not launch[:4].any() and (launch[4:] > 0).all()
    full = 100_000_00 * built.season
    assert launch[5:].sum() == pytest.approx(full[5:].sum(), rel=1e-6)
    assert 0 < launch[4] < 0.5 * full[4], "half a month, at the first step of the ramp"
    opened = monthly(built, team_id="n1")
    assert not opened[:3].any() and opened[3:].sum() == pytest.approx(50_000_00 * built.season[3:].sum(), rel=1e-6)
    assert set(built.cube.places.loc[built.cube.places["team_id"] == "n1", "person_id"]) == {"eve"}


def test_structural_zeros_hold_in_the_plan() -> None:
    zeros = [
        {"id": "never", "text": "no A2 in W", "where": {"region": "W", "product": "A2"}},
        {"id": "until", "text": "e2 opens", "where": {"team": "e2"}, "before": "2024-03-01"},
    ]
    rules = [{"id": "c", "text": "c", "growth_over": "last_year", "is": 0.1, "strength": "must"}]
    built = build(setting(decomposition=Decomposition.model_validate({"zeros": zeros, "rules": rules})))
    plan = decompose(Problem(built.cube, built.rules, 100_00))
    table = plan.table
    assert not ((table["region_id"] == "W") & (table["product_id"] == "A2")).any()
    early = table[(table["team_id"] == "e2") & (table["month"] < "2024-03")]
    assert early.empty and (plan.ledger["fault_count"] == 0).all()
    assert plan.rules.loc[0, "achieved"] == pytest.approx(0.1, abs=1e-2)


def test_returns_are_netted_and_said() -> None:
    sales = history()
    sales.loc[(sales["person_id"] == "dan") & (sales["product_id"] == "B2"), "net_minor"] = -500
    built = build(setting(history=sales))
    assert built.shape.netted == -500 * 12 and (built.cube.start >= 0).all()


def test_someone_who_came_last_year_is_made_up_to_a_year() -> None:
    sales = history()
    came = sales[~((sales["person_id"] == "dan") & (sales["month"] < "2023-07"))]
    rows = [(person, region, team, "2018-01-01", None) for region, team, person in SEATS[:3]]
    built = build(setting(history=came, roster=roster(*rows, ("dan", "W", "w1", "2023-07-01", None))))
    people = yearly(built)
    assert people["dan"] == pytest.approx(people["ann"], rel=0.05)


def test_without_a_roster_those_who_sold_go_on() -> None:
    built = build(setting(roster=roster().iloc[:0]))
    assert sorted(yearly(built).index) == ["ann", "bob", "cai", "dan"]


REASONS = ("history", "potential", "team_size", "even", "margin", "life_cycle", "growth_wish", "priority")


@pytest.mark.parametrize("reason", REASONS)
def test_a_reason_hands_out_the_same_total(reason: str) -> None:
    market = Market.model_validate({"potential_share": {"E": 0.5, "W": 0.5}})
    wish = {"id": "w", "text": "w", "where": {"region": "W"}, "growth_over": "last_year", "is": 0.5, "strength": "wish"}
    given = setting(
        market=market,
        decomposition=Decomposition.model_validate({"rules": [wish]}),
        priorities={"product_line": {"B": 2.0}},
    )
    half = build(replace(given, weights={"history": 0.5, reason: 0.5} if reason != "history" else {"history": 1.0}))
    plain = build(replace(given, weights={"history": 1.0}))
    assert half.cube.start.sum() == pytest.approx(plain.cube.start.sum())
    if reason == "potential":
        assert yearly(half, "region_id")["W"] == pytest.approx(
            0.5 * 0.25 * 4 * yearly(plain)["dan"] + 0.5 * 2 * yearly(plain)["dan"]
        )
    if reason == "priority":
        lines = yearly(half, "product_line")
        assert lines["B"] / lines.sum() == pytest.approx(0.5 * 0.5 + 0.5 * 2 / 3)


def test_a_reason_without_figures_or_name_is_refused() -> None:
    for name in ("potential", "priority", "gut feeling"):
        with pytest.raises(ParamsError, match=name):
            build(setting(weights={name: 1.0}))


def test_no_history_at_all_is_refused() -> None:
    with pytest.raises(DataError, match="nothing was sold"):
        build(setting(history=history().iloc[:0]))


def planned() -> tuple[Built, Plan]:
    rules = [
        {"id": "c", "text": "c", "growth_over": "last_year", "is": 0.123, "strength": "must"},
        {"id": "e", "text": "e", "where": {"region": "E"}, "growth_over": "last_year", "is": 0.2},
    ]
    built = build(setting(decomposition=Decomposition.model_validate({"rules": rules})))
    return built, decompose(Problem(built.cube, built.rules, 100_00))


def test_what_is_published_adds_up() -> None:
    built, plan = planned()
    cells = target_cells(plan, "2024", "CNY", "order_date")
    assert cells["target_minor"].sum() == plan.total and set(cells["plan"]) == {"2024"}
    nodes = target_nodes(plan)
    assert (nodes.groupby("dimension")["target_minor"].sum() == plan.total).all()
    assert (nodes.groupby("dimension")["base_minor"].sum() == built.cube.base["net_minor"].sum()).all()
    weeks = target_weeks(plan, built.setting)
    months = plan.by("person_id", "month").set_index(["person_id", "month"])["target_minor"]
    pd.testing.assert_series_equal(weeks.groupby(["person_id", "month"])["target_minor"].sum(), months)
    crossing = weeks[weeks["week"] == "2024-W05"]
    assert set(crossing["month"]) == {"2024-01", "2024-02"}, "a week that crosses months stands in both"
    assert weeks["target_minor"].sum() == plan.total


def test_over_assignment_is_a_step_of_its_own() -> None:
    _, plan = planned()
    padding = Decomposition.model_validate(
        {"padding": [{"level": "region", "share": 0.05}, {"level": "person", "share": -0.02}]}
    ).padding
    table = target_padding(plan, padding, PLAN.end, AS_OF)
    assert (table["target_minor"] + table["padding_minor"] == table["handed_minor"]).all()
    people = table[table["level"] == "person"]
    assert people["target_minor"].sum() == plan.total
    assert people["padding_rate"].unique() == pytest.approx([1.05 * 0.98 - 1])


def test_an_account_is_planned_by_name() -> None:
    """A named account has its own amount; everybody else of its type is one cell."""
    sales = pd.concat([history().assign(customer_id="big"), history(500_00).assign(customer_id="other")])
    rules = [
        {"id": "c", "text": "c", "growth_over": "last_year", "is": 0.1, "strength": "must"},
        {"id": "big", "text": "big", "where": {"customer": "big", "person": "ann"}, "amount": "sales", "is": 60_000},
    ]
    given = Decomposition.model_validate({"rules": rules})
    named = accounts_in(given.rules)
    assert named == ("big",)
    people = People.model_validate(
        {
            "teams": [{"id": "w1", "region": "W"}],
            "positions": [{"id": "hire", "team": "w1", "role": "rep", "start": "2024-07-01", "decided": "2023-11-01"}],
        }
    )
    built = build(setting(history=named_accounts(sales, named), decomposition=given, people=people))
    plan = decompose(Problem(built.cube, built.rules, 100_00))
    own = plan.by("person_id", "customer_id").set_index(["person_id", "customer_id"])["target_minor"]
    assert own["ann", "big"] == 60_000_00 and ("bob", "_unassigned") in own.index
    assert set(own["hire"].index) == {"_unassigned"}, "a newcomer has no account of his own yet"
    assert (plan.ledger["fault_count"] == 0).all()
    cells = target_cells(plan, "2024", "CNY", "order_date")
    assert set(cells["customer_id"]) == {"big", "_unassigned"} and cells["target_minor"].sum() == plan.total


def test_gross_profit_and_amounts_per_head() -> None:
    sales = history()
    sales["cost_minor"] = (sales["net_minor"] * sales["product_line"].map({"A": 0.8, "B": 0.4})).astype("int64")
    rules = [
        {"id": "c", "text": "c", "growth_over": "last_year", "is": 0.0, "strength": "must"},
        {"id": "profit", "text": "p", "amount": "gross_profit", "at_least": 90_000},
        {"id": "head", "text": "h", "where": {"region": "E"}, "amount": "sales", "per": "head", "is": 50_000},
    ]
    built = build(setting(history=sales, decomposition=Decomposition.model_validate({"rules": rules})))
    plan = decompose(Problem(built.cube, built.rules, 100_00))
    lines = plan.by("product_line").set_index("product_line")["target_minor"]
    assert 0.2 * lines["A"] + 0.6 * lines["B"] == pytest.approx(90_000_00, rel=2e-3)
    status = plan.rules.set_index("rule_id")
    assert status.loc["profit", "status"] == "binding"
    assert status.loc["head", "achieved"] == pytest.approx(50_000, rel=1e-3)
    east = plan.by("region_id").set_index("region_id").loc["E", "target_minor"]
    assert east == pytest.approx(3 * 50_000_00, rel=1e-3)


def test_caps_come_from_measured_capacity() -> None:
    """Region and team as measured; a person's is his part of his team's, by presence, role and ramp."""
    came = ("eve", "W", "w1", "2024-07-01", None)
    staff = [(person, region, team, "2018-01-01", None) for region, team, person in SEATS]
    moves = {
        "id": "m",
        "person": "eve",
        "kind": "joins",
        "to_team": "w1",
        "from": "2024-07-01",
        "decided": "2023-12-01",
    }
    people = People.model_validate({"teams": [{"id": "w1", "region": "W"}], "movements": [moves]})
    built = build(setting(roster=roster(*staff), people=people))
    assert came[0] in {one.person for one in built.postings}
    capacity = pd.DataFrame(
        [("company", "company", 9e8, 1e9), ("region_id", "E", 1.5e7, 1.6e7), ("team_id", "w1", 3e6, 4e6),
         ("team_id", "e1", None, None)],
        columns=["dimension", "node_id", "capacity_minor", "high_minor"],
    ).assign(name="")  # fmt: skip
    caps = Caps.model_validate({"levels": ["region", "team", "person"], "at": "mean", "strength": "must"})
    rules = {rule.id: rule for rule in capacity_rules(caps, capacity, built.postings, 100, "cap {}".format)}
    assert set(rules) == {"capacity-region-E", "capacity-team-w1", "capacity-person-dan", "capacity-person-eve"}
    assert all(rule.reference == "capacity" and rule.strength == "must" for rule in rules.values())
    assert rules["capacity-region-E"].at_most == 150_000 and rules["capacity-region-E"].text == "cap E"
    dan, eve = rules["capacity-person-dan"].at_most or 0, rules["capacity-person-eve"].at_most or 0
    assert dan + eve == pytest.approx(30_000) and dan == pytest.approx(2 * eve, rel=0.02)
    plan = decompose(Problem(built.cube, [*rules.values()], 1_000_00))
    targets = plan.by("person_id").set_index("person_id")["target_minor"]
    assert (
        targets["dan"] <= 3e6 * 0.68 and plan.rules.set_index("rule_id").loc["capacity-team-w1", "status"] == "binding"
    )
    high = capacity_rules(Caps(), capacity, built.postings, 100, str)
    assert {rule.id for rule in high} == {"capacity-person-dan", "capacity-person-eve"}
    assert sum(rule.at_most or 0 for rule in high) == pytest.approx(40_000)


def test_probation_scales_a_target_until_its_end_and_colleagues_carry_the_rest() -> None:
    rep = {"factor": 1.0, "probation": {"months": 3, "share": 0.5}}
    people = People.model_validate({"roles": {"rep": rep}})
    hired = roster(*(((p, r, t, "2018-01-01", None)) for r, t, p in SEATS))
    hired.loc[hired["person_id"] == "bob", "hired_date"] = pd.Timestamp("2023-12-01")
    full, own = build(setting()), build(setting(roster=hired, people=people))
    bob, was = monthly(own, person_id="bob"), monthly(full, person_id="bob")
    np.testing.assert_allclose(bob / was, [0.5, 0.5, *[1.0] * 10])  # hired 1 December: three months end in February
    assert own.cube.start.sum() == pytest.approx(full.cube.start.sum())
    for mate in ("ann",):  # of his team; nobody else carries more
        np.testing.assert_allclose(monthly(own, person_id=mate) - monthly(full, person_id=mate), was - bob)
    until = {one.person: one.confirmed for one in own.postings if one.confirmed}
    assert until == {"bob": date(2024, 3, 1)}
    staff = target_staff(own, decompose(Problem(own.cube, [], 1_000_00))).set_index("person_id")
    assert staff["probation_date"].dropna().to_dict() == {"bob": pd.Timestamp("2024-02-29")}


def test_the_day_that_ends_a_probation_is_decided_for_one_person() -> None:
    rep = {"factor": 1.0, "probation": {"months": 3, "share": 0.5}, "ramp": [0.2, 0.8, 1.0]}
    ends = {"id": "p", "person": "bob", "kind": "probation_ends", "from": "2024-05-16", "decided": "2023-12-20"}
    people = People.model_validate({"roles": {"rep": rep}, "movements": [ends]})
    hired = roster(*(((p, r, t, "2018-01-01", None)) for r, t, p in SEATS))
    hired.loc[hired["person_id"] == "bob", "hired_date"] = pd.Timestamp("2023-12-01")
    own = build(setting(roster=hired, people=people))
    bob = next(one for one in own.postings if one.person == "bob")
    np.testing.assert_allclose(bob.counted[:4], 0.5)
    assert 0.5 < bob.counted[4] < 1 and (bob.counted[5:] == 1).all()
    np.testing.assert_allclose(bob.capacity[:4], [0.5, 0.5, 0.5, 0.5])  # the ramp reached 0.8 in January
    early = People.model_validate({"roles": {"rep": {"factor": 1.0}}, "movements": [ends]})
    with pytest.raises(ParamsError, match="bob has an end of probation"):
        build(setting(roster=hired, people=early))
