"""What the tables of people and of the funnel say. Where chance explains a difference, that is what is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import count, is_missing, money, points, rate, ratio
from salesnb.report.prose import Line, bad, good, strong
from salesnb.report.sentences.history import change_run, either

NOBODY = Text("订单没有归属到人，人均产能无法计算。", "No order names a person, so there is no productivity.")
NO_TENURE = Text("人员名册没有入职日期，爬坡曲线无法给出。", "The roster holds no hiring dates, so there is no ramp.")


def productivity(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """Heads, sales per head and its growth, the spread, and top performers against rookies in the newest window."""
    now = frame.iloc[-1]
    if is_missing(now["revenue_per_head_minor"]):
        return either(lang, (NOBODY.zh,), (NOBODY.en,))
    heads, each = ratio(now["head_count"], 1), strong(money(now["revenue_per_head_minor"], lang, currency))
    line = either(lang, (f"平均 {heads} 人，人均产能 ", each), (f"{heads} heads on average, ", each, " a head"))
    if len(frame) > 1 and not is_missing(frame.iloc[-2]["revenue_per_head_minor"]):
        before = int(frame.iloc[-2]["revenue_per_head_minor"])
        if before > 0:
            grown = change_run(int(now["revenue_per_head_minor"]) / before - 1, lang)
            line += either(lang, ("，比上期", grown), (", ", grown, " on the window before"))
    low, high = (money(now[c], lang, currency) for c in ("low_minor", "high_minor"))
    line += either(lang, (f"；一半的人月产能在 {low}到 {high}之间",), (f"; half of them sell {low} to {high} a month",))
    if not is_missing(now["top_to_rookie_ratio"]):
        times = strong(ratio(now["top_to_rookie_ratio"], 1))
        line += either(lang, ("，头部是新人的 ", times, " 倍"), (", the top sells ", times, " times what rookies do"))
    return line + either(
        lang,
        ("。产能受辖区和客户影响，不等于能力。",),
        (". Territory and customers shape these figures: they are not skill.",),
    )


def ramp(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """When newcomers reach half and nearly all of the mature level."""
    known = frame[frame["ramp_rate"].notna()]
    if known.empty:
        return either(
            lang,
            ("还没有人满两年司龄，成熟水平未知，只列出各月产能。",),
            ("Nobody has been here two years yet, so the mature level is not known.",),
        )
    said = []
    for level in (0.5, 0.95):
        reached = known[known["ramp_rate"] >= level]
        if len(reached):
            month = strong(str(int(reached["tenure_month"].iloc[0]) + 1))
            said.append(
                either(
                    lang,
                    ("第 ", month, f" 个月达到成熟水平的 {rate(level, 0)}"),
                    (f"{rate(level, 0)} of the mature level in month ", month),
                )
            )
    line = either(lang, ("新人",), ("Newcomers reach ",))
    for i, part in enumerate(said):
        line += (("，" if lang == "zh" else ", ") if i else "") + part
    if not said:
        line += either(lang, ("尚未达到成熟水平的一半",), ("less than half of the mature level so far",))
    cases = int(frame["person_count"].iloc[0])
    return line + either(lang, (f"（首月样本 {cases} 人）。",), (f" ({cases} people seen in their first month).",))


def funnel(whole: pd.DataFrame, words: Mapping[str, Text], lang: str) -> Line:
    """Each step's conversion with its interval, in order."""
    order = [step for step in words if step in set(whole["step"])]
    line = Line("")
    for i, step in enumerate(order):
        row = whole[whole["step"] == step].iloc[0]
        if is_missing(row["conversion_rate"]):
            continue
        name, share = words[step].get(lang), strong(rate(row["conversion_rate"]))
        spread = f"{rate(row['rate_low'])}–{rate(row['rate_high'])}"
        join = ("；", "; ")[lang == "en"] if i else ""
        line += either(lang, (f"{join}{name} ", share, f"（{spread}）"), (f"{join}{name} ", share, f" ({spread})"))
    return line + either(lang, ("。括号内为 95 % 区间。",), (". In brackets: 95 % intervals.",))


def noise(frame: pd.DataFrame, words: Mapping[str, Text], lang: str) -> Line:
    """For which attributes the spread of the win rate is more than chance, and for which it is not."""
    closed = frame[(frame["step"] == "closed") & frame["dimension"].isin(list(words))]
    flags = closed.groupby("dimension")["is_noise"].first()
    real = [words[d].get(lang) for d in words if d in flags.index and not flags[d]]
    chance = [words[d].get(lang) for d in words if d in flags.index and flags[d]]
    join = "、" if lang == "zh" else ", "
    line = Line("")
    if real:
        line += either(
            lang,
            ("赢率确有差别的维度：", strong(join.join(real)), "。"),
            ("Win rates truly differ by ", strong(join.join(real).lower()), ". "),
        )
    if chance:
        line += either(
            lang,
            (f"{join.join(chance)}之间的赢率差异可由偶然解释，不宜据此排名。",),
            (f"Chance explains the differences by {join.join(chance).lower()}: rank nobody on them.",),
        )
    return line


