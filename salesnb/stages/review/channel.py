"""Channels and legal entities: dealers' stock along their tree, rebates, diverted sales, rulings, consolidation."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.tables import check, contract

USUAL_MONTHS = 12
QUARTER = 3
FLOWS = ["sell_in_minor", "sell_out_minor", "stock_minor"]


@dataclass(frozen=True)
class Stuffed:
    """When stock is too much: so many months of it, and so many times a dealer's usual.

    ``from_parent``: dealers buy from those above them, not from the company.
    """

    months: float
    ratio: float
    from_parent: bool = False


def dealers(
    stock: pd.DataFrame, month: str, names: Mapping[str, str], parents: Mapping[str, str], line: Stuffed
) -> pd.DataFrame:
    """``review_dealers`` at the end of ``month``: sell-in and sell-out of three months, stock in months of sell-out.

    ``stock``: month, dealer_id, sell_in_minor, sell_out_minor, stock_minor, known by then. Stuffed: stock past ``line``
    while sell-in exceeds sell-out. Who has dealers below shows himself with all of them: where they buy from him
    (``line.from_parent``) what passes between them is counted once, as his sell-in and their sell-out.
    """
    held = stock[stock["month"] <= month].groupby(["dealer_id", "month"], as_index=False)[FLOWS].sum(min_count=1)
    rows = []
    for dealer, own in held.groupby("dealer_id", sort=True):
        own = own.sort_values("month", kind="stable")
        if str(own["month"].iloc[-1]) == month:
            called = {"dealer_id": dealer, "name": names.get(str(dealer), str(dealer))}
            above = parents.get(str(dealer), "")
            rows.append({**called, "parent": names.get(above, above) or None, **_stock(own, line)})
    columns = [c.name for c in contract("review_dealers").columns]
    frame = pd.DataFrame(rows, columns=columns).astype({"is_stuffed": bool})
    return check(_with_below(frame, held, parents, line.from_parent), contract("review_dealers"))


def _stock(own: pd.DataFrame, line: Stuffed) -> dict[str, object]:
    pace = own["sell_out_minor"].rolling(QUARTER).mean()
    months = (own["stock_minor"] / pace.where(pace > 0)).astype("float64")
    quarter = own.tail(QUARTER)
    put, sold = int(quarter["sell_in_minor"].sum()), int(quarter["sell_out_minor"].sum())
    usual, now = float(months.iloc[-1 - USUAL_MONTHS : -1].median()), float(months.iloc[-1])
    left = own["stock_minor"].iloc[-1]
    return {
        "sell_in_minor": put,
        "sell_out_minor": sold,
        "stock_minor": None if pd.isna(left) else int(left),
        "stock_months": now,
        "usual_months": usual,
        "in_over_out": put / sold if sold > 0 else math.nan,
        "is_stuffed": bool(now > line.months and now >= line.ratio * usual and put > sold),
    }


def below(parents: Mapping[str, str]) -> dict[str, list[str]]:
    """Every dealer below each one, at any depth; a circle of parents ends where it closes."""
    children: dict[str, list[str]] = {}
    for dealer, parent in sorted(parents.items()):
        if parent and parent != dealer:
            children.setdefault(parent, []).append(dealer)
    out = {}
    for top in children:
        found: list[str] = []
        waiting = list(children[top])
        while waiting:
            one = waiting.pop(0)
            if one != top and one not in found:
                found.append(one)
                waiting += children.get(one, [])
        out[top] = found
    return out


def _with_below(frame: pd.DataFrame, held: pd.DataFrame, parents: Mapping[str, str], from_parent: bool) -> pd.DataFrame:
    """The sums of dealers together with those below them; nothing for who stands alone."""
    figures = frame.set_index("dealer_id")[FLOWS].astype("Float64")
    rows = []
    for dealer, own in below({d: p for d, p in parents.items() if d in figures.index}).items():
        if dealer not in figures.index:
            continue
        whole = figures.loc[[dealer, *own]]
        passed = figures.loc[own, "sell_in_minor"].sum() if from_parent else 0
        stock = whole["stock_minor"].sum(min_count=len(whole))
        sold = int(whole["sell_out_minor"].sum() - passed)
        rows.append(
            {
                "dealer_id": dealer,
                "below_count": len(own),
                "group_in_minor": int(whole["sell_in_minor"].sum() - passed),
                "group_out_minor": sold,
                "group_stock_minor": None if pd.isna(stock) else int(stock),
                "group_months": float(stock) * QUARTER / sold if not pd.isna(stock) and sold > 0 else math.nan,
            }
        )
    names = ["dealer_id", "below_count", "group_in_minor", "group_out_minor", "group_stock_minor", "group_months"]
    groups = pd.DataFrame(rows, columns=names)
    return frame.drop(columns=names[1:]).merge(groups, on="dealer_id", how="left")[list(frame.columns)]


# ---------------------------------------------------------------------- rebates


@dataclass(frozen=True)
class Rule:
    """A rebate in one of its periods. ``months``: of the period so far; ``steps``: (from, rate) in minor units;
    ``rates``: of the dealers' contracts, where there are no steps. ``dealers`` who take part."""

    rebate: str
    period: str
    basis: str
    months: tuple[str, ...]
    dealers: frozenset[str]
    steps: tuple[tuple[int, float], ...]
    rates: Mapping[str, float]
    is_held: bool
    is_complete: bool


