"""Amounts brought to one measure: tax in or out as the company's basis says (R81), foreign currency into the company's
own by dated rates (R91). What cannot be converted is a finding, never a guess."""

from __future__ import annotations

from salesnb.intake.bench import Bench, literal
from salesnb.intake.clean.columns import DECIMAL
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables.dated_sql import on_day
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text
from salesnb.model.params.company import Company

_RATE = "DECIMAL(12,8)"
_AMOUNT = "DECIMAL(26,10)"  # times a rate this still fits 38 digits


def to_basis(bench: Bench, company: Company, rows: Stack, lines: str) -> str:
    """``lines`` with net and list amounts with or without tax as ``basis.tax`` says.

    A source says by ``tax`` what its amounts are. Its tax column decides to the cent where it has one, else the dated
    ``tax_rate`` does; with neither the run stops.
    """
    wanted = company.basis.tax
    files = [i for i, s in enumerate(rows.sources) if s.tax is not None and s.tax != wanted]
    if not files:
        return lines
    if "tax" not in rows.columns and company.tax_rate is None:
        bench.findings.add(_no_rate(rows, files[0], wanted))
        return lines
    there = f"_file IN ({', '.join(map(str, files))})"
    tax = "_tax" if "tax" in rows.columns else "NULL"
    net, ratio = _net(company, tax)
    out = bench.name("taxed")
    bench.run(
        f"CREATE VIEW {out} AS SELECT * REPLACE (CASE WHEN {there} THEN {net} ELSE net END AS net,"
        f" CASE WHEN {there} THEN CAST(list * {ratio} AS {DECIMAL}) ELSE list END AS list) FROM {lines}"
    )
    return out


def amount_to_basis(bench: Bench, company: Company, rows: Stack, table: str, amount: str, day: str) -> str:
    """``table`` (receipts, invoices, shipments) with ``amount`` with or without tax as the basis says, where its source
    says that it is otherwise; by the dated rate, because such exports hold no tax of their own."""
    files = [i for i, s in enumerate(rows.sources) if s.tax is not None and s.tax != company.basis.tax]
    if not files:
        return table
    if company.tax_rate is None:
        bench.findings.add(_no_rate(rows, files[0], company.basis.tax))
        return table
    rate = on_day(company.tax_rate, day, _RATE)
    factor = f"(1 / (1 + {rate}::DOUBLE))::DECIMAL(18,14)" if company.basis.tax == "excluded" else f"(1 + {rate})"
    out = bench.name("taxed")
    bench.run(
        f"CREATE TABLE {out} AS SELECT * REPLACE (CASE WHEN _file IN ({', '.join(map(str, files))}) THEN"
        f" CAST(CAST({amount} AS DECIMAL(20,6)) * {factor} AS {DECIMAL}) ELSE {amount} END AS {amount}) FROM {table}"
    )
    return out


def _net(company: Company, tax: str) -> tuple[str, str]:
    """SQL of the converted net amount, and of the factor that converts other amounts of the line."""
    sign = "-" if company.basis.tax == "excluded" else "+"
    if company.tax_rate is None:
        return f"net {sign} coalesce({tax}, 0)", f"coalesce(1 {sign} {tax}::DOUBLE / nullif(net, 0)::DOUBLE, 1)"
    rate = on_day(company.tax_rate, "_day", _RATE)
    factor = f"(1 / (1 + {rate}::DOUBLE))::DECIMAL(18,14)" if sign == "-" else f"(1 + {rate})"
    by_rate = f"CAST(CAST(net AS DECIMAL(20,6)) * {factor} AS {DECIMAL})"
    return f"coalesce(net {sign} {tax}, {by_rate})", f"{factor}::DOUBLE"


def _no_rate(rows: Stack, file: int, wanted: str) -> Finding:
    zh = "不含税" if wanted == "excluded" else "含税"
    return Finding(
        "tax_unknown",
        "stop",
        Text(
            f"这份导出的金额与业绩口径（{zh}）不同，但既没有税额列也没有税率",
            f"the amounts of this export are not tax {wanted} as the basis wants, and there is neither a tax "
            f"column nor a rate",
        ),
        Text("映射 tax 列，或在 company.yaml 写 tax_rate", "map the tax column, or write tax_rate in company.yaml"),
        table=rows.table,
        file=rows.raws[file].shown,
        column=rows.header(file, "net"),
    )


def to_currency(bench: Bench, company: Company, rows: Stack, lines: str) -> str:
    """``lines`` in the company's currency where a dated rate is in force on the order's day; original amount, currency
    and rate stay beside it (``_original_net _original_currency _rate``)."""
    foreign = [c for c in company.rates if c != company.currency]
    out = bench.name("converted")
    if not foreign or "currency" not in rows.columns:
        bench.run(
            f"CREATE VIEW {out} AS SELECT *, NULL::VARCHAR AS _original_currency, NULL::{DECIMAL} AS _original_net,"
            f" NULL::{_RATE} AS _rate FROM {lines}"
        )
        return out
    cases = " ".join(f"WHEN {literal(c)} THEN {on_day(company.rates[c], '_day', _RATE)}" for c in foreign)
    money = ", ".join(
        f"CASE WHEN _rate IS NULL THEN {m} ELSE CAST(CAST({m} AS {_AMOUNT}) * _rate AS {DECIMAL}) END AS {m}"
        for m in ("net", "list", "cost")
    )
    bench.run(
        f"CREATE VIEW {out} AS SELECT * REPLACE ({money},"
        f" CASE WHEN _rate IS NULL THEN currency ELSE {literal(company.currency)} END AS currency)"
        " FROM (SELECT *, CASE WHEN _rate IS NULL THEN NULL ELSE currency END AS _original_currency,"
        " CASE WHEN _rate IS NULL THEN NULL ELSE net END AS _original_net"
        f" FROM (SELECT *, (CASE currency {cases} END) AS _rate FROM {lines}))"
    )
    return out
