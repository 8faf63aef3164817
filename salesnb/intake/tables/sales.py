"""Order lines: gate, duplicates, returns, ids and names → one table of exact decimals, ready to be rounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from salesnb.intake.bench import Bench, ident, literal
from salesnb.intake.clean import few
from salesnb.intake.clean.columns import CENTS, DECIMAL
from salesnb.intake.quality import sales_checks
from salesnb.intake.quality.gate import gate
from salesnb.intake.tables import conversions, credits, enrich
from salesnb.intake.tables.calendar_sql import booked_month, settlement_month
from salesnb.intake.tables.cells import in_order
from salesnb.intake.tables.internal import eliminated
from salesnb.intake.tables.returns import with_returns
from salesnb.intake.tables.select import Stack
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.params.company import Company

# (id column, name column that serves as id where no id is mapped)
IDS = (
    ("region_id", "region_name"),
    ("team_id", "team_name"),
    ("person_id", "person_name"),
    ("product_id", "product_name"),
    ("customer_id", "customer_name"),
    ("dealer_id", "dealer_name"),
)
AT_ONCE = 20_000_000  # rows whose hashes are counted in one statement
_KEYS = "order_id, line_no, person_id"
PLAIN_IDS = ("customer_type", "channel_id", "industry", "entity_id", "product_line")


@dataclass(frozen=True)
class Exact:
    """Order lines in exact decimals, keyed: sales to others, sales inside the group, shadow credit."""

    lines: str
    internal: str | None = None
    shadow: str | None = None


def exact_lines(
    bench: Bench, company: Company, rows: Stack, beside: Mapping[str, Stack], dims: Mapping[str, str]
) -> Exact:
    """Gate, duplicates, returns, basis, currency, credit, names and keys, in this order.

    ``beside`` holds the exports that change order lines (``returns``, ``credits``), ``dims`` the imported dimension
    tables by name. The results have the columns of ``sales_lines`` with ``net list cost`` as decimals, ``_file _row``.
    """
    stop_share = company.quality.stop_share_set_aside.at(date.max, date.max)
    kept = gate(bench, rows, ("net", "order_date" if "order_date" in rows.columns else "month"), stop_share)
    once = _numbered_once(bench, rows, kept)
    kept = kept if once else sales_checks.without_duplicates(bench, rows, kept)
    kept = sales_checks.on_basis(bench, company, rows, kept)
    as_read = _as_read(company, rows, beside)
    lines = _based(bench, company, rows, kept, as_read)
    if "returns" in beside:
        lines = with_returns(bench, company, beside["returns"], lines, stop_share)
    lines = conversions.to_basis(bench, company, rows, lines)
    lines = conversions.to_currency(bench, company, rows, lines)
    lines = credits.from_rows(bench, rows, lines)
    shadow = None
    if "credits" in beside:
        lines, shadow = credits.from_table(bench, beside["credits"], lines, stop_share)
    sourced, joined = _sourced(bench, rows, lines, dims, as_read)
    has_keys = {"order_id", "line_no"} <= set(rows.columns)
    whole = has_keys and not bench.one(f"SELECT count(*) FROM {kept} WHERE order_id IS NULL OR line_no IS NULL")
    direct = as_read and not joined and kept == rows.name
    keyed = _keyed(bench, sourced, whole, direct)
    keyed = keyed if once and whole and direct else _unique(bench, rows, keyed)
    outside, internal = eliminated(bench, company, rows, keyed)
    return Exact(outside, internal, shadow)


def _as_read(company: Company, rows: Stack, beside: Mapping[str, Stack]) -> bool:
    """Whether no amount is divided, converted or netted, so that amounts can stay in the type they were read in."""
    taxed = any(s.tax is not None and s.tax != company.basis.tax for s in rows.sources)
    foreign = bool(company.rates) and "currency" in rows.columns
    return not (taxed or foreign or "share_of_credit" in rows.columns or {"returns", "credits"} & set(beside))


def _have(rows: Stack, column: str) -> str:
    return ident(column) if column in rows.columns else "NULL"


def _based(bench: Bench, company: Company, rows: Stack, kept: str, as_read: bool) -> str:
    """Kept rows with every contract column; ids not yet filled from dimensions. Amounts are wide decimals unless they
    stay ``as_read``."""
    out = bench.name("based")
    amounts = {c: _amount(rows, c, as_read) for c in ("quantity", "net", "list", "cost")}
    day = _have(rows, "order_date")
    first_of_month = "CAST(month || '-01' AS DATE)" if "month" in rows.columns else "NULL"
    date_of = {c: f"CAST({_have(rows, c)} AS DATE)" for c in ("known_date", "ship_date", "invoice_date")}
    ids = [f"{_word(rows, i, n)} AS {i}" for i, n in IDS] + [f"{_word(rows, i)} AS {i}" for i in PLAIN_IDS]
    names = [f"{_word(rows, n)} AS {n}" for n in (*(n for _, n in IDS), "region_path", "category")]
    basis = (
        f"coalesce({date_of.get(company.basis.date, 'NULL')}, _day)" if company.basis.date != "order_date" else "_day"
    )
    month = booked_month(settlement_month(basis, company), "known_date", company)
    bench.run(
        f"CREATE VIEW {out} AS SELECT * REPLACE (coalesce(month, {month}) AS month) FROM ("
        f"SELECT _file, _row, {_word(rows, 'order_id')} AS order_id, {_word(rows, 'line_no')} AS line_no,"
        f" coalesce({day}, {first_of_month})::DATE AS order_date, coalesce({day}, {first_of_month})::DATE AS _day,"
        f" {', '.join(f'{sql} AS {c}' for c, sql in date_of.items())},"
        f" {_have(rows, 'month')}::VARCHAR AS month, {', '.join(ids)}, {', '.join(names)},"
        f" {_currency(rows, company, as_read)} AS currency,"
        f" coalesce({_have(rows, 'share_of_credit')}, 1)::{DECIMAL} AS share_of_credit,"
        f" coalesce({_have(rows, 'is_primary')}, true)::BOOLEAN AS is_primary,"
        f" {', '.join(f'{sql} AS {c}' for c, sql in amounts.items())}, {_is_return(rows)} AS is_return,"
        f" {_have(rows, 'original_order_id')}::VARCHAR AS original_order_id,"
        f" {_have(rows, 'tax')}::{DECIMAL} AS _tax, false AS _made"
        f" FROM {kept})"
    )
    return _signed_returns(bench, rows, out) if "is_return" in rows.columns else out


def _word(rows: Stack, column: str, instead: str = "") -> str:
    """SQL of a text, of ``instead`` where it is blank; one of few different words stays as it is held."""
    there = [c for c in (column, instead) if c in rows.columns]
    if len(there) == 1 or column in rows.whole:
        return ident(there[0]) if there[0] in rows.words else f"{ident(there[0])}::VARCHAR"
    return f"coalesce({', '.join(ident(c) for c in there)})::VARCHAR" if there else "NULL::VARCHAR"


def _currency(rows: Stack, company: Company, as_read: bool) -> str:
    if "currency" in rows.columns:
        return f"coalesce(currency, {literal(company.currency)})::VARCHAR"
    return few.one(company.currency) if as_read else f"{literal(company.currency)}::VARCHAR"


def _amount(rows: Stack, column: str, as_read: bool) -> str:
    if not as_read:
        return f"{_have(rows, column)}::{DECIMAL}"
    return ident(column) if column in rows.columns else f"NULL::{CENTS}"


def _is_return(rows: Stack) -> str:
    """A line is a return if its column says so; without such a column, if its amount is negative."""
    return "coalesce(is_return, net < 0)" if "is_return" in rows.columns else "net < 0"


def _signed_returns(bench: Bench, rows: Stack, based: str) -> str:
    """Returns that an export writes as positive amounts become negative; a mixture is a finding, not a guess."""
    positive, negative = bench.rows(
        f"SELECT count(*) FILTER (net > 0), count(*) FILTER (net < 0) FROM {based} WHERE is_return"
    )[0]
    if not positive:
        return based
    sales_checks.return_signs(bench, rows, based, positive, negative)
    if negative:
        return based
    out = bench.name("based")
    bench.run(
        f"CREATE VIEW {out} AS SELECT * REPLACE (CASE WHEN is_return THEN -net ELSE net END AS net,"
        " CASE WHEN is_return THEN -list ELSE list END AS list, CASE WHEN is_return THEN -cost ELSE cost END AS cost,"
        f" CASE WHEN is_return THEN -quantity ELSE quantity END AS quantity) FROM {based}"
    )
    return out


def _sourced(bench: Bench, rows: Stack, lines: str, dims: Mapping[str, str], as_read: bool) -> tuple[str, bool]:
    """Lines whose blanks the dimension tables fill, what they do not know either being ``_unassigned``; and whether
    any table was joined for it."""
    named = enrich.by_name(bench, rows, lines, dims)
    filled = enrich.filled(bench, rows, named, dims, "order_date")
    unmapped = as_read and filled == lines
    named_by = {**dict(IDS), **dict.fromkeys(PLAIN_IDS, "")}
    columns = [f"{_assigned(rows, c, named_by[c], unmapped)} AS {c}" for c in named_by]
    out = bench.name("sourced")
    bench.run(f"CREATE VIEW {out} AS SELECT * REPLACE ({', '.join(columns)}) FROM {filled}")
    return out, filled != lines


def _assigned(rows: Stack, column: str, name: str, unmapped: bool) -> str:
    """SQL of an id that is never blank; ``unmapped``: nothing but its own columns can give it a value."""
    if unmapped and not {column, name} & set(rows.columns):
        return few.one(UNASSIGNED)
    if unmapped and column in rows.whole:
        return column
    kind = rows.words.get(column if column in rows.columns else name, "VARCHAR")
    return f"coalesce({column}, {literal(UNASSIGNED)}::{kind})"


def _numbered_once(bench: Bench, rows: Stack, kept: str) -> bool:
    """Whether no order line stands twice: by the order the rows are in, else by the hashes of their keys. Both are
    cheap, and then no row can equal another one."""
    if not {"order_id", "line_no"} <= set(rows.columns):
        return False
    if kept == rows.name and in_order(bench, kept, ("order_id", "line_no"), once=True):
        return True
    person = f"coalesce({_word(rows, 'person_id', 'person_name')}, {literal(UNASSIGNED)})"
    return not _repeats(bench, kept, f"order_id, line_no, {person}")


def _repeats(bench: Bench, table: str, keys: str) -> bool:
    """Whether two rows' keys have one hash. Many rows are looked at in parts: counts by hash are held in memory."""
    parts = 1 + bench.one(f"SELECT count(*) FROM {table}") // AT_ONCE
    for part in range(parts):
        these = f"WHERE hash({keys}) % {parts} = {part}" if parts > 1 else ""
        if bench.rows(f"SELECT 1 FROM {table} {these} GROUP BY hash({keys}) HAVING count(*) > 1 LIMIT 1"):
            return True
    return False


