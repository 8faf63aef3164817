"""The register of letters: every letter with its state and files, and the page of those unsigned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from markupsafe import Markup

from salesnb.model.audience import own_file
from salesnb.model.errors import Text
from salesnb.model.tables import Column
from salesnb.report import cards, markup
from salesnb.report.cards import Answer
from salesnb.report.letters.content import Letter
from salesnb.report.numbers import MoneyUnit
from salesnb.report.prose import Sentence

if TYPE_CHECKING:
    from salesnb.report.page import PageContext

STATES = {
    "draft": ("", Text("草稿", "Draft")),
    "open": ("warn", Text("待签", "To sign")),
    "late": ("bad", Text("逾期未签", "Overdue")),
    "signed": ("good", Text("已签", "Signed")),
    "objected": ("bad", Text("有异议", "Objected")),
}
LEVELS = {"region": Text("区域", "Region"), "person": Text("人员", "Person")}
_FOR = Text("给销售总监和销售运营：谁还没有签。", "For the director and sales operations: who has not signed.")
_COUNTED = {"signed": ("signed",), "objected": ("objected",), "open": ("open", "late")}


def files_of(letter: Letter) -> tuple[PurePosixPath, PurePosixPath]:
    """Where a letter's page and Word document stand below their set's folder."""
    page, word = (own_file(letter.level, letter.node_id, f"{letter.number}.{kind}") for kind in ("html", "docx"))
    return page, word


def state_of(letter: Letter, day: date) -> str:
    """A letter's state on ``day``, a key of ``STATES``."""
    if not letter.revision:
        return "draft"
    if letter.acknowledgement.state != "open":
        return letter.acknowledgement.state
    return "late" if letter.sign_by < day else "open"


def state_line(letters: Sequence[Letter], day: date, lang: str) -> Sentence:
    """How many are signed, objected to, unsigned and overdue."""
    from salesnb.report.sentences.decomposition_papers import signatures

    states = [state_of(letter, day) for letter in letters]
    counted = {name: sum(state in own for state in states) for name, own in _COUNTED.items()}
    return signatures(counted, states.count("late"), lang)


def letter_table(letters: Sequence[Letter], level: str, day: date, how: tuple[str, MoneyUnit, str]) -> Markup:
    """Letters of one level, largest target first. ``how``: language, money unit, what stands before a file's address.

    Who changed his letter against the one before it is said so.
    """
    from salesnb.report.tables import Options, Show, render

    lang, unit, base = how
    rows = [
        {
            "name": letter.node_name,
            "holder": letter.holder.name if level == "region" else letter.holder.role,
            "target": letter.target_minor,
            "state": _pill(state_of(letter, day), lang),
            "back": _back(letter, lang),
            "sign_by": letter.sign_by.isoformat(),
            "changed": _changed(letter, lang),
            "open": _links(letter, lang, base),
        }
        for letter in sorted(letters, key=lambda one: (-one.target_minor, one.node_id))
    ]
    holder = Text("责任人", "Held by") if level == "region" else Text("岗位", "Role")
    shows = [
        Show(Column("name", "text", LEVELS[level])),
        Show(Column("holder", "text", holder)),
        Show(Column("target", "minor", Text("目标", "Target"), unit="money")),
        Show(Column("state", "text", Text("状态", "State"))),
        Show(Column("sign_by", "text", Text("签署期限", "Sign by"))),
    ]
    if any(row["back"] for row in rows):
        shows.append(Show(Column("back", "text", Text("签收", "Came back"))))
    if any(letter.replaces for letter in letters):
        shows.append(Show(Column("changed", "text", Text("与上一份相比", "Against the last"))))
    shows.append(Show(Column("open", "text", Text("责任书", "Letter"))))
    word = LEVELS[level]
    caption = Text(f"{word.zh}责任书", f"Letters by {word.en.lower()}").get(lang)
    return render(rows, shows, lang, unit, Options(caption=caption, fold=60))


def register_page(letters: Sequence[Letter], day: date, context: PageContext, unit: MoneyUnit) -> str:
    """The page of a set of issued letters as of ``day``: who has signed, who is late, and every letter."""
    from salesnb.report import page

    lang = context.lang
    revision = letters[0].revision if letters else ""
    sections = [
        (Text(f"{LEVELS[level].zh}责任书", f"Letters by {LEVELS[level].en.lower()}").get(lang),
         letter_table([one for one in letters if one.level == level], level, day, (lang, unit, "")))
        for level in LEVELS
    ]  # fmt: skip
    given = {
        "title": Text(f"目标责任书 {revision}", f"Target letters {revision}").get(lang),
        "who": _FOR.get(lang),
        "answer": Answer(state_line(letters, day, lang), lang=lang).html(),
        "sections": sections,
    }  # fmt: skip
    body = page.fill("quality.html.j2", **given, **page.header(context), **page.footer(context))
    return page.document(str(given["title"]), body, lang, (context.period, context.company))


def _changed(letter: Letter, lang: str) -> str:
    if not letter.replaces:
        return ""
    if not letter.changes:
        return Text("没有变动", "nothing changed").get(lang)
    return Text(f"{len(letter.changes)} 处变动，须重签", f"{len(letter.changes)} changes, to be signed again").get(lang)


def _back(letter: Letter, lang: str) -> str:
    ack = letter.acknowledgement
    if ack.state == "open":
        return ""
    return f"{ack.on}{Text('：', ': ').get(lang)}{ack.note}" if ack.note else str(ack.on)


def _pill(state: str, lang: str) -> Markup:
    kind, word = STATES[state]
    if kind:
        return cards.pill(kind, lang, word.get(lang))
    return Markup('<span class="pill">{}</span>').format(markup.text(word.get(lang)))


def _links(letter: Letter, lang: str, base: str) -> Markup:
    page, word = files_of(letter)
    return Markup("{} · {}").format(anchor(page, Text("网页", "Page").get(lang), base), anchor(word, "Word", base))


def anchor(file: PurePosixPath, words: str, base: str) -> Markup:
    """A link to a file below ``base`` (``../`` from a version's pages, empty beside the register)."""
    from urllib.parse import quote

    return Markup('<a href="{}">{}</a>').format(markup.attribute(base + quote(file.as_posix())), markup.text(words))


def written(letters: Sequence[Letter], lang: str) -> Mapping[PurePosixPath, bytes]:
    """Every letter's files: the page and the Word document, by where they stand."""
    from salesnb.report.letters.html import html_letter
    from salesnb.report.letters.word import docx_letter

    out: dict[PurePosixPath, bytes] = {}
    for letter in letters:
        page, word = files_of(letter)
        out[page] = html_letter(letter, lang).encode("utf-8")
        out[word] = docx_letter(letter, lang)
    return out
