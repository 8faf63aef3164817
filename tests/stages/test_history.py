"""History's tables recomputed by hand and held to their identities for any data."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.periods import Calendar, Workdays, month_range, windows
from salesnb.stages import history

CALENDAR = Calendar()
PLAN = windows(CALENDAR.period("2024"), CALENDAR, True, "2021-01")
LABELS = [w.label for w in PLAN]


def sums(cells):
    rows = [
        {
            "window": w,
            "region_id": n,
            "net_minor": v,
            "cost_minor": v // 2,
            "costed_minor": v,
            "order_count": 1,
            "customer_count": 1,
        }
        for (n, w), v in cells.items()
    ]
    columns = ["window", "region_id", "net_minor", "cost_minor", "costed_minor", "order_count", "customer_count"]
    return pd.DataFrame(rows, columns=columns).astype(
        {"net_minor": "int64", "cost_minor": "Int64", "costed_minor": "Int64"}
    )


def nodes(cells, names=None):
    return history.node_history(sums(cells), "region_id", PLAN, names or {}).set_index(["node_id", "window"])


def test_growth_share_contribution_and_cagr_of_a_worked_example():
    out = nodes({("N", "2021"): 100, ("N", "2022"): 110, ("N", "2023"): 121, ("S", "2022"): 90, ("S", "2023"): 99})
    north, south = out.loc[("N", "2023")], out.loc[("S", "2023")]
    assert north["growth_rate"] == pytest.approx(0.10) and north["cagr_rate"] == pytest.approx(0.10)
    assert north["share_of_sales"] == pytest.approx(121 / 220)
    assert north["share_shift_rate"] == pytest.approx(121 / 220 - 110 / 200)
    assert north["share_of_growth"] == pytest.approx(11 / 20)
    assert south["cagr_rate"] == pytest.approx(0.10), "compound growth starts where the node starts"
    assert north["margin_rate"] == pytest.approx((121 - 60) / 121)


def test_a_node_without_a_base_has_no_growth_and_a_closed_one_falls_to_zero():
    out = nodes({("old", "2021"): 50, ("old", "2022"): 50, ("new", "2023"): 70})
    assert math.isnan(out.loc[("new", "2023"), "growth_rate"])
    assert out.loc[("old", "2023"), "net_minor"] == 0
    assert out.loc[("old", "2023"), "growth_rate"] == pytest.approx(-1.0)
    assert math.isnan(out.loc[("old", "2023"), "margin_rate"])


def test_growth_from_a_loss_is_not_a_rate():
    out = nodes({("A", "2022"): -10, ("A", "2023"): 30, ("B", "2022"): 50, ("B", "2023"): 50})
    assert math.isnan(out.loc[("A", "2023"), "growth_rate"])
    assert out.loc[("A", "2023"), "share_of_growth"] == pytest.approx(1.0)


cells = st.dictionaries(
    st.tuples(st.sampled_from(list("ABCDE")), st.sampled_from(LABELS)),
    st.integers(-(10**9), 10**12),
    min_size=1,
    max_size=15,
)


@given(cells, st.randoms())
def test_parts_are_the_whole_and_order_and_names_do_not_matter(values, random):
    out = history.node_history(sums(values), "region_id", PLAN, {})
    totals = out.groupby("window")["net_minor"].sum()
    for label in LABELS:
        assert totals.get(label, 0) == sum(v for (_, w), v in values.items() if w == label)
    change = history.contribution(out, PLAN)
    assert change["change_minor"].sum() == totals.get("2023", 0) - totals.get("2022", 0)
    assert (change["before_minor"] + change["change_minor"] == change["after_minor"]).all()
    shuffled = dict(random.sample(list(values.items()), len(values)))
    pd.testing.assert_frame_equal(out, history.node_history(sums(shuffled), "region_id", PLAN, {}))
    renamed = history.node_history(sums({(f"x{n}", w): v for (n, w), v in values.items()}), "region_id", PLAN, {})
    figures = ["net_minor", "share_of_sales", "growth_rate", "share_of_growth", "cagr_rate"]
    pd.testing.assert_frame_equal(out[figures], renamed[figures])


@given(cells, st.integers(2, 1000))
def test_rates_do_not_know_the_scale(values, factor):
    one = history.node_history(sums(values), "region_id", PLAN, {})
    many = history.node_history(sums({k: v * factor for k, v in values.items()}), "region_id", PLAN, {})
    for rate in ("share_of_sales", "growth_rate", "share_of_growth", "cagr_rate"):
        np.testing.assert_allclose(one[rate], many[rate], rtol=1e-9)


def monthly(values, first="2021-01"):
    months = month_range(first, "2031-12")[: len(values)]
    return pd.DataFrame(
        {"month": months, "net_minor": values, "returns_minor": 0, "order_count": 1, "customer_count": 1}
    )


def test_a_month_without_any_sale_counts_zero_and_has_no_growth_after_it():
    frame = history.gapless(monthly([100] * 24).drop(index=5), "2022-12")
    out = history.month_history(frame, history.company_season(frame, [])).set_index("month")
    assert out.loc["2021-06", "net_minor"] == 0
    assert math.isnan(out.loc["2021-07", "mom_rate"]) and math.isnan(out.loc["2022-06", "yoy_rate"])
    assert out.loc["2022-07", "yoy_rate"] == 0


def test_the_season_planted_is_the_season_found():
    shape = np.array([0.6, 0.7, 0.9, 1.0, 1.1, 1.1, 1.0, 1.0, 1.3, 1.2, 1.1, 1.0])
    values = [round(1_000_000 * shape[i % 12] * 1.005**i) for i in range(36)]
    season = history.company_season(monthly(values), [])
    np.testing.assert_allclose(history.season_history(season)["season_index"], shape / shape.mean(), atol=0.03)


def test_short_history_has_no_season_rather_than_a_guess():
    frame = monthly([100] * 15)
    season = history.company_season(frame, [Workdays.spring_festival(y) for y in (2020, 2021, 2022)])
    assert history.season_history(season).empty
    assert history.month_history(frame, season)["adjusted_minor"].isna().all()


def test_one_window_shows_shares_but_no_growth():
    only = windows(CALENDAR.period("2024"), CALENDAR, True, "2023-01")
    out = history.node_history(sums({("A", "2023"): 5, ("B", "2023"): 15}), "region_id", only, {"A": "甲"})
    assert list(out["share_of_sales"]) == [0.25, 0.75] and out["growth_rate"].isna().all()
    assert list(out["name"]) == ["甲", "B"]
    assert history.contribution(out, only).empty
