"""Which encoding a text file is in, and its UTF-8 twin for DuckDB (which reads nothing else without an extension).

The whole file is decoded, not a sample: an export that turns from ASCII to GBK in row 80,000 is common.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from salesnb.intake.read.packed import Unpacked

CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
SAMPLE = 4 << 20
TAIL = 10_000  # blank lines are looked for in the last so many characters


@dataclass(frozen=True)
class Prepared:
    """A UTF-8 file ready to parse: physical ``lines``, blank lines at the end, what had to be repaired."""

    path: Path
    encoding: str
    lines: int
    blank_tail: int
    nul_count: int = 0
    damaged_count: int = 0
    damaged_line: int | None = None
    unsure: bool = False


def opened(path: Path) -> BinaryIO:
    """The file's bytes, unpacked if it is a .gz."""
    return Unpacked(path) if _packed(path) else path.open("rb")  # type: ignore[return-value]


def prepare(path: Path, folder: Path, forced: str | None = None) -> Prepared:
    """Decode the whole file once; copy it as UTF-8 into ``folder`` unless it can be read where it is."""
    if forced in (None, "utf-8"):
        plain = _as_it_is(path)
        if plain is not None:
            return plain
    encoding, unsure = (forced, False) if forced else detect(path)
    copied = encoding != "utf-8" or _packed(path)
    try:
        found = _decoded(path, folder, encoding, "strict", copied)
        if found is None:
            found = _decoded(path, folder, encoding, "strict", True)
    except UnicodeDecodeError:
        found = _decoded(path, folder, encoding, "replace", True)
    assert found is not None
    return replace(found, unsure=unsure)


def _as_it_is(path: Path) -> Prepared | None:
    """The file where it is sound UTF-8 that needs no repair, found in one pass over its bytes; None for any other."""
    lines, tail = 0, b""
    with path.open("rb") as source:
        while chunk := source.read(CHUNK):
            chunk += source.readline(CHUNK)  # whole lines: no character and no line end is cut in two
            if not tail and chunk.startswith((codecs.BOM_UTF8, b"\x1f\x8b")):
                return None
            if b"\0" in chunk or (b"\r" in chunk and chunk.count(b"\r") != chunk.count(b"\r\n")):
                return None
            if b"\xef" in chunk and b"\xef\xbf\xbd" in chunk:
                return None
            try:
                chunk.decode("utf-8")
            except UnicodeDecodeError:
                return None
            lines += chunk.count(b"\n")
            tail = (tail + chunk[-TAIL:])[-TAIL:]
    whole = lines + bool(tail and not tail.endswith(b"\n"))
    return Prepared(path, "utf-8", whole, _blank_tail(tail.decode("utf-8", "replace")))


def _blank_tail(tail: str) -> int:
    """Empty lines at the very end."""
    body = tail.replace("\r\n", "\n")
    stripped = body.rstrip("\n")
    return max(0, len(body) - len(stripped) - 1) if stripped else 0


def detect(path: Path) -> tuple[str, bool]:
    """(encoding, unsure): a BOM, else UTF-8 if all of it is, else by the shape of its byte pairs."""
    with opened(path) as source:
        head = source.read(SAMPLE)
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name, False
    wide = _utf16(head)
    if wide:
        return wide, False
    if _decodes(path, "utf-8"):
        return "utf-8", False
    return _by_pairs(path, _around_high_bytes(path))


