"""Rounds between company and field (R84): what was handed down, what came back, and the gap at every node and level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.people import Commitment
from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.plan import Plan
from salesnb.stages.decomposition.published import LEVELS
from salesnb.stages.decomposition.setting import Setting


def target_gaps(setting: Setting, plan: Plan, commitments: Sequence[Commitment]) -> pd.DataFrame:
    """``target_gaps``: every node in every round that somebody answered in. No answer is no figure, never zero."""
    known = [held for held in commitments if held.period == setting.period.text and held.decided <= setting.as_of]
    rows = [
        _row(plan, level, node, number, known, setting.scale)
        for number in sorted({held.round for held in known})
        for level, column in LEVELS.items()
        if column in plan.table
        for node in plan.by(column)[column]
        if node != UNASSIGNED
    ]
    columns = [column.name for column in contract("target_gaps").columns]
    frame = pd.DataFrame(rows, columns=columns)
    for column in ("committed_minor", "gap_minor", "people_minor"):
        frame[column] = frame[column].astype("Int64")
    return check(frame.astype({"top_down_minor": "int64"}), contract("target_gaps"))


def _row(plan: Plan, level: str, node: str, number: int, known: Sequence[Commitment], scale: int) -> dict[str, Any]:
    inside = plan.table[plan.table[LEVELS[level]] == node]
    target = int(inside["target_minor"].sum())
    own = [held for held in known if held.round == number]
    said = next((held for held in own if held.level == level and held.node == node), None)
    people = {str(person) for person in inside["person_id"].unique()} - {UNASSIGNED}
    answers = {h.node: round(h.amount * scale) for h in own if h.level == "person" and h.amount is not None}
    answered = sorted(people & set(answers))
    committed = None if said is None or said.amount is None else round(said.amount * scale)
    return {
        "level": level,
        "node_id": node,
        "round": number,
        "top_down_minor": target,
        "committed_minor": committed,
        "gap_minor": None if committed is None else committed - target,
        "gap_rate": None if committed is None or not target else committed / target - 1,
        "answered_count": len(answered),
        "person_count": len(people),
        "people_minor": sum(answers[person] for person in answered) if answered else None,
        "condition": said.condition if said is not None else "",
    }
