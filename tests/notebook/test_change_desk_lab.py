"""The desk of change requests in JupyterLab in a real Chromium: a draft, a refusal, two approvals, a revision."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from salesnb.versions import changes
from salesnb.versions.targets import read_chain
from tests.notebook.test_jupyterlab import Lab, fill, lab, page, run_every_cell  # noqa: F401 (fixtures)
from tests.versions.targets_company import Company
from tests.versions.test_changes import made

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = [pytest.mark.browser, pytest.mark.long]
NOTEBOOK = "50_review.ipynb"
CELLS = ("parameters-code", "open-code", "desk-code")


@pytest.fixture
def firm(tmp_path: Path) -> Company:
    """A small company with targets in force."""
    root = tmp_path / "firm"
    root.mkdir()
    return made(root)


@pytest.fixture
def planner(firm: Company, tmp_path: Path, root: Path) -> dict[str, str]:
    """The environment in which that company's planner starts Jupyter."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "SALESNB_", "PYTEST_"))}
    own = {name: str(tmp_path / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    env.update(own, HOME=str(tmp_path), PYTHONPATH=str(root), SALESNB_PARAMS=str(firm.root / "params"),
               SALESNB_OUTPUTS=str(firm.root / "outputs"))  # fmt: skip
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", "")])
    return env


def desk_of(page: Page, lab: Lab) -> Locator:  # noqa: F811
    """The review's desk alone: the notebook's own cells for it, run from the menu."""
    file = lab.home / "notebooks" / NOTEBOOK
    notebook = json.loads(file.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if cell["id"] in CELLS]
    source = "".join(notebook["cells"][0]["source"])
    notebook["cells"][0]["source"] = source.replace('unit: str = "sample"', 'unit: str = "u"')
    file.write_text(json.dumps(notebook), encoding="utf-8")
    desk = page.locator(".snb-desk").first
    run_every_cell(page, lab, NOTEBOOK, desk)
    return desk


def press(desk: Locator, button: str, by: str, answer: str) -> None:
    """Press a button as somebody and wait for the answer."""
    fill(desk, "操作人", by)
    desk.get_by_role("button", name=button, exact=True).click()
    desk.locator(".snb-said", has_text=answer).wait_for()


def test_a_change_is_asked_for_decided_and_published(lab: Lab, page: Page, firm: Company) -> None:  # noqa: F811
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    desk = desk_of(page, lab)
    said = {"编号": "east", "标题": "东区调整", "生效日": "2024-08-01", "原因分析": "竞品降价", "调整方案": "移给 p2",
            "目标增减": "person=p1,product_line=A>person=p2:0.08万"}  # fmt: skip
    for label, value in said.items():
        fill(desk, label, value)
    desk.get_by_label("依据文件", exact=True).select_option("decisions/report.md")
    press(desk, "建草稿", "运营 李想", "已建草稿 changes/east.yaml")
    press(desk, "提交审批", "李想", "下一步（1/2）：销售总监 周志远审批")
    assert desk.get_by_role("button", name="发布生效", exact=True).is_disabled()
    press(desk, "批准", "总经理 郑国栋", "现在轮到销售总监审批")
    press(desk, "批准", "销售总监 周志远", "下一步（2/2）：总经理 郑国栋审批")
    press(desk, "批准", "总经理 郑国栋", "已全部批准，可以发布")
    press(desk, "发布生效", "李想", "2024-r02 已成为执行的目标")
    assert desk.get_by_text("（以总经理身份）").count() == 1
    states = [state.state for state in changes.read_changes(firm.params).requests["east"].states]
    assert states == ["draft", "submitted", "approved", "approved", "published"]
    assert [r.name for r in read_chain(firm.folder, "2024").revisions] == ["2024-r01", "2024-r02"]
    assert problems == []
