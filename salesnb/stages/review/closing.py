"""What a period leaves behind: nodes below the pass line with their analysis, improvements until they are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.tables import check, contract

MOST_INSIDE = 2


@dataclass(frozen=True)
class Improving:
    """An improvement as a period's file states it; ``period`` is that file's."""

    id: str
    text: str
    owner: str
    due: date
    cause: str
    state: str
    closed: date | None
    decided: date
    period: str
    evidence: str = ""


def improvements(stated: Sequence[Improving], start: date, as_of: date) -> pd.DataFrame:
    """``review_improvements``: everything that is open on ``as_of``, and what was closed since ``start``.

    Of several statements on one task the newest that was decided by then holds; a task closed later is still being
    done. Open beyond its due date is late.
    """
    newest: dict[str, Improving] = {}
    first: dict[str, str] = {}
    for one in sorted(stated, key=lambda o: (o.decided, o.period)):
        if one.decided <= as_of:
            newest[one.id] = one
            first.setdefault(one.id, one.period)
    rows = []
    for one in newest.values():
        state = one.state
        closed = one.closed if state in ("done", "dropped") else None
        if closed is not None and closed > as_of:
            state, closed = "doing", None
        if state in ("done", "dropped") and closed is not None and closed < start:
            continue
        if state in ("open", "doing") and one.due < as_of:
            state = "late"
        rows.append(
            {
                "improvement": one.id,
                "text": one.text,
                "owner": one.owner,
                "due_date": pd.Timestamp(one.due),
                "cause": one.cause or None,
                "progress": state,
                "closed_date": pd.NaT if closed is None else pd.Timestamp(closed),
                "since_period": first[one.id],
                "evidence": one.evidence or None,
            }
        )
    names = [c.name for c in contract("review_improvements").columns]
    return check(pd.DataFrame(rows, columns=names), contract("review_improvements"))


def inside(crossed: pd.DataFrame, dimension: str, names: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Per node of ``dimension`` the names of what falls short most within it, the largest first.

    ``crossed``: ``dimension``, one other dimension, expected_minor, actual_minor. Only shortfalls that carry at least
    a fifth of the node's are named: the rest is spread.
    """
    other = next(c for c in crossed.columns if c not in (dimension, "expected_minor", "actual_minor"))
    gap = crossed.assign(gap=crossed["actual_minor"] - crossed["expected_minor"])
    out: dict[str, list[str]] = {}
    for node, own in gap[gap[other] != UNASSIGNED].groupby(dimension, sort=True):
        total = float(own["gap"].sum())
        worst = own[own["gap"] < min(total / 5, 0)].sort_values(["gap", other], kind="stable").head(MOST_INSIDE)
        out[str(node)] = [names[other].get(str(v), str(v)) for v in worst[other]]
    return out


def problems(
    nodes: pd.DataFrame,
    passes: float,
    since: Mapping[tuple[str, str], str | None],
    held: Mapping[tuple[str, str], Sequence[str]],
    causes: Mapping[str, str],
) -> pd.DataFrame:
    """``review_problems``: rows of ``review_attainment`` with a target whose attainment is below ``passes``.

    ``since`` and ``held`` (what falls short inside) by (dimension, node); ``causes``: people's last answer by name.
    """
    rows = []
    below = nodes[(nodes["basis"] == "target") & (nodes["attainment_rate"] < passes) & (nodes["node_id"] != UNASSIGNED)]
    for row in below.to_dict("records"):
        key = (row["dimension"], row["node_id"])
        cause = causes.get(row["name"], "")
        rows.append(
            {
                **{
                    name: row[name]
                    for name in ("dimension", "node_id", "name", "attainment_rate", "gap_minor", "certainty_rate")
                },
                "since_month": since.get(key),
                "inside": "、".join(held.get(key, ())) or None,
                "cause": cause or None,
                "answered": "people" if cause else "open",
            }
        )
    names = [c.name for c in contract("review_problems").columns]
    return check(pd.DataFrame(rows, columns=names), contract("review_problems"))
