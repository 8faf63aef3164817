"""A unit whose CRM holds deals and whose orders nobody exports: won deals are its sales, and every page says so."""

from __future__ import annotations

import random
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest

from salesnb.intake.init import guess
from tests.intake.exports import Imported, load, source, text

HEADER = "商机编号,业务员,区域,产品,客户,阶段,线索日期,关闭日期,成交金额"
DEALS = {
    "table": "opportunities",
    "file": "d.csv",
    "columns": {
        "opportunity_id": "商机编号",
        "person_name": "业务员",
        "region_id": "区域",
        "product_name": "产品",
        "customer_name": "客户",
        "stage": {"column": "阶段", "values": {"赢单": "won", "丢单": "lost", "跟进": "qualified"}},
        "created_date": "线索日期",
        "closed_date": "关闭日期",
        "amount": "成交金额",
    },
}


def deals(count: int = 40) -> list[list[str]]:
    """Deals of three regions over two years: won, lost, open in turn."""
    start = date(2022, 1, 5)
    return [
        [f"S{i:03d}", f"人{i % 4}", f"区{i % 3}", f"品{i % 5}", f"客{i % 9}", ("赢单", "丢单", "跟进")[i % 3],
         str(start + timedelta(days=17 * i)), "" if i % 3 == 2 else str(start + timedelta(days=17 * i + 30)),
         "" if i % 3 == 2 else "0" if i % 3 == 1 else f"{1000 + i}.50"]
        for i in range(count)
    ]  # fmt: skip


def imported(rows: list[list[str]]) -> Imported:
    return load({"d.csv": text(rows, HEADER.split(","))}, {"d": DEALS})


def test_won_deals_are_the_sales_of_a_unit_without_orders() -> None:
    got = imported(deals())
    won = [row for row in deals() if row[5] == "赢单"]
    lines = got.tables["sales_lines"].set_index("order_id")
    assert sorted(lines.index) == [row[0] for row in won]
    assert lines["net_minor"].to_dict() == {row[0]: round(float(row[8]) * 100) for row in won}
    assert lines["order_date"].to_dict() == {row[0]: pd.Timestamp(row[7]) for row in won}
    assert lines["person_id"].to_dict() == {row[0]: row[1] for row in won}
    assert len(got.tables["opportunities"]) == 40, "the deals themselves stay what they are"
    said = got.find("sales_from_deals")
    assert (
        said.severity == "warn"
        and said.file == "d.csv"
        and said.row_count == len(won)
        and "赢单商机" in said.message.zh
    )
    for table in ("customers", "people", "products", "nodes", "sales_cells"):
        assert len(got.tables[table]), table


def test_a_won_deal_without_day_or_amount_is_set_aside_with_its_row() -> None:
    rows = deals()
    rows[3][7], rows[6][8] = "", ""
    got = imported(rows)
    aside = {f.row: (f.file, f.column) for f in got.findings if f.code == "row_set_aside"}
    assert aside == {5: ("d.csv", "关闭日期"), 8: ("d.csv", "成交金额")}
    assert got.set_aside is not None and set(got.set_aside["row"]) == {5, 8}
    assert "S003" not in set(got.tables["sales_lines"]["order_id"])


def test_orders_win_over_deals() -> None:
    orders = "订单号,行号,日期,区域,业务员,客户,产品,数量,金额\nA1,1,2024-01-05,华东,张伟,甲,P1,1,10\n"
    got = load({"orders.csv": orders, "d.csv": text(deals(), HEADER.split(","))}, {"orders": source(), "d": DEALS})
    assert got.tables["sales_lines"]["order_id"].tolist() == ["A1"] and "sales_from_deals" not in got.codes


def test_deals_without_amounts_are_no_sales() -> None:
    bare = {**DEALS, "columns": {k: v for k, v in DEALS["columns"].items() if k != "amount"}}  # type: ignore[attr-defined]
    got = load({"d.csv": text(deals(), HEADER.split(","))}, {"d": bare})
    assert "sales_lines" not in got.tables and len(got.tables["opportunities"]) == 40


@pytest.mark.long
def test_a_unit_of_deals_runs_from_init_to_its_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from salesnb.__main__ import main

    draw = random.Random(7)
    rows = [[f"S{i:04d}", *row[1:]] for i, row in enumerate(deals(40) * 12)]
    for row in rows:
        start = date(2021, 1, 4) + timedelta(days=draw.randrange(1050))
        row[6] = str(start)
        row[7] = row[7] and str(start + timedelta(days=draw.randrange(5, 40)))
    (tmp_path / "crm.csv").write_text(text(rows, HEADER.split(",")), encoding="utf-8")
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))
    assert "table: opportunities" in guess([tmp_path / "crm.csv"], "crm").company_yaml
    assert main(["init", "crm", str(tmp_path / "crm.csv")]) == 0
    for period in ("2024", "2023-10"):
        assert main(["run", period, "--unit", "crm"]) == 0
    page = (tmp_path / "outputs" / "crm" / "2024" / "v001" / "all" / "10_history.html").read_text(encoding="utf-8")
    assert "没有订单明细：销售额取自赢单商机" in " ".join(page.split())
