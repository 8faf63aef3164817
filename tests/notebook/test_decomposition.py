"""The decomposition notebook: tables that add up, a panel whose every move is answered, and what saving leaves."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from salesnb.model.errors import ParamsError, UsageError
from salesnb.model.params import load_unit
from salesnb.notebook import decomposition
from salesnb.notebook.decomposition_desk import PlanDesk, entry_of, reworded
from salesnb.notebook.decomposition_panel import PlanPanel
from salesnb.report.exhibit import Exhibit

CJK = re.compile(r"[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def opened(sample_folders: dict[str, str]) -> Iterator[Callable[..., Any]]:
    """``opened(period, lang)``: the sample's plan."""
    with pytest.MonkeyPatch.context() as patched:
        for name, folder in sample_folders.items():
            patched.setenv(name, folder)
        patched.delenv("SALESNB_STAGE", raising=False)
        yield lambda period="2024", lang="zh": decomposition.open("sample", period, lang=lang)


@pytest.fixture(scope="module")
def book(opened: Callable[..., Any]) -> Any:
    """The plan of 2024 in Chinese."""
    return opened()


@pytest.fixture
def desk(book: Any, tmp_path: Path) -> PlanDesk:
    """A desk on the plan, whose file may be written."""
    one = PlanDesk(book)
    (tmp_path / "sample").mkdir()
    shutil.copy(one.sheet.path, tmp_path / "sample" / "decomposition.yaml")
    one.sheet = type(one.sheet).read(tmp_path / "sample" / "decomposition.yaml")
    return one


def test_the_conflict_is_said_in_the_planners_words_and_figures(book: Any) -> None:
    groups, said = book.explanation.groups, book.conflicts().text()
    wishes = groups[(groups["strength"] == "wish")].iloc[0]
    assert f"四个区域的增长愿望合计 {wishes['asked_rate'] * 100:.1f} %" in said
    assert "“公司全年销售额增长 12 %”（必须）" in said and "去掉其中任何一条" in said
    low, high = (int(groups.loc[groups["side"] == side, "asked_minor"].sum()) for side in ("low", "high"))
    assert abs(low - high - int(groups["excess_minor"].iloc[0])) <= 3
    excess = book.terms.money(low - high)
    assert f"多出 {excess}" in said and excess in book.answer().text() and excess.split(" ")[0] in book.cards().text()


def test_every_table_of_the_page_is_the_same_sum(book: Any) -> None:
    for name in ("region_id", "person_id", "month"):
        assert int(book.nodes_of(name)["target_minor"].sum()) == book.plan.total
    assert "遗漏 0，重叠 0，重复计算 0" in book.coherence().text()
    last = int(book.built.cube.base["net_minor"].sum())
    assert book._totals(book.steps)["base", ""] == last
    assert sum(book._totals(book.steps).values()) == book.plan.total


def test_rules_name_their_state(book: Any) -> None:
    shown = str(book.rules().table).replace("\u00a0", " ")
    for row in book.rule_status.to_dict("records"):
        assert row["text"].replace("“", "").split("（")[0][:6] in shown
    gave = book.rule_status[book.rule_status["status"] == "relaxed"]
    assert len(gave) and shown.count("已让步") == len(gave)
    assert "其他规则已使其不超过 35.0 %" in shown


def test_two_methods_of_one_result_are_one_row(book: Any) -> None:
    from salesnb.notebook.decomposition_rules import alike

    same = alike(book.explanation.changes)
    assert sorted(n for numbers in same.values() for n in numbers) == list(book.explanation.proposals["proposal_no"])
    assert str(book.proposals().table).count("<tr>") == len(same) + 1


QUESTIONS = (
    "answer cards rules conflicts proposals months quarters heat derivation fairness activity padding gaps "
    "scenarios sensitivity coherence"
)


@pytest.mark.parametrize("period", [pytest.param("2024H1", marks=pytest.mark.long), "2024Q2"])
def test_halves_and_quarters_are_planned_too(opened: Callable[..., Any], period: str) -> None:
    other = opened(period, "en")
    for name in QUESTIONS.split():
        shown = getattr(other, name)()
        assert shown.text() and shown._repr_html_()
    assert "2024" in other.answer().text() and other.plan.total > 0
    assert {month[:7] for month in other.nodes_of("month")["node_id"]} == set(other.period.months)


