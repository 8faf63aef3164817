"""Money of the plan: the budget split exactly, what is asked for, where the next yuan returns most (R43)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd

from salesnb.methods.allocation import Response, best_split, response
from salesnb.model.money import spread_minor
from salesnb.model.params.actions import Budget, ResourceRequest

LEAST, MOST = 0.5, 2.0  # the optimum stays within this of what was spent: beyond nothing was measured


def budget_split(budget: Budget, day: date, as_of: date, minor: int = 100) -> pd.DataFrame:
    """category, share_of_budget, amount_minor: the total split by its rule, exactly; empty where nothing is decided."""
    total, shares = budget.total.find(day, as_of), budget.split.find(day, as_of)
    columns = ["category", "share_of_budget", "amount_minor"]
    if total is None or shares is None:
        return pd.DataFrame(columns=columns)
    return _shared(round(total * minor), dict(shares), columns)


def region_split(
    total_minor: int, budget: Budget, weights: Mapping[str, float], day: date, as_of: date
) -> pd.DataFrame:
    """region_id, is_key, share_of_budget, amount_minor: key regions take their share, all by ``weights`` within.

    Without a rule for key regions everything goes by weight. Key regions without weight share evenly.
    """
    columns = ["region_id", "share_of_budget", "amount_minor"]
    to_key = budget.to_key_regions.find(day, as_of) if budget.to_key_regions else None
    keys = [r for r in budget.key_regions if r in weights]
    rest = [r for r in weights if r not in keys]
    if to_key is None or not keys or not rest:
        return _shared(total_minor, _scaled(weights, list(weights), 1.0), columns).assign(is_key=False)
    shares = {**_scaled(weights, keys, to_key), **_scaled(weights, rest, 1 - to_key)}
    out = _shared(total_minor, shares, columns)
    return out.assign(is_key=out["region_id"].isin(keys))


def _scaled(weights: Mapping[str, float], nodes: Sequence[str], share: float) -> dict[str, float]:
    whole = sum(max(weights[n], 0.0) for n in nodes)
    return {n: share * (max(weights[n], 0.0) / whole if whole else 1 / len(nodes)) for n in nodes}


def _shared(total_minor: int, shares: Mapping[str, float], columns: Sequence[str]) -> pd.DataFrame:
    names = list(shares)
    exact = [Decimal(total_minor) * Decimal(str(shares[n])) for n in names]
    off = Decimal(total_minor) - sum(exact, Decimal(0))  # shares sum to one to nine digits; the total holds
    largest = max(range(len(names)), key=lambda i: (exact[i], names[i])) if names else 0
    if names:
        exact[largest] += off
    rows = zip(names, [shares[n] for n in names], spread_minor(exact, names, total_minor) if names else [], strict=True)
    return pd.DataFrame(list(rows), columns=list(columns)).astype({columns[-1]: "int64"})


@dataclass(frozen=True)
class Measured:
    """Uses of money whose return is measured: their curves, what was spent a year, and what is left unmeasured."""

    uses: tuple[tuple[str, str], ...]
    curves: tuple[Response, ...]
    spent_minor: tuple[int, ...]
    unmeasured_minor: int
    months: int


def measured(spend: pd.DataFrame, months: Sequence[str]) -> Measured:
    """The response of leads to money by category and region, over ``spend``; what was spent is that of ``months``.

    ``spend``: month, category, region_id, spend_minor, lead_count. A use without a curve is left as it is.
    """
    uses, curves, spent, bare = [], [], [], 0
    last = spend[spend["month"].isin(list(months))]
    keys = ["category", "region_id"]
    paid = last.groupby(keys)["spend_minor"].sum()
    known = spend[spend["lead_count"].notna()]
    sums = known.groupby([*keys, "month"])[["spend_minor", "lead_count"]].sum()
    monthly = {key: own.to_numpy(float) for key, own in sums.groupby(level=keys)}
    for key in spend.groupby(keys, sort=True).size().index:
        money = int(paid.get(key, 0))
        seen = monthly.get(key, np.zeros((0, 2)))
        curve = response(seen[:, 0], seen[:, 1])
        if curve is None or money <= 0:
            bare += money
            continue
        uses.append((str(key[0]), str(key[1])))
        curves.append(curve)
        spent.append(money)
    return Measured(tuple(uses), tuple(curves), tuple(spent), bare, len(months))


def allocation(found: Measured, budget: Budget | None, day: date, as_of: date) -> pd.DataFrame:
    """One row a use: money a year as last year, equal, by rule and at the optimum, and the leads each would bring.

    The same sum every time. By rule: key regions take their share, within them as last year. The optimum stays between
    half and twice of last year's, because nothing is measured beyond.
    """
    total, n = sum(found.spent_minor), len(found.uses)
    if not n:
        return pd.DataFrame()
    last = np.array(found.spent_minor, float)
    plans = {"last": last, "equal": np.full(n, total / n), "rule": _by_rule(found, budget, day, as_of)}
    scale = np.array([c.scale for c in found.curves])
    power = np.array([c.power for c in found.curves])
    monthly = last / found.months
    plans["best"] = found.months * best_split(scale, power, float(monthly.sum()), LEAST * monthly, MOST * monthly)
    out = pd.DataFrame(found.uses, columns=["category", "region_id"])
    out["power"] = power
    out["power_error"] = [c.power_error for c in found.curves]
    for name, split in plans.items():
        whole = spread_minor([Decimal(repr(float(v))) for v in split * (total / split.sum())], list(found.uses), total)
        out[f"{name}_minor"] = np.array(whole, dtype="int64")
        leads = [c.at(v / found.months) * found.months for c, v in zip(found.curves, split, strict=True)]
        out[f"{name}_leads"] = np.array(leads, float)
    return out


def _by_rule(found: Measured, budget: Budget | None, day: date, as_of: date) -> np.ndarray:
    last = np.array(found.spent_minor, float)
    to_key = budget.to_key_regions.find(day, as_of) if budget and budget.to_key_regions else None
    is_key = np.array([region in (budget.key_regions if budget else ()) for _, region in found.uses])
    if to_key is None or not is_key.any() or is_key.all():
        return last
    weight = np.where(is_key, to_key / last[is_key].sum(), (1 - to_key) / last[~is_key].sum())
    return last * weight * last.sum()


def requests(asked: Sequence[ResourceRequest], as_of: date, minor: int = 100) -> pd.DataFrame:
    """The resource request form (销售资源需求表): one row a request known by ``as_of``."""
    rows = [
        {
            "request_id": r.id,
            "text": r.text,
            "kind": r.kind,
            "quantity": r.quantity,
            "cost_minor": round(r.cost * minor),
            "needed_date": pd.Timestamp(r.needed),
            "asked_by": r.asked_by,
            "reason": r.reason,
            "state": r.state,
            "approved_by": r.approved_by or None,
        }
        for r in asked
        if r.decided <= as_of
    ]
    return pd.DataFrame(rows)
