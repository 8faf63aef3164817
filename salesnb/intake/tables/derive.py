"""What a table's rows imply: a target's window, a cost's month, the spells of duty of a person."""

from __future__ import annotations

from contextlib import suppress

from salesnb.intake.bench import Bench, literal
from salesnb.intake.quality.findings import Finding
from salesnb.intake.quality.furniture import keep_aside
from salesnb.intake.tables.calendar_sql import settlement_month
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import DataError, PeriodError, Place, Text
from salesnb.model.params.company import Company
from salesnb.model.periods import Calendar

EVER = "DATE '1900-01-01'"  # on duty since ever, where an export does not say since when


def months(bench: Bench, company: Company, rows: Stack, kept: str) -> str:
    """Costs or ledger figures with their month: the mapped month, else the settlement month of the date."""
    if "date" not in rows.columns:
        return kept
    out = bench.name("dated")
    month = settlement_month("date", company)
    old = f"coalesce(month, {month})" if "month" in rows.columns else month
    rest = "* EXCLUDE (month)" if "month" in rows.columns else "*"
    bench.run(f"CREATE VIEW {out} AS SELECT {rest}, {old} AS month FROM {kept}")
    return out


def spells(bench: Bench, company: Company, rows: Stack, kept: str) -> str:
    """People with from and to: a spell without end ends where the next begins, or where the person left."""
    have = set(rows.columns)
    begin = ", ".join([c for c in ("from_date", "hired_date") if c in have] + [EVER])
    end = [c for c in ("to_date",) if c in have]
    left = ["left_date"] if "left_date" in have else []
    name = "coalesce(name, person_id)" if "name" in have else "person_id"
    drop = ", ".join(sorted(have & {"from_date", "to_date", "name"}))
    out = bench.name("people")
    following = "CAST(lead(_from) OVER (PARTITION BY person_id ORDER BY _from, _file, _row) - 1 AS DATE)"
    bench.run(
        f"CREATE TABLE {out} AS SELECT * EXCLUDE (_from{', ' + drop if drop else ''}), _from AS from_date,"
        f" coalesce({', '.join([*end, following, *left])}) AS to_date, {name} AS name"
        f" FROM (SELECT *, coalesce({begin}) AS _from FROM {kept})"
    )
    return out


def target_windows(bench: Bench, company: Company, rows: Stack, kept: str) -> str:
    """Targets with their own window. A month, year or period gives it; a start without end runs to the day before the
    next start of the same person and node, the last one as long as the median window."""
    have = set(rows.columns)
    if "from_date" in have:
        source, begin, end = kept, "from_date", "to_date" if "to_date" in have else "NULL::DATE"
    else:
        source, begin, end = _by_period(bench, company, rows, kept), "_from", "_to"
    who = [c for c in ("person_id", "person_name", "region_id", "region_name", "product_line", "metric") if c in have]
    part = f"PARTITION BY {', '.join(who)}" if who else ""
    drop = ", ".join(
        [*sorted(have & {"from_date", "to_date", "metric"}), *([] if begin == "from_date" else ["_from", "_to"])]
    )
    metric = _metric() if "metric" in have else "'sales'"
    out = bench.name("targets")
    bench.run(
        f"CREATE TABLE {out} AS SELECT * EXCLUDE (_b, _e, _next), _b AS from_date, coalesce(_e, _next - 1,"
        " _b + coalesce((median(_next - _b) FILTER (_next IS NOT NULL) OVER ())::INTEGER, 31) - 1)::DATE AS "
        "to_date FROM ("
        f"SELECT *, lead(_b) OVER ({part} ORDER BY _b) AS _next FROM ("
        f"SELECT *{f' EXCLUDE ({drop})' if drop else ''}, {metric} AS metric, {begin} AS _b, {end} AS _e "
        f"FROM {source}))"
    )
    return out


# what exports call the figures that targets are set for
_METRICS = {
    "sales": "销售额 销售 销售收入 收入 营业额 营业收入 业绩 合同额 签约额 销售目标 sales revenue turnover bookings",
    "gross_profit": "毛利 毛利额 gross_profit",
    "gross_margin": "毛利率 gross_margin",
    "customers": "客户数 购买客户数 customers",
    "new_customers": "新客户 新客户数 新增客户 新增客户数 new_customers",
    "collection_rate": "回款率 collection_rate",
    "revenue_per_customer": "客单价 revenue_per_customer",
    "repurchase_rate": "复购率 repurchase_rate",
}


