"""Nodes, months and the bridge as published, made again by plain SQL on the order lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

UNASSIGNED = "_unassigned"
Same = Callable[..., None]

# ---------------------------------------------------------------------- nodes


NODES = """
WITH cell AS (
    SELECT {by} AS node_id, label, sum(net_minor) AS net, sum(cost_minor) AS cost,
        sum(net_minor) FILTER (cost_minor IS NOT NULL) AS costed,
        count(DISTINCT order_id) FILTER (NOT is_return) AS orders,
        count(DISTINCT customer_id) FILTER (NOT is_return AND customer_id <> '_unassigned') AS buyers
    FROM sold GROUP BY ALL
), grid AS (
    SELECT node_id, label, place, coalesce(net, 0) AS net, cost, costed, coalesce(orders, 0) AS order_count,
        coalesce(buyers, 0) AS customer_count, sum(coalesce(net, 0)) OVER (PARTITION BY label) AS total
    FROM (SELECT DISTINCT node_id FROM cell) CROSS JOIN win LEFT JOIN cell USING (node_id, label)
), seen AS (
    SELECT *, lag(net) OVER node AS before, lag(total) OVER node AS total_before,
        min(place) FILTER (net > 0) OVER (PARTITION BY node_id) AS born,
        arg_min(net, place) FILTER (net > 0) OVER (PARTITION BY node_id) AS at_birth
    FROM grid WINDOW node AS (PARTITION BY node_id ORDER BY place)
)
SELECT node_id, label AS "window", net AS net_minor, order_count, customer_count,
    CASE WHEN total > 0 THEN net / total END AS share_of_sales,
    CASE WHEN before > 0 THEN net / before - 1 END AS growth_rate,
    CASE WHEN total > 0 AND total_before > 0 THEN net / total - before / total_before END AS share_shift_rate,
    CASE WHEN total <> total_before THEN (net - before) / (total - total_before) END AS share_of_growth,
    CASE WHEN place > born AND net > 0 THEN (net / at_birth) ** (1.0 / (place - born)) - 1 END AS cagr_rate,
    CASE WHEN costed > 0 THEN (costed - cost) / costed END AS margin_rate
