"""How a person's number was made (R29): from last year through people, reasons and rules to the final figure.

What each rule does is exact: a cell's factor is the product of its rules' factors, so the change of every cell divides
among them by logarithms (LMDI) without a residual.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from salesnb.methods.bridge import settle
from salesnb.methods.drivers import logarithmic_mean
from salesnb.methods.projection import Problem as Rows
from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.build import Built
from salesnb.stages.decomposition.cube import Floats
from salesnb.stages.decomposition.plan import Plan
from salesnb.stages.decomposition.settle import row_of

Step = tuple[str, str]  # kind, reason or rule


def target_derivation(built: Built, plan: Plan, handed: Mapping[str, int] | None = None) -> pd.DataFrame:
    """``target_derivation`` of every person; ``handed``: what is handed down, by person, where that is more or less.

    Steps of nothing are left out; those of each person sum exactly to his target.
    """
    people = built.cube.places["person_id"].to_numpy(dtype=str)
    names, at = np.unique(people, return_inverse=True)
    steps = {step: np.bincount(at, amount, len(names)) for step, amount in _steps(built, plan).items()}
    base = built.cube.base.groupby("person_id")["net_minor"].sum()
    own = np.array([float(base.get(name, 0)) for name in names])
    steps[("organisation", "")] -= own
    targets = np.bincount(at, plan.cells.sum(axis=1), len(names)).astype(np.int64)
    rows = []
    for number, name in enumerate(names):
        parts = {("base", ""): own[number]} | {step: amount[number] for step, amount in steps.items()}
        rows += _rows(str(name), parts, int(targets[number]), (handed or {}).get(str(name)))
    return check(pd.DataFrame(rows), contract("target_derivation"))


def _steps(built: Built, plan: Plan) -> dict[Step, Floats]:
    """(places,) what each step adds to the year."""
    shape = built.shape.amounts.sum(axis=1)
    steps: dict[Step, Floats] = {("organisation", ""): shape.copy()}
    weights = {name: part.sum() for name, part in built.reasons.items()}
    whole = sum(weights.values()) or 1.0
    for name, part in built.reasons.items():
        steps[("reason", name)] = part - shape * (weights[name] / whole)
    for name, change in rule_effects(plan).items():
        steps[("rule", name)] = change
    steps[("rounding", "")] = plan.cells.sum(axis=1) - plan.solved.sum(axis=1)
    return steps


def rule_effects(plan: Plan) -> dict[str, Floats]:
    """(places,) what each rule adds to the year, by rule; together the plan before rounding less its start."""
    start, solved = plan.problem.cube.start, plan.solved
    mean = logarithmic_mean(start.ravel(), solved.ravel()).reshape(start.shape)
    out: dict[str, Floats] = {}
    left = solved - start
    for line, pull in zip(plan.condensed.lines, _pulls(plan), strict=True):
        if pull == 0:
            continue
        change = np.zeros(start.shape)
        for term in line.sides:
            change += np.outer(term.part.places, term.part.months) * (pull * term.coefficient)
        change *= mean
        left = left - change
        out[line.rule.id] = out.get(line.rule.id, 0.0) + change.sum(axis=1)
    if out:  # what logarithms lose in their last digits goes to the largest
        largest = max(out, key=lambda name: float(np.abs(out[name]).sum()))
        out[largest] = out[largest] + left.sum(axis=1)
    return out


def _pulls(plan: Plan) -> Floats:
    """(lines,) logarithmic factor of each line on its cells. Where rules follow from each other (all regions and the
    company) many sets of factors give the same plan: the smallest one is told."""
    problem, solution = plan.settled.problem, plan.settled.solution
    dual = np.array([solution.dual[row_of(problem, line)] for line in plan.condensed.lines])
    acting = np.flatnonzero(dual)
    if not len(acting):
        return dual
    cells = np.zeros((problem.cells, len(acting)))
    for at, number in enumerate(acting):
        line = plan.condensed.lines[number]
        names = [(line.name, 0, 1.0)] if line.plain else _ratio_terms(problem, line.name)
        for name, group, coefficient in names:
            family = next(family for family in problem.families if family.name == name)
            cells[:, at] += (family.group == group) * coefficient
    pulls = np.zeros(len(dual))
    pulls[acting] = np.linalg.lstsq(cells, cells @ dual[acting], rcond=1e-9)[0]
    return pulls


def _ratio_terms(problem: Rows, name: str) -> tuple[tuple[str, int, float], ...]:
    return next(ratio.terms for ratio in problem.ratios if ratio.name == name)


def _rows(person: str, parts: Mapping[Step, float], target: int, handed: int | None) -> list[dict[str, Any]]:
    whole = settle(np.array(list(parts.values())), [target])
    rows: list[dict[str, Any]] = []
    running = 0
    for (kind, named), amount in zip(parts, whole.tolist(), strict=True):
        running += amount
        if amount or kind == "base":
            rows.append(_row(person, len(rows) + 1, (kind, named), (amount, running)))
    rows.append(_row(person, len(rows) + 1, ("target", ""), (0, target)))
    if handed is not None and handed != target:
        rows.append(_row(person, len(rows) + 1, ("padding", ""), (handed - target, handed)))
        rows.append(_row(person, len(rows) + 1, ("handed", ""), (0, handed)))
    return rows


def _row(person: str, number: int, step: Step, amounts: tuple[int, int]) -> dict[str, Any]:
    named = {"person_id": person, "step_no": number, "step": step[0], "named": step[1]}
    return named | {"amount_minor": amounts[0], "running_minor": amounts[1]}