def _utf16(head: bytes) -> str | None:
    """UTF-16 without a mark: read in the right order there are line ends, and nearly everything is text."""
    part = head[: 1 << 16]
    part = part[: len(part) // 2 * 2]
    if part.count(0) < 2:
        return None
    found = []
    for name in ("utf-16-le", "utf-16-be"):
        text = part.decode(name, "replace")
        ascii_count = sum(c.isascii() for c in text)
        usual = sum((c.isascii() and (c.isprintable() or c in "\r\n\t")) or "\u2e80" <= c <= "\uffee" for c in text)
        if "\n" in text and usual >= 0.8 * len(text):
            found.append((ascii_count, name))
    return max(found)[1] if found else None


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        with opened(path) as source:
            for chunk in _chunks(source):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk


def _around_high_bytes(path: Path) -> bytes:
    """The first part of the file that holds enough non-ASCII bytes to judge by."""
    kept = b""
    with opened(path) as source:
        for chunk in _chunks(source):
            if not chunk.isascii():
                kept += chunk
            if len(kept) >= SAMPLE:
                break
    return kept


def _by_pairs(path: Path, part: bytes) -> tuple[str, bool]:
    """GB18030, Big5, damaged UTF-8 or Windows-1252, by the share of byte pairs that are usual Chinese characters."""
    utf8 = part.decode("utf-8", "replace")
    broken = utf8.count("\ufffd")
    if sum(ord(c) > 127 for c in utf8) - broken > 20 * broken:
        return "utf-8", False  # a UTF-8 file with a few damaged bytes, not another encoding
    gb, big5 = _common(part, "gb18030"), _common(part, "big5")
    if gb >= 0.6 and gb >= big5:
        return "gb18030", gb < 0.8
    if big5 >= 0.6:
        return "big5", True
    if _decodes(path, "gb18030") and gb >= 0.3:
        return "gb18030", True
    return "cp1252", True


def _common(part: bytes, encoding: str) -> float:
    """Share of non-ASCII characters that are among the encoding's everyday ones."""
    text = part.decode(encoding, "replace")
    high = [c for c in text if ord(c) > 127]
    if not high:
        return 0.0
    usual = sum(_everyday(c, encoding) for c in high[:200_000])
    return usual / min(len(high), 200_000)


def _everyday(char: str, encoding: str) -> bool:
    try:
        pair = char.encode("gb2312" if encoding == "gb18030" else encoding)
    except UnicodeEncodeError:
        return False
    if encoding == "gb18030":
        return len(pair) == 2 and (0xB0 <= pair[0] <= 0xD7 or 0xA1 <= pair[0] <= 0xA3)
    return len(pair) == 2 and 0xA1 <= pair[0] <= 0xC6


def _decoded(path: Path, folder: Path, encoding: str, errors: str, copied: bool) -> Prepared | None:
    """Decode all, count lines and damage, write the copy if ``copied``; None when a copy turns out to be needed."""
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    target = folder / f"text_{sum(1 for _ in folder.iterdir())}.csv" if copied else path
    count = _Counter()
    with opened(path) as source, target.open("w", encoding="utf-8", newline="") if copied else nullcontext() as copy:
        for chunk in _chunks(source):
            text = count.take(decoder.decode(chunk))
            if copy is not None:
                copy.write(text)
        text = count.take(decoder.decode(b"", final=True)) + count.finish()
        if copy is not None:
            copy.write(text)
    if count.repaired and not copied:
        return None
    return Prepared(target, encoding, count.lines, count.blank_tail, count.nuls, count.damaged, count.damaged_line)


def _packed(path: Path) -> bool:
    with path.open("rb") as probe:
        return probe.read(2) == b"\x1f\x8b"


class _Counter:
    """Counts lines and repairs what DuckDB or a reader would stumble over: NULs and lone carriage returns."""

    def __init__(self) -> None:
        self.lines = self.nuls = self.damaged = 0
        self.damaged_line: int | None = None
        self.repaired = False
        self._carry = ""
        self._tail = ""

    def take(self, text: str) -> str:
        """Account for one more piece; returns what the copy gets."""
        text = self._carry + text
        self._carry = ""
        if text.endswith("\r"):
            text, self._carry = text[:-1], "\r"
        nuls = text.count("\0")
        if nuls:
            self.nuls += nuls
            text, self.repaired = text.replace("\0", ""), True
        if text.count("\r") != text.count("\r\n"):
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            self.repaired = True
        if "\ufffd" in text:
            if self.damaged_line is None:
                self.damaged_line = self.lines + 1 + text.count("\n", 0, text.index("\ufffd"))
            self.damaged += text.count("\ufffd")
        self.lines += text.count("\n")
        self._tail = (self._tail + text[-TAIL:])[-TAIL:]
        return text

    def finish(self) -> str:
        """The end: a last line without a line feed counts too."""
        rest = ""
        if self._carry:
            rest = "\n"
            self.lines += 1
            self.repaired = True
            self._tail += "\n"
        if self._tail and not self._tail.endswith("\n"):
            self.lines += 1
        return rest

    @property
    def blank_tail(self) -> int:
        """Empty lines at the very end."""
        return _blank_tail(self._tail)
