"""review.yaml: how attainment is judged, what raises an alert, what may be moved, who approves (R50–R60, R92)."""

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

CoreMetric = Literal[
    "sales",
    "collection_rate",
    "revenue_per_customer",
    "average_order_value",
    "repurchase_rate",
    "gross_margin",
    "new_customers",
    "lead_count",
    "lead_conversion",
    "effective_visits",
    "market_share",
]


class Light(ParamsModel):
    """Where a metric turns from good to warning and from warning to bad, as attainment of its target."""

    warn_below: Dated[Positive]
    bad_below: Dated[Positive]


class Core(ParamsModel):
    """One of the 3–5 metrics of the first screen."""

    metric: CoreMetric
    text: Words
    target: Dated[Number] | None = None  # where no approved target cell holds one (a rate, an average)
    unit: Literal["yuan", "ratio", "yuan_per_customer", "count", "per_person_week"]
    alert_drop: Dated[Share] | None = None  # alert when it falls by this share against the year before
    light: Light | None = None


class Thresholds(ParamsModel):
    """Lines beyond which something is said."""

    alert_behind: Dated[Share]
    basis: Literal["relative", "points"] = "relative"
    alert_probability: Dated[Share]  # an alert needs this much certainty that it is not noise
    quarter_floor: Dated[Share]
    annual_pass: Dated[Share]
    feasible_base: Dated[Share]
    feasible_challenge: Dated[Share]
    feasible_stretch: Dated[Share]


class Retarget(ParamsModel):
    """What a proposal after a missed quarter may move (R55)."""

    movable: tuple[Literal["week", "month", "quarter", "half"], ...]
    locked: tuple[str, ...] = ()
    most_change: Dated[Share] | None = None  # of a node's figure
    judge_after: Dated[Share] | None = None  # share of a quarter that has to pass before it may call for new targets
    carry: Dated[Share] | None = None  # share of the year's shortfall added to what is left; default none


class Approval(ParamsModel):
    """Who approves which kind of change request, up to which amount (R56)."""

    kind: Literal["target", "strategy", "resource"]
    steps: tuple[Words, ...]  # role names in order
    report: Words  # what must be attached
    limit: Dated[Yuan] | None = None  # above it the roles in ``above`` decide too
    above: tuple[Words, ...] = ()


class Approver(Decided):
    """Who holds a role from a day on, until another does or ``until``; a deputy is one more entry."""

    role: Words
    person: Words
    until: date | None = None


class Recipient(ParamsModel):
    """Where a message goes (R61): a group or mailbox. ``address`` only names an environment variable that holds it."""

    id: Id
    text: Words
    address: Annotated[str, Field(pattern=r"^\$\{[A-Za-z_]\w*\}$")]
    language: Literal["zh", "en"] | None = None


class Skill(Decided):
    """What a person can look after; without an entry a person's own won deals say it (R62)."""

    person: Words
    industries: tuple[Words, ...] = ()
    product_lines: tuple[Words, ...] = ()


class LeadRules(ParamsModel):
    """How open leads are distributed (R62)."""

    capacity: Dated[Positive]  # open leads an experienced person can look after
    stays_in_region: bool = True
    large: Dated[Yuan] | None = None  # from this value on only people with won deals of that size
    stale_days: Dated[Positive] | None = None  # older leads are neither counted nor handed out
    skills: tuple[Skill, ...] = ()


class Grade(ParamsModel):
    """A grade of the scorecard (R92)."""

    id: Id
    text: Words
    score_from: Annotated[float, Field(ge=0, le=200)]
    consequence: Note = ""
    plan_months: Annotated[int, Field(ge=1, le=12)] | None = None  # an improvement plan must stand, due within so long


class Play(Decided):
    """A playbook entry (销冠案例库, R60)."""

    id: Id
    title: Words
    product_line: str = ""
    industry: str = ""
    objection: Note = ""
    situation: Words
    what_worked: Words
    result: Note = ""
    author: str = ""


class Stuffing(ParamsModel):
    """When a dealer counts as stuffed (压货, R87): this many months of stock, and this many times his usual."""

    stock_months: Dated[Positive] = Field(default_factory=lambda: Dated[Positive].model_validate(2.0))
    stock_ratio: Dated[Positive] = Field(default_factory=lambda: Dated[Positive].model_validate(2.0))
    sub_dealers_buy_from: Literal["company", "parent"] = "company"  # whose sell-out their sell-in is


EndDays = Annotated[int, Field(ge=1, le=10)]
SplitOrders = Annotated[int, Field(ge=2, le=20)]


class Review(ParamsModel):
    """The schema of review.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    core: Annotated[tuple[Core, ...], Field(max_length=5)] = ()
    thresholds: Thresholds | None = None
    collection: Literal["receipts_over_sales", "receipts_over_due", "receipts_over_opening_and_sales"] = (
        "receipts_over_sales"
    )
    repurchase_window_months: Annotated[int, Field(ge=1, le=36)] = 12
    quote_window_hours: Dated[Positive] | None = None
    retarget: Retarget | None = None
    approvals: tuple[Approval, ...] = ()
    approvers: tuple[Approver, ...] = ()
    recipients: tuple[Recipient, ...] = ()
    report_by_day: Annotated[int, Field(ge=1, le=28)] = 5
    meeting_on_day: Annotated[int, Field(ge=1, le=28)] = 10
    calibration_price_change: Dated[Ratio] | None = None
    month_end_days: Dated[EndDays] = Field(default_factory=lambda: Dated[EndDays].model_validate(3))
    month_end_share: Dated[Share] | None = None  # more than this share of a month in its last days is looked at
    month_end_returned: Dated[Share] = Field(
        default_factory=lambda: Dated[Share].model_validate(0.10)
    )  # sent back after
    month_end_split: Dated[SplitOrders] = Field(
        default_factory=lambda: Dated[SplitOrders].model_validate(3)
    )  # orders of one customer with one person on one day
    stuffing: Stuffing = Field(default_factory=Stuffing)
    lead_priority: Dated[Shares] | None = None  # weights of region, industry, value, free capacity (R62)
    lead_rules: LeadRules | None = None
    scorecard: tuple[Grade, ...] = ()
    playbook: tuple[Play, ...] = ()
    watch: tuple[Where, ...] = ()  # nodes that are always shown, whatever their state

    @model_validator(mode="after")
    def _distinct(self) -> Review:
        distinct(play.id for play in self.playbook)
        distinct(grade.id for grade in self.scorecard)
        distinct(one.id for one in self.recipients)
        distinct(one.kind for one in self.approvals)
        return self