FROM seen ORDER BY node_id, label
"""


def test_nodes_of_every_dimension(published: Any, same: Same) -> None:
    nodes = published.book.tables["history_nodes"]
    given = sorted(nodes["dimension"].unique())
    assert {"region_id", "product_line", "product_id", "customer_id"} <= set(given)
    for dimension in given:
        found = nodes[nodes["dimension"] == dimension].set_index(["node_id", "window"]).sort_index()
        wanted = published.ask(NODES.format(by=dimension)).set_index(["node_id", "window"]).sort_index()
        same(found, wanted, *(c for c in wanted.columns if c != "customer_count"))
        if UNASSIGNED not in set(nodes.loc[nodes["dimension"] == "customer_id", "node_id"]):
            same(found, wanted, "customer_count")


def test_orders_without_a_customer_are_no_customer(plan: Any, same: Same) -> None:
    wanted = plan.ask(NODES.format(by="channel_id")).set_index(["node_id", "window"]).sort_index()
    nodes = plan.book.tables["history_nodes"]
    found = nodes[nodes["dimension"] == "channel_id"].set_index(["node_id", "window"]).sort_index()
    same(found, wanted, "customer_count")


def test_contributions_add_up_to_the_company_s_change(published: Any) -> None:
    first, last = published.company.windows[-2:]
    sums = published.ask("SELECT label, sum(net_minor) AS net FROM sold GROUP BY label").set_index("label")["net"]
    gains = published.book.tables["history_contribution"]
    for _, rows in gains.groupby("dimension"):
        assert set(rows["from_window"]) == {first[0]} and set(rows["to_window"]) == {last[0]}
        assert rows["change_minor"].sum() == sums[last[0]] - sums[first[0]]
        assert (rows["after_minor"] - rows["before_minor"] == rows["change_minor"]).all()
    by_region = published.ask("SELECT region_id, label, sum(net_minor) AS net FROM sold GROUP BY ALL")
    wide = by_region.pivot(index="region_id", columns="label", values="net").fillna(0)
    found = gains[gains["dimension"] == "region_id"].set_index("node_id")["change_minor"]
    assert found.to_dict() == (wide[last[0]] - wide[first[0]]).to_dict()


# ---------------------------------------------------------------------- months


def test_months(published: Any, same: Same) -> None:
    last = published.company.windows[-1][2]
    wanted = published.ask(
        f"""WITH month AS (
            SELECT month, sum(net_minor) AS net_minor, sum(net_minor) FILTER (is_return) AS returns_minor,
                count(DISTINCT order_id) FILTER (NOT is_return) AS order_count,
                count(DISTINCT customer_id) FILTER (NOT is_return AND customer_id <> '_unassigned') AS customer_count
            FROM line WHERE month <= '{last}' GROUP BY month
        ), every AS (
            SELECT strftime(day, '%Y-%m') AS month FROM (
                SELECT unnest(generate_series(CAST(min(month) || '-01' AS TIMESTAMP), TIMESTAMP '{last}-01',
                    INTERVAL 1 MONTH)) AS day FROM month)
        ), whole AS (
            SELECT month, coalesce(net_minor, 0) AS net_minor, coalesce(returns_minor, 0) AS returns_minor,
                coalesce(order_count, 0) AS order_count, coalesce(customer_count, 0) AS customer_count
            FROM every LEFT JOIN month USING (month)
        ), lagged AS (
            SELECT *, lag(net_minor) OVER (ORDER BY month) AS one, lag(net_minor, 12) OVER (ORDER BY month) AS twelve
            FROM whole)
        SELECT *, CASE WHEN twelve > 0 THEN net_minor / twelve - 1 END AS yoy_rate,
            CASE WHEN one > 0 THEN net_minor / one - 1 END AS mom_rate
        FROM lagged ORDER BY month"""
    ).set_index("month")
    figures = ["net_minor", "returns_minor", "order_count", "yoy_rate", "mom_rate"]
    same(published.table("history_months", "month"), wanted, *figures)


# ---------------------------------------------------------------------- the bridge


BRIDGE = """
WITH two AS (SELECT *, place - (SELECT max(place) FROM win) + 1 AS side FROM sold WHERE side >= 0),
known AS (
    SELECT customer_id, product_line, {level} AS cell, side, quantity, net_minor,
        customer_id = '_unassigned'
        OR count(DISTINCT side) OVER (PARTITION BY customer_id) = 2 AS stayed FROM two
), cells AS (
    SELECT product_line, cell, coalesce(sum(quantity) FILTER (side = 0), 0) AS q0,
        coalesce(sum(quantity) FILTER (side = 1), 0) AS q1, coalesce(sum(net_minor) FILTER (side = 0), 0) AS a0,
        coalesce(sum(net_minor) FILTER (side = 1), 0) AS a1
    FROM known WHERE stayed GROUP BY ALL
), pair AS (
    SELECT *, sum(q1) FILTER (q0 > 0 AND q1 > 0) OVER () / sum(q0) FILTER (q0 > 0 AND q1 > 0) OVER () AS grown
    FROM cells
)
SELECT
    sum(CASE WHEN q0 = 0 AND q1 = 0 THEN a1 - a0 WHEN q0 = 0 THEN -a0 WHEN q1 = 0 THEN a1
        ELSE a1 - a0 * q1 / q0 END) AS price,
    sum(CASE WHEN q0 > 0 AND q1 > 0 THEN a0 * (grown - 1)
        WHEN q0 <> 0 AND q1 <> 0 THEN a0 * (q1 / q0 - 1) ELSE 0 END) AS volume,
    sum(CASE WHEN q0 > 0 AND q1 > 0 THEN a0 * (q1 / q0 - grown) ELSE 0 END) AS mix,
    sum(CASE WHEN q0 = 0 AND q1 <> 0 THEN a1 ELSE 0 END) AS new_product,
    sum(CASE WHEN q1 = 0 AND q0 <> 0 THEN -a0 ELSE 0 END) AS lost_product,
    (SELECT coalesce(sum(net_minor), 0) FROM known WHERE NOT stayed AND side = 1) AS new_customer,
    (SELECT coalesce(-sum(net_minor), 0) FROM known WHERE NOT stayed AND side = 0) AS lost_customer
FROM pair
"""


def test_the_bridge_and_its_effects(published: Any) -> None:
    rows = published.book.tables["history_bridge"]
    found = rows.groupby("effect")["change_minor"].sum()
    first, last = (published.company.windows[i][0] for i in (-2, -1))
    lines = published.ask("SELECT product_line, label, sum(net_minor) AS net FROM sold GROUP BY ALL")
    wide = lines.pivot(index="product_line", columns="label", values="net").fillna(0)
    assert found.sum() == wide[last].sum() - wide[first].sum()
    by_line = rows.groupby("product_line")["change_minor"].sum()
    assert (by_line == (wide[last] - wide[first])[by_line.index]).all()
    both = published.ask(
        f"""SELECT count(DISTINCT label) = 2 AS lasts, sum(net_minor) FILTER (label = '{first}') AS a,
            sum(net_minor) FILTER (label = '{last}') AS b
        FROM (SELECT * FROM sold WHERE label IN ('{first}', '{last}')) GROUP BY product_id"""
    ).fillna(0)
    lasting = [both.loc[both["lasts"], side].abs().sum() / both[side].abs().sum() for side in ("a", "b")]
    level = "product_id" if min(lasting) >= 0.8 else "product_line"
    wanted = published.ask(BRIDGE.format(level=level)).iloc[0]
    for effect, value in wanted.items():
        assert found[effect] == pytest.approx(value, abs=5), (effect, level)
    assert found[["new_customer", "lost_customer"]].tolist() == wanted[["new_customer", "lost_customer"]].tolist()
