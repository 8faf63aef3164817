"""Pay for any sales: more never pays less, cutting an order up changes nothing, commissions are the ledger exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.errors import DataError, ParamsError
from salesnb.model.params.incentives import Award, Incentives
from salesnb.stages import incentives
from salesnb.stages.incentives import SCALE, Member, Mix, Sold

DAY = date(2024, 12, 31)
TIERS = [
    {"id": "base", "text": "保底", "attainment_from": 1.0, "base": {"what": "salary_year"}, "rate": 0.0},
    {"id": "challenge", "text": "挑战", "attainment_from": 1.0, "attainment_to": 1.1, "base": {"what": "salary_year"},
     "rate": 0.1, "rate_to": 0.2},
    {"id": "stretch", "text": "冲刺", "attainment_from": 1.1, "base": {"what": "gross_profit_above_target"},
     "rate": 0.08},
]  # fmt: skip
LINES = ("A", "B", "C")
RATES = {"A": 0.01, "B": 0.015, "C": 0.02}


def rules(**commission: Any) -> incentives.Scheme:
    """A whole scheme: three lines, three tiers, salaries of one role."""
    made = {"by_line": RATES, **commission}
    params = Incentives.model_validate({"tiers": TIERS, "commission": made})
    return incentives.scheme(params, {"业务员": 1_000_000}, DAY, DAY)


FULL = rules(accelerators=[{"above": 1.1, "factor": 1.2}], cap_of_salary=2.0, floor_attainment=0.5)
PLAIN = rules(accelerators=[{"above": 1.1, "factor": 1.2}])
schemes = st.sampled_from([FULL, PLAIN, rules(), rules(floor_attainment=0.8), rules(cap_of_salary=0.1)])


def frame(rows: list[tuple[str, str, str, int]]) -> pd.DataFrame:
    """Order lines from (order, person, product line, minor units); a negative amount is a return."""
    out = pd.DataFrame(rows, columns=["order_id", "person_id", "product_line", "net_minor"])
    days = [pd.Timestamp(2024, 1 + i % 12, 1 + i % 28) for i in range(len(rows))]
    out["order_date"] = pd.Series(days, dtype="datetime64[ms]")
    out["month"] = out["order_date"].dt.strftime("%Y-%m").astype("str")
    return out.assign(due_date=out["order_date"], is_return=out["net_minor"] < 0)


def settled(lines: pd.DataFrame, scheme: incentives.Scheme, target: int) -> dict[str, incentives.Pay]:
    """Everyone's settlement at a margin of 40 %."""
    sums = incentives.exact_sums(incentives.earned(lines, scheme))
    nets = lines.groupby("person_id")["net_minor"].sum()
    return {
        person: incentives.settle(
            scheme,
            Member(person, "业务员", target),
            Sold(commission, int(nets[person]), int(nets[person]) * 2 // 5),
        )
        for person, commission in sums.items()
    }


amounts = st.integers(-(10**8), 10**10)
orders = st.lists(
    st.tuples(st.sampled_from(["o1", "o2", "o3", "o4"]), st.sampled_from("pq"), st.sampled_from(LINES), amounts),
    min_size=1,
    max_size=12,
)
targets = st.integers(1, 3 * 10**10)


@settings(max_examples=150)
@given(schemes, targets, st.lists(st.integers(0, 10**10), min_size=3, max_size=3), st.integers(0, 2),
       st.integers(1, 10**9), st.fractions(0, 1))  # fmt: skip
def test_more_sales_never_lower_pay(scheme, target, sold, line, more, margin):
    member = Member("p", "业务员", target)

    def pay(amounts_of: list[int], gross: int) -> int:
        rates = [incentives.exact(RATES[name]) for name in LINES]
        commission = sum((rate * net for rate, net in zip(rates, amounts_of, strict=True)), Fraction(0))
        return incentives.settle(scheme, member, Sold(commission, sum(amounts_of), gross)).total_minor

    after = [net + more * (i == line) for i, net in enumerate(sold)]
    gross = sum(sold) * 2 // 5
    assert pay(after, gross + int(margin * more)) >= pay(sold, gross)


@settings(max_examples=60)
@given(schemes, targets, orders, st.data())
def test_splitting_an_order_changes_nobody_s_pay(scheme, target, rows, data):
    lines = frame(rows)
    cut = data.draw(st.integers(0, len(rows) - 1))
    part = data.draw(st.integers(min(0, rows[cut][3]), max(0, rows[cut][3])))
    one, other = lines.iloc[[cut]].copy(), lines.iloc[[cut]].copy()
    one["net_minor"], other["net_minor"] = part, rows[cut][3] - part
    other["order_id"] = "o-new"
    split = pd.concat([lines.drop(index=cut), one, other], ignore_index=True)
    assert settled(split, scheme, target) == settled(lines, scheme, target)
    shuffled = split.sample(frac=1, random_state=1)
    assert settled(shuffled, scheme, target) == settled(lines, scheme, target)


@settings(max_examples=60)
@given(schemes, targets, orders)
def test_commissions_sum_to_the_ledger(scheme, target, rows):
    lines = incentives.earned(frame(rows), scheme)
    pays = settled(lines, scheme, target)
    ledger = incentives.commission_ledger(lines, pays)
    assert ledger["commission_minor"].dtype == "int64"
    by_person = ledger.groupby("person_id")["commission_minor"].sum()
    assert {p: int(v) for p, v in by_person.items()} == {p: pay.commission_minor for p, pay in pays.items()}
    assert ledger["net_minor"].sum() == lines["net_minor"].sum()
    keys = ["person_id", "month", "product_line", "part"]
    assert not ledger.duplicated(keys).any()


@settings(max_examples=60)
@given(orders, st.lists(st.tuples(st.sampled_from(["o1", "o2", "o3"]), st.integers(0, 10**10), st.integers(0, 600)),
                        max_size=8), st.booleans())  # fmt: skip
def test_every_earned_unit_is_in_one_state(rows, came, leaving):
    scheme = replace(rules(), paid_on_receipts=True, stop_days=60, leaver_days=90)
    lines = incentives.earned(frame(rows), scheme)
    days = [pd.Timestamp("2024-01-01") + pd.Timedelta(days=d) for _, _, d in came]
    receipts = pd.DataFrame({
        "order_id": pd.Series([o for o, _, _ in came], dtype="str"),
        "receipt_date": pd.Series(days, dtype="datetime64[ms]"),
        "month": pd.Series([f"{d:%Y-%m}" for d in days], dtype="str"),
        "received_minor": pd.Series([a for _, a, _ in came], dtype="int64"),
    })  # fmt: skip
    leavers = incentives.Leavers({"p": date(2024, 5, 31)}, {"p": "q"}) if leaving else None
    out = incentives.payouts(lines, receipts, scheme, date(2025, 12, 31), leavers)
    earned = lines.groupby("person_id")["earned"].sum()
    assert out["commission_minor"].sum() == sum(round(Fraction(int(v), SCALE)) for v in earned)
    assert set(out["state"]) <= {"paid", "stopped", "open", "clawed_back", "passed_on"}
    assert not out.duplicated(["person_id", "month", "state"]).any()


@settings(max_examples=80)
@given(schemes, targets, st.integers(0, 5 * 10**10), st.sampled_from(LINES))
def test_the_curve_is_the_settlement(scheme, target, net, line):
    member, rate = Member("p", "业务员", target), incentives.exact(RATES[line])
    exact = incentives.settle(scheme, member, Sold(rate * net, net, net * 2 // 5))
    drawn = incentives.curve(scheme, member, np.array([net]), Mix(float(rate), 0.4))
    assert sum(float(v[0]) for v in drawn.values()) == pytest.approx(exact.total_minor, abs=4, rel=1e-9)


def test_jumps_of_pay_are_found_with_what_shifting_orders_earns():
    member, mix = Member("p", "业务员", 300_000_000), Mix(0.01, 0.4)
    found = incentives.cliffs(PLAIN, member, mix)
    at = {mark: (jump, reward) for mark, jump, reward in found}
    # 100 %: a tenth of 120,000 yuan at once; 110 %: 8 % of the profit on the first tenth above the target
    assert at[1.0][0] == pytest.approx(1_200_000, abs=2)
    assert at[1.1][0] == pytest.approx(0.08 * 0.4 * 30_000_000, abs=2)
    assert all(reward > 0 for _, reward in at.values())
    smooth = incentives.scheme(Incentives.model_validate({"commission": {"by_line": RATES}}), {}, DAY, DAY)
    assert incentives.cliffs(smooth, member, mix) == []
    assert incentives.cliffs(PLAIN, replace(member, target_minor=None), mix) == []


def test_simulated_cost_of_certain_sales_is_the_settlement():
    member, mix = Member("p", "业务员", 100_000_000), Mix(0.015, 0.4)
    draws = np.full((1, 5), 115_000_000.0)
    cost = incentives.simulate(PLAIN, [(member, mix)], draws, {"awards": np.full(5, 500_000.0)})
    pay = incentives.settle(PLAIN, member, Sold(Fraction(15, 1000) * 115_000_000, 115_000_000, 46_000_000))
    table = incentives.cost_table(cost, {"commission": 1}).set_index("part")
    assert table.loc["total", "expected_minor"] == pay.total_minor + 500_000
    assert table["expected_minor"].iloc[:-1].sum() == table.loc["total", "expected_minor"]
    assert table.loc["total", "low_minor"] == table.loc["total", "high_minor"]
    curve = incentives.curve_table(PLAIN, [(member, mix)]).set_index("attainment_rate")
    assert curve.loc[1.15, "pay_minor"] == pay.total_minor
    assert (curve["pay_minor"].diff().dropna() >= 0).all()


@pytest.mark.parametrize(
    ("tiers", "accelerators"),
    [
        ([{**TIERS[1], "rate": 0.2, "rate_to": 0.1}], []),
        ([], [{"above": 1.0, "factor": 0.8}]),
        ([], [{"above": 1.0, "factor": 1.5}, {"above": 1.2, "factor": 1.2}]),
    ],
)
def test_rates_that_fall_are_refused(tiers, accelerators):
    made = {"by_line": RATES, "accelerators": accelerators}
    with pytest.raises(ParamsError, match="falls"):
        incentives.scheme(Incentives.model_validate({"tiers": tiers, "commission": made}), {}, DAY, DAY)


def test_what_cannot_be_exact_is_refused():
    odd = incentives.scheme(Incentives.model_validate({"commission": {"by_line": {"A": 1e-9}}}), {}, DAY, DAY)
    with pytest.raises(ParamsError, match="8 decimals"):
        incentives.earned(frame([("o1", "p", "A", 100)]), odd)
    with pytest.raises(DataError, match="beyond exact"):
        incentives.earned(frame([("o1", "p", "A", 9 * 10**17)]), PLAIN)


def test_a_tier_that_ended_pays_nothing():
    ended = {"values": [{"from": "2024-01-01", "value": 0.1}, {"from": "2024-07-01", "value": None}]}
    params = Incentives.model_validate({"tiers": [{**TIERS[1], "rate": ended, "rate_to": None}]})
    assert incentives.scheme(params, {}, DAY, DAY).steps == ()
    assert len(incentives.scheme(params, {}, date(2024, 6, 30), DAY).steps) == 1


def test_the_most_an_award_can_cost():
    each = {"id": "g", "text": "t", "amount": 10000, "level": "region", "every": "year", "metric": "sales_growth",
            "rule": "each_at_least", "at_least": 0.2}  # fmt: skip
    best = {"id": "c", "text": "t", "amount": 5000, "level": "person", "every": "quarter", "metric": "attainment",
            "rule": "best"}  # fmt: skip
    times = {"year": 1, "quarter": 4, "month": 12}
    assert incentives.most_costly(Award.model_validate(each), 6, times, 10000) == 6_000_000
    assert incentives.most_costly(Award.model_validate(best), 39, times, 5000) == 2_000_000
    assert incentives.most_costly(Award.model_validate(best), 39, times, None) == 0
