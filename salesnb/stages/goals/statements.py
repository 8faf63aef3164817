"""What people said about the coming period, brought into one form so that two sayings can be compared.

A statement is one relation to one figure: of a metric, of some nodes, in some period. It comes from a goal, a planning
rule, a task or a milestone. Amounts are minor units, shares and rates fractions, counts plain numbers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from salesnb.model.params.actions import Milestone, Task
from salesnb.model.params.decomposition import Rule
from salesnb.model.params.goals import Goal

Scope = tuple[tuple[str, tuple[str, ...]], ...]
LAST_YEAR = "last_year"
COUNTS = {
    "customers": ("customers", ()),
    "new_customers": ("new_customers", ()),
    "new_large_customers": ("new_customers", (("customer_size", ("large",)),)),
    "leads": ("lead_count", ()),
}


@dataclass(frozen=True)
class Statement:
    """``reading``: level, growth (over the base) or change (added to the base). ``period``: "" for the whole plan,
    Q1 … Q4, H1, H2, or ``last_year`` for a statement about the base itself. ``of``: what a share is a share of, ""
    where nobody said. ``time``: a quarter's share in_period or cumulative to its end."""

    id: str
    metric: str
    value: float
    source: str = "goal"
    scope: Scope = ()
    period: str = ""
    relation: str = "is"
    reading: str = "level"
    of: str = ""
    time: str = "in_period"
    unit: str = "ratio"

    @property
    def bounds(self) -> tuple[float, float]:
        """Lowest and highest value that satisfies it."""
        high = float("inf") if self.relation == "at_least" else self.value
        low = -float("inf") if self.relation == "at_most" else self.value
        return low, high

    @property
    def dimension(self) -> str:
        """The one dimension it speaks of; "" for the company, "*" for a crossing of several."""
        return "" if not self.scope else self.scope[0][0] if len(self.scope) == 1 else "*"

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes of that dimension."""
        return self.scope[0][1] if len(self.scope) == 1 else ()


@dataclass(frozen=True)
class Base:
    """What is known of the year before; what is not is absent. ``sales_minor`` of the company; ``shares`` of sales by
    (dimension, node), every node of a dimension or none; ``figures`` by name: repurchase_rate, repeat_share (of
    sales), new_sales_minor, market_growth, market_share, top_players_share, leads_a_month, conversion."""

    sales_minor: int
    shares: Mapping[tuple[str, str], float] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)

    def share(self, scope: Scope) -> float | None:
        """Share of sales of a scope; None for a crossing of dimensions or nodes without history."""
        if not scope:
            return 1.0
        if len(scope) > 1:
            return None
        dimension, nodes = scope[0]
        found = [self.shares.get((dimension, node)) for node in nodes]
        known = [share for share in found if share is not None]
        return sum(known) if len(known) == len(found) else None

    def nodes(self, dimension: str) -> tuple[str, ...]:
        """All nodes of a dimension that sold anything."""
        return tuple(sorted(node for name, node in self.shares if name == dimension))


def scope_of(where: Mapping[str, Any]) -> tuple[Scope, str]:
    """A selection as (scope, period): the quarter or half stands apart; what is excluded reads ``not X``."""
    parts, period = [], ""
    for key, nodes in sorted(where.items()):
        listed = tuple(f"not {n}" for n in nodes.not_) if hasattr(nodes, "not_") else tuple(nodes)
        if key in ("quarter", "half") and len(listed) == 1:
            period = listed[0]
        else:
            parts.append((key, tuple(sorted(listed))))
    return tuple(parts), period


def scope_words(scope: Scope) -> str:
    """A scope as a planner reads it: 华东、华南; crossings with ×."""
    return " × ".join("、".join(nodes) for _, nodes in scope)


def from_goals(goals: Iterable[Goal], as_of: date, minor: int) -> list[Statement]:
    """Goals decided by ``as_of``; ``minor`` is the number of minor units in one major unit."""
    out = []
    for goal in goals:
        if goal.decided > as_of:
            continue
        scope, _ = scope_of(goal.where)
        money = goal.target.unit in ("yuan", "yuan_per_customer") and goal.target.as_ == "level"
        out.append(
            Statement(
                id=goal.id,
                metric=goal.metric,
                value=goal.target.value * (minor if money else 1),
                scope=scope,
                period=_part(goal.period),
                relation=goal.target.relation,
                reading=goal.target.as_,
                of=goal.of or "",
                unit=goal.target.unit,
            )
        )
    return out


def _part(period: str) -> str:
    """2024Q2 → Q2; a year is the whole plan; months are no part a plan is cut into."""
    return period[4:] if len(period) == 6 and period[4] in "QH" else ""


def from_rules(rules: Sequence[Rule], as_of: date, minor: int) -> list[Statement]:
    """Planning rules in force, the latest of each id; a range gives two statements, an ended rule none."""
    latest: dict[str, Rule] = {}
    for rule in sorted((r for r in rules if r.decided <= as_of), key=lambda r: (r.decided, r.from_)):
        latest[rule.id] = rule
    out = []
    for rule in latest.values():
        known = _metric_of(rule, minor)
        if known is None or rule.scenario or rule.relation is None:
            continue
        scope, period = scope_of(rule.where)
        whole, _ = scope_of(rule.share_of or {})
        metric = str(known["metric"])
        if metric == "share_of_sales" and whole and whole != scope:
            continue  # a share of another node's sales: the decomposition's matter
        for relation, value in _sides(rule):
            out.append(
                Statement(
                    id=rule.id,
                    # a quarter's share of the own year is a rhythm, not a place in the mix
                    metric="share_of_year" if metric == "share_of_sales" and period else metric,
                    value=value * float(known["scale"]),
                    source="rule",
                    scope=tuple(sorted((*scope, *known.get("scope", ())))),
                    period=period,
                    relation=relation,
                    reading=known["reading"],
                    of="own_sales" if metric == "share_of_sales" else "",
                    time=rule.time,
                    unit=known["unit"],
                )
            )
    return out


def _metric_of(rule: Rule, minor: int) -> dict[str, Any] | None:
    if rule.amount == "sales" and rule.per == "total":
        return {"metric": "sales", "scale": minor, "reading": "level", "unit": "yuan"}
    if rule.growth_over:
        return {"metric": "sales", "scale": 1, "reading": "growth", "unit": "ratio"}
    if rule.share_of is not None:
        return {"metric": "share_of_sales", "scale": 1, "reading": "level", "unit": "ratio"}
    if rule.count in COUNTS:
        metric, scope = COUNTS[rule.count]
        return {"metric": metric, "scale": 1, "reading": "level", "unit": "count", "scope": scope}
    return None


def _sides(rule: Rule) -> list[tuple[str, float]]:
    low, high = rule.bounds
    if low is not None and low == high:
        return [("is", low)]
    sides = (("at_least", low), ("at_most", high))
    return [(name, bound) for name, bound in sides if bound is not None]


def from_actions(tasks: Sequence[Task], milestones: Sequence[Milestone], as_of: date, minor: int) -> list[Statement]:
    """Tasks and milestones that name a measure: a task's figure is its plan for its quarter, a milestone's a floor."""
    out = []
    entries: list[Task | Milestone] = [*tasks, *milestones]
    for entry in entries:
        if entry.measure is None or entry.due is None or getattr(entry, "decided", as_of) > as_of:
            continue
        scope, _ = scope_of(entry.measure.where or getattr(entry, "where", {}))
        value = entry.measure.at_least if entry.measure.at_least is not None else entry.measure.at_most
        is_plan = isinstance(entry, Task) and entry.measure.unit == "ratio"
        side = "is" if is_plan else "at_least" if entry.measure.at_least is not None else "at_most"
        out.append(
            Statement(
                id=entry.id,
                metric=entry.measure.metric,
                value=float(value or 0) * (minor if entry.measure.unit == "yuan" else 1),
                source="task" if isinstance(entry, Task) else "milestone",
                scope=scope,
                period=f"Q{(entry.due.month - 1) // 3 + 1}" if is_plan else f"to {entry.due:%Y-%m-%d}",
                relation=side,
                unit=entry.measure.unit,
            )
        )
    return out
