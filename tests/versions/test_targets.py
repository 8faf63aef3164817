"""Approved targets: what may be approved, what is in force when, and what a revision may change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pandas as pd
import pytest

from salesnb.model.contracts.facts import TARGETS, UNASSIGNED
from salesnb.model.errors import DataError, SalesnbError, UsageError, VersionError
from salesnb.runs.carry import outer_tables
from salesnb.versions.tables import write_table
from salesnb.versions.targets import in_force, read_chain
from salesnb.versions.targets.chain import plans
from salesnb.versions.targets.proposal import latest_proposal
from salesnb.versions.targets.quotas import adopt
from tests.versions.targets_company import GRAIN, KEYS, MONTHS, Company, cells, company, decision

if TYPE_CHECKING:
    from salesnb.runs.settings import Settings


@pytest.fixture
def firm(tmp_path: Path) -> Company:
    """A company with one proposal."""
    made = company(tmp_path)
    made.version(1, cells())
    return made


def test_none_approved_is_a_state(firm: Company) -> None:
    found = in_force(firm.folder, "2024", date(2024, 6, 30))
    assert (found.state, found.revision, found.frame, found.head) == ("none", None, None, "")
    assert "没有已批准的目标" in found.say().zh
    assert not firm.targets.exists()


def test_the_first_revision_is_the_proposal(firm: Company) -> None:
    made = firm.approve().revision
    assert (made.name, made.from_, made.to, made.supersedes) == ("2024-r01", date(2024, 1, 1), date(2024, 12, 31), "")
    assert made.sha256 == made.source_sha256
    assert made.source_version == "2024/v001"
    assert made.reference == "decisions/plan.md"
    found = in_force(firm.folder, "2024", date(2024, 6, 30))
    assert found.state == "approved" and found.head == made.hash
    assert found.frame is not None
    pd.testing.assert_frame_equal(found.frame, cells().sort_values(list(KEYS), ignore_index=True))
    assert found.frame["target_minor"].sum() == made.total_minor == 10 * 78 * GRAIN
    assert sorted(firm.files()) == ["2024-r01.parquet", "2024-r01.yaml"]
    assert plans(firm.folder) == ["2024"]


def test_what_was_decided_later_is_not_yet_in_force(firm: Company) -> None:
    firm.approve(decided=date(2024, 1, 5))
    found = in_force(firm.folder, "2024", date(2024, 1, 4))
    assert found.state == "later" and found.revision is None
    assert "之后才批准" in found.say().zh


def test_a_revision_keeps_the_past_and_an_earlier_report_keeps_its_targets(firm: Company) -> None:
    first = firm.approve().revision
    firm.version(2, cells(m08=3))
    second = firm.approve(2, decided=date(2024, 7, 1), from_=date(2024, 8, 1), reason="竞品降价").revision
    assert (second.name, second.supersedes, second.previous) == ("2024-r02", "2024-r01", first.hash)
    assert in_force(firm.folder, "2024", date(2024, 6, 30)).revision == first
    assert in_force(firm.folder, "2024", date(2024, 7, 1)).revision == second
    chain = read_chain(firm.folder, "2024")
    assert chain.head == second.hash
    assert chain.holds(first.hash[:12]) == first
    assert chain.holds("0" * 12) is None and chain.holds(first.hash[:4]) is None


def test_a_proposal_for_the_rest_of_the_year_stands_on_the_past(firm: Company) -> None:
    firm.approve()
    firm.version(2, cells(MONTHS[7:], scale=2))
    made = firm.approve(2, decided=date(2024, 7, 1), from_=date(2024, 8, 1), reason="竞品降价")
    assert made.carried == MONTHS[:7]
    frame = in_force(firm.folder, "2024", date(2024, 7, 1)).frame
    assert frame is not None
    by_month = frame.groupby("month")["target_minor"].sum() // GRAIN
    assert by_month.tolist() == [10 * m * (2 if m > 7 else 1) for m in range(1, 13)]


def test_a_revision_that_changes_the_past_is_refused(firm: Company) -> None:
    firm.approve()
    before = firm.files()
    firm.version(2, cells(m03=1))
    with pytest.raises(DataError, match="differ from 2024-r01") as error:
        firm.approve(2, decided=date(2024, 7, 1), from_=date(2024, 8, 1), reason="改")
    assert "2024-03" in error.value.say("zh")
    assert firm.files() == before


def test_the_same_proposal_is_approved_once(firm: Company) -> None:
    assert firm.approve().is_new
    before = firm.files()
    again = firm.approve(decided=date(2024, 7, 4))
    assert not again.is_new and again.revision.name == "2024-r01"
    assert firm.files() == before


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"by": " "}, "批准人"),
        ({"reference": "decisions/none.md"}, "依据文件不存在"),
        ({"decided": date(2024, 7, 5)}, "不晚于今天"),
        ({"decided": date(2023, 12, 30)}, "不早于 2023-12-31"),
        ({"from_": date(2024, 2, 1)}, "执行日"),
        ({"from_": date(2024, 1, 15)}, "执行日"),
    ],
)
def test_a_decision_that_does_not_fit_is_wrong_use(firm: Company, said: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as error:
        firm.approve(**said)
    assert words in error.value.say("zh")
    assert not firm.targets.exists()


def test_a_change_needs_reason_and_first_day(firm: Company) -> None:
    firm.approve()
    firm.version(2, cells(m12=1))
    with pytest.raises(UsageError, match="needs its reason"):
        firm.approve(2, decided=date(2024, 7, 1), from_=date(2024, 8, 1))
    with pytest.raises(UsageError) as error:
        firm.approve(2, decided=date(2024, 7, 1), reason="改")
    assert "--from 2024-08-01" in error.value.say("zh")
    with pytest.raises(UsageError, match="not before 2024-01-05"):
        firm.approve(2, decided=date(2024, 1, 4), from_=date(2024, 8, 1), reason="改")


def test_a_reference_outside_the_unit_is_refused(firm: Company, tmp_path: Path) -> None:
    outside = tmp_path / "minutes.md"
    outside.write_text("x", encoding="utf-8")
    with pytest.raises(UsageError, match="outside"):
        firm.approve(reference=str(outside))


def test_a_paper_that_changes_later_is_noted_not_refused(firm: Company) -> None:
    made = firm.approve().revision
    chain = read_chain(firm.folder, "2024")
    assert chain.reference_state(made) == "same"
    paper = firm.folder / made.reference
    paper.write_bytes(paper.read_bytes().replace(b"\n", b"\r\n"))
    assert chain.reference_state(made) == "same"
    paper.write_text("另一份决定", encoding="utf-8")
    assert chain.reference_state(made) == "changed"
    paper.unlink()
    assert chain.reference_state(made) == "missing"


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"state": "failed"}, "不完整"),
        ({"notebooks": {"30_decomposition": {"state": "ok"}, "40_x": {"state": "stopped"}}}, "不完整（40_x）"),
        ({"draft": True}, "草稿"),
        ({"checks": [{"code": "sum", "passed": False}]}, "sum"),
        ({"tables": {}}, "没有目标方案"),
        ({"notebooks": {"30_decomposition": {"state": "carried", "from": "v001", "stale": True}}}, "已过期"),
    ],
)
def test_a_version_that_is_not_whole_is_refused(firm: Company, stated: dict[str, Any], words: str) -> None:
    firm.version(2, cells(), **stated)
    with pytest.raises(VersionError) as error:
        firm.approve(2)
    assert words in error.value.say("zh")
    assert not firm.targets.exists()


def test_a_version_without_manifest_is_none(firm: Company) -> None:
    (firm.period().version(1) / "manifest.json").unlink()
    with pytest.raises(VersionError, match="manifest is missing"):
        firm.approve()
    with pytest.raises(UsageError, match="no version v001"):
        firm.period().existing("v001")


def _off_grain(frame: pd.DataFrame) -> pd.DataFrame:
    """The total stays, two people's do not."""
    frame.loc[0, "target_minor"] += 1
    frame.loc[3, "target_minor"] -= 1
    return frame


