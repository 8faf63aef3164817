"""Feasibility's exhibits: checked tables in, what a reader sees out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.contracts.feasibility import TESTED
from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract
from salesnb.notebook.feasibility_ahead import COMPANY, LABELS

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.feasibility import FeasibilityBook
    from salesnb.notebook.feasibility_means import MeansQuestions
    from salesnb.report.cards import Card
    from salesnb.report.exhibit import Exhibit
    from salesnb.stages.feasibility import Levers

MOST_SHOWN = 40
STATES = {
    "no_record": Text("没有回测", "Not back-tested"),
    "not_enough_history": Text("历史不足", "Too little history"),
    "ended": Text("已停止", "Ended"),
}
MARKS = {
    "good": Text("把握大", "Likely"),
    "warn": Text("够得着", "In reach"),
    "bad": Text("把握小", "Unlikely"),
}


def cards(book: FeasibilityBook) -> list[Card]:
    """Three to five figures of the first screen."""
    from salesnb.report.cards import Card
    from salesnb.report.numbers import rate
    from salesnb.report.sentences import feasibility as said

    unit, lang, held, verdict = book.unit_shown, book.lang, book.company, book.company_verdict
    last = held["last_minor"]
    grown = rate(held["middle_minor"] / last - 1, signed=True) if last else ""
    sub = Text(f"上年 {unit.brief(last)}", f"before {unit.brief(last)}").get(lang) if last else ""
    out = [Card(Text("基线预测", "Baseline").get(lang), unit.brief(held["middle_minor"]), sub, grown)]
    if verdict is not None:
        chance = verdict["chance_rate"]
        record = book.record_of("company")
        count = int(record["test_count"]) if record else 0
        mark = "" if chance is None else book._mark(chance)
        state_word = MARKS[mark].get(lang) if mark else ""
        tested = Text(f"回测 {count} 次", f"{count} back-test{'s' * (count != 1)}").get(lang)
        asked = rate(verdict["growth_rate"], signed=True)
        against = Text("比上年", "on the year before").get(lang)
        out.insert(0, Card(Text("目标", "Target").get(lang), unit.brief(verdict["target_minor"]), against, asked))
        shown = said.chance_words(float("nan") if chance is None else chance, lang) if chance is not None else "—"
        out.insert(1, Card(Text("达成概率", "Chance").get(lang), shown, tested, "", mark, word=state_word))
    else:
        names = ("base", "stretch")
        for name in names:
            label = Text("保底", "Base") if name == "base" else Text("冲刺", "Stretch")
            out.append(Card(label.get(lang), unit.brief(held[f"{name}_minor"]), rate(held[f"{name}_rate"], 0)))
    out += _people_card(book)
    cover = book.deals[book.deals["dimension"] == "company"]["cover_rate"].dropna()
    if len(cover) and len(out) < 5:
        open_part = rate(book.deals[book.deals["dimension"] == "company"]["open_cover_rate"].iloc[0], 0)
        sub = Text(f"在手 {open_part}", f"open {open_part}").get(lang)
        out.append(Card(Text("商机覆盖", "Pipeline cover").get(lang), rate(float(cover.iloc[0]), 0), sub))
    return out[:5]


def _people_card(book: FeasibilityBook) -> list[Card]:
    """What today's people carry; nothing where no sale names a person."""
    from salesnb.report.cards import Card

    if not len(book.team.seats):
        return []
    whole = book.capacities[book.capacities["dimension"] == "company"].iloc[0]
    hires = int(book.hire_plan["hire_count"].sum())
    need = Text(f"需增 {hires} 人", f"+{hires} people").get(book.lang) if hires else ""
    seats = Text(f"{int(whole['seat_count'])} 人", f"{int(whole['seat_count'])} people").get(book.lang)
    mark, word = ("warn", Text("有缺口", "Short").get(book.lang)) if hires else ("", "")
    return [
        Card(
            Text("现有人手产能", "Capacity").get(book.lang),
            book.unit_shown.brief(int(whole["capacity_minor"])),
            seats,
            need,
            mark,
            word=word,
        )
    ]


