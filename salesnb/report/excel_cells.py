"""Cells of a sheet written column by column: the same XML that xlsxwriter makes, at a tenth of its processor time.

A version's workbook has nearly a million cells. xlsxwriter keeps each as an object and asks for its type, its format
and its name again when it writes it; here a column comes whole and rows are joined as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

_SPAN_ROWS = 16  # Excel states the first and last column of each block of so many rows
_ROWS_AT_ONCE = 1000
NONE = ""  # the end of a cell that is not there


@cache
def columns_class() -> Any:
    """The worksheet class for ``Workbook.add_worksheet``; made on first use, for xlsxwriter takes time to import."""
    from xlsxwriter.utility import xl_col_to_name
    from xlsxwriter.worksheet import Worksheet

    base: Any = Worksheet

    class Columns(base):
        """A worksheet that holds columns and nothing else: for each ``head`` first, then ``below``.

        A cell is its end: what follows its name and format in XML, as ``text``, ``figure`` and ``day`` give it.
        """

        def __init__(self) -> None:
            super().__init__()
            self._heads: list[tuple[str, Any]] = []
            self._columns: list[tuple[list[str], Any]] = []

        def head(self, label: str, form: Any) -> None:
            """The next column's header."""
            self._check_dimensions(0, len(self._heads))
            self._heads.append((self.text(label), form))

        def below(self, ends: list[str], form: Any) -> None:
            """The cells below that header; ``NONE`` where there is none."""
            last = next((i for i in range(len(ends), 0, -1) if ends[i - 1]), 0)
            self._check_dimensions(last, len(self._columns))
            self._columns.append((ends, form))

        def text(self, shown: str) -> str:
            """A cell of text, counted as one use of it."""
            return f' t="s"><v>{self.str_table._get_shared_string_index(shown)}</v></c>'

        def again(self, times: int) -> None:
            """So many cells more whose texts have been looked up before."""
            self.str_table.count += times

        def day(self, moment: Any) -> str:
            """A cell with a date or a time."""
            return figure(self._convert_date_time(moment))

        def _write_rows(self) -> None:
            """What xlsxwriter writes here, row by row; then it is dropped."""
            letters = [xl_col_to_name(j) for j in range(len(self._heads))]
            head = "".join(
                f'<c r="{letter}1" s="{form._get_xf_index()}"{end}'
                for letter, (end, form) in zip(letters, self._heads, strict=True)
            )
            self.fh.write(f'<row r="1" spans="1:{len(letters)}">{head}</row>')
            styles = _styles(self._columns)
            cells = [
                _named(letter, style, ends)
                for letter, style, (ends, _) in zip(letters, styles, self._columns, strict=True)
            ]
            spans = _spans(self._columns)
            written = list[str]()
            for i, row in enumerate(map("".join, zip(*cells, strict=True)), start=1):
                if row:
                    written.append(f'<row r="{i + 1}" spans="{spans[i // _SPAN_ROWS]}">{row}</row>')
                if len(written) == _ROWS_AT_ONCE:
                    self.fh.write("".join(written))
                    written.clear()
            self.fh.write("".join(written))
            self._columns.clear()

    return Columns


def _named(letter: str, style: int, ends: list[str]) -> list[str]:
    """A column's cells from its ends, with their names and their format."""
    begun, formed = f'<c r="{letter}', f'" s="{style}"'
    if NONE in ends:
        return [f"{begun}{i}{formed}{end}" if end else "" for i, end in enumerate(ends, start=2)]
    return [f"{begun}{i}{formed}{end}" for i, end in enumerate(ends, start=2)]


def _styles(columns: Sequence[tuple[list[str], Any]]) -> list[int]:
    """Numbers of the columns' formats; one that is new is numbered where its first cell comes, row by row."""
    firsts = [next((i for i, end in enumerate(ends) if end), -1) for ends, _ in columns]
    order = sorted((first, j) for j, first in enumerate(firsts) if first >= 0)
    numbered = {j: int(columns[j][1]._get_xf_index()) for _, j in order}
    return [numbered.get(j, 0) for j in range(len(firsts))]


def _spans(columns: Sequence[tuple[list[str], Any]]) -> dict[int, str]:
    """First and last column with a cell in each block of rows; the header stands in the first block."""
    first, last = {0: 1}, {0: len(columns)}
    for j, (ends, _) in enumerate(columns, start=1):
        for block in _blocks(ends):
            first.setdefault(block, j)
            last[block] = max(last.get(block, j), j)
    return {block: f"{first[block]}:{last[block]}" for block in first}


def _blocks(ends: list[str]) -> Iterable[int]:
    """Numbers of the blocks of rows in which a column has a cell."""
    if ends and NONE not in ends:
        return range(len(ends) // _SPAN_ROWS + 1)
    return {i // _SPAN_ROWS for i, end in enumerate(ends, start=1) if end}


def figure(number: float) -> str:
    """A cell with a number; Excel has no infinity, the cell is not there then."""
    return f"><v>{number:.16G}</v></c>" if -_INFINITE < number < _INFINITE else NONE


def figures(numbers: Iterable[float | None]) -> list[str]:
    """Cells with numbers."""
    return [NONE if number is None else figure(number) for number in numbers]


_INFINITE = float("inf")