_CONTENT = (
    "order_date, product_id, customer_id, person_id, net, quantity, list, cost, region_id, channel_id, is_return,"
    " _file, _row"
)


def _keyed(bench: Bench, sourced: str, whole: bool, direct: bool) -> str:
    """Lines with keys whatever the export says: lines without number are counted within their order by content, never
    by position. Rows that can be taken as they were read (``direct``) are not copied: every later question reads the
    columns it needs."""
    out = bench.name("keyed")
    numbered = (
        "CASE WHEN line_no IS NULL THEN printf('%05d', row_number() OVER"
        f" (PARTITION BY order_id, line_no IS NULL ORDER BY {_CONTENT})) ELSE line_no END"
    )
    line = "line_no" if whole else numbered
    bench.run(
        f"CREATE {'VIEW' if whole and direct else 'TABLE'} {out} AS SELECT * REPLACE ({line} AS line_no)"
        f" FROM (SELECT * REPLACE (coalesce(order_id, {literal(UNASSIGNED)}) AS order_id) FROM {sourced})"
    )
    return out


def _unique(bench: Bench, rows: Stack, out: str) -> str:
    """Keyed lines with unique keys: a key twice with different content is a finding, and the later one gets a
    suffix."""
    # numbers are counted first: texts are compared only where two of them are equal
    if not _repeats(bench, out, _KEYS):
        return out
    twice = bench.rows(f"SELECT count(*), sum(n) FROM (SELECT count(*) AS n FROM {out} GROUP BY {_KEYS} HAVING n > 1)")[
        0
    ]
    if not twice[0]:
        return out
    sales_checks.key_conflicts(bench, rows, out, *twice)
    final = bench.name("keyed")
    bench.run(
        f"CREATE TABLE {final} AS SELECT * FROM (SELECT * EXCLUDE (_nth) REPLACE (CASE WHEN _nth > 1 THEN"
        f" line_no || '#' || _nth ELSE line_no END AS line_no) FROM (SELECT *, row_number() OVER"
        f" (PARTITION BY {_KEYS} ORDER BY is_return, {_CONTENT}) AS _nth FROM {out}))"
    )
    return final
