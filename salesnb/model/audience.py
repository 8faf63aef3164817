"""Folders and files of those who may read only their own: ``person/ID``, ``region/ID`` (R79)."""

from __future__ import annotations

import hashlib
import re
from pathlib import PurePosixPath

_ODD = re.compile(r"[^\w\-.]", re.UNICODE)
_DEVICE = re.compile(r"(?i)^(con|prn|aux|nul|com[\d¹²³]|lpt[\d¹²³])(\.|$)")
LONGEST = 48


def folder_name(node: str) -> str:
    """A node's id as a folder's name: itself where every system takes it, else what can be kept of it and a hash.

    Ids that differ only in case get different names: two of them would be one folder on Windows and macOS.
    """
    kept = _ODD.sub("_", node).strip(".- ")[:LONGEST]
    if kept and kept == node == node.upper() and not _DEVICE.match(node):
        return node
    kept = kept.replace(".", "_")  # Windows takes CON.txt for CON, whatever follows the dot
    return f"{kept or 'node'}-{hashlib.sha256(node.encode()).hexdigest()[:6]}"


def own_file(level: str, node: str, name: str) -> PurePosixPath:
    """``LEVEL/NODE/NAME`` below a version's folder."""
    return PurePosixPath(level, folder_name(node), _ODD.sub("_", name))


def calendar_file(person: str) -> PurePosixPath:
    """``calendar/PERSON.ics`` below a version's folder; an id from a roster cannot lead anywhere else."""
    return PurePosixPath("calendar", f"{folder_name(person)}.ics")
