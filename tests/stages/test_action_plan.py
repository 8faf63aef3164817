"""The action plan's own rules: cells that meet, faults of tasks, the network, budget, risks, promotions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.errors import ParamsError
from salesnb.model.params.actions import Actions, Budget, Objective, Promise, Promotion, Task
from salesnb.model.params.quantities import Not
from salesnb.model.params.risks import Risk, Trigger
from salesnb.model.periods import Calendar, Workdays
from salesnb.stages import action_plan
from salesnb.stages.action_plan import Cells, Company, Days, Sample, World

DAY = date(2024, 3, 1)
END = date(2024, 12, 31)
YEAR = Days.over(date(2024, 1, 1), END, Workdays())


def task(name: str, start: str = "2024-03-01", due: str = "2024-03-29", **more: Any) -> Task:
    """A task without fault, unless ``more`` makes one."""
    return Task.model_validate(
        {"id": name, "text": name, "owner": "部门", "start": start, "due": due, "deliverable": "x", "serves": ["o"],
         **more}
    )  # fmt: skip


def plan(*tasks: Task) -> Actions:
    """A plan with one objective that has one key result."""
    result = {"id": "k", "text": "k", "contributes": 100, "due": "2024-06-28", "counts": {"region": "N"}}
    objective = {"id": "o", "text": "o", "owner": "head", "due": "2024-12-31", "amount": 100, "key_results": [result]}
    return Actions.model_validate({"objectives": [objective], "tasks": tasks})


def kinds(*tasks: Task, world: World | None = None, day: date = DAY) -> list[str]:
    """What is found wrong with these tasks."""
    return sorted(f.kind for f in action_plan.faults(plan(*tasks), tasks, world or World(), day))


def test_a_plan_without_fault() -> None:
    assert kinds(task("a"), task("b", "2024-04-01", "2024-04-30", after=["a"])) == []


@pytest.mark.parametrize(
    ("broken", "kind"),
    [
        ({"owner": ""}, "without_owner"),
        ({"due": None, "start": None}, "without_due"),
        ({"deliverable": ""}, "without_deliverable"),
        ({"serves": []}, "serves_nothing"),
        ({"serves": ["o", "nowhere"]}, "serves_unknown"),
        ({"after": ["nobody"]}, "after_unknown"),
        ({"start": "2024-04-30"}, "starts_after_due"),
        ({"serves": ["k"], "due": "2024-07-31"}, "due_after_its_key_result"),
        ({"start": "2024-01-01", "due": "2024-02-20"}, "late"),
        ({"start": "2024-01-01", "due": "2024-02-20", "state": "done", "done": "2024-02-25"}, "done_late"),
        ({"start": "2024-01-01", "due": "2024-02-20", "state": "done"}, "done_without_date"),
        ({"owner": "left"}, "owner_left"),
        ({"owner": "later"}, "owner_not_there_yet"),
        ({"where": {"region": "X"}}, "node_unknown"),
    ],
)
def test_each_fault_of_a_task_is_found(broken: dict[str, Any], kind: str) -> None:
    people = {"left": (None, date(2024, 3, 10)), "later": (date(2024, 3, 15), None)}
    world = World(people, {"region": frozenset("NS")})
    assert kind in kinds(task("a", **broken), world=world)


def test_due_before_what_it_waits_for_and_circles() -> None:
    first = task("a", due="2024-05-31")
    assert kinds(first, task("b", due="2024-04-30", after=["a"])) == ["due_before_what_it_waits_for"]
    assert kinds(first, task("b", due="2024-06-28", after=["a"])) == ["starts_before_what_it_waits_for"]
    circle = [task("a", after=["c"]), task("b", after=["a"]), task("c", after=["b"])]
    found = [f for f in action_plan.faults(plan(*circle), circle, World(), DAY) if f.kind == "cycle"]
    assert [f.about for f in found] == ["a → c → b → a"]
    assert action_plan.slack(circle, {}, YEAR, DAY) == {}


def test_what_was_done_later_was_not_done_yet() -> None:
    done = task("a", "2024-03-01", "2024-03-20", state="done", done="2024-03-22")
    states = [action_plan.state_on(done, date(2024, m, d)) for m, d in ((2, 28), (3, 5), (3, 21), (3, 22))]
    assert states == ["open", "doing", "late", "done"]
    assert action_plan.state_on(task("a", state="dropped"), DAY) == "dropped"


def test_key_results_nobody_works_for() -> None:
    objective = Objective.model_validate(
        {"id": "o", "text": "o", "owner": "h", "due": END, "key_results": [{"id": "k1", "text": "k"}]}
    )
    found = action_plan.faults(Actions(objectives=(objective,)), [], World(), DAY)
    assert [(f.kind, f.item) for f in found] == [("key_result_without_task", "k1")]


def test_slack_and_the_critical_path() -> None:
    # a → b → c leaves no day; d has until the end of the year
    a = task("a", "2024-03-01", "2024-03-15")
    b = task("b", "2024-03-18", "2024-03-29", after=["a"])
    c = task("c", "2024-04-01", "2024-04-30", after=["b"])
    d = task("d", "2024-03-01", "2024-03-29")
    limits = {"a": END, "b": END, "c": date(2024, 4, 30), "d": END}
    found = action_plan.slack([a, b, c, d], limits, YEAR, DAY)
    assert {n: found[n] for n in "abc"} == {"a": (0, True), "b": (0, True), "c": (0, True)}
    assert found["d"] == (YEAR.count(date(2024, 3, 30), END), False)
    late = action_plan.slack([a, b, c], {**limits, "c": date(2024, 4, 26)}, YEAR, DAY)
    beyond = YEAR.count(date(2024, 4, 27), date(2024, 4, 30))
    assert beyond > 0 and late["a"] == (-beyond, True)
    done = action_plan.slack([task("a", state="done", done="2024-02-01"), d], limits, YEAR, DAY)
    assert set(done) == {"d"} and not done["d"][1], "one task alone is no path"


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), min_size=2, max_size=6), st.integers(0, 60))
def test_slipping_by_the_slack_keeps_every_order(spans, room) -> None:
    tasks, last = [], date(2024, 1, 2)
    for i, (gap, length) in enumerate(spans):
        start = last + timedelta(days=gap % 20 + 1)
        last = min(start + timedelta(days=length), date(2024, 11, 30))
        start = min(start, last)
        tasks.append(task(f"t{i}", str(start), str(last), after=[f"t{i - 1}"] if i else []))
    found = action_plan.slack(tasks, {t.id: END for t in tasks}, YEAR, date(2024, 1, 1))
    room = [found[t.id][0] for t in tasks]
    for before, after, mine, theirs in zip(tasks, tasks[1:], room, room[1:], strict=False):
        assert mine is not None and theirs is not None and before.due and after.start
        if before.due < after.start:  # moved by its slack it pushes the next one by no more than that one's
            between = YEAR.count(before.due + timedelta(days=1), after.start - timedelta(days=1))
            assert mine <= theirs + max(between, 0) + 1
    assert room[-1] == YEAR.count(tasks[-1].due + timedelta(days=1), END)  # type: ignore[operator]


def test_workload_counts_tasks_and_days_that_run() -> None:
    table = action_plan.workload([task("a"), task("b", "2024-03-15", "2024-04-03")], ["2024-03", "2024-04"], YEAR, DAY)
    march = table[table["month"] == "2024-03"].iloc[0]
    full, half = YEAR.count(date(2024, 3, 1), date(2024, 3, 29)), YEAR.count(date(2024, 3, 15), date(2024, 3, 31))
    assert (march["task_count"], march["task_days"]) == (2, full + half)
    assert march["load"] == pytest.approx((full + half) / YEAR.count(date(2024, 3, 1), date(2024, 3, 31)))


PARENTS = {("team", "T1"): ("region", "N"), ("team", "T2"): ("region", "S")}


def test_selections_meet_by_name_by_parent_and_by_exclusion() -> None:
    assert action_plan.meet({"region": ("N",)}, {"team": ("T1", "T2")}, PARENTS) == {"region": ("N",), "team": ("T1",)}
    assert action_plan.meet({"region": ("S",)}, {"team": ("T1",)}, PARENTS) is None
    assert action_plan.meet({"x": ("a",)}, {"x": Not.model_validate({"not": "a"})}, {}) is None
    both = action_plan.meet({"x": Not.model_validate({"not": "a"})}, {"x": Not.model_validate({"not": "b"})}, {})
    assert both is not None and both["x"].not_ == ("a", "b")  # type: ignore[union-attr]
    assert action_plan.said(both) == "≠ a、b"


cells = st.lists(
    st.tuples(st.sampled_from("NS"), st.sampled_from("AB"), st.sampled_from("xy"), st.integers(0, 999)),
    min_size=1, max_size=20,
)  # fmt: skip
picks = st.dictionaries(
    st.sampled_from(["region", "product_line", "customer_type"]),
    st.sampled_from([("N",), ("S",), ("N", "S"), ("A",), ("x",), ("y", "B"), Not.model_validate({"not": "N"})]),
    max_size=3,
)


@settings(max_examples=80)
@given(cells, picks, picks)
def test_what_two_selections_share_is_their_common_cells(rows, one, other) -> None:
    columns = ["region_id", "product_line", "customer_type", "target_minor"]
    frame = pd.DataFrame(rows, columns=columns)
    whole = Cells(frame, "target_minor")

    def rows_of(where: Any) -> set[int]:
        single = frame.assign(target_minor=[1 << i for i in range(len(frame))])
        total = Cells(single, "target_minor").total(where)
        return {i for i in range(len(frame)) if total is not None and total >> i & 1}

    shared = action_plan.meet(one, other, {})
    common = rows_of(one) & rows_of(other)
    if shared is None:
        assert not common
    else:
        assert rows_of(shared) == common
        assert whole.total(shared) == int(frame.loc[sorted(common), "target_minor"].sum())


def test_contributions_have_each_state() -> None:
    def state(amounts: list[int | None], counts: str = "N") -> str:
        results = [
            {"id": f"k{i}", "text": "k", "contributes": a, "counts": {"region": counts if i else "N"}}
            for i, a in enumerate(amounts)
        ]
        objective = {"id": "o", "text": "o", "owner": "h", "due": END, "amount": 100, "key_results": results}
        return str(action_plan.contributions([Objective.model_validate(objective)], Company()).iloc[0]["state"])

    assert state([]) == "no_key_results" and state([50, None]) == "incomplete"
    assert state([40, 50]) == "short" and state([40, 60]) == "exact"
    assert state([80, 60]) == "overlap" and state([80, 60], "S") == "over"


@settings(max_examples=60)
@given(st.integers(0, 10**12), st.lists(st.integers(1, 50), min_size=1, max_size=7))
def test_the_budget_is_split_to_the_last_fen(total, parts) -> None:
    shares = {f"c{i}": p / sum(parts) for i, p in enumerate(parts)}
    budget = Budget.model_validate({"total": total / 100, "split": shares})
    table = action_plan.budget_split(budget, DAY, DAY)
    assert table["amount_minor"].sum() == round(total / 100 * 100)
    exact = np.array(list(shares.values())) * total
    assert (np.abs(table["amount_minor"].to_numpy() - exact) <= 2 + total * 1e-8).all()


def test_money_goes_where_it_returns_most() -> None:
    months = [f"{y}-{m:02d}" for y in (2022, 2023) for m in range(1, 13)]
    rng = np.random.default_rng(3)
    rows = []
    for region, scale in (("N", 2.0), ("S", 1.0)):
        for month in months:
            money = int(rng.integers(100_00, 900_00))
            rows.append((month, "ads", region, money, round(scale * 10 * money**0.5)))
    rows += [(month, "gifts", "N", 5000, None) for month in months]
    spend = pd.DataFrame(rows, columns=["month", "category", "region_id", "spend_minor", "lead_count"])
    spend["lead_count"] = spend["lead_count"].astype("Int64")
    found = action_plan.measured(spend, months[-12:])
    assert found.uses == (("ads", "N"), ("ads", "S")) and found.unmeasured_minor == 12 * 5000
    budget = Budget.model_validate({"total": 1, "split": {"x": 1.0}, "key_regions": ["S"], "to_key_regions": 0.6})
    table = action_plan.allocation(found, budget, DAY, DAY).set_index("region_id")
    totals = {name: int(table[f"{name}_minor"].sum()) for name in ("last", "equal", "rule", "best")}
    assert len(set(totals.values())) == 1
    leads = {name: table[f"{name}_leads"].sum() for name in totals}
    assert leads["best"] >= max(leads.values()) - 1e-6
    assert table.loc["S", "rule_minor"] == pytest.approx(0.6 * totals["last"], abs=1)
    assert action_plan.allocation(
        action_plan.measured(spend[spend["category"] == "gifts"], months), None, DAY, DAY
    ).empty


def test_buy_ten_get_one() -> None:
    made = Promotion.model_validate(
        {
            "id": "p",
            "text": "买10送1",
            "where": {},
            "buy": 10,
            "give": 1,
            "start": DAY,
            "end": END,
            "expected_lift": 0.25,
        }
    )
    # 1,000 units at 100 with cost 61: profit 39,000; a bundle's unit costs 67.1 and leaves 32.9
    found = action_plan.outcome(made, Sample(1000, 10_000_000, 6_100_000))
    assert float(found.discount) == pytest.approx(1 / 11)
    assert found.break_even_lift == pytest.approx(39 / 32.9 - 1)
    assert found.profit_change_minor == round(1.25 * 3_290_000) - 3_900_000
    assert found.free_units == pytest.approx(125) and found.free_cost_minor == round(6_100_000 * 0.125)
    assert found.margin_after == pytest.approx(0.329)
    assert action_plan.promotion_doubts(made, found) == []
    weak = action_plan.outcome(made.model_copy(update={"expected_lift": 0.1}), Sample(1000, 10_000_000, 6_100_000))
    assert [f.kind for f in action_plan.promotion_doubts(made, weak)] == ["promotion_loses"]
    lost = action_plan.outcome(made, Sample(1000, 10_000_000, 9_500_000))
    assert lost.break_even_lift is None
    assert [f.kind for f in action_plan.promotion_doubts(made, lost)] == ["promotion_below_cost"]


@settings(max_examples=60)
@given(st.integers(1, 30), st.integers(1, 10), st.integers(1, 10**9), st.floats(0.05, 0.9))
def test_at_the_break_even_lift_profit_stays(buy, give, net, share) -> None:
    made = {"id": "p", "text": "x", "where": {}, "buy": buy, "give": give, "start": DAY, "end": END}
    sample = Sample(100, net, int(net * share))
    first = action_plan.outcome(Promotion.model_validate({**made, "expected_lift": 0.0}), sample)
    if first.break_even_lift is not None and first.break_even_lift < 10:
        at = action_plan.outcome(Promotion.model_validate({**made, "expected_lift": first.break_even_lift}), sample)
        assert at.profit_after_minor == pytest.approx(at.profit_before_minor, abs=1, rel=1e-9)


def risk(**more: Any) -> Risk:
    """A risk with a trigger of two months."""
    base = {"id": "r", "text": "r", "kind": "cash", "probability": 0.4, "impact": 3, "loss": 1000, "response": "x",
            "owner": "o", "trigger": {"metric": "m", "below": 0.9, "months": 2}}  # fmt: skip
    return Risk.model_validate({**base, **more})


def test_a_trigger_fires_only_on_known_months_in_a_row() -> None:
    trigger = Trigger(metric="m", below=0.9, months=2)
    cases = [([0.8, 0.85], True), ([0.95, 0.8], False), ([0.8], None), ([0.8, None], None), ([0.8, float("nan")], None)]
    assert [action_plan.fired(trigger, reading) for reading, _ in cases] == [state for _, state in cases]
    assert action_plan.fired(Trigger(metric="m", above=1), [2]) is True


def test_expected_loss_and_states_of_the_register() -> None:
    risks = [risk(), risk(id="f"), risk(id="n", trigger=None), risk(id="c", state="closed"), risk(id="q", loss=None)]
    table = action_plan.risk_table(risks, {"r": [0.95, 0.95], "f": [0.8, 0.8]}, {"r": 0.5, "f": 0.5})
    table = table.set_index("risk_id")
    assert dict(table["state"]) == {"r": "calm", "f": "fired", "n": "no_trigger", "c": "closed", "q": "no_data"}
    assert table.loc["r", "expected_minor"] == 40_000 and table.loc["r", "profit_minor"] == 20_000
    assert table.loc["f", "expected_minor"] == 100_000, "what has come about is expected whole"
    assert table.loc["c", "expected_minor"] == 0 and pd.isna(table.loc["q", "expected_minor"])
    assert table.loc["r", "score"] == pytest.approx(1.2)


def test_promises_are_counted_month_by_month() -> None:
    measure = {"metric": "lead_count", "at_least": 500, "unit": "count"}
    made = Promise.model_validate({"id": "p", "text": "t", "giver": "a", "taker": "b", "measure": measure})
    table = action_plan.promise_table([made], {"p": {"2024-01": 510, "2024-02": None, "2024-03": 499}})
    assert (table.loc[0, "kept_count"], table.loc[0, "month_count"], table.loc[0, "state"]) == (1, 2, "broken")
    assert action_plan.promise_table([made], {}).loc[0, "state"] == "no_data"


def test_findings_are_numbered_faults_first() -> None:
    found = [action_plan.Finding("b", "note", "x"), action_plan.Finding("a", "fault", "y", said=2.0, unit="days")]
    table = action_plan.finding_table(found)
    assert list(table["kind"]) == ["a", "b"] and list(table["finding_no"]) == ["001", "002"]
    assert action_plan.finding_table([]).empty


def meetings(*given: dict[str, Any], period: str = "2024") -> dict[str, list[action_plan.Entry]]:
    """The agenda of some meetings by id."""
    made = Actions.model_validate({"meetings": [{"text": m["id"], **m} for m in given]})
    calendar = Calendar()
    entries = action_plan.agenda(made, [], calendar.period(period), calendar, DAY)
    return {m["id"]: [e for e in entries if e.text == m["id"]] for m in given}


def test_meetings_stand_on_working_days() -> None:
    found = meetings(
        {"id": "morning", "every": "workday", "at": "08:45", "minutes": 15},
        {"id": "weekly", "every": "week", "on": "周一", "minutes": 60},
        {"id": "report", "every": "month", "on": "5", "at": "18:00"},
        {"id": "monthly", "every": "month", "on": "10", "minutes": 120},
        {"id": "quarterly", "every": "quarter", "on": "12", "minutes": 180},
        {"id": "annual", "every": "year", "on": "28", "minutes": 480},
    )
    work = Workdays()
    assert all(work.is_workday(e.day) for entries in found.values() for e in entries)
    assert len(found["morning"]) == work.count(date(2024, 1, 1), END)
    assert len(found["report"]) == len(found["monthly"]) == 12
    by_month = {e.day.month: e for e in found["monthly"]}
    assert by_month[2].day == date(2024, 2, 18) and by_month[2].is_moved, "10 February is Spring Festival"
    assert by_month[1].day == date(2024, 1, 10) and not by_month[1].is_moved
    due = [e.day for e in found["report"]]
    assert {date(2024, 4, 3), date(2024, 4, 30)} <= set(due), "due by the 5th: moved back, never forward"
    assert [e.day for e in found["quarterly"]] == [
        date(2024, 1, 12), date(2024, 4, 12), date(2024, 7, 12), date(2024, 10, 12),
    ]  # fmt: skip
    assert [e.day for e in found["annual"]] == [date(2024, 12, 30)]
    mondays = {e.day for e in found["weekly"]}
    assert date(2024, 1, 2) in mondays, "1 January is a holiday"
    assert not mondays & {date(2024, 2, d) for d in range(10, 18)}


def test_tasks_and_milestones_stand_where_they_were_decided() -> None:
    made = Actions.model_validate(
        {"milestones": [{"id": "m", "text": "m", "due": "2024-02-10"}],
         "trainings": [{"id": "t", "text": "t", "due": "2024-03-20", "owner": "o", "audience": "all",
                        "deliverable": "x"}]}
    )  # fmt: skip
    calendar = Calendar()
    tasks = [task("a"), task("b", state="dropped"), task("c", due="2025-01-10")]
    entries = action_plan.agenda(made, tasks, calendar.period("2024"), calendar, DAY)
    assert [(e.event_id, e.day) for e in entries] == [
        ("milestone-m", date(2024, 2, 10)), ("training-t", date(2024, 3, 20)), ("task-a", date(2024, 3, 29)),
    ]  # fmt: skip
    assert list(action_plan.agenda_table(entries)["kind"]) == ["milestone", "training", "task"]


def test_a_day_that_is_no_day_is_refused() -> None:
    for wrong in ({"every": "week", "on": "Monday"}, {"every": "month", "on": "40"}):
        with pytest.raises(ParamsError):
            meetings({"id": "m", "minutes": 10, **wrong})


def test_a_plan_is_held_against_the_targets_of_its_own_cells() -> None:
    rows = pd.DataFrame(
        [("东", "甲", "新", 6000), ("东", "乙", "新", 4000), ("西", "丙", "新", 5000)],
        columns=["region_id", "team_id", "customer_type", "target_minor"],
    )
    parents = {("team", "甲"): ("region", "东"), ("team", "乙"): ("region", "东"), ("team", "丙"): ("region", "西")}
    cells = action_plan.Cells(rows, "target_minor", parents)
    company = Company(cells, None, [("new_customers", {}, 10.0)], 1)

    def kinds(amount: float, result: dict[str, Any], company: Company = company) -> set[str]:
        objective = {"id": "o", "text": "东", "where": {"region": "东"}, "amount": amount, "owner": "P1",
                     "due": "2024-12-31", "decided": "2023-12-01", "by": "x",
                     "key_results": [{"id": "k", "text": "k", **result}]}  # fmt: skip
        task = {"id": "t", "text": "t", "serves": ["k"], "decided": "2023-12-01", "by": "x"}
        found = action_plan.doubts([Objective.model_validate(objective)], [Task.model_validate(task)], company)
        return {f.kind for f in found} - {"contributions_short", "contributions_over"}

    exact = {"contributes": 100, "counts": {"region": "东"}}
    assert kinds(10300, exact) == set(), "three per cent are rounding"
    assert kinds(12000, exact) == {"target_differs"}
    assert kinds(12000, exact, Company(cells, None, [], 1, is_decided=False)) == set(), (
        "a stand-in for targets decides nothing"
    )
    own = {"contributes": 6000, "counts": {"team": "甲"}}
    assert kinds(10000, own) == set(), "a team's whole plan may be its key result"
    assert kinds(10000, own | {"contributes": 7000}) == {"more_than_planned"}
    everything = {"contributes": 15000, "counts": {"region": "东", "customer_type": "新"}}
    assert kinds(10000, everything) == {"takes_all"}
    part = {"count": 2, "average": 3000, "counts": {"team": "甲", "customer_type": "新"}}
    assert kinds(10000, part) == set(), "a team's sales over the company's count are no average"
