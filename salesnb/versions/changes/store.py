"""Reading all requests of a unit, verified each time, and adding one state under a lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from salesnb.model.errors import Place, Text, VersionError
from salesnb.model.params import Params
from salesnb.model.params.change import FINAL, Change, ChangeRequest
from salesnb.model.params.save import Sheet
from salesnb.versions.changes.seal import content_of, hash_of, sealed, tampered
from salesnb.versions.publish import writing

FOLDER = "changes"
LOCK_SECONDS = 60.0


@dataclass(frozen=True)
class Held:
    """All requests of a unit by id; ``head`` is the hash that stands for all decisions, empty before the first."""

    requests: dict[str, ChangeRequest]
    head: str
    count: int


def read_changes(params: Params) -> Held:
    """Every request, its seals and the unit's chain checked; VersionError names what was altered or lost."""
    found = {path.stem: params.change(path.stem) for path in _files(params.folder)}
    chain: list[tuple[int, str, Change]] = []
    for name, request in sorted(found.items()):
        if request.id != name:
            raise tampered(params.unit, f"{name}.yaml", Text(f"文件里的编号是 {request.id}", f"it says {request.id}"))
        _one(params, request)
        chain += [(state.number or 0, name, state) for state in request.sealed]
    head = ""
    for expected, (number, name, state) in enumerate(sorted(chain, key=lambda c: (c[0], c[1])), 1):
        if number != expected:
            raise tampered(params.unit, f"{name}.yaml" if number < expected else "", _gap(number, expected))
        if state.previous != head:
            how = Text(f"第 {number} 条记录接不上前一条", f"entry {number} does not continue the one before it")
            raise tampered(params.unit, f"{name}.yaml", how)
        head = state.hash or ""
    return Held(found, head, len(chain))


def known(request: ChangeRequest, as_of: date) -> ChangeRequest | None:
    """The request as it stood on ``as_of``; None where there was no draft yet."""
    states = tuple(state for state in request.states if state.date <= as_of)
    return request.model_copy(update={"states": states}) if states else None


@contextmanager
def locked(params: Params) -> Iterator[None]:
    """Nobody else decides meanwhile: whoever comes second sees what the first did."""
    from filelock import FileLock, Timeout

    folder = params.folder / FOLDER
    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(folder / ".lock", timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            raise VersionError(
                Text("另有人正在登记变更，等候超时", "somebody else is recording a change; waited too long"),
                where=Place(file=f"params/{params.unit}/{FOLDER}/.lock"),
                remedy=Text("稍后再试", "try again in a moment"),
            ) from error


def add(params: Params, request: ChangeRequest, change: Change, held: Held) -> Change:
    """Write one more sealed state at the end of the request's file; call it inside :func:`locked`."""
    change = change.model_copy(update={"number": held.count + 1, "previous": held.head})
    change = sealed(request.id, change)
    sheet = Sheet.read(params.folder / FOLDER / f"{request.id}.yaml")
    with writing(sheet.path):
        sheet.saved(sheet.with_item("states", entry_of(change)), ChangeRequest)
    return change


def entry_of(change: Change) -> dict[str, Any]:
    """A state as its file holds it: what is empty is left out."""
    said = change.model_dump(mode="python")
    return {key: value for key, value in said.items() if value not in ("", None)}


def _files(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("*.yaml"))


def _one(params: Params, request: ChangeRequest) -> None:
    """A request's own states: sealed, in order, and about what it says now."""
    file = f"{request.id}.yaml"
    order, before = {"draft": ("submitted",), "submitted": ("approved", "rejected", "recalled"),
                     "approved": ("approved", "rejected", "recalled", "published")}, request.states[0]  # fmt: skip
    for state in request.sealed:
        said = Text(f"状态 {state.state}（{state.date}）", f"state {state.state} ({state.date})")
        if state.hash is None or state.number is None or state.hash != hash_of(request.id, state):
            raise tampered(params.unit, file, Text(f"{said.zh}与它的封签不符", f"{said.en} does not match its seal"))
        if before.state in FINAL or state.state not in order[before.state] or state.date < before.date:
            raise tampered(params.unit, file, Text(f"{said.zh}的次序不对", f"{said.en} is out of order"))
        before = state
    first = request.sealed[0] if request.sealed else None
    if first is not None and first.content != content_of(request):
        how = Text("申请内容与提交时不同", "the request is not what was submitted")
        raise tampered(params.unit, file, how)


def _gap(number: int, expected: int) -> Text:
    if number < expected:
        return Text(f"有两条第 {number} 号记录", f"there are two entries numbered {number}")
    return Text(f"缺少第 {expected} 号记录，可能有文件被删除", f"entry {expected} is missing; a file may be deleted")
