"""Checks that keep figures honest: sales bunched at month end, receivables by age."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.tables import check, contract

BUCKETS = ((30, "0-30"), (60, "31-60"), (90, "61-90"), (180, "91-180"), (10**6, "180+"))


@dataclass(frozen=True)
class Shares:
    """Lines of a month end: its share, the share of working days in it, and of sales sent back the month after."""

    line: float
    days: float
    returned: float


def month_end(
    month: str, sums: pd.DataFrame, shares: Shares, certainty: float, names: Mapping[str, str]
) -> pd.DataFrame:
    """``review_month_end`` of one month: people whose last days carry more than the line, surely more than usual.

    ``sums``: window (whole, last, after, and of the twelve months before whole-1y, last-1y), person_id, net_minor,
    returns_minor, order_count, split_count. ``shares``: see
    :class:`Shares`. Certainty: binomial, orders in the last days against the person's usual share of orders there.
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


def _checked(of: Mapping[tuple[str, str], int], shares: Shares, certainty: float) -> dict[str, object]:
    """One person's month end; the usual share is drawn to the share of days by twenty orders."""
    net, late = of[("net_minor", "whole")], of[("net_minor", "last")]
    past = [of.get(("order_count", window), 0) for window in ("last-1y", "whole-1y")]
    usual = (past[0] + 20 * shares.days) / (past[1] + 20)
    sure = 1 - _tail(of[("order_count", "last")], of[("order_count", "whole")], usual)
    returned, split = of.get(("returns_minor", "after"), 0), of[("split_count", "last")]
    tests = (
        ("push", net > 0 and late > shares.line * net and sure >= certainty),
        ("returned", net > 0 and -returned > shares.returned * net),
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
