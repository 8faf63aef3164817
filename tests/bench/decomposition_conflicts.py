"""Problems with planted contradictions, and an independent judge of feasibility (one plain programme, no merging)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from salesnb.methods.projection import Family, Problem
from tests.bench.decomposition_problems import SIZES, cube

INF = np.inf
SHAPES = [(3, 4, 3, 4), (4, 14, 4, 4), (5, 40, 6, 4), (8, 150, 10, 4)]  # branches, people, products, quarters


def planted(shape: tuple[int, int, int, int], seed: int) -> Problem:
    """A solvable set of limits of many kinds around a plan, then one contradiction (its kind goes with the seed)."""
    branches, people, products, quarters = shape
    rng = np.random.default_rng(seed)
    branch_of = np.arange(people) % branches
    seen = rng.random((people, products)) > 0.3
    seen[np.arange(people), rng.integers(0, products, people)] = True
    seen[0, ~seen.any(axis=0)] = True
    plan = rng.lognormal(0, 0.6, (*seen.shape, quarters)) * seen[:, :, None]
    p, k, q = np.nonzero(plan)
    plan = plan[p, k, q] * (1000 * people / plan.sum())
    prior = plan * rng.lognormal(0, 0.3, len(plan))
    branch = branch_of[p]

    def family(name: str, group: np.ndarray, low: float, high: float) -> Family:
        sums = np.bincount(group, plan)
        present = sums > 0
        return Family(
            name, group, np.where(present, low * sums, -INF) if low else np.full(len(sums), -INF), high * sums
        )

    families = {
        "total": family("total", 0 * p, 1.0, 1.0),
        "branch": family("branch", branch, 0.95, 1.05),
        "product": family("product", k, 0.9, 1.1),
        "quarter": family("quarter", q, 1.0, 1.0),
        "person": family("person", p, 0.6, 1.3),
        "branch product": family("branch product", branch * products + k, 0.7, 1.4),
    }
    sums = {name: np.bincount(f.group, plan, f.size) for name, f in families.items()}
    low, high = {n: f.low.copy() for n, f in families.items()}, {n: f.high.copy() for n, f in families.items()}
    kind = seed % 4
    if kind == 0:  # all branches want more than the total holds
        low["branch"], high["branch"] = 1.03 * sums["branch"], 1.06 * sums["branch"]
    elif kind == 1:  # one branch above the capacity of its people
        low["branch"][0], high["branch"][0] = 1.35 * sums["branch"][0], 1.5 * sums["branch"][0]
    elif kind == 2:  # one product above what those who sell it may carry
        low["product"][0] = 1.45 * sums["person"][np.unique(p[k == 0])].sum()
        high["product"][0] = INF
    else:  # one branch below the floors of its people
        low["branch"][0], high["branch"][0] = -INF, 0.55 * sums["branch"][0]
    return Problem(prior, [replace(f, low=low[n], high=high[n]) for n, f in families.items()])


def contradicted(size: str, *, ranges: bool) -> Problem:
    """A cube whose first branch's products want 3 to 4 % more than its quarters and people hold."""
    made = cube(size, ranges=ranges)
    products = SIZES[size][2]
    families = []
    for family in made.problem.families:
        if family.name == "branch product":
            low, high = family.low.copy(), family.high.copy()
            sums = np.bincount(family.group, made.plan, family.size)[:products]
            low[:products] = (1.04 if ranges else 1.03) * sums
            high[:products] = (1.06 if ranges else 1.03) * sums
            family = replace(family, low=low, high=high)
        families.append(family)
    return replace(made.problem, families=tuple(families))


def holds_together(problem: Problem, rows: Iterable[int] | None = None) -> bool:
    """Whether these rows (default: all) can hold within the cells' bounds; limits opened by a billionth of their size.

    Written against highspy directly: cells as columns, nothing shared with the code under test.
    """
    import highspy

    wanted = set(range(problem.row_count) if rows is None else rows)
    lower, upper = problem.ranges()
    unit = max(float(np.abs(problem.prior).max(initial=1.0)), 1e-300)
    engine = highspy.Highs()
    engine.setOptionValue("output_flag", False)
    engine.setOptionValue("threads", 1)
    engine.addVars(problem.cells, lower / unit, upper / unit)
    low, high = problem.per_row("low"), problem.per_row("high")
    matrix = problem.ratio_matrix()
    for row in sorted(wanted):
        coefficients = np.zeros(problem.cells)
        at = 0
        weights = np.eye(problem.group_rows)[row] if row < problem.group_rows else matrix[row - problem.group_rows]
        for family in problem.families:
            coefficients += np.append(weights[at : at + family.size], 0.0)[family.group]
            at += family.size
        inside = np.flatnonzero(coefficients)
        size = max((abs(limit) for limit in (low[row], high[row]) if np.isfinite(limit)), default=0.0)
        slack = 1e-9 * max(size, float(np.abs(problem.prior[inside]).sum()))
        sides = ((low[row] - slack) / unit, (high[row] + slack) / unit)
        if not len(inside):
            if sides[0] > 0 or sides[1] < 0:
                return False
            continue
        engine.addRow(*sides, len(inside), inside.astype(np.int32), coefficients[inside])
    engine.run()
    status = engine.getModelStatus()
    assert status in (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible), status
    return bool(status == highspy.HighsModelStatus.kOptimal)
