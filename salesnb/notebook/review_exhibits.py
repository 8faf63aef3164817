"""The review's exhibits of pace, nodes, alerts and landing: checked tables in, what a reader sees out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.report.sentences.states import ALERT_WORDS

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_why import WhyQuestions
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.numbers import MoneyUnit
    from salesnb.report.prose import Line

BASES = {"target": Text("应完成", "Due"), "last_year": Text("上年同期", "Last year")}
NODE_FIGURES = ("actual_minor", "due_minor", "last_year_minor", "attainment_rate", "gap_minor", "yoy_rate")
LONGEST = 30
UNFOLDED = 8  # people whose leads stand on the page, and half as many other nodes; all are in the table
PACE_FIGURES = (
    "actual_minor",
    "due_minor",
    "target_minor",
    "gap_minor",
    "attainment_rate",
    "last_year_minor",
    "yoy_rate",
)
ALERT_COLUMNS = ("name", "basis", "gap_minor", "behind_rate", "certainty_rate", "since_month", "recover_rate", "people",
                 "owner", "action", "due_date", "progress", "before_rate", "after_rate", "result")  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """How an exhibit is written: language, unit, names; whether a line for alerts is decided at all."""

    lang: str
    unit: MoneyUnit
    names: Mapping[str, str]
    is_looked_for: bool = True


def pace(book: WhyQuestions) -> Exhibit:
    """Every scope: actual, due, gap, against last year and the period before, what a day must bring."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.tables import Options, Show, render

    shown, frame = contract("review_pace"), book.pace_table
    order = {scope.period.text: place for place, scope in enumerate(book.scopes)}
    rows = frame.assign(at=frame["scope"].map(order)).sort_values("at", kind="stable")
    words = {scope.period.text: book.words_of(scope) for scope in book.scopes}
    rows = rows.assign(name=rows["scope"].map(words), state=rows["state"].where(rows["state"] != "none", ""))
    figures = (*PACE_FIGURES, "previous_minor", "mom_rate", "run_rate_minor", "required_minor")
    signed = ("gap_minor", "yoy_rate", "mom_rate")
    columns = [Show(Column("name", "text", shown.column("scope").label))]
    columns += [Show(shown.column(c), signed=c in signed) for c in figures if rows[c].notna().any()]
    if (rows["state"] != "").any():
        columns.append(Show(shown.column("state"), pill=True))
    table = render(rows, columns, book.lang, book.unit_shown, Options(caption=book.say(shown.label)))
    core = Details(book.say(Text("核心指标：本期、上期、上年", "Core metrics: now, before, last year")), _core(book))
    return Exhibit("pace", table=table, reading=pace_reading(book), details=[core])


def _core(book: WhyQuestions) -> Any:
    """The core metrics of the period beside the one before and last year's, then to date against target."""
    from salesnb.report.numbers import is_missing, points, rate
    from salesnb.report.tables import Options, render

    names = ("value", "previous", "mom_rate", "last_year", "yoy_rate")
    to_date = book.metric_table.set_index("metric")
    rows = []
    order = {one.metric: place for place, one in enumerate(book.wanted)}
    for row in sorted(book.core_table.to_dict("records"), key=lambda one: order[one["metric"]]):
        said = {name: book.written(row[name], row["unit"]) for name in ("value", "previous", "last_year")}
        for name, base in (("mom_rate", "previous"), ("yoy_rate", "last_year")):
            change = row["value"] - row[base]
            said[name] = points(change, book.lang) if row["unit"] == "ratio" else rate(row[name], signed=True)
        whole = to_date.loc[row["metric"]]
        said["target"] = "" if is_missing(whole["target"]) else book.written(whole["target"], row["unit"])
        said["to_date"] = book.written(whole["value"], row["unit"])
        rows.append({"metric": book.metric_name(row["metric"]), **said})
    shown, label = contract("review_core"), {
        "to_date": Text("累计", "To date"), "target": Text("累计目标", "Target to date"),
    }  # fmt: skip
    columns = [Column(n, "text", shown.column(n).label, optional=True) for n in ("metric", *names)]
    columns += [Column(name, "text", text, optional=True) for name, text in label.items()]
    return render(rows, columns, book.lang, options=Options(caption=book.say(shown.label)))


def pace_reading(book: WhyQuestions) -> Any:
    """What every working day that is left must bring, where there is a target."""
    from salesnb.report.numbers import is_missing, money
    from salesnb.report.prose import strong
    from salesnb.report.sentences.words import either

    row = book.main_pace
    if is_missing(row["required_minor"]):
        return either(
            book.lang,
            ("没有目标或期间已结束，不计算所需日均。",),
            ("Without a target or a day left nothing is required.",),
        )
    now, need = (money(row[c], book.lang, book.currency) for c in ("run_rate_minor", "required_minor"))
    left = int(row["workdays_left"])
    return either(
        book.lang,
        (f"到目前每个工作日 {now}；剩余 {left} 个工作日，每天须 ", strong(need), "。"),
        (f"{now} a working day so far; the {left} left must bring ", strong(need), " each."),
    )


