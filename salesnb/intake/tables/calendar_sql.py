"""The company's calendar in SQL."""

from __future__ import annotations

from salesnb.model.params.company import Company


def settlement_month(day: str, company: Company) -> str:
    """SQL of the month a day belongs to; with a settlement day the month runs from the day after it."""
    if company.month_closes_on is None:
        return f"strftime({day}, '%Y-%m')"
    closing = f"least({company.month_closes_on}, day(last_day({day})))"
    return f"strftime(CASE WHEN day({day}) > {closing} THEN last_day({day}) + 1 ELSE {day} END, '%Y-%m')"
