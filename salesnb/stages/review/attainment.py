"""Attainment by every dimension from targets, organisation and data as known on the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Calendar, Window
from salesnb.model.tables import check, contract
from salesnb.stages.review.chance import certainty, chance_sd
from salesnb.stages.review.curve import Curve
from salesnb.stages.review.pace import Lights, behind
from salesnb.stages.review.scopes import Scope, year_before
from salesnb.stages.review.targets import QUOTA_DIMENSIONS, Targets


@dataclass(frozen=True)
class Judgement:
    """How attainment is judged: lights, the basis of "behind", names of nodes."""

    lights: Lights
    basis: str = "relative"


def attainment(
    dimension: str,
    scope: Scope,
    sums: pd.DataFrame,
    targets: Targets,
    curve: Curve,
    names: Mapping[str, str],
    judgement: Judgement,
) -> pd.DataFrame:
    """``review_attainment`` of one dimension and scope; actual sums over the nodes to the company's.

    ``sums``: window, ``dimension``, net_minor, order_count for the scope's own window, the year before and the year
    before that (label ``…-2y``). A node with a target and no sale has sold 0; a node without a target has none.
    """
    label = scope.period.text
    now, last, earlier = (_by_node(sums, dimension, f"{label}{suffix}") for suffix in ("", "-1y", "-2y"))
    pieces = targets.pieces(dimension, scope.period.start, scope.period.end)
    whole = curve.due(pieces, scope.period.start, scope.period.end).groupby(pieces[dimension]).sum()
    due = curve.due(pieces, scope.period.start, scope.through).groupby(pieces[dimension]).sum()
    nodes = sorted(set(now.index) | set(last.index[last["net_minor"] != 0]) | set(whole.index))
    out = pd.DataFrame({"node_id": nodes}).assign(scope=label, dimension=dimension)
    out["name"] = [names.get(node, node) for node in nodes]
    out["actual_minor"] = now["net_minor"].reindex(nodes).fillna(0).astype("int64").to_numpy()
    out["target_minor"] = whole.reindex(nodes).astype("Int64").to_numpy()
    out["due_minor"] = due.reindex(nodes).astype("Int64").to_numpy()
    has_before = bool((sums["window"] == f"{label}-1y").any())
    before = last["net_minor"].reindex(nodes).fillna(0).astype("Int64")
    out["last_year_minor"] = before.to_numpy() if has_before else pd.Series([None] * len(nodes), dtype="Int64")
    return check(_judged(out, judgement, (now, last, earlier)), contract("review_attainment"))


def _by_node(sums: pd.DataFrame, dimension: str, label: str) -> pd.DataFrame:
    rows = sums[sums["window"] == label]
    return rows.groupby(dimension)[["net_minor", "order_count"]].sum()


def _judged(
    out: pd.DataFrame, judgement: Judgement, years: tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]
) -> pd.DataFrame:
    by_target = out["due_minor"].notna().any()
    expected = out["due_minor"] if by_target else out["last_year_minor"]
    out["gap_minor"] = (out["actual_minor"] - out["due_minor"]).astype("Int64")
    due, last = (
        out[c].astype("Float64").to_numpy(dtype=float, na_value=np.nan) for c in ("due_minor", "last_year_minor")
    )
    actual = out["actual_minor"].to_numpy(dtype=np.float64)
    out["attainment_rate"] = np.divide(actual, due, out=np.full(len(out), np.nan), where=np.nan_to_num(due) > 0)
    rows = zip(out["actual_minor"], out["due_minor"], out["target_minor"], strict=True)
    out["behind_rate"] = [behind(a, d, judgement.basis, t) for a, d, t in rows]
    out["yoy_rate"] = np.divide(actual, last, out=np.full(len(out), np.nan), where=np.nan_to_num(last) > 0) - 1
    out["basis"] = "target" if by_target else "last_year"
    held = expected.fillna(0).astype("int64")
    spread = chance_sd(held.to_numpy(), out["node_id"], years, both_move=not by_target)
    out["expected_minor"] = held
    known = expected.notna().to_numpy() & (held.to_numpy() > 0)
    out["chance_minor"] = pd.Series(np.where(known, np.rint(spread), np.nan)).astype("Float64").astype("Int64")
    out["certainty_rate"] = np.where(known, certainty(held.to_numpy() - actual, spread), np.nan)
    out["state"] = [judgement.lights.state(rate) for rate in out["attainment_rate"]]
    return out


def quota_windows(quotas: pd.DataFrame, start: date, through: date) -> tuple[Window, ...]:
    """The quotas' own windows that touch ``start`` … ``through``, cut at ``through``, to ask the facts for sales."""
    rows = quotas[(quotas["from_date"] <= pd.Timestamp(through)) & (quotas["to_date"] >= pd.Timestamp(start))]
    spans = sorted({(a.date(), b.date()) for a, b in zip(rows["from_date"], rows["to_date"], strict=True)})
    return tuple(Window(f"{a}–{b}", a, min(b, through)) for a, b in spans)


def by_quota(quotas: pd.DataFrame, sums: pd.DataFrame, through: date, curve: Curve) -> pd.DataFrame:
    """``review_quotas``: every imported quota against the sales of its own window, whatever the calendar says.

    ``sums``: window (labels of :func:`quota_windows`), region_id, person_id, product_line, net_minor. A dimension the
    quota leaves blank means all of it.
    """
    rows = []
    for row in quotas.to_dict("records"):
        begun, ends = row["from_date"].date(), row["to_date"].date()
        own = sums[sums["window"] == f"{begun}–{ends}"]
        if begun > through:
            continue
        for name in QUOTA_DIMENSIONS:
            if row[name] != UNASSIGNED:
                own = own[own[name] == row[name]]
        actual = int(own["net_minor"].sum())
        due = int(curve.due(pd.DataFrame([row]), begun, min(ends, through)).sum())
        rate = actual / due if due > 0 else float("nan")
        rows.append({**row, "actual_minor": actual, "gap_minor": actual - due, "attainment_rate": rate})
        rows[-1]["is_complete"] = ends <= through
    names = [c.name for c in contract("review_quotas").columns]
    return check(pd.DataFrame(rows, columns=names).astype({"is_complete": bool}), contract("review_quotas"))


def two_years_before(scope: Scope, calendar: Calendar) -> Scope:
    """The scope's twin a year before, for what lies another year back."""
    return Scope(year_before(scope.period, calendar), scope.last_year(calendar).end)
