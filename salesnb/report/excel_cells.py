"""Cells of a sheet written column by column: the same XML that xlsxwriter makes, at a tenth of its processor time.

A version's workbook has nearly a million cells. xlsxwriter keeps each as an object and asks for its type, its format
and its name again when it writes it; here a column comes whole and rows are joined as text.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

_SPAN_ROWS = 16  # Excel states the first and last column of each block of so many rows
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
            """What xlsxwriter writes here, row by row."""
            letters = [xl_col_to_name(j) for j in range(len(self._heads))]
            head = "".join(
                f'<c r="{letter}1" s="{form._get_xf_index()}"{end}'
                for letter, (end, form) in zip(letters, self._heads, strict=True)
            )
            self.fh.write(f'<row r="1" spans="1:{len(letters)}">{head}</row>')
            styles = _styles(self._columns)
            cells = [
                [f'<c r="{letter}{i}" s="{style}"{end}' if end else "" for i, end in enumerate(ends, start=2)]
                for letter, style, (ends, _) in zip(letters, styles, self._columns, strict=True)
            ]
            spans = _spans(self._columns)
            for i, row in enumerate(map("".join, zip(*cells, strict=True)), start=1):
                if row:
                    self.fh.write(f'<row r="{i + 1}" spans="{spans[i // _SPAN_ROWS]}">{row}</row>')

    return Columns


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
        for block in {i // _SPAN_ROWS for i, end in enumerate(ends, start=1) if end}:
            first.setdefault(block, j)
            last[block] = max(last.get(block, j), j)
    return {block: f"{first[block]}:{last[block]}" for block in first}


def figure(number: float) -> str:
    """A cell with a number; Excel has no infinity, the cell is not there then."""
    return f"><v>{number:.16G}</v></c>" if -_INFINITE < number < _INFINITE else NONE


def figures(numbers: Iterable[float | None]) -> list[str]:
    """Cells with numbers."""
    return [NONE if number is None else figure(number) for number in numbers]


_INFINITE = float("inf")
