"""Workbooks: every visible sheet as a grid, merged cells filled, and what a sheet hides brought to light.

Cells arrive typed; they leave as text (numbers by their shortest exact spelling), so that one reader of numbers and
dates serves all kinds of files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from salesnb.intake.bench import Bench
from salesnb.intake.quality.findings import Finding
from salesnb.intake.read import excel_hidden
from salesnb.intake.read.layout import HEAD_ROWS, Row, find_header
from salesnb.intake.read.packed import REFUSED, WHY, unpacks_to_harm
from salesnb.intake.read.raw import Hints, Source, store
from salesnb.intake.read.split import Grid
from salesnb.model.errors import DataError, Place, Text

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

Merged = Mapping[tuple[int, int], tuple[int, int]]  # cell → the cell whose value it shows (row, column; 0-based)


def read(bench: Bench, source: Source, hints: Hints) -> list[Grid]:
    """The grids of the chosen sheet, or of all visible sheets that hold something. DataError for a broken or encrypted
    workbook, for one that would unpack to more than a machine holds, and for a sheet that does not exist."""
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    if unpacks_to_harm(source.path):
        raise DataError(
            REFUSED,
            where=Place(file=source.shown),
            why=WHY,
            remedy=Text("用表格软件重新导出", "export it again with a spreadsheet program"),
        )
    try:
        book = CalamineWorkbook.from_path(str(source.path))
    except (CalamineError, OSError, ValueError) as error:
        raise _broken(source, error) from error
    visible = [m.name for m in book.sheets_metadata if m.visible == SheetVisibleEnum.Visible]
    names = _chosen(book, visible, source, hints)
    hidden = [n for n in book.sheet_names if n not in visible]
    if hidden and hints.sheet is None:
        bench.findings.add(_hidden_sheets(source, hidden))
    shadows = excel_hidden.scan(source.path, names)
    out = []
    for name in names:
        sheet = book.get_sheet_by_name(name)
        if sheet.start is None:
            continue
        several = len(book.sheet_names) > 1
        out.append(_grid(bench, source, sheet, name if several else "", hints))
        bench.findings.extend(_shadow_findings(source, name, shadows.get(name)))
    if not out:
        raise DataError(
            Text("工作簿里没有数据", "the workbook holds no data"),
            where=Place(file=source.shown),
            remedy=Text("检查工作表，或重新导出", "look at its sheets, or export it again"),
        )
    return out


def _chosen(book: CalamineWorkbook, visible: Sequence[str], source: Source, hints: Hints) -> list[str]:
    if hints.sheet is None:
        return list(visible) or list(book.sheet_names)
    if isinstance(hints.sheet, int) and 1 <= hints.sheet <= len(book.sheet_names):
        return [book.sheet_names[hints.sheet - 1]]
    same = [n for n in book.sheet_names if n.strip() == str(hints.sheet).strip()]
    if same:
        return same
    known = "、".join(book.sheet_names)
    raise DataError(
        Text(
            f"没有工作表 {hints.sheet}；已有：{known}",
            f"there is no sheet {hints.sheet}; known: {', '.join(book.sheet_names)}",
        ),
        where=Place(file=source.shown),
        remedy=Text("在 sources 中改 sheet", "change sheet in sources"),
    )


def _broken(source: Source, error: Exception) -> DataError:
    with source.path.open("rb") as file:
        head = file.read(8)
    locked = head.startswith(b"\xd0\xcf\x11\xe0") and source.path.suffix.lower() in (".xlsx", ".xlsm")
    what = (
        Text("工作簿有密码或已加密", "the workbook is encrypted")
        if locked
        else Text("不是完好的工作簿", "not a sound workbook")
    )
    return DataError(
        what,
        where=Place(file=source.shown),
        why=None if locked else Text(f"读取时出错：{error}", f"reading it failed: {error}"),
        remedy=Text("去掉密码另存", "save it without a password")
        if locked
        else Text("用表格软件打开并另存为 .xlsx", "open it in a spreadsheet program and save it as .xlsx"),
    )


def _grid(bench: Bench, source: Source, sheet: CalamineSheet, name: str, hints: Hints) -> Grid:
    merged = _merged(sheet)
    head: list[Row] = []
    for number, cells in _rows(sheet, merged, numbers_too=True):
        if any(cells):
            head.append((number, cells))
        if len(head) >= 2 * HEAD_ROWS:
            break
    header = find_header(head, hints.expected, hints.header_row)
    width = max([len(header.names), *(len(cells) for _, cells in head)], default=1)
    below = ((n, c) for n, c in _rows(sheet, merged, numbers_too=False) if n > header.last and any(c))
    table = store(bench, below, width)
    grid = Grid(table, source, header, tuple(head), name)
    filled = sorted({r + 1 for r, _ in merged if r + 1 > header.last})
    if filled:
        bench.findings.add(_merged_finding(source, grid, filled))
    return grid


def _rows(sheet: CalamineSheet, merged: Merged, numbers_too: bool) -> Iterator[Row]:
    """Physical rows from 1 as text. A merged cell's words stand in all its cells; its number only in the first, because
    an amount repeated would be counted again (``numbers_too`` is for headers)."""
    left = sheet.start[1] if sheet.start else 0
    origins: dict[tuple[int, int], Any] = {}
    wanted = set(merged.values())
    for place, values in enumerate(sheet.iter_rows()):
        cells = [_text(v) for v in values]
        if merged:
            for column, value in enumerate(values):
                here = (place, column + left)
                if here in wanted:
                    origins[here] = value
                elif here in merged:
                    origin = origins.get(merged[here], "")
                    if numbers_too or isinstance(origin, (str, date)):
                        cells[column] = _text(origin)
        yield place + 1, cells


def _merged(sheet: CalamineSheet) -> Merged:
    out: dict[tuple[int, int], tuple[int, int]] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        if (bottom - top + 1) * (right - left + 1) > 100_000:
            continue  # a sheet-wide merge is decoration
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    out[row, column] = (top, left)
    return out


def _text(value: Any) -> str:
    """A cell as text: numbers by their shortest exact spelling, days as ISO, moments with their time."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ")
    if isinstance(value, timedelta):
        return repr(value / timedelta(days=1))
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def _hidden_sheets(source: Source, hidden: Sequence[str]) -> Finding:
    names = "、".join(hidden[:5])
    return Finding(
        "hidden_sheets",
        "info",
        Text(f"隐藏的工作表没有读取：{names}", f"hidden sheets are not read: {', '.join(hidden[:5])}"),
        Text("若需要，在 sources 中写明 sheet", "if one is needed, name it as sheet in sources"),
        table=source.table,
        file=source.shown,
        value=names,
        row_count=len(hidden),
    )


