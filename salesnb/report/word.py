"""Word documents: a page of ours, paragraphs in Chinese and Latin fonts set apart; equal content gives equal bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from salesnb.report import markup

HEAD, SHADE, GREY = "黑体", "F2F4F7", (0x59, 0x64, 0x74)
BLANK = "_" * 22  # where somebody writes by hand
_BODY, _LATIN = "宋体", "Times New Roman"
_WRITTEN = datetime(2024, 1, 1)  # the file's own dates are fixed: they say nothing about what it holds
_ZIPPED = (1980, 1, 1, 0, 0, 0)


def begun(size: float, margins: tuple[float, float], is_across: bool = False) -> Any:
    """A new document on A4, body text of ``size`` points; ``margins`` at the sides and above and below, in mm."""
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    made = docx.Document()
    part = made.sections[0]
    part.page_width, part.page_height = (Mm(297), Mm(210)) if is_across else (Mm(210), Mm(297))
    part.orientation = WD_ORIENT.LANDSCAPE if is_across else WD_ORIENT.PORTRAIT
    part.left_margin = part.right_margin = Mm(margins[0])
    part.top_margin = part.bottom_margin = Mm(margins[1])
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = _LATIN, Pt(size)
    normal.paragraph_format.space_after = Pt(3)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _BODY)
    for element in made.styles.element.findall(f".//{qn('w:lang')}"):
        element.set(qn("w:val"), "en-US")
        element.set(qn("w:eastAsia"), "zh-CN")
    return made


def finished(made: Any, title: str, author: str, comments: str = "") -> bytes:
    """The document under its title and author as the bytes of a .docx file, without the time it was made."""
    known = made.core_properties
    known.title, known.author, known.comments = markup.plain(title), author, comments
    known.created = known.modified = _WRITTEN
    known.last_modified_by, known.revision = author, 1
    first, out = io.BytesIO(), io.BytesIO()
    made.save(first)
    with zipfile.ZipFile(first) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for item in given.infolist():
            entry = zipfile.ZipInfo(item.filename, _ZIPPED)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            archive.writestr(entry, given.read(item))
    return out.getvalue()


def paragraph(
    holder: Any, text: str, *, size: float = 10.5, bold: bool = False, centre: bool = False,
    colour: tuple[int, int, int] | None = None, font: str = "", before: float = 0,
) -> Any:  # fmt: skip
    """A paragraph added to a document or a cell: sizes in points, ``font`` of the Chinese characters."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    made = holder.add_paragraph()
    made.paragraph_format.space_before = Pt(before)
    if centre:
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = made.add_run(markup.plain(text))
    run.font.size, run.bold = Pt(size), bold
    if colour is not None:
        run.font.color.rgb = RGBColor(*colour)
    if font:
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return made


def widths(table: Any, shares: Sequence[float]) -> None:
    """Column widths in mm: Word reads them from the cells, others from the grid."""
    from docx.shared import Mm

    table.autofit = False
    for column, width in zip(table.columns, shares, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)
