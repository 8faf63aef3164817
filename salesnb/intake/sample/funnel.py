"""Opportunities: from lead to quote to won or lost.

Won opportunities are built backwards from orders, so that amounts, people and customers agree with the sales; lost and
open ones fill each source up to the leads that marketing brought. Whoever brings a viewed quote to a close quickly wins
more often: planted through the time from viewing to closing, given the outcome.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesnb.intake.sample.catalog import LAST_YEAR, YEARS
from salesnb.intake.sample.funnel_leads import missing, others
from salesnb.intake.sample.orders import World
from salesnb.intake.sample.organisation import holder
from salesnb.intake.sample.season import DAYS, office_minutes
from salesnb.intake.sample.stories import LOST_DEALERS, PRICE_CUT, REP_BEHIND, month_start
from salesnb.intake.sample.streams import stream

# source → (share of all leads, share of them that is won)
_SOURCES = {
    "展会": (0.19, 0.115),
    "行业媒体": (0.08, 0.09),
    "经销商推荐": (0.13, 0.16),
    "搜索推广": (0.20, 0.11),
    "电商平台": (0.13, 0.13),
    "老客户转介绍": (0.11, 0.24),
    "电话开发": (0.16, 0.055),
}
_WINS = {2021: 500, 2022: 560, 2023: 640, 2024: 700}
_VIEWED_IF_LOST = 0.82
_FAST_IF_WON, _FAST_IF_LOST, _FAST_PLAIN = 0.58, 0.30, 0.43
_REASONS = ("价格", "交期", "技术方案", "客户预算取消", "竞品关系", "失去联系")
_REASON_EDGES = np.cumsum((0.30, 0.12, 0.15, 0.16, 0.15, 0.12))
_LAST = np.datetime64(f"{LAST_YEAR}-12-31T23:59", "m")
_TIMES = ("created", "qualified", "quoted", "viewed", "closed")


def opportunities(
    world: World, base: pd.DataFrame, sold: pd.DataFrame, marketing: pd.DataFrame, planted: frozenset[str]
) -> pd.DataFrame:
    """One row an opportunity, by day of creation; times are datetime64[m], money fen (-1: no amount is known yet).

    Columns: key, created, qualified, quoted, viewed, closed, touched, stage, node, seat, person, product, customer
    (position, -1 for prospects), name, is_new, industry, source, chain, size, reason, fen, order.
    """
    won = _won(world, base)
    rest = others(world, missing(marketing, won))
    whole = pd.concat([won, rest], ignore_index=True)
    whole = _fate(world, whole, sold, planted)
    whole = _times(world, whole, "quote_72h" in planted)
    if "competitor_price_cut" in planted:
        whole = _undersold(world, whole)
    whole = _as_exported(whole)
    whole["person"] = _owner(whole)
    return whole.sort_values(["created", "key"], kind="stable").reset_index(drop=True)


def _owner(whole: pd.DataFrame) -> np.ndarray:
    """Who holds the seat on the day that settles it: the order's, else the lead's."""
    day = whole["owner_day"].to_numpy().astype("datetime64[D]")
    return holder(whole["seat"].to_numpy(), day.clip(DAYS[0], DAYS[-1]))


def _won(world: World, base: pd.DataFrame) -> pd.DataFrame:
    """Orders that came through the funnel: every new customer's first, and a share of the others'."""
    rng = stream(world.seed, "funnel won")
    orders = base.drop_duplicates("order").reset_index(drop=True)
    worth = base.assign(worth=base["quantity"] * base["price_fen"])
    largest = worth.sort_values("worth", ascending=False, kind="stable")
    product = largest.drop_duplicates("order").set_index("order")["product"]
    first = ~orders.duplicated("customer") & orders["is_new"]
    draw = rng.random(len(orders))
    chosen = first.to_numpy().copy()
    for year in YEARS:
        here = (orders["year"] == year).to_numpy()
        rest = _WINS[year] - int((first.to_numpy() & here).sum())
        chosen |= here & (draw < rest / (here.sum() - (first.to_numpy() & here).sum()))
    out = orders.loc[chosen, ["order", "date", "customer", "node", "seat", "is_new"]].reset_index(drop=True)
    people, n = world.customers, len(out)
    row = out["customer"].to_numpy()
    for ours, theirs in (("industry", "industry"), ("size", "size"), ("chain", "decision_chain"), ("name", "name")):
        out[ours] = people[theirs].to_numpy()[row]
    out["product"] = product.reindex(out["order"]).to_numpy()
    pull = np.array([share * rate for share, rate in _SOURCES.values()])
    place = np.searchsorted(np.cumsum(pull) / pull.sum(), rng.random(n), side="right").clip(max=len(_SOURCES) - 1)
    out["source"] = np.array(list(_SOURCES))[place]
    out["outcome"], out["fen"], out["endless"] = "won", -1, False
    out["key"] = "W" + out["order"]
    out["owner_day"] = out["date"].to_numpy().astype("datetime64[D]")
    out["closed"] = out["owner_day"].to_numpy().astype("datetime64[m]") + office_minutes(rng, n)
    return out.drop(columns="date")


def _fate(world: World, whole: pd.DataFrame, sold: pd.DataFrame, planted: frozenset[str]) -> pd.DataFrame:
    """Amounts of won orders as they were booked; an order that a story took away was lost instead, with its reason."""
    draw = stream(world.seed, "funnel reasons").random(len(whole))
    reason = np.array(_REASONS)[np.searchsorted(_REASON_EDGES, draw, side="right").clip(max=len(_REASONS) - 1)]
    booked = sold[~sold["is_return"]].groupby("order")["net_fen"].sum()
    worth = whole["order"].map(booked)
    won = (whole["outcome"] == "won").to_numpy()
    vanished = won & worth.isna().to_numpy()
    if "competitor_price_cut" in planted:
        reason[vanished & (whole["node"] == PRICE_CUT.region).to_numpy()] = "价格"
    if "rep_far_behind" in planted:
        reason[vanished & (_owner(whole) == REP_BEHIND.person)] = "失去联系"
    if "lost_dealers" in planted:
        dealer = np.where(whole["customer"] >= 0, world.customers["dealer"].to_numpy()[whole["customer"]], "")
        reason[vanished & np.isin(dealer, LOST_DEALERS.dealers)] = "竞品关系"
    typical = int(booked.median())
    fen = np.where(won, worth.fillna(typical).to_numpy(), whole["fen"].to_numpy()).astype("int64")
    won_now = won & ~vanished
    order = np.where(won_now, whole["order"], "")
    return whole.assign(fen=fen, reason=np.where(won_now, "", reason), won=won_now, order=order)


def _times(world: World, whole: pd.DataFrame, quick_wins: bool) -> pd.DataFrame:
    """Every step's time: forwards from the lead for the lost, backwards from the order for the won.

    The outcome before any story decides the pace, so that other stories do not touch it.
    """
    rng = stream(world.seed, "funnel times")
    n = len(whole)
    won = (whole["outcome"] == "won").to_numpy()
    quoted = won | (whole["outcome"] == "quoted").to_numpy()
    qualified = quoted | (whole["outcome"] == "qualified").to_numpy()
    to_qualify, to_quote = _days(rng, n, 1, 9), _days(rng, n, 2, 13)
    to_view, wait = _hours(rng, n, 1, 60), _days(rng, n, 5, 30)
    chance = np.where(won, _FAST_IF_WON, _FAST_IF_LOST) if quick_wins else np.full(n, _FAST_PLAIN)
    fast = rng.random(n) < chance
    short, long = (2 + rng.random(n) * 68) * 60, (75 + rng.gamma(1.6, 110, n)) * 60
    to_close = np.where(fast, short, long).astype("timedelta64[m]")
    seen = quoted & (won | (rng.random(n) < _VIEWED_IF_LOST))
    back = to_qualify + to_quote + to_view + to_close
    created = np.where(won, whole["closed"].to_numpy() - back, whole["created"].to_numpy()).astype("datetime64[m]")
    at_qualified = created + to_qualify
    at_quoted = at_qualified + to_quote
    at_viewed = at_quoted + to_view
    last_step = np.where(quoted, at_quoted, np.where(qualified, at_qualified, created))
    lost_at = np.where(seen, at_viewed + to_close, last_step + wait)
    closed = np.where(won, whole["closed"].to_numpy().astype("datetime64[m]"), lost_at)
    touch = (to_close.astype(float) * (0.1 + 0.6 * rng.random(n))).astype("timedelta64[m]")
    booked = rng.choice([0, 1, 2], n, p=[0.8, 0.15, 0.05]).astype("timedelta64[D]")
    nat = np.datetime64("NaT", "m")
    return whole.assign(
        created=created,
        qualified=np.where(qualified, at_qualified, nat),
        quoted=np.where(quoted, at_quoted, nat),
        viewed=np.where(seen, at_viewed, nat),
        closed=np.where(whole["endless"].to_numpy().astype(bool), nat, closed),
        touched=np.where(seen, at_viewed + touch, nat),
        known=created.astype("datetime64[D]") + booked,
    )


def _undersold(world: World, whole: pd.DataFrame) -> pd.DataFrame:
    """Where a competitor cuts its price, most of what is lost afterwards is lost for the price."""
    draw = stream(world.seed, "competitor's price").random(len(whole))
    line = world.products["line"].to_numpy()[whole["product"].to_numpy()]
    there = (whole["node"] == PRICE_CUT.region).to_numpy() & (line == PRICE_CUT.product_line)
    since = (whole["closed"] >= month_start(PRICE_CUT.from_month)).to_numpy()
    hit = there & since & ~whole["won"].to_numpy() & (draw < PRICE_CUT.lost_for_price)
    return whole.assign(reason=np.where(hit, "价格", whole["reason"]))


def _days(rng: np.random.Generator, n: int, least: float, typical: float) -> np.ndarray:
    return _hours(rng, n, least * 24, typical * 24)


def _hours(rng: np.random.Generator, n: int, least: float, typical: float) -> np.ndarray:
    return np.asarray(((least + rng.gamma(2.0, typical / 2, n)) * 60).astype("timedelta64[m]"))


def _as_exported(whole: pd.DataFrame) -> pd.DataFrame:
    """The state at the end of the last year: steps that had not happened by then are blank, their stage is open."""
    out = whole[whole["created"] <= _LAST].copy()
    for name in (*_TIMES[1:], "touched"):
        out[name] = out[name].where(out[name] <= _LAST)
    done = out["closed"].notna()
    reached = np.where(out["quoted"].notna(), "已报价", np.where(out["qualified"].notna(), "已确认", "线索"))
    out["stage"] = np.where(done & out["won"], "赢单", np.where(done, "丢单", reached))
    out.loc[~done, "reason"] = ""
    out.loc[out["qualified"].isna(), "fen"] = -1
    return out.drop(columns=["endless", "outcome", "won"])