def _float(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({"target_minor": "float64"})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (_off_grain, "取整单位"),
        (_float, "整数分"),
        (lambda frame: frame[frame["month"] != "2024-05"], "缺少 2024-05"),
        (lambda frame: frame.assign(plan="2025"), "不属于计划 2024"),
        (lambda frame: frame[frame["month"] == "x"], "空表"),
    ],
)
def test_cells_that_do_not_fit_are_refused(
    firm: Company, change: Callable[[pd.DataFrame], pd.DataFrame], words: str
) -> None:
    firm.version(2, change(cells()))
    with pytest.raises(SalesnbError) as error:
        firm.approve(2)
    assert words in error.value.say("zh")
    assert not firm.targets.exists()


def test_published_subtotals_must_be_the_sums_of_the_cells(firm: Company) -> None:
    frame = cells()
    totals = frame.groupby(["plan", "region_id", "month"], as_index=False)["target_minor"].sum()
    firm.version(2, frame, {"target_months": totals})
    assert firm.approve(2).is_new
    totals.loc[4, "target_minor"] += GRAIN
    firm.version(3, cells(m12=1), {"target_months": totals})
    with pytest.raises(DataError, match="target_months says") as error:
        firm.approve(3, decided=date(2024, 7, 1), from_=date(2024, 8, 1), reason="改")
    assert "2024-05" in error.value.say("zh")


