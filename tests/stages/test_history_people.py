"""Productivity and ramp by hand; sales with a person are never lost, whatever the roster says."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.periods import Calendar, month_range, windows
from salesnb.stages.history import people

CALENDAR = Calendar()
YEARS = windows(CALENDAR.period("2023"), CALENDAR, True, "2021-01")
MONTHS = month_range("2021-01", "2022-12")


def roster(*rows):
    columns = ["person_id", "from_date", "to_date", "hired_date"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype(dict.fromkeys(columns[1:], "datetime64[ms]"))


def sold(*rows):
    return pd.DataFrame(rows, columns=["person_id", "month", "net_minor"]).astype({"net_minor": "int64"})


def test_heads_and_sales_per_head_of_a_worked_example():
    staff = roster(("A", "2021-01-01", None, "2020-01-01"), ("B", "2022-07-01", None, "2022-07-01"))
    held = people.person_months(sold(("A", "2022-01", 1200), ("B", "2022-12", 300)), staff, "2022-12")
    out = people.people_years(held, YEARS, {"A": "甲"}).set_index(["person_id", "window"])
    assert out.loc[("A", "2022"), "active_months"] == 12 and out.loc[("A", "2022"), "monthly_minor"] == 100
    assert out.loc[("B", "2022"), "active_months"] == 6 and out.loc[("B", "2022"), "tenure_months"] == 5
    assert out.loc[("A", "2022"), "name"] == "甲"
    year = people.productivity(out.reset_index(), YEARS).set_index("window").loc["2022"]
    assert year["head_count"] == pytest.approx(1.5) and year["revenue_per_head_minor"] == 1000
    assert pd.isna(year["top_minor"]), "the top of two people would name a person"


def test_rookies_and_top_of_a_larger_team():
    staff, sales = [], []
    for i in range(15):
        hired = "2022-01-01" if i < 5 else "2018-01-01"
        staff.append((f"p{i:02d}", hired if i < 5 else "2021-01-01", None, hired))
        sales += [
            (f"p{i:02d}", m, 100 if i < 5 else 400 if i >= 12 else 200) for m in month_range("2022-01", "2022-12")
        ]
    held = people.person_months(sold(*sales), roster(*staff), "2022-12")
    out = people.productivity(people.people_years(held, YEARS, {}), YEARS).set_index("window").loc["2022"]
    assert (out["rookie_minor"], out["top_minor"], out["top_to_rookie_ratio"]) == (100, 400, pytest.approx(4.0))


def test_a_newcomer_ramps_to_the_mature_level():
    staff = [(f"v{i}", "2018-01-01", None, "2018-01-01") for i in range(4)] + [("n", "2021-07-01", None, "2021-07-01")]
    sales = [(f"v{i}", m, 1000) for i in range(4) for m in MONTHS]
    sales += [("n", m, min(1000, 250 * (k + 1))) for k, m in enumerate(month_range("2021-07", "2022-12"))]
    curve = people.ramp(people.person_months(sold(*sales), roster(*staff), "2022-12")).set_index("tenure_month")
    assert list(curve.loc[[0, 1, 2, 3], "ramp_rate"]) == pytest.approx([0.25, 0.5, 0.75, 1.0])


def test_without_a_roster_nothing_is_said_about_tenure():
    held = people.person_months(sold(("A", "2022-02", 5), ("A", "2022-05", 7)), roster(), "2022-12")
    assert len(held) == 4 and held["tenure"].isna().all() and people.ramp(held).empty


rows = st.lists(
    st.tuples(st.sampled_from(["A", "B", "C", "_unassigned"]), st.sampled_from(MONTHS), st.integers(-(10**9), 10**12)),
    min_size=1,
    max_size=30,
    unique_by=lambda row: row[:2],
)
staffs = st.lists(st.sampled_from(["A", "B"]), unique=True).map(
    lambda names: roster(*[(n, "2021-06-01", "2022-03-31", "2021-06-01") for n in names])
)


@given(rows, staffs)
def test_sales_with_a_person_are_never_lost(values, staff):
    held = people.person_months(sold(*values), staff, "2022-12")
    out = people.productivity(people.people_years(held, YEARS, {}), YEARS)
    for window in YEARS:
        expected = sum(v for person, month, v in values if month in window.months and person != "_unassigned")
        assert out.loc[out["window"] == window.label, "net_minor"].sum() == expected
