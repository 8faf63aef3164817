"""Rules, contradictions and proposals in the planner's own words and numbers (R22, R24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import MISSING, count, is_missing, money, points, rate, ratio
from salesnb.report.prose import Line, bad, good, strong, warn
from salesnb.report.sentences.decomposition import few
from salesnb.report.sentences.words import either, listed

STATES = {
    "undecided": ("bad", Text("未决", "Not decided")),
    "binding": ("good", Text("起作用", "Binding")),
    "slack": ("good", Text("有余地", "Has room")),
    "implied": ("", Text("到不了", "Never reached")),
    "redundant": ("", Text("已被包含", "Already implied")),
    "relaxed": ("warn", Text("已让步", "Gave way")),
    "no_base": ("warn", Text("无上年基数", "No last year")),
    "no_cells": ("warn", Text("无对应单元", "No such cells")),
    "elsewhere": ("", Text("另处核算", "Counted elsewhere")),
}
STRENGTHS = {"must": Text("必须", "Must"), "should": Text("应当", "Should"), "wish": Text("意愿", "Wish")}
METHODS = {
    "proportional": Text("同比例让步", "All give way alike"),
    "fewest": Text("只动最少的条数", "Change the fewest lines"),
    "by_rank": Text("先动优先级低的", "Lowest priority first"),
    "level": Text("压低最高的", "Cap the highest"),
}
_KINDS = {
    "region": Text("个区域", "regions"),
    "team": Text("个团队", "teams"),
    "person": Text("个人", "people"),
    "product_line": Text("条产品线", "product lines"),
    "product": Text("个产品", "products"),
    "customer_type": Text("类客户", "customer types"),
    "channel": Text("个渠道", "channels"),
    "quarter": Text("个季度", "quarters"),
    "month": Text("个月", "months"),
    "half": Text("个半年", "halves"),
}
_WISHES = {"wish": Text("愿望", "wishes"), "should": Text("要求", "demands"), "must": Text("硬性要求", "fixed demands")}


@dataclass(frozen=True)
class Terms:
    """How figures in a rule's own terms are written: the language, the currency, minor units of a currency unit.
    ``counted``: what is planned is a number of customers or visits, so that no amount is money."""

    lang: str
    currency: str
    scale: int
    counted: bool = False

    def value(self, measure: str, value: Any, signed: bool = False) -> str:
        """A growth or share as percent, an amount as money, a ratio, a count."""
        if is_missing(value):
            return MISSING
        if measure in ("growth_over", "share_of"):
            return rate(value, signed=signed)
        if measure == "amount":
            return money(round(float(value) * self.scale), self.lang, self.currency, signed)
        return ratio(value) if measure == "ratio_to" else count(value, signed)

    def asked(self, measure: str, low: Any, high: Any) -> str:
        """What a rule asks: 8.0 %, ≥ 30.0 %, ≤ 40.0 % or 40.0 %–55.0 %."""
        if is_missing(low) and is_missing(high):
            return MISSING
        if is_missing(low) or is_missing(high):
            side = "≤ " if is_missing(low) else "≥ "
            return side + self.value(measure, high if is_missing(low) else low)
        if low == high:
            return self.value(measure, low)
        return f"{self.value(measure, low)}–{self.value(measure, high)}"

    def gap(self, measure: str, value: Any) -> str:
        """A difference in a rule's own terms: points of a rate, an amount."""
        if measure in ("growth_over", "share_of"):
            return points(abs(value), self.lang).lstrip("+")
        return self.value(measure, abs(value))

    def money(self, minor: Any, signed: bool = False) -> str:
        """An amount in the unit that fits it, or a count."""
        if self.counted:
            return count(minor, signed)
        return money(minor, self.lang, self.currency, signed)

    def say(self, text: Text) -> str:
        """A text in the language."""
        return text.get(self.lang)


