"""Do the key results make their objective: short, exact, more than it, or the same sale counted twice (R40)?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import pandas as pd

from salesnb.model.params.actions import KeyResult, Objective, Task
from salesnb.model.params.quantities import Selection
from salesnb.stages.action_plan.findings import Finding
from salesnb.stages.action_plan.selection import Cells, meet, said, without

WORTH_ASKING = 2.0  # an average this many times the company's (or below one such part) is asked about
CLOSE = 0.05  # figures for the same cells that differ by less are one figure, rounded twice
_COUNTED = ("new_customers", "customers")


@dataclass(frozen=True)
class Company:
    """What is known of the whole company's plan, to hold a region's key results against.

    ``cells`` are the targets (or what stands for them; ``is_decided`` says which), ``last`` last year's sales;
    ``counts`` planned counts by metric with their selection: ("new_customers", selection) → 120.
    """

    cells: Cells | None = None
    last: Cells | None = None
    counts: Sequence[tuple[str, Selection, float]] = field(default_factory=tuple)
    minor: int = 100
    is_decided: bool = True

    @property
    def parents(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """Parents of nodes, from whichever cells there are."""
        known = self.cells or self.last
        return known.parents if known else {}


@dataclass(frozen=True)
class Overlap:
    """Two key results that count the same cells; ``amount_minor`` of those cells where it is known."""

    one: str
    other: str
    where: Selection
    amount_minor: int | None


def overlaps(objective: Objective, company: Company) -> list[Overlap]:
    """Pairs of key results whose sales share cells; a key result that names no cells is compared with none."""
    out = []
    named = [k for k in objective.key_results if k.counts and k.amount]
    for one, other in combinations(named, 2):
        shared = meet(one.counts, other.counts, company.parents)
        if shared is None:
            continue
        amount = company.cells.total(shared) if company.cells else None
        out.append(Overlap(one.id, other.id, shared, amount))
    return out


def contributions(objectives: Sequence[Objective], company: Company) -> pd.DataFrame:
    """One row an objective: amount, sum of its key results, gap, what is counted twice, and the verdict.

    ``state``: no_key_results, incomplete (a key result without an amount), short, exact, overlap (more than the
    objective and at least two key results share cells), over (more, without shared cells). ``overlap`` names the cells.
    """
    rows = []
    for objective in objectives:
        amounts = [k.amount for k in objective.key_results]
        known = [round(a * company.minor) for a in amounts if a is not None]
        target = None if objective.amount is None else round(objective.amount * company.minor)
        shared = overlaps(objective, company)
        twice = [o.amount_minor for o in shared if o.amount_minor is not None]
        rows.append(
            {
                "objective_id": objective.id,
                "text": objective.text,
                "owner": objective.owner,
                "due_date": pd.Timestamp(objective.due),
                "key_result_count": len(amounts),
                "target_minor": target,
                "contributed_minor": sum(known),
                "gap_minor": None if target is None else sum(known) - target,
                "twice_minor": sum(twice) if twice else None,
                "overlap": "；".join(f"{o.one} & {o.other}: {said(o.where)}" for o in shared) or None,
                "state": _state(target, amounts, sum(known), bool(shared)),
            }
        )
    return pd.DataFrame(rows)


def _state(target: int | None, amounts: Sequence[float | None], total: int, shares_cells: bool) -> str:
    if not amounts:
        return "no_key_results"
    if target is None or any(a is None for a in amounts):
        return "incomplete"
    if total < target:
        return "short"
    if total == target:
        return "exact"
    return "overlap" if shares_cells else "over"


def key_results(objectives: Sequence[Objective], minor: int) -> pd.DataFrame:
    """One row a key result with its amount and its share of the objective."""
    rows = [
        {
            "key_result_id": k.id,
            "objective_id": o.id,
            "text": k.text,
            "owner": k.owner or None,
            "due_date": pd.NaT if k.due is None else pd.Timestamp(k.due),
            "metric": k.measure.metric if k.measure else None,
            "counts": said(k.counts) or None,
            "amount_minor": None if k.amount is None else round(k.amount * minor),
            "share_of_objective": None if k.amount is None or not o.amount else k.amount / o.amount,
        }
        for o in objectives
        for k in o.key_results
    ]
    return pd.DataFrame(rows)


def doubts(objectives: Sequence[Objective], tasks: Sequence[Task], company: Company) -> list[Finding]:
    """What a careful reader asks about the key results; both figures of each, nothing is resolved."""
    out: list[Finding] = []
    table = contributions(objectives, company).to_dict("records")
    for objective, row in zip(objectives, table, strict=True):
        if row["state"] in ("short", "over", "overlap"):
            kind = {"short": "contributions_short", "over": "contributions_over"}.get(row["state"], "counted_twice")
            out.append(
                Finding(kind, "fault" if kind == "counted_twice" else "ask", objective.id, row["overlap"] or "",
                        row["contributed_minor"], row["target_minor"], "money")
            )  # fmt: skip
        elif row["state"] in ("no_key_results", "incomplete"):
            out.append(Finding(row["state"], "fault", objective.id))
        out += _against_targets(objective, company)
        for result in objective.key_results:
            out += _against_company(objective, result, company)
            out += _growth(objective, result, company)
            out += _owned(result, tasks)
    return out


def _against_targets(objective: Objective, company: Company) -> list[Finding]:
    """An objective's amount beside what the targets give the same cells."""
    if company.cells is None or not company.is_decided or not objective.where or objective.amount is None:
        return []
    said_minor, held = round(objective.amount * company.minor), company.cells.total(objective.where)
    if held is None or abs(said_minor - held) <= CLOSE * max(said_minor, held):
        return []
    return [Finding("target_differs", "ask", objective.id, said(objective.where), said_minor, held, "money")]


