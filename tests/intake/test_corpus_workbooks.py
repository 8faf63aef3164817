"""Odd and broken workbooks and Parquet files: what they hide is said, what they show is read exactly."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from tests.intake.exports import COLUMNS, HEADER, ROWS, TOTAL, load, source


def cells(row: list[str]) -> list[Any]:
    """A base row typed as a spreadsheet holds it."""
    return [*row[:2], date.fromisoformat(row[2]), *row[3:7], int(row[7]), float(row[8])]


def workbook(change: Callable[[Worksheet], None] | None = None, top: int = 0, name: str = "订单") -> bytes:
    """The base rows as .xlsx, ``top`` title rows above, changed by ``change``."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    for i in range(top):
        sheet.append([f"销售明细（第 {i + 1} 行说明）"])
    sheet.append(HEADER)
    for row in ROWS:
        sheet.append(cells(row))
    if change:
        change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def xlsx(content: bytes, **more: Any) -> Any:
    """Import a workbook."""
    return load(
        {"orders.xlsx": content}, {"orders": source("orders.xlsx", **more)}, quality={"stop_share_set_aside": 1.0}
    )


def hide(sheet: Worksheet) -> None:
    sheet.row_dimensions[8].hidden = True


def hidden_sheet(sheet: Worksheet) -> None:
    extra = sheet.parent.create_sheet("底稿")  # type: ignore[union-attr]
    extra.append(["订单号", "金额"])
    extra.append(["X1", 5])
    extra.sheet_state = "hidden"


def merge_words(sheet: Worksheet) -> None:
    for row in (5, 6):
        sheet.cell(row, 4).value = None
    sheet.cell(4, 4).value = "华东"
    sheet.merge_cells("D4:D6")


def merge_amounts(sheet: Worksheet) -> None:
    sheet.cell(5, 9).value = None
    sheet.merge_cells("I4:I5")


def formula_error(sheet: Worksheet) -> None:
    sheet.cell(7, 9).value = "#N/A"


def formula(sheet: Worksheet) -> None:
    sheet.cell(7, 9).value = "=100+5.05"


def total_row(sheet: Worksheet) -> None:
    sheet.append(["合计", *[None] * 7, TOTAL / 100])


def amount(row: int) -> int:
    return int(ROWS[row][8].replace(".", ""))


FOUND = {
    "hidden row": (hide, "hidden_rows", 8, "", "", "warn", TOTAL),
    "hidden sheet": (hidden_sheet, "hidden_sheets", None, "", "底稿", "info", TOTAL),
    "merged words": (merge_words, "merged_cells", 5, "", "", "info", TOTAL),
    "merged amounts": (merge_amounts, "row_set_aside", 5, "金额", "A003", "error", TOTAL - amount(3)),
    "formula error": (formula_error, "formula_error", 7, "I", "#N/A", "error", TOTAL - amount(5)),
    "formula never computed": (formula, "formula_without_value", 7, "I", "=100+5.05", "error", TOTAL - amount(5)),
    "total below": (total_row, "subtotal_row", 62, "", "合计", "info", TOTAL),
}


@pytest.mark.parametrize("name", FOUND)
def test_odd_workbook(name: str) -> None:
    change, code, row, column, value, severity, total = FOUND[name]
    got = xlsx(workbook(change))
    found = got.find(code)
    assert found.file.startswith("orders.xlsx")
    assert (found.row, found.column, found.severity) == (row, column, severity)
    assert value in found.value and found.remedy.zh and found.remedy.en
    assert got.total == total
    again = xlsx(workbook())
    assert again.error is None and again.total == TOTAL and code not in again.codes


def test_merged_words_stand_in_every_row() -> None:
    lines = xlsx(workbook(merge_words)).tables["sales_lines"].set_index("order_id")
    assert list(lines.loc[["A002", "A003", "A004"], "region_id"]) == ["华东", "华东", "华东"]


