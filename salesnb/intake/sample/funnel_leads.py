"""Leads that were not won: every source filled up to what marketing brought, lost at some stage or left open."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesnb.intake.sample.catalog import LINES
from salesnb.intake.sample.customers import DECISION_CHAINS, SIZES, seat_on
from salesnb.intake.sample.names import INDUSTRIES, cities, company_names
from salesnb.intake.sample.orders import World
from salesnb.intake.sample.organisation import NODES, ONLINE, seats
from salesnb.intake.sample.season import DAYS, MONTHS, day_weights, office_minutes
from salesnb.intake.sample.shape import line_shares
from salesnb.intake.sample.streams import stream

# leads a month that nobody pays marketing for, by year, and how they spread over the nodes
_OWN_LEADS = {"老客户转介绍": (42, 47, 52, 56), "电话开发": (78, 80, 78, 76)}
_NODE_LEADS = {"华东": 0.34, "华南": 0.26, "中西部": 0.18, "北方": 0.16, "大客户部": 0.02, ONLINE: 0.04}
_QUOTED_LOST, _QUALIFIED_LOST, _ENDLESS = 0.185, 0.27, 0.03
_FROM_CUSTOMERS = 0.55
# how much more often a lead of this kind is won than the average one; those that are lost lean the other way
_LIFT_INDUSTRY = dict(zip(INDUSTRIES, (0.95, 0.85, 1.0, 0.9, 1.45, 1.5, 1.0, 0.95), strict=True))
_LIFT_SIZE = dict(zip(SIZES, (0.80, 1.35, 0.90), strict=True))
_LIFT_CHAIN = dict(zip(DECISION_CHAINS, (1.05, 1.30, 0.90, 0.60), strict=True))
_LEAN = 1.3
_INDUSTRY_WEIGHT = (0.24, 0.17, 0.12, 0.10, 0.12, 0.06, 0.07, 0.12)
_SIZE_WEIGHT = (0.12, 0.33, 0.55)
_CHAIN_WEIGHT = (0.38, 0.34, 0.17, 0.11)
_WORTH = {SIZES[0]: 30_000.0, SIZES[1]: 14_000.0, SIZES[2]: 6_000.0}


def missing(marketing: pd.DataFrame, won: pd.DataFrame) -> pd.DataFrame:
    """Leads by month, node and source that are not among the won ones: month, node, source, count."""
    paid = (
        marketing[marketing["source"] != ""]
        .groupby(["month", "area", "source"], sort=True)["leads"]
        .sum()
        .reset_index()
    )
    paid.columns = pd.Index(["month", "node", "source", "leads"])
    own = [
        (month, node, source, round(per_month[month // 12] * share))
        for source, per_month in _OWN_LEADS.items()
        for month in range(len(MONTHS))
        for node, share in _NODE_LEADS.items()
    ]
    table = pd.concat([paid, pd.DataFrame(own, columns=paid.columns)], ignore_index=True)
    month = (won["closed"].to_numpy().astype("datetime64[M]") - MONTHS[0]).astype(int)
    taken = won.assign(month=month).groupby(["month", "node", "source"]).size().rename("taken").reset_index()
    table = table.merge(taken, how="left", on=["month", "node", "source"])
    table["count"] = (table["leads"].astype(float) - table["taken"].fillna(0)).clip(lower=0).astype(int)
    return table[["month", "node", "source", "count"]]


def others(world: World, gap: pd.DataFrame) -> pd.DataFrame:
    """One row a lead of ``gap`` (month, node, source, count): who asks, for what, how far it gets (``outcome``)."""
    rng = stream(world.seed, "funnel others")
    out = gap.loc[gap.index.repeat(gap["count"]), ["month", "node", "source"]].reset_index(drop=True)
    n = len(out)
    out["created"] = _created(out["month"].to_numpy(), rng)
    out["seat"] = _seat(out, rng)
    stage = rng.random(n)
    far = np.where(stage < _QUOTED_LOST + _QUALIFIED_LOST, "qualified", "lead")
    out["outcome"] = np.where(stage < _QUOTED_LOST, "quoted", far)
    out = _prospects(out, rng)
    out = _known_customers(world, out, rng)
    out["product"] = _wanted(world, out, rng)
    worth = out["size"].map(_WORTH).to_numpy() * np.exp(0.9 * rng.standard_normal(n))
    out["fen"] = np.rint(worth / 10).astype("int64") * 1000
    out["endless"] = rng.random(n) < _ENDLESS
    out["order"] = ""
    out["owner_day"] = out["created"].to_numpy().astype("datetime64[D]")
    out["key"] = [f"X{i:06d}" for i in range(n)]
    return out.drop(columns="month")


def _prospects(out: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Companies that have never bought: no code, a name and a portrait."""
    n = len(out)
    industry = _pick(INDUSTRIES, _against(_INDUSTRY_WEIGHT, _LIFT_INDUSTRY), rng.random(n))
    size = _pick(SIZES, _against(_SIZE_WEIGHT, _LIFT_SIZE), rng.random(n))
    chain = _pick(DECISION_CHAINS, _against(_CHAIN_WEIGHT, _LIFT_CHAIN), rng.random(n))
    _, city = cities(out["node"].to_numpy(), rng)
    name = company_names(city, industry.tolist(), rng)
    return out.assign(industry=industry, size=size, chain=chain, name=name, customer=-1, is_new=True)


