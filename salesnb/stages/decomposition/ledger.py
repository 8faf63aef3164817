"""The coherence ledger (R20): every published table against the cells; nothing missing, overlapping, counted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.cube import ORG

if TYPE_CHECKING:
    from salesnb.stages.decomposition.plan import Plan

CHILDREN = (("region_id", "team_id"), ("team_id", "person_id"), ("product_line", "product_id"))


def coherence(plan: Plan) -> pd.DataFrame:
    """``target_ledger``. A fault is a group whose sum is wrong, a cell that is missing or double, an amount off the
    grain; every row of a plan that may be published has none."""
    rows = [_cells(plan), _zeros(plan), _grain(plan)]
    table, total = plan.table, plan.total
    columns = [*plan.problem.cube.ids, "month"]
    rows += [_partition(table, column, total) for column in columns]
    rows += [_tree(table, above, below) for above, below in CHILDREN if {above, below} <= set(columns)]
    rows.append(_quarters(plan, table, total))
    return check(pd.DataFrame(rows), contract("target_ledger"))


def _fact(name: str, level: str, groups: int, faults: int, sums: tuple[int, int]) -> dict[str, Any]:
    return {
        "check_id": f"{name}:{level}" if level else name,
        "level": level or "all",
        "group_count": groups,
        "fault_count": faults,
        "expected_minor": sums[0],
        "found_minor": sums[1],
    }


def _cells(plan: Plan) -> dict[str, Any]:
    """Each usable cell exactly once: missing and double ones."""
    keys = plan.table[[*plan.problem.cube.ids, "month"]]
    usable = int((plan.problem.cube.start > 0).sum())
    double = int(keys.duplicated().sum())
    return _fact(
        "cells", "", usable, abs(usable - len(keys)) + double, (plan.total, int(plan.table["target_minor"].sum()))
    )


def _zeros(plan: Plan) -> dict[str, Any]:
    """Cells that cannot be used hold nothing."""
    unused = plan.problem.cube.start <= 0
    wrong = int((plan.cells[unused] != 0).sum())
    return _fact("zeros", "", int(unused.sum()), wrong, (0, int(plan.cells[unused].sum())))


def _grain(plan: Plan) -> dict[str, Any]:
    """Published tables are in whole grains."""
    faults = groups = 0
    for columns in (plan.whole.atoms, *plan.whole.margins):
        named = [column for column in columns if column in plan.table]
        if not named:
            continue
        sums = plan.by(*named)["target_minor"].to_numpy()
        groups, faults = groups + len(sums), faults + int((sums % plan.whole.grain != 0).sum())
    return _fact("grain", "", groups, faults, (plan.total, plan.total))


def _partition(table: pd.DataFrame, column: str, total: int) -> dict[str, Any]:
    """The nodes of a dimension add up to the company."""
    sums = table.groupby(column)["target_minor"].sum()
    found = int(sums.sum())
    return _fact("sum", column, len(sums), int(found != total), (total, found))


def _tree(table: pd.DataFrame, above: str, below: str) -> dict[str, Any]:
    """Every node is the sum of its children, and no child's amount stands under two nodes."""
    parents = table.groupby(above)["target_minor"].sum()
    path = [above] if above not in ORG else list(ORG[: ORG.index(above) + 1])
    path = [column for column in path if column in table]
    children = table.groupby([*path, below])["target_minor"].sum().groupby(level=above).sum()
    wrong = int((parents.reindex(children.index) != children).sum()) + len(set(parents.index) ^ set(children.index))
    return _fact("tree", f"{above}/{below}", len(parents), wrong, (int(parents.sum()), int(children.sum())))


def _quarters(plan: Plan, table: pd.DataFrame, total: int) -> dict[str, Any]:
    """Quarters are their months, and together the year."""
    selector = plan.problem.cube.selector
    quarter = table["month"].map({month: selector.quarter(month) for month in plan.problem.cube.months})
    sums = table.groupby(quarter)["target_minor"].sum()
    by_month = np.array([plan.cells[:, at].sum() for at in range(len(plan.problem.cube.months))])
    found = int(sums.sum())
    return _fact("sum", "quarter", len(sums), int(found != total or int(by_month.sum()) != total), (total, found))
