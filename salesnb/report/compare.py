"""The comparison of two versions as a page: how much changed, then parameters, tables cell by cell, data, code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from markupsafe import Markup

from salesnb.model.errors import DataError, Text
from salesnb.model.tables import Column, contract
from salesnb.report import markup, numbers, page, tables
from salesnb.report.page import PageContext

LIMIT, LEAST, WHOLE = 200, 8, 600  # rows of one table, rows of each of many, rows of the page; the CSV holds all
_KINDS = {
    "table": Text("表中的单元格", "Table cells"),
    "parameter": Text("参数", "Parameters"),
    "data": Text("数据文件", "Data files"),
    "code": Text("程序文件", "Program files"),
    "package": Text("软件包", "Packages"),
}
_ORDER = ("parameter", "table", "data", "code", "package")
_CHANGES = {"changed": Text("改变", "changed"), "added": Text("新增", "added"), "removed": Text("去掉", "removed")}
_NUMBER = re.compile(r"^-?\d{1,18}(?:\.\d+)?$")
_HASH = re.compile(r"^[0-9a-f]{32,}$")


class Change(NamedTuple):
    """One difference: ``old`` and ``new`` as text (money in major units), ``change`` changed, added or removed."""

    table: str
    key: str
    column: str
    old: str
    new: str
    change: str


@dataclass(frozen=True)
class Side:
    """One of the two versions: ``label`` (v002), what it was known as of, when it was made, and its ``period`` where
    the two are of different periods: keys of the older one then stand where they belong in the newer one.

    ``headline`` is its conclusion, ``figures`` its key figures as (label, value): what a reader compares first."""

    label: str
    as_of: str = ""
    finished: str = ""
    period: str = ""
    headline: str = ""
    figures: tuple[tuple[str, str], ...] = ()

    def words(self, lang: str) -> str:
        """第 2 版, or 2024-05 第 2 版."""
        return " ".join(part for part in (self.period, page.version_words(self.label, lang)) if part)


def render(
    lines: Iterable[tuple[str, Sequence[str]]],
    old: Side,
    new: Side,
    context: PageContext,
    full: tuple[str, str] | None = None,
) -> str:
    """The comparison page.

    ``lines`` as the versions room gives them: (table / parameter / data / code / package, the six texts of ``Change``).
    Of each table at most 200 differences are printed, fewer of many tables, with the link ``full`` (label, address) to
    all of them.
    """
    lang = context.lang
    groups: dict[tuple[str, str], list[Change]] = {}
    for kind, line in lines:
        change = Change(*line)
        groups.setdefault((kind, change.table if kind == "table" else ""), []).append(change)
    title = Text("两版比较", "Comparison").get(lang)
    sides = [" · ".join(part for part in (s.words(lang), s.as_of) if part) for s in (old, new)]
    said = Text(f"旧：{sides[0]}　新：{sides[1]}", f"old: {sides[0]}, new: {sides[1]}").get(lang)
    if old.period != new.period:
        aligned = f"{old.period} → {new.period}"
        said += Text(f"　行按期间对齐：{aligned}", f"; rows aligned by period: {aligned}").get(lang)
    most = min(LIMIT, max(LEAST, WHOLE // max(len(groups), 1)))
    given = {
        "title": title,
        "who": markup.text(said),
        "answer": _answer(groups, lang),
        "groups": _figures(old, new, lang)
        + [_group(kind, name, groups[kind, name], lang, (full, most)) for kind, name in sorted(groups, key=_place)],
    }
    body = page.fill("compare.html.j2", **given, **page.header(context), **page.footer(context))
    return page.document(title, body, lang, (context.period, context.company))


def _place(group: tuple[str, str]) -> tuple[int, str]:
    return _ORDER.index(group[0]), group[1]


def _answer(groups: Mapping[tuple[str, str], Sequence[Change]], lang: str) -> str:
    counts = dict.fromkeys(_ORDER, 0)
    for (kind, _), changes in groups.items():
        counts[kind] += len(changes)
    said = [f"{_KINDS[kind].get(lang)} {numbers.count(n)}" for kind, n in counts.items() if n]
    if not said:
        return Text("两个版本完全相同。", "The two versions are the same.").get(lang)
    whole = Text("、", ", ").get(lang).join(said)
    return Text(f"有变动的：{whole}。", f"Changed: {whole}.").get(lang)


def _figures(old: Side, new: Side, lang: str) -> list[dict[str, Any]]:
    """What the two conclude and their key figures side by side; those only one of them has stand with a dash."""
    held = [dict(side.figures) for side in (old, new)]
    rows = [{"what": label, "old": held[0].get(label), "new": held[1].get(label)} for label in (held[1] | held[0])]
    if old.headline or new.headline:
        rows.insert(0, {"what": Text("结论", "Conclusion").get(lang), "old": old.headline, "new": new.headline})
    if not rows:
        return []
    heading = Text("结论与关键指标", "Conclusion and key figures").get(lang)
    heads = (("what", Text("指标", "Figure")), ("old", Text("旧", "Old")), ("new", Text("新", "New")))
    shown = [Column(name, "text", text) for name, text in heads]
    changed = sum(row["old"] != row["new"] for row in rows)
    table = tables.render(rows, shown, lang, None, tables.Options(caption=heading))
    return [{"heading": heading, "count": changed, "table": table}]


def _group(
    kind: str, name: str, changes: Sequence[Change], lang: str, cut: tuple[tuple[str, str] | None, int]
) -> dict[str, Any]:
    """One table's or kind's differences; ``cut`` is the link to all of them and how many rows are printed."""
    heading = _KINDS[kind].get(lang) if kind != "table" else _table_label(name, lang)
    has_difference = kind == "table" and any(_difference(change) is not None for change in changes)
    rows = [_row(kind, change, lang) for change in changes]
    shown = [Column(key, kind_, label) for key, kind_, label in _columns(kind, has_difference)]
    options = tables.Options(caption=heading, limit=cut[1], full=cut[0])
    return {"heading": heading, "count": len(changes), "table": tables.render(rows, shown, lang, None, options)}


def _columns(kind: str, has_difference: bool) -> list[tuple[str, Any, Text]]:
    first = Text("文件", "File") if kind in ("parameter", "data", "code") else Text("软件包", "Package")
    head: list[tuple[str, Any, Text]] = [("where", "text", Text("行", "Row") if kind == "table" else first)]
    if kind in ("table", "parameter"):
        head.append(("column", "text", Text("列", "Column") if kind == "table" else Text("参数", "Parameter")))
    side: Any = "number" if kind == "table" else "text"
    head += [("old", side, Text("旧", "Old")), ("new", side, Text("新", "New"))]
    if has_difference:
        head.append(("difference", "number", Text("差", "Difference")))
    return [*head, ("change", "text", Text("变动", "Change"))]


def _row(kind: str, change: Change, lang: str) -> dict[str, Any]:
    difference = _difference(change)
    column = _column_label(change.table, change.column, lang) if kind == "table" else change.key
    return {
        "where": _key_words(change, lang) if kind == "table" else change.table,
        "column": column or numbers.MISSING,
        "old": _value(change.old),
        "new": _value(change.new),
        "difference": Markup(numbers.MISSING) if difference is None else Markup(_figure(difference, True)),
        "change": _CHANGES.get(change.change, Text(change.change, change.change)).get(lang),
    }


def _difference(change: Change) -> Decimal | None:
    if change.change == "changed" and _NUMBER.match(change.old) and _NUMBER.match(change.new):
        return Decimal(change.new) - Decimal(change.old)
    return None


def _figure(value: Decimal, signed: bool = False) -> str:
    exponent = value.as_tuple().exponent
    return numbers.figure(value, min(max(-int(exponent), 0), 4), signed)


def _value(text: str) -> Markup:
    """A figure with separators, a fingerprint shortened, other text as it is; nothing is a dash."""
    if text == "":
        return Markup(numbers.MISSING)
    if _HASH.match(text):
        return Markup('<code title="{}">{}</code>').format(text, text[:8])
    if _NUMBER.match(text):
        return markup.text(_figure(Decimal(text)))
    return markup.text(text)


def _table_label(name: str, lang: str) -> str:
    label = _contract_label(name)
    return f"{label.get(lang)} · {name}" if label is not None else name


def _contract_label(name: str) -> Text | None:
    try:
        return contract(name).label
    except DataError:  # a unit's own table has no contract
        return None


def _column_label(table: str, column: str, lang: str) -> str:
    try:
        return contract(table).column(column).label.get(lang)
    except DataError:
        return column


def _key_words(change: Change, lang: str) -> str:
    """``region_id=east; month=2024-03`` as 区域 east · 月份 2024-03; a dimension names its node: 渠道 直销."""
    pairs = [part.partition("=") for part in change.key.split("; ")]
    given = {name: value for name, sign, value in pairs if sign}
    if "dimension" in given and "node_id" in given:
        label = _dimension_label(given["dimension"], lang)
        pairs = [(label, "=", given["node_id"])] + [p for p in pairs if p[0] not in ("dimension", "node_id")]
    parts = []
    for name, sign, value in pairs:
        words = tables.words(value, lang)
        parts.append(f"{_column_label(change.table, name, lang)} {words}" if sign else name)
    return " · ".join(parts)


def _dimension_label(dimension: str, lang: str) -> str:
    """What a column that is a dimension is called: channel_id → 渠道; one that no fact has stays as it is."""
    for shape in (contract("sales_lines"), contract("nodes")):
        for column in shape.columns:
            if column.name == dimension:
                return column.label.get(lang)
    return dimension