def remark(row: Mapping[str, Any], terms: Terms) -> str:
    """What is to be said of one rule of ``rule_status``: by how much it gave way, or why it does nothing."""
    measure, status = str(row["measure"]), str(row["status"])
    if status == "relaxed":
        gap, amount = terms.gap(measure, row["relaxed"]), terms.money(row["relaxed_minor"])
        if measure in ("amount", "count"):
            return terms.say(Text(f"让步 {amount}", f"gave way by {amount}"))
        return terms.say(Text(f"让步 {gap}，{amount}", f"gave way by {gap}, {amount}"))
    if status == "implied":
        most = terms.value(measure, row["implied_high"])
        return terms.say(Text(f"其他规则已使其不超过 {most}", f"others keep it at or below {most}"))
    if status == "redundant":
        least = terms.value(measure, row["implied_low"])
        return terms.say(Text(f"其他规则已使其不低于 {least}", f"others keep it at or above {least}"))
    reasons = {
        "no_base": Text("上年同期没有销售，增长无从谈起", "nothing was sold last year, so there is no growth"),
        "no_cells": Text("计划里没有这样的格子", "the plan has no such cells"),
        "elsewhere": Text("数量目标，不在金额表里", "a count, not in the table of money"),
    }
    if status in reasons:
        return terms.say(reasons[status])
    if row.get("is_locked"):
        return terms.say(Text(f"锁定：{row['reason']}", f"locked: {row['reason']}"))
    exact = terms.value(measure, row["achieved"]) == terms.value(measure, row["asked_low"])
    if status == "binding" and row["asked_low"] == row["asked_high"] and not exact:
        return terms.say(Text("差异来自取整", "off by rounding only"))
    return ""


def rules(frame: pd.DataFrame, lang: str) -> Line:
    """How many rules act, have room, never act, gave way."""
    of = frame["status"].value_counts()
    acting, room = int(of.get("binding", 0)), int(of.get("slack", 0))
    idle, gave = int(of.get("implied", 0)) + int(of.get("redundant", 0)), int(of.get("relaxed", 0))
    line = either(
        lang,
        (f"共 {len(frame)} 条规则：", good(f"{acting} 条起作用"), f"，{room} 条有余地，{idle} 条不会起作用，"),
        (f"{len(frame)} rules: ", good(f"{acting} binding"), f", {room} with room, {idle} that never act, "),
    )
    must = frame[frame["strength"] == "must"]
    kept = either(lang, (f"；必须项 {len(must)} 条全部守住。",), (f"; musts that hold: all ({len(must)}).",))
    gave_way = either(
        lang,
        (warn(f"{gave} 条已让步") if gave else "没有规则让步",),
        (warn(f"{gave} that gave way") if gave else "none that gave way",),
    )
    return line + gave_way + kept


@dataclass(frozen=True)
class Quarrel:
    """One contradiction: rows of its ``members`` and ``groups``, and the dimensions each rule speaks of."""

    members: Sequence[Mapping[str, Any]]
    groups: Sequence[Mapping[str, Any]]
    dimensions: Mapping[str, Sequence[str]]


def conflict(quarrel: Quarrel, terms: Terms) -> Line:
    """The contradiction as arithmetic: what is wished together, what there is, and the excess."""
    groups, lang = quarrel.groups, terms.lang
    low, high = ([row for row in groups if row["side"] == side] for side in ("low", "high"))
    wanted, given = (sum(int(row["asked_minor"]) for row in side) for side in (low, high))
    excess = int(groups[0]["excess_minor"])
    much = warn(terms.money(excess))
    plain = {row["measure"] for row in groups} <= {"growth_over", "amount", "count"} and low and high
    lows, highs = ([_group(row, quarrel, terms) for row in side] for side in (low, high))
    if plain and abs(wanted - given - excess) <= len(quarrel.members) + 1:
        return either(
            lang,
            (strong("，加上".join(lows)), f"，共需 {terms.money(wanted)}；而", strong("、".join(highs)),
             f"，只有 {terms.money(given)}，", "多出 ", much, "。"),
            (strong(", plus ".join(lows)), f" need {terms.money(wanted)}; but ", strong(", ".join(highs)),
             f" leaves {terms.money(given)}: too much by ", much, "."),
        )  # fmt: skip
    every = listed([*lows, *highs], lang)
    return either(
        lang,
        (strong(every), "不能同时成立，差额 ", much, "。"),
        (strong(every), " cannot hold together, by ", much, "."),
    )


