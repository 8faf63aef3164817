"""Printed tables: rows of a frame as HTML, by the columns' kinds. Figures right-aligned, the unit in the header.

A page's script makes ``table.sort`` sortable by click and keyboard and ``table.long`` searchable and foldable; without
it (a notebook, an old browser) the table is complete and plain. A tree (``Options.level``) keeps its order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from salesnb.model.errors import Text, UsageError
from salesnb.model.tables import Column
from salesnb.report import cards, markup, numbers
from salesnb.report.numbers import MoneyUnit
from salesnb.report.spoken import spoken

if TYPE_CHECKING:
    import pandas as pd

FIGURES = frozenset({"minor", "count", "number", "rate"})
FOLD = 15  # rows that stand open, unless a table says otherwise; the page's script knows it too
LONG_NAME, LONG_TEXT = 20, 32  # cells of a name that wraps, of a text that does (Chinese counts double)
UNASSIGNED = Text("未分配", "Unassigned")
_UNITS = {
    "percent": Text("%", "%"),
    "points": Text("点", "pts"),
    "unit": Text("件", "units"),
    "day": Text("天", "days"),
    "month": Text("月", "months"),
    "person": Text("人", "people"),
    "customer": Text("家", "customers"),
    "order": Text("单", "orders"),
    "time": Text("次", "times"),
}
# a definition that spells codes out is for who reads the tables; a page says the words themselves
_CODES = re.compile(r"[a-z_]+ (?:[\u4e00-\u9fff]|/ [a-z_])")
_UNNAMED = frozenset(("money", "ratio", "index", "share"))  # said by the header's money unit, or not at all
_YES_NO = {True: Text("是", "Yes"), False: Text("否", "No")}
_POINTS = Text("点", "pts")


@dataclass(frozen=True)
class Show:
    """How one column is printed.

    ``signed`` prints + and − (differences). ``points`` prints a difference of rates in points. ``state_from`` names the
    column that holds good / warn / bad for this figure (it colours it); ``pill`` prints the state in this column as a
    coloured word, ``words`` replacing the usual ones. ``chance`` prints a probability, which is never certain.
    ``once`` says a text that is the same in every row below the table instead of in each. ``label`` replaces the
    contract's label.
    """

    column: Column
    signed: bool = False
    points: bool = False
    decimals: int | None = None
    state_from: str = ""
    pill: bool = False
    chance: bool = False
    once: bool = False
    words: Mapping[str, Text] = field(default_factory=dict)
    label: Text | None = None

    @property
    def in_points(self) -> bool:
        """A difference of rates, by this or by the contract's unit."""
        return self.points or self.column.unit == "points"

    @property
    def is_figure(self) -> bool:
        """Right-aligned?"""
        return self.column.kind in FIGURES and not self.pill


@dataclass(frozen=True)
class Options:
    """How a table behaves.

    ``caption`` is read by screen readers and shown when ``show_caption``. ``total`` holds the values of the footer row
    by column name (a total is given, never added up here: a rate or a distinct count has no sum). ``limit`` prints
    only the first rows and says so with the link ``full`` (label, address) to the whole table. Over ``fold`` rows the
    page folds the rest and offers a search box. ``level`` names the column with the depth in a tree (0 = top).
    """

    caption: str = ""
    show_caption: bool = False
    total: Mapping[str, Any] | None = None
    limit: int | None = None
    full: tuple[str, str] | None = None
    fold: int = FOLD
    level: str = ""


def render(
    frame: pd.DataFrame | Sequence[Mapping[str, Any]],
    columns: Sequence[Column | Show],
    lang: str,
    unit: MoneyUnit | None = None,
    options: Options | None = None,
) -> Markup:
    """The table as markup; the first column is the row's header. UsageError when money is shown without a unit."""
    chosen = options or Options()
    shows = [column if isinstance(column, Show) else Show(column) for column in columns]
    rows = _rows(frame, shows, chosen.level)
    shows, said = _said_once(rows, shows, lang)
    printed = rows if chosen.limit is None else rows[: chosen.limit]
    writers = [_writer(show, lang, unit) for show in shows]
    body = Markup("").join(_row(row, shows, writers, lang, chosen.level) for row in printed)
    total = Markup("")
    if chosen.total is not None:
        total = Markup("<tfoot>{}</tfoot>").format(_row(chosen.total, shows, writers, lang, ""))
    table = Markup('<table class="{}"{}>{}<thead><tr>{}</tr></thead><tbody>{}</tbody>{}</table>').format(
        _classes(len(printed), chosen, shows),
        Markup(' data-fold="{}"').format(chosen.fold) if chosen.fold != FOLD else Markup(""),
        _caption(chosen),
        Markup("").join(_header(show, lang, unit) for show in shows),
        body,
        total,
    )
    name = markup.attribute(chosen.caption or Text("表格", "Table").get(lang))
    scroll = Markup('<div class="scroll" role="region" tabindex="0" aria-label="{}">{}</div>').format(name, table)
    return scroll + _rest(len(rows), len(printed), chosen, lang) + said


