"""Any table written by us in any supported shape reads back equal; order of rows and columns, names and encodings do
not matter; DuckDB's reader and Python's give the same rows."""

from __future__ import annotations

import csv
import gzip
import io
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.intake.bench import Bench
from salesnb.intake.clean import words
from salesnb.intake.read import files, text_file
from salesnb.intake.read.raw import Hints, Source
from tests.intake.exports import COLUMNS, HEADER, load, source

ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le")
DELIMITERS = (",", "\t", ";", "|")
# letters a GB18030 file is told by, plus everything that delimiters, quotes and line ends can trip over
WORDS = st.text("华东南北销售有限公司甲乙丙丁abcXYZ019 ,;|\t\"'\n=+-@_.", min_size=1, max_size=12)
FIELD = st.one_of(st.just(""), WORDS, st.sampled_from(["NA", "合计科技", "001", "1,234.50", "２０", "<b>", "-"]))
CHINESE = "华东区域的销售订单明细表客户名称产品数量金额业务员日期渠道" * 3


def read_back(content: bytes, name: str = "t.csv", slow: bool = False) -> list[tuple[int, list[str]]]:
    """Rows of a file as the reader stores them: row number and cells."""
    folder = Path(tempfile.mkdtemp(prefix="salesnb-test-"))
    bench = Bench(folder)
    fast = text_file._fast
    try:
        (folder / name).write_bytes(content)
        if slow:
            text_file._fast = lambda *_: None  # type: ignore[assignment]
        raw = files.read(bench, Source(folder / name, name), Hints(expected=("列甲", "列乙", "列丙")))[0]
        cells = ", ".join(f"c{i}" for i in range(len(raw.columns)))
        return [
            (r, [c or "" for c in rest])
            for r, *rest in bench.rows(f"SELECT _row, {cells} FROM {raw.name} ORDER BY _row")
        ]
    finally:
        text_file._fast = fast
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)


def written(
    rows: Sequence[Sequence[str]],
    header: Sequence[str],
    delimiter: str,
    encoding: str,
    end: str,
    quoting: int = csv.QUOTE_MINIMAL,
) -> bytes:
    """Rows as a text file in a given shape."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)  # type: ignore[arg-type]
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode(encoding)


@settings(max_examples=40, deadline=None)
@given(
    rows=st.lists(st.lists(FIELD, min_size=3, max_size=3), min_size=1, max_size=12),
    delimiter=st.sampled_from(DELIMITERS),
    encoding=st.sampled_from(ENCODINGS),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
def test_cells_of_any_text_file_come_back(rows, delimiter, encoding, end, quoting):
    rows = [[CHINESE, *row] for row in rows]  # a key that is never blank, long enough to tell the encoding
    header = ["编号", "列甲", "列乙", "列丙"]
    content = written(rows, header, delimiter, encoding, end, quoting)
    expected = [[cell.replace("\r\n", "\n") for cell in row] for row in rows]
    fast, slow = read_back(content), read_back(content, slow=True)
    assert [cells for _, cells in slow] == expected
    assert fast == slow
    if end == "\n" and not any("\n" in cell for row in rows for cell in row):
        assert [number for number, _ in fast] == list(range(2, len(rows) + 2))


LINES = st.lists(
    st.tuples(
        st.integers(0, 400).map(lambda d: date(2023, 1, 1) + timedelta(days=d)),
        st.sampled_from(["华东", "NA", "华南", "North, East"]),
        st.text("客户甲乙丙丁 a\"',", min_size=1, max_size=8).filter(lambda t: words.word(t) == t),
        st.decimals(-10_000, 10_000_000, places=4, allow_nan=False).map(lambda d: d.quantize(Decimal("0.0001"))),
    ),
    min_size=1,
    max_size=25,
)


def shapes(rows: list[list[str]], header: list[str], draw) -> tuple[str, bytes]:
    """The rows in a shape Hypothesis chooses: text of any kind, packed, Parquet or workbook."""
    kind = draw(st.sampled_from(["csv", "gz", "parquet", "xlsx"]))
    if kind == "parquet":
        out = io.BytesIO()
        pd.DataFrame(rows, columns=header).to_parquet(out)
        return "orders.parquet", out.getvalue()
    if kind == "xlsx":
        import xlsxwriter

        out = io.BytesIO()
        with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
            sheet = book.add_worksheet()
            for r, row in enumerate([header, *rows]):
                for c, value in enumerate(row):
                    sheet.write_string(r, c, value)
        return "orders.xlsx", out.getvalue()
    encoding = draw(st.sampled_from(ENCODINGS))
    content = written(rows, header, draw(st.sampled_from(DELIMITERS)), encoding, draw(st.sampled_from(["\n", "\r\n"])))
    return ("orders.csv.gz", gzip.compress(content)) if kind == "gz" else ("orders.csv", content)


def amounts(amount: Decimal, draw) -> str:
    """An amount in a spelling Hypothesis chooses."""
    plain = f"{amount:f}"
    return draw(
        st.sampled_from(
            [plain, f"{amount:,.4f}", f"￥{amount:,.4f}" if amount >= 0 else plain, plain.replace(".", "．")]
        )
    )


def days(day: date, draw) -> str:
    """A date in a spelling Hypothesis chooses."""
    forms = (
        f"{day:%Y-%m-%d}",
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y%m%d}",
    )
    return draw(st.sampled_from([*forms, f"{day:%Y-%m-%d} 10:30:00"]))


@settings(max_examples=8, deadline=None)
@given(lines=LINES, data=st.data())
def test_any_shape_imports_to_the_same_tables(lines, data):
    plain = [
        [f"K{i:04d}", "1", f"{d:%Y-%m-%d}", r, "张伟", c, f"P{i % 3}", "2", f"{a:f}"]
        for i, (d, r, c, a) in enumerate(lines)
    ]
    base = load({"orders.csv": written(plain, HEADER, ",", "utf-8", "\n")})
    assert base.error is None
    exact = sum((a for *_, a in lines), Decimal(0))
    assert base.total == int(exact.scaleb(2).quantize(Decimal(1), "ROUND_HALF_EVEN"))

    odd = [
        [*row[:2], days(d, data.draw), *row[3:8], amounts(a, data.draw)]
        for row, (d, _, _, a) in zip(plain, lines, strict=True)
    ]
    odd = data.draw(st.permutations(odd))
    order = data.draw(st.permutations(range(len(HEADER))))
    names = [f"{HEADER[i]}（导出）" if data.draw(st.booleans()) else HEADER[i] for i in order]
    renamed = dict(zip((HEADER[i] for i in order), names, strict=True))
    name, content = shapes([[row[i] for i in order] for row in odd], names, data.draw)
    got = load({name: content}, {"orders": source(name, {k: renamed[v] for k, v in COLUMNS.items()})})
    assert got.error is None, got.error
    for table in ("sales_lines", "sales_cells", "sales_daily", "customers", "products", "nodes"):
        pd.testing.assert_frame_equal(got.tables[table], base.tables[table])
