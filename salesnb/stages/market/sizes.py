"""The market: sizes, growth and own share; share goals in money; dated observations (R11)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesnb.model.params.goals import Goal
from salesnb.model.params.market import Entry, Market, Move
from salesnb.model.params.quantities import Not
from salesnb.model.tables import check, contract

WHOLE = "all"
_PAIRS = {"SO": ("strengths", "opportunities"), "ST": ("strengths", "threats"),
          "WO": ("weaknesses", "opportunities"), "WT": ("weaknesses", "threats")}  # fmt: skip


@dataclass(frozen=True)
class When:
    """The day values apply to, what was known by then, and the last year that had ended (its name as text)."""

    day: date
    as_of: date
    last_year: str


def market_nodes(sizes: pd.DataFrame, own: pd.DataFrame, market: Market, when: When) -> pd.DataFrame:
    """``market_nodes`` for the whole market, each region and each product line.

    ``sizes``: year, region_id, product_line, size_minor. ``own``: year, region_id, product_line, net_minor of whole
    years. Sales of regions and lines that the sizes do not cover count in the whole, not in a part.
    """
    covered = sizes[["region_id", "product_line"]].drop_duplicates()
    rows = []
    for dimension in (WHOLE, "region_id", "product_line"):
        parts = _by(sizes, dimension, "size_minor", when)
        sold = _by(own, dimension, "net_minor", when)
        nodes = {WHOLE} if dimension == WHOLE else set(covered[dimension])
        for node in sorted(nodes):
            rows += _years(dimension, node, parts.get(node, {}), sold.get(node, {}), when.last_year)
    out = pd.DataFrame(rows, columns=[c.name for c in contract("market_nodes").columns])
    if len(out):
        out["addressable_minor"] = _addressable(sizes, out, market, when)
    ints = dict.fromkeys(("own_minor", "addressable_minor"), "Int64")
    return check(out.astype(ints), contract("market_nodes"))


def _by(frame: pd.DataFrame, dimension: str, column: str, when: When) -> dict[str, dict[str, int]]:
    """node → year → amount."""
    node = frame[dimension] if dimension != WHOLE else pd.Series(WHOLE, index=frame.index, dtype="str")
    sums = frame.assign(node=node).groupby(["node", "year"])[column].sum()
    out: dict[str, dict[str, int]] = {}
    for name, year, amount in sums.reset_index().itertuples(index=False):
        out.setdefault(str(name), {})[str(year)] = int(amount)
    return out


def _years(
    dimension: str, node: str, sizes: Mapping[str, int], sold: Mapping[str, int], last: str
) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    before_share: float | None = None
    for year in sorted(sizes):
        earlier = sizes.get(str(int(year) - 1))
        share = sold[year] / sizes[year] if year in sold and sizes[year] > 0 and year <= last else None
        shift = share - before_share if share is not None and before_share is not None else None
        rows.append(
            {
                "dimension": dimension,
                "node_id": node,
                "name": node,
                "year": year,
                "size_minor": sizes[year],
                "growth_rate": sizes[year] / earlier - 1 if earlier else None,
                "own_minor": sold.get(year) if year <= last else None,
                "own_share_rate": share,
                "share_shift_rate": shift,
                "is_forecast": year > last,
            }
        )
        before_share = share
    return rows


def _addressable(sizes: pd.DataFrame, nodes: pd.DataFrame, market: Market, when: When) -> pd.Series:
    """Addressable part of each row's market: its lines' sizes × what can be served; null where a line has no share."""
    known = {line: dated.find(when.day, when.as_of) for line, dated in market.addressable_share.items()}
    share = sizes["product_line"].map(known).astype("float64")
    whole = sizes.assign(reach=sizes["size_minor"] * share)
    out = []
    for dimension, node, year in zip(nodes["dimension"], nodes["node_id"], nodes["year"], strict=True):
        here = whole["year"] == year
        if dimension != WHOLE:
            here &= whole[dimension] == node
        reach = whole["reach"].to_numpy()[here.to_numpy(bool)]
        out.append(None if len(reach) == 0 or np.isnan(reach).any() else round(float(pd.Series(reach).sum())))
    return pd.Series(out, index=nodes.index, dtype="Int64")


def served_growth(nodes: pd.DataFrame, market: Market, year: str, when: When) -> float | None:
    """Growth of the served market in ``year``: the decided figure, else that of the sizes; None where neither is."""
    decided = market.growth.find(when.day, when.as_of) if market.growth else None
    if decided is not None:
        return decided
    found = nodes[(nodes["dimension"] == WHOLE) & (nodes["year"] == year)]["growth_rate"].dropna()
    return float(found.iloc[0]) if len(found) else None


def share_needs(goals: Sequence[Goal], nodes: pd.DataFrame, year: str, as_of: date) -> pd.DataFrame:
    """``market_needs``: what each market-share goal asks in money of ``year``, level or change in points.

    A goal that does not say of what the share is is read as if it were of the market, and marked ``if_market``.
    """
    rows = []
    for goal in goals:
        if goal.metric != "market_share" or goal.decided > as_of or goal.of == "own_sales":
            continue
        keys = {"region": "region_id", "product_line": "product_line"}
        if len(goal.where) > 1 or any(key not in keys or hasattr(n, "not_") for key, n in goal.where.items()):
            continue
        where = [(keys[key], tuple(_names(names))) for key, names in goal.where.items()]
        here = nodes[nodes["dimension"] == (where[0][0] if where else WHOLE)]
        if where:
            here = here[here["node_id"].isin(where[0][1])]
        size = int(here.loc[here["year"] == year, "size_minor"].sum())
        last = here[here["year"] == str(int(year) - 1)]
        own, before = int(last["own_minor"].fillna(0).sum()), int(last["size_minor"].sum())
        if size <= 0 or before <= 0:
            continue
        held = own / before
        asked = goal.target.value + (held if goal.target.as_ == "change" else 0.0)
        if goal.target.as_ == "growth":
            asked = held * (1 + goal.target.value)
        needed = round(asked * size)
        rows.append(
            {
                "goal_id": goal.id,
                "node": "、".join(where[0][1]) if where else "",
                "own_share_rate": held,
                "asked_share_rate": asked,
                "next_size_minor": size,
                "needed_minor": needed,
                "own_minor": own,
                "growth_rate": needed / own - 1 if own > 0 else None,
                "reading": "of_market" if goal.of == "market" else "if_market",
            }
        )
    return check(
        pd.DataFrame(rows, columns=[c.name for c in contract("market_needs").columns]), contract("market_needs")
    )


def market_entries(market: Market, as_of: date) -> pd.DataFrame:
    """``market_entries``: every observation recorded by ``as_of`` and still true then; frames brief, competitors, pest,
    forces and swot."""
    named: list[tuple[str, str, Iterable[Entry]]] = [("brief", e.sign, (e,)) for e in market.entries]
    named += [("competitors", m.kind, (m,)) for m in market.competitors]
    for frame, block in (("pest", market.pest), ("forces", market.forces), ("swot", market.swot)):
        for part in type(block).model_fields:
            if part != "strategies":
                named.append((frame, part, getattr(block, part)))
    rows = [
        {
            "frame": frame,
            "part": part,
            "entry_id": entry.id,
            "recorded": pd.Timestamp(entry.recorded),
            "text": entry.text,
            "source": entry.source,
            "by": entry.by,
            "scope": "、".join(n for names in entry.where.values() for n in _names(names)),
            "sign": entry.sign,
            "weight": entry.weight,
            "competitor": entry.competitor if isinstance(entry, Move) else "",
            "price_change_rate": entry.price_change if isinstance(entry, Move) else None,
        }
        for frame, part, entries in named
        for entry in entries
        if entry.recorded <= as_of and (entry.until is None or entry.until >= as_of)
    ]
    columns = [c.name for c in contract("market_entries").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("market_entries"))


def _names(nodes: tuple[str, ...] | Not) -> list[str]:
    return [f"≠{n}" for n in nodes.not_] if isinstance(nodes, Not) else list(nodes)


def strategies(market: Market) -> pd.DataFrame:
    """``market_strategies``: each with what it is drawn from; unsound where that is absent or of another kind."""
    held = {
        part: {e.id for e in getattr(market.swot, part)}
        for part in type(market.swot).model_fields
        if part != "strategies"
    }
    rows = [
        {
            "strategy_id": s.id,
            "kind": s.kind,
            "text": s.text,
            "uses": "、".join(s.uses),
            "owner": s.owner,
            "is_sound": all(set(s.uses) & held[part] for part in _PAIRS[s.kind])
            and set(s.uses) <= held[_PAIRS[s.kind][0]] | held[_PAIRS[s.kind][1]],
        }
        for s in market.swot.strategies
    ]
    columns = [c.name for c in contract("market_strategies").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("market_strategies"))
