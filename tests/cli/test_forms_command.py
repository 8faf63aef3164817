"""``salesnb forms``: a workbook that comes back becomes commitments of the period, or is refused with its faults."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from salesnb.__main__ import main
from salesnb.intake.forms import dump, entries, merged, returned, stored
from salesnb.model.forms import Form, Node
from salesnb.model.params.people import Commitment
from salesnb.report.excel_forms import write_form
from tests.intake.form_of_one import WAN, fill, form
from tests.versions.targets_company import Company, cells, company

WEST = Node("西区", "西区", "region")
ALL = {(i, q): 10 + i for i in (-1, 0, 1, 2) for q in (0, 1)}


def forms() -> list[Form]:
    """Two managers' forms."""
    own = form()
    other = replace(own, manager_id="E8", manager="李经理", top=WEST, rows=own.rows[:1])
    return [own, other]


@pytest.fixture
def firm(home: Path) -> Company:
    """A company whose newest version sent two forms."""
    made = company(home)
    folder = made.version(1, cells())
    (folder / "forms").mkdir()
    (folder / "forms" / "commitments.json").write_text(dump(forms()), encoding="utf-8")
    write_form(home / "sent.xlsx", form(), "zh")
    return made


def test_forms_read_back_as_they_were_sent(firm: Company) -> None:
    path = firm.period().version(1) / "forms" / "commitments.json"
    assert stored(path, "x") == forms()


def test_a_filled_form_becomes_commitments(firm: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    given = {key: value for key, value in ALL.items() if key != (2, 1)} | {(0, 0): 0, (0, -2): "再增 1 人"}
    fill(tmp_path / "sent.xlsx", tmp_path / "back.xlsx", given, form())
    assert main(["forms", "u", "2024", str(tmp_path / "back.xlsx"), "--on", "2024-01-03"]) == 0
    assert "东区：已填 5/6 格" in capsys.readouterr().out
    notes = firm.params.period("2024")
    said = {(one.node, one.period): one for one in notes.commitments}
    assert len(said) == 7 and ("E3", "2024Q2") not in said, "a blank is not written"
    assert said["E1", "2024Q1"].amount == 0 and said["E1", "2024Q1"].condition == "再增 1 人"
    assert said["E2", "2024Q2"].amount == 110_000 and said["E2", "2024Q2"].decided == date(2024, 1, 3)
    assert main(["forms", "u", "2024", str(tmp_path / "back.xlsx"), "--on", "2024-01-04"]) == 0
    assert len(firm.params.period("2024").commitments) == 14, "only added to"


def test_faulty_and_stale_forms_are_refused_and_nothing_is_written(
    firm: Company, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(tmp_path / "sent.xlsx", tmp_path / "bad.xlsx", ALL | {(1, 1): "很多"}, form())
    write_form(tmp_path / "old.xlsx", replace(form(), version="2024/v001"), "zh")
    assert main(["forms", "u", "2024", str(tmp_path / "bad.xlsx"), str(tmp_path / "old.xlsx")]) == 1
    said = capsys.readouterr().out
    assert "bad.xlsx 没有导入" in said and "不是数字" in said and "表已过期" in said
    assert not (firm.folder / "periods").exists()
    assert main(["forms", "u", "2024", str(tmp_path / "none.xlsx")]) == 2


def test_the_right_form_is_found_among_several(firm: Company, tmp_path: Path) -> None:
    other = forms()[1]
    write_form(tmp_path / "west.xlsx", other, "en")
    found = returned(fill(tmp_path / "west.xlsx", tmp_path / "w.xlsx", {(0, 0): 7}, other), forms())
    assert found.is_accepted and found.form.top == WEST
    (entry,) = entries(found, date(2024, 1, 3))
    assert (entry["node"], entry["amount"], entry["reference"]) == ("E1", 70_000, "form 2024/v003 西区")


def said(node: str, period: str, amount: float | None, **more: object) -> Commitment:
    form = {"node": node, "level": "person", "period": period, "amount": amount, "decided": date(2024, 1, 3)}
    return Commitment.model_validate(form | more)


def test_parts_make_the_plan_only_where_every_part_was_said() -> None:
    parts = ("2024Q1", "2024Q2")
    whole = [said("a", "2024Q1", 1), said("a", "2024Q2", 2), said("b", "2024Q1", 5)]
    found = {(one.node, one.period): one.amount for one in merged(whole, "2024", parts)}
    assert found["a", "2024"] == 3 and ("b", "2024") not in found


def test_the_last_word_of_a_round_counts_and_two_forms_of_one_person_add_up() -> None:
    by_hand = said("a", "2024", 9)
    east, west = (said("a", "2024", value, reference=f"form x {place}") for value, place in ((4, "东区"), (3, "西区")))
    later = said("a", "2024", 6, reference="form x 东区", decided=date(2024, 1, 9))
    (one,) = merged([by_hand, east, west, later], "2024", ())
    assert one.amount == 9.0 and WAN
