"""Where a deviation sits: planted slices are found by name, quiet tables stay quiet, amounts add up."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from salesnb.methods.scan import Scan, scan, usual_sd


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    """The simulation and the peer of `tests/bench/scan_where.py`."""
    path = Path(__file__).resolve().parents[1] / "bench" / "scan_where.py"
    spec = importlib.util.spec_from_file_location("scan_where", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["scan_where"] = module
    spec.loader.exec_module(module)
    return module


def named(found: Scan) -> set[tuple[tuple[int, str], ...]]:
    return {s.where for s in found.slices}


def grid() -> tuple[list[np.ndarray], np.ndarray]:
    """3 × 4 × 5 leaves of 1,000 each."""
    a, b, c = (axis.ravel() for axis in np.meshgrid(list("xyz"), list("pqrs"), list("klmno"), indexing="ij"))
    return [a, b, c], np.full(60, 1000)


def test_planted_slices_are_found_and_the_peer_misses_half(bench: ModuleType) -> None:
    tables = [bench.planted(seed) for seed in range(1000, 1040)]
    known = bench.f1([(t.truth, named(scan(t.dims, t.expected, t.actual, t.sd))) for t in tables])
    blind = bench.f1([(t.truth, named(scan(t.dims, t.expected, t.actual))) for t in tables])
    peer = bench.f1([(t.truth, bench.adtributor(t)) for t in tables])
    assert known >= 0.97 and blind >= 0.95 and peer <= 0.7


def test_shifts_are_recovered(bench: ModuleType) -> None:
    for seed in range(5):
        table = bench.planted(seed, causes=1)
        (found,) = scan(table.dims, table.expected, table.actual, table.sd).slices
        ratio = table.actual[found.leaves].sum() / table.expected[found.leaves].sum() - 1
        assert found.shift == pytest.approx(ratio, abs=0.03)


def test_quiet_tables_stay_quiet(bench: ModuleType) -> None:
    quiet = [bench.planted(seed, causes=0) for seed in range(60)]
    assert sum(bool(scan(t.dims, t.expected, t.actual, t.sd).slices) for t in quiet) <= 1
    assert sum(bool(scan(t.dims, t.expected, t.actual).slices) for t in quiet) <= 2


def test_worked_example_amounts_add_up_and_overlap_is_claimed_once() -> None:
    dims, expected = grid()
    noise = np.random.default_rng(1).integers(-20, 21, 60)
    wide, narrow = dims[0] == "x", (dims[0] == "x") & (dims[2] == "k")
    actual = np.rint(expected * np.where(wide, 0.8, 1.0) * np.where(narrow, 0.5, 1.0)).astype(np.int64) + noise
    found = scan(dims, expected, actual, np.full(60, 12.0))
    assert named(found) == {((0, "x"),), ((0, "x"), (2, "k"))}
    assert isinstance(found.total, int) and found.total == int((actual - expected).sum())
    assert found.total == sum(s.deviation for s in found.slices) + found.rest
    by_name = {s.where: s for s in found.slices}
    assert by_name[((0, "x"),)].shift == pytest.approx(-0.2, abs=0.01)
    assert by_name[((0, "x"), (2, "k"))].shift == pytest.approx(-0.5, abs=0.02)
    assert by_name[((0, "x"), (2, "k"))].deviation == int((actual - expected)[narrow].sum())


def test_everything_down_is_said_as_everywhere() -> None:
    dims, expected = grid()
    actual = expected * 0.85 + np.random.default_rng(2).normal(0, 15, 60)
    (only,) = scan(dims, expected, actual, np.full(60, 15.0)).slices
    assert only.where == () and only.shift == pytest.approx(-0.15, abs=0.01)


def test_leaves_that_were_never_expected_can_be_the_finding() -> None:
    dims, expected = grid()
    new = dims[1] == "s"
    before = np.where(new, 0, expected)
    actual = np.where(new, 900, expected) + np.random.default_rng(3).integers(-10, 11, 60)
    found = scan(dims, before, actual, np.full(60, 10.0))
    assert named(found) == {((1, "s"),)} and found.slices[0].deviation == int((actual - before)[new].sum())


def test_of_equal_slices_the_one_with_fewer_dimensions_is_named() -> None:
    dims, expected = grid()
    team = np.char.add(dims[0], dims[1])  # teams inside regions
    actual = expected * np.where(team == "yq", 0.6, 1.0) + np.random.default_rng(4).normal(0, 10, 60)
    assert named(scan([dims[0], team, dims[2]], expected, actual, np.full(60, 10.0))) == {((1, "yq"),)}


def test_depth_and_number_are_limits_and_bad_input_is_refused(bench: ModuleType) -> None:
    table = bench.planted(7)
    assert all(len(s.where) <= 1 for s in scan(table.dims, table.expected, table.actual, table.sd, depth=1).slices)
    assert len(scan(table.dims, table.expected, table.actual, table.sd, most=1).slices) <= 1
    fine = [np.array(["a", "b"])]
    for wrong in (
        (fine, [1.0], [1.0, 2.0]),
        (fine, [1.0, np.nan], [1.0, 2.0]),
        (fine, [1.0, 2.0], [1.0, 2.0], [0.0, 1.0]),
    ):
        with pytest.raises(ValueError):
            scan(*wrong)
    assert scan([np.array([], dtype=str)], [], []).slices == ()


def test_usual_sd_is_not_moved_by_a_minority_of_deviating_leaves() -> None:
    rng = np.random.default_rng(5)
    expected = rng.lognormal(5, 1, 2000)
    actual = expected + rng.normal(0, 0.8 * expected**0.7)
    actual[:300] *= 0.5
    ratio = usual_sd(expected, actual) / (0.8 * expected**0.7)
    plain = np.std(actual - expected) / np.sqrt(np.mean((0.8 * expected**0.7) ** 2))
    assert ratio.min() > 0.9 and ratio.max() < 1.5 < 1.8 < plain


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([1, 100, 12345]))
def test_order_of_leaves_and_unit_of_amounts_do_not_matter(seed: int, unit: int) -> None:
    rng = np.random.default_rng(seed)
    dims, expected = grid()
    actual = expected + rng.integers(-30, 31, 60) - 300 * (dims[rng.integers(3)] == rng.choice(list("xpk")))
    order = rng.permutation(60)
    straight = scan(dims, expected, actual)
    mixed = scan([dim[order] for dim in dims], expected[order] * unit, actual[order] * unit)
    assert [s.where for s in straight.slices] == [s.where for s in mixed.slices]
    assert [s.deviation * unit for s in straight.slices] == [s.deviation for s in mixed.slices]
    assert straight.total == sum(s.deviation for s in straight.slices) + straight.rest
    for one, two in zip(straight.slices, mixed.slices, strict=True):
        np.testing.assert_array_equal(one.leaves[order], two.leaves)
