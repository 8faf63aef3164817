"""Customers over twelve-month windows: who is new, stays, comes back and leaves, what each is worth, in which tier.

``sums`` holds window, customer_id, net_minor, order_count (``intake.sums`` by customer); distinct customers are counted
here from customers, never added up from cells. A customer is a buyer of a window with at least one order in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from salesnb.methods.concentration import concentration
from salesnb.methods.intervals import wilson
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Calendar, Window
from salesnb.model.tables import check, contract

NO_TIER = "_none"
BASE_TIER = "_ordinary"  # customers below every limit


def customer_years(
    sums: pd.DataFrame, first_bought: Mapping[str, pd.Timestamp], windows: Sequence[Window], spend: Mapping[str, int]
) -> pd.DataFrame:
    """``history_customers``: one row a window.

    ``first_bought``: see :func:`first_bought`. ``spend``: marketing spend by window label in minor units, absent where
    unknown. The first window has no new, returning or lost customers: what came before it is not known. Orders without
    a customer stay in sales, not in the counts. New, returning and regained buyers never overlap.
    """
    known = sums[sums["customer_id"] != UNASSIGNED]
    rows = []
    before: set[str] | None = None
    for window in windows:
        here = known[(known["window"] == window.label) & (known["order_count"] > 0)]
        buyers = set(here["customer_id"])
        row = {"window": window.label, **_worth(here, sums[sums["window"] == window.label])}
        if before is not None:
            new = {c for c in buyers - before if first_bought[c].date() >= window.start}
            row |= {
                "new_count": len(new),
                "returning_count": len(buyers & before),
                "regained_count": len(buyers - before - new),
                "lost_count": len(before - buyers),
                "new_minor": int(here.loc[here["customer_id"].isin(new), "net_minor"].sum()),
            }
            if new and window.label in spend:
                row["acquisition_cost_minor"] = round(spend[window.label] / len(new))
        rows.append(row)
        before = buyers
    return check(_complete(rows, "history_customers"), contract("history_customers"))


def first_bought(activity: pd.DataFrame, calendar: Calendar) -> dict[str, pd.Timestamp]:
    """The first day of the settlement month in which each customer first ordered.

    ``activity``: customer_id, month (one row a customer and month with an order), all that is known. Windows are made
    of settlement months: an order booked to another month than its date's belongs to the window of that month.
    """
    months = activity.groupby("customer_id")["month"].min()
    return {str(customer): pd.Timestamp(calendar.month_start(str(month))) for customer, month in months.items()}


def _worth(here: pd.DataFrame, every: pd.DataFrame) -> dict[str, object]:
    net, buyers, orders = int(every["net_minor"].sum()), len(here), int(here["order_count"].sum())
    row: dict[str, object] = {"net_minor": net, "customer_count": buyers, "order_count": orders}
    if not buyers:
        return row
    again = int((here["order_count"] >= 2).sum())
    low, high = wilson([again], [buyers])
    bought = int(here["net_minor"].sum())
    held = concentration(here["net_minor"], (10,))
    return row | {
        "repurchase_rate": again / buyers,
        "rate_low": float(low[0]),
        "rate_high": float(high[0]),
        "revenue_per_customer_minor": round(bought / buyers),
        "average_order_value_minor": round(bought / orders),
        "orders_per_customer": orders / buyers,
        "share_of_top_10": float(held.top[0]),
        "hhi": held.hhi,
    }


def tiers(sums: pd.DataFrame, windows: Sequence[Window], limits: Mapping[str, int]) -> pd.DataFrame:
    """``history_tiers``: buyers and sales by tier; ``limits`` gives the yearly purchase from which each begins."""
    held = _tiered(sums, windows, limits)
    out = (
        held[held["tier"] != NO_TIER]
        .groupby(["window", "tier"], as_index=False)
        .agg(customer_count=("customer_id", "nunique"), net_minor=("net_minor", "sum"))
    )
    whole = out.groupby("window")["net_minor"].transform("sum")
    out["share_of_sales"] = (out["net_minor"] / whole).where(whole > 0)
    return check(out, contract("history_tiers"))


def tier_moves(sums: pd.DataFrame, windows: Sequence[Window], limits: Mapping[str, int]) -> pd.DataFrame:
    """``history_tier_moves`` between the last two windows; ``_none`` is a customer who did not buy then."""
    columns = [c.name for c in contract("history_tier_moves").columns]
    if len(windows) < 2:
        return check(_complete([], "history_tier_moves")[columns], contract("history_tier_moves"))
    held = _tiered(sums, windows, limits).set_index("customer_id")
    sides = [held[held["window"] == w.label][["tier", "net_minor"]] for w in windows[-2:]]
    both = sides[0].add_suffix("_before").join(sides[1].add_suffix("_after"), how="outer")
    both[["tier_before", "tier_after"]] = both[["tier_before", "tier_after"]].fillna(NO_TIER)
    both[["net_minor_before", "net_minor_after"]] = both[["net_minor_before", "net_minor_after"]].fillna(0)
    out = both.groupby(["tier_before", "tier_after"], as_index=False).agg(
        customer_count=("net_minor_before", "size"),
        before_minor=("net_minor_before", "sum"),
        after_minor=("net_minor_after", "sum"),
    )
    out = out.rename(columns={"tier_before": "from_tier", "tier_after": "to_tier"})
    out = out[(out["from_tier"] != NO_TIER) | (out["to_tier"] != NO_TIER)]
    return check(out, contract("history_tier_moves"))


def _tiered(sums: pd.DataFrame, windows: Sequence[Window], limits: Mapping[str, int]) -> pd.DataFrame:
    """Buyers of each window with their tier: the highest whose limit they reach, ``_ordinary`` below all of them."""
    labels = [w.label for w in windows]
    here = sums[sums["window"].isin(labels) & (sums["customer_id"] != UNASSIGNED) & (sums["order_count"] > 0)].copy()
    ordered = sorted(limits.items(), key=lambda item: (item[1], item[0]))
    place = np.searchsorted([limit for _, limit in ordered], here["net_minor"].to_numpy(), side="right") - 1
    names = [name for name, _ in ordered]
    here["tier"] = [names[i] if i >= 0 else BASE_TIER for i in place]
    return here


def cohorts(activity: pd.DataFrame, period_of: Mapping[str, str], last: str) -> pd.DataFrame:
    """``history_cohorts``: customers by the period of their first order, and how many still buy in later periods.

    ``activity``: customer_id, month (one row a customer and month with an order). ``period_of``: month → period label,
    sorted labels being consecutive periods, up to ``last``. The first period is no cohort: its customers may be old.
    """
    labels = sorted({label for label in period_of.values() if label <= last})
    number = {label: i for i, label in enumerate(labels)}
    seen = activity[activity["customer_id"] != UNASSIGNED].copy()
    seen["place"] = seen["month"].map(period_of).map(number).astype("float64")
    seen = seen.dropna(subset=["place"]).drop_duplicates(["customer_id", "place"])
    seen["start"] = seen.groupby("customer_id")["place"].transform("min")
    seen["age"] = (seen["place"] - seen["start"]).astype("int64")
    seen = seen[seen["start"] > 0].astype({"start": "int64"})
    sizes = seen.groupby("start")["customer_id"].nunique()
    active = seen.groupby(["start", "age"])["customer_id"].nunique()
    grid = [(start, age) for start in sizes.index for age in range(len(labels) - start)]
    frame = pd.DataFrame(grid, columns=["start", "age"], dtype="int64")
    frame["cohort"] = pd.Series([labels[start] for start, _ in grid], dtype="str")
    frame["customer_count"] = sizes.reindex(frame["start"]).to_numpy(dtype="int64")
    frame["active_count"] = active.reindex(pd.MultiIndex.from_tuples(grid)).fillna(0).to_numpy() if grid else 0
    low, high = wilson(frame["active_count"], frame["customer_count"])
    frame["retention_rate"] = frame["active_count"] / frame["customer_count"]
    frame["rate_low"], frame["rate_high"] = low, high
    return check(frame.drop(columns="start"), contract("history_cohorts"))


def _complete(rows: Sequence[Mapping[str, object]], name: str) -> pd.DataFrame:
    """Rows with every column of the contract, null where a row has none."""
    columns = [c.name for c in contract(name).columns]
    return pd.DataFrame(list(rows), columns=columns).astype(
        {c.name: "Int64" for c in contract(name).columns if c.kind in ("count", "minor")}
    )
