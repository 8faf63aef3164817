"""``salesnb notify UNIT PERIOD``: a short message about a version, or a change, to the team's groups and mailboxes."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from salesnb.cli.commands import DONE, FINDINGS
from salesnb.model.errors import SalesnbError, Text, UsageError
from salesnb.model.places import outputs_dir

if TYPE_CHECKING:
    from salesnb.model.params import Params
    from salesnb.runs.notify import Delivery, Post

WORDS = {
    "sent": Text("已发送", "sent"),
    "failed": Text("发送失败", "failed"),
    "skipped": Text("未重复发送", "not sent again"),
    "unset": Text("没有发送", "not sent"),
}


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    parser.add_argument("unit", metavar=Text("单位", "UNIT").get(lang))
    parser.add_argument("period", nargs="?", metavar=Text("期间", "PERIOD").get(lang))
    version = Text("哪一版，默认最新", "which version, default the latest")
    parser.add_argument("version", nargs="?", default="latest", metavar="vNNN", help=version.get(lang))
    change = Text("通知一份已发布的变更", "announce a change that was published")
    parser.add_argument("--change", metavar=Text("编号", "ID").get(lang), help=change.get(lang))
    to = Text("只发给这些收件方（review.yaml 的 recipients）", "only to these recipients (of review.yaml)")
    parser.add_argument("--to", nargs="+", default=[], metavar="ID", help=to.get(lang))
    dry = Text("只显示内容，不发送", "show the text, send nothing")
    parser.add_argument("--dry-run", action="store_true", help=dry.get(lang))
    again = Text("即使发送过也再发", "send even what was sent before")
    parser.add_argument("--again", action="store_true", help=again.get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Show or send, and say what became of each recipient; 1 where somebody did not get it."""
    from salesnb.model.params import load_unit
    from salesnb.runs import notify

    params = load_unit(given.unit)
    to = notify.recipients(params, given.to)
    post = _post(params, given)
    if given.dry_run:
        for one in to:
            print(post.shown(one))
        return DONE
    return _told(notify.send(outputs_dir(), params.unit, post, to, given.again), lang)


def after_run(unit: str, period: str, lang: str) -> None:
    """Send the latest version of a period after a run; what goes wrong is said and does not touch the run."""
    from salesnb.model.params import load_unit
    from salesnb.runs import notify
    from salesnb.versions.folders import PeriodFolder

    try:
        params = load_unit(unit)
        folder = PeriodFolder(outputs_dir(), unit, params.company.calendar.period(period).text)
        post = notify.post_of_version(params, folder, notify.newest(folder, "latest"))
        _told(notify.send(outputs_dir(), unit, post, notify.recipients(params, ())), lang)
    except SalesnbError as error:
        print(error.say(lang), file=sys.stderr)


def _post(params: Params, given: argparse.Namespace) -> Post:
    from salesnb.runs import notify
    from salesnb.versions.folders import PeriodFolder

    if bool(given.change) == bool(given.period):
        raise UsageError(
            Text(
                "写期间，或用 --change 写变更编号，二者取一",
                "give a period, or --change with a request's id, one of them",
            )
        )
    if given.change:
        return notify.post_of_change(params, given.change)
    folder = PeriodFolder(outputs_dir(), params.unit, params.company.calendar.period(given.period).text)
    return notify.post_of_version(params, folder, notify.newest(folder, given.version))


def _told(deliveries: list[Delivery], lang: str) -> int:
    for one in deliveries:
        why = one.why.get(lang)
        colon = "：" if lang == "zh" else ": "
        line = f"{one.recipient}{colon}{WORDS[one.state].get(lang)}{f' ({why})' if why else ''}"
        print(line, file=sys.stderr if one.state in ("failed", "unset") else sys.stdout)
    return FINDINGS if any(one.state in ("failed", "unset") for one in deliveries) else DONE
