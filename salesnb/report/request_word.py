"""The resource request form as .docx: A4 across, head row repeated, sums by state of approval, lines to sign."""

from __future__ import annotations

from collections.abc import Sequence

from salesnb.model.errors import Text
from salesnb.report import numbers, word
from salesnb.report.request_form import DATE, FIGURES, HEAD, SIGN, SIGNERS, RequestForm

_PAGE = word.Page(10, (18, 16), is_across=True)
_WIDTHS = (11, 40, 18, 26, 18, 24, 23, 19, 36, 18, 28)  # mm, of 261 between the margins


def document(form: RequestForm, lang: str) -> bytes:
    """The form in ``lang`` as the bytes of a .docx file."""
    rows = [tuple(label.get(lang) for label in HEAD)]
    rows += [form.cells(number, row, lang) for number, row in enumerate(form.rows, 1)]
    widths = [word.twips(width) for width in _WIDTHS]
    body = (
        word.paragraph(form.title.get(lang), size=16, bold=True, centre=True, font=word.HEAD),
        word.paragraph(form.facts.get(lang), size=9, centre=True, colour=word.GREY),
        word.table(widths, [_row(cells, widths, number == 0) for number, cells in enumerate(rows)], ruled=True),
        word.paragraph(_summed(form, lang), size=10, before=6),
        _signed(lang),
    )
    return word.document(_PAGE, "".join(body), form.title.get(lang), form.company)


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


def _row(cells: Sequence[str], widths: Sequence[int], is_head: bool) -> str:
    """One row, never torn over two pages; the head is repeated on each and stands on grey."""
    look, made = f'{word.strong(is_head)}<w:sz w:val="18"/>', []
    for column, (width, text) in enumerate(zip(widths, cells, strict=True)):
        side = "right" if column in FIGURES and not is_head else "left"
        words = word.lines(f'<w:spacing w:after="20"/><w:jc w:val="{side}"/>', word.run(text, look))
        made.append(word.cell(width, words, shaded=is_head))
    return word.row(made, whole=True, is_head=is_head)


def _signed(lang: str) -> str:
    widths, cells = _PAGE.columns(len(SIGNERS)), []
    for width, signer in zip(widths, SIGNERS, strict=True):
        empty = "".join(word.paragraph(f"{label.get(lang)} {word.BLANK}", size=10, before=10) for label in (SIGN, DATE))
        cells.append(word.cell(width, f"{word.lines('', word.run(signer.get(lang), '<w:b/>'))}{empty}"))
    return word.table(widths, [word.row(cells)], fixed=False)
