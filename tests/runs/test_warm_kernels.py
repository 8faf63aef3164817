"""Kernels forked from a warm parent: the same results as plain ones, and none that outlives whoever wanted it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from salesnb.model.places import outputs_dir
from salesnb.runs import parents
from salesnb.runs.beginning import begin
from salesnb.runs.progress import Progress
from salesnb.runs.run import Outcome, run
from salesnb.runs.settings import Request
from tests.runs.tiny_workbook import Workbook

CHART = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.gcf().set_size_inches(1, 1)\nplt.show()"
needs_fork = pytest.mark.skipif(not parents.available(), reason="kernels are forked on Linux only")


@pytest.fixture(autouse=True)
def _no_parent_left() -> Iterator[None]:
    yield
    parents.cool()


def _files(outcome: Outcome) -> dict[str, bytes]:
    return {p.relative_to(outcome.folder).as_posix(): p.read_bytes() for p in outcome.folder.rglob("*") if p.is_file()}


def _assert_equal(left: dict[str, bytes], right: dict[str, bytes]) -> None:
    """Tables, workbook and comparison byte for byte, pages but for their stamp."""
    assert left.keys() == right.keys()
    for name in left:
        if name.endswith((".parquet", ".csv", ".xlsx", ".yaml", ".ics")):
            assert left[name] == right[name], name
        if name.endswith(".html"):
            one, other = (re.sub(r"生成于 [0-9: -]+", "", found[name].decode()) for found in (left, right))
            assert one == other, name


def _noted(workbook: Workbook, name: str, code: str) -> str:
    """A cell that appends the value of ``code`` to file ``name``."""
    return f"import os\nwith open({str(workbook.root / name)!r}, 'a') as out: out.write(f'{{{code}}}\\n')"


def _read(workbook: Workbook, name: str) -> list[str]:
    path = workbook.root / name
    return path.read_text().split() if path.is_file() else []


@needs_fork
def test_warm_and_plain_kernels_give_the_same_bytes(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts among them, which vanish when pyplot was imported before the kernel's shell."""
    facts = _noted(workbook, "parents.txt", "os.getppid()")
    workbook.notebook("10_a", facts, CHART, workbook.table("a", [1, 2]), writes=["a"])
    workbook.notebook("20_b", "print(__name__)", reads=["a"])
    found = []
    for plain in (False, True):
        monkeypatch.setenv("SALESNB_OUTPUTS", str(workbook.root / f"outputs-{plain}"))
        outcome = run(Request("u", "2024", plain_kernels=plain), Progress())
        assert outcome.version == "v001", outcome.failures
        found.append(_files(outcome))
    _assert_equal(*found)
    assert b"image/png" in found[0]["notebooks/10_a.ipynb"]
    forked_from, started_by = _read(workbook, "parents.txt")
    assert int(forked_from) != os.getpid() and int(started_by) == os.getpid()


@needs_fork
def test_every_kernel_draws_its_own_numbers_in_its_own_group(workbook: Workbook) -> None:
    lines = [
        _noted(workbook, "drawn.txt", "random.random()").replace("import os", "import os, random"),
        _noted(workbook, "drawn.txt", "np.random.rand()").replace("import os", "import os, numpy as np"),
        _noted(workbook, "groups.txt", "os.getpgid(0) == os.getpid()"),
    ]
    workbook.notebook("10_a", *lines)
    workbook.notebook("20_b", *lines)
    assert run(Request("u", "2024"), Progress()).state == "published"
    assert len(set(_read(workbook, "drawn.txt"))) == 4
    assert _read(workbook, "groups.txt") == ["True", "True"]


def test_where_nothing_can_be_forked_kernels_are_plain(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parents, "available", lambda: False)
    workbook.notebook("10_a", _noted(workbook, "parents.txt", "os.getppid()"))
    assert run(Request("u", "2024"), Progress()).state == "published"
    assert _read(workbook, "parents.txt") == [str(os.getpid())]


@needs_fork
def test_a_parent_that_has_ended_is_replaced(workbook: Workbook) -> None:
    """Its kernel dies with it: that is a failed run. The next run has a parent again."""
    mark = workbook.root / "once"
    kill = f"import os, signal\nif not os.path.exists({str(mark)!r}):\n    open({str(mark)!r}, 'w').close()\n"
    kill += "    os.kill(os.getppid(), signal.SIGKILL)\n    import time; time.sleep(60)"
    workbook.notebook("10_a", kill)
    outcome = run(Request("u", "2024"), Progress())
    assert outcome.state == "failed" and outcome.failures[0].kind == "dead"
    assert "内核" in (outcome.folder / outcome.page).read_text(encoding="utf-8")
    assert run(Request("u", "2024"), Progress()).version == "v001"


@needs_fork
def test_nothing_a_killed_run_started_lives_on(workbook: Workbook) -> None:
    """Neither kernels nor what their cells started, though one never yields and nobody could clean up."""
    child = "import subprocess\nchild = subprocess.Popen(['sleep', '300'])"
    pids = _noted(workbook, "pids.txt", "os.getpid()} {os.getppid()} {child.pid")
    workbook.notebook("10_a", child, pids, "while True: pass")
    workbook.notebook("20_b", child, pids, "while True: pass")
    process = workbook.start("run", "2024")
    assert _wait(lambda: len(_read(workbook, "pids.txt")) == 6, 60)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    started = {int(pid) for pid in _read(workbook, "pids.txt")}
    assert _wait(lambda: not any(map(_alive, started)), 20), [pid for pid in started if _alive(pid)]


