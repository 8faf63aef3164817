"""periods/PERIOD.yaml: people's judgement of one period: answers, alerts worked on, improvements, lessons (R52–R58)."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from salesnb.model.params.dated import ParamsModel
from salesnb.model.params.people import Commitment
from salesnb.model.params.quantities import Decided, Id, Note, Share, Where, Words


class Why(ParamsModel):
    """A 5-Why chain that starts from a finding; the last answer is the cause that can be worked on."""

    finding: Words
    where: Where = Field(default_factory=dict)
    answers: tuple[Words, ...] = Field(max_length=7)
    by: str
    decided: date


class AlertNote(ParamsModel):
    """What was done about an alert. ``alert`` is its name as the page shows it, or its key in report.xlsx."""

    alert: Words
    owner: str
    action: Words
    due: date
    state: Literal["open", "doing", "closed"] = "open"
    decided: date
    result: Note = ""


class Improvement(Decided):
    """A task that is carried to the next month until it is closed."""

    id: Id
    text: Words
    owner: str
    due: date
    cause: Note = ""
    state: Literal["open", "doing", "done", "dropped"] = "open"
    closed: date | None = None
    evidence: tuple[Words, ...] = ()  # what shows that it was done: visit records, a test, a signed form


class StrategyNote(ParamsModel):
    """People's own view of a strategy, beside what the figures say."""

    strategy: str
    text: Words
    by: str
    decided: date


class Signed(ParamsModel):
    """Words somebody stands for since a day."""

    text: Words
    by: str
    decided: date

    @model_validator(mode="before")
    @classmethod
    def _signed(cls, value: object) -> object:
        if isinstance(value, str):
            raise ValueError("write {text: …, by: WHO, decided: DATE} / 写成 {text: …, by: 谁, decided: 日期}")
        return value

    def signed(self, lang: str) -> str:
        """The words with who wrote them and when."""
        if lang == "zh":
            return f"{self.text}（{self.by}，{self.decided}）"
        return f"{self.text} ({self.by}, {self.decided})"


class Remark(Signed):
    """A comment that is printed with the report."""

    where: Where = Field(default_factory=dict)


class Credit(ParamsModel):
    """What a ruling moves: the customer's orders of a stretch of time, from where they are booked to whom they belong.

    ``from`` and ``to`` name one region, team, person or dealer each, by id or name. Without ``since`` the year's orders
    are meant, without ``until`` those up to the ruling's day; ``order`` means one order only.
    """

    to: dict[Literal["region", "team", "person", "dealer"], Words] = Field(min_length=1)
    from_: dict[Literal["region", "team", "person", "dealer"], Words] = Field(alias="from", default_factory=dict)
    share: Share = 1.0
    order: str = ""
    since: date | None = None
    until: date | None = None


class Lesson(Signed):
    """What the period taught. The next year's history opens with it, so it is dated: a report made before is silent."""


class Ruling(ParamsModel):
    """A decision on a diverted sale (窜货, R88): who keeps the credit. The orders themselves stay as they are;
    ``credit`` moves what counts as somebody's sales from the day of the ruling on."""

    customer: str
    decision: Words
    by: str
    decided: date
    reference: str = ""
    credit: Credit | None = None


class PeriodNotes(ParamsModel):
    """The schema of periods/PERIOD.yaml."""

    schema_: Literal[1] = Field(alias="schema", default=1)
    period: str = ""
    remarks: tuple[Remark, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    whys: tuple[Why, ...] = ()
    alerts: tuple[AlertNote, ...] = ()
    improvements: tuple[Improvement, ...] = ()
    strategies: tuple[StrategyNote, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    lessons: tuple[Lesson, ...] = ()