def test_a_slider_asks_a_region_for_more_and_others_make_room(desk: PlanDesk) -> None:
    before = desk.given("华南")
    desk.set_growth("华南", 0.25)
    rule = desk.rule_of("华南")
    assert rule is not None and rule.text == "华南增长 25 %" and rule.bounds == (0.25, 0.25)
    assert desk.given("华南") > before and desk.plan.total == desk.book.plan.total
    desk.set_growth("大客户部", 0.05)
    added = desk.rule_of("大客户部")
    assert added is not None and added.strength == "wish" and len(desk.edits) == 2
    desk.reset()
    assert desk.edits == [] and desk.plan is desk.book.plan


def test_a_lock_needs_a_reason_and_holds(desk: PlanDesk) -> None:
    with pytest.raises(UsageError, match="reason"):
        desk.lock("region_id", "北方", " ")
    held = desk.given("北方")
    desk.lock("region_id", "北方", "与客户约定")
    desk.set_growth("华东", 0.3)
    assert desk.given("北方") == pytest.approx(held, abs=1e-12) and desk.locked("北方")
    desk.unlock("北方")
    desk.set_growth("华东", 0.3)
    assert desk.given("北方") != pytest.approx(held, abs=1e-6)


@pytest.mark.parametrize("number", [1, 2])
def test_a_proposal_taken_and_saved_is_the_next_run_without_conflict(desk: PlanDesk, number: int) -> None:
    desk.take(number)
    assert desk.explanation.members.empty and len(desk.edits) == len(desk.book.explanation.take(number))
    before = desk.sheet.text
    written = desk.save("销售总监", desk.book.as_of, "decisions/x.md")
    after = desk.sheet.path.read_text(encoding="utf-8")
    assert after == desk.sheet.text and len(after) > len(before) and set(written) == {rule.id for rule in desk.edits}
    held = {rule.id: rule for rule in _rules(desk)}
    for rule in desk.edits:
        assert held[rule.id].bounds == rule.bounds and held[rule.id].by == "销售总监"
    from salesnb.stages.decomposition import Problem, decompose

    problem = desk.book.problem
    plan = decompose(Problem(problem.cube, tuple(held.values()), problem.grain, problem.scale))
    assert plan.explanation.members.empty and (plan.cells == desk.plan.cells).all()


def _rules(desk: PlanDesk) -> Any:
    from salesnb.model.params.decomposition import Decomposition
    from salesnb.model.params.strict import load_yaml

    decided = Decomposition.model_validate(load_yaml(desk.sheet.path).data)
    return decided.rules_at(desk.book.period.end, desk.book.as_of)


def test_leaving_a_rule_out_ends_it_in_the_file(desk: PlanDesk) -> None:
    desk.set_on("online-share", False)
    assert "online-share" not in set(desk.plan.rules["rule_id"])
    desk.save("销售总监", desk.book.as_of)
    assert "online-share" not in {rule.id for rule in _rules(desk)} and "is: null" in desk.sheet.text
    with pytest.raises(ParamsError, match="very dates"):
        desk.save("销售总监", desk.book.as_of)


def test_saving_refuses_nothing_nobody_and_a_changed_file(desk: PlanDesk) -> None:
    with pytest.raises(UsageError, match="nothing"):
        desk.save("甲", date(2023, 12, 31))
    desk.set_growth("华东", 0.1)
    with pytest.raises(UsageError, match="nobody"):
        desk.save(" ", date(2023, 12, 31))
    desk.sheet.path.write_text(desk.sheet.text + "# 别人的改动\n", encoding="utf-8")
    with pytest.raises(ParamsError, match="meanwhile") as caught:
        desk.save("甲", date(2023, 12, 31))
    assert "别人的改动" in caught.value.say("zh") and "华东增长 10 %" in caught.value.say("zh")


def test_musts_that_contradict_each_other_keep_the_last_plan(desk: PlanDesk) -> None:
    for region in desk.regions:
        desk.lock("region_id", region, "试")
    desk.set_bound("company-growth", 0.3)
    assert desk.refused is not None and len(desk.explanation.members) > 1
    assert desk.plan.total == desk.book.plan.total
    desk.set_bound("company-growth", 0.12)


def test_the_planners_words_follow_the_figure() -> None:
    assert reworded("华南增长 18 %", 0.18, 0.155) == "华南增长 15.5 %"
    assert reworded("增长18%，不含 118 %", 0.18, 0.2) == "增长20 %，不含 118 %"
    assert reworded("二季度占全年三成", 0.3, 0.25) == "二季度占全年三成（25 %）"


def test_a_rule_is_written_as_a_planner_writes_it(book: Any) -> None:
    for rule in book.problem.rules:
        entry = entry_of(rule)
        again = type(rule).model_validate({**entry, "from": rule.from_, "decided": rule.decided, "by": rule.by})
        assert again.model_copy(update={"reference": rule.reference}) == rule


