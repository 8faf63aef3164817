"""CSV and its kin. Regular files go through DuckDB's parallel reader; anything odd through Python's csv, row by row.

Both give the same raw rows (a property test holds that). The fast way is taken only if it can be proved right: strict
parsing succeeded and there are exactly as many records as physical lines, so that a record's number is its line.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from salesnb.intake.bench import Bench, ident, literal
from salesnb.intake.quality.findings import Finding
from salesnb.intake.read import dialect, encoding
from salesnb.intake.read.layout import HEAD_ROWS, Header, Row, find_header
from salesnb.intake.read.raw import EXTRA, Hints, Source, cells_of, store
from salesnb.intake.read.split import Grid
from salesnb.model.errors import Text

HEAD_CHARS = 1 << 18
RUNAWAY = 200  # lines one record may span before its opening quote is taken for a slip


def read(bench: Bench, source: Source, hints: Hints) -> Grid:
    """The file as one grid below its header."""
    prepared = encoding.prepare(source.path, _texts(bench), hints.encoding)
    bench.findings.extend(_encoding_findings(source, prepared))
    with prepared.path.open(encoding="utf-8", newline="") as file:
        beginning = file.read(HEAD_CHARS)
    whole = len(beginning) < HEAD_CHARS
    found = dialect.sniff(beginning if whole else beginning.rpartition("\n")[0], hints.delimiter)
    if not found.sure:
        bench.findings.add(_unsure_delimiter(source, found.delimiter))
    head = _head(prepared.path, found)
    header = find_header(head, hints.expected, hints.header_row)
    name = _fast(bench, prepared, found, header) if header.names else None
    if name is None:
        width = max([len(header.names), *(len(cells) for _, cells in head)], default=1) + EXTRA
        slips: list[int] = []
        name = store(bench, _rows(prepared.path, found, header.last, slips), width)
        if slips:
            bench.findings.add(_stray_quotes(source, slips))
    return Grid(name, source, header, tuple(head))


def _texts(bench: Bench) -> Path:
    folder = bench.folder / "texts"
    folder.mkdir(exist_ok=True)
    return folder


def _head(path: Path, found: dialect.Dialect) -> list[Row]:
    rows: list[Row] = []
    for number, cells in _rows(path, found, 0):
        rows.append((number, cells))
        if len(rows) >= 2 * HEAD_ROWS:
            break
    return rows


def _rows(path: Path, found: dialect.Dialect, after: int, slips: list[int] | None = None) -> Iterator[Row]:
    """Numbered records below line ``after``; blank ones are passed over, stray quotes noted in ``slips``."""
    dialect.allow_long_fields()
    with path.open(encoding="utf-8", newline="") as file:
        skip = max(after, found.skip)
        for _ in range(skip):
            file.readline()
        strays: list[int] = []
        for number, cells in _records(_Lines(file), found.delimiter, strays):
            yield skip + number, cells
        if slips is not None:
            slips.extend(skip + number for number in strays)


def _records(lines: _Lines, delimiter: str, slips: list[int]) -> Iterator[Row]:
    """Records with the line each starts in. A quote that never closes is text of its line, not of all that follow."""
    while True:
        lines.mark()
        try:
            for cells in csv.reader(lines, delimiter=delimiter, strict=True):
                if lines.since() > RUNAWAY:
                    raise csv.Error("runaway quote")
                if cells:
                    yield lines.first, cells
                lines.mark()
            return
        except csv.Error:
            start = lines.first
            slips.append(start)
            yield start, _mended(lines.give_back(), delimiter)


def _mended(line: str, delimiter: str) -> list[str]:
    """One line with stray quotes: leniently where its quotes pair up, else without quoting."""
    line = line.rstrip("\r\n")
    if line.count('"') % 2 == 0:
        return next(csv.reader([line], delimiter=delimiter))
    return line.split(delimiter)


class _Lines:
    """An iterator of lines that remembers those of the current record, so that a runaway quote can be undone."""

    def __init__(self, file: Iterator[str]) -> None:
        self._file = file
        self._again: list[str] = []
        self._kept: list[str] = []
        self._read = 0
        self.first = 1

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.pop() if self._again else next(self._file)
        self._read += 1
        self._kept.append(line)
        return line

    def mark(self) -> None:
        """A new record starts with the next line."""
        self._kept.clear()
        self.first = self._read + 1

    def since(self) -> int:
        """Lines of the current record."""
        return len(self._kept)

    def give_back(self) -> str:
        """Return all lines but the first of the current record to the stream; the first is the answer."""
        first, *others = self._kept
        self._again.extend(reversed(others))
        self._read -= len(others)
        return first


def _fast(bench: Bench, prepared: encoding.Prepared, found: dialect.Dialect, header: Header) -> str | None:
    """DuckDB's reader, or None when the file is not provably regular."""
    import duckdb

    skip = max(header.last, found.skip)
    view = bench.name("grid")
    name = cells_of(view)
    columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(len(header.names)))
    try:
        bench.run(
            f"CREATE TABLE {name} AS SELECT * FROM read_csv(?, auto_detect=false, header=false, skip={skip},"
            f" delim={literal(found.delimiter)}, quote='\"', escape='\"', strict_mode=true, null_padding=false,"
            f" all_varchar=true, max_line_size=4194304, columns={{{columns}}})",
            [_no_pattern(prepared.path)],
        )
    except duckdb.Error:
        bench.run(f"DROP TABLE IF EXISTS {name}")
        return None
    if bench.one(f"SELECT count(*) FROM {name}") != prepared.lines - skip - prepared.blank_tail:
        bench.run(f"DROP TABLE {name}")
        return None
    listed = ", ".join(ident(f"c{i}") for i in range(len(header.names)))
    bench.run(
        f"CREATE VIEW {view} AS SELECT rowid + {skip + 1} AS _row, {len(header.names)} AS _n, {listed},"
        f" NULL::VARCHAR AS _over FROM {name}"
    )
    return view


