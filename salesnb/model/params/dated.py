"""Dated values: a chosen number knows from when it applies, when it was decided, by whom and why (DESIGN, rule 6)."""

from __future__ import annotations

from datetime import date
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, model_validator

from salesnb.model.errors import ParamsError, Text

T = TypeVar("T")
EVER = date(1, 1, 1)


class ParamsModel(BaseModel):
    """Base of every schema: unknown keys are refused, values are never changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class DatedValue(ParamsModel, Generic[T]):
    """One value with its two dates. ``value: null`` ends a rule; ``expected`` says a value that is still awaited."""

    from_: date = Field(alias="from", default=EVER)
    value: T | None = None
    decided: date = EVER
    by: str = ""
    reference: str = ""
    expected: bool = False


class Dated(ParamsModel, Generic[T]):
    """A parameter over time. A plain YAML value holds since ever; ``values`` lists what was decided when."""

    unit: str = ""
    values: tuple[DatedValue[T], ...]

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:
        if isinstance(data, dict) and "values" in data:
            return data
        return data if isinstance(data, Dated) else {"values": [{"value": data}]}

    @model_validator(mode="after")
    def _distinct(self) -> Dated[T]:
        seen = [(v.from_, v.decided) for v in self.values]
        for pair in seen:
            if seen.count(pair) > 1:
                raise ValueError(
                    f"two values from {pair[0]} decided {pair[1]}: which one holds? / "
                    f"同一生效日 {pair[0]}、同一决定日 {pair[1]} 有两个值"
                )
        return self

    def entry(self, day: date, as_of: date) -> DatedValue[T] | None:
        """The entry in force on ``day`` as known at ``as_of``: latest ``from``, then latest ``decided``."""
        known = [v for v in self.values if v.decided <= as_of and v.from_ <= day]
        return max(known, key=lambda v: (v.from_, v.decided), default=None)

    def at(self, day: date, as_of: date) -> T:
        """The value in force on ``day`` as known at ``as_of``; ParamsError when nothing is."""
        found = self.entry(day, as_of)
        if found is None or found.value is None:
            raise ParamsError(
                Text(f"{day} 没有已决定的值（截至 {as_of}）", f"no value is decided for {day} (as of {as_of})"),
                remedy=Text(
                    "在 values 中加一条带 from 与 decided 的值", "add an entry with from and decided to values"
                ),
            )
        return found.value

    def find(self, day: date, as_of: date) -> T | None:
        """Like ``at``, but None where the rule has ended, is awaited or was never set."""
        found = self.entry(day, as_of)
        return found.value if found else None
