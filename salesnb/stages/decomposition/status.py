"""What became of every rule: binding, slack, never reached, already said by others, or given way and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from salesnb.methods.conflicts import Shares, implied_ranges
from salesnb.methods.projection import Problem
from salesnb.methods.projection.problem import ProblemError
from salesnb.model.params.decomposition import Rule
from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.lines import Line, weighed
from salesnb.stages.decomposition.settle import row_of

if TYPE_CHECKING:
    from salesnb.stages.decomposition.plan import Plan

_CLOSE = 1e-7  # of a line's size: at its limit
_MISSED = 2e-5  # of what is asked: more is giving way, less is how exactly it was solved


def rule_status(plan: Plan) -> pd.DataFrame:
    """``rule_status`` of a plan: one row a rule, also of those that found no cells or no base."""
    ranges = _implied(plan)
    lines: dict[str, list[Line]] = {}
    for line in plan.compiled.lines:
        lines.setdefault(line.rule.id, []).append(line)
    rows = [_row(plan, own, ranges) for own in lines.values()]
    rows += [_said(rule) | {"status": reason, "achieved": np.nan} for rule, reason in plan.compiled.left_out]
    columns = [column.name for column in contract("rule_status").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("rule_status"))


def _said(rule: Rule) -> dict[str, Any]:
    low, high = rule.bounds
    return {
        "rule_id": rule.id,
        "text": rule.text,
        "by": rule.by,
        "reference": rule.reference,
        "strength": rule.strength,
        "weight": rule.weight,
        "measure": rule.measure,
        "relation": rule.relation,
        "asked_low": np.nan if low is None else low,
        "asked_high": np.nan if high is None else high,
        "is_locked": rule.locked,
        "reason": rule.reason,
    }


def _row(plan: Plan, lines: list[Line], implied: dict[str, tuple[float, float]]) -> dict[str, Any]:
    first = lines[0]
    row = _said(first.rule) | {
        "achieved": first.achieved(plan.cells),
        "amount_minor": round(weighed(first.terms, plan.cells)),
        "base_minor": first.base or None,
    }
    ranges = [implied[line.name] for line in lines if line.name in implied]
    if ranges:
        row["implied_low"], row["implied_high"] = max(r[0] for r in ranges), min(r[1] for r in ranges)
    missed = max(lines, key=lambda line: abs(miss(plan, line)))
    gap = miss(plan, missed)
    if missed.name in plan.settled.limits and gap:
        row["status"] = "relaxed"
        row["relaxed_minor"] = round(abs(gap))
        row["relaxed"] = _in_terms(missed, gap, plan)
        return row
    row["status"] = _state(plan, lines, row)
    return row


def miss(plan: Plan, line: Line) -> float:
    """How far the plan before rounding is from a line's limits: positive below the lower one, negative above the upper;
    zero where it holds. Minor units."""
    value, size = plan.standing(line)
    out = max(line.low - value, 0.0) - max(value - line.high, 0.0)
    return out if abs(out) > _MISSED * size else 0.0


def _in_terms(line: Line, gap: float, plan: Plan) -> float:
    """A miss in the rule's own terms."""
    limit = line.low if gap > 0 else line.high
    return abs(line.in_terms(limit, plan.solved) - line.in_terms(limit - gap, plan.solved))


def _state(plan: Plan, lines: list[Line], row: dict[str, Any]) -> str:
    for line in lines:
        value, size = plan.standing(line)
        for limit in (line.low, line.high):
            if np.isfinite(limit) and abs(value - limit) <= _CLOSE * size:
                return "binding"
    low, high = row["asked_low"], row["asked_high"]
    if np.isfinite(high) and row.get("implied_high", np.nan) < high * (1 + _CLOSE) and not np.isfinite(low):
        return "implied"
    if np.isfinite(low) and row.get("implied_low", np.nan) > low * (1 - _CLOSE) and not np.isfinite(high):
        return "redundant"
    return "slack"


def _implied(plan: Plan) -> dict[str, tuple[float, float]]:
    """What the other firm rules leave to each one-sided rule, in its own terms."""
    problem = plan.settled.problem
    asked = [line for line in plan.compiled.lines if line.low != line.high and line.name not in plan.settled.limits]
    out = _sums(problem, [line for line in asked if not line.whole])
    shares = [line for line in asked if line.whole]
    programme = Shares(problem) if shares else None
    for line in shares:
        if programme is not None and (found := _share(programme, problem, line)) is not None:
            out[line.name] = found
    return out


def _sums(problem: Problem, lines: list[Line]) -> dict[str, tuple[float, float]]:
    """All of them from one programme."""
    if not lines:
        return {}
    by_row = {row_of(problem, line): line for line in lines}
    nowhere, out = np.zeros((0, 0)), {}
    for found in implied_ranges(problem, np.array(sorted(by_row), np.int64)):
        line = by_row[found.row]
        out[line.name] = line.in_terms(found.least, nowhere), line.in_terms(found.most, nowhere)
    return out


def _share(shares: Shares, problem: Problem, line: Line) -> tuple[float, float] | None:
    ratio = next(ratio for ratio in problem.ratios if ratio.name == line.name)
    split = len(line.terms)
    part = list(ratio.terms[:split])
    whole = [
        (name, group, term.coefficient) for (name, group, _), term in zip(ratio.terms[split:], line.whole, strict=True)
    ]
    try:
        return shares.range_of(part, whole, without=problem.row(line.name))
    except ProblemError:
        return None  # the whole can be zero, so its share can be anything
