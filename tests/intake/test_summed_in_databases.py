"""Order lines summed in DuckDB, a real PostgreSQL and a local Spark: the same facts to the cent as line by line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from salesnb.intake import facts
from salesnb.intake.facts import Facts
from salesnb.model.contracts.facts import CELL_KEYS
from salesnb.model.errors import DataError, ParamsError
from salesnb.model.periods import Window
from tests.intake.servers import PASSWORD, postgres, spark

COLUMNS = {
    "order_id": "订单号", "line_no": "行号", "order_date": "日期", "region_id": "区域", "person_id": "业务员",
    "customer_id": "客户", "product_line": "产品线", "quantity": "数量", "net": "金额", "cost": "成本",
    "channel_id": "渠道",
}  # fmt: skip
# amounts of a tenth of a cent, returns inside their order, missing costs, words with quotes, a missing amount
LINES = """
    SELECT 'SO' || lpad((i // 4)::VARCHAR, 6, '0') AS 订单号, (i % 4 + 1)::VARCHAR AS 行号,
      DATE '2022-01-01' + ((i // 4 * 7919) % 900)::INT AS 日期, ['华东', '华南', 'NA'][1 + i // 4 % 3] AS 区域,
      '张''伟' || i // 4 % 9 AS 业务员, 'K' || i // 4 % 97 AS 客户, 'P' || i % 40 AS 产品, '线' || i % 40 % 2 AS 产品线,
      (1 + i * 3 % 20)::INTEGER AS 数量,
      CASE WHEN i = 77 THEN NULL ELSE ((i * 7919 % 999983) / 1000 * CASE WHEN i % 23 = 0 THEN -1 ELSE 1 END) END
        ::DECIMAL(18, 3) AS 金额,
      CASE WHEN i % 7 <> 0 THEN (i * 7919 % 999983) / 1600 END::DECIMAL(18, 3) AS 成本,
      CASE WHEN i % 5 <> 0 THEN '直销' END AS 渠道
    FROM range(6000) t(i)
"""
DAY = date(2024, 12, 31)
WINDOWS = [Window("2023", date(2023, 1, 1), date(2023, 12, 31)), Window("h", date(2022, 3, 5), date(2022, 9, 9))]


@pytest.fixture
def erp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Facts]:
    """The lines as ``orders.parquet``, and an import of them by whatever stands behind ``where``."""
    monkeypatch.setenv("PW", PASSWORD)
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({LINES}) TO '{tmp_path / 'orders.parquet'}' (FORMAT parquet)")

    def load(where: str, columns: dict[str, str] = COLUMNS) -> Facts:
        kind = where.split(":", 2)[1].strip("/ ") + ("-order" if "grain" in where else "")
        monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs" / kind))
        folder = tmp_path / "params" / "u"
        folder.mkdir(parents=True, exist_ok=True)
        listed = "\n".join(f"      {name}: {header}" for name, header in columns.items())
        source = f"sources:\n  orders:\n    table: sales_lines\n    {where}\n    columns:\n{listed}\n"
        (folder / "company.yaml").write_text(f"unit: u\nname: u\ntoday: 2024-12-31\n{source}", encoding="utf-8")
        return facts.load("u")

    return load


def by(address: str, query: str = "orders") -> str:
    return f'url: "{address}"\n    query: "{query}"\n    grain: order'


def same(one: Facts, other: Facts) -> None:
    """Everything but counts of lines is equal, money to the cent."""
    for dimensions in ((), ("region_id", "channel_id"), ("customer_id",), ("product_line", "person_id")):
        a, b = (f.sums(dimensions, WINDOWS, DAY).drop(columns="line_count") for f in (one, other))
        pd.testing.assert_frame_equal(a, b)
    pd.testing.assert_frame_equal(one.first_orders(DAY), other.first_orders(DAY))
    pd.testing.assert_frame_equal(one.activity("person_id", DAY), other.activity("person_id", DAY))
    aside = [f.ledger.set_index("table").loc["sales_lines", "set_aside_count"] for f in (one, other)]
    assert aside[0] == aside[1] == 1, "the line without an amount is set aside by itself"


def test_lines_summed_in_duckdb_are_the_lines(erp: Callable[..., Facts], tmp_path: Path) -> None:
    fine = tmp_path / "orders.parquet"
    both = [erp("file: ../../orders.parquet"), erp(by("duckdb://", f"SELECT * FROM read_parquet('{fine}')"))]
    cells = [f.table("sales_cells")[[*CELL_KEYS, "quantity", "net_minor", "cost_minor"]] for f in both]
    # amounts finer than a cent are rounded once, in their cell of a month: cells are equal, days may be a cent apart
    pd.testing.assert_frame_equal(*cells)
    with duckdb.connect() as connection:
        whole = LINES.replace("DECIMAL(18, 3)", "DECIMAL(18, 2)")
        connection.execute(f"COPY ({whole}) TO '{tmp_path / 'cents.parquet'}' (FORMAT parquet)")
    lines = erp("file: ../../cents.parquet")
    summed = erp(by("duckdb://", f"SELECT * FROM read_parquet('{tmp_path}/cents.parquet')"))
    same(lines, summed)
    said = summed.findings.set_index("code").loc["summed_in_database"]
    assert said["row_count"] == 6000 and "6,000 行明细" in said["message_zh"]
    assert len(summed.table("sales_lines")) < 0.85 * len(lines.table("sales_lines"))


@pytest.mark.long
def test_postgresql_and_duckdb_give_the_same_facts(erp: Callable[..., Facts], tmp_path: Path) -> None:
    import psycopg

    (tmp_path / "server").mkdir()
    with postgres(tmp_path / "server") as address:
        filled = address.replace("${PW}", PASSWORD)
        with psycopg.connect(filled) as connection, connection.cursor() as cursor:
            cursor.execute(
                "CREATE TABLE orders (订单号 text, 行号 text, 日期 date, 区域 text, 业务员 text, 客户 text, 产品 text,"
                " 产品线 text, 数量 integer, 金额 numeric(18, 3), 成本 numeric(18, 3), 渠道 text)"
            )
            rows = duckdb.sql(LINES).fetchall()
            with cursor.copy("COPY orders FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            cursor.execute(
                "CREATE VIEW loose AS SELECT 订单号, 日期::timestamp AS 日期, 金额::text AS 金额 FROM orders"
            )
        there = erp(by(address))
        with pytest.raises(DataError, match="cannot be summed there") as refused:
            erp(by(address, "loose"), {"order_id": "订单号", "order_date": "日期", "net": "金额"})
        assert PASSWORD not in refused.value.say("zh") and "planner" not in refused.value.say("zh")
        with pytest.raises(DataError, match="no column 地区"):
            erp(by(address), {**COLUMNS, "region_id": "地区"})
    here = erp(by("duckdb://", f"SELECT * FROM read_parquet('{tmp_path}/orders.parquet')"))
    equal_bytes(here, there)


@pytest.mark.long
def test_spark_and_duckdb_give_the_same_facts(
    erp: Callable[..., Facts], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    there = erp(by(spark(), f"SELECT * FROM parquet.`{tmp_path}/orders.parquet`"))
    assert not list((tmp_path / "here").iterdir()), "nothing is left where the user stands"
    here = erp(by("duckdb://", f"SELECT * FROM read_parquet('{tmp_path}/orders.parquet')"))
    equal_bytes(here, there)


def equal_bytes(one: Facts, other: Facts) -> None:
    """Every table of facts is the same file."""
    for name in ("sales_lines", "sales_cells", "sales_daily", "nodes", "customers"):
        a, b = (f.folder / f"{name}.parquet" for f in (one, other))
        assert a.read_bytes() == b.read_bytes(), name


def test_what_cannot_be_summed_is_refused_where_it_is_written(erp: Callable[..., Facts]) -> None:
    with pytest.raises(ParamsError, match="grain: order is for sales_lines read by url"):
        erp("file: ../../orders.parquet\n    grain: order")
    with pytest.raises(ParamsError, match="needs order_id and net"):
        erp(by("duckdb://"), {"order_date": "日期", "net": "金额"})
