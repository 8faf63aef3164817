"""The resource request form (销售资源需求表): what a plan asks for, its cost, its state of approval, room to sign.

One content, drawn as .docx and as Excel; the page shows the same rows. Equal forms give equal bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from salesnb.model.errors import Text
from salesnb.model.money import minor_digits
from salesnb.report import numbers

STATES = {
    "approved": Text("已批", "Approved"),
    "submitted": Text("待批", "Waiting"),
    "draft": Text("草稿", "Draft"),
    "rejected": Text("未批", "Rejected"),
}
HEAD = (
    Text("序号", "No."),
    Text("申请事项", "Request"),
    Text("类别", "Kind"),
    Text("用于", "For"),
    Text("数量", "Quantity"),
    Text("费用", "Cost"),
    Text("需要日期", "Needed"),
    Text("申请人", "Asked by"),
    Text("申请理由", "Reason"),
    Text("审批状态", "State"),
    Text("批准人", "Approved by"),
)
FIGURES = (4, 5)  # columns that hold figures
SIGNERS = (
    Text("申请部门负责人", "Head of the asking unit"),
    Text("财务部", "Finance"),
    Text("总经理", "General manager"),
)
SIGN, DATE = Text("签字", "Signature"), Text("日期", "Date")


@dataclass(frozen=True)
class Request:
    """One line. ``needed`` is a date as text; ``state`` one of ``STATES``; names are said as a reader knows them."""

    text: str
    kind: str
    scope: str
    quantity: float
    cost_minor: int
    needed: str
    asked_by: str
    reason: str
    state: str
    approved_by: str


@dataclass(frozen=True)
class RequestForm:
    """The form of a plan as known on ``as_of``."""

    company: str
    plan: str
    as_of: str
    currency: str
    rows: tuple[Request, ...]

    @property
    def title(self) -> Text:
        """What stands on top."""
        return Text(
            f"{self.company} {self.plan} 年销售资源需求表", f"{self.company}: sales resource requests {self.plan}"
        )

    @property
    def facts(self) -> Text:
        """Day and unit of the figures."""
        zh, en = (numbers.currency_name(lang, self.currency) for lang in ("zh", "en"))
        return Text(f"截至 {self.as_of} 已提出的申请 · 费用单位：{zh}", f"Requests made by {self.as_of} · cost in {en}")

    def total(self, states: Sequence[str] = ()) -> int:
        """Cost in minor units, of some states or of all but the rejected."""
        wanted = states or tuple(s for s in STATES if s != "rejected")
        return sum(row.cost_minor for row in self.rows if row.state in wanted)

    def sums(self, lang: str) -> list[tuple[str, int, int]]:
        """Label, number and cost of each state that occurs, in the order of ``STATES``."""
        counts = {name: sum(row.state == name for row in self.rows) for name in STATES}
        return [(STATES[name].get(lang), n, self.total((name,))) for name, n in counts.items() if n]

    def major(self, minor: int) -> Decimal:
        """Minor units as an amount of the currency, exactly."""
        return Decimal(minor).scaleb(-minor_digits(self.currency))

    def cells(self, number: int, row: Request, lang: str) -> tuple[str, ...]:
        """A row as words, in the order of ``HEAD``."""
        return (
            str(number),
            row.text,
            row.kind,
            row.scope,
            quantity(row.quantity),
            f"{self.major(row.cost_minor):,}",
            row.needed,
            row.asked_by,
            row.reason,
            STATES[row.state].get(lang),
            row.approved_by,
        )


def write_requests(word: Path, excel: Path, form: RequestForm, lang: str) -> None:
    """Write the form to ``word`` (.docx) and ``excel`` (.xlsx), in ``lang``."""
    from salesnb.report import request_excel, request_word

    word.write_bytes(request_word.document(form, lang))
    request_excel.write(excel, form, lang)


def quantity(value: float) -> str:
    """A count without decimals, anything else with what it needs."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}".rstrip("0")
