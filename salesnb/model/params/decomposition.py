"""decomposition.yaml: how the company's figure becomes everybody's (CONTRACTS, Rules; R20–R31, R84–R86)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from salesnb.model.params.dated import Dated, ParamsModel
from salesnb.model.params.quantities import (
    Decided,
    Id,
    Note,
    Number,
    Positive,
    Ratio,
    Share,
    Shares,
    Where,
    Words,
    Yuan,
)

MEASURES = ("amount", "share_of", "growth_over", "ratio_to", "count")
RELATIONS = ("is", "at_least", "at_most", "between")
Strength = Literal["must", "should", "wish"]


class Clause(ParamsModel):
    """A statement about one quantity of the plan: which cells, what is measured, what it shall be.

    ``where`` selects cells (AND across keys, OR within a list, a node means its subtree, nothing means all).
    Exactly one measure and one relation; amounts in yuan, shares, growths and ratios as fractions. ``per: head``
    divides by people.
    ``time`` says whether a share of a quarter or month is of that period alone or of the year up to its end.
    """

    where: Where = Field(default_factory=dict)
    amount: Literal["sales", "gross_profit", "receipts"] | None = None
    count: Literal["customers", "new_customers", "new_large_customers", "leads", "visits", "orders"] | None = None
    growth_over: Literal["last_year"] | None = None
    share_of: Where | None = None
    ratio_to: Where | None = None
    per: Literal["total", "head"] = "total"
    time: Literal["in_period", "cumulative"] = "in_period"
    is_: Number | None = Field(alias="is", default=None)
    at_least: Number | None = None
    at_most: Number | None = None
    between: tuple[Number, Number] | None = None

    @property
    def measure(self) -> str:
        """Which of ``MEASURES`` is used."""
        return next(name for name in MEASURES if getattr(self, name) is not None)

    @property
    def relation(self) -> str | None:
        """Which of ``RELATIONS`` is used; None where the statement has been ended."""
        found = (name for name in RELATIONS if getattr(self, "is_" if name == "is" else name) is not None)
        return next(found, None)

    @property
    def bounds(self) -> tuple[float | None, float | None]:
        """Lowest and highest allowed value; both None where the statement has been ended."""
        if self.between is not None:
            return self.between
        if self.is_ is not None:
            return self.is_, self.is_
        return self.at_least, self.at_most

    @model_validator(mode="after")
    def _one_measure(self) -> Clause:
        measures = [name for name in MEASURES if getattr(self, name) is not None]
        if len(measures) != 1:
            given = ", ".join(measures) or "-"
            raise ValueError(
                f"give exactly one of {', '.join(MEASURES)}; given: {given} / 须且只能写一种口径，现有：{given}"
            )
        relations = [name for name in RELATIONS if getattr(self, "is_" if name == "is" else name) is not None]
        if len(relations) > 1:
            raise ValueError(f"give one of {', '.join(RELATIONS)}, not {relations} / 只能写一种关系，现有：{relations}")
        low, high = self.bounds
        if low is not None and high is not None and low > high:
            raise ValueError(f"between: {low:g} is above {high:g} / between 的下限 {low:g} 高于上限 {high:g}")
        return self


class Rule(Clause, Decided):
    """A planner's line. The same id may stand again with a later ``decided`` or ``from``: that one then holds."""

    id: Id
    text: Words
    strength: Strength = "should"
    weight: Positive = 1.0
    locked: bool = False
    reason: Note = ""  # why a cell or subtotal is locked
    scenario: str = ""  # holds in that scenario only; empty: in all

    @model_validator(mode="after")
    def _ended_or_related(self) -> Rule:
        if self.relation is None and "is_" not in self.model_fields_set and "is" not in self.model_fields_set:
            raise ValueError(
                f"rule {self.id} has no relation; `is: null` ends it / 规则 {self.id} 没有写关系；结束规则写 is: null"
            )
        if self.locked and not self.reason:
            raise ValueError(f"rule {self.id} is locked without a reason / 规则 {self.id} 已锁定但没有写原因")
        return self


class StructuralZero(Decided):
    """Cells that cannot exist: a product before its launch, a channel a unit does not serve."""

    id: Id
    text: Words
    where: Where
    before: date | None = None  # until the day before; empty: always


