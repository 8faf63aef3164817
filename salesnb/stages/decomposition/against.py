"""A plan against earlier cells of the same plan: who carries more or less than before (R26)."""

from __future__ import annotations

import pandas as pd

from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.plan import Plan

DIMENSIONS = ("region_id", "team_id", "person_id", "product_line", "month")


def bridge_from(before: pd.DataFrame, after: Plan) -> pd.DataFrame:
    """``target_bridge`` from ``before`` (``target_cells``) to ``after``: every dimension's changes sum to the
    company's. A node that only one of the two has stands with nothing on the other side."""
    parts = [_row(int(before["target_minor"].sum()), after.total)]
    for dimension in DIMENSIONS:
        if dimension not in before or dimension not in after.table:
            continue
        old, new = (frame.groupby(dimension)["target_minor"].sum() for frame in (before, after.table))
        both = pd.DataFrame({"before_minor": old, "after_minor": new}).fillna(0).astype("int64")
        both["change_minor"] = both["after_minor"] - both["before_minor"]
        both = both[(both["before_minor"] != 0) | (both["after_minor"] != 0)]
        parts.append(both.rename_axis("node_id").reset_index().assign(dimension=dimension))
    return check(pd.concat(parts, ignore_index=True), contract("target_bridge"))


def _row(old: int, new: int) -> pd.DataFrame:
    company = {"dimension": "company", "node_id": "all", "before_minor": old, "after_minor": new}
    return pd.DataFrame([company | {"change_minor": new - old}])