# ---------------------------------------------------------------------- the panel


@pytest.fixture
def panel(desk: PlanDesk) -> PlanPanel:
    return PlanPanel(desk)


def test_every_move_is_answered(panel: PlanPanel) -> None:
    first = panel.answer.value
    assert "四个区域的增长愿望" in panel.quarrel.value and len(panel.ways.children) > 2
    panel.growth["华南"].value = 25.0
    assert panel.answer.value != first and "毫秒" in panel.answer.value
    panel.locks["北方"].value = True
    assert "锁定要写原因" in panel.said.value and not panel.locks["北方"].value
    panel.reason.value = "与客户约定"
    panel.locks["北方"].value = True
    assert panel.locks["北方"].value and panel.said.value == ""
    panel.shares["mix-b"].value = 33.0
    assert "33 %" in panel.states["mix-b"].value
    panel.on["mix-a"].value = False
    assert "<s>" in panel.states["mix-a"].value
    panel.ways.children[0].children[0].click()
    assert "没有冲突" in panel.quarrel.value and not panel.ways.children
    panel.by.value, panel.decided.value = "销售总监", "昨天"
    panel.save.click()
    assert "不是日期" in panel.said.value
    panel.decided.value = "2023-12-31"
    panel.save.click()
    assert "已写入" in panel.said.value and "growth-south" in panel.said.value
    panel.reset.click()
    assert "四个区域的增长愿望" in panel.quarrel.value and panel.growth["华南"].value == 18.0


def test_people_get_amounts_and_locks_and_cells_are_held(panel: PlanPanel) -> None:
    people, desk = panel.people, panel.desk
    first, second, third = desk.people[0], desk.people[1], desk.people[4]
    asked = round(people.amounts[first].value * 1.1)
    people.amounts[first].value = asked
    assert abs(desk.amount({"person_id": first}) / people.factor - asked) <= 1 and len(desk.edits) == 1
    people.locks[second].value = True
    assert "锁定要写原因" in panel.said.value and not people.locks[second].value
    panel.reason.value = "与客户约定"
    people.locks[second].value = True
    people.person.value, people.line.value = third, desk.lines[0]
    people.cell.value = True
    cell = {"person_id": third, "product_line": desk.lines[0]}
    held = desk.amount({"person_id": second}), desk.amount(cell)
    panel.growth["华南"].value = 24.0
    assert (desk.amount({"person_id": second}), desk.amount(cell)) == held and people.cell.value
    assert "已锁定" in people.cells.value and desk.plan.total == desk.book.plan.total
    people.locks[second].value = False
    people.cell.value = False
    panel.growth["华南"].value = 10.0
    assert (desk.amount({"person_id": second}), desk.amount(cell)) != held
    panel.by.value, panel.decided.value = "销售总监", "2023-12-31"
    panel.save.click()
    assert "已写入" in panel.said.value and f"amount-{first}" in {rule.id for rule in _rules(desk)}


def test_a_failure_is_shown_in_the_panel_and_passes(panel: PlanPanel, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(region: str, value: float) -> None:
        raise ZeroDivisionError("<nothing>")

    works = panel.desk.set_growth
    monkeypatch.setattr(panel.desk, "set_growth", fails)
    panel.growth["华东"].value = 11.0
    assert "ZeroDivisionError: &lt;nothing&gt;" in panel.said.value and 'role="alert"' in panel.said.value
    monkeypatch.setattr(panel.desk, "set_growth", works)
    panel.growth["华东"].value = 12.0
    assert panel.said.value == ""


def test_edits_made_at_once_all_count(panel: PlanPanel) -> None:
    """JupyterLab runs each widget's messages in a thread of its own."""
    asked = {"华东": 9.0, "华南": 16.0, "北方": 11.0}
    edits = [Thread(target=setattr, args=(panel.growth[region], "value", value)) for region, value in asked.items()]
    for edit in edits:
        edit.start()
    for edit in edits:
        edit.join()
    assert {rule.text for rule in panel.desk.edits} == {"华东增长 9 %", "华南增长 16 %", "北方增长 11 %"}


def test_a_batch_gets_a_line_instead_of_widgets(book: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SALESNB_STAGE", str(tmp_path))
    shown = book.explore()
    assert isinstance(shown, Exhibit) and "JupyterLab" in shown.text()


def test_the_saved_file_is_the_units_own(book: Any) -> None:
    assert PlanDesk(book).sheet.path == load_unit("sample").folder / "decomposition.yaml"
