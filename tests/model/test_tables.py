"""Contracts refuse what would be wrong silently; money is rounded once and adds up."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.model.errors import DataError, Text, UsageError
from salesnb.model.money import minor_digits, spread_minor, to_minor
from salesnb.model.places import safe_name
from salesnb.model.tables import DTYPES, check, contract, contracts

SEASON = contract("history_season")


def season(**changes):
    rows = {
        "calendar_month": ["02", "01"],
        "season_index": [1.1, 0.9],
        "index_spread": [0.1, None],
        "year_count": [3, 3],
    }
    return pd.DataFrame(rows | changes)


def test_a_checked_table_has_its_columns_types_and_order():
    out = check(season(), SEASON)
    assert list(out["calendar_month"]) == ["01", "02"]
    assert {c.name: str(out[c.name].dtype) for c in SEASON.columns} == {c.name: DTYPES[c.kind] for c in SEASON.columns}


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (season().drop(columns="season_index"), "missing"),
        (season(extra=[1, 2]), "unknown"),
        (season(calendar_month=["01", "01"]), "repeated keys"),
        (season(calendar_month=["01", None]), "null"),
        (season(season_index=["a", "b"]), "season_index"),
    ],
)
def test_a_table_that_breaks_its_contract_is_refused(frame, words):
    with pytest.raises(DataError, match=words):
        check(frame, SEASON)


def test_every_contract_has_known_kinds_keys_of_its_own_and_both_languages():
    for table in contracts().values():
        names = [c.name for c in table.columns]
        assert len(set(names)) == len(names), table.name
        assert set(table.keys) <= set(names), table.name
        for column in table.columns:
            assert column.kind in DTYPES and column.label.zh and column.label.en
            assert (column.kind == "minor") == column.name.endswith("_minor") or column.name == "rounding_minor"


def test_an_unknown_table_names_the_known_ones():
    with pytest.raises(DataError, match="sales_lines"):
        contract("sales_line")


amounts = st.lists(st.decimals(-(10**9), 10**9, places=4), min_size=1, max_size=40)


@given(amounts, st.randoms())
def test_rounded_parts_sum_to_the_rounded_whole_in_any_order(parts, random):
    keys = list(range(len(parts)))
    whole = spread_minor(parts, keys)
    assert sum(whole) == to_minor(sum(parts) / 100, "CNY")
    assert all(abs(Decimal(w) - p) < 1 for w, p in zip(whole, parts, strict=True))
    order = random.sample(keys, len(keys))
    again = spread_minor([parts[i] for i in order], order)
    assert dict(zip(order, again, strict=True)) == dict(zip(keys, whole, strict=True))


def test_a_total_that_the_parts_cannot_reach_is_refused_with_both_numbers():
    with pytest.raises(DataError, match="900"):
        spread_minor([Decimal("1.5"), Decimal("2.5")], ["a", "b"], total_minor=900)
    assert (minor_digits("CNY"), minor_digits("jpy"), minor_digits("KWD")) == (2, 0, 3)


@pytest.mark.parametrize("name", ["..", "a/b", "a\\b", "CON", "", " x", "x.", "-x", "a" * 65, "a:b", "nul"])
def test_a_name_that_could_leave_its_folder_is_refused(name):
    with pytest.raises(UsageError):
        safe_name(name, Text("单位", "unit"))


def test_names_of_any_script_are_folders():
    assert safe_name("华东事业部-2", Text("单位", "unit")) == "华东事业部-2"
