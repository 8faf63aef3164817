"""What is to be said of counts, letters and forms: how many, for whom, and what still stands open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import pandas as pd

from salesnb.report.numbers import count
from salesnb.report.prose import Line, good, strong, warn
from salesnb.report.sentences.words import either, listed


def counts(frame: pd.DataFrame, names: Mapping[str, str], lang: str) -> Line:
    """Each count in one clause: how many in all, how many large, over how many people. ``frame``: with ``name``."""
    parts = []
    for what, own in frame.groupby("count", sort=False):
        people = own.groupby("name")["target_count"].sum()
        carrying = int((people > 0).sum())
        large = int(own.loc[own["customer_size"] == "large", "target_count"].sum())
        most = str(people.sort_values(ascending=False, kind="stable").index[0])
        whole = count(int(own["target_count"].sum()))
        zh = f"{names[str(what)]}目标 {whole}" + (f"，其中大客户 {count(large)}" if large else "")
        en = f"{names[str(what)]}: {whole}" + (f", {count(large)} of them large" if large else "")
        parts.append((zh, en, count(carrying), f"{most}（{count(people.max())}）", f"{most} ({count(people.max())})"))
    line = Line("")
    for zh, en, people_said, most_zh, most_en in parts:
        line += either(
            lang,
            (strong(zh), f"，分到 {people_said} 人，最多的是{most_zh}。"),
            (strong(en), f", over {people_said} people, most for {most_en}. "),
        )
    return line


def letters(made: tuple[int, int], state: tuple[str, date], open_: Sequence[str], unset: int, lang: str) -> Line:
    """How many letters there are and what stands between them and signatures.

    ``made``: of people, of regions. ``state``: the revision they are issued under ("" for a draft), day to sign by.
    ``open_``: seats without a letter. ``unset``: letters with an indicator nobody has set.
    """
    people, regions = count(made[0]), count(made[1])
    revision, day = state
    issued_zh = good(f"按已批准的 {revision} 出具，{day} 前签署") if revision else warn("目标批准前都是草稿，不能签署")
    issued_en = good(f"issued under {revision}, to be signed by {day}") if revision else warn("drafts until approved")
    line = either(
        lang,
        (strong(f"{people} 份个人责任书、{regions} 份区域责任书"), "，", issued_zh),
        (strong(f"{people} personal and {regions} regional letters"), ", ", issued_en),
    )
    if unset:
        line += either(
            lang,
            ("；", warn(f"{unset} 份还有指标未定目标")),
            ("; ", warn(f"{unset} of them lack an indicator's target")),
        )
    if open_:
        names = listed(list(open_), lang)
        line += either(lang, (f"；{names}到岗后再出",), (f"; {names}: once somebody takes the seat",))
    return line + ("。" if lang == "zh" else ".")


def signatures(states: Mapping[str, int], overdue: int, lang: str) -> Line:
    """Who has signed, who has objected, who is late. ``states``: signed, objected, open → letters."""
    signed, objected, waiting = (states.get(name, 0) for name in ("signed", "objected", "open"))
    parts_zh: list[object] = [good(f"{signed} 份已签") if signed else f"{signed} 份已签"]
    parts_en: list[object] = [good(f"{signed} signed") if signed else f"{signed} signed"]
    if objected:
        parts_zh.append(warn(f"{objected} 份有异议"))
        parts_en.append(warn(f"{objected} objected to"))
    parts_zh.append(warn(f"{waiting} 份未签，其中逾期 {overdue} 份") if overdue else f"{waiting} 份未签")
    parts_en.append(warn(f"{waiting} unsigned, {overdue} of them overdue") if overdue else f"{waiting} unsigned")
    joined: list[object] = []
    for at, part in enumerate(parts_zh if lang == "zh" else parts_en):
        joined += (["，" if lang == "zh" else ", "] if at else []) + [part]
    return Line(*joined, "。" if lang == "zh" else ".")  # type: ignore[arg-type]


def forms(managers: int, state: tuple[int, date | None, str], lang: str) -> Line:
    """How many forms were made, for which round, due when, and on which figures they rest."""
    number, due, basis = state
    until = (f"，{due} 前交回", f", due {due}") if due else ("", "")
    return either(
        lang,
        (strong(f"{managers} 份填报表"), f"（第 {number} 轮{until[0]}）；依据 {basis}，",
         "目标一变旧表即作废，交回时会被退回。"),
        (strong(f"{managers} forms"), f" (round {number}{until[1]}); based on {basis}: ",
         "once targets change, they are refused."),
    )  # fmt: skip
