"""The company's calendar in SQL."""

from __future__ import annotations

from salesnb.model.params.company import Company


def settlement_month(day: str, company: Company) -> str:
    """SQL of the month a day belongs to; with a settlement day the month runs from the day after it."""
    if company.month_closes_on is None:
        return f"strftime({day}, '%Y-%m')"
    closing = f"least({company.month_closes_on}, day(last_day({day})))"
    return f"strftime(CASE WHEN day({day}) > {closing} THEN last_day({day}) + 1 ELSE {day} END, '%Y-%m')"


def booked_month(month: str, known: str, company: Company) -> str:
    """SQL of the month a line counts in (R83): ``month``, or the month it was entered in if ``month`` had been closed
    by then and the company books late lines into the open month."""
    if company.late_bookings == "own_month":
        return month
    return f"CASE WHEN {known} > {closing_day(month, company)} THEN {settlement_month(known, company)} ELSE {month} END"


def closing_day(month: str, company: Company) -> str:
    """SQL of the day on which a settlement month is closed: ``close_days`` after its last day."""
    first = f"CAST(({month}) || '-01' AS DATE)"
    last = f"last_day({first})"
    if company.month_closes_on is not None:
        last = f"least({last}, {first} + {company.month_closes_on - 1})"
    return f"({last} + {company.close_days})"
