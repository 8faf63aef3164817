"""The draft of a company.yaml: sources and columns with the evidence each stands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from salesnb.intake.init.kinds import Guess
from salesnb.model.errors import Text


@dataclass
class Column:
    """One mapped column: what stands behind the key in YAML, and why."""

    value: str | dict[str, Any]
    why: Text | None = None


@dataclass
class Drafted:
    """One source of the draft."""

    name: str
    table: str
    file: str
    guess: Guess
    columns: dict[str, Column] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    why: Text | None = None


@dataclass
class Draft:
    """Everything company.yaml will say, before it is written."""

    unit: str
    language: str
    currency: str
    currency_why: Text
    sources: list[Drafted] = field(default_factory=list)
    tax: str = "excluded"
