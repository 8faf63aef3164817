"""Sums of order lines over windows of time, made by DuckDB where the lines lie; distinct counts are never added up.

The only question stages put to the facts: "what was sold in these windows, by this dimension, as known on that day?"
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.intake.bench import asking, literal
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.periods import Window

if TYPE_CHECKING:
    import pandas as pd

# what may be grouped by; also the only identifiers that reach the SQL text
DIMENSIONS = (
    "month",
    "region_id",
    "team_id",
    "person_id",
    "product_line",
    "product_id",
    "customer_id",
    "customer_type",
    "channel_id",
    "industry",
    "dealer_id",
    "entity_id",
    "currency",
)

_NOBODY = literal(UNASSIGNED)  # a line without a customer adds none
_MEASURES = f"""
    sum(net_minor)::BIGINT AS net_minor,
    coalesce(sum(net_minor) FILTER (is_return), 0)::BIGINT AS returns_minor,
    sum(quantity) AS quantity,
    sum(list_minor)::BIGINT AS list_minor,
    sum(cost_minor)::BIGINT AS cost_minor,
    sum(net_minor) FILTER (cost_minor IS NOT NULL)::BIGINT AS costed_minor,
    count(*) AS line_count,
    count(DISTINCT order_id) FILTER (NOT is_return) AS order_count,
    count(DISTINCT customer_id) FILTER (NOT is_return AND customer_id <> {_NOBODY}) AS customer_count
"""
_KNOWN = "order_date <= $as_of AND coalesce(known_date, order_date) <= $as_of"


def sums(lines: Path | Sequence[Path], by: Sequence[str], windows: Sequence[Window], as_of: date) -> pd.DataFrame:
    """Sales by window and by the dimensions ``by``, sorted: window, *by, net/returns/list/cost/costed_minor, quantity,
    counts. ``costed_minor`` is the net amount of the lines whose cost is known: a margin is measured on it alone.

    A window of whole months takes lines by their settlement month, one without months by order date. Lines known or
    ordered after ``as_of`` are left out. An unknown dimension raises ValueError.
    """
    _known_dimensions(by)
    keys = ", ".join(["w.label", *by])
    query = f"""
        SELECT w.label AS "window", {"".join(f"{name}, " for name in by)} {_MEASURES}
        FROM read_parquet($lines) AS l JOIN windows AS w
          ON CASE WHEN w.month IS NULL THEN l.order_date BETWEEN w.start AND w."end" ELSE l.month = w.month END
        WHERE {_KNOWN} GROUP BY {keys} ORDER BY {keys}
    """
    with asking() as connection:
        connection.register("windows", _window_rows(windows))
        return connection.execute(query, {"lines": files(lines), "as_of": as_of}).df()


def months(lines: Path | Sequence[Path], by: Sequence[str], as_of: date) -> pd.DataFrame:
    """Sales by settlement month and ``by`` as known on ``as_of``; columns as in :func:`sums`, with month first."""
    _known_dimensions(by)
    keys = ", ".join(["month", *by])
    query = f"SELECT {keys}, {_MEASURES} FROM read_parquet($lines) WHERE {_KNOWN} GROUP BY {keys} ORDER BY {keys}"
    return _ask(query, lines, as_of)


def _known_dimensions(by: Sequence[str]) -> None:
    unknown = [name for name in by if name not in DIMENSIONS]
    if unknown:
        raise ValueError(f"{unknown} cannot be grouped by; known: {', '.join(DIMENSIONS)}")


def _window_rows(windows: Sequence[Window]) -> pd.DataFrame:
    import pandas as pd

    rows = [
        {"label": w.label, "start": pd.Timestamp(w.start), "end": pd.Timestamp(w.end), "month": month}
        for w in windows
        for month in (w.months or (None,))
    ]
    return pd.DataFrame(rows, columns=["label", "start", "end", "month"]).astype({"month": "str"}, errors="ignore")


def first_orders(lines: Path, as_of: date) -> pd.DataFrame:
    """customer_id, first_date: each customer's first order (returns do not count) as known on ``as_of``."""
    query = f"""
        SELECT customer_id, min(order_date) AS first_date FROM read_parquet($lines)
        WHERE {_KNOWN} AND NOT is_return GROUP BY customer_id ORDER BY customer_id
    """
    return _ask(query, lines, as_of)


def activity(lines: Path, entity: str, as_of: date) -> pd.DataFrame:
    """``entity``, month: one row for every month in which it ordered (customer_id) or sold (person_id)."""
    _known_dimensions((entity,))
    query = f"""
        SELECT {entity}, month FROM read_parquet($lines)
        WHERE {_KNOWN} AND NOT is_return GROUP BY {entity}, month ORDER BY {entity}, month
    """
    return _ask(query, lines, as_of)


def files(lines: Path | Sequence[Path]) -> list[str]:
    """What a query reads: the order lines' file, or theirs and that of lines which move credit."""
    return [str(path) for path in ([lines] if isinstance(lines, Path) else lines)]


def _ask(query: str, lines: Path | Sequence[Path], as_of: date) -> pd.DataFrame:
    with asking() as connection:
        return connection.execute(query, {"lines": files(lines), "as_of": as_of}).df()
