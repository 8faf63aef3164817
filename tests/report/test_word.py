"""Word documents: any text comes out as it went in, nothing of it becomes markup, and equal content equal bytes."""

from __future__ import annotations

import io

import docx
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.report import markup, word

PAGE = word.Page(10.5, (22, 20), is_numbered=True)
LETTERS = st.text(st.characters(codec="utf-8") | st.sampled_from("<&>\"'$\t\r\n \u202e\x01$body"), max_size=30)


def opened(page: word.Page, body: str, title: str = "t", author: str = "a", foot: str = "f"):
    return docx.Document(io.BytesIO(word.document(page, body, title, author, foot)))


@settings(max_examples=25)
@given(LETTERS)
def test_any_text_is_read_back_as_it_was_given(text: str) -> None:
    body = word.paragraph(text) + word.table([100], [word.row([word.cell(100, word.lines("", word.run(text)))])])
    made = opened(PAGE, body, title=text, author=text, foot=text)
    shown = markup.plain(text).replace("\r", "\n")
    assert made.paragraphs[0].text == shown
    assert made.tables[0].rows[0].cells[0].text == shown
    assert made.core_properties.title == made.core_properties.author == markup.plain(text)
    assert made.sections[0].footer.paragraphs[0].text.startswith(f"{shown} · ")


def test_marks_of_the_empty_document_are_words_like_any_other() -> None:
    made = opened(PAGE, word.paragraph("$title ${author} $$"), title="$foot", foot="$body")
    assert made.paragraphs[0].text == "$title ${author} $$"
    assert made.core_properties.title == "$foot"


def test_equal_content_gives_equal_bytes_and_pages_do_not_share_their_shape() -> None:
    across = word.Page(10, (18, 16), is_across=True)
    first = word.document(PAGE, word.paragraph("a"), "t", "a", "f")
    made = opened(across, word.paragraph("a"))
    assert made.sections[0].page_width > made.sections[0].page_height
    assert not made.sections[0].footer.paragraphs[0].text
    assert word.document(PAGE, word.paragraph("a"), "t", "a", "f") == first


def test_columns_share_the_room_between_the_margins() -> None:
    assert PAGE.columns(2) == [4706, 4706]
    assert sum(PAGE.columns(3)) <= word.twips(210 - 2 * 22) + 2
