"""The bench an import works on: one DuckDB database in memory that spills into a temporary folder, the findings, the
rows set aside."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from salesnb.intake.quality.findings import Findings

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

MEMORY = "1500MB"  # DuckDB spills beyond this; the rest of the process needs a few hundred MB
MOST = "3000MB"  # of a machine that has it to spare: an import that spills takes a third longer
SMALL = 32_000_000  # bytes of sources below which an import's many short statements gain nothing from a second thread
LARGE = 1_500_000_000  # bytes above which twice the memory is worth having: what cannot spill is held by the row
_HELD: list[duckdb.DuckDBPyConnection] = []  # the one database in memory that this process asks
_TURN = Lock()


def ident(name: str) -> str:
    """``name`` as a quoted SQL identifier: whatever the data calls a column never becomes SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """``text`` as a SQL string; NUL cannot stand in one and is dropped."""
    return "'" + text.replace("\0", "").replace("'", "''") + "'"


def connected(database: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """A DuckDB connection that prints nothing: its progress bar would end up in the notebook that asked."""
    import duckdb

    connection = duckdb.connect(database)
    connection.execute("SET enable_progress_bar=false")
    return connection


def asking() -> duckdb.DuckDBPyConnection:
    """A connection of its own to the one database in memory of this process, for a question that creates nothing in it
    but what is registered; opening a database for each would take longer than most answers. Close it after use."""
    with _TURN:
        if not _HELD:
            _HELD.append(connected())
        connection = _HELD[0].cursor()
    connection.execute("SET enable_progress_bar=false")
    return connection


def _let_go() -> None:
    """Before a fork: a forked process has none of the database's threads and would wait for them when it ends."""
    _TURN.acquire()
    while _HELD:
        _HELD.pop().close()


if hasattr(os, "register_at_fork"):  # not on Windows, where nothing is forked
    os.register_at_fork(before=_let_go, after_in_parent=_TURN.release, after_in_child=_TURN.release)


def room(connection: duckdb.DuckDBPyConnection, times: int = 1) -> str:
    """What an import may hold before it spills: a sixth of what DuckDB would take of this machine or container by
    itself, but MEMORY at least and MOST at most; the share and the most ``times`` as much."""
    amount, unit = connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0].split()
    share = float(amount) * 1024 ** ("bytes", "KiB", "MiB", "GiB", "TiB").index(unit) / 1e6 / 6
    return f"{min(max(share * times, float(MEMORY[:-2])), float(MOST[:-2]) * times):.0f}MB"


@dataclass
class Bench:
    """State of one import. ``folder`` is temporary and belongs to it; ``memory`` is what it may hold (see ``room``);
    ``size``: bytes of its sources, 0 where that is not known."""

    folder: Path
    findings: Findings = field(default_factory=Findings)
    memory: str = ""
    size: int = 0
    _connection: duckdb.DuckDBPyConnection | None = None
    _counter: int = 0

    @property
    def sql(self) -> duckdb.DuckDBPyConnection:
        """The connection, opened on first use."""
        if self._connection is None:
            connection = connected()
            memory = self.memory or room(connection, 2 if self.size > LARGE else 1)
            connection.execute(f"SET memory_limit={literal(memory)}")
            connection.execute(f"SET temp_directory={literal(str(self.folder / 'spill'))}")
            connection.execute("SET preserve_insertion_order=true")
            if 0 < self.size < SMALL:
                connection.execute("SET threads=1")
            # duckdb 2.0.0 fails (index -1 of a vector) on ORDER BY … LIMIT over a view that computes with rowid
            if connection.execute("SELECT 1 FROM duckdb_optimizers() WHERE name = 'late_materialization'").fetchall():
                connection.execute("SET disabled_optimizers='late_materialization'")
            connection.execute(
                'CREATE TABLE set_aside("table" VARCHAR, file VARCHAR, "row" BIGINT, code VARCHAR,'
                " reason_zh VARCHAR, reason_en VARCHAR, content VARCHAR)"
            )
            self._connection = connection
        return self._connection

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of ``query``; values of the data are always bound, never pasted."""
        return self.sql.execute(query, list(values)).fetchall()

    def one(self, query: str, values: Sequence[Any] = ()) -> Any:
        """The first value of the first row."""
        return self.rows(query, values)[0][0]

    def run(self, query: str, values: Sequence[Any] = ()) -> None:
        """Execute a statement."""
        self.sql.execute(query, list(values))

    def table(self, stem: str, data: pa.Table) -> str:
        """A new table with the rows of ``data``."""
        name = self.name(stem)
        self.sql.register("arrived", data)
        self.run(f"CREATE TABLE {name} AS SELECT * FROM arrived")
        self.sql.unregister("arrived")
        return name

    def name(self, stem: str) -> str:
        """A new table name."""
        self._counter += 1
        return f"{stem}_{self._counter}"

    def close(self) -> None:
        """Close the database; the folder is removed by whoever made it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
