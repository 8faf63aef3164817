"""The faults of other target reports, from a company's files to the review's tables: each is right here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from salesnb.model.errors import DataError
from salesnb.notebook import review

COMPANY = """
unit: firm
name: {zh: 小公司, en: Tiny}
language: en
today: 2024-07-04
sources:
  orders:
    table: sales_lines
    file: data/orders.csv
    credit: repeated
    columns: {order_id: no, line_no: line, order_date: day, person_id: rep, net: amount, share_of_credit: share,
              product_id: item, customer_id: customer, currency: money}
  people:
    table: people
    file: data/people.csv
    columns: {person_id: id, name: name, from_date: since, to_date: until, region_id: region, team_id: team}
  quotas:
    table: targets
    file: data/quotas.csv
    columns: {from_date: since, to_date: until, region_id: region, person_id: rep, metric: metric, target: amount}
"""
PEOPLE = [
    "id,name,since,until,region,team",
    "p1,Ann,2020-01-01,2024-03-31,North,t1",
    "p1,Ann,2024-04-01,,South,t2",
    "p2,Bob,2020-01-01,,North,t1",
    "p3,Eve,2020-01-01,,South,t2",
]
ORDERS = [
    "no,line,day,rep,amount,share,item,customer,money",
    "A1,1,2024-02-05,p1,1000,70%,X,K1,CNY",
    "A1,1,2024-02-05,p2,1000,30%,X,K1,CNY",
    "A2,1,2024-03-20,p1,300,100%,X,K2,CNY",
    "A3,1,2024-05-06,p1,500,100%,X,K3,CNY",
    "A4,1,2024-06-03,p3,200,100%,X,K3,CNY",
    "B1,1,2023-05-06,p3,900,100%,X,K3,CNY",
]
QUOTAS = [
    "since,until,region,rep,metric,amount",
    "2024-01-01,2024-12-31,North,,sales,2400",
    "2024-01-01,2024-06-30,North,,sales,1200",
    "2024-07-01,2024-12-31,North,,sales,1200",
    "2024-01-01,2024-12-31,North,p1,sales,1500",
    "2024-01-01,2024-12-31,North,p2,sales,1500",
    "2024-01-01,2024-12-31,South,p3,sales,1000",
]


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Any]]:
    """``firm(orders=…, quotas=…)``: the half year's review of a company with these files."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("SALESNB_STAGE", raising=False)
        yield _maker(tmp_path_factory, patch)


@pytest.fixture(scope="module")
def book(firm) -> Any:
    """The company as it is."""
    return firm()


def _maker(folders: pytest.TempPathFactory, patch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Every company in folders of its own: an import remembers which rows it held before."""

    def make(orders: list[str] = ORDERS, quotas: list[str] = QUOTAS, people: list[str] = PEOPLE) -> Any:
        root = folders.mktemp("firm")
        patch.setenv("SALESNB_PARAMS", str(root / "params"))
        patch.setenv("SALESNB_OUTPUTS", str(root / "outputs"))
        folder = root / "params" / "firm"
        (folder / "data").mkdir(parents=True, exist_ok=True)
        for name, rows in (("orders", orders), ("quotas", quotas), ("people", people)):
            (folder / "data" / f"{name}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        (folder / "company.yaml").write_text(COMPANY, encoding="utf-8")
        return review.open("firm", "2024-06", "2024-06-30")

    return make


def nodes(book: Any, dimension: str) -> Any:
    return book.nodes_of(dimension).set_index("node_id")


def test_split_credit_gives_each_his_percent_and_the_order_once(book) -> None:
    people = nodes(book, "person_id")["actual_minor"]
    assert people["p2"] == 30_000 and people["p1"] == 70_000 + 30_000 + 50_000
    assert people.sum() == book.main_pace["actual_minor"] == 200_000, "1000 + 300 + 500 + 200, the shared order once"


def test_a_transfer_leaves_what_was_sold_where_it_was_sold(book) -> None:
    regions = nodes(book, "region_id")["actual_minor"]
    assert regions["North"] == 130_000, "Ann's first quarter stays with North"
    assert regions["South"] == 70_000, "what she sold since counts in South"


def test_parent_and_child_year_and_halves_are_one_target(book) -> None:
    assert nodes(book, "region_id")["target_minor"].to_dict()["North"] == 240_000, "not 240 + 120 + 120 + 300"
    assert nodes(book, "person_id")["target_minor"].dropna().to_dict() == {"p1": 150_000, "p2": 150_000, "p3": 100_000}
    assert book.main_pace["target_minor"] == 340_000, "North's own and South's people: a blank group is all of it, once"


def test_a_parent_without_rows_of_its_own_is_the_sum_of_its_people(book) -> None:
    assert nodes(book, "region_id").loc["South", "target_minor"] == 100_000


def test_a_row_that_stands_twice_is_set_aside_and_never_added(firm) -> None:
    book = firm(quotas=[*QUOTAS, QUOTAS[1], QUOTAS[6]])
    assert nodes(book, "region_id").loc["North", "target_minor"] == 240_000
    assert nodes(book, "person_id").loc["p3", "target_minor"] == 100_000
    findings = book.facts.findings
    found = findings[findings["code"] == "duplicate_record"].iloc[0]
    assert found["row"] == 8 and found["row_count"] == 2 and "quotas.csv" in found["file"]


def test_finer_rows_of_one_node_are_its_sum_and_said_to_be(firm) -> None:
    finer = [*QUOTAS, "2024-01-01,2024-12-31,South,p3,sales,500"]
    book = firm(quotas=finer)
    assert nodes(book, "person_id").loc["p3", "target_minor"] == 150_000
    assert (book.facts.findings["code"] == "amounts_added").any()


def test_another_currency_is_refused_not_added(firm) -> None:
    foreign = [*ORDERS, "C1,1,2024-06-04,p3,100,100%,X,K4,USD"]
    with pytest.raises(DataError, match="USD"):
        _ = firm(orders=foreign).main_pace


def test_the_sign_of_a_gap_and_to_date_against_what_is_due_to_date(book) -> None:
    found = nodes(book, "region_id")
    north = found.loc["North"]
    assert north["due_minor"] < north["target_minor"], "half of the year is not the year"
    assert north["gap_minor"] == north["actual_minor"] - north["due_minor"]
    signs = found.dropna(subset=["gap_minor", "behind_rate"])
    assert ((signs["gap_minor"] < 0) == (signs["behind_rate"] > 0)).all() and len(signs) == 2
