"""What the action plan's tables say, in a sentence each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from salesnb.model.errors import Text
from salesnb.report.numbers import count, figure, money
from salesnb.report.prose import Line, bad, good, strong, warn
from salesnb.report.sentences.words import either, short

COVER = {
    "exact": Text("恰好", "Exact"),
    "short": Text("不足", "Short"),
    "overlap": Text("重叠", "Overlap"),
    "over": Text("超出", "Over"),
    "incomplete": Text("缺金额", "Amount missing"),
    "no_key_results": Text("没有关键结果", "No key results"),
}


def answer(objectives: pd.DataFrame, tasks: pd.DataFrame, findings: pd.DataFrame, lang: str) -> Line:
    """How many objectives are made exactly by their key results, how the tasks stand, what must be mended first."""
    if objectives.empty and tasks.empty:
        return either(lang, ("还没有行动计划：actions.yaml 里没有目标和任务。",), ("There is no action plan yet.",))
    exact, whole = int((objectives["state"] == "exact").sum()), len(objectives)
    run = good if exact == whole else warn
    line = either(
        lang,
        (f"{whole} 个目标中 ", run(f"{exact} 个"), "与关键结果恰好相符"),
        (run(f"{exact} of {whole}"), " objectives are exactly made by their key results"),
    )
    states = tasks["state"].value_counts()
    late, done = int(states.get("late", 0)), int(states.get("done", 0))
    line += either(lang, (f"；{len(tasks)} 项任务",), (f"; of {count(len(tasks))} tasks",))
    if done or late:
        line += either(lang, (f"完成 {done} 项，",), (f" {done} are done, ",))
        late_run = bad if late else good
        line += either(lang, ("逾期 ", late_run(f"{late} 项")), (late_run(f"{late} are late"),))
    else:
        line += either(lang, ("均未到期",), (" none is due yet",))
    faults, asks = (int((findings["severity"] == name).sum()) for name in ("fault", "ask"))
    fault_run = bad if faults else good
    return line + either(
        lang,
        ("。要改正 " if done or late else "。开工前要改正 ", fault_run(f"{faults} 处"), f"，问清 {asks} 处。"),
        (". " if done or late else ". Before the start: ", fault_run(f"{faults} to fix"), f", {asks} to clarify."),
    )


def objectives(frame: pd.DataFrame, lang: str, currency: str) -> Line:
    """The objectives whose key results do not fit, each with its gap."""
    parts = []
    for row in frame[frame["state"].isin(["short", "over", "overlap"])].to_dict("records"):
        gap = money(abs(int(row["gap_minor"])), lang, currency)
        word = Text("少", "short by") if row["gap_minor"] < 0 else Text("多", "over by")
        name = short(str(row["text"]))
        parts.append(Text(f"{name}：{word.zh} {gap}", f"{name}: {word.en} {gap}").get(lang))
    bare = int((frame["state"] == "no_key_results").sum())
    if bare:
        parts.append(Text(f"{bare} 个目标没有关键结果", f"{bare} without key results").get(lang))
    if not parts:
        return either(lang, (good("每个目标都由关键结果恰好撑起"), "。"), (good("Every objective is exactly made."),))
    said = ("；" if lang == "zh" else "; ").join(parts)
    return either(lang, (strong(said), "。"), (strong(said), "."))


def tasks(frame: pd.DataFrame, lang: str) -> Line:
    """The critical path, and the least slack of all."""
    path = frame[frame["is_critical"]].sort_values("due_date", kind="stable")
    if path.empty:
        return either(
            lang, ("没有前后相接的任务，因此没有关键路径。",), ("No tasks wait for each other: no critical path.",)
        )
    names = (" → ").join(str(t) for t in path["text"])
    least = int(path["slack_days"].min())
    room = bad(str(least)) if least < 0 else strong(str(least))
    return either(
        lang,
        ("关键路径：", strong(names), "；余量 ", room, " 个工作日。"),
        ("Critical path: ", strong(names), "; slack ", room, " working days."),
    )


def workload(frame: pd.DataFrame, name: Callable[[Any], str], lang: str) -> Line:
    """Who has most at once, and when."""
    if frame.empty:
        return either(lang, ("没有排期的任务。",), ("No task has dates.",))
    top = frame.sort_values(["load", "owner", "month"], ascending=[False, True, True], kind="stable").iloc[0]
    load, tasks_at_once = figure(top["load"], 1), int(top["task_count"])
    who = name(top["owner"])
    return either(
        lang,
        ("最忙的是", strong(f"{who}（{top['month']}）"), f"：{tasks_at_once} 项任务，平均同时进行 {load} 项。"),
        ("Busiest: ", strong(f"{who} ({top['month']})"), f", {tasks_at_once} tasks, {load} at once on average."),
    )


def milestones(frame: pd.DataFrame, lang: str) -> Line:
    """Reached, missed and still to come."""
    states = frame["state"].value_counts()
    reached, missed, ahead = (int(states.get(name, 0)) for name in ("reached", "missed", "upcoming"))
    run = bad if missed else good
    return either(
        lang,
        (f"达到 {reached} 个，未达 ", run(f"{missed} 个"), f"，未到期 {ahead} 个。"),
        (f"{reached} reached, ", run(f"{missed} missed"), f", {ahead} to come."),
    )


def agenda(frame: pd.DataFrame, lang: str) -> Line:
    """How much there is, how much a holiday moved, and that it goes into a calendar."""
    moved = int(frame["is_moved"].sum())
    meetings = int(frame["kind"].isin(["meeting", "report"]).sum())
    return either(
        lang,
        (
            f"全年 {len(frame)} 个事项，其中会议和报告 {meetings} 个，",
            strong(f"{moved} 个"),
            "因假日顺延或提前；早会、周会只在日历文件里。.ics 文件可导入手机、Outlook 和飞书日历。",
        ),
        (
            f"{len(frame)} entries in the year, {meetings} of them meetings and reports, ",
            strong(f"{moved}"),
            " moved off a holiday; daily and weekly meetings stand in the calendar files only. "
            "The .ics files go into any calendar.",
        ),
    )
