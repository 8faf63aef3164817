"""Every table that is not order lines: typed rows → gate → the contract's columns, money rounded once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from salesnb.intake.bench import Bench, ident, literal
from salesnb.intake.clean.columns import DECIMAL
from salesnb.intake.quality.gate import gate
from salesnb.intake.tables import clocks, conversions, derive, enrich, unique
from salesnb.intake.tables.select import Stack
from salesnb.intake.tables.specs import SPECS
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.money import minor_digits
from salesnb.model.params.company import Company
from salesnb.model.tables import Column, TableContract, check, contract

if TYPE_CHECKING:
    import pandas as pd

# the name column that serves where no id is mapped
_NAMES = {
    "region_id": "region_name",
    "team_id": "team_name",
    "person_id": "person_name",
    "customer_id": "customer_name",
    "product_id": "product_name",
}
_SQL = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "date": "DATE",
    "moment": "TIMESTAMP",
    "month": "VARCHAR",
    "minor": DECIMAL,
    "count": DECIMAL,
    "number": DECIMAL,
    "rate": DECIMAL,
    "flag": "BOOLEAN",
}
_FLAGS = {"is_effective": "true"}  # a visit is effective unless the export says otherwise


def import_rows(bench: Bench, company: Company, rows: Stack, dims: Mapping[str, str]) -> str:
    """The DuckDB table of a source's rows in contract form (exact decimals still), keys unique; ids that are only named
    and attributes that are blank come from the dimension tables ``dims``."""
    stop_share = company.quality.stop_share_set_aside.at(date.max, date.max)
    table = contract(rows.table)
    needed = tuple(c for c in SPECS[rows.table].needed if c in rows.columns)
    kept = gate(bench, rows, needed, stop_share)
    prepared = _prepared(bench, company, rows, kept)
    columns = ", ".join(_column(c, rows, company) for c in table.columns)
    out = bench.name(rows.table)
    bench.run(f"CREATE TABLE {out} AS SELECT {columns}, _file, _row FROM {prepared}")
    if rows.table in _DAYS:
        out = enrich.by_name(bench, rows, out, dims)
        out = enrich.filled(bench, rows, out, dims, _DAYS[rows.table])
    amount = SPECS[rows.table].amount
    if rows.table in ("receipts", "invoices", "shipments") and amount is not None:
        out = conversions.amount_to_basis(bench, company, rows, out, amount, _DAYS[rows.table])
    if rows.table == "people":
        out = derive.managers(bench, out)
    return unique.by_key(bench, _numbered(bench, out, table), table, rows)


# the day as of which a person's region and team hold
_DAYS = {
    "receipts": "receipt_date",
    "invoices": "invoice_date",
    "shipments": "ship_date",
    "opportunities": "coalesce(created_date, closed_date, known_date, DATE '9999-12-31')",  # undated: as of now
    "visits": "date",
}


def _prepared(bench: Bench, company: Company, rows: Stack, kept: str) -> str:
    """Rows with what a table derives from others: periods to dates, dates to months, spells of duty."""
    special = {
        "targets": derive.target_windows,
        "spend": derive.months,
        "general_ledger": derive.months,
        "people": derive.spells,
        "opportunities": clocks.told,
    }
    return special[rows.table](bench, company, rows, kept) if rows.table in special else kept


def _column(column: Column, rows: Stack, company: Company) -> str:
    """One contract column over the prepared rows; what is not mapped becomes none, its default or ``_unassigned``."""
    name = column.name.removesuffix("_minor") if column.kind == "minor" else column.name
    have = {*rows.columns, *_DERIVED.get(rows.table, ())}
    value = ident(name) if name in have else "NULL"
    if name == "currency":
        value = f"coalesce({value}, {literal(company.currency)})"
    if name == "name" and name not in have:
        value = ident(f"{rows.table[:-1].replace('people', 'person')}_id")
    if name in _FLAGS:
        value = f"coalesce({value}, {_FLAGS[name]})"
    if column.kind == "id" and name in _NAMES and _NAMES[name] in have:
        value = f"coalesce({value}, {ident(_NAMES[name])})"
    if column.kind == "id" and not column.optional and name not in contract(rows.table).keys[:1]:
        value = f"coalesce({value}, {literal(UNASSIGNED)})"
    return f"CAST({value} AS {_SQL[column.kind]}) AS {name}"


_DERIVED = {
    "targets": ("from_date", "to_date", "metric"),
    "spend": ("month",),
    "general_ledger": ("month",),
    "people": ("from_date", "to_date", "name"),
}


def _numbered(bench: Bench, table: str, shape: TableContract) -> str:
    """Rows without an id of their own are counted by content, never by position."""
    own = {"receipts": "receipt_id", "visits": "visit_id", "invoices": "invoice_id", "shipments": "shipment_id"}
    if shape.name not in own:
        return table
    key = own[shape.name]
    content = ", ".join(c.name.removesuffix("_minor") for c in shape.columns if c.name != key)
    none = f"({key} IS NULL OR {key} = {literal(UNASSIGNED)})"
    number = f"printf('%07d', row_number() OVER (PARTITION BY {none} ORDER BY {content}, _file, _row))"
    out = bench.name(shape.name)
    bench.run(
        f"CREATE TABLE {out} AS SELECT * REPLACE (CASE WHEN {none} THEN 'row-' || {number} ELSE {key} END AS {key})"
        f" FROM {table}"
    )
    return out


def frame(bench: Bench, table: str, shape: TableContract) -> pd.DataFrame:
    """The contract's frame of an imported table, money in minor units by largest remainder within its currency."""
    money = [c.name for c in shape.columns if c.kind == "minor"]
    for name in money:
        table = _minor(bench, table, name, list(shape.keys))
    columns = ", ".join(_out(c) for c in shape.columns)
    found = bench.sql.execute(f"SELECT {columns} FROM {table} ORDER BY {', '.join(shape.keys)}").df()
    for column in shape.columns:
        if column.kind == "minor":
            found[column.name] = found[column.name].astype("Int64" if column.optional else "int64")
        if column.kind == "count":
            found[column.name] = found[column.name].round().astype("Int64")
    return check(found, shape)


