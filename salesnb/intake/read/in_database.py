"""Order lines summed where they lie: one Ibis aggregation that DuckDB, PostgreSQL, Spark … each run in their own SQL.

What comes back is one row per order and everything else that company.yaml maps, with exact sums: every figure is the
same to the cent as from the lines themselves, orders and customers can still be counted. Only what is not mapped, the
line number among it, is summed away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import DataError, Place, Text
from salesnb.model.params.company import Source

if TYPE_CHECKING:
    import ibis.expr.types as ir

ADDITIVE = ("net", "list", "cost", "tax", "quantity")
LINES = "_lines"  # how many order lines stand behind a row
_DIGITS, _PLACES = 38, 6  # a sum's decimals; amounts kept as floating point are cut to six places, line by line


@dataclass(frozen=True)
class Columns:
    """The export columns a map reads: those to sum, those to keep apart, and those that hold dates."""

    summed: tuple[str, ...]
    kept: tuple[str, ...]
    dates: tuple[str, ...]
    net: tuple[str, ...]  # with what is subtracted from it, if anything

    @classmethod
    def of(cls, source: Source, kinds: Mapping[str, str]) -> Columns:
        """By the source's map; ``kinds`` says how each of our columns is read."""
        summed: list[str] = []
        kept: list[str] = []
        dates: list[str] = []
        for name, column in source.columns.items():
            headers = [h for h in (column.column, *column.columns, column.less) if h]
            if name == "line_no":
                continue
            (summed if name in ADDITIVE else kept).extend(headers)
            dates += headers if kinds[name] == "date" else []
        kept += list(source.where)
        net = tuple(h for h in (source.columns["net"].column, source.columns["net"].less) if h)
        apart = tuple(dict.fromkeys(h for h in kept if h not in summed))
        return cls(tuple(dict.fromkeys(summed)), apart, tuple(dates), net)


def aggregated(rows: ir.Table, columns: Columns, wanted: Mapping[str, tuple[str, ...]], place: Place) -> ir.Table:
    """``rows`` summed by ``columns.kept``, where the columns of ``wanted`` hold one of their values.

    A missing amount stays a row of its own (it is set aside by the gate, never lost in a sum), and so does a negative
    one: returns are told apart line by line. DataError for a column that is missing or of a type that cannot be summed.
    """
    _check(rows, columns, place)
    for header, values in wanted.items():
        rows = rows.filter(rows[header].cast("string").strip().isin(list(values)))
    keys = [_key(rows, header, columns) for header in columns.kept]
    marks = [rows[header].isnull().name(f"_none_{i}") for i, header in enumerate(columns.summed)]
    net = rows[columns.net[0]] - rows[columns.net[1]] if len(columns.net) > 1 else rows[columns.net[0]]
    marks.append((net < 0).name("_negative"))
    sums = {header: _sum(rows[header]) for header in columns.summed}
    grouped = rows.group_by([*keys, *marks]).aggregate(**sums, **{LINES: rows.count()})
    return grouped.select(*columns.kept, *columns.summed, LINES)


def _key(rows: ir.Table, header: str, columns: Columns) -> Any:
    value = rows[header]
    if header in columns.dates and value.type().is_timestamp():
        value = value.date()
    return value.name(header)


def _sum(value: Any) -> Any:
    kind = value.type()
    if kind.is_integer():
        return value.cast(f"decimal({_DIGITS}, 0)").sum().cast(f"decimal({_DIGITS}, 0)")
    places = kind.scale if kind.is_decimal() and kind.scale is not None else _PLACES
    exact = f"decimal({_DIGITS}, {min(places, 18)})"
    return value.cast(exact).sum().cast(exact)


def _check(rows: ir.Table, columns: Columns, place: Place) -> None:
    schema = rows.schema()
    for header in (*columns.kept, *columns.summed):
        if header not in schema:
            raise DataError(
                Text(f"查询结果没有列 {header}", f"the query gives no column {header}"),
                where=place,
                why=Text(f"它的列：{'、'.join(schema)}", f"its columns: {', '.join(schema)}"),
                remedy=Text("改 query，或改 sources 中的列名", "change query, or the column in sources"),
            )
        kind = schema[header]
        zoned = kind.is_timestamp() and kind.timezone is not None and header in columns.dates
        unfit = header in columns.summed and not kind.is_numeric()
        unfit |= header in columns.dates and not (kind.is_date() or kind.is_timestamp())
        if unfit or zoned:
            raise DataError(
                Text(
                    f"列 {header} 在数据库中是 {kind}，不能在库内汇总",
                    f"column {header} is {kind}; it cannot be summed there",
                ),
                where=place,
                remedy=Text(
                    "在 query 中转换类型（金额 decimal，日期 date），或去掉 grain: order",
                    "cast it in query (amounts decimal, days date), or leave out grain: order",
                ),
            )
