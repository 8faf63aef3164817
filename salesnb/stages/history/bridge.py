"""The bridge between two windows: price, volume and mix of customers who stayed; new and lost customers and products.

Cells of customers who bought in both windows are summed by product; methods.bridge splits their change over the group
named by ``group``. Customers who bought in one window only are new or lost with all they bought. The effects of every
product line add up to its change, to the minor unit, whatever the data.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from salesnb.methods import bridge as methods
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Window
from salesnb.model.tables import check, contract

LASTING = 0.8  # share of sales in products sold in both windows that makes prices of products worth comparing
EFFECTS = ("price", "volume", "mix", "new_product", "lost_product", "new_customer", "lost_customer")


def bridge_level(sums: pd.DataFrame, windows: Sequence[Window]) -> str:
    """The finest level at which prices can be compared: ``product_id``, or ``product_line`` where most sales of either
    window are in products that the other did not sell (catalogues of single pieces, renumbered articles)."""
    if len(windows) < 2:
        return "product_id"
    sold = sums.pivot_table(index="product_id", columns="window", values="net_minor", aggfunc="sum", fill_value=0)
    if any(w.label not in sold for w in windows[-2:]):
        return "product_id"
    both = sold[[w.label for w in windows[-2:]]]
    lasting = both[(both != 0).all(axis=1)].abs().sum()
    return "product_id" if (lasting >= LASTING * both.abs().sum()).all() else "product_line"


def bridge(sums: pd.DataFrame, windows: Sequence[Window], level: str = "product_id", group: str = "") -> pd.DataFrame:
    """``history_bridge`` between the last two windows, one row a product line and effect.

    ``sums``: window, customer_id, product_line, product_id, quantity, net_minor. ``level``: product_id or product_line,
    what has a price. ``group``: the column within which volume and mix part ("" = the company; product_line = each on
    its own).
    """
    columns = [c.name for c in contract("history_bridge").columns]
    if len(windows) < 2:
        return check(pd.DataFrame({name: [] for name in columns}), contract("history_bridge"))
    first, last = (sums[sums["window"] == w.label] for w in windows[-2:])
    stayed = (set(first["customer_id"]) & set(last["customer_id"])) | {UNASSIGNED}
    cells = _both(first[first["customer_id"].isin(stayed)], last[last["customer_id"].isin(stayed)], level)
    parts = _stayed(cells, group)
    gone = first[~first["customer_id"].isin(stayed)].groupby("product_line")["net_minor"].sum()
    come = last[~last["customer_id"].isin(stayed)].groupby("product_line")["net_minor"].sum()
    lines = sorted(set(sums["product_line"]))
    out = pd.DataFrame(0, index=lines, columns=list(EFFECTS), dtype="int64")
    out[list(parts.columns)] = parts.reindex(lines).fillna(0).astype("int64")
    out["new_customer"] = come.reindex(lines).fillna(0).astype("int64")
    out["lost_customer"] = -gone.reindex(lines).fillna(0).astype("int64")
    rows = (
        out.rename_axis("product_line").reset_index().melt("product_line", var_name="effect", value_name="change_minor")
    )
    rows["from_window"], rows["to_window"] = windows[-2].label, windows[-1].label
    return check(rows[columns], contract("history_bridge"))


def _both(first: pd.DataFrame, last: pd.DataFrame, level: str) -> pd.DataFrame:
    keys = list(dict.fromkeys(["product_line", level]))
    sides = [side.groupby(keys)[["quantity", "net_minor"]].sum() for side in (first, last)]
    joined = sides[0].add_suffix("_before").join(sides[1].add_suffix("_after"), how="outer")
    return joined.fillna(0).reset_index()


def _stayed(cells: pd.DataFrame, group: str) -> pd.DataFrame:
    """Effects of the customers who stayed, by product line."""
    keys = cells["product_line"].str.cat(cells[cells.columns[1]].astype("str"), sep="\x1f")
    made = methods.bridge(
        cells["quantity_before"],
        cells["net_minor_before"].astype("int64"),
        cells["quantity_after"],
        cells["net_minor_after"].astype("int64"),
        cells[group].to_numpy() if group else None,
        keys.to_numpy(),
    )
    effects = pd.DataFrame(
        {
            "product_line": cells["product_line"],
            "price": made.price,
            "volume": made.volume,
            "mix": made.mix,
            "new_product": made.new,
            "lost_product": made.lost,
        }
    )
    return effects.groupby("product_line").sum()
