"""When a row became known: the first import that held it (CONTRACTS, as-of).

Every unit keeps a ledger of row hashes beside its imports. The rows of the very first import have always been known as
far as anybody can tell, so they get no date; a row that turns up later was not known before that day.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from salesnb.intake.bench import Bench, literal
from salesnb.intake.cache import next_of
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text

# what makes a row the same row in the next export; who is credited may change without a new sale
_CONTENT = "order_id, line_no, order_date, product_id, customer_id, currency, net, quantity, is_return"


def dated(bench: Bench, rows: Stack, lines: str, ledger: Path | None, now: date) -> str:
    """``lines`` with ``known_date`` from the ledger where no column says it; the ledger with the new rows
    is written beside the old one, which holds until the import is done."""
    if ledger is None or all("known_date" in source.columns for source in rows.sources):
        return lines
    text = ", ".join(f"coalesce({c}::VARCHAR, '')" for c in _CONTENT.split(", "))
    hashed = bench.name("hashed")
    bench.run(
        f"CREATE TABLE {hashed} AS SELECT _file, _row, _made, person_id, md5_number_lower(concat_ws(chr(31),"
        f" {text})) AS h"
        f" FROM {lines}"
    )
    if not ledger.is_file():
        _write(bench, f"SELECT DISTINCT h, NULL::DATE AS first_seen FROM {hashed} ORDER BY h", ledger)
        return lines
    old = f"read_parquet({literal(str(ledger))})"
    seen = bench.name("seen")
    bench.run(
        f"CREATE TABLE {seen} AS SELECT DISTINCT n.h, o.h IS NULL AS fresh, CASE WHEN o.h IS NULL THEN"
        f" DATE '{now.isoformat()}' ELSE o.first_seen END AS first_seen FROM {hashed} n LEFT JOIN {old} o USING (h)"
    )
    fresh = bench.one(f"SELECT count(*) FROM {seen} WHERE fresh")
    _write(
        bench,
        f"SELECT h, first_seen FROM {old} UNION ALL SELECT h, first_seen FROM {seen} WHERE fresh ORDER BY h",
        ledger,
    )
    if fresh:
        bench.findings.add(_new_rows(rows, fresh, now))
    out = bench.name("dated")
    bench.run(
        f"CREATE TABLE {out} AS SELECT l.* REPLACE (coalesce(l.known_date, s.first_seen) AS known_date) FROM {lines} l"
        f" JOIN {hashed} USING (_file, _row, _made, person_id) JOIN {seen} s USING (h)"
        " ORDER BY order_id, line_no, person_id"
    )
    return out


def _write(bench: Bench, query: str, ledger: Path) -> None:
    path = literal(str(next_of(ledger)))
    bench.run(f"COPY ({query}) TO {path} (FORMAT parquet, COMPRESSION zstd)")


def _new_rows(rows: Stack, count: int, now: date) -> Finding:
    return Finding(
        "rows_new",
        "info",
        Text(
            f"{count} 行是以前的导出里没有的，获知日期记为 {now}",
            f"{count} rows were in no earlier export; they count as known from {now}",
        ),
        Text(
            "导出中有录入日期时映射 known_date 更准确",
            "map known_date if the export has a day of entry: it is more exact",
        ),
        table=rows.table,
        file=rows.raws[-1].shown if rows.raws else "",
        row_count=count,
    )
