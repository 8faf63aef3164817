"""Two versions compared cell by cell: which rows came and went, which cells hold another value.

A table's difference is complete: ``apply(old, difference)`` gives the new table. Tables without keys have no cells that
could be followed from one version to the next; their rows are compared whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from salesnb.versions.tables import cell_text, read_table, sha256_of, table_facts, table_names

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.versions.align import Alignment


class Cell(NamedTuple):
    """One line of a comparison as people read it; ``column`` is empty where a whole row came or went."""

    table: str
    key: str
    column: str
    old: str
    new: str
    change: str  # changed | added | removed


@dataclass(frozen=True)
class TableDiff:
    """What happened to one table. ``changed``: key columns, ``column``, ``old``, ``new`` (values as stored).

    ``added`` holds whole rows of the new table, ``removed`` whole rows of the old; ``dtypes`` the new table's columns
    and types in order, none where both tables are the same bytes and neither was read. A column that only the new table
    has is a changed cell in every row both have.
    """

    name: str
    keys: tuple[str, ...]
    state: str  # added | removed | changed | same
    dtypes: dict[str, Any]
    changed: pd.DataFrame
    added: pd.DataFrame
    removed: pd.DataFrame
    columns_added: tuple[str, ...] = ()
    columns_removed: tuple[str, ...] = ()

    @property
    def cell_count(self) -> int:
        """Cells with another value plus rows that came or went."""
        return len(self.changed) + len(self.added) + len(self.removed)

    def cells(self) -> Iterator[Cell]:
        """Every difference as text: changed cells first, then removed, then added rows."""
        if not self.cell_count:  # most tables of most versions; an empty frame takes long to say that it is empty
            return
        for row in self.changed.to_dict("records"):
            column = str(row["column"])
            key = key_text(row, self.keys)
            yield Cell(self.name, key, column, cell_text(row["old"], column), cell_text(row["new"], column), "changed")
        for rows, change in ((self.removed, "removed"), (self.added, "added")):
            for row in rows.to_dict("records"):
                rest = "; ".join(f"{c}={cell_text(v, str(c))}" for c, v in row.items() if c not in self.keys)
                pair = (rest, "") if change == "removed" else ("", rest)
                yield Cell(self.name, key_text(row, self.keys), "", *pair, change)


def key_text(row: dict[Any, Any], keys: Sequence[str]) -> str:
    """``region_id=east; month=2024-03``."""
    return "; ".join(f"{key}={cell_text(row[key], key)}" for key in keys)


def compare_tables_in(old: Path, new: Path, align: Alignment | None = None) -> list[TableDiff]:
    """Differences of all tables of two versions' ``tables`` folders, by table name; ``align`` for other periods."""
    import pandas as pd

    names_old, names_new = set(table_names(old)), set(table_names(new))
    out = []
    for name in sorted(names_old | names_new):
        if align is None and name in names_old & names_new and _is_equal(old, new, name):
            out.append(_unchanged(new, name))
            continue
        before = read_table(old, name) if name in names_old else pd.DataFrame()
        after = read_table(new, name) if name in names_new else pd.DataFrame()
        _, keys = table_facts(new if name in names_new else old, name)
        if align is not None:
            before = align.align(before, after, tuple(keys))
        state = "" if name in names_old & names_new else "added" if name in names_new else "removed"
        out.append(compare_tables(name, before, after, keys, state))
    return out


def _is_equal(old: Path, new: Path, name: str) -> bool:
    """Equal bytes are equal tables: most tables of most versions need not be read."""
    return sha256_of(old / f"{name}.parquet") == sha256_of(new / f"{name}.parquet")


def _unchanged(folder: Path, name: str) -> TableDiff:
    keys = tuple(table_facts(folder, name)[1])
    return TableDiff(name, keys, "same", {}, _no_cells(keys), _no_rows(), _no_rows())


@cache
def _no_rows() -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame()


