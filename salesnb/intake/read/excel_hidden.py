"""What a workbook's sheet shows nobody: hidden rows, formula errors, formulas saved without a result (.xlsx only)."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

_ROW = re.compile(rb"<row\b([^>]*)>")
_NUMBER = re.compile(rb'\br="(\d+)"')
_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.S)
_PLACE = re.compile(rb'\br="([A-Z]+)(\d+)"')
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
CHUNK = 1 << 22
LIMIT = 1000  # cells listed; more of the same says nothing new


@dataclass
class Shadow:
    """Findings of one sheet: row numbers, and cells as (row, column letter, text)."""

    hidden_rows: list[int] = field(default_factory=list)
    errors: list[tuple[int, str, str]] = field(default_factory=list)
    uncomputed: list[tuple[int, str, str]] = field(default_factory=list)


def scan(path: Path, names: Sequence[str]) -> dict[str, Shadow]:
    """The shadows of the named sheets; empty for files that are no .xlsx."""
    if path.suffix.lower() not in (".xlsx", ".xlsm") or not zipfile.is_zipfile(path):
        return {}
    out = {}
    with zipfile.ZipFile(path) as archive:
        members = _members(archive)
        for name in names:
            if name in members:
                out[name] = _shadow(archive, members[name])
    return out


def _members(archive: zipfile.ZipFile) -> dict[str, str]:
    """The archive member of every sheet by its name."""
    known = set(archive.namelist())
    if "xl/workbook.xml" not in known or "xl/_rels/workbook.xml.rels" not in known:
        return {}
    try:
        targets = {
            node.get("Id"): node.get("Target", "")
            for node in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        }
        book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    except ElementTree.ParseError:
        return {}
    out = {}
    for node in book.iter():
        if node.tag.endswith("}sheet"):
            target = targets.get(node.get(_REL), "")
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            if member in known:
                out[node.get("name", "")] = member
    return out


def _shadow(archive: zipfile.ZipFile, member: str) -> Shadow:
    out = Shadow()
    for piece in _pieces(archive, member):
        for match in _ROW.finditer(piece):
            if b'hidden="1"' in match.group(1) or b'hidden="true"' in match.group(1):
                number = _NUMBER.search(match.group(1))
                if number:
                    out.hidden_rows.append(int(number.group(1)))
        if b't="e"' in piece or b"<f" in piece:
            _cells(piece, out)
    return out


def _cells(piece: bytes, out: Shadow) -> None:
    for match in _CELL.finditer(piece):
        attributes, body = match.group(1), match.group(2) or b""
        place = _PLACE.search(attributes)
        if not place:
            continue
        at = (int(place.group(2)), place.group(1).decode())
        if b't="e"' in attributes and len(out.errors) < LIMIT:
            out.errors.append((*at, _inner(body, b"v")))
        no_value = b"<f" in body and not _inner(body, b"v") and b"<is>" not in body
        if no_value and b't="str"' not in attributes and len(out.uncomputed) < LIMIT:
            out.uncomputed.append((*at, "=" + _inner(body, b"f")))


def _inner(body: bytes, tag: bytes) -> str:
    match = re.search(rb"<" + tag + rb"\b[^>]*>(.*?)</" + tag + rb">", body, re.S)
    return match.group(1).decode("utf-8", "replace") if match else ""


def _pieces(archive: zipfile.ZipFile, member: str) -> Iterator[bytes]:
    """The member in pieces that end with a row."""
    rest = b""
    with archive.open(member) as file:
        while chunk := file.read(CHUNK):
            rest += chunk
            cut = rest.rfind(b"</row>")
            if cut >= 0:
                yield rest[: cut + 6]
                rest = rest[cut + 6 :]
    yield rest
