"""The sample company has the shape of the plan it serves, whatever the seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from salesnb.intake.sample import field, funnel, market, organisation, receipts
from salesnb.intake.sample.season import DAYS, FESTIVALS
from salesnb.intake.sample.stories import STORIES

REGIONS = list(organisation.REGIONS)


def _year(sold: pd.DataFrame, year: int) -> pd.DataFrame:
    return sold[sold["date"].dt.year == year]


def _yuan(sold: pd.DataFrame, by: str) -> pd.Series:
    return sold.groupby(by)["net_fen"].sum() / 100


def test_sales_and_growth(sample: Any, expected: dict[str, Any]) -> None:
    want, sold = expected["company"], sample.plain()
    sums = {year: _year(sold, year)["net_fen"].sum() / 100 for year in range(2021, 2025)}
    assert sums[2023] == pytest.approx(want["sales_2023"], rel=want["sales_tolerance"])
    assert sums[2023] / sums[2022] - 1 == pytest.approx(want["growth_2023"], abs=want["growth_tolerance"])
    assert 0.07 < sums[2024] / sums[2023] - 1 < 0.12
    low, high = want["order_lines"]
    assert low < len(sample.base) < high
    assert len(sample.world.customers) >= want["customers_at_least"]


def test_shares_of_2023(sample: Any, expected: dict[str, Any]) -> None:
    want = expected["company"]
    sold = _year(sample.plain(), 2023)
    tolerance, total = want["share_tolerance"], sold["net_fen"].sum() / 100
    regions = _yuan(sold, "node")[REGIONS]
    assert (regions / regions.sum()).to_dict() == pytest.approx(want["region_share_of_own_2023"], abs=tolerance)
    beside = (_yuan(sold, "node") / total)[list(want["direct_unit_share_2023"])]
    assert beside.to_dict() == pytest.approx(want["direct_unit_share_2023"], abs=tolerance)
    assert (_yuan(sold, "product_line") / total).to_dict() == pytest.approx(want["line_share_2023"], abs=tolerance)
    assert _yuan(sold, "channel")["线上"] / total == pytest.approx(want["online_share_2023"], abs=tolerance)
    old = 1 - _yuan(sold, "customer_type")["新客户"] / total
    assert old == pytest.approx(want["old_customer_share_2023"], abs=0.02)


def test_customers_buy_again(sample: Any, expected: dict[str, Any]) -> None:
    sold = _year(sample.plain(), 2023)
    orders = sold[~sold["is_return"]].groupby("customer")["order"].nunique()
    low, high = expected["company"]["repurchase_2023"]
    assert low < (orders >= 2).mean() < high
    yearly = sold.groupby("customer")["net_fen"].sum() / 100
    assert (yearly >= 1_000_000).sum() >= 3
    assert (yearly >= 500_000).sum() >= 15
    new = sold[sold["customer_type"] == "新客户"]["customer"].nunique()
    assert 110 <= new <= 140


def test_margins_rise_from_mature_to_new(sample: Any) -> None:
    sold = _year(sample.plain(), 2023)
    margin = 1 - sold.groupby("product_line")["cost_total_fen"].sum() / sold.groupby("product_line")["net_fen"].sum()
    assert margin["A"] < margin["B"] < margin["C"]
    assert margin["A"] > 0.2 and margin["C"] < 0.6


def test_returns(sample: Any, expected: dict[str, Any]) -> None:
    sold = sample.plain()
    low, high = expected["company"]["return_share"]
    assert low < sold["is_return"].mean() < high
    back = sold[sold["is_return"]]
    assert (back["net_fen"] < 0).all()
    origin = sold.set_index(["order"])["date"]
    first = origin[~origin.index.duplicated()].reindex(back["origin"])
    assert (first.to_numpy() < back["date"].to_numpy()).all()
    assert (sold.loc[~sold["is_return"], "net_fen"] > 0).all()


def test_seasons_and_spring_festival(sample: Any, expected: dict[str, Any]) -> None:
    want = expected["company"]
    sold = sample.plain()
    for year in range(2021, 2025):
        part = _year(sold, year)
        share = part.groupby(part["date"].dt.quarter)["net_fen"].sum() / part["net_fen"].sum()
        assert share.to_dict() == pytest.approx(want["quarter_share"], abs=want["quarter_tolerance"])
    offline = sold[sold["channel"] != "线上"].groupby("date").size()
    usual = offline.reindex(pd.DatetimeIndex(DAYS), fill_value=0).mean()
    for festival in FESTIVALS[:4]:
        week = offline.reindex(pd.date_range(festival, periods=7), fill_value=0)
        assert week.mean() < 0.1 * usual


def test_new_products_sell_only_after_their_launch(sample: Any) -> None:
    sold, goods = sample.plain(), sample.world.products
    launch = goods["launch"].to_numpy().astype("datetime64[D]")[sold["product"]]
    assert (sold["date"].to_numpy() >= launch).all()
    first = sold.groupby("product")["date"].min()
    assert (first.dt.year >= 2021).all() and (first.max().year == 2024)


def test_people_join_leave_and_move(sample: Any) -> None:
    roster = organisation.roster()
    start = pd.to_datetime(roster["任职起"])
    assert 30 <= roster["工号"].nunique() <= 40
    assert (pd.to_datetime(roster["入职日期"]).dt.year >= 2021).sum() >= 8
    assert (roster["离职日期"] != "").sum() >= 2
    moved = roster[roster["工号"].duplicated(keep=False)]
    assert moved["工号"].nunique() == 1 and moved["区域"].nunique() == 2
    assert (start <= organisation.ROSTER_DAY).all()


def test_every_line_is_credited_to_who_held_the_post(sample: Any) -> None:
    sold = sample.plain()
    sold = sold[sold["date"] <= organisation.ROSTER_DAY]
    roster = organisation.roster().rename(columns={"工号": "person", "区域": "post"})
    pairs = sold[["person", "node", "date"]].drop_duplicates().merge(roster, on="person")
    end = pd.to_datetime(pairs["任职止"].replace("", "2099-12-31"))
    held = (
        (pairs["post"] == pairs["node"]) & (pd.to_datetime(pairs["任职起"]) <= pairs["date"]) & (pairs["date"] <= end)
    )
    known = pairs[held][["person", "node", "date"]].drop_duplicates()
    assert len(known) == len(sold[["person", "node", "date"]].drop_duplicates())


def test_booking_is_never_before_the_order_and_sometimes_late(sample: Any) -> None:
    sold = sample.plain()
    lag = (sold["known"] - sold["date"]).dt.days
    assert (lag >= 0).all()
    assert 0.01 < (lag > 5).mean() < 0.06


def test_collection(sample: Any, expected: dict[str, Any]) -> None:
    sold = sample.plain()
    paid = receipts.receipts(sample.world, sample.base, sold)
    low, high = expected["company"]["collection_2023"]
    ratio = paid.loc[paid["date"].dt.year == 2023, "fen"].sum() / _year(sold, 2023)["net_fen"].sum()
    assert low < ratio < high
    assert paid["id"].is_unique and (paid["fen"] > 0).all()
    worth = sold.groupby(np.where(sold["is_return"], sold["origin"], sold["order"]))["net_fen"].sum()
    got = paid[paid["order"] != ""].groupby("order")["fen"].sum()
    assert (got <= worth.reindex(got.index)).all()


def test_won_opportunities_are_orders(sample: Any) -> None:
    planted = frozenset(STORIES)
    sold = sample.sold()
    table = funnel.opportunities(sample.world, sample.base, sold, field.spend(sample.world), planted)
    won = table[table["stage"] == "赢单"]
    worth = sold[~sold["is_return"]].groupby("order")["net_fen"].sum()
    assert (worth.reindex(won["order"]).to_numpy() == won["fen"].to_numpy()).all()
    assert table["key"].is_unique
    assert 0.10 < len(won) / len(table) < 0.16
    order = table[["created", "qualified", "quoted", "viewed", "closed"]]
    for before, after in zip(order.columns[:-1], order.columns[1:], strict=True):
        both = order[[before, after]].dropna()
        assert (both[before] <= both[after]).all()


def test_visits_are_about_eight_a_week(sample: Any) -> None:
    table = field.visits(sample.world, frozenset())
    reps = organisation.roster().query("岗位 in ['业务员', '高级业务员']")["工号"]
    year = table[(table["date"].dt.year == 2022) & table["is_effective"] & table["person"].isin(reps)]
    whole = year.groupby("person").size() / 50
    assert 7.0 < whole.quantile(0.5) < 9.0


def test_market_and_targets(sample: Any) -> None:
    sizes = market.market_sizes(sample.world)
    by_year = sizes.groupby("year")["size"].sum()
    assert by_year[2023] / by_year[2022] - 1 == pytest.approx(0.08, abs=0.01)
    south = sizes[(sizes["year"] == 2023) & (sizes["region"] == "华南")]["size"].sum() / by_year[2023]
    assert south == pytest.approx(0.30, abs=0.005)
    table = market.targets(sample.world)
    assert len(table) == 2 * 12 * len(organisation.NODES)
    assert 0.95 < table["tenths"].sum() * 1000 / (93_460_000 + 100_000_000) < 1.10


def test_acquisition_cost_rises(sample: Any) -> None:
    spend = field.spend(sample.world)
    yearly = spend.groupby(spend["month"] // 12)["fen"].sum()
    assert yearly[2] / yearly[1] - 1 == pytest.approx(0.18, abs=0.01)
