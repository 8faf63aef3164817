"""Identities that goals must close: own growth = market growth × share change; sales = customers × orders × value.

Sources: the definitions of market share and of sales themselves; nothing is estimated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from salesnb.stages.goals.findings import Finding, about, amount
from salesnb.stages.goals.statements import Base, Scope, Statement

NEW: Scope = (("customer_type", ("new",)),)
OLD: Scope = (("customer_type", ("old",)),)


def identities(statements: Sequence[Statement], base: Base, company: float | None) -> list[Finding]:
    """What the goals imply for each other through the identities."""
    found = [*_growth_of_new_and_old(statements, base), *_actions_behind(statements, base, company)]
    if company is not None:
        found += [*_market_share(statements, base, company), *_drivers(statements, base, company)]
    return found


def share_needed(points: float, own_growth: float, market_growth: float) -> float:
    """Present market share at which ``own_growth`` gains ``points``: s · ((1 + g) ÷ (1 + m) − 1) = points.

    Infinite where the company grows no faster than the market: then no share gains anything.
    """
    faster = (1 + own_growth) / (1 + market_growth) - 1
    return points / faster if faster > 0 else float("inf")


def _market_share(statements: Sequence[Statement], base: Base, company: float) -> Iterator[Finding]:
    grown = base.figures.get("market_growth")
    if grown is None or base.sales_minor <= 0:
        return
    growth = company / base.sales_minor - 1
    for statement in statements:
        if statement.metric != "market_share" or statement.reading != "change" or statement.scope:
            continue
        needed = share_needed(statement.value, growth, grown)
        held, leaders = base.figures.get("market_share"), base.figures.get("top_players_share")
        if leaders is not None and needed > leaders:
            gap = needed - leaders
            yield Finding("share_beyond_leaders", "conflict", (statement.id,), "", needed, leaders, gap)
        if held is not None and held > 0:
            asks = (held + statement.value) / held * (1 + grown) - 1
            ids = (statement.id, *(s.id for s in statements if s.metric == "sales" and not s.scope and not s.period))
            severity = "conflict" if asks > growth + 0.005 else "agrees"
            yield Finding("share_asks_growth", severity, ids, "", asks, growth, asks - growth)


def implied_weight(total: float, new: float, old: float) -> float:
    """Share of the base in the part that grows ``new`` when the rest grows ``old`` and the whole ``total``."""
    return (total - old) / (new - old) if new != old else float("nan")


def _growth_of_new_and_old(statements: Sequence[Statement], base: Base) -> Iterator[Finding]:
    """+20 % overall, +30 % new, +15 % repeat: the weights this needs, against the weights there were."""
    sales = [s for s in statements if s.metric == "sales" and s.reading == "growth" and not s.period]
    whole = next((s for s in sales if not s.scope), None)
    new, old = (next((s for s in sales if s.scope == scope), None) for scope in (NEW, OLD))
    if whole is None or new is None or old is None:
        return
    weight = implied_weight(whole.value, new.value, old.value)
    held = base.share(NEW)
    possible = 0 <= weight <= 1
    agrees = held is not None and abs(weight - held) <= 0.02
    severity = "conflict" if not possible or (held is not None and not agrees) else "agrees" if agrees else "note"
    gap = None if held is None else weight - held
    yield Finding("weight_of_new", severity, (whole.id, new.id, old.id), "", weight, held, gap)


def _drivers(statements: Sequence[Statement], base: Base, company: float) -> Iterator[Finding]:
    """Old customers' sales = last year's × repurchase × order value; the rest must come from new customers."""
    repeat, before = base.figures.get("repeat_share"), base.figures.get("repurchase_rate")
    if repeat is None or before is None or before <= 0:
        return
    rate = next((s for s in statements if s.metric == "repurchase_rate" and not s.scope and not s.period), None)
    value = next((s for s in statements if s.metric == "average_order_value" and s.reading == "growth"), None)
    if rate is None:
        return
    old = base.sales_minor * repeat * rate.value / before * (1 + (value.value if value else 0))
    new_before = base.figures.get("new_sales_minor", base.sales_minor * (1 - repeat))
    ids = (rate.id, *([value.id] if value else []))
    yield Finding("left_for_new", "note", ids, "", company - old, new_before, company - old - new_before, "money")


def _actions_behind(statements: Sequence[Statement], base: Base, company: float | None) -> Iterator[Finding]:
    """A share goal in money, and the part of it that tasks put a figure on; leads that nobody is to bring."""
    for goal in statements:
        asked = amount(goal, base, company) if company is not None and goal.metric == "share_of_sales" else None
        if asked is None or goal.source != "goal" or goal.dimension != "channel":
            continue
        done = [s for s in statements if s.metric == "sales" and s.source == "task" and goal.scope[0] in s.scope]
        before = base.share(goal.scope)
        if done and before is not None:
            more, planned = asked - base.sales_minor * before, sum(s.value for s in done)
            ids = (goal.id, *(s.id for s in done))
            yield Finding("action_short", "ask", ids, about(goal), asked, planned, more - planned, "money")
    sourced = base.figures.get("leads_a_month")
    conversion = base.figures.get("conversion")
    if sourced is None:
        return
    for goal in statements:
        if goal.metric == "lead_count" and goal.period.startswith("Q") and goal.reading == "level":
            gap = goal.value - 3 * sourced
            if gap > 0:
                yield Finding("leads_unsourced", "ask", (goal.id,), goal.period, goal.value, 3 * sourced, gap, "count")
        small = goal.scope == (("customer_size", ("small",)),) and goal.metric == "new_customers" and not goal.period
        if small and conversion is not None:
            gives = 12 * sourced * conversion
            kind, severity = ("funnel_is_wide", "note") if gives >= goal.value else ("funnel_binds", "conflict")
            yield Finding(kind, severity, (goal.id,), about(goal), goal.value, gives, gives - goal.value, "count")
