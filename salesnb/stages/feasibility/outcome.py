"""The baseline as tables: every node with its levels, the company's months, and the record behind the chances."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from salesnb.methods import forecast as methods
from salesnb.model.tables import check, contract
from salesnb.stages.feasibility.baseline import COMPANY, HIDDEN, Baseline, View, later, node_states

INTERVAL = 0.80
MOST_MISS = 10.0
Array = NDArray[np.float64]


def node_table(
    base: Baseline, names: Mapping[str, Mapping[str, str]], levels: tuple[float, float, float]
) -> pd.DataFrame:
    """``feasibility_nodes``. ``names``: dimension → node → name. ``levels``: chances of base, challenge and stretch."""
    parts = []
    for view, middles in zip(base.views, whole_middles(base), strict=True):
        low, high = view.outlook.interval(INTERVAL)
        reach = view.outlook.quantile([1 - p for p in levels])
        out = view.keys.copy()
        out["name"] = [names.get(d, {}).get(n, n) for d, n in zip(out["dimension"], out["node_id"], strict=True)]
        out["state"] = node_states(view)
        out["last_minor"] = _whole(view.last)
        out["known_minor"] = _whole(view.outlook.known)
        out["middle_minor"] = middles
        bounds = {"low_minor": low, "high_minor": high, "base_minor": reach[:, 0]}
        bounds |= {"challenge_minor": reach[:, 1], "stretch_minor": reach[:, 2]}
        for column, value in bounds.items():
            out[column] = _whole(value)
        out["growth_rate"] = _growth(out["middle_minor"], out["last_minor"])
        parts.append(out[out["dimension"] != HIDDEN])
    return check(pd.concat(parts, ignore_index=True), contract("feasibility_nodes"))


def whole_middles(base: Baseline) -> list[pd.Series]:
    """Middles of every view in whole minor units: a team is the sum of its people, the company of each flat view.

    Teams are rounded and added up; people, product lines and channels are rounded by largest remainder to their sum.
    """
    whole = base.views[0]
    tree = whole.outlook.fit.tree
    top = tree.add_up(np.rint(np.nan_to_num(whole.outlook.total)[tree.leaves]))
    at = {tuple(key): int(total) for key, total in zip(whole.keys.itertuples(index=False), top, strict=True)}
    out = [pd.Series(top, dtype="int64")]
    for view in base.views[1:]:
        amounts = np.nan_to_num(view.outlook.total)
        rounded = pd.Series(np.rint(amounts), dtype="int64")
        for family in view.outlook.fit.tree.families[-1:]:
            for place, above in enumerate(family.parent):
                rows = family.child[family.run == place]
                key = (COMPANY, COMPANY, "") if above == 0 else _plain_key(view, int(above))
                rounded.iloc[rows] = _spread(amounts[rows], at.get(key, round(float(amounts[rows].sum()))))
        out.append(rounded)
    return out


def _plain_key(view: View, row: int) -> tuple[str, str, str]:
    """The key of a hidden team row as the organisation's view has it."""
    _, node, parent = view.keys.iloc[row]
    return "team_id", str(node), str(parent)


def _spread(amounts: Array, total: int) -> list[int]:
    """Whole numbers next to ``amounts`` that sum to ``total``: what rounding leaves goes to the largest remainders."""
    floors = np.floor(amounts)
    missing = int(total - floors.sum())
    each, rest = divmod(missing, len(amounts))
    order = np.lexsort((np.arange(len(amounts)), -(amounts - floors)))
    floors += each
    floors[order[:rest]] += 1
    return [int(v) for v in floors]


def _whole(values: Array) -> pd.Series:
    return pd.Series(np.where(np.isfinite(values), np.rint(values), np.nan)).astype("Float64").astype("Int64")


def _growth(value: pd.Series, last: pd.Series) -> pd.Series:
    base = last.astype("float64")
    return (value.astype("float64") / base - 1).where(base > 0)


def month_table(base: Baseline) -> pd.DataFrame:
    """``feasibility_months``: the company's months of the period: known or forecast, a year before, last year again."""
    view, span = base.views[0], base.span
    fitted = view.outlook.fit
    history = fitted.history.values[0] * fitted.calendar[: len(view.months_seen)]
    seen = dict(zip(view.months_seen, history, strict=True))
    ahead = dict(zip(span.months[span.known :], view.outlook.months[0], strict=True)) if span.horizon else {}
    rows = []
    for month in span.months:
        amount = ahead.get(month, seen.get(month))
        before = seen.get(later(month, -12))
        rows.append(
            {
                "month": month,
                "net_minor": round(float(amount or 0)),
                "last_minor": None if before is None else round(float(before)),
                "is_forecast": month in ahead,
            }
        )
    return check(pd.DataFrame(rows).astype({"last_minor": "Int64"}), contract("feasibility_months"))


def record_table(base: Baseline) -> pd.DataFrame:
    """``feasibility_record``: what back-tests showed for each group of nodes (level of the tree, own or by share)."""
    rows = []
    for view in base.views:
        for record in view.backtest.records:
            level = view.keys["dimension"][view.outlook.fit.tree.depth == record.depth]
            dimension = str(level.iloc[0])
            if dimension == HIDDEN:
                continue
            rows.append(
                {
                    "dimension": dimension,
                    "by_share": record.by_share,
                    "test_count": record.count,
                    "origin_count": record.origins,
                    "first_month": view.months_seen[record.first - 1],
                    "last_month": view.months_seen[record.last - 1],
                    "horizon_count": record.horizon,
                    "hit_rate": record.hit_rate,
                    "hit_95_rate": record.hit_rate_95,
                    "factor": record.factor,
                    "error_rate": _told(record.error),
                    "naive_error_rate": _told(record.naive_error),
                }
            )
    columns = [c.name for c in contract("feasibility_record").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("feasibility_record"))


def _told(error: float) -> float:
    """A relative miss worth printing; nan where the actual was next to nothing."""
    return error if error < MOST_MISS else float("nan")


def reliability_table(base: Baseline) -> pd.DataFrame:
    """``feasibility_reliability``: of all chances as they would have been issued, how many came true, by bin."""
    said, came = (np.concatenate(side) for side in zip(*(v.backtest.chances() for v in base.views), strict=True))
    table = methods.reliability(said, came, bins=5)
    kept = table.count > 0
    frame = pd.DataFrame(
        {
            "bin_no": np.arange(1, len(table.count) + 1),
            "from_rate": table.lower,
            "to_rate": table.upper,
            "case_count": table.count,
            "said_rate": table.said,
            "came_rate": table.came,
            "rate_low": table.came_low,
            "rate_high": table.came_high,
        }
    )
    return check(frame[kept], contract("feasibility_reliability"))