def _no_pattern(path: Path) -> str:
    """The path with everything DuckDB would read as a file pattern made literal."""
    return "".join(f"[{c}]" if c in "*?[" else c for c in str(path))


def _encoding_findings(source: Source, prepared: encoding.Prepared) -> Iterator[Finding]:
    name, damaged, nuls = prepared.encoding, prepared.damaged_count, prepared.nul_count
    plain = Finding("", "warn", Text("", ""), Text("", ""), table=source.table, file=source.shown)
    if prepared.unsure:
        yield replace(
            plain,
            code="encoding_unsure",
            message=Text(f"编码看起来是 {name}，但把握不大", f"the encoding seems to be {name}, but this is not sure"),
            remedy=Text("打开文件核对文字；在 sources 中写明 encoding", "look at the text; write encoding in sources"),
            value=name,
        )
    if damaged:
        yield replace(
            plain,
            code="encoding_damaged",
            severity="error",
            message=Text(
                f"有 {damaged} 个字符无法按 {name} 解读（显示为 �）",
                f"{damaged} characters cannot be read as {name} (shown as �)",
            ),
            remedy=Text("从系统重新导出，或写明正确的 encoding", "export the file again, or write the right encoding"),
            row=prepared.damaged_line,
            value="�",
            row_count=damaged,
        )
    if nuls:
        yield replace(
            plain,
            code="nul_bytes",
            message=Text(f"去掉了 {nuls} 个空字节", f"{nuls} NUL bytes were removed"),
            remedy=Text("检查导出程序；数据可能被截断", "check the exporting program; data may be cut off"),
            row_count=nuls,
        )


def _unsure_delimiter(source: Source, delimiter: str) -> Finding:
    return Finding(
        "delimiter_unsure",
        "warn",
        Text(
            f"分隔符取 {delimiter!r}，另一种也说得通",
            f"the delimiter is taken as {delimiter!r}; another fits almost as well",
        ),
        Text("在 sources 中写明 delimiter", "write delimiter in sources"),
        table=source.table,
        file=source.shown,
        value=delimiter,
    )


def _stray_quotes(source: Source, slips: list[int]) -> Finding:
    return Finding(
        "quote_stray",
        "warn",
        Text(
            f"{len(slips)} 行的引号不成对，引号按普通字符读取",
            f"{len(slips)} lines have quotes that do not pair up; they are read as plain characters",
        ),
        Text(
            "核对这些行；导出时把引号写成两个引号", "look at these lines; an export must double a quote inside quotes"
        ),
        table=source.table,
        file=source.shown,
        row=slips[0],
        value='"',
        row_count=len(slips),
    )