def _ledger(faults: int = 0, found: int | None = None) -> pd.DataFrame:
    total = int(cells()["target_minor"].sum())
    rows = [("grain", "all", 0, total, total), ("sum:region_id", "region_id", faults, total, found or total)]
    names = ["check_id", "level", "fault_count", "expected_minor", "found_minor"]
    return pd.DataFrame(rows, columns=names)


def _publish(firm: Company, number: int, frame: pd.DataFrame, name: str, table: pd.DataFrame, *keys: str) -> None:
    folder = firm.version(number, frame)
    write_table(folder / "tables", name, table, list(keys))


def test_the_ledger_vouches_for_tables_on_the_grain_and_cells_may_be_finer(firm: Company) -> None:
    _publish(firm, 2, _off_grain(cells()), "target_ledger", _ledger(), "check_id")
    assert firm.approve(2).is_new


@pytest.mark.parametrize("table", [_ledger(faults=1), _ledger(found=1)])
def test_a_ledger_with_a_fault_is_refused(firm: Company, table: pd.DataFrame) -> None:
    _publish(firm, 2, cells(), "target_ledger", table, "check_id")
    with pytest.raises(DataError, match="ledger fails: sum:region_id"):
        firm.approve(2)
    assert not firm.targets.exists()


def test_published_nodes_must_be_the_sums_of_the_cells(firm: Company) -> None:
    by = cells().groupby("person_id", as_index=False)["target_minor"].sum()
    nodes = by.rename(columns={"person_id": "node_id"}).assign(dimension="person")
    _publish(firm, 2, cells(), "target_nodes", nodes, "dimension", "node_id")
    assert firm.approve(2).is_new
    nodes.loc[0, "target_minor"] += GRAIN
    other = company(firm.root / "other")
    _publish(other, 1, cells(), "target_nodes", nodes, "dimension", "node_id")
    with pytest.raises(DataError, match="target_nodes says"):
        other.approve(1)


def test_a_table_changed_after_publishing_is_refused(firm: Company) -> None:
    folder = firm.period().version(1)
    write_table(folder / "tables", "target_cells", cells(m01=1), list(KEYS))
    with pytest.raises(VersionError, match="does not match its manifest"):
        firm.approve()


def test_the_draft_is_the_latest_proposal(firm: Company) -> None:
    firm.version(2, cells(m01=1))
    found = latest_proposal(firm.period(), "CNY")
    assert found is not None and found.version == "2024/v002" and found.grain_minor == GRAIN
    assert latest_proposal(firm.period("2025"), "CNY") is None


@pytest.mark.parametrize(
    "more",
    [
        {"draft": True},
        {"checks": [{"code": "sums", "passed": False}]},
        {"notebooks": {"30_decomposition": {"state": "carried", "from": "v001", "stale": True}}},
    ],
)
def test_what_could_not_be_approved_is_not_the_latest_proposal(firm: Company, more: dict[str, Any]) -> None:
    firm.version(2, cells(m01=1), **more)
    with pytest.raises(VersionError):
        firm.approve(2)
    found = latest_proposal(firm.period(), "CNY")
    assert found is not None and found.version == "2024/v001"


