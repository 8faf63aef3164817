"""The desk of change requests does what the command line does: drafts, refusals in the same words, roles, revisions."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from salesnb.model.contracts.facts import UNASSIGNED
from salesnb.model.errors import UsageError
from salesnb.model.periods import Calendar
from salesnb.model.tables import contract
from salesnb.notebook.change_desk import ChangeDesk
from salesnb.notebook.cited_proposal import CELLS, proposal_version
from salesnb.report.exhibit import Exhibit
from salesnb.versions import changes
from salesnb.versions.folders import PeriodFolder
from salesnb.versions.manifest import Manifest, TableEntry
from salesnb.versions.snapshot import snapshot_text
from salesnb.versions.tables import write_table
from salesnb.versions.targets import read_chain
from tests.versions.targets_company import Company
from tests.versions.test_changes import made


@pytest.fixture
def firm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A company with targets in force; nobody runs a batch."""
    firm = made(tmp_path)
    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.delenv("SALESNB_STAGE", raising=False)
    return firm


def book(lang: str = "zh", **more: Any) -> Any:
    """As much of a review as the desk asks for."""
    calendar = Calendar()
    return SimpleNamespace(
        unit="u", lang=lang, calendar=calendar, period=calendar.period("2024-06"),
        say=lambda text: text.get(lang), proposed=None, **more,
    )  # fmt: skip


def pressed(desk: ChangeDesk, button: str, by: str, note: str = "") -> str:
    """Press a button as somebody; what the desk answers."""
    assert not desk.buttons[button].disabled, button
    desk.by.value, desk.note.value = by, note
    desk.buttons[button].click()
    return str(desk.said.value)


def drafted(desk: ChangeDesk, name: str = "c1", amount: str = "0.08万") -> str:
    desk.name.value, desk.title.value, desk.start.value = name, "东区调整", date(2024, 8, 1)
    desk.analysis.value, desk.proposal.value = "竞品降价", "移给 p2"
    desk.papers.value = ("decisions/report.md",)
    desk.moves.value = f"person=p1,product_line=A>person=p2:{amount}"
    return pressed(desk, "new", "运营 李想")


def enabled(desk: ChangeDesk) -> set[str]:
    return {name for name, button in desk.buttons.items() if not button.disabled}


def test_a_request_goes_from_draft_to_revision(firm: Company) -> None:
    desk = ChangeDesk(book())
    assert enabled(desk) == {"take", "new"} and "销售总监 周志远" in desk.by.options
    assert "已建草稿 changes/c1.yaml" in drafted(desk)
    assert enabled(desk) == {"submit"} and desk.title.disabled
    assert "下一步（1/2）：销售总监 周志远审批" in pressed(desk, "submit", "李想")
    assert enabled(desk) == {"approve", "reject", "recall"} and "已提交 李想，涉及 800 元" in desk.steps.value
    refused = pressed(desk, "approve", "总经理 郑国栋")
    assert 'role="alert"' in refused and "现在轮到销售总监审批" in refused
    assert len(read_chain(firm.folder, "2024").revisions) == 1
    pressed(desk, "approve", "销售总监 周志远", "同意")
    assert "已全部批准，可以发布" in pressed(desk, "approve", "总经理 郑国栋")
    assert enabled(desk) == {"publish", "recall"}
    said = pressed(desk, "publish", "李想")
    assert "2024-r02 已成为执行的目标" in said and "salesnb letters u 2024" in said
    assert enabled(desk) == set() and "（以总经理身份）" in desk.steps.value
    chain = read_chain(firm.folder, "2024")
    sums = [int(chain.cells(r)["target_minor"].sum()) for r in chain.revisions]
    assert len(sums) == 2 and sums[0] == sums[1]
    again = ChangeDesk(book("en"))
    again.pick.value = "c1"
    assert again.moves.value == "person=p1,product_line=A>person=p2:800" and enabled(again) == set()
    assert "published by 李想" in again.steps.value


