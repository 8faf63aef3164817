"""The review's exhibits of closing a period: checked tables in, what a reader sees out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.review_nodes import DIMENSIONS
from salesnb.report.sentences.states import STATE_WORDS

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_closing import ClosingQuestions
    from salesnb.report.exhibit import Exhibit

ORDER = ("region_id", "product_line", "team_id", "person_id")
REPORTED = 8  # nodes whose analysis is printed in full


def restated(book: ClosingQuestions) -> Exhibit:
    """Closed months: as reported, booked late, returned since, now."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review_closing as said
    from salesnb.report.tables import Options, Show, render

    frame, shown = book.restated_table, contract("review_restated")
    reading = said.restated(frame, book.lang, book.currency)
    if frame.empty:
        return Exhibit("restated", reading=reading)
    names = ("month", "closed_date", "reported_minor", "late_minor", "returned_minor", "known_minor", "change_rate")
    columns = [Show(shown.column(c), signed=c in ("late_minor", "returned_minor", "change_rate")) for c in names]
    sums = {c: int(frame[c].sum()) for c in names if c.endswith("_minor")}
    total = {"month": book.say(Text("合计", "Total")), **sums}
    table = render(frame, columns, book.lang, book.unit_shown, Options(caption=book.say(shown.label), total=total))
    return Exhibit("restated", reading=reading, table=table)


def strategies(book: ClosingQuestions) -> Exhibit:
    """Every strategy with what was forecast before it began, what came, and whether that can be called an effect."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review_closing as said
    from salesnb.report.tables import Options, Show, render

    frame, shown, lang = book.strategies_table, contract("review_strategies"), book.lang
    if frame.empty:
        none = Text("actions.yaml 没有这一年的策略。", "actions.yaml has no strategy of this year.")
        return Exhibit("strategies", reading=book.say(none), is_absent=True)
    reading = said.strategies(frame, lang, book.currency)
    judged = [
        said.VERDICTS[v] if r == "none" else said.REASONS[r]
        for v, r in zip(frame["verdict"], frame["reason"], strict=True)
    ]
    rows = frame.assign(verdict=[t.get(lang) for t in judged])
    figures = ("actual_minor", "forecast_minor", "difference_minor", "low_minor", "high_minor")
    columns = [Show(shown.column("text")), Show(_words(shown, "verdict")), Show(shown.column("start_date"))]
    signed = ("difference_minor", "low_minor", "high_minor")
    columns += [Show(shown.column(c), signed=c in signed) for c in figures if rows[c].notna().any()]
    if rows["note"].fillna("").astype(bool).any():
        columns.append(Show(shown.column("note")))
    table = render(rows, columns, lang, book.unit_shown, Options(caption=book.say(shown.label)))
    note = Text(
        "差异包含同期其他因素；区间是事前预测的 80 % 误差范围。",
        "The difference holds everything else that happened; the interval is the forecast's 80 % error.",
    )
    return Exhibit("strategies", reading=reading, table=table, notes=book.say(note))


def problems(book: ClosingQuestions) -> Exhibit:
    """Nodes below the pass line; the analysis of the gravest to unfold."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences import review_closing as said
    from salesnb.report.tables import Options, Show, render

    frame, shown, lang = book.problems_table, contract("review_problems"), book.lang
    found = book.params.review.thresholds
    passes = found.annual_pass.find(book.main.through, book.as_of) if found else None
    if passes is None or not book.has_target:
        none = Text("没有目标或达标线，不判断达标。", "Without targets or a pass line nothing is judged.")
        return Exhibit("problems", reading=book.say(none), is_absent=True)
    reading = said.problems(frame, passes, lang)
    if frame.empty:
        return Exhibit("problems", reading=reading)
    waiting = book.say(Text("待填写", "to be stated"))
    rows = (
        book.named(frame)
        .assign(
            dimension=[DIMENSIONS[d].get(lang) for d in frame["dimension"]],
            name=book.titled(book.named(frame)),
            cause=frame["cause"].fillna(waiting),
            rank=frame["dimension"].map({d: i for i, d in enumerate(ORDER)}),
        )
        .sort_values(["rank", "gap_minor", "node_id"], kind="stable")
    )
    columns = [Show(shown.column("name")), Show(_words(shown, "dimension")), Show(shown.column("attainment_rate"))]
    columns += [Show(shown.column("gap_minor"), signed=True), Show(shown.column("certainty_rate"), chance=True)]
    columns += [Show(shown.column(c)) for c in ("since_month", "inside", "cause")]
    full = (book.say(Text("全部在 report.xlsx", "All are in report.xlsx")), "../report.xlsx")
    options = Options(caption=book.say(shown.label), fold=10, limit=12, full=full)
    table = render(rows, columns, lang, book.unit_shown, options)
    details = [
        Details(_title(book, book.titled(frame[frame["node_id"] == row["node_id"]])[0]), _analysis(book, row))
        for row in frame[frame["dimension"].isin(["region_id", "product_line"])].head(REPORTED).to_dict("records")
    ]
    where = Text(f"原因由责任人写在 periods/{book.period.text}.yaml 的 whys 下，finding 照抄名称。",
                 f"Whoever is responsible states the cause under whys in periods/{book.period.text}.yaml, with the "
                 "name as finding.")  # fmt: skip
    return Exhibit("problems", reading=reading, table=table, details=details, notes=book.say(where))


