"""The exhibit of the review's proposal for the months to come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.periods import Kind
from salesnb.model.tables import Column, contract

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_retarget import Proposed, RetargetQuestions
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences.retarget import Said

FIGURES = ("before_minor", "after_minor", "change_minor", "change_rate", "required_minor", "expected_minor",
           "chance_before_rate", "chance_after_rate")  # fmt: skip
SHOWN = 12  # rows of a table, the largest first
UNFOLDED = {
    "person_id": Text("人员", "Person"),
    "team_id": Text("团队", "Team"),
    "product_line": Text("产品线", "Product line"),
    "month": Text("月份", "Month"),
}
REASONS = {
    "leaves": Text("离岗交接", "Leaves"),
    "joins": Text("到岗承接", "Joins"),
    "landing": Text("按预计调整", "As expected"),
    "carry": Text("缺口滚入", "Carried"),
}


def retarget(book: RetargetQuestions) -> Exhibit:
    """Whether new figures are called for; if so the figures, who gives what to whom, and the chance after."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import retarget as told
    from salesnb.report.sentences import review as said

    quarter = book.scope_of(Kind.QUARTER)
    found = book.proposed
    lines: list[Any] = []
    if quarter is not None and book.has_target:
        rule = book.params.review.retarget
        land, when = book.landing_of(quarter), book.words_of(quarter)
        lines.append(said.retarget(land, when, book.floor_state, rule, book.lang))
        if book.floor_state == "early":
            lines.append(told.too_early(book.quarter_passed, book.judge_after, book.lang))
        if book.is_retarget and not book.months_ahead:
            lines.append(told.too_late(_said(book, quarter.period.text)))
    if found is None:
        if not lines:
            none = Text("没有季度目标，不判断是否调整。", "There is no quarterly target to judge.")
            return Exhibit("retarget", reading=book.say(none), is_absent=True)
        return Exhibit("retarget", reading=lines)
    return _proposal(book, found, lines)


def _proposal(book: RetargetQuestions, found: Proposed, lines: list[Any]) -> Exhibit:
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences import retarget as told

    tables = book.retarget_tables
    assert tables is not None
    nodes, moves = tables
    said = _said(book, found.next_quarter, found.span)
    own = nodes[nodes["scope"] == found.next_quarter]
    handed = told.handover(moves, said)
    lines += [handed] if handed is not None else []
    if found.is_missed:
        lines.insert(1, told.proposal(own[own["dimension"] == "company"].iloc[0], moves, said))
        company = own[own["dimension"] == "company"].iloc[0]
        lines.append(told.floor(company, book.short_minor, found.carry, said))
    lines.append(told.next_step(book.period.text, said))
    details = [Details(book.say(Text("从谁移到谁", "What moves from whom to whom")), _moves(book, moves))]
    for dimension, label in UNFOLDED.items():
        rows = own[own["dimension"] == dimension]
        if dimension == "team_id":  # a team that is a whole region stands there
            regions = own[own["dimension"] == "region_id"].set_index("node_id")["before_minor"]
            rows = rows[rows["node_id"].map(regions) != rows["before_minor"]]
        if len(rows):
            details.append(Details(book.say(label), _nodes(book, rows, label)))
    rest = nodes[(nodes["scope"] == "rest") & (nodes["dimension"] == "region_id")]
    if len(rest):
        title = Text("余下各月合计（区域）", "All months that are left, by region")
        details.append(Details(book.say(title), _nodes(book, rest, Text("区域", "Region"))))
    table = _nodes(book, own[own["dimension"] == "region_id"], Text("区域", "Region"))
    return Exhibit("retarget", reading=lines, table=table, details=details, notes=book.retarget_behind)


def _said(book: RetargetQuestions, quarter: str, span_of: tuple[str, ...] = ()) -> Said:
    from salesnb.report.sentences.retarget import Said
    from salesnb.report.sentences.words import span

    months = [m for m in book.calendar.period(quarter).months if not span_of or m in span_of]
    return Said(book.lang, book.currency, span(f"{months[0]}–{months[-1]}", book.lang))


def _nodes(book: RetargetQuestions, rows: pd.DataFrame, label: Text) -> Any:
    from salesnb.report.tables import Options, Show, render

    of = contract("retarget_nodes")
    unassigned = book.say(Text("未分配", "Unassigned"))
    rows = rows.assign(name=rows["name"].where(rows["name"] != "", rows["node_id"]))
    rows = rows.assign(name=rows["name"].where(rows["node_id"] != UNASSIGNED, unassigned))
    if label.en != "Month":
        rows = rows.sort_values("before_minor", ascending=False, kind="stable")
    signed, whole = ("change_minor", "change_rate"), ("chance_before_rate", "chance_after_rate")
    shows = [Show(Column("name", "text", label))]
    shows += [
        Show(of.column(c), signed=c in signed, decimals=0 if c in whole else None, chance=c in whole)
        for c in FIGURES
        if rows[c].notna().any()
    ]
    full = (book.say(Text("全部在 report.xlsx", "All are in report.xlsx")), "../report.xlsx")
    return render(rows, shows, book.lang, book.unit_shown, Options(caption=book.say(of.label), limit=SHOWN, full=full))


def _moves(book: RetargetQuestions, moves: pd.DataFrame) -> Any:
    from salesnb.report.tables import Options, Show, render

    of = contract("retarget_moves")
    rows = moves.sort_values("amount_minor", ascending=False, kind="stable")
    rows = rows.assign(why=[book.say(REASONS[str(reason)]) for reason in rows["reason"]])
    shows = [Show(of.column(c)) for c in ("from_name", "to_name", "amount_minor", "from_month")]
    shows.append(Show(Column("why", "text", Text("原因", "Why"))))
    full = (book.say(Text("全部在 report.xlsx", "All are in report.xlsx")), "../report.xlsx")
    return render(rows, shows, book.lang, book.unit_shown, Options(caption=book.say(of.label), limit=SHOWN, full=full))
