"""Rounded lines → ``sales_lines``, ``sales_cells`` and ``sales_daily``: plain sums of the same lines."""

from __future__ import annotations

from collections.abc import Sequence

from salesnb.intake.bench import Bench, literal
from salesnb.intake.clean import few
from salesnb.intake.clean.columns import CENTS
from salesnb.model.contracts.facts import CELL_KEYS, SALES_DAILY
from salesnb.model.tables import contract

DAILY_KEYS = SALES_DAILY.keys
EXACT_QUANTITY = "quantity::DECIMAL(38,6)"


def lines_sql(bench: Bench, lines: str) -> str:
    """SQL of the ``sales_lines`` contract over rounded lines, sorted by its keys.

    Sorting carries every column along: those that hold one value throughout are left out of it, and lines that stand
    in the order of their keys already, as most exports do, are not sorted at all.
    """
    table = contract("sales_lines")
    numbers = {c: f"{c}::{kind}" for c, kind in _OUT.items()}
    columns = ", ".join(f"{numbers.get(c.name, c.name)} AS {c.name}" for c in table.columns)
    if in_order(bench, lines, table.keys):
        return f"SELECT {columns} FROM {lines}"
    same = _same_throughout(bench, lines, [c.name for c in table.columns if c.name not in table.keys])
    carried = ", ".join(c.name for c in table.columns if c.name not in same)
    columns = ", ".join(f"{same.get(c.name, numbers.get(c.name, c.name))} AS {c.name}" for c in table.columns)
    return f"SELECT {columns} FROM (SELECT {carried} FROM {lines} ORDER BY {', '.join(table.keys)})"


def in_order(bench: Bench, lines: str, keys: Sequence[str], once: bool = False) -> bool:
    """Whether ``lines`` (a table, or a view that joins nothing) are read in the order of their keys; ``once``: and no
    key stands twice."""
    before = ", ".join(f"lag({k}) OVER () AS _{k}" for k in keys)
    now, last = ", ".join(keys), ", ".join(f"_{k}" for k in keys)
    apart = f"_later AND (({now}) {'>' if once else '>='} ({last})) IS NOT TRUE"  # the first line has none before it
    query = f"SELECT 1 FROM (SELECT {now}, lag(true) OVER () AS _later, {before} FROM {lines}) WHERE {apart} LIMIT 1"
    return not bench.rows(query)


def _same_throughout(bench: Bench, lines: str, columns: Sequence[str]) -> dict[str, str]:
    """SQL of the value of every column that has one value, or none, in all ``lines``."""
    kinds = {name: kind for name, kind, *_ in bench.rows(f"DESCRIBE {lines}")}
    asked = ", ".join(f"min({c})::VARCHAR, max({c})::VARCHAR, count({c})" for c in columns)
    total, *found = bench.rows(f"SELECT count(*), {asked} FROM {lines}")[0]
    parts = {c: found[3 * i : 3 * i + 3] for i, c in enumerate(columns)}
    kinds = {c: "VARCHAR" if kind.startswith("ENUM") else kind for c, kind in kinds.items()}
    none = {c: f"NULL::{_OUT.get(c, kinds[c])}" for c, (_, _, count) in parts.items() if not count}
    one = {
        c: few.one(low) if kinds[c] == "VARCHAR" else f"CAST({literal(low)} AS {_OUT.get(c, kinds[c])})"
        for c, (low, high, count) in parts.items()
        if count == total and low == high and low is not None
    }
    return none | one


_OUT = {"share_of_credit": "DOUBLE", "quantity": "DOUBLE"}


def cells_sql(lines: str, where: str = "true", netted: bool = True, quantity: str = EXACT_QUANTITY) -> str:
    """SQL of the ``sales_cells`` contract: additive columns of ``sales_lines`` rows that meet ``where``.

    ``quantity`` is an exact decimal of it. ``netted``: net includes returns; otherwise returns stand apart in
    ``returns_minor`` only.
    """
    keys = ", ".join(CELL_KEYS)
    kept = "true" if netted else "NOT is_return"
    sums = ", ".join(
        f"sum({m}_minor) FILTER ({kept})::BIGINT AS {m}_minor" if m != "net" else _net(kept)
        for m in ("net", "list", "cost")
    )
    return (
        f"SELECT {keys}, {_quantity(kept, quantity)}, {sums},"
        f" sum(net_minor) FILTER (cost_minor IS NOT NULL AND {kept})::BIGINT AS costed_minor,"
        " coalesce(sum(net_minor) FILTER (is_return), 0)::BIGINT AS returns_minor,"
        " count(*) FILTER (is_primary AND NOT is_return) AS line_count"
        f" FROM {lines} WHERE {where} GROUP BY {keys} ORDER BY {keys}"
    )


def daily_sql(
    lines: str, where: str = "true", netted: bool = True, day: str = "order_date", quantity: str = EXACT_QUANTITY
) -> str:
    """SQL of the ``sales_daily`` contract over ``sales_lines`` rows that meet ``where``; ``day`` is the basis' date."""
    rest = [k for k in DAILY_KEYS if k != "date"]
    day = f"coalesce({day}, order_date)"
    kept = "true" if netted else "NOT is_return"
    return (
        f"SELECT {day} AS date, {', '.join(rest)}, {_quantity(kept, quantity)}, {_net(kept)},"
        " count(*) FILTER (is_primary AND NOT is_return) AS line_count"
        f" FROM {lines} WHERE {where} GROUP BY {day}, {', '.join(rest)} ORDER BY {day}, {', '.join(rest)}"
    )


def _net(kept: str) -> str:
    return f"coalesce(sum(net_minor) FILTER ({kept}), 0)::BIGINT AS net_minor"


def quantity_of(bench: Bench, lines: str) -> str:
    """SQL of the exact decimal to sum the quantities of ``lines`` by."""
    kind = next(kind for name, kind, *_ in bench.rows(f"DESCRIBE {lines}") if name == "quantity")
    return "quantity" if kind == CENTS else EXACT_QUANTITY


def _quantity(kept: str, quantity: str) -> str:
    """Quantities are summed as decimals: a sum of doubles would depend on the order of threads."""
    return f"sum({quantity}) FILTER ({kept})::DECIMAL(38,6)::DOUBLE AS quantity"