def nodes(book: WhyQuestions, dimension: str, label: Text) -> Exhibit:
    """One dimension's table with chance and state, the company in the foot."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import review as said

    frame = book.named(book.nodes_of(dimension))
    reading = [said.nodes(frame, book.lang)]
    if dimension == "person_id":
        here = frame[
            ~frame["node_id"].isin(book.left | book.vacant | {UNASSIGNED})
        ]  # seats nobody sits on lag by nature
        reading = [said.nodes(here, book.lang), *_ranks(book, here)]
    return Exhibit(f"nodes-{dimension}", table=node_table(book, frame, label), reading=reading)


def _ranks(book: WhyQuestions, people: pd.DataFrame) -> list[Line]:
    """The best sellers of last year beside newcomers, where both are groups."""
    from salesnb.report.sentences import review_closing as said
    from salesnb.stages.review.ranks import best_and_rookies

    roster = book.facts.table("people", book.as_of)
    first = (
        roster.assign(day=roster["hired_date"].fillna(roster["from_date"])).groupby("person_id")["day"].min().dropna()
    )
    hired = {str(person): day.date() for person, day in first.items()}
    found = best_and_rookies(people, hired, book.main.through)
    return [] if found is None else [said.ranks(*found, book.lang)]


def node_table(book: WhyQuestions, frame: pd.DataFrame, label: Text) -> Any:
    """Rows furthest behind first; the house node last."""
    from salesnb.report.tables import Options, Show, render

    shown = contract("review_attainment")
    chances = {node: value for (d, node), value in book.chances.items() if d == frame["dimension"].iloc[0]}
    by_target = bool((frame["basis"] == "target").any())
    short = frame["behind_rate"] if by_target else -frame["yoy_rate"]
    rows = frame.assign(
        chance=[chances.get(node, float("nan")) for node in frame["node_id"]],
        state=frame["state"].where(frame["state"] != "none", ""),
        rest=frame["node_id"] == UNASSIGNED,
        short=short.fillna(-9),
    ).sort_values(["rest", "short", "node_id"], ascending=[True, False, True], kind="stable")
    columns = [Show(Column("name", "text", label))]
    for name in NODE_FIGURES:
        if rows[name].notna().any():
            columns.append(
                Show(
                    shown.column(name),
                    signed=name in ("gap_minor", "yoy_rate"),
                    state_from="state" if name == "gap_minor" else "",
                )
            )
    columns.append(Show(shown.column("certainty_rate"), chance=True))
    if rows["chance"].notna().any():
        columns.append(Show(Column("chance", "rate", Text("达成概率", "Chance"), unit="percent"), chance=True))
    if (rows["state"] != "").any():
        columns.append(Show(shown.column("state"), pill=True))
    row = book.main_pace
    total = {"name": Text("合计", "Total").get(book.lang), **{c: row[c] for c in NODE_FIGURES}}
    limit = LONGEST if len(rows) > LONGEST else None
    return render(rows, columns, book.lang, book.unit_shown, Options(caption=book.say(label), total=total, limit=limit))


def more(book: WhyQuestions, labels: Mapping[str, Text]) -> Exhibit:
    """The other dimensions, each to unfold; what the exports do not hold is left out."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences.words import listed

    details, said = [], []
    for name, label in labels.items():
        frame = book.nodes_of(name)
        if set(frame["node_id"]) - {UNASSIGNED}:
            details.append(Details(book.say(label), node_table(book, book.named(frame), label)))
            said.append(book.say(label))
    names = listed(said, book.lang)
    text = Text(f"可展开：{names}。", f"Unfold: {names}.") if said else Text("没有其他维度。", "No other dimension.")
    return Exhibit("more", reading=book.say(text), details=details, is_absent=not said)


