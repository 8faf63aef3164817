"""Order lines of a stretch of time by order, person and line: what pay, receivables and month ends are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.intake.bench import asking
from salesnb.intake.sums import files

if TYPE_CHECKING:
    import pandas as pd

_REST = "order_date, month, region_id, person_id, customer_id, dealer_id, product_line, is_return"


def orders(lines: Path | Sequence[Path], start: date, end: date, as_of: date) -> pd.DataFrame:
    """Net and cost by order, day, person, customer, dealer, product line and return, known on ``as_of``, sorted.

    ``base_date`` is the shipping date, else the order's: the day from which a receivable is counted. A return that
    names the order it takes back stands under that order.
    """
    query = f"""
        SELECT coalesce(original_order_id, order_id) AS order_id, {_REST},
               min(coalesce(ship_date, order_date)) AS base_date,
               sum(net_minor)::BIGINT AS net_minor, sum(cost_minor)::BIGINT AS cost_minor
        FROM read_parquet($lines)
        WHERE order_date BETWEEN $start AND $end AND order_date <= $as_of AND coalesce(known_date, order_date) <= $as_of
        GROUP BY 1, {_REST} ORDER BY 1, {_REST}
    """
    given = {"lines": files(lines), "start": start, "end": end, "as_of": as_of}
    with asking() as connection:
        return connection.execute(query, given).df()
