"""A batch of many units: what breaks in one leaves the others whole, and the page says how each ended."""

from __future__ import annotations

import io
import json
import os
import signal
from pathlib import Path

import pytest

from salesnb.model.errors import UsageError
from salesnb.report.batch import render
from salesnb.runs.batch import Order, batch
from salesnb.runs.progress import Progress
from salesnb.runs.settings import Request
from salesnb.runs.workers import Worker, WorkerLost
from tests.runs.tiny_workbook import Workbook

UNITS = ("east", "north", "south")


@pytest.fixture
def units(workbook: Workbook) -> Workbook:
    """Three units whose one notebook fails for ``north``, and dies the first time it runs for ``south``."""
    for name in UNITS:
        workbook.unit(name)
    mark = workbook.root / "died"
    trouble = (
        "import os\n"
        "assert unit != 'north', '北方没有数据'\n"
        f"if unit == 'south' and not os.path.exists({str(mark)!r}):\n"
        f"    open({str(mark)!r}, 'w').close()\n"
        "    import psutil, time\n"
        "    next(p for p in psutil.Process().parents() if 'salesnb.runs.worker' in p.cmdline()).kill()\n"
        "    time.sleep(60)"
    )
    workbook.notebook("10_a", trouble, workbook.table("a", [1]), writes=["a"])
    return workbook


def test_what_breaks_in_one_unit_leaves_the_others_whole(units: Workbook) -> None:
    said = io.StringIO()
    order = Order(UNITS, ("2024",), Request("", ""), jobs=2)
    results, page = batch(order, Progress("zh", said), "one")
    by = {result.unit: result for result in results}
    assert [result.unit for result in results] == list(UNITS)
    assert (by["east"].state, by["east"].version) == ("published", "v001")
    assert by["north"].state == "failed" and "北方没有数据" in by["north"].problem
    assert by["south"].state == "published", "a worker that was killed is replaced and asked again"
    assert "[3/3]" in said.getvalue() and (units.root / "outputs/south/2024/v001/manifest.json").is_file()
    shown = page.read_text(encoding="utf-8")
    assert "3 个期间，2 个已是最新" in shown.replace("\u00a0", " ") and "北方没有数据" in shown
    listed = json.loads((page.parent / "results.json").read_text(encoding="utf-8"))
    assert [row["state"] for row in listed] == ["published", "failed", "published"]
    link = page.parent / f"../../{by['east'].page.split('/', 1)[1]}"
    assert link.is_file() and 'href="../../east/2024/v001/all/10_a.html"' in shown
    again, _ = batch(order, Progress("zh"), "two")
    assert [result.state for result in again] == ["unchanged", "failed", "unchanged"]


def test_a_worker_that_is_always_lost_costs_its_run_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = Worker(tmp_path, "0", "zh")
    with worker:
        process = worker._start()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with pytest.raises(WorkerLost, match="exit code -9"):
            worker.ask(Request("u", "2024"))
        assert worker._process is None, "the next request starts a new one"


def test_a_period_that_cannot_run_is_said_and_the_next_runs(workbook: Workbook) -> None:
    workbook.notebook("10_a", workbook.table("a", [1]), writes=["a"])
    results, _ = batch(Order(("u",), ("2024Q5", "2024"), Request("", ""), jobs=1), Progress("zh"), "one")
    assert [result.state for result in results] == ["refused", "published"]
    assert "2024Q5" in results[0].problem


def test_the_command_asks_for_units_that_exist(workbook: Workbook) -> None:
    from argparse import Namespace

    from salesnb.cli.batch import do

    given = Namespace(units=["uu"], periods=["2024"], jobs=1, as_of="", lang="", force=False, cell_seconds=60,
                      scheduler="", memory=0)  # fmt: skip
    with pytest.raises(UsageError, match="no unit uu"):
        do(given, "en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_puts_troubles_first_and_escapes_what_was_said(lang: str) -> None:
    rows = [
        {"unit": "a", "period": "2024", "state": "published", "version": "v002", "changed": 1200, "seconds": 3.25,
         "page": "outputs/a/2024/v002/all/x.html", "problem": ""},
        {"unit": "b", "period": "2024", "state": "lost", "version": "", "page": "", "changed": None, "seconds": 0.0,
         "problem": "<script>"},
    ]  # fmt: skip
    page = render(rows, lang, "../..")
    body = page.split("<tbody>")[1]
    assert body.index(">b<") < body.index(">a<") and "<script>" not in body.split("</table>")[0]
    assert "1,200" in body and 'href="../../a/2024/v002/all/x.html"' in body and 'href="b.log"' in body


@pytest.mark.long
def test_a_stopped_batch_leaves_nothing_behind_and_says_how_far_it_came(workbook: Workbook) -> None:
    """What cron's or systemd's stop sends: SIGTERM."""
    import psutil

    for name in UNITS:
        workbook.unit(name)
    slow = "import time\nif unit != 'east': time.sleep(120)"
    workbook.notebook("10_a", slow, workbook.table("a", [1]), writes=["a"])
    command = workbook.start("batch", "--units", *UNITS, "--periods", "2024", "--jobs", "1")
    assert command.stderr is not None
    for line in command.stderr:
        if "[1/3]" in line:
            break
    below = psutil.Process(command.pid).children(recursive=True)
    command.terminate()
    rest = command.stderr.read()
    assert command.wait(30) == 128 + signal.SIGTERM and "已发布的版本都完整" in rest
    _, alive = psutil.wait_procs(below, timeout=10)
    assert not alive
    (listed,) = workbook.outputs.glob("_batches/*/results.json")
    states = [row["state"] for row in json.loads(listed.read_text(encoding="utf-8"))]
    assert states[0] == "published" and "published" not in states[1:] and listed.with_name("index.html").is_file()