def _out(column: Column) -> str:
    if column.kind in ("number", "rate", "count"):
        return f"CAST({column.name} AS DOUBLE) AS {column.name}"
    return column.name


def _minor(bench: Bench, table: str, column: str, keys: list[str]) -> str:
    """``column`` in minor units: floors, plus one for the largest remainders up to the currency's rounded total."""
    name = column.removesuffix("_minor")
    factors = " ".join(
        f"WHEN {literal(c)} THEN {10 ** minor_digits(c)}"
        for (c,) in bench.rows(f"SELECT DISTINCT currency FROM {table} WHERE currency IS NOT NULL ORDER BY 1")
    )
    units = f"{name} * (CASE currency {factors or 'WHEN NULL THEN 1'} END)::INTEGER"
    out = bench.name("minor")
    bench.run(
        f"CREATE TABLE {out} AS SELECT * EXCLUDE (_units, _nth, _up), CASE WHEN _units IS NULL THEN NULL ELSE"
        f" CAST(floor(_units) AS BIGINT) + (_nth <= _up)::BIGINT END AS {column} FROM (SELECT *,"
        f" row_number() OVER (PARTITION BY currency ORDER BY _units IS NULL, _units - floor(_units) DESC,"
        f" {', '.join(keys)}) AS _nth,"
        " round_even(sum(_units) OVER (PARTITION BY currency), 0) - sum(floor(_units)) OVER (PARTITION BY "
        "currency) AS _up"
        f" FROM (SELECT *, {units} AS _units FROM {table}))"
    )
    return out
