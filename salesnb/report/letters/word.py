"""A letter as .docx: A4, Chinese and Latin fonts set apart, header rows repeated; equal letters give equal bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from salesnb.report import markup, word
from salesnb.report.letters.content import Letter
from salesnb.report.letters.paper import paper
from salesnb.report.letters.sheet import Block, Grid, Items, Paper, Section, Signing, Words
from salesnb.report.word import BLANK, GREY, HEAD, SHADE, paragraph

_WIDTH, _TOGETHER = 166, 12  # mm between the margins; a table of so few rows is not split over two pages
_GRID = "TableGrid"
_AMBER = (0x9A, 0x4A, 0x06)


def write_docx(path: Path, letter: Letter, lang: str) -> None:
    """Write the letter in ``lang`` to ``path``."""
    path.write_bytes(docx_letter(letter, lang))


def docx_letter(letter: Letter, lang: str) -> bytes:
    """The letter as the bytes of a .docx file."""
    sheet = paper(letter, lang)
    document = word.begun(10.5, (22, 20))
    _foot(document, sheet)
    paragraph(document, sheet.title, size=18, bold=True, centre=True, font=HEAD)
    paragraph(document, sheet.number, size=9, centre=True, colour=GREY)
    for warning in sheet.warnings:
        paragraph(document, warning, bold=True, colour=_AMBER)
    _facts(document, sheet.facts)
    paragraph(document, sheet.lead, before=6)
    for section in sheet.sections:
        _section(document, section)
    _signings(document, sheet.signings)
    _section(document, sheet.receipt)
    if sheet.annex is not None:
        document.add_page_break()
        _section(document, sheet.annex)
    return word.finished(document, sheet.title, letter.issuer.name, sheet.foot)


def _foot(document: Any, sheet: Paper) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    foot = document.sections[0].footer.paragraphs[0]
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


def _section(document: Any, section: Section) -> None:
    heading = paragraph(document, section.heading, size=12, bold=True, font=HEAD, before=8)
    heading.paragraph_format.keep_with_next = True
    for block in section.blocks:
        _block(document, block)


def _block(document: Any, block: Block) -> None:
    if isinstance(block, Grid):
        _grid(document, block)
    elif isinstance(block, Items):
        for number, item in enumerate(block.entries, 1):
            paragraph(document, f"{number}. {item}")
    else:
        assert isinstance(block, Words)
        small, colour = block.kind == "note", {"note": GREY, "warn": _AMBER}.get(block.kind)
        paragraph(document, block.text, size=9 if small else 10.5, colour=colour)


def _grid(document: Any, grid: Grid) -> None:
    """A table. Its rows are written as XML at once: cell by cell the library takes a quarter of a second a letter."""
    from docx.oxml import parse_xml
    from docx.shared import Mm

    if grid.caption:
        caption = paragraph(document, grid.caption, size=9, colour=GREY, before=4)
        caption.paragraph_format.keep_with_next = True
    table = document.add_table(rows=0, cols=len(grid.head))
    table._tbl.tblStyle_val = _GRID  # by its name the library looks for it among all styles, each time
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


def _row(cells: Sequence[str], widths: Sequence[int], left: int, how: tuple[bool, bool, bool]) -> str:
    """One row as XML: never torn over two pages. ``how``: repeated as head, bold on grey, kept with the row below."""
    from docx.oxml.ns import nsdecls

    is_head, strong, keep = how
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>' if strong else ""
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
    word.widths(table, (34, _WIDTH - 34))


def _signings(document: Any, signings: Sequence[Signing]) -> None:
    _gap(document)
    table = document.add_table(rows=1, cols=len(signings))
    _marked(table.rows[0], "w:cantSplit")
    for cell, signing in zip(table.rows[0].cells, signings, strict=True):
        first = cell.paragraphs[0]
        first.add_run(markup.plain(signing.title)).bold = True
        cell.add_paragraph(markup.plain(signing.name))
        for label in signing.lines:
            line = paragraph(cell, f"{label} {BLANK}", before=12)
            line.paragraph_format.keep_with_next = True
