"""Small counts, rounded so that no quarter, region or person is left with nothing by accident.

A hundred customers over a thousand cells are hundredths each: whole numbers that only keep the planner's rules may
leave a quarter empty. So what the plan gives each node before rounding is held to the whole numbers around it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import ceil, floor

import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import ParamsError
from salesnb.model.params.decomposition import Rule
from salesnb.stages.decomposition.plan import Plan, decompose

WORDS = {"region_id": "region", "person_id": "person", "customer_size": "customer_size", "quarter": "quarter"}
# held together, from the finest that works: sums over these dimensions
HELD: tuple[tuple[tuple[str, ...], ...], ...] = (
    (("quarter",), ("region_id",), ("region_id", "customer_size"), ("region_id", "quarter"), ("person_id",)),
    (("quarter",), ("region_id",), ("region_id", "customer_size"), ("person_id",)),
    (("quarter",), ("region_id",), ("person_id",)),
    (("quarter",), ("region_id",)),
    (("quarter",),),
)
NEAR = 1e-6  # a sum this close to a whole number is that number


def even_counts(plan: Plan) -> Plan:
    """``plan`` of a count, rounded anew with every node between the whole numbers around what it was given; as many
    dimensions at once as can hold together. Its rules and its total are what they were."""
    solved = _solved(plan)
    for held in HELD:
        extra = [rule for dimensions in held for rule in _rules(plan, solved, dimensions)]
        try:
            found = decompose(replace(plan.problem, rules=(*plan.problem.rules, *extra)))
        except ParamsError:  # not all of these sums can be near at once: ask for fewer
            continue
        return replace(found, problem=replace(found.problem, rules=tuple(plan.problem.rules)))
    return plan


def _solved(plan: Plan) -> pd.DataFrame:
    """Ids, quarter and amount before rounding."""
    cube = plan.problem.cube
    parts = []
    for at, month in enumerate(cube.months):
        own = cube.places.assign(quarter=cube.selector.quarter(month), amount=plan.solved[:, at])
        parts.append(own)
    return pd.concat(parts, ignore_index=True)


def _rules(plan: Plan, solved: pd.DataFrame, dimensions: Sequence[str]) -> Iterator[Rule]:
    if any(name not in solved for name in dimensions):
        return
    sums = solved.groupby(list(dimensions), sort=True)["amount"].sum()
    nodes = [solved[name].unique() for name in dimensions]
    for number, key in enumerate(product(*nodes)):
        if UNASSIGNED in key:
            continue
        amount = float(sums.get(key if len(key) > 1 else key[0], 0.0))
        low, high = floor(amount + NEAR), ceil(amount - NEAR)
        where = {WORDS[name]: str(node) for name, node in zip(dimensions, key, strict=True)}
        form = {"id": f"near-{'-'.join(dimensions)}-{number}", "text": "/".join(map(str, key)), "where": where}
        relation = {"is": low} if low == high else {"between": (low, high)}
        yield Rule.model_validate(form | {"count": plan.problem.count, "strength": "must"} | relation)
