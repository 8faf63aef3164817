"""A plan's exhibits: checked tables in, what a reader sees out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract

if TYPE_CHECKING:
    import pandas as pd
    from markupsafe import Markup

    from salesnb.notebook.decomposition_book import PlanBook
    from salesnb.report.cards import Card
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.numbers import MoneyUnit
    from salesnb.report.sentences.decomposition import Whole
    from salesnb.stages.decomposition import Plan

BARS = 10
SHIFT = Column("shift_rate", "rate", Text("占比变化", "Share shift"), unit="points")
ADDED = Column("added_minor", "minor", Text("增量", "Added"), unit="money")


def cards(whole: Whole, rules: pd.DataFrame, ledger: pd.DataFrame, unit: MoneyUnit, decided: bool) -> list[Card]:
    """Target, people, rules, what wishes ask too much, faults of the ledger."""
    from salesnb.report.cards import Card
    from salesnb.report.numbers import count, is_missing, rate

    lang = unit.lang

    def say(zh: str, en: str) -> str:
        return Text(zh, en).get(lang)

    grown = "" if is_missing(whole.growth) else rate(whole.growth, signed=True)
    last = say(f"上年 {unit.brief(whole.base)}", f"last year {unit.brief(whole.base)}")
    acting, gave = (int((rules["status"] == status).sum()) for status in ("binding", "relaxed"))
    sums = int(ledger["check_id"].str.startswith(("sum", "tree")).sum())
    faults = int(ledger["fault_count"].sum())
    match = ("good", say("一致", "Coherent")) if not faults else ("bad", say("不符", "Off"))
    state = ("warn", say("有冲突", "Conflict")) if whole.excess else ("good", say("无冲突", "None"))
    name = say("公司目标", "Company target") if decided else say("试算目标（未决）", "Trial, not decided")
    beyond = say("愿望超出目标", "Wishes beyond the target") if decided else say("必须项相差", "Musts lie apart by")
    if not decided:
        state = ("bad", say("未决", "Not decided"))
    each = unit.brief(whole.target / whole.people) if whole.people else ""
    return [
        Card(name, unit.brief(whole.target), last, grown),
        Card(say("承担目标的人", "People with a target"), count(whole.people), say(f"人均 {each}", f"{each} each")),
        Card(say("规则", "Rules"), count(len(rules)), say(f"{acting} 条起作用", f"{acting} binding"), ""),
        Card(beyond, unit.brief(whole.excess),
             say(f"{gave} 条已让步", f"{gave} gave way"), "", state[0], word=state[1]),
        Card(say("对不上的合计", "Sums that are off"), count(faults),
             say(f"核对 {sums} 张汇总表", f"{sums} tables checked"), "", match[0], word=match[1]),
    ]  # fmt: skip


def bars(frame: pd.DataFrame, unit: MoneyUnit) -> Markup:
    """Targets of nodes, largest first, last year as a mark."""
    from salesnb.report.charts import Bar
    from salesnb.report.charts import bars as drawn
    from salesnb.report.numbers import is_missing, rate

    rows = []
    for _, row in _sorted(frame[frame["target_minor"] > 0]).head(BARS).iterrows():
        grown = "" if is_missing(row["growth_rate"]) else rate(row["growth_rate"], signed=True)
        last = int(row["base_minor"]) if row["base_minor"] else None
        rows.append(Bar(str(row["name"]), int(row["target_minor"]), grown, "", last))
    return drawn(rows, unit)


def _sorted(frame: pd.DataFrame) -> pd.DataFrame:
    rest = frame["node_id"] == UNASSIGNED
    keyed = frame.assign(is_rest=rest)
    return keyed.sort_values(["is_rest", "target_minor", "node_id"], ascending=[True, False, True], kind="stable")


def node_table(frame: pd.DataFrame, label: Text, unit: MoneyUnit, in_time: bool = False) -> Markup:
    """Last year → target, what is added, growth, share and its shift; largest first, periods in their order."""
    from salesnb.report.tables import Options, Show, render

    lang, of = unit.lang, contract("target_nodes")
    ordered = frame.sort_values("node_id", kind="stable") if in_time else _sorted(frame)
    rows = ordered.assign(
        added_minor=ordered["target_minor"] - ordered["base_minor"],
        shift_rate=ordered["share_of_target"] - ordered["share_of_base"],
    )
    shows = [
        Show(Column("name", "text", label)),
        Show(of.column("base_minor")),
        Show(of.column("target_minor")),
        Show(ADDED, signed=True),
        Show(of.column("growth_rate"), signed=True),
        Show(of.column("share_of_target")),
        Show(SHIFT, signed=True, points=True),
    ]
    base, target = (int(frame[column].sum()) for column in ("base_minor", "target_minor"))
    total: dict[str, Any] = {"name": Text("合计", "Total").get(lang), "base_minor": base, "target_minor": target}
    total |= {"added_minor": target - base, "growth_rate": target / base - 1 if base > 0 else None}
    total |= {"share_of_target": 1.0 if target else None}
    caption = Text(f"按{label.zh}：上年与目标", f"By {label.en.lower()}: last year and target").get(lang)
    return render(rows, shows, lang, unit, Options(caption=caption, total=total, fold=20))


def months(frame: pd.DataFrame, plan: str, unit: MoneyUnit) -> Markup:
    """This plan's months in blue, last year's in grey."""
    from salesnb.report.charts import Series, trend
    from salesnb.report.numbers import month_names

    ordered = frame.sort_values("node_id", kind="stable")
    names = month_names(unit.lang)
    labels = [names[int(str(month)[5:]) - 1] for month in ordered["node_id"]]
    before = Text("上年", "last year").get(unit.lang)
    target = Text("目标", "target").get(unit.lang)
    known = [int(value) or None for value in ordered["base_minor"]]
    lines = [Series(target, [int(value) for value in ordered["target_minor"]], "now")]
    if any(value is not None for value in known):
        lines.insert(0, Series(before, known, "before"))
    return trend(labels, lines, unit, alt="" if len(labels) > 1 else plan)


def quarters(frame: pd.DataFrame, unit: MoneyUnit) -> Exhibit:
    """Shares of the quarters last year and in the plan; a plan of one quarter has no shares to compare."""
    from salesnb.report.charts import shares
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences import decomposition as said

    lang = unit.lang
    ordered = frame.sort_values("node_id", kind="stable")
    if len(ordered) < 2:
        one = Text(
            "计划只有一个季度，没有季度之间的节奏。", "The plan is one quarter: there is no rhythm between quarters."
        )
        return Exhibit("quarters", reading=one.get(lang), is_absent=True)
    columns = [Text("目标", "Target").get(lang)]
    values = [[float(row["share_of_target"])] for _, row in ordered.iterrows()]
    if ordered["base_minor"].sum() > 0:
        columns = [Text("上年", "Last year").get(lang), *columns]
        values = [[float(row["share_of_base"]), *own] for (_, row), own in zip(ordered.iterrows(), values, strict=True)]
    parts = [(str(name), own) for name, own in zip(ordered["name"], values, strict=True)]
    return Exhibit("quarters", figure=shares(columns, parts, lang), reading=said.quarters(ordered, lang))


def heat(book: PlanBook) -> Exhibit:
    """Region × product line in amounts; person × product line in growth to unfold."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.numbers import Rate
    from salesnb.report.sentences import decomposition as said

    rows, columns, now, before = crossed(book, "region_id", "product_line")
    figure = _heat(rows, columns, now, book.unit_shown)
    people, lines, target, last = crossed(book, "person_id", "product_line")
    grown = [
        [t / b - 1 if b > 0 else None for t, b in zip(ts, bs, strict=True)] for ts, bs in zip(target, last, strict=True)
    ]
    title = Text("人员 × 产品线：目标金额", "Person by product line: amounts")
    asked = Text("人员 × 产品线：比本人上年增长", "Person by product line: growth on the person's last year")
    details = [
        Details(book.say(title), _heat(people, lines, target, book.unit_shown)),
        Details(book.say(asked), _heat(people, lines, grown, Rate(book.lang, 0), diverging=True)),
    ]
    reading = said.crossing(rows, columns, (now, before), book.lang, book.currency)
    return Exhibit("heat", figure=figure, reading=reading, details=details)


