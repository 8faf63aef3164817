"""The plan in JupyterLab in a real Chromium: move a slider, lock a unit, meet the conflict, take a way out, save; the
next batch run uses the decision."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from salesnb.model.params.decomposition import Decomposition
from salesnb.model.params.strict import load_yaml
from tests.notebook.test_jupyterlab import ROOT, Lab, lab, page, run_every_cell, with_params_of_his_own  # noqa: F401 (fixtures)

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]
NOTEBOOK = "30_decomposition.ipynb"


@pytest.fixture
def planner(planner: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The planner's environment, with parameters of his own to save into."""
    return with_params_of_his_own(planner, tmp_path)


def move(panel: Locator, label: str, value: str) -> None:
    """Type a figure into the number beside a slider, as a planner who knows what he wants."""
    readout = panel.locator(".widget-slider", has_text=label).first.locator(".widget-readout")
    readout.click()
    readout.fill(value)
    readout.press("Enter")


def nudge(panel: Locator, label: str) -> None:
    """Move a slider by hand: take its handle and push it with the arrow keys, then let the plan answer."""
    handle = panel.locator(".widget-slider", has_text=label).first.locator(".noUi-handle")
    handle.focus()
    for _ in range(4):
        handle.press("ArrowRight")
    panel.get_by_text(f"{label}增长 10.4 %").first.wait_for(state="attached")  # every push has been answered


def rules(params: Path) -> dict[str, tuple[float | None, float | None]]:
    """Bounds by id as a plan made on the last day before the year knows them."""
    decided = Decomposition.model_validate(load_yaml(params / "sample" / "decomposition.yaml").data)
    from datetime import date

    return {rule.id: rule.bounds for rule in decided.rules_at(date(2024, 12, 31), date(2023, 12, 31))}


def test_a_planner_resolves_the_conflict_and_saves(
    lab: Lab,  # noqa: F811
    page: Page,  # noqa: F811
    planner: dict[str, str],
    tmp_path: Path,
) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    params = Path(planner["SALESNB_PARAMS"])
    before = (params / "sample" / "decomposition.yaml").read_text(encoding="utf-8")
    run_every_cell(page, lab, NOTEBOOK)
    panel = page.locator(".snb-plan").first
    panel.get_by_text("四个区域的增长愿望合计").first.wait_for()

    first = panel.locator(".snb-answer").inner_text()
    move(panel, "华南", "20")
    panel.get_by_text("“公司全年销售额增长 12 %”").first.wait_for()
    page.wait_for_function("was => document.querySelector('.snb-plan .snb-answer').innerText !== was", arg=first)
    panel.get_by_label("锁定原因").fill("与客户约定")
    panel.get_by_label("锁定原因").press("Enter")
    locked = panel.get_by_label("锁定", exact=True).nth(4)
    locked.check()
    nudge(panel, "北方")
    panel.get_by_text("锁定一格：人员 × 产品线").click()
    panel.get_by_text("锁定这一格").click()
    panel.get_by_text("已锁定：").wait_for()
    panel.get_by_text("人员：改金额").click()
    panel.locator(".widget-hbox", has_text="张倩").get_by_label("锁定", exact=True).check()
    panel.get_by_role("button", name="采纳办法 1", exact=True).click()
    panel.get_by_text("各条规则可以同时成立，没有冲突。").wait_for()

    panel.get_by_label("决定人").fill("销售总监")
    panel.get_by_label("决定人").press("Enter")
    panel.get_by_role("button", name="保存到参数").click()
    panel.locator(".snb-said").get_by_text("已写入").wait_for()
    after = (params / "sample" / "decomposition.yaml").read_text(encoding="utf-8")
    assert set(before.splitlines()) <= set(after.splitlines()), "old values and comments stay"
    held = rules(params)
    locks = [name for name in held if name.startswith("lock-")]
    assert len(locks) == 3 and "lock-XS013" in locks and any(name.count("-") == 2 for name in locks)
    assert held["growth-north"] != (0.10, 0.10), "the slider that was moved by hand"
    assert held["growth-south"] != (0.18, 0.18) and problems == []

    home = tmp_path / "batch"
    (home / "notebooks").mkdir(parents=True)
    (home / "params").mkdir()
    shutil.copy(lab.home / "notebooks" / NOTEBOOK, home / "notebooks" / NOTEBOOK)
    env = {**os.environ, **planner, "SALESNB_HOME": str(home), "SALESNB_OUTPUTS": str(tmp_path / "outputs")}
    command = [sys.executable, "-m", "salesnb", "run", "2024", "--unit", "sample"]
    ran = subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    import pandas as pd

    found = next((tmp_path / "outputs").glob("sample/2024/v*/tables/rule_status.parquet"))
    status = pd.read_parquet(found).set_index("rule_id")
    assert (status["status"] != "relaxed").all(), status[["asked_low", "achieved", "status"]].to_string()
    assert status.loc["growth-south", "asked_low"] == held["growth-south"][0]
    assert set(held) == set(status.index)
