"""Where goals contradict each other: one quantity said twice, parts against the whole, shares that bound each other.

Nothing is resolved here: each finding carries both figures and the ids of all statements it rests on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from salesnb.stages.goals.findings import Finding, about, alike, amount, company_target
from salesnb.stages.goals.identities import identities
from salesnb.stages.goals.rhythm import rhythm
from salesnb.stages.goals.statements import LAST_YEAR, Base, Statement

RATES = frozenset({"repurchase_rate", "collection_rate", "gross_margin", "lead_conversion"})


def contradictions(statements: Sequence[Statement], base: Base) -> list[Finding]:
    """Everything that does not fit, and what was said twice and agrees."""
    company = company_target(statements, base)
    found = [
        *_whole_against_parts(statements, base, company),
        *_said_twice(statements, base, company),
        *_mix(statements, base),
        *_counts(statements),
        *_rates(statements, base),
        *_unclear_shares(statements, base),
        *identities(statements, base, company),
        *rhythm(statements, base, company),
    ]
    # one line may stand in the goals and in the rules: what it contradicts is said once
    return list({(f.kind, frozenset(f.statements), f.node): f for f in reversed(found)}.values())[::-1]


def _whole_against_parts(statements: Sequence[Statement], base: Base, company: float | None) -> Iterator[Finding]:
    """Exact sales of all nodes of a dimension against the company's: every one of these lines is needed to conflict."""
    if company is None:
        return
    whole = [s.id for s in statements if not s.scope and not s.period and s.metric == "sales"]
    for dimension in sorted({s.dimension for s in statements} - {"", "*"}):
        parts = {
            s.id: s
            for s in statements
            if s.dimension == dimension and s.metric == "sales" and not s.period and s.relation == "is"
        }
        nodes = [node for s in parts.values() for node in s.nodes]
        amounts = [amount(s, base, company) for s in parts.values()]
        known = [a for a in amounts if a is not None]
        if (
            not parts
            or len(nodes) != len(set(nodes))
            or set(nodes) != set(base.nodes(dimension))
            or len(known) < len(amounts)
        ):
            continue
        total = sum(known)
        severity, kind = ("agrees", "parts_are_whole") if alike(total, company) else ("conflict", "parts_against_whole")
        yield Finding(kind, severity, (*parts, *whole), dimension, total, company, total - company, "money")


def _said_twice(statements: Sequence[Statement], base: Base, company: float | None) -> Iterator[Finding]:
    """Two statements that fix one quantity; a statement about last year is held against the history."""
    for one in statements:
        if one.period == LAST_YEAR and one.metric == "share_of_sales":
            held = base.share(one.scope)
            if held is not None and not alike(one.value, held):
                yield Finding("past_differs", "conflict", (one.id,), about(one), one.value, held, one.value - held)
    current = [s for s in statements if s.period != LAST_YEAR]
    for one, two in combinations(current, 2):
        if one.scope != two.scope or one.period != two.period or one.id == two.id or one.metric == "stock_clearance":
            continue  # a stock and the tasks that clear it are held against each other over time (rhythm)
        pair = _comparable(one, two, base, company)
        if pair is None:
            continue
        (low, high), (other_low, other_high), unit = pair
        exact = one.relation == two.relation == "is"
        if exact and alike(low, other_low):
            if one.scope or one.period:
                yield Finding("said_twice", "agrees", (one.id, two.id), about(one), low, other_low, 0.0, unit)
        elif max(low, other_low) > min(high, other_high) * (1 + 1e-9):
            said = low if low != -float("inf") else high
            other = other_low if other_low != -float("inf") else other_high
            yield Finding("said_twice", "conflict", (one.id, two.id), about(one), said, other, said - other, unit)


Bounds = tuple[float, float]


def _comparable(one: Statement, two: Statement, base: Base, company: float | None) -> tuple[Bounds, Bounds, str] | None:
    """Bounds of two statements in one unit, or None where they are about different quantities."""
    if one.metric == two.metric and one.reading == two.reading and one.of == two.of and one.metric != "sales":
        return one.bounds, two.bounds, one.unit
    if company is None or {one.metric, two.metric} - {"sales", "share_of_sales"}:
        return None
    sides = []
    for statement in (one, two):
        value = amount(statement, base, company)
        if value is None:
            return None
        at_least, at_most = statement.bounds
        low, high = (value if bound == statement.value else bound for bound in (at_least, at_most))
        sides.append((low, high))
    return sides[0], sides[1], "money"


