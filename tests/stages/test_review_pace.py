"""Pace and attainment recomputed by hand; the eight ways other target reports go wrong, each shown to be right here."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.errors import DataError, PeriodError
from salesnb.model.periods import Calendar
from salesnb.stages import review
from salesnb.stages.review import Curve, Judgement, Lights, Scope, Targets

CALENDAR = Calendar()
NONE = Targets("none", pd.DataFrame(), CALENDAR)
LIGHTS = Lights(0.97, 0.90)


def quota(target, first="2024-01-01", last="2024-12-31", **where):
    dims = {"region_id": "_unassigned", "person_id": "_unassigned", "product_line": "_unassigned", **where}
    return {"from_date": pd.Timestamp(first), "to_date": pd.Timestamp(last), **dims, "metric": "sales",
            "currency": "CNY", "target_minor": target}  # fmt: skip


def imported(*rows):
    return Targets("imported", pd.DataFrame(rows), CALENDAR)


def cells(rows):
    """(month, region, person, target) → cells of a plan."""
    frame = pd.DataFrame(rows, columns=["month", "region_id", "person_id", "target_minor"])
    return Targets("approved", frame.assign(currency="CNY"), CALENDAR)


def sums(label, rows, dimension):
    frame = pd.DataFrame(rows, columns=[dimension, "net_minor", "order_count"])
    return frame.assign(window=label).astype({"net_minor": "int64", "order_count": "int64"})


def attained(dimension, scope, rows, targets):
    given_sums = sums(scope.period.text, rows, dimension)
    frame = review.attainment(dimension, scope, given_sums, targets, Curve(CALENDAR), {}, Judgement(LIGHTS))
    return frame.set_index("node_id")


MARCH = Scope(CALENDAR.period("2024-03"), date(2024, 3, 31))
HALFWAY = Scope(CALENDAR.period("2024"), date(2024, 6, 30))


# ------------------------------------------------------------------ pace


def test_a_month_target_is_due_by_working_days():
    # September 2025 has 23 working days (the 28th is made up for); the 1st to the 5th are five of them
    curve = Curve(CALENDAR)
    share = curve.share(date(2025, 9, 1), date(2025, 9, 30), date(2025, 9, 5))
    assert share == pytest.approx(5 / CALENDAR.workdays.count(date(2025, 9, 1), date(2025, 9, 30)))
    assert curve.share(date(2025, 9, 1), date(2025, 9, 30), date(2025, 9, 7)) == share, "nothing is due on a weekend"


def test_a_year_target_follows_the_season():
    curve = Curve(CALENDAR, {m: 2.0 if m == 12 else 10 / 11 for m in range(1, 13)})
    year = (date(2024, 1, 1), date(2024, 12, 31))
    assert curve.share(*year, date(2024, 11, 30)) == pytest.approx(1 - 2 / 12)
    assert curve.share(*year, date(2024, 6, 30)) == pytest.approx(6 * (10 / 11) / 12)


@settings(max_examples=40)
@given(st.integers(0, 10**15), st.integers(0, 364))
def test_days_add_up_to_months_and_months_to_the_year(target, cut):
    curve = CURVE
    piece = pd.DataFrame([quota(target, "2025-01-01", "2025-12-31")])
    day = date.fromordinal(date(2025, 1, 1).toordinal() + cut)
    first = int(curve.due(piece, date(2025, 1, 1), day).sum())
    rest = int(curve.due(piece, date.fromordinal(day.toordinal() + 1), date(2025, 12, 31)).sum())
    assert first + rest == target and first >= 0 and rest >= 0


CURVE = Curve(CALENDAR, {m: 0.8 + 0.05 * m for m in range(1, 13)})


def test_pace_of_a_running_year_by_hand():
    found = review.scopes(CALENDAR.period("2024-06"), date(2024, 7, 4), CALENDAR)
    assert [s.period.text for s in found] == ["2024-06", "2024Q2", "2024"]
    assert review.main_scope(found).period.text == "2024"
    net = {"2024-06": 90, "2024Q2": 300, "2024": 560, "2024-1y": 500, "2024Q2-1y": 0, "2024-06-1p": 100}
    targets = cells([(f"2024-{m:02d}", "N", "p", 100) for m in range(1, 13)])
    out = review.pace(found, net, targets, Curve(CALENDAR), LIGHTS).set_index("scope")
    year = out.loc["2024"]
    assert (year["target_minor"], year["due_minor"], year["gap_minor"]) == (1200, 600, -40)
    assert year["behind_rate"] == pytest.approx(1 - 560 / 600) and year["state"] == "warn"
    assert year["yoy_rate"] == pytest.approx(0.12) and pd.isna(year["mom_rate"])
    left = CALENDAR.workdays.count(date(2024, 7, 1), date(2024, 12, 31))
    assert year["workdays_left"] == left and year["required_minor"] == -(-640 // left)
    month = out.loc["2024-06"]
    assert month["mom_rate"] == pytest.approx(-0.1) and pd.isna(month["last_year_minor"])
    assert pd.isna(month["required_minor"]), "no day is left"
    assert pd.isna(out.loc["2024Q2", "yoy_rate"]), "growth from nothing is no rate"


@pytest.mark.parametrize(
    ("text", "as_of", "expected"),
    [
        ("2024-03-15", date(2024, 3, 20), ["2024-03-15", "2024-03", "2024Q1", "2024"]),
        ("2024-W12", date(2024, 3, 20), ["2024-W12", "2024-03", "2024Q1", "2024"]),
        ("2024Q1", date(2024, 4, 5), ["2024Q1", "2024"]),
        ("2024H1", date(2024, 7, 4), ["2024H1", "2024"]),
        ("2024", date(2024, 7, 4), ["2024"]),
    ],
)
def test_every_kind_of_period_has_its_scopes(text, as_of, expected):
    found = review.scopes(CALENDAR.period(text), as_of, CALENDAR)
    assert [s.period.text for s in found] == expected
    out = review.pace(found, dict.fromkeys(expected, 7), NONE, Curve(CALENDAR), LIGHTS)
    assert sorted(out["scope"]) == sorted(expected) and (out["state"] == "none").all()


def test_a_running_period_is_held_against_equally_much_of_its_twins():
    scope = Scope(CALENDAR.period("2024Q1"), date(2024, 2, 29))
    last, before = scope.last_year(CALENDAR), scope.previous(CALENDAR)
    assert (last.start, last.end, last.months) == (date(2023, 1, 1), date(2023, 2, 28), ("2023-01", "2023-02"))
    assert (before.start, before.end) == (date(2023, 10, 1), date(2023, 11, 29))


def test_a_day_is_held_against_the_same_weekday():
    scope = Scope(CALENDAR.period("2024-06-18"), date(2024, 6, 18))
    last, before = scope.last_year(CALENDAR), scope.previous(CALENDAR)
    assert (last.start, before.start) == (date(2023, 6, 20), date(2024, 6, 11))
    assert {last.start.weekday(), before.start.weekday(), scope.through.weekday()} == {1}, "a Tuesday, all of them"
    assert review.two_years_before(scope, CALENDAR).period.start.weekday() == 1


def test_a_period_that_has_not_begun_is_not_reviewed():
    with pytest.raises(PeriodError, match="has not begun"):
        review.scopes(CALENDAR.period("2024-08"), date(2024, 7, 4), CALENDAR)


def test_without_targets_nothing_is_invented():
    out = review.pace([MARCH], {"2024-03": 100}, NONE, Curve(CALENDAR), LIGHTS).iloc[0]
    assert out[["target_minor", "due_minor", "gap_minor", "required_minor"]].isna().all()
    assert out["state"] == "none"


# ------------------------------------------------------------------ the eight faults of other target reports


def test_fault_1_split_credit_counts_each_person_by_his_percent():
    # intake has split the order line; each credited person stands with his part and the parts are the order
    rows = [("p1", 6_000, 1), ("p2", 4_000, 1)]
    out = attained("person_id", MARCH, rows, cells([("2024-03", "N", "p1", 8_000), ("2024-03", "N", "p2", 4_000)]))
    assert out["actual_minor"].sum() == 10_000
    assert out["attainment_rate"].to_dict() == {"p1": 0.75, "p2": 1.0}


def test_fault_2_a_parent_without_rows_of_its_own_is_the_sum_of_its_children():
    out = attained("region_id", MARCH, [("N", 50, 1)], imported(quota(60, "2024-03-01", "2024-03-31",
                   region_id="N", person_id="p1"), quota(40, "2024-03-01", "2024-03-31", region_id="N",
                   person_id="p2")))  # fmt: skip
    assert out.loc["N", "target_minor"] == 100


def test_fault_3_a_blank_group_means_all_of_it_and_only_once():
    both = imported(quota(100, region_id="N"), quota(30, region_id="N", product_line="A"))
    assert int(both.pieces("", MARCH.period.start, MARCH.period.end)["target_minor"].sum()) == 100
    assert both.pieces("product_line", MARCH.period.start, MARCH.period.end)["target_minor"].tolist() == [30]


def test_fault_4_parent_and_child_are_never_both_counted():
    region = quota(100, region_id="N")
    people = [quota(70, region_id="N", person_id="p1"), quota(50, region_id="N", person_id="p2")]
    both = imported(region, *people)
    year = (date(2024, 1, 1), date(2024, 12, 31))
    assert both.pieces("", *year)["target_minor"].sum() == 100
    assert both.pieces("region_id", *year)["target_minor"].sum() == 100, "the region's own quota, not its people's 120"
    assert both.pieces("person_id", *year)["target_minor"].sum() == 120
    quarters = [quota(25, f"2024-{m:02d}-01", end, region_id="N")
                for m, end in ((1, "2024-03-31"), (4, "2024-06-30"), (7, "2024-09-30"),
                                (10, "2024-12-31"))]  # fmt: skip
    with_year = imported(region, *quarters)
    assert with_year.pieces("", *year)["target_minor"].sum() == 100, "a year and its quarters are one target"
    assert with_year.pieces("", date(2024, 4, 1), date(2024, 6, 30))["target_minor"].tolist() == [25]


def test_fault_4b_windows_that_only_half_overlap_are_refused():
    odd = imported(quota(100, "2024-01-01", "2024-07-31"), quota(80, "2024-05-01", "2024-12-31"))
    with pytest.raises(DataError, match="overlap"):
        odd.pieces("", date(2024, 1, 1), date(2024, 12, 31))


def test_fault_5_duplicate_rows_are_refused_not_added():
    from salesnb.model.tables import check, contract

    with pytest.raises(DataError, match="repeated keys"):
        check(pd.DataFrame([quota(100, region_id="N")] * 2), contract("targets"))


def test_fault_6_companies_and_currencies_are_not_mixed():
    frame = pd.DataFrame([quota(100), {**quota(50, region_id="X"), "currency": "USD"}])
    with pytest.raises(DataError, match="USD"):
        review.one_currency(frame, "CNY")


def test_fault_7_the_sign_of_the_variance_is_one_everywhere():
    out = attained("region_id", MARCH, [("N", 80, 1), ("S", 120, 1)], cells([("2024-03", "N", "p", 100),
                   ("2024-03", "S", "q", 100)]))  # fmt: skip
    assert out.loc["N", "gap_minor"] == -20 and out.loc["N", "behind_rate"] == pytest.approx(0.2)
    assert out.loc["S", "gap_minor"] == 20 and out.loc["S", "behind_rate"] == pytest.approx(-0.2)
    assert review.behind(80, 100, "points", 400) == pytest.approx(0.05)


def test_fault_8_to_date_is_held_against_what_was_due_to_date():
    out = attained(
        "region_id", HALFWAY, [("N", 600, 9)], cells([(f"2024-{m:02d}", "N", "p", 100) for m in range(1, 13)])
    )
    assert (out.loc["N", "due_minor"], out.loc["N", "target_minor"]) == (600, 1200)
    assert out.loc["N", "attainment_rate"] == 1.0 and out.loc["N", "state"] == "good"


def test_fault_9_a_transfer_does_not_rewrite_history():
    # p sold 300 in N until March and 200 in S since; both regions keep what was sold there, the person has all of it
    by_region = attained("region_id", HALFWAY, [("N", 300, 3), ("S", 200, 2)], NONE)
    by_person = attained("person_id", HALFWAY, [("p", 500, 5)], NONE)
    assert by_region["actual_minor"].to_dict() == {"N": 300, "S": 200}
    assert by_person["actual_minor"].sum() == by_region["actual_minor"].sum()


# ------------------------------------------------------------------ any data

nodes = st.sampled_from(["N", "S", "W", "_unassigned"])


@settings(max_examples=40)
@given(
    st.lists(st.tuples(nodes, st.integers(-(10**9), 10**11)), max_size=6, unique_by=lambda row: row[0]),
    st.lists(st.tuples(st.integers(1, 12), nodes, st.integers(0, 10**11)), max_size=12),
)
def test_nodes_always_add_up_to_the_company(sold, wanted):
    rows = pd.DataFrame(wanted, columns=["m", "n", "t"]).groupby(["m", "n"], as_index=False)["t"].sum()
    targets = cells([(f"2024-{m:02d}", n, "p", int(t)) for m, n, t in rows.itertuples(index=False)] or
                    [("2024-01", "N", "p", 0)])  # fmt: skip
    out = attained("region_id", HALFWAY, [(n, v, 1) for n, v in sold], targets)
    whole = review.pace([HALFWAY], {"2024": sum(v for _, v in sold)}, targets, Curve(CALENDAR), LIGHTS).iloc[0]
    assert out["actual_minor"].sum() == whole["actual_minor"]
    if out["due_minor"].notna().any():
        assert out["due_minor"].sum() == whole["due_minor"] and out["target_minor"].sum() == whole["target_minor"]


def test_a_node_without_a_target_has_none_and_one_without_sales_sold_nothing():
    out = attained("region_id", MARCH, [("N", 50, 1)], cells([("2024-03", "S", "p", 100)]))
    assert pd.isna(out.loc["N", "target_minor"]) and out.loc["S", "actual_minor"] == 0
    assert out.loc["S", "behind_rate"] == 1.0 and pd.isna(out.loc["N", "behind_rate"])
