"""The occasions of a review that may call for a change request, gathered from what its other questions found (R56)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

import pandas as pd

from salesnb.model.periods import Kind, month_range

if TYPE_CHECKING:
    from salesnb.model.periods import Period
    from salesnb.notebook.review_changes import ChangeQuestions
    from salesnb.stages.triggers import Occasion


def occasions(book: ChangeQuestions) -> list[Occasion]:
    """What happened in the quarter reviewed, as known on the as-of date."""
    quarter = book.calendar.containing(Kind.QUARTER, book.main.through)
    found = [*_quarter(book, quarter), *_market(book, quarter), *_people(book, quarter), *_strategies(book)]
    leads = _leads(book)
    return [*found, leads] if leads is not None else found


def _quarter(book: ChangeQuestions, quarter: Period) -> Iterator[Occasion]:
    from salesnb.stages.triggers import Occasion

    scope, found = book.scope_of(Kind.QUARTER), book.params.review.thresholds
    if scope is None or found is None or not book.is_retarget:
        return
    floor = found.quarter_floor.find(book.main.through, book.as_of)
    reached = float(book.landing_of(scope)["attainment_rate"])
    yield Occasion("quarter", quarter.text, quarter.text, pd.Timestamp(quarter.start), reached, floor or float("nan"))


def _market(book: ChangeQuestions, quarter: Period) -> Iterator[Occasion]:
    from salesnb.stages.triggers import Occasion

    for row in book.meetings_table.to_dict("records"):
        if row["month"] in quarter.months:
            subject = str(row["competitors"] or row["moves"] or row["month"])
            yield Occasion("market", str(row["month"]), subject, row["meeting_date"], float(row["price_change_rate"]))


def _people(book: ChangeQuestions, quarter: Period) -> Iterator[Occasion]:
    """Who leaves from this quarter's first day on, and whether many join in it."""
    from salesnb.stages.review import handover
    from salesnb.stages.triggers import Occasion, batch

    roster = book.facts.table("people", book.as_of)
    names = book.facts.names("person_id")
    away, here = handover.team_changes(book.params.people, roster, book.as_of)
    for one in away:
        if one.start >= quarter.start:
            yield Occasion("leaver", one.person, names.get(one.person, one.person), pd.Timestamp(one.start))
    joined = {one.person: one.start for one in here if quarter.holds(one.start) and one.person not in {
              a.person for a in away}}  # fmt: skip
    if len(roster):
        hired = roster.dropna(subset=["hired_date"])
        starts = zip(hired["person_id"], hired["hired_date"], strict=True)
        joined |= {str(p): day.date() for p, day in starts if quarter.start <= day.date() <= book.main.through}
    new = [Occasion("joiners", p, names.get(p, p), pd.Timestamp(day)) for p, day in sorted(joined.items())]
    yield from batch(new, roster["person_id"].nunique())


def _strategies(book: ChangeQuestions) -> Iterator[Occasion]:
    from salesnb.stages.triggers import Occasion

    for row in book.strategies_table.to_dict("records"):
        if row["verdict"] == "worse":
            yield Occasion("strategy", str(row["strategy"]), str(row["text"]), row["start_date"])


def _leads(book: ChangeQuestions) -> Occasion | None:
    """New leads of the last whole month against the months before."""
    from salesnb.stages import triggers

    created = book.known_leads["created_date"].dropna()
    month = book.calendar.month_of(book.main.through)
    if book.main.through < book.calendar.period(month).end:
        month = book.calendar.month_of(book.calendar.month_start(month) - timedelta(days=1))
    if created.empty:
        return None
    months = created.dt.strftime("%Y-%m")
    first = str(months.min())
    if first > month:
        return None
    counts = {str(m): int(n) for m, n in months.value_counts().items()}
    return triggers.flood(counts, month_range(first, month))
