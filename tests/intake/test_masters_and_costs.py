"""What lines do not say: dealers the customer has but the order has not, customers nobody named, unknown costs."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesnb.intake import sums
from salesnb.model.periods import Window
from tests.intake.exports import COLUMNS, HEADER, ROWS, load, source, text

MASTER = {
    "table": "customers",
    "file": "c.csv",
    "columns": {"customer_id": "客户", "name": "名", "customer_type": "类", "dealer_id": "商"},
}
CUSTOMERS = "客户,名,类,商\n" + "".join(f"客户{i},客户{i},KA,D{i}\n" for i in range(7))
EVER = Window("2024", date(2024, 1, 1), date(2024, 12, 31))


def with_columns(**columns: list[str]) -> str:
    return text([[*row, *more] for row, more in zip(ROWS, zip(*columns.values(), strict=True), strict=True)],
                [*HEADER, *columns])  # fmt: skip


def test_a_blank_dealer_is_an_order_without_one_whatever_the_customers_master_says() -> None:
    orders = with_columns(渠道=["经销", "线上", ""] * 20, 经销商=["D9", "", ""] * 20)
    columns = {**COLUMNS, "channel_id": "渠道", "dealer_id": "经销商"}
    got = load({"orders.csv": orders, "c.csv": CUSTOMERS}, {"orders": source(columns=columns), "c": MASTER})
    lines = got.tables["sales_lines"]
    assert lines.groupby("channel_id")["dealer_id"].unique().map(list).to_dict() == {
        "_unassigned": ["_unassigned"], "经销": ["D9"], "线上": ["_unassigned"],
    }  # fmt: skip
    assert set(lines["customer_type"]) == {"KA"}, "what a customer is by nature still comes from its master"


def test_only_exports_without_a_column_of_dealers_take_the_customers_dealer() -> None:
    blank = with_columns(经销商=[""] * 60)
    plain = text([["B" + row[0], *row[1:]] for row in ROWS])
    both = source(file="o*.csv", columns={**COLUMNS, "dealer_id": "经销商"})
    got = load({"o1.csv": blank, "o2.csv": plain, "c.csv": CUSTOMERS}, {"orders": both, "c": MASTER})
    lines = got.tables["sales_lines"]
    silent = lines["order_id"].str.startswith("B")
    assert (lines.loc[silent, "dealer_id"] == "D" + lines.loc[silent, "customer_id"].str[2:]).all()
    assert set(lines.loc[~silent, "dealer_id"]) == {"_unassigned"}


@pytest.fixture
def half_costed(tmp_path: Path) -> Path:
    """Lines of which every second has a cost of 60 %, some without a customer."""
    cost = ["" if i % 2 else f"{float(row[8]) * 0.6:.2f}" for i, row in enumerate(ROWS)]
    named = [[*row[:5], "" if i % 5 == 0 else row[5], *row[6:]] for i, row in enumerate(ROWS)]
    orders = text([[*row, c] for row, c in zip(named, cost, strict=True)], [*HEADER, "成本"])
    got = load({"orders.csv": orders}, {"orders": source(columns={**COLUMNS, "cost": "成本"})})
    path = tmp_path / "sales_lines.parquet"
    got.tables["sales_lines"].to_parquet(path)
    return path


def test_a_margin_rests_on_the_lines_whose_cost_is_known(half_costed: Path) -> None:
    lines = pd.read_parquet(half_costed)
    known = lines[lines["cost_minor"].notna()]
    row = sums.sums(half_costed, (), [EVER], date(2024, 12, 31)).iloc[0]
    assert row["costed_minor"] == known["net_minor"].sum() < row["net_minor"]
    assert 1 - row["cost_minor"] / row["costed_minor"] == pytest.approx(0.4, abs=1e-3)


def test_a_line_without_customer_adds_no_customer(half_costed: Path) -> None:
    lines = pd.read_parquet(half_costed)
    wanted = lines.loc[lines["customer_id"] != "_unassigned", "customer_id"].nunique()
    assert "_unassigned" in set(lines["customer_id"])
    assert sums.sums(half_costed, (), [EVER], date(2024, 12, 31))["customer_count"].item() == wanted
    by = sums.sums(half_costed, ("customer_id",), [EVER], date(2024, 12, 31)).set_index("customer_id")["customer_count"]
    assert by["_unassigned"] == 0 and (by.drop("_unassigned") == 1).all()


def test_cells_hold_the_sales_that_margins_rest_on() -> None:
    cost = ["" if i % 2 else "10" for i in range(60)]
    got = load({"orders.csv": with_columns(成本=cost)}, {"orders": source(columns={**COLUMNS, "cost": "成本"})})
    lines, cells = got.tables["sales_lines"], got.tables["sales_cells"]
    assert cells["costed_minor"].sum() == lines.loc[lines["cost_minor"].notna(), "net_minor"].sum()
    assert cells["costed_minor"].isna().any(), "no cost known is not a cost of zero"
