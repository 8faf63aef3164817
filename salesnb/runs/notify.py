"""Sending messages to the team's groups and mailboxes (R61): only when asked for, each at most once to each recipient.

What was sent is recorded in ``outputs/UNIT/messages.jsonl``: a line before sending and one after. A process killed in
between leaves the first: that message may have arrived, so it is not sent again by itself.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from salesnb.model.errors import Place, Text, UsageError
from salesnb.model.lexicon import lexicon
from salesnb.model.params import Params
from salesnb.model.params.review import Recipient
from salesnb.report.message import About, Message
from salesnb.report.spoken import speaking
from salesnb.versions.folders import PeriodFolder, version_name
from salesnb.versions.manifest import Manifest, read_manifest
from salesnb.versions.publish import utc_now, writing
from salesnb.versions.snapshot import masked_text

RECORD = "messages.jsonl"
LINK = "SALESNB_LINK"  # where readers find outputs/, e.g. an address of the company's file server
LOCK_SECONDS = 300.0
State = Literal["sent", "failed", "skipped", "unset"]


@dataclass(frozen=True)
class Delivery:
    """What became of one recipient's message; ``why`` is empty where it was sent."""

    recipient: str
    state: State
    why: Text


@dataclass(frozen=True)
class Post:
    """Something to send: ``key`` names it for good (a version, a change); ``messages`` by language."""

    key: str
    messages: Mapping[str, Message]
    lang: str

    def to(self, recipient: Recipient) -> Message:
        """The message in the recipient's language."""
        return self.messages[recipient.language or self.lang]

    def shown(self, recipient: Recipient) -> str:
        """What a dry run shows: to whom, title, body."""
        message = self.to(recipient)
        return f"→ {recipient.text} ({recipient.id})\n{message.title}\n{message.body}"


def post_of_version(params: Params, folder: PeriodFolder, number: int) -> Post:
    """The message of a version. UsageError for a draft: figures nobody approved are not spread."""
    from salesnb.report.message import TABLES, progress
    from salesnb.versions.tables import read_table, table_names

    manifest, version = read_manifest(folder.version(number)), version_name(number)
    if manifest.draft:
        raise UsageError(
            Text(f"{folder.period} {version} 是草稿，不发送", f"{folder.period} {version} is a draft and is not sent"),
            remedy=Text("批准目标后重新运行", "approve targets and run again"),
        )
    place = folder.version(number) / "tables"
    held = {name: read_table(place, name) for name in TABLES if name in table_names(place)}
    made = {}
    for lang in ("zh", "en"):
        with speaking(lexicon(params, lang)):
            made[lang] = progress(held, _about(params, folder, manifest, lang))
    return Post(f"{folder.period}/{version}", made, params.company.language)


def newest(folder: PeriodFolder, text: str) -> int:
    """The version spelled ``text``, or the latest; UsageError where there is none."""
    return (folder.latest() if text == "latest" else None) or folder.existing("v001" if text == "latest" else text)


def post_of_change(params: Params, name: str) -> Post:
    """The message of a published change. UsageError where it is not published."""
    from salesnb.report.message import change
    from salesnb.versions.changes import read_changes
    from salesnb.versions.changes.refusals import unknown

    held = read_changes(params)
    request = held.requests.get(name)
    if request is None:
        raise unknown(params, name, held)
    if request.last.state != "published":
        raise UsageError(
            Text(f"{name} 尚未发布，不通知", f"{name} is not published and is not announced"),
            remedy=Text("先发布：salesnb change publish", "publish it: salesnb change publish"),
        )
    company = params.company
    made = {}
    for lang in ("zh", "en"):
        about = About(company.name.get(lang), "", "", "", "", "", lang, company.currency)
        with speaking(lexicon(params, lang)):
            made[lang] = change(request, request.last.revision, about)
    return Post(f"change:{name}", made, company.language)


def recipients(params: Params, wanted: Sequence[str]) -> list[Recipient]:
    """Those of review.yaml, or the ones named. UsageError where there are none, or a name nobody has."""
    known = {one.id: one for one in params.review.recipients}
    odd = [name for name in wanted if name not in known]
    if odd or not known:
        names = "、".join(known) or "-"
        raise UsageError(
            Text(f"没有收件方 {'、'.join(odd) or ''}；已有：{names}".replace(" ；", "；"),
                 f"no recipient {', '.join(odd)}; there are: {names.replace('、', ', ')}"),
            where=params.place("review", "recipients"),
            remedy=Text(
                "在 review.yaml 的 recipients 写 id、text 和 address: ${环境变量}",
                "name id, text and address: ${VARIABLE} under recipients in review.yaml",
            ),
        )  # fmt: skip
    return [one for name, one in known.items() if not wanted or name in wanted]


