"""Every table contract of the workbook."""

from salesnb.model.contracts import (
    action_plan,
    bases,
    changes,
    commitments,
    customers,
    decomposition,
    facts,
    feasibility,
    funnel,
    goals,
    history,
    imports,
    incentives,
    market,
    review,
    team,
)

ALL = (
    *facts.ALL,
    *bases.ALL,
    *changes.ALL,
    *commitments.ALL,
    *imports.ALL,
    *history.ALL,
    *customers.ALL,
    *team.ALL,
    *funnel.ALL,
    *goals.ALL,
    *market.ALL,
    *feasibility.ALL,
    *decomposition.ALL,
    *review.ALL,
    *action_plan.ALL,
    *incentives.ALL,
)
