"""Why a step cannot be taken: each says what stands in the way, who or what would help, and changes nothing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from salesnb.model.errors import Place, Text, UsageError
from salesnb.model.params.change import ChangeRequest, StateName
from salesnb.versions.changes import rules
from salesnb.versions.changes.seal import papers_of

if TYPE_CHECKING:
    from salesnb.model.params import Params
    from salesnb.versions.changes.flow import Act
    from salesnb.versions.changes.store import Held

STATES: dict[str, Text] = {
    "draft": Text("草稿", "draft"),
    "submitted": Text("已提交", "submitted"),
    "approved": Text("已批准", "approved"),
    "rejected": Text("已驳回", "rejected"),
    "recalled": Text("已撤回", "recalled"),
    "published": Text("已发布", "published"),
}
_NEXT = {
    "draft": Text("先用 salesnb change submit 提交", "submit it first: salesnb change submit"),
    "submitted": Text(
        "已进入审批：可批准、驳回，或由申请人撤回", "it is being decided: approve, reject, or its applicant recalls it"
    ),
    "approved": Text("可发布，或由申请人撤回", "publish it, or its applicant recalls it"),
    "rejected": Text("申请到此结束；要再提，请另建一份", "this one has ended; to try again make a new request"),
    "recalled": Text("申请到此结束；要再提，请另建一份", "this one has ended; to try again make a new request"),
    "published": Text("已生效；再改请另建一份申请", "it is in force; a further change is a new request"),
}
_ASKED = {"analysis": Text("原因分析", "analysis"), "proposal": Text("调整方案", "proposal")}


def someone(act: Act) -> None:
    """Somebody is named."""
    if not act.by.strip():
        raise UsageError(Text("没有写是谁", "nobody is named"), remedy=Text("加 --by 姓名", "add --by NAME"))


def possible_day(act: Act, last: date | None) -> None:
    """The day is not to come and not before the state it follows."""
    if act.day > act.today or (last is not None and act.day < last):
        since = (
            Text(f"不早于上一状态的 {last}、", f"not before {last}, the day of the last state, and ") if last else None
        )
        raise UsageError(
            Text(
                f"日期 {act.day} 不能用：须{since.zh if since else ''}不晚于今天 {act.today}",
                f"it cannot be of {act.day}: {since.en if since else ''}not after today, {act.today}",
            ),
            remedy=Text("改 --date", "change --date"),
        )


def unknown(params: Params, name: str, held: Held) -> UsageError:
    """There is no such request."""
    known = "、".join(held.requests) or Text("无", "none").zh
    return UsageError(
        Text(f"没有变更申请 {name}；现有：{known}", f"no change request {name}; there are: {', '.join(held.requests)}"),
        where=Place(file=f"params/{params.unit}/changes/{name}.yaml"),
        remedy=Text(
            "用 salesnb change list 查看，或 change new 新建", "see salesnb change list, or make one: change new"
        ),
    )


def standing(request: ChangeRequest, states: tuple[StateName, ...]) -> None:
    """It stands where this step begins."""
    last = request.last
    if last.state not in states:
        stands = STATES[last.state]
        raise UsageError(
            Text(
                f"{request.id} 现在是“{stands.zh}”（{last.by}，{last.date}），不能这样操作",
                f"{request.id} is {stands.en} (by {last.by}, {last.date}); this step does not follow",
            ),
            where=Place(file=f"changes/{request.id}.yaml", key="states"),
            remedy=_NEXT[last.state],
        )


def complete(params: Params, request: ChangeRequest) -> None:
    """All that a decision needs is there: analysis, proposal, the report as a file, an amount where limits are."""
    rule = rules.rule_of(params, request.kind)
    place = Place(file=f"{params.unit}/changes/{request.id}.yaml")
    empty = [name for name in _ASKED if not getattr(request, name).strip()]
    if empty:
        zh, en = "、".join(_ASKED[n].zh for n in empty), ", ".join(_ASKED[n].en for n in empty)
        raise UsageError(Text(f"还没有写{zh}", f"{en} is not written yet"), where=place, remedy=_fill(empty))
    if not request.evidence:
        raise UsageError(
            Text(f"没有附{rule.report}", f"its report ({rule.report}) is not attached"),
            where=place,
            why=Text("没有依据不能审批", "nothing is decided without its ground"),
            remedy=Text(
                "把文件放进 decisions/ 并写进 evidence", "put the file into decisions/ and name it in evidence"
            ),
        )
    for name in request.evidence:
        path = (params.folder / name).resolve()
        if not path.is_relative_to(params.folder.resolve()) or not path.is_file():
            raise UsageError(
                Text(f"附件 {name} 不在单位的参数文件夹里", f"paper {name} is not in the unit's params folder"),
                where=place,
                remedy=Text("改正 evidence 里的路径", "correct the path in evidence"),
            )
    _stated(request, rule.limit is not None, place)


def _fill(names: list[str]) -> Text:
    keys = "、".join(names)
    return Text(f"在申请文件里写上 {keys}", f"write {keys.replace('、', ', ')} in the request's file")


def _stated(request: ChangeRequest, is_limited: bool, place: Place) -> None:
    if request.kind == "target" and not (request.moves or request.version):
        raise UsageError(
            Text("目标变更没有写改多少", "the target change does not say what moves"),
            where=place,
            remedy=Text(
                "写 moves（从哪里减、加到哪里），或 version（复盘给出的方案版本）",
                "write moves (from where to where), or version (a proposal the review made)",
            ),
        )
    if request.kind != "target" and is_limited and request.amount is None:
        raise UsageError(
            Text("没有写金额，无法判断由谁审批", "without an amount nobody can tell who has to decide"),
            where=place,
            remedy=Text("写上 amount，例如 9万；不花钱写 0", "write amount, e.g. 90000; 0 where it costs nothing"),
        )


def own(request: ChangeRequest, act: Act) -> None:
    """Only the applicant recalls."""
    applicant = request.sealed[0].by
    if rules.person(act.by) != rules.person(applicant):
        raise UsageError(
            Text(f"只有申请人 {applicant} 能撤回", f"only its applicant, {applicant}, can recall it"),
            remedy=Text("审批人可以驳回", "those who decide can reject it"),
        )


def turn(params: Params, request: ChangeRequest, wanted: rules.Needed, act: Act) -> str:
    """The role ``act.by`` decides as; UsageError where it is not his turn, his own request, or his second decision."""
    if wanted.is_complete:
        raise UsageError(
            Text(f"{request.id} 已全部批准", f"everybody has approved {request.id}"),
            remedy=Text("用 salesnb change publish 发布", "publish it: salesnb change publish"),
        )
    role, name = wanted.next_role, rules.person(act.by)
    if name == rules.person(request.sealed[0].by):
        raise UsageError(
            Text(f"{act.by} 是申请人，不能审批自己的申请", f"{act.by} applied for it and cannot decide on it"),
            remedy=Text(f"由{_who(params, role, act).zh}审批", f"{_who(params, role, act).en} decides"),
        )
    earlier = next((s for s in request.sealed if s.state == "approved" and rules.person(s.by) == name), None)
    if earlier is not None:
        raise UsageError(
            Text(
                f"{act.by} 已于 {earlier.date} 以{earlier.role}身份批准，同一人不能审批两级",
                f"{act.by} approved as {earlier.role} on {earlier.date}; one person does not decide twice",
            ),
            remedy=Text(f"现在轮到{_who(params, role, act).zh}", f"it is the turn of {_who(params, role, act).en}"),
        )
    if role not in rules.role_of(params, act.by, wanted.roles, act.day):
        raise UsageError(
            Text(
                f"现在轮到{role}审批，{act.by} 在 {act.day} 不担任{role}",
                f"it is the turn of {role}; {act.by} does not hold that role on {act.day}",
            ),
            where=params.place(rules.REVIEW, "approvers"),
            remedy=Text(f"由{_who(params, role, act).zh}审批", f"{_who(params, role, act).en} decides"),
        )
    return role


def all_agreed(request: ChangeRequest, wanted: rules.Needed) -> None:
    """Nobody's approval is missing."""
    if not wanted.is_complete:
        missing = wanted.roles[wanted.given :]
        raise UsageError(
            Text(
                f"{request.id} 还缺{'、'.join(missing)}的批准",
                f"{request.id} still lacks approval by {', '.join(missing)}",
            ),
            remedy=Text("批准齐全后再发布", "publish it once everybody has approved"),
        )


def same_papers(params: Params, request: ChangeRequest) -> None:
    """The papers are those that were submitted."""
    if request.sealed[0].papers != papers_of(request, params.folder):
        raise UsageError(
            Text("附件在提交之后被改动或移走", "its papers were changed or moved after it was submitted"),
            where=Place(file=f"{params.unit}/changes/{request.id}.yaml", key="evidence"),
            why=Text("审批人看到的须与提交的一致", "what is decided on is what was submitted"),
            remedy=Text("恢复附件，或撤回后另提申请", "restore them, or recall the request and make a new one"),
        )


def _who(params: Params, role: str, act: Act) -> Text:
    names = rules.holders(params, role, act.day)
    if not names:
        return Text(
            f"{role}（review.yaml 的 approvers 里没有写是谁）",
            f"{role} (nobody is named under approvers in review.yaml)",
        )
    return Text(f"{role} {'、'.join(names)}", f"{role} {', '.join(names)}")
