"""What the field says (R16), what is new and has no history (R17), and target levels with their chances."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesnb.model.params.market import NewMarket
from salesnb.model.params.people import Commitment
from salesnb.model.periods import Calendar, Period
from salesnb.model.tables import check, contract
from salesnb.stages.feasibility.baseline import COMPANY, Baseline, node_states

# How far reach may be off where nothing was sold yet: an assumption, printed as such. 80 % range: ÷ or × 1.67.
LAUNCH_SPREAD = 0.40
TENTH = 1.2815515655446004
LEVELS = {"region": "region_id", "team": "team_id", "person": "person_id"}
Names = Mapping[str, Mapping[str, str]]


def commitments(entries: Sequence[Commitment], period: str, as_of: date) -> dict[tuple[str, str], Commitment]:
    """The latest round known on ``as_of`` of each node's own figure for ``period``, by (level, node)."""
    out: dict[tuple[str, str], Commitment] = {}
    for entry in sorted(entries, key=lambda e: (e.round, e.decided)):
        if entry.period == period and entry.decided <= as_of:
            out[entry.level, entry.node] = entry
    return out


def feedback_table(
    base: Baseline, said: Mapping[tuple[str, str], Commitment], expected: Mapping[tuple[str, str], float | None],
    names: Names, minor: int,
) -> pd.DataFrame:  # fmt: skip
    """``feasibility_feedback``: every node that should say a figure (``expected`` → its top-down target, None where
    there is none yet) or said one. What was not said stays blank."""
    rows = []
    for level, node in sorted({*expected, *said}):
        dimension = LEVELS[level]
        entry = said.get((level, node))
        amount = None if entry is None or entry.amount is None else round(entry.amount * minor)
        target = expected.get((level, node))
        held = [
            float(v.outlook.total[i])
            for v in base.views
            for i in range(len(v.keys))
            if v.keys["dimension"].iat[i] == dimension and v.keys["node_id"].iat[i] == node
        ]
        gap = None if amount is None or target is None else amount - round(target)
        rows.append(
            {
                "level": level,
                "node_id": node,
                "name": names.get(dimension, {}).get(node, node),
                "target_minor": None if target is None else round(target),
                "committed_minor": amount,
                "gap_minor": gap,
                "gap_rate": gap / target if gap is not None and target else None,
                "middle_minor": round(sum(held)) if held else None,
                "chance_rate": base.chance(dimension, node, amount) if amount is not None and len(held) == 1 else None,
                "round_no": entry.round if entry else None,
                "condition": entry.condition if entry else "",
            }
        )
    columns = [c.name for c in contract("feasibility_feedback").columns]
    kinds = dict.fromkeys((c for c in columns if c.endswith("_minor") or c == "round_no"), "Int64")
    return check(pd.DataFrame(rows, columns=columns).astype(kinds), contract("feasibility_feedback"))


def launch_table(
    markets: Sequence[NewMarket], period: Period, as_of: date, calendar: Calendar, minor: int
) -> pd.DataFrame:
    """``feasibility_launches``: potential a year ÷ 12 × reach × the ramp of each month of the period since opening.

    The opening month counts by its remaining days. The range is that of reach alone (:data:`LAUNCH_SPREAD`).
    """
    rows = []
    for new in markets:
        potential, reach = new.potential.find(period.start, as_of), new.reach.find(period.start, as_of)
        if new.decided > as_of or potential is None or reach is None or not new.ramp:
            continue
        full = sum(_month_share(new, month, calendar) for month in period.months)
        expected = potential * minor / 12 * reach * full
        spread = math.exp(TENTH * LAUNCH_SPREAD)
        rows.append(
            {
                "launch_id": new.id,
                "text": new.text,
                "node": "、".join(n for nodes in new.where.values() if isinstance(nodes, tuple) for n in nodes),
                "opens": pd.Timestamp(new.opens),
                "potential_minor": round(potential * minor),
                "reach_rate": reach,
                "ramp_months": full,
                "expected_minor": round(expected),
                "low_minor": round(expected / spread),
                "high_minor": round(expected * spread),
            }
        )
    columns = [c.name for c in contract("feasibility_launches").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("feasibility_launches"))


def _month_share(new: NewMarket, month: str, calendar: Calendar) -> float:
    """Share of a full month reached in ``month``: 0 before opening, the ramp by month of life, the last value after."""
    held, opened = calendar.period(month), calendar.month_of(new.opens)
    if month < opened:
        return 0.0
    age = (int(month[:4]) - int(opened[:4])) * 12 + int(month[5:]) - int(opened[5:])
    open_days = ((held.end - new.opens).days + 1) / held.days if month == opened else 1.0
    return new.ramp[min(age, len(new.ramp) - 1)] * open_days


@dataclass(frozen=True)
class Level:
    """One figure somebody named for a node: a goal, a wish, a commitment, a budget."""

    dimension: str
    node: str
    kind: str
    target_minor: float


def target_table(base: Baseline, levels: Sequence[Level], names: Names, rates: Mapping[str, float]) -> pd.DataFrame:
    """``feasibility_targets``: every named figure with its chance and the record behind it, and the three levels at the
    chances ``rates`` (base, challenge, stretch) for the same nodes."""
    nodes = list(dict.fromkeys((level.dimension, level.node) for level in levels)) or [(COMPANY, COMPANY)]
    every = list(levels)
    for dimension, node in nodes:
        found = base.find(dimension, node)
        if found is None:
            continue
        view, row = found
        reach = view.outlook.quantile([1 - p for p in rates.values()])[row]
        every += [Level(dimension, node, k, float(v)) for k, v in zip(rates, reach, strict=True) if math.isfinite(v)]
    rows = []
    for level in every:
        rows.append(_target_row(base, level, names))
    columns = [c.name for c in contract("feasibility_targets").columns]
    frame = pd.DataFrame(rows, columns=columns).astype({"last_minor": "Int64"})
    return check(frame, contract("feasibility_targets"))


def _target_row(base: Baseline, level: Level, names: Names) -> dict[str, object]:
    found = base.find(level.dimension, level.node)
    row: dict[str, object] = {
        "dimension": level.dimension,
        "node_id": level.node,
        "name": names.get(level.dimension, {}).get(level.node, level.node),
        "kind": level.kind,
        "target_minor": round(level.target_minor),
        "test_count": 0,
        "state": "not_enough_history",
    }
    if found is None:
        return row
    view, i = found
    last, record = float(view.last[i]), view.outlook.records[i]
    return row | {
        "last_minor": round(last) if math.isfinite(last) else None,
        "growth_rate": level.target_minor / last - 1 if math.isfinite(last) and last > 0 else None,
        "chance_rate": base.chance(level.dimension, level.node, level.target_minor),
        "test_count": record.count,
        "hit_rate": record.hit_rate if record.count else None,
        "state": str(node_states(view)[i]),
    }
