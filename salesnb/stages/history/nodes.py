"""What each node sold in comparable windows, how it grew, and what it added to the company's growth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from salesnb.methods.seasonality import growth
from salesnb.model.periods import Window
from salesnb.model.tables import check, contract


def node_history(
    sums: pd.DataFrame, dimension: str, windows: Sequence[Window], names: Mapping[str, str]
) -> pd.DataFrame:
    """``history_nodes`` of one dimension: every node in every window, zero where it sold nothing in that window.

    ``sums`` holds window, ``dimension`` and the measures. Share shift and share of growth compare with the window
    before; CAGR runs from the first window in which the node sold.
    """
    labels = [w.label for w in windows]
    nodes = sorted(sums[dimension].unique())
    grid = pd.MultiIndex.from_product([nodes, labels], names=[dimension, "window"])
    # a node that is absent from a window sold nothing there: for sums of complete exports that is a true zero
    wide = sums.set_index([dimension, "window"]).reindex(grid)
    net = _matrix(wide["net_minor"], len(nodes), len(labels))
    total = net.sum(axis=0)
    before = np.hstack([np.full((len(nodes), 1), np.nan), net[:, :-1]])
    share = _ratio(net, np.broadcast_to(total, net.shape))
    change, total_change = net - before, np.hstack([[np.nan], np.diff(total)])
    # a line whose cost nobody entered has no margin, not one of 100 %: margins rest on the lines with a cost
    cost, costed = (wide[c].astype("float64").to_numpy().reshape(net.shape) for c in ("cost_minor", "costed_minor"))
    out = grid.to_frame(index=False).rename(columns={dimension: "node_id"})
    out["dimension"] = dimension
    out["name"] = out["node_id"].map(lambda node: names.get(node, node))
    out["net_minor"] = wide["net_minor"].fillna(0).astype("int64").to_numpy()
    out["share_of_sales"] = share.ravel()
    out["growth_rate"] = growth(net, before).ravel()
    out["share_shift_rate"] = (share - np.hstack([np.full((len(nodes), 1), np.nan), share[:, :-1]])).ravel()
    out["share_of_growth"] = _signed_ratio(change, np.broadcast_to(total_change, net.shape)).ravel()
    out["cagr_rate"] = _cagr(net).ravel()
    out["margin_rate"] = _ratio(costed - cost, costed).ravel()
    out["share_of_sales_costed"] = _ratio(costed if np.isnan(costed).all() else np.nan_to_num(costed), net).ravel()
    for column in ("order_count", "customer_count"):
        out[column] = wide[column].fillna(0).astype("int64").to_numpy()
    return check(out, contract("history_nodes"))


def contribution(nodes: pd.DataFrame, windows: Sequence[Window]) -> pd.DataFrame:
    """``history_contribution``: each node's change between the last two windows; the changes sum to the company's."""
    columns = [c.name for c in contract("history_contribution").columns]
    if len(windows) < 2:
        return check(pd.DataFrame({name: [] for name in columns}), contract("history_contribution"))
    first, last = windows[-2].label, windows[-1].label
    keys = ["dimension", "node_id", "name"]
    before = nodes[nodes["window"] == first].set_index(keys)["net_minor"]
    after = nodes[nodes["window"] == last].set_index(keys)["net_minor"]
    out = pd.DataFrame({"before_minor": before, "after_minor": after}).fillna(0).astype("int64").reset_index()
    out["change_minor"] = out["after_minor"] - out["before_minor"]
    out["from_window"], out["to_window"] = first, last
    return check(out[columns], contract("history_contribution"))


def _matrix(values: pd.Series, rows: int, columns: int) -> np.ndarray:
    return values.fillna(0).to_numpy(dtype=np.float64).reshape(rows, columns)


def _ratio(top: np.ndarray, base: np.ndarray) -> np.ndarray:
    """top ÷ base where base is positive, else NaN."""
    return np.divide(top, base, out=np.full(top.shape, np.nan), where=base > 0)


def _signed_ratio(top: np.ndarray, base: np.ndarray) -> np.ndarray:
    """top ÷ base where base is not zero, else NaN (shares of a change exist for a falling total too)."""
    return np.divide(top, base, out=np.full(top.shape, np.nan), where=np.nan_to_num(base) != 0)


def _cagr(net: np.ndarray) -> np.ndarray:
    """Compound growth a window since the node's first positive window, for every later window; else NaN."""
    out = np.full(net.shape, np.nan)
    sold = net > 0
    first = np.where(sold.any(axis=1), sold.argmax(axis=1), net.shape[1])
    for j in range(1, net.shape[1]):
        rows = np.flatnonzero((first < j) & sold[:, j])
        out[rows, j] = (net[rows, j] / net[rows, first[rows]]) ** (1.0 / (j - first[rows])) - 1.0
    return out
