"""Word documents: A4 in Chinese and Latin fonts set apart; equal content gives equal bytes.

What stands on the page is written as WordprocessingML at once; the library makes only the empty document around it,
once for each kind of page: paragraph by paragraph and cell by cell it takes twenty times as long.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from string import Template
from typing import Any
from xml.sax.saxutils import escape

from salesnb.report import markup

HEAD, SHADE, GREY = "黑体", "F2F4F7", "596474"
BLANK = "_" * 22  # where somebody writes by hand
PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
GAP = '<w:p><w:pPr><w:spacing w:lineRule="exact" w:line="100" w:after="0"/></w:pPr></w:p>'  # room after a table
_BODY, _LATIN = "宋体", "Times New Roman"
_WRITTEN = datetime(2024, 1, 1)  # the file's own dates are fixed: they say nothing about what it holds
_ZIPPED = (1980, 1, 1, 0, 0, 0)
_OWN = ("docProps/core.xml", "word/document.xml", "word/footer1.xml")  # what differs from one document to the next
_MARKS = {"<w:p><w:r><w:t>$body</w:t></w:r></w:p>": "$body", "<w:t>$line</w:t>": "$line"}
_APART = " · "
_LOOK = (
    '<w:tblLook w:firstColumn="1" w:firstRow="1" w:lastColumn="0" w:lastRow="0" w:noHBand="0" w:noVBand="1" '
    'w:val="04A0"/>'
)
_BREAKS = re.compile(r"([\t\r\n])")
_EMU_MM, _EMU_TWIP = 36_000, 635


@dataclass(frozen=True)
class Page:
    """A4 with body text of ``size`` points; ``margins`` at the sides and above and below, in mm; ``is_numbered`` says
    a line and the number of the page at its foot."""

    size: float
    margins: tuple[float, float]
    is_across: bool = False
    is_numbered: bool = False

    def columns(self, number: int) -> list[int]:
        """Widths of so many equal columns between the margins, in twips."""
        room = twips(297 if self.is_across else 210) - 2 * twips(self.margins[0])
        return [round(room * _EMU_TWIP // number / _EMU_TWIP)] * number


def twips(mm: float) -> int:
    """Millimetres as Word counts widths: twentieths of a point."""
    return round(int(mm * _EMU_MM) / _EMU_TWIP)


def document(page: Page, body: str, title: str, author: str, foot: str = "") -> bytes:
    """``body`` under its title and author as the bytes of a .docx file, without the time it was made.

    ``body`` is what :func:`paragraph`, :func:`table` and the constants of this module give, one after the other.
    """
    said = {"title": title, "author": author, "foot": foot}
    own = {
        "body": body,
        "line": _pieces(f"{foot}{_APART}"),
        **{name: escape(markup.plain(text), {"\r": "&#13;"}) for name, text in said.items()},
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in _empty(page):
            entry = zipfile.ZipInfo(name, _ZIPPED)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 0, 0
            archive.writestr(entry, part.substitute(own) if isinstance(part, Template) else part)
    return out.getvalue()


def paragraph(
    text: str, *, size: float = 10.5, bold: bool = False, centre: bool = False, colour: str = "", font: str = "",
    before: float = 0, keep: bool = False,
) -> str:  # fmt: skip
    """A paragraph: sizes in points, ``font`` of the Chinese characters; ``keep`` it on the page of what follows."""
    fonts = f'<w:rFonts w:eastAsia="{font}"/>' if font else ""
    shade = f'<w:color w:val="{colour}"/>' if colour else ""
    near, side = "<w:keepNext/>" if keep else "", '<w:jc w:val="center"/>' if centre else ""
    look = f'{fonts}{strong(bold)}{shade}<w:sz w:val="{int(size * 2)}"/>'
    return lines(f'{near}<w:spacing w:before="{int(before * 20)}"/>{side}', run(text, look))


def strong(bold: bool) -> str:
    """Bold or not, whatever the style says."""
    return "<w:b/>" if bold else '<w:b w:val="0"/>'


def lines(shape: str, runs: str) -> str:
    """A paragraph of ``runs``, its own properties in ``shape``."""
    held = f"<w:pPr>{shape}</w:pPr>{runs}" if shape else runs
    return f"<w:p>{held}</w:p>" if held else "<w:p/>"


def run(text: str, look: str = "") -> str:
    """Words in one look; line ends and tabs are kept."""
    held = f"<w:rPr>{look}</w:rPr>" if look else ""
    held += _pieces(text)
    return f"<w:r>{held}</w:r>" if held else "<w:r/>"


def _pieces(text: str) -> str:
    return "".join(_piece(part) for part in _BREAKS.split(markup.plain(text)) if part)


def _piece(part: str) -> str:
    if _BREAKS.fullmatch(part):
        return "<w:tab/>" if part == "\t" else "<w:br/>"
    space = ' xml:space="preserve"' if part != part.strip() else ""
    return f"<w:t{space}>{escape(part)}</w:t>"


def table(widths: Sequence[int], rows: Sequence[str], *, ruled: bool = False, fixed: bool = True) -> str:
    """A table of :func:`row`; ``widths`` of its columns in twips. ``ruled``: with lines; ``fixed``: as wide as said."""
    style, layout = '<w:tblStyle w:val="TableGrid"/>' if ruled else "", '<w:tblLayout w:type="fixed"/>' if fixed else ""
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return (
        f'<w:tbl><w:tblPr>{style}<w:tblW w:type="auto" w:w="0"/>{layout}{_LOOK}</w:tblPr>'
        f"<w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def row(cells: Sequence[str], *, whole: bool = False, is_head: bool = False) -> str:
    """A row of cells: ``whole`` is never torn over two pages, a head is repeated on each."""
    shape = f"{'<w:cantSplit/>' if whole else ''}{'<w:tblHeader/>' if is_head else ''}"
    return f"<w:tr>{f'<w:trPr>{shape}</w:trPr>' if shape else ''}{''.join(cells)}</w:tr>"


def cell(width: int, paragraphs: str, shaded: bool = False) -> str:
    """A cell of ``width`` twips; Word reads widths from the cells, others from the columns."""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>' if shaded else ""
    return f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{width}"/>{shade}</w:tcPr>{paragraphs}</w:tc>'


@cache
def _empty(page: Page) -> tuple[tuple[str, bytes | Template], ...]:
    """The parts of an empty document in their order; those of ``_OWN`` to be filled with each document's words."""
    made, held = _begun(page), io.BytesIO()
    made.add_paragraph("$body")
    if page.is_numbered:
        _foot(made.sections[0].footer.paragraphs[0])
    known = made.core_properties
    known.title, known.author, known.comments, known.last_modified_by = "$title", "$author", "$foot", "$author"
    known.created = known.modified = _WRITTEN
    known.revision = 1
    made.save(held)
    with zipfile.ZipFile(held) as given:
        parts = [(name, given.read(name)) for name in given.namelist()]
    return tuple((name, _marked(part.decode("utf-8")) if name in _OWN else part) for name, part in parts)


