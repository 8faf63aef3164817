"""A grid → its tables: repeated headers and blank rows leave, an appended second table becomes a table of its own."""

from __future__ import annotations

from dataclasses import dataclass

from salesnb.intake.bench import Bench, literal
from salesnb.intake.quality.findings import Finding
from salesnb.intake.read.layout import Header, Row, find_header, kind, plain
from salesnb.intake.read.raw import Raw, Source
from salesnb.model.errors import Text

SECOND_TABLES = 20  # blank rows looked behind for another table


@dataclass(frozen=True)
class Grid:
    """Everything below the first header of a file or sheet, as raw rows; ``head`` are its first physical rows."""

    name: str
    source: Source
    header: Header
    head: tuple[Row, ...]
    sheet: str = ""

    @property
    def shown(self) -> str:
        """File and sheet, as findings name it."""
        return f"{self.source.shown}#{self.sheet}" if self.sheet else self.source.shown


def tables(bench: Bench, grid: Grid) -> list[Raw]:
    """The tables of ``grid`` in order; findings name what was split off, repeated or made up."""
    width = _width(bench, grid.name)
    _name_findings(bench, grid)
    starts = [(grid.header.last, grid.header)]
    starts += _second_headers(bench, grid, width)
    out = []
    for place, (after, header) in enumerate(starts):
        before = starts[place + 1][1].first if place + 1 < len(starts) else None
        out.append(_table(bench, grid, header, after, before, width))
    for extra in out[1:]:
        bench.findings.add(_second_table(grid, extra))
    return [raw for raw in out if raw.columns]


def _width(bench: Bench, name: str) -> int:
    described = bench.rows(f"DESCRIBE {name}")
    return sum(1 for column, *_ in described if column[0] == "c" and column[1:].isdigit())


def _blank(width: int) -> str:
    # a text without blanks in front is settled by its first character
    cells = (f"(c{i} IS NULL OR (c{i} < '!' AND trim(c{i}) = ''))" for i in range(width))
    return " AND ".join(["_over IS NULL", *cells])


def _second_headers(bench: Bench, grid: Grid, width: int) -> list[tuple[int, Header]]:
    """Headers that follow a gap and name other columns than the first header does."""
    cells = ", ".join(f"c{i}" for i in range(width))
    gap = f"SELECT _row FROM {grid.name} WHERE {_blank(width)} ORDER BY _row LIMIT 1000"
    after = [row for (row,) in bench.rows(gap)] if bench.one(f"SELECT count(*) FROM {grid.name}") else []
    after += _skipped_lines(bench, grid)
    found: list[tuple[int, Header]] = []
    first = {plain(n) for n in grid.header.names}
    for row in sorted(set(after))[:SECOND_TABLES]:
        if found and row < found[-1][0]:
            continue
        rows = bench.rows(f"SELECT _row, {cells} FROM {grid.name} WHERE _row > {row} ORDER BY _row LIMIT 40")
        head = [(r, [c or "" for c in values]) for r, *values in rows if any(c and c.strip() for c in values)]
        if len(head) < 2:
            continue
        header = find_header(head[:12])
        names = {plain(n) for n in header.names}
        others = len(names) > 1 and len(names & first) < 0.5 * len(names)
        if header.found and header.first == head[0][0] and others and _another(bench, grid, head, row):
            found.append((header.last, header))
    return found


def _another(bench: Bench, grid: Grid, head: list[Row], row: int) -> bool:
    """Whether the row behind a gap cannot be one more row of the table above: another number of cells, which the rows
    below share, or words where the table above has figures."""
    filled = [[i for i, c in enumerate(cells) if c.strip()] for _, cells in head]
    width = max(filled[0], default=0)
    if width + 1 != len(grid.header.names) and all(max(f, default=0) == width for f in filled[1:]):
        return True
    cells = ", ".join(f"c{i}" for i in filled[0])
    above = bench.rows(f"SELECT {cells} FROM {grid.name} WHERE _row < {row} ORDER BY _row DESC LIMIT 50")
    for place, column in enumerate(filled[0]):
        kinds = [kind(values[place]) for values in above if values[place] and values[place].strip()]
        figures = sum(k in ("number", "date") for k in kinds)
        if kinds and figures >= 0.8 * len(kinds) and kind(head[0][1][column]) == "text":
            return True
    return False


def _skipped_lines(bench: Bench, grid: Grid) -> list[int]:
    """Rows before a jump in the row numbers: blank lines that the reader passed over."""
    text = f"concat({', '.join(f'c{i}' for i in range(_width(bench, grid.name)))})"
    ends = f"(length({text}) - length(replace({text}, chr(10), '')))"  # a record with line ends in its cells is longer
    jump = (
        f"SELECT _row FROM (SELECT *, lead(_row) OVER (ORDER BY _row) AS following FROM {grid.name})"
        f" WHERE following > _row + 1 AND following > _row + 1 + {ends} ORDER BY _row LIMIT 1000"
    )
    is_view = bench.one("SELECT count(*) FROM duckdb_views() WHERE view_name = ?", [grid.name])
    return [] if is_view else [row for (row,) in bench.rows(jump)]


