"""Decomposition: the company's figure made everybody's, by rules as planners say them (R20–R29).

    cube = build_cube(...)                      # cells from facts, or Cube.of(table)
    plan = decompose(Problem(cube, rules, grain))
    plan.table, plan.rules, plan.ledger, plan.explanation

Tables and parameters in, tables out (contracts in ``model.contracts.decomposition``); no files, no language. Amounts
are int64 minor units; every published table is a sum of the same cells.
"""

from salesnb.stages.decomposition.conflict import Explanation
from salesnb.stages.decomposition.cube import Cube
from salesnb.stages.decomposition.plan import Desk, Plan, Problem, decompose
from salesnb.stages.decomposition.refusals import PlanConflict

__all__ = ["Cube", "Desk", "Explanation", "Plan", "PlanConflict", "Problem", "decompose"]
