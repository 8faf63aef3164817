"""Which alert says what another has said: a rep who lags as his whole team does is part of the team's alert.

Every alert stays in the table. An alert is *part of* a wider one where the wider node is behind without it too, and
what it lacks beyond the wider node's own pace is within half the line or within chance. The other way round a wider
alert is part of the one cell without which it would not be half as far behind as the line. What is left stands for
itself: that is what a page leads with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from salesnb.model.tables import check, contract
from salesnb.stages.review.alerts import Line
from salesnb.stages.review.chance import certainty

Node = tuple[str, str]


@dataclass(frozen=True)
class Cell:
    """What was expected of a node in one scope, what came, and the standard deviation of chance."""

    expected: float
    actual: float
    chance: float

    def without(self, other: Cell) -> Cell:
        """The rest of this cell once ``other`` is taken out."""
        return Cell(self.expected - other.expected, self.actual - other.actual, self.chance)


def nested(alerts: pd.DataFrame, cells: pd.DataFrame, wider: Mapping[Node, Sequence[Node]], line: Line) -> pd.DataFrame:
    """``review_alerts`` with ``part_of``: the alert that already says this one; missing where it stands for itself.

    ``cells``: scope, dimension, node_id, expected_minor, actual_minor, chance_minor of every node and crossed cell.
    ``wider``: (dimension, node) → the nodes it lies in.
    """
    known = {
        (row["scope"], row["dimension"], row["node_id"]): Cell(
            float(row["expected_minor"]), float(row["actual_minor"]), _number(row["chance_minor"])
        )
        for row in cells.to_dict("records")
    }
    rows = alerts[alerts["kind"].isin(["node", "slice"])].to_dict("records")
    rows = alerts[alerts["kind"].isin(["node", "slice"])].to_dict("records")
    keys: dict[Node, str] = {(row["dimension"], row["node_id"]): str(row["alert"]) for row in rows}
    scopes = list(dict.fromkeys(scope for scope, _, _ in known))
    mostly: dict[Node, Node] = {}  # wide → the one cell that makes it
    for node in keys:
        for other in (one for one in wider.get(node, ()) if one in keys):
            sides = [(known.get((s, *other)), known.get((s, *node))) for s in scopes]
            behind = [(wide, own) for wide, own in sides if wide and own and _is_behind(wide, line.behind)]
            if behind and not any(_is_behind(wide.without(own), line.behind / 2) for wide, own in behind):
                mostly[other] = node
    parts = {keys[wide]: keys[node] for wide, node in mostly.items()}
    silent = alerts[alerts["kind"] == "silent"]
    for dimension, node, key in zip(silent["dimension"], silent["node_id"], silent["alert"], strict=True):
        if (dimension, node) in keys:  # who stopped ordering is behind, too: that is said once
            parts[keys[dimension, node]] = str(key)
    for node, key in keys.items():
        said = [one for one in wider.get(node, ()) if one in keys and not _is_sibling(node, mostly.get(one))]
        over = [other for other in said if key not in parts and _explains(known, scopes, other, node, line)]
        if over:
            parts[key] = keys[min(over, key=lambda one: min(_gaps(known, scopes, one)))]
    out = alerts.assign(
        part_of=pd.Series([_root(str(key), parts) for key in alerts["alert"]], index=alerts.index, dtype="object")
    )
    return check(out[[c.name for c in contract("review_alerts").columns]], contract("review_alerts"))


def _is_sibling(node: Node, cell: Node | None) -> bool:
    """Whether what makes the wider node is of the same sort as ``node``: then it explains that one, not this."""
    return cell is not None and (cell == node or ("+" in cell[0]) == ("+" in node[0]))


def _gaps(known: Mapping[tuple[str, str, str], Cell], scopes: Sequence[str], node: Node) -> list[float]:
    held = (known.get((scope, *node)) for scope in scopes)
    return [cell.actual - cell.expected for cell in held if cell]


def _explains(
    known: Mapping[tuple[str, str, str], Cell], scopes: Sequence[str], other: Node, node: Node, line: Line
) -> bool:
    """Whether the wider node's pace explains this one in every scope in which it is behind."""
    sides = [(known.get((scope, *other)), known.get((scope, *node))) for scope in scopes]
    behind = [(wide, own) for wide, own in sides if wide and own and _is_behind(own, line.behind)]
    return bool(behind) and all(_says(wide, own, line) for wide, own in behind)


def _number(value: Any) -> float:
    return float("nan") if pd.isna(value) else float(value)


def _is_behind(cell: Cell, share: float) -> bool:
    return cell.expected > 0 and cell.expected - cell.actual >= share * cell.expected


def _says(wide: Cell, own: Cell, line: Line) -> bool:
    """Whether the wider node is behind without this one too, and its pace explains what this one lacks."""
    rest = wide.without(own)
    if not _is_behind(rest, line.behind / 2):
        return False
    pace = max(rest.actual, 0.0) / rest.expected
    left = own.expected * pace - own.actual
    if left < line.behind / 2 * own.expected * pace:
        return True
    return not float(certainty(np.array([left]), np.array([own.chance * np.sqrt(pace)]))[0]) >= line.certainty


def _root(key: str, parts: Mapping[str, str]) -> str | None:
    """The alert at the end of the chain; None for one that is part of nothing, or in a circle."""
    seen = [key]
    while seen[-1] in parts:
        if parts[seen[-1]] in seen:
            return None
        seen.append(parts[seen[-1]])
    return None if len(seen) == 1 else seen[-1]
