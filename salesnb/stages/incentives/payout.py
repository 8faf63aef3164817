"""Commission paid on receipts (R89): released as money comes in, stopped when overdue, clawed back on return.

Every minor unit of earned commission is in exactly one state: paid, open, stopped, passed_on or clawed_back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pandas as pd

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.stages.incentives.exact import SCALE, spread, whole
from salesnb.stages.incentives.scheme import Scheme

Key = tuple[str, str, str]  # who receives it, month, state
Share = tuple[date, str, str, Fraction]  # day, month, state, share of an order's commission


@dataclass(frozen=True)
class Leavers:
    """Last day by person who left, and who takes over what comes in too late."""

    left: Mapping[str, date] = field(default_factory=dict)
    successor: Mapping[str, str] = field(default_factory=dict)


def payouts(
    lines: pd.DataFrame, receipts: pd.DataFrame, rules: Scheme, day: date, leavers: Leavers | None = None
) -> pd.DataFrame:
    """person_id, month, state, commission_minor: what became of earned commission by ``day``; sums to it exactly.

    ``lines`` is the result of ``earned`` with ``order_id`` and ``due_date`` (when payment falls due); a return that
    carries its order's id reduces that order, another is taken back in its own month. ``receipts``: order_id,
    receipt_date, month, received_minor. A receipt later than ``stop_days`` after the due date is ``stopped``, as is
    what is unpaid that long on ``day``; what comes in later than ``leaver_days`` after somebody left is
    ``passed_on``, to the successor's name or to none. Without ``paid_on_receipts`` all is paid in the order's month.
    """
    leaving = leavers or Leavers()
    known = lines[lines["order_date"] <= pd.Timestamp(day)]
    settled = _settled(known, receipts[receipts["receipt_date"] <= pd.Timestamp(day)], rules, day)
    exact: dict[str, dict[Key, Fraction]] = {}
    parts = known.groupby(["order_id", "person_id", "month", "is_return"])["earned"].sum().reset_index()
    for order, person, month, is_return, earned in parts.itertuples(index=False):
        at_once = {(person, month, "clawed_back" if is_return else "paid"): Fraction(1)}
        shares = _for_person(person, settled[order], rules, leaving) if order in settled else at_once
        mine = exact.setdefault(person, {})
        for key, share in shares.items():
            mine[key] = mine.get(key, Fraction(0)) + Fraction(int(earned), SCALE) * share
    return _rounded(exact)


def _settled(known: pd.DataFrame, receipts: pd.DataFrame, rules: Scheme, day: date) -> dict[str, list[Share]]:
    """What became of the commission of every order that is paid as its money comes in."""
    if not rules.paid_on_receipts:
        return {}
    came = _came(receipts)
    tied = known[known["order_id"].isin(known.loc[~known["is_return"], "order_id"])]
    orders: Any = tied.groupby("order_id").agg(
        net=("net_minor", "sum"),
        ordered=("order_date", "max"),
        due=("due_date", "max"),
        first=("month", "min"),
        last=("month", "max"),
    )
    return {order.Index: _shares(order, came.get(order.Index, []), rules, day) for order in orders.itertuples()}


def _came(receipts: pd.DataFrame) -> dict[str, list[tuple[date, str, int]]]:
    """Receipts by order, oldest first."""
    out: dict[str, list[tuple[date, str, int]]] = {}
    for row in receipts.sort_values(["receipt_date"], kind="stable").to_dict("records"):
        came = (row["receipt_date"].date(), str(row["month"]), int(row["received_minor"]))
        out.setdefault(str(row["order_id"]), []).append(came)
    return out


def _shares(order: Any, came: list[tuple[date, str, int]], rules: Scheme, day: date) -> list[Share]:
    """What became of the commission of an order (a row of ``_settled``), as shares that sum to one."""
    net = int(order.net)
    if net <= 0:  # wholly returned: nothing more will come in, what is left settles with the return
        return [(order.ordered.date(), order.last, "paid", Fraction(1))]
    last = None if rules.stop_days is None else order.due.date() + timedelta(days=rules.stop_days)
    out: list[Share] = []
    received = 0
    for when, month, amount in came:
        fresh = min(received + amount, net) - received  # an overpayment releases nothing
        received += fresh
        out.append((when, month, "stopped" if last is not None and when > last else "paid", Fraction(fresh, net)))
    if received < net:
        state = "stopped" if last is not None and day > last else "open"
        out.append((day, order.first, state, Fraction(net - received, net)))
    return out


def _for_person(person: str, shares: list[Share], rules: Scheme, leaving: Leavers) -> dict[Key, Fraction]:
    """The shares by receiver, month and state; what comes in too long after leaving is passed on."""
    left = leaving.left.get(person)
    last = None if left is None or rules.leaver_days is None else left + timedelta(days=rules.leaver_days)
    out: dict[Key, Fraction] = {}
    for when, month, state, share in shares:
        late = last is not None and when > last and state in ("paid", "open")
        key = (leaving.successor.get(person, UNASSIGNED), month, "passed_on") if late else (person, month, state)
        out[key] = out.get(key, Fraction(0)) + share
    return out


def _rounded(exact: Mapping[str, Mapping[Key, Fraction]]) -> pd.DataFrame:
    """Whole minor units; what each person earned keeps its rounded sum, wherever it went."""
    amounts: dict[Key, int] = {}
    for _, mine in sorted(exact.items()):
        keys = sorted(mine)
        values = [mine[key] for key in keys]
        for key, amount in zip(keys, spread(values, keys, whole(sum(values, Fraction(0)))), strict=True):
            amounts[key] = amounts.get(key, 0) + amount
    rows = [(*key, amount) for key, amount in sorted(amounts.items())]
    columns = ["person_id", "month", "state", "commission_minor"]
    return pd.DataFrame(rows, columns=columns).astype({"commission_minor": "int64"})
