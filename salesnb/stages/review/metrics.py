"""Core metrics of a window: what was sold, received, converted and visited, against target and last year."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import pandas as pd

from salesnb.model.tables import check, contract
from salesnb.stages.review.chance import certainty
from salesnb.stages.review.pace import Lights

RATES = ("collection_rate", "repurchase_rate", "gross_margin", "lead_conversion", "market_share")


@dataclass(frozen=True)
class Wanted:
    """One core metric as the parameters ask for it on the reviewed day."""

    metric: str
    unit: str
    target: float | None = None
    alert_drop: float | None = None
    lights: Lights = field(default_factory=Lights)


@dataclass(frozen=True)
class Figure:
    """A metric's value in one window; ``count`` cases and the standard error behind it, NaN where it has none."""

    value: float
    count: int = 0
    error: float = math.nan


NOTHING = Figure(math.nan)


def metrics(
    wanted: Sequence[Wanted], scope: str, now: Mapping[str, Figure], before: Mapping[str, Figure]
) -> pd.DataFrame:
    """``review_metrics`` in the order of ``wanted``; a metric the data cannot give has no value, which is not zero."""
    rows = []
    for one in wanted:
        after, last = now.get(one.metric, NOTHING), before.get(one.metric, NOTHING)
        attained = after.value / one.target if one.target else math.nan
        error = math.hypot(after.error, last.error) if not math.isnan(after.error + last.error) else math.nan
        sure = certainty(np.array([last.value - after.value]), np.array([error]))[0] if error > 0 else math.nan
        rows.append(
            {
                "metric": one.metric,
                "scope": scope,
                "unit": one.unit,
                "value": after.value,
                "target": math.nan if one.target is None else one.target,
                "last_year": last.value,
                "attainment_rate": attained,
                "yoy_rate": after.value / last.value - 1 if last.value > 0 else math.nan,
                "case_count": after.count,
                "drop_certainty_rate": sure,
                "state": _state(one, attained, after.value, last.value),
            }
        )
    names = [c.name for c in contract("review_metrics").columns]
    return check(pd.DataFrame(rows, columns=names), contract("review_metrics"))


def _state(one: Wanted, attained: float, value: float, last: float) -> str:
    lit = one.lights.state(attained)
    if lit != "none":
        return lit
    if one.alert_drop is not None and last > 0 and value == value and value / last - 1 <= -one.alert_drop:
        return "bad"
    if not math.isnan(attained):
        return "good" if attained >= 1 else "warn"
    if one.alert_drop is not None and last > 0 and value == value:
        return "good" if value >= last else "warn"
    return "none"


def sales_figures(customers: pd.DataFrame, orders: int, costed: tuple[int, int] | None) -> dict[str, Figure]:
    """Sales, customers' and orders' value and margin of a window; ``customers``: one row each with net_minor > or < 0.

    ``customers``: customer_id, net_minor, order_count (orders that are not returns). ``costed``: sales of the lines
    whose cost is known, and that cost; None where no line has one.
    """
    net = customers["net_minor"].astype(float)
    buyers = customers[customers["order_count"] > 0]
    total, size = float(net.sum()), len(buyers)
    out = {"sales": Figure(total, size)}
    if size:
        each = buyers["net_minor"].astype(float)
        error = float(each.std(ddof=1)) / math.sqrt(size) if size > 1 else math.nan
        out["revenue_per_customer"] = Figure(total / size, size, error)
    if orders:
        out["average_order_value"] = Figure(total / orders, orders)
    if costed is not None and costed[0] > 0:
        out["gross_margin"] = Figure(1 - costed[1] / costed[0], size)
    return out


def repurchase(customers: pd.DataFrame) -> Figure:
    """Customers with two orders or more ÷ customers of the window."""
    buyers = customers[customers["order_count"] > 0]
    return share(int((buyers["order_count"] > 1).sum()), len(buyers))


def share(part: int, whole: int) -> Figure:
    """A rate of cases with its binomial error; nothing without a case."""
    if not whole:
        return NOTHING
    rate = part / whole
    return Figure(rate, whole, math.sqrt(max(rate * (1 - rate), 0.25 / whole) / whole))


def collection(receipts: pd.DataFrame, start: date, end: date, sales: int, opening: int | None = None) -> Figure:
    """回款率: receipts ÷ sales, or ÷ (opening receivable + sales) where ``opening`` is given."""
    inside = receipts["receipt_date"].between(pd.Timestamp(start), pd.Timestamp(end))
    base = sales + (opening or 0)
    received = int(receipts.loc[inside, "received_minor"].sum())
    return Figure(received / base, int(inside.sum())) if base > 0 and len(receipts) else NOTHING


def leads(known: pd.DataFrame, start: date, end: date) -> dict[str, Figure]:
    """Leads created, and won ÷ decided of those closed, within the window; ``known`` as of the reviewed day."""
    if known.empty:
        return {}
    first, last = pd.Timestamp(start), pd.Timestamp(end) + pd.Timedelta(days=1)
    created = int(((known["created_date"] >= first) & (known["created_date"] < last)).sum())
    closed = known[(known["closed_date"] >= first) & (known["closed_date"] < last)]
    decided = closed[closed["stage"].isin(["won", "lost"])]
    won = int((decided["stage"] == "won").sum())
    return {"lead_count": Figure(created, created, math.sqrt(created)), "lead_conversion": share(won, len(decided))}


def visits(known: pd.DataFrame, start: date, end: date, workdays: int) -> Figure:
    """Effective visits a person and working week (five working days), over people who visited at all."""
    inside = known[known["date"].between(pd.Timestamp(start), pd.Timestamp(end))]
    people = int(inside["person_id"].nunique())
    if not people or not workdays:
        return NOTHING
    effective = int(inside["is_effective"].sum())
    weeks = people * workdays / 5
    return Figure(effective / weeks, effective, math.sqrt(effective) / weeks)
