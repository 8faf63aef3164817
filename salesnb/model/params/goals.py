"""goals.yaml: what the company wants of a period, so exactly said that it can be checked (R10)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from salesnb.model.params.dated import Dated, ParamsModel
from salesnb.model.params.quantities import Decided, Id, Note, Number, Positive, Where, Words, distinct

Metric = Literal[
    "sales",
    "gross_profit",
    "gross_margin",
    "market_share",
    "share_of_sales",
    "customers",
    "new_customers",
    "repurchase_rate",
    "revenue_per_customer",
    "average_order_value",
    "collection_rate",
    "lead_count",
    "lead_conversion",
    "effective_visits",
    "stock_clearance",
]
Unit = Literal["yuan", "ratio", "points", "count", "yuan_per_customer", "per_person_week"]


class Level(ParamsModel):
    """A figure and how it binds. ``as_`` says whether it is the level itself or a change against the base."""

    is_: Number | None = Field(alias="is", default=None)
    at_least: Number | None = None
    at_most: Number | None = None
    as_: Literal["level", "growth", "change"] = Field(alias="as", default="level")
    unit: Unit

    @model_validator(mode="after")
    def _one_relation(self) -> Level:
        given = [v for v in (self.is_, self.at_least, self.at_most) if v is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of is, at_least, at_most / is、at_least、at_most 须且只能写一个")
        return self

    @property
    def relation(self) -> str:
        """Which of is, at_least, at_most is used."""
        return "is" if self.is_ is not None else "at_least" if self.at_least is not None else "at_most"

    @property
    def value(self) -> float:
        """The figure, in ``unit``."""
        return next(v for v in (self.is_, self.at_least, self.at_most) if v is not None)


class Process(Level):
    """The process metric that stands beside a result metric: what to do, not only what to reach."""

    metric: Metric
    text: Words
    owner: str = ""


class Goal(Decided):
    """One goal. Blank ``owner``, ``due``, ``evidence`` or ``process`` is what the SMART check reports."""

    id: Id
    text: Words
    metric: Metric
    where: Where = Field(default_factory=dict)
    period: str = ""  # empty: the plan's whole period
    target: Level
    base: Note = ""  # what a change is measured against, in words: 上年同期, 2023 年均值, …
    window_months: int | None = Field(default=None, ge=1, le=36)
    of: Literal["own_sales", "market"] | None = None  # what a share is a share of; unsaid is asked
    owner: str = ""
    due: date | None = None
    evidence: str = ""
    process: Process | None = None


class Goals(ParamsModel):
    """The schema of goals.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    plan: str = ""
    goals: tuple[Goal, ...] = ()
    contribution: dict[str, Dated[Positive]] = Field(default_factory=dict)  # team target = company target × coefficient

    @model_validator(mode="after")
    def _distinct(self) -> Goals:
        distinct(goal.id for goal in self.goals)
        return self