def rebates(
    stock: pd.DataFrame, rules: Sequence[Rule], stuffed: frozenset[str], names: Mapping[str, str]
) -> pd.DataFrame:
    """``review_rebates``: what dealers have earned back by the months known, and how far the next step is.

    ``stock``: month, dealer_id, sell_in_minor, sell_out_minor. A dealer that is stuffed now has his rebate held back
    where the rule says so. A dealer without a rate earns none and is left out: nobody decided one.
    """
    rows = []
    for rule in rules:
        own = stock[stock["month"].isin(rule.months) & stock["dealer_id"].isin(rule.dealers)]
        sums = own.groupby("dealer_id")[f"{rule.basis}_minor"].sum()
        for dealer, amount in sums.sort_index().items():
            rate, following = _step(int(amount), rule, str(dealer))
            if rate is None:
                continue
            earned = round(max(int(amount), 0) * rate)
            rows.append(
                {
                    "rebate": rule.rebate,
                    "period": rule.period,
                    "dealer_id": dealer,
                    "name": names.get(str(dealer), str(dealer)),
                    "basis": rule.basis,
                    "amount_minor": int(amount),
                    "rebate_rate": rate,
                    "rebate_minor": earned,
                    "held_minor": earned if rule.is_held and dealer in stuffed else 0,
                    "next_minor": following,
                    "is_complete": rule.is_complete,
                }
            )
    columns = [c.name for c in contract("review_rebates").columns]
    return check(pd.DataFrame(rows, columns=columns).astype({"is_complete": bool}), contract("review_rebates"))


def _step(amount: int, rule: Rule, dealer: str) -> tuple[float | None, int | None]:
    """The rate an amount has reached, and what is missing to the next step."""
    if not rule.steps:
        rate = rule.rates.get(dealer)
        return (None if rate is None or rate != rate else rate), None
    reached = [rate for start, rate in rule.steps if amount >= start]
    ahead = [start - amount for start, _ in rule.steps if amount < start]
    return (reached[-1] if reached else 0.0), (ahead[0] if ahead else None)


# ---------------------------------------------------------------------- diverted sales and rulings


