"""risks.yaml: what could go wrong or right, how likely, what would show it, who answers how (R44)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from salesnb.model.params.dated import ParamsModel
from salesnb.model.params.quantities import Decided, Id, Number, Share, Where, Words, Yuan

Grade = Annotated[int, Field(ge=1, le=5)]


class Trigger(ParamsModel):
    """A series the review computes and the line beyond which the risk has come about."""

    metric: str
    where: Where = Field(default_factory=dict)
    above: Number | None = None
    below: Number | None = None
    months: Annotated[int, Field(ge=1, le=12)] = 1  # so many months running

    @model_validator(mode="after")
    def _one_side(self) -> Trigger:
        if (self.above is None) == (self.below is None):
            raise ValueError("give either above or below / above 与 below 须且只能写一个")
        return self


class Risk(Decided):
    """One line of the register. ``loss`` is yuan of sales at stake if it comes about (a gain where sign is +)."""

    id: Id
    text: Words
    kind: Literal["market", "competitor", "customer", "channel", "people", "product", "supply", "policy", "cash"]
    sign: Literal["-", "+"] = "-"
    probability: Share
    impact: Grade
    loss: Yuan | None = None
    where: Where = Field(default_factory=dict)
    trigger: Trigger | None = None
    response: Words
    owner: str
    cost: Yuan | None = None
    state: Literal["open", "fired", "closed"] = "open"


class Risks(ParamsModel):
    """The schema of risks.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    plan: str = ""
    risks: tuple[Risk, ...] = ()