def _rows(
    frame: pd.DataFrame | Sequence[Mapping[str, Any]], shows: Sequence[Show], level: str
) -> list[Mapping[str, Any]]:
    """The rows; of a frame only the columns that are shown, or that say how."""
    needed = {show.column.name for show in shows} | {show.state_from for show in shows if show.state_from}
    rows: list[Mapping[str, Any]]
    if isinstance(frame, Sequence):
        rows, known = list(frame), set(frame[0]) if frame else needed
    else:
        known = set(frame.columns)
        wanted = [column for column in frame.columns if column in needed or column == level]
        values = zip(*(frame[column].tolist() for column in wanted), strict=True)
        rows = [dict(zip(wanted, row, strict=True)) for row in values]
    absent = sorted(needed - known)
    if absent:
        raise UsageError(
            Text(f"表中没有列：{'、'.join(absent)}", f"the table lacks the columns {', '.join(absent)}"),
            remedy=Text("核对列名", f"it has {', '.join(sorted(map(str, known)))}"),
        )
    return rows


def _said_once(rows: Sequence[Mapping[str, Any]], shows: Sequence[Show], lang: str) -> tuple[list[Show], Markup]:
    """The columns that stay, and below the table those that say one and the same wherever they say anything."""
    stay, notes = list[Show](), Markup("")
    for show in shows:
        told = {str(row[show.column.name] or "") for row in rows} - {""} if show.once else set()
        if len(rows) < 2 or len(told) != 1:
            stay.append(show)
            continue
        label, value = (show.label or show.column.label).get(lang), told.pop()
        line = Text(f"各行的{label}：{value}。", f"{label}, every row: {value}.").get(lang)
        notes += Markup('<p class="note">{}</p>').format(markup.prose(line))
    return stay, notes


def _classes(count: int, options: Options, shows: Sequence[Show]) -> Markup:
    """What the style sheet and the script need to know; ``l3``: the third column is text and stands on the left."""
    names = [] if options.level else ["sort"]
    if count > options.fold:
        names.append("long")
    names += [f"l{at}" for at, show in enumerate(shows, 1) if at > 1 and not show.is_figure]
    return Markup(" ".join(names))


def _caption(options: Options) -> Markup:
    if not options.caption:
        return Markup("")
    hidden = Markup("") if options.show_caption else Markup(' class="hide"')
    return Markup("<caption{}>{}</caption>").format(hidden, markup.prose(options.caption))


def _header(show: Show, lang: str, unit: MoneyUnit | None) -> Markup:
    label = (show.label or show.column.label).get(lang)
    measure = _unit_of(show, lang, unit)
    if measure.casefold() in label.casefold():
        measure = ""
    small = Markup(" <small>{}</small>").format(measure) if measure else Markup("")
    hint = Markup("")
    if show.column.definition is not None and not _CODES.match(show.column.definition.zh):
        hint = Markup(' title="{}"').format(markup.attribute(show.column.definition.get(lang)))
    return Markup('<th scope="col"{}>{}{}</th>').format(hint, markup.line(label), small)


def _unit_of(show: Show, lang: str, unit: MoneyUnit | None) -> str:
    kind = show.column.kind
    if show.pill:
        return ""
    if kind == "minor":
        return unit.label if unit is not None else ""
    if kind == "rate":
        return _POINTS.get(lang) if show.in_points else "%"
    return unit_word(show.column.unit, lang)


def unit_word(unit: str, lang: str) -> str:
    """A contract's unit token in words: ``days`` → 天; an unknown one stays as it is."""
    known = _UNITS.get(unit) or _UNITS.get(unit.removesuffix("s"))
    if known is not None:
        return known.get(lang)
    return "" if unit in _UNNAMED else unit


