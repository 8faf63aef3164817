"""Plans side by side: scenarios, budget / assessment / stretch figures, and the bridge from one plan to another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from salesnb.model.params.decomposition import Rule
from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.plan import Plan, Problem, decompose, rebound

COMPANY = "company"


def with_growth(rules: Sequence[Rule], growth: float, name: str) -> tuple[Rule, ...]:
    """The rules with the company growing by ``growth``: its growth rule says so, or one of that name is added."""
    own = [rule for rule in rules if rule.measure == "growth_over" and not rule.where]
    if own:
        return tuple(rebound(rule, (growth, growth)) if rule in own else rule for rule in rules)
    said = {"id": name, "text": name, "growth_over": "last_year", "is": growth, "strength": "must"}
    return (*rules, Rule.model_validate(said))


def alternatives(
    problem: Problem, growths: Mapping[str, tuple[str, float]], rules: Mapping[str, Sequence[Rule]] | None = None
) -> dict[str, Plan]:
    """A plan for each alternative: id → (kind, company growth). ``rules``: an alternative's own, else the problem's."""
    out = {}
    for name, (_, growth) in growths.items():
        own = (rules or {}).get(name, problem.rules)
        out[name] = decompose(replace(problem, rules=with_growth(own, growth, name), name=name))
    return out


def scenario_table(plan: Plan, others: Mapping[str, Plan], kinds: Mapping[str, str]) -> pd.DataFrame:
    """``target_scenarios``: company, regions, teams, people and product lines under each alternative."""
    parts = []
    for name, other in {"": plan, **others}.items():
        for dimension, sums in _by_node(other).items():
            base = _base(other, dimension)
            frame = sums.rename("amount_minor").rename_axis("node_id").reset_index()
            past = frame["node_id"].map(base).astype("float64")
            frame["growth_rate"] = (frame["amount_minor"] / past - 1).where(past > 0)
            frame["scenario"], frame["kind"] = name or "plan", kinds.get(name, "plan")
            parts.append(frame.assign(dimension=dimension, is_plan=name == ""))
    return check(pd.concat(parts, ignore_index=True), contract("target_scenarios"))


def bridge(before: Plan, after: Plan) -> pd.DataFrame:
    """``target_bridge``: what changes for whom between two plans; every dimension's changes sum to the company's."""
    old, new = _by_node(before), _by_node(after)
    parts = []
    for dimension in new:
        both = pd.DataFrame({"before_minor": old.get(dimension), "after_minor": new[dimension]})
        both = both.fillna(0).astype("int64").rename_axis("node_id").reset_index()
        parts.append(both.assign(dimension=dimension, change_minor=both["after_minor"] - both["before_minor"]))
    return check(pd.concat(parts, ignore_index=True), contract("target_bridge"))


def rule_changes(before: Plan, after: Plan) -> pd.DataFrame:
    """``target_rule_changes``: each rule that came, went or moved, and what it alone does to the earlier plan."""
    old = {rule.id: rule for rule in before.problem.rules}
    new = {rule.id: rule for rule in after.problem.rules}
    rows = []
    for name in sorted(set(old) | set(new)):
        one, two = old.get(name), new.get(name)
        if one is not None and two is not None and _same(one, two):
            continue
        rows.append(_changed(before, name, one, two))
    columns = [column.name for column in contract("target_rule_changes").columns]
    frame = pd.DataFrame(rows, columns=columns).astype({"total_minor": "int64", "moved_minor": "int64"})
    return check(frame, contract("target_rule_changes"))


def _same(one: Rule, two: Rule) -> bool:
    ignored = {"decided", "from_", "by", "reference", "text"}
    return one.model_dump(exclude=ignored) == two.model_dump(exclude=ignored)


def _changed(before: Plan, name: str, one: Rule | None, two: Rule | None) -> dict[str, Any]:
    kept = [rule for rule in before.problem.rules if rule.id != name]
    alone = decompose(replace(before.problem, rules=tuple(kept if two is None else [*kept, two])))
    change = alone.cells.sum(axis=1) - before.cells.sum(axis=1)
    by_person = pd.Series(change).groupby(before.problem.cube.places["person_id"].to_numpy()).sum()
    total = int(change.sum())
    said = two or one
    assert said is not None
    (low, high), (to_low, to_high) = (rule.bounds if rule else (None, None) for rule in (one, two))
    return {
        "rule_id": name,
        "text": said.text,
        "by": said.by,
        "reference": said.reference,
        "kind": "added" if one is None else "removed" if two is None else "changed",
        "before_low": _number(low),
        "before_high": _number(high),
        "after_low": _number(to_low),
        "after_high": _number(to_high),
        "total_minor": total,
        "moved_minor": (int(by_person.abs().sum()) - abs(total)) // 2,
    }


def _number(value: float | None) -> float:
    return np.nan if value is None else float(value)


def _by_node(plan: Plan) -> dict[str, pd.Series]:
    out = {COMPANY: pd.Series([plan.total], index=["all"])}
    for dimension in ("region_id", "team_id", "person_id", "product_line"):
        if dimension in plan.table:
            out[dimension] = plan.table.groupby(dimension)["target_minor"].sum()
    return out


def _base(plan: Plan, dimension: str) -> dict[str, int]:
    base = plan.problem.cube.base
    if dimension == COMPANY:
        return {"all": int(base["net_minor"].sum())}
    sums = base.groupby(dimension)["net_minor"].sum()
    return {str(node): int(amount) for node, amount in sums.items()}
