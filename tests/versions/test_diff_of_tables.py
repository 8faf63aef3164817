"""Differences are complete: the old table and the difference give the new table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.versions.diff import apply, compare_tables, compare_tables_in
from salesnb.versions.tables import write_table

KEYS = ["region_id", "month"]
_VALUES = {
    "net_minor": (st.integers(-5, 5), "int64"),
    "visit_count": (st.none() | st.integers(0, 2), "Int64"),
    "growth_rate": (st.none() | st.sampled_from([0.0, 0.5, 1 / 3, 1e300]), "float64"),
    "name": (st.none() | st.sampled_from(["甲", "乙", "", "=1"]), "str"),
    "is_new": (st.booleans(), "bool"),
}
_ROW_KEYS = st.tuples(st.sampled_from("abc"), st.sampled_from(["2024-01", "2024-02"]))


@st.composite
def _table(draw: st.DrawFn, keyed: bool) -> pd.DataFrame:
    keys = draw(st.lists(_ROW_KEYS, max_size=6, unique=keyed))
    columns = draw(st.lists(st.sampled_from(sorted(_VALUES)), unique=True))
    data = {name: pd.array([key[i] for key in keys], dtype="str") for i, name in enumerate(KEYS)}
    for name in columns:
        values, dtype = _VALUES[name]
        drawn = draw(st.lists(values, min_size=len(keys), max_size=len(keys)))
        data[name] = pd.Series(drawn, dtype="object").astype(dtype).array
    return pd.DataFrame(data)


def _canonical(frame: pd.DataFrame) -> list[str]:
    shown = [[repr(None if pd.isna(v) else v) for v in row] for row in frame.astype("object").to_numpy().tolist()]
    return sorted(map(str, shown))


@settings(max_examples=150, deadline=None)
@given(_table(True), _table(True))
def test_old_and_difference_give_new(old: pd.DataFrame, new: pd.DataFrame) -> None:
    rebuilt = apply(old, compare_tables("demo", old, new, KEYS))
    assert list(rebuilt.columns) == list(new.columns)
    assert rebuilt.dtypes.to_dict() == new.dtypes.to_dict()
    assert _canonical(rebuilt) == _canonical(new)


@settings(max_examples=80, deadline=None)
@given(_table(False), _table(False))
def test_tables_without_keys_are_compared_by_whole_rows(old: pd.DataFrame, new: pd.DataFrame) -> None:
    difference = compare_tables("demo", old, new, [])
    rebuilt = apply(old, difference)
    assert list(rebuilt.columns) == list(new.columns)
    assert _canonical(rebuilt) == _canonical(new)
    assert difference.changed.empty


@settings(max_examples=50, deadline=None)
@given(_table(True))
def test_a_table_does_not_differ_from_itself(frame: pd.DataFrame) -> None:
    shuffled = frame.sample(frac=1, random_state=1)
    difference = compare_tables("demo", frame, shuffled, KEYS)
    assert difference.state == "same"
    assert difference.cell_count == 0
    assert list(difference.cells()) == []


@settings(max_examples=50, deadline=None)
@given(_table(True), _table(True))
def test_both_directions_count_the_same_cells(old: pd.DataFrame, new: pd.DataFrame) -> None:
    there, back = compare_tables("demo", old, new, KEYS), compare_tables("demo", new, old, KEYS)
    assert len(there.changed) == len(back.changed)
    assert (len(there.added), len(there.removed)) == (len(back.removed), len(back.added))


def test_cells_are_said_in_major_units_with_their_key(tmp_path: Path) -> None:
    old = pd.DataFrame({"region_id": ["e", "s"], "net_minor": [100, 200]})
    new = pd.DataFrame({"region_id": ["e", "w"], "net_minor": [150, 300]})
    write_table(tmp_path / "a", "demo", old, ["region_id"])
    write_table(tmp_path / "b", "demo", new, ["region_id"])
    write_table(tmp_path / "b", "other", new, ["region_id"])
    demo, other = compare_tables_in(tmp_path / "a", tmp_path / "b")
    assert [tuple(cell) for cell in demo.cells()] == [
        ("demo", "region_id=e", "net_minor", "1.00", "1.50", "changed"),
        ("demo", "region_id=s", "", "net_minor=2.00", "", "removed"),
        ("demo", "region_id=w", "", "", "net_minor=3.00", "added"),
    ]
    assert other.state == "added"
    assert other.cell_count == 2


def test_many_cells_are_compared_quickly() -> None:
    import time

    keys = [f"p{i:05d}" for i in range(70_000)]
    old = pd.DataFrame({"person_id": keys, "target_minor": range(70_000)})
    new = old.assign(target_minor=old["target_minor"] + (old.index % 7 == 0))
    started = time.perf_counter()
    difference = compare_tables("demo", old, new, ["person_id"])
    assert difference.cell_count == 10_000
    assert time.perf_counter() - started < 5
