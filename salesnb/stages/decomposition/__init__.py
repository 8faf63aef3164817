"""Decomposition: the company's figure made everybody's, by rules as planners say them (R20–R29).

    built = build(Setting(period, as_of, history, roster, products, decomposition, people, market))
    plan = decompose(Problem(built.cube, built.rules, grain))     # or Cube.of(table of cells)
    plan.table, plan.rules, plan.ledger, plan.explanation

Tables and parameters in, tables out (contracts in ``model.contracts.decomposition``); no files, no language. Amounts
are int64 minor units; every published table is a sum of the same cells.
"""

from salesnb.stages.decomposition.build import Built, build, reweighted, rules_of
from salesnb.stages.decomposition.caps import capacity_rules
from salesnb.stages.decomposition.conflict import Explanation
from salesnb.stages.decomposition.cube import Cube
from salesnb.stages.decomposition.plan import Desk, Plan, Problem, decompose
from salesnb.stages.decomposition.refusals import PlanConflict
from salesnb.stages.decomposition.setting import Setting

__all__ = [
    "Built",
    "Cube",
    "Desk",
    "Explanation",
    "Plan",
    "PlanConflict",
    "Problem",
    "Setting",
    "build",
    "capacity_rules",
    "decompose",
    "reweighted",
    "rules_of",
]
