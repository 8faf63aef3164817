"""Sales inside the group (R91): kept in a table of their own and eliminated from the company's sales."""

from __future__ import annotations

from salesnb.intake.bench import Bench, literal
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text
from salesnb.model.params.company import Company


def eliminated(bench: Bench, company: Company, rows: Stack, lines: str) -> tuple[str, str | None]:
    """(sales to others, internal sales or None) of sorted, keyed lines."""
    inside = _inside(company)
    if inside is None:
        return lines, None
    count, amount, file, row, value = bench.rows(
        "SELECT count(*), sum(net), min(_file), arg_min(_row, (_file, _row)), arg_min(customer_id, (_file, _row))"
        f" FROM {lines} WHERE {inside}"
    )[0]
    if not count:
        return lines, None
    bench.findings.add(
        Finding(
            "internal_sales",
            "info",
            Text(
                f"{count} 行是集团内部销售，共 {amount:,.2f}，合并时抵销，另列在 internal_sales",
                f"{count} lines are sales inside the group, {amount:,.2f} in all: eliminated, and listed in "
                f"internal_sales",
            ),
            Text(
                "内部客户在 company.yaml 的 entities 中维护", "internal customers are kept in entities of company.yaml"
            ),
            table=rows.table,
            file=rows.raws[file].shown,
            row=row,
            column=rows.header(file, "customer_id"),
            value=value,
            row_count=count,
        )
    )
    outside, internal = bench.name("outside"), bench.name("internal")
    bench.run(f"CREATE TABLE {outside} AS SELECT * FROM {lines} WHERE NOT {inside}")
    bench.run(f"CREATE TABLE {internal} AS SELECT * FROM {lines} WHERE {inside}")
    return outside, internal


def events(bench: Bench, company: Company, rows: Stack, table: str) -> str:
    """Receipts, invoices or shipments without those between entities of the group: they belong to sales that are
    eliminated, and would stand against the sales to others."""
    inside = _inside(company)
    if inside is None:
        return table
    count, file, row, value = bench.rows(
        "SELECT count(*), min(_file), arg_min(_row, (_file, _row)), arg_min(customer_id, (_file, _row))"
        f" FROM {table} WHERE {inside}"
    )[0]
    if not count:
        return table
    bench.findings.add(
        Finding(
            "internal_documents",
            "info",
            Text(
                f"{count} 行是集团内部往来，已随内部销售一并抵销",
                f"{count} rows are between entities of the group: eliminated",
            ),
            Text(
                "内部客户在 company.yaml 的 entities 中维护", "internal customers are kept in entities of company.yaml"
            ),
            table=rows.table,
            file=rows.raws[file].shown,
            row=row,
            column=rows.header(file, "customer_id"),
            value=value,
            row_count=count,
        )
    )
    outside = bench.name("outside")
    bench.run(f"CREATE TABLE {outside} AS SELECT * FROM {table} WHERE NOT {inside}")
    return outside


def _inside(company: Company) -> str | None:
    """SQL of whether a row's customer is an entity of the group; None without such customers."""
    customers = sorted({c for entity in company.entities.values() for c in entity.customers})
    return f"customer_id IN ({', '.join(literal(c) for c in customers)})" if customers else None
