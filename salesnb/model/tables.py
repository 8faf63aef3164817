"""Column vocabulary and table contracts: the only way stages meet.

A column has one name, one kind, one unit and one meaning everywhere; a contract lists a table's columns and keys.
``check`` brings a frame into contract form (types, column order, row order) or says which row breaks it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from salesnb.model.errors import DataError, Place, Text

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["id", "text", "date", "moment", "month", "minor", "count", "number", "rate", "flag"]

# pandas types by kind. Counts may be missing (a count nobody reported is not zero), money may not: it is a sum.
DTYPES: dict[str, str] = {
    "id": "str",
    "text": "str",
    "date": "datetime64[ms]",
    "moment": "datetime64[ms]",  # with time of day, local to the company's timezone
    "month": "str",
    "minor": "int64",
    "count": "Int64",
    "number": "float64",
    "rate": "float64",
    "flag": "bool",
}


@dataclass(frozen=True)
class Column:
    """One column: ``unit`` is printed in headers, ``definition`` under the table; optional columns may hold nulls."""

    name: str
    kind: Kind
    label: Text
    unit: str = ""
    definition: Text | None = None
    optional: bool = False


@dataclass(frozen=True)
class TableContract:
    """A table's name, its keys (non-null and together unique) and its columns in order."""

    name: str
    keys: tuple[str, ...]
    columns: tuple[Column, ...]
    label: Text

    def column(self, name: str) -> Column:
        """The column called ``name``; DataError when the table has none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise DataError(Text(f"表 {self.name} 没有列 {name}", f"table {self.name} has no column {name}"))


def check(frame: pd.DataFrame, table: TableContract) -> pd.DataFrame:
    """``frame`` in contract form: contract's columns in order, typed, sorted by keys, fresh index.

    Columns that are optional and absent are added as null (money: never optional-absent, it would become zero).
    Raises DataError naming table, column and the first offending row.
    """
    import pandas as pd

    _same_columns(frame, table)
    absent = pd.Series([None] * len(frame), frame.index, dtype=object)
    columns = {c.name: _typed(frame.get(c.name, absent), c, table) for c in table.columns}
    out = pd.DataFrame(columns, index=frame.index, copy=False)
    if table.keys:
        out = out.sort_values(list(table.keys), kind="stable")
        _unique_keys(out, table)
    return out.reset_index(drop=True)


def without_rows(table: TableContract) -> pd.DataFrame:
    """The table in contract form without a row."""
    import pandas as pd

    return check(pd.DataFrame(columns=[column.name for column in table.columns]), table)


def _same_columns(frame: pd.DataFrame, table: TableContract) -> None:
    known = {c.name for c in table.columns}
    missing = [c.name for c in table.columns if c.name not in frame.columns and not (c.optional and c.kind != "minor")]
    unknown = [str(c) for c in frame.columns if c not in known]
    if missing or unknown:
        raise DataError(
            Text(
                f"表 {table.name} 的列不符：缺少 {missing or '无'}，多出 {unknown or '无'}",
                f"table {table.name} has the wrong columns: missing {missing or 'none'}, unknown {unknown or 'none'}",
            ),
            why=Text("各环节只通过约定的表衔接", "stages meet only as checked tables"),
            remedy=Text("按表约定补齐或改名", "add or rename the columns as the contract says"),
        )


def _typed(values: pd.Series, column: Column, table: TableContract) -> pd.Series:
    dtype: Any = DTYPES[column.kind]
    if column.kind == "minor" and column.optional:
        dtype = "Int64"
    # a flag that is missing would silently become False (or True for NaN): refuse it before the cast
    if not column.optional and column.kind not in ("number", "rate", "count") and values.isna().any():
        raise _bad(table, column, int(values.isna().to_numpy().argmax()), "null")
    try:
        return values if values.dtype == _resolved(dtype) else values.astype(dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise _bad(table, column, None, str(error)) from error


@cache
def _resolved(dtype: str) -> Any:
    """The type by its name, looked up once: pandas asks every type it knows each time."""
    import pandas as pd

    return pd.api.types.pandas_dtype(dtype)


def _bad(table: TableContract, column: Column, row: int | None, what: str) -> DataError:
    return DataError(
        Text(
            f"表 {table.name} 的列 {column.name} 应为 {column.kind}：{what}",
            f"table {table.name}, column {column.name} must be {column.kind}: {what}",
        ),
        where=Place(file=table.name, line=None if row is None else row + 1, column=column.name),
    )


def _unique_keys(frame: pd.DataFrame, table: TableContract) -> None:
    twice = frame.duplicated(list(table.keys), keep=False)
    if twice.any():
        row = frame[twice].iloc[0]
        key = ", ".join(f"{k}={row[k]}" for k in table.keys)
        raise DataError(
            Text(
                f"表 {table.name} 有 {int(twice.sum())} 行键值重复，例如 {key}",
                f"table {table.name} has {int(twice.sum())} rows with repeated keys, e.g. {key}",
            ),
            why=Text("重复的键会被重复计入合计", "a repeated key would be counted twice in every total"),
            remedy=Text("先合并或剔除重复行", "merge or remove the repeated rows first"),
        )


@cache
def contracts() -> dict[str, TableContract]:
    """All contracts by name."""
    from salesnb.model.contracts import ALL

    return {table.name: table for table in ALL}


def contract(name: str) -> TableContract:
    """The contract called ``name``; DataError lists what exists."""
    try:
        return contracts()[name]
    except KeyError:
        known = ", ".join(sorted(contracts()))
        raise DataError(
            Text(f"没有名为 {name} 的表；已有：{known}", f"no table is called {name}; known: {known}")
        ) from None
