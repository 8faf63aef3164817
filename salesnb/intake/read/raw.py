"""Raw tables: every cell as text in DuckDB, every row with its physical row number."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from salesnb.intake.bench import Bench, ident

BATCH = 50_000
EXTRA = 40  # fields beyond the header that are kept apart before the rest of a ragged row is joined into one


@dataclass(frozen=True)
class Hints:
    """What company.yaml says about how a file is written; ``expected`` are the column names its map mentions."""

    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | int | None = None
    header_row: int | None = None
    expected: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """A file as the user knows it."""

    path: Path
    shown: str
    table: str = ""


@dataclass(frozen=True)
class Raw:
    """One table found in a file: DuckDB table ``name`` with ``_row`` and text columns c0…; ``columns``: its headers;
    ``grid``: what it was cut out of."""

    name: str
    file: str
    columns: tuple[str, ...]
    header_row: int
    rows: int
    sheet: str = ""
    grid: str = ""

    @property
    def shown(self) -> str:
        """File and sheet, as findings name it."""
        return f"{self.file}#{self.sheet}" if self.sheet else self.file

    def sql(self, column: str) -> str:
        """The SQL of one header's column."""
        return ident(f"c{self.columns.index(column)}")


def cells_of(grid: str) -> str:
    """The DuckDB table that holds the cells of a grid which DuckDB read itself."""
    return f"{grid}_cells"


def forget(bench: Bench, raws: Iterable[Raw]) -> None:
    """Give the room of text cells back that no question will be asked of any more; they are most of a big import."""
    for grid in {raw.grid for raw in raws if raw.grid}:
        bench.run(f"DROP TABLE IF EXISTS {cells_of(grid)}")


def store(bench: Bench, rows: Iterable[tuple[int, Sequence[str | None]]], width: int) -> str:
    """Write numbered rows into a new table of ``width`` columns, ``_n`` fields wide each, the overflow in ``_over``."""
    import pyarrow as pa

    name = bench.name("grid")
    columns = [f"c{i}" for i in range(width)]
    listed = ", ".join(f"{c} VARCHAR" for c in columns)
    bench.run(f"CREATE TABLE {name}(_row BIGINT, _n INTEGER, {listed}, _over VARCHAR)")
    schema = pa.schema(
        [("_row", pa.int64()), ("_n", pa.int32()), *((c, pa.string()) for c in columns), ("_over", pa.string())]
    )
    batch: list[tuple[int, Sequence[str | None]]] = []

    def flush() -> None:
        cells = [[(r[i] or None) if i < len(r) else None for _, r in batch] for i in range(width)]
        over = ["\x1f".join(x or "" for x in r[width:]) if any(r[width:]) else None for _, r in batch]
        arrays = [[number for number, _ in batch], [len(r) for _, r in batch], *cells, over]
        table = pa.Table.from_arrays([pa.array(a, f.type) for a, f in zip(arrays, schema, strict=True)], schema=schema)
        bench.sql.register("arrived", table)
        bench.run(f"INSERT INTO {name} SELECT * FROM arrived")
        bench.sql.unregister("arrived")
        batch.clear()

    for row in rows:
        batch.append(row)
        if len(batch) >= BATCH:
            flush()
    if batch:
        flush()
    return name
