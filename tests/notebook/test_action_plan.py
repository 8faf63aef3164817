"""The action plan as a planner opens it: figures of the sample company to the yuan, months, languages, the board."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from salesnb.model.errors import ParamsError, UsageError
from salesnb.notebook import action_plan, action_plan_board, action_plan_save

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[..., Any]


@pytest.fixture(scope="module")
def plan(sample_folders: dict[str, str]) -> Iterator[Open]:
    """``plan(period, lang)``: the sample's action plan; each opened once."""
    kept: dict[tuple[str, str], Any] = {}
    with pytest.MonkeyPatch.context() as patched:
        for name, folder in sample_folders.items():
            patched.setenv(name, folder)
        patched.delenv("SALESNB_STAGE", raising=False)

        def open_plan(period: str = "2024", lang: str = "zh") -> Any:
            if (period, lang) not in kept:
                kept[period, lang] = action_plan.open("sample", period, lang=lang)
            return kept[period, lang]

        yield open_plan


@pytest.mark.long
def test_commission_and_awards_at_target_to_the_yuan(plan: Open) -> None:
    book = plan()
    table = book.cost_found.set_index("part")
    # each person's targets by line at the decided rates, added up here without the engine
    rates = {"A": Fraction(1, 100), "B": Fraction(15, 1000), "C": Fraction(2, 100)}
    frame = book.cells.frame
    paid = Fraction(0)
    for member, _ in book.paid_people:
        own = frame[frame["person_id"] == member.person_id].groupby("product_line")["target_minor"].sum()
        whole = sum(int(v) for v in own)
        paid += sum((rates.get(line, 0) * int(v) for line, v in own.items()), Fraction(0)) * (
            member.target_minor / whole
        )
    assert table.loc["commission", "at_target_minor"] == pytest.approx(float(paid), abs=100)
    # four champions, one best care, a growth award for each of six regions at most
    assert table.loc["awards", "at_target_minor"] == (4 * 5000 + 8000 + 6 * 10000) * 100
    # at 100 % everyone has a tenth of an annual salary
    salaries = {m.person_id: book.salaries[m.role] * m.months for m, _ in book.paid_people}
    assert table.loc["salary_bonus", "at_target_minor"] == round(sum(salaries.values()) / 10)
    assert table["expected_minor"].iloc[:-1].sum() == table.loc["total", "expected_minor"]


def test_the_sample_s_contradictions_are_found_and_nothing_else(plan: Open) -> None:
    found = plan().findings_found
    # a director's plan: two faults and two questions, each planted
    assert list(found["kind"]) == ["cleared_later", "counted_twice", "action_short", "promotion_loses"]
    twice = found[found["kind"] == "counted_twice"].iloc[0]
    assert (twice["item_id"], twice["said"] - twice["other"]) == ("o-east", 420 * 10**6)
    stock = found[found["kind"] == "cleared_later"].iloc[0]
    assert (stock["said"], stock["other"]) == (1.0, 0.3)
    assert (plan().objectives_found["key_result_count"] >= 2).all()
    assert (plan().strategies_found["task_count"] >= 1).all()


def test_a_budget_said_twice_is_asked_about(plan: Open) -> None:
    book = plan()
    share = book.budget_found.set_index("category").loc["团队激励", "amount_minor"]
    assert share == book.pay_budget and not book._budget_against_incentives()
    with pytest.MonkeyPatch.context() as patched:
        patched.setitem(book.__dict__, "pay_budget", share + 100)
        (found,) = book._budget_against_incentives()
    assert (found.kind, found.said, found.other) == ("budget_said_twice", share, share + 100)


def test_every_question_answers_in_both_languages(plan: Open) -> None:
    questions = (
        "answer", "cards", "objectives", "faults", "strategies", "gantt", "tasks", "workload", "milestones",
        "calendar_of_the_year", "trainings", "budget", "allocation", "requests", "promotions", "risks", "promises",
        "pay_cost", "pay_curves", "pay_cliffs", "awards", "sensitivity", "checks",
    )  # fmt: skip
    for book in (plan(), plan("2024-06", "en")):
        for name in questions:
            assert getattr(book, name)().text().strip(), name
    assert "late" in plan("2024-06", "en").answer().text()


