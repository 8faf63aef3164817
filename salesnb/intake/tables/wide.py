"""Months side by side → one row a month: the headers become a column, the cells another. A blank cell is no row."""

from __future__ import annotations

import re
from dataclasses import replace

from salesnb.intake.bench import Bench, literal
from salesnb.intake.clean import dates
from salesnb.intake.clean.words import half
from salesnb.intake.read.raw import Raw
from salesnb.model.errors import DataError, Place, Text
from salesnb.model.params.company import Wide

INTO, VALUE = "_month_header", "_month_cell"  # what the two new columns are called; maps never name them
_ENGLISH = re.compile(
    r"(jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?|dec(ember)?)\.?",
    re.I,
)
_MONTHS = {
    m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
_CHINESE = {
    m: i
    for i, m in enumerate(
        ["一月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "十一月", "十二月"], 1
    )
}


def month_of(header: str, year: int | None = None) -> str | None:
    """The month 'YYYY-MM' a header names, with ``year`` where it names none; None for any other header."""
    text = re.sub(r"\([^)]*\)$", "", half(header).strip()).strip()  # 1月(万元): the unit is no part of the month
    whole = dates.parse_month(text)
    if whole is not None and not re.fullmatch(r"\d{5}", text):
        return whole
    numbered = re.fullmatch(r"(\d{1,2})\s*月份?", text)
    if numbered:
        number = int(numbered.group(1))
    else:
        number = _MONTHS[text[:3].casefold()] if _ENGLISH.fullmatch(text) else _CHINESE.get(text, 0)
    return f"{year:04d}-{number:02d}" if year is not None and 1 <= number <= 12 else None


def month_headers(raw: Raw, wide: Wide) -> dict[str, str]:
    """The headers that become rows, with their months."""
    chosen = wide.headers or raw.columns
    return {h: m for h in chosen if h in raw.columns and (m := month_of(h, wide.year)) is not None}


def unpivoted(bench: Bench, raw: Raw, wide: Wide) -> Raw:
    """``raw`` with one row for every month cell that is filled. DataError when no header is a month."""
    months = month_headers(raw, wide)
    if not months:
        raise DataError(
            Text("没有一列的列名是月份", "no column is named like a month"),
            where=Place(file=raw.shown, line=raw.header_row or None),
            why=Text(f"列：{'、'.join(raw.columns[:12])}", f"columns: {', '.join(raw.columns[:12])}"),
            remedy=Text(
                "在 wide 中写明 headers，或 year（列名没有年份时）",
                "write headers in wide, or year where headers have none",
            ),
        )
    rest = [c for c in raw.columns if c not in months]
    base = ", ".join(f"{raw.sql(c)} AS c{i}" for i, c in enumerate(rest))
    picked = " UNION ALL ".join(
        f"SELECT _row, _n, {base + ', ' if base else ''}{literal(month)} AS c{len(rest)}, {raw.sql(header)} AS "
        f"c{len(rest) + 1},"
        f" NULL::VARCHAR AS _over, _flaw FROM {raw.name} WHERE nullif(trim({raw.sql(header)}), '') IS NOT NULL"
        for header, month in months.items()
    )
    view = bench.name("raw")
    bench.run(f"CREATE VIEW {view} AS SELECT * FROM ({picked}) ORDER BY _row, c{len(rest)}")
    rows = bench.one(f"SELECT count(*) FROM {view}")
    return replace(raw, name=view, columns=(*rest, INTO, VALUE), rows=rows)