def _table(bench: Bench, grid: Grid, header: Header, after: int, before: int | None, width: int) -> Raw:
    """One table as a view: its rows without blank rows and without the header said again."""
    names = header.names
    used = range(min(len(names), width))
    same = " AND ".join(f"coalesce(trim(c{i}), '') = {literal(_said(grid, header, i))}" for i in used) or "false"
    span = f"_row > {after}" + (f" AND _row < {before}" if before is not None else "")
    view = bench.name("raw")
    kept = f"{span} AND NOT ({_blank(width)}) AND NOT ({same})"
    # settled by the first cell for nearly every file: neither blank nor the name of its column
    first = f"c0 IS NULL OR c0 < '!' OR starts_with(c0, {literal(_said(grid, header, 0))})" if used else "true"
    suspect = bench.rows(f"SELECT 1 FROM {grid.name} WHERE {first} OR NOT ({span}) LIMIT 1")
    if not suspect or not bench.one(f"SELECT count(*) FROM {grid.name} WHERE NOT ({kept})"):
        kept = "true"  # every later query reads the view: spare it a filter that keeps all rows
    flaw = _flaw(bench, grid.name, kept, len(names), width)
    bench.run(f"CREATE VIEW {view} AS SELECT *, {flaw} AS _flaw FROM {grid.name} WHERE {kept}")
    if kept != "true":
        again = bench.rows(f"SELECT min(_row), count(*) FROM {grid.name} WHERE {span} AND ({same})")[0]
        if again[1]:
            bench.findings.add(_header_again(grid, *again))
    rows = bench.one(f"SELECT count(*) FROM {view}")
    return Raw(view, grid.source.shown, names, header.last, rows, grid.sheet, grid.name)


def _flaw(bench: Bench, grid: str, kept: str, columns: int, width: int) -> str:
    """SQL that says what is wrong with a row's length, NULL where nothing is.

    A short row is damage only if the exporter pads: rows of full length that end in an empty cell prove it. An exporter
    that cuts empty cells at the end of a row off never writes one.
    """
    if not bench.one(f"SELECT count(*) FROM {grid} WHERE _n <> {columns} OR _over IS NOT NULL"):
        return "NULL::VARCHAR"
    beyond = " OR ".join(["_over IS NOT NULL", *(f"c{i} IS NOT NULL" for i in range(columns, width))])
    pads = bench.one(f"SELECT count(*) FROM {grid} WHERE {kept} AND _n >= {columns} AND c{max(columns, 1) - 1} IS NULL")
    cuts = bench.one(f"SELECT count(*) FROM {grid} WHERE {kept} AND _n < {columns}")
    full = bench.one(f"SELECT count(*) FROM {grid} WHERE {kept} AND _n >= {columns}")
    short = f"WHEN _n < {columns} THEN 'row_too_short'" if cuts and (pads or cuts * 20 < full) else ""
    return f"CASE WHEN {beyond} THEN 'row_too_long' {short} END"


def _said(grid: Grid, header: Header, column: int) -> str:
    """What the last header row holds in a column, to recognise it when it is repeated."""
    cells = next((cells for number, cells in grid.head if number == header.last), None)
    if cells is None:
        return header.names[column]
    return cells[column].strip() if column < len(cells) else ""


def _name_findings(bench: Bench, grid: Grid) -> None:
    table, file = grid.source.table, grid.shown
    for name in grid.header.repeated:
        bench.findings.add(
            Finding(
                "column_repeated",
                "warn",
                Text(
                    f"列名“{name}”出现不止一次，后面的改称“{name} (2)”",
                    f"column {name!r} stands more than once; the later one is called {name + ' (2)'!r}",
                ),
                Text("核对映射用的是哪一列", "check which of them the map means"),
                row=grid.header.last,
                column=name,
                table=table,
                file=file,
            )
        )
    if not grid.header.found and grid.header.names:
        bench.findings.add(
            Finding(
                "header_missing",
                "warn",
                Text(
                    "没有找到列名行，各列按位置称为 `列1`、`列2`……",
                    "no row of column names was found; columns are called `列1`, `列2` …",
                ),
                Text(
                    "在文件首行加列名，或在 sources 中写明 header_row",
                    "add a row of names, or write header_row in sources",
                ),
                row=grid.head[0][0],
                value=" | ".join(grid.head[0][1][:6]),
                table=table,
                file=file,
            )
        )


def _header_again(grid: Grid, row: int, count: int) -> Finding:
    return Finding(
        "header_repeated",
        "info",
        Text(
            f"列名行重复出现 {count} 次，已略过", f"the row of column names is repeated {count} times and passed over"
        ),
        Text("无需处理；多半是多份导出拼接而成", "nothing to do; several exports were probably joined"),
        table=grid.source.table,
        file=grid.shown,
        row=row,
        value=" | ".join(grid.header.names[:4]),
        row_count=count,
    )


def _second_table(grid: Grid, extra: Raw) -> Finding:
    names = "、".join(extra.columns[:6])
    return Finding(
        "second_table",
        "warn",
        Text(
            f"第 {extra.header_row} 行起是另一张表（列：{names}），共 {extra.rows} 行，不并入上表",
            f"another table starts in row {extra.header_row} "
            f"(columns {names}) with {extra.rows} rows; it is kept apart",
        ),
        Text(
            "若需要，把它另存为一个文件并加入 sources",
            "if it is needed, save it as a file of its own and add it to sources",
        ),
        table=grid.source.table,
        file=grid.shown,
        row=extra.header_row,
        value=names,
        row_count=extra.rows,
    )
