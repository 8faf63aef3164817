"""A letter as .docx: A4, Chinese and Latin fonts set apart, header rows repeated; equal letters give equal bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from salesnb.report import markup
from salesnb.report.letters.content import Letter
from salesnb.report.letters.paper import paper
from salesnb.report.letters.sheet import Block, Grid, Items, Paper, Section, Signing, Words

WRITTEN = datetime(2024, 1, 1)  # the file's own dates are fixed: they say nothing about the letter
ZIPPED = (1980, 1, 1, 0, 0, 0)
_WIDTH, _TOGETHER = 166, 12  # mm between the margins; a table of so few rows is not split over two pages
_BODY, _HEAD, _LATIN = "宋体", "黑体", "Times New Roman"
_SHADE, _AMBER, _GREY = "F2F4F7", (0x9A, 0x4A, 0x06), (0x59, 0x64, 0x74)


def write_docx(path: Path, letter: Letter, lang: str) -> None:
    """Write the letter in ``lang`` to ``path``."""
    path.write_bytes(docx_letter(letter, lang))


def docx_letter(letter: Letter, lang: str) -> bytes:
    """The letter as the bytes of a .docx file."""
    import docx

    sheet = paper(letter, lang)
    document = docx.Document()
    _page(document, sheet)
    _styles(document, lang)
    _properties(document, sheet, letter)
    _paragraph(document, sheet.title, size=18, bold=True, centre=True, font=_HEAD)
    _paragraph(document, sheet.number, size=9, centre=True, colour=_GREY)
    for warning in sheet.warnings:
        _paragraph(document, warning, bold=True, colour=_AMBER)
    _facts(document, sheet.facts)
    _paragraph(document, sheet.lead, before=6)
    for section in sheet.sections:
        _section(document, section)
    _signings(document, sheet.signings)
    _section(document, sheet.receipt)
    if sheet.annex is not None:
        document.add_page_break()
        _section(document, sheet.annex)
    made = io.BytesIO()
    document.save(made)
    return _fixed(made.getvalue())


def _fixed(content: bytes) -> bytes:
    """The same archive without the time it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for item in given.infolist():
            entry = zipfile.ZipInfo(item.filename, ZIPPED)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            made.writestr(entry, given.read(item))
    return out.getvalue()


def _page(document: Any, sheet: Paper) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Mm, Pt

    part = document.sections[0]
    part.page_width, part.page_height = Mm(210), Mm(297)
    part.left_margin = part.right_margin = Mm(22)
    part.top_margin = part.bottom_margin = Mm(20)
    foot = part.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    foot.add_run(f"{markup.plain(sheet.foot)} · ").font.size = Pt(8)
    _field(foot, "PAGE")
    foot.add_run(" / ").font.size = Pt(8)
    _field(foot, "NUMPAGES")


