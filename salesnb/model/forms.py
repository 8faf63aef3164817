"""The managers' fill-in form (R16, R31, R84): what it holds and where, so that what is sent and what returns agree.

The report room writes the cells of :func:`layout`, intake compares every locked one of them with what came back.
Positions are 1-based (row, column), as people count in Excel.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from salesnb.model.errors import Text
from salesnb.model.money import minor_digits

SCHEMA = 1
HIDDEN_SHEET = "_salesnb"
SHEET = Text("填报", "Commitments")
HEAD_ROW, FIRST_ROW, FIRST_PERIOD = 7, 8, 5
TEXT_LIMIT = 500
CHOICES = {
    "firm": Text("有把握", "firm"),
    "conditional": Text("有条件", "conditional"),
    "stretch": Text("争取", "stretch"),
}
LEVELS = {"region": Text("区域", "Region"), "team": Text("团队", "Team"), "person": Text("人员", "Person")}
NO_WORDS = Text("", "")
Kind = Literal["text", "number", "formula", "input", "choice", "note"]


@dataclass(frozen=True)
class Node:
    """A region, team or person of the form."""

    id: str
    name: str
    level: Literal["region", "team", "person"]


@dataclass(frozen=True)
class FormRow:
    """A line to fill in: whose, below which group of the form (its top where there is none), for which product line
    ("" all), and the top-down targets by period in minor units."""

    node: Node
    group: Node
    product_line: str
    targets: tuple[int, ...]


@dataclass(frozen=True)
class Form:
    """One manager's form. ``top`` is the node he answers for; ``version`` is what the targets were taken from.

    ``factor``: major units in one unit of the form (10000 for 万元). Rows of one group stand together.
    """

    unit: str
    plan: str
    round: int
    manager_id: str
    manager: str
    version: str
    due: date
    currency: str
    factor: int
    periods: tuple[str, ...]
    top: Node
    rows: tuple[FormRow, ...]

    @property
    def scale(self) -> int:
        """Minor units in one unit of the form."""
        return int(10 ** minor_digits(self.currency)) * self.factor

    @property
    def fingerprint(self) -> str:
        """sha256 over everything the form states; the same in both languages."""
        text = json.dumps(asdict(self), ensure_ascii=True, sort_keys=True, default=str)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def stated(self, lang: str) -> dict[str, object]:
        """What the hidden sheet says of the form."""
        names = ("unit", "plan", "round", "manager_id", "version")
        return {"schema": SCHEMA, **{n: getattr(self, n) for n in names}, "lang": lang, "fingerprint": self.fingerprint}

    def unit_label(self) -> Text:
        """万元 / CNY 10,000."""
        if self.factor == 1:
            return Text("元", self.currency) if self.currency == "CNY" else Text(self.currency, self.currency)
        name = "元" if self.currency == "CNY" else f" {self.currency}"
        prefix = {10_000: "万", 1_000: "千"}.get(self.factor, f"{self.factor:,} ")
        return Text(f"{prefix}{name}", f"{self.currency} {self.factor:,}")


@dataclass(frozen=True)
class Cell:
    """One cell: ``value`` as it must stand (formulas begin with ``=``); ``shown`` what a formula gives while nothing is
    filled in. Inputs, choices and notes are open; ``row`` is the form's line they belong to (-1: the manager's own
    figure), ``period`` the index of the input's period."""

    kind: Kind
    value: str | int = ""
    shown: str | int = ""
    row: int = -1
    period: int = -1
    label: Text = NO_WORDS


Layout = dict[tuple[int, int], Cell]


def headers(form: Form) -> list[Text]:
    """Column headers from the first column on."""
    out = [Text("层级", "Level"), Text("名称", "Name"), Text("编号", "Id"), Text("产品线", "Product line")]
    for period in form.periods:
        out += [Text(f"{period} 下达", f"{period} target"), Text(f"{period} 承诺", f"{period} commitment")]
    return [*out, Text("合计 下达", "Total target"), Text("合计 承诺", "Total commitment"), Text("差额", "Gap"),
            Text("已填", "Filled"), Text("把握", "Confidence"), Text("前提条件", "Conditions")]  # fmt: skip


