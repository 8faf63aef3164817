"""Closing a period: restatement adds up, effects only beyond chance, tasks stay until closed, checks fire."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.forecast import Growth
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.review import Play, Review
from salesnb.stages import review
from salesnb.stages.review import Closed, Improving, Tried

money = st.integers(-(10**9), 10**12)
returns = st.integers(-(10**9), 0)


@given(st.lists(st.tuples(money, returns, money, returns), min_size=1, max_size=6))
def test_a_restatement_adds_up_month_by_month(months: list[tuple[int, int, int, int]]) -> None:
    names = [f"2024-{i:02d}" for i in range(1, len(months) + 1)]
    closed = [Closed(n, date(2024, 12, 5), m[0], m[1]) for n, m in zip(names, months, strict=True)]
    now = pd.DataFrame({"month": names, "net_minor": [m[2] for m in months], "returns_minor": [m[3] for m in months]})
    out = review.restated(closed, now)
    assert (out["reported_minor"] + out["late_minor"] + out["returned_minor"] == out["known_minor"]).all()
    assert list(out["returned_minor"]) == [m[3] - m[1] for m in months]


def tried(level: float, months: int = 36, seed: int = 3) -> Tried:
    """A strategy after which sales are ``level`` times what they were."""
    rng = np.random.default_rng(seed)
    season = 1 + 0.2 * np.sin(np.arange(months + 6) * np.pi / 6)
    sold = (1e8 * season * rng.lognormal(0, 0.04, months + 6)).astype("int64")
    names = [f"{2021 + i // 12}-{i % 12 + 1:02d}" for i in range(months + 6)]
    before = dict(zip(names[:months], map(int, sold[:months]), strict=True))
    since = {n: int(v * level) for n, v in zip(names[months:], sold[months:], strict=True)}
    start = date(int(names[months][:4]), int(names[months][5:]), 1)
    return Tried("s", "product", "text", start, before, since, tuple(names[months:]))


def test_an_effect_is_claimed_only_beyond_what_the_forecast_misses_by() -> None:
    out = review.effects([tried(1.5)]).iloc[0]
    assert out["verdict"] == "better" and 0 < out["low_minor"] < out["difference_minor"] < out["high_minor"]
    assert out["difference_minor"] == out["actual_minor"] - out["forecast_minor"]
    assert review.effects([tried(0.6)])["verdict"].iloc[0] == "worse"
    calm = review.effects([tried(1.0)]).iloc[0]
    assert calm["verdict"] == "unclear" and calm["low_minor"] <= 0 <= calm["high_minor"]


def test_what_one_believed_of_growth_then_moves_the_forecast_it_is_held_against() -> None:
    one = tried(1.0)
    forecasts = [
        review.effects([replace(one, believed=Growth(rate, 0.1))])["forecast_minor"].iloc[0]
        for rate in (-0.3, 0.0, 0.3)
    ]
    assert forecasts[0] < forecasts[1] < forecasts[2]


def test_what_cannot_be_told_says_why() -> None:
    one = tried(1.0)
    cases = {
        "no_scope": Tried("a", "k", "t", one.start, None, {}, one.months),
        "too_early": Tried("b", "k", "t", one.start, one.before, {}, ()),
        "no_history": tried(1.0, months=12),
    }
    out = review.effects([Tried(name, "k", "t", c.start, c.before, c.since, c.months) for name, c in cases.items()])
    assert dict(zip(out["strategy"], out["reason"], strict=True)) == {name: name for name in cases}
    assert set(out["verdict"]) == {"unknown"} and out["difference_minor"].isna().all()


def task(state: str, decided: date, closed: date | None = None, due: date = date(2024, 7, 31)) -> Improving:
    return Improving("t", "text", "Li", due, "", state, closed, decided, "2024-05")


def test_improvements_are_carried_until_they_are_closed() -> None:
    doing = task("doing", date(2024, 5, 10))
    done = task("done", date(2024, 6, 20), date(2024, 6, 27))
    june = (date(2024, 6, 1), date(2024, 7, 4))
    assert review.improvements([doing], *june)["progress"].tolist() == ["doing"]
    assert review.improvements([doing, done], *june)["progress"].tolist() == ["done"]
    assert review.improvements([doing, done], date(2024, 7, 1), date(2024, 8, 4)).empty, "closed in an earlier period"
    assert review.improvements([done], date(2024, 6, 1), date(2024, 6, 25))["progress"].tolist() == ["doing"]
    assert review.improvements([doing, done], date(2024, 5, 1), date(2024, 6, 4))["progress"].tolist() == ["doing"]
    late = review.improvements([doing], date(2024, 8, 1), date(2024, 9, 4))
    assert late["progress"].tolist() == ["late"], "the same decision is late once its day has passed"


def rep(orders: int, last: int, size: int = 100_000) -> list[dict[str, object]]:
    """A person with ``orders`` a month, ``last`` of them in the last days; a year before 15 % were."""
    names = {"whole": orders, "last": last, "whole-1y": 12 * orders, "last-1y": round(1.8 * orders)}
    return [
        {"window": w, "person_id": f"p{orders}", "net_minor": n * size, "returns_minor": 0, "order_count": n,
         "split_count": 0}
        for w, n in names.items()
    ]  # fmt: skip


LINES = review.Shares(line=0.30, days=0.14, returned=0.10)


def test_a_pushed_month_end_is_told_from_three_orders() -> None:
    out = review.month_end("2024-06", pd.DataFrame([*rep(40, 24), *rep(3, 1)]), LINES, 0.90, {})
    assert list(out["person_id"]) == ["p40"] and out["found"].tolist() == ["push"]
    calm = review.month_end("2024-06", pd.DataFrame([*rep(40, 6), *rep(3, 1)]), LINES, 0.90, {})
    assert calm.empty


def test_returns_of_the_month_after_and_split_orders_are_found() -> None:
    rows = pd.DataFrame(rep(40, 6))
    sent_back = pd.concat(
        [rows, pd.DataFrame([rows.iloc[0].to_dict() | {"window": "after", "returns_minor": -900_000}])]
    )
    assert review.month_end("2024-06", sent_back, LINES, 0.9, {})["found"].tolist() == ["returned"]
    split = rows.assign(split_count=[0, 1, 0, 0])
    assert review.month_end("2024-06", split, LINES, 0.9, {})["found"].tolist() == ["split"]


orders = st.lists(
    st.tuples(st.sampled_from("ab"), st.integers(-500, 1000), st.integers(0, 400)), min_size=1, max_size=8
)


@settings(max_examples=60)
@given(orders, st.lists(st.tuples(st.integers(0, 7), st.integers(0, 900)), max_size=6))
def test_receivables_by_age_are_what_customers_owe(
    made: list[tuple[str, int, int]], paid: list[tuple[int, int]]
) -> None:
    day = pd.Timestamp("2024-06-30")
    frame = pd.DataFrame(
        [(f"o{i}", c, "p", day - pd.Timedelta(days=age), net) for i, (c, net, age) in enumerate(made)],
        columns=["order_id", "customer_id", "person_id", "base_date", "net_minor"],
    )
    receipts = pd.DataFrame(
        [(f"o{o}", day, v) for o, v in paid], columns=["order_id", "receipt_date", "received_minor"]
    )
    receipts = receipts.astype({"receipt_date": "datetime64[ms]", "received_minor": "int64"})
    out = review.ageing(frame, receipts, date(2024, 6, 30), {})
    came = receipts[receipts["order_id"].isin(set(frame["order_id"]))]
    balance = frame.groupby("customer_id")["net_minor"].sum()
    settled = came.merge(frame[["order_id", "customer_id"]]).groupby("customer_id")["received_minor"].sum()
    owed = (balance - settled.reindex(balance.index).fillna(0)).clip(lower=0)
    held = out.groupby("customer_id")["open_minor"].sum().reindex(balance.index).fillna(0)
    assert (held == owed).all() and (out["open_minor"] > 0).all()


def play(name: str, **more: str) -> Play:
    return Play.model_validate({"id": name, "title": name, "situation": "-", "what_worked": "-"} | more)


def test_the_playbook_is_searched_in_chinese() -> None:
    plays = [
        play("价格异议", product_line="B", industry="水务", objection="价格比同行高"),
        play("回访", product_line="C", industry="数据中心", what_worked="当天带技术支持上门，给出修订报价"),
        play("VFD-kit", what_worked="Bundle VFD 48h delivery"),
    ]
    assert [p.id for p in review.search(plays, "价格")] == ["价格异议"], "the two characters side by side"
    assert next(p.id for p in review.search(plays, "数据中心 报价")) == "回访"
    assert [p.id for p in review.search(plays, "vfd")] == ["VFD-kit"]
    assert [p.id for p in review.search(plays, "价")] == ["价格异议"], "one character finds what begins with it"
    assert review.search(plays, "") == [] == review.search(plays, '"") OR *')
    assert len(review.search(plays, "价格 报价 VFD", most=2)) == 2


def test_an_alert_is_offered_what_fits_its_leads() -> None:
    plays = [play("b", product_line="B", industry="水务"), play("c", product_line="C", industry="水务")]
    alerts = pd.DataFrame([{"alert": "x", "dimension": "person_id", "node_id": "p"}])
    leads = pd.DataFrame([{"alert": "x", "product_line": "B", "industry": "水务"}])
    assert review.offered(alerts, leads, plays, {})["play"].tolist() == ["b"]
    assert review.offered(alerts, leads.iloc[:0], plays, {"x": "价格"}).empty


@pytest.mark.parametrize(("attained", "count"), [(0.94, 1), (0.95, 0)])
def test_a_problem_is_a_node_below_the_pass_line(attained: float, count: int) -> None:
    row = {"dimension": "region_id", "node_id": "S", "name": "South", "basis": "target", "attainment_rate": attained,
           "gap_minor": -60, "certainty_rate": 0.8}  # fmt: skip
    out = review.problems(pd.DataFrame([row]), 0.95, {}, {("region_id", "S"): ["B"]}, {"South": "price"})
    assert len(out) == count
    if count:
        assert out["cause"].tolist() == ["price"] and out["answered"].tolist() == ["people"]


def test_what_falls_short_inside_is_named_only_where_it_matters() -> None:
    crossed = pd.DataFrame(
        [("S", "A", 100, 100), ("S", "B", 100, 40), ("S", "C", 100, 95), ("S", UNASSIGNED, 10, 0)],
        columns=["region_id", "product_line", "expected_minor", "actual_minor"],
    )
    assert review.inside(crossed, "region_id", {"product_line": {"B": "Line B"}}) == {"S": ["Line B"]}


def test_what_counts_as_a_split_order_or_a_month_end_is_dated() -> None:
    later = {"from": "2024-07-01", "value": 5, "decided": "2024-06-20"}
    held = Review.model_validate({"schema": 1, "month_end_split": {"values": [{"value": 3}, later]}})
    known = date(2024, 8, 1)
    assert [held.month_end_split.find(day, known) for day in (date(2024, 6, 30), date(2024, 7, 31))] == [3, 5]
    assert held.month_end_split.find(date(2024, 7, 31), date(2024, 6, 1)) == 3, "not yet decided then"
    assert held.month_end_days.find(date(2024, 6, 30), known) == 3
    with pytest.raises(ValueError, match="month_end_split"):
        Review.model_validate({"schema": 1, "month_end_split": 1})
