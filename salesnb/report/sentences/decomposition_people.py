"""What a plan says about people: how numbers were made, whether they are fair, what they take each week."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import count, figure, is_missing, money, rate
from salesnb.report.prose import Line, bad, good, strong, warn
from salesnb.report.sentences.decomposition import when
from salesnb.report.sentences.words import either, listed

_STEPS = {
    "base": Text("上年同期", "Last year"),
    "organisation": Text("人员与网点变动", "People and offices"),
    "reason": Text("起始理由", "Reasons"),
    "rule": Text("规则", "Rule"),
    "rounding": Text("取整", "Rounding"),
    "target": Text("目标", "Target"),
    "padding": Text("加码", "Over-assignment"),
    "handed": Text("下达数", "Handed down"),
}
_REASONS = {
    "history": Text("历史占比", "History"),
    "growth_wish": Text("增长意愿", "Growth wished"),
    "potential": Text("市场潜力", "Market potential"),
    "team_size": Text("团队规模", "Team size"),
    "life_cycle": Text("产品生命周期", "Life cycle"),
    "margin": Text("毛利率", "Gross margin"),
    "priority": Text("战略优先级", "Priority"),
    "even": Text("人均相等", "Even"),
}


def step_word(kind: str, named: str, lang: str) -> str:
    """A step of a derivation in words: a reason by its name, a rule in the planner's words."""
    if kind == "reason" and named in _REASONS:
        return Text(f"理由：{_REASONS[named].zh}", f"Reason: {_REASONS[named].en.lower()}").get(lang)
    if kind == "rule" and named:
        return Text(f"规则：{named}", f"Rule: {named}").get(lang)
    return _STEPS[kind].get(lang)


def derivation(totals: Mapping[tuple[str, str], int], lang: str, currency: str) -> Line:
    """The company's steps in one line. ``totals``: (step, reason or rule) → amount."""
    sums = {kind: sum(amount for (step, _), amount in totals.items() if step == kind) for kind in _STEPS}
    last = money(sums["base"], lang, currency)
    people, rules = (money(sums[kind], lang, currency, signed=True) for kind in ("organisation", "rule"))
    target = sum(totals.values())
    return either(
        lang,
        (f"从上年的 {last}出发，人员与网点变动 {people}，起始理由只改变各人之间的分配，规则合计 {rules}，得到目标 ",
         strong(money(int(target), lang, currency)), "；每个人都可以展开看自己的每一步。"),
        (f"From last year's {last}: people and offices {people}, reasons only move amounts between people, ",
         f"rules {rules}; the target is ",
         strong(money(int(target), lang, currency)), ". Unfold a region for the steps of each of its people."),
    )  # fmt: skip


def fairness(roles: pd.DataFrame, people: pd.DataFrame, lang: str, currency: str) -> Line:
    """How far targets per rep-year lie apart within roles, and who stands out. ``people``: with ``name``."""
    wide = roles[roles["person_count"] > 1].sort_values("spread_rate", ascending=False, kind="stable")
    far = people[people["is_outlier"]]
    line = Line("")
    if len(wide):
        first = wide.iloc[0]
        middle, spread = money(int(first["median_minor"]), lang, currency), rate(first["spread_rate"])
        line = either(
            lang,
            (f"按每标准人年的目标比较，同岗位差别最大的是{first['role']}：中位数 {middle}，离散度 ", strong(spread)),
            (
                f"By target per rep-year people differ most among {first['role']}: median {middle}, spread ",
                strong(spread),
            ),
        )
    if far.empty:
        return line + either(lang, ("；没有人明显偏离同岗位。",), ("; nobody stands far out.",))
    form = "{}（{}）" if lang == "zh" else "{} ({})"
    ordered = far.sort_values("deviation", ascending=False, kind="stable")
    said = [form.format(row["name"], rate(row["deviation"], 0, signed=True)) for _, row in ordered.iterrows()]
    return line + either(
        lang,
        ("；明显偏离同岗位中位数的有", warn(listed(said, lang)), "，下达前请核对。"),
        ("; far from their role's median: ", warn(listed(said, lang)), ". Look at them before handing down."),
    )


def backtest(spread: pd.DataFrame, year: str, lang: str) -> Line:
    """Whether last year's attainment would have spread less than with last year's figures raised alike."""
    of = spread.set_index("method")
    spreads = of["spread_rate"].astype("float64")
    own, naive = spreads["plan"], spreads["naive"]
    number, near = count(of.loc["plan", "person_count"]), rate(of.loc["plan", "within_20_rate"], 0)
    shown, other = rate(own), rate(naive)
    closer = good(shown) if own < naive else bad(shown)
    line = either(
        lang,
        (f"假如 {when(year, 'zh')}也这样定目标，{number} 人达成率的标准差为 ", closer,
         f"，按“上年 × 公司增长”则为 {other}；", f"{near} 的人与目标相差在 20 % 以内。"),
        (f"Had {when(year, 'en')} been set this way, attainment of {number} people would have a standard deviation of ",
         closer, f", against {other} with last year's figures raised alike; ",
         f"{near} of them within 20 % of their target."),
    )  # fmt: skip
    left_out = of.loc["plan", "left_out"]
    if isinstance(left_out, str) and left_out:
        names = listed([_REASONS[name].get(lang) if name in _REASONS else name for name in left_out.split("、")], lang)
        line += either(
            lang, (f"当时没有数据的理由（{names}）未用。",), (f" Reasons without figures then ({names}) are left out.",)
        )
    return line


def activity(people: pd.DataFrame, lang: str) -> Line:
    """Effective visits and quotes a week: what targets need against what is asked of everybody."""
    parts: list[Line] = []
    for needed, asked, word in (
        ("visits_needed_week", "visits_asked_week", Text("有效拜访", "effective visits")),
        ("quotes_needed_week", "quotes_asked_week", Text("报价", "quotes")),
    ):
        known = people[people[needed].notna()]
        if known.empty:
            continue
        middle = figure(float(known[needed].median()), 1)
        line = either(
            lang,
            (f"每人每周{word.zh}的中位数需要 ", strong(middle)),
            ("The median person needs ", strong(middle), f" {word.en} a week"),
        )
        rule = known[asked].iloc[0]
        if not is_missing(rule):
            above = int((known[needed] > rule).sum())
            set_at = figure(float(rule), 0)
            short = (warn(f"{above} 人不够"), warn(f"not enough for {above}"))
            enough = (good("全部够用"), good("enough for all"))
            zh, en = short if above else enough
            line += either(lang, (f"，规定为 {set_at}，", zh), (f", {set_at} are asked; ", en))
        parts.append(line)
    if not parts:
        return either(
            lang,
            ("没有商机和拜访记录，只能算到订单和客户。",),
            ("Without opportunities and visits only orders and customers follow.",),
        )
    out = parts[0]
    for line in parts[1:]:
        out = out + ("；" if lang == "zh" else "; ") + line
    return out + ("。" if lang == "zh" else ".")
