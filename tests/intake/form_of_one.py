"""One region's fill-in form and hands that fill it in, for the tests of forms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from salesnb.model.forms import Form, FormRow, Node, layout

WAN = 1_000_000
TOP, NORTH, SOUTH = Node("东区", "东区", "region"), Node("T1", "一组", "team"), Node("T2", "二组", "team")
PERIODS = ("2024Q1", "2024Q2")


def form(**changed: Any) -> Form:
    """Two teams, three people, two quarters, in 万元."""
    rows = tuple(
        FormRow(Node(person, name, "person"), team, "", ((i + 1) * 10 * WAN, (i + 2) * 10 * WAN + 5_000))
        for i, (person, name, team) in enumerate((("E1", "=甲", NORTH), ("E2", "乙", NORTH), ("E3", "丙", SOUTH)))
    )
    made = Form("u", "2024", 2, "E9", "王经理", "2024/v003", date(2023, 12, 18), "CNY", 10_000, PERIODS, TOP, rows)
    return replace(made, **changed)


def fill(source: Path, target: Path, given: Mapping[tuple[int, int], Any], to: Form) -> Path:
    """Write ``given`` — (line of the form or -1, period; -1 choice, -2 note) → value — as a manager would."""
    import openpyxl

    book = openpyxl.load_workbook(source)
    page = book.worksheets[0]
    for (row, column), cell in layout(to).items():
        key = (cell.row, {"choice": -1, "note": -2}.get(cell.kind, cell.period))
        if cell.kind in ("input", "choice", "note") and key in given:
            page.cell(row, column).value = given[key]
    book.save(target)
    return target
