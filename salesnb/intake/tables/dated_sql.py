"""Dated parameters in SQL: the value in force on each row's day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from salesnb.model.params.dated import EVER, Dated


def on_day(values: Dated[Decimal], day: str, kind: str) -> str:
    """SQL of the value in force on ``day`` (a date expression) as decided by now; NULL before the first ``from``."""
    starts = sorted({v.from_ for v in values.values}, reverse=True)
    cases = []
    for start in starts:
        value = values.find(start, date.max)
        shown = "NULL" if value is None else f"CAST('{value:f}' AS {kind})"
        condition = "true" if start == EVER else f"{day} >= DATE '{start.isoformat()}'"
        cases.append(f"WHEN {condition} THEN {shown}")
    return f"(CASE {' '.join(cases)} END)"