def verdicts(book: FeasibilityBook) -> Exhibit:
    """One row a target: chance, verdict, what binds, what it takes."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import feasibility as said
    from salesnb.report.tables import Options, Show, render

    frame, lang = book.judged, book.lang
    if frame.empty:
        none = Text("没有目标，不下结论。", "Without targets there are no verdicts.")
        return Exhibit("verdicts", reading=none.get(lang), is_absent=True)
    order = {"company": 0, "region_id": 1, "product_line": 2, "channel_id": 3}
    plain = frame["dimension"].isin(["company", "region_id"])
    labels = [f"{LABELS[d].get(lang)} {n}" for d, n in zip(frame["dimension"], frame["name"], strict=True)]
    frame = frame.assign(name=frame["name"].where(plain, labels))
    rows = frame.assign(
        order=frame["dimension"].map(order).fillna(4),
        state=[said.VERDICTS[v][0] for v in frame["verdict"]],
        said=[said.VERDICTS[v][1].get(lang) for v in frame["verdict"]],
        why=[said.BINDING[b].get(lang) for b in frame["binding"]],
        tested=_tested_rows(book, frame),
        # the company's heads are those of its regions' plan: regions do not lend people to each other
        hire_count=frame["hire_count"].where(frame["dimension"] != "company"),
    ).sort_values(["order", "target_minor"], ascending=[True, False], kind="stable")
    shown = contract("feasibility_verdicts")
    columns = [
        Show(shown.column("name")),
        Show(Column("said", "text", shown.column("verdict").label), state_from="state"),
        Show(Column("why", "text", shown.column("binding").label)),
    ]
    whole = ("chance_rate", "with_measures_rate")

    def show(*names: str) -> list[Show]:
        given = [name for name in names if rows[name].notna().any()]
        return [Show(shown.column(c), signed=c == "growth_rate", decimals=0 if c in whole else None) for c in given]

    columns += show("target_minor", "growth_rate", "middle_minor", "chance_rate")
    columns.append(Show(TESTED, once=True))
    columns += show("with_measures_rate", "gap_minor", "hire_count")
    table = render(rows, columns, lang, book.unit_shown, Options(caption=shown.label.get(lang)))
    first = Text(
        "区域目标在这里是公司目标 × 贡献系数的初分数；正式目标以目标分解为准。",
        "Regions' targets are here the company's by coefficient, before the decomposition settles them.",
    )
    note = first.get(lang) if (frame["dimension"] == "region_id").any() else ()
    return Exhibit("verdicts", reading=said.verdicts(frame, lang), table=table, notes=note)


def tested(book: MeansQuestions, dimension: str, node: str) -> str:
    """The record behind the chances of a node, for a table's cell."""
    from salesnb.report.sentences.feasibility_record import tested_words

    return tested_words(book.record_of(dimension, node), book.lang)


def _tested_rows(book: MeansQuestions, frame: pd.DataFrame) -> list[str]:
    """The records behind rows with dimension, node_id and test_count."""
    rows = zip(frame["dimension"], frame["node_id"], frame["test_count"], strict=True)
    return [tested(book, str(d), str(n)) if count else "" for d, n, count in rows]


