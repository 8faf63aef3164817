"""Sources that are no plain table of order lines: months side by side, databases, masters and events, rows that turn
up later."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesnb.intake import facts
from salesnb.intake.bench import Bench
from salesnb.intake.tables import known
from salesnb.intake.tables.wide import month_of
from salesnb.model.errors import DataError, ParamsError
from salesnb.model.periods import Window
from tests.intake.exports import COLUMNS, ROWS, TOTAL, load, source, text

BASE = text(ROWS)


# ---------------------------------------------------------------------- months side by side


@pytest.mark.parametrize(
    ("header", "month"),
    [("1月", "2024-01"), ("12月份", "2024-12"), ("十一月", "2024-11"), ("Mar", "2024-03"), ("2023年5月", "2023-05")],
)
def test_headers_that_are_months(header: str, month: str) -> None:
    assert month_of(header, 2024) == month


@pytest.mark.parametrize("header", ["区域", "13月", "合计", "目标", "Market", "2024"])
def test_headers_that_are_none(header: str) -> None:
    assert month_of(header, 2024) is None


def test_targets_with_months_side_by_side() -> None:
    content = "区域,1月,2月,3月,合计\n华东,10,20,,30\n华南,1.5,0,2,3.5\n合计,11.5,20,2,33.5\n"
    targets = {
        "table": "targets",
        "file": "t.csv",
        "columns": {"region_id": "区域"},
        "wide": {"value": "target", "unit": "万元", "year": 2024},
    }
    got = load({"orders.csv": BASE, "t.csv": content}, {"orders": source(), "targets": targets})
    assert got.error is None
    found = got.tables["targets"].set_index(["region_id", "from_date"])["target_minor"]
    assert found.to_dict() == {
        ("华东", pd.Timestamp("2024-01-01")): 10_000_000,
        ("华东", pd.Timestamp("2024-02-01")): 20_000_000,
        ("华南", pd.Timestamp("2024-01-01")): 1_500_000,
        ("华南", pd.Timestamp("2024-02-01")): 0,
        ("华南", pd.Timestamp("2024-03-01")): 2_000_000,
    }  # a blank cell is no target; the row and the column of totals are none either


def test_headers_without_a_month_are_refused() -> None:
    wide = {"table": "targets", "file": "t.csv", "columns": {"region_id": "区域"}, "wide": {"value": "target"}}
    got = load({"orders.csv": BASE, "t.csv": "区域,甲,乙\n华东,1,2\n"}, {"orders": source(), "targets": wide})
    assert got.error is not None and got.error.where is not None and got.error.where.file == "t.csv"


# ---------------------------------------------------------------------- masters and events


def test_targets_that_start_and_never_end_run_to_the_next_start_of_the_person() -> None:
    content = "人,起,额\n张伟,2023-12-29,100\n张伟,2024-03-30,200\n李娜,2024-01-01,50\n李娜,2024-02-01,60\n"
    columns = {"person_id": "人", "from_date": "起", "target": "额"}
    got = load({"t.csv": content}, {"t": {"table": "targets", "file": "t.csv", "columns": columns}})
    found = got.tables["targets"].set_index(["person_id", "from_date"])["to_date"].dt.strftime("%Y-%m-%d").to_dict()
    assert found[("张伟", pd.Timestamp("2023-12-29"))] == "2024-03-29"
    assert found[("李娜", pd.Timestamp("2024-01-01"))] == "2024-01-31"
    assert found[("李娜", pd.Timestamp("2024-02-01"))] > "2024-02-25"


def test_amounts_of_one_key_add_up_and_equal_receipts_are_set_aside() -> None:
    sources = {
        "s": {"table": "spend", "file": "s.csv", "columns": {"month": "月", "category": "类", "spend": "额"}},
        "r": {
            "table": "receipts",
            "file": "r.csv",
            "columns": {"receipt_id": "号", "receipt_date": "日", "received": "额", "customer_id": "客"},
        },
    }
    spend = "月,类,额\n2024-01,广告,1.10\n2024-01,广告,2.20\n2024-02,展会,5\n"
    receipts = "号,日,额,客\nR1,2024-01-05,10.10,甲\nR1,2024-01-05,10.10,甲\nR2,2024-01-06,5,乙\nR2,2024-01-07,6,乙\n"
    got = load({"s.csv": spend, "r.csv": receipts}, sources)
    assert got.tables["spend"]["spend_minor"].tolist() == [330, 500]
    assert got.tables["receipts"]["received_minor"].sum() == 2110
    assert got.tables["receipts"]["receipt_id"].tolist() == ["R1", "R2", "R2#2"]
    assert got.find("duplicate_record").row == 3 and got.find("number_repeated").value == "R2"
    assert got.set_aside is not None and got.set_aside["row"].tolist() == [3]


def test_names_are_matched_to_ids_of_the_master() -> None:
    people = "工号,姓名,区域\nE1,张伟,华东\nE2,李娜,华南\nE3,王芳,NA\n"
    columns = {"person_id": "工号", "name": "姓名", "region_id": "区域"}
    got = load(
        {"orders.csv": BASE, "p.csv": people},
        {"orders": source(), "p": {"table": "people", "file": "p.csv", "columns": columns}},
    )
    assert set(got.tables["sales_lines"]["person_id"]) == {"E1", "E2", "E3"}
    assert got.find("matched_by_name").column == "业务员" and "unknown_person" not in got.codes


def test_deals_get_region_and_line_from_their_masters() -> None:
    sources = {
        "d": {
            "table": "opportunities",
            "file": "d.csv",
            "columns": {
                "opportunity_id": "号",
                "created_date": "日",
                "stage": {"column": "阶段", "values": {"成交": "won"}},
                "person_id": "人",
                "product_id": "品",
                "amount": "额",
            },
        },
        "p": {
            "table": "people",
            "file": "p.csv",
            "columns": {"person_id": "人", "from_date": "起", "to_date": "止", "region_id": "区"},
        },
        "q": {"table": "products", "file": "q.csv", "columns": {"product_id": "品", "product_line": "线"}},
    }
    files = {
        "d.csv": "号,日,阶段,人,品,额\n1,2024-01-05,成交,张伟,P1,5\n2,2024-03-05,成交,张伟,P1,6\n",
        "p.csv": "人,起,止,区\n张伟,2023-01-01,2024-01-31,华东\n张伟,2024-02-01,,华北\n",
        "q.csv": "品,线\nP1,甲\n",
    }
    found = load(files, sources).tables["opportunities"]
    assert found["region_id"].tolist() == ["华东", "华北"] and set(found["product_line"]) == {"甲"}
    assert set(found["stage"]) == {"won"}


# ---------------------------------------------------------------------- a unit on disk


@pytest.fixture
def unit(tmp_path, monkeypatch):
    """A unit's folder; ``load`` writes company.yaml and imports."""
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))
    folder = tmp_path / "params" / "u"
    folder.mkdir(parents=True)

    def go(today: str = "2024-12-31", extra: str = "", where: str = "file: orders.csv", columns=COLUMNS) -> facts.Facts:
        listed = "\n".join(f"      {k}: {v}" for k, v in columns.items())
        head = f"unit: u\nname: u\ntoday: {today}\n{extra}"
        body = f"sources:\n  orders:\n    table: sales_lines\n    {where}\n    columns:\n{listed}\n"
        (folder / "company.yaml").write_text(head + body, encoding="utf-8")
        return facts.load("u")

    go.folder = folder  # type: ignore[attr-defined]
    return go


