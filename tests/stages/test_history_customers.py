"""Customers and the bridge: worked examples by hand, and identities for any data."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.periods import Calendar, month_range, windows
from salesnb.stages import history

CALENDAR = Calendar()
YEARS = windows(CALENDAR.period("2024"), CALENDAR, True, "2021-01")
LABELS = [w.label for w in YEARS]
LIMITS = {"key": 500, "strategic": 1000}


def sums(rows):
    columns = ["window", "customer_id", "net_minor", "order_count"]
    return pd.DataFrame(rows, columns=columns).astype({"net_minor": "int64", "order_count": "int64"})


def firsts(frame):
    starts = {w.label: pd.Timestamp(w.start) for w in YEARS}
    return {c: starts[min(rows["window"])] for c, rows in frame.groupby("customer_id")}


def test_an_order_booked_to_the_month_before_is_not_the_order_of_a_new_customer():
    activity = pd.DataFrame({"customer_id": ["A", "A", "B"], "month": ["2022-12", "2023-02", "2023-01"]})
    first = history.first_bought(activity, CALENDAR)
    assert first == {"A": pd.Timestamp("2022-12-01"), "B": pd.Timestamp("2023-01-01")}
    frame = sums([("2022", "A", 10, 1), ("2023", "A", 10, 1), ("2023", "B", 10, 1)])
    out = history.customer_years(frame, first, YEARS[-2:], {}).set_index("window").loc["2023"]
    assert [out["new_count"], out["returning_count"], out["regained_count"]] == [1, 1, 0]
    by_date = first | {"A": pd.Timestamp("2023-01-01")}  # the order of December was signed on 1 January
    again = history.customer_years(frame, by_date, YEARS[-2:], {}).set_index("window").loc["2023"]
    assert [again["new_count"], again["returning_count"]] == [1, 1], "nobody is new and returning at once"


def test_new_returning_regained_and_lost_of_a_worked_example():
    frame = sums(
        [("2021", "A", 100, 2), ("2021", "B", 100, 1), ("2022", "A", 150, 3), ("2022", "C", 50, 1),
         ("2023", "A", 200, 2), ("2023", "B", 80, 1), ("2023", "D", 20, 1)]
    )  # fmt: skip
    out = history.customer_years(frame, firsts(frame), YEARS, {"2023": 900}).set_index("window")
    assert out.loc["2021", ["new_count", "lost_count"]].isna().all(), "what came before the data is not known"
    assert list(out.loc["2022", ["new_count", "returning_count", "regained_count", "lost_count"]]) == [1, 1, 0, 1]
    assert list(out.loc["2023", ["new_count", "returning_count", "regained_count", "lost_count"]]) == [1, 1, 1, 1]
    assert out.loc["2023", "new_minor"] == 20 and out.loc["2023", "acquisition_cost_minor"] == 900
    assert out.loc["2023", "repurchase_rate"] == pytest.approx(1 / 3)
    assert out.loc["2023", "rate_low"] < 1 / 3 < out.loc["2023", "rate_high"]
    assert out.loc["2023", "revenue_per_customer_minor"] == 100
    assert out.loc["2023", "average_order_value_minor"] == 75
    assert out.loc["2023", "hhi"] == pytest.approx((200**2 + 80**2 + 20**2) / 300**2)


def test_sales_without_a_customer_stay_in_sales_and_out_of_counts():
    frame = sums([("2022", "A", 100, 1), ("2023", "A", 100, 1), ("2023", "_unassigned", 40, 7)])
    out = history.customer_years(frame, firsts(frame), YEARS, {}).set_index("window")
    assert out.loc["2023", "net_minor"] == 140 and out.loc["2023", "customer_count"] == 1
    assert out.loc["2023", "revenue_per_customer_minor"] == 100


def test_tiers_and_moves_of_a_worked_example():
    frame = sums([("2022", "A", 1000, 1), ("2022", "B", 499, 1), ("2023", "A", 600, 1), ("2023", "C", 1000, 1)])
    out = history.tiers(frame, YEARS, LIMITS).set_index(["window", "tier"])
    assert out.loc[("2023", "strategic"), "net_minor"] == 1000 and out.loc[("2023", "key"), "customer_count"] == 1
    moves = history.tier_moves(frame, YEARS, LIMITS).set_index(["from_tier", "to_tier"])["customer_count"]
    assert moves.to_dict() == {("strategic", "key"): 1, ("_ordinary", "_none"): 1, ("_none", "strategic"): 1}


def test_cohorts_of_a_worked_example():
    months = month_range("2021-01", "2021-04")
    activity = pd.DataFrame(
        [("old", "2021-01"), ("old", "2021-02"), ("x", "2021-02"), ("y", "2021-02"), ("x", "2021-04")],
        columns=["customer_id", "month"],
    )
    out = history.cohorts(activity, {m: m for m in months}, "2021-04")
    rates = out.set_index(["cohort", "age"])["retention_rate"].to_dict()
    assert rates == {("2021-02", 0): 1.0, ("2021-02", 1): 0.0, ("2021-02", 2): 0.5}


def test_no_activity_gives_no_cohorts():
    nobody = pd.DataFrame({"customer_id": [], "month": []}, dtype="str")
    assert history.cohorts(nobody, {"2021-01": "2021-01"}, "2021-01").empty


customer_rows = st.lists(
    st.tuples(st.sampled_from(LABELS), st.sampled_from("ABCDEFG"), st.integers(1, 10**9), st.integers(1, 9)),
    min_size=1,
    max_size=20,
    unique_by=lambda row: row[:2],
)


@given(customer_rows)
def test_every_buyer_is_new_returning_or_regained_and_every_former_one_stays_or_is_lost(rows):
    frame = sums(rows)
    out = history.customer_years(frame, firsts(frame), YEARS, {})
    for i in range(1, len(out)):
        now, before = out.iloc[i], out.iloc[i - 1]
        assert now["new_count"] + now["returning_count"] + now["regained_count"] == now["customer_count"]
        assert now["returning_count"] + now["lost_count"] == before["customer_count"]
    held = history.tiers(frame, YEARS, LIMITS)
    for label in LABELS:
        assert (
            held.loc[held["window"] == label, "net_minor"].sum()
            == frame.loc[frame["window"] == label, "net_minor"].sum()
        )
    moves = history.tier_moves(frame, YEARS, LIMITS)
    assert moves["after_minor"].sum() == frame.loc[frame["window"] == LABELS[-1], "net_minor"].sum()


bridge_rows = st.lists(
    st.tuples(
        st.sampled_from(LABELS[-2:]),
        st.sampled_from(["A", "B", "C", "_unassigned"]),
        st.sampled_from([("L1", "p1"), ("L1", "p2"), ("L2", "p3")]),
        st.integers(-50, 500),
        st.integers(-(10**10), 10**12),
    ),
    min_size=1,
    max_size=24,
    unique_by=lambda row: row[:3],
)


def cells(rows):
    frame = [(w, c, line, p, q, v) for w, c, (line, p), q, v in rows]
    columns = ["window", "customer_id", "product_line", "product_id", "quantity", "net_minor"]
    return pd.DataFrame(frame, columns=columns).astype({"net_minor": "int64", "quantity": "float64"})


@given(
    bridge_rows, st.sampled_from(["", "product_line"]), st.sampled_from(["product_id", "product_line"]), st.randoms()
)
def test_the_bridge_adds_up_for_every_line_whatever_the_data(rows, group, level, random):
    frame = cells(rows)
    out = history.bridge(frame, YEARS, level, group)
    for line, part in frame.groupby("product_line"):
        sold = part.groupby("window")["net_minor"].sum()
        change = int(sold.get(LABELS[-1], 0)) - int(sold.get(LABELS[-2], 0))
        assert out.loc[out["product_line"] == line, "change_minor"].sum() == change
    shuffled = cells(random.sample(rows, len(rows)))
    pd.testing.assert_frame_equal(out, history.bridge(shuffled, YEARS, level, group))


def test_price_volume_mix_and_new_customers_of_a_worked_example():
    rows = [
        ("2022", "A", ("L", "p"), 10, 1000), ("2022", "A", ("L", "q"), 10, 3000), ("2022", "B", ("L", "p"), 5, 500),
        ("2023", "A", ("L", "p"), 20, 2200), ("2023", "A", ("L", "q"), 10, 3000), ("2023", "C", ("L", "q"), 2, 600),
    ]  # fmt: skip
    out = history.bridge(cells(rows), YEARS).set_index("effect")["change_minor"]
    # 20 → 30 units at old prices: +50 % of 4,000; p is now 2/3 of the units; p costs 110 instead of 100
    expected = {"price": 200, "volume": 2000, "mix": -1000, "new_customer": 600, "lost_customer": -500}
    assert {k: int(v) for k, v in out.items() if v} == expected
    assert math.isclose(out.sum(), 5800 - 4500)


def test_prices_are_compared_by_product_only_where_products_last():
    lasting = [(w, "A", ("L", p), 1, 100) for w in LABELS[-2:] for p in "pqrstuvwx"] + [
        ("2023", "A", ("L", "z"), 1, 100)
    ]
    assert history.bridge_level(cells(lasting), YEARS) == "product_id"
    renumbered = [(w, "A", ("L", p + w), 1, 100) for w in LABELS[-2:] for p in "pqr"]
    assert history.bridge_level(cells(renumbered), YEARS) == "product_line"