def test_june_sees_what_happened_and_the_plan_does_not(plan: Open) -> None:
    before, after = plan().tasks_found, plan("2024-06", "en").tasks_found
    assert set(before["state"]) == {"open"} and plan().as_of == date(2023, 12, 31)
    states = after.set_index("task_id")["state"]
    assert states["t-key-list"] == "done" and states["t-stock-a-q2"] == "late"
    assert len(after) > len(before), "tasks decided in spring"
    risks = plan().risks_found.set_index("risk_id")
    assert risks.loc["bplus-late", "state"] == "no_data", "a launch to come is not a fall to zero"
    stones = plan("2024-06", "en").milestones_found.set_index("milestone_id")
    assert stones.loc["m-half-b", "state"] in ("reached", "missed") and stones.loc["m-half-b", "actual"] > 1e6
    promise = plan("2024-06", "en").promises_found.set_index("promise_id").loc["p-leads"]
    assert promise["month_count"] > 0
    promotion = plan("2024-06", "en").promotions_found.iloc[0]
    assert promotion["discount_rate"] == pytest.approx(1 / 11)


def test_calendar_files_are_linked_and_a_second_library_reads_them(plan: Open) -> None:
    import icalendar

    book = plan()
    page = str(book.calendar_of_the_year().html())
    names = {path.name for path in (book.folder / "calendar").glob("*.ics")}
    assert {"plan.ics", "XS010.ics"} <= names
    assert {f"calendar/{name}" for name in names} <= set(book.files), "carried with the notebook's tables"
    assert all(f'href="../calendar/{name}"' in page for name in names)
    read = icalendar.Calendar.from_ical((book.folder / "calendar" / "XS010.ics").read_bytes())
    events = read.walk("VEVENT")
    assert {str(e["UID"]).split("@")[0] for e in events} == {
        e.event_id for e in book.agenda_found if "XS010" in e.people.split("、")
    }
    whole = icalendar.Calendar.from_ical((book.folder / "calendar" / "plan.ics").read_bytes()).walk("VEVENT")
    assert len(whole) == len(book.agenda_found)
    starts = {str(e["UID"]).split("@")[0]: e["DTSTART"].dt for e in whole}
    # the 10th of February 2024 is New Year: the meeting stands on the first working day after it, 14:00 in Shanghai
    assert (starts["monthly-20240218"].hour, starts["monthly-20240218"].tzname()) == (6, "UTC")


def test_the_request_form_is_written_and_linked(plan: Open) -> None:
    import docx
    import openpyxl

    book = plan("2024-06", "en")
    page = str(book.requests().html())
    for name in ("forms/resource_requests.docx", "forms/resource_requests.xlsx"):
        assert f'href="../{name}"' in page and name in book.files
    table = docx.Document(book.folder / "forms" / "resource_requests.docx").tables[0]
    sheet = openpyxl.load_workbook(book.folder / "forms" / "resource_requests.xlsx").worksheets[0]
    asked = len(book.requests_found)
    assert len(table.rows) == asked + 1 and sheet.cell(4 + asked - 1, 1).value == asked
    assert {row.cells[9].text for row in table.rows[1:]} == {"Approved", "Waiting"}


def test_draws_are_those_of_the_members(plan: Open) -> None:
    book = plan()
    assert book.drawn.shape == (len(book.paid_people), 1000) and np.isfinite(book.drawn).all()
    assert sum(book.one_to_one) == 2 * book.one_to_one[0]


# ------------------------------------------------------------------ the board


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A copy of the sample's actions.yaml."""
    return Path(shutil.copy(ROOT / "params" / "sample" / "actions.yaml", tmp_path / "actions.yaml"))


def test_a_task_is_changed_in_its_line_and_nowhere_else(file: Path) -> None:
    before = file.read_text(encoding="utf-8").splitlines()
    changes = {"state": "done", "done": date(2024, 7, 3)}
    action_plan_save.save_task(file, "t-half-review", changes, action_plan_save.digest(file))
    after = file.read_text(encoding="utf-8").splitlines()
    changed = [(a, b) for a, b in zip(before, after, strict=True) if a != b]
    assert len(changed) == 1 and "t-half-review" in changed[0][1]
    assert "state: done, " in changed[0][1] and "done: 2024-07-03" in changed[0][1]


def test_a_new_task_is_added_behind_the_others(file: Path) -> None:
    opened = action_plan_save.digest(file)
    new = {"text": "复盘会", "owner": "XS001", "due": date(2024, 8, 1), "deliverable": "纪要", "state": "open"}
    now = action_plan_save.save_task(file, "t-new", new, opened)
    assert now == action_plan_save.digest(file) != opened
    assert "id: t-new, text: 复盘会" in file.read_text(encoding="utf-8")


def test_a_file_that_changed_meanwhile_is_refused(file: Path) -> None:
    opened = action_plan_save.digest(file)
    file.write_text(file.read_text(encoding="utf-8") + "\n# somebody else\n", encoding="utf-8")
    kept = file.read_bytes()
    with pytest.raises(UsageError, match="changed meanwhile"):
        action_plan_save.save_task(file, "t-half-review", {"state": "done"}, opened)
    assert file.read_bytes() == kept


