"""What the tables of pay say: cost against budget, the curve, jumps, prizes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesnb.model.errors import Text
from salesnb.report.numbers import money, rate
from salesnb.report.prose import Line, bad, good, strong, warn
from salesnb.report.sentences.words import either

PARTS = {
    "commission": Text("提成", "Commission"),
    "salary_bonus": Text("奖金", "Bonus"),
    "profit_share": Text("利润分享", "Profit share"),
    "awards": Text("奖项", "Awards"),
    "total": Text("合计", "Total"),
}


def cost(table: pd.DataFrame, total: NDArray[np.float64], budget: int | None, lang: str, currency: str) -> Line:
    """Expected cost with its range, against the budget, with the chance to pass it."""
    row = table[table["part"] == "total"].iloc[0]
    expected, low, high = (money(int(row[f"{n}_minor"]), lang, currency) for n in ("expected", "low", "high"))
    line = either(
        lang,
        ("激励成本期望 ", strong(expected), f"，八成情形在 {low}到 {high}之间"),
        ("Pay is expected to cost ", strong(expected), f", {low} to {high} in four cases of five"),
    )
    if budget is None:
        return line + either(lang, ("；没有激励预算可比。",), ("; there is no budget to hold it against.",))
    beyond = float((total > budget).mean())
    run = bad if beyond > 0.5 else warn if beyond > 0.2 else good
    given = money(budget, lang, currency)
    return line + either(
        lang,
        (f"；预算 {given}，超支可能性 ", run(rate(beyond, 0)), "。"),
        (f"; the budget is {given}, the chance to pass it ", run(rate(beyond, 0)), "."),
    )


def curves(people: pd.DataFrame, lang: str, currency: str) -> Line:
    """What reaching the target is worth at the middle, and what going beyond adds."""
    if people.empty:
        return either(lang, ("没有人有目标，画不出收入曲线。",), ("Nobody has a target: there is no curve.",))
    at = int(people["at_target_minor"].median())
    paid, more = (money(int(people[c].median()), lang, currency) for c in ("at_target_minor", "at_stretch_minor"))
    salary = people["salary_minor"].dropna()
    line = either(
        lang,
        ("中位数：达成 100 % 浮动收入 ", strong(paid), "，120 % 时 ", strong(more)),
        ("At the median reaching the target pays ", strong(paid), ", 120 % of it ", strong(more)),
    )
    if len(salary):
        share = rate(at / float(salary.median()), 0)
        line += either(lang, (f"；100 % 时约为年基本工资的 {share}",), (f"; at 100 % about {share} of a salary",))
    return line + ("。" if lang == "zh" else ".")


def cliffs(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """Where pay jumps, and what shifting orders over a period's end can earn."""
    if frame.empty:
        return either(
            lang,
            (good("收入曲线没有台阶"), "，挪单得不到好处。"),
            (good("Pay has no jump"), ": shifting orders earns nothing."),
        )
    parts = []
    for mark, own in frame.groupby("attainment_rate"):
        jump, most = (money(int(own[c].median()), lang, currency) for c in ("jump_minor", "reward_minor"))
        share = rate(mark, 0)
        parts.append(
            Text(
                f"达成 {share} 处跳升 {jump}，挪动目标的 5 % 最多多拿 {most}",
                f"at {share} it jumps by {jump}; moving 5 % of a target earns up to {most}",
            ).get(lang)
        )
    said = ("；" if lang == "zh" else "; ").join(parts)
    return either(
        lang,
        ("收入在 ", bad(f"{len(parts)} 处"), f"有台阶（中位数）：{said}。要消除，可让奖金从 0 起步或按季度连续计算。"),
        ("Pay jumps at ", bad(f"{len(parts)} points"), f" (median): {said}. Let the bonus begin at zero to mend it."),
    )


def sensitivity(low: int, high: int, lang: str, currency: str) -> Line:
    """What the cost hangs on."""
    ends, apart = (money(low, lang, currency), money(high, lang, currency)), strong(money(high - low, lang, currency))
    return either(
        lang,
        ("人人达成 90 % 与 120 % 之间，成本相差 ", apart, f"（{ends[0]}到 {ends[1]}）。"),
        ("Between everyone at 90 % and at 120 % lie ", apart, f" ({ends[0]} to {ends[1]})."),
    )
