"""From draft to published: every step says who, when and why, and refuses what the rules do not allow (R56)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from salesnb.model.errors import Place, Text, UsageError
from salesnb.model.money import minor_digits
from salesnb.model.params import Params
from salesnb.model.params.change import Change, ChangeRequest, StateName
from salesnb.model.places import safe_name
from salesnb.versions.changes import refusals, rules
from salesnb.versions.changes.seal import content_of, papers_of
from salesnb.versions.changes.store import FOLDER, Held, add, locked, read_changes


@dataclass(frozen=True)
class Act:
    """Who does something, on which day, and what is said with it. ``today`` is the company's: no day lies after it."""

    by: str
    day: date
    today: date
    note: str = ""


def propose(params: Params, said: dict[str, Any], act: Act) -> Path:
    """A new draft from ``said`` (fields of a request without states); returns its file, to be finished by hand.

    UsageError where the id is taken; ParamsError where a field cannot be used. Nothing is sealed before submission.
    """
    from salesnb.model.params.load import validated
    from salesnb.model.params.save import dump
    from salesnb.model.params.strict import Doc
    from salesnb.versions.publish import replace_text

    refusals.someone(act)
    refusals.possible_day(act, None)
    name = safe_name(str(said["id"]), Text("编号", "id"))
    draft = {"state": "draft", "date": act.day, "by": act.by.strip()}
    whole = {"schema": 1, **said, "states": [draft]}
    validated(ChangeRequest, Doc(f"{params.unit}/{FOLDER}/{name}.yaml", whole))
    with locked(params):
        path = params.folder / FOLDER / f"{name}.yaml"
        if path.exists():
            raise UsageError(
                Text(f"编号 {name} 已被使用", f"id {name} is taken"),
                where=Place(file=f"params/{params.unit}/{FOLDER}/{name}.yaml"),
                remedy=Text("换一个编号", "choose another id"),
            )
        replace_text(path, dump(whole))
    return path


def submit(params: Params, name: str, act: Act, outputs: Path | None = None) -> Change:
    """Draft → submitted: complete, with its papers, and with the amount it moves; sealed from now on.

    ``outputs`` holds the versions a target change may cite. UsageError says what is missing.
    """
    with locked(params):
        held, request = _at(params, name, act, ("draft",))
        refusals.complete(params, request)
        made = Change(
            state="submitted", date=act.day, by=act.by.strip(), note=act.note.strip(),
            amount_minor=_amount(params, request, outputs),
            content=content_of(request), papers=papers_of(request, params.folder),
        )  # fmt: skip
        rules.needed(params, request.model_copy(update={"states": (request.states[0], made)}))
        return add(params, request, made, held)


def approve(params: Params, name: str, act: Act) -> Change:
    """One more approval by whoever's turn it is. UsageError where it is not theirs, or their second."""
    return _decide(params, name, act, "approved")


def reject(params: Params, name: str, act: Act) -> Change:
    """A no, with its reason, by whoever's turn it is; it ends the request."""
    return _decide(params, name, act, "rejected")


def recall(params: Params, name: str, act: Act) -> Change:
    """The applicant takes it back before it is published; it ends the request."""
    with locked(params):
        held, request = _at(params, name, act, ("submitted", "approved"))
        refusals.own(request, act)
        made = Change(state="recalled", date=act.day, by=act.by.strip(), note=act.note.strip())
        return add(params, request, made, held)


def publish(params: Params, name: str, act: Act, outputs: Path | None = None) -> Change:
    """Approved by all → published: a target change becomes the plan's next revision, the others come into force.

    VersionError or DataError where the targets cannot take it; nothing is recorded then. Interrupted between the two,
    the next call finds the revision made and only records it.
    """
    from salesnb.versions.changes.apply import revise

    with locked(params):
        held, request = _at(params, name, act, ("submitted", "approved"))
        refusals.all_agreed(request, rules.needed(params, request))
        refusals.same_papers(params, request)
        revision = revise(params, request, act, outputs) if request.kind == "target" else ""
        made = Change(
            state="published", date=act.day, by=act.by.strip(), note=act.note.strip(), revision=revision
        )  # fmt: skip
        return add(params, request, made, held)


def _decide(params: Params, name: str, act: Act, state: StateName) -> Change:
    with locked(params):
        held, request = _at(params, name, act, ("submitted", "approved"))
        wanted = rules.needed(params, request)
        role = refusals.turn(params, request, wanted, act)
        refusals.same_papers(params, request)
        if state == "rejected" and not act.note.strip():
            raise UsageError(
                Text("驳回要写原因", "a rejection needs its reason"),
                remedy=Text("加 --note 原因", "add --note REASON"),
            )
        made = Change(state=state, date=act.day, by=act.by.strip(), role=role, note=act.note.strip())
        return add(params, request, made, held)


def _at(params: Params, name: str, act: Act, states: tuple[StateName, ...]) -> tuple[Held, ChangeRequest]:
    """All requests, verified, and the one called ``name`` if it stands in one of ``states``."""
    refusals.someone(act)
    held = read_changes(params)
    request = held.requests.get(name)
    if request is None:
        raise refusals.unknown(params, name, held)
    refusals.standing(request, states)
    refusals.possible_day(act, request.last.date)
    return held, request


def _amount(params: Params, request: ChangeRequest, outputs: Path | None) -> int | None:
    """What the request moves or costs, minor units: of a target change as computed, of others as stated."""
    if request.kind == "target":
        from salesnb.versions.changes.apply import moved

        return moved(params, request, outputs)
    scale = 10 ** minor_digits(params.company.currency)
    return None if request.amount is None else round(request.amount * scale)
