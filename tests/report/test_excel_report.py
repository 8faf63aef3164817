"""The workbook: figures as numbers, text as text, the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from salesnb.model.errors import DataError, Text
from salesnb.model.tables import Column, TableContract
from salesnb.report import excel
from salesnb.report.excel import Cover, Sheet, sheet_names, write_workbook

TABLE = TableContract(
    "sales",
    ("region_id",),
    (
        Column("region_id", "id", Text("区域", "Region")),
        Column("name", "text", Text("名称", "Name")),
        Column("net_minor", "minor", Text("销售额", "Sales"), unit="money", definition=Text("净额", "net of returns")),
        Column("growth_rate", "rate", Text("增长", "Growth"), optional=True),
        Column("order_count", "count", Text("订单数", "Orders"), unit="orders"),
        Column("first_date", "date", Text("首单", "First order")),
        Column("month", "month", Text("月份", "Month")),
        Column("is_key", "flag", Text("重点", "Key")),
        Column("lead_days", "number", Text("周期", "Lead time"), unit="days", optional=True),
    ),
    Text("分区域销售", "Sales by region"),
)
FRAME = pd.DataFrame(
    {
        "region_id": ["001", "_unassigned"],
        "name": ['=HYPERLINK("http://x")', "\x01@cmd|'/c calc'"],
        "net_minor": [123_456_789_01, -5],
        "growth_rate": [0.0725, float("nan")],
        "order_count": pd.array([12, None], dtype="Int64"),
        "first_date": pd.to_datetime(["2024-01-05", None]),
        "month": ["2024-01", "2024-02"],
        "is_key": [True, False],
        "lead_days": [1.5, float("inf")],
    }
)


def written(path: Path, lang: str = "zh", label: Text | None = None) -> openpyxl.Workbook:
    cover = Cover("=1+1", [("公司", "示例"), ("期间", "2024-06")])
    write_workbook(path, [Sheet(TABLE, FRAME, label)], lang, cover)
    return openpyxl.load_workbook(path)


def test_each_table_is_a_sheet_with_labels_numbers_and_text(tmp_path: Path) -> None:
    book = written(tmp_path / "r.xlsx")
    assert book.sheetnames == ["封面", "分区域销售", "口径与单位"]
    page = book["分区域销售"]
    rows = [[cell.value for cell in row] for row in page.iter_rows()]
    assert rows[0] == ["区域", "名称", "销售额", "增长", "订单数", "首单", "月份", "重点", "周期"]
    assert rows[1][:5] == ["001", '=HYPERLINK("http://x")', 123456789.01, 0.0725, 12]
    assert rows[1][6:] == ["2024-01", "是", 1.5] and rows[1][5].date().isoformat() == "2024-01-05"
    assert rows[2] == ["未分配", "\ufffd@cmd|'/c calc'", -0.05, None, None, None, "2024-02", "否", None]
    assert page["C2"].number_format == "#,##0.00" and page["D2"].number_format == "0.0%"
    assert page.freeze_panes == "B2" and page.auto_filter.ref == "A1:I3"


def test_nothing_becomes_a_formula_or_a_link(tmp_path: Path) -> None:
    book = written(tmp_path / "r.xlsx")
    kinds = {cell.data_type for page in book for row in page.iter_rows() for cell in row}
    assert "f" not in kinds
    links = [cell.hyperlink for page in book for row in page.iter_rows() for cell in row if cell.hyperlink]
    assert [link.location for link in links] == ["'分区域销售'!A1"]


def test_units_and_meanings_stand_on_the_last_sheet(tmp_path: Path) -> None:
    notes = [[cell.value for cell in row] for row in written(tmp_path / "r.xlsx", "en")["Definitions"].iter_rows()]
    assert notes[0] == ["Sheet", "Column", "Unit", "Meaning", "Field"]
    assert ["Sales by region", "Sales", "CNY", "net of returns", "net_minor"] in notes
    assert ["Sales by region", "Lead time", "days", None, "lead_days"] in notes


def test_the_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    written(tmp_path / "a.xlsx")
    written(tmp_path / "b.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_sheet_names_are_those_excel_takes() -> None:
    assert sheet_names(["History", "a/b:c*", "'x'", "A/B:C*", "长" * 40, "长" * 40, ""]) == [
        "History_2", "a_b_c_", "x", "A_B_C__2", "长" * 31, "长" * 29 + "_2", "_",
    ]  # fmt: skip


def test_a_name_with_a_quote_still_links(tmp_path: Path) -> None:
    book = written(tmp_path / "r.xlsx", "en", Text("x", "Rep's sales"))
    assert book["Cover"]["B6"].hyperlink.location == "'Rep''s sales'!A1"


def test_too_many_rows_and_missing_columns_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MAX_ROWS", 2)
    with pytest.raises(DataError, match="has 2 rows, a sheet holds 1"):
        written(tmp_path / "r.xlsx")
    assert not (tmp_path / "r.xlsx").exists()
    monkeypatch.undo()
    with pytest.raises(DataError, match="lacks name"):
        write_workbook(tmp_path / "r.xlsx", [Sheet(TABLE, FRAME.drop(columns="name"))], "zh", Cover("x"))


def test_a_text_longer_than_a_cell_is_cut_and_that_is_said(tmp_path: Path) -> None:
    frame = FRAME.assign(name=["x" * 40_000, "y"])
    write_workbook(tmp_path / "r.xlsx", [Sheet(TABLE, frame)], "zh", Cover("t"))
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert len(book["分区域销售"]["B2"].value) == excel.MAX_TEXT
    assert any("已截断" in str(row[0].value) for row in book["口径与单位"].iter_rows())
