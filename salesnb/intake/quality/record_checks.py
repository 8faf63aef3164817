"""What can be wrong with the rows of dimension and event tables: keys said twice."""

from __future__ import annotations

from collections.abc import Sequence

from salesnb.intake.bench import Bench, ident
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables.select import Stack
from salesnb.model.errors import Text


def unique_by(bench: Bench, table: str, keys: Sequence[str], rows: Stack) -> str:
    """``table`` with one row per key: the last one in the files; different content is a finding."""
    listed = ", ".join(ident(k) for k in keys)
    found = bench.rows(
        f"SELECT count(*), sum(n - 1), min(r), arg_min(k, r) FROM (SELECT count(*) AS n, min(_row) AS r,"
        f" concat_ws(' / ', {', '.join(f'any_value({ident(k)})::VARCHAR' for k in keys)}) AS k FROM {table}"
        f" GROUP BY {listed} HAVING n > 1)"
    )[0]
    if not found[0]:
        return table
    content = [c for c, *_ in bench.rows(f"DESCRIBE {table}") if c not in ("_file", "_row")]
    same = bench.one(
        f"SELECT count(*) FROM (SELECT {listed} FROM {table} GROUP BY {listed}"
        f" HAVING count(*) > 1 AND count(DISTINCT ({', '.join(map(ident, content))})) > 1)"
    )
    out = bench.name("unique")
    bench.run(
        f"CREATE TABLE {out} AS SELECT * EXCLUDE (_nth) FROM (SELECT *, row_number() OVER (PARTITION BY {listed}"
        f" ORDER BY _file DESC, _row DESC) AS _nth FROM {table}) WHERE _nth = 1"
    )
    bench.findings.add(
        Finding(
            "key_repeated" if same else "duplicate_record",
            "warn" if same else "info",
            Text(
                f"{found[0]} 个键出现多次（多出 {found[1]} 行），其中 {same} 个内容不同；取文件中最后一行",
                f"{found[0]} keys stand more than once ({found[1]} rows too many), {same} of them with "
                f"different content;"
                " the last row is used",
            ),
            Text("核对哪一行有效，删去其余", "check which row holds and delete the others"),
            table=rows.table,
            file=rows.raws[0].shown if rows.raws else "",
            row=found[2],
            column=", ".join(keys),
            value=found[3] or "",
            row_count=int(found[1]),
        )
    )
    return out
