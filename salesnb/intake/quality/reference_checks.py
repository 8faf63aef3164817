"""Ids against the tables that should know them, and ids that are spelled in more than one way."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping

from salesnb.intake.bench import Bench, literal
from salesnb.intake.quality.findings import Finding
from salesnb.intake.tables.select import Stack
from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import Text

_KNOWN_IN = (
    ("person_id", "people", "unknown_person", Text("业务员", "salespeople")),
    ("product_id", "products", "unknown_product", Text("产品", "products")),
    ("customer_id", "customers", "unknown_customer", Text("客户", "customers")),
    ("dealer_id", "dealers", "unknown_dealer", Text("经销商", "dealers")),
)
_SPELLED = (
    "region_id",
    "team_id",
    "person_id",
    "product_id",
    "product_line",
    "customer_id",
    "customer_type",
    "channel_id",
    "industry",
    "dealer_id",
)
_EVERYDAY = (
    "agriculture automotive aviation banking chemicals construction consulting education electronics energy"
    " entertainment finance food government healthcare hospitality insurance logistics manufacturing marketing media"
    " medical mining pharmaceuticals publishing retail services software telecommunications technology textiles"
    " tourism transport utilities wholesale"
)
INDUSTRIES = frozenset(_EVERYDAY.split())
LIMIT = 200_000  # ids compared; a dimension larger than this is keyed by a system, not typed
SCIENTIFIC = re.compile(r"\d(\.\d+)?[eE]\+\d{1,3}")
_TYPED_APART = re.compile(r"[\s\-_.·•]+")


def fold(text: str) -> str:
    """An id without what typing varies: width, case, blanks, hyphens, dots; leading zeros of a plain number."""
    plain = _TYPED_APART.sub("", unicodedata.normalize("NFKC", text)).casefold()
    return plain.lstrip("0") or plain if plain.isdigit() else plain


def unknown(bench: Bench, rows: Stack, lines: str, tables: Mapping[str, str]) -> None:
    """Ids of ``lines`` that their dimension table does not hold, with the spelling that was probably meant."""
    have = {c for c, *_ in bench.rows(f"DESCRIBE {lines}")}
    for column, table, code, what in _KNOWN_IN:
        if table not in tables or column not in have:
            continue
        found = bench.rows(
            f"SELECT {column}, min(_file), arg_min(_row, (_file, _row)), count(*) FROM {lines}"
            f" WHERE {column} <> {literal(UNASSIGNED)} AND {column} NOT IN (SELECT {column} FROM {tables[table]})"
            f" GROUP BY {column} ORDER BY count(*) DESC, {column}"
        )
        if found:
            known = {
                fold(k): k for (k,) in bench.rows(f"SELECT {column} FROM {tables[table]} ORDER BY 1 LIMIT {LIMIT}")
            }
            bench.findings.add(_unknown(rows, column, code, what, found, known))


def off_duty(bench: Bench, rows: Stack, lines: str, people: str) -> None:
    """Orders of people who were not on duty that day by the people table: before they came or after they left."""
    if "order_date" not in rows.columns:
        return
    count, file, row, value = bench.rows(
        "SELECT count(*), min(_file), arg_min(_row, (_file, _row)),"
        f" arg_min(person_id || ' ' || order_date::VARCHAR, (_file, _row)) FROM {lines} l WHERE NOT is_return"
        f" AND person_id IN (SELECT person_id FROM {people}) AND NOT EXISTS (SELECT 1 FROM {people} p"
        " WHERE p.person_id = l.person_id AND l.order_date >= p.from_date"
        " AND l.order_date <= coalesce(p.to_date, DATE '9999-12-31'))"
    )[0]
    if count:
        bench.findings.add(
            Finding(
                "not_on_duty",
                "warn",
                Text(
                    f"{count} 行订单的业务员当天不在岗（入职前或离职后）",
                    f"the salesperson of {count} lines was not on duty that day (before joining or after leaving)",
                ),
                Text("核对任职起止，或订单的业务员", "check the person's from and to dates, or who sold it"),
                table=rows.table,
                file=rows.raws[file].shown,
                row=row,
                column=rows.header(file, "person_id"),
                value=value,
                row_count=count,
            )
        )


def _unknown(
    rows: Stack, column: str, code: str, what: Text, found: list[tuple[str, int, int, int]], known: Mapping[str, str]
) -> Finding:
    value, file, row, _ = found[0]
    lines = sum(n for *_, n in found)
    meant = [(v, known[fold(v)]) for v, *_ in found if fold(v) in known]
    zh = f"，可能是 {'、'.join(f'{a}＝{b}' for a, b in meant[:3])}" if meant else ""
    en = f", perhaps {', '.join(f'{a} = {b}' for a, b in meant[:3])}" if meant else ""
    return Finding(
        code,
        "error" if meant else "warn",
        Text(
            f"{len(found)} 个{what.zh}不在档案中（{lines} 行），如 {value}{zh}",
            f"{len(found)} {what.en} are in no master table ({lines} rows), e.g. {value}{en}",
        ),
        Text(
            "补档案；拼写不同的在该列 values 中对应",
            "complete the master table; map other spellings in values of the column",
        ),
        table=rows.table,
        file=rows.raws[file].shown,
        row=row,
        column=rows.header(file, column),
        value=value,
        row_count=lines,
    )


def spellings(bench: Bench, rows: Stack, lines: str) -> None:
    """Ids that differ only in width, case, blanks or hyphens, and ids that a spreadsheet turned into 1.2E+17."""
    have = {c for c, *_ in bench.rows(f"DESCRIBE {lines}")}
    for column in (c for c in _SPELLED if c in have):
        ids = [
            v for (v,) in bench.rows(f"SELECT DISTINCT {column} FROM {lines} WHERE {column} IS NOT NULL LIMIT {LIMIT}")
        ]
        groups: dict[str, list[str]] = {}
        for value in ids:
            groups.setdefault(fold(value), []).append(value)
        twins = sorted(sorted(g) for g in groups.values() if len(g) > 1)
        if twins:
            bench.findings.add(_variants(bench, rows, lines, column, twins))
        mangled = sorted(v for v in ids if SCIENTIFIC.fullmatch(v))
        if mangled:
            bench.findings.add(_mangled(bench, rows, lines, column, mangled))


def misspelled(bench: Bench, rows: Stack, table: str, column: str = "industry") -> None:
    """Words of a typed column that are one slip away from an everyday word: technolgy."""
    have = {c for c, *_ in bench.rows(f"DESCRIBE {table}")}
    if column not in have:
        return
    words = [
        v
        for (v,) in bench.rows(f"SELECT DISTINCT {column} FROM {table} WHERE {column} IS NOT NULL ORDER BY 1 LIMIT 500")
    ]
    for word in words:
        meant = difflib.get_close_matches(word.casefold(), sorted(INDUSTRIES), 1, 0.9)
        if meant and word.casefold() not in INDUSTRIES:
            file, row, count = _place(bench, rows, table, column, word)
            bench.findings.add(
                Finding(
                    "spelling_suspect",
                    "info",
                    Text(
                        f"“{word}”可能是 {meant[0]} 的误写（{count} 行）",
                        f"{word!r} may be a slip for {meant[0]} ({count} rows)",
                    ),
                    Text("在该列 values 中写“误写: 正写”", "map it in values of the column"),
                    table=rows.table,
                    file=rows.raws[file].shown,
                    row=row,
                    column=rows.header(file, column),
                    value=word,
                    row_count=count,
                )
            )


def _place(bench: Bench, rows: Stack, lines: str, column: str, value: str) -> tuple[int, int, int]:
    file, row, count = bench.rows(
        f"SELECT min(_file), arg_min(_row, (_file, _row)), count(*) FROM {lines} WHERE {column} = ?", [value]
    )[0]
    return file, row, count


def _variants(bench: Bench, rows: Stack, lines: str, column: str, twins: list[list[str]]) -> Finding:
    rarest = min(twins[0], key=lambda v: (_place(bench, rows, lines, column, v)[2], v))
    file, row, _ = _place(bench, rows, lines, column, rarest)
    shown = "；".join("＝".join(group) for group in twins[:3])
    return Finding(
        "spelling_variants",
        "warn",
        Text(
            f"{len(twins)} 组取值只差空格、大小写、全半角或连字符，按不同对象统计：{shown}",
            f"{len(twins)} groups of values differ only "
            f"in blanks, case, width or hyphens and count as different: {'; '.join(' = '.join(g) for g in twins[:3])}",
        ),
        Text("在该列 values 中写“别名: 正名”合并", "merge them in values of the column"),
        table=rows.table,
        file=rows.raws[file].shown,
        row=row,
        column=rows.header(file, column),
        value=rarest,
        row_count=len(twins),
    )


def _mangled(bench: Bench, rows: Stack, lines: str, column: str, values: list[str]) -> Finding:
    file, row, _ = _place(bench, rows, lines, column, values[0])
    return Finding(
        "id_scientific",
        "error",
        Text(
            f"{len(values)} 个编号被表格软件变成科学计数法，原号已丢失，如 {values[0]}",
            f"a spreadsheet turned {len(values)} ids into scientific notation, the digits are lost, e.g. {values[0]}",
        ),
        Text(
            "从系统重新导出，导入表格软件时把该列设为文本", "export again, and open the column as text in a spreadsheet"
        ),
        table=rows.table,
        file=rows.raws[file].shown,
        row=row,
        column=rows.header(file, column),
        value=values[0],
        row_count=len(values),
    )
