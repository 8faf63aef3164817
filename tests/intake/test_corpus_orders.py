"""Exports that read well and contradict themselves, each other or their masters: named by file, row, column, value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.intake.exports import COLUMNS, HEADER, ROWS, TOTAL, Imported, load, rows, source, text

BASE = text(ROWS)


@dataclass
class Case:
    """Files and map, what must be said, and the mended files that import without it."""

    files: dict[str, str]
    code: str
    row: int | None
    column: str
    value: str
    severity: str
    total: int | None = TOTAL
    sources: dict[str, Any] = field(default_factory=lambda: {"orders": source()})
    mended: dict[str, str] = field(default_factory=lambda: {"orders.csv": BASE})
    company: dict[str, Any] = field(default_factory=dict)
    file: str = "orders.csv"


def amount(row: int) -> int:
    """The amount of base row ``row`` (0-based) in fen."""
    return int(ROWS[row][8].replace(".", ""))


def more(header: str, values: dict[int, str], default: str = "") -> str:
    """The base file with one more column."""
    return text([[*row, values.get(i, default)] for i, row in enumerate(ROWS)], [*HEADER, header])


def with_column(name: str, header: str) -> dict[str, Any]:
    """A map with one more column."""
    return {"orders": source(columns={**COLUMNS, name: header})}


def one(
    code: str,
    row: int | None,
    column: str,
    value: str,
    severity: str,
    *changes: tuple[int, str, str],
    total: int | None = TOTAL,
    **kw: Any,
) -> Case:
    """A case of one file with changed cells."""
    return Case({"orders.csv": text(rows(*changes))}, code, row, column, value, severity, total, **kw)


def added(
    code: str,
    row: int | None,
    column: str,
    value: str,
    severity: str,
    header: str,
    name: str,
    values: dict[int, str],
    default: str = "",
    good: dict[int, str] | None = None,
    total: int | None = TOTAL,
) -> Case:
    """A case of one more column; ``good`` are its mended values."""
    mended = dict.fromkeys(values, default) if good is None else good
    return Case(
        {"orders.csv": more(header, values, default)},
        code,
        row,
        column,
        value,
        severity,
        total,
        with_column(name, header),
        {"orders.csv": more(header, mended, default)},
    )


def beside(
    table: str,
    name: str,
    columns: dict[str, str],
    content: str,
    good: str,
    code: str,
    row: int | None,
    column: str,
    value: str,
    severity: str,
    total: int | None = TOTAL,
    file: str = "orders.csv",
    orders: str = BASE,
) -> Case:
    """A case of a second table beside the orders."""
    sources = {"orders": source(), table: {"table": table, "file": name, "columns": columns}}
    return Case(
        {"orders.csv": orders, name: content},
        code,
        row,
        column,
        value,
        severity,
        total,
        sources,
        {"orders.csv": BASE, name: good},
        file=file,
    )


PEOPLE = "工号,区域\n张伟,华东\n李娜,华南\n王芳,NA\n"
PRODUCTS = "编码,产品线\n" + "".join(f"P{i},甲\n" for i in range(5))
CUSTOMERS = "编码,类型\n" + "".join(f"客户{i},KA\n" for i in range(7))
DUPLICATE = text([*ROWS, ROWS[4]])
NO_LINES = {k: v for k, v in COLUMNS.items() if k not in ("line_no", "order_id")}
TWO = {"orders": source("orders_*.csv")}
HALVES = {"orders_1.csv": text(ROWS[:30]), "orders_2.csv": text(ROWS[30:])}
TENTH = text([[*r[:8], f"{float(r[8]) / 10000:.6f}"] for r in ROWS[30:]])

CASES = {
    "row twice": Case({"orders.csv": DUPLICATE}, "duplicate_row", 62, "", "A004", "warn"),
    "row in two exports": Case(
        {"orders_1.csv": text(ROWS[:35]), "orders_2.csv": text(ROWS[30:])},
        "duplicate_file",
        2,
        "",
        "A030",
        "warn",
        TOTAL,
        TWO,
        HALVES,
        file="orders_2.csv",
    ),
    "row twice without a number": Case(
        {"orders.csv": DUPLICATE},
        "duplicate_suspect",
        62,
        "",
        "",
        "warn",
        TOTAL + amount(4),
        {"orders": source(columns=NO_LINES)},
    ),
    "one key, two contents": one(
        "key_conflict", 5, "行号", "A003 / 1", "error", (4, "订单号", "A003"), (4, "业务员", "张伟")
    ),
    "order of the future": one("future_date", 5, "日期", "2042-01-04", "error", (3, "日期", "2042-01-04")),
    "amount of zero": one("zero_amount", 5, "金额", "A003", "info", (3, "金额", "0"), total=TOTAL - amount(3)),
    "negative, and a return by default": one(
        "negative_as_return", 5, "金额", "-103.03", "info", (3, "金额", "-103.03"), total=TOTAL - 2 * amount(3)
    ),
    "quantity blank": one("quantity_missing", 5, "数量", "A003", "info", (3, "数量", "")),
    "customer blank": one("customer_missing", 5, "客户", "A003", "warn", (3, "客户", "")),
    "decimal point slipped": Case(
        {
            "orders.csv": text(
                [
                    *ROWS,
                    *[[f"B{i}", "1", "2024-03-20", "华东", "张伟", "客户1", "P1", "1", "100.00"] for i in range(30)],
                    ["B99", "1", "2024-03-20", "华东", "张伟", "客户1", "P1", "1", "10000.00"],
                ]
            )
        },
        "price_slip",
        92,
        "金额",
        "10000.00",
        "warn",
        None,
    ),
    "order of two customers": one(
        "order_two_customers", 5, "订单号", "A003", "warn", (4, "订单号", "A003"), (4, "行号", "2")
    ),
    "order of two days": one(
        "order_two_dates", 5, "订单号", "A003", "warn", (4, "订单号", "A003"), (4, "行号", "2"), (4, "客户", "客户3")
    ),
    "month without orders": Case(
        {"orders.csv": text([r for r in ROWS if r[2][:7] != "2024-02"])},
        "month_gap",
        None,
        "日期",
        "2024-02",
        "warn",
        None,
    ),
    "negative, not marked": Case(
        {
            "orders.csv": text(
                [[*r[:8], "-" + r[8] if i == 3 else r[8], "否"] for i, r in enumerate(ROWS)], [*HEADER, "退货"]
            )
        },
        "negative_unflagged",
        5,
        "金额",
        "-103.03",
        "warn",
        TOTAL - 2 * amount(3),
        with_column("is_return", "退货"),
        {"orders.csv": more("退货", {}, "否")},
    ),
    "returns written as positive": Case(
        {"orders.csv": more("退货", {3: "是"}, "否")},
        "return_sign",
        5,
        "金额",
        "103.03",
        "info",
        TOTAL - 2 * amount(3),
        with_column("is_return", "退货"),
        {"orders.csv": more("退货", {}, "否")},
    ),
    "returns of both signs": Case(
        {"orders.csv": more("退货", {3: "是", 4: "是"}, "否").replace(",104.04,", ",-104.04,")},
        "return_sign_mixed",
        5,
        "金额",
        "103.03",
        "stop",
        None,
        with_column("is_return", "退货"),
        {"orders.csv": more("退货", {}, "否")},
    ),
    "neither yes nor no": added("flag_unreadable", 5, "退货", "也许", "error", "退货", "is_return", {3: "也许"}, "否"),
    "shipped before ordered": added(
        "ship_before_order", 5, "发货", "2023-12-31", "warn", "发货", "ship_date", {3: "2023-12-31"}
    ),
    "invoiced before ordered": added(
        "invoice_before_order", 5, "开票", "2023-12-31", "info", "开票", "invoice_date", {3: "2023-12-31"}
    ),
    "entered before ordered": added(
        "known_before_order", 5, "录入", "2023-12-31", "warn", "录入", "known_date", {3: "2023-12-31"}
    ),
    "entered after the close": added(
        "late_entries", 5, "录入", "2024-03-15", "info", "录入", "known_date", {3: "2024-03-15"}
    ),
    "sold below cost": added("loss_making", 5, "成本", "103.03 < 200.00", "info", "成本", "cost", {3: "200"}),
    "negative cost": added("negative_cost", 5, "成本", "-20.00", "warn", "成本", "cost", {3: "-20"}),
    "foreign currency": added("currency_foreign", None, "币种", "USD", "error", "币种", "currency", {3: "USD"}, "CNY"),
    "two units": Case(
        {"orders_1.csv": text(ROWS[:30]), "orders_2.csv": TENTH},
        "unit_slip",
        None,
        "金额",
        "",
        "stop",
        None,
        TWO,
        HALVES,
        file="orders_2.csv",
    ),
    "ledger figure missed": Case(
        {"orders.csv": text(ROWS[:-1])},
        "control_total",
        None,
        "金额",
        "",
        "stop",
        None,
        {"orders": source(control=[{"total": f"{TOTAL / 100:.2f}"}])},
    ),
    "ledger figure of a month missed": Case(
        {"orders.csv": text(ROWS[1:])},
        "control_total",
        None,
        "金额",
        "",
        "stop",
        None,
        {"orders": source(control=[{"period": "2024-01", "total": f"{sum(amount(i) for i in range(20)) / 100:.2f}"}])},
    ),
    "most rows unreadable": one(
        "too_many_set_aside", None, "", "", "stop", *[(i, "金额", "?") for i in range(10)], total=None
    ),
    "unknown person": beside(
        "people",
        "p.csv",
        {"person_id": "工号", "region_id": "区域"},
        PEOPLE.replace("李娜,华南\n", ""),
        PEOPLE,
        "unknown_person",
        3,
        "业务员",
        "李娜",
        "warn",
    ),
    "unknown product, perhaps known": beside(
        "products",
        "p.csv",
        {"product_id": "编码", "product_line": "产品线"},
        PRODUCTS.replace("P3", "p-3"),
        PRODUCTS,
        "unknown_product",
        5,
        "产品",
        "P3",
        "error",
    ),
    "unknown customer": beside(
        "customers",
        "c.csv",
        {"customer_id": "编码", "customer_type": "类型"},
        CUSTOMERS.replace("客户3,KA\n", ""),
        CUSTOMERS,
        "unknown_customer",
        5,
        "客户",
        "客户3",
        "warn",
    ),
    "customer twice": beside(
        "customers",
        "c.csv",
        {"customer_id": "编码", "customer_type": "类型"},
        CUSTOMERS + "客户3,SMB\n",
        CUSTOMERS,
        "key_repeated",
        9,
        "编码",
        "客户3",
        "warn",
        file="c.csv",
    ),
    "product without a code": beside(
        "products",
        "p.csv",
        {"product_id": "编码", "product_line": "产品线"},
        PRODUCTS + ",乙\n",
        PRODUCTS,
        "row_set_aside",
        7,
        "编码",
        "乙",
        "error",
        file="p.csv",
    ),
    "return of an unknown order": beside(
        "returns",
        "r.csv",
        {"order_id": "单"},
        "单\nA003\nZ999\n",
        "单\nA003\n",
        "return_without_order",
        3,
        "order_id",
        "Z999",
        "error",
        TOTAL - amount(3),
        file="r.csv",
    ),
    "target without a period": beside(
        "targets",
        "t.csv",
        {"month": "月", "target": "目标"},
        "月,目标\n2024-01,100\n,200\n",
        "月,目标\n2024-01,100\n2024-02,200\n",
        "target_without_period",
        3,
        "月",
        "",
        "error",
        file="t.csv",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_export_that_contradicts(name: str) -> None:
    case = CASES[name]
    loose = {"quality": {"stop_share_set_aside": 0.1}, **case.company}
    got = load(case.files, case.sources, **loose)
    found = got.find(case.code)
    assert (found.file, found.row, found.column) == (case.file, case.row, case.column)
    assert case.value in found.value and found.severity == case.severity
    assert found.message.zh and found.message.en and found.remedy.zh and found.remedy.en
    if case.total is not None:
        assert got.total == case.total
    again: Imported = load(case.mended, case.sources, **loose)
    assert again.error is None and case.code not in again.codes
    assert again.tables["sales_lines"].loc[lambda f: ~f["is_return"], "net_minor"].sum() == TOTAL
