"""The resource request form as .docx: A4 across, head row repeated, sums by state of approval, lines to sign."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from salesnb.model.errors import Text
from salesnb.report import markup, numbers, word
from salesnb.report.request_form import DATE, FIGURES, HEAD, SIGN, SIGNERS, RequestForm

_WIDTHS = (11, 40, 18, 26, 18, 24, 23, 19, 36, 18, 28)  # mm, of 261 between the margins


def document(form: RequestForm, lang: str) -> bytes:
    """The form in ``lang`` as the bytes of a .docx file."""
    made = word.begun(10, (18, 16), is_across=True)
    word.paragraph(made, form.title.get(lang), size=16, bold=True, centre=True, font=word.HEAD)
    word.paragraph(made, form.facts.get(lang), size=9, centre=True, colour=word.GREY)
    table = made.add_table(rows=0, cols=len(HEAD), style="Table Grid")
    rows = [tuple(label.get(lang) for label in HEAD)]
    rows += [form.cells(number, row, lang) for number, row in enumerate(form.rows, 1)]
    for number, cells in enumerate(rows):
        _row(table, cells, is_head=number == 0)
    word.widths(table, _WIDTHS)
    word.paragraph(made, _summed(form, lang), size=10, before=6)
    _signed(made, lang)
    return word.finished(made, form.title.get(lang), form.company)


def _summed(form: RequestForm, lang: str) -> str:
    """How many requests of each state, and their cost."""
    said = []
    for label, count, cost in form.sums(lang):
        amount = numbers.money(cost, lang, form.currency)
        said.append(Text(f"{label} {count} 项 {amount}", f"{label.lower()}: {count} ({amount})").get(lang))
    if not said:
        return Text("还没有申请。", "There is no request yet.").get(lang)
    total = numbers.money(form.total(), lang, form.currency)
    return Text(
        f"共 {len(form.rows)} 项：{'，'.join(said)}；未批的不计，合计 {total}。",
        f"{len(form.rows)} requests, {', '.join(said)}; {total} in all without those rejected.",
    ).get(lang)


def _row(table: Any, cells: Sequence[str], is_head: bool) -> None:
    """One row, never torn over two pages; the head is repeated on each and stands on grey."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    row = table.add_row()
    for name in ("w:cantSplit", *(("w:tblHeader",) if is_head else ())):
        row._tr.get_or_add_trPr().append(OxmlElement(name))
    for column, (cell, text) in enumerate(zip(row.cells, cells, strict=True)):
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(1)
        right = column in FIGURES and not is_head
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else WD_ALIGN_PARAGRAPH.LEFT
        run = paragraph.add_run(markup.plain(text))
        run.font.size, run.bold = Pt(9), is_head
        if is_head:
            shade = OxmlElement("w:shd")
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", word.SHADE)):
                shade.set(qn(f"w:{name}"), value)
            cell._tc.get_or_add_tcPr().append(shade)


def _signed(made: Any, lang: str) -> None:
    table = made.add_table(rows=1, cols=len(SIGNERS))
    for cell, signer in zip(table.rows[0].cells, SIGNERS, strict=True):
        cell.paragraphs[0].add_run(signer.get(lang)).bold = True
        for label in (SIGN, DATE):
            word.paragraph(cell, f"{label.get(lang)} {word.BLANK}", size=10, before=10)
