"""Alerts fire on what is sure, not on noise; worse never silences one; attribution adds up for any data."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.periods import Calendar
from salesnb.stages import review
from salesnb.stages.review import Curve, Judgement, Lights, Line, Note, Scope, Targets

CALENDAR = Calendar()
YEAR = Scope(CALENDAR.period("2024"), date(2024, 6, 30))
LINE = Line(0.20, 0.90)
ORDER = 10_000_00


def judged(actual: dict[str, int], orders: dict[str, int]) -> pd.DataFrame:
    """People against last year's sales of ``orders`` orders each, of ten thousand yuan an order."""
    rows = []
    for person, count in orders.items():
        rows.append(("2024", person, actual.get(person, count * ORDER), count))
        rows += [(f"2024{suffix}", person, count * ORDER, count) for suffix in ("-1y", "-2y")]
    sums = pd.DataFrame(rows, columns=["window", "person_id", "net_minor", "order_count"])
    none = Targets("none", pd.DataFrame(), CALENDAR)
    return review.attainment("person_id", YEAR, sums, none, Curve(CALENDAR), {}, Judgement(Lights(0.97, 0.9)))


def test_three_deals_are_not_judged_like_three_hundred():
    orders = {"big": 300, "small": 3, **{f"p{i}": 100 for i in range(6)}}
    out = judged({"big": 300 * ORDER * 7 // 10, "small": 3 * ORDER * 7 // 10}, orders)
    assert list(review.fired(out, LINE)["node_id"]) == ["big"], "both are 30 % behind; one of them may be chance"


def test_nobody_is_alerted_under_the_line_however_sure():
    out = judged({"big": 9_000 * ORDER * 85 // 100}, {"big": 9_000, **{f"p{i}": 100 for i in range(6)}})
    assert out.set_index("node_id").loc["big", "certainty_rate"] > 0.99 and review.fired(out, LINE).empty


@settings(max_examples=40)
@given(st.integers(0, 500 * ORDER), st.integers(0, 500 * ORDER), st.integers(1, 500))
def test_selling_less_never_silences_an_alert(one, other, count):
    low, high = sorted((one, other))
    orders = {"x": count, **{f"p{i}": 50 for i in range(6)}}
    worse, better = (set(review.fired(judged({"x": v}, orders), LINE)["node_id"]) for v in (low, high))
    assert "x" in worse or "x" not in better


def test_since_when_is_where_the_shortfall_begins():
    months = ["2024-01", "2024-02", "2024-03", "2024-04", "2024-05"]
    from salesnb.stages.review.chance import since

    assert since(months, [100] * 5, [101, 99, 60, 55, 62]) == "2024-03"
    assert since(months, [100] * 5, [101, 99, 101, 100, 102]) in (None, "2024-02")
    assert since(months, [100] * 5, [120] * 5) is None


def test_a_dealer_that_stopped_is_named_and_a_rare_buyer_is_not():
    months = [f"2023-{m:02d}" for m in range(1, 13)] + [f"2024-{m:02d}" for m in range(1, 7)]
    rows = [("often", m, 5, 500) for m in months if m < "2024-03"] + [("steady", m, 5, 500) for m in months]
    rows += [("rare", "2023-05", 1, 500)]
    frame = pd.DataFrame(rows, columns=["dealer_id", "month", "order_count", "net_minor"])
    out = review.silent_alerts(frame, "dealer_id", "2024", "2024-06", {}, LINE)
    assert list(out["node_id"]) == ["often"] and out["since_month"].iloc[0] == "2024-03"
    assert out["gap_minor"].iloc[0] == -4 * 500


def test_open_notes_are_carried_over_until_closed():
    note = Note("2024-05", "2024:person_id:x", "Li", "visit", date(2024, 6, 15), "doing")
    carried = review.with_notes(review.no_alerts(), [note])
    assert carried["kind"].tolist() == ["carried"] and carried["progress"].tolist() == ["doing"]
    done = Note("2024-06", "2024:person_id:x", "Li", "visit", date(2024, 6, 15), "closed")
    assert review.with_notes(review.no_alerts(), [note, done]).empty


def test_what_an_action_changed_is_attainment_before_and_since():
    nodes = judged({"x": 60 * ORDER}, {"x": 100, **{f"p{i}": 100 for i in range(6)}})
    note = Note("2024-03", "2024:person_id:x", "Li", "visit", date(2024, 6, 15), "doing", "half the customers are back")
    carried = review.with_figures(review.with_notes(review.no_alerts(), [note]), nodes)
    assert carried["name"].tolist() == ["x"] and carried["gap_minor"].tolist() == [-40 * ORDER]
    out = review.since_action(carried, {"2024:person_id:x": (20 * ORDER, 50 * ORDER)})
    assert out["before_rate"].tolist() == [0.4] and out["after_rate"].tolist() == [0.8]
    assert out["result"].tolist() == ["half the customers are back"]
    gone = Note("2024-03", "2024:person_id:nobody", "Li", "visit", date(2024, 6, 15), "doing")
    assert review.with_figures(review.with_notes(review.no_alerts(), [gone]), nodes)["name"].tolist() == [gone.alert]


amounts = st.integers(-(10**10), 10**12)
counts = st.integers(0, 10**5)
sides = st.tuples(counts, counts, amounts, counts, counts, amounts)


@settings(max_examples=60)
@given(sides, sides)
def test_drivers_add_up_for_any_data(before, after):
    built = [review.Funnelled(a or None, b, m, c, max(d, c), n) for a, b, m, c, d, n in (before, after)]
    out = review.driver_tree(*built)
    for stream, place in (("new", 2), ("repeat", 5)):
        assert out.loc[out["stream"] == stream, "effect_minor"].sum() == after[place] - before[place]
    assert (out["method"] == "shapley").any() == any(side[i] < 0 for side in (before, after) for i in (2, 5))


@given(st.lists(amounts, min_size=7, max_size=7), amounts, st.none() | amounts)
def test_the_bridge_ends_where_it_should(effects, last_year, due):
    names = ("price", "volume", "mix", "new_product", "lost_product", "new_customer", "lost_customer")
    actual = last_year + sum(effects)
    out = review.bridge(dict(zip(names, effects, strict=True)), due, last_year, actual)
    assert out["effect_minor"].iloc[:-1].sum() == out["effect_minor"].iloc[-1] == actual
    assert out["effect_minor"].iloc[0] == (last_year if due is None else due)
    with pytest.raises(ValueError, match="miss the actual"):
        review.bridge(dict(zip(names, effects, strict=True)), due, last_year, actual + 1)


def test_margin_falls_by_mix_or_by_the_lines_own_margins():
    rows = []
    for side, share in (("before", 0.5), ("after", 0.8)):
        rest = 1 - share
        rows.append((side, "N", "A", int(1000 * share), int(800 * share)))
        rows.append((side, "N", "B", int(1000 * rest), int(400 * rest)))
        for region in ("S", "E", "W"):
            rows += [(side, region, "A", 500, 400), (side, region, "B", 500, 200)]
    frame = pd.DataFrame(rows, columns=["side", "region_id", "product_line", "costed_minor", "cost_minor"])
    out = review.margin_mix(frame, {}).set_index("region_id")
    assert out.loc["N", "mix_rate"] == pytest.approx(-0.12, abs=0.005) and abs(out.loc["N", "own_rate"]) < 0.005
    assert out["stands_out"].to_dict() == {"E": False, "N": True, "S": False, "W": False}


def test_landing_of_a_year_half_gone():
    rng = np.random.default_rng(7)
    season = 1 + 0.3 * np.sin(np.arange(42) * np.pi / 6)
    months = [f"{2021 + i // 12}-{i % 12 + 1:02d}" for i in range(42)]
    parts = []
    for region in "NS":
        net = (1e9 * season * rng.lognormal(0, 0.03, 42)).astype("int64")
        parts.append(pd.DataFrame({"region_id": region, "month": months, "net_minor": net}))
    frame = pd.concat(parts)
    curve = Curve(CALENDAR)
    run = review.course(frame, "region_id", date(2024, 6, 30), curve)
    wanted = [(f"2024-{m:02d}", region, 10**9) for m in range(1, 13) for region in "NS"]
    cells = pd.DataFrame(wanted, columns=["month", "region_id", "target_minor"])
    made = review.land(YEAR, run, Targets("approved", cells, CALENDAR), curve, {})
    year = made.nodes.set_index("node_id").loc["company"]
    assert year["known_minor"] < year["low_minor"] < year["landing_minor"] < year["high_minor"]
    assert year["landing_minor"] == pytest.approx(2.4e10, rel=0.05) and 0 < year["chance_rate"] < 1
    assert made.record["case_count"].min() > 0 and len(made.path) == 6
    ends = made.path.iloc[-1]
    for name in ("landing_minor", "low_minor", "high_minor"):
        assert ends[name] == year[name], "chart and table name one figure"
    done = Scope(CALENDAR.period("2024Q2"), date(2024, 6, 30))
    closed = review.land(done, run, Targets("approved", cells, CALENDAR), curve, {}).nodes
    assert (closed["landing_minor"] == closed["known_minor"]).all() and set(closed["chance_rate"]) <= {0.0, 1.0}
    assert review.against_floor(closed, "2024Q2", 0.5, False) == "reached"
    assert review.against_floor(closed, "2024Q2", 9.0, True) == "missed", "a quarter that is over is judged"


cell = st.tuples(st.sampled_from("NSE"), st.sampled_from("AB"), st.integers(-500, 900), st.integers(-500, 900))


@settings(max_examples=40, deadline=None)
@given(st.lists(cell, min_size=1, max_size=12))
def test_slices_and_the_rest_are_the_gap_for_any_data(cells):
    """Zeros, new and lost cells and returns (negative sums) included."""
    frame = pd.DataFrame(cells, columns=["region_id", "product_line", "expected_minor", "actual_minor"])
    leaves = frame.groupby(["region_id", "product_line"], as_index=False).sum()
    leaves["chance_minor"] = 50.0
    months = leaves.assign(month="2024-01")
    out = review.slices(leaves, "2024", "target", months, {})
    assert out["deviation_minor"].sum() == (leaves["actual_minor"] - leaves["expected_minor"]).sum()
    rest = out.iloc[-1]
    assert rest["actual_minor"] - rest["expected_minor"] == rest["deviation_minor"], (
        "the rest is of what no slice holds"
    )
    assert out["name"].isna().tolist() == [False] * (len(out) - 1) + [True], "the rest is the last row"
