"""The real exports whole, to the cent: totals, years by booking month, returns netted, both encodings the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesnb.intake import facts

pytestmark = pytest.mark.real

SHOP = """
unit: shop
name: shop
sources:
  orders:
    table: sales_lines
    file: "{orders}"
    columns:
      order_id: 订单 ID
      line_no: 行 ID
      order_date: 订单日期
      region_id: 地区
      product_id: 产品 ID
      product_name: 产品名称
      product_line: 类别
      customer_id: 客户 ID
      quantity: 数量
      net: 销售额
      cost: {{column: 销售额, less: 利润}}
"""
RETURNS = """
  returned:
    table: returns
    file: "{returns}"
    columns: {{order_id: 订单 ID, is_return: 退回}}
"""
BIKES = """
unit: bikes
name: bikes
currency: USD
sources:
  orders:
    table: sales_lines
    file: "{orders}"
    columns:
      order_id: order_id
      line_no: line
      order_date: order_date
      month: sales_month
      region_id: region
      person_id: salesperson_id
      product_id: product_id
      customer_id: customer_id
      net: amount
      cost: cost
"""


@pytest.fixture
def unit(tmp_path, monkeypatch):
    """A function that writes a unit's company.yaml and loads its facts."""
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))

    def load(name: str, text: str) -> facts.Facts:
        folder = tmp_path / "params" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "company.yaml").write_text(text, encoding="utf-8")
        return facts.load(name)

    return load


@pytest.mark.parametrize("name", ["订单_2014_2017.csv", "订单_2014_2017_gbk.csv"])
def test_chinese_orders_sum_to_the_fen_in_both_encodings(unit, real_data: Path, name: str) -> None:
    found = unit("shop", SHOP.format(orders=real_data / "superstore_cn" / name))
    lines = found.table("sales_lines")
    assert lines["net_minor"].sum() == 1_611_754_824
    assert found.table("sales_cells")["net_minor"].sum() == 1_611_754_824
    assert found.table("sales_daily")["net_minor"].sum() == 1_611_754_824
    years = lines.groupby(lines["month"].str[:4])["net_minor"].sum() / 1e8
    assert years.round(2).to_dict() == {"2014": 2.94, "2015": 3.44, "2016": 4.25, "2017": 5.49}
    assert found.ledger["kept_minor"].tolist() == [1_611_754_824]


def test_returned_orders_are_netted_and_gross_stays_exact(unit, real_data: Path) -> None:
    folder = real_data / "superstore_cn"
    text = SHOP + RETURNS
    found = unit("shop", text.format(orders=folder / "订单_2014_2017.csv", returns=folder / "退货_2014_2017.csv"))
    lines = found.table("sales_lines")
    assert lines.loc[~lines["is_return"], "net_minor"].sum() == 1_611_754_824
    assert lines["net_minor"].sum() == 1_415_559_324
    assert lines["is_return"].sum() == 1163
    assert "returns_netted" in set(found.findings["code"])


def test_bike_orders_sum_to_the_cent_by_booking_month(unit, real_data: Path) -> None:
    found = unit("bikes", BIKES.format(orders=real_data / "adventureworks" / "order_lines.csv.gz"))
    cells = found.table("sales_cells")
    assert cells["net_minor"].sum() == 10_980_927_420
    years = cells.groupby(cells["month"].str[:4])["net_minor"].sum() / 1e8
    assert years.round(2).to_dict() == {"2011": 23.34, "2012": 33.70, "2013": 52.67, "2014": 0.10}
    assert (cells.loc[cells["person_id"] == "_unassigned", "net_minor"].sum() / 10_980_927_420) == pytest.approx(
        0.27, abs=0.005
    )
    lines = found.table("sales_lines")
    by_cell = lines.groupby(["month", "region_id", "person_id", "product_id"])["net_minor"].sum()
    assert (
        by_cell.values == cells.groupby(["month", "region_id", "person_id", "product_id"])["net_minor"].sum().values
    ).all()