def _metric() -> str:
    """SQL of a target's metric in the workbook's words; a blank one is sales, an unknown one keeps its own word."""
    plain = "replace(lower(trim(metric)), ' ', '_')"
    cases = " ".join(
        f"WHEN {plain} IN ({', '.join(literal(w) for w in words.split())}) THEN {literal(name)}"
        for name, words in _METRICS.items()
    )
    return f"coalesce(CASE {cases} ELSE metric END, 'sales')"


def _by_period(bench: Bench, company: Company, rows: Stack, kept: str) -> str:
    """Rows with the window of their period, month or year, by the company's calendar; rows without one are named."""
    column = next((c for c in ("period", "month", "year") if c in rows.columns), None)
    if column is None:
        raise DataError(
            Text("目标表没有映射期间", "the targets map no period"),
            where=Place(file=rows.raws[0].shown if rows.raws else ""),
            remedy=Text("映射 from_date、month、period 或 year 之一", "map one of from_date, month, period or year"),
        )
    windows = _windows(bench, company.calendar, kept, column)
    out = bench.name("targets")
    bench.run(
        f"CREATE VIEW {out} AS SELECT t.*, w._from, w._to FROM {kept} t"
        f" LEFT JOIN {windows} w ON t.{column} = w._spelled"
    )
    missing, file, row, value = bench.rows(
        f"SELECT count(*), min(_file), arg_min(_row, (_file, _row)), arg_min(coalesce({column}, ''), (_file, _row))"
        f" FROM {out} WHERE _from IS NULL"
    )[0]
    if not missing:
        return out
    bench.findings.add(
        Finding(
            "target_without_period",
            "error",
            Text(
                f"{missing} 个目标没有可用的期间，未导入", f"{missing} targets have no usable period and are left out"
            ),
            Text("期间写成 2024、2024H1、2024Q2 或 2024-03", "write periods as 2024, 2024H1, 2024Q2 or 2024-03"),
            table="targets",
            file=rows.raws[file].shown,
            row=row,
            column=rows.header(file, column),
            value=value,
            row_count=missing,
        )
    )
    reason = {"target_without_period": Text("期间为空或无法解读", "the period is blank or cannot be read")}
    for number, raw in enumerate(rows.raws):
        query = f"SELECT _row, 'target_without_period' FROM {out} WHERE _from IS NULL AND _file = {number}"
        keep_aside(bench, raw, rows.table, query, reason)
    dated = bench.name("targets")
    bench.run(f"CREATE VIEW {dated} AS SELECT * FROM {out} WHERE _from IS NOT NULL")
    return dated


def _windows(bench: Bench, calendar: Calendar, kept: str, column: str) -> str:
    """The window of every period spelled in ``column``; a spelling that is no period has none."""
    import pyarrow as pa

    spelled = [v for (v,) in bench.rows(f"SELECT DISTINCT {column} FROM {kept} WHERE {column} IS NOT NULL ORDER BY 1")]
    periods = {}
    for text in spelled:
        with suppress(PeriodError):
            periods[text] = calendar.period(text)
    data = pa.table(
        {
            "_spelled": pa.array(list(periods), pa.string()),
            "_from": pa.array([p.start for p in periods.values()], pa.date32()),
            "_to": pa.array([p.end for p in periods.values()], pa.date32()),
        }
    )
    return bench.table("windows", data)


def managers(bench: Bench, people: str) -> str:
    """``people`` with the managers' ids where the export gives their names."""
    named = f"(SELECT name, min(person_id) AS id FROM {people} GROUP BY name HAVING count(DISTINCT person_id) = 1)"
    ids = bench.one(f"SELECT count(*) FROM {people} WHERE manager_id IN (SELECT person_id FROM {people})")
    if ids:
        return people
    out = bench.name("people")
    bench.run(
        f"CREATE TABLE {out} AS SELECT p.* REPLACE (coalesce(n.id, p.manager_id) AS manager_id) FROM {people} p"
        f" LEFT JOIN {named} n ON p.manager_id = n.name"
    )
    return out