def _heat(rows: Sequence[str], columns: Sequence[str], values: Any, scale: Any, diverging: bool = False) -> Markup:
    from salesnb.report.charts import heat as drawn

    return drawn(rows, columns, values, scale, diverging=diverging)


def crossed(book: PlanBook, down: str, across: str) -> tuple[list[str], list[str], list[list[int]], list[list[int]]]:
    """Names down and across, targets and last year's amounts; nodes by the plan's own order, the house node last."""
    now = book.plan.table.pivot_table("target_minor", down, across, "sum", fill_value=0)
    now = now.loc[now.sum(axis=1) > 0, now.sum(axis=0) > 0]
    order = [_by_size(now.sum(axis=axis)) for axis in (1, 0)]
    now = now.loc[order[0], order[1]]
    then = book.built.cube.base.pivot_table("net_minor", down, across, "sum", fill_value=0)
    then = then.reindex(index=order[0], columns=order[1], fill_value=0)
    names = [
        [book.names_of(axis).get(str(node), str(node)) for node in nodes]
        for axis, nodes in zip((down, across), order, strict=True)
    ]
    return names[0], names[1], now.to_numpy().astype(int).tolist(), then.to_numpy().astype(int).tolist()


def _by_size(sums: pd.Series) -> list[str]:
    return sorted(sums.index, key=lambda node: (node == UNASSIGNED, -int(sums[node]), node))


