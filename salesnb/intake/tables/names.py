"""Names and hierarchies: the ``nodes`` table, and dimension tables drawn from order lines where no export has them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from salesnb.intake.bench import Bench, literal
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.company import Company
from salesnb.model.tables import check, contract

if TYPE_CHECKING:
    import pandas as pd

# dimension (an id column of the lines), name column of the lines, dimension table that knows better, its name column
_NODES = (
    ("region_id", "region_name", "", ""),
    ("team_id", "team_name", "", ""),
    ("person_id", "person_name", "people", "name"),
    ("product_line", "", "", ""),
    ("product_id", "product_name", "products", "name"),
    ("customer_id", "customer_name", "customers", "name"),
    ("customer_type", "", "", ""),
    ("channel_id", "", "", ""),
    ("industry", "", "", ""),
    ("dealer_id", "dealer_name", "dealers", "name"),
    ("entity_id", "", "", ""),
)
_PARENTS = {"product_id": "product_line", "team_id": "region_id"}


def mentioned(bench: Bench, table: str) -> dict[str, list[str]]:
    """The ids of dimensions that ``table`` mentions, by column."""
    have = {c for c, *_ in bench.rows(f"DESCRIBE {table}")}
    return {
        column: [node for (node,) in bench.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL")]
        for column, *_ in _NODES
        if column in have
    }


def nodes(
    bench: Bench,
    company: Company,
    lines: str | None,
    tables: Mapping[str, str],
    mentions: Iterable[tuple[str, Mapping[str, Sequence[str]]]],
) -> pd.DataFrame:
    """The ``nodes`` table: every id of every dimension once, with its name and parent. Names come from the dimension
    ``tables`` (legal entities': from company.yaml), else from the order lines (the most frequent spelling), else they
    are the id. ``mentions``: every table with the ids it has, by column (see ``mentioned``)."""
    import pandas as pd

    found: dict[tuple[str, str], tuple[str, str | None]] = {}
    for column, name, table, table_name in _NODES:
        if lines is not None:
            for node, spelled, parent in _from_lines(bench, lines, column, name, _PARENTS.get(column)):
                found[column, node] = (spelled or node, parent)
        if table in tables:
            for node, spelled in bench.rows(
                f"SELECT {column}, any_value({table_name}) FROM {tables[table]} GROUP BY 1"
            ):
                found[column, node] = (spelled or node, found.get((column, node), ("", None))[1])
    own = {table: column for column, _, table, _ in _NODES if table}
    for other, ids in mentions:
        for column, node in ((c, node) for c, listed in ids.items() if c != own.get(other) for node in listed):
            found.setdefault((column, node), (node, None))
    if lines is not None:
        found.update(_region_tree(bench, lines, found))
    for node, entity in company.entities.items():
        found["entity_id", node] = (entity.name.get(company.language), None)
    if "dealers" in tables:
        for node, parent in bench.rows(f"SELECT dealer_id, parent_id FROM {tables['dealers']}"):
            found["dealer_id", node] = (found["dealer_id", node][0], parent)
    rows = [
        {"dimension": d, "node_id": n, "name": "未分配" if n == UNASSIGNED else name, "parent_id": parent}
        for (d, n), (name, parent) in sorted(found.items())
    ]
    shape = contract("nodes")
    return check(pd.DataFrame(rows, columns=[c.name for c in shape.columns]), shape)


def _from_lines(
    bench: Bench, lines: str, column: str, name: str, parent: str | None
) -> list[tuple[str, str | None, str | None]]:
    """Ids with their most frequent name and, where all their lines agree on it, their parent."""
    spelled, above = (f"{c}::VARCHAR" if c else "NULL::VARCHAR" for c in (name, parent))
    return bench.rows(
        f"WITH seen AS MATERIALIZED (SELECT {column} AS node, {spelled} AS name, {above} AS above, count(*) AS n"
        f" FROM {lines} GROUP BY ALL), named AS (SELECT node, name, sum(n) AS n FROM seen GROUP BY ALL),"
        " placed AS (SELECT node, CASE WHEN count(DISTINCT above) = 1 THEN any_value(above) END AS above FROM seen"
        " GROUP BY node) SELECT node, arg_max(name, (n, name)), any_value(above) FROM named JOIN placed USING (node)"
        " GROUP BY node ORDER BY node"
    )


def _region_tree(
    bench: Bench, lines: str, found: Mapping[tuple[str, str], tuple[str, str | None]]
) -> dict[tuple[str, str], tuple[str, str | None]]:
    """Parents of regions from ``region_path`` ("大区/省区"), as far as every line of a region agrees."""
    out: dict[tuple[str, str], tuple[str, str | None]] = {}
    paths = bench.rows(
        f"SELECT region_id, any_value(region_path) FROM {lines} WHERE region_path IS NOT NULL AND region_id "
        f"<> {literal(UNASSIGNED)}"
        " GROUP BY region_id HAVING count(DISTINCT region_path) = 1 ORDER BY region_id"
    )
    for region, path in paths:
        parent: str | None = None
        above = ""
        for part in path.split("/"):
            above = f"{above}/{part}" if above else part
            node = above if ("region_id", part) in found and part != region else part
            if node != region:
                out.setdefault(("region_id", node), (part, parent))
                parent = node
        out["region_id", region] = (found["region_id", region][0], parent)
    return out


def derived(bench: Bench, table: str, lines: str, company: Company) -> pd.DataFrame:
    """A dimension table from the order lines: what most of an id's lines say."""
    shape = contract(table)
    if table == "products":
        seen = _seen(lines, "product_id", ("product_name", "product_line", "category"))
        query = (
            "SELECT product_id, coalesce(product_name, product_id) AS name, product_line, category,"
            f" NULL AS life_cycle, NULL::DATE AS launch_date, {literal(company.currency)} AS currency,"
            f" NULL::BIGINT AS list_price_minor, NULL::BIGINT AS unit_cost_minor FROM {seen} ORDER BY product_id"
        )
    elif table == "customers":
        seen = _seen(lines, "customer_id", ("customer_name", "customer_type", "industry", "dealer_id"))
        query = (
            "SELECT customer_id, coalesce(customer_name, customer_id) AS name, customer_type, industry,"
            " NULL AS company_size, region_id, person_id, dealer_id, NULL::DATE AS registered_date"
            f" FROM {seen} JOIN {_last(lines)} USING (customer_id) ORDER BY customer_id"
        )
    else:
        seen = _seen(lines, "person_id", ("person_name", "region_id", "team_id"))
        query = (
            "SELECT person_id, coalesce(person_name, person_id) AS name, first_date AS from_date,"
            " NULL::DATE AS to_date, NULL::DATE AS hired_date, NULL::DATE AS left_date, region_id, team_id,"
            " NULL AS role, NULL AS manager_id"
            f" FROM {seen} ORDER BY person_id"
        )
    return check(bench.sql.execute(query).df(), shape)


def _seen(lines: str, key: str, attributes: tuple[str, ...]) -> str:
    """SQL of every ``key`` with its first day and the most frequent value of each attribute, of equally frequent ones
    the smallest. Lines are read once: what they say is few combinations."""
    combined = (
        f"SELECT {key}, {', '.join(attributes)}, count(*) AS n, min(order_date) AS first_date FROM {lines}"
        f" WHERE {key} <> {literal(UNASSIGNED)} GROUP BY ALL"
    )
    modes = " ".join(
        f"LEFT JOIN (SELECT {key}, arg_min({a}, (-n, {a})) AS {a} FROM (SELECT {key}, {a}, sum(n)::BIGINT AS n FROM c"
        f" WHERE {a} IS NOT NULL GROUP BY ALL) GROUP BY {key}) USING ({key})"
        for a in attributes
    )
    days = f"(SELECT {key}, min(first_date) AS first_date FROM c GROUP BY {key})"
    return f"(WITH c AS MATERIALIZED ({combined}) SELECT * FROM {days} {modes})"


def _last(lines: str) -> str:
    """SQL of every customer with the region and person of the last line; lines of earlier days are not compared."""
    days = f"(SELECT customer_id, max(order_date) AS order_date FROM {lines} GROUP BY customer_id)"
    last = "arg_max({0}, (order_id, line_no)) AS {0}"
    return (
        f"(SELECT customer_id, {last.format('region_id')}, {last.format('person_id')} FROM {lines} JOIN {days}"
        " USING (customer_id, order_date) GROUP BY customer_id)"
    )
