"""Checks that keep figures honest: sales bunched at month end, receivables by age, dealers' stock, diverted sales."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.tables import check, contract

BUCKETS = ((30, "0-30"), (60, "31-60"), (90, "61-90"), (180, "91-180"), (10**6, "180+"))
USUAL_MONTHS = 12
STUFFED_RATIO = 2.0  # months of stock against the dealer's own usual
STUFFED_MONTHS = 2.0
RETURNED_SHARE = 0.10
SPLIT_ORDERS = 3  # orders of one customer with one person on the last days


def month_end(
    month: str, sums: pd.DataFrame, shares: tuple[float, float], certainty: float, names: Mapping[str, str]
) -> pd.DataFrame:
    """``review_month_end`` of one month: people whose last days carry more than the line, surely more than usual.

    ``sums``: window (whole, last, after, and of the twelve months before whole-1y, last-1y), person_id, net_minor,
    returns_minor, order_count, split_count. ``shares``: the line, and the share of working days in the last days.
    Certainty: binomial, orders in the last days against the person's usual share of orders there.
    """
    values = ["net_minor", "returns_minor", "order_count", "split_count"]
    wide = sums.pivot_table(index="person_id", columns="window", values=values, aggfunc="sum", fill_value=0)
    figures = {(str(key[0]), str(key[1])): wide[key] for key in wide.columns.to_list()}
    rows = []
    for person in sorted(set(sums.loc[sums["window"] == "last", "person_id"]) - {UNASSIGNED}):
        row = _checked({key: int(column[person]) for key, column in figures.items()}, shares, certainty)
        if row["found"]:
            rows.append({"month": month, "person_id": person, "name": names.get(str(person), str(person)), **row})
    columns = [c.name for c in contract("review_month_end").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("review_month_end"))


def _checked(of: Mapping[tuple[str, str], int], shares: tuple[float, float], certainty: float) -> dict[str, object]:
    """One person's month end; the usual share is drawn to the share of days by twenty orders."""
    net, late = of[("net_minor", "whole")], of[("net_minor", "last")]
    past = [of.get(("order_count", window), 0) for window in ("last-1y", "whole-1y")]
    usual = (past[0] + 20 * shares[1]) / (past[1] + 20)
    sure = 1 - _tail(of[("order_count", "last")], of[("order_count", "whole")], usual)
    returned, split = of.get(("returns_minor", "after"), 0), of[("split_count", "last")]
    tests = (
        ("push", net > 0 and late > shares[0] * net and sure >= certainty),
        ("returned", net > 0 and -returned > RETURNED_SHARE * net),
        ("split", split > 0),
    )
    return {
        "net_minor": net,
        "last_minor": late,
        "last_share": late / net if net > 0 else math.nan,
        "usual_share": usual,
        "returned_minor": returned,
        "split_count": split,
        "certainty_rate": sure,
        "found": "+".join(name for name, hit in tests if hit),
    }


def _tail(hits: int, trials: int, rate: float) -> float:
    """P(at least ``hits`` of ``trials``) by the binomial."""
    if not 0 < rate < 1:
        return 1.0
    terms = (
        math.lgamma(trials + 1)
        - math.lgamma(k + 1)
        - math.lgamma(trials - k + 1)
        + k * math.log(rate)
        + (trials - k) * math.log1p(-rate)
        for k in range(hits, trials + 1)
    )
    return min(1.0, math.fsum(math.exp(term) for term in terms))


def ageing(orders: pd.DataFrame, receipts: pd.DataFrame, day: date, names: Mapping[str, str]) -> pd.DataFrame:
    """``review_ageing``: what is not received yet by customer and days since shipping (the order where unknown).

    ``orders``: order_id, customer_id, person_id, base_date, net_minor as known. A credit (a return, an overpaid order)
    settles the customer's oldest debt; a receipt without an order of ours settles an older balance, which is not here.
    """
    came = receipts[receipts["receipt_date"] <= pd.Timestamp(day)].groupby("order_id")["received_minor"].sum()
    owed = (orders["net_minor"] - orders["order_id"].map(came).fillna(0)).astype("int64")
    held = orders.assign(owed=owed, days=(pd.Timestamp(day) - orders["base_date"]).dt.days)
    held = held.sort_values(["customer_id", "base_date", "order_id"], kind="stable")
    credit = -held["owed"].clip(upper=0).groupby(held["customer_id"]).transform("sum")
    debt = held["owed"].clip(lower=0)
    running = (debt.groupby(held["customer_id"]).cumsum() - credit).clip(lower=0)
    held = held.assign(open_minor=np.minimum(running, debt))
    held = held[held["open_minor"] > 0]
    edges = [-(10**6), *[edge for edge, _ in BUCKETS]]
    held = held.assign(bucket=pd.cut(held["days"], edges, labels=[name for _, name in BUCKETS]).astype("str"))
    owner = held.drop_duplicates("customer_id", keep="last").set_index("customer_id")["person_id"]
    out = held.groupby(["customer_id", "bucket"])["open_minor"].sum().reset_index()
    out["name"] = [names.get(c, c) for c in out["customer_id"]]
    out["person_id"] = out["customer_id"].map(owner)
    return check(out, contract("review_ageing"))


