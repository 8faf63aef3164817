"""Where processors are short, what others wait for goes first: notebooks, and what is made beside them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from salesnb.runs import parents
from salesnb.runs.beside import Twin
from salesnb.runs.patience import NICE, give_way
from salesnb.runs.progress import Progress
from salesnb.runs.run import run
from salesnb.runs.settings import Request
from tests.runs.tiny_workbook import Workbook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no such priorities")


def _own() -> int:
    return os.getpriority(os.PRIO_PROCESS, 0)


def _group(pid: int | str) -> Path:
    """Where Linux holds how much a process' session gives way: empty for a session that is as old as the machine."""
    return Path(f"/proc/{pid}/autogroup")


def _says(group: Path) -> str:
    return group.read_text(encoding="ascii") if group.is_file() else ""


def _takes_requests(group: Path) -> bool:
    """Whether this machine shares processors among sessions and lets us say so (a container's /proc may be closed)."""
    try:
        group.write_text("1", encoding="ascii")
    except BlockingIOError:  # it does, only not now
        return True
    except OSError:
        return False
    return bool(_says(group))


def test_a_notebook_that_fewer_wait_for_gives_way_to_one_that_runs(workbook: Workbook) -> None:
    """Two wait for 10_a, nobody for 30_b; 20_c finds nobody beside it but who gives way already."""
    here = str(workbook.root)

    def noted(name: str, mark: str, awaited: str) -> str:
        return (
            f"import os, time\nopen(os.path.join({here!r}, {mark!r}), 'w').close()\nuntil = time.time() + 60\n"
            f"while not os.path.exists(os.path.join({here!r}, {awaited!r})) and time.time() < until: time.sleep(0.02)\n"
            f"open(os.path.join({here!r}, {name!r}), 'w').write(str(os.getpriority(os.PRIO_PROCESS, 0)))"
        )

    workbook.notebook("10_a", noted("prio_a", "a", "b"), workbook.table("a", [1]), writes=["a"])
    workbook.notebook("20_c", noted("prio_c", "c", "c"), workbook.table("c", [1]), reads=["a"], writes=["c"])
    workbook.notebook("30_b", noted("prio_b", "b", "c"))
    workbook.notebook("40_d", noted("prio_d", "d", "d"), reads=["c"])
    outcome = run(Request("u", "2024", jobs=2), Progress())
    assert outcome.version == "v001", outcome.failures
    found = {name: int((workbook.root / f"prio_{name}").read_text()) for name in "abc"}
    assert found == {"a": _own(), "b": max(_own(), NICE), "c": _own()}


def test_only_a_session_of_its_own_gives_way_as_a_whole() -> None:
    sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
    ours = _says(_group("self"))
    beside, apart = subprocess.Popen(sleep), subprocess.Popen(sleep, start_new_session=True)
    try:
        takes = _takes_requests(_group(apart.pid))
        for process in (beside, apart):
            give_way(process.pid)
            assert os.getpriority(os.PRIO_PROCESS, process.pid) == max(_own(), NICE)
        until = time.time() + 20
        while takes and not _says(_group(apart.pid)).endswith(f" {NICE}\n") and time.time() < until:
            time.sleep(0.15)  # ten requests a second for who is not root, all together
            give_way(apart.pid)
        assert not takes or _says(_group(apart.pid)).endswith(f" {NICE}\n")
        assert _says(_group("self")) == ours
    finally:
        for process in (beside, apart):
            process.kill()
            process.wait()
    give_way(apart.pid)  # it has ended, and nothing happens


@pytest.mark.skipif(not parents.available(), reason="no fork")
def test_a_patient_twin_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    twin = Twin(lambda _: (_own(), os.getsid(0) == os.getpid()), is_patient=True)
    try:
        twin.ask(None)
        assert twin.answer() == (max(_own(), NICE), True)
    finally:
        twin.close()
