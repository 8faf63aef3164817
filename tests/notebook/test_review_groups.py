"""A group of two companies with dealers: rulings move credit and nothing else, entities consolidate, none mixed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salesnb.model.errors import DataError, ParamsError
from salesnb.notebook import review

COMPANY = """
unit: group
name: {zh: 集团, en: Group}
language: en
today: 2024-07-20
entities:
  H: {name: {zh: 母公司, en: Holding}, customers: [K9]}
  S: {name: {zh: 子公司, en: Subsidiary}, customers: [K8]}
sources:
  orders:
    table: sales_lines
    file: data/orders.csv
    columns: {order_id: no, order_date: day, person_id: rep, dealer_id: dealer, net: amount, product_id: item,
              customer_id: customer, entity_id: entity}
  people:
    table: people
    file: data/people.csv
    columns: {person_id: id, name: name, region_id: region, team_id: team}
  customers:
    table: customers
    file: data/customers.csv
    columns: {customer_id: id, name: name, dealer_id: dealer, region_id: region}
"""
FILES = {
    "people.csv": "id,name,region,team\np1,Ann,North,t1\np2,Bob,South,t2\n",
    "customers.csv": "id,name,dealer,region\nK1,Mill,D1,North\nK2,Dam,D2,South\n",
    "orders.csv": "no,day,rep,dealer,amount,item,customer,entity\n"
    "A1,2024-02-05,p2,D2,1001,X,K1,H\nA2,2024-03-20,p2,D2,300,X,K2,H\nA3,2024-05-06,p1,D1,500,X,K1,S\n"
    "B0,2023-01-06,p1,D1,100,X,K1,H\nB1,2023-05-06,p1,D1,800,X,K1,H\nI1,2024-04-01,p1,,250,X,K8,H\nI2,2024-04-02,p2,,70,X,K9,S\n",
}
RULING = """
schema: 1
rulings:
  - customer: Mill
    decision: half of order A1 belongs to Ann
    by: director
    decided: 2024-07-10
    reference: decisions/2024-07-10-mill.md
    credit: {from: {person: Bob}, to: {person: Ann, dealer: D1}, share: 0.5, order: A1}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    root = tmp_path_factory.mktemp("group")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SALESNB_PARAMS", str(root / "params"))
        patch.setenv("SALESNB_OUTPUTS", str(root / "outputs"))
        patch.delenv("SALESNB_STAGE", raising=False)
        unit = root / "params" / "group"
        (unit / "data").mkdir(parents=True)
        (unit / "periods").mkdir()
        (unit / "company.yaml").write_text(COMPANY, encoding="utf-8")
        for name, text in FILES.items():
            (unit / "data" / name).write_text(text, encoding="utf-8")
        yield unit


def opened(unit: Path, ruling: str, as_of: str = "2024-07-20") -> Any:
    (unit / "periods" / "2024-06.yaml").write_text(ruling, encoding="utf-8")
    return review.open("group", "2024-06", as_of)


def actual(book: Any, dimension: str) -> dict[str, int]:
    frame = book.nodes_of(dimension)
    return dict(zip(frame["node_id"], frame["actual_minor"], strict=True))


def test_a_ruling_moves_credit_and_leaves_orders_and_the_company_alone(folder: Path) -> None:
    before, after = opened(folder, "schema: 1\n"), opened(folder, RULING)
    assert actual(before, "person_id") == {"p1": 50_000, "p2": 130_100}
    assert actual(after, "person_id") == {"p1": 100_050, "p2": 80_050}
    assert actual(after, "region_id") == {"North": 100_050, "South": 80_050}, "a person's region goes with him"
    assert actual(after, "dealer_id") == {"D1": 100_050, "D2": 80_050}
    assert after.main_pace["actual_minor"] == before.main_pace["actual_minor"] == 180_100
    assert after.facts.table("sales_lines").equals(before.facts.table("sales_lines")), "orders are never rewritten"
    row = after.rulings_table.iloc[0]
    assert len(after.rulings_table) == 1 and row["net_minor"] == 50_050
    assert (row["from_node"], row["to_node"], row["by"]) == ("Bob", "Ann", "director")
    assert "500" in after.dealers().text()


def test_what_was_booked_elsewhere_stays_listed_with_its_ruling(folder: Path) -> None:
    rows = opened(folder, RULING).diverted_table
    assert rows[["customer_id", "net_minor"]].to_numpy().tolist() == [["K1", 100_100]]
    assert rows["ruling"].iloc[0].startswith("half")


def test_a_report_as_of_a_day_before_the_ruling_does_not_see_it(folder: Path) -> None:
    assert actual(opened(folder, RULING, "2024-07-09"), "person_id") == {"p1": 50_000, "p2": 130_100}


def test_credit_can_be_given_away_once_and_only_to_somebody(folder: Path) -> None:
    twice = RULING + RULING.split("rulings:")[1].replace("share: 0.5", "share: 0.6")
    with pytest.raises(DataError, match="A1"):
        opened(folder, twice)
    with pytest.raises(ParamsError, match="Zoe"):
        opened(folder, RULING.replace("person: Ann", "person: Zoe"))


def test_entities_consolidate_to_the_company_without_what_they_sell_each_other(folder: Path) -> None:
    book = opened(folder, "schema: 1\n")
    frame = book.entities_table.set_index("entity_id")
    assert frame["actual_minor"].to_dict() == {"H": 130_100, "S": 50_000}, "two companies are never mixed"
    assert frame["internal_minor"].to_dict() == {"H": 25_000, "S": 7_000}
    assert frame["gross_minor"].to_dict() == {"H": 155_100, "S": 57_000}
    assert frame.loc["H", "last_year_minor"] == 90_000 and list(frame["name"]) == ["Holding", "Subsidiary"]
    assert book.entities().table and "320" in book.entities().text()
    book.checks()
