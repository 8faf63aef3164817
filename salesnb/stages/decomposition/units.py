"""What a target means in customers, orders, quotes, leads and visits, from measured conversion (R28)."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from salesnb.model.params.decomposition import Activity
from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.build import Built
from salesnb.stages.decomposition.plan import Plan

MEASURED = ("net_minor", "order_count", "customer_count", "lead_count", "quote_count", "won_count", "visit_count")
LEAST = 30  # own orders, before own rates say more than the company's
WEEK = 5.0  # working days


def target_units(built: Built, plan: Plan, measured: pd.DataFrame, activity: Activity) -> pd.DataFrame:
    """``target_units``: revenue = customers × orders per customer × order value, and what has to happen before.

    ``measured``: person_id and ``MEASURED`` of the last twelve months; columns the data do not give may be missing,
    and what follows from them is then unknown, not zero. Rates of people with fewer than ``LEAST`` orders are the
    company's.
    """
    day, as_of = built.setting.period.start, built.setting.as_of
    sums = plan.by("person_id")
    own = measured.groupby("person_id")[[c for c in MEASURED if c in measured]].sum().astype("float64")
    own = own.reindex(columns=list(MEASURED))
    company = own.sum(min_count=1)
    weeks = _weeks(built)
    rows = [
        _row(str(person), int(target), _rates(own, str(person), company), weeks.get(str(person), np.nan))
        for person, target in zip(sums["person_id"], sums["target_minor"], strict=True)
    ]
    out = pd.DataFrame(rows)
    out["order_value_minor"] = out["order_value_minor"].round().astype("Int64")
    out["visits_asked_week"] = _asked(activity.effective_visits_per_week, day, as_of)
    out["quotes_asked_week"] = _asked(activity.quotes_per_week, day, as_of)
    return check(out, contract("target_units"))


def _asked(value: object, day: date, as_of: date) -> float:
    found = value.find(day, as_of) if value is not None else None  # type: ignore[attr-defined]
    return np.nan if found is None else float(found)


def _weeks(built: Built) -> dict[str, float]:
    """Working weeks each person is there."""
    days = built.setting.working_days
    out: dict[str, float] = {}
    for one in built.postings:
        out[one.person] = out.get(one.person, 0.0) + float((one.present * days).sum()) / WEEK
    return out


def _rates(own: pd.DataFrame, person: str, company: pd.Series) -> tuple[pd.Series, str]:
    mine = own[own.index == person]
    if len(mine) and bool((mine["order_count"] >= LEAST).all()):
        return mine.iloc[0], "own"
    return company, "company"


def _row(person: str, target: int, rates: tuple[pd.Series, str], weeks: float) -> dict[str, object]:
    count, source = rates
    value = _over(count["net_minor"], count["order_count"])
    orders = _over(target, value)
    frequency = _over(count["order_count"], count["customer_count"])

    def weekly(what: str) -> float:
        return _over(orders * _over(count[what], count["order_count"]), weeks)

    return {
        "person_id": person,
        "target_minor": target,
        "order_value_minor": value,
        "orders_per_customer": frequency,
        "orders_needed": orders,
        "customers_needed": _over(orders, frequency),
        "quotes_needed_week": weekly("quote_count"),
        "leads_needed_week": weekly("lead_count"),
        "visits_needed_week": weekly("visit_count"),
        "measured_on": source,
    }


def _over(top: float, base: float) -> float:
    return float(top) / float(base) if base and base == base and base > 0 else float("nan")
