"""The market's tables recomputed by hand; the index on planted months."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.params.goals import Goals
from salesnb.model.params.market import Market
from salesnb.stages import market

AS_OF = date(2023, 12, 31)
WHEN = market.When(date(2024, 1, 1), AS_OF, "2023")


def sizes(cells):
    frame = pd.DataFrame([(y, r, p, v) for (y, r, p), v in cells.items()])
    frame.columns = ["year", "region_id", "product_line", "size_minor"]
    return frame


SIZES = sizes({("2022", "N", "A"): 1000, ("2023", "N", "A"): 1100, ("2024", "N", "A"): 1210,
               ("2022", "S", "A"): 500, ("2023", "S", "A"): 900, ("2024", "S", "A"): 990})  # fmt: skip
OWN = sizes({("2022", "N", "A"): 100, ("2023", "N", "A"): 121, ("2023", "S", "A"): 45, ("2023", "direct", "A"): 34})
OWN = OWN.rename(columns={"size_minor": "net_minor"})


def nodes(given=None):
    return market.market_nodes(SIZES, OWN, Market.model_validate(given or {}), WHEN)


def test_size_growth_share_and_shift_of_a_worked_example():
    out = nodes({"addressable_share": {"A": 0.5}}).set_index(["dimension", "node_id", "year"])
    north = out.loc[("region_id", "N", "2023")]
    assert north["growth_rate"] == pytest.approx(0.10) and north["own_share_rate"] == pytest.approx(0.11)
    assert north["share_shift_rate"] == pytest.approx(0.01) and north["addressable_minor"] == 550
    ahead = out.loc[("region_id", "N", "2024")]
    assert ahead["is_forecast"] and pd.isna(ahead["own_minor"]) and np.isnan(ahead["own_share_rate"])
    whole = out.loc[("all", "all", "2023")]
    assert whole["own_minor"] == 200, "a direct unit sells in every region: it counts in the whole, in no part"
    assert whole["size_minor"] == 2000 and whole["own_share_rate"] == pytest.approx(0.10)


def test_an_unknown_reach_leaves_the_addressable_market_unknown():
    assert nodes()["addressable_minor"].isna().all()


def test_a_share_goal_in_money():
    lines = [
        {"id": "up", "text": "+2 points", "metric": "market_share", "of": "market",
         "target": {"is": 0.02, "as": "change", "unit": "points"}},
        {"id": "south", "text": "10 %", "metric": "market_share", "where": {"region": "S"},
         "target": {"is": 0.10, "unit": "ratio"}},
        {"id": "own", "text": "own", "metric": "market_share", "of": "own_sales",
         "target": {"is": 0.5, "unit": "ratio"}},
    ]  # fmt: skip
    out = market.share_needs(Goals(goals=lines).goals, nodes(), "2024", AS_OF).set_index("goal_id")
    assert list(out.index) == ["south", "up"]
    assert out.loc["up", "needed_minor"] == round(0.12 * 2200) and out.loc["up", "growth_rate"] == pytest.approx(0.32)
    assert out.loc["south", "needed_minor"] == 99 and out.loc["south", "reading"] == "if_market"


def entry(name, day, weight=3, **more):
    return {"id": name, "recorded": day, "text": name, "source": "s", "weight": weight, **more}


def test_observations_are_those_known_and_still_true():
    held = Market.model_validate(
        {
            "entries": [entry("a", "2023-11-01"), entry("later", "2024-01-05"),
                        entry("past", "2023-01-01", until="2023-06-30")],
            "competitors": [entry("c", "2023-05-01", competitor="X", kind="price", price_change=-0.1)],
            "swot": {"strengths": [entry("s1", "2023-05-01")], "opportunities": [entry("o1", "2023-05-01")],
                     "strategies": [{"id": "so", "kind": "SO", "text": "t", "uses": ["s1", "o1"]},
                                    {"id": "bad", "kind": "WT", "text": "t", "uses": ["s1", "o1"]}]},
        }
    )  # fmt: skip
    out = market.market_entries(held, AS_OF)
    assert list(out["entry_id"]) == ["a", "c", "o1", "s1"]
    assert out.set_index("entry_id").loc["c", "price_change_rate"] == -0.1
    assert market.strategies(held).set_index("strategy_id")["is_sound"].to_dict() == {"so": True, "bad": False}


def restless(moves, inquiries, weights=None, last="2023-12"):
    weights = weights or {"news": 0.25, "competitor_actions": 0.45, "inquiries": 0.30}
    held = {
        "competitors": moves,
        "sensitivity": {"weights": weights, "alarm_index": 1.5, "alarm_price_change": -0.3, "base_months": 3},
    }
    out = market.sensitivity_index(Market.model_validate(held), inquiries, ("2023-01", last), (AS_OF, AS_OF))
    return out.set_index("month")


MONTHS = [f"2023-{m:02d}" for m in range(1, 13)]


def test_a_price_cut_rings_and_a_calm_market_is_one():
    moves = [entry(f"m{m}", f"{m}-10", competitor="X", kind="other") for m in MONTHS]
    calm = restless(moves, dict.fromkeys(MONTHS, 200))
    assert calm["sensitivity"].iloc[3:].eq(1.0).all() and not calm["is_alarm"].any()
    assert calm["sensitivity"].iloc[:3].isna().all() and calm["news"].isna().all()
    cut = entry("cut", "2023-09-20", 5, competitor="X", kind="price", price_change=-0.3)
    out = restless([*moves, cut], dict.fromkeys(MONTHS, 200))
    assert list(out.index[out["is_alarm"]]) == ["2023-09"]
    assert out.loc["2023-09", "sensitivity"] == pytest.approx((0.45 * (8 + 3) / (3 + 3) + 0.30) / 0.75)


@given(st.lists(st.integers(1, 500), min_size=12, max_size=12), st.integers(2, 50))
def test_the_index_does_not_know_the_scale_of_inquiries(counts, factor):
    one = restless([], dict(zip(MONTHS, counts, strict=True)))["sensitivity"]
    many = restless([], dict(zip(MONTHS, [c * factor for c in counts], strict=True)))["sensitivity"]
    np.testing.assert_allclose(one, many)


def test_no_weights_no_index():
    assert market.sensitivity_index(Market(), {}, ("2023-01", "2023-12"), (AS_OF, AS_OF)).empty


def test_series_that_somebody_keeps_stand_before_the_log():
    def row(month, region, news, moves, inquiries):
        return {"month": month, "region_id": region, "news_count": news, "competitor_count": moves,
                "inquiry_count": inquiries}  # fmt: skip

    counts = pd.DataFrame([row(m, r, 10, 2, 50) for m in MONTHS for r in ("N", "S")])
    counts.loc[counts["month"] == "2023-11", "news_count"] = 40
    counts.loc[(counts["month"] == "2023-12") & (counts["region_id"] == "N"), "news_count"] = np.nan
    moves = pd.DataFrame({"date": pd.to_datetime(["2023-10-05", "2023-10-06"]), "price_change_rate": [-0.1, -0.35]})
    watch = market.watched(counts, moves)
    assert watch.news["2023-11"] == 80 and np.isnan(watch.news["2023-12"]), "a region missing is no smaller sum"
    assert watch.cuts == {"2023-10": -0.35}
    held = {"sensitivity": {"weights": {"news": 1.0}, "alarm_index": 1.5, "alarm_price_change": -0.3, "base_months": 3}}
    out = market.sensitivity_index(
        Market.model_validate(held), {}, ("2023-01", "2023-12"), (AS_OF, AS_OF), watch
    ).set_index("month")
    assert out.loc["2023-11", "sensitivity"] == pytest.approx(4.0) and np.isnan(out.loc["2023-12", "sensitivity"])
    assert list(out.index[out["is_alarm"]]) == ["2023-10", "2023-11"]
    nothing = market.watched(counts.iloc[:0], moves.iloc[:0])
    assert nothing == market.Watch()
