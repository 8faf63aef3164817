"""The tables of a version as one workbook: a cover, a sheet a table, a sheet of definitions. Same tables, same bytes.

Money stands in major units with two decimals (or the currency's own), so that Excel can add it up; the unit of every
column and its meaning stand on the last sheet. Text is written as text: it never becomes a formula, a link or a number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from salesnb.model.errors import DataError, Place, Text
from salesnb.model.money import minor_digits
from salesnb.model.tables import Column, TableContract
from salesnb.report import markup, numbers, palette, tables
from salesnb.report.excel_cells import NONE, columns_class, figures
from salesnb.report.excel_pack import book_class
from salesnb.report.spoken import spoken

if TYPE_CHECKING:
    import pandas as pd

MAX_ROWS, MAX_TEXT, MAX_NAME = 1_048_576, 32_767, 31
CREATED = datetime(2024, 1, 1)  # a fixed date: two builds of one version give the same bytes
_FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
    "default_date_format": "yyyy-mm-dd",
}
_WIDTHS = {"minor": 16, "count": 10, "number": 12, "rate": 10, "date": 12, "moment": 17, "month": 10, "flag": 8}
_COVER, _NOTES = Text("封面", "Cover"), Text("口径与单位", "Definitions")
_NOTE_HEAD = (
    Text("表", "Sheet"),
    Text("列", "Column"),
    Text("单位", "Unit"),
    Text("含义", "Meaning"),
    Text("字段", "Field"),
)


class Columned(Protocol):
    """A table without pandas: names of columns, and each as a list."""

    @property
    def columns(self) -> Sequence[str]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, column: str, /) -> list[Any]: ...


@dataclass(frozen=True)
class Sheet:
    """One table: its contract gives labels, kinds and meaning; ``label`` replaces the contract's as the name.

    ``frame`` holds ``columns`` and gives each by its name, as a list or a series.
    """

    table: TableContract
    frame: pd.DataFrame | Columned
    label: Text | None = None


@dataclass(frozen=True)
class Cover:
    """The first sheet: a title and lines of (label, value): company, period, version, as-of, basis, fingerprint."""

    title: str
    lines: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class _Made:
    """A sheet that stands: its name, its length, and its columns for the last sheet."""

    name: str
    rows: int
    columns: Sequence[Column]


class Book:
    """A workbook that grows by one table at a time; ``finish`` gives it its cover and its last sheet and writes it.

    Each sheet is put together and packed as it is added: what is left at the end is what names the version.
    """

    def __init__(self, lang: str, currency: str = "CNY") -> None:
        self.lang, self.currency = lang, currency
        self.formats: dict[str, Any] = {}
        self.cut: list[str] = []
        self._names, self._sheets = _Names(), list[_Made]()
        self._book = book_class()(_OPTIONS)
        self._cover = self._page(_COVER.get(lang), None)

    def add(self, sheet: Sheet) -> None:
        """One table more, in the order of the sheets. DataError as of :func:`write_workbook`."""
        _refuse(sheet)
        page = self._page(_label(sheet).get(self.lang), columns_class())
        columns = _columns(sheet, self.lang)
        _table(self, page, sheet, columns)
        self._book.pack(page)
        self._sheets.append(_Made(page.name, len(sheet.frame), columns))

    def finish(self, path: Path, cover: Cover) -> None:
        """Write the workbook to ``path``; nothing can be added to it afterwards."""
        self._book.set_properties({"title": cover.title, "created": CREATED})
        _cover(self, self._cover, cover, self._sheets)
        _notes(self, self._page(_NOTES.get(self.lang), columns_class()), self._sheets)
        self._book.write(path)

    def _page(self, name: str, of: Any) -> Any:
        return self._book.add_worksheet(self._names.new(name), of)

    def form(self, name: str) -> Any:
        """A cell format by name, made once."""
        if name not in self.formats:
            self.formats[name] = self._book.add_format({**_BASE, **_formats(minor_digits(self.currency))[name]})
        return self.formats[name]


_BASE = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "top"}


def _formats(digits: int) -> Mapping[str, Mapping[str, Any]]:
    light = palette.LIGHT
    major = "#,##0" + ("." + "0" * digits if digits else "")
    return {
        "title": {"bold": True, "font_size": 16, "font_color": light["ink"]},
        "label": {"font_color": light["muted"]},
        "text": {},
        "wrap": {"text_wrap": True},
        "head": {"bold": True, "font_color": light["ink"], "bg_color": light["shade"], "bottom": 1,
                 "bottom_color": light["pale"], "text_wrap": True},
        "head_right": {"bold": True, "font_color": light["ink"], "bg_color": light["shade"], "bottom": 1,
                       "bottom_color": light["pale"], "text_wrap": True, "align": "right"},
        "minor": {"num_format": major},
        "count": {"num_format": "#,##0"},
        "number": {"num_format": "#,##0.00"},
        "rate": {"num_format": "0.0%"},
        "date": {"num_format": "yyyy-mm-dd", "align": "left"},
        "moment": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
    }  # fmt: skip


def write_workbook(path: Path, sheets: Sequence[Sheet], lang: str, cover: Cover, currency: str = "CNY") -> None:
    """Write ``sheets`` to ``path`` (.xlsx) in ``lang``; money columns are minor units of ``currency``.

    DataError when a table has more rows than a sheet can hold or lacks a column of its contract.
    """
    for sheet in sheets:
        _refuse(sheet)
    book = Book(lang, currency)
    for sheet in sheets:
        book.add(sheet)
    book.finish(path, cover)


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names Excel accepts: at most 31 characters, none of ``[]:*?/\\``, not ``History``, unique whatever the case."""
    names = _Names()
    return [names.new(name) for name in wanted]


