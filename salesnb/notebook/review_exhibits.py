"""The review's exhibits of pace, nodes and quotas: checked tables in, what a reader sees out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_why import WhyQuestions
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.numbers import MoneyUnit
    from salesnb.report.prose import Line
    from salesnb.stages.review import Scope

NODE_FIGURES = ("actual_minor", "due_minor", "last_year_minor", "attainment_rate", "gap_minor", "yoy_rate")
LONGEST = 30
FOLDED = 12  # rows of a dimension to unfold; report.xlsx holds all of them
PACE_FIGURES = (
    "actual_minor",
    "due_minor",
    "target_minor",
    "gap_minor",
    "attainment_rate",
    "last_year_minor",
    "yoy_rate",
)


@dataclass(frozen=True)
class Shown:
    """How an exhibit is written: language, unit, names; whether a line for alerts is decided at all; what was tested
    ``behind`` the chances it shows."""

    lang: str
    unit: MoneyUnit
    names: Mapping[str, str]
    is_looked_for: bool = True
    behind: str = ""


def pace(book: WhyQuestions) -> Exhibit:
    """Every scope: actual, due, gap, against last year and the period before, what a day must bring."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.tables import Options, Show, render

    shown, frame = contract("review_pace"), book.pace_table
    order = {scope.period.text: place for place, scope in enumerate(book.scopes)}
    rows = frame.assign(at=frame["scope"].map(order)).sort_values("at", kind="stable")
    words = {scope.period.text: _called(book, scope) for scope in book.scopes}
    rows = rows.assign(name=rows["scope"].map(words), state=rows["state"].where(rows["state"] != "none", ""))
    figures = (*PACE_FIGURES, "previous_minor", "mom_rate", "run_rate_minor", "required_minor")
    signed = ("gap_minor", "yoy_rate", "mom_rate")
    columns = [Show(Column("name", "text", shown.column("scope").label))]
    whole = {"target_minor": Text("整期目标", "Target of the whole period")}
    columns += [Show(shown.column(c), signed=c in signed, label=whole.get(c)) for c in figures if rows[c].notna().any()]
    if (rows["state"] != "").any():
        columns.append(Show(shown.column("state"), pill=True))
    table = render(rows, columns, book.lang, book.unit_shown, Options(caption=book.say(shown.label)))
    core = Details(book.say(Text("核心指标：本期、上期、上年", "Core metrics: now, before, last year")), _core(book))
    return Exhibit("pace", table=table, reading=pace_reading(book), details=[core])


def _called(book: WhyQuestions, scope: Scope) -> str:
    """A period that is not over is said with what of it has passed."""
    from salesnb.report.sentences.words import whole_period

    name = whole_period(scope.period, book.lang)
    if scope.through >= scope.period.end:
        return name
    passed = book.words_of(scope).removeprefix(name).removesuffix(f" {name}").strip()
    return book.say(Text(f"{name}（{passed}）", f"{name} ({passed})"))


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
        (f"到目前每个工作日 {now}；剩余 {left} 个工作日，每天须完成 ", strong(need), "。"),
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


def node_table(book: WhyQuestions, frame: pd.DataFrame, label: Text, most: int = LONGEST) -> Any:
    """Rows furthest behind first; the house node last."""
    from salesnb.model.contracts.feasibility import TESTED
    from salesnb.notebook.review_landing_exhibits import behind
    from salesnb.report.tables import Options, Show, render

    shown = contract("review_attainment")
    year = book.landing_table[book.landing_table["scope"] == book.year.period.text]
    land = year[year["dimension"] == frame["dimension"].iloc[0]]
    chances, tested = (
        dict(zip(land["node_id"], values, strict=True)) for values in (land["chance_rate"], behind(book, land))
    )
    by_target = bool((frame["basis"] == "target").any())
    short = frame["behind_rate"] if by_target else -frame["yoy_rate"]
    rows = frame.assign(
        chance=[chances.get(node, float("nan")) for node in frame["node_id"]],
        tested=[tested.get(node, "") for node in frame["node_id"]],
        state=frame["state"].where(frame["state"] != "none", ""),
        rest=frame["node_id"].isin(book.vacant | {UNASSIGNED}),
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
        columns.append(Show(TESTED, once=True))
    if (rows["state"] != "").any():
        columns.append(Show(shown.column("state"), pill=True))
    row = book.main_pace
    total = {"name": Text("合计", "Total").get(book.lang), **{c: row[c] for c in NODE_FIGURES}}
    full = (book.say(Text("全部在 report.xlsx", "All are in report.xlsx")), "../report.xlsx")
    options = Options(caption=book.say(label), total=total, limit=most if len(rows) > most else None, full=full)
    return render(rows, columns, book.lang, book.unit_shown, options)


def more(book: WhyQuestions, labels: Mapping[str, Text]) -> Exhibit:
    """The other dimensions, each to unfold; what the exports do not hold is left out."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences.words import listed

    details, said = [], []
    for name, label in labels.items():
        frame = book.nodes_of(name)
        if set(frame["node_id"]) - {UNASSIGNED}:
            details.append(Details(book.say(label), node_table(book, book.named(frame), label, FOLDED)))
            said.append(book.say(label))
    names = listed(said, book.lang)
    text = Text(f"可展开：{names}。", f"Unfold: {names}.") if said else Text("没有其他维度。", "No other dimension.")
    return Exhibit("more", reading=book.say(text), details=details, is_absent=not said)


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
