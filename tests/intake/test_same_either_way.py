"""What a big import is spared gives the same as the long way: order of rows, width of amounts, soundness of bytes."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.intake.bench import Bench
from salesnb.intake.read import encoding
from salesnb.intake.tables import known
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


def test_a_later_file_may_hold_finer_amounts() -> None:
    fine = rows((59, "金额", "159.590000000000000001"), (58, "金额", "1.2E2"))
    whole = load({"orders.csv": text(fine)})
    parts = load({"a.csv": text(fine[:30]), "b.csv": text(fine[30:])}, {"orders": source("*.csv")})
    for name in SALES:
        pd.testing.assert_frame_equal(whole.tables[name], parts.tables[name])
    assert whole.total == TOTAL - 15858 + 12000


def test_amounts_in_cents_are_known_by_the_hash_of_wide_ones() -> None:
    with tempfile.TemporaryDirectory() as folder:
        bench, found = Bench(Path(folder)), {}
        try:
            for kind in ("DECIMAL(15,2)", "DECIMAL(16,2)", "DECIMAL(38,18)"):
                columns = ", ".join(f"'{c}' AS {c}" for c in known._CONTENT if c not in ("net", "quantity"))
                amounts = f"CAST(-1234.5 AS {kind}) AS net, CAST(NULL AS {kind}) AS quantity"
                beside = "0 AS _file, 1 AS _row, false AS _made, 'p' AS person_id"
                bench.run(f"CREATE OR REPLACE TABLE l AS SELECT {columns}, {amounts}, {beside}")
                found[kind] = bench.one(f"SELECT h FROM {known._hashed(bench, 'l')}")
        finally:
            bench.close()
    assert len(set(found.values())) == 1


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
