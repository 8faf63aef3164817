"""When a row became known: the first import that held it (CONTRACTS, as-of).

Every unit keeps a ledger of what rows said beside its imports (older ones hold hashes of it instead, and go on doing
so). Two kinds of rows count as known on their own day: those of
the very first import, as far as anybody can tell, and those dated after all that earlier imports cover, for they are
the regular export of a new month however late it is made. An import covers the months that were over when it was made
and the days before its last order. A row of such a day which no earlier import held was not known before the import
that brought it: a late booking, or an order that was changed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from pathlib import Path

from salesnb.intake.bench import Bench, literal
from salesnb.intake.cache import next_of
from salesnb.intake.clean.columns import CENTS, DECIMAL
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables.calendar_sql import booked_month
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text
from salesnb.model.params.company import Company
from salesnb.model.places import today

# what makes a row the same row in the next export; who is credited may change without a new sale
_CONTENT = (
    "order_id",
    "line_no",
    "order_date",
    "product_id",
    "customer_id",
    "currency",
    "net",
    "quantity",
    "is_return",
)
# day of the import that first held the row, day from which it counts as known (null: its own), day it went
_DAYS = "seen, first_seen, gone"


def dated(bench: Bench, company: Company, rows: Stack, lines: str, ledger: Path | None) -> str:
    """``lines`` with ``known_date`` from the ledger where no column says it, and with the month it then counts in; the
    ledger with the new rows is written beside the old one, which holds until the import is done."""
    now = today(company.timezone, company.today)
    if ledger is None or all("known_date" in source.columns for source in rows.sources):
        return lines
    day, content = f"DATE '{now.isoformat()}'", ", ".join(_CONTENT)
    if not ledger.is_file():
        first = f"SELECT {content}, {day} AS seen, NULL::DATE AS first_seen, NULL::DATE AS gone FROM {lines}"
        _write(bench, first, ledger)
        return lines
    seen, hashed = _compared(bench, lines, ledger, day)
    late, amount = bench.rows(f"SELECT count(*), sum(net) FROM {seen} WHERE seen = {day} AND first_seen = {day}")[0]
    if late:
        bench.findings.add(_late_rows(rows, late, amount, now))
    gone, amount = bench.rows(f"SELECT count(*), sum(net) FROM {seen} WHERE gone = {day}")[0]
    if gone:
        bench.findings.add(_gone_rows(rows, gone, amount))
    moved, out = bench.name("moved"), bench.name("dated")
    bench.run(
        f"CREATE TABLE {moved} AS SELECT _file, _row, _made, person_id, first_seen FROM {hashed}"
        f" JOIN (SELECT h, first_seen FROM {seen} WHERE first_seen IS NOT NULL) USING (h)"
    )
    if not bench.one(f"SELECT count(*) FROM {moved}"):
        return lines
    said = any("month" in source.columns for source in rows.sources)  # an export's own booking month always holds
    month = "" if said else f", {booked_month('l.month', 's.first_seen', company)} AS month"
    bench.run(
        f"CREATE TABLE {out} AS SELECT l.* REPLACE (coalesce(l.known_date, s.first_seen) AS known_date{month})"
        f" FROM {lines} l LEFT JOIN {moved} s USING (_file, _row, _made, person_id)"
    )
    return out


def _compared(bench: Bench, lines: str, ledger: Path, day: str) -> tuple[str, str]:
    """(every row of the ledger and of this import once, with its days; SQL of the lines with their hashes); the next
    ledger is written. A row credited to several people is one row."""
    path = f"read_parquet({literal(str(ledger))})"
    have = {c for c, *_ in bench.rows(f"DESCRIBE SELECT * FROM {path}")}
    hashed = _spelled_hashes(bench, lines) if "h" in have else _hashed(lines)
    held = f"SELECT h, min(order_date) AS order_date, min(net) AS net FROM {hashed} GROUP BY h"
    seen = _seen(bench, _old(bench, path, have), held, day)
    if "h" in have:
        _write(bench, f"SELECT h, {_DAYS}, order_date, net FROM {seen}", ledger)
        return seen, hashed
    columns = ", ".join([*(f"r.{c}" for c in _CONTENT), "s.seen", "s.first_seen", "s.gone"])
    here, there = (f"SELECT {columns} FROM {rows} r JOIN {seen} s USING (h)" for rows in (hashed, _hashed(path)))
    _write(bench, f"{here} UNION ALL BY NAME {there} WHERE NOT s.here", ledger)
    return seen, hashed


def _hashed(rows: str) -> str:
    """SQL of ``rows`` with the hash ``h`` of their content, the same for the same content in whatever type it is held;
    it lives no longer than the import, so that it need not be the same in the next version of DuckDB."""
    days, amounts = ("order_date",), ("net", "quantity")
    kinds = dict.fromkeys(days, "DATE") | dict.fromkeys(amounts, DECIMAL) | {"is_return": "BOOLEAN"}
    cells = ", ".join(f"{c}::{kinds.get(c, 'VARCHAR')}" for c in _CONTENT)
    return f"(SELECT *, hash({cells}) AS h FROM {rows})"


def _spelled_hashes(bench: Bench, lines: str) -> str:
    """The same with the hash that ledgers of older imports hold instead of the content: an amount in cents is spelled
    as the wide decimal it was always hashed as."""
    kinds = {name: kind for name, kind, *_ in bench.rows(f"DESCRIBE {lines}")}
    text = ", ".join(f"coalesce({_spelled(c, kinds[c])}, '')" for c in _CONTENT)
    return f"(SELECT *, md5_number_lower(concat_ws(chr(31), {text})) AS h FROM {lines})"


def _spelled(column: str, kind: str) -> str:
    """SQL of a value's text, of an amount with 18 decimals whatever its type."""
    if kind == CENTS:
        return f"{column}::VARCHAR || '{'0' * 16}'"  # the same as by way of the wide type, at half the price
    return f"{column}::{DECIMAL}::VARCHAR" if kind.startswith("DECIMAL") else f"{column}::VARCHAR"


