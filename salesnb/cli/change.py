"""``salesnb change new|submit|approve|reject|recall|publish|list``: requests for a change (R56)."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING, Any

from salesnb.cli.approve import day_of
from salesnb.cli.commands import DONE
from salesnb.model.errors import Text
from salesnb.model.places import outputs_dir, today

if TYPE_CHECKING:
    from salesnb.model.params import Params
    from salesnb.model.params.change import Change
    from salesnb.versions.changes import Act

KINDS = ("target", "strategy", "resource")
ACTIONS = {
    "new": Text("新建一份申请草稿", "make a draft"),
    "submit": Text("提交审批", "submit it"),
    "approve": Text("批准（轮到的审批人）", "approve it (whoever's turn it is)"),
    "reject": Text("驳回，须写 --note", "reject it; needs --note"),
    "recall": Text("申请人撤回", "its applicant takes it back"),
    "publish": Text("发布生效；目标变更成为新一版目标", "put it into force; a target change becomes a new revision"),
    "list": Text("列出申请及其每一步", "list requests with every step"),
}
_ID = Text("申请编号，即 params/单位/changes/ 下的文件名", "the request's id: its file in params/UNIT/changes/")


def add(parser: argparse.ArgumentParser, lang: str) -> None:
    """Arguments."""
    actions = parser.add_subparsers(dest="action", required=True, metavar=Text("操作", "ACTION").get(lang))
    for name, text in ACTIONS.items():
        one = actions.add_parser(name, help=text.get(lang), description=text.get(lang))
        one.add_argument("unit", metavar=Text("单位", "UNIT").get(lang))
        if name == "list":
            _listing(one, lang)
            continue
        one.add_argument("id", metavar=Text("编号", "ID").get(lang), help=_ID.get(lang))
        one.add_argument("--by", required=True, metavar=Text("姓名", "NAME").get(lang),
                         help=Text("谁来做", "who does it").get(lang))  # fmt: skip
        one.add_argument(
            "--date", metavar="DATE", help=Text("哪一天；默认今天", "on which day; default today").get(lang)
        )
        one.add_argument("--note", default="", metavar=Text("说明", "TEXT").get(lang),
                         help=Text("意见或原因", "what is said with it").get(lang))  # fmt: skip
        if name == "new":
            _drafting(one, lang)


def _listing(parser: argparse.ArgumentParser, lang: str) -> None:
    parser.add_argument("id", nargs="?", metavar=Text("编号", "ID").get(lang), help=_ID.get(lang))
    when = Text("当时的状态；默认今天", "as it stood on that day; default today")
    parser.add_argument("--as-of", dest="as_of", metavar="DATE", help=when.get(lang))


def _drafting(parser: argparse.ArgumentParser, lang: str) -> None:
    kind = Text("target 目标变更 / strategy 策略变更 / resource 资源调整", "target, strategy or resource")
    parser.add_argument("--kind", required=True, choices=KINDS, help=kind.get(lang))
    parser.add_argument("--title", required=True, metavar=Text("标题", "TEXT").get(lang))
    start = Text("从哪一天起；目标变更须是月初", "from which day; a target change: the first of a month")
    parser.add_argument("--from", dest="start", required=True, metavar="DATE", help=start.get(lang))
    more = {
        "trigger": Text("起因，如竞品降价、骨干离职", "what set it off, e.g. a competitor's price"),
        "analysis": Text("原因分析", "analysis"),
        "proposal": Text("调整方案", "what is proposed"),
        "effect": Text("预期影响", "what it will do"),
        "version": Text(
            "采用哪一版复盘给出的方案，如 2024-06/v002", "the review's proposal it takes, e.g. 2024-06/v002"
        ),
        "amount": Text("金额，如 9万（策略、资源类）", "its cost, e.g. 90000 (strategy, resource)"),
    }
    for name, text in more.items():
        parser.add_argument(f"--{name}", metavar=Text("文字", "TEXT").get(lang), help=text.get(lang))
    paper = Text("依据文件，可多次", "a paper it rests on; may be repeated")
    parser.add_argument("--evidence", action="append", metavar=Text("文件", "FILE").get(lang), help=paper.get(lang))
    moved = Text(
        "目标增减，可多次，如 person=XS040>person=XS041:20万",
        "what moves, may be repeated, e.g. person=XS040>person=XS041:200000",
    )
    parser.add_argument("--move", action="append", metavar="A>B:N", help=moved.get(lang))


def do(given: argparse.Namespace, lang: str) -> int:
    """Do one step, then say where the request stands and who is next."""
    from salesnb.model.params import load_unit

    params = load_unit(given.unit)
    now = today(params.company.timezone, params.company.today)
    if given.action == "list":
        return _list(params, given.id, day_of(given.as_of, "--as-of") or now, lang)
    from salesnb.versions import changes

    act = changes.Act(given.by, day_of(given.date, "--date") or now, now, given.note)
    if given.action == "new":
        path = changes.propose(params, _said(given), act)
        shown = f"params/{params.unit}/changes/{path.name}"
        print(Text(f"已建草稿 {shown}；补全后提交", f"drafted {shown}; complete it, then submit").get(lang))
        return DONE
    from salesnb.versions.changes.words import after, line

    made = _done(params, given, act)
    print(line(made).get(lang))
    print(after(params, given.id, made, act.day).get(lang))
    print(Text(f"变更链 {made.hash}", f"chain of changes {made.hash}").get(lang))
    if given.action == "publish" and made.revision:
        from salesnb.cli.letters import reissue

        reissue(params, made.revision.rpartition("-r")[0], now, lang)
    return DONE


def _done(params: Params, given: argparse.Namespace, act: Act) -> Change:
    from salesnb.versions import changes

    if given.action in ("submit", "publish"):
        step = changes.submit if given.action == "submit" else changes.publish
        return step(params, given.id, act, outputs_dir())
    return {"approve": changes.approve, "reject": changes.reject, "recall": changes.recall}[given.action](
        params, given.id, act
    )


def _said(given: argparse.Namespace) -> dict[str, Any]:
    """The fields of a draft, in the order a reader wants them; what is to be filled in stands there empty."""
    from salesnb.versions.changes.words import move

    said: dict[str, Any] = {"id": given.id, "kind": given.kind, "title": given.title, "trigger": given.trigger or ""}
    said["from"] = day_of(given.start, "--from")
    said |= {name: getattr(given, name) or "" for name in ("analysis", "proposal", "effect")}
    said["evidence"] = given.evidence or []
    if given.amount is not None:
        said["amount"] = given.amount
    if given.move:
        said["moves"] = [move(text) for text in given.move]
    if given.version:
        said["version"] = given.version
    return said


def _list(params: Params, name: str | None, as_of: date, lang: str) -> int:
    from salesnb.versions import changes
    from salesnb.versions.changes.refusals import STATES, unknown
    from salesnb.versions.changes.words import after, line

    held = changes.read_changes(params)
    if name is not None and name not in held.requests:
        raise unknown(params, name, held)
    shown = [changes.known(r, as_of) for key, r in held.requests.items() if name in (None, key)]
    for request in filter(None, shown):
        print(f"{request.id}  [{STATES[request.last.state].get(lang)}]  {request.title}")
        for state in request.states:
            print(f"    {state.date}  {line(state).get(lang)}")
        if request.last.state in ("submitted", "approved"):
            print("    " + after(params, request.id, request.last, as_of).get(lang))
    if not any(shown):
        print(Text("没有变更申请", "there are no change requests").get(lang))
    elif held.head:
        print(Text(f"变更链 {held.head}（{held.count} 条）", f"chain of changes {held.head} ({held.count})").get(lang))
    return DONE