def dealers(stock: pd.DataFrame, month: str, names: Mapping[str, str], parents: Mapping[str, str]) -> pd.DataFrame:
    """``review_dealers`` at the end of ``month``: sell-in and sell-out of three months, stock in months of sell-out.

    ``stock``: month, dealer_id, sell_in_minor, sell_out_minor, stock_minor, known by then. Stuffed: stock of more than
    two months that is at least twice the dealer's own usual of the year before, while sell-in exceeds sell-out.
    """
    held = stock[stock["month"] <= month].groupby(["dealer_id", "month"], as_index=False).sum(numeric_only=True)
    rows = []
    for dealer, own in held.groupby("dealer_id", sort=True):
        own = own.sort_values("month", kind="stable")
        if str(own["month"].iloc[-1]) != month:
            continue
        pace = own["sell_out_minor"].rolling(3).mean()
        months = (own["stock_minor"] / pace.where(pace > 0)).astype("float64")
        quarter = own.tail(3)
        put, sold = int(quarter["sell_in_minor"].sum()), int(quarter["sell_out_minor"].sum())
        past = months.iloc[-1 - USUAL_MONTHS : -1]
        usual, now = float(past.median()), float(months.iloc[-1])
        rows.append(
            {
                "dealer_id": dealer,
                "name": names.get(str(dealer), str(dealer)),
                "parent": names.get(parents.get(str(dealer), ""), None),
                "sell_in_minor": put,
                "sell_out_minor": sold,
                "stock_minor": int(own["stock_minor"].iloc[-1]),
                "stock_months": now,
                "usual_months": usual,
                "in_over_out": put / sold if sold > 0 else math.nan,
                "is_stuffed": bool(now > STUFFED_MONTHS and now >= STUFFED_RATIO * usual and put > sold),
            }
        )
    columns = [c.name for c in contract("review_dealers").columns]
    frame = pd.DataFrame(rows, columns=columns)
    return check(frame.astype({"is_stuffed": bool}), contract("review_dealers"))


def diverted(
    sold: pd.DataFrame,
    registered: pd.DataFrame,
    names: Mapping[str, str],
    rulings: Sequence[tuple[str, str, str, date]],
) -> pd.DataFrame:
    """``review_diverted``: sales of a registered customer through another dealer (or region) than registered.

    ``sold``: customer_id, dealer_id, region_id, net_minor; ``registered``: customer_id, dealer_id, region_id.
    ``rulings``: (customer, decision, by, day). Orders stay as they are: a ruling stands beside them.
    """
    own = sold.merge(registered, on="customer_id", suffixes=("", "_registered"))
    both = (own["dealer_id"] != UNASSIGNED) & (own["dealer_id_registered"] != UNASSIGNED)
    known = (own["region_id"] != UNASSIGNED) & (own["region_id_registered"] != UNASSIGNED)
    other_dealer = both & (own["dealer_id"] != own["dealer_id_registered"])
    other_region = known & (own["region_id"] != own["region_id_registered"])
    hit = own[(other_dealer | other_region) & (own["net_minor"] > 0)]
    by_dealer = other_dealer.loc[hit.index]
    hit = hit.assign(
        registered=np.where(by_dealer, hit["dealer_id_registered"], hit["region_id_registered"]),
        sold_by=np.where(by_dealer, hit["dealer_id"], hit["region_id"]),
    )
    out = hit.groupby(["customer_id", "registered", "sold_by"])["net_minor"].sum().reset_index()
    told = {customer: (decision, by, day) for customer, decision, by, day in rulings}
    out["name"] = [names.get(c, c) for c in out["customer_id"]]
    for place, column in enumerate(("ruling", "by")):
        out[column] = [told[c][place] if c in told else None for c in out["customer_id"]]
    out["decided_date"] = [pd.Timestamp(told[c][2]) if c in told else pd.NaT for c in out["customer_id"]]
    for column in ("registered", "sold_by"):
        out[column] = [names.get(value, value) for value in out[column]]
    return check(out, contract("review_diverted"))