def alerts(frame: pd.DataFrame, leads: pd.DataFrame, plays: pd.DataFrame, shown: Shown) -> Exhibit:
    """All alerts in one table; the leads and plays of each to unfold, the gravest first."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences import review as said
    from salesnb.report.tables import Options, Show, render

    lang, table = shown.lang, contract("review_alerts")
    reading = said.alerts(frame, lang, shown.unit.currency, shown.is_looked_for)
    if frame.empty:
        return Exhibit("alerts", reading=reading)
    prefix = Text("产品线 ", "line ").get(lang)
    titled = [
        f"{prefix}{n}" if d == "product_line" else n for d, n in zip(frame["dimension"], frame["name"], strict=True)
    ]
    rows = frame.assign(
        name=titled,
        size=frame["gap_minor"].fillna(0), basis=[BASES[b].get(lang) for b in frame["basis"]],
        progress=[ALERT_WORDS[p].get(lang) for p in frame["progress"]],
    ).sort_values(["size", "alert"], kind="stable")  # fmt: skip
    kept = [n for n in ALERT_COLUMNS if rows[n].notna().any() and (rows[n].astype(str) != "").any()]
    chances = ("certainty_rate", "recover_rate")
    columns = [
        Show(_text(table, n), signed=n == "gap_minor", decimals=0 if n.endswith("_rate") else None, chance=n in chances)
        for n in kept
    ]
    found = [row for row in rows.to_dict("records") if row["alert"] in set(leads["alert"])]
    people = [row for row in found if row["dimension"] == "person_id"][:UNFOLDED]
    others = [row for row in found if row["dimension"] != "person_id"][: UNFOLDED // 2]
    details = [
        Details(
            Text(f"{row['name']}：最值得跟进的商机", f"{row['name']}: leads to work on").get(lang),
            _lead_table(leads[leads["alert"] == row["alert"]].sort_values("rank", kind="stable"), shown)
            + _plays(plays[plays["alert"] == row["alert"]], lang),
        )
        for row in (*people, *others)
    ]
    body = render(rows, columns, lang, shown.unit, Options(caption=table.label.get(lang)))
    rest = len(found) - len(details)
    sheet = contract("review_leads").label
    all_of_them = Text(f"另有 {rest} 条预警的商机和案例在 report.xlsx 的“{sheet.zh}”表。",
                       f"Leads of {rest} more alerts are in report.xlsx, “{sheet.en}”.")  # fmt: skip
    notes = all_of_them.get(lang) if rest else ""
    return Exhibit("alerts", table=body, reading=reading, details=details, notes=notes)


def _text(table: Any, name: str) -> Column:
    column = table.column(name)
    return Column(name, "text", column.label) if name in ("basis", "progress") else column


def _lead_table(own: pd.DataFrame, shown: Shown) -> Any:
    from salesnb.report.tables import Options, Show, render

    table, lang = contract("review_leads"), shown.lang
    rows = own.assign(
        person_id=[shown.names.get(p, p) for p in own["person_id"]],
        customer_id=[shown.names.get(c, c) for c in own["customer_id"]],
    )
    names = (
        "opportunity_id",
        "customer_id",
        "person_id",
        "product_line",
        "amount_minor",
        "win_rate",
        "expected_minor",
        "age_days",
    )
    unit = shown.unit.choose(int(own["amount_minor"].max()), lang, shown.unit.currency)
    is_one = own["person_id"].nunique() == 1  # the summary above names him
    kept = [n for n in names if n != "person_id" or not is_one]
    columns = [Show(table.column(n), decimals=0 if n == "win_rate" else None) for n in kept]
    return render(rows, columns, lang, unit, Options(caption=table.label.get(lang)))


def _plays(plays: pd.DataFrame, lang: str) -> Any:
    if plays.empty:
        return Markup("")
    head = Text("可用案例：", "From the playbook: ").get(lang)
    titles = plays.sort_values("rank", kind="stable")["title"]
    return Markup('<p class="note">{}{}</p>').format(head, "；".join(titles) if lang == "zh" else "; ".join(titles))


def quotas(book: WhyQuestions) -> Exhibit:
    """Imported quotas against the sales of their own windows; absent where targets come from a plan."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.tables import Options, Show, render
    from salesnb.stages import review

    frame = book.targets.frame
    if book.targets.state != "imported" or "month" in frame:
        none = Text("没有导入的既有目标。", "There are no imported quotas.")
        return Exhibit("quotas", reading=book.say(none), is_absent=True)
    windows = review.quota_windows(frame, book.year.period.start, book.main.through)
    sums = book.facts.sums(("region_id", "person_id", "product_line"), windows, book.as_of)
    shown, made = contract("review_quotas"), review.by_quota(frame, sums, book.main.through, book.curve)
    book.keep("review_quotas", made)
    columns = [Show(c, signed=c.name == "gap_minor") for c in shown.columns if c.name != "is_complete"]
    table = render(made, columns, book.lang, book.unit_shown, Options(caption=book.say(shown.label), limit=LONGEST))
    met = int((made["attainment_rate"] >= 1).sum())
    text = Text(f"{len(made)} 条目标，{met} 条达成。", f"{len(made)} quotas, {met} of them met.")
    return Exhibit("quotas", table=table, reading=book.say(text))