def _field(paragraph: Any, name: str) -> None:
    """A page number that Word fills in."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run = paragraph.add_run("1")
    run.font.size = Pt(8)
    element = OxmlElement("w:fldSimple")
    element.set(qn("w:instr"), name)
    paragraph._p.append(element)
    element.append(run._r)


def _styles(document: Any, lang: str) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _LATIN, Pt(10.5)
    normal.paragraph_format.space_after = Pt(3)
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), _BODY)
    languages = document.styles.element.findall(f".//{qn('w:lang')}")
    for element in languages:
        element.set(qn("w:val"), "en-US")
        element.set(qn("w:eastAsia"), "zh-CN")


def _properties(document: Any, sheet: Paper, letter: Letter) -> None:
    known = document.core_properties
    known.title, known.author, known.comments = sheet.title, letter.issuer.name, sheet.foot
    known.created = known.modified = WRITTEN
    known.last_modified_by, known.revision = letter.issuer.name, 1


def _paragraph(
    holder: Any,
    text: str,
    *,
    size: float = 10.5,
    bold: bool = False,
    centre: bool = False,
    colour: tuple[int, int, int] | None = None,
    font: str = "",
    before: float = 0,
) -> Any:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    paragraph = holder.add_paragraph()
    paragraph.paragraph_format.space_before = Pt(before)
    if centre:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = paragraph.add_run(markup.plain(text))
    run.font.size, run.bold = Pt(size), bold
    if colour is not None:
        run.font.color.rgb = RGBColor(*colour)
    if font:
        run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return paragraph


def _section(document: Any, section: Section) -> None:
    heading = _paragraph(document, section.heading, size=12, bold=True, font=_HEAD, before=8)
    heading.paragraph_format.keep_with_next = True
    for block in section.blocks:
        _block(document, block)


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Grid):
        _grid(document, block)
    elif isinstance(block, Items):
        for number, item in enumerate(block.entries, 1):
            _paragraph(document, f"{number}. {item}")
    else:
        assert isinstance(block, Words)
        small, colour = block.kind == "note", {"note": _GREY, "warn": _AMBER}.get(block.kind)
        _paragraph(document, block.text, size=9 if small else 10.5, colour=colour)


def _grid(document: Any, grid: Grid) -> None:
    """A table. Its rows are written as XML at once: cell by cell the library takes a quarter of a second a letter."""
    from docx.oxml import parse_xml
    from docx.shared import Mm

    if grid.caption:
        caption = _paragraph(document, grid.caption, size=9, colour=_GREY, before=4)
        caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=0, cols=len(grid.head), style="Table Grid")
    table.autofit = False
    shares = [2.6 if column == grid.wide else 1.3 if column == 0 else 1.0 for column in range(len(grid.head))]
    widths = [int(Mm(_WIDTH * share / sum(shares)).twips) for share in shares]
    for column, share in zip(table._tbl.tblGrid.gridCol_lst, shares, strict=True):
        column.w = Mm(_WIDTH * share / sum(shares))
    last, together = len(grid.rows), len(grid.rows) <= _TOGETHER
    for number, cells in enumerate((grid.head, *grid.rows)):
        keep = number < last and (together or number in (0, last - 1))
        strong = number == 0 or (grid.total and number == last)
        table._tbl.append(parse_xml(_row(cells, widths, grid.left, (number == 0, strong, keep))))
    _gap(document)


def _gap(document: Any) -> None:
    """A little room after a table."""
    from docx.enum.text import WD_LINE_SPACING
    from docx.shared import Pt

    shape = document.add_paragraph().paragraph_format
    shape.line_spacing_rule, shape.line_spacing, shape.space_after = WD_LINE_SPACING.EXACTLY, Pt(5), Pt(0)


def _widths(table: Any, widths: Sequence[float]) -> None:
    """Column widths in mm: Word reads them from the cells, others from the grid."""
    from docx.shared import Mm

    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
        for cell in column.cells:
            cell.width = Mm(width)


def _row(cells: Sequence[str], widths: Sequence[int], left: int, how: tuple[bool, bool, bool]) -> str:
    """One row as XML: never torn over two pages. ``how``: repeated as head, bold on grey, kept with the row below."""
    from docx.oxml.ns import nsdecls

    is_head, strong, keep = how
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_SHADE}"/>' if strong else ""
    near, bold, head = ("<w:keepNext/>" if keep else ""), ("<w:b/>" if strong else ""), "<w:tblHeader/>"
    made = [f"<w:tr {nsdecls('w')}><w:trPr><w:cantSplit/>{head if is_head else ''}</w:trPr>"]
    for column, (text, width) in enumerate(zip(cells, widths, strict=True)):
        side = "left" if column < left else "right"
        made.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr><w:p><w:pPr>{near}'
            f'<w:spacing w:after="20"/><w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>{bold}<w:sz w:val="19"/></w:rPr>'
            f'<w:t xml:space="preserve">{escape(markup.plain(text))}</w:t></w:r></w:p></w:tc>'
        )
    return "".join([*made, "</w:tr>"])


def _marked(row: Any, name: str) -> None:
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement(name))


def _facts(document: Any, facts: Sequence[tuple[str, str]]) -> None:
    table = document.add_table(rows=0, cols=2)
    for pair in facts:
        for cell, text in zip(table.add_row().cells, pair, strict=True):
            cell.paragraphs[0].paragraph_format.space_after = 0
            cell.paragraphs[0].add_run(markup.plain(text))
    _widths(table, (34, _WIDTH - 34))


def _signings(document: Any, signings: Sequence[Signing]) -> None:
    _gap(document)
    table = document.add_table(rows=1, cols=len(signings))
    _marked(table.rows[0], "w:cantSplit")
    for cell, signing in zip(table.rows[0].cells, signings, strict=True):
        first = cell.paragraphs[0]
        first.add_run(markup.plain(signing.title)).bold = True
        cell.add_paragraph(markup.plain(signing.name))
        for label in signing.lines:
            line = _paragraph(cell, f"{label} {'＿' * 12}", before=12)
            line.paragraph_format.keep_with_next = True