def send(outputs: Path, unit: str, post: Post, to: Sequence[Recipient], again: bool = False) -> list[Delivery]:
    """Send ``post`` to everybody who has not got it. Nothing is raised for a receiver that does not answer."""
    out = []
    with _record(outputs / unit) as record:
        done = {(str(line["key"]), str(line["to"])): str(line["state"]) for line in record.lines()}
        for one in to:
            state = done.get((post.key, one.id), "")
            if state in ("sending", "sent") and not again:
                out.append(Delivery(one.id, "skipped", _skipped(state)))
                continue
            address = os.environ.get(one.address[2:-1], "")
            if not address:
                why = Text(f"环境变量 {one.address[2:-1]} 没有设置", f"variable {one.address[2:-1]} is not set")
                out.append(Delivery(one.id, "unset", why))
                continue
            record.add(post.key, one.id, "sending")
            problem = deliver(address, post.to(one))
            record.add(post.key, one.id, "failed" if problem else "sent")
            out.append(Delivery(one.id, "failed" if problem else "sent", problem or Text("", "")))
    return out


def deliver(address: str, message: Message) -> Text | None:
    """Hand ``message`` to the service behind ``address``; None where it took it, else why not, without the address."""
    import logging

    import apprise

    from salesnb.runs.chat_answers import heard, refusal

    service = apprise.Apprise.instantiate(address, suppress_exceptions=True)
    if service is None:
        return Text("没有服务能识别这样的地址", "no service knows an address of this form")
    with apprise.LogCapture(level=logging.WARNING, fmt="%(message)s") as log, heard(service) as answers:
        try:
            is_taken = bool(
                service.notify(body=message.body, title=message.title, body_format=apprise.NotifyFormat.TEXT)
            )
        except (OSError, TypeError, ValueError) as error:  # a plug-in that does not handle its own
            return _masked(f"{type(error).__name__}: {error}", address)
        said = str(log.getvalue()).strip().splitlines()
    if is_taken:
        refused = refusal(service, answers)
        return _masked(refused, address) if refused else None
    return _masked(said[-1] if said else "not accepted", address)


def _about(params: Params, folder: PeriodFolder, manifest: Manifest, lang: str) -> About:
    company = params.company
    page = f"{manifest.lead or '50_review'}.html"
    base = os.environ.get(LINK, "").rstrip("/")
    link = f"{base or 'outputs'}/{folder.unit}/{folder.period}/{manifest.version}/all/{page}"
    return About(company.name.get(lang), folder.period, manifest.version, manifest.as_of, manifest.headline, link, lang,
                 company.currency)  # fmt: skip


def _skipped(state: str) -> Text:
    if state == "sent":
        return Text("此前已发送", "sent before")
    return Text(
        "上次发送时中断，可能已送达；确认没有收到再加 --again",
        "interrupted while sending; add --again if it never came",
    )


def _masked(text: str, address: str) -> Text:
    """``text`` without the address or any long part of it."""
    for part in sorted({address, *address.replace("?", "/").replace("@", "/").split("/")}, key=len, reverse=True):
        if len(part) > 7:
            text = text.replace(part, "***")
    masked = masked_text(text)[:200]
    return Text(masked, masked)


class _Record:
    """The lines of a unit's record of messages, while its lock is held."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> list[dict[str, Any]]:
        """What was sent; a last line cut short by a crash does not count."""
        out = []
        text = self.path.read_text(encoding="utf-8") if self.path.is_file() else ""
        for line in text.splitlines():
            try:
                out.append(json.loads(line))
            except ValueError:  # killed in the middle of a line
                continue
        return out

    def add(self, key: str, recipient: str, state: str) -> None:
        """One line more, on the disk before the next step."""
        line = json.dumps({"key": key, "to": recipient, "state": state, "utc": utc_now()}, ensure_ascii=False)
        with writing(self.path), self.path.open("a", encoding="utf-8", newline="\n") as file:
            file.write(f"{line}\n")
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def _record(folder: Path) -> Iterator[_Record]:
    from filelock import FileLock, Timeout

    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / ".messages.lock", timeout=LOCK_SECONDS):
            yield _Record(folder / RECORD)
    except Timeout as error:
        raise UsageError(
            Text("另一处正在发送消息，等候超时", "messages are being sent elsewhere; waited too long"),
            where=Place(file=f"outputs/{folder.name}/{RECORD}"),
            remedy=Text("稍后再试", "try again in a moment"),
        ) from error
