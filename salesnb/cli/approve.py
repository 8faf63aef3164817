"""``salesnb approve UNIT PLAN vNNN --by NAME --reference FILE``: a proposal becomes the targets in force."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.cli.commands import DONE
from salesnb.model.errors import Text, UsageError
from salesnb.model.places import outputs_dir, today

if TYPE_CHECKING:
    from salesnb.model.params import Params
    from salesnb.versions.targets.approve import Approved, Decision

IMPORTED = "imported"
LATEST = "latest"


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    parser.add_argument("unit", metavar=Text("单位", "UNIT").get(lang))
    parser.add_argument("plan", metavar=Text("计划", "PLAN").get(lang), help=Text("如 2024", "e.g. 2024").get(lang))
    version = Text(
        "批准哪一版的方案，如 v003；latest 为最新一版；imported 表示把导入的既有目标作为第一版",
        "the version whose proposal is approved, e.g. v003 or latest; imported takes the imported quotas as the first",
    )
    parser.add_argument("version", metavar="vNNN", help=version.get(lang))
    parser.add_argument("--by", required=True, metavar=Text("姓名", "NAME").get(lang),
                        help=Text("批准人", "who approved").get(lang))  # fmt: skip
    paper = Text("依据文件，放在单位的参数文件夹里", "the document of the decision, inside the unit's params folder")
    parser.add_argument("--reference", required=True, type=Path, metavar=Text("文件", "FILE").get(lang),
                        help=paper.get(lang))  # fmt: skip
    start = Text("从哪一天起执行；首版默认计划期初", "from which day it applies; the first revision: the plan's start")
    parser.add_argument("--from", dest="start", metavar="DATE", help=start.get(lang))
    when = Text("哪一天批准的；默认今天", "the day it was approved; default today")
    parser.add_argument("--decided", metavar="DATE", help=when.get(lang))
    why = Text("改目标的原因；首版可不写", "why targets change; not needed for the first revision")
    parser.add_argument("--reason", default="", metavar=Text("原因", "TEXT").get(lang), help=why.get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Approve, then say what is in force and the chain's head."""
    from salesnb.model.params import load_unit
    from salesnb.versions.targets.approve import Decision

    params = load_unit(given.unit)
    plan = params.company.calendar.period(given.plan)
    now = today(params.company.timezone, params.company.today)
    decision = Decision(
        by=given.by,
        reference=given.reference,
        recorded=now,
        decided=day_of(given.decided, "--decided") or now,
        from_=day_of(given.start, "--from"),
        reason=given.reason,
    )
    from salesnb.runs.indexes import list_again

    if given.version == IMPORTED:
        _say(_imported(params, plan.text, decision), lang)
        list_again(params.unit)
        return DONE
    _say(_approved(params, plan.text, given.version, decision), lang)
    from salesnb.cli.letters import reissue

    if reissue(params, plan.text, now, lang) is None:
        list_again(params.unit)
    return DONE


def _approved(params: Params, plan: str, version: str, decision: Decision) -> Approved:
    from salesnb.versions.folders import PeriodFolder
    from salesnb.versions.targets.approve import approve

    folder = PeriodFolder(outputs_dir(), params.unit, plan)
    latest = folder.latest() if version == LATEST else None
    return approve(params, folder, latest or folder.existing(version), decision)


def _imported(params: Params, plan: str, decision: Decision) -> Approved:
    from salesnb.intake import facts
    from salesnb.versions.targets.quotas import adopt

    if decision.from_ is not None:
        raise UsageError(
            Text("导入的目标有自己的起止日，不用 --from", "imported quotas have their own windows, not --from")
        )
    loaded = facts.load(params.unit)
    if not loaded.has("targets"):
        raise UsageError(
            Text(f"单位 {params.unit} 没有导入的目标", f"unit {params.unit} has no imported quotas"),
            remedy=Text(
                "在 company.yaml 的 sources 里接入目标表（targets）", "map a source to targets in company.yaml"
            ),
        )
    return adopt(params, plan, loaded.table("targets"), decision)


def _say(approved: Approved, lang: str) -> None:
    r = approved.revision
    if not approved.is_new:
        done = Text(
            f"这一方案此前已批准为 {r.name}，没有改动", f"this was approved before as {r.name}; nothing changed"
        )
    else:
        done = Text(
            f"已批准 {r.name}：{r.by} 于 {r.decided} 批准，自 {r.from_} 起执行，共 {r.row_count:,} 行",
            f"approved {r.name}: by {r.by} on {r.decided}, from {r.from_}, {r.row_count:,} rows",
        )
    print(done.get(lang))
    if approved.carried:
        first, last = approved.carried[0], approved.carried[-1]
        print(Text(f"{first} 至 {last} 沿用 {r.supersedes}", f"{first} to {last} stand as in {r.supersedes}").get(lang))
    print(Text(f"目标链 {r.hash}", f"chain head {r.hash}").get(lang))


def day_of(text: str | None, option: str) -> date | None:
    """The date an option gives; UsageError for anything that is none."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            Text(f"{option} {text} 不是日期", f"{option} {text} is not a date"),
            remedy=Text("写作 2024-07-01", "write 2024-07-01"),
        ) from error