def _against_company(objective: Objective, result: KeyResult, company: Company) -> list[Finding]:
    """A region's key result beside the whole company's plan for the same kind of sale."""
    out = []
    open_where = without(result.counts, objective.where)
    if company.cells is not None and company.is_decided and open_where and result.amount and objective.where:
        whole = company.cells.total(open_where)
        mine = round(result.amount * company.minor)
        shared = meet(open_where, objective.where, company.parents)
        is_own = shared is not None and company.cells.total(shared) == whole  # nobody else sells it
        if whole and (mine > (1 + CLOSE) * whole if is_own else mine >= whole):
            kind = "more_than_planned" if is_own else "takes_all"
            out.append(Finding(kind, "ask", result.id, said(open_where), mine, whole, "money"))
        average = _average(open_where, whole, company)
        if average and result.average:
            ratio = result.average / average
            if ratio >= WORTH_ASKING or ratio <= 1 / WORTH_ASKING:
                mine_each, each = round(result.average * company.minor), round(average * company.minor)
                out.append(Finding("average_differs", "ask", result.id, said(open_where), mine_each, each, "money"))
    return out


def _average(where: Selection, whole: int | None, company: Company) -> float | None:
    """The company's plan for one customer of this kind, in major units."""
    scopes = (where, {}) if set(where) <= {"customer_type"} else (where,)  # a part of the cells is no whole count
    planned = next((n for metric, scope, n in company.counts if metric in _COUNTED and scope in scopes), None)
    return whole / company.minor / planned if whole and planned else None


def _growth(objective: Objective, result: KeyResult, company: Company) -> list[Finding]:
    """A growth with an amount has two readings: the amount is what is added, or what it grows to. Both are said."""
    measure = result.measure
    if measure is None or measure.metric != "sales_growth" or not measure.at_least or not result.amount:
        return []
    growth, amount = measure.at_least, round(result.amount * company.minor)
    as_added, base = round(amount * (1 + growth) / growth), round(amount / (1 + growth))
    held = company.last.total(measure.where or result.counts) if company.last else None
    target = None if objective.amount is None else round(objective.amount * company.minor)
    out = []
    if target is not None and as_added > target:
        out.append(Finding("growth_impossible", "fault", result.id, said(result.counts), as_added, target, "money"))
    out.append(Finding("growth_base", "ask", result.id, said(result.counts), base, held, "money"))
    return out


def _owned(result: KeyResult, tasks: Sequence[Task]) -> list[Finding]:
    """A count that its tasks' owners carry only in part."""
    serving = [t for t in tasks if result.id in t.serves and t.measure and t.measure.metric in _COUNTED]
    given = sum(t.measure.at_least or 0 for t in serving if t.measure and t.owner)
    if result.count is None or not serving or given >= result.count:
        return []
    owners = "、".join(sorted({t.owner for t in serving if t.owner}))
    return [Finding("without_owner", "ask", result.id, owners, result.count - given, result.count, "count")]
