"""A small packed file may unpack to more than a machine holds: a workbook is refused before it is read, a .gz as soon
as it has grown too much."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

from salesnb.model.errors import Text

_LARGE_BYTES = 200_000_000
_RATIO = 100  # sheets and exports shrink to a tenth or a thirtieth; a hundredth is made to do harm
REFUSED = Text("解压后超过原来的一百倍，不读取", "it unpacks to more than a hundredfold and is not read")
WHY = Text("这样的文件会占满内存或磁盘", "such a file exhausts the memory or the disk")


class HarmfulFile(OSError):
    """A packed file that grows beyond 200 MB and more than a hundredfold."""


class Unpacked(gzip.GzipFile):
    """The bytes of the .gz ``path``. Reading raises :class:`HarmfulFile` once it has grown to do harm."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "rb")
        self._most = max(_LARGE_BYTES, _RATIO * path.stat().st_size)

    def read(self, size: int | None = -1) -> bytes:
        """As any file's; a piece at a time, or the whole may have filled the memory before it is refused."""
        piece = super().read(size)
        if self.tell() > self._most:
            raise HarmfulFile
        return piece


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
