"""What the field and marketing do: visits by person and day, marketing spend and the leads it brings."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesnb.intake.sample.orders import World
from salesnb.intake.sample.organisation import KEY_ACCOUNTS, MANAGER, ONLINE, POSTS, REGIONS, Post, node_of
from salesnb.intake.sample.season import DAYS, MONTHS, workdays
from salesnb.intake.sample.stories import PRICE_CUT, REP_BEHIND, SPEND_GAP_MONTH, month_start
from salesnb.intake.sample.streams import stream

_VISITS_A_DAY, _MANAGER_VISITS, _KEY_ACCOUNT_VISITS = 1.98, 0.9, 1.5
_EFFECTIVE, _EFFECTIVE_FIRST_YEAR = 0.80, 0.70

# category, channel, lead source, share of the budget, leads per 万元^response, months it peaks in
CATEGORIES = (
    ("展会推广", "直销", "展会", 0.26, 13.5, (3, 4, 9, 10)),
    ("行业媒体", "直销", "行业媒体", 0.10, 6.0, ()),
    ("经销商支持", "经销商", "经销商推荐", 0.22, 7.5, (3, 6, 9)),
    ("搜索推广", "线上", "搜索推广", 0.18, 17.0, ()),
    ("电商平台投放", "线上", "电商平台", 0.16, 15.5, (6, 11)),
    ("客户维护", "直销", "", 0.08, 0.0, (1, 9)),
)
_RESPONSE = 0.58
# 万元 a year; the last whole year costs 18 % more for as many new customers
_BUDGET = (236.0, 262.0, 309.0, 334.0)
_AREA_SHARE = {"华东": 0.33, "华南": 0.26, "中西部": 0.17, "北方": 0.14, ONLINE: 0.10}
_OFFLINE_ONLY = ("展会推广", "经销商支持")


def visits(world: World, planted: frozenset[str]) -> pd.DataFrame:
    """One row a visit: id, date, known, person, customer (position), is_effective; sorted by id.

    The online unit does not travel; a rep who falls behind visits less.
    """
    parts = [_post_visits(world, post) for post in POSTS if node_of(post.team) != ONLINE and not post.beside]
    whole = pd.concat(parts, ignore_index=True).sort_values(["date", "person"], kind="stable").reset_index(drop=True)
    whole.insert(0, "id", [f"BF{i:06d}" for i in range(1, len(whole) + 1)])
    if "rep_far_behind" in planted:
        luck = stream(world.seed, "story rep_far_behind visits").random(len(whole))
        slack = (whole["person"] == REP_BEHIND.person) & (whole["date"] >= month_start(REP_BEHIND.from_month))
        whole = whole[~(slack.to_numpy() & (luck < REP_BEHIND.visits_lost))]
    return whole.reset_index(drop=True)


def _post_visits(world: World, post: Post) -> pd.DataFrame:
    """Visits of one post to the customers of its seat who were on file by then."""
    rng = stream(world.seed, f"visits {post.seat} {post.person}")
    start, last = np.datetime64(post.start), np.datetime64(post.end) if post.end else DAYS[-1]
    days = DAYS[workdays() & (start <= DAYS) & (last >= DAYS)]
    usual = _KEY_ACCOUNT_VISITS if post.team == KEY_ACCOUNTS else _VISITS_A_DAY
    date = np.repeat(days, rng.poisson(_MANAGER_VISITS if post.role == MANAGER else usual, len(days)))
    people = world.customers
    own = ((people["seat"] == post.seat) | (people["seat_after"] == post.seat)).to_numpy().nonzero()[0]
    filed = people["registered"].to_numpy().astype("datetime64[D]")[own]  # customers are sorted by it
    known = np.searchsorted(filed, date, side="right").clip(min=1)
    customer = own[(rng.random(len(date)) * known).astype(int)]
    fresh = date < start + np.timedelta64(365, "D")
    effective = rng.random(len(date)) < np.where(fresh, _EFFECTIVE_FIRST_YEAR, _EFFECTIVE)
    lag = rng.choice([0, 1, 2], len(date), p=[0.82, 0.14, 0.04]).astype("timedelta64[D]")
    return pd.DataFrame(
        {"date": date, "known": date + lag, "person": post.person, "customer": customer, "is_effective": effective}
    )


def spend(world: World) -> pd.DataFrame:
    """Marketing spend by month, area and category: fen and the leads it brought (concave response, some luck).

    Columns: month (position), area, category, channel, source, fen (whole hundreds of yuan), leads (missing where the
    category is not there to bring any).
    """
    rng = stream(world.seed, "spend")
    table = pd.DataFrame(
        [(m, a, *c) for m in range(len(MONTHS)) for a in _AREA_SHARE for c in CATEGORIES],
        columns=["month", "area", "category", "channel", "source", "part", "yield", "peaks"],
    )
    table["noise"], luck = np.exp(0.18 * rng.standard_normal(len(table))), rng.random(len(table))
    table["luck"] = luck
    table = table[~((table["area"] == ONLINE) & table["category"].isin(_OFFLINE_ONLY))].reset_index(drop=True)
    months = zip(table["month"], table["peaks"], strict=True)
    peak = [1.0 if not peaks else 2.2 if month % 12 + 1 in peaks else 0.6 for month, peaks in months]
    amount = table["area"].map(_AREA_SHARE) * table["part"] * peak * table["noise"]
    year = table["month"] // 12
    amount *= np.array(_BUDGET)[year] / amount.groupby(year).transform("sum")
    table["fen"] = np.rint(amount * 100).astype("int64") * 10_000
    leads = np.floor(table["yield"] * amount**_RESPONSE + table["luck"])
    table["leads"] = leads.where(table["source"] != "").astype("Int64")
    return table[["month", "area", "category", "channel", "source", "fen", "leads"]]


def shown_spend(table: pd.DataFrame, planted: frozenset[str]) -> pd.DataFrame:
    """The spend as exported: with the month-gap story one whole month is missing."""
    if "month_gap" not in planted:
        return table
    gap = int((np.datetime64(SPEND_GAP_MONTH, "M") - MONTHS[0]).astype(int))
    return table[table["month"] != gap].reset_index(drop=True)


def monitoring(world: World, planted: frozenset[str]) -> pd.DataFrame:
    """Monthly counts by region: news items, competitor actions, inquiries; a price war shows in all three."""
    rng = stream(world.seed, "monitoring")
    shape = (len(MONTHS), len(REGIONS))
    news, actions = rng.poisson(26, shape), rng.poisson(1.6, shape)
    growth = 1 + 0.05 * (np.arange(len(MONTHS)) / 12)[:, None]
    inquiries = rng.poisson(np.array([150, 115, 80, 75]) * growth)
    if "competitor_price_cut" in planted:
        column = REGIONS.index(PRICE_CUT.region)
        hit = np.datetime64(PRICE_CUT.from_month, "M") <= MONTHS
        extra = stream(world.seed, "story competitor_price_cut news")
        news[hit, column] += extra.poisson(22, hit.sum())
        actions[hit, column] += extra.poisson(3, hit.sum())
        inquiries[hit, column] = np.rint(inquiries[hit, column] * 0.82).astype(int)
    index = pd.MultiIndex.from_product([[str(m) for m in MONTHS], REGIONS], names=["month", "region"])
    counts = {"news": news.ravel(), "actions": actions.ravel(), "inquiries": inquiries.ravel()}
    return pd.DataFrame(counts, index=index).reset_index()