def chances(book: FeasibilityBook, dimension: str) -> Exhibit:
    """Forecast, levels and chances of a dimension's nodes, other dimensions to unfold."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences import feasibility as said
    from salesnb.report.sentences.feasibility_record import record_words

    goals = book.levels_found[book.levels_found["kind"] == "goal"]
    mine = goals[goals["dimension"] == dimension]
    record = record_words(book.record_of(dimension), book.lang)
    reading = said.chances(mine, record, book.lang)
    more = [d for d in LABELS if d not in ("company", dimension) and (book.nodes["dimension"] == d).any()]
    named = book.levels_found[~book.levels_found["kind"].isin(list(book.rates))]
    named = named[named["dimension"] == dimension]
    details = [Details(Text("下达、意愿与自报各是多大把握", "Top-down, wished and committed figures").get(book.lang),
                       _levels_table(book, named))] if len(named) else []  # fmt: skip
    details += [Details(LABELS[d].get(book.lang), _node_table(book, d)) for d in more]
    return Exhibit(f"chances-{dimension}", reading=reading, table=_node_table(book, dimension), details=details)


def _node_table(book: FeasibilityBook, dimension: str) -> str:
    from salesnb.report.tables import Options, Show, render

    frame = book.named(book.nodes[book.nodes["dimension"] == dimension])
    goals = book.levels_found
    goals = goals[(goals["dimension"] == dimension) & (goals["kind"] == "goal")]
    goals = goals.set_index("node_id")[["target_minor", "chance_rate"]]
    rows = frame.join(goals, on="node_id")
    rows["target_minor"] = rows["target_minor"].astype("Int64")
    # who has left and what has ended is in the workbook; here it would only be lines of zeros
    rows = rows[(rows["state"] != "ended") | (rows["middle_minor"] != 0)]
    rows["tested"] = [
        tested(book, dimension, str(n)) if s == "ok" else ""
        for n, s in zip(rows["node_id"], rows["state"], strict=True)
    ]
    rows["note"] = [STATES[s].get(book.lang) if s in STATES else "" for s in rows["state"]]
    rows = rows.sort_values(["middle_minor", "node_id"], ascending=[False, True], kind="stable")
    shown, target = contract("feasibility_nodes"), contract("feasibility_targets")
    columns = [Show(Column("name", "text", LABELS[dimension]))]
    names = ("last_minor", "middle_minor", "growth_rate", "base_minor", "challenge_minor", "stretch_minor")
    columns += [Show(shown.column(c), signed=c == "growth_rate") for c in names if rows[c].notna().any()]
    columns += [Show(target.column(c), decimals=0 if c == "chance_rate" else None)
                for c in ("target_minor", "chance_rate") if rows[c].notna().any()]  # fmt: skip
    columns.append(Show(TESTED, once=True))
    if (rows["note"] != "").any():
        columns.append(Show(Column("note", "text", Text("说明", "Note"))))
    return render(
        rows, columns, book.lang, book.unit_shown, Options(caption=LABELS[dimension].get(book.lang), limit=MOST_SHOWN)
    )


def _levels_table(book: FeasibilityBook, frame: pd.DataFrame) -> str:
    from salesnb.report.tables import Options, Show, render

    shown = contract("feasibility_targets")
    rows = frame.assign(
        kind=[book.level_words(k) for k in frame["kind"]],
        state=[book._mark(c) for c in frame["chance_rate"]],
        tested=_tested_rows(book, frame),
    )
    names = ("name", "kind", "target_minor", "growth_rate", "chance_rate")
    columns = [
        Show(
            Column("kind", "text", shown.column("kind").label) if c == "kind" else shown.column(c),
            signed=c == "growth_rate",
            decimals=0 if c == "chance_rate" else None,
            state_from="state" if c == "chance_rate" else "",
        )
        for c in names
    ]
    columns.append(Show(TESTED, once=True))
    return render(rows, columns, book.lang, book.unit_shown, Options(caption=shown.label.get(book.lang)))


def record(book: FeasibilityBook) -> Exhibit:
    """Back-tests by level of the tree, and the reliability of the chances."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences import feasibility as said
    from salesnb.report.tables import Options, Show, render
    from salesnb.stages import feasibility

    frame = book.record_found
    table = book.keep("feasibility_reliability", feasibility.reliability_table(book.base))
    reading = said.record(frame, table, book.lang)
    if frame.empty:
        return Exhibit("record", reading=reading, is_absent=True)
    shown, order = contract("feasibility_record"), {name: i for i, name in enumerate(LABELS)}
    share = Text("（按占比）", " (by share)")
    rows = frame.sort_values("dimension", key=lambda c: c.map(order), kind="stable")
    rows = rows.assign(
        name=[LABELS[d].get(book.lang) + (share.get(book.lang) if s else "")
              for d, s in zip(rows["dimension"], rows["by_share"], strict=True)]
    )  # fmt: skip
    names = ("test_count", "origin_count", "first_month", "last_month", "hit_rate", "hit_95_rate", "error_rate",
             "naive_error_rate", "factor")  # fmt: skip
    columns = [Show(Column("name", "text", Text("层级", "Level")))]
    columns += [Show(shown.column(c), decimals=0 if c.startswith("hit") else None) for c in names]
    printed = render(rows, columns, book.lang, options=Options(caption=shown.label.get(book.lang)))
    details = []
    if len(table):
        other = contract("feasibility_reliability")
        body = render(table, [Show(c, decimals=0 if c.kind == "rate" else None) for c in other.columns], book.lang,
                      options=Options(caption=other.label.get(book.lang)))  # fmt: skip
        details.append(Details(other.label.get(book.lang), body))
    return Exhibit("record", reading=reading, table=printed, details=details)


def levers(book: FeasibilityBook) -> Levers:
    """What moves the company's forecast: one more seat, deals' part of sales, attrition, the largest customer."""
    from salesnb.stages import feasibility

    nan = float("nan")
    whole = book.deals[book.deals["dimension"] == "company"]["won_share_rate"].dropna()
    target = book.targets.get(COMPANY, nan)
    plan = book.hire_plan
    head = (
        float(plan["value_minor"].sum() / plan["hire_count"].sum())
        if len(plan)
        else feasibility.head_value(book.staffing)
    )
    return feasibility.Levers(
        base=book.base,
        target=target,
        head=head,
        won_share=float(whole.iloc[0]) if len(whole) else nan,
        leaving=feasibility.leaving_cost(book.staffing),
        largest=_largest(book),
    )


def _largest(book: FeasibilityBook) -> float:
    """Sales of the largest customer over the same stretch a year before; nan without customers."""
    from salesnb.model.contracts.facts import UNASSIGNED
    from salesnb.model.periods import Window

    year = book.calendar.last_year(book.period)
    window = Window(year.text, year.start, year.end, year.months)
    sums = book.facts.sums(("customer_id",), (window,), book.as_of)
    own = sums[sums["customer_id"] != UNASSIGNED]["net_minor"]
    return float(own.max()) if len(own) else float("nan")
