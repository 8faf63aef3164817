"""A returned workbook opened: the hidden statement, the values people see and the formulas behind them."""

from __future__ import annotations

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from salesnb.intake.quality.findings import Finding
from salesnb.intake.read.packed import unpacks_to_harm
from salesnb.model.errors import Text
from salesnb.model.forms import HIDDEN_SHEET, SCHEMA, SHEET, Form, headers, letters

_LIMIT_BYTES = 20_000_000


@dataclass(frozen=True)
class Opened:
    """``stated`` is what the hidden sheet says; ``values`` and ``formulas`` are the same sheet, seen twice."""

    file: str
    form: Form
    lang: str
    stated: dict[str, Any]
    values: Any
    formulas: Any

    def finding(self, code: str, at: tuple[int, int], value: object, message: Text, remedy: Text) -> Finding:
        """What is wrong with one cell: sheet, row, column (letter and header) and value, as the manager sees them."""
        row, column = at
        titles = headers(self.form)
        header = titles[column - 1].get(self.lang) if column <= len(titles) else ""
        return Finding(
            code=code,
            severity="error",
            message=message,
            remedy=remedy,
            table=SHEET.get(self.lang),
            file=self.file,
            row=row,
            column=f"{letters(column)} {header}".strip(),
            value="" if value is None else str(value),
        )


def opened(path: Path, form: Form) -> Opened | Finding:
    """The workbook in ``path``, or why it is not one of ours."""
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    if not path.is_file():
        return _no_form(path, Text("文件不存在", "the file does not exist"), Text("核对路径", "check the path"))
    again = Text(
        "请在原填报表里填写，另存为 .xlsx 后重新交回", "fill in the form that was sent, save it as .xlsx, return it"
    )
    if path.stat().st_size > _LIMIT_BYTES or not zipfile.is_zipfile(path) or unpacks_to_harm(path):
        return _no_form(path, Text("不是 .xlsx 工作簿，或已加密", "not an .xlsx workbook, or encrypted"), again)
    try:
        seen = openpyxl.load_workbook(path, data_only=True)
        behind = openpyxl.load_workbook(path, data_only=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        return _no_form(path, Text(f"工作簿无法读取：{error}", f"the workbook cannot be read: {error}"), again)
    stated = _stated(seen)
    if stated is None:
        return _no_form(path, Text("隐藏的指纹表不见了或已损坏", "the hidden fingerprint is missing or damaged"), again)
    lang = "en" if stated.get("lang") == "en" else "zh"
    name = SHEET.get(lang)
    if name not in seen.sheetnames:
        return _no_form(path, Text(f"没有工作表“{name}”", f"there is no sheet {name!r}"), again)
    return Opened(path.name, form, lang, stated, seen[name], behind[name])


def _stated(book: Any) -> dict[str, Any] | None:
    if HIDDEN_SHEET not in book.sheetnames:
        return None
    try:
        stated = json.loads(str(book[HIDDEN_SHEET]["A1"].value))
    except ValueError:
        return None
    is_ours = isinstance(stated, dict) and stated.get("schema") == SCHEMA and "fingerprint" in stated
    return stated if is_ours else None


def _no_form(path: Path, message: Text, remedy: Text) -> Finding:
    return Finding("form_unreadable", "error", message, remedy, file=path.name)
