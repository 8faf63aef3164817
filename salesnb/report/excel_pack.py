"""A workbook whose sheets are packed one by one as they are made; xlsxwriter keeps all of them until the last is known.

So the sheets of tables that stand can be made while others are still computed, and none needs a temporary file.
"""

from __future__ import annotations

import zlib
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

_MOMENT = (1980, 1, 1, 0, 0, 0)  # what xlsxwriter states
_AT_ONCE = 1 << 18  # characters that are packed together
_LEVEL = 4  # half the time that zlib's own choice takes, for a fiftieth more bytes


class _Packed:
    """A file inside the workbook: takes text like an open file and keeps it packed."""

    def __init__(self, name: str) -> None:
        self.info = ZipInfo(name, _MOMENT)
        self.info.compress_type, self.info.CRC = ZIP_DEFLATED, 0
        self.content: list[bytes] = []
        self._waiting: list[str] = []
        self._length = 0
        self._packer = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)

    def write(self, text: str) -> None:
        """Take some more."""
        self._waiting.append(text)
        self._length += len(text)
        if self._length >= _AT_ONCE:
            self._pack()

    def close(self) -> None:
        """No more comes."""
        self._pack()
        self.content.append(self._packer.flush())
        self.info.compress_size = sum(map(len, self.content))

    def _pack(self) -> None:
        written = "".join(self._waiting).encode()
        self._waiting.clear()
        self._length = 0
        self.info.CRC = zlib.crc32(written, self.info.CRC)
        self.info.file_size += len(written)
        self.content.append(self._packer.compress(written))

    def append_to(self, file: ZipFile) -> None:
        """Put it at the end of an open zip file."""
        assert file.fp is not None
        file.fp.seek(file.start_dir)
        self.info.header_offset = file.start_dir
        file.fp.write(self.info.FileHeader())
        file.fp.writelines(self.content)
        file.start_dir = file.fp.tell()
        file.filelist.append(self.info)
        file.NameToInfo[self.info.filename] = self.info
        file._didModify = True  # type: ignore[attr-defined]


@cache
def book_class() -> Any:
    """The workbook class; made on first use, for xlsxwriter takes time to import."""
    from xlsxwriter.packager import Packager
    from xlsxwriter.workbook import Workbook

    class Rest(Packager):
        """Everything but the sheets."""

        def _write_worksheet_files(self) -> None:
            for page in self.workbook.worksheets():
                self.workbook.pack(page)

    class Book(Workbook):
        """A workbook that has no file yet."""

        def __init__(self, options: dict[str, Any]) -> None:
            super().__init__(None, {**options, "in_memory": True})
            self._packed: dict[int, _Packed] = {}

        def pack(self, page: Any) -> None:
            """Put a sheet together that is complete; once."""
            if page.index in self._packed:
                return
            packed = _Packed(f"xl/worksheets/sheet{page.index + 1}.xml")
            page.fh, page.internal_fh = packed, True  # it closes what it has written
            page._assemble_xml_file()
            page.fh = None
            self._packed[page.index] = packed

        def write(self, path: Path) -> None:
            """Write the file and close the workbook."""
            self.filename = str(path)
            self.close()
            with ZipFile(path, "a") as file:
                for _, packed in sorted(self._packed.items()):
                    packed.append_to(file)

        def _get_packager(self) -> Any:
            return Rest()

    return Book