def test_rows_that_turn_up_later_were_not_known_before(unit) -> None:
    (unit.folder / "orders.csv").write_text(text(ROWS[:50]), encoding="utf-8")
    first = unit("2024-04-01").table("sales_lines")
    assert first["known_date"].isna().all()
    (unit.folder / "orders.csv").write_text(BASE, encoding="utf-8")
    found = unit("2024-07-10")
    lines = found.table("sales_lines").set_index("order_id")
    assert lines.loc["A049", "known_date"] is pd.NaT or pd.isna(lines.loc["A049", "known_date"])
    assert str(lines.loc["A050", "known_date"])[:10] == "2024-07-10"
    late = found.findings[found.findings["code"] == "rows_late"]
    assert late["row_count"].tolist() == [10] and "获知日期记为 2024-07-10" in late["message_zh"].iloc[0]
    # a review of March made with what was known in April does not see them
    april = found.table("sales_cells", pd.Timestamp("2024-04-05").date())
    assert april["net_minor"].sum() == first["net_minor"].sum()
    assert found.table("sales_lines", pd.Timestamp("2024-04-05").date())["net_minor"].sum() == first["net_minor"].sum()
    assert found.table("sales_daily")["net_minor"].sum() == TOTAL


def test_a_new_month_is_no_late_booking_however_late_it_is_exported(unit) -> None:
    (unit.folder / "orders.csv").write_text(text(ROWS[:40]), encoding="utf-8")  # to the 20th of February
    unit("2024-03-02")
    late = ["B001", "1", "2024-01-31", *ROWS[0][3:]]
    (unit.folder / "orders.csv").write_text(text([*ROWS, late]), encoding="utf-8")
    found = unit("2024-04-20")
    lines = found.table("sales_lines").set_index("order_id")
    assert lines.loc["A040":"A059", "known_date"].isna().all(), "March was open when February was exported"
    assert lines.loc["B001", "known_date"] == pd.Timestamp("2024-04-20"), "January was closed"
    march = found.sums((), [Window("m", date(2024, 3, 1), date(2024, 3, 31))], date(2024, 4, 5))
    assert march["line_count"].item() == 20, "the review of March, five days after it, has its orders"
    january = [Window("m", date(2024, 1, 1), date(2024, 1, 31))]
    assert found.sums((), january, date(2024, 4, 19))["line_count"].item() == 20
    assert found.sums((), january, date(2024, 4, 20))["line_count"].item() == 21


