"""The managers' workbook as it is sent: what is locked, what is open, what sums, and how it looks to Excel."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from salesnb.model.forms import CHOICES, HIDDEN_SHEET, layout
from salesnb.report.excel_forms import write_form
from tests.intake.form_of_one import form


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_only_the_cells_to_fill_in_are_open(tmp_path: Path, lang: str) -> None:
    write_form(tmp_path / "f.xlsx", form(), lang)
    page = openpyxl.load_workbook(tmp_path / "f.xlsx").worksheets[0]
    assert page.protection.sheet
    cells = layout(form())
    for row in page.iter_rows():
        for cell in row:
            known = cells.get((cell.row, cell.column))
            is_open = known is not None and known.kind in ("input", "choice", "note")
            assert cell.protection.locked == (not is_open), cell.coordinate
    assert {known.kind for known in cells.values()} == {"text", "number", "formula", "input", "choice", "note"}


def test_sums_are_formulas_over_lines_and_blank_is_not_zero(tmp_path: Path) -> None:
    write_form(tmp_path / "f.xlsx", form(), "zh")
    page = openpyxl.load_workbook(tmp_path / "f.xlsx").worksheets[0]
    assert [page.cell(row, 3).value for row in range(8, 15)] == ["东区", "东区", "T1", "E1", "E2", "T2", "E3"]
    assert page["A9"].value == "区域 · 下级合计"
    assert page["E9"].value == "=SUM(E11:E12,E14:E14)"
    assert page["F9"].value == '=IF(COUNT(F11:F12,F14:F14)=0,"",SUM(F11:F12,F14:F14))'
    assert page["F10"].value == '=IF(COUNT(F11:F12)=0,"",SUM(F11:F12))'
    assert page["K11"].value == '=IF(COUNT(F11,H11)=2,J11-I11,"")'
    shown = openpyxl.load_workbook(tmp_path / "f.xlsx", data_only=True).worksheets[0]
    assert (shown["E9"].value, shown["F9"].value, shown["L9"].value) == (60, None, "0/6")
    assert shown["B11"].value == "=甲" and page["B11"].data_type == "s"


def test_choices_and_limits_are_offered_by_excel_itself(tmp_path: Path) -> None:
    write_form(tmp_path / "f.xlsx", form(), "zh")
    page = openpyxl.load_workbook(tmp_path / "f.xlsx").worksheets[0]
    kinds = {rule.type for rule in page.data_validations.dataValidation}
    assert kinds == {"decimal", "list", "textLength"}
    offered = next(rule for rule in page.data_validations.dataValidation if rule.type == "list")
    assert offered.formula1 == '"' + ",".join(words.zh for words in CHOICES.values()) + '"'


def test_equal_forms_give_equal_bytes_and_the_fingerprint_is_hidden(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_form(tmp_path / f"{name}.xlsx", form(), "zh")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    assert book[HIDDEN_SHEET].sheet_state == "veryHidden"
    assert form().fingerprint in str(book[HIDDEN_SHEET]["A1"].value)
    assert form().fingerprint != form(version="2024/v004").fingerprint
