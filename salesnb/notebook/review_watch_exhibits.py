"""The review's exhibits of people and checks: performance and pay, month ends, receivables, dealers, portraits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract

if TYPE_CHECKING:
    from salesnb.notebook.review_performance import PerformanceQuestions
    from salesnb.report.exhibit import Exhibit

SHOWN = 12
PORTRAIT_WORDS = {
    "customer_type": Text("客户类型", "Customer type"),
    "industry": Text("行业", "Industry"),
    "company_size": Text("企业规模", "Company size"),
    "decision_chain": Text("决策链", "Decision chain"),
    "source": Text("线索来源", "Lead source"),
}
STANDS = {"above": Text("高", "Above"), "below": Text("低", "Below"), "none": Text("属偶然", "Chance")}


def performance(book: PerformanceQuestions) -> Exhibit:
    """Everyone's score, grade, plan, commission to date and prizes."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review_closing as said
    from salesnb.report.tables import Options, Show, render

    frame, shown, lang = book.performance_table, contract("review_performance"), book.lang
    reading = said.performance(frame, lang, book.currency)
    if frame["score"].isna().all() and frame["commission_minor"].isna().all():
        return Exhibit("performance", reading=reading, is_absent=True)
    rows = frame.sort_values(["score", "person_id"], ascending=[False, True], kind="stable")
    names = (
        "name",
        "attainment_rate",
        "score",
        "grade",
        "commission_minor",
        "paid_minor",
        "open_minor",
        "stopped_minor",
        "clawed_minor",
        "plan",
        "consequence",
    )
    kept = [n for n in names if rows[n].notna().any()]
    columns = [Show(shown.column(n), decimals=1 if n == "score" else None) for n in kept]
    unit = book.money_unit(int(rows["commission_minor"].fillna(0).max()) or 1)
    full = (book.say(Text("全部在 report.xlsx", "All are in report.xlsx")), "../report.xlsx")
    table = render(rows, columns, lang, unit, Options(caption=book.say(shown.label), limit=20, full=full))
    return Exhibit("performance", reading=reading, table=table)


def month_end(book: PerformanceQuestions) -> Exhibit:
    """People whose month ends should be looked at."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review_closing as said
    from salesnb.report.tables import Options, Show, render

    rule = book.params.review.month_end_share
    if rule is None or rule.find(book.main.through, book.as_of) is None:
        none = Text(
            "没有决定月末占比的界限（review.yaml 的 month_end_share）。",
            "No line is decided for month ends (month_end_share in review.yaml).",
        )
        return Exhibit("month-end", reading=book.say(none), is_absent=True)
    frame, shown, lang = book.month_end_table, contract("review_month_end"), book.lang
    days = book.params.review.month_end_days.find(book.main.through, book.as_of) or 0
    reading = said.month_end(frame, days, lang)
    if frame.empty:
        return Exhibit("month-end", reading=reading)
    words = [
        ("、" if lang == "zh" else ", ").join(said.FOUND[f].get(lang) for f in found.split("+"))
        for found in frame["found"]
    ]
    rows = frame.assign(found=words)
    names = ("name", "month", "net_minor", "last_minor", "last_share", "usual_share", "returned_minor", "split_count")
    columns = [Show(shown.column(c)) for c in names if c in ("name", "month") or (rows[c].fillna(0) != 0).any()]
    columns += [Show(shown.column("certainty_rate"), chance=True), Show(_words(shown, "found"))]
    unit = book.money_unit(int(rows["net_minor"].abs().max()))
    table = render(rows, columns, lang, unit, Options(caption=book.say(shown.label)))
    return Exhibit("month-end", reading=reading, table=table)


def receivables(book: PerformanceQuestions) -> Exhibit:
    """Open amounts by age, the customers who owe most of what is old."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review_closing as said
    from salesnb.report.tables import Options, Show, render
    from salesnb.stages.review import BUCKETS

    if not book.facts.has("receipts"):
        none = Text("导出中没有回款，不给账龄。", "The exports hold no receipts, so there is no ageing.")
        return Exhibit("receivables", reading=book.say(none), is_absent=True)
    frame, shown, lang = book.ageing_table, contract("review_ageing"), book.lang
    reading = said.ageing(frame, lang, book.currency)
    if frame.empty:
        return Exhibit("receivables", reading=reading)
    wide = frame.pivot_table(
        index=["customer_id", "name", "person_id"], columns="bucket", values="open_minor", aggfunc="sum", fill_value=0
    )
    buckets = [name for _, name in BUCKETS]
    wide = wide.reindex(columns=buckets, fill_value=0)
    old = wide[["91-180", "180+"]].sum(axis=1)
    rows = wide.assign(old=old, open_minor=wide[buckets].sum(axis=1)).reset_index()
    rows = rows.sort_values(["old", "customer_id"], ascending=[False, True], kind="stable")
    people = book.facts.names("person_id")
    rows["person_id"] = [people.get(p, p) for p in rows["person_id"]]
    labels = {b: Text(f"{b.replace('-', '–')} 天", f"{b.replace('-', '–')} days") for b in buckets}
    labels["180+"] = Text("180 天以上", "Over 180 days")
    columns = [Show(shown.column("name")), Show(_words(shown, "person_id"))]
    columns += [Show(Column(b, "minor", labels[b], unit="money")) for b in buckets]
    columns.append(Show(shown.column("open_minor")))
    total = {"name": book.say(Text("合计", "Total")), **{b: int(rows[b].sum()) for b in buckets}}
    total["open_minor"] = int(rows["open_minor"].sum())
    options = Options(caption=book.say(shown.label), total=total, limit=SHOWN)
    unit = book.money_unit(int(rows["open_minor"].max()))
    return Exhibit("receivables", reading=reading, table=render(rows, columns, lang, unit, options))