def yes_no(value: bool, lang: str) -> str:
    """是 / Yes, 否 / No."""
    return _YES_NO[value].get(lang)


Writer = Callable[[Any], str]


def _writer(show: Show, lang: str, unit: MoneyUnit | None) -> Writer:
    """The function that formats one column's values."""
    kind, signed = show.column.kind, show.signed or show.in_points
    if kind == "minor":
        if unit is None:
            raise UsageError(
                Text(f"金额列 {show.column.name} 没有单位", f"money column {show.column.name} has no unit"),
                remedy=Text("传入 MoneyUnit", "pass a MoneyUnit"),
            )
        return lambda value: unit.format(value, signed)
    if show.chance:
        return numbers.chance_figure
    if kind == "rate":
        return lambda value: numbers.percent_figure(value, 1 if show.decimals is None else show.decimals, signed)
    if kind == "count":
        return lambda value: numbers.figure(value, show.decimals or 0, signed)
    if kind == "number":
        return lambda value: numbers.figure(value, 2 if show.decimals is None else show.decimals, signed)
    if kind == "flag":
        return lambda value: numbers.MISSING if numbers.is_missing(value) else yes_no(bool(value), lang)
    if kind == "date":
        return numbers.day
    if kind == "moment":
        return numbers.moment
    return lambda value: words(value, lang)


def cells(text: str) -> int:
    """Display width in character cells: Chinese counts double."""
    return len(text) if text.isascii() else sum(2 if ord(c) > 0x2E80 else 1 for c in text)


def words(value: Any, lang: str) -> str:
    """A name or an id as text in the unit's words: missing is a dash, the house node reads "unassigned"."""
    if numbers.is_missing(value) or value == "":
        return numbers.MISSING
    return UNASSIGNED.get(lang) if value == "_unassigned" else spoken(str(value))


def _row(row: Mapping[str, Any], shows: Sequence[Show], writers: Sequence[Writer], lang: str, level: str) -> Markup:
    cells = [_cell(row, show, write, lang, i == 0) for i, (show, write) in enumerate(zip(shows, writers, strict=True))]
    depth = int(row.get(level) or 0) if level else 0
    indent = f' class="i{min(depth, 4)}"' if depth > 0 else ""
    return Markup(f"<tr{indent}>{''.join(cells)}</tr>")


def _cell(row: Mapping[str, Any], show: Show, write: Writer, lang: str, is_head: bool) -> Markup:
    shown, width = _shown(row, show, write, lang)
    if is_head:
        # a long name wraps instead of pushing the figures off a phone; a short one stays on one line
        return Markup(f'<th scope="row">{f"<span>{shown}</span>" if width > LONG_NAME else shown}</th>')
    names = []
    if not show.is_figure and width > LONG_TEXT and not show.pill:
        names.append("t")  # a sentence wraps; a name stays on one line
    state = row.get(show.state_from) if show.state_from else ""
    if state in ("good", "warn", "bad"):
        names.append(f"{state}t")
    form = f' class="{" ".join(names)}"' if names else ""
    return Markup(f"<td{form}>{shown}</td>")


def _shown(row: Mapping[str, Any], show: Show, write: Writer, lang: str) -> tuple[Markup, int]:
    """What a cell holds, and its display width."""
    value = row.get(show.column.name)
    if show.pill and not numbers.is_missing(value) and value != "":
        shown = cards.pill(str(value), lang, cards.state_word(str(value), lang, show.words))
    elif value is None and show.column.name not in row:
        shown = Markup("")  # a footer says nothing about columns that have no total
    elif isinstance(value, Markup):
        shown = value
    else:
        said = write(value)
        width = cells(said)
        return (markup.text(said) if show.is_figure or width <= LONG_NAME else markup.line(said)), width
    return shown, cells(shown)


def _rest(count: int, printed: int, options: Options, lang: str) -> Markup:
    """The line under a cut table: how many rows there are and where."""
    if printed >= count:
        return Markup("")
    said = Text(f"显示前 {printed} 行，共 {count:,} 行。", f"First {printed} of {count:,} rows. ").get(lang)
    link = Markup("")
    if options.full is not None:
        link = Markup('<a href="{}">{}</a>').format(markup.attribute(options.full[1]), markup.text(options.full[0]))
    return Markup('<p class="note">{}{}</p>').format(said, link)
