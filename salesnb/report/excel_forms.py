"""The managers' fill-in workbook: commitments beside the targets handed down, only the cells to fill in are open.

Blank means not said, zero means zero. Sums are formulas; protection keeps fingers off, and a hidden fingerprint shows
on return whether a cell was changed all the same. Equal forms give equal bytes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from salesnb.model.errors import Text
from salesnb.model.forms import (
    CHOICES,
    FIRST_PERIOD,
    FIRST_ROW,
    HEAD_ROW,
    HIDDEN_SHEET,
    SHEET,
    TEXT_LIMIT,
    Cell,
    Form,
    headers,
    layout,
)
from salesnb.report import markup, palette
from salesnb.report.excel import CREATED

_FONT = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


def write_form(path: Path, form: Form, lang: str) -> None:
    """Write ``form`` to ``path`` (.xlsx) in ``lang``."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        book.set_properties({"title": _title(form).get(lang), "created": CREATED})
        page = book.add_worksheet(SHEET.get(lang))
        formats = _formats(book, form)
        _top(page, form, lang, formats)
        cells = layout(form)
        for (row, column), cell in cells.items():
            _write(page, (row - 1, column - 1), cell, form, lang, formats)
        _checks(page, cells, lang)
        _shape(page, form)
        hidden = book.add_worksheet(HIDDEN_SHEET)
        hidden.write_string(0, 0, json.dumps(form.stated(lang), ensure_ascii=False, sort_keys=True))
        hidden.protect()
        hidden.very_hidden()


def _title(form: Form) -> Text:
    return Text(f"{form.plan} 目标承诺填报表（第 {form.round} 轮）", f"{form.plan} commitments, round {form.round}")


def _formats(book: Any, form: Form) -> dict[str, Any]:
    light = palette.LIGHT
    exact = _decimals(form)
    digits, filled = ("#,##0" + (f".{'0' * count}" if count else "") for count in (exact, max(exact, 2)))
    open_cell = {"locked": False, "bg_color": "#FFF9E5", "border": 1, "border_color": light["pale"]}
    locked = {"border": 1, "border_color": light["line"]}
    made: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 16},
        "label": {"font_color": light["muted"]},
        "head": {"bold": True, "bg_color": light["shade"], "text_wrap": True, "align": "center", **locked},
        "text": locked,
        "number": {"num_format": digits, **locked},
        "formula": {"num_format": digits, "bg_color": light["shade"], "align": "right", **locked},
        "input": {"num_format": filled if form.factor > 1 else digits, **open_cell},
        "choice": open_cell,
        "note": {"text_wrap": True, **open_cell},
    }
    return {name: book.add_format({**_FONT, **stated}) for name, stated in made.items()}


def _decimals(form: Form) -> int:
    """Decimals that show every target exactly; amounts in plain units have the currency's own, or none."""
    targets = [target for row in form.rows for target in row.targets]
    whole = len(str(form.scale)) - 1
    return next(n for n in range(whole + 1) if all(t * 10**n % form.scale == 0 for t in targets))


def _top(page: Any, form: Form, lang: str, formats: dict[str, Any]) -> None:
    """Title, whose form it is and how to fill it in."""
    unit = form.unit_label()
    lines = (
        Text(f"{form.manager}（{form.manager_id}） · {form.top.name} · 截止 {form.due}",
             f"{form.manager} ({form.manager_id}) · {form.top.name} · due {form.due}"),
        Text(f"金额单位：{unit.zh}。只填浅黄色的格子；没有想好的留空，确实为零才填 0。",
             f"Amounts in {unit.en}. Fill in the yellow cells only; leave blank what is undecided, 0 means zero."),
        Text("本单位承诺与下级合计可以不同，差额会逐级列出；有前提的请写明条件。",
             "Your own figure may differ from the sum of the lines; gaps are shown at every level. State conditions."),
        Text(f"依据版本 {form.version}。请勿增删行列或解除保护，否则无法导入。",
             f"Based on {form.version}. Do not add or remove rows or columns, nor lift the protection."),
    )  # fmt: skip
    page.write_string(0, 0, _title(form).get(lang), formats["title"])
    for row, line in enumerate(lines, 1):
        page.write_string(row, 0, markup.plain(line.get(lang)), formats["label"])
    for column, header in enumerate(headers(form)):
        page.write_string(HEAD_ROW - 1, column, header.get(lang), formats["head"])


def _write(page: Any, at: tuple[int, int], cell: Cell, form: Form, lang: str, formats: dict[str, Any]) -> None:
    form_ = formats[cell.kind]
    if cell.kind == "text":
        words = str(cell.value) or cell.label.get(lang)
        page.write_string(*at, markup.plain(words), form_)
    elif cell.kind == "number":
        page.write_number(*at, int(cell.value) / form.scale, form_)
    elif cell.kind == "formula":
        shown = cell.shown / form.scale if isinstance(cell.shown, int) else cell.shown
        page.write_formula(*at, str(cell.value), form_, shown)
    else:
        page.write_blank(*at, None, form_)


def _checks(page: Any, cells: dict[tuple[int, int], Cell], lang: str) -> None:
    """What Excel itself refuses while typing; what is pasted is checked on return."""
    number = {
        "validate": "decimal", "criteria": ">=", "value": 0, "ignore_blank": True,
        "error_title": Text("只能填数字", "Numbers only").get(lang),
        "error_message": Text("填不小于 0 的数字，或留空", "a number of at least 0, or blank").get(lang),
    }  # fmt: skip
    choice = {"validate": "list", "source": [words.get(lang) for words in CHOICES.values()], "ignore_blank": True}
    note = {"validate": "length", "criteria": "<=", "value": TEXT_LIMIT, "ignore_blank": True}
    rules = {"input": number, "choice": choice, "note": note}
    for (row, column), cell in cells.items():
        if cell.kind in rules:
            page.data_validation(row - 1, column - 1, row - 1, column - 1, rules[cell.kind])


def _shape(page: Any, form: Form) -> None:
    last = FIRST_PERIOD + 2 * len(form.periods)
    for first, end, width in ((0, 0, 18), (1, 1, 14), (2, 3, 10), (4, last + 2, 12), (last + 3, last + 3, 12),
                              (last + 4, last + 4, 36)):  # fmt: skip
        page.set_column(first, end, width)
    page.set_row(HEAD_ROW - 1, 32)
    page.freeze_panes(FIRST_ROW - 1, 2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(HEAD_ROW - 1)
    page.protect("", {"format_columns": True, "format_rows": True})
