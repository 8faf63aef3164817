"""Rounded lines → ``sales_lines``, ``sales_cells`` and ``sales_daily``: plain sums of the same lines."""

from __future__ import annotations

from salesnb.model.contracts.facts import CELL_KEYS, SALES_DAILY
from salesnb.model.tables import contract

DAILY_KEYS = SALES_DAILY.keys


def lines_sql(lines: str) -> str:
    """SQL of the ``sales_lines`` contract over rounded lines, sorted by its keys."""
    table = contract("sales_lines")
    numbers = {"share_of_credit": "share_of_credit::DOUBLE", "quantity": "quantity::DOUBLE"}
    columns = ", ".join(f"{numbers.get(c.name, c.name)} AS {c.name}" for c in table.columns)
    return f"SELECT {columns} FROM {lines} ORDER BY {', '.join(table.keys)}"


def cells_sql(lines: str, where: str = "true", netted: bool = True) -> str:
    """SQL of the ``sales_cells`` contract: additive columns of ``sales_lines`` rows that meet ``where``.

    ``netted``: net includes returns; otherwise returns stand apart in ``returns_minor`` only.
    """
    keys = ", ".join(CELL_KEYS)
    kept = "true" if netted else "NOT is_return"
    sums = ", ".join(
        f"sum({m}_minor) FILTER ({kept})::BIGINT AS {m}_minor" if m != "net" else _net(kept)
        for m in ("net", "list", "cost")
    )
    return (
        f"SELECT {keys}, {_quantity(kept)}, {sums},"
        f" sum(net_minor) FILTER (cost_minor IS NOT NULL AND {kept})::BIGINT AS costed_minor,"
        " coalesce(sum(net_minor) FILTER (is_return), 0)::BIGINT AS returns_minor,"
        " count(*) FILTER (is_primary AND NOT is_return) AS line_count"
        f" FROM {lines} WHERE {where} GROUP BY {keys} ORDER BY {keys}"
    )


def daily_sql(lines: str, where: str = "true", netted: bool = True, day: str = "order_date") -> str:
    """SQL of the ``sales_daily`` contract over ``sales_lines`` rows that meet ``where``; ``day`` is the basis' date."""
    rest = [k for k in DAILY_KEYS if k != "date"]
    day = f"coalesce({day}, order_date)"
    kept = "true" if netted else "NOT is_return"
    return (
        f"SELECT {day} AS date, {', '.join(rest)}, {_quantity(kept)}, {_net(kept)},"
        " count(*) FILTER (is_primary AND NOT is_return) AS line_count"
        f" FROM {lines} WHERE {where} GROUP BY {day}, {', '.join(rest)} ORDER BY {day}, {', '.join(rest)}"
    )


def _net(kept: str) -> str:
    return f"coalesce(sum(net_minor) FILTER ({kept}), 0)::BIGINT AS net_minor"


def _quantity(kept: str) -> str:
    """Quantities are summed as decimals: a sum of doubles would depend on the order of threads."""
    return f"sum(quantity::DECIMAL(38,6)) FILTER ({kept})::DOUBLE AS quantity"
