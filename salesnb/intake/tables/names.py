"""Names and hierarchies: the ``nodes`` table, and dimension tables drawn from order lines where no export has them."""

from __future__ import annotations

from collections.abc import Mapping
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


def nodes(bench: Bench, company: Company, lines: str | None, tables: Mapping[str, str]) -> pd.DataFrame:
    """The ``nodes`` table: every id of every dimension once, with its name and parent. Names come from the dimension
    table (legal entities': from company.yaml), else from the order lines (the most frequent spelling), else they are
    the id."""
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
        for other, own in tables.items():
            if table != other and _has(bench, own, column):
                for (node,) in bench.rows(f"SELECT DISTINCT {column} FROM {own} WHERE {column} IS NOT NULL"):
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


def _has(bench: Bench, table: str, column: str) -> bool:
    return bool(
        bench.one("SELECT count(*) FROM duckdb_columns() WHERE table_name = ? AND column_name = ?", [table, column])
    )


def _from_lines(
    bench: Bench, lines: str, column: str, name: str, parent: str | None
) -> list[tuple[str, str | None, str | None]]:
    """Ids with their most frequent name and, where all their lines agree on it, their parent."""
    spelled = name or "NULL"
    above = f"CASE WHEN count(DISTINCT {parent}) = 1 THEN any_value({parent}) END" if parent else "NULL"
    return bench.rows(
        f"SELECT node, arg_max(name, (n, name)), any_value(above) FROM (SELECT {column} AS node, {spelled} AS name,"
        f" count(*) AS n FROM {lines} GROUP BY ALL) JOIN (SELECT {column} AS node, {above} AS above FROM {lines}"
        " GROUP BY ALL) USING (node) GROUP BY node ORDER BY node"
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
    real = f"FROM {lines} WHERE {{0}} <> {literal(UNASSIGNED)} GROUP BY {{0}} ORDER BY {{0}}"
    if table == "products":
        query = (
            "SELECT product_id, coalesce(mode(product_name ORDER BY product_name), product_id) AS name,"
            " mode(product_line ORDER BY product_line) AS product_line, mode(category ORDER BY category) AS category,"
            " NULL AS life_cycle, NULL::DATE AS launch_date,"
            f" {literal(company.currency)} AS currency, NULL::BIGINT AS list_price_minor, NULL::BIGINT AS "
            f"unit_cost_minor " + real.format("product_id")
        )
    elif table == "customers":
        query = (
            "SELECT customer_id, coalesce(mode(customer_name ORDER BY customer_name), customer_id) AS name,"
            " mode(customer_type ORDER BY customer_type) AS customer_type, mode(industry ORDER BY industry) AS "
            "industry,"
            " NULL AS company_size, arg_max(region_id, (order_date, order_id, line_no)) AS region_id,"
            " arg_max(person_id, (order_date, order_id, line_no)) AS person_id,"
            " mode(dealer_id ORDER BY dealer_id) AS dealer_id, NULL::DATE AS registered_date "
            + real.format("customer_id")
        )
    else:
        query = (
            "SELECT person_id, coalesce(mode(person_name ORDER BY person_name), person_id) AS name,"
            " min(order_date) AS from_date, NULL::DATE AS to_date, NULL::DATE AS hired_date, NULL::DATE AS left_date,"
            " mode(region_id ORDER BY region_id) AS region_id, mode(team_id ORDER BY team_id) AS team_id, NULL AS role,"
            " NULL AS manager_id " + real.format("person_id")
        )
    return check(bench.sql.execute(query).df(), shape)