def _title(book: ClosingQuestions, name: str) -> str:
    return book.say(Text(f"问题分析报告：{name}", f"Problem report: {name}"))


def _analysis(book: ClosingQuestions, row: dict[Any, Any]) -> Any:
    """One node's report: facts, where inside, what people found out, what is being done."""
    from markupsafe import Markup

    from salesnb.report.numbers import is_missing, money, month, rate
    from salesnb.report.spoken import spoken

    lang = book.lang
    node, name = str(row["node_id"]), str(row["name"])
    short = money(abs(int(row["gap_minor"])), lang, book.currency)
    facts = [
        Text(
            f"完成率 {rate(row['attainment_rate'])}，少 {short}。",
            f"Attainment {rate(row['attainment_rate'])}, {short} short.",
        )
    ]
    if not is_missing(row["since_month"]):
        when = (month(row["since_month"], "zh"), month(row["since_month"], "en"))
        facts.append(Text(f"始于 {when[0]}。", f"Since {when[1]}."))
    if isinstance(row["inside"], str):
        facts.append(Text(f"主要差在：{row['inside']}。", f"Mostly in {row['inside']}."))
    title = Text(f"产品线 {name}", f"Line {name}") if row["dimension"] == "product_line" else Text(name, name)
    called = (name, spoken(name), title.zh, title.en)  # whoever answers writes what the page shows
    whys = [why for _, held in book.period_files() for why in held.whys]
    told = [why for why in whys if why.finding in called and why.decided <= book.as_of]
    for why in told:
        chain = " → ".join(why.answers)
        facts.append(Text(f"追问：{chain}（{why.by}，{why.decided}）。", f"Why: {chain} ({why.by}, {why.decided})."))
    near = [why for why in whys if not told and {*called} & {*why.finding.split(" × ")} and why.decided <= book.as_of]
    for why in near:  # somebody answered for a cell of this node
        chain = " → ".join(why.answers)
        facts.append(Text(f"相关的追问（{why.finding}）：{chain}（{why.by}，{why.decided}）。",
                          f"Asked of {spoken(why.finding)}: {chain} ({why.by}, {why.decided})."))  # fmt: skip
    if not told and not near:
        facts.append(
            Text(
                "原因：还没有人写明。",
                "Cause: nobody has stated it yet.",
            )
        )
    doing = [
        f"{i.text}（{i.due}）"
        for _, held in book.period_files()
        for i in held.improvements
        if i.decided <= book.as_of and i.state in ("open", "doing") and (_names(i.text, name) or node == i.owner)
    ]
    if doing:
        facts.append(Text(f"改进：{'；'.join(doing)}。", f"Improvements: {'; '.join(doing)}."))
    return Markup("<p>{}</p>").format(" ".join(fact.get(lang) for fact in facts))


