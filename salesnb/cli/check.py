"""``salesnb check``."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from salesnb.cli.commands import DONE, FINDINGS
from salesnb.model.errors import PeriodError, RunError, Text, UsageError
from salesnb.model.params import load_unit
from salesnb.model.periods import Calendar
from salesnb.model.places import units
from salesnb.versions.snapshot import masked_text

_SHOWN = 20
_WORDS = {"error": Text("错误", "error"), "warn": Text("关注", "watch")}


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    help_text = Text(
        "单位，不写则检查全部；再写期间（如 2024）则一并检查这份计划的规则",
        "units, all without; with periods (2024) the rules of those plans are checked too",
    )
    shown = Text("单位或期间", "UNIT|PERIOD").get(lang)
    parser.add_argument("names", nargs="*", metavar=shown, help=help_text.get(lang))
    parser.add_argument("--unit", action="append", default=[], help=argparse.SUPPRESS)
    take = Text("采纳计划的第几个解决办法，写进 decomposition.yaml", "take this way out of the plan's contradiction")
    parser.add_argument("--take", type=int, metavar="N", help=take.get(lang))
    parser.add_argument("--by", default="", metavar=Text("姓名", "NAME").get(lang),
                        help=Text("谁决定的（--take）", "who decides (--take)").get(lang))  # fmt: skip
    when = Text("哪天决定的（--take）；默认计划所知的最后一天", "when (--take); default the last day the plan knows")
    parser.add_argument("--decided", metavar="DATE", help=when.get(lang))
    parser.add_argument("--reference", default="", metavar=Text("文件", "FILE").get(lang),
                        help=Text("依据（--take）", "the paper (--take)").get(lang))  # fmt: skip
    no_data = Text("不读取数据文件", "do not read the data files")
    parser.add_argument("--no-data", action="store_true", help=no_data.get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Print every finding; 1 when something has to be mended (data that may only be watched does not count)."""
    from salesnb.runs.check import findings

    periods = [name for name in given.names if _is_period(name)]
    wanted = [*(name for name in given.names if name not in periods), *given.unit] or units()
    if not wanted:
        raise UsageError(
            Text("还没有任何单位", "there is no unit yet"),
            remedy=Text("运行 salesnb init 单位 导出文件…", "run salesnb init UNIT FILE…"),
        )
    if given.take is not None:
        return _take(given, wanted, periods, lang)
    count, watched = 0, 0
    for unit in wanted:
        stops = [error.say(lang) for error in findings(unit)]
        if not stops and not given.no_data and load_unit(unit).company.sources:
            stops, errors, watch = _apart(unit, periods or _planned(unit), lang)
            count, watched = count + errors, watched + watch
        for said in stops:
            print(f"{unit}: {masked_text(said)}")
        count += len(stops)
    print(_closing(", ".join(wanted), count, watched).get(lang))
    return FINDINGS if count else DONE


def _is_period(name: str) -> bool:
    """Whether a name is a period and no unit of that name is there."""
    try:
        return name not in units() and bool(Calendar().period(name))
    except PeriodError:
        return False


def _planned(unit: str) -> list[str]:
    """The plan that a unit's rules are for."""
    decomposition = load_unit(unit).decomposition
    return [decomposition.plan] if decomposition.plan and decomposition.rules else []


def _apart(unit: str, periods: list[str], lang: str) -> tuple[list[str], int, int]:
    """Print what the quality gate and the rules of plans come to: (what stops a run, to mend, to watch)."""
    command = [sys.executable, "-m", "salesnb.notebook.unit_check", unit, lang, *periods]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RunError(
            Text(f"{unit} 的数据和规则没能检查完", f"the data and rules of {unit} could not be checked"),
            why=Text(masked_text(done.stderr[-2000:]), masked_text(done.stderr[-2000:])),
        )
    found = json.loads(done.stdout)
    stops = [line for one in found if one["severity"] == "stop" for line in one["lines"]]
    data = [one for one in found if one["severity"] != "stop" and not one["period"]]
    rules = [one for one in found if one["period"]]
    for one in [*data[:_SHOWN], *rules]:
        first, *more = [masked_text(line) for line in one["lines"]]
        name = f"{unit} {one['period']}" if one["period"] else unit
        print(f"{name} [{_WORDS[one['severity']].get(lang)}] {first}")
        for line in more:
            print(f"    {line}")
    if len(data) > _SHOWN:
        hidden = len(data) - _SHOWN
        print(Text(f"… 另有 {hidden} 条，见数据质量页", f"… {hidden} more, on the data quality page").get(lang))
    errors = sum(one["severity"] == "error" for one in (*data, *rules))
    return stops, errors, len(data) + len(rules) - errors


def _take(given: argparse.Namespace, wanted: list[str], periods: list[str], lang: str) -> int:
    """Write a way out as a new decision: the same step as the button and the save of the notebook's panel."""
    from salesnb.cli.approve import day_of
    from salesnb.model.periods import default_as_of
    from salesnb.model.places import today

    if len(wanted) != 1 or len(periods) > 1:
        raise UsageError(Text("--take 要写明一个单位和一份计划", "--take needs one unit and one plan"))
    params = load_unit(wanted[0])
    named = periods or _planned(wanted[0])
    if not named or not given.by.strip():
        raise UsageError(
            Text("--take 要写明计划和决定人", "--take needs the plan and who decides"),
            remedy=Text("加 2024 --by 姓名", "add 2024 --by NAME"),
        )
    plan = params.company.calendar.period(named[0])
    now = today(params.company.timezone, params.company.today)
    known = default_as_of(plan, now, params.company.close_days, planning=True)
    decided = day_of(given.decided, "--decided") or known
    words = [plan.text, str(given.take), given.by, decided.isoformat(), given.reference, lang]
    command = [sys.executable, "-m", "salesnb.notebook.rule_take", params.unit, *words]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    if done.returncode:
        raise RunError(
            Text(f"{params.unit} {plan.text} 的办法没能写下", f"the way out of {params.unit} {plan.text} failed"),
            why=Text(masked_text(done.stderr[-2000:]), masked_text(done.stderr[-2000:])),
        )
    found = json.loads(done.stdout)
    for line in found["lines"]:
        print(masked_text(line))
    return DONE if found["taken"] else FINDINGS


def _closing(names: str, count: int, watched: int) -> Text:
    more = Text(f"，另有 {watched} 处需关注", f", {watched} more to watch") if watched else Text("", "")
    if count:
        return Text(f"{names}：{count} 处需要处理{more.zh}", f"{names}: {count} to mend{more.en}")
    return Text(f"{names}：没有需要处理的问题{more.zh}", f"{names}: nothing to mend{more.en}")
