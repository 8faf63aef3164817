"""What became of alerts that somebody works on: their figures once they no longer fire, attainment before and since."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from salesnb.model.tables import check, contract

FIGURES = ("name", "basis", "actual_minor", "expected_minor", "gap_minor", "behind_rate", "certainty_rate")


def place(alert: str) -> tuple[str, str, str]:
    """(scope, dimension, node) an alert's key names; empty texts where it is no node's."""
    parts = alert.split(":", 2)
    return (parts[0], parts[1], parts[2]) if len(parts) == 3 else (parts[0], "", "")


def with_figures(alerts: pd.DataFrame, nodes: pd.DataFrame) -> pd.DataFrame:
    """``review_alerts`` where alerts that are only carried over show their node's present figures.

    ``nodes``: ``review_attainment``. A node that is no longer there keeps its key as its name.
    """
    known = {(row["scope"], row["dimension"], row["node_id"]): row for row in nodes.to_dict("records")}
    rows = []
    for row in alerts.to_dict("records"):
        key = place(str(row["alert"]))
        found = known.get(key) if row["kind"] == "carried" else None
        if found is not None:
            row |= dict(zip(("scope", "dimension", "node_id"), key, strict=True))
            row |= {name: found[name] for name in FIGURES if name != "gap_minor"}
            row["gap_minor"] = found["actual_minor"] - found["expected_minor"]
        rows.append(row)
    return _table(rows)


def since_action(alerts: pd.DataFrame, before: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    """``review_alerts`` with attainment before somebody acted, and since.

    ``before``: alert → (actual, expected) from the scope's start to the end of the period in which people first wrote
    about it. Since = the rest of the scope so far; where nothing was expected there is no rate.
    """
    rows = []
    for row in alerts.to_dict("records"):
        if row["alert"] in before:
            actual, expected = before[row["alert"]]
            rest = (row["actual_minor"] - actual, row["expected_minor"] - expected)
            row["before_rate"] = actual / expected if expected > 0 else float("nan")
            row["after_rate"] = rest[0] / rest[1] if rest[1] > 0 else float("nan")
        rows.append(row)
    return _table(rows)


def _table(rows: list[dict[Hashable, Any]]) -> pd.DataFrame:
    names = [c.name for c in contract("review_alerts").columns]
    return check(pd.DataFrame(rows, columns=names), contract("review_alerts"))