REFUSED = {
    "no workbook": b"PK\x03\x04 not really",
    "encrypted": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
    "text called xlsx": b"a,b\n1,2\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_broken_workbook_is_refused_with_its_name(name: str) -> None:
    got = xlsx(REFUSED[name])
    assert got.error is not None and got.error.where is not None and got.error.remedy is not None
    assert got.error.where.file == "orders.xlsx"


def test_missing_sheet_names_those_that_exist() -> None:
    got = xlsx(workbook(), sheet="明细")
    assert got.error is not None and "订单" in got.error.what.zh and got.error.remedy is not None


def test_empty_workbook_is_refused() -> None:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    got = xlsx(out.getvalue())
    assert got.error is not None and got.error.where is not None and got.error.where.file == "orders.xlsx"


@pytest.mark.parametrize("top", [1, 3])
def test_title_rows_above_the_header(top: int) -> None:
    assert xlsx(workbook(top=top)).total == TOTAL


def test_header_of_two_merged_rows() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["订单", None, None, "归属", None, None, "明细", None, None])
    sheet.append(["订单号", "行号", "日期", "区域", "业务员", "客户", "产品", "数量", "金额"])
    for place in ("A1:C1", "D1:F1", "G1:I1"):
        sheet.merge_cells(place)
    for row in ROWS:
        sheet.append(cells(row))
    out = io.BytesIO()
    book.save(out)
    groups = ["订单"] * 3 + ["归属"] * 3 + ["明细"] * 3
    columns = {name: f"{g} {h}" for (name, h), g in zip(COLUMNS.items(), groups, strict=True)}
    assert xlsx(out.getvalue(), columns=columns).total == TOTAL


def test_second_sheet_of_several_by_name_or_number() -> None:
    def extra(sheet: Worksheet) -> None:
        sheet.parent.create_sheet("说明", 0).append(["这是说明"])  # type: ignore[union-attr]

    content = workbook(extra)
    assert xlsx(content).total == TOTAL
    assert xlsx(content, sheet="订单").total == TOTAL
    assert xlsx(content, sheet=2).total == TOTAL


def test_moments_and_whole_numbers_of_a_sheet() -> None:
    def change(sheet: Worksheet) -> None:
        sheet.cell(4, 3).value = datetime(2024, 1, 3, 23, 59)
        sheet.cell(5, 1).value = 20240105001

    got = xlsx(workbook(change))
    lines = got.tables["sales_lines"].set_index("order_id")
    assert str(lines.loc["A002", "order_date"])[:10] == "2024-01-03"
    assert "20240105001" in lines.index and got.total == TOTAL


def parquet(**types: Any) -> bytes:
    frame = pd.DataFrame(ROWS, columns=HEADER).astype(types)
    out = io.BytesIO()
    frame.to_parquet(out)
    return out.getvalue()


@pytest.mark.parametrize("types", [{}, {"金额": "float64", "数量": "int64"}, {"日期": "datetime64[ms]"}])
def test_parquet_of_any_types(types: dict[str, Any]) -> None:
    got = load({"orders.parquet": parquet(**types)}, {"orders": source("orders.parquet")})
    assert got.error is None and got.total == TOTAL


def test_parquet_decimals_are_exact() -> None:
    frame = pd.DataFrame(ROWS, columns=HEADER)
    frame["金额"] = [Decimal(row[8]) for row in ROWS]
    out = io.BytesIO()
    frame.to_parquet(out)
    assert load({"o.parquet": out.getvalue()}, {"orders": source("o.parquet")}).total == TOTAL


def test_broken_parquet_is_refused() -> None:
    got = load({"o.parquet": b"PAR1 broken"}, {"orders": source("o.parquet")})
    assert got.error is not None and got.error.remedy is not None


def test_missing_file_and_pattern_name_the_source() -> None:
    for file in ("nothing.csv", "nothing_*.csv"):
        got = load({}, {"orders": source(file)})
        assert got.error is not None and file in got.error.what.zh and got.error.where is not None
        assert got.error.where.key == "sources.orders.file"
