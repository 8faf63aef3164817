"""Findings about single columns: absent ones, unreadable values, units and dates that contradict or stay open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from salesnb.intake.bench import Bench
from salesnb.intake.clean import numbers
from salesnb.intake.quality import drift
from salesnb.intake.quality.findings import Finding
from salesnb.intake.read.raw import Raw, Source
from salesnb.model.errors import DataError, Place, Text

if TYPE_CHECKING:
    from salesnb.intake.clean.columns import Reading, Typed

_KIND_WORDS = {
    "decimal": Text("数字", "a number"),
    "rate": Text("比率", "a rate"),
    "date": Text("日期", "a date"),
    "month": Text("月份", "a month"),
    "flag": Text("是或否", "yes or no"),
}
_ORDERS = {
    "dmy": Text("日/月/年", "day/month/year"),
    "mdy": Text("月/日/年", "month/day/year"),
    "ymd": Text("年/月/日", "year/month/day"),
}
_FORMS = {"dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y", "ymd": "%y/%m/%d"}


def columns_missing(source: Source, best: Raw | None, missing: Sequence[tuple[str, str]]) -> DataError:
    """The file lacks columns its map cannot do without, (our column, header) each; near names are shown."""
    there = best.columns if best else ()
    near = list(dict.fromkeys(n for ours, header in missing for n in drift.near([header], ours, there)))
    lost = [header for _, header in missing]
    names, has = "、".join(lost), "、".join(there[:30])
    return DataError(
        Text(f"文件中没有列：{names}", f"the file has no column {', '.join(lost)}"),
        where=Place(file=source.shown, line=best.header_row if best else None, column=lost[0] if lost else None),
        why=Text(f"文件里的列：{has or '无'}", f"columns in the file: {', '.join(there[:30]) or 'none'}"),
        remedy=Text(
            f"在 company.yaml 的 sources 中改列名{'，可能是 ' + '、'.join(near) if near else ''}",
            f"change the name in sources of company.yaml{', perhaps to ' + ', '.join(near) if near else ''}",
        ),
    )


def no_rows(raw: Raw, table: str) -> Finding:
    """The file has its header and nothing below."""
    return Finding(
        "no_rows",
        "error",
        Text("文件只有列名，没有数据行", "the file has column names and no rows"),
        Text("检查导出条件（日期范围、权限），重新导出", "check the filter of the export and export again"),
        table=table,
        file=raw.shown,
        row=raw.header_row or None,
        value=" | ".join(raw.columns[:4]),
        row_count=0,
    )


def unit_contradiction(raw: Raw, header: str, stated: str, mapped: str, table: str) -> Finding:
    """The header says one unit, company.yaml another: amounts would be off by a power of ten."""
    return Finding(
        "unit_contradiction",
        "stop",
        Text(
            f"列名写的是 {stated}，company.yaml 写的是 {mapped}",
            f"the header says {stated}, company.yaml says {mapped}",
        ),
        Text("核对一笔已知订单，改 company.yaml 的 unit", "check one order you know, then change unit in company.yaml"),
        table=table,
        file=raw.shown,
        row=raw.header_row or None,
        column=header,
        value=header,
        row_count=raw.rows,
    )


def unreadable(bench: Bench, raw: Raw, header: str, reading: Reading, done: Typed, table: str) -> Iterator[Finding]:
    """Values of a column that are not what it should hold, and date orders only the user can decide. A moment is read
    from a column of days, which says all that is wrong with it."""
    if reading.kind == "moment":
        return
    if len(done.candidates) > 1:
        yield _date_order(bench, raw, header, reading, done, table)
    if done.unusual and reading.kind in ("decimal", "date", "month"):
        yield from _unusual(bench, raw, header, reading, done, table)
    if not done.odd:
        return
    cell = raw.sql(header)
    row, value, count = bench.rows(
        f"SELECT min(_row), arg_min({cell}, _row), count(*) FROM {raw.name} JOIN {done.odd} ON {cell} "
        f"= {done.odd}.spelled"
        f" WHERE {done.odd}.bad"
    )[0]
    if not count:
        return
    word = _KIND_WORDS[reading.kind]
    comma = reading.kind == "decimal" and reading.decimal == "." and numbers.parse(value, decimal=",") is not None
    yield Finding(
        "decimal_comma" if comma else f"{reading.kind}_unreadable",
        "stop" if comma else "error",  # 1,234 in such a column would silently become a thousand times too much
        Text(
            f"{count} 个值不是{word.zh}，例如“{_short(value)}”{'，小数点像是逗号' if comma else ''}",
            f"{count} values are not {word.en}, "
            f"e.g. {_short(value)!r}{'; the decimal mark seems to be a comma' if comma else ''}",
        ),
        Text('在该来源写 decimal: ","', 'write decimal: "," in this source')
        if comma
        else Text(
            "改正源文件，或在 sources 中写明 format、unit、values",
            "correct the export, or write format, unit or values in sources",
        ),
        table=table,
        file=raw.shown,
        row=row,
        column=header,
        value=value,
        row_count=count,
    )


def _unusual(bench: Bench, raw: Raw, header: str, reading: Reading, done: Typed, table: str) -> Iterator[Finding]:
    """Spellings that a few cells of a column have and the others do not: understood, but worth knowing."""
    cell = raw.sql(header)
    row, value, meant, count = bench.rows(
        f"SELECT min(_row), arg_min({cell}, _row), arg_min(o.meant::VARCHAR, _row), count(*) FROM {raw.name}"
        f" JOIN {done.looked_up} o ON {cell} = o.spelled WHERE o.meant IS NOT NULL"
    )[0]
    if not count or 2 * count > raw.rows:
        return
    shown = meant.rstrip("0").rstrip(".") if "." in meant else meant
    yield Finding(
        f"{reading.kind}_spelling",
        "info",
        Text(
            f"{count} 个值的写法与众不同，已识别，如“{_short(value)}”读作 {shown}",
            f"{count} values are spelled unlike the others and understood, e.g. {_short(value)!r} as {shown}",
        ),
        Text("核对读法；最好统一导出格式", "check the reading; an export should keep to one format"),
        table=table,
        file=raw.shown,
        row=row,
        column=header,
        value=value,
        row_count=count,
    )


def _date_order(bench: Bench, raw: Raw, header: str, reading: Reading, done: Typed, table: str) -> Finding:
    cell = raw.sql(header)
    pattern = r"\s*\d{1,2}[-/.]\d{1,2}[-/.]\d{1,4}.*"
    row, value, count = bench.rows(
        f"SELECT min(_row), arg_min({cell}, _row), count(*) FROM {raw.name} WHERE regexp_full_match({cell}, "
        f"'{pattern}')"
    )[0]
    fits = sorted(done.candidates)
    zh, en = "或".join(_ORDERS[o].zh for o in fits), " or ".join(_ORDERS[o].en for o in fits)
    forms = " / ".join(_FORMS[o] for o in fits)
    return Finding(
        "date_order_unsure",
        "stop" if reading.name in ("order_date", "receipt_date", "date", "month") else "error",
        Text(f"“{value}”可读作{zh}，整列都分不出来", f"{value!r} may be {en}; the whole column fits both"),
        Text(f"在 sources 的这一列写明 format：{forms}", f"write format for this column in sources: {forms}"),
        table=table,
        file=raw.shown,
        row=row,
        column=header,
        value=value or "",
        row_count=count,
    )


def _short(value: str) -> str:
    return value if len(value) <= 40 else value[:40] + "…"
