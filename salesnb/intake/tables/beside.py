"""Tables beside the order lines: shadow credit, foreign amounts, the bridge between the bases."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from salesnb.intake.bench import Bench, literal
from salesnb.intake.tables.calendar_sql import settlement_month
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.money import minor_digits
from salesnb.model.params.company import Company
from salesnb.model.periods import month_range
from salesnb.model.tables import check, contract

if TYPE_CHECKING:
    import pandas as pd


def _factor(bench: Bench, table: str, column: str) -> str:
    """SQL of minor units in one unit of the row's currency."""
    found = bench.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1")
    cases = " ".join(f"WHEN {literal(c)} THEN {10 ** minor_digits(c)}" for (c,) in found)
    return f"(CASE {column} {cases or 'WHEN NULL THEN 1'} END)::INTEGER"


def shadow_credits(bench: Bench, shadow: str) -> pd.DataFrame:
    """The ``shadow_credits`` table. Each amount is rounded for itself: it is never added up."""
    shape = contract("shadow_credits")
    none = literal(UNASSIGNED)
    net = f"CAST(round_even(sum(net * _share) * {_factor(bench, shadow, 'currency')}, 0) AS BIGINT)"
    keys = "order_id, line_no, _person, _role, month, region_id, currency"
    query = (
        f"SELECT coalesce(order_id, {none}) AS order_id, coalesce(line_no, {none}) AS line_no,"
        f" coalesce(_person, {none}) AS person_id, coalesce(nullif(_role, ''), 'shadow') AS role, month,"
        f" coalesce(region_id, {none}) AS region_id, currency, max(_share)::DOUBLE AS share_of_credit, {net} AS "
        f"net_minor"
        f" FROM {shadow} GROUP BY {keys}"
    )
    return check(bench.sql.execute(query).df(), shape)


def sales_original(bench: Bench, lines: str) -> pd.DataFrame:
    """The ``sales_original`` table: lines that came in a foreign currency, with rate and original amount."""
    shape = contract("sales_original")
    factor = _factor(bench, lines, "_original_currency")
    query = (
        "SELECT order_id, line_no, person_id, _original_currency AS original_currency, _rate::DOUBLE AS rate,"
        f" CAST(round_even(_original_net * {factor}, 0) AS BIGINT) AS original_minor, currency, net_minor"
        f" FROM {lines} WHERE _original_currency IS NOT NULL"
    )
    return check(bench.sql.execute(query).df(), shape)


_FLOWS = ("signed", "shipped", "invoiced", "received")
Sums = Sequence[tuple[str, str, int]]  # currency, month, minor units
# table → the flow it tells, its day and amount
_TELLS = {
    "shipments": ("shipped", "ship_date", "shipped_minor"),
    "invoices": ("invoiced", "invoice_date", "invoiced_minor"),
    "receipts": ("received", "receipt_date", "received_minor"),
}


def flow_of(company: Company, table: str, frame: pd.DataFrame) -> dict[str, list[tuple[str, str, int]]]:
    """The flow that an export of its own tells, with its minor units by currency and month; none for other tables."""
    if table not in _TELLS:
        return {}
    name, day, amount = _TELLS[table]
    months = {d: company.calendar.month_of(d.date()) for d in frame[day].unique()}
    sums = frame.assign(_month=frame[day].map(months)).groupby(["currency", "_month"])[amount].sum().reset_index()
    return {name: [(str(c), str(m), int(v)) for c, m, v in sums.itertuples(index=False)]}


def basis_bridge(bench: Bench, company: Company, lines: str, told: Mapping[str, Sums]) -> pd.DataFrame | None:
    """The ``basis_bridge`` table: what is signed and not shipped, shipped and not invoiced, invoiced and not received,
    month by month since the data begin; None when fewer than two bases are known.

    Shipments and invoices come from exports of their own (``told``, see ``flow_of``), else from the dates of the order
    lines.
    """
    import pandas as pd

    flows = {name: f for name in _FLOWS if (f := _flow(bench, company, lines, told, name)) is not None and len(f)}
    known = [name for name in _FLOWS if name in flows]
    shape = contract("basis_bridge")
    rows: list[dict[str, object]] = []
    for currency in sorted({c for f in flows.values() for c, _ in f}):
        months = sorted({m for f in flows.values() for c, m in f if c == currency})
        for before, after in itertools.pairwise(known):
            balance = 0
            for month in month_range(months[0], months[-1]):
                added, cleared = (int(flows[n].get((currency, month), 0)) for n in (before, after))
                row = {"month": month, "step": f"{before}_{after}", "currency": currency, "opening_minor": balance}
                balance += added - cleared
                rows.append(row | {"added_minor": added, "cleared_minor": cleared, "closing_minor": balance})
    return check(pd.DataFrame(rows, columns=[c.name for c in shape.columns]), shape) if rows else None


def _flow(
    bench: Bench, company: Company, lines: str, told: Mapping[str, Sums], name: str
) -> dict[tuple[str, str], int] | None:
    """Minor units by (currency, month) of one basis; None when nothing says it."""
    if name in told:
        return {(currency, month): amount for currency, month, amount in told[name]}
    if name == "received" or (name == "signed" and company.basis.date != "order_date"):
        return None  # under another basis the orders not shipped yet are not among the lines
    # a return has no ship date of its own: it takes back what was shipped on the day it is booked
    day = {"signed": "order_date", "shipped": "ship_date", "invoiced": "invoice_date"}[name]
    date = day if name == "signed" else f"CASE WHEN is_return THEN coalesce({day}, order_date) ELSE {day} END"
    if not bench.one(f"SELECT count({day}) FROM {lines}"):
        return None
    found = bench.rows(
        f"SELECT currency, {settlement_month('d', company)} AS m, sum(s) FROM (SELECT currency, {date} AS d,"
        f" sum(net_minor) AS s FROM {lines} GROUP BY ALL) WHERE d IS NOT NULL GROUP BY ALL"
    )
    return {(c, m): int(v) for c, m, v in found}
