"""Generated order lines for the bench of the import, written by DuckDB in pieces, and the map that reads them."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

PIECE = 10_000_000
COLUMNS = {
    "订单编号": "'SO' || lpad((i // 3)::VARCHAR, 9, '0')",
    "行号": "i % 3 + 1",
    "订单日期": "DATE '2021-01-01' + ((i // 3 * 7919) % 1400)::INT",
    "区域": "['华东', '华南', 'NA'][1 + i // 3 % 3]",
    "办事处": "'T' || (i // 3 * 17) % 40",
    "工号": "'XS' || (i // 3 * 13) % 300",
    "产品编码": "'P' || (i * 29) % 400",
    "产品线": "'产品线' || (i * 29) % 400 % 5",
    "客户编码": "'K' || (i // 3 * 101) % 20000",
    "客户名称": "'某某机电设备有限公司' || (i // 3 * 101) % 20000",
    "渠道": "['直销', '经销'][1 + i // 3 % 2]",
    "数量": "1 + (i * 3) % 20",
    "金额": "((i * 7919) % 9999991 / 128.0)::DECIMAL(18, 2)",
    "成本": "((i * 7919) % 9999991 / 160.0)::DECIMAL(18, 2)",
}
COMPANY = """
unit: big
name: big
sources:
  orders:
    table: sales_lines
    {where}
    columns: {{order_id: 订单编号, {number}order_date: 订单日期, region_id: 区域, team_id: 办事处,
      person_id: 工号, {product}product_line: 产品线, customer_id: 客户编码, {name}
      channel_id: 渠道, quantity: 数量, net: 金额, cost: 成本}}
"""
WHOLE = {"number": "line_no: 行号, ", "product": "product_id: 产品编码, ", "name": "customer_name: 客户名称,"}
PLANNED = {"number": "", "product": "", "name": ""}  # the grain plans are made at: product lines, no single products


def write(folder: Path, lines: int, suffix: str) -> int:
    """``orders-NN.SUFFIX`` (csv or parquet) in ``folder``; returns the sum of the amounts in fen.

    Raises OSError when the disk has not room for it three times over.
    """
    need = lines * (130 if suffix == "csv" else 30) * 3
    if shutil.disk_usage(folder).free < need + (10 << 30):
        raise OSError(f"{lines:,} lines need {need / 1e9:.0f} GB and 10 GB to spare")
    listed = ", ".join(f"{sql} AS {name}" for name, sql in COLUMNS.items())
    form = "(HEADER)" if suffix == "csv" else "(FORMAT parquet, COMPRESSION zstd)"
    with duckdb.connect() as connection:
        connection.execute("SET memory_limit='1GB'")
        for number, begin in enumerate(range(0, lines, PIECE)):
            end = min(begin + PIECE, lines)
            path = folder / f"orders-{number:02d}.{suffix}"
            connection.execute(f"COPY (SELECT {listed} FROM range({begin}, {end}) t(i)) TO '{path}' {form}")
        total = f"SELECT sum({COLUMNS['金额']} * 100)::BIGINT FROM range({lines}) t(i)"
        return int(connection.execute(total).fetchall()[0][0])
