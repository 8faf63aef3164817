"""Workbooks are zip archives: a small file may unpack to more than a machine holds; it is refused before it is read."""

from __future__ import annotations

import zipfile
from pathlib import Path

_LARGE_BYTES = 200_000_000
_RATIO = 100  # sheets shrink to a tenth or a thirtieth; a hundredth is made to do harm


def unpacks_to_harm(path: Path) -> bool:
    """Whether the archive ``path`` grows beyond 200 MB and more than a hundredfold; False for what is no archive."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            whole = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile:  # whoever reads it says what is wrong with it
        return False
    return whole > _LARGE_BYTES and whole > _RATIO * path.stat().st_size
