"""Broken and odd text files: each is named by file, row, column and value with a remedy; the mended one imports."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.intake.exports import COLUMNS, HEADER, ROWS, TOTAL, load, rows, source, text

BASE = text(ROWS)
LINES = BASE.splitlines(keepends=True)


@dataclass
class Case:
    """A file, what must be said of it, and how much of its amount must arrive (None: the import is refused)."""

    content: bytes | str
    code: str
    row: int | None = None
    column: str = ""
    value: str = ""
    severity: str = ""
    total: int | None = TOTAL
    name: str = "orders.csv"
    source: dict[str, Any] = field(default_factory=dict)
    mended: bytes | str = BASE


def insert(at: int, *lines: str) -> str:
    """The base file with lines put before line ``at`` (1-based)."""
    return "".join([*LINES[: at - 1], *(line + "\n" for line in lines), *LINES[at - 1 :]])


def replace(at: int, line: str) -> str:
    """The base file with line ``at`` replaced."""
    return "".join([*LINES[: at - 1], line + "\n", *LINES[at:]])


def amount(row: int) -> int:
    """The amount of base row ``row`` (0-based) in fen."""
    return int(ROWS[row][8].replace(".", ""))


def cell(row: int, header: str, value: str) -> str:
    """The base file with one cell changed."""
    return text(rows((row, header, value)))


SECOND = ["", "人员,入职日期,岗位", "张伟,2020-01-01,经理", "李娜,2021-01-01,主管"]
BY_PLACE = {name: f"列{i}" for i, name in enumerate(COLUMNS, 1)}
LONG = "客户" + "长" * 25_000

CASES = {
    # ------------------------------------------------------------------ bytes
    "damaged bytes": Case(
        BASE.encode().replace("客户3".encode(), b"\xe5\xae\xff3", 1), "encoding_damaged", 5, "", "�", "error"
    ),
    "nul bytes": Case(BASE.encode().replace(b"A003", b"A0\x0003", 1), "nul_bytes", None, "", "", "warn"),
    "western encoding": Case(
        BASE.replace("张伟", "José").encode("utf-8").decode().encode("cp1252", "ignore"),
        "encoding_unsure",
        value="cp1252",
        severity="warn",
        total=None,
        mended=BASE,
    ),
    "traditional chinese": Case(
        BASE.replace("张伟", "張偉")
        .replace("华", "華")
        .replace("东", "東")
        .replace("业务员", "業務員")
        .replace("单", "單")
        .replace("区", "區")
        .replace("产", "產")
        .replace("数", "數")
        .replace("号", "號")
        .replace("额", "額")
        .replace("订", "訂")
        .replace("户", "戶")
        .encode("big5"),
        "encoding_unsure",
        value="big5",
        severity="warn",
        source=source(
            columns={"order_id": "訂單號", "line_no": "行號", "order_date": "日期", "region_id": "區域", "net": "金額"}
        ),
        mended=BASE.replace("订单号", "訂單號").replace("行号", "行號").replace("区域", "區域").replace("金额", "金額"),
    ),
    "stray quote": Case(
        replace(7, LINES[6].rstrip("\n").replace("客户5", '"客户"5')), "quote_stray", 7, "", '"', "warn"
    ),
    "quote never closed": Case(
        replace(7, LINES[6].rstrip("\n").replace("客户5", '"客户5')), "quote_stray", 7, "", '"', "warn"
    ),
    "cut-off archive": Case(
        gzip.compress(BASE.encode())[:-40], "", total=None, name="orders.csv.gz", mended=gzip.compress(BASE.encode())
    ),
    "empty file": Case(b"", "", total=None),
    "unknown kind": Case(BASE, "", total=None, name="orders.pdf"),
    # ------------------------------------------------------------------ rows
    "unquoted delimiter": Case(
        replace(9, LINES[8].rstrip("\n").replace("客户0", "客户0,上海")),
        "row_too_long",
        9,
        "",
        "上海",
        "error",
        TOTAL - amount(7),
    ),
    "missing field": Case(
        replace(9, LINES[8].rstrip("\n").replace("客户0,", "")),
        "row_too_short",
        9,
        "",
        "A007",
        "error",
        TOTAL - amount(7),
    ),
    "header repeated": Case(insert(20, LINES[0].rstrip("\n")), "header_repeated", 20, "", "订单号", "info"),
    "second table": Case(BASE + "\n".join(SECOND) + "\n", "second_table", 63, "", "人员", "warn"),
    "second table, padded": Case(
        BASE + "".join(line + "," * (8 - line.count(",")) + "\n" for line in SECOND),
        "second_table",
        63,
        "",
        "人员",
        "warn",
    ),
    "subtotal": Case(
        insert(12, f"小计,,,,,,,,{sum(amount(i) for i in range(10)) / 100:.2f}"), "subtotal_row", 12, "", "小计", "info"
    ),
    "grand total in english": Case(
        BASE + f"Grand Total:,,,,,,,,{TOTAL / 100:.2f}\n", "subtotal_row", 62, "", "Grand", "info"
    ),
    "total of another sum": Case(BASE + "合计,,,,,,,,99999.00\n", "total_mismatch", 62, "金额", "99999.00", "warn"),
    "region subtotal": Case(BASE + f",,,华东小计,,,,,{TOTAL / 100:.2f}\n", "subtotal_row", 62, "", "华东小计", "info"),
    "note below": Case(BASE + "制表人：张三,,,,,,,,\n", "note_row", 62, "", "制表人", "info"),
    "title rows without end": Case(
        "\n".join(["销售明细表", "单位：元", *(f"说明{i}" for i in range(70))]) + "\n" + BASE,
        "",
        total=None,
        source=source(),
    ),
    "no header": Case(
        "".join(LINES[1:]),
        "header_missing",
        1,
        "",
        "A000",
        "warn",
        source=source(columns=BY_PLACE),
        mended="".join(LINES[1:]),
    ),
    "only a header": Case(LINES[0], "no_rows", 1, "", "订单号", "error", 0),
    "column twice": Case(text([[*r, "0"] for r in ROWS], [*HEADER, "金额"]), "column_repeated", 1, "金额", "", "warn"),
    "needed column absent": Case(BASE.replace("金额", "销售金额", 1), "", column="金额", total=None),
    "optional column absent": Case(
        BASE.replace("业务员", "业务人员", 1), "column_absent", 1, "业务员", "业务人员", "error"
    ),
    # ------------------------------------------------------------------ values
    "words for an amount": Case(
        cell(3, "金额", "待定金额"), "decimal_unreadable", 5, "金额", "待定金额", "error", TOTAL - amount(3)
    ),
    "letter for a digit": Case(
        cell(3, "金额", "1O3.03"), "decimal_unreadable", 5, "金额", "1O3.03", "error", TOTAL - amount(3)
    ),
    "formula error": Case(
        cell(3, "金额", "#REF!"), "decimal_unreadable", 5, "金额", "#REF!", "error", TOTAL - amount(3)
    ),
    "percent for an amount": Case(
        cell(3, "金额", "12%"), "decimal_unreadable", 5, "金额", "12%", "error", TOTAL - amount(3)
    ),
    "irregular groups": Case(
        cell(3, "金额", "1,23,4567.00"), "decimal_unreadable", 5, "金额", "1,23,4567.00", "error", TOTAL - amount(3)
    ),
    "two amounts": Case(
        cell(3, "金额", "100/200"), "decimal_unreadable", 5, "金额", "100/200", "error", TOTAL - amount(3)
    ),
    "underscores": Case(cell(3, "金额", "1_000"), "decimal_unreadable", 5, "金额", "1_000", "error", TOTAL - amount(3)),
    "amount blank": Case(cell(3, "金额", ""), "row_set_aside", 5, "金额", "A003", "error", TOTAL - amount(3)),
    "amount not given": Case(cell(3, "金额", "NULL"), "row_set_aside", 5, "金额", "A003", "error", TOTAL - amount(3)),
    "day that does not exist": Case(
        cell(3, "日期", "2024-02-30"), "date_unreadable", 5, "日期", "2024-02-30", "error", TOTAL - amount(3)
    ),
    "words for a date": Case(
        cell(3, "日期", "上周五"), "date_unreadable", 5, "日期", "上周五", "error", TOTAL - amount(3)
    ),
    "date blank": Case(cell(3, "日期", ""), "row_set_aside", 5, "日期", "A003", "error", TOTAL - amount(3)),
    "date of the computer's zero": Case(
        cell(3, "日期", "1900-01-01"), "ancient_date", 5, "日期", "1900-01-01", "error"
    ),
    "day or month": Case(
        text([[*r[:2], f"{1 + i % 9:02d}/{1 + i % 7:02d}/2024", *r[3:]] for i, r in enumerate(ROWS)]),
        "date_order_unsure",
        2,
        "日期",
        "01/01/2024",
        "stop",
    ),
    "decimal comma": Case(
        text([[*r[:8], r[8].replace(".", ",")] for r in ROWS], delimiter=";"),
        "decimal_comma",
        2,
        "金额",
        "100,00",
        "stop",
        None,
        mended=text(ROWS, delimiter=";"),
    ),
    "unit against the header": Case(
        BASE.replace("金额", "金额(万元)", 1),
        "unit_contradiction",
        1,
        "金额(万元)",
        "万元",
        "stop",
        TOTAL,
        source=source(columns={**COLUMNS, "net": {"column": "金额(万元)", "unit": "元", "also": ["金额(元)"]}}),
        mended=BASE.replace("金额", "金额(元)", 1),
    ),
    "one amount in 万": Case(
        cell(3, "金额", "1.2万"), "decimal_spelling", 5, "金额", "1.2万", "info", TOTAL - amount(3) + 1_200_000
    ),
    "full-width digits": Case(cell(3, "金额", "１０３．０３"), "decimal_spelling", 5, "金额", "１０３．０３", "info"),
    "parentheses": Case(
        cell(3, "金额", "(103.03)"), "decimal_spelling", 5, "金额", "(103.03)", "info", TOTAL - 2 * amount(3)
    ),
    "chinese date": Case(cell(3, "日期", "2024年1月4日"), "date_spelling", 5, "日期", "2024年1月4日", "info"),
    "one serial date": Case(cell(3, "日期", "45295"), "date_spelling", 5, "日期", "45295", "info"),
    "id in scientific notation": Case(
        cell(3, "客户", "6.21226E+18"), "id_scientific", 5, "客户", "6.21226E+18", "error"
    ),
    "one region, two spellings": Case(cell(3, "区域", "华 东"), "spelling_variants", 5, "区域", "华 东", "warn"),
    "one product, two spellings": Case(cell(3, "产品", "p-3"), "spelling_variants", 5, "产品", "p-3", "warn"),
}


@pytest.mark.parametrize("name", CASES)
def test_broken_text_file(name: str) -> None:
    case = CASES[name]
    sources = {"orders": {**(case.source or source()), "file": case.name}}
    # the last row ends in a blank cell in one row, as exporters that pad write it
    got = load({case.name: case.content}, sources, quality={"stop_share_set_aside": 1.0})
    if not case.code:
        assert got.error is not None
        place = got.error.where
        assert place is not None and place.file == case.name and got.error.remedy
        assert not case.column or place.column == case.column
    else:
        found = got.find(case.code)
        assert found.file.startswith(case.name) and found.remedy.zh and found.remedy.en and found.message.zh
        assert (found.row, found.column) == (case.row, case.column)
        assert case.value in found.value
        assert not case.severity or found.severity == case.severity
        if case.total is not None and found.severity != "stop":
            assert got.total == case.total
    mended_name = case.name if not case.name.endswith(".pdf") else "orders.csv"
    sources = {"orders": {**(case.source or source()), "file": mended_name}}
    again = load({mended_name: case.mended}, sources)
    assert again.error is None and again.total == TOTAL
    assert not case.code or case.code in ("header_missing", "encoding_unsure") or case.code not in again.codes


def test_rows_set_aside_are_written_whole_with_file_row_and_reason() -> None:
    got = load({"orders.csv": cell(3, "金额", "=cmd|' /C calc'!A0")}, quality={"stop_share_set_aside": 1.0})
    assert got.set_aside is not None
    row = got.set_aside.iloc[0]
    assert (row["table"], row["file"], row["row"], row["code"]) == ("sales_lines", "orders.csv", 5, "net_unreadable")
    assert "A003" in row["content"] and not str(row["content"]).startswith("=")


def test_long_names_control_characters_and_markup_arrive_as_text() -> None:
    evil = "<script>alert(1)</script>'; DROP TABLE x; --"
    body = rows(
        (3, "客户", LONG),
        (4, "客户", evil),
        (5, "客户", "../../etc/passwd"),
        (6, "产品", "=1+1"),
        (7, "区域", "\x07华东"),
    )
    got = load({"orders.csv": text(body)})
    lines = got.tables["sales_lines"].set_index("order_id")
    assert lines.loc["A003", "customer_id"] == LONG
    assert lines.loc["A004", "customer_id"] == evil
    assert lines.loc["A005", "customer_id"] == "../../etc/passwd"
    assert lines.loc["A006", "product_id"] == "=1+1"
    assert lines.loc["A007", "region_id"] == "华东"
    assert got.total == TOTAL
    assert lines.loc["A002", "region_id"] == "NA"
