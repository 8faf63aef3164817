"""Alerts: who is behind by more than the line, surely enough that it is not noise; carried over until closed."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import month_range
from salesnb.model.tables import check, contract
from salesnb.stages.review.chance import begun, certainty
from salesnb.stages.review.metrics import Wanted

LEADS_SHOWN = 5


@dataclass(frozen=True)
class Line:
    """When something is said: this far behind, with this much certainty."""

    behind: float
    certainty: float


@dataclass(frozen=True)
class Note:
    """What people wrote about an alert, and in which period they wrote it."""

    period: str
    alert: str
    owner: str
    action: str
    due: date
    state: str
    result: str = ""


def fired(nodes: pd.DataFrame, line: Line) -> pd.DataFrame:
    """Rows of ``review_attainment`` that pass the line, the largest shortfall first.

    Against a target "behind" is as judged there; without one it is the shortfall against last year. Monotone: a node
    that sells less never loses its alert, because its chance spread does not depend on what it sold.
    """
    short = np.where(nodes["basis"] == "target", nodes["behind_rate"], -nodes["yoy_rate"])
    over = (np.nan_to_num(short, nan=-1.0) >= line.behind) & (nodes["certainty_rate"].fillna(0) >= line.certainty)
    over = (over & few_false(nodes) & (nodes["node_id"] != UNASSIGNED)).to_numpy()
    out = nodes[over].copy()
    out["short"] = short[over]
    out["gap"] = out["actual_minor"] - out["expected_minor"]
    return out.sort_values(["gap", "dimension", "node_id"], kind="stable")


def few_false(nodes: pd.DataFrame) -> pd.Series:
    """Whether chance alone would make fewer than one node as far off in the same dimension and scope."""
    judged = nodes["certainty_rate"].notna().groupby([nodes["scope"], nodes["dimension"]]).transform("sum")
    return (1 - nodes["certainty_rate"].fillna(0)) * judged < 1


def node_alerts(
    nodes: pd.DataFrame,
    line: Line,
    months: Mapping[str, pd.DataFrame],
    chances: Mapping[tuple[str, str], float],
    people: Mapping[tuple[str, str], str],
) -> pd.DataFrame:
    """Alerts of single nodes; ``months`` by dimension: node_id, month, expected_minor, actual_minor of the scope.

    ``chances``: chance of (dimension, node) to reach the year's figure. ``people``: names to be told of a node.
    """
    rows = []
    for row in fired(nodes, line).to_dict("records"):
        key = (row["dimension"], row["node_id"])
        course = months.get(row["dimension"], pd.DataFrame(columns=["node_id", "month"]))
        own = course[course["node_id"] == row["node_id"]].sort_values("month", kind="stable")
        rows.append(
            {
                "alert": f"{row['scope']}:{row['dimension']}:{row['node_id']}",
                "scope": row["scope"],
                "kind": "node",
                "dimension": row["dimension"],
                "node_id": row["node_id"],
                "name": row["name"],
                "basis": row["basis"],
                "actual_minor": row["actual_minor"],
                "expected_minor": row["expected_minor"],
                "gap_minor": row["gap"],
                "behind_rate": row["short"],
                "certainty_rate": row["certainty_rate"],
                **_began(own, row),
                "recover_rate": chances.get(key, float("nan")),
                "people": people.get(key, ""),
            }
        )
    return _table(rows)


def slice_alerts(pairs: pd.DataFrame, line: Line, months: pd.DataFrame) -> pd.DataFrame:
    """Alerts of crossed cells; ``pairs``: scope, dimension (names joined by +), node_id (likewise), name, basis,
    expected_minor, actual_minor, chance_minor. ``months``: scope, node_id, month, expected_minor, actual_minor."""
    expected, actual = (pairs[c].to_numpy(dtype=np.float64) for c in ("expected_minor", "actual_minor"))
    short = np.divide(expected - actual, expected, out=np.full(len(pairs), np.nan), where=expected > 0)
    sure = certainty(expected - actual, pairs["chance_minor"].to_numpy(dtype=np.float64))
    judged = pairs.assign(behind_rate=short, certainty_rate=np.where(expected > 0, sure, np.nan))
    hit = judged[(short >= line.behind) & (judged["certainty_rate"] >= line.certainty) & few_false(judged)]
    rows = []
    for row in hit.drop_duplicates("node_id").to_dict("records"):
        own = months[(months["scope"] == row["scope"]) & (months["node_id"] == row["node_id"])].sort_values("month")
        kept = {k: row[k] for k in ("scope", "dimension", "node_id", "name", "basis", "actual_minor", "expected_minor")}
        rows.append(
            {
                **kept,
                "alert": f"{row['scope']}:slice:{row['node_id']}",
                "kind": "slice",
                "gap_minor": row["actual_minor"] - row["expected_minor"],
                "behind_rate": row["behind_rate"],
                "certainty_rate": row["certainty_rate"],
                **_began(own, row),
            }
        )
    return _table(rows)


def _began(own: pd.DataFrame, row: Mapping[Hashable, Any]) -> dict[str, object]:
    """Since when a node's months are short, with the range that chance leaves open."""
    spread, expected = row["chance_minor"], float(row["expected_minor"])
    unit = float(spread) ** 2 / expected if not pd.isna(spread) and expected > 0 else 0.0
    found = (
        begun(list(own["month"]), list(own["expected_minor"]), list(own["actual_minor"]), unit) if len(own) else None
    )
    if found is None:
        return {"since_month": None}
    return {"since_month": found.month, "since_first_month": found.first, "since_last_month": found.last}


