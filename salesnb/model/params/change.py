"""changes/ID.yaml: one request to change targets, a strategy or resources, with every state it went through (R56)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from salesnb.model.params.dated import ParamsModel
from salesnb.model.params.quantities import Id, Month, Note, Where, Words, Yuan

StateName = Literal["draft", "submitted", "approved", "rejected", "recalled", "published"]
Sha = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FINAL = ("rejected", "recalled", "published")


class Move(ParamsModel):
    """An amount taken from some cells of the targets and given to others, in the request's months or in these only.

    Without ``give`` the total falls, without ``take`` it rises; both only where no level of the year is locked.
    """

    take: Where = Field(default_factory=dict)
    give: Where = Field(default_factory=dict)
    amount: Yuan
    months: tuple[Month, ...] = ()

    @model_validator(mode="after")
    def _somewhere(self) -> Move:
        if not self.take and not self.give:
            raise ValueError("a move names take, give or both / 目标增减须写 take（从哪里减）、give（加到哪里）或二者")
        return self


class Change(ParamsModel):
    """One state of a request. A draft is nobody's word yet; from ``submitted`` on every state is sealed.

    ``number`` counts the sealed states of all requests of the unit, ``previous`` repeats the hash of the one before.
    ``content`` and ``papers`` are fingerprints of what was submitted, ``amount_minor`` what it moves. ``role`` is what
    an approver decided as, ``revision`` what publishing made.
    """

    state: StateName
    date: date
    by: Words
    role: str = ""
    note: Note = ""
    amount_minor: int | None = None
    content: Sha | None = None
    papers: Sha | None = None
    revision: str = ""
    number: Annotated[int, Field(ge=1)] | None = None
    previous: str = ""
    hash: Sha | None = None


class ChangeRequest(ParamsModel):
    """The schema of changes/ID.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    id: Id
    kind: Literal["target", "strategy", "resource"]
    title: Words
    trigger: Note = ""  # competitor's price, policy, a key person leaves, an exhibition, joiners, a flood of leads
    where: Where = Field(default_factory=dict)
    from_: date = Field(alias="from")
    plan: str = ""  # target changes: the plan, else the year of ``from``
    analysis: Note = ""
    proposal: Note = ""
    effect: Note = ""
    evidence: tuple[str, ...] = ()  # files below the unit's folder; the first is the report its kind asks for
    amount: Yuan | None = None  # what a strategy or resource change costs, against the approvers' limits
    moves: tuple[Move, ...] = ()
    version: str = ""  # target changes: the proposal of a review or plan, e.g. 2024-06/v002, in place of moves
    states: tuple[Change, ...]

    @model_validator(mode="after")
    def _one_way(self) -> ChangeRequest:
        if self.moves and self.version:
            raise ValueError("write moves or version, not both / moves 与 version 只能写一种")
        if (self.moves or self.version) and self.kind != "target":
            raise ValueError("only a target change has moves or version / 只有目标变更才写 moves 或 version")
        if not self.states or self.states[0].state != "draft":
            raise ValueError("the first state is draft / 第一个状态须是 draft")
        return self

    @property
    def last(self) -> Change:
        """Where it stands."""
        return self.states[-1]

    @property
    def sealed(self) -> tuple[Change, ...]:
        """Every state but the draft."""
        return self.states[1:]