def test_rows_that_went_are_named_once_and_only_where_the_export_reaches(unit) -> None:
    (unit.folder / "orders.csv").write_text(BASE, encoding="utf-8")
    unit("2024-04-01")
    changed = [[*r[:8], "999.99"] if r[0] == "A005" else r for r in ROWS if r[0] != "A010"]
    (unit.folder / "orders.csv").write_text(text(changed), encoding="utf-8")
    found = unit("2024-05-02").findings.set_index("code")
    assert found.loc["rows_gone", "row_count"] == 2 and found.loc["rows_gone", "severity"] == "warn"
    assert found.loc["rows_late", "row_count"] == 1
    (unit.folder / "orders.csv").write_text(text(changed[30:]), encoding="utf-8")  # the newest months alone
    assert not {"rows_gone", "rows_late"} & set(unit("2024-06-02").findings["code"])
    (unit.folder / "orders.csv").write_text(BASE, encoding="utf-8")
    back = unit("2024-07-02")
    assert back.table("sales_lines")["known_date"].isna().all(), "what was known once stays known"


def test_a_ledger_of_rows_from_before_days_were_kept_still_holds(unit) -> None:
    (unit.folder / "orders.csv").write_text(text(ROWS[:50]), encoding="utf-8")
    found = unit("2024-04-01")
    ledger, lines = found.folder.parent / "known.parquet", found.folder / "sales_lines.parquet"
    bench = Bench(found.folder)
    exact = "CAST(net_minor AS DECIMAL(20, 0)) * 0.01 AS net, CAST(quantity AS DECIMAL(38, 18)) AS quantity"
    bench.run(f"CREATE TABLE l AS SELECT * EXCLUDE (quantity), {exact} FROM read_parquet('{lines}')")
    query = f"SELECT h, NULL::DATE AS first_seen FROM {known._spelled_hashes(bench, 'l')}"
    bench.sql.execute(query).df().to_parquet(ledger)
    bench.close()
    (unit.folder / "orders.csv").write_text(text([*ROWS, ["B1", "1", "2024-01-05", *ROWS[0][3:]]]), encoding="utf-8")
    lines = unit("2024-07-10").table("sales_lines").set_index("order_id")["known_date"]
    assert lines["B1"] == pd.Timestamp("2024-07-10") and lines.drop("B1").isna().all()


