"""What the target costs, item by item, as far as history and decisions can price it (R15)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.notebook import feasibility_base

if TYPE_CHECKING:
    from salesnb.notebook.feasibility_means import MeansQuestions
    from salesnb.stages.feasibility import Need


def needs(book: MeansQuestions) -> list[Need]:
    """New customers at last year's cost of winning one; the hiring plan; decided strategies, trainings and requests."""
    from salesnb.stages.feasibility import Need

    out = [_acquisition(book)]
    plan = book.hire_plan
    if len(plan):
        priced = plan["cost_minor"].notna().all()
        cost = int(plan["cost_minor"].sum()) if priced else None
        out.append(Need("hires", cost, "plan", float(plan["hire_count"].sum())))
    actions = book.params.actions
    if not book._is_plan(actions.plan):
        return out
    decided = [s.cost for s in actions.strategies if s.cost is not None and s.decided <= book.as_of]
    due = [t.cost for t in actions.trainings if book.period.holds(t.due) and t.cost]
    asked = [
        r.cost
        for r in actions.requests
        # people are priced by the hiring plan; what was refused is no need any more
        if r.kind != "head_count" and r.state != "rejected" and r.decided <= book.as_of and book.period.holds(r.needed)
    ]
    for item, costs in (("strategies", decided), ("trainings", due), ("requests", asked)):
        if costs:
            scale = book.share_of_year if item == "strategies" else 1.0
            out.append(Need(item, round(sum(costs) * book.minor * scale), "decided", float(len(costs))))
    return out


def _acquisition(book: MeansQuestions) -> Need:
    """New customers of the goal × what one cost last year (all marketing spend); unpriced where either is unknown."""
    from salesnb.stages.feasibility import Need

    goal = next((s for s in book.statements if s.metric == "new_customers" and not s.scope and not s.period), None)
    year = feasibility_base.year_before(book)
    before = feasibility_base.customer_year(book, year) if year is not None else None
    if goal is None:
        return Need("acquisition", None, "no_goal")
    count = goal.value * book.share_of_year
    each = None if before is None else before["acquisition_cost_minor"]
    if each is None or each != each:
        return Need("acquisition", None, "no_cost", count)
    return Need("acquisition", round(count * float(each)), "last_year", count, int(each))
