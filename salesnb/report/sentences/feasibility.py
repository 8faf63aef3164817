"""What the feasibility tables say: the answer, chances with their record, what binds, what it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import is_missing, money, month, points, rate
from salesnb.report.prose import Line, Run, bad, good, state, strong, warn
from salesnb.report.sentences.words import change_run, either, listed

VERDICTS = {
    "feasible": ("good", Text("可行", "Feasible")),
    "feasible_if": ("warn", Text("有条件可行", "Feasible if")),
    "not_feasible": ("bad", Text("不可行", "Not feasible")),
    "unknown": ("", Text("无法判断", "Cannot be told")),
}
BINDING = {
    "": Text("—", "—"),
    "trend": Text("历史趋势", "the trend"),
    "capacity": Text("人手", "people"),
    "pipeline": Text("商机", "deals"),
    "market": Text("市场容量", "the market"),
    "budget": Text("预算", "budget"),
    "history": Text("历史不足", "too little history"),
}
LEVERS = {
    "baseline": Text("基线（不变）", "Baseline, nothing changed"),
    "growth": Text("起始增速假设", "Growth belief"),
    "market": Text("市场规模", "Market size"),
    "price": Text("价格（销量不变）", "Price, volume held"),
    "win_rate": Text("赢率", "Win rate"),
    "head_count": Text("人数（最早可到岗）", "People, earliest start"),
    "attrition": Text("年流失率", "Attrition a year"),
    "largest_customer": Text("失去最大客户", "Largest customer lost"),
}


def chance_words(chance: float, lang: str) -> str:
    """``6 %``; what rounds to none or all is said as 不足 1 % / under 1 %, so that nothing looks certain."""
    if is_missing(chance):
        return Text("历史不足，不给概率", "no chance given: too little history").get(lang)
    if chance < 0.005:
        return Text("不足 1 %", "under 1 %").get(lang)
    if chance > 0.995:
        return Text("超过 99 %", "over 99 %").get(lang)
    return rate(chance, 0)


def answer(verdict: Mapping[str, Any] | None, levels: Mapping[str, Any], hires: int, lang: str, currency: str) -> Line:
    """The conclusion: target, forecast, chance, verdict, what binds; without a target the forecast and its levels."""
    middle = strong(money(levels["middle_minor"], lang, currency))
    when = str(levels["period"])
    if verdict is None:
        line = either(lang, (f"{when} 基线预测 ", middle), (f"{when}: the baseline is ", middle))
        return line + _band(levels, lang, currency) + ("。" if lang == "zh" else ".")
    target, grown = money(verdict["target_minor"], lang, currency), rate(verdict["growth_rate"], signed=True)
    mark, word = VERDICTS[str(verdict["verdict"])]
    said = state(word.get(lang), mark)
    chance = strong(chance_words(verdict["chance_rate"], lang))
    line = either(
        lang,
        (f"{when} 目标 {target}（{grown}）", said, "：基线预测 ", middle, "，达成概率 ", chance),
        (f"{when} target {target} ({grown}): ", said, ". Baseline ", middle, ", chance ", chance),
    )
    binding = str(verdict["binding"])
    if binding and binding != "history":
        line += either(lang, ("；制约是", strong(BINDING[binding].zh)), ("; what binds: ", strong(BINDING[binding].en)))
    if hires:
        by = month(verdict["hire_month"], lang)
        zh = ("，补足须增 ", strong(str(hires)), f" 人，最早 {by}到岗")
        line += either(lang, zh, (", ", strong(f"+{hires}"), f" hires needed, from {by}"))
        left = hires - int(verdict["possible"])
        if left > 0:
            part = f"（其中 {left} 人所在区域须增员过半，不计入措施）"
            line += either(lang, (part,), (f" ({left} of them more than half of a region's people: not counted)",))
    if not is_missing(verdict["with_measures_rate"]):
        after = strong(chance_words(verdict["with_measures_rate"], lang))
        line += either(lang, ("；措施落实后概率 ", after), ("; with measures ", after))
    return line + ("。" if lang == "zh" else ".")


def _band(levels: Mapping[str, Any], lang: str, currency: str) -> Line:
    if is_missing(levels["base_minor"]):
        none = Text("；历史不足，不给概率和各档水平", "; too little history for chances and levels").get(lang)
        return Line(none)
    low, mid, high = (money(levels[f"{n}_minor"], lang, currency) for n in ("base", "challenge", "stretch"))
    p = [rate(levels[f"{n}_rate"], 0) for n in ("base", "challenge", "stretch")]
    return either(
        lang,
        (f"；跳一跳够得着的范围：保底 {low}（{p[0]}）、挑战 {mid}（{p[1]}）、冲刺 ", strong(high), f"（{p[2]}）"),
        (f"; within reach: base {low} ({p[0]}), challenge {mid} ({p[1]}), stretch ", strong(high), f" ({p[2]})"),
    )


def levels(held: Mapping[str, Any], verdict: Mapping[str, Any] | None, lang: str, currency: str) -> Line:
    """The band within reach, and where the target lies against it."""
    if is_missing(held["base_minor"]):
        return either(lang, ("历史不足 24 个月，不给概率。",), ("Under 24 months of history: no chance is given.",))
    band = str(_band(held, lang, currency)).lstrip("；; ")
    line = Line(band[0].upper() + band[1:])
    if verdict is not None:
        over = verdict["target_minor"] - held["stretch_minor"]
        if over > 0:
            more = bad(money(round(over), lang, currency))
            line += either(lang, ("；目标比冲刺档还高 ", more), ("; the target is above stretch by ", more))
        elif verdict["target_minor"] <= held["base_minor"]:
            line += either(lang, ("；目标在", good("保底档以内")), ("; the target is ", good("within base")))
        else:
            line += either(lang, ("；目标在", warn("这个范围之内")), ("; the target is ", warn("inside this band")))
    return line + ("。" if lang == "zh" else ".")


def months(frame: pd.DataFrame, record: str, lang: str, currency: str) -> Line:
    """The period's forecast against the year before, and how it has been tested."""
    total, last = int(frame["net_minor"].sum()), frame["last_minor"]
    line = either(
        lang,
        ("不采取新措施，合计约 ", strong(money(total, lang, currency))),
        ("With nothing changed about ", strong(money(total, lang, currency))),
    )
    if last.notna().all() and int(last.sum()) > 0:
        grown = change_run(total / int(last.sum()) - 1, lang)
        line += either(lang, ("，比上年同期", grown), (", ", grown, " on the year before"))
    return line + either(lang, (f"；{record}。",), (f"; {record}.",))


