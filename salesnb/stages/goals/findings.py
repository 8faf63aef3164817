"""One finding: what two statements, or a statement and the past, say about the same quantity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from salesnb.model.tables import check, contract
from salesnb.stages.goals.statements import Base, Statement, scope_words

SAME = 0.005  # two figures this close (relative) say the same: goals are spoken in whole percent


@dataclass(frozen=True)
class Finding:
    """``kind`` names the sentence, ``severity`` conflict, ask, note or agrees; ``said`` and ``other`` both figures."""

    kind: str
    severity: str
    statements: tuple[str, ...]
    node: str = ""
    said: float | None = None
    other: float | None = None
    gap: float | None = None
    unit: str = "ratio"


def alike(one: float, two: float) -> bool:
    """Whether two figures say the same within what people round."""
    return abs(one - two) <= SAME * max(abs(one), abs(two), 1e-12)


def amount(statement: Statement, base: Base, company: float) -> float | None:
    """Sales in minor units that a statement asks of its nodes; ``company`` is the company's target."""
    share = base.share(statement.scope)
    if statement.metric == "share_of_sales" and statement.of == "own_sales":
        return statement.value * company
    if statement.metric != "sales" or statement.reading == "change":
        return None
    if statement.reading == "level":
        return statement.value
    return None if share is None else base.sales_minor * share * (1 + statement.value)


def company_target(statements: Sequence[Statement], base: Base) -> float | None:
    """The company's sales target of the whole plan, from the goal or rule that says it; None where nobody did."""
    for statement in statements:
        if not statement.scope and not statement.period and statement.metric == "sales":
            return amount(statement, base, float("nan"))
    return None


def finding_table(found: Sequence[Finding]) -> pd.DataFrame:
    """``goals_findings``: conflicts first, then what must be asked, then notes and agreements; order is stable."""
    order = {"conflict": 0, "ask": 1, "note": 2, "agrees": 3}
    ranked = sorted(enumerate(found), key=lambda item: (order[item[1].severity], item[0]))
    rows = [
        {
            "finding_no": f"{number:02d}",
            "kind": item.kind,
            "severity": item.severity,
            "statements": "|".join(item.statements),
            "node": item.node,
            "said": item.said,
            "other": item.other,
            "gap": item.gap,
            "unit": item.unit,
        }
        for number, (_, item) in enumerate(ranked, 1)
    ]
    columns = [c.name for c in contract("goals_findings").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("goals_findings"))


def about(statement: Statement) -> str:
    """The nodes a statement speaks of, in words."""
    return scope_words(statement.scope)
