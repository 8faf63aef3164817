"""Two exports of one source whose columns differ: recognised, named with the likely new name, and asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesnb.intake.init import guess
from tests.intake.exports import COLUMNS, HEADER, ROWS, TOTAL, load, source, text

OLD = text(ROWS[:40])
BOTH = source(file="o*.csv")


def renamed(**new: str) -> str:
    return text(ROWS[40:], [new.get(h, h) for h in HEADER])


@pytest.mark.parametrize(
    ("old", "new", "ours"),
    [("业务员", "销售代表", "person_id"), ("客户", "购货单位", "customer_id"), ("产品", "商品名称", "product_id"),
     ("数量", "件数", "quantity"), ("区域", "大区", "region_id")],
)  # fmt: skip
def test_a_renamed_column_is_known_by_its_meaning_and_the_remedy_works(old: str, new: str, ours: str) -> None:
    files = {"o1.csv": OLD, "o2.csv": renamed(**{old: new})}
    got = load(files, {"orders": BOTH})
    found = got.find("column_absent")
    assert (found.file, found.row, found.column, found.value) == ("o2.csv", 1, old, new) and found.severity == "error"
    assert f"{ours}: {{column: {old}, also: [{new}]}}" in found.remedy.zh
    mended = {**BOTH, "columns": {**COLUMNS, ours: {"column": old, "also": [new]}}}
    again = load(files, {"orders": mended})
    assert "column_absent" not in again.codes and again.total == TOTAL
    assert again.tables["sales_lines"].equals(load({"orders.csv": text(ROWS)}).tables["sales_lines"])


def test_a_renamed_column_nothing_works_without_refuses_with_the_new_name() -> None:
    got = load({"o1.csv": OLD, "o2.csv": renamed(金额="合同额")}, {"orders": BOTH})
    assert got.error is not None and got.error.where is not None
    assert (got.error.where.file, got.error.where.column) == ("o2.csv", "金额")
    assert got.error.remedy is not None
    told = load({"o1.csv": OLD, "o2.csv": renamed(金额="销售收入")}, {"orders": BOTH}).error
    assert told is not None and told.remedy is not None and "销售收入" in told.remedy.zh


def test_a_column_another_one_uses_is_no_new_name() -> None:
    got = load({"o1.csv": OLD, "o2.csv": text([r[:4] + r[5:] for r in ROWS[40:]], HEADER[:4] + HEADER[5:])},
               {"orders": BOTH})  # fmt: skip
    found = got.find("column_absent")
    assert found.column == "业务员" and found.value == "" and found.severity == "warn"


def test_a_column_that_is_new_is_told_and_not_imported() -> None:
    new = text([[*row, "直销"] for row in ROWS[40:]], [*HEADER, "渠道"])
    found = load({"o1.csv": OLD, "o2.csv": new}, {"orders": BOTH}).find("column_new")
    assert (found.severity, found.file, found.column) == ("info", "o2.csv", "渠道") and "o1.csv" in found.message.zh


def test_init_maps_both_exports_and_asks(tmp_path: Path) -> None:
    (tmp_path / "订单2023.csv").write_text(OLD, encoding="utf-8")
    (tmp_path / "订单2024.csv").write_text(renamed(业务员="销售代表", 金额="销售收入"), encoding="utf-8")
    made = guess([tmp_path], "u")
    asked = next(q for q in made.questions if q.code == "init_column_drift")
    assert asked.file.endswith("订单2024.csv") and asked.severity == "warn"
    assert "业务员→销售代表" in asked.value and "金额→销售收入" in asked.value and "订单2023.csv" in asked.message.zh
    assert made.company_yaml.count("table: sales_lines") == 2
    assert "net: 销售收入" in made.company_yaml and "init_sales_twice" not in {q.code for q in made.questions}