def _names(text: str, name: str) -> bool:
    """Whether a text names a node: line C is not named by the C of another word."""
    return re.search(rf"(?<![A-Za-z0-9]){re.escape(name)}(?![A-Za-z0-9])", text) is not None


def improvements(book: ClosingQuestions) -> Exhibit:
    """Every open improvement with owner and due date, and what was closed in the period."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review_closing as said
    from salesnb.report.tables import Options, Show, render

    frame, shown, lang = book.improvements_table, contract("review_improvements"), book.lang
    reading = said.improvements(frame, lang)
    if frame.empty:
        return Exhibit("improvements", reading=reading)
    order = {name: place for place, name in enumerate(("late", "doing", "open", "done", "dropped"))}
    rows = frame.assign(rank=frame["progress"].map(order)).sort_values(["rank", "due_date"], kind="stable")
    light = {"late": "bad", "doing": "warn", "open": "warn", "done": "good", "dropped": ""}
    rows = rows.assign(
        progress=[STATE_WORDS[p].get(lang) for p in rows["progress"]], light=[light[p] for p in rows["progress"]]
    )
    names = ["text", "owner", "due_date", "cause", "progress", "closed_date", "evidence", "since_period"]
    kept = [n for n in names if rows[n].notna().any()]
    columns = [Show(_words(shown, n) if n in ("progress", "since_period") else shown.column(n)) for n in kept]
    table = render(rows, columns, lang, options=Options(caption=book.say(shown.label)))
    return Exhibit("improvements", reading=reading, table=table)


def carried(book: ClosingQuestions, goals: pd.DataFrame) -> Exhibit:
    """Remarks and lessons of the period; in a year's summary the draft goals of the next one."""
    from markupsafe import Markup

    from salesnb.report.exhibit import Details, Exhibit

    lang = book.lang
    held = book.params.period(book.period.text)
    remarks = [one for one in held.remarks if one.decided <= book.as_of]
    lines = [one.signed(lang) for one in remarks]
    lines += [book.say(Text("经验：", "Lesson: ")) + one.signed(lang) for one in book.lessons]
    if not lines:
        where = f"periods/{book.period.text}.yaml"
        lines = [
            book.say(
                Text(
                    f"还没有人写下说明或经验（{where} 的 remarks 和 lessons）。",
                    f"Nobody has written a remark or a lesson yet (remarks and lessons in {where}).",
                )
            )
        ]
    details = []
    if len(goals):
        from salesnb.notebook.next_year import draft_file

        title = book.say(Text("下一年目标草案（复制到 goals.yaml 后再改）", "Draft goals of the next year (to copy)"))
        details.append(Details(title, Markup("{}{}").format(_draft(book, goals), draft_file(book, goals))))
    return Exhibit("carried", reading=lines, details=details)


def _draft(book: ClosingQuestions, goals: pd.DataFrame) -> Any:
    from salesnb.model.contracts.feasibility import TESTED
    from salesnb.notebook.review_landing_exhibits import behind
    from salesnb.report.tables import Options, Show, render

    shown = contract("review_draft_goals")
    columns = [Show(shown.column(c)) for c in ("tier", "target_minor", "growth_rate")]
    columns += [Show(shown.column("chance_rate"), chance=True), Show(TESTED, once=True)]
    goals = goals.assign(tested=behind(book, goals))
    return render(goals, columns, book.lang, book.unit_shown, Options(caption=book.say(shown.label)))


def _words(table: Any, name: str) -> Column:
    """A column whose ids are printed as words."""
    return Column(name, "text", table.column(name).label)
