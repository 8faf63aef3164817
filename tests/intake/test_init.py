"""`init` guesses a company.yaml that runs at once, and says what it is unsure of."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesnb.intake import facts
from salesnb.intake.init import guess
from salesnb.model.errors import DataError


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A function: guess a unit's company.yaml from paths, save it unedited, load its facts."""
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))

    def go(*paths: Path):
        made = guess(list(paths), "unit")
        folder = tmp_path / "params" / "unit"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "company.yaml").write_text(made.company_yaml, encoding="utf-8")
        return made, facts.load("unit")

    return go


def codes(made):
    return {q.code for q in made.questions}


@pytest.mark.real
@pytest.mark.parametrize("name", ["订单_2014_2017.csv", "订单_2014_2017_gbk.csv"])
def test_one_chinese_export_in_either_encoding(run, real_data, name):
    made, found = run(real_data / "superstore_cn" / name)
    lines = found.table("sales_lines")
    assert lines["net_minor"].sum() == 1_611_754_824
    assert set(lines["region_id"]) == {"华东", "华北", "华南", "中南", "东北", "西北", "西南"} - {"华南"}
    assert lines["cost_minor"].notna().all()
    assert {"init_cost_from_profit", "init_several_regions", "init_two_names"} <= codes(made)
    several = next(q for q in made.questions if q.code == "init_several_regions")
    assert several.value == "769/790"


@pytest.mark.real
def test_a_folder_with_twins_returns_and_managers(run, real_data):
    made, found = run(real_data / "superstore_cn")
    lines = found.table("sales_lines")
    assert lines.loc[~lines["is_return"], "net_minor"].sum() == 1_611_754_824
    assert lines["net_minor"].sum() == 1_415_559_324
    assert "init_file_twin" in codes(made)
    assert len(found.table("people")) == 6


@pytest.mark.real
def test_a_folder_of_orders_products_people_and_quotas(run, real_data):
    made, found = run(real_data / "adventureworks")
    cells = found.table("sales_cells")
    assert cells["net_minor"].sum() == 10_980_927_420
    assert set(cells["currency"]) == {"USD"}
    years = cells.groupby(cells["month"].str[:4])["net_minor"].sum() / 1e8
    assert years.round(2).to_dict() == {"2011": 23.34, "2012": 33.70, "2013": 52.67, "2014": 0.10}
    assert len(found.table("targets")) == 163
    assert {"init_currency_one", "init_booking_month", "init_unassigned", "init_target_windows"} <= codes(made)
    assert found.parents("region_id")["Southwest"] == "United States"
    assert "NA" in found.names("region_id")


@pytest.mark.real
def test_a_folder_of_deals(run, real_data):
    made, found = run(real_data / "maven_crm")
    deals = found.table("opportunities")
    won = deals[deals["stage"] == "won"]
    closed = deals[deals["stage"].isin(["won", "lost"])]
    assert won["amount_minor"].sum() == 1_000_553_400
    assert len(won) / len(closed) == pytest.approx(0.6315, abs=5e-5)
    # one product is spelled without its blank in the deals: a plain join would lose 35 % of what was won
    assert set(deals["product_id"]) <= set(found.table("products")["product_id"])
    assert set(deals["region_id"]) == {"Central", "East", "West"}
    assert {"init_spelling_mapped", "init_file_unused"} <= codes(made)


def test_headers_of_the_data_cannot_break_out_of_the_file(run, tmp_path):
    evil = 'note"\nunit: evil\n# {}[]: &x *y !!python'
    rows = [["订单号", "日期", "金额", evil], *([f"A{i}", "2024-01-05", "10.50", "x: y # z"] for i in range(30))]
    import csv

    with (tmp_path / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    made, found = run(tmp_path / "orders.csv")
    assert found.table("sales_lines")["net_minor"].sum() == 31_500
    assert "unit: evil" not in made.company_yaml.splitlines()


def write(path: Path, *rows: str) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


REGIONS = ["华南", "华东", "华东"]
ORDERS = ["合同编号,签约日期,销售区域,客户名称,产品名称,成交金额(万元),数量"] + [
    f"HT{i:04d},2024/{1 + i % 6}/{1 + i % 28},{REGIONS[i % 3]},客户{i % 9},产品{i % 4},{i % 7 + 1}.25,{1 + i % 5}"
    for i in range(60)
]


def test_other_words_other_units_and_wide_targets(run, tmp_path):
    write(tmp_path / "合同台账.csv", *ORDERS)
    header = "销售区域," + ",".join(f"{m}月(万元)" for m in range(1, 13))
    write(tmp_path / "2024年销售目标.csv", header, "华东," + ",".join(["100"] * 12), "华南," + ",".join(["50.5"] * 12))
    made, found = run(tmp_path / "合同台账.csv", tmp_path / "2024年销售目标.csv")
    amounts = sum((i % 7 + 1) * 1_000_000 + 250_000 for i in range(60))
    assert found.table("sales_lines")["net_minor"].sum() == amounts
    targets = found.table("targets")
    assert len(targets) == 24 and targets["target_minor"].sum() == 12 * 150_50 * 10_000
    assert targets["from_date"].min().year == 2024
    assert "init_wide_year" in codes(made)


def test_two_years_of_one_export_are_two_sources_of_one_table(run, tmp_path):
    write(tmp_path / "orders_2023.csv", *[row.replace("2024/", "2023/").replace("HT", "HA") for row in ORDERS])
    write(tmp_path / "orders_2024.csv", *ORDERS)
    made, found = run(tmp_path)
    assert len(found.table("sales_lines")) == 120
    assert made.company_yaml.count("table: sales_lines") == 2 and "init_sales_twice" not in codes(made)


def test_day_and_month_that_cannot_be_told_apart_are_asked(run, tmp_path):
    rows = ["order_id,order_date,amount"] + [f"A{i},{1 + i % 9:02d}/{1 + i % 5:02d}/2024,10" for i in range(30)]
    made = guess([write(tmp_path / "orders.csv", *rows)], "unit")
    asked = next(q for q in made.questions if q.code == "init_date_order")
    assert asked.severity == "stop" and "%d/%m/%Y" in asked.remedy.zh and asked.column == "order_date"


def test_nothing_recognised_is_said(tmp_path):
    write(tmp_path / "x.csv", "a,b", "1,2")
    with pytest.raises(DataError, match="no table was recognised"):
        guess([tmp_path / "x.csv"], "unit")
    with pytest.raises(DataError, match="no such file"):
        guess([tmp_path / "nothing"], "unit")


@pytest.mark.long
def test_the_sample_companys_exports_without_its_company_yaml(run, tmp_path):
    from salesnb.intake.sample import generate

    generate(tmp_path / "exports", 7)
    made, found = run(tmp_path / "exports")
    assert not [q for q in made.questions if q.severity == "stop"]
    tables = ("receipts", "opportunities", "visits", "spend", "customers", "people", "products", "dealers", "targets")
    tables += ("market_sizes", "dealer_stock", "general_ledger", "market_watch", "competitor_moves")
    assert {name for name in tables if found.table(name).empty} == set()
    assert found.table("receipts")["due_date"].notna().any() and set(found.table("targets")["metric"]) == {"sales"}
    assert found.table("competitor_moves")["price_change_rate"].min() > -1
    assert found.table("sales_lines")["original_order_id"].notna().any()
    lines, products = found.table("sales_lines"), found.table("products")
    assert lines["net_minor"].sum() > 0 and {"华东", "华南"} <= set(lines["region_id"])
    assert set(lines["product_line"]) - {"_unassigned"} == set(products["product_line"])
