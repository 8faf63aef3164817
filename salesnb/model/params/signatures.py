"""signatures/PLAN-rNN.yaml: what came back of the responsibility letters of one approved revision (R30, R85)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from salesnb.model.params.dated import ParamsModel

FOLDER = "signatures"


class Signature(ParamsModel):
    """One letter that came back: signed, or objected to with the reason. Later entries of a node replace earlier ones;
    nothing is erased."""

    node: Annotated[str, Field(min_length=1)]
    state: Literal["signed", "objected"] = "signed"
    on: date
    by: str = ""  # who entered it
    note: str = ""

    @model_validator(mode="after")
    def _reasoned(self) -> Signature:
        if self.state == "objected" and not self.note.strip():
            raise ValueError(f"an objection of {self.node} needs its reason / {self.node} 的异议须写理由（note）")
        return self


class Signatures(ParamsModel):
    """The schema of signatures/PLAN-rNN.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    signatures: tuple[Signature, ...] = ()

    def by(self, day: date) -> dict[str, Signature]:
        """Node → what had come back of its letter by ``day``."""
        known = [one for one in self.signatures if one.on <= day]
        return {one.node: one for one in sorted(known, key=lambda one: one.on)}
