"""Who carries a plan: each posting with the time it is held and its target; managers, newcomers, open seats."""

from __future__ import annotations

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.tables import check, contract
from salesnb.stages.decomposition.build import Built
from salesnb.stages.decomposition.plan import Plan

ORG = ["region_id", "team_id", "person_id"]


def target_staff(built: Built, plan: Plan) -> pd.DataFrame:
    """``target_staff``: one row a person and team that has a posting or a target; its targets sum to the plan's
    without the unassigned part. Who sells in several regions or teams has a row in each."""
    table = plan.table[plan.table["person_id"] != UNASSIGNED]
    sold = table[table["target_minor"] > 0]
    reach = sold.groupby("person_id").agg(region_count=("region_id", "nunique"), line_count=("product_line", "nunique"))
    frame = table.groupby(ORG)["target_minor"].sum().to_frame()
    posts = _postings(built)
    leads = _leaders(built)
    out = frame.join(posts, how="outer").reset_index()
    out["target_minor"] = out["target_minor"].fillna(0).astype("int64")
    for name in ("present", "capacity"):
        out[name] = out[name].fillna(0.0)
    for name in ("is_open", "is_new"):
        out[name] = out[name].eq(True)
    out["is_manager"] = out["person_id"].isin(leads)
    for name in ("region_count", "line_count"):
        out[name] = out["person_id"].map(reach[name]).fillna(0).astype("int64")
    return check(out[(out["target_minor"] > 0) | (out["present"] > 0)], contract("target_staff"))


def _postings(built: Built) -> pd.DataFrame:
    """Postings by region, team and person; two spells of one person in a team are one row from first to last."""
    share = built.setting.working_days / built.setting.working_days.sum()
    years = len(built.setting.months) / 12
    rows = [
        {
            "region_id": one.region,
            "team_id": one.team,
            "person_id": one.person,
            "role": one.role or None,
            "from_date": pd.Timestamp(one.start) if one.start else pd.NaT,
            "to_date": pd.Timestamp(one.end) if one.end else pd.NaT,
            "present": float((one.present * share).sum()) * years,
            "capacity": float((one.capacity * share).sum()) * years,
            "is_open": one.is_open,
            "is_new": one.is_new,
            "successor_id": one.successor or None,
            "probation_date": pd.Timestamp(one.confirmed) - pd.Timedelta(days=1) if one.confirmed else pd.NaT,
        }
        for one in built.postings
    ]
    columns = [
        *ORG,
        "role",
        "from_date",
        "to_date",
        "present",
        "capacity",
        "is_open",
        "is_new",
        "successor_id",
        "probation_date",
    ]
    frame = pd.DataFrame(rows, columns=columns)
    spells = frame.groupby(ORG, sort=True).agg(
        {"role": "last", "from_date": "min", "to_date": _until, "present": "sum", "capacity": "sum", "is_open": "max",
         "is_new": "min", "successor_id": "last", "probation_date": "max"}
    )  # fmt: skip
    return spells


def _until(ends: pd.Series) -> object:
    """The last day of several spells; open where one of them is."""
    return pd.NaT if ends.isna().any() else ends.max()


def _leaders(built: Built) -> set[str]:
    """People somebody with a posting reports to."""
    roster = built.setting.roster
    if "manager_id" not in roster:
        return set()
    inside = {one.person for one in built.postings}
    own = roster[roster["person_id"].isin(inside) & roster["manager_id"].notna()]
    return set(np.unique(own["manager_id"].astype(str))) & inside