def test_above_the_limit_the_chairman_decides_too_and_a_no_needs_its_reason(firm: Company) -> None:
    desk = ChangeDesk(book())
    drafted(desk, "big", "0.11万")
    assert "下一步（1/3，金额超过限额）" in pressed(desk, "submit", "李想")
    assert "驳回要写原因" in pressed(desk, "reject", "销售总监 周志远")
    assert "已驳回 销售总监 周志远" in pressed(desk, "reject", "销售总监 周志远", "理由不足")
    assert enabled(desk) == set() and len(read_chain(firm.folder, "2024").revisions) == 1


def test_what_is_typed_wrong_is_said_and_writes_nothing(firm: Company) -> None:
    desk = ChangeDesk(book())
    desk.title.value = "<b>x</b>"
    assert "先写编号和生效日" in pressed(desk, "new", "李想")
    desk.name.value, desk.start.value, desk.moves.value = "c2", date(2024, 8, 1), "p1>p2"
    assert "看不懂" in pressed(desk, "new", "李想")
    desk.moves.value = ""
    assert "没有写是谁" in pressed(desk, "new", "")
    assert not list((firm.folder / "changes").glob("*.yaml"))
    assert "本页没有提出新目标" in pressed(desk, "take", "李想")


def proposal(firm: Company) -> pd.DataFrame:
    """What a review would propose: ten units of August from p1 to p2."""
    chain = read_chain(firm.folder, "2024")
    assert chain.last is not None
    cells = chain.cells(chain.last)
    cells = cells[cells["month"] >= "2024-07"].assign(currency="CNY", revision="2024-r01").reset_index(drop=True)
    for person, change in (("p1", -100_000), ("p2", 100_000)):
        row = cells.index[(cells["person_id"] == person) & (cells["month"] == "2024-08")][0]
        cells.loc[row, "target_minor"] += change
    for column in contract(CELLS).columns:
        if column.name not in cells:
            cells[column.name] = UNASSIGNED
    return cells[[c.name for c in contract(CELLS).columns]]


def test_the_pages_proposal_is_taken_from_the_version_that_holds_it(firm: Company) -> None:
    cells = proposal(firm)
    found = SimpleNamespace(next_quarter="2024Q3", span=("2024-07", "2024-08"), is_missed=True)
    lines = ("二季度预计完成 80 %，低于下限。", "建议移动 1000 元。", "怎样采用。")
    page = book(retarget_tables=None, tables={CELLS: cells}, retarget=lambda: Exhibit("retarget", reading=lines))
    page.proposed = found
    with pytest.raises(UsageError, match="no version holds"):
        proposal_version(page)
    folder = PeriodFolder(firm.root / "outputs", "u", "2024-06").version(2)
    digest = write_table(folder / "tables", CELLS, cells, list(contract(CELLS).keys))
    entry = TableEntry(rows=len(cells), sha256=digest, keys=list(contract(CELLS).keys), writer="50_review")
    manifest = {"unit": "u", "period": "2024-06", "kind": "month", "version": "v002", "state": "complete",
                "as_of": "2024-07-04", "today": "2024-07-04", "lang": "zh", "started": "", "finished": "",
                "tables": {CELLS: entry}, "notebooks": {"50_review": {"state": "ok"}}}  # fmt: skip
    (folder / "manifest.json").write_text(Manifest.model_validate(manifest).text(), encoding="utf-8")
    (folder / "params.yaml").write_text(snapshot_text({"decomposition.yaml": {"grain": 100}}), encoding="utf-8")
    desk = ChangeDesk(page)
    assert "已填入 2024-06/v002 的方案" in pressed(desk, "take", "李想")
    assert desk.start.value == date(2024, 7, 1) and desk.analysis.value == lines[0]
    assert desk.proposal.value == lines[1], "how to ask for it is no part of what is asked for"
    desk.papers.value = ("decisions/report.md",)
    pressed(desk, "new", "运营 李想")
    pressed(desk, "submit", "李想")
    request = changes.read_changes(firm.params).requests["2024-06-retarget"]
    assert request.version == "2024-06/v002" and request.last.amount_minor == 100_000
    for who in ("销售总监 周志远", "总经理 郑国栋"):
        pressed(desk, "approve", who)
    pressed(desk, "publish", "李想")
    chain = read_chain(firm.folder, "2024")
    old, new = (chain.cells(r).groupby("person_id")["target_minor"].sum() for r in chain.revisions)
    assert (new - old).to_dict() == {"p1": -100_000, "p2": 100_000}
