"""Bends the quantities of drawn order lines until the company's known figures are met.

Iterative proportional fitting over five margins (seat × month, dealer × year, node × channel × year, node × old/new
customer × year, node × product line × quarter; Deming & Stephan 1940), then whole quantities. Fitting makes every
seed a company of the same shape.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesnb.intake.sample.catalog import LINES, YEARS
from salesnb.intake.sample.organisation import NODES, ONLINE, seats, strength
from salesnb.intake.sample.season import MONTHS, month_weights
from salesnb.intake.sample.shape import CHANNELS, node_channel, node_line, node_new, node_sales
from salesnb.intake.sample.streams import stream

_SEAT_YEAR_SD, _SEAT_MONTH_SD, _NODE_MONTH_SD, _LINE_QUARTER_SD = 0.04, 0.09, 0.025, 0.03
_DEALER_YEAR_SD = 0.10
_SWEEPS, _LARGEST_STEP = 30, 4.0


def fit(frame: pd.DataFrame, trade: pd.DataFrame, seed: int) -> pd.DataFrame:
    """``frame`` with whole quantities such that sales less returns meet the margins (yuan) as counts allow."""
    price = frame["price_fen"].to_numpy() / 100 * (1 - frame["returned"].to_numpy())
    margins = _margins(frame, trade, seed)
    quantity = frame["quantity"].to_numpy().copy()
    goals = [goal.copy() for _, goal in margins]
    for _ in range(3):
        quantity = _sweep(quantity, price, [(keys, goal) for (keys, _), goal in zip(margins, goals, strict=True)])
        whole = np.maximum(1, np.rint(quantity))
        # whole numbers, at least one, move the sums a little: aim as much to the other side
        for place, (keys, goal) in enumerate(margins):
            reached = np.bincount(keys, whole * price, len(goal))
            goals[place] *= _ratio(goal, reached).clip(0.8, 1.25)
    out = frame.copy()
    out["quantity"] = whole.astype("int64")
    return out


def _sweep(quantity: np.ndarray, price: np.ndarray, margins: list[tuple[np.ndarray, np.ndarray]]) -> np.ndarray:
    amount = quantity * price
    for _ in range(_SWEEPS):
        for keys, goal in margins:
            reached = np.bincount(keys, amount, len(goal))
            amount = amount * _ratio(goal, reached).clip(1 / _LARGEST_STEP, _LARGEST_STEP)[keys]
    return np.divide(amount, price, out=np.zeros_like(amount), where=price > 0) + (price <= 0)


def _ratio(goal: np.ndarray, reached: np.ndarray) -> np.ndarray:
    """goal ÷ reached; 1 where nothing can be reached or the goal is free (NaN)."""
    bound = (reached > 0) & np.isfinite(goal)
    return np.divide(goal, reached, out=np.ones_like(goal), where=bound)


def _margins(frame: pd.DataFrame, trade: pd.DataFrame, seed: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of (key per row, yuan per key, NaN where free); the last is met exactly."""
    node = frame["node"].map({n: i for i, n in enumerate(NODES)}).to_numpy()
    year = frame["year"].to_numpy() - YEARS[0]
    month = (frame["date"].to_numpy().astype("datetime64[M]") - MONTHS[0]).astype(int)
    posts = seats()
    seat = frame["seat"].map({s: i for i, s in enumerate(posts["seat"])}).to_numpy()
    channel = frame["channel"].map({c: i for i, c in enumerate(CHANNELS)}).to_numpy()
    line = frame["product_line"].map({name: i for i, name in enumerate(LINES)}).to_numpy()
    cell = year * len(NODES) + node
    territory = seat_months(posts, seed)
    quarter_cell = (node * len(MONTHS) // 3 + month // 3) * len(LINES) + line
    code = frame["dealer"].map({d: i for i, d in enumerate(trade["dealer"])}).fillna(len(trade)).to_numpy().astype(int)
    return [
        (year * (len(trade) + 1) + code, _dealer_years(trade, seed).ravel()),
        (cell * 2 + frame["is_new"].to_numpy(), np.concatenate([node_new(y).ravel() for y in YEARS])),
        (cell * len(CHANNELS) + channel, np.concatenate([node_channel(y).ravel() for y in YEARS])),
        (seat * len(MONTHS) + month, territory.ravel()),
        (quarter_cell, _line_quarters(posts, territory, seed).ravel()),
    ]


def _dealer_years(trade: pd.DataFrame, seed: int) -> np.ndarray:
    """Yuan by year × dealer (and, last, NaN for what is not sold through one)."""
    luck = np.exp(_DEALER_YEAR_SD * stream(seed, "dealer years").standard_normal((len(YEARS), len(trade))))
    share = trade["weight"].to_numpy() * luck
    node = trade["node"].map({n: i for i, n in enumerate(NODES)}).to_numpy()
    out = np.full((len(YEARS), len(trade) + 1), np.nan)
    for row, year in enumerate(YEARS):
        total = np.bincount(node, share[row], len(NODES))
        out[row, :-1] = share[row] / total[node] * node_channel(year)[node, 1]
    return out


def seat_months(posts: pd.DataFrame, seed: int) -> np.ndarray:
    """Yuan by seat × month: the node's year, split by the seats' strength, the season and some luck."""
    rng = stream(seed, "seat months")
    years = np.exp(_SEAT_YEAR_SD * rng.standard_normal((len(posts), len(YEARS)))).repeat(12, axis=1)
    months = np.exp(_SEAT_MONTH_SD * rng.standard_normal((len(posts), len(MONTHS))))
    common = np.exp(_NODE_MONTH_SD * rng.standard_normal((len(NODES), len(MONTHS))))
    node = posts["node"].map({n: i for i, n in enumerate(NODES)}).to_numpy()
    season = np.array([month_weights(n == ONLINE) for n in NODES])
    out = strength(posts["seat"].tolist(), MONTHS) * posts["weight"].to_numpy()[:, None]
    out *= years * months * (common * season)[node]
    for index, year in enumerate(YEARS):
        span = slice(12 * index, 12 * index + 12)
        total = np.bincount(node, out[:, span].sum(axis=1), len(NODES))
        out[:, span] *= (node_sales(year) / total)[node][:, None]
    return out


def _line_quarters(posts: pd.DataFrame, territory: np.ndarray, seed: int) -> np.ndarray:
    """Yuan by node × quarter × line: quarters as the territories sum to, lines as the year says, drifting within it."""
    rng = stream(seed, "line quarters")
    node = posts["node"].map({n: i for i, n in enumerate(NODES)}).to_numpy()
    months = np.zeros((len(NODES), len(MONTHS)))
    np.add.at(months, node, territory)
    quarters = months.reshape(len(NODES), len(YEARS), 4, 3).sum(axis=3)
    shares = np.array([[line / line.sum() for line in node_line(y)] for y in YEARS])  # year × node × line
    drift = np.gradient(shares, axis=0)[:, :, None, :] * ((np.arange(4) - 1.5) / 4)[:, None]
    seeds = np.moveaxis(shares[:, :, None, :] + drift, 0, 1)  # node × year × quarter × line
    out = seeds * np.exp(_LINE_QUARTER_SD * rng.standard_normal(seeds.shape))
    whole = np.stack([node_line(y) for y in YEARS], axis=1)
    for _ in range(40):
        out *= (whole / out.sum(axis=2))[:, :, None, :]
        out *= (quarters / out.sum(axis=3))[..., None]
    return out
