"""Stored imports back as frames."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from salesnb.intake.bench import asking
from salesnb.intake.tables import cells
from salesnb.model.tables import DTYPES, TableContract, contract

if TYPE_CHECKING:
    import pandas as pd

_SUMMED = ("sales_cells", "sales_daily")


def table(folder: Path, name: str, as_of: date | None) -> pd.DataFrame:
    """Table ``name`` of the import in ``folder`` in contract form; with ``as_of`` only rows known on that day. Sums of
    order lines are made anew from the lines that were known."""
    shape = contract(name)
    path = folder / f"{name}.parquet"
    if not path.is_file():
        return _typed(_empty(shape), shape)
    if as_of is None:
        return _typed(_read(path), shape)
    columns = {c.name for c in shape.columns}
    if name in _SUMMED:
        return _typed(_summed(folder, name, as_of), shape)
    if "known_date" not in columns:
        return _typed(_read(path), shape)
    day = next((c for c in ("order_date", "receipt_date", "date", "created_date") if c in columns), "known_date")
    known = f"coalesce(known_date, {day})"
    query = f"SELECT * FROM read_parquet($path) WHERE {known} IS NULL OR {known} <= $as_of"
    return _typed(_ask(query, path, as_of), shape)


def known_later(folder: Path, as_of: date) -> int:
    """Order lines of the import in ``folder`` that became known after ``as_of``; 0 where it holds none."""
    path = folder / "sales_lines.parquet"
    if not path.is_file():
        return 0
    query = "SELECT count(*) AS n FROM read_parquet($path) WHERE coalesce(known_date, order_date) > $as_of"
    return int(_ask(query, path, as_of)["n"].iloc[0])


def _read(path: Path) -> pd.DataFrame:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = pq.read_table(path)
    for place, column in enumerate(found.schema):
        if pa.types.is_date(column.type):
            found = found.set_column(place, column.name, found.column(place).cast(pa.timestamp("ms")))
    return found.to_pandas()


def _summed(folder: Path, name: str, as_of: date) -> pd.DataFrame:
    known = "order_date <= $as_of AND coalesce(known_date, order_date) <= $as_of"
    basis = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["basis"]
    netted = basis["returns"] == "netted"
    if name == "sales_daily":
        query = cells.daily_sql("read_parquet($path)", known, netted, basis["date"])
    else:
        query = cells.cells_sql("read_parquet($path)", known, netted)
    return _ask(query, folder / "sales_lines.parquet", as_of)


def _ask(query: str, path: Path, as_of: date) -> pd.DataFrame:
    with asking() as connection:
        return connection.execute(query, {"path": str(path), "as_of": as_of}).df()


def _empty(shape: TableContract) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({c.name: [] for c in shape.columns})


def _typed(frame: pd.DataFrame, shape: TableContract) -> pd.DataFrame:
    """``frame`` in the contract's types; it was checked when it was written."""
    types = {c.name: "Int64" if c.kind == "minor" and c.optional else DTYPES[c.kind] for c in shape.columns}
    return frame[list(types)].astype(types)