def portraits(book: PerformanceQuestions) -> Exhibit:
    """Who wins and when to act: win rates by kind of customer, the window after a viewed quote."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review_closing as said
    from salesnb.report.tables import Options, Show, render

    frame, shown, lang = book.portraits_table, contract("review_portraits"), book.lang
    rows = frame[frame["dimension"].isin(list(PORTRAIT_WORDS))]
    if rows.empty:
        none = Text("没有已关闭的商机。", "No deal has been closed.")
        return Exhibit("portraits", reading=book.say(none), is_absent=True)
    reading = said.portraits(rows, book.reaction, book.window_hours, lang)
    rows = rows.sort_values(["dimension", "conversion_rate"], ascending=[True, False], kind="stable")
    rows = rows.assign(
        dimension=[PORTRAIT_WORDS[d].get(lang) for d in rows["dimension"]],
        stands_out=[STANDS[s].get(lang) for s in rows["stands_out"]],
    )
    columns = [Show(_words(shown, "node_id"), label=Text("客户", "Customers")), Show(_words(shown, "dimension"))]
    columns += [Show(shown.column(c)) for c in ("case_count", "conversion_rate", "rate_low", "rate_high")]
    columns.append(Show(_words(shown, "stands_out")))
    full = (book.say(Text("全部在 report.xlsx", "All are in report.xlsx")), "../report.xlsx")
    options = Options(caption=book.say(shown.label), fold=8, limit=16, full=full)
    table = render(rows, columns, lang, options=options)
    return Exhibit("portraits", reading=reading, table=table)


def playbook(book: PerformanceQuestions, query: str) -> Exhibit:
    """The playbook's entries, or those a search finds, the best match first."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.tables import Options, Show, render
    from salesnb.stages import review

    held = [play for play in book.params.review.playbook if play.decided <= book.as_of]
    if not held:
        none = Text("review.yaml 还没有销冠案例（playbook）。", "review.yaml holds no playbook yet.")
        return Exhibit("playbook", reading=book.say(none), is_absent=True)
    found = review.search(held, query) if query else held
    count = Text(
        f"共 {len(held)} 条案例" + (f"，“{query}”找到 {len(found)} 条。" if query else "。"),
        f"{len(held)} entries" + (f"; “{query}” finds {len(found)}." if query else "."),
    )
    if not found:
        return Exhibit("playbook", reading=book.say(count))
    names = {
        "title": Text("案例", "Entry"),
        "product_line": Text("产品线", "Line"),
        "industry": Text("行业", "Industry"),
        "objection": Text("客户异议", "Objection"),
        "what_worked": Text("做法", "What worked"),
        "result": Text("结果", "Result"),
        "author": Text("提供人", "By"),
    }
    rows = [{name: getattr(play, name) for name in names} for play in found]
    columns = [Show(Column(name, "text", label, optional=True)) for name, label in names.items()]
    table = render(rows, columns, book.lang, options=Options(caption=book.say(Text("销冠案例库", "Playbook")), fold=4))
    return Exhibit("playbook", reading=book.say(count), table=table)


def _words(table: Any, name: str) -> Column:
    """A column whose ids are printed as words."""
    return Column(name, "text", table.column(name).label)
