"""Opening one source file of any supported kind."""

from __future__ import annotations

import gzip
import zlib

from salesnb.intake.bench import Bench
from salesnb.intake.read.packed import REFUSED, WHY, HarmfulFile
from salesnb.intake.read.raw import Hints, Raw, Source
from salesnb.intake.read.split import tables
from salesnb.model.errors import DataError, Place, Text

TEXT = (".csv", ".txt", ".tsv", ".gz", ".dat")
EXCEL = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
PARQUET = (".parquet", ".pq")
KINDS = (*TEXT, *EXCEL, *PARQUET)


def read(bench: Bench, source: Source, hints: Hints) -> list[Raw]:
    """Every table of the file. Raises DataError for a file that is missing, empty, damaged or of no known kind."""
    _there(source)
    suffix = source.path.suffix.lower()
    if suffix in EXCEL:
        from salesnb.intake.read import excel_file

        return [raw for grid in excel_file.read(bench, source, hints) for raw in tables(bench, grid)]
    if suffix in PARQUET:
        from salesnb.intake.read import parquet_file

        return [parquet_file.read(bench, source)]
    if suffix in TEXT:
        return _text(bench, source, hints)
    raise DataError(
        Text(f"不认识的文件类型 {suffix or '（无扩展名）'}", f"files of kind {suffix or '(none)'} cannot be read"),
        where=Place(file=source.shown),
        remedy=Text(
            f"另存为 CSV、Excel 或 Parquet（{', '.join(KINDS)}）",
            f"save it as CSV, Excel or Parquet ({', '.join(KINDS)})",
        ),
    )


def _there(source: Source) -> None:
    if not source.path.is_file():
        raise DataError(
            Text("数据文件不存在", "the data file does not exist"),
            where=Place(file=source.shown),
            remedy=Text("放好文件，或改 sources 中的 file", "put the file there, or change file in sources"),
        )
    if source.path.stat().st_size == 0:
        raise DataError(
            Text("文件是空的（0 字节）", "the file is empty (0 bytes)"),
            where=Place(file=source.shown),
            remedy=Text("重新导出", "export it again"),
        )


def _text(bench: Bench, source: Source, hints: Hints) -> list[Raw]:
    from salesnb.intake.read import text_file

    try:
        return tables(bench, text_file.read(bench, source, hints))
    except HarmfulFile as error:
        raise DataError(
            REFUSED,
            where=Place(file=source.shown),
            why=WHY,
            remedy=Text("重新导出，或直接放未压缩的文件", "export it again, or put the unpacked file there"),
        ) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(
            Text("压缩文件不完整", "the packed file is cut off or damaged"),
            where=Place(file=source.shown),
            remedy=Text("重新传输或导出", "transfer or export it again"),
        ) from error
