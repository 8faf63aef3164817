"""The verdict on each target (R18): feasible, feasible if …, not feasible, and what binds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from salesnb.methods.capacity import Terms
from salesnb.model.tables import check, contract
from salesnb.stages.feasibility.baseline import COMPANY, Baseline

FEASIBLE, IF, NOT, UNKNOWN = "feasible", "feasible_if", "not_feasible", "unknown"
# How far measures may miss what they promise (coefficient of variation): that of one newcomer, shared by all of them.
DOUBT = Terms().newcomer
Key = tuple[str, str]


@dataclass(frozen=True)
class Evidence:
    """All that bears on the targets. ``targets``, ``measures`` (what hires and launches add), ``market`` ceilings by
    (dimension, node) in minor units; ``capacity`` the table; ``wins_short`` what the pipeline lacks by node and
    ``budget_short`` the company's money, in minor units; ``rates`` the chances of base and stretch."""

    targets: Mapping[Key, float]
    measures: Mapping[Key, float]
    market: Mapping[Key, float]
    capacity: pd.DataFrame
    wins_short: Mapping[Key, float]
    budget_short: float
    rates: tuple[float, float]


@dataclass(frozen=True)
class Judged:
    """``verdict``, what ``binding``, and the ``gap`` in minor units to what it carries."""

    verdict: str
    binding: str
    gap: float


def judge(chance: float, after: float, limits: Mapping[str, float], rates: tuple[float, float]) -> Judged:
    """One node: its ``chance``, the chance ``after`` measures, ``limits`` = shortfalls by reason (> 0: it binds).

    The market binds absolutely. Otherwise: at or above the base chance and nothing short → feasible; at or above the
    stretch chance, or brought there by measures → feasible if the binding reason is met; below → not feasible. Without
    a chance only the ceilings speak, and none of them can say feasible.
    """
    short = {reason: gap for reason, gap in limits.items() if gap > 0}
    if "market" in short:
        return Judged(NOT, "market", short["market"])
    hard = {reason: gap for reason, gap in short.items() if reason != "trend"}
    binding = max(hard, key=lambda r: (hard[r], r), default="trend" if "trend" in short else "")
    gap = short.get(binding, 0.0)
    if math.isnan(chance):
        return Judged(UNKNOWN, binding if hard else "history", gap if hard else 0.0)
    if chance >= rates[0]:
        return Judged(IF, binding, gap) if hard else Judged(FEASIBLE, "", 0.0)
    if chance >= rates[1] or (not math.isnan(after) and after >= rates[1]):
        return Judged(IF, binding or "trend", gap)
    return Judged(NOT, binding or "trend", gap)


def verdict_table(base: Baseline, seen: Evidence, names: Mapping[str, Mapping[str, str]]) -> pd.DataFrame:
    """``feasibility_verdicts``: one row a node with a target."""
    columns = ["dimension", "node_id", "gap_minor", "hire_count", "hire_month"]
    staff = {(str(row["dimension"]), str(row["node_id"])): row for row in seen.capacity[columns].to_dict("records")}
    rows = []
    for (dimension, node), target in sorted(seen.targets.items()):
        found = base.find(dimension, node)
        if found is None:
            continue
        view, i = found
        middle, last, record = float(view.outlook.total[i]), float(view.last[i]), view.outlook.records[i]
        add = seen.measures.get((dimension, node), 0.0)
        chance, after = base.chance(dimension, node, target), _after(base, (dimension, node), target, add)
        held = staff.get((dimension, node), {})
        judged = judge(chance, after, _limits(seen, (dimension, node), middle, held), seen.rates)
        rows.append(
            {
                "dimension": dimension,
                "node_id": node,
                "name": names.get(dimension, {}).get(node, node),
                "target_minor": round(target),
                "growth_rate": target / last - 1 if math.isfinite(last) and last > 0 else None,
                "middle_minor": round(middle) if math.isfinite(middle) else 0,
                "chance_rate": chance,
                "measures_minor": round(add),
                "with_measures_rate": after if add > 0 else None,
                "verdict": judged.verdict,
                "binding": judged.binding,
                "gap_minor": round(judged.gap) if judged.gap else None,
                "hire_count": held.get("hire_count"),
                "hire_month": held.get("hire_month"),
                "test_count": record.count,
                "hit_rate": record.hit_rate if record.count else None,
            }
        )
    columns = [c.name for c in contract("feasibility_verdicts").columns]
    frame = pd.DataFrame(rows, columns=columns).astype({"gap_minor": "Int64", "hire_count": "Int64"})
    return check(frame, contract("feasibility_verdicts"))


def _after(base: Baseline, key: Key, target: float, add: float) -> float:
    """Chance with measures whose own yield is doubtful: averaged over five points of a normal around ``add``."""
    points, weights = np.polynomial.hermite_e.hermegauss(5)
    parts = [base.chance(*key, target - max(add * (1 + DOUBT * z), 0.0)) for z in points]
    return float(np.dot(parts, weights) / weights.sum())


def _limits(seen: Evidence, key: Key, middle: float, held: Mapping[Any, Any]) -> dict[str, float]:
    """Shortfalls by reason; what is not known does not bind."""
    target = seen.targets[key]
    out = {"trend": target - middle if math.isfinite(middle) else 0.0}
    if key in seen.market:
        out["market"] = target - seen.market[key]
    if held and not pd.isna(held["gap_minor"]):
        out["capacity"] = float(held["gap_minor"])
    if key in seen.wins_short:
        out["pipeline"] = seen.wins_short[key]
    if key == (COMPANY, COMPANY):
        out["budget"] = seen.budget_short
    return out
