"""Requests for changes as a table: every state of every request as it stood on a day (R56)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from salesnb.model.params.change import ChangeRequest
from salesnb.model.tables import check, contract

TABLE = "change_states"


def states(requests: Sequence[ChangeRequest], whose_turn: Mapping[str, str]) -> pd.DataFrame:
    """``change_states``: one row a state; ``whose_turn``: request → role that decides next, said in its last row."""
    rows = []
    for request in requests:
        for step, state in enumerate(request.states, 1):
            is_last = step == len(request.states)
            rows.append(
                {
                    "request_id": request.id,
                    "step_no": step,
                    "kind": request.kind,
                    "title": request.title,
                    "state": state.state,
                    "date": pd.Timestamp(state.date),
                    "by": state.by,
                    "role": state.role,
                    "note": state.note,
                    "amount_minor": state.amount_minor,
                    "revision": state.revision,
                    "next_role": whose_turn.get(request.id, "") if is_last else "",
                    "hash": state.hash or "",
                }
            )
    frame = pd.DataFrame(rows, columns=[c.name for c in contract(TABLE).columns])
    return check(frame.astype({"amount_minor": "Int64"}), contract(TABLE))