def portrait(closed: pd.DataFrame, words: Mapping[str, Text], lang: str) -> Line:
    """The kinds of customer whose win rate stands above, and below, the average."""
    sides = []
    for side, paint in (("above", good), ("below", bad)):
        here = closed[closed["stands_out"] == side].sort_values(
            ["shrunk_rate", "node_id"], ascending=[side == "below", True], kind="stable"
        )
        said = [
            f"{words[r['dimension']].get(lang)} {r['node_id']}（{rate(r['conversion_rate'])}）"
            if lang == "zh"
            else f"{words[r['dimension']].get(lang).lower()} {r['node_id']} ({rate(r['conversion_rate'])})"
            for _, r in here.head(3).iterrows()
        ]
        if said:
            sides.append((side, paint(("、" if lang == "zh" else ", ").join(said))))
    if not sides:
        return either(
            lang,
            ("没有哪类客户的赢率明显高于或低于平均。",),
            ("No kind of customer is won clearly more or less often than the average.",),
        )
    line = Line("")
    for side, run in sides:
        zh, en = ("更容易赢：", "Won more often: ") if side == "above" else ("更难赢：", "Won less often: ")
        line += either(lang, (zh, run, "。"), (en, run, ". "))
    return line


def effects(frame: pd.DataFrame, words: Mapping[str, Text], lang: str) -> list[Line]:
    """Each window of behaviour: both win rates, the difference with its interval, or that chance explains it; and how
    time was measured where an export could tell hours."""
    out = []
    for _, row in frame.iterrows():
        name, both = words[row["effect"]].get(lang), (rate(row["inside_rate"]), rate(row["outside_rate"]))
        if row["is_noise"]:
            out.append(
                either(
                    lang,
                    (f"{name}：赢率 {both[0]}，其余 {both[1]}，差异可由偶然解释。",),
                    (f"{name}: {both[0]} won against {both[1]}; chance explains the difference.",),
                )
            )
            continue
        gap = strong(points(row["difference_rate"], lang))
        spread = f"{points(row['rate_low'], lang)} – {points(row['rate_high'], lang)}"
        out.append(
            either(
                lang,
                (
                    f"{name}：赢率 {both[0]}，其余 {both[1]}，相差 ",
                    gap,
                    f"（95 % 区间 {spread}）。这是相关，不等于因果。",
                ),
                (
                    f"{name}: {both[0]} won against {both[1]}, ",
                    gap,
                    f" apart ({spread}). Associated, not proven cause.",
                ),
            )
        )
    return [*out, *(_measured(row, lang) for _, row in frame.iterrows() if not is_missing(row["clocked_count"]))]


def _measured(row: pd.Series, lang: str) -> Line:
    """Whether 72 hours are hours or calendar days."""
    cases, clocked = int(row["inside_count"] + row["outside_count"]), int(row["clocked_count"])
    if clocked == cases:
        return either(
            lang, ("72 小时按导出中的时刻计算。",), ("The 72 hours are measured by the clock of the export.",)
        )
    if not clocked:
        return either(
            lang,
            ("导出只有日期没有时刻，72 小时按 3 个日历日计算。",),
            ("The export tells days, not hours: 72 hours are three calendar days here.",),
        )
    return either(
        lang,
        (f"{count(clocked)} 个商机按时刻计算，其余 {count(cases - clocked)} 个只有日期，按 3 个日历日计算。",),
        (f"{count(clocked)} deals are measured by the clock, {count(cases - clocked)} by three calendar days.",),
    )


def win_probability(model: Any, lang: str, currency: str) -> list[Line]:
    """What the open pipeline is worth, and how such probabilities did when nobody knew."""
    cases, amount = len(model.open), int(model.open["amount_minor"].sum())
    if model.state != "ok":
        return [
            either(
                lang,
                (f"在手商机 {cases} 个；已赢或已丢的商机太少，还不能给出赢率。",),
                (f"{cases} open deals; too few are decided yet to say a win probability.",),
            )
        ]
    priced = int(model.open["amount_minor"].notna().sum())
    if cases and not priced:
        bare = (
            (f"在手商机 {count(cases)} 个，都没有填预计金额，无法折算。",),
            (f"{count(cases)} open deals, none with an amount, so they have no worth yet.",),
        )
        return [either(lang, *bare), _record(model, lang)]
    expected = strong(money(int(model.open["expected_minor"].sum()), lang, currency))
    whole = money(amount, lang, currency)
    lines = [
        either(
            lang,
            (f"在手商机 {count(cases)} 个共 {whole}，按赢率折算 ", expected, "。"),
            (f"{count(cases)} open deals of {whole} are worth ", expected, " by win probability."),
        )
    ]
    if priced < cases:
        rest = count(cases - priced)
        lines.append(
            either(lang, (f"其中 {rest} 个没有金额，未计入。",), (f"{rest} of them have no amount and do not count.",))
        )
    return [*lines, _record(model, lang)]


def _record(model: Any, lang: str) -> Line:
    base = rate(model.base_rate)
    if model.backtest is None or not model.useful:
        return either(
            lang,
            (f"按属性估计并不比一律用平均赢率 {base} 更准，因此每个商机都用平均赢率。",),
            (f"Attributes predict no better than the average win rate of {base}, so every deal has the average.",),
        )
    test = model.backtest
    gap = points(test.table.gap, lang).lstrip("+")
    return either(
        lang,
        (f"回测：用 {count(test.fitted_on)} 个较早的商机估计、{count(test.judged_on)} 个较新的检验，平均偏差 {gap}。",),
        (f"Back-test: {count(test.fitted_on)} earlier deals judged on {count(test.judged_on)} later; gap {gap}.",),
    )
