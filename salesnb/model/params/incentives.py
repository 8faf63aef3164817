"""incentives.yaml: what reaching the targets is worth, and to whom (R45, R59, R89)."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from salesnb.model.params.dated import Dated, ParamsModel
from salesnb.model.params.quantities import Decided, Id, Number, Positive, Share, Where, Words, Yuan


class Base(ParamsModel):
    """What a percentage is a percentage of. Without it no figure is computed."""

    what: Literal["salary_year", "salary_month", "target", "gross_profit_above_target"]
    by_role: dict[str, Dated[Yuan]] = Field(default_factory=dict)


class Tier(ParamsModel):
    """One step of the pay curve: from which attainment, what is added. ``rate`` is a share of ``base``."""

    id: Literal["base", "challenge", "stretch"]
    text: Words
    attainment_from: Annotated[float, Field(ge=0, le=3)]
    attainment_to: Annotated[float, Field(ge=0, le=3)] | None = None  # up to here the rate grows from rate to rate_to
    base: Base
    rate: Dated[Share]
    rate_to: Dated[Share] | None = None


class Accelerator(ParamsModel):
    """Commission times ``factor`` on what lies above an attainment."""

    above: Annotated[float, Field(ge=0.5, le=3)]
    factor: Dated[Positive]


class Commission(ParamsModel):
    """Commission by product line (R45) and when it is earned, paid, stopped and clawed back (R89)."""

    by_line: dict[str, Dated[Share]]
    on: Literal["sales", "receipts"] = "sales"
    paid_on: Literal["sales", "receipts"] = "receipts"
    payment_days: Dated[Annotated[int, Field(ge=0, le=365)]] | None = None  # after shipping a payment falls due
    stop_overdue_days: Dated[Annotated[int, Field(ge=0, le=365)]] | None = None
    clawback_on_return: bool = True
    accelerators: tuple[Accelerator, ...] = ()
    cap_of_salary: Dated[Positive] | None = None  # commission of a year at most so many annual salaries
    floor_attainment: Dated[Share] | None = None  # nothing below this attainment


class Award(Decided):
    """A prize for the best, or for everyone past a line."""

    id: Id
    text: Words
    amount: Dated[Yuan]
    level: Literal["person", "team", "region"]
    every: Literal["month", "quarter", "year"]
    metric: str
    where: Where = Field(default_factory=dict)
    rule: Literal["best", "each_at_least"]
    at_least: Number | None = None

    @model_validator(mode="after")
    def _line(self) -> Award:
        if self.rule == "each_at_least" and self.at_least is None:
            raise ValueError(f"award {self.id} needs at_least / 奖项 {self.id} 需写 at_least")
        return self


class Advancement(Decided):
    """A promotion: from which role to which after so many periods met in a row."""

    id: Id
    text: Words
    role: str
    to: str
    every: Literal["quarter", "year"]
    in_a_row: Annotated[int, Field(ge=1, le=8)]
    attainment: Positive = 1.0


class RebateStep(ParamsModel):
    """From this amount on the whole amount earns ``rate``."""

    from_: Yuan = Field(alias="from")
    rate: Share


class Rebate(Decided):
    """What dealers get back for a period (返利, R87). Without ``steps`` the rate is that of the dealer's contract."""

    id: Id
    text: Words
    on: Literal["sell_in", "sell_out"] = "sell_in"
    every: Literal["quarter", "half", "year"]
    where: Where = Field(default_factory=dict)  # region, dealer; a dealer stands for those below him too
    steps: tuple[RebateStep, ...] = ()
    held_while_stuffed: bool = True  # a rebate on stock that was pushed in waits until it is sold

    @model_validator(mode="after")
    def _rise(self) -> Rebate:
        pairs = [(step.from_, step.rate) for step in self.steps]
        if any(a[0] >= b[0] or a[1] > b[1] for a, b in pairwise(pairs)):
            raise ValueError(f"steps of rebate {self.id} do not rise / 返利 {self.id} 的档位须逐档升高")
        unknown = sorted(set(self.where) - {"region", "dealer"})
        if unknown:
            raise ValueError(
                f"rebates go by region or dealer, not {unknown} / 返利按 region 或 dealer，不能用 {unknown}"
            )
        return self


class Settlement(ParamsModel):
    """A leaver's pay: how long receipts of his orders still count, who takes the rest."""

    receipts_count_days: Dated[Annotated[int, Field(ge=0, le=730)]]
    rest_to: Words


class Incentives(ParamsModel):
    """The schema of incentives.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    plan: str = ""
    budget: Dated[Yuan] | None = None
    tiers: tuple[Tier, ...] = ()
    commission: Commission | None = None
    awards: tuple[Award, ...] = ()
    promotions: tuple[Advancement, ...] = ()
    joiners: Literal["pro_rata", "from_next_quarter"] = "pro_rata"
    rebates: tuple[Rebate, ...] = ()
    settlement: Settlement | None = None
    paid_by: date | None = None  # last day the year's pay is settled