def _against(weight: tuple[float, ...], lift: dict[str, float]) -> np.ndarray:
    return np.array(weight) / np.array(list(lift.values())) ** _LEAN


def _known_customers(world: World, out: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Over half of the lost leads come from customers on file by then; their portrait is the customer's own."""
    people = world.customers
    lift = (
        people["industry"].map(_LIFT_INDUSTRY)
        * people["size"].map(_LIFT_SIZE)
        * people["decision_chain"].map(_LIFT_CHAIN)
    )
    registered = people["registered"].to_numpy().astype("datetime64[D]")
    draw, chosen = rng.random(len(out)), rng.random(len(out)) < _FROM_CUSTOMERS
    customer = out["customer"].to_numpy().copy()
    day = out["created"].to_numpy().astype("datetime64[D]")
    for node in NODES:
        rows = np.flatnonzero(chosen & (out["node"] == node).to_numpy())
        own = np.flatnonzero((people["node"] == node).to_numpy())  # customers are sorted by their day on file
        total = np.cumsum(lift.to_numpy()[own] ** -_LEAN)
        known = np.searchsorted(registered[own], day[rows], side="right").clip(min=1)
        customer[rows] = own[np.searchsorted(total, draw[rows] * total[known - 1])]
    out = out.assign(customer=customer)
    row = customer[chosen]
    for ours, theirs in (("industry", "industry"), ("size", "size"), ("chain", "decision_chain"), ("name", "name")):
        out.loc[chosen, ours] = people[theirs].to_numpy()[row]
    out.loc[chosen, "is_new"] = people["first_year"].to_numpy()[row] == out["created"].dt.year.to_numpy()[chosen]
    out.loc[chosen, "seat"] = seat_on(people, row, np.maximum(day[chosen], DAYS[0]))
    return out


def _created(month: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Times within the month, on days as busy as they are for orders."""
    total = np.concatenate([[0.0], np.cumsum(day_weights(True))])
    first = (MONTHS.astype("datetime64[D]") - DAYS[0]).astype(int)
    after = np.append(first[1:], len(DAYS))
    at = total[first[month]] + rng.random(len(month)) * (total[after[month]] - total[first[month]])
    day = DAYS[(np.searchsorted(total, at, side="right") - 1).clip(0, len(DAYS) - 1)]
    return np.asarray(day.astype("datetime64[m]") + office_minutes(rng, len(month)))


def _seat(frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    posts, draw = seats(), rng.random(len(frame))
    day = frame["created"].to_numpy()
    out = np.full(len(frame), "", dtype=object)
    for node in NODES:
        local = posts[posts["node"] == node]
        rows = np.flatnonzero((frame["node"] == node).to_numpy())
        pull = local["weight"].to_numpy() * (local["opened"].to_numpy()[None, :] <= day[rows][:, None])
        edges = np.cumsum(pull, axis=1) / pull.sum(axis=1, keepdims=True)
        out[rows] = local["seat"].to_numpy()[(draw[rows, None] > edges).sum(axis=1).clip(max=len(local) - 1)]
    return out


def _pick(words: tuple[str, ...], weight: np.ndarray, draw: np.ndarray) -> np.ndarray:
    return np.array(words)[
        np.searchsorted(np.cumsum(weight) / weight.sum(), draw, side="right").clip(max=len(words) - 1)
    ]


def _wanted(world: World, frame: pd.DataFrame, rng: np.random.Generator) -> np.ndarray:
    """The product asked for, launched by then."""
    shares = np.cumsum(line_shares(2023), axis=1)[[NODES.index(n) for n in frame["node"]]]
    line = (rng.random(len(frame))[:, None] > shares).sum(axis=1).clip(max=len(LINES) - 1)
    draw, catalogue = rng.random(len(frame)), world.products
    launch = catalogue["launch"].to_numpy().astype("datetime64[D]")
    day = frame["created"].to_numpy().astype("datetime64[D]")
    out = np.zeros(len(frame), dtype=int)
    for number, name in enumerate(LINES):
        rows, own = np.flatnonzero(line == number), np.flatnonzero((catalogue["line"] == name).to_numpy())
        launched = launch[own][None, :] <= day[rows][:, None]
        edges = np.cumsum(launched * catalogue["popularity"].to_numpy()[own], axis=1)
        out[rows] = own[(draw[rows, None] * edges[:, -1:] > edges).sum(axis=1).clip(max=len(own) - 1)]
    return out
