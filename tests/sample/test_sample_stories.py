"""Each story can be found where it was planted, and taking one away takes away its effect and nothing else."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from salesnb.intake.sample import STORIES, field, funnel, market
from salesnb.intake.sample.stories import LOST_DEALERS, MIX_SHIFT, PRICE_CUT, REP_BEHIND, month_start, planted
from salesnb.model.errors import UsageError

SALES_STORIES = ("competitor_price_cut", "rep_far_behind", "region_mix_shift", "lost_dealers")
VALUES = ["product", "price_fen", "quantity", "net_fen", "cost_total_fen", "person", "known", "ship"]


def _sum(sold: pd.DataFrame, first: str, last: str, **where: str) -> float:
    keep = (sold["date"] >= first) & (sold["date"] <= last)
    for column, value in where.items():
        keep &= sold[column] == value
    return float(sold.loc[keep, "net_fen"].sum())


def _growth(sold: pd.DataFrame, first: str, last: str, **where: str) -> float:
    before = _sum(sold, f"2023{first}", f"2023{last}", **where)
    return _sum(sold, f"2024{first}", f"2024{last}", **where) / before - 1


def _touched(with_story: pd.DataFrame, without: pd.DataFrame) -> pd.DataFrame:
    """Lines of ``without`` that the story changed or took away."""
    left = without.set_index(["order", "line_no"]).sort_index()
    right = with_story.set_index(["order", "line_no"]).sort_index()
    assert right.index.isin(left.index).all(), "a story must not invent orders"
    gone = left[~left.index.isin(right.index)]
    both = left[left.index.isin(right.index)]
    other = right.loc[both.index, VALUES]
    same = ((both[VALUES] == other) | (both[VALUES].isna() & other.isna())).all(axis=1)
    return pd.concat([gone, both[~same]]).reset_index()


@pytest.mark.parametrize("story", SALES_STORIES)
def test_a_story_touches_only_its_own_lines(sample: Any, story: str) -> None:
    touched = _touched(sample.sold(), sample.sold(story))
    assert len(touched) > 100
    sold_on = touched["date"].where(~touched["is_return"], touched["date"] - pd.Timedelta(days=60))
    match story:
        case "competitor_price_cut":
            assert set(touched["node"]) == {PRICE_CUT.region}
            assert set(touched["product_line"]) == {PRICE_CUT.product_line}
            assert sold_on.min() >= pd.Timestamp(PRICE_CUT.from_month) - pd.Timedelta(days=60)
        case "rep_far_behind":
            assert set(touched["person"]) == {REP_BEHIND.person}
            assert sold_on.min() >= pd.Timestamp(REP_BEHIND.from_month) - pd.Timedelta(days=60)
        case "region_mix_shift":
            assert set(touched["node"]) == {MIX_SHIFT.region}
            assert set(touched["product_line"]) == {"B", "C"}
        case _:
            assert set(touched["dealer"]) == set(LOST_DEALERS.dealers) and set(touched["channel"]) == {"经销商"}
            assert touched.loc[~touched["is_return"], "date"].min() >= pd.Timestamp(LOST_DEALERS.from_month)


def test_years_before_2024_know_no_story(sample: Any) -> None:
    told, plain = sample.sold(), sample.plain()
    columns = ["order", "line_no", *VALUES]
    before = told[told["date"] < "2024-01-01"][columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(before, plain[plain["date"] < "2024-01-01"][columns].reset_index(drop=True))


def test_price_cut(sample: Any, expected: dict[str, Any]) -> None:
    want = expected["stories"]["competitor_price_cut"]
    where = {"node": want["where"]["region"], "product_line": want["where"]["product_line"]}
    low, high = want["quarter_growth"]
    assert low < _growth(sample.sold(), "-04-01", "-06-30", **where) < high
    low, high = want["without"]
    assert low < _growth(sample.sold("competitor_price_cut"), "-04-01", "-06-30", **where) < high
    log = market.competitor_log(sample.world, frozenset(STORIES))
    cuts = log[log["change"] != ""]
    assert set(cuts["region"]) == {where["node"]} and int(cuts["change"].astype(int).min()) == -30
    assert (market.competitor_log(sample.world, frozenset())["change"] == "").all()
    quiet, loud = field.monitoring(sample.world, frozenset()), field.monitoring(sample.world, frozenset(STORIES))
    changed = loud[(loud != quiet).any(axis=1)]
    assert set(changed["region"]) == {where["node"]} and changed["month"].min() == want["since"]


def test_rep_far_behind(sample: Any, expected: dict[str, Any]) -> None:
    want = expected["stories"]["rep_far_behind"]
    person = want["where"]["person"]
    low, high = want["half_year_growth"]
    assert low < _growth(sample.sold(), "-01-01", "-06-30", person=person) < high
    low, high = want["without"]
    assert low < _growth(sample.sold("rep_far_behind"), "-01-01", "-06-30", person=person) < high
    lost, plain = (field.visits(sample.world, stories) for stories in (frozenset(STORIES), frozenset()))
    since = f"{want['since']}-01"
    counts = [
        int(((t["person"] == person) & (t["date"] >= since) & (t["date"] < "2024-07-01")).sum()) for t in (lost, plain)
    ]
    low, high = want["visits_ratio"]
    assert low < counts[0] / counts[1] < high
    assert set(plain["id"]) - set(lost["id"]) <= set(plain.loc[plain["person"] == person, "id"])


def test_region_mix_shift(sample: Any, expected: dict[str, Any]) -> None:
    want = expected["stories"]["region_mix_shift"]
    region = want["where"]["region"]
    shares, sales, margins = [], [], []
    for sold in (sample.sold(), sample.sold("region_mix_shift")):
        half = sold[(sold["node"] == region) & (sold["date"] >= "2024-01-01") & (sold["date"] < "2024-07-01")]
        sales.append(half["net_fen"].sum())
        shares.append(half.loc[half["product_line"] == "A", "net_fen"].sum() / sales[-1])
        margins.append(1 - half["cost_total_fen"].sum() / sales[-1])
    assert want["share_of_A"][0] < shares[0] < want["share_of_A"][1]
    assert want["without"][0] < shares[1] < want["without"][1]
    assert abs(sales[0] / sales[1] - 1) < want["sales_moved_at_most"]
    assert margins[1] - margins[0] > want["margin_drop_at_least"]


def test_lost_dealers(sample: Any, expected: dict[str, Any]) -> None:
    want = expected["stories"]["lost_dealers"]
    told, plain = sample.sold(), sample.sold("lost_dealers")
    dealers = want["where"]["dealers"]
    after = (told["date"] >= f"{want['since']}-01") & ~told["is_return"]
    assert not told.loc[after, "dealer"].isin(dealers).any()
    assert told.loc[~after & (told["date"] < "2024-03-01"), "dealer"].isin(dealers).any()
    others = told[(told["dealer"] != "") & after & (told["date"] < "2024-07-01")]
    assert len(set(others["dealer"])) == len(sample.world.dealers) - len(dealers)
    region = {"node": want["where"]["region"]}
    loss = 1 - _sum(told, "2024-03-01", "2024-06-30", **region) / _sum(plain, "2024-03-01", "2024-06-30", **region)
    assert want["loss_of_region"][0] < loss < want["loss_of_region"][1]


def test_quotes_closed_within_72_hours(sample: Any, expected: dict[str, Any]) -> None:
    want = expected["stories"]["quote_72h"]
    spend, sold = field.spend(sample.world), sample.sold()
    rates = []
    for stories in (frozenset(STORIES), frozenset(STORIES) - {"quote_72h"}):
        table = funnel.opportunities(sample.world, sample.base, sold, spend, stories)
        seen = table[table["viewed"].notna() & table["closed"].notna()]
        quick = (seen["closed"] - seen["viewed"]) <= pd.Timedelta(hours=72)
        won = seen["stage"] == "赢单"
        rates.append((won[quick].mean(), won[~quick].mean()))
    assert want["win_rate_within"][0] < rates[0][0] < want["win_rate_within"][1]
    assert want["win_rate_later"][0] < rates[0][1] < want["win_rate_later"][1]
    assert abs(rates[1][0] - rates[1][1]) < want["without_difference_at_most"]


def test_a_lost_order_becomes_a_lost_opportunity(shipped: Any) -> None:
    spend = field.spend(shipped.world)
    told = funnel.opportunities(shipped.world, shipped.base, shipped.sold(), spend, frozenset(STORIES))
    plain = funnel.opportunities(shipped.world, shipped.base, shipped.plain(), spend, frozenset({"quote_72h"}))
    merged = told.merge(plain, on="key", suffixes=("", "_plain"))
    assert len(merged) == len(told) == len(plain)
    turned = merged[(merged["stage"] == "丢单") & (merged["stage_plain"] == "赢单")]
    assert len(turned) > 10
    assert (turned["created"].to_numpy() == turned["created_plain"].to_numpy()).all()
    south = turned[turned["node"] == PRICE_CUT.region]
    assert (south["reason"] == "价格").all()


def test_a_price_cut_makes_the_price_what_deals_are_lost_for(sample: Any, expected: dict[str, Any]) -> None:
    want = expected["stories"]["competitor_price_cut"]
    spend, line = field.spend(sample.world), sample.world.products["line"].to_numpy()
    shares = []
    for told in (frozenset(STORIES), frozenset(STORIES) - {"competitor_price_cut"}):
        deals = funnel.opportunities(sample.world, sample.base, sample.sold(*(set(STORIES) - told)), spend, told)
        there = (deals["node"] == PRICE_CUT.region) & (line[deals["product"]] == PRICE_CUT.product_line)
        since = deals["closed"].between(month_start(PRICE_CUT.from_month), month_start("2024-07"))
        lost = deals[there & since & (deals["stage"] == "丢单")]
        assert len(lost) > 10
        shares.append((lost["reason"] == "价格").mean())
    assert shares[0] > want["lost_for_price_above"] > shares[1]


def test_an_unknown_story_is_refused() -> None:
    with pytest.raises(UsageError) as caught:
        planted(["competitor_price_cut", "earthquake"])
    assert "earthquake" in caught.value.say("zh") and "rep_far_behind" in caught.value.say("zh")
    assert planted([]) == frozenset(STORIES) and planted(list(STORIES)) == frozenset()


def test_stories_are_named_in_both_languages(expected: dict[str, Any]) -> None:
    assert set(expected["stories"]) | set(expected["errors"]) == set(STORIES)
    assert all(text.zh and text.en.isascii() for text in STORIES.values())