@cache
def _no_cells(keys: tuple[str, ...]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(columns=[*keys, "column", "old", "new"], dtype="object")


def compare_tables(name: str, old: pd.DataFrame, new: pd.DataFrame, keys: Sequence[str], state: str = "") -> TableDiff:
    """The difference between two forms of one table; ``keys`` must be unique in both, or empty."""
    usable = tuple(keys) if all(key in old.columns and key in new.columns for key in keys) else ()
    before, after = _by_key(old, usable), _by_key(new, usable)
    both = after.index.intersection(before.index, sort=False)
    added, removed = after[~after.index.isin(both)], before[~before.index.isin(both)]
    columns = [c for c in dict.fromkeys([*old.columns, *new.columns]) if c not in usable] if usable else []
    changed = _changed(before.loc[both], after.loc[both], columns, usable)
    gone = tuple(str(c) for c in old.columns if c not in new.columns)
    come = tuple(str(c) for c in new.columns if c not in old.columns)
    same = not (len(changed) or len(added) or len(removed) or gone or come)
    return TableDiff(
        name=name,
        keys=usable,
        state=state or ("same" if same else "changed"),
        dtypes={str(column): dtype for column, dtype in new.dtypes.items()},
        changed=changed,
        added=added.reset_index(drop=True),
        removed=removed.reset_index(drop=True),
        columns_added=come,
        columns_removed=gone,
    )


def apply(old: pd.DataFrame, difference: TableDiff) -> pd.DataFrame:
    """The new table, rebuilt from the old one and the difference; its rows come in no promised order."""
    import pandas as pd

    if not difference.dtypes:
        return old.reset_index(drop=True)
    keep = _by_key(old, difference.keys)
    keep = keep[~keep.index.isin(_by_key(difference.removed, difference.keys).index)]
    keep = keep.reindex(columns=list(difference.dtypes)).astype("object")
    for column, cells in difference.changed.groupby("column", sort=False):
        if column in difference.dtypes:
            keep.loc[_by_key(cells, difference.keys).index, column] = cells["new"].to_numpy(dtype="object")
    rows = pd.concat([keep, difference.added.astype("object")], ignore_index=True)
    return rows.astype(difference.dtypes)


def _by_key(frame: pd.DataFrame, keys: tuple[str, ...]) -> pd.DataFrame:
    """``frame`` indexed by its keys; without keys by all its values and a count of equal rows before."""
    import pandas as pd

    if keys:
        parts = [frame[key].astype("object") for key in keys]
    else:
        columns = sorted(frame.columns)
        whole = frame[columns].astype("object").where(frame[columns].notna(), None)
        equal = pd.Series([repr((columns, row)) for row in whole.itertuples(index=False, name=None)], dtype="object")
        parts = [equal, equal.groupby(equal, sort=False).cumcount()]
    return frame.set_axis(pd.MultiIndex.from_arrays(parts), axis=0)


def _changed(before: pd.DataFrame, after: pd.DataFrame, columns: list[str], keys: tuple[str, ...]) -> pd.DataFrame:
    """Cells of the rows both tables have that differ, by column in order, then by key; missing equals missing."""
    import numpy as np
    import pandas as pd

    found = []
    for column in columns:
        old, new = _objects(before, column), _objects(after, column)
        missing_old, missing_new = pd.isna(old), pd.isna(new)
        differ = missing_old != missing_new
        valued = ~missing_old & ~missing_new
        differ[valued] = np.not_equal(old[valued], new[valued]).astype(bool)
        if differ.any():
            rows = after.loc[differ, list(keys)].reset_index(drop=True)
            found.append(rows.assign(column=str(column), old=old[differ], new=new[differ]))
    if not found:
        return _no_cells(keys)
    return pd.concat(found, ignore_index=True)


def _objects(frame: pd.DataFrame, column: str) -> Any:
    """A column's values as objects; all missing where the table has no such column."""
    import numpy as np

    if column not in frame.columns:
        return np.full(len(frame), None, dtype="object")
    return frame[column].to_numpy(dtype="object")