def verdicts(frame: pd.DataFrame, lang: str) -> list[Line]:
    """How many nodes are feasible, and those that are not with what binds."""
    number = frame["verdict"].value_counts()
    parts: list[Run] = []
    for name, (mark, word) in VERDICTS.items():
        if number.get(name, 0):
            parts.append(state(f"{word.get(lang)} {int(number[name])}", mark))
    line = Line(*[p for part in parts for p in (part, "、" if lang == "zh" else ", ")][:-1])
    line = either(lang, ("逐个节点：",), ("Node by node: ",)) + line + ("。" if lang == "zh" else ".")
    out = [line]
    never = frame[frame["verdict"] == "not_feasible"].sort_values(["gap_minor", "node_id"], ascending=[False, True])
    if len(never):
        forms = {"zh": "{}（{}）", "en": "{} ({})"}
        named = [forms[lang].format(r["name"], BINDING[str(r["binding"])].get(lang)) for r in never.to_dict("records")]
        said = bad(listed(named, lang))
        out.append(
            either(lang, ("不可行的是", said, "，括号内是制约。"), ("Not feasible, with what binds: ", said, "."))
        )
    return out


def people(row: Mapping[Any, Any], lang: str) -> Line:
    """``华东按现有人手做不到 +8.1 %，需增 2 人，2024 年 3 月前到岗。``"""
    grown, by = rate(row["growth_rate"], signed=True), month(row["hire_month"], lang)
    hires = int(row["hire_count"])
    return either(
        lang,
        (f"{row['name']}按现有人手做不到 {grown}，须增 ", strong(str(hires)), f" 人，最早 {by}到岗。"),
        (f"{row['name']} cannot carry {grown} with today's people: ", strong(f"+{hires}"), f" needed, from {by}."),
    )