def silent_alerts(
    months: pd.DataFrame, dimension: str, scope: str, last: str, names: Mapping[str, str], line: Line
) -> pd.DataFrame:
    """Nodes that used to order and stopped: silent so long that their usual orders make it no chance.

    ``months``: ``dimension``, month, order_count, net_minor as known; ``last``: the last whole month. Orders a month
    come from the twelve months to the last order; with that rate the chance of the silence is e^(−rate × months). The
    size is what the node sold a year before in the silent months.
    """
    active = months[(months["order_count"] > 0) & (months[dimension] != UNASSIGNED) & (months["month"] <= last)]
    rows = []
    for node, own in active.groupby(dimension):
        newest = str(own["month"].max())
        gone = month_range(newest, last)[1:]
        before = [month_back(newest, i) for i in range(12)]
        usual = own[own["month"].isin(before)]
        rate = float(usual["order_count"].sum()) / 12
        twins = own[own["month"].isin({month_back(m, 12) for m in gone})]
        sure = 1 - float(np.exp(-rate * len(gone))) * active[dimension].nunique()
        if not gone or newest < month_back(last, 12) or sure < line.certainty or not int(twins["net_minor"].sum()) > 0:
            continue
        rows.append(
            {
                "alert": f"{scope}:silent:{dimension}:{node}",
                "scope": scope,
                "kind": "silent",
                "dimension": dimension,
                "node_id": str(node),
                "name": names.get(str(node), str(node)),
                "basis": "last_year",
                "actual_minor": 0,
                "expected_minor": int(twins["net_minor"].sum()),
                "gap_minor": -int(twins["net_minor"].sum()),
                "behind_rate": 1.0,
                "certainty_rate": sure,
                "since_month": gone[0],
            }
        )
    return _table(rows)


def month_back(month: str, by: int) -> str:
    """The month ``by`` months earlier."""
    index = int(month[:4]) * 12 + int(month[5:]) - 1 - by
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def metric_alerts(frame: pd.DataFrame, wanted: Sequence[Wanted], names: Mapping[str, str], line: Line) -> pd.DataFrame:
    """Core metrics that fell by their line against last year, surely enough; ``frame`` is ``review_metrics``."""
    drops = {one.metric: one.alert_drop for one in wanted}
    rows = []
    for row in frame.to_dict("records"):
        limit = drops.get(row["metric"])
        if limit is None or not row["yoy_rate"] <= -limit or not row["drop_certainty_rate"] >= line.certainty:
            continue
        rows.append(
            {
                "alert": f"{row['scope']}:metric:{row['metric']}",
                "scope": row["scope"],
                "kind": "metric",
                "dimension": "metric",
                "node_id": row["metric"],
                "name": names.get(row["metric"], row["metric"]),
                "basis": "last_year",
                "actual_minor": 0,
                "expected_minor": 0,
                "gap_minor": None,
                "behind_rate": -row["yoy_rate"],
                "certainty_rate": row["drop_certainty_rate"],
            }
        )
    return _table(rows)


def _table(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    names = [c.name for c in contract("review_alerts").columns]
    frame = pd.DataFrame(list(rows), columns=names)
    frame["progress"] = "new"
    return check(frame, contract("review_alerts"))


def no_alerts() -> pd.DataFrame:
    """``review_alerts`` without a row."""
    return _table([])


def with_notes(alerts: pd.DataFrame, notes: Sequence[Note]) -> pd.DataFrame:
    """Alerts with what people wrote about them; one written about in an earlier period and not closed is carried over.

    ``notes`` oldest first; the newest on an alert holds. A closed note leaves a present alert in the table, closed.
    """
    newest = {note.alert: note for note in notes}
    out = alerts.copy()
    for key, note in newest.items():
        at = out.index[out["alert"] == key]
        if not len(at):
            if note.state == "closed":
                continue
            blank = {"alert": key, "scope": note.period, "kind": "carried", "dimension": "note", "node_id": key}
            figures = {"name": key, "basis": "target", "actual_minor": 0, "expected_minor": 0}
            out = pd.concat([out, _table([{**blank, **figures}])], ignore_index=True)
            at = out.index[out["alert"] == key]
        out.loc[at, "owner"], out.loc[at, "action"] = note.owner, note.action
        out.loc[at, "due_date"], out.loc[at, "progress"] = pd.Timestamp(note.due), note.state
        out.loc[at, "result"] = note.result or None
    return check(out, contract("review_alerts"))


def top_leads(alerts: pd.DataFrame, pipeline: pd.DataFrame, most: int = LEADS_SHOWN) -> pd.DataFrame:
    """``review_leads``: per alert its open leads of highest win probability × value; ``pipeline``: ``funnel_open``."""
    parts = []
    valued = pipeline[pipeline["expected_minor"].notna()]
    for row in alerts[alerts["kind"].isin(["node", "slice", "silent"])].to_dict("records"):
        where = dict(zip(row["dimension"].split("+"), row["node_id"].split("+"), strict=False))
        own = valued
        for name, value in where.items():
            own = own[own[name] == value] if name in own else own.iloc[:0]
        best = own.sort_values(["expected_minor", "opportunity_id"], ascending=[False, True], kind="stable").head(most)
        parts.append(best.assign(alert=row["alert"], rank=range(1, len(best) + 1)))
    names = [c.name for c in contract("review_leads").columns]
    frame = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({n: [] for n in (*names,)})
    return check(frame[names], contract("review_leads"))
