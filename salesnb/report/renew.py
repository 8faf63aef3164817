"""A page or a workbook of the version before, made that of the next one where its content is the same.

Only what names the version is written anew. Each function first proves that what stands around the content is what it
would have written then; where it is not, it says so, and whoever asked makes the whole.
"""

from __future__ import annotations

import re
import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from markupsafe import Markup

from salesnb.report import page
from salesnb.report.lean import lean
from salesnb.report.page import PageContext

_HEADER = re.compile(r"<header>\n.*?</header>", re.DOTALL)
_FOOTER = re.compile(r"<footer>\n.*?</footer>", re.DOTALL)
_TITLE = re.compile(r"<h1>(.*?)</h1>", re.DOTALL)
_WHO = re.compile(r'<div class="who">(.*)</div>\n', re.DOTALL)
_STRINGS = "xl/sharedStrings.xml"
_LOCAL, _CENTRAL = 30, 46  # bytes of a zip entry's heads before its name
_LARGEST = 2**31


def page_renewed(text: str, before: PageContext, now: PageContext) -> str | None:
    """The page ``text``, written in the context ``before``, as it is in ``now``; None where it was not written so."""
    if (before.lang, before.company, before.period) != (now.lang, now.company, now.period):
        return None
    if before.basis != now.basis:
        return None
    headers, footers = _HEADER.findall(text), _FOOTER.findall(text)
    if len(headers) != 1 or len(footers) != 1:
        return None
    if _header(headers[0], before) != headers[0] or _footer(before) != footers[0]:
        return None
    return text.replace(headers[0], _header(headers[0], now)).replace(footers[0], _footer(now))


def _header(written: str, context: PageContext) -> str:
    """The header of a page with the title of ``written`` and for whom that is, in ``context``."""
    title, who = _TITLE.search(written), _WHO.search(written)
    said = {**page.header(context), "basis": ""}  # stands in ``who``
    given = {"title": Markup(title[1] if title else ""), "who": Markup(who[1] if who else "")}
    return lean(page.fill("header.html.j2", **given, **said)).rstrip("\n")


def _footer(context: PageContext) -> str:
    return lean(page.fill("footer.html.j2", **page.footer(context))).rstrip("\n")


def book_renewed(book: bytes, before: str, now: str) -> bytes | None:
    """The workbook ``book`` with the cover's text ``now`` for ``before``: the bytes that building it again gives.

    None where another cell says either of the two, or where the file is not of the form that we write.
    """
    with ZipFile(BytesIO(book)) as file:
        shared = file.read(_STRINGS).decode("utf-8")
        old, new = f"<si><t>{before}</t></si>", f"<si><t>{now}</t></si>"
        at = shared.find(old)
        if at < 0 or new in shared:
            return None
        use = f' t="s"><v>{shared.count("<si>", 0, at)}</v>'.encode()
        sheets = [name for name in file.namelist() if name.startswith("xl/worksheets/sheet")]
        uses = {name: count for name in sheets if (count := file.read(name).count(use))}
        if uses != {"xl/worksheets/sheet1.xml": 1}:
            return None
        said = shared[:at] + new + shared[at + len(old) :]
        return _with_entry(book, file, said.encode("utf-8"))


def _with_entry(book: bytes, file: ZipFile, content: bytes) -> bytes | None:
    """The zip file with ``content`` for its strings, all else byte for byte; None where its form is another."""
    entries, at = file.infolist(), file.start_dir
    entry = file.getinfo(_STRINGS)
    is_plain = entry.compress_type == ZIP_DEFLATED and not any(e.flag_bits & 8 or e.extra for e in entries)
    if not is_plain or len(book) + len(content) > _LARGEST:
        return None
    packer = zlib.compressobj(zlib.Z_DEFAULT_COMPRESSION, zlib.DEFLATED, -15)
    packed = packer.compress(content) + packer.flush()
    grown, sizes = len(packed) - entry.compress_size, struct.pack("<3L", zlib.crc32(content), len(packed), len(content))
    start = entry.header_offset
    begins = start + _LOCAL + len(entry.filename.encode())
    out = [book[: start + 14], sizes, book[start + 26 : begins], packed, book[begins + entry.compress_size : at]]
    directory = at + grown
    for each in entries:
        offset = each.header_offset + (grown if each.header_offset > start else 0)
        ends = at + _CENTRAL + len(each.filename.encode()) + len(each.comment)
        out += [book[at : at + 16], sizes if each is entry else book[at + 16 : at + 28], book[at + 28 : at + 42]]
        out += [struct.pack("<L", offset), book[at + _CENTRAL : ends]]
        at = ends
    return b"".join([*out, book[at : at + 16], struct.pack("<L", directory), book[at + 20 :]])