def test_the_same_sources_are_imported_once_and_give_the_same_bytes(unit, tmp_path) -> None:
    (unit.folder / "orders.csv").write_text(BASE, encoding="utf-8")
    one = unit()
    stamp = (one.folder / "meta.json").stat().st_mtime_ns
    again = unit()
    assert again.fingerprint == one.fingerprint and (again.folder / "meta.json").stat().st_mtime_ns == stamp
    before = {p.name: p.read_bytes() for p in one.folder.glob("*.parquet")}
    import shutil

    shutil.rmtree(tmp_path / "outputs")
    assert {p.name: p.read_bytes() for p in unit().folder.glob("*.parquet")} == before


def test_a_stopped_import_names_the_finding_and_the_file_of_all(unit) -> None:
    (unit.folder / "orders.csv").write_text(text([[*r[:8], "?"] for r in ROWS]), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        unit()
    said = refused.value.say("zh")
    assert "orders.csv" in said and "findings.csv" in said and "60" in said
    listed = list((unit.folder.parents[1] / "outputs" / "u" / "_imports").glob("*/findings.csv"))
    assert len(listed) == 1 and "decimal_unreadable" in listed[0].read_text(encoding="utf-8-sig")


def test_a_column_that_does_not_exist_is_refused_with_its_line(unit) -> None:
    (unit.folder / "orders.csv").write_text(BASE, encoding="utf-8")
    with pytest.raises(ParamsError) as refused:
        unit(columns={**COLUMNS, "regoin_id": "区域"})
    assert refused.value.where is not None and refused.value.where.line and "region_id" in refused.value.say("en")


def test_rows_of_a_database(unit, tmp_path, monkeypatch) -> None:
    import duckdb

    with duckdb.connect(str(tmp_path / "erp.duckdb")) as erp:
        frame = pd.DataFrame(ROWS, columns=list(COLUMNS.values())).astype({"金额": "float64"})
        erp.register("rows_", frame)
        erp.execute(
            "CREATE TABLE orders AS SELECT * REPLACE (金额::DECIMAL(18,2) AS 金额, 日期::DATE AS 日期) FROM rows_"
        )
    monkeypatch.setenv("ERP", str(tmp_path / "erp.duckdb"))
    assert unit(where="url: duckdb://${ERP}\n    query: orders").table("sales_lines")["net_minor"].sum() == TOTAL
    some = unit(where="url: duckdb://${ERP}\n    query: \"SELECT * FROM orders WHERE 区域 = 'NA'\"")
    assert set(some.table("sales_lines")["region_id"]) == {"NA"}


def test_a_password_never_reaches_a_message(unit, monkeypatch) -> None:
    monkeypatch.setenv("PW", "hunter2")
    with pytest.raises(DataError) as refused:
        unit(where="url: postgres://planner:${PW}@127.0.0.1:1/erp\n    query: orders")
    said = refused.value.say("en") + refused.value.say("zh")
    assert "hunter2" not in said and "planner" not in said and "orders" in said
    assert refused.value.__cause__ is None and refused.value.__suppress_context__
    monkeypatch.delenv("PW")
    with pytest.raises(DataError, match="PW is not set"):
        unit(where="url: postgres://planner:${PW}@127.0.0.1:1/erp\n    query: orders")


def test_file_names_with_pattern_signs_are_files(unit) -> None:
    name = "orders[1] (复件)*.csv" if Path("/").anchor == "/" else "orders[1].csv"
    (unit.folder / name).write_text(BASE, encoding="utf-8")
    assert unit(where=f'file: "{name}"').table("sales_lines")["net_minor"].sum() == TOTAL


def test_rows_of_a_database_through_ibis(unit, tmp_path, monkeypatch) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "erp.sqlite") as erp:
        pd.DataFrame(ROWS, columns=list(COLUMNS.values())).to_sql("orders", erp, index=False)
    monkeypatch.setenv("ERP", str(tmp_path / "erp.sqlite"))
    assert unit(where="url: sqlite://${ERP}\n    query: orders").table("sales_lines")["net_minor"].sum() == TOTAL
    some = unit(where="url: sqlite://${ERP}\n    query: \"SELECT * FROM orders WHERE 区域 = 'NA'\"")
    assert set(some.table("sales_lines")["region_id"]) == {"NA"}
