"""What a real company needs every day: bases and tax, shared and shadow credit, settlement months, entities,
currencies, an organisation as of the order date. Totals stay exact whatever is split or converted."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest

from salesnb.model.periods import Calendar
from tests.intake.exports import COLUMNS, HEADER, ROWS, TOTAL, load, source, text

BASE = text(ROWS)


def lines(got) -> pd.DataFrame:
    assert got.error is None, got.error
    assert not [f for f in got.findings if f.severity == "stop"], got.findings
    return got.tables["sales_lines"]


def more(header: str, values: list[str]) -> str:
    return text([[*row, value] for row, value in zip(ROWS, values, strict=True)], [*HEADER, header])


def mapped(**columns: str) -> dict[str, object]:
    return {**COLUMNS, **columns}


# ---------------------------------------------------------------------- basis and tax (R81)


def test_tax_is_taken_out_by_the_tax_column_to_the_cent() -> None:
    tax = [f"{Decimal(row[8]) * Decimal('0.13'):.4f}" for row in ROWS]
    got = load({"orders.csv": more("税额", tax)}, {"orders": source(columns=mapped(tax="税额"), tax="included")})
    expected = sum(Decimal(r[8]) for r in ROWS) - sum(Decimal(t) for t in tax)
    assert lines(got)["net_minor"].sum() == int((expected * 100).quantize(Decimal(1), "ROUND_HALF_EVEN"))


def test_tax_is_taken_out_by_the_rate_of_the_day() -> None:
    rate = {"values": [{"value": "0.16"}, {"from": "2024-02-01", "value": "0.13", "decided": "2024-01-15"}]}
    got = load({"orders.csv": BASE}, {"orders": source(tax="included")}, tax_rate=rate)
    by_month = lines(got).groupby("month")["net_minor"].sum()
    for month, factor in (("2024-01", Decimal("1.16")), ("2024-02", Decimal("1.13")), ("2024-03", Decimal("1.13"))):
        gross = sum(Decimal(r[8]) for r in ROWS if r[2][:7] == month)
        assert abs(by_month[month] - gross / factor * 100) < 1


def test_tax_is_added_where_the_basis_includes_it() -> None:
    got = load({"orders.csv": BASE}, {"orders": source(tax="excluded")}, basis={"tax": "included"}, tax_rate="0.13")
    assert lines(got)["net_minor"].sum() == round(TOTAL * 1.13)


def test_tax_without_column_or_rate_stops() -> None:
    got = load({"orders.csv": BASE}, {"orders": source(tax="included")})
    assert got.find("tax_unknown").severity == "stop" and got.find("tax_unknown").column == "金额"


@pytest.mark.parametrize("basis", ["ship_date", "invoice_date"])
def test_the_month_follows_the_basis_and_what_is_not_there_yet_stays_out(basis: str) -> None:
    later = [str(date.fromisoformat(row[2]) + timedelta(days=31)) if i % 4 else "" for i, row in enumerate(ROWS)]
    got = load(
        {"orders.csv": more("日", later)}, {"orders": source(columns=mapped(**{basis: "日"}))}, basis={"date": basis}
    )
    found = lines(got)
    kept = [i for i in range(len(ROWS)) if i % 4]
    assert found["net_minor"].sum() == sum(int(ROWS[i][8].replace(".", "")) for i in kept)
    assert (found["month"] == found[basis].dt.strftime("%Y-%m")).all()
    assert got.find("basis_date_missing").row_count == len(ROWS) - len(kept)
    daily = got.tables["sales_daily"]
    assert set(daily["date"].dt.strftime("%Y-%m-%d")) == {later[i] for i in kept}


# ---------------------------------------------------------------------- settlement months (R83)


@pytest.mark.parametrize("closes", [25, 28, 30])
def test_settlement_months_are_those_of_the_calendar(closes: int) -> None:
    days = [date(2023, 12, 1) + timedelta(days=i) for i in range(120)]
    body = [[f"A{i}", "1", str(d), "华东", "张伟", "客户", "P", "1", "1.00"] for i, d in enumerate(days)]
    found = lines(load({"orders.csv": text(body)}, month_closes_on=closes))
    calendar = Calendar(1, closes)
    for order, day in zip(body, days, strict=True):
        assert found.set_index("order_id").loc[order[0], "month"] == calendar.month_of(day)


@pytest.mark.parametrize(("closes", "late_in"), [(None, "2024-02"), (25, "2024-03")])
def test_late_bookings_count_in_their_own_or_in_the_open_month(closes: int | None, late_in: str) -> None:
    entered = [row[2] for row in ROWS]
    entered[0], entered[1] = "2024-02-28", "2024-02-05"  # orders of January; the month is closed on the 5th of February
    given = {"orders.csv": more("录入", entered)}
    wanted = {"orders": source(columns=mapped(known_date="录入"))}
    own = lines(load(given, wanted, month_closes_on=closes)).set_index("order_id")["month"]
    told = load(given, wanted, month_closes_on=closes, close_days=5 if closes is None else 11).find("late_entries")
    assert (told.row_count, told.row, told.value) == (1, 2, "2024-02-28") and "复盘" in told.remedy.zh
    assert own[["A000", "A001"]].tolist() == ["2024-01", "2024-01"]
    moved = lines(
        load(given, wanted, month_closes_on=closes, late_bookings="open_month", close_days=5 if closes is None else 11)
    )
    months = moved.set_index("order_id")["month"]
    assert months["A000"] == late_in and months["A001"] == "2024-01"
    assert months.drop("A000").equals(own.drop("A000")) and moved["net_minor"].sum() == TOTAL


def test_a_booking_month_wins_over_the_order_date() -> None:
    got = load(
        {"orders.csv": more("归属月", ["2025-07"] * len(ROWS))}, {"orders": source(columns=mapped(month="归属月"))}
    )
    assert set(lines(got)["month"]) == {"2025-07"} and set(got.tables["sales_daily"]["month"]) == {"2025-07"}


# ---------------------------------------------------------------------- shared and shadow credit (R82)

SHARED_HEADER = ["订单号", "行号", "日期", "业务员", "金额", "比例"]
SHARED_COLUMNS = {
    "order_id": "订单号",
    "line_no": "行号",
    "order_date": "日期",
    "person_id": "业务员",
    "net": "金额",
    "share_of_credit": "比例",
}


def shared(rows: list[list[str]], **more_: object):
    content = text(rows, SHARED_HEADER)
    return load({"orders.csv": content}, {"orders": source(columns=SHARED_COLUMNS, **more_)})


@pytest.mark.parametrize(("first", "second"), [("70%", "30%"), ("0.7", "0.3"), ("70", "30")])
def test_rows_that_repeat_the_amount_are_split_by_share_exactly(first: str, second: str) -> None:
    got = shared(
        [
            ["A1", "1", "2024-01-05", "张伟", "100.01", first],
            ["A1", "1", "2024-01-05", "李娜", "100.01", second],
            ["A2", "1", "2024-01-06", "张伟", "50", "100%" if "%" in first else ("1" if "." in first else "100")],
        ]
    )
    found = lines(got).set_index(["order_id", "person_id"])
    assert found.loc[("A1", "李娜"), "net_minor"] in (3000, 3001)
    assert found["net_minor"].sum() == 15_001
    assert found.loc[("A1", "张伟"), "is_primary"] and not found.loc[("A1", "李娜"), "is_primary"]
    assert found.loc[("A1", "张伟"), "share_of_credit"] == pytest.approx(0.7)
    assert got.tables["sales_cells"]["line_count"].sum() == 2


def test_rows_that_hold_the_parts_are_left_alone() -> None:
    got = shared([["A1", "1", "2024-01-05", "张伟", "70", "70%"], ["A1", "1", "2024-01-05", "李娜", "30", "30%"]])
    assert lines(got)["net_minor"].sum() == 10_000


def test_equal_shares_of_equal_amounts_are_asked_and_company_yaml_decides() -> None:
    rows = [["A1", "1", "2024-01-05", "张伟", "100", "50%"], ["A1", "1", "2024-01-05", "李娜", "100", "50%"]]
    assert shared(rows).find("credit_unsure").severity == "stop"
    assert lines(shared(rows, credit="repeated"))["net_minor"].sum() == 10_000
    assert lines(shared(rows, credit="split"))["net_minor"].sum() == 20_000


def test_shares_that_miss_100_percent_are_named() -> None:
    rows = [["A1", "1", "2024-01-05", "张伟", "100", "60%"], ["A1", "1", "2024-01-05", "李娜", "100", "30%"]]
    found = shared(rows).find("credit_not_100")
    assert found.row == 2 and "90.00 %" in found.value and found.column == "比例"


CREDITS = {"order_id": "订单", "person_id": "人", "role": "身份", "share": "比例"}


def credited(*rows: str):
    content = "订单,人,身份,比例\n" + "\n".join(rows) + "\n"
    sources = {"orders": source(), "credits": {"table": "credits", "file": "c.csv", "columns": CREDITS}}
    return load({"orders.csv": BASE, "c.csv": content}, sources)


def test_an_export_of_shares_splits_lines_and_keeps_totals() -> None:
    got = credited("A003,张伟,主责,60%", "A003,李娜,共享,40%", "A004,王芳,共享,25%")
    found = lines(got).set_index(["order_id", "person_id"])
    assert found["net_minor"].sum() == TOTAL
    assert found.loc[("A003", "李娜"), "net_minor"] == 4121
    # A004 belongs to 李娜: she keeps what the shared credit leaves
    assert found.loc[("A004", "李娜"), "share_of_credit"] == pytest.approx(0.75)
    assert got.tables["sales_cells"]["line_count"].sum() == len(ROWS)


def test_shadow_credit_stands_apart() -> None:
    got = credited("A003,陈总,影子,100%", "A003,李娜,共享,40%")
    assert lines(got)["net_minor"].sum() == TOTAL
    shadow = got.tables["shadow_credits"]
    assert shadow["person_id"].tolist() == ["陈总"] and shadow["net_minor"].tolist() == [10_303]
    assert "陈总" not in set(lines(got)["person_id"])


def test_shares_over_100_percent_are_named() -> None:
    found = credited("A003,张伟,共享,80%", "A003,李娜,共享,40%").find("credit_not_100")
    assert found.file == "c.csv" and found.row == 2 and "120.00 %" in found.value


# ---------------------------------------------------------------------- entities and currencies (R91)


def test_foreign_orders_are_converted_by_the_rate_of_the_day() -> None:
    currency = ["USD" if i in (3, 45) else "CNY" for i in range(len(ROWS))]
    rates = {"USD": {"values": [{"value": "7.10"}, {"from": "2024-02-01", "value": "7.25", "decided": "2024-02-01"}]}}
    got = load({"orders.csv": more("币种", currency)}, {"orders": source(columns=mapped(currency="币种"))}, rates=rates)
    found = lines(got).set_index("order_id")
    assert set(found["currency"]) == {"CNY"}
    # 103.03 × 7.10 = 731.513 and 145.45 × 7.25 = 1054.5125: the total is rounded once, to 1786.03
    assert found.loc["A003", "net_minor"] == 73_152 and found.loc["A045", "net_minor"] == 105_451
    original = got.tables["sales_original"].set_index("order_id")
    assert original["original_minor"].to_dict() == {"A003": 10_303, "A045": 14_545}
    assert original["rate"].to_dict() == {"A003": 7.10, "A045": 7.25}
    assert "currency_foreign" not in got.codes


def test_a_rate_that_begins_later_leaves_the_order_foreign_and_says_so() -> None:
    currency = ["USD" if i == 3 else "CNY" for i in range(len(ROWS))]
    rates = {"USD": {"values": [{"from": "2024-02-01", "value": "7.25", "decided": "2024-02-01"}]}}
    got = load({"orders.csv": more("币种", currency)}, {"orders": source(columns=mapped(currency="币种"))}, rates=rates)
    assert got.find("currency_foreign").severity == "error"


def test_sales_inside_the_group_are_eliminated_and_listed() -> None:
    got = load({"orders.csv": BASE}, entities={"east": {"name": "华东公司", "customers": ["客户3"]}})
    inside = [row for row in ROWS if row[5] == "客户3"]
    expected = sum(int(row[8].replace(".", "")) for row in inside)
    assert lines(got)["net_minor"].sum() == TOTAL - expected
    assert got.tables["internal_sales"]["net_minor"].sum() == expected
    assert got.find("internal_sales").row_count == len(inside)
    assert got.tables["sales_cells"]["net_minor"].sum() == TOTAL - expected


def test_documents_inside_the_group_leave_with_its_sales_and_entities_have_names() -> None:
    columns = {"receipt_id": "号", "receipt_date": "日", "received": "额", "customer_id": "客"}
    receipts = {"table": "receipts", "file": "r.csv", "columns": columns}
    content = "号,日,额,客\nR1,2024-02-01,10,客户3\nR2,2024-02-01,7,客户1\n"
    held = {"east": {"name": {"zh": "华东公司", "en": "East Ltd"}, "customers": ["客户3"]}}
    columns = mapped(entity_id="主体")
    got = load({"orders.csv": more("主体", ["east"] * 60), "r.csv": content},
               {"orders": source(columns=columns), "r": receipts}, entities=held)  # fmt: skip
    assert got.tables["receipts"]["received_minor"].tolist() == [700]
    found = got.find("internal_documents")
    assert (found.file, found.row, found.column, found.value) == ("r.csv", 2, "客", "客户3")
    nodes = got.tables["nodes"].set_index(["dimension", "node_id"])["name"]
    assert nodes["entity_id", "east"] == "华东公司" and set(lines(got)["entity_id"]) == {"east"}


def test_control_totals_of_a_year_are_of_the_companys_own_year() -> None:
    whole = f"{TOTAL / 100:.2f}"  # January to March: the fiscal year 2023 of a company whose year starts in April
    own = {"orders": source(control=[{"period": "2023", "total": whole}])}
    assert "control_total" not in load({"orders.csv": BASE}, own, fiscal_year_start=4).codes
    assert load({"orders.csv": BASE}, own).find("control_total").severity == "stop"
    quarter = {"orders": source(control=[{"period": "2024Q1", "total": whole}])}
    assert "control_total" not in load({"orders.csv": BASE}, quarter).codes


def test_dealers_stand_in_a_tree() -> None:
    columns = {"dealer_id": "编码", "name": "名称", "parent_id": "上级", "region_id": "区"}
    content = "编码,名称,上级,区\nD1,总代,,华东\nD2,分销一,D1,华东\nD3,分销二,D1,华南\n"
    dealers = {"table": "dealers", "file": "d.csv", "columns": columns}
    got = load({"orders.csv": more("商", ["D2", "D3", ""] * 20), "d.csv": content},
               {"orders": source(columns=mapped(dealer_id="商")), "d": dealers})  # fmt: skip
    nodes = got.tables["nodes"].set_index(["dimension", "node_id"])
    assert nodes.loc[("dealer_id", "D2"), "parent_id"] == nodes.loc[("dealer_id", "D3"), "parent_id"] == "D1"
    assert nodes.loc[("dealer_id", "D1"), "name"] == "总代"
    assert pd.isna(nodes.loc[("dealer_id", "D1"), "parent_id"])
    assert lines(got).groupby("dealer_id")["net_minor"].sum().index.tolist() == ["D2", "D3", "_unassigned"]


# ---------------------------------------------------------------------- organisation as of the order date

PEOPLE = """工号,任职起,任职止,区域,团队
张伟,2023-01-01,2024-01-31,华东,一组
张伟,2024-02-01,,华北,二组
李娜,2023-01-01,2024-02-10,华南,三组
"""
STAFF = {"person_id": "工号", "from_date": "任职起", "to_date": "任职止", "region_id": "区域", "team_id": "团队"}


def test_a_transfer_leaves_history_where_it_was_earned() -> None:
    own = {k: v for k, v in COLUMNS.items() if k != "region_id"}
    sources = {"orders": source(columns=own), "people": {"table": "people", "file": "p.csv", "columns": STAFF}}
    got = load({"orders.csv": BASE, "p.csv": PEOPLE}, sources)
    found = lines(got)
    of = found[found["person_id"] == "张伟"]
    assert set(of.loc[of["order_date"] < "2024-02-01", "region_id"]) == {"华东"}
    assert set(of.loc[of["order_date"] >= "2024-02-01", "region_id"]) == {"华北"}
    gone = found[(found["person_id"] == "李娜") & (found["order_date"] > "2024-02-10")]
    assert set(gone["region_id"]) == {"_unassigned"} and set(gone["team_id"]) == {"_unassigned"}
    assert found["net_minor"].sum() == TOTAL
    assert got.find("not_on_duty").value.startswith("李娜")


def test_the_lines_own_region_wins_over_the_master_record() -> None:
    sources = {"orders": source(), "people": {"table": "people", "file": "p.csv", "columns": STAFF}}
    got = load({"orders.csv": BASE, "p.csv": PEOPLE}, sources)
    assert set(lines(got)["region_id"]) == {"华东", "华南", "NA"}


# ---------------------------------------------------------------------- the bridge between the bases (R81)


def test_the_bridge_joins_signed_shipped_invoiced_and_received_exactly() -> None:
    shipped = [str(date.fromisoformat(row[2]) + timedelta(days=20)) if i % 5 else "" for i, row in enumerate(ROWS)]
    receipts = "号,日,额\n" + "".join(f"R{i},2024-{2 + i % 3:02d}-15,{row[8]}\n" for i, row in enumerate(ROWS[:30]))
    sources = {
        "orders": source(columns=mapped(ship_date="发货")),
        "receipts": {
            "table": "receipts",
            "file": "r.csv",
            "columns": {"receipt_id": "号", "receipt_date": "日", "received": "额"},
            "tax": "included",
        },
    }
    got = load({"orders.csv": more("发货", shipped), "r.csv": receipts}, sources, tax_rate="0.13")
    assert set(lines(got)["order_id"]) == {row[0] for row in ROWS}
    bridge = got.tables["basis_bridge"]
    assert set(bridge["step"]) == {"signed_shipped", "shipped_received"}
    assert (bridge["opening_minor"] + bridge["added_minor"] - bridge["cleared_minor"] == bridge["closing_minor"]).all()
    for _, step in bridge.groupby("step"):
        assert (step["opening_minor"].to_numpy()[1:] == step["closing_minor"].to_numpy()[:-1]).all()
    open_orders = bridge[bridge["step"] == "signed_shipped"].iloc[-1]["closing_minor"]
    assert open_orders == sum(int(row[8].replace(".", "")) for i, row in enumerate(ROWS) if not i % 5)
    received = sum(Decimal(row[8]) for row in ROWS[:30]) / Decimal("1.13") * 100
    assert abs(got.tables["receipts"]["received_minor"].sum() - received) < 1


def test_deliveries_and_invoices_of_their_own_exports_are_the_bases() -> None:
    sources = {
        "orders": source(),
        "shipments": {
            "table": "shipments",
            "file": "s.csv",
            "columns": {"shipment_id": "号", "ship_date": "日", "order_id": "单", "shipped": "额"},
        },
        "invoices": {
            "table": "invoices",
            "file": "i.csv",
            "columns": {"invoice_id": "号", "invoice_date": "日", "order_id": "单", "invoiced": "额"},
        },
    }
    shipments = "号,日,单,额\nS1,2024-01-10,A000,100.00\nS2,2024-02-10,A001,101.01\n"
    invoices = "号,日,单,额\nF1,2024-02-20,A000,100.00\n"
    got = load({"orders.csv": BASE, "s.csv": shipments, "i.csv": invoices}, sources)
    bridge = got.tables["basis_bridge"].set_index(["step", "month"])
    assert bridge.loc[("shipped_invoiced", "2024-02"), "closing_minor"] == 10_101
    assert bridge.loc[("signed_shipped", "2024-03"), "closing_minor"] == TOTAL - 20_101


def test_dealers_stock_is_a_table_of_its_own() -> None:
    columns = {
        "month": "月份",
        "dealer_id": "经销商",
        "sell_in": "进货(万元)",
        "sell_out": "出货(万元)",
        "stock": "库存",
    }
    content = "月份,经销商,进货(万元),出货(万元),库存\n2024-01,D1,1.5,1,0.5\n2024年2月,D1,2,1,\n"
    got = load({"d.csv": content}, {"d": {"table": "dealer_stock", "file": "d.csv", "columns": columns}})
    found = got.tables["dealer_stock"]
    assert found["sell_in_minor"].tolist() == [1_500_000, 2_000_000]
    assert found["stock_minor"].isna().tolist() == [False, True]
