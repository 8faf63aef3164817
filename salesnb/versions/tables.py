"""Tables of a version on disk: Parquet for programs (minor units), CSV for people (major units, two decimals).

Both are byte-identical for equal frames: no index, no versions of libraries, no time stands in them.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import DataError, Place, Text, VersionError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_TABLE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
KEYS_FIELD = b"salesnb.keys"
AWAITED = "SALESNB_AWAITED"  # names the tables that other notebooks of a run wait for


def write_table(
    folder: Path, name: str, frame: pd.DataFrame, keys: Sequence[str] | None = None, decimals: int = 2
) -> str:
    """Write ``NAME.parquet`` and ``NAME.csv`` into ``folder`` and return the Parquet file's sha256.

    ``keys`` (default: the contract's, where the table has one) are stored with the table; they must be columns,
    non-null and unique, and rows are sorted by them. ``*_minor`` columns hold whole minor units and appear in the CSV
    in major units without the suffix. Raises DataError for a bad name, columns that are not text or broken keys.
    """
    parquet = folder / f"{name}.parquet"
    frame = _write_parquet(folder, name, frame, keys)
    with open(_part(folder / f"{name}.csv"), "w", encoding="utf-8-sig", newline="") as out:
        columns = csv_columns(frame, decimals)
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    digest = sha256_of(_part(parquet))
    os.replace(_part(folder / f"{name}.csv"), folder / f"{name}.csv")
    os.replace(_part(parquet), parquet)
    return digest


def hand_on(stage: Path, name: str, frame: pd.DataFrame) -> None:
    """Write ``tables/NAME.parquet`` now where another notebook of the run waits for it (``SALESNB_AWAITED``).

    It holds the bytes that :func:`write_table` gives it when the notebook ends. Raises DataError as that does.
    """
    if name not in os.environ.get(AWAITED, "").split():
        return
    folder = stage / "tables"
    _write_parquet(folder, name, frame, None)
    digest = sha256_of(_part(folder / f"{name}.parquet"))
    os.replace(_part(folder / f"{name}.parquet"), folder / f"{name}.parquet")
    mark = _mark(stage, name)
    mark.parent.mkdir(parents=True, exist_ok=True)
    _part(mark).write_text(digest, encoding="ascii")
    os.replace(_part(mark), mark)


def handed_on(stage: Path, name: str) -> str:
    """sha256 of the table that :func:`hand_on` has written; empty where it has not."""
    mark = _mark(stage, name)
    return mark.read_text(encoding="ascii") if mark.is_file() else ""


def take_back(stage: Path, name: str) -> None:
    """Remove a table with its mark, written or handed on."""
    for path in (stage / "tables" / f"{name}.parquet", stage / "tables" / f"{name}.csv", _mark(stage, name)):
        path.unlink(missing_ok=True)


def _mark(stage: Path, name: str) -> Path:
    return stage / "facts" / f"{name}.handed"  # facts are not published


def _write_parquet(folder: Path, name: str, frame: pd.DataFrame, keys: Sequence[str] | None) -> pd.DataFrame:
    """Write ``NAME.parquet.part`` and return the frame as it was written, sorted by its keys."""
    import pyarrow.parquet as pq

    if not _TABLE.fullmatch(name):
        raise DataError(
            Text(f"表名 {name!r} 不可用", f"table name {name!r} cannot be used"),
            remedy=Text("用小写英文字母、数字和 _", "use lower-case letters, digits and _"),
        )
    keys = tuple(_contract_keys(name) if keys is None else keys)
    frame = _sorted(frame.reset_index(drop=True), name, keys)
    folder.mkdir(parents=True, exist_ok=True)
    part = _part(folder / f"{name}.parquet")
    pq.write_table(_arrow(frame, keys), part, compression="zstd", version="2.6", store_schema=True)
    return frame


def read_table(folder: Path, name: str) -> pd.DataFrame:
    """The table as it was written. VersionError when the folder has no such table, or it is damaged."""
    import pyarrow.parquet as pq

    with _readable(folder, name) as path, pq.ParquetFile(path) as file:  # in half of what pandas' own reader takes
        frame: pd.DataFrame = file.read().to_pandas()
        return frame


def table_names(folder: Path) -> list[str]:
    """Names of the tables in ``folder``, sorted; empty when there is no such folder."""
    return sorted(path.stem for path in folder.glob("*.parquet")) if folder.is_dir() else []


def table_facts(folder: Path, name: str) -> tuple[int, list[str]]:
    """Rows and keys of a stored table, from its footer only."""
    import pyarrow.parquet as pq

    with _readable(folder, name) as path:
        footer = pq.read_metadata(path)
    stored = (footer.metadata or {}).get(KEYS_FIELD)
    return footer.num_rows, json.loads(stored) if stored else []


def sha256_of(path: Path) -> str:
    """sha256 of a file's bytes as hexadecimal text."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def csv_columns(frame: pd.DataFrame, decimals: int = 2) -> dict[str, list[str]]:
    """Header → cells for people: money in major units, ISO dates, yes/no as 1/0, nothing that a spreadsheet runs."""
    out: dict[str, list[str]] = {}
    for column in frame.columns:
        header = str(column)
        if header.endswith("_minor"):
            major = header.removesuffix("_minor")
            header = major if major not in frame.columns else f"{major}_major"
        out[formula_safe(header)] = _cells(frame[column], str(column), decimals)
    return out


def _cells(values: pd.Series, column: str, decimals: int) -> list[str]:
    """Every value as :func:`cell_text` shows it, by the column's type: text and days are said once for each value."""
    import numpy as np
    import pandas as pd

    kind = getattr(values.dtype, "kind", "O")
    if isinstance(values.dtype, pd.StringDtype) or kind == "M":
        codes, known = pd.factorize(values)
        said = [*(cell_text(value, column, decimals) for value in known), ""]  # the last is for missing: its code is -1
        return [said[code] for code in codes.tolist()]
    is_plain = isinstance(values.dtype, np.dtype)
    if is_plain and kind in "iu":
        numbers = values.tolist()
        is_money = column.endswith("_minor")
        return [major_units(number, decimals) for number in numbers] if is_money else list(map(str, numbers))
    if is_plain and kind == "f":
        return [repr(number) if number == number else "" for number in values.astype("float64").tolist()]
    return [cell_text(value, column, decimals) for value in values.array]


def cell_text(value: Any, column: str, decimals: int = 2) -> str:
    """One value as the CSV shows it; missing is empty."""
    import numpy as np
    import pandas as pd

    is_real = isinstance(value, (float, np.floating))
    if value is None or value is pd.NaT or value is pd.NA or (is_real and value != value):
        return ""
    if isinstance(value, (bool, np.bool_)):
        return "1" if value else "0"
    if column.endswith("_minor") and isinstance(value, (int, np.integer)):
        return major_units(int(value), decimals)
    if is_real:
        return repr(float(value))
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat() if value == value.normalize() else value.isoformat(sep=" ")
    return formula_safe(str(value)) if not isinstance(value, (int, np.integer)) else str(int(value))


def major_units(minor: int, decimals: int = 2) -> str:
    """``-1234`` → ``-12.34`` by integer arithmetic."""
    if decimals == 0:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**decimals)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{decimals}d}"


