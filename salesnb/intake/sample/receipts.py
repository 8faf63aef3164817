"""Receipts: when the money of each order comes in."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesnb.intake.sample.catalog import FIRST_YEAR, LAST_YEAR
from salesnb.intake.sample.orders import World
from salesnb.intake.sample.shape import CHANNELS
from salesnb.intake.sample.streams import stream

_NEVER_PAID, _TWO_PARTS = 0.034, 0.14
# the opening balance is modelled on the next year's turn; customers who were new then were not there yet
_OPENING_SCALE = 1.30


def receipts(world: World, base: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """One row a receipt, sorted by id: id, date, known, order, customer (position), person, node, due, fen.

    Draws are made for every base order; the amounts are the order's net of its returns after the stories.
    """
    orders = _orders(world, base, sold)
    paid = pd.concat([_part(orders, 1), _part(orders[orders["share"] < 1], 2)], ignore_index=True)
    opening = _opening(world, paid)
    out = pd.concat([opening, paid], ignore_index=True)
    out = out[(out["date"] <= f"{LAST_YEAR}-12-31") & (out["fen"] > 0)]
    return out.sort_values(["date", "id"], kind="stable").reset_index(drop=True)


def _orders(world: World, base: pd.DataFrame, sold: pd.DataFrame) -> pd.DataFrame:
    """Orders that are paid, with the days of both parts and the share of the first."""
    rng = stream(world.seed, "receipts")
    all_orders = base["order"].drop_duplicates().to_numpy()
    n = len(all_orders)
    draws = pd.DataFrame(
        {
            "bad": rng.random(n) < _NEVER_PAID,
            "noise": np.exp(0.5 * rng.standard_normal(n)),
            "share": np.where(rng.random(n) < _TWO_PARTS, 0.6, 1.0),
            "later": rng.integers(18, 60, n),
            "booked": rng.integers(0, 2, n),
        },
        index=all_orders,
    )
    bill = np.where(sold["is_return"], sold["origin"], sold["order"])
    own = sold[~sold["is_return"]].groupby("order", sort=False)
    orders = own.agg(
        date=("date", "first"),
        invoice=("invoice", "max"),
        customer=("customer", "first"),
        person=("person", "first"),
        node=("node", "first"),
        channel=("channel", "first"),
    )
    orders["fen"] = sold["net_fen"].groupby(bill).sum().reindex(orders.index)
    orders = orders.join(draws)
    people = world.customers
    online = (orders["channel"] == CHANNELS[2]).to_numpy()
    terms = np.where(online, 0, people["terms"].to_numpy()[orders["customer"]])
    lag = np.where(online, 1, -6 + 16 * people["slow"].to_numpy()[orders["customer"]] * orders["noise"].to_numpy())
    from_day = np.where(online, orders["date"].to_numpy(), orders["invoice"].to_numpy()).astype("datetime64[D]")
    due = from_day + terms.astype("timedelta64[D]")
    orders["due"], orders["first"] = due, due + lag.astype("timedelta64[D]")
    orders["share"] = np.where(online, 1.0, orders["share"])
    return orders[~orders["bad"]].rename_axis("order").reset_index()


def _part(orders: pd.DataFrame, number: int) -> pd.DataFrame:
    whole, head = (
        orders["fen"].to_numpy(),
        np.rint(orders["fen"].to_numpy() * orders["share"].to_numpy()).astype("int64"),
    )
    days = (orders["later"].to_numpy() * (number - 1)).astype("timedelta64[D]")
    date = np.asarray(orders["first"]).astype("datetime64[D]") + days
    return pd.DataFrame(
        {
            "id": "HK" + orders["order"].str.slice(2) + f"-{number}",
            "date": date,
            "known": date + orders["booked"].to_numpy().astype("timedelta64[D]"),
            "order": orders["order"],
            "customer": orders["customer"],
            "person": orders["person"],
            "node": orders["node"],
            "due": orders["due"].to_numpy().astype("datetime64[D]"),
            "fen": head if number == 1 else whole - head,
        }
    )


def _opening(world: World, paid: pd.DataFrame) -> pd.DataFrame:
    """Money of orders from before the first year, by the pattern of the next year's turn."""
    turn = np.datetime64(f"{FIRST_YEAR + 1}-01-01")
    old = world.customers["first_year"].to_numpy()[paid["customer"]] == 0
    ordered = pd.to_datetime(paid["order"].str.slice(2, 10), format="%Y%m%d")
    rows = paid[old & (paid["date"] >= turn).to_numpy() & (ordered < turn).to_numpy()].copy()
    for name in ("date", "known", "due"):
        rows[name] = rows[name] - np.timedelta64(365, "D")
    rows["fen"] = np.rint(rows["fen"] * _OPENING_SCALE).astype("int64")
    rows["id"] = rows["id"].str.replace(f"HK{FIRST_YEAR}", f"HK{FIRST_YEAR - 1}")
    rows["order"] = ""
    return rows
