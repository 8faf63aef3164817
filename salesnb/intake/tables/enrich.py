"""What rows do not say themselves: ids of people and things that are only named, and attributes their masters know."""

from __future__ import annotations

from collections.abc import Mapping

from salesnb.intake.bench import Bench, literal
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables.select import Stack
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text

# id column, dimension table
_KEYS = (("person_id", "people"), ("product_id", "products"), ("customer_id", "customers"), ("dealer_id", "dealers"))
# dimension table, alias, id column, attributes it fills: what a thing is by nature or, for people, by its post that day
_FILLS = (
    ("products", "p", "product_id", ("product_line", "category")),
    ("customers", "c", "customer_id", ("customer_type", "industry", "dealer_id")),
    ("people", "h", "person_id", ("region_id", "team_id")),
)
# facts of the order, not of its customer: a blank cell says that no dealer was in it. The master speaks only for
# exports that have no such column at all.
_OF_THE_ORDER = {"dealer_id": ("dealer_id", "dealer_name")}


def _where_unsaid(rows: Stack, attribute: str, value: str) -> str:
    """``value`` for files whose export has no column for a fact of the order; as it is for every other attribute."""
    columns = _OF_THE_ORDER.get(attribute)
    if columns is None:
        return value
    silent = [i for i in range(len(rows.raws)) if not any(rows.says(i, c) for c in columns)]
    return f"CASE WHEN t._file IN ({', '.join(map(str, silent))}) THEN {value} END" if silent else "NULL"


def by_name(bench: Bench, rows: Stack, table: str, dims: Mapping[str, str]) -> str:
    """``table`` with ids where an export gives names: only if no value of the column is an id of the master table and
    the names there are unique. A finding says so."""
    have = {c for c, *_ in bench.rows(f"DESCRIBE {table}")}
    joins, replaced = [], []
    for column, dimension in _KEYS:
        if column not in have or dimension not in dims:
            continue
        only = f"GROUP BY name HAVING count(DISTINCT {column}) = 1"
        names = f"(SELECT name, min({column}) AS id FROM {dims[dimension]} {only})"
        value = f"SELECT DISTINCT {column} AS v FROM {table} WHERE {column} <> {literal(UNASSIGNED)}"
        ids, named, some = bench.rows(
            f"SELECT count(*) FILTER (v IN (SELECT {column} FROM {dims[dimension]})),"
            f" count(*) FILTER (v IN (SELECT name FROM {names})), min(v) FROM ({value})"
        )[0]
        if named and not ids:
            joins.append(f"LEFT JOIN {names} n_{column} ON t.{column} = n_{column}.name")
            replaced.append(f"coalesce(n_{column}.id, t.{column}) AS {column}")
            bench.findings.add(_named(rows, column, dimension, named, some))
    if not joins:
        return table
    out = bench.name("named")
    bench.run(f"CREATE VIEW {out} AS SELECT t.* REPLACE ({', '.join(replaced)}) FROM {table} t {' '.join(joins)}")
    return out


def _named(rows: Stack, column: str, dimension: str, count: int, example: str) -> Finding:
    return Finding(
        "matched_by_name",
        "info",
        Text(
            f"{column} 写的是名称，已按 {dimension} 的名称对应到编号（{count} 个）",
            f"{column} holds names; {count} of them were matched to ids by the names in {dimension}",
        ),
        Text("导出里用编号更稳妥：重名会对应不上", "ids are safer in an export: equal names cannot be matched"),
        table=rows.table,
        file=rows.raws[0].shown if rows.raws else "",
        column=rows.header(0, column),
        value=example,
        row_count=count,
    )


def filled(bench: Bench, rows: Stack, table: str, dims: Mapping[str, str], day: str) -> str:
    """``table`` whose blank attributes come from the dimension tables: a product's line, a customer's type, industry
    a person's region and team as of ``day`` (an expression). What the row says itself always wins, and a blank dealer
    is an order without one: the customer's dealer stands in only where an export has no column of dealers."""
    have = {c for c, *_ in bench.rows(f"DESCRIBE {table}")}
    joins, replaced = [], []
    for dimension, alias, key, attributes in _FILLS:
        wanted = [a for a in attributes if a in have]
        if dimension not in dims or key not in have or not wanted:
            continue
        if dimension == "people":  # the one spell of duty that began last, if it had not ended
            joins.append(
                f"ASOF LEFT JOIN {dims[dimension]} {alias} ON t.{key} = {alias}.{key} AND {day} >= {alias}.from_date"
            )
            known = f"CASE WHEN {day} <= coalesce({alias}.to_date, DATE '9999-12-31') THEN {alias}.{{0}} END"
        else:
            joins.append(f"LEFT JOIN {dims[dimension]} {alias} ON t.{key} = {alias}.{key}")
            known = f"{alias}.{{0}}"
        for attribute in wanted:
            value = _where_unsaid(rows, attribute, known.format(attribute))
            none = "" if attribute == "category" else f", {literal(UNASSIGNED)}"
            replaced.append(f"coalesce(nullif(t.{attribute}, {literal(UNASSIGNED)}), {value}{none}) AS {attribute}")
    if not joins:
        return table
    out = bench.name("filled")
    bench.run(f"CREATE VIEW {out} AS SELECT t.* REPLACE ({', '.join(replaced)}) FROM {table} t {' '.join(joins)}")
    return out
