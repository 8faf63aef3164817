"""The worked cases of pay: the arithmetic stands in the files, and the engine has to come to the same cents."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from ruamel.yaml import YAML

from salesnb.model.params.incentives import Advancement, Award, Incentives
from salesnb.stages import incentives

FOLDER = Path(__file__).resolve().parents[1] / "cases_incentives"
MONTHS = tuple(f"2024-{m:02d}" for m in range(1, 13))
ROLE, LAST = "业务员", date(2024, 12, 31)


def cases() -> list[tuple[str, dict[str, Any]]]:
    """Every case with the name of its file."""
    return [(path.stem, case) for path in sorted(FOLDER.glob("*.yaml")) for case in YAML(typ="safe").load(path)]


def of(*stems: str) -> Any:
    """The cases of some files as test parameters."""
    found = [case for stem, case in cases() if stem in stems]
    return pytest.mark.parametrize("case", found, ids=[case["name"] for case in found])


def minor(yuan: Any) -> int:
    """Yuan as written to whole cents."""
    cents = Decimal(str(yuan)) * 100
    assert cents == int(cents)
    return int(cents)


def lines(case: dict[str, Any]) -> pd.DataFrame:
    """The case's order lines."""
    rows = [
        {
            "order_id": row.get("order", "o1"),
            "person_id": row.get("person", "p"),
            "order_date": pd.Timestamp(row.get("day", date(2024, 3, 1))),
            "due_date": pd.Timestamp(row.get("due", row.get("day", date(2024, 3, 1)))),
            "month": str(row.get("day", date(2024, 3, 1)))[:7],
            "product_line": row["line"],
            "net_minor": minor(row["net"]),
            "cost_minor": minor(row["cost"]) if "cost" in row else None,
            "is_return": bool(row.get("return", False)),
        }
        for row in case["lines"]
    ]
    return pd.DataFrame(rows)


def rules(case: dict[str, Any]) -> incentives.Scheme:
    """The case's scheme on the last day of the year."""
    salaries = {ROLE: minor(case["salary_month"])} if "salary_month" in case else {}
    return incentives.scheme(Incentives.model_validate(case["rules"]), salaries, LAST, case.get("as_of", LAST))


def settled(case: dict[str, Any], person: str = "p") -> tuple[incentives.Pay, tuple[str, ...]]:
    """One person's settlement of the case and the months that count."""
    scheme, frame = rules(case), lines(case)
    own = frame[frame["person_id"] == person]
    counted = incentives.months_in_post(case.get("hired"), case.get("left"), MONTHS, scheme.joiners)
    target = minor(case["target"]) if "target" in case else None
    if "monthly_target" in case:
        target = minor(case["monthly_target"]) * len(counted)
    member = incentives.Member(person, ROLE, target, len(counted))
    net = int(own["net_minor"].sum())
    gross = None if own["cost_minor"].isna().any() else net - int(own["cost_minor"].sum())
    commission = incentives.exact_sums(incentives.earned(own, scheme)).get(person, Fraction(0))
    return incentives.settle(scheme, member, incentives.Sold(commission, net, gross)), counted


def test_there_are_thirty_cases_with_their_arithmetic() -> None:
    found = [case for _, case in cases()]
    assert len(found) >= 30
    assert all(case["arithmetic"].strip() and case["expect"] is not None for case in found)
    assert len({case["name"] for case in found}) == len(found)


@of("commission", "tiers", "people")
def test_a_settlement_comes_to_the_written_cents(case: dict[str, Any]) -> None:
    expect = case["expect"]
    for person, amount in expect.get("by_person", {}).items():
        assert settled(case, person)[0].commission_minor == minor(amount)
    pay, counted = settled(case)
    if "commission" in expect:
        assert pay.commission_minor == minor(expect["commission"])
    for tier, amount in expect.get("tiers", {}).items():
        assert pay.tiers[tier] == minor(amount), tier
    assert dict(pay.missing) == expect.get("missing", {})
    if "months" in expect:
        assert len(counted) == expect["months"]
    if "without_rule" in expect:
        bare = incentives.without_rule(lines(case), rules(case))
        assert dict(zip(bare["product_line"], bare["net_minor"], strict=True)) == {
            line: minor(amount) for line, amount in expect["without_rule"].items()
        }


def receipts(case: dict[str, Any]) -> pd.DataFrame:
    """The case's receipts."""
    columns = ["order_id", "receipt_date", "month", "received_minor"]
    rows = [(r["order"], pd.Timestamp(r["day"]), str(r["day"])[:7], minor(r["amount"])) for r in case["receipts"]]
    return pd.DataFrame(rows, columns=columns).astype({"receipt_date": "datetime64[ms]"})


@of("receipts")
def test_every_cent_of_commission_is_in_one_state(case: dict[str, Any]) -> None:
    scheme = rules(case)
    frame = incentives.earned(lines(case), scheme)
    gone = case.get("left_and_successor", {})
    leavers = incentives.Leavers({k: v[0] for k, v in gone.items()}, {k: v[1] for k, v in gone.items()})
    out = incentives.payouts(frame, receipts(case), scheme, case["on"], leavers)
    states = out.groupby("state")["commission_minor"].sum()
    assert {k: int(v) for k, v in states.items() if v} == {k: minor(v) for k, v in case["expect"]["states"].items()}
    assert out["commission_minor"].sum() == round(Fraction(int(frame["earned"].sum()), incentives.SCALE))
    for person, amount in case["expect"].get("passed_to", {}).items():
        own = out[(out["person_id"] == person) & (out["state"] == "passed_on")]
        assert own["commission_minor"].sum() == minor(amount)


def won(table: pd.DataFrame) -> Iterator[tuple[str, dict[str, int]]]:
    """Winners by period."""
    for period, own in table.groupby("period"):
        yield str(period), dict(zip(own["node_id"], own["amount_minor"], strict=True))


@of("awards")
def test_prizes_and_promotions_go_to_whom_the_rules_name(case: dict[str, Any]) -> None:
    if "award" in case:
        rows = [(f["node"], str(f["period"]), f["value"]) for f in case["figures"]]
        figures = pd.DataFrame(rows, columns=["node_id", "period", "value"])
        table = incentives.winners(Award.model_validate(case["award"]), figures, LAST, LAST)
        expected = {p: {n: minor(a) for n, a in own.items()} for p, own in case["expect"]["won"].items()}
        assert dict(won(table)) == expected
    else:
        rule = Advancement.model_validate(case["promotion"])
        due = incentives.promotions_due(rule, case["attained"], case["roles"], case["periods"])
        assert due == case["expect"]["due"]