def test_a_month_knows_which_proposal_it_rests_on(firm: Company) -> None:
    """A draft's cells, published as they are without draft, are another proposal than the one before the draft."""
    month = SimpleNamespace(
        params=firm.params, outputs=firm.period().path.parents[1], unit=firm.params.unit,
        period=firm.params.company.calendar.period("2024-06"),
    )  # fmt: skip
    seen = []
    for number, draft in ((2, True), (3, False), (4, True)):
        firm.version(number, cells(m01=1), draft=draft)
        seen.append(outer_tables(cast("Settings", month), frozenset(("target_cells",))))
    assert seen[0] != seen[1] == seen[2] and all(list(one) == ["target_cells"] for one in seen)


def quotas(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    """Quotas as (from, to, person, yuan)."""
    made = [
        (pd.Timestamp(a), pd.Timestamp(b), "east", person, UNASSIGNED, "sales", "CNY", yuan * 100)
        for a, b, person, yuan in rows
    ]
    return pd.DataFrame(made, columns=[c.name for c in TARGETS.columns])


def test_imported_quotas_come_first_with_their_own_windows(firm: Company) -> None:
    given = quotas(("2024-01-01", "2024-03-31", "p1", 1800), ("2024-04-01", "2024-06-30", "p1", 4500),
                   ("2023-10-01", "2023-12-31", "p1", 9))  # fmt: skip
    made = adopt(firm.params, "2024", given, decision()).revision
    assert (made.source, made.from_, made.to, made.row_count) == (
        "imported", date(2024, 1, 1), date(2024, 6, 30), 2)  # fmt: skip
    assert made.total_minor == 630_000
    found = in_force(firm.folder, "2024", date(2024, 6, 30))
    assert found.state == "imported" and "导入的既有目标" in found.say().zh
    assert not adopt(firm.params, "2024", given, decision()).is_new
    with pytest.raises(UsageError, match="only come first"):
        adopt(firm.params, "2024", given.head(1), decision())


def test_a_revision_after_imported_quotas_repeats_closed_windows(firm: Company) -> None:
    frame = cells()
    first = frame[(frame["person_id"] == "p1") & (frame["month"] <= "2024-03")]["target_minor"].sum() // 100
    adopt(firm.params, "2024", quotas(("2024-01-01", "2024-03-31", "p1", first)), decision())
    with pytest.raises(UsageError, match="inside the quota window"):
        firm.approve(decided=date(2024, 2, 1), from_=date(2024, 3, 1), reason="改按月")
    made = firm.approve(decided=date(2024, 3, 1), from_=date(2024, 4, 1), reason="改按月").revision
    assert made.name == "2024-r02"
    other = company(firm.root / "other")
    other.version(1, cells(m02=1))
    adopt(other.params, "2024", quotas(("2024-01-01", "2024-03-31", "p1", first)), decision())
    with pytest.raises(DataError, match="the proposal sums to"):
        other.approve(decided=date(2024, 3, 1), from_=date(2024, 4, 1), reason="改按月")


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([("2024-12-01", "2025-01-31", "p1", 9)], "超出 2024"),
        ([("2024-01-01", "2024-12-31", "p1", 9), ("2024-01-01", "2024-03-31", "p1", 3)], "重叠"),
        ([("2024-01-01", "2024-12-31", UNASSIGNED, 9), ("2024-01-01", "2024-12-31", "p1", 3)], "重叠"),
        ([("2022-01-01", "2022-12-31", "p1", 9)], "没有导入的目标"),
    ],
)
def test_quotas_that_would_count_twice_or_half_are_refused(
    firm: Company, rows: list[tuple[str, str, str, int]], words: str
) -> None:
    with pytest.raises(SalesnbError) as error:
        adopt(firm.params, "2024", quotas(*rows), decision())
    assert words in error.value.say("zh")
    assert not firm.targets.exists()
