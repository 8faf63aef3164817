"""Generated decomposition problems: small random ones for the tests, large structured ones for the bench.

Every problem is built around a plan that is known to meet it, so that feasibility is never in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from salesnb.methods.projection import Family, Problem, Ratio

SIZES = {  # branches, people, products, types, months → cells
    "1k": (4, 14, 3, 2, 12),
    "8k": (5, 70, 4, 3, 12),
    "74k": (8, 280, 10, 3, 12),
    "726k": (20, 1400, 20, 3, 12),
}


@dataclass(frozen=True, eq=False)
class Made:
    """A problem and a plan that meets it, with the coordinates of every cell."""

    problem: Problem
    plan: np.ndarray
    at: dict[str, np.ndarray]


def small(seed: int, *, ranges: bool = True, bounds: bool = True, ratios: bool = True, zeros: bool = True) -> Made:
    """A random problem of up to a few hundred cells, feasible through its ``plan``."""
    rng = np.random.default_rng(seed)
    shape = tuple(int(n) for n in rng.integers(2, [7, 5, 5]))
    seen = rng.random(shape) > (0.3 if zeros else -1)
    seen[np.arange(shape[0]), rng.integers(0, shape[1], shape[0]), rng.integers(0, shape[2], shape[0])] = True
    p, k, m = np.nonzero(seen)
    prior = rng.lognormal(3, 1, len(p))
    plan = prior * rng.lognormal(0, 0.4, len(p))
    branch = p % 2
    groups = {
        "person": (p, shape[0]),
        "branch product": (branch * shape[1] + k, 2 * shape[1]),
        "month": (m, shape[2]),
        "some": (np.where(k == 0, 0, np.where(m == 0, 1, -1)), 2),
    }
    families = []
    for name, (group, size) in groups.items():
        sums = np.bincount(group[group >= 0], plan[group >= 0], size)
        low, high = sums.copy(), sums.copy()
        kind = rng.integers(0, 4, size) if ranges else np.zeros(size, int)
        low[kind == 1] *= 0.95
        high[kind == 1] *= 1.05
        high[kind == 2] = np.inf
        low[kind == 3] = -np.inf
        families.append(Family(name, group, low, high))
    lower, upper = np.zeros(len(p)), np.full(len(p), np.inf)
    if bounds:
        tight = rng.random(len(p)) < 0.6
        lower[tight], upper[tight] = 0.6 * plan[tight], 1.5 * plan[tight]
        lock = rng.random(len(p)) < 0.05
        lower[lock] = upper[lock] = plan[lock]
    extra = (_pair(p, plan),) if ratios and shape[0] > 1 else ()
    problem = Problem(prior, tuple(families), extra, lower, upper)
    return Made(problem, plan, {"person": p, "product": k, "month": m})


def _pair(person: np.ndarray, plan: np.ndarray) -> Ratio:
    sums = np.bincount(person, plan)
    share = sums[0] / sums[1]
    return Ratio("first to second", (("person", 0, 1.0), ("person", 1, -share)), low=0.0, high=0.1 * float(sums[0]))


def cube(size: str, *, ranges: bool = False, seed: int = 0, zeros: float = 0.3) -> Made:
    """People in branches × products × customer types × months; margins per person, branch × product, type, month,
    branch × quarter. With ``ranges``: bounds on all cells, two per cent of them locked, two families within ranges."""
    branches, people, products, types, months = SIZES[size]
    rng = np.random.default_rng(seed)
    branch_of = np.sort(rng.permutation(np.arange(people) % branches))
    seen = rng.random((people, products)) >= zeros
    seen[np.arange(people), rng.integers(0, products, people)] = True
    for product in range(products):
        for branch in range(branches):
            members = np.flatnonzero(branch_of == branch)
            if not seen[members, product].any():
                seen[members[0], product] = True
    shape = (people, products, types, months)
    sides = [(people, 1, 1, 1), (1, products, 1, 1), (1, 1, types, 1), (1, 1, 1, months), shape]
    prior = np.ones(shape)
    for side, spread in zip(sides, (0.8, 0.6, 0.4, 0.4, 0.5), strict=True):
        prior = prior * rng.lognormal(0, spread, side)
    plan = prior.copy()
    for side in sides:
        plan *= rng.lognormal(0, 0.3, side)
    p, k, t, m = np.nonzero(np.broadcast_to(seen[:, :, None, None], shape))
    prior, plan = prior[p, k, t, m], plan[p, k, t, m]
    prior, plan = prior * (1e5 * people / prior.sum()), plan * (1e5 * people / plan.sum())
    branch = branch_of[p]
    groups = {
        "person": (p, people),
        "branch product": (branch * products + k, branches * products),
        "type": (t, types),
        "month": (m, months),
        "branch quarter": (branch * 4 + m // 3, branches * 4),
    }
    families = tuple(Family.exact(name, g, np.bincount(g, plan, n)) for name, (g, n) in groups.items())
    problem = Problem(prior, families)
    if ranges:
        problem = _with_ranges(problem, plan, rng)
    return Made(problem, plan, {"person": p, "product": k, "type": t, "month": m, "branch": branch})


def _with_ranges(problem: Problem, plan: np.ndarray, rng: np.random.Generator) -> Problem:
    room = {"branch product": 0.02, "branch quarter": 0.01}
    families = tuple(
        replace(f, low=f.low * (1 - room[f.name]), high=f.high * (1 + room[f.name])) if f.name in room else f
        for f in problem.families
    )
    lower, upper = 0.5 * plan, 1.5 * plan
    lock = rng.random(len(plan)) < 0.02
    lower[lock] = upper[lock] = plan[lock]
    return Problem(problem.prior, families, (), lower, upper)


def crossed(made: Made) -> Problem:
    """The same cells under all two-way margins of person, product and month, with ranges and bounds: many rows."""
    at, plan = made.at, made.plan
    pairs = [("person", "product"), ("person", "month"), ("product", "month"), ("branch", "type")]
    families = []
    for first, second in pairs:
        _, group = np.unique(at[first] * (int(at[second].max()) + 1) + at[second], return_inverse=True)
        sums = np.bincount(group, plan)
        room = 0.02 if first == "product" else 0.0
        families.append(Family(f"{first} {second}", group, sums * (1 - room), sums * (1 + room)))
    return Problem(made.problem.prior, tuple(families), (), 0.5 * plan, 1.5 * plan)
