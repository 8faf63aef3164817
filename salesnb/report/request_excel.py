"""The resource request form as Excel: figures as figures, the state with a list to choose from, one page wide."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from salesnb.model.errors import Text
from salesnb.model.money import minor_digits
from salesnb.report import markup, palette
from salesnb.report.excel import CREATED
from salesnb.report.request_form import FIGURES, HEAD, SIGN, SIGNERS, STATES, RequestForm

FIRST = 4  # row of the first request, counted from 1; the head stands above it
_WIDTHS = (6, 30, 9, 18, 9, 14, 12, 12, 34, 10, 16)
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_SHEET = Text("销售资源需求表", "Resource requests")
_TOTAL = Text("合计（不含未批）", "Total (rejected ones left out)")


def write(path: Path, form: RequestForm, lang: str) -> None:
    """Write ``form`` to ``path`` (.xlsx) in ``lang``."""
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), _OPTIONS) as book:
        book.set_properties({"title": markup.plain(form.title.get(lang)), "created": CREATED})
        page = book.add_worksheet(_SHEET.get(lang))
        formats = _formats(book, form)
        page.write_string(0, 0, markup.plain(form.title.get(lang)), formats["title"])
        page.write_string(1, 0, markup.plain(form.facts.get(lang)), formats["label"])
        for column, (label, width) in enumerate(zip(HEAD, _WIDTHS, strict=True)):
            page.write_string(FIRST - 2, column, label.get(lang), formats["head"])
            page.set_column(column, column, width)
        _rows(page, form, lang, formats)
        _foot(page, form, lang, formats)
        _printed(page, form)


def _formats(book: Any, form: RequestForm) -> dict[str, Any]:
    light, digits = palette.LIGHT, minor_digits(form.currency)
    font = {"font_name": "Microsoft YaHei", "font_size": 10, "valign": "vcenter"}
    cell = {"border": 1, "border_color": light["line"], "text_wrap": True}
    strong = {"bold": True, "bg_color": light["shade"], **cell}
    figures = "#,##0" + (f".{'0' * digits}" if digits else "")
    made: dict[str, dict[str, Any]] = {
        "title": {"bold": True, "font_size": 16},
        "label": {"font_color": light["muted"]},
        "head": {"align": "center", **strong},
        "text": cell,
        "count": {"num_format": "#,##0.##", **cell},
        "whole": {"num_format": "#,##0", **cell},
        "money": {"num_format": figures, **cell},
        "total": strong,
        "sum": {"num_format": figures, **strong},
        "choice": {"bg_color": "#FFF9E5", **cell},
    }
    return {name: book.add_format({**font, **stated}) for name, stated in made.items()}


def _rows(page: Any, form: RequestForm, lang: str, formats: dict[str, Any]) -> None:
    for number, row in enumerate(form.rows, 1):
        at = FIRST + number - 2
        for column, words in enumerate(form.cells(number, row, lang)):
            if column not in FIGURES:
                page.write_string(at, column, markup.plain(words), formats["choice" if column == 9 else "text"])
        page.write_number(at, 0, number, formats["whole"])
        whole = float(row.quantity).is_integer()
        page.write_number(at, FIGURES[0], row.quantity, formats["whole" if whole else "count"])
        page.write_number(at, FIGURES[1], float(form.major(row.cost_minor)), formats["money"])
    if form.rows:
        choices = [text.get(lang) for text in STATES.values()]
        stated = {"validate": "list", "source": choices, "error_title": HEAD[9].get(lang)}
        page.data_validation(FIRST - 1, 9, FIRST + len(form.rows) - 2, 9, stated)


def _foot(page: Any, form: RequestForm, lang: str, formats: dict[str, Any]) -> None:
    """The sum of what is not rejected as a formula that follows the states, then the lines to sign."""
    at = FIRST + len(form.rows) - 1
    for column in range(len(HEAD)):
        page.write_blank(at, column, None, formats["total"])
    page.write_string(at, 1, _TOTAL.get(lang), formats["total"])
    if form.rows:
        first, last, rejected = FIRST, FIRST + len(form.rows) - 1, STATES["rejected"].get(lang)
        formula = f'=SUMIF(J{first}:J{last},"<>{rejected}",F{first}:F{last})'
        page.write_formula(at, FIGURES[1], formula, formats["sum"], float(form.major(form.total())))
    for place, signer in enumerate(SIGNERS):
        page.write_string(at + 2 + place, 1, f"{signer.get(lang)} {SIGN.get(lang)}：" if lang == "zh" else
                          f"{signer.get(lang)}, {SIGN.get(lang).lower()}:", formats["label"])  # fmt: skip


def _printed(page: Any, form: RequestForm) -> None:
    page.freeze_panes(FIRST - 1, 2)
    page.set_landscape()
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.repeat_rows(FIRST - 2)
    if form.rows:
        page.autofilter(FIRST - 2, 0, FIRST + len(form.rows) - 2, len(HEAD) - 1)