def _old(bench: Bench, path: str, have: Collection[str]) -> str:
    """The stored ledger, every row once; one written before days and amounts were kept has none of them."""
    types = {"seen": "DATE", "gone": "DATE", "order_date": "DATE", "net": "DECIMAL(38,18)"}
    missing = "".join(f", NULL::{kind} AS {name}" for name, kind in types.items() if name not in have)
    once = ", ".join(f"any_value({c}) AS {c}" for c in ("seen", "first_seen", "gone", "order_date", "net"))
    out = bench.name("ledger")
    rows = path if "h" in have else _hashed(path)
    bench.run(f"CREATE TABLE {out} AS SELECT h, {once} FROM (SELECT *{missing} FROM {rows}) GROUP BY h")
    return out


def _seen(bench: Bench, old: str, held: str, day: str) -> str:
    """The rows of ledger and import with their days, ``here`` those of this import. What went is looked for only
    between the first and last day of this import: an export may hold the newest months alone."""
    out = bench.name("seen")
    ordered, made = "coalesce(o.order_date, n.order_date)", f"coalesce(o.seen, {day})"
    # a date typed too late reaches no further than the import that brought it
    covered = (
        f"(SELECT greatest(max({ordered}) FILTER ({ordered} <= {made}), date_trunc('month', max(o.seen))::DATE)"
        f" FROM {old} o LEFT JOIN n USING (h))"
    )
    inside = "o.order_date BETWEEN (SELECT min(order_date) FROM n) AND (SELECT max(order_date) FROM n)"
    bench.run(
        f"CREATE TABLE {out} AS WITH n AS ({held}) SELECT h, coalesce(o.seen, {day}) AS seen,"
        f" CASE WHEN o.h IS NOT NULL THEN o.first_seen WHEN n.order_date < {covered} THEN {day} END AS first_seen,"
        f" CASE WHEN n.h IS NOT NULL THEN NULL WHEN o.gone IS NULL AND {inside} THEN {day} ELSE o.gone END AS gone,"
        f" coalesce(n.order_date, o.order_date) AS order_date, coalesce(n.net, o.net) AS net, n.h IS NOT NULL AS here"
        f" FROM {old} o FULL JOIN n USING (h)"
    )
    return out


def _write(bench: Bench, query: str, ledger: Path) -> None:
    path = literal(str(next_of(ledger)))
    bench.run(f"COPY ({query}) TO {path} (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd)")


def _late_rows(rows: Stack, count: int, amount: Decimal, now: date) -> Finding:
    return Finding(
        "rows_late",
        "info",
        Text(
            f"{count} 行（共 {amount:,.2f}）的日期以前的导出已覆盖、当时却没有，获知日期记为 {now}",
            f"{count} rows ({amount:,.2f} in all) are dated in days that earlier exports covered without them; they"
            f" count as known from {now}",
        ),
        Text(
            "补录或改单都属正常；导出中有录入日期时映射 known_date 更准确",
            "late or changed orders are normal; map known_date if the export has a day of entry: it is more exact",
        ),
        table=rows.table,
        file=rows.raws[-1].shown if rows.raws else "",
        row_count=count,
    )


def _gone_rows(rows: Stack, count: int, amount: Decimal) -> Finding:
    return Finding(
        "rows_gone",
        "warn",
        Text(
            f"以前导入过的 {count} 行（共 {amount:,.2f}）这次不在了：可能被修改或删除，过去的数字会随之变动",
            f"{count} rows of earlier imports ({amount:,.2f} in all) are no longer there: changed or deleted, and"
            f" figures of the past change with them",
        ),
        Text(
            "向系统管理员核对谁改了旧单；改单宜用红字或退货行表示",
            "ask who changed old orders; a correction is better a return or a reversing line",
        ),
        table=rows.table,
        file=rows.raws[-1].shown if rows.raws else "",
        row_count=count,
    )
