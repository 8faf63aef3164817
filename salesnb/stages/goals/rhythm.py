"""Goals over time: quarters that make the year, and one node's quarter against everybody's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from salesnb.stages.goals.findings import Finding, about, alike, amount
from salesnb.stages.goals.statements import Base, Statement

QUARTERS = ("Q1", "Q2", "Q3", "Q4")


def rhythm(statements: Sequence[Statement], base: Base, company: float | None) -> list[Finding]:
    """Do quarters sum to the year, can a node keep its quarter, do counts of a quarter fit their share of the year?"""
    quarters = company_quarters(statements)
    found = [*_sum_of_quarters(quarters), *_count_of_a_quarter(statements), *_parts_of_one(statements)]
    return found if company is None else [*found, *_node_quarter(statements, base, company, quarters)]


def company_quarters(statements: Sequence[Statement]) -> dict[str, Statement]:
    """The company's share of the year by quarter, as far as it was said."""
    said = [s for s in statements if s.metric == "share_of_year" and not s.scope and s.time == "in_period"]
    return {s.period: s for s in said if s.period in QUARTERS}


def _sum_of_quarters(quarters: dict[str, Statement]) -> Iterator[Finding]:
    if len(quarters) == 4:
        total = sum(s.value for s in quarters.values())
        kind, severity = ("parts_are_whole", "agrees") if alike(total, 1.0) else ("parts_against_whole", "conflict")
        yield Finding(kind, severity, tuple(s.id for s in quarters.values()), "", total, 1.0, total - 1.0)


def _count_of_a_quarter(statements: Sequence[Statement]) -> Iterator[Finding]:
    """A quarter's share of the year's new customers against the count said for it."""
    whole = next((s for s in statements if s.metric == "new_customers" and not s.scope and not s.period), None)
    for share in statements:
        if share.metric != "share_of_new_customers" or whole is None:
            continue
        count = next((s for s in statements if s.metric == "new_customers" and s.period == share.period), None)
        if count is not None:
            implied = share.value * whole.value
            severity = "agrees" if alike(implied, count.value) else "conflict"
            ids = (share.id, count.id, whole.id)
            gap = count.value - implied
            yield Finding("said_twice", severity, ids, share.period, count.value, implied, gap, "count")


def _parts_of_one(statements: Sequence[Statement]) -> Iterator[Finding]:
    """A stock to be cleared in one quarter, and the tasks that spread it over several."""
    goals = [s for s in statements if s.metric == "stock_clearance" and s.source == "goal"]
    for goal in goals:
        plans = [s for s in statements if s.metric == goal.metric and s.source == "task" and s.scope == goal.scope]
        until = [s for s in plans if s.period and goal.period and s.period <= goal.period]
        later = [s for s in plans if s.period and goal.period and s.period > goal.period]
        done = max((s.value for s in until), default=0.0)
        if plans and later and not alike(done, goal.value):
            ids = (goal.id, *(s.id for s in plans))
            yield Finding("cleared_later", "conflict", ids, about(goal), goal.value, done, goal.value - done)


def _node_quarter(
    statements: Sequence[Statement], base: Base, company: float, quarters: dict[str, Statement]
) -> Iterator[Finding]:
    """One node's share of its year in a quarter: cumulative it may ask more of the rest of the year than the company
    has; in the period it says what the others must do then."""
    if len(quarters) < 4:
        return
    share_of = {name: quarters[name].value for name in QUARTERS}
    for said in statements:
        if said.metric != "share_of_year" or not said.scope or said.period not in QUARTERS:
            continue
        yearly = [
            amount(s, base, company)
            for s in statements
            if s.scope == said.scope and s.metric == "sales" and not s.period
        ]
        whole = next((a for a in yearly if a is not None), None)
        if whole is None or not 0 < whole < company:
            continue
        ids = (said.id, quarters[said.period].id)
        if said.time == "cumulative":
            left = whole * (1 - said.value)
            after = company * sum(share_of[q] for q in QUARTERS if q > said.period)
            if left > after * (1 + 1e-9):
                yield Finding("rest_of_year_full", "conflict", ids, about(said), left, after, left - after, "money")
        else:
            others = (share_of[said.period] * company - said.value * whole) / (company - whole)
            severity = "conflict" if not 0 <= others <= 1 else "note"
            gap = others - share_of[said.period]
            yield Finding("others_in_quarter", severity, ids, about(said), said.value, others, gap)