@needs_fork
def test_any_jupyter_client_can_use_the_provisioner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Through Jupyter's entry point alone; a restart forks again, another Python is not forked."""
    import json

    from jupyter_client.manager import start_new_kernel

    spec = tmp_path / "kernels" / "warm"
    spec.mkdir(parents=True)
    provisioner = {"provisioner_name": "salesnb-warm", "config": {"preload": ["numpy"]}}
    stated: dict[str, Any] = {"argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]}
    stated |= {"display_name": "warm", "language": "python", "metadata": {"kernel_provisioner": provisioner}}
    (spec / "kernel.json").write_text(json.dumps(stated))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    manager, client = start_new_kernel(kernel_name="warm")
    try:
        said: list[str] = []

        def hear(message: Any) -> None:
            said.append(message["content"].get("text", ""))

        def ask() -> None:
            code = "import os, sys; print(os.getppid(), os.getpid(), 'numpy' in sys.modules)"
            client.execute_interactive(
                code, timeout=30, output_hook=lambda m: said.append(m["content"].get("text", ""))
            )

        ask()
        manager.restart_kernel(now=True)
        client.wait_for_ready(timeout=30)
        ask()
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    first, second = (line.split() for line in said if line)
    assert first[0] == second[0] != str(os.getpid()) and first[1] != second[1]
    assert first[2] == second[2] == "True"
    assert _wait(lambda: not _alive(int(second[1])))


@needs_fork
@pytest.mark.long
def test_papermill_finds_the_engine(tmp_path: Path, workbook: Workbook) -> None:
    notebook = workbook.notebook("10_a", "print(period)", CHART)
    command = [sys.executable, "-m", "papermill", "--engine", "salesnb", "-k", "python3", "-l", "python"]
    command += ["-p", "period", "2024-03"]
    environment = workbook.environment() | {"JUPYTER_RUNTIME_DIR": str(tmp_path)}
    done = subprocess.run(
        [*command, "--no-progress-bar", str(notebook), str(tmp_path / "out.ipynb")],
        env=environment, cwd=tmp_path, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "out.ipynb").read_text(encoding="utf-8")
    assert "2024-03" in written and "image/png" in written


@needs_fork
@pytest.mark.long
def test_the_samples_review_of_a_week_is_the_same_from_warm_and_plain_kernels(
    sample_folders: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    monkeypatch.setenv("SALESNB_PARAMS", sample_folders["SALESNB_PARAMS"])
    for plain in (False, True):
        monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / str(plain)))
        if plain:  # the exports need not be imported twice
            shutil.copytree(tmp_path / "False" / "sample" / "_imports", tmp_path / "True" / "sample" / "_imports")
        outcome = run(Request("sample", "2024-W12", plain_kernels=plain), Progress())
        assert outcome.version == "v001", outcome.failures
        found.append(_files(outcome))
    _assert_equal(*found)


def _wait(condition: Any, seconds: float = 10) -> bool:
    until = time.time() + seconds
    while time.time() < until:
        if condition():
            return True
        time.sleep(0.05)
    return False


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@needs_fork
def test_a_parent_begun_before_the_run_is_known_serves_it(workbook: Workbook) -> None:
    """It has libraries only until the run says what else; its kernels know what the run has read of parameters."""
    # nobody's first need; with both notebooks ready at once, either kernel may be the second
    whole = _noted(workbook, "whole.txt", 'int("xlsxwriter" in __import__("sys").modules)')
    workbook.notebook("10_a", _noted(workbook, "parents.txt", "os.getppid()"), whole)
    known = _noted(workbook, "known.txt", "len(strict._PARSED)")
    workbook.notebook("20_b", "from salesnb.model.params import strict", known, whole)
    begin(["run", "2024", "--explain"])
    begin(["run", "2024"])
    assert not parents._begun, "a first run makes its folder itself"
    outputs_dir().mkdir(parents=True)
    begin(["check"])
    begin(["run", "2024", "--plain-kernels"])
    assert not parents._begun
    begin(["run", "2024"])
    begin(["run", "2024"])
    (begun,) = parents._begun.values()
    assert run(Request("u", "2024"), Progress()).state == "published"
    assert _read(workbook, "parents.txt") == [str(begun._process.pid)] and not parents._begun
    assert int(_read(workbook, "known.txt")[0]) > 0
    assert "1" in _read(workbook, "whole.txt"), "the second kernel has all there is to share"


@needs_fork
def test_a_parent_begun_for_nothing_ends(workbook: Workbook) -> None:
    outputs_dir().mkdir(parents=True)
    begin(["run", "2024"])
    (begun,) = parents._begun.values()
    begun._process.kill()
    begun._process.wait()
    workbook.notebook("10_a", "1")
    assert run(Request("u", "2024"), Progress()).state == "published"  # by another
    begin(["run", "2024"])
    assert not parents._begun, "that one may serve the next run too"
    parents.cool()
    begin(["run", "2024"])
    (begun,) = parents._begun.values()
    parents.cool()
    assert not begun.is_alive
