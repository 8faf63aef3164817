"""What a plan's tables say, in a sentence a sales director reads once. Figures come from the tables only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.report.numbers import count, is_missing, money, month_names, points, rate
from salesnb.report.prose import Line, Run, bad, good, strong, warn
from salesnb.report.sentences.words import change_run, either, listed

_CN = ("零", "一", "两", "三", "四", "五", "六", "七", "八", "九", "十")


def few(number: int, lang: str) -> str:
    """A small count as a sentence writes it: 四 (两 before a measure word) / 4."""
    return _CN[number] if lang == "zh" and 0 <= number < len(_CN) else count(number)


def when(plan: str, lang: str) -> str:
    """A plan's period in words: 2024 → 2024 年, 2024H1 → 2024 年上半年, 2024Q2 → 2024 年二季度."""
    if lang == "en":
        return plan if plan.isdigit() else f"{plan[4:]} {plan[:4]}"
    halves = {"H1": "上半年", "H2": "下半年", "Q1": "一季度", "Q2": "二季度", "Q3": "三季度", "Q4": "四季度"}
    return f"{plan[:4]} 年{halves.get(plan[4:], '')}"


@dataclass(frozen=True)
class Whole:
    """The company's figures: target and last year in minor units, people with a target, who gave way."""

    plan: str
    target: int
    base: int
    people: int
    gave_way: int = 0
    excess: int = 0

    @property
    def growth(self) -> float:
        """Against the same months of last year; NaN without them."""
        return self.target / self.base - 1 if self.base > 0 else float("nan")


def answer(whole: Whole, regions: pd.DataFrame, lang: str, currency: str) -> Line:
    """The conclusion: the target, who carries most and grows most, whether wishes conflict and by how much.

    ``regions``: ``target_nodes`` of one dimension with ``name``.
    """
    target, day = strong(money(whole.target, lang, currency)), when(whole.plan, lang)
    line = either(lang, (f"{day}公司目标 ", target), (f"{day}: the company's target is ", target))
    if not is_missing(whole.growth):
        grown = change_run(whole.growth, lang)
        line += either(lang, ("，比上年同期", grown), (", ", grown, " on the year before"))
    line += _ends(regions, lang, currency)
    return line + ("。" if lang == "zh" else ". ") + quarrel(whole, lang, currency)


def undecided(whole: Whole, rules: int, lang: str, currency: str) -> Line:
    """The conclusion where musts contradict each other: nothing is decided, by how much they lie apart, what to do."""
    day, many, much = when(whole.plan, lang), few(rules, lang), bad(money(whole.excess, lang, currency))
    return either(
        lang,
        (f"{day}目标", bad("未决"), f"：{many}条必须遵守的规则互相矛盾，相差 ", much,
         "；选定一个解决办法并写下决定之后，才有可以批准的目标。"),
        (f"{day}: ", bad("not decided"), f". {many} rules that must hold contradict each other by ", much,
         "; there is a target to approve once a way out is chosen and written down."),
    )  # fmt: skip


def _ends(nodes: pd.DataFrame, lang: str, currency: str) -> Line:
    """Who carries most, who grows most and least."""
    own = nodes[(nodes["node_id"] != UNASSIGNED) & (nodes["target_minor"] > 0)]
    if len(own) < 2:
        return Line("")
    big = own.sort_values(["target_minor", "node_id"], ascending=[False, True], kind="stable").iloc[0]
    said = f"{money(big['target_minor'], lang, currency)}（{rate(big['share_of_target'])}）"
    if lang == "en":
        said = f"{money(big['target_minor'], lang, currency)} ({rate(big['share_of_target'])})"
    line = either(
        lang,
        ("；", strong(str(big["name"])), f"承担最多，{said}"),
        ("; ", strong(str(big["name"])), f" carries most, {said}"),
    )
    return line + _extremes(own, lang)


def _extremes(own: pd.DataFrame, lang: str) -> Line:
    known = own[own["growth_rate"].notna()].sort_values(["growth_rate", "node_id"], kind="stable")
    if len(known) < 2:
        return Line("")
    high, low = (
        strong(f"{row['name']} {rate(row['growth_rate'], signed=True)}")
        for _, row in (known.iloc[[-1]].iterrows().__next__(), known.iloc[[0]].iterrows().__next__())
    )
    return either(
        lang, ("；增长要求最高的是", high, "，最低的是", low), ("; asked to grow most: ", high, ", least: ", low)
    )


def quarrel(whole: Whole, lang: str, currency: str) -> Line:
    """Whether rules contradict each other, by how much, and who gave way."""
    people = few(whole.people, lang) if whole.people < 10 else count(whole.people)
    if not whole.gave_way:
        return either(
            lang,
            ("各方要求没有冲突，", strong(f"{people} 人"), "的目标逐级相加，与公司目标一分不差。"),
            ("No two demands conflict, and the targets of ", strong(f"{people} people"), " add up to it exactly."),
        )
    much, many = warn(money(whole.excess, lang, currency)), few(whole.gave_way, lang)
    return either(
        lang,
        ("各方的愿望加起来比公司目标多出 ", much, f"：{many}条愿望已让步，必须项一条未动；",
         strong(f"{people} 人"), "的目标逐级相加，与公司目标一分不差。"),
        ("Together the demands exceed it by ", much, f": {many} of them gave way, no must did; the targets of ",
         strong(f"{people} people"), " add up to it exactly."),
    )  # fmt: skip


