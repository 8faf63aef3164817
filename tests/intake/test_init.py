"""`init` guesses a company.yaml that runs at once, and says what it is unsure of."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesnb.intake import facts
from salesnb.intake.init import guess


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
    _, found = run(real_data / "maven_crm")
    deals = found.table("opportunities")
    won = deals[deals["stage"] == "won"]
    closed = deals[deals["stage"].isin(["won", "lost"])]
    assert won["amount_minor"].sum() == 1_000_553_400
    assert len(won) / len(closed) == pytest.approx(0.6315, abs=5e-5)


def test_headers_of_the_data_cannot_break_out_of_the_file(run, tmp_path):
    evil = 'note"\nunit: evil\n# {}[]: &x *y !!python'
    rows = [["订单号", "日期", "金额", evil], *([f"A{i}", "2024-01-05", "10.50", "x: y # z"] for i in range(30))]
    import csv

    with (tmp_path / "orders.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    made, found = run(tmp_path / "orders.csv")
    assert found.table("sales_lines")["net_minor"].sum() == 31_500
    assert "unit: evil" not in made.company_yaml.splitlines()
