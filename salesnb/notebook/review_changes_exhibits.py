"""The review's exhibits of change requests, calibration meetings and leads to hand out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_changes import ChangeQuestions
    from salesnb.report.exhibit import Exhibit

KINDS = {
    "target": Text("目标", "Target"),
    "strategy": Text("策略", "Strategy"),
    "resource": Text("资源", "Resource"),
}
SHOWN = 15


def changes(book: ChangeQuestions) -> Exhibit:
    """What may call for a change; every request's last state; all steps to unfold."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences import change_triggers as called
    from salesnb.report.sentences import changes as said

    frame, lines, details = book.changes_table, list[Any](), list[Details]()
    if len(book.triggers_table):
        lines.append(called.occasions(book.triggers_table, book.lang))
    if len(book.triggers_table) > called.NAMED:
        details.append(Details(book.say(contract("change_triggers").label), _triggers(book)))
    if frame.empty:
        lines.append(book.say(Text("没有变更申请。", "There are no change requests.")))
        return Exhibit("changes", reading=lines, details=details, is_absent=not details)
    last = frame.groupby("request_id", sort=True).tail(1)
    amounts = frame.dropna(subset=["amount_minor"]).groupby("request_id")["amount_minor"].last()
    last = last.assign(amount_minor=last["request_id"].map(amounts).astype("Int64"))
    if len(frame) > len(last):
        steps = _states(book, frame, ("date", "by", "role", "note", "revision"))
        details.append(Details(book.say(Text("每一步", "Every step")), steps))
    table = _states(book, last, ("date", "by", "amount_minor", "next_role", "revision"))
    head = book.change_head[:12]
    note = book.say(Text(f"变更链 {head}", f"Chain of changes {head}")) if head else ()
    lines.append(said.requests(last, book.lang))
    return Exhibit("changes", reading=lines, table=table, details=details, notes=note)


def _triggers(book: ChangeQuestions) -> Any:
    from salesnb.report.sentences import change_triggers as called
    from salesnb.report.tables import Options, Show, render

    of, frame = contract("change_triggers"), book.triggers_table
    rows = frame.assign(
        said=[called.occasion(row, book.lang) for row in frame.to_dict("records")],
        asked=[book.say(called.KINDS[str(kind)]) for kind in frame["request"]],
    )
    columns = [Show(Column("said", "text", of.column("trigger").label))]
    columns.append(Show(Column("asked", "text", of.column("request").label)))
    return render(rows, columns, book.lang, book.unit_shown, Options(caption=book.say(of.label)))


def _states(book: ChangeQuestions, rows: pd.DataFrame, names: tuple[str, ...]) -> Any:
    from salesnb.report.sentences.changes import STATES
    from salesnb.report.tables import Options, Show, render

    of = contract("change_states")
    agreed = (
        (rows["state"] == "approved") & (rows["next_role"].fillna("") == "") & ~rows["request_id"].duplicated(False)
    )
    words = ["agreed" if done else str(state) for done, state in zip(agreed, rows["state"], strict=True)]
    if "note" in names:  # a single approval is one step, not the whole
        step = Text("批准", "Approved"), Text("提交", "Submitted")
        named = {"approved": book.say(step[0]), "submitted": book.say(step[1])}
        shown = [named.get(str(state), STATES[str(state)].get(book.lang)) for state in rows["state"]]
    else:
        shown = [STATES[word].get(book.lang) for word in words]
    rows = rows.assign(state_word=shown, kind_word=[book.say(KINDS[str(kind)]) for kind in rows["kind"]])
    columns = [Show(of.column("title")), Show(Column("kind_word", "text", of.column("kind").label))]
    columns.append(Show(Column("state_word", "text", of.column("state").label)))
    filled = [name for name in names if (rows[name].notna() & (rows[name].astype("str") != "")).any()]
    columns += [Show(of.column(name)) for name in filled]
    return render(rows, columns, book.lang, book.unit_shown, Options(caption=book.say(of.label)))