def _marked(part: str) -> Template:
    for written, mark in _MARKS.items():
        part = part.replace(written, mark)
    return Template(part)


def _begun(page: Page) -> Any:
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt

    made = docx.Document()
    part = made.sections[0]
    part.page_width, part.page_height = (Mm(297), Mm(210)) if page.is_across else (Mm(210), Mm(297))
    part.orientation = WD_ORIENT.LANDSCAPE if page.is_across else WD_ORIENT.PORTRAIT
    part.left_margin = part.right_margin = Mm(page.margins[0])
    part.top_margin = part.bottom_margin = Mm(page.margins[1])
    normal = made.styles["Normal"]
    normal.font.name, normal.font.size = _LATIN, Pt(page.size)
    normal.paragraph_format.space_after = Pt(3)
    normal.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _BODY)
    for element in made.styles.element.findall(f".//{qn('w:lang')}"):
        element.set(qn("w:val"), "en-US")
        element.set(qn("w:eastAsia"), "zh-CN")
    return made


def _foot(paragraph: Any) -> None:
    """The line at the foot of every page, and which page of how many."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run("$line").font.size = Pt(8)
    _field(paragraph, "PAGE")
    paragraph.add_run(" / ").font.size = Pt(8)
    _field(paragraph, "NUMPAGES")


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
