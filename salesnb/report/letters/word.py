"""A letter as .docx: A4, Chinese and Latin fonts set apart, header rows repeated; equal letters give equal bytes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

from salesnb.report import markup, word
from salesnb.report.letters.content import Letter
from salesnb.report.letters.paper import paper
from salesnb.report.letters.sheet import Block, Grid, Items, Paper, Section, Signing, Words
from salesnb.report.word import BLANK, GREY, HEAD, SHADE, paragraph

_PAGE = word.Page(10.5, (22, 20), is_numbered=True)
_WIDTH, _TOGETHER = 166, 12  # mm between the margins; a table of so few rows is not split over two pages
_AMBER = "9A4A06"


def write_docx(path: Path, letter: Letter, lang: str) -> None:
    """Write the letter in ``lang`` to ``path``."""
    path.write_bytes(docx_letter(letter, lang))


def docx_letter(letter: Letter, lang: str) -> bytes:
    """The letter as the bytes of a .docx file."""
    sheet = paper(letter, lang)
    return word.document(_PAGE, "".join(_body(sheet)), sheet.title, letter.issuer.name, sheet.foot)


def _body(sheet: Paper) -> Iterator[str]:
    yield paragraph(sheet.title, size=18, bold=True, centre=True, font=HEAD)
    yield paragraph(sheet.number, size=9, centre=True, colour=GREY)
    for warning in sheet.warnings:
        yield paragraph(warning, bold=True, colour=_AMBER)
    yield _facts(sheet.facts)
    yield paragraph(sheet.lead, before=6)
    for section in sheet.sections:
        yield from _section(section)
    yield word.GAP
    yield _signings(sheet.signings)
    yield from _section(sheet.receipt)
    if sheet.annex is not None:
        yield word.PAGE_BREAK
        yield from _section(sheet.annex)


def _section(section: Section) -> Iterator[str]:
    yield paragraph(section.heading, size=12, bold=True, font=HEAD, before=8, keep=True)
    for block in section.blocks:
        yield from _block(block)


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, Grid):
        yield from _grid(block)
    elif isinstance(block, Items):
        for number, item in enumerate(block.entries, 1):
            yield paragraph(f"{number}. {item}")
    else:
        assert isinstance(block, Words)
        colour = {"note": GREY, "warn": _AMBER}.get(block.kind, "")
        yield paragraph(block.text, size=9 if block.kind == "note" else 10.5, colour=colour)


def _grid(grid: Grid) -> Iterator[str]:
    if grid.caption:
        yield paragraph(grid.caption, size=9, colour=GREY, before=4, keep=True)
    shares = [2.6 if column == grid.wide else 1.3 if column == 0 else 1.0 for column in range(len(grid.head))]
    widths = [word.twips(_WIDTH * share / sum(shares)) for share in shares]
    last, together, rows = len(grid.rows), len(grid.rows) <= _TOGETHER, []
    for number, cells in enumerate((grid.head, *grid.rows)):
        keep = number < last and (together or number in (0, last - 1))
        strong = number == 0 or (grid.total and number == last)
        rows.append(_row(cells, widths, grid.left, (number == 0, strong, keep)))
    yield word.table(widths, rows, ruled=True)
    yield word.GAP


def _row(cells: Sequence[str], widths: Sequence[int], left: int, how: tuple[bool, bool, bool]) -> str:
    """One row: never torn over two pages. ``how``: repeated as head, bold on grey, kept with the row below."""
    is_head, strong, keep = how
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>' if strong else ""
    near, bold = ("<w:keepNext/>" if keep else ""), ("<w:b/>" if strong else "")
    made = []
    for column, (text, width) in enumerate(zip(cells, widths, strict=True)):
        side, said = "left" if column < left else "right", escape(markup.plain(text))
        words = f">{said}</w:t>" if said else "/>"
        made.append(
            f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr><w:p><w:pPr>{near}'
            f'<w:spacing w:after="20"/><w:jc w:val="{side}"/></w:pPr><w:r><w:rPr>{bold}<w:sz w:val="19"/></w:rPr>'
            f'<w:t xml:space="preserve"{words}</w:r></w:p></w:tc>'
        )
    return word.row(made, whole=True, is_head=is_head)


def _facts(facts: Sequence[tuple[str, str]]) -> str:
    widths = word.twips(34), word.twips(_WIDTH - 34)
    close = '<w:spacing w:after="0"/>'
    rows = [
        word.row(
            [word.cell(width, word.lines(close, word.run(text))) for width, text in zip(widths, pair, strict=True)]
        )
        for pair in facts
    ]
    return word.table(widths, rows)


def _signings(signings: Sequence[Signing]) -> str:
    widths, cells = _PAGE.columns(len(signings)), []
    for width, signing in zip(widths, signings, strict=True):
        name = word.lines("", word.run(signing.name) if signing.name else "")
        empty = "".join(paragraph(f"{label} {BLANK}", before=12, keep=True) for label in signing.lines)
        cells.append(word.cell(width, f"{word.lines('', word.run(signing.title, '<w:b/>'))}{name}{empty}"))
    return word.table(widths, [word.row(cells, whole=True)], fixed=False)