LEDGER_WORDS = {
    "cells": Text("每格恰好一次（遗漏、重复）", "Every cell exactly once (missing, double)"),
    "zeros": Text("不可能的格子为零", "Impossible cells hold nothing"),
    "grain": Text("发布的汇总都是取整单位的整数倍", "Published sums are whole grains"),
    "sum": Text("各项合计 = 公司", "Parts sum to the company"),
    "tree": Text("下级合计 = 上级，一个下级只属于一个上级", "Children sum to their parent, each under one"),
}


def coherence(ledger: pd.DataFrame, plan: Plan, unit: MoneyUnit) -> Exhibit:
    """Missing, overlapping, double-counted: all zero; every summary the same sum."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.sentences import decomposition as said
    from salesnb.report.tables import Options, Show, render

    lang, of = unit.lang, contract("target_ledger")
    kinds = ledger["check_id"].str.partition(":")[0]
    keys = plan.table[[*plan.problem.cube.ids, "month"]]
    double, usable = int(keys.duplicated().sum()), int((plan.problem.cube.start > 0).sum())
    counts = (usable - (len(keys) - double), int(ledger.loc[kinds == "tree", "fault_count"].sum()), double)
    words = (Text("遗漏", "missing"), Text("重叠", "overlapping"), Text("重复计算", "double-counted"))
    found = [(word.get(lang), abs(number)) for word, number in zip(words, counts, strict=True)]
    sums = int(kinds.isin(["sum", "tree"]).sum())
    rows = ledger.assign(said=[_ledger_word(str(check), lang) for check in ledger["check_id"]])
    shows = [Show(Column("said", "text", Text("核对什么", "What is checked")))]
    shows += [Show(of.column(name)) for name in ("group_count", "fault_count", "expected_minor", "found_minor")]
    table = render(rows, shows, lang, unit, Options(caption=Text("一致性台账", "Coherence ledger").get(lang), fold=20))
    title = Text("逐项查看台账", "See the ledger line by line").get(lang)
    reading = said.ledger(found, sums, unit.say(plan.total), lang)
    return Exhibit("coherence", reading=reading, details=[Details(title, table)])


def _ledger_word(check: str, lang: str) -> str:
    from salesnb.notebook.decomposition import DIMENSIONS

    kind, _, level = check.partition(":")
    names = [DIMENSIONS[one].get(lang) if one in DIMENSIONS else one for one in level.split("/") if one]
    joined = " / ".join(names)
    said = LEDGER_WORDS[kind].get(lang) if kind in LEDGER_WORDS else kind
    return f"{joined}：{said}" if joined and lang == "zh" else f"{joined}: {said}" if joined else said
