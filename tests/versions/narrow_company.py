"""A company of two regions and five people in the tables of a version; every cell of another's row names its owner."""

from __future__ import annotations

import pandas as pd

from salesnb.model.tables import DTYPES, Column, check, contract
from salesnb.versions.narrow import RULES

# id → (name, region, team, first day, last day); two share a name, one left, one begins later
PEOPLE = {
    "P1": ("甲一", "东", "东一队", "2020-01-01", None),
    "P2": ("乙二", "东", "东一队", "2020-01-01", None),
    "P3": ("丙三", "西", "西一队", "2020-01-01", None),
    "P4": ("丙三", "西", "西一队", "2021-01-01", "2023-06-30"),
    "P5": ("戊五", "西", "西一队", "2024-09-01", None),
}
SECRET = "机密"


def token(owner: str, table: str) -> str:
    """Words that stand in every text cell of ``owner``'s rows of ``table`` and nowhere else."""
    return f"{SECRET}{owner}{table}"


def amount(owner: str, table: str) -> int:
    """An amount in minor units that only ``owner``'s rows of ``table`` hold."""
    return 100 * (1_000_000 + 7919 * (list(PEOPLE).index(owner) * len(RULES) + list(RULES).index(table)))


def people() -> pd.DataFrame:
    """The roster."""
    rows = [
        {"person_id": p, "name": n, "from_date": pd.Timestamp(f), "to_date": pd.Timestamp(t) if t else pd.NaT,
         "hired_date": pd.Timestamp(f), "left_date": pd.Timestamp(t) if t else pd.NaT, "region_id": r, "team_id": team,
         "role": "业务员", "manager_id": None}
        for p, (n, r, team, f, t) in PEOPLE.items()
    ]  # fmt: skip
    return check(pd.DataFrame(rows), contract("people"))


def nodes() -> pd.DataFrame:
    """Names of people, and of a customer of each."""
    rows = [("person_id", p, who[0]) for p, who in PEOPLE.items()]
    rows += [("customer_id", f"K{p}", token(p, "customer")) for p in PEOPLE]
    return check(pd.DataFrame(rows, columns=["dimension", "node_id", "name"]), contract("nodes"))


def table(name: str) -> pd.DataFrame:
    """``name`` with a row of each person, and of each region, team and the company where it is a table of nodes."""
    shape = contract(name)
    owners = [*PEOPLE]
    rows = [_row(name, owner, "person_id", owner) for owner in owners]
    if {"dimension", "level"} & {c.name for c in shape.columns}:
        east, _, west, _, last = owners
        rows += [_row(name, east, "region_id", "东"), _row(name, west, "region_id", "西")]
        rows += [_row(name, east, "team_id", "东一队"), _row(name, west, "team_id", "西一队")]
        rows += [_row(name, last, "company", "all")]
    frame = pd.DataFrame(rows).drop_duplicates(list(shape.keys))
    for column in shape.columns:
        if column.kind == "count":
            frame[column.name] = frame[column.name].astype(DTYPES["count"])
    return check(frame, shape)


def _row(name: str, owner: str, dimension: str, node: str) -> dict[str, object]:
    return {c.name: _cell(name, owner, dimension, node, c) for c in contract(name).columns}


def _cell(name: str, owner: str, dimension: str, node: str, column: Column) -> object:
    who = PEOPLE[owner]
    known = {
        "dimension": dimension,
        "level": dimension.removesuffix("_id"),
        "node_id": node,
        "person_id": owner,
        "region_id": who[1],
        "team_id": who[2],
        "owner": owner,
        "asked_by": owner,
        "from_id": owner,
        "to_id": owner,
        "people": f"{owner}、{who[0]}",
        "customer_id": f"K{owner}",
        "currency": "CNY",
        "product_line": "甲线",
        "month": "2024-01",
        "scope": "2024",
        "state": "good",
        "stage": "quoted",
        "step": "target",
        "round": 1,
        "week": "2024-W01",
    }
    if column.name in known:
        return known[column.name]
    given = {"minor": amount(owner, name), "count": 3, "number": 2.5, "rate": 0.5, "flag": True, "month": "2024-01"}
    if column.kind == "date":
        return pd.Timestamp("2024-06-30")
    return given.get(column.kind, f"{token(owner, name)}-{dimension}-{column.name}")
