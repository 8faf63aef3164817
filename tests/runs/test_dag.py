"""The order of notebooks is read from them; what cannot work is named before anything runs."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.model.errors import RunError
from salesnb.model.periods import Kind
from salesnb.runs.dag import Notebook, discover, sequence
from tests.runs.tiny_workbook import Workbook


def _notebook(name: str, reads: tuple[str, ...] = (), writes: tuple[str, ...] = (), kinds: str = "year") -> Notebook:
    from pathlib import Path

    periods = frozenset(map(Kind, kinds.split()))
    return Notebook(name, Path(name), name, periods, reads, writes, False, f"notebooks/{name}.ipynb")


def _names(*notebooks: Notebook, kind: Kind = Kind.YEAR) -> list[str]:
    return [n.name for n in sequence(notebooks, kind).notebooks]


def test_writers_come_before_readers_and_names_decide_otherwise() -> None:
    first, second, third = _notebook("30", (), ("a",)), _notebook("10", ("a",), ("b",)), _notebook("20")
    assert _names(second, third, first) == ["20", "30", "10"]


def test_only_notebooks_of_the_period_run_and_outer_tables_are_known() -> None:
    plan, review = _notebook("30", (), ("targets",)), _notebook("50", ("targets",), (), "month year")
    found = sequence([plan, review], Kind.MONTH)
    assert [n.name for n in found.notebooks] == ["50"]
    assert found.outer == {"targets"}
    assert sequence([plan, review], Kind.YEAR).outer == frozenset()


def test_a_second_writer_is_named_with_both() -> None:
    with pytest.raises(RunError, match="table a has two writers: 10 and 20"):
        _names(_notebook("10", (), ("a",)), _notebook("20", (), ("a",), "month"))


def test_a_cycle_is_named_in_order_of_its_arrows() -> None:
    circle = [_notebook("10", ("c",), ("a",)), _notebook("20", ("a",), ("b",)), _notebook("30", ("b",), ("c",))]
    with pytest.raises(RunError, match=r"10 → 20 → 30 → 10|20 → 30 → 10 → 20|30 → 10 → 20 → 30"):
        _names(*circle, _notebook("40", ("c",), ()))
    with pytest.raises(RunError, match="10 → 10"):
        _names(_notebook("10", ("a",), ("a",)))


def test_a_table_nobody_writes_is_named_with_what_was_meant() -> None:
    with pytest.raises(RunError, match="target_cells") as error:
        _names(_notebook("10", (), ("target_cells",)), _notebook("20", ("target_cell",), ()))
    assert "did you mean target_cells" in error.value.say("en")
    assert sequence([_notebook("20", ("people",), ())], Kind.YEAR, ["people"]).outer == frozenset()
    with pytest.raises(RunError, match="reads table targts"):
        _names(_notebook("10", (), ("targets",)), replace(_notebook("20"), consults=("targts",)))


def test_everything_downstream_of_a_failure_is_known() -> None:
    chain = [_notebook("10", (), ("a",)), _notebook("20", ("a",), ("b",)), _notebook("30", ("b",), ()), _notebook("40")]
    plan = sequence(chain, Kind.YEAR)
    assert plan.after("10") == {"20", "30"}
    assert plan.after("40") == set()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), st.permutations(range(8)))
def test_any_acyclic_order_is_respected_whatever_the_order_of_files(
    pairs: list[tuple[int, int]], order: list[int]
) -> None:
    edges = {(min(a, b), max(a, b)) for a, b in pairs if a != b}
    notebooks = [
        _notebook(f"n{order[i]}", tuple(f"t{a}" for a, b in sorted(edges) if b == i), (f"t{i}",)) for i in range(8)
    ]
    found = _names(*notebooks)
    assert found == _names(*reversed(notebooks))
    for before, after in edges:
        assert found.index(f"n{order[before]}") < found.index(f"n{order[after]}")


def test_a_units_own_notebooks_join_and_scratch_files_stay_out(workbook: Workbook) -> None:
    workbook.notebook("10_a")
    workbook.notebook("15_own", unit="u")
    path = workbook.notebook("99_scratch")
    data = json.loads(path.read_text())
    del data["metadata"]["salesnb"]
    path.write_text(json.dumps(data))
    found, ignored = discover(workbook.root / "notebooks", workbook.root / "params" / "u" / "notebooks")
    assert [(n.name, n.own) for n in found] == [("10_a", False), ("15_own", True)]
    assert found[0].title == {"zh": "标题 10_a", "en": "Title 10_a"}
    assert found[1].shown == "params/u/notebooks/15_own.ipynb"
    assert ignored == ["notebooks/99_scratch.ipynb"]


def test_one_name_in_both_folders_is_refused(workbook: Workbook) -> None:
    workbook.notebook("10_a")
    workbook.notebook("10_a", unit="u")
    with pytest.raises(RunError, match="two notebooks called 10_a"):
        discover(workbook.root / "notebooks", workbook.root / "params" / "u" / "notebooks")


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        ({"periods": ["yearly"]}, "yearly"),
        ({"periods": []}, "kind of period"),
        ({"reads": "a"}, "reads"),
        ({"consults": "a"}, "consults"),
        ({"writes": ["../a"]}, "../a"),
        ({"stage": "../x"}, "../x"),
        ({"write": []}, "write"),
    ],
)
def test_wrong_metadata_is_named(workbook: Workbook, stated: dict[str, object], said: str) -> None:
    workbook.notebook("10_a", **stated)
    with pytest.raises(RunError, match=said) as error:
        discover(workbook.root / "notebooks", workbook.root / "none")
    assert "notebooks/10_a.ipynb" in error.value.say("zh")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 1, "nbformat": 4}', '{"cells": [], "nbformat": 3}'])
def test_a_file_that_is_no_notebook_is_named(workbook: Workbook, text: str) -> None:
    (workbook.root / "notebooks" / "10_a.ipynb").write_text(text)
    with pytest.raises(RunError, match="10_a"):
        discover(workbook.root / "notebooks", workbook.root / "none")