class Padding(ParamsModel):
    """Over-assignment (> 0) or hold-back (< 0) handed down at one level, always shown as a step of its own."""

    level: Literal["region", "team", "person"]
    share: Dated[Annotated[float, Field(ge=-0.2, le=0.3)]]


class Caps(ParamsModel):
    """Caps from measured capacity (R13, R22): at most what seats × productivity × ramp can carry on average (``mean``),
    or what they exceed one time in ten (``high``)."""

    levels: Annotated[tuple[Literal["region", "team", "person"], ...], Field(min_length=1)] = ("person",)
    at: Literal["mean", "high"] = "high"
    strength: Strength = "should"


class Scenario(Decided):
    """A named alternative: what the company's growth is then, and rules that hold only there carry its id."""

    id: Id
    text: Words
    growth: Ratio


class Figure(Decided):
    """Budget, assessment and stretch figures stand side by side (R86), each with its owner."""

    id: Literal["budget", "assessment", "stretch"]
    text: Words
    growth: Ratio
    owner: str


class Round(Decided):
    """One step of 两上两下: the company hands down or the field answers, by a deadline."""

    number: Annotated[int, Field(ge=1, le=9)]
    direction: Literal["down", "up"]
    text: Words
    due: date


class Kpi(ParamsModel):
    """One line of a responsibility letter. ``metric`` is a figure the review computes."""

    id: Id
    text: Words
    metric: str
    weight: Share
    roles: tuple[str, ...] = ()  # empty: all


class Letter(ParamsModel):
    """目标责任书 (R30, R85)."""

    sign_by: date
    issuer: str
    kpis: tuple[Kpi, ...]
    adjustment: Words
    objection: Words
    vetoes: tuple[Words, ...] = ()
    clauses: tuple[Words, ...] = ()

    @model_validator(mode="after")
    def _weights(self) -> Letter:
        for role in {role for kpi in self.kpis for role in kpi.roles} or {""}:
            total = sum(k.weight for k in self.kpis if not k.roles or role in k.roles)
            if abs(total - 1) > 1e-9:
                raise ValueError(
                    f"KPI weights of {role or 'all'} sum to {total:g}, not 1 / {role} 的 KPI 权重之和为 {total:g}"
                )
        return self


class Activity(ParamsModel):
    """Process targets asked of everybody; what measured conversion needs is computed beside them (R28)."""

    effective_visits_per_week: Dated[Positive] | None = None
    quotes_per_week: Dated[Positive] | None = None
    leads_per_month: Dated[Positive] | None = None


class Decomposition(ParamsModel):
    """The schema of decomposition.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    plan: str = ""
    grain: Yuan = 100.0  # yuan; targets are multiples of it
    levels: tuple[str, ...] = ("region", "team", "person")
    weights: Dated[Shares] | None = None  # reasons for the start: history, potential, team_size, growth_wish, …
    rules: tuple[Rule, ...] = ()
    zeros: tuple[StructuralZero, ...] = ()
    caps: Caps | None = None  # without it nobody is capped by measured capacity
    padding: tuple[Padding, ...] = ()
    scenarios: tuple[Scenario, ...] = ()
    figures: tuple[Figure, ...] = ()
    judged_by: Literal["budget", "assessment", "stretch"] = "assessment"
    rounds: tuple[Round, ...] = ()
    activity: Activity = Activity()
    letter: Letter | None = None

    @model_validator(mode="after")
    def _distinct_rules(self) -> Decomposition:
        seen: set[tuple[Any, ...]] = set()
        for rule in self.rules:
            key = (rule.id, rule.from_, rule.decided)
            if key in seen:
                raise ValueError(
                    f"rule {rule.id} stands twice from {key[1]} / 规则 {rule.id} 同一生效日、决定日出现两次"
                )
            seen.add(key)
        return self

    def rules_at(self, day: date, as_of: date) -> tuple[Rule, ...]:
        """The rules in force on ``day`` as known at ``as_of``, in the file's order; ended rules are left out."""
        latest: dict[str, Rule] = {}
        for rule in self.rules:
            held = latest.get(rule.id)
            if rule.known(day, as_of) and (held is None or (held.from_, held.decided) < (rule.from_, rule.decided)):
                latest[rule.id] = rule
        return tuple(rule for rule in self.rules if latest.get(rule.id) is rule and rule.relation is not None)
