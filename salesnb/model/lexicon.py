"""Names and texts of a unit in the language of a page: ids and tables keep what the data say, only what is shown moves.

A lexicon is gathered from what people wrote in both languages: ``{zh: …, en: …}`` anywhere in the parameters, and
``names.yaml`` for words of the data (regions, people, products, customers). Nothing is ever translated by a machine:
what was written in one language only is shown as it is.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING

from salesnb.model.errors import ParamsError, Place, Text

if TYPE_CHECKING:
    from salesnb.model.params import Params
    from salesnb.model.params.names import Names

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WIDE = str.maketrans(
    {"、": ", ", "，": ", ", "；": "; ", "：": ": ", "（": " (", "）": ") ", "。": ". ", "％": "%", "\u3000": " "}
)
_LOOSE = re.compile(r" +(?=[,.;:)])|(?<=\() +|(?<= ) +|(?<=\)) +$")
_READ = re.compile(f"{_HAN.pattern}|[{''.join(map(chr, _WIDE))}]")
_ROW = re.compile(r'^\["| \| ')  # a row of a source, which is shown as it was written
_FEWEST = 2  # characters of a word that may stand inside another text


class Lexicon:
    """What to show for a text in ``lang``. Empty, it gives every text back."""

    def __init__(self, words: Mapping[str, str], lang: str = "en") -> None:
        self.lang = lang
        self.words = {written: shown for written, shown in words.items() if written and shown and written != shown}
        self._cached = lru_cache(maxsize=20_000)(self._composed)

    def __call__(self, text: str) -> str:
        """``text`` as a whole, else the known words in it; a stretch of which a part is unknown stays as it is."""
        if not self.words:
            return text
        found = self.words.get(text)
        if found is not None:
            return found
        is_said = self.lang == "en" and _READ.search(text) and not _ROW.search(text)
        return self._cached(text) if is_said else text

    @cached_property
    def _inner(self) -> dict[str, list[str]]:
        """Words that may stand inside other texts by their first character, the longest first."""
        out: dict[str, list[str]] = {}
        for word in sorted(self.words, key=len, reverse=True):
            if len(word) >= _FEWEST and _HAN.search(word):
                out.setdefault(word[0], []).append(word)
        return out

    def _composed(self, text: str) -> str:
        out, stretch, at = [], _Stretch(), 0
        while at < len(text):
            word = self._word(text, at)
            if word or _HAN.match(text[at]):
                stretch.add(word or text[at], self.words.get(word, ""))
            else:
                out += [stretch.said(), text[at]]
                stretch = _Stretch()
            at += len(word) or 1
        made = "".join([*out, stretch.said()])
        return made if _HAN.search(made) else _LOOSE.sub("", made.translate(_WIDE))

    def _word(self, text: str, at: int) -> str:
        """The longest word that begins at ``at`` and cuts no number and no Latin word; empty where none does."""
        return next((w for w in self._inner.get(text[at], ()) if text.startswith(w, at) and _whole(text, at, w)), "")


def _whole(text: str, at: int, word: str) -> bool:
    before, after = text[at - 1 : at], text[at + len(word) : at + len(word) + 1]
    return not (_latin(word[0]) and _latin(before)) and not (_latin(word[-1]) and _latin(after))


def _latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()


class _Stretch:
    """Chinese without a gap: said in the other language only if all of it is known."""

    def __init__(self) -> None:
        self.parts: list[tuple[str, str]] = []

    def add(self, written: str, shown: str) -> None:
        self.parts.append((written, shown))

    def said(self) -> str:
        known = all(shown for _, shown in self.parts)
        return " ".join(shown for _, shown in self.parts) if known else "".join(written for written, _ in self.parts)


NOTHING = Lexicon({})
# what the import itself calls the node that takes what has no person, region or product
HOUSE = {"zh": {"Unassigned": "未分配"}, "en": {"未分配": "Unassigned"}}


def lexicon(params: Params, lang: str) -> Lexicon:
    """What the unit's files say in ``lang``. ParamsError for a faulty names.yaml or a list of names it cannot read.

    Files are read anew: a notebook's record of what it read must not grow by what only lends words. A file that is
    faulty lends none; who needs it says what is wrong.
    """
    from salesnb.model.params import Params
    from salesnb.model.params.quantities import english

    own = Params(params.unit, params.folder)
    words: dict[str, str] = {}
    if lang == "en":
        for read in _files(own):
            with suppress(ParamsError):
                words |= english(read())
    return Lexicon(_heads(words) | words | HOUSE[lang] | _named(own, own.names, lang), lang)


def _heads(words: Mapping[str, str]) -> dict[str, str]:
    """What stands before a colon in both languages: an award or a scenario without its explanation."""
    pairs = ((zh.partition("："), en.partition(": ")) for zh, en in words.items())
    return {zh[0]: en[0] for zh, en in pairs if zh[1] and en[1]}


def _files(params: Params) -> Iterator[Callable[[], object]]:
    from salesnb.model.params.load import SCHEMAS

    for stem in SCHEMAS:
        yield partial(getattr, params, stem)
    for path in sorted(params.folder.glob("periods/*.yaml")):
        yield partial(params.period, path.stem)
    for path in sorted(params.folder.glob("changes/*.yaml")):
        yield partial(params.change, path.stem)


def _named(params: Params, names: Names, lang: str) -> dict[str, str]:
    """Words of names.yaml, over those of its lists."""
    listed = {zh: en for file in names.files for zh, en in _list(params, file)} if lang == "en" else {}
    return listed | {word: shown.get(lang) for word, shown in names.names.items()}


def _list(params: Params, file: str) -> Iterator[tuple[str, str]]:
    """Rows of a list with two columns: as the data write it, in English. The first row is the heading."""
    path = params.folder / file
    if not path.is_file():
        return  # the sample's own list is made with its exports, which may not have happened yet
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(params, file, 0) from error
    for number, row in enumerate(rows[1:], 2):
        if len(row) != 2:
            raise _unreadable(params, file, number)
        yield row[0].strip(), row[1].strip()


def _unreadable(params: Params, file: str, line: int) -> ParamsError:
    return ParamsError(
        Text("名称对照表读不出来", "the list of names cannot be read"),
        where=Place(file=f"{params.unit}/{file}", line=line or None),
        remedy=Text(
            "存为 UTF-8 的 CSV，两列：数据里的写法、英文",
            "save it as CSV in UTF-8 with two columns: as in the data, in English",
        ),
    )
