"""The same problem with every row hard, or with rows that may give way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from salesnb.methods.projection import Problem, Solution, project
from salesnb.methods.projection.problem import INF, Floats

CAP = 10.0  # a row gives way rather than change its cells by more than a factor exp(10)


@dataclass(frozen=True, eq=False)
class LeastViolation:
    """The plan that comes closest to holding all limits. ``miss``: (rows,) how far each is missed, zero where it holds.

    Positive misses are below a lower limit, negative ones above an upper limit.
    """

    solution: Solution
    miss: Floats


def least_violation(problem: Problem, caps: Floats | None = None) -> LeastViolation:
    """Project with rows that give way: ``caps`` (rows,), inf = never; default the same for all.

    A higher cap is a dearer row: misses fall on the cheap ones first.
    """
    solution = project(giving_way(problem, caps), 1e-9)
    low, high = problem.per_row("low"), problem.per_row("high")
    size = np.maximum(np.abs(solution.values), 1.0)
    miss = np.maximum(low - solution.values, 0.0) - np.maximum(solution.values - high, 0.0)
    return LeastViolation(solution, np.where(np.abs(miss) > 1e-8 * size, miss, 0.0))


def hardened(problem: Problem) -> Problem:
    """All limits as they stand."""
    return giving_way(problem, np.full(problem.row_count, INF))


def giving_way(problem: Problem, caps: Floats | None = None) -> Problem:
    """All rows with these caps and no other softness."""
    caps = np.full(problem.row_count, CAP) if caps is None else caps
    return problem.with_rows(cap=caps, stiffness=np.full(problem.row_count, INF))
