"""Exports beside the orders: the general ledger as control totals, the market's series and moves, due dates."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesnb.intake.ledger_check import ledger_check
from salesnb.model.params.company import Company
from tests.intake.exports import COLUMNS, HEADER, ROWS, Imported, load, source, text

BOOKED = {"2024-01": 0, "2024-02": 0, "2024-03": 0}
for _row in ROWS:
    BOOKED[_row[2][:7]] += int(_row[8].replace(".", ""))
LEDGER = {"table": "general_ledger", "file": "g.csv", "columns": {"month": "月份", "booked": "收入(万元)"}}


def booked(**changes: int) -> str:
    """The ledger in 万元, months changed by so many fen (``m01=5``)."""
    figures = {m: v + changes.get(f"m{m[5:]}", 0) for m, v in BOOKED.items()}
    return "月份,收入(万元)\n" + "".join(f"{m},{v / 1_000_000:.6f}\n" for m, v in figures.items())


def held(orders: str, ledger: str, tmp_path: Path, as_of: date = date(2024, 12, 31), **company: Any) -> pd.DataFrame:
    wanted = {"orders": source(columns=company.pop("columns", COLUMNS)), "g": LEDGER}
    got = load({"orders.csv": orders, "g.csv": ledger}, wanted, **company)
    got.tables["sales_lines"].to_parquet(tmp_path / "lines.parquet")
    unit = Company.model_validate({"unit": "u", "name": "u", "sources": wanted, **company})
    return ledger_check(tmp_path / "lines.parquet", got.tables["general_ledger"], unit, as_of).set_index("month")


def test_the_ledger_is_met_to_the_fen_and_what_misses_it_is_named_with_its_row() -> None:
    base = text(ROWS)
    sources = {"orders": source(), "g": LEDGER}
    assert "ledger_gap" not in load({"orders.csv": base, "g.csv": booked()}, sources).codes
    got = load({"orders.csv": base, "g.csv": booked(m02=50_000, m03=-20_000)}, sources)
    found = got.find("ledger_gap")
    assert (found.severity, found.file, found.row, found.column) == ("warn", "g.csv", 3, "收入(万元)")
    assert found.row_count == 2 and "-500.00" in found.message.zh and "ledger_tolerance" in found.remedy.zh
    loose = {"ledger_tolerance": 0.5}
    mended = load({"orders.csv": base, "g.csv": booked(m02=50_000, m03=-20_000)}, sources, quality=loose)
    assert "ledger_gap" not in mended.codes


def test_a_month_not_closed_yet_is_not_held_against_the_ledger() -> None:
    got = load({"orders.csv": text(ROWS), "g.csv": booked(m03=50_000)}, {"orders": source(), "g": LEDGER},
               today="2024-03-20")  # fmt: skip
    assert "ledger_gap" not in got.codes


def test_months_closed_by_a_day_with_what_came_late(tmp_path: Path) -> None:
    entered = [row[2] for row in ROWS]
    entered[0] = "2024-02-20"  # an order of January
    orders = text([[*row, day] for row, day in zip(ROWS, entered, strict=True)], [*HEADER, "录入"])
    columns = {**COLUMNS, "known_date": "录入"}
    late = int(ROWS[0][8].replace(".", ""))
    before = held(orders, booked(), tmp_path, date(2024, 2, 10), columns=columns)
    assert list(before.index) == ["2024-01"], "February is not closed on the 10th of February"
    assert before.loc["2024-01", "gap_minor"] == -late and before.loc["2024-01", "is_off"]
    after = held(orders, booked(), tmp_path, date(2024, 3, 31), columns=columns)
    assert after["gap_minor"].tolist() == [0, 0] and after["late_minor"].tolist() == [late, 0]


def test_months_without_a_ledger_have_no_gap(tmp_path: Path) -> None:
    found = held(text(ROWS), "月份,收入(万元)\n2024-02,1\n", tmp_path)
    assert found["booked_minor"].isna().tolist() == [True, False, True]
    assert found["gap_minor"].isna().tolist() == [True, False, True] and found["is_off"].tolist() == [
        False,
        True,
        False,
    ]


def test_a_ledger_by_posting_date_adds_up_to_settlement_months() -> None:
    columns = {"date": "日期", "booked": "贷方", "account": "科目"}
    content = "日期,科目,贷方\n2024-01-20,6001,1\n2024-01-26,6001,2\n2024-02-25,6001,4\n"
    got = load({"g.csv": content}, {"g": {**LEDGER, "columns": columns}}, month_closes_on=25)
    found = got.tables["general_ledger"]
    assert found.set_index("month")["booked_minor"].to_dict() == {"2024-01": 100, "2024-02": 600}


def test_the_markets_series_and_moves() -> None:
    watch = {"month": "月", "region_id": "区", "news_count": "新闻", "inquiry_count": "询盘"}
    moves = {"date": "日", "competitor": "竞品", "region_id": "区", "action": "动作",
             "price_change_rate": {"column": "价(%)", "unit": "percent"}}  # fmt: skip
    got = load(
        {"w.csv": "月,区,新闻,询盘\n2024年1月,华东,3,\n2024-02,华东,4,9\n",
         "m.csv": "日,竞品,区,动作,价(%)\n2024/4/1,甲,华南,降价,-30\n2024-04-02,甲,华东,参展,\n"},
        {"w": {"table": "market_watch", "file": "w.csv", "columns": watch},
         "m": {"table": "competitor_moves", "file": "m.csv", "columns": moves}},
    )  # fmt: skip
    watched = got.tables["market_watch"].set_index("month")
    assert watched["news_count"].tolist() == [3, 4] and watched["inquiry_count"].isna().tolist() == [True, False]
    assert watched["competitor_count"].isna().all(), "a series nobody exports is missing, not zero"
    made = got.tables["competitor_moves"]
    assert made["price_change_rate"].tolist()[0] == pytest.approx(-0.3) and made["price_change_rate"].isna()[1]


def test_receipts_know_when_they_were_due_and_returns_which_order_they_take_back() -> None:
    receipts = {"receipt_id": "号", "receipt_date": "日", "due_date": "到期日", "received": "额"}
    returned = [[*row, "A001" if row[0] == "A002" else ""] for row in ROWS]
    got: Imported = load(
        {"r.csv": "号,日,到期日,额\nR1,2024-02-05,2024-01-31,10\nR2,2024-02-06,,5\n",
         "orders.csv": text(returned, [*HEADER, "原单"])},
        {"r": {"table": "receipts", "file": "r.csv", "columns": receipts},
         "orders": source(columns={**COLUMNS, "original_order_id": "原单"})},
    )  # fmt: skip
    due = got.tables["receipts"]["due_date"]
    assert due[0] == pd.Timestamp("2024-01-31") and pd.isna(due[1])
    lines = got.tables["sales_lines"].set_index("order_id")["original_order_id"]
    assert lines["A002"] == "A001" and lines.drop("A002").isna().all()


@pytest.mark.parametrize(
    ("word", "metric"),
    [("销售额", "sales"), ("Revenue", "sales"), ("业绩", "sales"), ("", "sales"), ("新客户数", "new_customers"),
     ("Gross profit", "gross_profit"), ("库存周转", "库存周转")],
)  # fmt: skip
def test_targets_are_set_for_metrics_in_the_workbooks_words(word: str, metric: str) -> None:
    columns = {"month": "月", "metric": "指标", "target": "额"}
    got = load({"t.csv": f"月,指标,额\n2024-01,{word},5\n"}, {"t": {"table": "targets", "file": "t.csv",
                                                                    "columns": columns}})  # fmt: skip
    assert got.tables["targets"]["metric"].tolist() == [metric]
