"""Keeping what managers' forms say: the forms a version sent, and their answers as dated commitments of the period."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from salesnb.intake.forms.read import NO_WORDS, Returned, read_form
from salesnb.model.errors import Place, Text, VersionError
from salesnb.model.forms import Form, FormRow, Node
from salesnb.model.lexicon import Lexicon
from salesnb.model.money import minor_digits
from salesnb.model.params.people import Commitment

MARK = "form "  # how the reference of a commitment begins that came in a form: form BASIS REGION


def dump(forms: Sequence[Form]) -> str:
    """Forms as text; the version keeps it beside the workbooks it sent."""
    return json.dumps([asdict(form) for form in forms], ensure_ascii=False, default=str) + "\n"


def stored(path: Path, shown: str) -> list[Form]:
    """The forms in ``path``; VersionError where the version holds none or the file is damaged."""
    try:
        held: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        return [_form(one) for one in held]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise VersionError(
            Text("这一版没有可用的填报表记录", "this version holds no usable record of its forms"),
            where=Place(file=shown),
            remedy=Text("重新运行计划，发出新的填报表", "run the plan again and send its forms"),
        ) from error


def _form(held: dict[str, Any]) -> Form:
    rows = tuple(
        FormRow(Node(**row["node"]), Node(**row["group"]), row["product_line"], tuple(row["targets"]))
        for row in held["rows"]
    )
    plain = {key: value for key, value in held.items() if key not in ("rows", "top", "due", "periods")}
    due, periods = date.fromisoformat(held["due"]), tuple(held["periods"])
    return Form(**plain, top=Node(**held["top"]), due=due, periods=periods, rows=rows)


def returned(path: Path, forms: Sequence[Form], words: Mapping[str, Lexicon] = NO_WORDS) -> Returned:
    """``path`` as the return of whichever of ``forms`` it is; one that fits none is refused with the reason."""
    found = [read_form(path, form, words) for form in forms]
    ours = [one for one in found if one.is_accepted or all(f.code != "form_foreign" for f in one.findings)]
    return next((one for one in ours if one.is_accepted), (ours or found)[0])


def entries(one: Returned, on: date) -> list[dict[str, Any]]:
    """What an accepted form says, as entries of ``commitments`` in periods/PLAN.yaml: one a node and period that was
    filled in. A blank has no entry; a zero has one."""
    if one.frame is None:
        return []
    form, out = one.form, []
    scale = 10 ** minor_digits(form.currency)
    said = one.frame[one.frame["committed_minor"].notna() & (one.frame["product_line"] == "_all")]
    for row in said.to_dict("records"):
        amount = int(row["committed_minor"]) / scale
        entry: dict[str, Any] = {"node": row["node_id"], "level": row["level"], "period": row["period"]}
        entry |= {"amount": int(amount) if amount.is_integer() else amount, "round": form.round}
        if isinstance(row["condition"], str) and row["condition"]:
            entry["condition"] = row["condition"]
        more = {"decided": on, "by": form.manager, "reference": f"{MARK}{form.version} {form.top.id}"}
        out.append(entry | more)
    return out


def merged(given: Iterable[Commitment], plan: str, parts: Sequence[str]) -> list[Commitment]:
    """One commitment a node, period and round: the latest said; of someone in several forms, their sum.

    Who said every one of the plan's ``parts`` has said the plan by that; a part left blank leaves it unsaid.
    """
    latest: dict[tuple[str, str, str, int], dict[str, Commitment]] = {}
    for held in sorted(given, key=lambda one: one.decided):
        source = held.reference if held.reference.startswith(MARK) else ""
        place = source.split(" ", 2)[-1] if source else ""
        own = latest.setdefault((held.level, held.node, held.period, held.round), {})
        if place:
            own.pop("", None)  # the form replaces what was written by hand for the same round
        if place or not own or "" in own:
            own[place] = held
    whole = {key: _sum(list(own.values())) for key, own in latest.items()}
    for level, node, _, number in list(whole):
        key = (level, node, plan, number)
        held_parts = [whole.get((level, node, part, number)) for part in parts]
        if key not in whole and len(parts) > 1 and all(p is not None and p.amount is not None for p in held_parts):
            whole[key] = _sum([p for p in held_parts if p is not None]).model_copy(update={"period": plan})
    return list(whole.values())


def _sum(held: Sequence[Commitment]) -> Commitment:
    last = held[-1]
    known = [one.amount for one in held if one.amount is not None]
    conditions = "；".join(dict.fromkeys(one.condition for one in held if one.condition))
    amount = sum(known) if len(known) == len(held) else None
    return last.model_copy(update={"amount": amount, "condition": conditions})