def chances(frame: pd.DataFrame, record: str, lang: str) -> Line:
    """Which nodes have the best and the least chance of their target; the record behind all of them."""
    known = frame.dropna(subset=["chance_rate"])
    if known.empty:
        return either(lang, (f"没有可给概率的目标；{record}。",), (f"No target has a chance yet; {record}.",))
    ordered = known.sort_values(["chance_rate", "node_id"], ascending=[False, True], kind="stable")
    best, worst = ordered.iloc[0], ordered.iloc[-1]
    high = strong(f"{best['name']}（{chance_words(best['chance_rate'], lang)}）" if lang == "zh"
                  else f"{best['name']} ({chance_words(best['chance_rate'], lang)})")  # fmt: skip
    if len(ordered) == 1:
        return either(lang, ("目标把握：", high, f"。{record}。"), ("Chance of the target: ", high, f". {record}."))
    low = strong(f"{worst['name']}（{chance_words(worst['chance_rate'], lang)}）" if lang == "zh"
                 else f"{worst['name']} ({chance_words(worst['chance_rate'], lang)})")  # fmt: skip
    return either(
        lang,
        ("把握最大的是", high, "，最小的是", low, f"。{record}。"),
        ("Most likely: ", high, "; least: ", low, f". {record}."),
    )


def record(frame: pd.DataFrame, reliability: pd.DataFrame, lang: str) -> list[Line]:
    """Does the company's own history bear the chances out, and does the forecast beat last year repeated?"""
    if frame.empty:
        return [either(lang, ("历史不足 25 个月，无法回测。",), ("Under 25 months: nothing can be back-tested.",))]
    cases, hits = int(frame["test_count"].sum()), float((frame["test_count"] * frame["hit_rate"]).sum())
    origins = int(frame["origin_count"].max())
    line = either(
        lang,
        (f"共回测 {cases} 次、{origins} 个起点，80 % 区间命中 ", strong(rate(hits / cases, 0))),
        (
            f"{cases} back-tests from {origins} origin{'s' * (origins != 1)}; the 80 % interval hit ",
            strong(rate(hits / cases, 0)),
        ),
    )
    company = frame[frame["dimension"] == "company"].dropna(subset=["error_rate", "naive_error_rate"])
    if len(company):
        own, naive = rate(company["error_rate"].iloc[0]), rate(company["naive_error_rate"].iloc[0])
        line += either(
            lang,
            (f"；公司合计误差 {own}，照搬上年是 {naive}",),
            (f"; the company's median miss {own}, last year repeated {naive}",),
        )
    out = [line + ("。" if lang == "zh" else ".")]
    if origins < 4:
        out.append(
            either(
                lang,
                (warn("起点很少"), "：各次回测同涨同跌，不能当作许多次独立检验。"),
                (warn("Few origins"), ": these tests rise and fall together and are not many independent ones."),
            )
        )
    if len(reliability):
        off = (reliability["said_rate"] - reliability["came_rate"]).abs()
        most = reliability.iloc[int(off.to_numpy().argmax())]
        gap, whole = points(float(most["came_rate"] - most["said_rate"]), lang), int(reliability["case_count"].sum())
        out.append(
            either(
                lang,
                (
                    f"每次回测按几档目标各核对一次概率，共 {whole} 例；预测概率与实际达成偏差最大的一组差 "
                    f"{gap}（{int(most['case_count'])} 例）。",
                ),
                (
                    f"Each test checks the chances of several targets, {whole} cases in all; the widest gap between "
                    f"said and came true is {gap} ({int(most['case_count'])} cases).",
                ),
            )
        )
    return out


