"""Columns written as text give the file that xlsxwriter makes of the same cells one by one."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.report.excel_cells import NONE, columns_class, figures

TEXTS = st.lists(st.none() | st.sampled_from(["", "a", "华东", " b ", "<&>", "=1"]), max_size=40)
MADE = datetime(2024, 1, 1)  # a workbook says the second it was made in
NUMBERS = st.lists(st.none() | st.floats(allow_nan=False) | st.integers(-(10**14), 10**14), max_size=40)


@settings(max_examples=25, deadline=None)
@given(columns=st.lists(TEXTS | NUMBERS, min_size=1, max_size=6))
def test_equal_to_cells_written_one_by_one(columns: list[list[object]], tmp_path_factory: object) -> None:
    folder: Path = tmp_path_factory.mktemp("cells")  # type: ignore[attr-defined]
    height = max(map(len, columns))
    filled = [[*column, *[None] * (height - len(column))] for column in columns]
    for name in ("whole", "single"):
        with xlsxwriter.Workbook(str(folder / name), {"in_memory": True}) as book:
            book.set_properties({"created": MADE})
            page = book.add_worksheet("x", columns_class() if name == "whole" else None)
            forms = [book.add_format({"bold": True}), book.add_format({"num_format": "0.0"}), book.add_format({})]
            for j, values in enumerate(filled):
                (_whole if name == "whole" else _single)(page, j, values, forms)
    assert (folder / "whole").read_bytes() == (folder / "single").read_bytes()


def _whole(page: object, j: int, values: list[object], forms: list[object]) -> None:
    page.head(f"h{j % 2}", forms[0])  # type: ignore[attr-defined]
    if any(isinstance(value, str) for value in values):
        cells = [NONE if value is None else page.text(value) for value in values]  # type: ignore[attr-defined]
        page.below(cells, forms[2])  # type: ignore[attr-defined]
    else:
        page.below(figures(values), forms[1])  # type: ignore[attr-defined, arg-type]


def _single(page: object, j: int, values: list[object], forms: list[object]) -> None:
    page.write_string(0, j, f"h{j % 2}", forms[0])  # type: ignore[attr-defined]
    for i, value in enumerate(values, start=1):
        if isinstance(value, str):
            page.write_string(i, j, value, forms[2])  # type: ignore[attr-defined]
        elif value is not None and abs(value) != float("inf"):  # type: ignore[arg-type]
            page.write_number(i, j, value, forms[1])  # type: ignore[attr-defined]
