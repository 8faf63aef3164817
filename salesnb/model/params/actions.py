"""actions.yaml: from targets to what is done by whom until when, with which money (R40–R43, R46)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

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
    distinct,
)

State = Literal["open", "doing", "done", "late", "dropped"]


class Measure(ParamsModel):
    """A figure the review computes and the level it must reach."""

    metric: str
    where: Where = Field(default_factory=dict)
    at_least: Number | None = None
    at_most: Number | None = None
    unit: Literal["yuan", "ratio", "points", "count", "per_person_week", "hours"]

    @model_validator(mode="after")
    def _one_side(self) -> Measure:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give either at_least or at_most / at_least 与 at_most 须且只能写一个")
        return self


class KeyResult(ParamsModel):
    """One key result. ``contributes`` is yuan towards its objective; ``counts`` names the sales it counts."""

    id: Id
    text: Words
    owner: str = ""
    due: date | None = None
    measure: Measure | None = None
    count: Annotated[int, Field(ge=0)] | None = None
    average: Yuan | None = None  # yuan of one counted thing
    contributes: Yuan | None = None  # else count × average
    counts: Where = Field(default_factory=dict)

    @property
    def amount(self) -> float | None:
        """Yuan towards the objective, said or computed; None where neither is known."""
        if self.contributes is not None:
            return self.contributes
        return self.count * self.average if self.count is not None and self.average is not None else None


class Objective(Decided):
    """What a node is to reach, and the key results that should make it."""

    id: Id
    text: Words
    where: Where = Field(default_factory=dict)
    amount: Yuan | None = None
    owner: str
    due: date
    key_results: tuple[KeyResult, ...] = ()


class Task(Decided):
    """One task: content, owner, due date, deliverable, resources, state (R40)."""

    id: Id
    text: Words
    serves: tuple[str, ...] = ()  # ids of objectives, key results, strategies or goals
    where: Where = Field(default_factory=dict)
    owner: str = ""
    start: date | None = None
    due: date | None = None
    deliverable: Note = ""
    resources: Note = ""
    measure: Measure | None = None
    after: tuple[str, ...] = ()  # ids of tasks that must be done before
    cost: Yuan | None = None
    state: State = "open"
    done: date | None = None


class Strategy(Decided):
    """How a goal is to be reached with customers, products, channels, resources, prices or promotion (R41)."""

    id: Id
    kind: Literal["customer", "product", "channel", "resource", "price", "promotion"]
    text: Words
    where: Where = Field(default_factory=dict)
    serves: tuple[str, ...] = ()
    owner: str = ""
    cost: Yuan | None = None


class Promotion(Decided):
    """A promotion such as 买10送1: what is bought, what is given, the lift that is expected."""

    id: Id
    text: Words
    where: Where
    buy: Annotated[int, Field(ge=1)]
    give: Annotated[int, Field(ge=1)]
    start: date
    end: date
    expected_lift: Ratio


class Milestone(ParamsModel):
    """A date by which a measure must have reached its level (R42)."""

    id: Id
    text: Words
    due: date
    owner: str = ""
    measure: Measure | None = None


class Meeting(ParamsModel):
    """A recurring meeting or report."""

    id: Id
    text: Words
    every: Literal["workday", "week", "month", "quarter", "year"]
    on: str = ""  # weekday (周一) or day of month; moved off holidays
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] = "09:00"
    minutes: Annotated[int, Field(ge=0, le=600)] = 0  # 0: a due date, not a meeting
    people: tuple[str, ...] = ()


class Training(ParamsModel):
    """A training with its date, audience and proof."""

    id: Id
    text: Words
    due: date
    owner: str
    audience: Words
    deliverable: Words
    cost: Yuan = 0.0


class Budget(ParamsModel):
    """Money for the plan and the rules that split it (R43)."""

    total: Dated[Yuan]
    split: Dated[Shares]
    key_regions: tuple[str, ...] = ()
    to_key_regions: Dated[Share] | None = None
    reserve_release: Note = ""  # who may release the reserve, on which condition


class ResourceRequest(Decided):
    """销售资源需求表: one line with its approval state."""

    id: Id
    text: Words
    kind: Literal["head_count", "material", "training", "tool", "marketing", "other"]
    where: Where = Field(default_factory=dict)
    quantity: Positive
    cost: Yuan
    needed: date
    asked_by: str
    reason: Words
    state: Literal["draft", "submitted", "approved", "rejected"] = "draft"
    approved_by: str = ""


class Promise(Decided):
    """A commitment between departments (R46): who gives what to whom, how much, how it is counted."""

    id: Id
    text: Words
    giver: Words
    taker: Words
    measure: Measure | None = None
    every: Literal["month", "quarter", "year", "request"] = "month"
    notice_days: Annotated[int, Field(ge=0, le=60)] | None = None  # working days ahead
    state: Literal["proposed", "agreed", "ended"] = "agreed"


class Actions(ParamsModel):
    """The schema of actions.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    plan: str = ""
    objectives: tuple[Objective, ...] = ()
    tasks: tuple[Task, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    promotions: tuple[Promotion, ...] = ()
    milestones: tuple[Milestone, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    trainings: tuple[Training, ...] = ()
    budget: Budget | None = None
    requests: tuple[ResourceRequest, ...] = ()
    promises: tuple[Promise, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Actions:
        results = [result.id for objective in self.objectives for result in objective.key_results]
        distinct(
            [
                *(item.id for item in self.objectives),
                *results,
                *(item.id for item in self.tasks),
                *(item.id for item in self.strategies),
                *(item.id for item in self.milestones),
            ]
        )
        distinct(item.id for item in self.requests)
        distinct(item.id for item in self.promises)
        return self
