"""One raw column → one typed SQL expression. Plain spellings are cast by DuckDB; each distinct odd one is parsed once
in Python and joined back, so that exactness costs nothing where the export is regular."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from salesnb.intake.bench import Bench, literal
from salesnb.intake.clean import dates, numbers, words

DECIMAL = "DECIMAL(38,18)"
CENTS = "DECIMAL(15,2)"  # what a column of plain amounts fits in: sums of it cost a tenth of sums of DECIMAL
TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "date": "DATE",
    "moment": "TIMESTAMP",
    "month": "VARCHAR",
    "decimal": DECIMAL,
    "rate": DECIMAL,
    "flag": "BOOLEAN",
}
_DAY_MONTH = re.compile(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{1,4}")
_GRID = Decimal(1).scaleb(-18)
_BLANKS = "||".join(f"chr({ord(c)})" for c in words.BLANKS)
# what `words.word` changes beyond trimming: control characters, guards, runs of spaces, machine words for nothing
_ODD_TEXT = r"[\x00-\x1f\x7f\x{200b}\x{2060}\x{feff}]|^\s*=|^\s*'|  "


@dataclass(frozen=True)
class Reading:
    """How one column is to be read: our ``name``, its ``kind`` (a key of TYPES), and what the map says."""

    name: str
    kind: str
    multiplier: Decimal = Decimal(1)
    form: str | None = None
    decimal: str = "."
    zone: str = "Asia/Shanghai"
    values: tuple[tuple[str, str], ...] = ()
    missing: frozenset[str] = frozenset()
    plain: bool = False  # the table was found to hold plain words only (see ``is_plain``)


@dataclass
class Typed:
    """A column ready to select: SQL, joins it needs, the joined table that holds unreadable spellings (if any)."""

    sql: str
    joins: list[str] = field(default_factory=list)
    odd: str | None = None
    looked_up: str = ""  # table of all spellings Python looked at
    unusual: bool = False  # some of them were understood
    candidates: frozenset[str] = frozenset()  # date orders that fit; more than one is for the user to decide
    order: str | None = None
    cents: bool = False  # every value is a plain figure of at most two decimals: the SQL is of type CENTS


def typed(bench: Bench, table: str, raw: str, reading: Reading) -> Typed:
    """The SQL of ``raw`` (a column of ``table``) read as ``reading`` says."""
    if reading.values:
        raw = _mapped(raw, reading)
    if reading.kind in ("id", "text"):
        return _words(bench, table, raw, reading)
    if reading.kind in ("decimal", "rate"):
        return _numbers(bench, table, raw, reading)
    if reading.kind == "flag":
        return _odd(bench, table, raw, "NULL::BOOLEAN", words.flag, reading)
    return _dates(bench, table, raw, reading)


def trim(raw: str) -> str:
    """SQL that trims blanks of every width and makes an empty text NULL."""
    return f"nullif(trim({raw}, {_BLANKS}), '')"


def _mapped(raw: str, reading: Reading) -> str:
    cases = " ".join(f"WHEN {literal(old)} THEN {literal(new)}" for old, new in reading.values)
    return f"(CASE {trim(raw)} {cases} ELSE {raw} END)"


def is_plain(bench: Bench, table: str, columns: Sequence[str]) -> bool:
    """Whether no cell of ``columns`` needs trimming, unwrapping or a second look as text: one pass instead of one a
    column. Cells are joined by bars, so that a cell with a bar can only make the answer a careful no."""
    if not columns:
        return True
    blank = "".join(f"\\x{{{ord(c):x}}}" for c in words.BLANKS)
    nothing = "|".join(re.escape(w).replace("/", "/") for w in sorted(words.NOTHING))
    pattern = rf"[\x00-\x1f\x7f]|  |[{blank}]\||\|[{blank}='\x{{200b}}\x{{2060}}\x{{feff}}]|(?i:\|({nothing})\|)|\.0\|"
    inner = r"[\x{200b}\x{2060}\x{feff}]"
    cells = f"'|' || concat_ws('|', {', '.join(columns)}) || '|'"
    return not bench.one(
        f"SELECT count(*) FROM (SELECT {cells} AS line FROM {table})"
        f" WHERE regexp_matches(line, {literal(f'{pattern}|{inner}')})"
    )


def _words(bench: Bench, table: str, raw: str, reading: Reading) -> Typed:
    if reading.plain and not reading.values and not reading.missing:
        return Typed(raw)
    nothing = ", ".join(literal(w) for w in sorted(words.NOTHING | {m.casefold() for m in reading.missing}))
    odd = f"(regexp_matches({raw}, {literal(_ODD_TEXT)}) OR lower({trim(raw)}) IN ({nothing}))"
    whole = f"regexp_full_match(trim({raw}), '\\d+\\.0')"
    found = bench.rows(f"SELECT count(*) FILTER ({odd}), count({trim(raw)}), count(*) FILTER ({whole}) FROM {table}")[0]
    plain = trim(raw)
    if reading.kind == "id" and found[1] and found[1] == found[2]:
        plain = f"regexp_replace({plain}, '\\.0$', '')"  # ids that went through a float column: 285.0
    if not found[0]:
        return Typed(plain)
    distinct = [v for (v,) in bench.rows(f"SELECT DISTINCT {raw} FROM {table} WHERE {odd}")]
    name = _table(
        bench, distinct, [words.word(v, reading.missing) for v in distinct], [False] * len(distinct), "VARCHAR"
    )
    join = f"LEFT JOIN {name} ON {raw} = {name}.spelled"
    return Typed(f"CASE WHEN {name}.spelled IS NULL THEN {plain} ELSE {name}.meant END", [join])


def _cents_only(bench: Bench, table: str, raw: str) -> bool:
    """Whether every cell of ``raw`` that holds anything is a plain figure that CENTS holds exactly."""
    other = f"SELECT 1 FROM {table} WHERE NOT regexp_full_match({raw}, '[+-]?[0-9]{{1,13}}([.][0-9]{{1,2}})?') LIMIT 1"
    return not bench.rows(other)


def _numbers(bench: Bench, table: str, raw: str, reading: Reading) -> Typed:
    usual = reading.kind == "decimal" and reading.decimal == "." and reading.multiplier == 1
    if usual and _cents_only(bench, table, raw):
        return Typed(f"CAST({raw} AS {CENTS})", cents=True)
    groups = r"\s*[¥￥]?\s*[+-]?\d{1,3}(,\d{3})+(\.\d*)?\s*"
    fast = (
        f"CASE WHEN contains({raw}, '_') THEN NULL"
        f" ELSE coalesce(try_cast({raw} AS {DECIMAL}), CASE WHEN regexp_full_match({raw}, {literal(groups)})"
        f" THEN try_cast(regexp_replace({raw}, '[,¥￥\\s]', '', 'g') AS {DECIMAL}) END) END"
    )
    if reading.decimal != ".":
        fast = f"NULL::{DECIMAL}"
    elif reading.multiplier != 1:
        fast = _scaled(fast, reading.multiplier)

    def parse(text: str) -> Decimal | None:
        value = numbers.parse(text, reading.multiplier, reading.decimal, percent=reading.kind == "rate")
        return None if value is None else value.quantize(_GRID, ROUND_HALF_EVEN, numbers.EXACT)

    return _odd(bench, table, raw, fast, parse, reading)


def _scaled(sql: str, multiplier: Decimal) -> str:
    return f"try(CAST(({sql}) * {multiplier:f} AS {DECIMAL}))"


def _dates(bench: Bench, table: str, raw: str, reading: Reading) -> Typed:
    month, clock = reading.kind == "month", reading.kind == "moment"
    if reading.form:
        fast = f"NULL::{TYPES[reading.kind]}"
    elif month:
        fast = f"CASE WHEN regexp_full_match({raw}, '\\d{{4}}-(0[1-9]|1[0-2])') THEN {raw} END"
    elif clock:
        iso = r"\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?"
        fast = f"CASE WHEN regexp_full_match({raw}, {literal(iso)}) THEN try_cast({raw} AS TIMESTAMP) END"
    else:
        iso = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?"
        plain = f"{raw} LIKE '____-__-__' AND {raw} BETWEEN '0' AND ':'"  # a tenth of the pattern's price
        fast = (
            f"CASE WHEN {plain} THEN try_cast({raw} AS DATE)"
            f" WHEN regexp_full_match({raw}, {literal(iso)}) THEN try_cast(left({raw}, 10) AS DATE) END"
        )
    distinct = _unusual(bench, table, raw, fast)
    if not distinct:
        return Typed(fast)
    candidates = frozenset() if reading.form else _orders(distinct)
    order = next(iter(candidates)) if len(candidates) == 1 else None

    def parse(text: str) -> Any:
        if month and not reading.form:
            return dates.parse_month(text, order, reading.zone)
        if clock:
            return dates.moment(text, order, reading.form, reading.zone)
        day = dates.parse(text, order, reading.form, reading.zone)
        return f"{day:%Y-%m}" if month and day else day

    out = _looked_up(bench, raw, fast, distinct, parse, reading)
    out.candidates, out.order = candidates, order
    return out


def _orders(spelled: Sequence[str]) -> frozenset[str]:
    """Day-month orders that fit every spelling of the column; empty when no spelling depends on one."""
    fits: frozenset[str] | None = None
    for text in filter(_DAY_MONTH.search, spelled):
        possible = dates.orders(text)
        if possible:
            fits = possible if fits is None else fits & possible
    return fits or frozenset()


def _odd(bench: Bench, table: str, raw: str, fast: str, parse: Callable[[str], Any], reading: Reading) -> Typed:
    """``fast`` where it gives a value, else what Python makes of the spelling; unreadable ones are counted."""
    distinct = _unusual(bench, table, raw, fast)
    return _looked_up(bench, raw, fast, distinct, parse, reading) if distinct else Typed(fast)


def _unusual(bench: Bench, table: str, raw: str, fast: str) -> list[str]:
    """Every spelling of ``raw`` that ``fast`` gives no value for."""
    query = f"SELECT DISTINCT {raw} FROM {table} WHERE {raw} IS NOT NULL AND ({fast}) IS NULL"
    return [v for (v,) in bench.rows(query)]


def _looked_up(
    bench: Bench, raw: str, fast: str, distinct: list[str], parse: Callable[[str], Any], reading: Reading
) -> Typed:
    """``fast``, and the ``distinct`` spellings it cannot read by what Python makes of each."""
    meant, bad = [], []
    for text in distinct:
        value = None if text.strip() in reading.missing else parse(text)
        meant.append(value)
        bad.append(value is None and not numbers.is_nothing(text) and text.strip() not in reading.missing)
    name = _table(bench, distinct, meant, bad, TYPES[reading.kind])
    join = f"LEFT JOIN {name} ON {raw} = {name}.spelled"
    understood = any(value is not None for value in meant)
    return Typed(f"coalesce({fast}, {name}.meant)", [join], name if any(bad) else None, name, understood)


def _table(bench: Bench, spelled: list[str], meant: list[Any], bad: list[bool], kind: str) -> str:
    import pyarrow as pa

    types = {
        "VARCHAR": pa.string(),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        DECIMAL: pa.decimal128(38, 18),
        "BOOLEAN": pa.bool_(),
    }
    data = pa.table(
        {
            "spelled": pa.array(spelled, pa.string()),
            "meant": pa.array(meant, types[kind]),
            "bad": pa.array(bad, pa.bool_()),
        }
    )
    return bench.table("odd", data)


_HEADER_UNIT = re.compile(r"[（(\[【/_\s:：]\s*(百万元|万元|亿元|千元|元|万|亿)\s*[)）\]】]?\s*$")


_PERCENT = re.compile(r"[%％]\s*[)）\]】]?\s*$")


def is_percent(header: str) -> bool:
    """Whether a header states percent: "价格变动(%)"."""
    return _PERCENT.search(header) is not None


def header_unit(header: str) -> str | None:
    """The unit a header states, as company.yaml spells it: "金额（万元）" → "万元"."""
    match = _HEADER_UNIT.search(header)
    if not match:
        return None
    return {"万": "万元", "亿": "亿元"}.get(match.group(1), match.group(1))
