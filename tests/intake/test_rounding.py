"""Rounding once: each published cell within one minor unit of its exact sum, all adding up to the rounded total;
the same whatever the order of rows; as the plain-Python rule of the model has it."""

from __future__ import annotations

import shutil
import tempfile
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.intake.bench import Bench
from salesnb.intake.tables import rounding
from salesnb.model.contracts.facts import CELL_KEYS
from salesnb.model.money import minor_digits, spread_minor

AMOUNT = st.decimals(-(10**7), 10**9, places=8, allow_nan=False)
LINE = st.fixed_dictionaries(
    {
        "month": st.sampled_from(["2024-01", "2024-02", "2024-03"]),
        "region_id": st.sampled_from(["NA", "华东"]),
        "product_id": st.sampled_from(["P1", "P2", "P3"]),
        "currency": st.sampled_from(["CNY", "CNY", "JPY", "KWD"]),
        "net": AMOUNT,
        "cost": st.one_of(st.none(), AMOUNT),
    }
)


def rounded(lines: list[dict]) -> pd.DataFrame:
    folder = Path(tempfile.mkdtemp(prefix="salesnb-test-"))
    bench = Bench(folder)
    try:
        keys = ", ".join(f"{k} VARCHAR" for k in CELL_KEYS)
        bench.run(
            f"CREATE TABLE l (order_id VARCHAR, line_no VARCHAR, {keys}, is_return BOOLEAN,"
            " net DECIMAL(38,18), list DECIMAL(38,18), cost DECIMAL(38,18))"
        )
        for i, line in enumerate(lines):
            row = dict.fromkeys(CELL_KEYS, "_") | {k: v for k, v in line.items() if k in CELL_KEYS}
            values = [line.get("id", f"o{i:03d}"), "1", *row.values(), line["net"] < 0, line["net"], None, line["cost"]]
            bench.run(f"INSERT INTO l VALUES ({', '.join('?' * len(values))})", values)
        bench.run("CREATE TABLE s AS SELECT * FROM l ORDER BY order_id, line_no, person_id")
        out = rounding.to_minor(bench, "s")
        return bench.sql.execute(f"SELECT * FROM {out} ORDER BY order_id").df()
    finally:
        bench.close()
        shutil.rmtree(folder, ignore_errors=True)


@settings(max_examples=12, deadline=None)
@given(lines=st.lists(LINE, min_size=1, max_size=30), data=st.data())
def test_cells_stay_within_one_minor_unit_and_add_up(lines, data):
    lines = [line | {"id": f"o{i:03d}"} for i, line in enumerate(lines)]
    found = rounded(lines)
    frame = pd.DataFrame(lines)
    frame["units"] = [a * 10 ** minor_digits(c) for a, c in zip(frame["net"], frame["currency"], strict=True)]
    for currency, part in frame.groupby("currency"):
        total = sum(part["units"], Decimal(0)).quantize(Decimal(1), ROUND_HALF_EVEN)
        assert found.loc[found["currency"] == currency, "net_minor"].sum() == int(total)
    frame["minor"] = found["net_minor"].to_numpy()
    frame["sign"] = frame["net"] < 0
    keys = ["currency", "month", "region_id", "product_id", "sign"]
    for _, cell in frame.groupby(keys):
        assert abs(sum(cell["units"], Decimal(0)) - int(cell["minor"].sum())) < 1
    assert (abs(frame["units"].astype(float) - frame["minor"]) < 1.0001).all()
    assert found["cost_minor"].isna().equals(pd.Series([line["cost"] is None for line in lines]))
    again = rounded(data.draw(st.permutations(lines)))
    pd.testing.assert_series_equal(again["net_minor"], found["net_minor"])
    pd.testing.assert_series_equal(again["cost_minor"], found["cost_minor"])


@settings(max_examples=20, deadline=None)
@given(st.lists(AMOUNT.map(abs), min_size=1, max_size=20))
def test_one_cell_is_rounded_as_the_model_rounds(amounts):
    lines = [{"month": "2024-01", "currency": "CNY", "net": a, "cost": None} for a in amounts]
    found = rounded(lines)["net_minor"].tolist()
    assert found == spread_minor([a * 100 for a in amounts], [f"o{i:03d}" for i in range(len(amounts))])


def test_whole_cents_are_left_as_they_are():
    lines = [{"month": "2024-01", "currency": "CNY", "net": Decimal(n) / 100, "cost": None} for n in (1, 250, 99_999)]
    assert rounded(lines)["net_minor"].tolist() == [1, 250, 99_999]