def scenarios(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """Which single change helps and hurts most."""
    moved = frame[frame["lever"] != "baseline"]
    if moved.empty:
        return either(lang, ("没有可变动的假设。",), ("There is nothing to vary.",))
    up = moved.sort_values(["shift_minor", "scenario_no"], ascending=[False, True], kind="stable").iloc[0]
    down = moved.sort_values(["shift_minor", "scenario_no"], kind="stable").iloc[0]
    names = [LEVERS[str(r["lever"])].get(lang) for r in (up, down)]
    gain, loss = (money(int(r["shift_minor"]), lang, currency, signed=True) for r in (up, down))
    return either(
        lang,
        (f"单项变动中，增加最多的是{names[0]}（", good(gain), f"），减少最多的是{names[1]}（", bad(loss), "）。"),
        (f"One change at a time: {names[0]} adds most (", good(gain), f"), {names[1]} takes most (", bad(loss), ")."),
    )


def doubts(frame: pd.DataFrame, lang: str, currency: str) -> list[Line]:
    """The two inputs most doubted: how far the forecast and the chance move with each."""
    out = []
    for _, rows in frame.dropna(subset=["doubt_no"]).groupby("doubt_no"):
        low, high = rows["middle_minor"].min(), rows["middle_minor"].max()
        name = LEVERS[str(rows["lever"].iloc[0])]
        steps = listed([change_words(r["lever"], r["change"], lang) for r in rows.to_dict("records")], lang)
        amounts = [money(int(v), lang, currency) for v in (low, high)]
        rates = [chance_words(float(v), lang) for v in (rows["chance_rate"].min(), rows["chance_rate"].max())]
        zh = f"{name.zh}（{steps}）：预测在 {amounts[0]}到 {amounts[1]}之间"
        en = f"{name.en} ({steps}): the forecast lies between {amounts[0]} and {amounts[1]}"
        if rows["chance_rate"].notna().any():
            same = rates[0] == rates[1]
            zh += f"，达成概率都是 {rates[0]}" if same else f"，达成概率在 {rates[0]} 到 {rates[1]} 之间"
            en += f", the chance stays {rates[0]}" if same else f", the chance between {rates[0]} and {rates[1]}"
        out.append(either(lang, (f"{zh}。",), (f"{en}.",)))
    return out or [either(lang, ("没有可变动的假设。",), ("There is nothing to vary.",))]


def change_words(lever: str, change: float, lang: str) -> str:
    """A lever's change as a reader says it: ``+5 %``, ``+5 点``, ``+2 人``."""
    if is_missing(change):
        return "—"
    if lever == "head_count":
        sign = "+" if change > 0 else "−"
        return Text(f"{sign}{abs(change):.0f} 人", f"{sign}{abs(change):.0f} people").get(lang)
    if lever in ("growth", "attrition"):
        return points(change, lang, 0)
    return rate(change, 0, signed=True)


def what_if(middle: float, chance: float, before: float, lang: str, currency: str) -> Line:
    """The panel's answer: forecast under the chosen changes, its distance to the baseline, the chance."""
    amount, moved = (money(round(v), lang, currency, signed=s) for v, s in ((middle, False), (middle - before, True)))
    line = either(
        lang,
        ("预测 ", strong(amount), f"，比基线 {moved}"),
        ("Forecast ", strong(amount), f", {moved} against the baseline"),
    )
    if not is_missing(chance):
        likely = strong(chance_words(chance, lang))
        line += either(lang, ("，达成概率 ", likely), (", chance ", likely))
    return line + ("。" if lang == "zh" else ".")
