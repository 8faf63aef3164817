"""``salesnb letters UNIT PLAN``: issue the letters of approved targets, and record which of them came back."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.cli.commands import DONE, FINDINGS
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import SalesnbError, Text, UsageError
from salesnb.model.places import outputs_dir, today

if TYPE_CHECKING:
    from salesnb.model.params import Params
    from salesnb.runs.letters import Issued
    from salesnb.versions.targets import Revision


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    parser.add_argument("unit", metavar=Text("单位", "UNIT").get(lang))
    parser.add_argument("plan", metavar=Text("计划", "PLAN").get(lang), help=Text("如 2024", "e.g. 2024").get(lang))
    node = Text("编号", "ID").get(lang)
    signed = Text("已签回的人员或区域编号", "people or regions whose letters came back signed")
    parser.add_argument("--signed", nargs="+", default=[], metavar=node, help=signed.get(lang))
    objected = Text("提出异议的人员或区域编号", "people or regions who object")
    parser.add_argument("--objected", nargs="+", default=[], metavar=node, help=objected.get(lang))
    parser.add_argument("--note", default="", metavar=Text("文字", "TEXT").get(lang),
                        help=Text("说明；异议须写理由", "a note; an objection needs its reason").get(lang))  # fmt: skip
    parser.add_argument("--on", metavar="DATE", help=Text("哪一天；默认今天", "the day; default today").get(lang))
    parser.add_argument("--by", default="", metavar=Text("姓名", "NAME").get(lang),
                        help=Text("谁登记的", "who records it").get(lang))  # fmt: skip


def do(given: argparse.Namespace, lang: str) -> int:
    """Record what came back, issue the letters as they now stand, and say who has not signed."""
    from salesnb.model.params import load_unit
    from salesnb.versions.targets import read_chain

    params = load_unit(given.unit)
    plan = params.company.calendar.period(given.plan)
    now = today(params.company.timezone, params.company.today)
    chain = read_chain(params.folder, plan.text)
    revision = chain.last
    if revision is None or revision.source != "proposal":
        raise UsageError(
            Text(
                f"{plan.text} 没有批准的目标，没有责任书可出",
                f"{plan.text} has no approved targets to issue letters of",
            ),
            remedy=Text("先运行 salesnb approve", "run salesnb approve first"),
        )
    back = [*((node, "signed") for node in given.signed), *((node, "objected") for node in given.objected)]
    if back:
        cells = chain.cells(revision)
        known = (set(cells["person_id"]) | set(cells["region_id"])) - {UNASSIGNED}
        _record(params, revision, _entries(given, back, known, now))
        params = load_unit(given.unit)
    issued = reissue(params, plan.text, now, lang)
    return DONE if issued is not None else FINDINGS


def reissue(params: Params, plan: str, day: date, lang: str) -> Issued | None:
    """Issue the newest revision's letters, say where they are and list them in the index; what hinders it is said and
    stops nothing else."""
    from salesnb.runs.indexes import list_again
    from salesnb.runs.letters import issue

    try:
        issued = issue(params, plan, outputs_dir(), day, lang)
    except SalesnbError as error:
        print(Text(f"责任书没有出：{error.say('zh')}", f"no letters were issued: {error.say('en')}").get(lang))
        return None
    if issued is None:
        return None
    list_again(params.unit)
    changed = sum(bool(letter.changes) for letter in issued.letters)
    redone = (
        Text(f"，{changed} 份有变动须重签", f", {changed} changed and to be signed again") if changed else Text("", "")
    )
    number = len(issued.letters)
    print(
        Text(
            f"责任书 {number} 份{redone.zh}，{issued.unsigned} 份未签：{issued.shown}",
            f"{number} letters{redone.en}, {issued.unsigned} unsigned: {issued.shown}",
        ).get(lang)
    )
    return issued


def _entries(
    given: argparse.Namespace, back: list[tuple[str, str]], known: set[str], now: date
) -> list[dict[str, object]]:
    """One entry a letter; UsageError for a node without one, a day to come, an objection without its reason."""
    from salesnb.cli.approve import day_of

    strangers = sorted(node for node, _ in back if node not in known)
    if strangers:
        raise UsageError(
            Text(f"没有 {'、'.join(strangers)} 的责任书", f"there is no letter of {', '.join(strangers)}"),
            remedy=Text("写人员或区域的编号", "give the id of a person or region"),
        )
    if given.objected and not given.note.strip():
        raise UsageError(
            Text("异议须写理由", "an objection needs its reason"), remedy=Text("加 --note 理由", "add --note TEXT")
        )
    on = day_of(given.on, "--on") or now
    if on > now:
        raise UsageError(Text(f"{on} 还没有到", f"{on} is yet to come"))
    more = {name: value for name, value in (("by", given.by.strip()), ("note", given.note.strip())) if value}
    return [{"node": node, "state": state, "on": on} | more for node, state in back]


def _record(params: Params, revision: Revision, entries: list[dict[str, object]]) -> None:
    """Append to ``signatures/REVISION.yaml``, which is begun with the first entry."""
    from salesnb.model.params.save import Sheet
    from salesnb.model.params.signatures import FOLDER, Signatures
    from salesnb.versions.publish import replace_text

    path: Path = params.folder / FOLDER / f"{revision.name}.yaml"
    if not path.is_file():
        head = f"# {revision.name} 责任书的签署情况；只追加，不修改 / what came back of its letters, only added to\n"
        replace_text(path, f"{head}schema: 1\nsignatures: []\n")
    sheet = Sheet.read(path)
    text = sheet.text
    for entry in entries:
        text = Sheet(sheet.path, sheet.shown, text).with_item("signatures", entry)
    sheet.saved(text, Signatures)