def _mix(statements: Sequence[Statement], base: Base) -> Iterator[Finding]:
    """Shares of one dimension bound each other: what can never be reached, and what others say already."""
    shares = [
        s
        for s in statements
        if s.metric == "share_of_sales" and s.of == "own_sales" and not s.period and s.reading == "level" and s.nodes
    ]
    for dimension in sorted({s.dimension for s in shares}):
        # one and the same line may stand in the goals and in the rules
        own = list({(s.relation, s.nodes): s for s in reversed(shares) if s.dimension == dimension}.values())[::-1]
        nodes = sorted({n for s in own for n in s.nodes} | set(base.nodes(dimension)))
        for statement in own:
            others = [s for s in own if (s.scope, s.relation) != (statement.scope, statement.relation)]
            low, high = _implied(statement.nodes, nodes, others)
            inside, outside = _singles(others, statement.nodes)
            using, said, node = outside, statement.value, about(statement)
            if statement.relation != "at_most" and said > high * (1 + 1e-9):
                yield Finding("mix_impossible", "conflict", (statement.id, *using), node, said, high, said - high)
            elif statement.relation == "at_most" and high < said * (1 - 1e-9):
                yield Finding("never_binding", "note", (statement.id, *using), node, said, high, said - high)
            elif statement.relation == "at_least" and low >= said:
                using = inside if _implied(statement.nodes, statement.nodes, others)[0] >= said else outside
                yield Finding("redundant", "note", (statement.id, *using), node, said, low, low - said)


def _singles(others: Sequence[Statement], nodes: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of statements about one node each, inside and outside of ``nodes``; each id once."""
    one = [s for s in others if len(s.nodes) == 1]
    inside = dict.fromkeys(s.id for s in one if s.nodes[0] in nodes)
    return tuple(inside), tuple(dict.fromkeys(s.id for s in one if s.nodes[0] not in nodes))


def _implied(nodes: Sequence[str], every: Sequence[str], others: Sequence[Statement]) -> Bounds:
    """Lowest and highest share of ``nodes`` that the other statements leave, by single nodes and whole groups."""

    def reach(group: Sequence[str], upper: bool) -> float:
        total = 0.0
        for node in group:
            single = [s.bounds[upper] for s in others if s.nodes == (node,)]
            finite = [b for b in single if abs(b) != float("inf")]
            total += (min(finite) if upper else max(finite)) if finite else float(upper)
        return min(total, 1.0)

    rest = [node for node in every if node not in nodes]
    return max(reach(nodes, False), 1 - reach(rest, True)), min(reach(nodes, True), 1 - reach(rest, False))


def _counts(statements: Sequence[Statement]) -> Iterator[Finding]:
    """Counts of new customers: do the sizes sum to the whole, and who owns how many of each size?"""
    counts = [s for s in statements if s.metric in ("new_customers", "customers") and s.reading == "level"]
    whole = next((s for s in counts if not s.scope and not s.period), None)
    sizes = {s.scope: s for s in counts if s.dimension == "customer_size" and not s.period}
    if whole is not None and len(sizes) > 1:
        total = sum(s.value for s in sizes.values())
        fits = alike(total, whole.value)
        kind, severity = ("parts_are_whole", "agrees") if fits else ("parts_against_whole", "conflict")
        parts = (*(s.id for s in sizes.values()), whole.id)
        yield Finding(kind, severity, parts, "", total, whole.value, total - whole.value, "count")
    for scope, size in sorted(sizes.items()):
        owned = [s for s in counts if s.dimension == "*" and not s.period and scope[0] in s.scope]
        if not owned:
            continue
        by_region = [s for s in owned if any(key in ("region", "team") for key, _ in s.scope)]
        given = sum(s.value for s in by_region)
        if by_region and given < size.value:
            ids = (size.id, *(s.id for s in by_region))
            yield Finding("without_owner", "ask", ids, about(size), size.value, given, size.value - given, "count")
        crossed = sum(s.value for s in owned)
        if len(by_region) < len(owned) and alike(crossed, size.value):
            every = (size.id, *(s.id for s in owned))
            yield Finding("counted_twice", "ask", every, about(size), crossed, size.value, 0.0, "count")


def _rates(statements: Sequence[Statement], base: Base) -> Iterator[Finding]:
    """A rate of a part and of the whole: what the rest must do; a rate of a sub-period below last year's."""
    for metric in sorted(RATES):
        own = [s for s in statements if s.metric == metric and s.reading == "level"]
        whole = next((s for s in own if not s.scope and not s.period), None)
        for part in own:
            share = base.share(part.scope)
            if whole is not None and part.scope and not part.period and share is not None and 0 < share < 1:
                rest = (whole.value - share * part.value) / (1 - share)
                ids = (whole.id, part.id)
                severity = "conflict" if rest > 1 else "note"
                yield Finding("rest_rate", severity, ids, about(part), part.value, rest, rest - whole.value)
            before = base.figures.get(metric)
            if part.period and not part.scope and before is not None and part.value < before - 1e-9:
                named = (part.id, *([whole.id] if whole is not None else []))
                gap = part.value - before
                yield Finding("below_last_year", "conflict", named, part.period, part.value, before, gap)


def _unclear_shares(statements: Sequence[Statement], base: Base) -> Iterator[Finding]:
    """A share of which nobody said what it is a share of, held against the share of own sales there is."""
    for statement in statements:
        if statement.metric not in ("market_share", "share_of_sales") or statement.of or statement.reading != "level":
            continue
        held = base.share(statement.scope)
        if held is not None and statement.period != LAST_YEAR and statement.scope:
            gap = statement.value - held
            yield Finding("share_of_what", "ask", (statement.id,), about(statement), statement.value, held, gap)