def diverted(
    sold: pd.DataFrame,
    registered: pd.DataFrame,
    names: Mapping[str, str],
    rulings: Sequence[tuple[str, str, str, date]],
) -> pd.DataFrame:
    """``review_diverted``: sales of a registered customer through another dealer (or region) than registered.

    ``sold``: customer_id, dealer_id, region_id, net_minor; ``registered``: customer_id, dealer_id, region_id.
    ``rulings``: (customer, decision, by, day). Orders stay as they are: a ruling stands beside them.
    """
    own = sold.merge(registered, on="customer_id", suffixes=("", "_registered"))
    both = (own["dealer_id"] != UNASSIGNED) & (own["dealer_id_registered"] != UNASSIGNED)
    known = (own["region_id"] != UNASSIGNED) & (own["region_id_registered"] != UNASSIGNED)
    other_dealer = both & (own["dealer_id"] != own["dealer_id_registered"])
    other_region = known & (own["region_id"] != own["region_id_registered"])
    hit = own[(other_dealer | other_region) & (own["net_minor"] > 0)]
    by_dealer = other_dealer.loc[hit.index]
    hit = hit.assign(
        registered=np.where(by_dealer, hit["dealer_id_registered"], hit["region_id_registered"]),
        sold_by=np.where(by_dealer, hit["dealer_id"], hit["region_id"]),
    )
    out = hit.groupby(["customer_id", "registered", "sold_by"])["net_minor"].sum().reset_index()
    told = {customer: (decision, by, day) for customer, decision, by, day in rulings}
    out["name"] = [names.get(c, c) for c in out["customer_id"]]
    for place, column in enumerate(("ruling", "by")):
        out[column] = [told[c][place] if c in told else None for c in out["customer_id"]]
    out["decided_date"] = [pd.Timestamp(told[c][2]) if c in told else pd.NaT for c in out["customer_id"]]
    for column in ("registered", "sold_by"):
        out[column] = [names.get(value, value) for value in out[column]]
    return check(out, contract("review_diverted"))


def no_rulings() -> pd.DataFrame:
    """``review_rulings`` where no ruling moves credit."""
    return check(pd.DataFrame(columns=[c.name for c in contract("review_rulings").columns]), contract("review_rulings"))


def rulings(
    moved: pd.DataFrame, said: Mapping[int, tuple[str, str, date, str]], names: Mapping[str, str]
) -> pd.DataFrame:
    """``review_rulings``: the credit each ruling moved, by month, from whom to whom.

    ``moved``: ruling_no, month, customer_id, from_/to_ of region, team, person, dealer, net_minor. ``said``: number →
    (decision, by, day, reference). The finest thing that changed is named: the person, else the dealer, team, region.
    """
    rows = []
    for row in moved.to_dict("records"):
        kind = next(k for k in ("person_id", "dealer_id", "team_id", "region_id") if row[f"from_{k}"] != row[f"to_{k}"])
        decision, by, day, reference = said[row["ruling_no"]]
        ends = {side: names.get(row[f"{side}_{kind}"], row[f"{side}_{kind}"]) for side in ("from", "to")}
        rows.append(
            {
                **{k: row[k] for k in ("ruling_no", "month", "customer_id", "net_minor")},
                "name": names.get(row["customer_id"], row["customer_id"]),
                "from_node": ends["from"],
                "to_node": ends["to"],
                "decision": decision,
                "by": by,
                "decided_date": pd.Timestamp(day),
                "reference": reference or None,
            }
        )
    columns = [c.name for c in contract("review_rulings").columns]
    frame = pd.DataFrame(rows, columns=columns)
    keys = [c for c in columns if c != "net_minor"]
    if frame.empty:
        return no_rulings()
    summed = frame.groupby(keys, dropna=False)["net_minor"].sum().reset_index()
    return check(summed[columns], contract("review_rulings"))


# ---------------------------------------------------------------------- legal entities


def entities(
    outside: pd.DataFrame, inside: Mapping[str, int], labels: tuple[str, str | None], names: Mapping[str, str]
) -> pd.DataFrame:
    """``review_entities``: every legal entity alone, what it sold inside the group, and what the group shows of it.

    ``outside``: window, entity_id, net_minor of sales to others, whose sum over entities is the company; ``labels``: of
    the window and of its twin a year before, None where sales do not reach back. ``inside``: internal sales by entity.
    """
    now, last = (outside[outside["window"] == label].groupby("entity_id")["net_minor"].sum() for label in labels)
    total = int(now.sum())
    rows = []
    for entity in sorted({*now.index, *last.index, *inside}):
        actual, eliminated = int(now.get(entity, 0)), int(inside.get(entity, 0))
        before = int(last.get(entity, 0)) if labels[1] is not None else None
        rows.append(
            {
                "entity_id": entity,
                "name": names.get(entity, entity),
                "gross_minor": actual + eliminated,
                "internal_minor": eliminated,
                "actual_minor": actual,
                "last_year_minor": before,
                "yoy_rate": actual / before - 1 if before is not None and before > 0 else math.nan,
                "share": actual / total if total > 0 else math.nan,
            }
        )
    columns = [c.name for c in contract("review_entities").columns]
    return check(pd.DataFrame(rows, columns=columns), contract("review_entities"))
