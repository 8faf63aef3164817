"""Returned workbooks: what was filled in reads back equal; foreign, stale and changed files are refused by the cell."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.intake.forms import Returned, gaps, read_form
from salesnb.model.contracts import commitments
from salesnb.model.errors import DataError
from salesnb.model.forms import CHOICES, HIDDEN_SHEET, Form, FormRow, Node, layout
from salesnb.model.lexicon import Lexicon
from salesnb.report.excel_forms import write_form
from salesnb.report.spoken import speaking
from tests.intake.form_of_one import NORTH, SOUTH, WAN, fill, form


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """The form as it was sent."""
    write_form(tmp_path / "sent.xlsx", form(), "zh")
    return tmp_path / "sent.xlsx"


def said(returned: Returned) -> dict[tuple[str, str], Any]:
    """(node, period) → fen, None for what was not said."""
    assert returned.frame is not None, returned.findings
    frame = returned.frame
    keys = zip(frame["node_id"], frame["period"], strict=True)
    return {k: None if pd.isna(v) else int(v) for k, v in zip(keys, frame["committed_minor"], strict=True)}


def test_blank_is_not_said_and_zero_is_zero(sent: Path, tmp_path: Path) -> None:
    given = {(0, 0): 12.5, (0, 1): 0, (1, 0): 20, (-1, 0): 58, (0, -1): "有条件", (0, -2): "再增 1 人"}
    back = read_form(fill(sent, tmp_path / "back.xlsx", given, form()), form())
    assert back.is_accepted and back.findings == ()
    found = said(back)
    assert found[("E1", "2024Q1")] == 12_500_000 and found[("E1", "2024Q2")] == 0
    assert found[("E2", "2024Q2")] is None and found[("东区", "2024Q1")] == 58 * WAN
    assert back.frame is not None
    first = back.frame[back.frame["node_id"] == "E1"].iloc[0]
    assert (first["confidence"], first["condition"], first["manager_id"]) == ("conditional", "再增 1 人", "E9")
    assert len(back.frame) == 8


def test_a_form_that_shows_names_in_english_is_read_by_their_ids(tmp_path: Path) -> None:
    words = Lexicon({"东区": "East", "一组": "First", "乙": "Bao"})
    with speaking(words):
        write_form(tmp_path / "sent.xlsx", form(), "en")
    page = openpyxl.load_workbook(tmp_path / "sent.xlsx").worksheets[0]
    shown = {str(cell.value) for row in page.iter_rows() for cell in row if cell.value is not None}
    assert {"East", "First", "Bao"} <= shown and not {"东区", "一组", "乙"} & shown
    filled = fill(tmp_path / "sent.xlsx", tmp_path / "back.xlsx", {(0, 0): 12.5}, form())
    assert said(read_form(filled, form(), {"en": words}))[("E1", "2024Q1")] == 12_500_000
    assert read_form(filled, form()).findings[0].code == "form_tampered"


AMOUNTS = st.one_of(st.none(), st.integers(0, 99_999_999_99))


@settings(max_examples=25)
@given(
    amounts=st.lists(AMOUNTS, min_size=8, max_size=8),
    choice=st.sampled_from([None, *CHOICES]),
    note=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), max_size=40),
    lang=st.sampled_from(["zh", "en"]),
    factor=st.sampled_from([1, 10_000]),
)
def test_a_filled_workbook_reads_back_equal(
    amounts: list[int | None], choice: str | None, note: str, lang: str, factor: int
) -> None:
    made = form(factor=factor)
    # written in another unit than the form's would be refused: stay within what its targets allow
    keys = [(row, period) for row in (-1, 0, 1, 2) for period in (0, 1)]
    values: dict[tuple[int, int], Any] = {
        key: amount / made.scale for key, amount in zip(keys, amounts, strict=True) if amount is not None
    }
    if choice:
        values[2, -1] = CHOICES[choice].get(lang)
    if note:
        values[2, -2] = f"说{note}"
    with tempfile.TemporaryDirectory() as folder:
        write_form(Path(folder) / "a.xlsx", made, lang)
        back = read_form(fill(Path(folder) / "a.xlsx", Path(folder) / "b.xlsx", values, made), made)
    nodes = {-1: "东区", 0: "E1", 1: "E2", 2: "E3"}
    expected = {(nodes[row], made.periods[p]): amount for (row, p), amount in zip(keys, amounts, strict=True)}
    assert said(back) == expected
    assert back.frame is not None
    last = back.frame[back.frame["node_id"] == "E3"].iloc[0]
    assert (None if pd.isna(last["confidence"]) else last["confidence"]) == choice
    assert ("" if pd.isna(last["condition"]) else last["condition"]) == (f"说{note}" if note else "")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("12万", "不是数字"),
        ("-", "不是数字"),
        (True, "不是数字"),
        (-1, "不能为负"),
        (0.0000001, "比最小货币单位还细"),
        (120_000, "像是没有用万元"),
        ("=1+1", "公式没有结果"),
    ],
)
def test_a_cell_that_is_no_figure_is_named_with_its_place(sent: Path, tmp_path: Path, value: Any, words: str) -> None:
    back = read_form(fill(sent, tmp_path / "back.xlsx", {(0, 0): value, (1, 0): 20}, form()), form())
    assert not back.is_accepted and back.frame is None
    (found,) = back.findings
    assert (found.file, found.table, found.row, found.column) == ("back.xlsx", "填报", 11, "F 2024Q1 承诺")
    assert words in found.message.zh and found.remedy.zh
    assert found.value == str(value)


def test_a_word_that_is_no_choice_and_a_text_that_is_too_long_are_named(sent: Path, tmp_path: Path) -> None:
    back = read_form(fill(sent, tmp_path / "b.xlsx", {(0, -1): "大概", (0, -2): "长" * 501}, form()), form())
    assert [f.message.zh for f in back.findings] == ["不在可选项里", "超过 500 字"]


@pytest.mark.parametrize(
    ("current", "code", "words"),
    [
        (form(version="2024/v004"), "form_stale", "版本 2024/v003"),
        (form(round=3), "form_stale", "第 2 轮"),
        (form(plan="2025"), "form_foreign", "计划是 2024，应为 2025"),
        (form(manager_id="E8"), "form_foreign", "填报人是 E9"),
        (replace(form(), rows=form().rows[:2]), "form_tampered", "指纹"),
    ],
)
def test_a_stale_or_foreign_file_is_refused_with_the_reason(sent: Path, current: Form, code: str, words: str) -> None:
    back = read_form(sent, current)
    assert [f.code for f in back.findings] == [code]
    assert words in back.findings[0].message.zh and not back.is_accepted


def _changed(sent: Path, tmp_path: Path, change: Callable[[Any], None]) -> Returned:
    book = openpyxl.load_workbook(sent)
    change(book)
    book.save(tmp_path / "changed.xlsx")
    return read_form(tmp_path / "changed.xlsx", form())


LOCKED = [at for at, cell in layout(form()).items() if cell.kind in ("text", "number", "formula")]


@settings(max_examples=20)
@given(at=st.sampled_from(LOCKED), value=st.sampled_from(["x", 7, None, "=1", True]))
def test_any_change_of_a_locked_cell_is_named(at: tuple[int, int], value: Any) -> None:
    cell = layout(form())[at]
    if value is None and not (cell.value or cell.label.zh):
        return  # it was blank before
    with tempfile.TemporaryDirectory() as folder:
        write_form(Path(folder) / "a.xlsx", form(), "zh")
        back = _changed(
            Path(folder) / "a.xlsx", Path(folder), lambda b: setattr(b.worksheets[0].cell(*at), "value", value)
        )
    assert [(f.code, f.row) for f in back.findings] == [("form_tampered", at[0])]


def test_inserted_rows_and_lost_sheets_are_refused(sent: Path, tmp_path: Path) -> None:
    back = _changed(sent, tmp_path, lambda book: book.worksheets[0].insert_rows(10))
    assert {f.code for f in back.findings} == {"form_tampered"} and back.findings[0].row == 10
    back = _changed(sent, tmp_path, lambda book: book.remove(book[HIDDEN_SHEET]))
    assert "隐藏的指纹" in back.findings[0].message.zh
    back = _changed(sent, tmp_path, lambda book: setattr(book.worksheets[0], "title", "别的"))
    assert "没有工作表" in back.findings[0].message.zh


def test_a_forged_fingerprint_does_not_help(sent: Path, tmp_path: Path) -> None:
    lower = replace(form(), rows=tuple(replace(row, targets=(1, 1)) for row in form().rows))

    def forge(book: Any) -> None:
        book[HIDDEN_SHEET]["A1"] = json.dumps(lower.stated("zh"))

    assert [f.code for f in _changed(sent, tmp_path, forge).findings] == ["form_tampered"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not a zip", "姓名,目标\n".encode()])
def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.xlsx").write_bytes(content)
    for name in ("x.xlsx", "absent.xlsx"):
        back = read_form(tmp_path / name, form())
        assert [f.code for f in back.findings] == ["form_unreadable"] and back.frame is None


def test_gaps_per_node_and_level_leave_unsaid_what_was_not_said(sent: Path, tmp_path: Path) -> None:
    given = {(0, 0): 11, (0, 1): 20, (1, 0): 25, (1, 1): 30, (2, 0): 28, (-1, 0): 62, (-1, 1): 90}
    back = read_form(fill(sent, tmp_path / "b.xlsx", given, form()), form())
    table = gaps([back]).set_index(["level", "node_id", "period"])
    team = table.loc[("team", "T1", "2024Q1")]
    assert (team["target_minor"], team["bottom_up_minor"], team["gap_minor"]) == (30 * WAN, 36 * WAN, 6 * WAN)
    whole = table.loc[("team", "T1", "2024")]
    assert (whole["state"], whole["filled_count"], whole["line_count"]) == ("complete", 4, 4)
    assert whole["gap_minor"] == 86 * WAN - (80 * WAN + 10_000)
    region = table.loc[("region", "东区", "2024Q2")]
    assert (region["state"], region["filled_count"]) == ("partial", 2) and pd.isna(region["gap_minor"])
    assert region["bottom_up_minor"] == 50 * WAN
    assert table.loc[("region", "东区", "2024"), "own_minor"] == 152 * WAN
    assert table.loc[("region", "东区", "2024Q1"), "own_gap_minor"] == 2 * WAN
    silent = table.loc[("person", "E3", "2024Q2")]
    assert silent["state"] == "none" and pd.isna(silent["bottom_up_minor"])
    assert table.loc[("company", "_company", "2024Q1"), "gap_minor"] == 4 * WAN


def test_a_form_that_did_not_come_back_is_counted_as_unsaid(sent: Path, tmp_path: Path) -> None:
    west = Node("西区", "西区", "region")
    other = form(top=west, manager_id="E7", rows=(FormRow(Node("E5", "戊", "person"), west, "", (WAN, WAN)),))
    filled = fill(sent, tmp_path / "b.xlsx", {(i, p): 1 for i in range(3) for p in (0, 1)}, form())
    table = gaps([read_form(filled, form()), Returned(other, "", (), None)]).set_index(["level", "node_id", "period"])
    assert table.loc[("region", "西区", "2024Q1"), "state"] == "none"
    assert table.loc[("company", "_company", "2024"), "state"] == "partial"
    assert table.loc[("region", "东区", "2024"), "state"] == "complete"
    with pytest.raises(DataError, match="in two forms"):
        gaps([read_form(filled, form()), read_form(filled, form())])
    with pytest.raises(DataError, match="different plans"):
        gaps([read_form(filled, form()), Returned(replace(other, round=9), "", (), None)])


def test_targets_by_product_line_are_lines_of_their_own(tmp_path: Path) -> None:
    rows = tuple(
        FormRow(Node("E1", "甲", "person"), NORTH if line == "A" else SOUTH, line, (WAN, WAN)) for line in "AB"
    )
    split = form(rows=rows)
    write_form(tmp_path / "a.xlsx", split, "en")
    back = read_form(fill(tmp_path / "a.xlsx", tmp_path / "b.xlsx", {(0, 0): 1, (1, 0): 2}, split), split)
    assert back.frame is not None
    own = back.frame[(back.frame["node_id"] == "E1") & (back.frame["period"] == "2024Q1")]
    assert dict(zip(own["product_line"], own["committed_minor"], strict=True)) == {"A": WAN, "B": 2 * WAN}


def test_contracts_are_well_formed() -> None:
    for table in commitments.ALL:
        assert set(table.keys) <= {column.name for column in table.columns}


def test_libreoffice_opens_sums_and_saves_the_form(sent: Path, tmp_path: Path) -> None:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed; the other tests fill the form in with openpyxl")
    given = {(i, p): 10 + i for i in range(3) for p in (0, 1)}
    filled = fill(sent, tmp_path / "filled.xlsx", given, form())
    (tmp_path / "out").mkdir()
    home = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    subprocess.run([office, home, "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir",
                    str(tmp_path / "out"), str(filled)], check=True, capture_output=True, timeout=180)  # fmt: skip
    saved = tmp_path / "out" / "filled.xlsx"
    back = read_form(saved, form())
    assert back.is_accepted, back.findings
    assert said(back)[("E3", "2024Q2")] == 12 * WAN
    shown = openpyxl.load_workbook(saved, data_only=True).worksheets[0]
    assert (shown["F9"].value, shown["F8"].value, shown["L9"].value) == (33, None, "6/6")
