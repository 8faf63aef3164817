"""Rules as a planner writes them: what saving puts into the file, and words that follow a figure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from salesnb.model.params.decomposition import Rule
from salesnb.model.params.quantities import Not


def entry_of(rule: Rule) -> dict[str, Any]:
    """A rule as a planner writes it: id, words, where, measure, relation, strength; what is usual is left out."""
    out: dict[str, Any] = {"id": rule.id, "text": rule.text}
    if rule.where:
        out["where"] = _where(rule.where)
    measure = getattr(rule, rule.measure)
    out[rule.measure] = _where(measure) if rule.measure in ("share_of", "ratio_to") else measure
    if rule.time != "in_period":
        out["time"] = rule.time
    if rule.per != "total":
        out["per"] = rule.per
    relation = rule.relation or "is"
    value = getattr(rule, "is_" if relation == "is" else relation)
    out[relation] = [tidy(side) for side in value] if relation == "between" else tidy(value)
    out["strength"] = rule.strength
    if rule.weight != 1.0:
        out["weight"] = tidy(rule.weight)
    if rule.locked:
        out |= {"locked": True, "reason": rule.reason}
    return out | ({"scenario": rule.scenario} if rule.scenario else {})


def _where(where: Mapping[str, Any]) -> dict[str, Any]:
    def nodes(given: Any) -> Any:
        if isinstance(given, Not):
            return {"not": nodes(given.not_)}
        return given[0] if len(given) == 1 else list(given)

    return {key: nodes(given) for key, given in where.items()}


def ended(rule: Rule) -> Rule:
    """The rule without a relation: `is: null` ends it."""
    held = rule.model_dump(by_alias=True, exclude={"is_", "at_least", "at_most", "between"})
    return Rule.model_validate({key: value for key, value in held.items() if value is not None} | {"is": None})


def figure_of(rule: Rule) -> float | None:
    low, high = rule.bounds
    return low if low is not None else high


def tidy(value: Any) -> Any:
    """A figure as a person writes it: whole numbers without a point, no digits nobody meant; a proposal's figures keep
    all of theirs, because they meet another rule exactly."""
    if value is None:
        return None
    rounded = round(float(value), 6)
    if abs(rounded - value) > 1e-12 * max(1.0, abs(value)):
        return float(value)
    return int(rounded) if rounded.is_integer() and abs(rounded) >= 1 else rounded


def percent(value: float) -> str:
    return f"{round(value * 100, 2):g} %"


def reworded(text: str, before: float, after: float) -> str:
    """The planner's words with the new figure in the old one's place; where they name none, it is added."""
    old = re.escape(f"{round(before * 100, 2):g}")
    found = re.sub(rf"(?<![\d.]){old}(\.0+)?\s*[%％]", percent(after), text, count=1)
    if found != text or before == after:
        return found
    return f"{text}（{percent(after)}）" if abs(after) < 10 else f"{text}（{after:,.0f}）"