def _group(row: Mapping[str, Any], quarrel: Quarrel, terms: Terms) -> str:
    """四个区域的增长愿望合计 14.3 %; a rule that stands alone is quoted, a must said to be one."""
    first = next(member for member in quarrel.members if member["group_no"] == row["group_no"])
    if int(row["rule_count"]) == 1:
        text = str(first["text"])
        must = terms.say(Text("（必须）", " (a must)")) if row["strength"] == "must" else ""
        return (f"“{text}”" if terms.lang == "zh" else f'"{text}"') + must
    dimensions = quarrel.dimensions.get(str(first["rule_id"]), ())
    number, kind = few(int(row["rule_count"]), terms.lang), _KINDS.get(dimensions[0] if len(dimensions) == 1 else "")
    who = Text(f"{number}{kind.zh}", f"{number} {kind.en}") if kind else Text(f"{number}条", f"{number} lines")
    wish = _WISHES[str(row["strength"])]
    if row["measure"] == "growth_over":
        grown = rate(row["asked_rate"])
        return terms.say(
            Text(f"{who.zh}的增长{wish.zh}合计 {grown}", f"The growth {wish.en} of {who.en}, {grown} in all")
        )
    amount = terms.money(int(row["asked_minor"]))
    return terms.say(Text(f"{who.zh}的{wish.zh}合计 {amount}", f"The {wish.en} of {who.en}, {amount} in all"))


def settled(frame: pd.DataFrame, terms: Terms) -> Line:
    """How the plan dealt with it: who gave way from what to what. ``frame``: ``rule_status``."""
    gave = frame[frame["status"] == "relaxed"]
    if gave.empty:
        return Line("")
    said = []
    for _, row in gave.iterrows():
        measure = str(row["measure"])
        said.append(f"{row['text']} → {terms.value(measure, row['achieved'])}")
    parts = ("；" if terms.lang == "zh" else "; ").join(said)
    return either(
        terms.lang,
        ("本方案的处理：意愿按各自要求的同一比例让步，权重大的让得少：", f"{parts}。"),
        (
            "In this plan wishes give way by the same share of what they ask, those of more weight by less: ",
            f"{parts}.",
        ),
    )


def rules_open(every: int, members: int, lang: str) -> Line:
    """How many rules wait for a decision; the others are shown as in the trial."""
    return either(
        lang,
        (f"共 {every} 条规则：", bad(f"{members} 条互相矛盾，未决"), "；其余规则的状态按试算列出。"),
        (f"{every} rules: ", bad(f"{members} contradict each other, not decided"), "; the others as in the trial."),
    )


def open_question(lang: str) -> Line:
    """What is said where musts contradict each other: the program bends none of them."""
    return either(
        lang,
        (warn("必须项不会自动让步，等待决定"), "：采纳下面的一个办法，或把其中一条改为应当、意愿。"),
        (warn("No must gives way by itself; this waits for a decision"),
         ": take one of the ways below, or make one of them a should or a wish."),
    )  # fmt: skip


def change(row: Mapping[str, Any], measure: str, terms: Terms) -> str:
    """One change of a proposal: 华东增长 8 %：8.0 % → 6.2 %（−51.4 万元）."""
    before = terms.asked(measure, row["before_low"], row["before_high"])
    after = terms.asked(measure, row["after_low"], row["after_high"])
    moved = terms.money(row["moved_minor"], signed=True)
    return terms.say(
        Text(f"{row['text']}：{before} → {after}（{moved}）", f"{row['text']}: {before} → {after} ({moved})")
    )


def proposals(frame: pd.DataFrame, number: int, terms: Terms) -> Line:
    """How many different ways there are, and whether each was tried."""
    proven = bool(frame["is_verified"].all())
    fewest = int(frame["change_count"].min())
    return either(
        terms.lang,
        (f"有 {number} 个办法", "，每个都重新求解验证过" if proven else "", f"；最少只需改 {fewest} 条。"),
        (
            f"There are {number} ways out",
            ", each solved anew to prove it" if proven else "",
            f"; the fewest lines that one changes: {fewest}.",
        ),
    )
