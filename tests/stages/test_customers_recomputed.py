"""Customers, people and the funnel as published, made again by plain SQL on the order lines."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Same = Callable[..., None]

# ---------------------------------------------------------------------- customers


CUSTOMERS = """
WITH bought AS (
    SELECT customer_id, label, place, sum(net_minor) AS net, count(DISTINCT order_id) FILTER (NOT is_return) AS orders
    FROM year WHERE customer_id <> '_unassigned' GROUP BY ALL HAVING orders > 0
), born AS (
    SELECT customer_id, min(month) AS born FROM line WHERE NOT is_return AND customer_id <> '_unassigned' GROUP BY ALL
), met AS (
    SELECT bought.*, born >= span.first AS is_new,
        (customer_id, place - 1) IN (SELECT (customer_id, place) FROM bought) AS was,
        (customer_id, place + 1) IN (SELECT (customer_id, place) FROM bought) AS stays,
        row_number() OVER (PARTITION BY label ORDER BY net DESC) AS rank,
        sum(greatest(net, 0)) OVER (PARTITION BY label) AS positive
    FROM bought JOIN born USING (customer_id) JOIN span USING (label, place)
), spans AS (
    SELECT label AS "window", place, count(*) AS customer_count,
        count(*) FILTER (is_new) AS new_count, count(*) FILTER (was) AS returning_count,
        count(*) FILTER (NOT is_new AND NOT was) AS regained_count, count(*) FILTER (NOT stays) AS leaving,
        sum(net) FILTER (is_new) AS new_minor, count(*) FILTER (orders >= 2) / count(*) AS repurchase_rate,
        sum(net) / count(*) AS revenue_per_customer_minor, sum(net) / sum(orders) AS average_order_value_minor,
        sum(orders) / count(*) AS orders_per_customer,
        sum(net) FILTER (rank <= 10) / any_value(positive) AS share_of_top_10,
        sum((greatest(net, 0) / positive) ** 2) AS hhi
    FROM met GROUP BY ALL
)
SELECT *, lag(leaving) OVER (ORDER BY place) AS lost_count FROM spans ORDER BY place
"""


def test_customers_of_twelve_months(published: Any, same: Same) -> None:
    wanted = published.ask(CUSTOMERS).set_index("window")
    came = ["new_count", "returning_count", "regained_count", "new_minor"]
    wanted.loc[wanted.index[0], came] = np.nan  # what came before the first window is not known
    found = published.table("history_customers", "window")
    same(found, wanted, "customer_count", "lost_count", *came[:3], "repurchase_rate", "share_of_top_10", "hhi")
    same(found.fillna({"new_minor": 0}), wanted.fillna({"new_minor": 0}), "new_minor")
    same(found, wanted, "orders_per_customer")
    same(found, wanted, "revenue_per_customer_minor", "average_order_value_minor", within=0.5)
    parts = found[["new_count", "returning_count", "regained_count"]].iloc[1:].sum(axis=1)
    assert (parts == found["customer_count"].iloc[1:]).all(), "new, returning and regained do not overlap"
    sales = published.ask("SELECT label, sum(net_minor) AS net FROM year GROUP BY label").set_index("label")["net"]
    assert found["net_minor"].to_dict() == sales.to_dict()


def test_tiers_and_moves(plan: Any, same: Same) -> None:
    held = """WITH held AS (
        SELECT customer_id, label, sum(net_minor) AS net, CASE WHEN sum(net_minor) >= 100000000 THEN '战略客户'
            WHEN sum(net_minor) >= 50000000 THEN '重点客户' ELSE '_ordinary' END AS tier
        FROM year WHERE customer_id <> '_unassigned' GROUP BY customer_id, label
        HAVING count(*) FILTER (NOT is_return) > 0)"""
    wanted = plan.ask(
        f"""{held}, tiers AS (SELECT label AS "window", tier, count(*) AS customer_count, sum(net) AS net_minor
            FROM held GROUP BY label, tier)
        SELECT *, net_minor / sum(net_minor) OVER (PARTITION BY "window") AS share_of_sales FROM tiers"""
    )
    wanted = wanted.set_index(["window", "tier"]).sort_index()
    same(plan.table("history_tiers", "window", "tier"), wanted, "customer_count", "net_minor", "share_of_sales")
    moved = plan.ask(
        f"""{held} SELECT coalesce(a.tier, '_none') AS from_tier, coalesce(b.tier, '_none') AS to_tier,
            count(*) AS customer_count, coalesce(sum(a.net), 0) AS before_minor, coalesce(sum(b.net), 0) AS after_minor
        FROM (SELECT * FROM held WHERE label = '2022') AS a
        FULL JOIN (SELECT * FROM held WHERE label = '2023') AS b USING (customer_id) GROUP BY ALL"""
    )
    moved = moved.set_index(["from_tier", "to_tier"]).sort_index()
    found = plan.table("history_tier_moves", "from_tier", "to_tier")
    same(found, moved, "customer_count", "before_minor", "after_minor")


def test_cohorts_by_quarter_of_first_order(published: Any, same: Same) -> None:
    last = published.company.twelve[-1][2]
    wanted = published.ask(
        f"""WITH seen AS (
            SELECT DISTINCT customer_id, CAST(left(month, 4) AS INT) * 4 + (CAST(right(month, 2) AS INT) - 1) // 3 AS q
            FROM line WHERE NOT is_return AND customer_id <> '_unassigned' AND month <= '{last}'
        ), born AS (SELECT customer_id, min(q) AS born FROM seen GROUP BY customer_id)
        SELECT (born // 4) || 'Q' || (born % 4 + 1) AS cohort, q - born AS age, count(*) AS active_count
        FROM seen JOIN born USING (customer_id) WHERE born > (SELECT min(q) FROM seen) GROUP BY ALL"""
    )
    wanted = wanted.set_index(["cohort", "age"]).sort_index()
    found = published.table("history_cohorts", "cohort", "age")
    assert (found.loc[~found.index.isin(wanted.index), "active_count"] == 0).all()
    same(found[found["active_count"] > 0], wanted, "active_count")
    start = wanted.xs(0, level="age")["active_count"]
    assert (found["customer_count"] == found.index.get_level_values("cohort").map(start)).all()
    assert np.allclose(found["retention_rate"], found["active_count"] / found["customer_count"])


# ---------------------------------------------------------------------- people and the funnel


HEADS = """
WITH person AS (SELECT * FROM read_parquet('{folder}/people.parquet')),
sales AS (
    SELECT person_id, month, sum(net_minor) AS net FROM line
    WHERE person_id <> '_unassigned' AND month <= '{last}' GROUP BY ALL
), posted AS (
    SELECT DISTINCT person_id, strftime(day, '%Y-%m') AS month FROM (
        SELECT person_id, unnest(generate_series(
            greatest(date_trunc('month', from_date), (SELECT CAST(min(month) || '-01' AS TIMESTAMP) FROM sales)),
            least(coalesce(date_trunc('month', to_date), TIMESTAMP '{last}-01'), TIMESTAMP '{last}-01'),
            INTERVAL 1 MONTH)) AS day
        FROM person WHERE person_id IN (SELECT person_id FROM sales))
), held AS (
    SELECT person_id, month, coalesce(net, 0) AS net FROM posted FULL JOIN sales USING (person_id, month)
), hired AS (SELECT person_id, min(hired_date) AS hired FROM person GROUP BY person_id),
each AS (
    SELECT label, person_id, sum(net) AS net, count(*) AS months, round_even(sum(net) / count(*), 0) AS monthly,
        max(datediff('month', date_trunc('month', hired), CAST(month || '-01' AS TIMESTAMP))) AS tenure
    FROM held JOIN span ON month BETWEEN span.first AND span.last LEFT JOIN hired USING (person_id) GROUP BY ALL
), ranked AS (
    SELECT *, count(*) OVER (PARTITION BY label) AS n,
        row_number() OVER (PARTITION BY label ORDER BY monthly DESC) AS rank
    FROM each
)
SELECT label AS "window", sum(net) AS net_minor, sum(months) / 12 AS head_count,
    sum(net) / (sum(months) / 12) AS revenue_per_head_minor,
    quantile_cont(monthly, 0.25) AS low_minor, quantile_cont(monthly, 0.5) AS median_minor,
    quantile_cont(monthly, 0.75) AS high_minor,
    CASE WHEN count(*) >= 15 THEN avg(monthly) FILTER (rank <= greatest(n // 5, 1)) END AS top_minor,
    CASE WHEN count(*) FILTER (tenure BETWEEN 0 AND 11) >= 3 THEN
        sum(net) FILTER (tenure BETWEEN 0 AND 11) / sum(months) FILTER (tenure BETWEEN 0 AND 11) END AS rookie_minor
FROM ranked GROUP BY label ORDER BY label
"""


@pytest.mark.parametrize("name", ["sample-plan", "sample-review", pytest.param("bikes", marks=pytest.mark.real)])
def test_productivity(run: Callable[[str], Any], name: str, same: Same) -> None:
    published = run(name)
    last = published.company.twelve[-1][2]
    wanted = published.ask(HEADS.format(folder=published.book.facts.folder, last=last)).set_index("window")
    found = published.table("history_productivity", "window")
    same(found, wanted, "net_minor", "head_count")
    same(found, wanted, "revenue_per_head_minor", "low_minor", "median_minor", "high_minor", within=0.51)
    same(found, wanted, "top_minor", "rookie_minor", within=0.51)
    with_person = published.ask(
        "SELECT label, sum(net_minor) AS net FROM year WHERE person_id <> '_unassigned' GROUP BY 1"
    )
    assert found["net_minor"].to_dict() == with_person.set_index("label")["net"].to_dict()


FUNNEL = """
WITH deal AS (
    SELECT * REPLACE (
        CASE WHEN qualified_date < {end} THEN qualified_date END AS qualified_date,
        CASE WHEN quoted_date < {end} THEN quoted_date END AS quoted_date,
        CASE WHEN viewed_date < {end} THEN viewed_date END AS viewed_date,
        CASE WHEN closed_date < {end} THEN closed_date END AS closed_date,
        CASE WHEN closed_date < {end} THEN stage END AS stage)
    FROM read_parquet('{folder}/opportunities.parquet')
    WHERE created_date < {end} AND (known_date IS NULL OR known_date < {end})
), step AS (
    SELECT {by} AS node_id, coalesce(stage = 'won', false) AS won, coalesce(stage = 'lost', false) AS lost,
        quoted_date IS NOT NULL AS quoted, qualified_date IS NOT NULL OR quoted_date IS NOT NULL AS qualified
    FROM deal
), passed AS (
    SELECT node_id, 'qualified' AS step, qualified OR won AS passed, lost FROM step
    UNION ALL SELECT node_id, 'quoted', quoted OR won, lost FROM step WHERE qualified
    UNION ALL SELECT node_id, 'won', won, lost FROM step WHERE quoted
    UNION ALL SELECT node_id, 'closed', won, lost FROM step
)
"""
RATES = """SELECT node_id, step, count(*) FILTER (passed) AS passed_count,
    count(*) FILTER (passed OR lost) AS case_count, count(*) FILTER (NOT passed AND NOT lost) AS open_count,
    count(*) FILTER (passed) / count(*) FILTER (passed OR lost) AS conversion_rate
FROM passed GROUP BY ALL ORDER BY ALL"""
FAST = """SELECT count(*) AS n,
    coalesce(viewed_at + INTERVAL 72 HOUR >= closed_at, viewed_date + INTERVAL 72 HOUR >= closed_date) AS fast,
    count(*) FILTER (stage = 'won') AS won
FROM deal WHERE stage IN ('won', 'lost') AND viewed_date IS NOT NULL GROUP BY fast"""


def _funnel(published: Any, by: str = "'all'") -> str:
    end = f"(DATE '{published.book.as_of}' + 1)"
    return FUNNEL.format(end=end, folder=published.book.facts.folder, by=by)


@pytest.mark.parametrize("name", ["sample-plan", "sample-review"])
def test_funnel_conversion(run: Callable[[str], Any], name: str, same: Same) -> None:
    published = run(name)
    rates = published.book.tables["funnel_conversion"]
    for dimension in sorted(rates["dimension"].unique()):
        by = "'all'" if dimension == "all" else f"coalesce({dimension}, '_unassigned')"
        wanted = published.ask(_funnel(published, by) + RATES).set_index(["node_id", "step"]).sort_index()
        found = rates[rates["dimension"] == dimension].set_index(["node_id", "step"]).sort_index()
        same(found, wanted, "passed_count", "case_count", "open_count", "conversion_rate")
        assert (
            (found["rate_low"] <= found["conversion_rate"]) & (found["conversion_rate"] <= found["rate_high"])
        ).all()


@pytest.mark.parametrize("name", ["sample-plan", "sample-review"])
def test_effect_of_seventy_two_hours(run: Callable[[str], Any], name: str) -> None:
    published = run(name)
    wanted = published.ask(_funnel(published) + FAST).set_index("fast")
    found = published.table("funnel_effects", "effect").loc["viewed_72h"]
    assert [found["inside_count"], found["outside_count"]] == [wanted.loc[True, "n"], wanted.loc[False, "n"]]
    assert [found["inside_won_count"], found["outside_won_count"]] == [
        wanted.loc[True, "won"],
        wanted.loc[False, "won"],
    ]
    gap = wanted.loc[True, "won"] / wanted.loc[True, "n"] - wanted.loc[False, "won"] / wanted.loc[False, "n"]
    assert found["difference_rate"] == pytest.approx(gap)
    assert math.isclose(found["inside_rate"] - found["outside_rate"], gap)
