"""Tables beside the order lines: shadow credit, foreign amounts, the bridge between the bases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.intake.bench import Bench, literal
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.money import minor_digits
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