class _Names:
    """The names of a workbook's sheets so far."""

    def __init__(self) -> None:
        self._taken = {"history"}

    def new(self, name: str) -> str:
        """``name`` as Excel accepts it, other than those before."""
        base = _FORBIDDEN.sub("_", name).strip().strip("'")[:MAX_NAME] or "_"
        chosen, number = base, 1
        while chosen.lower() in self._taken:
            number += 1
            ending = f"_{number}"
            chosen = base[: MAX_NAME - len(ending)] + ending
        self._taken.add(chosen.lower())
        return chosen


def _label(sheet: Sheet) -> Text:
    return sheet.label or sheet.table.label


def _refuse(sheet: Sheet) -> None:
    if len(sheet.frame) > MAX_ROWS - 1:
        count, most = f"{len(sheet.frame):,}", f"{MAX_ROWS - 1:,}"
        raise DataError(
            Text(f"表 {sheet.table.name} 有 {count} 行，Excel 一页最多 {most} 行",
                 f"table {sheet.table.name} has {count} rows, a sheet holds {most}"),
            where=Place(file=sheet.table.name),
            remedy=Text("用 tables 文件夹里的 CSV 或 Parquet，或先汇总再导出",
                        "use the CSV or Parquet file in the tables folder, or sum it up first"),
        )  # fmt: skip
    there = set(sheet.frame.columns)
    absent = [c.name for c in sheet.table.columns if c.name not in there and not c.optional]
    if absent:
        raise DataError(
            Text(
                f"表 {sheet.table.name} 缺少列 {'、'.join(absent)}",
                f"table {sheet.table.name} lacks {', '.join(absent)}",
            )
        )


def _columns(sheet: Sheet, lang: str) -> list[Column]:
    """The columns there are, without texts in the other language that stand in this one beside them."""
    there = set(sheet.frame.columns)
    held = {column.name for column in sheet.table.columns if column.name in there}
    other = "_en" if lang == "zh" else "_zh"
    twins = {name for name in held if name.endswith(other) and f"{name.removesuffix(other)}_{lang}" in held}
    return [column for column in sheet.table.columns if column.name in held - twins]


def _cover(made: Book, page: Any, cover: Cover, sheets: Sequence[_Made]) -> None:
    page.hide_gridlines(2)
    page.set_column(0, 0, 18, made.form("label"))
    page.set_column(1, 1, 60, made.form("text"))
    page.write_string(0, 0, _text(made, cover.title, page.name), made.form("title"))
    row = 2
    for label, value in cover.lines:
        page.write_string(row, 0, _text(made, label, page.name), made.form("label"))
        page.write_string(row, 1, _text(made, value, page.name), made.form("text"))
        row += 1
    row += 1
    page.write_string(row, 0, Text("目录", "Contents").get(made.lang), made.form("label"))
    for sheet in sheets:
        said = Text(f"{sheet.rows:,} 行", f"{sheet.rows:,} rows").get(made.lang)
        place = f"internal:'{sheet.name.replace(chr(39), chr(39) * 2)}'!A1"
        page.write_url(row, 1, place, made.form("text"), f"{sheet.name} · {said}")
        row += 1


def _table(made: Book, page: Any, sheet: Sheet, columns: Sequence[Column]) -> None:
    for j, column in enumerate(columns):
        is_figure = column.kind in tables.FIGURES
        label = column.label.get(made.lang)
        page.head(label, made.form("head_right" if is_figure else "head"))
        values = _listed(sheet, column)
        page.set_column(j, j, _width(label, column, values))
        page.below(_cells(made, page, j, column, values), _form(made, column))
    keys = sum(column.name in sheet.table.keys for column in columns[:2])
    page.freeze_panes(1, max(keys, 1) if len(columns) > 3 else 0)
    if columns:
        page.autofilter(0, 0, max(len(sheet.frame), 1), len(columns) - 1)
    page.set_landscape()
    page.repeat_rows(0)
    page.fit_to_pages(1, 0)


