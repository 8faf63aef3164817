"""Tables of a version: the same frame twice gives the same bytes; CSV is safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.errors import DataError, VersionError
from salesnb.versions.tables import (
    cell_text,
    csv_columns,
    formula_safe,
    major_units,
    read_table,
    table_facts,
    table_names,
    write_table,
)


def _frame() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "region_id": ["south", "east", "华南"],
            "net_minor": pd.array([12345, -7, 0], dtype="int64"),
            "visit_count": pd.array([3, None, 0], dtype="Int64"),
            "growth_rate": [0.5, None, 1 / 3],
            "order_date": pd.to_datetime(["2024-01-05", None, "2023-12-31"]).astype("datetime64[ms]"),
            "is_new": [True, False, True],
            "note": ["=HYPERLINK(1)", None, "+86"],
        }
    )


def _csv(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "Excel needs the mark to see UTF-8"
    return list(csv.DictReader(raw.decode("utf-8-sig").splitlines()))


def test_round_trip_keeps_types_and_sorts_by_key(tmp_path: Path) -> None:
    write_table(tmp_path, "demo", _frame(), ["region_id"])
    back = read_table(tmp_path, "demo")
    expected = _frame().sort_values("region_id", ignore_index=True)
    pd.testing.assert_frame_equal(back, expected)
    assert table_facts(tmp_path, "demo") == (3, ["region_id"])
    assert table_names(tmp_path) == ["demo"]


def test_equal_frames_give_equal_bytes(tmp_path: Path) -> None:
    plain = _frame()
    other = _frame().iloc[[2, 0, 1]].set_axis([9, 4, 7], axis=0)
    other.attrs["made"] = "later"
    assert write_table(tmp_path / "a", "demo", plain, ["region_id"]) == write_table(
        tmp_path / "b", "demo", other, ["region_id"]
    )
    for name in ("demo.parquet", "demo.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert sorted(p.name for p in (tmp_path / "a").iterdir()) == ["demo.csv", "demo.parquet"]


def test_no_library_version_stands_in_the_file(tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    write_table(tmp_path, "demo", _frame(), ["region_id"])
    notes = pq.read_schema(tmp_path / "demo.parquet").metadata[b"pandas"].decode()
    assert pd.__version__ not in notes.replace('"pandas_version": "3.0.0"', "")


def test_csv_shows_major_units_and_runs_no_formula(tmp_path: Path) -> None:
    write_table(tmp_path, "demo", _frame(), ["region_id"])
    rows = {row["region_id"]: row for row in _csv(tmp_path / "demo.csv")}
    assert rows["south"]["net"] == "123.45"
    assert rows["east"]["net"] == "-0.07"
    assert rows["华南"]["net"] == "0.00"
    assert rows["east"]["visit_count"] == "", "missing is not zero"
    assert rows["华南"]["visit_count"] == "0"
    assert rows["south"]["note"] == "'=HYPERLINK(1)"
    assert rows["华南"]["note"] == "'+86"
    assert rows["south"]["order_date"] == "2024-01-05"
    assert rows["south"]["is_new"] == "1"


def test_a_column_is_said_as_its_values_one_by_one() -> None:
    days = pd.to_datetime(["2024-01-05", None, "2024-01-05T10:30:00", "2024-01-05"], format="ISO8601")
    frame = _frame().loc[[0, 1, 2, 0]].reset_index(drop=True).assign(
        order_date=days,
        seen_at=days.astype("datetime64[ms]").tz_localize("Asia/Shanghai"),
        part_minor=[0.5, None, 1.0, 2.0],
        paid_minor=pd.array([5, None, -5, 0], dtype="Int64"),
        small=pd.Series([1, -2, 3, 4], dtype="int8"),
        single=pd.Series([0.1, None, 2, 3], dtype="float32"),
        kind=pd.Categorical(["-a", None, "b", "-a"]),
        mixed=pd.Series([1, True, 1.0, "=1"], dtype=object),
        is_known=pd.array([True, None, False, True], dtype="boolean"),
    )  # fmt: skip
    for name, cells in zip(frame.columns, csv_columns(frame).values(), strict=True):
        assert cells == [cell_text(value, name) for value in frame[name].array], name


def test_a_major_column_beside_its_minor_is_kept(tmp_path: Path) -> None:
    write_table(tmp_path, "demo", pd.DataFrame({"net_minor": [100], "net": ["x"]}), [])
    assert _csv(tmp_path / "demo.csv") == [{"net_major": "1.00", "net": "x"}]


@pytest.mark.parametrize(
    ("frame", "keys"),
    [
        (pd.DataFrame({"a": ["x", "x"]}), ["a"]),
        (pd.DataFrame({"a": ["x", None]}), ["a"]),
        (pd.DataFrame({"a": ["x"]}), ["b"]),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), []),
        (pd.DataFrame({1: ["x"]}), []),
    ],
)
def test_broken_keys_and_columns_are_refused(tmp_path: Path, frame: pd.DataFrame, keys: list[str]) -> None:
    with pytest.raises(DataError):
        write_table(tmp_path, "demo", frame, keys)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../x", "A", "", "a b", "a.b", "a/b", "x" * 80])
def test_a_table_name_cannot_leave_its_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError):
        write_table(tmp_path, name, _frame(), [])
    with pytest.raises(VersionError):
        read_table(tmp_path, name)


def test_a_missing_table_names_those_that_exist(tmp_path: Path) -> None:
    write_table(tmp_path, "demo", _frame(), ["region_id"])
    with pytest.raises(VersionError, match="demo"):
        read_table(tmp_path, "other")


@given(st.integers(-(2**63), 2**63 - 1))
def test_major_units_say_the_same_amount(minor: int) -> None:
    from decimal import Decimal

    assert Decimal(major_units(minor)) * 100 == minor
    assert len(major_units(minor).split(".")[1]) == 2


@settings(max_examples=200)
@given(st.text())
def test_no_text_starts_a_formula(text: str) -> None:
    safe = formula_safe(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"))
    assert "\x00" not in safe
