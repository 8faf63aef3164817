"""The resource request form as .docx: A4 across, head row repeated, sums by state of approval, lines to sign."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from salesnb.model.errors import Text
from salesnb.report import markup, numbers
from salesnb.report.request_form import DATE, FIGURES, HEAD, SIGN, SIGNERS, RequestForm

WRITTEN = datetime(2024, 1, 1)  # the file's own dates are fixed: they say nothing about the form
ZIPPED = (1980, 1, 1, 0, 0, 0)
_WIDTHS = (11, 40, 18, 26, 18, 24, 23, 19, 36, 18, 28)  # mm, of 261 between the margins
_BODY, _HEAD_FONT, _LATIN, _SHADE, _GREY = "宋体", "黑体", "Times New Roman", "F2F4F7", (0x59, 0x64, 0x74)


def document(form: RequestForm, lang: str) -> bytes:
    """The form in ``lang`` as the bytes of a .docx file."""
    import docx

    made = docx.Document()
    _page(made, form, lang)
    _line(made, form.title.get(lang), size=16, bold=True, centre=True, font=_HEAD_FONT)
    _line(made, form.facts.get(lang), size=9, centre=True, colour=_GREY)
    table = made.add_table(rows=0, cols=len(HEAD), style="Table Grid")
    rows = [tuple(label.get(lang) for label in HEAD)]
    rows += [form.cells(number, row, lang) for number, row in enumerate(form.rows, 1)]
    for number, cells in enumerate(rows):
        _row(table, cells, is_head=number == 0)
    _widths(table)
    _line(made, _summed(form, lang), before=6)
    _signed(made, lang)
    return _bytes(made)


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


def _page(made: Any, form: RequestForm, lang: str) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    part = made.sections[0]
    part.orientation, part.page_width, part.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    part.left_margin = part.right_margin = Mm(18)
    part.top_margin = part.bottom_margin = Mm(16)
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = _LATIN, Pt(10)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _BODY)
    known = made.core_properties
    known.title, known.author = markup.plain(form.title.get(lang)), form.company
    known.created = known.modified = WRITTEN
    known.last_modified_by, known.revision = form.company, 1


def _line(
    holder: Any, text: str, *, size: float = 10, bold: bool = False, centre: bool = False,
    colour: tuple[int, int, int] | None = None, font: str = "", before: float = 0,
) -> None:  # fmt: skip
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    paragraph = holder.add_paragraph()
    paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(3)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if centre else WD_ALIGN_PARAGRAPH.LEFT
    run = paragraph.add_run(markup.plain(text))
    run.font.size, run.bold = Pt(size), bold
    if colour is not None:
        run.font.color.rgb = RGBColor(*colour)
    if font:
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


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
            for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
                shade.set(qn(f"w:{name}"), value)
            cell._tc.get_or_add_tcPr().append(shade)


def _widths(table: Any) -> None:
    """Column widths: Word reads them from the cells, others from the grid."""
    from docx.shared import Mm

    table.autofit = False
    for column, width in zip(table.columns, _WIDTHS, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _signed(made: Any, lang: str) -> None:
    table = made.add_table(rows=1, cols=len(SIGNERS))
    for cell, signer in zip(table.rows[0].cells, SIGNERS, strict=True):
        cell.paragraphs[0].add_run(signer.get(lang)).bold = True
        for label in (SIGN, DATE):
            _line(cell, f"{label.get(lang)} {'＿' * 10}", before=10)


def _bytes(made: Any) -> bytes:
    """The archive without the time it was made: equal forms give equal bytes."""
    first, out = io.BytesIO(), io.BytesIO()
    made.save(first)
    with zipfile.ZipFile(first) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in given.infolist():
            entry = zipfile.ZipInfo(item.filename, ZIPPED)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            archive.writestr(entry, given.read(item))
    return out.getvalue()
