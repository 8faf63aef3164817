"""Sums over windows equal the same sums made by hand in pandas; what was not known yet is not counted."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from salesnb.intake import sums as asked
from salesnb.model.periods import Calendar, windows

CALENDAR = Calendar()
YEARS = windows(CALENDAR.period("2024"), CALENDAR, True, "2021-01")


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    rng = np.random.default_rng(7)
    n = 3000
    ordered = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 1095, n), "D")
    frame = pd.DataFrame(
        {
            "order_id": [f"o{i}" for i in rng.integers(0, 1200, n)],
            "order_date": ordered.astype("datetime64[ms]"),
            "known_date": (ordered + pd.to_timedelta(rng.integers(0, 40, n), "D")).astype("datetime64[ms]"),
            "month": ordered.strftime("%Y-%m"),
            "region_id": rng.choice(["NA", "华东", "x'; DROP TABLE l; --"], n),
            "customer_id": [f"c{i}" for i in rng.integers(0, 90, n)],
            "quantity": rng.integers(1, 9, n).astype(float),
            "net_minor": rng.integers(-5000, 10**7, n),
            "list_minor": rng.integers(0, 10**7, n),
            "cost_minor": rng.integers(0, 10**7, n),
        }
    )
    frame["is_return"] = frame["net_minor"] < 0
    path = tmp_path_factory.mktemp("facts") / "sales_lines.parquet"
    frame.to_parquet(path)
    return path, frame


def by_hand(frame, by, as_of):
    known = frame[(frame["order_date"] <= as_of) & (frame["known_date"] <= as_of)]
    known = known.assign(window=known["month"].str[:4])
    bought = known[~known["is_return"]].groupby(["window", *by])
    out = known.groupby(["window", *by]).agg(net_minor=("net_minor", "sum"), line_count=("net_minor", "size"))
    out["customer_count"] = bought["customer_id"].nunique()
    out["order_count"] = bought["order_id"].nunique()
    return out.fillna({"customer_count": 0, "order_count": 0}).sort_index()


@pytest.mark.parametrize("by", [(), ("region_id",), ("region_id", "customer_id")])
@pytest.mark.parametrize("as_of", [date(2023, 12, 31), date(2022, 6, 15)])
def test_sums_equal_the_same_sums_by_hand(lines, by, as_of):
    path, frame = lines
    got = asked.sums(path, by, YEARS, as_of).set_index(["window", *by]).sort_index()
    expected = by_hand(frame, by, pd.Timestamp(as_of))
    for column in expected.columns:
        np.testing.assert_array_equal(got[column], expected[column])


def test_a_window_of_days_takes_lines_by_order_date(lines):
    path, frame = lines
    week = windows(CALENDAR.period("2023-W20"), CALENDAR, False, "2021-01")
    got = asked.sums(path, (), week, date(2023, 12, 31)).set_index("window")["net_minor"]
    for window in week:
        here = frame["order_date"].between(pd.Timestamp(window.start), pd.Timestamp(window.end))
        known = frame["known_date"] <= pd.Timestamp("2023-12-31")
        assert got[window.label] == frame.loc[here & known, "net_minor"].sum()


def test_months_first_orders_and_activity(lines):
    path, frame = lines
    as_of = date(2023, 12, 31)
    known = frame[frame["known_date"] <= pd.Timestamp(as_of)]
    months = asked.months(path, (), as_of).set_index("month")["net_minor"]
    assert months.to_dict() == known.groupby("month")["net_minor"].sum().to_dict()
    first = asked.first_orders(path, as_of).set_index("customer_id")["first_date"]
    bought = known[~known["is_return"]]
    assert (first == bought.groupby("customer_id")["order_date"].min()).all()
    active = asked.activity(path, "customer_id", as_of)
    assert len(active) == len(bought[["customer_id", "month"]].drop_duplicates())


def test_only_known_dimensions_reach_the_query(lines):
    with pytest.raises(ValueError, match="cannot be grouped"):
        asked.sums(lines[0], ("region_id; DROP TABLE x",), YEARS, date(2023, 12, 31))