def layout(form: Form) -> Layout:
    """Every cell of the form's table by (row, column): the manager's own line, the sum below, groups and lines."""
    cells: Layout = {}
    blocks = list(_blocks(form))
    spans = [(start, end) for _, _, start, end in blocks]
    own, total = FIRST_ROW, FIRST_ROW + 1
    _names(cells, own, form.top, "", Text("本单位承诺", "own commitment"))
    _figures(cells, form, own, [_sum(form.rows, i) for i in range(len(form.periods))], -1)
    _names(cells, total, form.top, "", Text("下级合计", "sum of lines"))
    _sums(cells, form, total, form.rows, spans)
    for (group, rows, start, end), span in zip(blocks, spans, strict=True):
        if group != form.top:
            _names(cells, start - 1, group, "", Text("小计", "subtotal"))
            _sums(cells, form, start - 1, tuple(form.rows[i] for i in rows), [span])
        for line, index in zip(range(start, end + 1), rows, strict=True):
            row = form.rows[index]
            _names(cells, line, row.node, row.product_line, None)
            _figures(cells, form, line, list(row.targets), index)
    return cells


def letters(column: int) -> str:
    """``A`` for 1, ``AA`` for 27."""
    out = ""
    while column:
        column, rest = divmod(column - 1, 26)
        out = chr(65 + rest) + out
    return out


def _blocks(form: Form) -> Iterator[tuple[Node, list[int], int, int]]:
    """Each group with its lines (indexes) and the sheet rows they take."""
    order: dict[Node, list[int]] = {}
    for index, row in enumerate(form.rows):
        order.setdefault(row.group, []).append(index)
    at = FIRST_ROW + 2
    for group, rows in order.items():
        start = at + (group != form.top)
        yield group, rows, start, start + len(rows) - 1
        at = start + len(rows)


def _names(cells: Layout, line: int, node: Node, product_line: str, note: Text | None) -> None:
    level = LEVELS[node.level]
    label = level if note is None else Text(f"{level.zh} · {note.zh}", f"{level.en} · {note.en}")
    cells[line, 1] = Cell("text", label=label)
    for column, value in ((2, node.name), (3, node.id), (4, product_line)):
        cells[line, column] = Cell("text", value)


def _figures(cells: Layout, form: Form, line: int, targets: list[int], index: int) -> None:
    """Targets, inputs and the row's own sums."""
    inputs = []
    for position, target in enumerate(targets):
        column = FIRST_PERIOD + 2 * position
        cells[line, column] = Cell("number", target)
        cells[line, column + 1] = Cell("input", row=index, period=position)
        inputs.append(f"{letters(column + 1)}{line}")
    _row_sums(cells, form, line, inputs, sum(targets), len(targets))
    last = FIRST_PERIOD + 2 * len(targets) + 4
    cells[line, last] = Cell("choice", row=index)
    cells[line, last + 1] = Cell("note", row=index)


def _sums(cells: Layout, form: Form, line: int, rows: tuple[FormRow, ...], spans: list[tuple[int, int]]) -> None:
    """A row of sums over the lines in ``spans``; blank as long as nothing below is filled in."""
    counted = []
    for position in range(len(form.periods)):
        column = FIRST_PERIOD + 2 * position
        target, given = (_ranges(letters(c), spans) for c in (column, column + 1))
        cells[line, column] = Cell("formula", f"=SUM({target})", _sum(rows, position))
        cells[line, column + 1] = Cell("formula", f'=IF(COUNT({given})=0,"",SUM({given}))')
        counted.append(given)
    whole = sum(sum(row.targets) for row in rows)
    _row_sums(cells, form, line, counted, whole, len(rows) * len(form.periods))


def _row_sums(cells: Layout, form: Form, line: int, inputs: list[str], target: int, count: int) -> None:
    first = FIRST_PERIOD + 2 * len(form.periods)
    targets = ",".join(f"{letters(FIRST_PERIOD + 2 * i)}{line}" for i in range(len(form.periods)))
    given = ",".join(inputs)
    total, promised = (f"{letters(first + i)}{line}" for i in range(2))
    cells[line, first] = Cell("formula", f"=SUM({targets})", target)
    cells[line, first + 1] = Cell("formula", f'=IF(COUNT({given})=0,"",SUM({given}))')
    cells[line, first + 2] = Cell("formula", f'=IF(COUNT({given})={count},{promised}-{total},"")')
    cells[line, first + 3] = Cell("formula", f'=COUNT({given})&"/{count}"', f"0/{count}")


def _ranges(column: str, spans: list[tuple[int, int]]) -> str:
    return ",".join(f"{column}{start}:{column}{end}" for start, end in spans)


def _sum(rows: tuple[FormRow, ...], position: int) -> int:
    return sum(row.targets[position] for row in rows)
