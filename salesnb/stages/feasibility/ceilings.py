"""What limits a target from outside the team: the market that can be served, the deals in hand, the money given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesnb.model.tables import check, contract
from salesnb.stages.feasibility.baseline import COMPANY

PAST_WINDOWS = 2
Targets = Mapping[tuple[str, str], float]
Names = Mapping[str, Mapping[str, str]]


def market_ceilings(
    nodes: pd.DataFrame, year: str, most_share: float | None, share_of_year: float
) -> dict[tuple[str, str], float]:
    """Highest sales the market of ``year`` allows by (dimension, node): what products and channels can serve, and no
    more of the whole market than all leaders hold together (``most_share``); for a part of the year its share of it.

    ``nodes``: ``market_nodes``. A node without an addressable share has no ceiling.
    """
    out = {}
    for row in nodes[nodes["year"] == year].to_dict("records"):
        if pd.isna(row["addressable_minor"]):
            continue
        limit = float(row["addressable_minor"])
        if most_share is not None:
            limit = min(limit, most_share * float(row["size_minor"]))
        key = (COMPANY, COMPANY) if row["dimension"] == "all" else (str(row["dimension"]), str(row["node_id"]))
        out[key] = limit * share_of_year
    return out


@dataclass(frozen=True)
class Deals:
    """Deals as known: ``open`` has region_id, amount_minor, win_rate, expected_minor; ``known`` every case with
    created_date, closed_date, stage, region_id, amount_minor. ``sales`` of the last twelve months by (dimension,
    node)."""

    open: pd.DataFrame
    known: pd.DataFrame
    sales: Mapping[tuple[str, str], float]


def pipeline_table(deals: Deals, targets: Targets, window: tuple[date, date], names: Names) -> pd.DataFrame:
    """``feasibility_pipeline`` of the company and each region with a target: cover by open deals and by deals still to
    be created, measured on the same stretch of earlier years.

    Only the part of sales that runs through deals is covered by them: wins of twelve months ÷ sales of twelve months.
    """
    rows = []
    for (dimension, node), target in sorted(targets.items()):
        if dimension not in (COMPANY, "region_id") or deals.known.empty:
            continue
        here, cases = (_of(frame, dimension, node) for frame in (deals.open, deals.known))
        past = _past(cases, window)
        row: dict[str, object] = {
            "dimension": dimension,
            "node_id": node,
            "name": names.get(dimension, {}).get(node, node),
            "open_count": len(here),
            "open_minor": int(here["amount_minor"].fillna(0).sum()),
            "create_and_close_rate": past.created_inside,
        }
        sales = deals.sales.get((dimension, node), 0.0)
        share = min(past.won_year / sales, 1.0) if sales > 0 else float("nan")
        if here["win_rate"].notna().any() or here.empty:
            expected = float(here["expected_minor"].fillna(0).sum()) * past.closes_inside
            needed = target * share
            row |= {"expected_minor": round(expected), "to_come_minor": round(past.to_come)}
            if share == share and needed > 0:
                row |= {"won_share_rate": share, "needed_minor": round(needed)}
                row |= {"cover_rate": (expected + past.to_come) / needed, "open_cover_rate": expected / needed}
        rows.append(row)
    columns = [c.name for c in contract("feasibility_pipeline").columns]
    money = dict.fromkeys((c for c in columns if c.endswith("_minor")), "Int64")
    return check(pd.DataFrame(rows, columns=columns).astype(money), contract("feasibility_pipeline"))


def _of(frame: pd.DataFrame, dimension: str, node: str) -> pd.DataFrame:
    return frame if dimension == COMPANY else frame[frame[dimension] == node]


@dataclass(frozen=True)
class _Past:
    created_inside: float
    to_come: float
    closes_inside: float
    won_year: float


def _past(cases: pd.DataFrame, window: tuple[date, date]) -> _Past:
    """Of the same window a year and two before: share of wins created inside it, their amount a window, and how much of
    the value that was open at its start and won later was won inside it; wins of the last twelve months."""
    won = cases[(cases["stage"] == "won") & cases["closed_date"].notna()]
    amount = won["amount_minor"].astype("float64").fillna(0.0)
    inside = created = early = early_inside = 0.0
    windows = 0
    for back in range(1, PAST_WINDOWS + 1):
        start, end = (pd.Timestamp(day) - pd.DateOffset(years=back) for day in window)
        if won.empty or start < won["closed_date"].min():
            continue
        windows += 1
        closed = (won["closed_date"] >= start) & (won["closed_date"] < end + pd.Timedelta(days=1))
        new = won["created_date"] >= start
        waiting = (won["created_date"] < start) & (won["closed_date"] >= start)
        inside, created = inside + amount[closed].sum(), created + amount[closed & new].sum()
        early, early_inside = early + amount[waiting].sum(), early_inside + amount[waiting & closed].sum()
    year = won["closed_date"] >= pd.Timestamp(window[0]) - pd.DateOffset(years=1)
    recent = year & (won["closed_date"] < pd.Timestamp(window[0]))
    return _Past(
        created_inside=created / inside if inside > 0 else float("nan"),
        to_come=created / windows if windows else 0.0,
        closes_inside=early_inside / early if early > 0 else 1.0,
        won_year=float(amount[recent].sum()),
    )


def ceiling_table(ceilings: Mapping[tuple[str, str, str], float], targets: Targets, names: Names) -> pd.DataFrame:
    """``feasibility_ceilings`` from (dimension, node, ceiling) → what it carries, for nodes with a target."""
    rows = [
        {
            "dimension": dimension,
            "node_id": node,
            "name": names.get(dimension, {}).get(node, node),
            "ceiling": ceiling,
            "ceiling_minor": round(limit),
            "target_minor": round(targets[(dimension, node)]),
            "cover_rate": limit / targets[(dimension, node)] if targets[(dimension, node)] > 0 else None,
        }
        for (dimension, node, ceiling), limit in sorted(ceilings.items())
        if (dimension, node) in targets and np.isfinite(limit)
    ]
    columns = [c.name for c in contract("feasibility_ceilings").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("feasibility_ceilings"))


@dataclass(frozen=True)
class Need:
    """One thing the target costs: ``item`` names it, ``basis`` how the figure came about, quantity × unit where so."""

    item: str
    needed_minor: int | None
    basis: str
    quantity: float | None = None
    unit_minor: int | None = None


def budget_table(needs: Sequence[Need], given_minor: int | None, split: Mapping[str, float]) -> pd.DataFrame:
    """``feasibility_budget``: what the target needs item by item, their total against what was given, and the split of
    the given money as decided (``split:NAME`` rows). An item nobody can price has no figure and counts in no total."""
    rows: list[dict[str, object]] = [
        {"item": n.item, "needed_minor": n.needed_minor, "basis": n.basis, "quantity": n.quantity,
         "unit_minor": n.unit_minor} for n in needs
    ]  # fmt: skip
    known = [n.needed_minor for n in needs if n.needed_minor is not None]
    if known:
        total, gap = sum(known), None if given_minor is None else max(sum(known) - given_minor, 0)
        rows.append(
            {"item": "total", "needed_minor": total, "given_minor": given_minor, "gap_minor": gap, "basis": "sum"}
        )
    if given_minor is not None:
        rows += [
            {"item": f"split:{name}", "given_minor": round(given_minor * share), "basis": "split", "quantity": share}
            for name, share in split.items()
        ]
    columns = [c.name for c in contract("feasibility_budget").columns]
    money = dict.fromkeys((c for c in columns if c.endswith("_minor")), "Int64")
    return check(pd.DataFrame(rows, columns=columns).astype(money), contract("feasibility_budget"))