def _merged_finding(source: Source, grid: Grid, rows: Sequence[int]) -> Finding:
    return Finding(
        "merged_cells",
        "info",
        Text(
            f"数据区有合并单元格，文字已填入 {len(rows)} 行；合并的数字只计第一格",
            f"cells are merged among the data: words were filled into {len(rows)} rows, a merged number counts once",
        ),
        Text("导出时取消合并更稳妥", "an export without merged cells is safer"),
        table=source.table,
        file=grid.shown,
        row=rows[0],
        row_count=len(rows),
    )


_ERRORS = Text(
    "{n} 个单元格是公式错误（如 #N/A），按空白处理", "{n} cells hold formula errors (such as #N/A) and read as blank"
)
_UNCOMPUTED = Text("{n} 个公式没有存下结果，按空白处理", "{n} formulas have no stored result and read as blank")


def _shadow_findings(source: Source, name: str, shadow: excel_hidden.Shadow | None) -> Iterator[Finding]:
    if shadow is None:
        return
    file = f"{source.shown}#{name}"
    if shadow.hidden_rows:
        yield Finding(
            "hidden_rows",
            "warn",
            Text(
                f"{len(shadow.hidden_rows)} 行在表格软件里被隐藏或筛掉，仍计入",
                f"{len(shadow.hidden_rows)} rows are hidden or filtered out in the sheet; they count",
            ),
            Text("若不该计入，删去这些行再导入", "if they should not count, delete them and import again"),
            table=source.table,
            file=file,
            row=shadow.hidden_rows[0],
            row_count=len(shadow.hidden_rows),
        )
    for code, cells, text in (
        ("formula_error", shadow.errors, _ERRORS),
        ("formula_without_value", shadow.uncomputed, _UNCOMPUTED),
    ):
        if cells:
            yield Finding(
                code,
                "error",
                Text(text.zh.format(n=len(cells)), text.en.format(n=len(cells))),
                Text("在表格软件里打开、重算并保存", "open it in a spreadsheet program, recalculate and save"),
                table=source.table,
                file=file,
                row=cells[0][0],
                column=cells[0][1],
                value=cells[0][2],
                row_count=len(cells),
            )
