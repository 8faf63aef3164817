"""The history notebook in JupyterLab, started by `salesnb lab` and used in a real Chromium as a planner would."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[2]
NOTEBOOK = "10_history.ipynb"
SETTINGS = {
    # every cell stays in the page, so that scrolling is not part of what is tested; nothing asks the network
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
PATIENCE = 240_000  # ms: the machine may be doing other things


@dataclass(frozen=True)
class Lab:
    """A running server: its address with the token, and the workbook's copy it shows."""

    port: int
    token: str
    home: Path

    def ask(self, path: str, method: str = "GET") -> Any:
        """One call of the server's API."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/{path}", headers={"Authorization": f"token {self.token}"}, method=method
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            said = answer.read()
        return json.loads(said) if said else None

    def saved(self) -> list[dict[str, Any]]:
        """The code cells as the planner's save left them; none while the server is writing, which it does in place."""
        try:
            notebook = json.loads((self.home / "notebooks" / NOTEBOOK).read_text(encoding="utf-8"))
        except ValueError:
            return []
        return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


@pytest.fixture
def lab(planner: dict[str, str], tmp_path: Path) -> Iterator[Lab]:
    """`python -m salesnb lab --no-browser` on a copy of the notebooks."""
    home = tmp_path / "workbook"
    shutil.copytree(ROOT / "notebooks", home / "notebooks", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    (home / "params").mkdir()
    config = Path(planner["JUPYTER_CONFIG_DIR"])
    for name, chosen in SETTINGS.items():
        place = config / "lab" / "user-settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(chosen), encoding="utf-8")
    server = {"allow_root": True, "ip": "127.0.0.1", "port_retries": 0}  # a container's user is often root
    (config / "jupyter_server_config.json").write_text(json.dumps({"ServerApp": server}), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    one = Lab(port, secrets.token_hex(16), home)
    env = {**planner, "SALESNB_HOME": str(home), "JUPYTER_TOKEN": one.token}
    with open(tmp_path / "lab.log", "w+", encoding="utf-8") as log:
        command = [sys.executable, "-m", "salesnb", "lab", "--no-browser", f"--port={port}"]
        started = subprocess.Popen(command, env=env, stdout=log, stderr=log, cwd=home, start_new_session=True)
        try:
            _wait_until_it_answers(one, started, tmp_path / "lab.log")
            yield one
        finally:
            _stop(one, started)


def _wait_until_it_answers(lab: Lab, started: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(600):
        assert started.poll() is None, f"the server ended:\n{log.read_text(encoding='utf-8')[-3000:]}"
        try:
            lab.ask("status")
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the server does not answer:\n{log.read_text(encoding='utf-8')[-3000:]}")


def _stop(lab: Lab, started: subprocess.Popen[bytes]) -> None:
    """Ask the server to end (it ends its kernels); whatever of its group is left after that is ended too."""
    try:
        lab.ask("shutdown", "POST")
        started.wait(30)
    except (OSError, subprocess.TimeoutExpired):
        os.killpg(started.pid, signal.SIGKILL)
        started.wait(30)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a desktop's size."""
    one = browser.new_page(viewport={"width": 1500, "height": 1100})
    one.set_default_timeout(PATIENCE)
    yield one
    one.close()


def choose(panel: Locator, label: str, option: str) -> None:
    """Pick ``option`` in the list called ``label``, by keyboard-reachable names as a screen reader hears them."""
    panel.get_by_label(label, exact=True).select_option(label=option)


def run_every_cell(page: Page, lab: Lab, notebook: str, done: Locator | None = None) -> None:
    """Open the notebook, run every cell from the menu, and wait for ``done`` (else its last cell); no cell may fail."""
    page.goto(f"http://127.0.0.1:{lab.port}/lab/tree/{notebook}?token={lab.token}")
    page.locator(".jp-NotebookPanel .jp-CodeCell").first.wait_for()
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    last = page.locator(".jp-NotebookPanel .jp-CodeCell").last.locator(".jp-OutputArea-output", has_text="已写出")
    failed = page.locator('[data-mime-type="application/vnd.jupyter.stderr"], .jp-RenderedText[data-mime-type*=error]')
    (done or last).or_(failed).first.wait_for()
    assert failed.count() == 0, failed.first.inner_text()


def fill(panel: Locator, label: str, value: str) -> None:
    """Type into the field called ``label`` and leave it."""
    field = panel.get_by_label(label, exact=True)
    field.fill(value)
    field.press("Tab")


def with_params_of_his_own(planner: dict[str, str], folder: Path) -> dict[str, str]:
    """The planner's environment, with a copy of the parameters to save into."""
    own = folder / "own" / "params"
    shutil.copytree(planner["SALESNB_PARAMS"], own, ignore=shutil.ignore_patterns(".*"))
    return planner | {"SALESNB_PARAMS": str(own)}


def test_a_planner_runs_the_history_and_chooses(lab: Lab, page: Page) -> None:
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    run_every_cell(page, lab, NOTEBOOK)
    panel = page.locator(".snb-explore").first
    answer = panel.locator(".snb-answer")
    answer.get_by_text("全公司 · 销售额 · 2023 年").wait_for()
    first = {"chart": answer.locator("svg.w").first.inner_html(), "table": answer.locator("table").inner_text()}
    assert panel.get_by_label("拆开按", exact=True).is_disabled()

    choose(panel, "节点", "华东")
    answer.get_by_text("华东 · 销售额 · 2023 年").wait_for()
    drilled = {"chart": answer.locator("svg.w").first.inner_html(), "table": answer.locator("table").inner_text()}
    assert drilled["chart"] != first["chart"] and "上海办事处" in drilled["table"]

    choose(panel, "拆开按", "产品线")
    choose(panel, "指标", "毛利率")
    choose(panel, "期间", "2023 年第 4 季度")
    answer.get_by_text("华东 · 毛利率 · 2023 年第 4 季度").wait_for()
    assert "2022Q4" in answer.locator("table").inner_text()
    assert "毛利率" in answer.locator("p.read").inner_text()

    choose(panel, "维度", "客户")
    panel.get_by_label("查找", exact=True).fill("食品")
    panel.get_by_label("查找", exact=True).press("Enter")
    second = panel.get_by_label("节点", exact=True).locator("option").nth(1)
    second.filter(has_text="食品").wait_for(state="attached")
    names = panel.get_by_label("节点", exact=True).locator("option").all_inner_texts()
    assert len(names) > 2 and all("食品" in name for name in names[1:])

    assert page.locator("[role=alert]:visible").count() == 0
    page.locator(".jp-NotebookPanel-toolbar [data-command='docmanager:save']").click()
    for _ in range(100):
        cells = lab.saved()
        if cells and all(cell["execution_count"] for cell in cells):
            break
        time.sleep(0.2)
    assert cells and all(cell["execution_count"] for cell in cells)
    assert [out for cell in cells for out in cell["outputs"] if out["output_type"] == "error"] == []
    assert problems == []