def test_what_would_not_load_is_not_written(file: Path) -> None:
    kept = file.read_bytes()
    with pytest.raises(ParamsError, match="not saved"):
        action_plan_save.save_task(file, "t-half-review", {"state": "perhaps"}, action_plan_save.digest(file))
    assert file.read_bytes() == kept and [p for p in file.parent.iterdir() if p.suffix != ".lock"] == [file]


def test_the_board_saves_what_differs(plan: Open, file: Path) -> None:
    board = action_plan_board.PlanBoard(plan("2024-06", "en"))
    board.path = file  # the sample's own file is read by other tests at the same time
    board.pick.value = "t-bplus-channel"
    assert board.owner.value == "周志远 XS001" and board.name.disabled
    before = board.path.read_text(encoding="utf-8")
    board.due.value = date(2024, 9, 15)
    board.saved()
    assert "Saved" in board.said.value and board.tasks["t-bplus-channel"].due == date(2024, 9, 15)
    assert "due: 2024-09-15" in board.path.read_text(encoding="utf-8")
    board.saved()
    assert "nothing was changed" in board.said.value
    board.path.write_text(before, encoding="utf-8")
    board.due.value = date(2024, 9, 20)
    board.saved()
    assert "alert" in board.said.value and "changed meanwhile" in board.said.value


def test_the_board_adds_assigns_and_finishes(plan: Open, file: Path) -> None:
    board = action_plan_board.PlanBoard(plan("2024-06", "zh"))
    board.path = file
    assert board.name.value == "t-new-1" and board.finish.disabled
    board.text.value, board.owner.value, board.serves.value = "补签 <框架> 协议", "吴昊 XS061", "kr-key-frame"
    board.start.value, board.due.value = date(2024, 7, 8), date(2024, 7, 31)
    board.deliverable.value, board.by.value = "协议两份", "沈文博"
    board.saved()
    line = next(x for x in file.read_text(encoding="utf-8").splitlines() if "t-new-1" in x)
    assert "serves: [kr-key-frame]" in line and "owner: XS061" in line and "by: 沈文博" in line
    assert "补签 &lt;框架&gt; 协议" in board.lanes.value and board.pick.value == "t-new-1"
    board.owner.value = "产品部"
    board.finished()
    task = action_plan_save.read_plan(file).tasks[-1]
    assert (task.owner, task.state, task.done) == ("产品部", "done", board.book.as_of)
    board.only.value = "产品部"
    assert "补签" in board.lanes.value and "年度框架协议续签" not in board.lanes.value


# ------------------------------------------------------------------ triggers


def test_triggers_watch_real_series(plan: Open) -> None:
    """Each figure again from the tables, without the readers."""
    book = plan("2024-06", "en")
    months = book.closed_months
    moves = book.facts.table("competitor_moves", book.as_of)
    cut = moves[(moves["product_line"] == "B") & (moves["date"].dt.strftime("%Y-%m") == months[-1])]
    found = book.reading("competitor_price_change", {"product_line": ("B",)})
    assert found[-1] == cut["price_change_rate"].min() < -0.15 and found[0] == 0.0
    stock = book.facts.table("dealer_stock", book.as_of)
    last = stock[stock["month"] == months[-1]]["stock_minor"].sum()
    sold = stock[stock["month"].isin(months[-3:])]["sell_out_minor"].sum() / 3
    assert book.reading("dealer_stock_months", {})[-1] == pytest.approx(last / sold)
    rates = book.reading("repurchase_rate", {})
    assert all(0.6 < rate < 1 for rate in rates)
    assert book.reading("stock_units", {}) is None, "nobody keeps that series"
    risks = book.risks_found.set_index("risk_id")
    assert risks.loc["price-war", "state"] == risks.loc["dealer-loss", "state"] == "fired"
    assert risks.loc["price-war", "expected_minor"] == risks.loc["price-war", "loss_minor"], (
        "it is there: no chance left"
    )
    assert risks.loc["repeat-down", "state"] == "calm"
    assert plan().risks_found.set_index("risk_id").loc["price-war", "state"] == "calm", "in December nobody had cut"


def test_the_review_shows_what_fired(plan: Open, sample_folders: dict[str, str]) -> None:
    from salesnb.notebook import review

    plan()  # the sample's folders are set
    exhibit = review.open("sample", "2024-06", lang="zh").risks()
    assert "已触发" in exhibit.text() and "竞品推出低价同类变频器" in exhibit.text()
    assert "−15.0 %" in str(exhibit.table) and "通用型号不跟价" in str(exhibit.html())
