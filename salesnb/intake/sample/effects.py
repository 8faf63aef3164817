"""What the planted stories do to finished order lines, and what follows from a line: booking, shipping, return.

Random numbers are drawn for every base line before any story, and each story has its own stream: taking a story away
leaves every other line, date and return exactly as it was.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesnb.intake.sample.catalog import LAST_YEAR, priced
from salesnb.intake.sample.customers import seat_on
from salesnb.intake.sample.orders import World
from salesnb.intake.sample.organisation import holder
from salesnb.intake.sample.shape import CHANNELS
from salesnb.intake.sample.stories import LOST_DEALERS, MIX_SHIFT, PRICE_CUT, REP_BEHIND, month_start
from salesnb.intake.sample.streams import stream

_LATE_BOOKED = 0.03
_LAST_DAY = np.datetime64(f"{LAST_YEAR}-12-31")


def lines(world: World, base: pd.DataFrame, planted: frozenset[str]) -> pd.DataFrame:
    """Order lines and returns after the stories, with money in fen, sorted by order and line.

    Adds known, ship, invoice (datetime64[D]), dealer, customer_type, net_fen, list_total_fen, cost_total_fen, is_return
    and origin (the order a return refers to).
    """
    frame = _followed(world, base)
    frame = _told(world, frame, planted)
    whole = pd.concat([_sold(frame), _returns(world, frame)], ignore_index=True)
    first = world.customers["first_year"].to_numpy()[whole["customer"]]
    kind = world.customers["kind"].to_numpy()[whole["customer"]]
    whole["customer_type"] = np.where(whole["date"].dt.year == first, "新客户", kind)
    return whole.sort_values(["date", "order", "line_no"], kind="stable").reset_index(drop=True)


def _followed(world: World, base: pd.DataFrame) -> pd.DataFrame:
    """Dates that follow from the order; one draw an order for booking, one a line for shipping and invoicing."""
    rng = stream(world.seed, "line dates")
    number = base.groupby("order", sort=False).ngroup().to_numpy()
    count = number.max() + 1
    lag = rng.choice([0, 1, 2, 3], count, p=[0.70, 0.18, 0.08, 0.04])
    lag = np.where(rng.random(count) < _LATE_BOOKED, rng.integers(6, 36, count), lag)
    making = np.where(base["channel"] == CHANNELS[2], 0, rng.gamma(2.0, 4.5, len(base))).astype(int)
    ship = rng.integers(1, 5, len(base)) + making
    invoice = ship + rng.integers(0, 9, len(base))
    frame = base.copy()
    day = frame["date"].to_numpy().astype("datetime64[D]")
    frame["known"] = day + lag[number].astype("timedelta64[D]")
    frame["ship"] = day + ship.astype("timedelta64[D]")
    frame["invoice"] = day + invoice.astype("timedelta64[D]")
    return frame


def _told(world: World, frame: pd.DataFrame, planted: frozenset[str]) -> pd.DataFrame:
    """The lines that remain, with the products, prices and quantities the stories leave."""
    keep = np.ones(len(frame), dtype=bool)
    out = frame
    day = frame["date"].to_numpy().astype("datetime64[D]")
    if "competitor_price_cut" in planted:
        line = (frame["product_line"] == PRICE_CUT.product_line).to_numpy()
        hit = _since(frame, day, PRICE_CUT.from_month, PRICE_CUT.region) & line
        worth = (frame["quantity"] * frame["price_fen"]).to_numpy()
        keep[hit] &= ~_thin(worth[hit], PRICE_CUT.volume_lost, _start(world, "competitor_price_cut"))
        price = np.rint(frame["price_fen"] * PRICE_CUT.price_kept).astype("int64")
        out = out.assign(price_fen=np.where(hit, price, out["price_fen"]))
    if "rep_far_behind" in planted:
        hit = (frame["person"] == REP_BEHIND.person).to_numpy() & (day >= month_start(REP_BEHIND.from_month))
        own = frame.loc[hit, ["order"]].assign(worth=frame["quantity"] * frame["price_fen"])
        orders = own.groupby("order", as_index=False)["worth"].sum()
        lost = _thin(orders["worth"].to_numpy(), REP_BEHIND.orders_lost, _start(world, "rep_far_behind"))
        gone = orders["order"].to_numpy()[lost]
        keep &= ~frame["order"].isin(gone).to_numpy()
    if "region_mix_shift" in planted:
        out = _switched(world, out, _since(frame, day, MIX_SHIFT.from_month, MIX_SHIFT.region))
    if "lost_dealers" in planted:
        through = np.isin(frame["dealer"].to_numpy(), LOST_DEALERS.dealers)
        keep &= ~(through & (day >= month_start(LOST_DEALERS.from_month)))
    return out[keep]


def _thin(worth: np.ndarray, share: float, start: float) -> np.ndarray:
    """Flags a ``share`` of the rows evenly over small and large ones, so that the loss is that share of the money."""
    step = np.floor(np.arange(len(worth) + 1) * share + start)
    flags = np.empty(len(worth), dtype=bool)
    flags[np.argsort(-worth, kind="stable")] = np.diff(step) > 0
    return flags


def _start(world: World, story: str) -> float:
    return float(stream(world.seed, f"story {story}").random())


def _switched(world: World, frame: pd.DataFrame, hit: np.ndarray) -> pd.DataFrame:
    """A share of the richer lines becomes a line of the cheap product line with the same discount and money."""
    rng = stream(world.seed, "story region_mix_shift")
    luck, pick = rng.random(len(frame)), rng.random(len(frame))
    rows = np.flatnonzero(
        hit & (frame["product_line"] != MIX_SHIFT.to_line).to_numpy() & (luck < MIX_SHIFT.lines_switched)
    )
    cheap = np.flatnonzero((world.products["line"] == MIX_SHIFT.to_line).to_numpy())
    edges = np.cumsum(world.products["popularity"].to_numpy()[cheap])
    product = cheap[np.searchsorted(edges, pick[rows] * edges[-1], side="right")]
    list_fen, cost_fen = priced(world.products, product, frame["year"].to_numpy()[rows])
    old_price = frame["price_fen"].to_numpy()[rows]
    price = np.maximum(1, np.rint(list_fen * old_price / frame["list_fen"].to_numpy()[rows])).astype("int64")
    out = frame.copy()
    place = frame.index[rows]
    quantity = np.maximum(1, np.rint(frame["quantity"].to_numpy()[rows] * old_price / price)).astype("int64")
    out.loc[place, "product"], out.loc[place, "product_line"] = product, MIX_SHIFT.to_line
    out.loc[place, "list_fen"], out.loc[place, "cost_fen"] = list_fen, cost_fen
    out.loc[place, "price_fen"], out.loc[place, "quantity"] = price, quantity
    return out


def _since(frame: pd.DataFrame, day: np.ndarray, month: str, region: str) -> np.ndarray:
    return np.asarray((frame["node"] == region).to_numpy() & (day >= month_start(month)))


def _sold(frame: pd.DataFrame) -> pd.DataFrame:
    out = frame.assign(is_return=False, origin="")
    return _money(out, out["quantity"].to_numpy())


def _returns(world: World, frame: pd.DataFrame) -> pd.DataFrame:
    """One negative line for each line that comes back, a document of its own, credited to who holds the seat then."""
    back = frame[frame["returned"] > 0]
    day = back["date"].to_numpy().astype("datetime64[D]") + back["return_lag"].to_numpy().astype("timedelta64[D]")
    code = back["order"].str.slice(2) + back["line_no"].map("{:02d}".format)
    out = back.assign(order="TH" + code, origin=back["order"], line_no=1, is_return=True)
    out["date"] = day
    out["known"] = day + (back["return_lag"].to_numpy() % 3).astype("timedelta64[D]")
    out["ship"] = out["invoice"] = np.datetime64("NaT")
    out["year"] = out["date"].dt.year
    out["seat"] = seat_on(world.customers, out["customer"].to_numpy(), day)
    out["person"] = holder(out["seat"].to_numpy(), day)
    units = np.maximum(1, np.rint(back["quantity"].to_numpy() * back["returned"].to_numpy())).astype("int64")
    return _money(out, -units)[day <= _LAST_DAY]


def _money(frame: pd.DataFrame, quantity: np.ndarray) -> pd.DataFrame:
    return frame.assign(
        quantity=quantity,
        net_fen=quantity * frame["price_fen"].to_numpy(),
        list_total_fen=quantity * frame["list_fen"].to_numpy(),
        cost_total_fen=quantity * frame["cost_fen"].to_numpy(),
    )
