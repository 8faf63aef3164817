"""Requests, calibration meetings and leads to hand out, in sentences."""

from __future__ import annotations

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import is_missing, month, rate
from salesnb.report.prose import Line, bad, strong
from salesnb.report.sentences.words import either, listed

STATES: dict[str, Text] = {
    "draft": Text("草稿", "Draft"),
    "submitted": Text("审批中", "Being decided"),
    "approved": Text("审批中", "Being decided"),
    "agreed": Text("待发布", "To be published"),
    "rejected": Text("已驳回", "Rejected"),
    "recalled": Text("已撤回", "Recalled"),
    "published": Text("已发布", "Published"),
}
TRIGGERS = {
    "price": Text("竞品降价", "Competitor's price"),
    "index": Text("敏感度指数", "Sensitivity index"),
    "both": Text("竞品降价、敏感度指数", "Price and index"),
}
REASONS = {
    "unassigned": Text("无人负责", "without an owner:"),
    "left": Text("负责人已离岗", "owner has left:"),
    "over": Text("负责人在手过多", "owner holds too many:"),
}
BLOCKED = {
    "": Text("", ""),
    "region": Text("区域内无人", "Nobody in its region"),
    "skill": Text("无人具备条件", "Nobody fit for it"),
    "capacity": Text("容量已满", "Everybody is full"),
}


def requests(last: pd.DataFrame, lang: str) -> Line:
    """How many requests there are and whose turn it is; ``last``: the last state of each."""
    waiting = last[last["next_role"].fillna("") != ""]
    done = int((last["state"] == "published").sum())
    line = either(
        lang,
        (f"共 {len(last)} 份申请，已发布 {done} 份。",),
        (f"{len(last)} request{'s' if len(last) != 1 else ''}, {done} published. ",),
    )
    if len(waiting):
        zh = [f"{row['title']}（{row['next_role']}）" for row in waiting.to_dict("records")]
        en = [f"{row['title']} ({row['next_role']})" for row in waiting.to_dict("records")]
        line += either(
            lang,
            ("待审批：", strong(listed(zh, "zh")), "。"),
            ("To be decided: ", strong(listed(en, "en")), ". "),
        )
    return line


def meeting(row: pd.Series, lang: str) -> Line:
    """One calibration meeting: what rang, when to meet, and that nothing is changed by it."""
    when, day = month(row["month"], lang), pd.Timestamp(row["meeting_date"]).date()
    said = [TRIGGERS[str(row["trigger"])].get(lang)]
    if not is_missing(row["price_change_rate"]):
        said.append(f"{row['competitors']} {rate(row['price_change_rate'], 0, signed=True)}")
    if str(row["trigger"]) != "price" and not is_missing(row["sensitivity"]):
        said.append(f"{row['sensitivity']:.2f}")
    what = " · ".join(said)
    if row["is_open"]:
        return either(
            lang,
            (f"{when}触发市场预警（{what}）：建议 ", bad(str(day)), " 召开校准会；目标不自动改动。"),
            (f"{when} rings ({what}): meet to calibrate on ", bad(str(day)), "; no target changes by itself. "),
        )
    return either(
        lang,
        (f"{when}曾触发市场预警（{what}），校准会建议日期 {day} 已过；需要改目标的，请提交变更申请。",),
        (f"{when} rang ({what}); the meeting proposed for {day} is past. Request a change where one is needed. ",),
    )


def no_meeting(cut: float, value: float, lines: tuple[float | None, float | None], lang: str) -> Line:
    """Nothing rings: the deepest cut of the year and the newest index beside their lines, missing where unknown."""
    zh, en = [], []
    if lines[0] is not None:
        line = rate(lines[0], 0, signed=True)
        deepest = "" if is_missing(cut) else rate(cut, 0, signed=True)
        zh.append(f"竞品最大降价 {deepest}（界线 {line}）" if deepest else f"没有登记竞品降价（界线 {line}）")
        en.append(f"deepest cut {deepest} (line {line})" if deepest else f"no cut is recorded (line {line})")
    if lines[1] is not None and not is_missing(value):
        zh.append(f"敏感度指数最高 {value:.2f}（预警值 {lines[1]:.2f}）")
        en.append(f"highest index {value:.2f} (line {lines[1]:.2f})")
    facts = ("：" + "，".join(zh) if zh else "", ": " + ", ".join(en) if en else "")
    return either(lang, (f"今年没有触发市场预警{facts[0]}。",), (f"No alarm has rung this year{facts[1]}.",))


def leads(frame: pd.DataFrame, lang: str) -> Line:
    """How many leads to hand out, why, and how many find nobody."""
    if frame.empty:
        return either(
            lang,
            ("所有在手线索都有人负责，没有超出容量，不需要重新分配。",),
            ("Every open lead has an owner with room for it; nothing has to be handed out.",),
        )
    counts = frame["reason"].value_counts()
    why = {one: [f"{REASONS[r].get(one)} {counts[r]}" for r in REASONS if r in counts] for one in ("zh", "en")}
    given, left = int((frame["blocked"] == "").sum()), int((frame["blocked"] != "").sum())
    line = either(
        lang,
        ("建议重新分配 ", strong(f"{given} 条"), f"线索（{'、'.join(why['zh'])}）。"),
        ("To hand out: ", strong(f"{given} leads"), f" ({', '.join(why['en'])}). "),
    )
    if left:
        line += either(lang, (bad(f"{left} 条"), "暂无人可接。"), (bad(f"{left}"), " find nobody. "))
    return line
