"""What moved against an earlier plan, how weeks lie across months, and which postings are out of the ordinary."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from salesnb.report.numbers import count, money
from salesnb.report.prose import Line, good, strong
from salesnb.report.sentences.words import either, listed


def bridge(frame: pd.DataFrame, people: pd.DataFrame, before: str, lang: str, currency: str) -> Line:
    """The company's change and who gains and loses most. ``people``: rows of people with ``name``."""
    change = int(frame.loc[frame["dimension"] == "company", "change_minor"].iloc[0])
    moved = people[people["change_minor"] != 0]
    if not change and moved.empty:
        same = frame[(frame["dimension"] != "company") & (frame["change_minor"] != 0)]
        if same.empty:
            zh = ("与", strong(before), " 相比，", good("没有变化"), "。")
            return either(lang, zh, ("Against ", strong(before), ": ", good("no change"), "."))
    total = money(change, lang, currency, signed=True)
    whole = ("公司合计不变", "the total stays") if not change else (f"公司合计 {total}", f"{total} in all")
    line = either(
        lang,
        ("与", strong(before), " 相比，", strong(whole[0]), f"，{count(len(moved))} 人的目标有变化"),
        ("Against ", strong(before), ": ", strong(whole[1]), f"; targets of {count(len(moved))} people change"),
    )
    if len(moved):
        ordered = moved.sort_values(["change_minor", "node_id"], kind="stable")
        ends = [ordered.iloc[-1], ordered.iloc[0]] if len(ordered) > 1 else [ordered.iloc[0]]
        said = [f"{row['name']} {money(int(row['change_minor']), lang, currency, signed=True)}" for row in ends]
        line += either(lang, (f"，变化最大的是{'和'.join(said)}",), (f", most: {' and '.join(said)}",))
    return line + ("。" if lang == "zh" else ".")


def rules_moved(rules: pd.DataFrame, lang: str) -> Line:
    """How many rules came, went or moved."""
    if rules.empty:
        return either(lang, ("规则没有变化。",), ("No rule has changed.",))
    kinds = rules["kind"].value_counts()
    words = {"added": ("新增", "added"), "removed": ("取消", "removed"), "changed": ("改动", "changed")}
    zh = [f"{words[name][0]} {int(kinds[name])} 条" for name in words if name in kinds]
    en = [f"{int(kinds[name])} {words[name][1]}" for name in words if name in kinds]
    return either(
        lang,
        (f"规则{listed(zh, 'zh')}；展开可看每条单独造成多少变化。",),
        (f"Rules: {listed(en, 'en')}; unfold what each does alone.",),
    )


def weeks(amounts: Sequence[tuple[str, int]], crossing: int, lang: str, currency: str) -> Line:
    """How many weeks there are, how many cross months, and the heaviest."""
    week, most = max(amounts, key=lambda pair: pair[1])
    amount = money(most, lang, currency)
    return either(
        lang,
        (strong(f"{len(amounts)} 周"), f"，其中 {crossing} 周跨月：按工作日拆到两个月，",
         good("按周相加、按月相加都等于公司目标"), "；最重的是 ", strong(week), f"，{amount}。"),
        (strong(f"{len(amounts)} weeks"), f", {crossing} of them across months, split by working days: ",
         good("weeks and months both add up to the company's target"), "; the heaviest is ", strong(week),
         f", {amount}."),
    )  # fmt: skip


def staff(rows: pd.DataFrame, lang: str, currency: str) -> Line:
    """Managers with quotas of their own, newcomers, leavers, open seats, people across regions. ``rows``: with name."""
    parts: list[tuple[str, str]] = []
    leads = rows[rows["is_manager"]]
    if len(leads):
        own = money(int(leads["target_minor"].sum()), lang, currency)
        number = leads["person_id"].nunique()
        parts.append(
            (f"{number} 名带队的人另有本人目标，合计 {own}", f"{number} who lead others have {own} of their own")
        )
    seats = rows[rows["is_open"]]
    if len(seats):
        own = money(int(seats["target_minor"].sum()), lang, currency)
        parts.append((f"{len(seats)} 个待补岗位承担 {own}", f"{len(seats)} open seats carry {own}"))
    new = rows[rows["is_new"] & ~rows["is_open"]]
    if len(new):
        names = [str(name) for name in new["name"]]
        parts.append(
            (f"期内到岗的{listed(names, 'zh')}按爬坡折算", f"{listed(names, 'en')} join within the plan, with a ramp")
        )
    trial = rows[rows["probation_date"].notna()]
    if len(trial):
        who = listed([str(name) for name in trial["name"]], lang)
        parts.append((f"{who}在试用期内，目标按比例计", f"{who} on probation, with part of a target"))
    gone = rows[rows["to_date"].notna()]
    if len(gone):
        names = [str(name) for name in gone["name"]]
        parts.append((f"{listed(names, 'zh')}期内离岗", f"{listed(names, 'en')} leave within the plan"))
    wide = rows[rows["region_count"] > 1].drop_duplicates("person_id")
    if len(wide):
        parts.append((f"{len(wide)} 人服务多个区域", f"{len(wide)} people serve several regions"))
    if not parts:
        return either(lang, ("计划期内人员不变。",), ("Nobody joins, leaves or moves within the plan.",))
    said = "；".join(zh for zh, _ in parts) + "。" if lang == "zh" else "; ".join(en for _, en in parts) + "."
    return Line(said)