def _listed(sheet: Sheet, column: Column) -> list[Any]:
    """A column's values."""
    values = sheet.frame[column.name]
    return values if isinstance(values, list) else list(values.tolist())


def _form(made: Book, column: Column) -> Any:
    return made.form(column.kind if column.kind in _formats(0) else "text")


def _cells(made: Book, page: Any, j: int, column: Column, found: list[Any]) -> list[str]:
    """One column's cells; what is missing stays empty."""
    is_missing = numbers.is_missing
    if column.kind == "minor":
        scale = 10 ** minor_digits(made.currency)
        return figures(None if is_missing(value) else int(value) / scale for value in found)
    if column.kind in tables.FIGURES:
        return figures(None if is_missing(value) else float(value) for value in found)
    if column.kind in ("date", "moment"):
        return [NONE if is_missing(value) else page.day(_moment(value)) for value in found]
    if column.kind == "flag":
        return [NONE if is_missing(value) else page.text(tables.yes_no(bool(value), made.lang)) for value in found]
    return _texts(made, page, j, found)


def _moment(value: Any) -> Any:
    return value.to_pydatetime() if hasattr(value, "to_pydatetime") else value


def _texts(made: Book, page: Any, j: int, values: list[Any]) -> list[str]:
    """Cells of text: a column of a hundred thousand holds a few hundred texts, each looked up where it first comes."""
    known: dict[Any, str] = {}
    for value in dict.fromkeys(values):
        if numbers.is_missing(value):
            known[value] = NONE
            continue
        shown = markup.plain(_words(value, made.lang))
        if len(shown) > MAX_TEXT:
            shown = _cut(made, page, j, values, value, shown)
        known[value] = page.text(shown)
    return _ends(page, known, values)


def _ends(page: Any, known: Mapping[Any, str], values: list[Any]) -> list[str]:
    ends = [known[value] for value in values]
    page.again(len(ends) - ends.count(NONE) - sum(end != NONE for end in known.values()))
    return ends


def _cut(made: Book, page: Any, j: int, values: list[Any], value: object, shown: str) -> str:
    """A text cut at Excel's limit; every cell with it is noted on the last sheet."""
    made.cut += [f"{page.name} {j + 1}:{i + 1}" for i, other in enumerate(values, start=1) if other == value]
    return shown[: MAX_TEXT - 1] + "…"


def _words(value: Any, lang: str) -> str:
    return tables.UNASSIGNED.get(lang) if value == "_unassigned" else str(value)


def _text(made: Book, value: object, where: str) -> str:
    """Text without control characters, cut at Excel's limit; a cut is noted on the last sheet."""
    shown = markup.plain(value)
    if len(shown) <= MAX_TEXT:
        return shown
    made.cut.append(where)
    return shown[: MAX_TEXT - 1] + "…"


def _width(label: str, column: Column, values: list[Any]) -> float:
    """A column's width by its header and first rows; Chinese characters count double."""
    widest = tables.cells(label) + 3  # room for the filter's button
    if column.kind in _WIDTHS:
        return float(max(widest, _WIDTHS[column.kind]))
    first = {str(value) for value in values[:300]}
    widest = max([widest, *(tables.cells(spoken(text)) for text in first)])
    return float(min(max(widest + 1, 8), 48))


def _notes(made: Book, page: Any, sheets: Sequence[_Made]) -> None:
    rows = [
        (
            sheet.name,
            column.label.get(made.lang),
            unit_words(column, made.lang, made.currency),
            column.definition.get(made.lang) if column.definition else "",
            column.name,
        )
        for sheet in sheets
        for column in sheet.columns
    ]
    for where in made.cut:
        said = Text(f"{where} 的文字超过 Excel 上限，已截断", f"the text in {where} exceeds Excel's limit and was cut")
        rows.append((said.get(made.lang), "", "", "", ""))
    for j, (label, width) in enumerate(zip(_NOTE_HEAD, (22, 22, 16, 60, 24), strict=True)):
        page.head(label.get(made.lang), made.form("head"))
        page.set_column(j, j, width)
        values = [row[j] for row in rows]
        known = {value: page.text(value) if value else NONE for value in dict.fromkeys(values)}
        page.below(_ends(page, known, values), made.form("wrap" if j == 3 else "text"))
    page.freeze_panes(1, 0)


def unit_words(column: Column, lang: str, currency: str) -> str:
    """The unit of a column as the workbook shows it: 元 / CNY for money, % for rates, else the contract's."""
    if column.kind == "minor":
        return numbers.currency_name(lang, currency)
    if column.kind == "rate":
        return "%"
    return tables.unit_word(column.unit, lang)