def nodes(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """One dimension's targets: the largest, and who is asked to grow most and least."""
    own = frame[(frame["node_id"] != UNASSIGNED) & (frame["target_minor"] > 0)]
    if own.empty:
        return either(lang, ("没有可分解到的单位。",), ("There is nobody to carry a target.",))
    big = own.sort_values(["target_minor", "node_id"], ascending=[False, True], kind="stable").iloc[0]
    amount, share = money(big["target_minor"], lang, currency), rate(big["share_of_target"])
    named = strong(str(big["name"]))
    line = either(
        lang,
        ("目标最大的是", named, f"，{amount}，占 {share}"),
        ("Largest: ", named, f", {amount}, {share} of the target"),
    )
    line += _extremes(own, lang)
    gone = frame[(frame["target_minor"] == 0) & (frame["base_minor"] > 0) & (frame["node_id"] != UNASSIGNED)]
    if len(gone):
        names = listed([str(name) for name in gone["name"]], lang)
        line += either(
            lang, (f"；{names}上年有销售、今年不承担目标",), (f"; {names} sold last year and has no target",)
        )
    return line + ("。" if lang == "zh" else ".")


def rhythm(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """The months of a plan against last year's: the heaviest, and where the load shifts most. ``frame``: month rows."""
    by_month = frame.sort_values("node_id", kind="stable")
    names = month_names(lang)

    def named(row: pd.Series) -> str:
        return names[int(str(row["node_id"])[5:]) - 1]

    big = by_month.iloc[int(by_month["target_minor"].to_numpy().argmax())]
    amount, share = money(big["target_minor"], lang, currency), rate(big["share_of_target"])
    line = either(
        lang,
        ("目标最重的是", strong(named(big)), f"，{amount}，占 {share}"),
        ("The heaviest month is ", strong(named(big)), f": {amount}, {share}"),
    )
    known = by_month[by_month["growth_rate"].notna()]
    if len(known) > 1:
        high, low = (
            known.iloc[int(at)]
            for at in (known["growth_rate"].to_numpy().argmax(), known["growth_rate"].to_numpy().argmin())
        )
        most, least = (strong(f"{named(row)}（{rate(row['growth_rate'], signed=True)}）") for row in (high, low))
        if lang == "en":
            most, least = (strong(f"{named(row)} ({rate(row['growth_rate'], signed=True)})") for row in (high, low))
        line += either(
            lang,
            ("；比上年同月增加最多的是", most, "，最少的是", least),
            ("; against last year most is added in ", most, ", least in ", least),
        )
    return line + ("。" if lang == "zh" else ".")


def ledger(faults: Sequence[tuple[str, int]], sums: int, total: str, lang: str) -> Line:
    """The coherence ledger in one line. ``faults``: (word, count); ``sums``: how many tables were added up."""
    said: list[str | Run] = []
    for word, found in faults:
        run = good(f"{word} {count(found)}") if not found else bad(f"{word} {count(found)}")
        said += [run, "，" if lang == "zh" else ", "]
    return either(
        lang,
        (*said, f"{sums} 张汇总表的合计都是 ", strong(total), "，分毫不差。"),
        (*said, f"and all {sums} summary tables add up to ", strong(total), " exactly."),
    )


def span_name(node: str, lang: str) -> str:
    """A month or quarter as a row's name: 2024-03 → 3月 / Mar, 2024Q2 → 二季度 / Q2."""
    if "Q" in node:
        return when(node, lang).split(" 年")[-1] if lang == "zh" else node[4:]
    return month_names(lang)[int(node[5:]) - 1]


def quarters(frame: pd.DataFrame, lang: str) -> Line:
    """Each quarter's share of the plan and how it moves against last year. ``frame``: quarter rows in order."""
    said = [f"{row['name']} {rate(row['share_of_target'])}" for _, row in frame.iterrows()]
    line = either(lang, ("各季占计划：", strong(listed(said, lang))), ("Of the plan: ", strong(listed(said, lang))))
    if frame["share_of_base"].notna().all() and frame["base_minor"].sum() > 0:
        shift = frame["share_of_target"] - frame["share_of_base"]
        most = frame.iloc[int(shift.abs().to_numpy().argmax())]
        moved = points(most["share_of_target"] - most["share_of_base"], lang)
        line += either(
            lang,
            ("；与上年相比变化最大的是", strong(f"{most['name']}（{moved}）")),
            ("; most moved against last year: ", strong(f"{most['name']} ({moved})")),
        )
    return line + ("。" if lang == "zh" else ".")


def crossing(
    rows: Sequence[str],
    columns: Sequence[str],
    amounts: tuple[list[list[int]], list[list[int]]],
    lang: str,
    currency: str,
) -> Line:
    """The heaviest crossing of two dimensions, and the one that adds most on last year. ``amounts``: now, before."""
    now, before = amounts
    places = [(i, j) for i in range(len(rows)) for j in range(len(columns))]
    big = max(places, key=lambda at: now[at[0]][at[1]])
    added = max(places, key=lambda at: now[at[0]][at[1]] - before[at[0]][at[1]])
    names = [f"{rows[i]} × {columns[j]}" for i, j in (big, added)]
    first = money(now[big[0]][big[1]], lang, currency)
    second = money(now[added[0]][added[1]] - before[added[0]][added[1]], lang, currency, signed=True)
    return either(
        lang,
        ("最大的一格是", strong(names[0]), f"，{first}；比上年增加最多的是", strong(names[1]), f"，{second}。"),
        ("The largest cell is ", strong(names[0]), f", {first}; most is added in ", strong(names[1]), f", {second}."),
    )
