"""Parquet: columns keep their names; every value becomes the text its type spells, exactly."""

from __future__ import annotations

from salesnb.intake.bench import Bench, ident, literal
from salesnb.intake.read.raw import Raw, Source
from salesnb.model.errors import DataError, Place, Text


def read(bench: Bench, source: Source) -> Raw:
    """The file as one raw table; its rows are numbered from 1. DataError for a file that is not Parquet."""
    import duckdb

    path = literal("".join(f"[{c}]" if c in "*?[" else c for c in str(source.path)))
    try:
        described = bench.rows(f"DESCRIBE SELECT * FROM read_parquet({path})")
    except duckdb.Error as error:
        raise DataError(
            Text("不是完好的 Parquet 文件", "not a sound Parquet file"),
            where=Place(file=source.shown),
            why=Text(f"读取时出错：{error}", f"reading it failed: {error}"),
            remedy=Text("重新导出", "export it again"),
        ) from error
    names = [name for name, *_ in described]
    cells = ", ".join(f"CAST({ident(n)} AS VARCHAR) AS c{i}" for i, n in enumerate(names))
    view = bench.name("raw")
    bench.run(
        f"CREATE VIEW {view} AS SELECT file_row_number + 1 AS _row, {len(names)} AS _n, {cells}, NULL::VARCHAR "
        f"AS _over,"
        f" NULL::VARCHAR AS _flaw FROM read_parquet({path}, file_row_number = true)"
    )
    rows = bench.one(f"SELECT count(*) FROM {view}")
    return Raw(view, source.shown, tuple(names), 0, rows)
