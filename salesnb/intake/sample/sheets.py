"""Writing exports: text columns to CSV as a Chinese CRM writes it, small tables to Excel with title rows.

The same frame gives the same bytes: fixed line ends, fixed quoting, fixed document properties.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np
import pandas as pd

_CREATED = datetime(2024, 7, 4, 9, 0, 0)
_SPECIAL = (",", '"', "\n")


def yuan(fen: np.ndarray) -> list[str]:
    """Fen as yuan with two decimals, exactly."""
    return [f"{'-' if v < 0 else ''}{abs(v) // 100}.{abs(v) % 100:02d}" for v in fen.tolist()]


def days(values: pd.Series | np.ndarray) -> np.ndarray:
    """Dates as 2024-01-05, blank where missing."""
    return _blank(np.datetime_as_string(np.asarray(values).astype("datetime64[D]"), unit="D"))


def minutes(values: pd.Series) -> np.ndarray:
    """Times as 2024-01-05 14:30, blank where missing."""
    text = np.datetime_as_string(values.to_numpy().astype("datetime64[m]"), unit="m")
    return _blank(np.char.replace(text, "T", " "))


def _blank(text: np.ndarray) -> np.ndarray:
    return np.where(text == "NaT", "", text)


def write_csv(path: Path, frame: pd.DataFrame, encoding: str = "utf-8-sig") -> None:
    """``frame`` of texts and whole numbers as CSV with CRLF; a cell is quoted where it must be."""
    columns = [_cells(frame[name].tolist()) for name in frame.columns]
    lines = [",".join(_cells(list(frame.columns))), *(",".join(row) for row in zip(*columns, strict=True))]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode(encoding))


def _cells(values: list[object]) -> list[str]:
    texts = [value if isinstance(value, str) else str(value) for value in values]
    together = "".join(texts)  # one look at the whole column: hardly any needs quotes
    if not any(mark in together for mark in _SPECIAL):
        return texts
    return ['"' + t.replace('"', '""') + '"' if any(mark in t for mark in _SPECIAL) else t for t in texts]


def write_xlsx(path: Path, sheet: str, title: Sequence[str], frame: pd.DataFrame, dates: Sequence[str] = ()) -> None:
    """``frame`` under ``title`` rows on one sheet. Columns in ``dates`` hold real Excel dates; missing stays empty."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path))
    book.set_properties({"title": title[0], "author": "", "created": _CREATED})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    page = book.add_worksheet(sheet)
    for row, text in enumerate(title):
        page.write_string(row, 0, text, bold if row == 0 else None)
    head = len(title)
    for place, name in enumerate(frame.columns):
        page.write_string(head, place, str(name), bold)
        for row, value in enumerate(frame[name].tolist(), head + 1):
            if value is None or value is pd.NA or value is pd.NaT or value == "":
                continue
            if name in dates:
                page.write_datetime(row, place, datetime.fromisoformat(str(value)), day)
            elif isinstance(value, int | float):
                page.write_number(row, place, value)
            else:
                page.write_string(row, place, str(value))
    page.set_column(0, len(frame.columns) - 1, 14)
    book.close()
