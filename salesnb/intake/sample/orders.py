"""Order lines before any story: who buys what, when, how many, shaped to the company's figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from salesnb.intake.sample.calibrate import fit
from salesnb.intake.sample.catalog import LINES, YEARS, priced
from salesnb.intake.sample.customers import seat_on
from salesnb.intake.sample.organisation import NODES, ONLINE, holder
from salesnb.intake.sample.season import DAYS, day_weights
from salesnb.intake.sample.shape import CHANNELS, LINE_COUNT, LINES_PER_ORDER, RETURN_SHARE, line_shares
from salesnb.intake.sample.streams import stream

_ONE_ORDER = 0.30
_TYPICAL_LINE_YUAN = 4200.0
_AFFINITY = 0.45


@dataclass(frozen=True)
class World:
    """The fixed tables every order refers to."""

    seed: int
    products: pd.DataFrame
    customers: pd.DataFrame
    dealers: pd.DataFrame


def base_lines(world: World) -> pd.DataFrame:
    """All order lines 2021–2024 without returns and stories, sorted by order and line.

    Columns: order, line_no, date, year, customer (position), node, seat, person, product (position), channel, is_new,
    quantity, price_fen, list_fen, cost_fen, and the share of the line that will come back (``returned``).
    """
    frame = pd.concat([_year(world, year) for year in YEARS], ignore_index=True)
    frame = fit(frame, world.dealers, world.seed)
    day = frame["date"].to_numpy().astype("datetime64[D]")
    frame["person"] = holder(frame["seat"].to_numpy(), day)
    return frame


def _year(world: World, year: int) -> pd.DataFrame:
    rng = stream(world.seed, f"orders {year}")
    heads = _orders(world.customers, year, rng)
    size = 1 + (rng.exponential(1.0, len(heads)) * (LINES_PER_ORDER - 1) * 1.72).astype(int)
    frame = heads.loc[heads.index.repeat(size)].reset_index(drop=True)
    frame["line_no"] = frame.groupby("order").cumcount() + 1
    frame["year"] = year
    dealer = world.customers["dealer"].to_numpy()[frame["customer"]]
    frame["dealer"] = np.where(frame["channel"] == CHANNELS[1], dealer, "")
    frame["product"] = _products(world, frame, year, rng)
    frame["product_line"] = world.products["line"].to_numpy()[frame["product"]]
    _amounts(world, frame, rng)
    return frame


def _orders(people: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    """One row an order of ``year``: order, date, customer, node, seat, channel, is_new, appetite."""
    first, last = np.datetime64(f"{year}-01-01"), np.datetime64(f"{year}-12-31")
    start = np.maximum(people["start"].to_numpy().astype("datetime64[D]"), first)
    end = np.minimum(people["end"].to_numpy().astype("datetime64[D]"), last)
    appetite = people["weight"].to_numpy() * np.exp(0.35 * rng.standard_normal(len(people)))
    single = rng.random(len(people)) < _ONE_ORDER * np.where(appetite > 3, 0.1, 1.0)
    span = np.maximum((end - start).astype(float), 0) / 365
    rate = np.sqrt(appetite) * (0.35 + span)
    active = end > start
    wanted = LINE_COUNT[year] / LINES_PER_ORDER
    rate *= (wanted - active.sum() - (active & ~single).sum()) / rate[active & ~single].sum()
    count = np.where(single, 1, 2 + rng.poisson(rate)) * active
    customer = np.repeat(np.arange(len(people)), count)
    date = _dates(people["node"].to_numpy()[customer] == ONLINE, start[customer], end[customer], rng)
    channel = _channel(people, customer, rng)
    frame = pd.DataFrame({"date": date, "customer": customer, "channel": channel})
    frame["appetite"] = appetite[customer]
    frame["node"] = people["node"].to_numpy()[customer]
    frame["is_new"] = people["first_year"].to_numpy()[customer] == year
    frame["seat"] = seat_on(people, customer, date)
    frame = frame.sort_values(["date", "customer"], kind="stable").reset_index(drop=True)
    number = frame.groupby("date").cumcount() + 1
    frame["order"] = "DD" + frame["date"].dt.strftime("%Y%m%d") + number.map("{:03d}".format)
    return frame


def _dates(online: np.ndarray, start: np.ndarray, end: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    draw = rng.random(len(start))
    out = np.empty(len(start), dtype="datetime64[D]")
    for flag in (False, True):
        total = np.concatenate([[0.0], np.cumsum(day_weights(flag))])
        here = online == flag
        low = total[(start[here] - DAYS[0]).astype(int)]
        high = total[(end[here] - DAYS[0]).astype(int) + 1]
        position = np.searchsorted(total, low + draw[here] * (high - low), side="right") - 1
        out[here] = DAYS[position.clip(0, len(DAYS) - 1)]
    return out


def _channel(people: pd.DataFrame, customer: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    draw = rng.random(len(customer))
    node, dealer = people["node"].to_numpy()[customer], people["dealer"].to_numpy()[customer]
    online = np.where(dealer != "", 0.12, 0.24)
    online = np.where(node == ONLINE, 1.0, np.where(node == "大客户部", 0.0, online))
    return np.where(draw < online, CHANNELS[2], np.where(dealer != "", CHANNELS[1], CHANNELS[0]))


def _products(world: World, frame: pd.DataFrame, year: int, rng: np.random.Generator) -> np.ndarray:
    """Positions of products: mostly of the customer's own line, only what is launched by the order date."""
    shares = np.cumsum(line_shares(year), axis=1)[[NODES.index(n) for n in frame["node"]]]
    drawn = (rng.random(len(frame))[:, None] > shares).sum(axis=1).clip(max=len(LINES) - 1)
    own = world.customers["affinity"].to_numpy()[frame["customer"]]
    line = np.where(rng.random(len(frame)) < _AFFINITY, own, drawn)
    pick = rng.random(len(frame))
    catalogue = world.products
    launch = catalogue["launch"].to_numpy().astype("datetime64[D]")
    day = frame["date"].to_numpy().astype("datetime64[D]")
    out = np.zeros(len(frame), dtype=int)
    for number, name in enumerate(LINES):
        rows = np.flatnonzero(line == number)
        range_ = np.flatnonzero((catalogue["line"] == name).to_numpy())
        age = (day[rows, None] - launch[range_]).astype(float)
        # a product is taken up over its first year
        pull = catalogue["popularity"].to_numpy()[range_] * np.clip((age + 30) / 330, 0, 1) * (age >= 0)
        edges = np.cumsum(pull, axis=1) / pull.sum(axis=1, keepdims=True)
        out[rows] = range_[(pick[rows, None] > edges).sum(axis=1).clip(max=len(range_) - 1)]
    return out


def _amounts(world: World, frame: pd.DataFrame, rng: np.random.Generator) -> None:
    """Adds prices, a first quantity and the part that will be returned."""
    n = len(frame)
    list_fen, cost_fen = priced(world.products, frame["product"].to_numpy(), frame["year"].to_numpy())
    depth = np.log1p(frame["appetite"].to_numpy())
    dealer = (frame["channel"] == CHANNELS[1]).to_numpy()
    discount = 0.965 - 0.035 * depth - 0.025 * dealer + 0.03 * rng.standard_normal(n)
    frame["list_fen"], frame["cost_fen"] = list_fen, cost_fen
    frame["price_fen"] = np.rint(list_fen * discount.clip(0.70, 1.0)).astype("int64")
    size = _TYPICAL_LINE_YUAN * np.sqrt(frame["appetite"].to_numpy()) * np.exp(0.75 * rng.standard_normal(n))
    frame["quantity"] = size * 100 / frame["price_fen"]
    come_back = rng.random(n) < RETURN_SHARE
    frame["returned"] = np.where(come_back, rng.choice([0.25, 0.5, 1.0], n, p=[0.4, 0.3, 0.3]), 0.0)
    frame["return_lag"] = rng.integers(6, 58, n)
