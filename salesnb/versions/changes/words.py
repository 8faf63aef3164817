"""Requests in words, for the command line and the panel alike: a state, what follows it, a move as it is typed."""

from __future__ import annotations

from datetime import date
from typing import Any

from salesnb.model.errors import Text, UsageError
from salesnb.model.params import Params
from salesnb.model.params.change import Change
from salesnb.versions.changes.refusals import STATES
from salesnb.versions.changes.rules import holders, needed
from salesnb.versions.changes.store import read_changes


def line(state: Change) -> Text:
    """One state in words: what, by whom, with which figure."""
    word = STATES[state.state]
    role = Text(f"（以{state.role}身份）", f" as {state.role}") if state.role else Text("", "")
    note = Text(f"：{state.note}", f": {state.note}") if state.note else Text("", "")
    made = Text(f" → {state.revision}", f" → {state.revision}") if state.revision else Text("", "")
    return Text(
        f"{word.zh} {state.by}{role.zh}{note.zh}{made.zh}", f"{word.en} by {state.by}{role.en}{note.en}{made.en}"
    )


def after(params: Params, name: str, state: Change, day: date) -> Text:
    """What follows: whose turn it is, or that it has ended."""
    if state.state == "published":
        command = f"salesnb notify {params.unit} --change {name}"
        told = Text(f"；通知团队：{command}", f"; tell the team: {command}")
        what = Text("已生效", "it is in force")
        if state.revision:
            what = Text(f"{state.revision} 已成为执行的目标", f"{state.revision} is in force")
        return Text(what.zh + told.zh, what.en + told.en) if params.review.recipients else what
    if state.state in ("rejected", "recalled"):
        return Text("申请到此结束，目标不变", "it has ended; targets stay as they are")
    wanted = needed(params, read_changes(params).requests[name])
    if wanted.is_complete:
        return Text("已全部批准，可以发布", "everybody has approved; it can be published")
    names = "、".join(holders(params, wanted.next_role, day))
    step = f"{wanted.given + 1}/{len(wanted.roles)}"
    more = Text("，金额超过限额", ", above the limit") if wanted.is_above else Text("", "")
    return Text(
        f"下一步（{step}{more.zh}）：{wanted.next_role} {names}审批",
        f"next ({step}{more.en}): {wanted.next_role} {names.replace('、', ', ')} decides",
    )


def move(text: str) -> dict[str, Any]:
    """``person=XS040,product_line=A>person=XS041:20万`` as a file writes it; UsageError says how to write it."""
    head, colon, amount = text.rpartition(":")
    take, arrow, give = head.partition(">")
    if not (colon and arrow and amount.strip()):
        raise UsageError(
            Text(f"目标增减 {text} 看不懂", f"the move {text} cannot be read"),
            remedy=Text("写作 person=XS040>person=XS041:20万", "write person=XS040>person=XS041:200000"),
        )
    parts = {"take": _where(take, text), "give": _where(give, text)}
    plain = amount.strip().replace(",", "")
    return {k: v for k, v in parts.items() if v} | {"amount": int(plain) if plain.isdigit() else amount.strip()}


def _where(text: str, whole: str) -> dict[str, str]:
    out = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        key, equals, node = part.partition("=")
        if not equals or not node.strip():
            raise UsageError(
                Text(f"目标增减 {whole} 里的 {part} 看不懂", f"{part} in the move {whole} cannot be read"),
                remedy=Text("写作 键=编号，例如 region=华东", "write KEY=ID, e.g. region=east"),
            )
        out[key.strip()] = node.strip()
    return out
