"""Channels and legal entities: stuffed dealers, the dealers' tree, rebates, diverted sales, consolidation."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.incentives import Rebate
from salesnb.stages import review

LINE = review.Stuffed(months=2.0, ratio=2.0)


def stock(now: int, put: int) -> pd.DataFrame:
    """A dealer that sells 100 a month and holds 50, then buys ``put`` a month and holds ``now``."""
    months = [f"{2023 + i // 12}-{i % 12 + 1:02d}" for i in range(18)]
    rows = [(m, "d", 100, 100, 50) for m in months[:15]] + [(m, "d", put, 100, now) for m in months[15:]]
    return pd.DataFrame(rows, columns=["month", "dealer_id", "sell_in_minor", "sell_out_minor", "stock_minor"])


def test_a_stuffed_dealer_is_found_and_a_usual_one_is_not() -> None:
    assert review.dealers(stock(250, 170), "2024-06", {}, {}, LINE)["is_stuffed"].tolist() == [True]
    assert review.dealers(stock(55, 102), "2024-06", {}, {}, LINE)["is_stuffed"].tolist() == [False]
    assert review.dealers(stock(250, 90), "2024-06", {}, {}, LINE)["is_stuffed"].tolist() == [False], (
        "it sells more than it buys"
    )
    assert review.dealers(stock(250, 170), "2024-07", {}, {}, LINE).empty, "without the month's stock nothing is said"


def test_sales_outside_a_registration_are_listed_with_their_ruling() -> None:
    sold = pd.DataFrame(
        [("c1", "d2", "S", 100), ("c1", "d1", "S", 900), ("c2", UNASSIGNED, "N", 50), ("c3", UNASSIGNED, "S", 70)],
        columns=["customer_id", "dealer_id", "region_id", "net_minor"],
    )
    registered = pd.DataFrame(
        [("c1", "d1", "S"), ("c2", UNASSIGNED, "S"), ("c3", UNASSIGNED, "S")],
        columns=["customer_id", "dealer_id", "region_id"],
    )
    out = review.diverted(sold, registered, {}, [("c1", "half to d1", "director", date(2024, 7, 1))])
    assert list(zip(out["customer_id"], out["registered"], out["sold_by"], out["net_minor"], strict=True)) == [
        ("c1", "d1", "d2", 100), ("c2", "S", "N", 50),
    ]  # fmt: skip
    assert out["ruling"].iloc[0] == "half to d1" and pd.isna(out["ruling"].iloc[1])


def test_the_line_of_stuffing_is_a_parameter() -> None:
    strict = review.Stuffed(months=0.5, ratio=1.05)
    assert review.dealers(stock(60, 102), "2024-06", {}, {}, strict)["is_stuffed"].tolist() == [True]
    assert review.dealers(stock(60, 102), "2024-06", {}, {}, LINE)["is_stuffed"].tolist() == [False]


def tree(from_parent: bool) -> pd.DataFrame:
    """A dealer with two below him, one of whom has one below himself; every figure of one month."""
    given_rows = {"top": (100, 90, 30), "a": (40, 30, 20), "b": (30, 30, 10), "a1": (20, 10, 15)}
    rows = [("2024-06", name, *values) for name, values in given_rows.items()]
    frame = pd.DataFrame(rows, columns=["month", "dealer_id", "sell_in_minor", "sell_out_minor", "stock_minor"])
    parents = {"top": "", "a": "top", "b": "top", "a1": "a"}
    line = review.Stuffed(2.0, 2.0, from_parent)
    return review.dealers(frame, "2024-06", {}, parents, line).set_index("dealer_id")


def test_a_dealer_stands_with_all_below_him() -> None:
    out = tree(from_parent=False)
    assert out["below_count"].dropna().to_dict() == {"top": 3, "a": 1}
    assert out.loc["top", "group_in_minor"] == 190 and out.loc["top", "group_stock_minor"] == 75
    assert out.loc["a", "group_out_minor"] == 40 and pd.isna(out.loc["b", "group_in_minor"])


def test_what_passes_inside_the_tree_counts_once_where_dealers_buy_from_above() -> None:
    out = tree(from_parent=True)
    assert out.loc["top", "group_in_minor"] == 100, "only what the first one bought came from the company"
    assert out.loc["top", "group_out_minor"] == 90 + 30 + 30 + 10 - (40 + 30 + 20)


def test_a_circle_of_parents_ends() -> None:
    assert review.below({"a": "b", "b": "a", "c": "c"}) == {"a": ["b"], "b": ["a"]}


def rule(**more: object) -> review.Rule:
    given_values: dict[str, object] = {
        "rebate": "year", "period": "2024", "basis": "sell_in", "months": ("2024-01", "2024-02"),
        "dealers": frozenset("ab"), "steps": ((0, 0.01), (1000, 0.02), (5000, 0.03)), "rates": {},
        "is_held": True, "is_complete": False,
    }  # fmt: skip
    return review.Rule(**(given_values | more))  # type: ignore[arg-type]


def sold_to(*rows: tuple[str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["month", "dealer_id", "sell_in_minor"]).assign(sell_out_minor=0)


def test_a_rebate_is_the_step_reached_on_the_whole_amount() -> None:
    held = sold_to(("2024-01", "a", 900), ("2024-02", "a", 600), ("2024-02", "b", 400), ("2023-12", "a", 9999))
    out = review.rebates(held, [rule()], frozenset("b"), {}).set_index("dealer_id")
    assert out.loc["a", ["amount_minor", "rebate_minor", "held_minor", "next_minor"]].tolist() == [1500, 30, 0, 3500]
    assert out.loc["b", ["rebate_minor", "held_minor"]].tolist() == [4, 4], "who is stuffed waits"
    assert set(out["period"]) == {"2024"} and not out["is_complete"].any()


def test_a_contract_rate_serves_where_there_are_no_steps_and_none_means_none() -> None:
    held = sold_to(("2024-01", "a", 1000), ("2024-01", "b", 1000))
    out = review.rebates(held, [rule(steps=(), rates={"a": 0.015, "b": float("nan")})], frozenset(), {})
    assert out[["dealer_id", "rebate_minor"]].to_numpy().tolist() == [["a", 15]]


@settings(max_examples=20, deadline=None)
@given(st.integers(-2000, 9000), st.integers(0, 3000))
def test_buying_more_never_earns_less(amount: int, more: int) -> None:
    one, other = (
        review.rebates(sold_to(("2024-01", "a", size)), [rule()], frozenset(), {})["rebate_minor"].iloc[0]
        for size in (amount, amount + more)
    )
    assert other >= one >= 0


def test_steps_that_fall_are_refused() -> None:
    steps = [{"from": 0, "rate": 0.02}, {"from": 100, "rate": 0.01}]
    with pytest.raises(ValueError, match="rise"):
        Rebate.model_validate({"id": "r", "text": "r", "every": "year", "steps": steps})
    with pytest.raises(ValueError, match="region or dealer"):
        Rebate.model_validate({"id": "r", "text": "r", "every": "year", "where": {"person": "p"}})


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("xyz"), st.integers(-500, 900)), min_size=1, max_size=8))
def test_legal_entities_sum_to_the_group(sales: list[tuple[str, int]]) -> None:
    frame = pd.DataFrame([("w", e, v) for e, v in sales], columns=["window", "entity_id", "net_minor"])
    out = review.entities(frame, {"x": 40, "new": 5}, ("w", None), {"x": "First"})
    assert out["actual_minor"].sum() == sum(v for _, v in sales)
    assert (out["gross_minor"] == out["actual_minor"] + out["internal_minor"]).all()
    assert out["internal_minor"].sum() == 45 and "new" in set(out["entity_id"])
    assert out["yoy_rate"].isna().all(), "without a year before nothing is compared"
    assert np.isclose(out["share"].dropna().sum(), 1.0) or out["share"].isna().all()
