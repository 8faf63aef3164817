"""Every table beside the order lines, written in any supported shape, reads back equal: rows and columns permuted,
columns renamed with a map, other encodings, packed, as Parquet, workbook or database, months side by side."""

from __future__ import annotations

import io
import sqlite3
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.intake.clean import words
from salesnb.intake.read.database import snapshot
from salesnb.intake.tables.specs import SPECS, kinds
from salesnb.intake.tables.wide import INTO
from salesnb.model.params.company import Source
from salesnb.model.tables import contract
from tests.intake.exports import load
from tests.intake.test_round_trips import shapes

NOT_ROWS = ("sales_lines", "returns", "credits")  # lines have a test of their own, the others change lines
TABLES = sorted(set(SPECS) - set(NOT_ROWS))
DERIVED = ("known_date", "tax", "date", "period", "year", "currency")  # not mapped here: defaults and other spellings


def columns(table: str) -> dict[str, str]:
    """Our columns of a table that this test fills, by kind."""
    own = {c.name.removesuffix("_minor") if c.kind == "minor" else c.name for c in contract(table).columns}
    found = {n: k for n, k in kinds(table).items() if n in own and (n not in DERIVED or n in SPECS[table].must)}
    return {n: k for n, k in found.items() if k != "moment"}


def cell(kind: str, name: str, place: int, draw: Any) -> str:
    """A value of a kind, as a plain export writes it."""
    day = date(2023, 1, 1) + timedelta(days=draw(st.integers(0, 500)))
    if name == "stage":
        return str(draw(st.sampled_from(["lead", "qualified", "quoted", "won", "lost"])))
    if name == "metric":
        return "sales"
    if name == "year":
        return str(day.year)
    if kind in ("id", "text"):
        return str(draw(st.text("甲乙丙丁ab", min_size=1, max_size=4).filter(lambda t: words.word(t) == t)))
    if kind == "date":
        return day.isoformat()
    if kind == "month":
        return f"{day:%Y-%m}"
    if kind == "flag":
        return str(draw(st.sampled_from(["是", "否"])))
    if kind == "rate":
        return f"{draw(st.integers(-90, 90)) / 100:.2f}"
    return f"{draw(st.integers(0, 10**9))}" if name.endswith("_count") else f"{draw(st.integers(0, 10**9)) / 100:.2f}"


def rows(table: str, draw: Any) -> list[list[str]]:
    """A few rows whose keys differ: the first id of each row ends in its number."""
    own = columns(table)
    first = next((n for n, k in own.items() if k == "id" and n not in ("stage", "metric", "year")), None)
    out = [[cell(k, n, i, draw) for n, k in own.items()] for i in range(draw(st.integers(1, 6)))]
    for place, row in enumerate(out):
        if first is not None:
            row[list(own).index(first)] += f"-{place}"
    return out


def imported(table: str, name: str, content: bytes, header: list[str]) -> pd.DataFrame:
    mapped = dict(zip(columns(table), header, strict=True))
    got = load({name: content}, {"t": {"table": table, "file": name, "columns": mapped}})
    assert got.error is None, got.error
    assert not [f for f in got.findings if f.severity in ("error", "stop")], got.findings
    return got.tables[table]


def database(body: list[list[str]], header: list[str]) -> tuple[str, bytes]:
    """The rows by way of a database and its snapshot."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "erp.sqlite"
        with sqlite3.connect(path) as connection:
            pd.DataFrame(body, columns=header).to_sql("t", connection, index=False)
        connection.close()
        source = Source.model_validate({"table": "receipts", "url": f"sqlite://{path}", "query": "t", "columns": {}})
        taken = snapshot("t", source, Path(folder), date(2024, 1, 1))
        return "snapshot.parquet", taken.read_bytes()


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_any_table_in_any_shape_reads_back_equal(data: Any) -> None:
    table = data.draw(st.sampled_from(TABLES))
    body, header = rows(table, data.draw), [f"列{n}" for n in columns(table)]
    plain = io.StringIO()
    pd.DataFrame(body, columns=header).to_csv(plain, index=False)
    wanted = imported(table, "t.csv", plain.getvalue().encode(), header)
    assert len(wanted) == len(body)

    order = data.draw(st.permutations(range(len(header))))
    mixed = [[row[i] for i in order] for row in data.draw(st.permutations(body))]
    renamed = [f"{header[i]}·新" if data.draw(st.booleans()) else header[i] for i in order]
    if data.draw(st.integers(0, 5)) == 0:
        name, content = database(mixed, renamed)
    else:
        name, content = shapes(mixed, renamed, data.draw)
        name = name.replace("orders", "t")
    back = [renamed[order.index(i)] for i in range(len(header))]
    pd.testing.assert_frame_equal(imported(table, name, content, back), wanted)


@settings(max_examples=4, deadline=None)
@given(data=st.data())
def test_months_side_by_side_are_the_same_targets(data: Any) -> None:
    regions, months = ["华东", "华南", "NA"], [f"2024-{m:02d}" for m in range(1, 13)]
    amounts = {
        (r, m): Decimal(data.draw(st.integers(0, 10**7))) / 100
        for r in regions
        for m in months
        if data.draw(st.booleans())
    }
    long = "区域,月份,目标\n" + "".join(f"{r},{m},{v}\n" for (r, m), v in amounts.items())
    spelled = data.draw(st.sampled_from(["{}月", "{}月份", "2024年{}月", "2024-{:02d}", "2024/{}"]))
    heads = [spelled.format(m) for m in range(1, 13)]
    body = [[r, *(str(amounts.get((r, m), "")) for m in months)] for r in data.draw(st.permutations(regions))]
    name, content = shapes(body, ["区域", *heads], data.draw)
    base = {"table": "targets", "file": "t.csv", "columns": {"region_id": "区域", "month": "月份", "target": "目标"}}
    wide = {
        "table": "targets",
        "file": name,
        "columns": {"region_id": "区域"},
        "wide": {"value": "target", "year": 2024},
    }
    if not amounts:
        return
    wanted = load({"t.csv": long}, {"t": base}).tables["targets"]
    got = load({name: content}, {"t": wide})
    assert got.error is None and INTO not in got.tables["targets"]
    pd.testing.assert_frame_equal(got.tables["targets"], wanted)