def calibration(book: ChangeQuestions) -> Exhibit:
    """The latest alarm read aloud, all of the year in the table, a calendar file for what is to come."""
    from markupsafe import Markup

    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import changes as said
    from salesnb.report.tables import Options, Show, render

    frame, of = book.meetings_table, contract("calibration_meetings")
    if frame.empty:
        index, moves, lines = book.market_year
        cut = min((one.price_change for one in moves if one.price_change is not None), default=float("nan"))
        found = said.no_meeting(cut, float(index["sensitivity"].max()), (lines.cut, lines.index), book.lang)
        return Exhibit("calibration", reading=found)
    rows = frame.sort_values("month", ascending=False, kind="stable")
    rows = rows.assign(trigger_word=[said.TRIGGERS[str(t)].get(book.lang) for t in rows["trigger"]])
    columns = [Show(of.column("month")), Show(of.column("meeting_date"))]
    columns.append(Show(Column("trigger_word", "text", of.column("trigger").label)))
    more = ("sensitivity", "price_change_rate", "competitors", "scope", "moves")
    columns += [Show(of.column(c)) for c in more if (rows[c].notna() & (rows[c].astype("str") != "")).any()]
    table = render(rows, columns, book.lang, book.unit_shown, Options(caption=book.say(of.label)))
    table = Markup("{}{}").format(table, _calendar(book, rows[rows["is_open"]]))
    return Exhibit("calibration", reading=said.meeting(rows.iloc[0], book.lang), table=table)


def _calendar(book: ChangeQuestions, ahead: pd.DataFrame) -> Any:
    """Meetings to come as a calendar file; nothing where there are none."""
    from markupsafe import Markup

    from salesnb.notebook.review_changes import CALENDAR
    from salesnb.report.calendar_export import Event, write_calendar
    from salesnb.report.files import links

    if ahead.empty:
        return Markup("")
    title = book.say(Text("市场校准会", "Market calibration meeting"))
    events = [
        Event(f"calibration-{row['month']}@{book.unit}", f"{title}（{row['scope']}）" if row["scope"] else title,
              row["meeting_date"].date(), "10:00", 60, str(row["moves"] or ""))
        for row in ahead.to_dict("records")
    ]  # fmt: skip
    company = book.params.company
    name = f"{company.name.get(book.lang)} {title}"
    write_calendar(book.file(CALENDAR), events, name, company.timezone, book.as_of)
    return links(book.say(Text("日历文件：", "Calendar file: ")), [(title, CALENDAR)])


def lead_shares(book: ChangeQuestions) -> Exhibit:
    """The most promising leads to hand out with the parts of their scores; report.xlsx holds the rest."""
    from salesnb.notebook.review_changes import NO_LEAD_RULES
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import changes as said

    frame = book.shares_table
    if frame is None:
        return Exhibit("lead-shares", reading=book.say(NO_LEAD_RULES), is_absent=True)
    reading = said.leads(frame, book.lang)
    if frame.empty:
        return Exhibit("lead-shares", reading=reading)
    rows = frame.sort_values("order_no", kind="stable")
    note = Text(
        "得分 = 区域、行业经验、金额匹配、空余容量按权重相加；每条给得分最高、条件符合且未满的人，仅为建议。",
        "Score: region, industry, size and free capacity by weight; each goes to the highest who may and can take it.",
    )
    return Exhibit("lead-shares", reading=reading, table=_leads(book, rows), notes=book.say(note))


def _leads(book: ChangeQuestions, rows: pd.DataFrame) -> Any:
    from salesnb.report.sentences import changes as said
    from salesnb.report.tables import Options, Show, render

    of, names = contract("lead_assignments"), book.facts.names("person_id")
    unassigned = book.say(Text("未分配", "Unassigned"))
    blocked = [said.BLOCKED[str(b)].get(book.lang) for b in rows["blocked"].fillna("")]
    to = [name if who != UNASSIGNED else why for name, who, why in
          zip(rows["to_name"], rows["to_id"], blocked, strict=True)]  # fmt: skip
    rows = rows.assign(
        from_name=[unassigned if who == UNASSIGNED else names.get(str(who), str(who)) for who in rows["from_id"]],
        why=[said.REASONS[str(reason)].get(book.lang).rstrip(":").capitalize() for reason in rows["reason"]],
        to_shown=to,
    )
    columns = [Show(of.column(c)) for c in ("opportunity_id", "region_id", "industry", "amount_minor", "win_rate")
               if rows[c].notna().any()]  # fmt: skip
    columns.append(Show(Column("from_name", "text", of.column("from_id").label)))
    columns.append(Show(Column("why", "text", of.column("reason").label)))
    columns.append(Show(Column("to_shown", "text", of.column("to_id").label)))
    scores = ("score", "region_score", "industry_score", "value_score", "free_score")
    fits = {"region_score": Text("区域匹配", "Region fit"), "industry_score": Text("行业经验", "Industry fit")}
    columns += [Show(of.column(c), label=fits.get(c)) for c in scores if rows[c].notna().any()]
    full = (book.say(Text("全部在 report.xlsx", "All are in report.xlsx")), "../report.xlsx")
    return render(
        rows, columns, book.lang, book.unit_shown, Options(caption=book.say(of.label), limit=SHOWN, full=full)
    )
