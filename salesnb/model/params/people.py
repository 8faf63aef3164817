"""people.yaml: roles, capacity, open positions, movements the roster does not know yet, the field's commitments."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from salesnb.model.params.dated import Dated, ParamsModel
from salesnb.model.params.quantities import Decided, Id, Note, Positive, Share, Where, Yuan


class Probation(ParamsModel):
    """The first months after hiring, in which only this share of a target counts (R90). A movement ``probation_ends``
    ends it on another day for one person."""

    months: Annotated[int, Field(ge=1, le=12)]
    share: Share


class Role(ParamsModel):
    """What a role can carry. ``factor`` is against an experienced rep; ramp is the share of it in month 1, 2, …"""

    factor: Dated[Positive]
    ramp: tuple[Share, ...] = (1.0,)
    probation: Probation | None = None
    carries_quota: bool = True
    carries_key_accounts: bool = False
    salary_month: Dated[Yuan] | None = None
    cost_of_hire: Dated[Yuan] | None = None
    hire_weeks: Annotated[int, Field(ge=0, le=52)] = 8


class Team(ParamsModel):
    """A team and the head it answers to. ``opens`` for one that is planned."""

    id: Id
    region: str
    head: str = ""
    opens: date | None = None
    note: Note = ""


class Position(Decided):
    """An open position: who is to be found, for where, by when."""

    id: Id
    team: str
    role: str
    count: Annotated[int, Field(ge=1, le=99)] = 1
    start: date
    state: Literal["planned", "approved", "open", "filled", "withdrawn"] = "planned"
    filled_by: str = ""


class Movement(Decided):
    """A joiner, leaver, transfer, leave or end of probation that is decided. ``from`` is its first day."""

    id: Id
    person: str
    kind: Literal["joins", "leaves", "moves", "on_leave", "returns", "probation_ends"]
    to_team: str = ""
    successor: str = ""
    text: Note = ""


class Commitment(Decided):
    """What a person or region itself says it will do (bottom-up, R16). No entry means not said; it is never zero."""

    node: Annotated[str, Field(min_length=1)]
    level: Literal["region", "team", "person"]
    period: str
    amount: Yuan | None = None
    condition: Note = ""  # what it depends on: two more people, samples, …
    round: Annotated[int, Field(ge=1, le=9)] = 1


class Shadow(Decided):
    """Shadow credit (R82): shown beside a person, never in a total."""

    person: str
    where: Where
    share: Share
    text: Note = ""


class Mentor(ParamsModel):
    """Who looks after a newcomer until when."""

    newcomer: str
    mentor: str
    until: date


class Capacity(ParamsModel):
    """What a person-year holds (R13)."""

    attrition: Dated[Share] | None = None  # share of people who leave in a year
    backfill_weeks: Dated[Positive] | None = None
    selling_day_share: Dated[Share] | None = None  # of working days; the rest is reporting, training, travel
    visits_per_day: Dated[Positive] | None = None


class People(ParamsModel):
    """The schema of people.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    director: str = ""
    general_manager: str = ""
    roles: dict[str, Role] = Field(default_factory=dict)
    teams: tuple[Team, ...] = ()
    positions: tuple[Position, ...] = ()
    movements: tuple[Movement, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    shadow: tuple[Shadow, ...] = ()
    mentors: tuple[Mentor, ...] = ()
    capacity: Capacity = Capacity()

    @model_validator(mode="after")
    def _one_commitment(self) -> People:
        seen: set[tuple[str, str, int]] = set()
        for entry in self.commitments:
            key = (entry.node, entry.period, entry.round)
            if key in seen:
                raise ValueError(
                    f"{entry.node} commits twice in round {entry.round} / {entry.node} 第 {entry.round} 轮承诺出现两次"
                )
            seen.add(key)
        return self