def formula_safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula, without control characters that break a row."""
    text = text.replace("\x00", "")
    return f"'{text}" if text.startswith(_FORMULA) else text


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _contract_keys(name: str) -> tuple[str, ...]:
    from salesnb.model.tables import contracts

    known = contracts().get(name)
    return known.keys if known else ()


def _sorted(frame: pd.DataFrame, name: str, keys: tuple[str, ...]) -> pd.DataFrame:
    odd = [column for column in frame.columns if not isinstance(column, str)]
    if odd or frame.columns.has_duplicates:
        twice = list(frame.columns[frame.columns.duplicated()])
        raise DataError(
            Text(f"表 {name} 的列名不可用：{odd or twice}", f"table {name} has unusable column names: {odd or twice}"),
            where=Place(file=name),
        )
    absent = [key for key in keys if key not in frame.columns]
    broken = absent or [key for key in keys if frame[key].isna().any()]
    if not broken and keys and frame.duplicated(list(keys)).any():
        broken = list(keys)
    if broken:
        raise DataError(
            Text(
                f"表 {name} 的键 {broken} 缺失、为空或重复",
                f"table {name}: keys {broken} are absent, empty or repeated",
            ),
            where=Place(file=name, column=str(broken[0])),
            why=Text("没有唯一的键就无法逐行比较版本", "versions are compared row by row"),
        )
    return frame.sort_values(list(keys), kind="stable", ignore_index=True) if keys else frame


def _arrow(frame: pd.DataFrame, keys: tuple[str, ...]) -> pa.Table:
    """An Arrow table whose pandas notes restore the types but name no library version and no attributes."""
    import pyarrow as pa

    frame = frame.copy(deep=False)
    frame.attrs = {}
    table = pa.Table.from_pandas(frame, preserve_index=False)
    notes = json.loads(table.schema.metadata[b"pandas"])
    notes["creator"] = {"library": "pyarrow", "version": "0"}
    notes["pandas_version"] = "3.0.0"
    return table.replace_schema_metadata(
        {b"pandas": json.dumps(notes, sort_keys=True).encode(), KEYS_FIELD: json.dumps(list(keys)).encode()}
    )


@contextmanager
def _readable(folder: Path, name: str) -> Iterator[Path]:
    """The table's file; what Arrow finds wrong with it is said as a damaged version."""
    import pyarrow as pa

    path = _existing(folder, name)
    try:
        yield path
    except (pa.ArrowInvalid, OSError) as error:
        raise VersionError(
            Text(f"表 {name} 已损坏，无法读取", f"table {name} is damaged and cannot be read"),
            where=Place(file="/".join(path.parts[-4:])),
            remedy=Text("从备份恢复该版本，或重新运行", "restore the version from a backup, or run again"),
        ) from error


def _existing(folder: Path, name: str) -> Path:
    path = folder / f"{name}.parquet"
    if _TABLE.fullmatch(name) and path.is_file():
        return path
    known = ", ".join(table_names(folder)) or "-"
    raise VersionError(
        Text(f"没有表 {name}；已有：{known}", f"there is no table {name}; known: {known}"),
        where=Place(file=folder.name),
        remedy=Text("先运行写出该表的笔记本", "run the notebook that writes it first"),
    )
