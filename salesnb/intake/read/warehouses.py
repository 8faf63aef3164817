"""One question to whatever keeps the rows: DuckDB, PostgreSQL, Spark, or any other database Ibis reaches by address.

``duckdb://FILE`` (no file: DuckDB itself, over files its query names) · ``postgres://…`` · ``spark://HOST:PORT``,
``spark://local`` or ``sc://HOST`` (Spark Connect), settings of the session as parameters · every other Ibis address.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from salesnb.intake.bench import MEMORY, ident, literal
from salesnb.intake.read.in_database import Columns, aggregated
from salesnb.model.errors import Place
from salesnb.model.params.company import Source

if TYPE_CHECKING:
    import ibis.expr.types as ir

_PARQUET = "(FORMAT parquet, COMPRESSION zstd)"


@dataclass(frozen=True)
class Question:
    """What is asked of the database at ``address`` (secrets filled in): the source's rows, or their sums."""

    address: str
    source: Source
    place: Place

    @property
    def is_query(self) -> bool:
        """Whether a SELECT is asked rather than a table."""
        return re.match(r"\s*(select|with)\b", self.source.query or "", re.I) is not None

    def of(self, rows: ir.Table) -> ir.Table:
        """What to fetch of the rows."""
        from salesnb.intake.tables.specs import kinds

        if self.source.grain == "line":
            return rows
        columns = Columns.of(self.source, kinds(self.source.table))
        return aggregated(rows, columns, self.source.where, self.place)

    def asked(self, connection: Any) -> ir.Table:
        """The same on an Ibis connection."""
        query = self.source.query or ""
        return self.of(connection.sql(query) if self.is_query else connection.table(query))


def fetch(question: Question, path: Path) -> None:
    """Write the answer as Parquet. Raises whatever the database's driver raises, and DataError for unfit columns."""
    scheme = urlsplit(question.address).scheme
    ways: dict[str, Callable[[Question, Path], None]] = {"duckdb": _duckdb, "spark": _spark, "sc": _spark}
    ways.get(scheme, _ibis)(question, path)


def _duckdb(question: Question, path: Path) -> None:
    """Asked without Ibis' connection: its version 12 calls `fetch_arrow_table`, which duckdb 2.0 no longer has."""
    import duckdb
    import ibis
    from ibis.backends.sql.datatypes import DuckDBType

    file, query = question.address.removeprefix("duckdb://"), question.source.query or ""
    wanted = query if question.is_query else f"SELECT * FROM {ident(query)}"
    with duckdb.connect(file, read_only=bool(file)) as connection:
        connection.execute("SET enable_progress_bar=false")
        connection.execute(f"SET memory_limit={literal(MEMORY)}")
        connection.execute(f"SET temp_directory={literal(str(path.parent / '.spill'))}")
        connection.execute("SET preserve_insertion_order=false" if question.source.grain == "order" else "SELECT 1")
        if question.source.grain == "order":
            described = connection.execute(f"DESCRIBE {wanted}").fetchall()
            rows = ibis.table({name: DuckDBType.from_string(kind) for name, kind, *_ in described}, name="_rows")
            wanted = f"WITH _rows AS ({wanted}) {ibis.to_sql(question.of(rows), dialect='duckdb')}"
        connection.execute(f"COPY ({wanted}) TO {literal(str(path))} {_PARQUET}")


def _spark(question: Question, path: Path) -> None:
    """Asked of Spark itself with Ibis' SQL: the way through Ibis goes by pandas, where decimals become objects."""
    import ibis
    import pyarrow.parquet as pq
    from pyspark.sql import SparkSession

    parts = urlsplit(question.address)
    running = SparkSession.getActiveSession()
    if parts.scheme == "sc":
        builder = SparkSession.builder.remote(question.address)
    else:
        builder = SparkSession.builder.master("local[*]" if parts.netloc == "local" else f"spark://{parts.netloc}")
    with TemporaryDirectory(prefix="salesnb-spark-") as made:  # else Spark makes one where the user stands
        given = dict(parse_qsl(parts.query))
        if parts.netloc == "local":
            given = {"spark.sql.warehouse.dir": made, **given}
        for key, value in given.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        try:
            sql = ibis.to_sql(question.asked(ibis.pyspark.connect(session)), dialect="pyspark")
            pq.write_table(session.sql(sql).toArrow(), path, compression="zstd")
        finally:
            if running is None:
                session.stop()


def _ibis(question: Question, path: Path) -> None:
    import ibis
    import pyarrow.parquet as pq

    batches = question.asked(ibis.connect(question.address)).to_pyarrow_batches()
    with pq.ParquetWriter(path, batches.schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch)
