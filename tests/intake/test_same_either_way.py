"""What a big import is spared gives the same as the long way: order of rows, width of amounts, soundness of bytes."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.intake.bench import Bench
from salesnb.intake.clean import few
from salesnb.intake.read import encoding
from salesnb.intake.tables import known, sales
from tests.intake.exports import ROWS, TOTAL, load, rows, source, text

SALES = ("sales_lines", "sales_cells", "sales_daily", "products", "customers", "people", "nodes")
MARKS = (b"\n", b"\r\n", b"\r", b"\n\n\n", b"\0", b"\xff", b"\xef")
PIECE = st.sampled_from([b"a,b", "订单,金额".encode(), "�".encode(), *MARKS])


def test_rows_in_any_order_give_the_same_tables() -> None:
    shuffled = list(ROWS)
    random.Random(7).shuffle(shuffled)
    there, here = load({"orders.csv": text(ROWS)}), load({"orders.csv": text(shuffled)})
    for name in SALES:
        pd.testing.assert_frame_equal(there.tables[name], here.tables[name])
    assert list(there.tables["sales_lines"]["order_id"]) == sorted(row[0] for row in ROWS)


def test_words_told_apart_first_and_held_as_numbers_give_the_same_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = rows((3, "区域", ""), (4, "客户", "　客户1 "), (5, "产品", "p1"), (6, "业务员", "null"), (7, "金额", "1.005"))
    files = {"a.csv": text([*odd[:30], ROWS[0]]), "b.csv": text([*odd[29:], ["A001", "1", *ROWS[9][2:]]])}
    for exports in (files, {"a.csv": text(ROWS)}):
        _same_either_way(monkeypatch, exports, few, "FROM_ROWS", 0)


def test_rows_looked_at_in_parts_give_the_same_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    twice = ["A001", "1", *ROWS[9][2:]]
    for exports in ({"a.csv": text(ROWS)}, {"a.csv": text(ROWS[:30]), "b.csv": text([*ROWS[29:], twice])}):
        _same_either_way(monkeypatch, exports, sales, "AT_ONCE", 7)


def _same_either_way(
    monkeypatch: pytest.MonkeyPatch, exports: dict[str, str], module: ModuleType, bound: str, other: int
) -> None:
    """Tables, findings and rows set aside are the same with another ``bound`` of ``module``."""
    one = load(exports, {"orders": source("*.csv")})
    with monkeypatch.context() as patch:
        patch.setattr(module, bound, other)
        two = load(exports, {"orders": source("*.csv")})
    for name in SALES:
        pd.testing.assert_frame_equal(one.tables[name], two.tables[name])
    assert one.findings == two.findings
    assert one.set_aside is not None and two.set_aside is not None
    pd.testing.assert_frame_equal(one.set_aside, two.set_aside)


def test_a_later_file_may_hold_finer_amounts() -> None:
    fine = rows((59, "金额", "159.590000000000000001"), (58, "金额", "1.2E2"))
    whole = load({"orders.csv": text(fine)})
    parts = load({"a.csv": text(fine[:30]), "b.csv": text(fine[30:])}, {"orders": source("*.csv")})
    for name in SALES:
        pd.testing.assert_frame_equal(whole.tables[name], parts.tables[name])
    assert whole.total == TOTAL - 15858 + 12000


def test_a_row_is_known_by_its_content_in_whatever_types_it_is_held() -> None:
    said = dict.fromkeys(known._CONTENT, "'x'") | {"order_date": "DATE '2024-01-05'", "is_return": "false"}
    with tempfile.TemporaryDirectory() as folder:
        bench, spelled, hashed = Bench(Path(folder)), set(), set()
        try:
            for kind in ("DECIMAL(15,2)", "DECIMAL(16,2)", "DECIMAL(38,18)"):
                for word in ("VARCHAR", "ENUM('a', 'x')"):
                    amounts = {"net": f"CAST(-1234.5 AS {kind})", "quantity": f"CAST(NULL AS {kind})"}
                    held = said | amounts | {"product_id": f"CAST('x' AS {word})"}
                    columns = ", ".join(f"{sql} AS {c}" for c, sql in held.items())
                    bench.run(f"CREATE OR REPLACE TABLE l AS SELECT {columns}")
                    spelled.add(bench.one(f"SELECT h FROM {known._spelled_hashes(bench, 'l')}"))
                    hashed.add(bench.one(f"SELECT h FROM {known._hashed('l')}"))
        finally:
            bench.close()
    assert len(spelled) == len(hashed) == 1


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(PIECE, min_size=1, max_size=12))
def test_bytes_found_sound_in_one_pass_are_so_by_the_careful_way(pieces: list[bytes]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path, texts = Path(name) / "orders.csv", Path(name) / "texts"
        texts.mkdir()
        path.write_bytes(b"".join(pieces))
        quick = encoding._as_it_is(path)
        sound = encoding.detect(path) == ("utf-8", False)
        careful = encoding._decoded(path, texts, "utf-8", "strict", False) if sound else None
        if careful is not None and careful.damaged_count:
            careful = None
        assert quick == careful
