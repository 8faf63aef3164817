"""The resource request form: what it says as Word and as Excel, read back by other libraries."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from salesnb.report import request_excel, request_word
from salesnb.report.request_form import HEAD, Request, RequestForm, write_requests

ROWS = (
    Request("样机 20 台", "物料", "B206", 20, 1_400_000, "2024-05-08", "产品部", "路演试用", "approved", "销售总监"),
    Request("=1+1", "人员", "杭州办事处", 1, 1_600_050, "2024-05-01", "陈建华", "增 2 人", "submitted", ""),
    Request("咨询 2.5 天", "其他", "全公司", 2.5, 999, "2024-09-01", "市场部", "x\x0by", "rejected", "总经理"),
)
FORM = RequestForm("示例", "2024", "2024-06-30", "CNY", ROWS)


def test_sums_leave_out_what_was_rejected() -> None:
    assert FORM.total() == 3_000_050 and FORM.total(("rejected",)) == 999
    assert FORM.sums("zh") == [("已批", 1, 1_400_000), ("待批", 1, 1_600_050), ("未批", 1, 999)]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_word_holds_every_request(lang: str) -> None:
    import docx

    made = docx.Document(io.BytesIO(request_word.document(FORM, lang)))
    table = made.tables[0]
    assert [c.text for c in table.rows[0].cells] == [h.get(lang) for h in HEAD]
    assert [row.cells[1].text for row in table.rows[1:]] == [r.text for r in ROWS]
    assert [row.cells[5].text for row in table.rows[1:]] == ["14,000.00", "16,000.50", "9.99"]
    assert table.rows[3].cells[8].text == "x\ufffdy", "no character that Word refuses"
    assert request_word.document(FORM, lang) == request_word.document(FORM, lang)
    words = " ".join(p.text for p in made.paragraphs)
    assert ("3.00 万元" in words and "已批 1 项" in words) if lang == "zh" else "3 requests" in words


def test_excel_holds_figures_and_a_list_of_states(tmp_path: Path) -> None:
    import openpyxl

    word, excel = tmp_path / "a.docx", tmp_path / "a.xlsx"
    write_requests(word, excel, FORM, "zh")
    page = openpyxl.load_workbook(excel).worksheets[0]
    assert page["A1"].value == FORM.title.zh and page["B5"].data_type == "s" and page["B5"].value == "=1+1"
    assert [page.cell(row, 6).value for row in (4, 5, 6)] == [14000, 16000.5, 9.99]
    assert page["F7"].value == '=SUMIF(J4:J6,"<>未批",F4:F6)'
    assert page.data_validations.dataValidation[0].sqref.__str__() == "J4:J6"
    assert openpyxl.load_workbook(excel, data_only=True).worksheets[0]["F7"].value == 30000.5
    assert word.read_bytes()[:2] == b"PK"


def test_an_empty_form_is_a_form(tmp_path: Path) -> None:
    empty = RequestForm("示例", "2024", "2024-06-30", "CNY", ())
    request_excel.write(tmp_path / "a.xlsx", empty, "zh")
    assert b"word/document.xml" in request_word.document(empty, "zh")
