"""A batch on a Dask cluster: equal reports, a killed worker, a scheduler that dies; and memory that is too much."""

from __future__ import annotations

import io
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from salesnb.model.errors import UsageError
from salesnb.runs.batch import Order, batch
from salesnb.runs.progress import Progress
from salesnb.runs.settings import Request
from tests.runs.tiny_workbook import Workbook

UNITS = tuple(f"u{number}" for number in range(4))


@pytest.fixture
def cluster(workbook: Workbook) -> Iterator[Any]:
    """Two worker processes of one thread each; they start where this process stands."""
    distributed = pytest.importorskip("distributed", reason="needs the extra: pip install '.[cluster]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, memory_limit="2GB"
    ) as made:
        yield made


def _published(root: Path) -> dict[str, bytes]:
    """Every table and page of every version, pages but for the minute they were made in."""
    found = {}
    for path in sorted(root.glob("*/2024*/v001/**/*")):
        if path.suffix == ".parquet":
            found[path.relative_to(root).as_posix()] = path.read_bytes()
        elif path.suffix == ".html":
            page = re.sub(rb"\d{4}-\d\d-\d\d \d\d:\d\d", b"", path.read_bytes())
            found[path.relative_to(root).as_posix()] = page
    return found


def _slow(workbook: Workbook, cells: str = "") -> None:
    for name in UNITS:
        workbook.unit(name)
    workbook.notebook("10_a", "import time; time.sleep(0.5)", cells or "1", workbook.table("a", [1, 2]), writes=["a"])


def _held(cluster: Any, unit: str, said: io.StringIO) -> list[str]:
    """Tasks of ``unit`` that the scheduler keeps as long as others are out."""
    while held := [str(key) for key in list(cluster.scheduler.tasks) if f"-{unit}-" in str(key)]:
        if said.getvalue().count("\n") >= len(UNITS) - 1:
            break
        time.sleep(0.02)
    return held


@pytest.mark.long
def test_a_worker_killed_half_way_costs_no_report(workbook: Workbook, cluster: Any, monkeypatch: Any) -> None:
    _slow(workbook, "assert unit != 'u2', '没有数据'")
    said = io.StringIO()
    order = Order(UNITS, ("2024",), Request("", ""), scheduler=cluster.scheduler_address)
    killed: list[int] = []
    kept: list[str] = []

    def kill() -> None:
        while said.getvalue().count("\n") < 1:
            time.sleep(0.05)
        told = next(unit for unit in UNITS if f" {unit} " in said.getvalue())
        kept.extend(_held(cluster, told, said))
        killed.append(cluster.workers[0].pid)
        os.kill(killed[0], signal.SIGKILL)

    killer = Thread(target=kill)
    killer.start()
    results, page = batch(order, Progress("zh", said), "cluster")
    killer.join()
    assert killed, "the worker was there to be killed"
    assert not kept, "an answer that has been told is not made again when the worker that gave it dies"
    states = {(r.unit, r.period): r.state for r in results}
    broken = {key for key in states if key[0] == "u2"}
    assert {states[key] for key in broken} == {"failed"} and "没有数据" in page.read_text(encoding="utf-8")
    # what the dead worker had published just before is found unchanged by the worker that took the task over
    assert {state for key, state in states.items() if key not in broken} <= {"published", "unchanged"}
    on_cluster = _published(workbook.outputs)
    monkeypatch.setenv("SALESNB_OUTPUTS", str(workbook.root / "alone"))
    alone, _ = batch(Order(UNITS, ("2024",), Request("", ""), jobs=2), Progress("zh"), "here")
    assert [(r.unit, r.period, r.is_good) for r in alone] == [(r.unit, r.period, r.is_good) for r in results]
    assert on_cluster == _published(workbook.root / "alone") and len(on_cluster) >= 6


@pytest.mark.long
def test_a_dead_scheduler_ends_the_batch_and_the_next_does_the_rest(workbook: Workbook) -> None:
    pytest.importorskip("distributed", reason="needs the extra: pip install '.[cluster]'")
    _slow(workbook, "if unit in ('u2', 'u3'): time.sleep(2)")
    environment = workbook.environment() | {"DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "3s"}

    def servers(port: int) -> list[Any]:
        import subprocess

        address = f"tcp://127.0.0.1:{port}"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        head = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--port", str(port), "--no-dashboard"]
        hand = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
        return [
            subprocess.Popen(line, env=environment, cwd=workbook.root, **quiet)  # type: ignore[call-overload]
            for line in (head, [*hand, "--no-nanny"])
        ]

    port = _free_port()
    asked = ("batch", "--units", *UNITS, "--periods", "2024", "--scheduler", f"tcp://127.0.0.1:{port}")
    running = servers(port)
    try:
        command = workbook.start(*asked, DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT="3s")
        assert command.stderr is not None
        for line in command.stderr:
            if "[2/4]" in line:
                break
        running[0].kill()
        rest = command.stderr.read()
        assert command.wait(60) == 1 and "调度器失去联系" in rest
    finally:
        for process in running:
            process.kill()
            process.wait()
    done = {path.parent.parent.name for path in workbook.outputs.glob("u*/2024/v001")}
    assert 2 <= len(done) < 4
    running = servers(port)
    try:
        code, out, said = workbook.salesnb(*asked)
    finally:
        for process in running:
            process.kill()
            process.wait()
    assert code == 0, said
    assert said.count("没有变化") == len(done) and said.count("已发布 v001") == 4 - len(done) and "4 个已是最新" in out


def test_without_a_worker_nothing_is_begun(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    distributed = pytest.importorskip("distributed", reason="needs the extra: pip install '.[cluster]'")
    monkeypatch.setattr("salesnb.runs.cluster.CONNECT_SECONDS", 0.5)
    with distributed.LocalCluster(n_workers=0, processes=False, dashboard_address=None) as made:
        order = Order(("u",), ("2024",), Request("", ""), scheduler=made.scheduler_address)
        with pytest.raises(UsageError, match="has no workers"):
            batch(order, Progress("en"), "none")


def test_without_a_scheduler_nothing_is_begun(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("distributed", reason="needs the extra: pip install '.[cluster]'")
    monkeypatch.setattr("salesnb.runs.cluster.CONNECT_SECONDS", 1)
    order = Order(("u",), ("2024",), Request("", ""), scheduler=f"tcp://127.0.0.1:{_free_port()}")
    with pytest.raises(UsageError, match="does not answer"):
        batch(order, Progress("en"), "none")
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"\.\[cluster\]"):
        batch(order, Progress("en"), "none")


@pytest.mark.long
def test_a_run_that_takes_too_much_memory_is_ended_and_the_next_runs(workbook: Workbook) -> None:
    for name in ("big", "small"):
        workbook.unit(name)
    eats = "import time\nif unit == 'big':\n    held = bytearray(900_000_000)\n    time.sleep(30)"
    workbook.notebook("10_a", eats, workbook.table("a", [1]), writes=["a"])
    order = Order(("big", "small"), ("2024",), Request("", ""), jobs=1, memory_mb=800)
    results, page = batch(order, Progress("zh"), "one")
    assert [r.state for r in results] == ["lost", "published"]
    assert "超过上限 800 MB" in results[0].problem and results[0].problem in page.read_text(encoding="utf-8")
    assert not list(workbook.outputs.glob("big/2024/v*"))


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
