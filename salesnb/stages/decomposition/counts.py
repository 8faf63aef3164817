"""Targets in counts, on the same people and months as the money and with the same rules and ledger (R20)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.decomposition import Rule
from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.cube import ORG, Cube
from salesnb.stages.decomposition.plan import Plan, Problem, decompose
from salesnb.stages.decomposition.selection import COLUMNS, Part

LARGE, SMALL = "large", "small"


def count_rules(rules: Sequence[Rule], count: str) -> tuple[Rule, ...]:
    """Rules about ``count``; new large customers are new customers of that size."""
    out = []
    for rule in rules:
        if rule.count == count:
            out.append(rule)
        elif rule.count == "new_large_customers" and count == "new_customers":
            where = {**rule.where, "customer_size": (LARGE,)}
            out.append(rule.model_copy(update={"count": "new_customers", "where": where}))
    return tuple(out)


def count_plan(
    money: Plan,
    rules: Sequence[Rule],
    count: str,
    sizes: Mapping[str, float],
    *,
    part: Part | None = None,
    base: pd.DataFrame | None = None,
) -> Plan | None:
    """Whole counts by person, size and month: they start where the money is. None where no rule is about ``count``.

    ``sizes``: share of each customer size, as measured. ``part``: the money that goes with the count (new customers'),
    all by default. ``base``: last year's counts, ids + month + net_minor, for growth. Errors: see ``decompose``.
    """
    own = count_rules(rules, count)
    if not own:
        return None
    columns = _columns(money.problem.cube, own)
    amounts = money.cells.astype(np.float64)
    if part is not None:
        amounts = amounts * np.outer(part.places, part.months)
    places = money.problem.cube.places
    parts = []
    for size, share in sorted(sizes.items()):
        frame = pd.concat([places[columns], pd.DataFrame(amounts, columns=list(money.problem.cube.months))], axis=1)
        long = frame.melt(columns, var_name="month", value_name="start")
        parts.append(long.assign(customer_size=size, start=long["start"] * share))
    cells = pd.concat(parts, ignore_index=True)
    held = cells["person_id"] != UNASSIGNED
    # people count, not the house: it stands in only where a region has nobody
    cells = cells[held | ~cells["region_id"].isin(cells.loc[held, "region_id"])]
    keys = [*columns, "customer_size", "month"]
    cells = cells.groupby(keys, sort=True)["start"].sum().reset_index()
    nothing = cells.iloc[:0].rename(columns={"start": "net_minor"}).astype({"net_minor": "int64"})
    cube = Cube.of(cells, nothing if base is None else base, money.problem.cube.calendar)
    cube = replace(cube, known={name: own for name, own in money.problem.cube.known.items() if name in cube.places})
    return decompose(Problem.of_counts(cube, own, count, money.problem.name))


def target_counts(plans: Mapping[str, Plan]) -> pd.DataFrame:
    """``target_counts`` of several counts."""
    keys = [*ORG, "customer_size", "month"]
    parts = [
        plan.by(*keys).rename(columns={"target_minor": "target_count"}).assign(count=c) for c, plan in plans.items()
    ]
    columns = [column.name for column in contract("target_counts").columns]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
    return check(frame[columns], contract("target_counts"))


def _columns(cube: Cube, rules: Sequence[Rule]) -> list[str]:
    """People, and whatever else a rule about the count speaks of."""
    spoken = {COLUMNS[key] for rule in rules for key in rule.where if key in COLUMNS}
    wanted = [*ORG, *sorted(spoken - set(ORG) - {"customer_size"})]
    return [column for column in wanted if column in cube.places]
