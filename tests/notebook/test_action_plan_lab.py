"""The plan board in JupyterLab in a real Chromium: move a date, assign, add, mark done; every save is in the file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from salesnb.model.params.actions import Task
from salesnb.notebook.action_plan_save import read_plan
from tests.notebook.test_jupyterlab import Lab, fill, lab, page, run_every_cell, with_params_of_his_own  # noqa: F401 (fixtures)

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.long]
NOTEBOOK = "40_action_plan.ipynb"


@pytest.fixture
def planner(planner: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The planner's environment, with parameters of his own to save into."""
    return with_params_of_his_own(planner, tmp_path)


def test_a_planner_moves_assigns_adds_and_finishes(
    lab: Lab,  # noqa: F811
    page: Page,  # noqa: F811
    planner: dict[str, str],
) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    file = Path(planner["SALESNB_PARAMS"]) / "sample" / "actions.yaml"
    before = file.read_text(encoding="utf-8").splitlines()

    def tasks() -> dict[str, Task]:
        return {task.id: task for task in read_plan(file).tasks}

    run_every_cell(page, lab, NOTEBOOK)
    board = page.locator(".snb-board").first
    said = board.locator(".snb-said")
    board.get_by_label("任务", exact=True).select_option(label="2025 年框架客户预谈")
    fill(board, "期限", "2024-12-13")
    fill(board, "责任人", "吴昊 XS061")
    board.get_by_role("button", name="保存", exact=True).click()
    said.get_by_text("已保存到 actions.yaml").wait_for()
    moved = tasks()["t-next-frame"]
    assert (moved.due, moved.owner) == (date(2024, 12, 13), "XS061")
    assert sum(a != b for a, b in zip(before, file.read_text(encoding="utf-8").splitlines(), strict=True)) == 1

    board.get_by_label("任务", exact=True).select_option(label="（新任务）")
    for label, value in (("内容", "补签两份框架协议"), ("责任人", "沈文博 XS060"), ("交付物", "协议两份"),
                         ("开始", "2024-03-04"), ("期限", "2024-03-29"), ("决定人", "沈文博")):  # fmt: skip
        fill(board, label, value)
    board.get_by_label("服务于", exact=True).select_option(label="年度框架客户 603 万元")
    board.get_by_role("button", name="保存", exact=True).click()
    board.locator("small", has_text="沈文博 · 2024-03-29").wait_for()
    added = tasks()["t-new-1"]
    assert (added.owner, added.serves, added.state) == ("XS060", ("kr-key-frame",), "open")

    board.get_by_role("button", name="标为完成并保存").click()
    page.wait_for_function("document.querySelector('.snb-board button:last-of-type').disabled")
    done = tasks()["t-new-1"]
    assert done.state == "done" and done.done is not None
    assert problems == []
