"""Many units and periods in one go: some workers, a queue of units, and one page that says how each run ended.

A unit's periods run one after another, because a review reads what the plan published; units do not wait for each
other, and nothing that happens to one keeps the others from running. Whoever runs the batch again only runs what did
not get done: what is unchanged is not run twice.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from salesnb.model.errors import Text
from salesnb.model.places import outputs_dir
from salesnb.runs.progress import Progress
from salesnb.runs.settings import Request

FOLDER = "_batches"
TRIES = 2  # a worker that was killed (memory, a reboot of its container) is replaced and asked once more
State = Literal["published", "unchanged", "failed", "refused", "lost"]
GOOD: tuple[State, ...] = ("published", "unchanged")


@dataclass(frozen=True)
class Result:
    """How one period of one unit ended. ``page`` is relative to the workbook; ``problem`` one line, "" where none."""

    unit: str
    period: str
    state: State
    version: str = ""
    page: str = ""
    changed: int | None = None
    seconds: float = 0.0
    problem: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the period has an up-to-date version."""
        return self.state in GOOD


@dataclass(frozen=True)
class Order:
    """What a batch is asked: units, their periods in order, and what all their requests share."""

    units: tuple[str, ...]
    periods: tuple[str, ...]
    shared: Request
    jobs: int

    def requests(self, unit: str) -> list[Request]:
        """The unit's runs in order."""
        from dataclasses import replace

        return [replace(self.shared, unit=unit, period=period) for period in self.periods]


def batch(order: Order, progress: Progress, stamp: str) -> tuple[list[Result], Path]:
    """Run every period of every unit; results in the order asked, and the page that shows them."""
    folder = outputs_dir() / FOLDER / stamp
    folder.mkdir(parents=True, exist_ok=True)
    waiting, results, turn = deque(order.units), {}, Lock()
    total = len(order.units) * len(order.periods)

    def done(result: Result) -> None:
        with turn:
            results[result.unit, result.period] = result
            progress.say(_line(result, len(results), total))

    def work(number: int) -> None:
        with Worker(folder, number, progress.lang) as worker:
            while True:
                with turn:
                    if not waiting:
                        return
                    unit = waiting.popleft()
                _unit(order.requests(unit), worker, done)

    with ThreadPoolExecutor(max(1, min(order.jobs, len(order.units)))) as threads:
        for ended in [threads.submit(work, number) for number in range(threads._max_workers)]:
            ended.result()
    listed = [results[unit, period] for unit in order.units for period in order.periods]
    return listed, _page(listed, folder, progress.lang)


def _unit(requests: Sequence[Request], worker: Worker, done: Callable[[Result], None]) -> None:
    """One unit's runs; a period that cannot run does not keep the next from running."""
    for request in requests:
        told: dict[str, Any] = {"state": "lost"}
        for _ in range(TRIES):
            try:
                told = worker.ask(request)
                break
            except WorkerLost as lost:
                told["problem"] = str(lost)
        done(Result(request.unit, request.period, **told))


def _line(result: Result, at: int, total: int) -> Text:
    words = {
        "published": Text(f"已发布 {result.version}", f"{result.version} published"),
        "unchanged": Text(f"没有变化，{result.version} 仍是最新版", f"nothing has changed since {result.version}"),
        "failed": Text("有笔记本失败", "notebooks failed"),
        "refused": Text("没有运行", "not run"),
        "lost": Text("工作进程两次中断", "its worker was lost twice"),
    }[result.state]
    head, rest = f"[{at}/{total}] {result.unit} {result.period}", f" {result.problem}" if result.problem else ""
    return Text(
        f"{head}：{words.zh}（{result.seconds:.0f} 秒）{rest}", f"{head}: {words.en} ({result.seconds:.0f} s){rest}"
    )


def _page(results: Sequence[Result], folder: Path, lang: str) -> Path:
    """``results.json`` for programs and ``index.html`` for people."""
    from salesnb.report.batch import render

    rows = [asdict(result) for result in results]
    (folder / "results.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    page = folder / "index.html"
    page.write_text(render(rows, lang, os.path.relpath(outputs_dir(), folder)), encoding="utf-8")
    return page


class WorkerLost(Exception):
    """A worker ended before it answered."""


class Worker:
    """A process of ``salesnb.runs.worker`` that is started when first asked and again after it was lost."""

    def __init__(self, folder: Path, number: int, lang: str) -> None:
        self.folder, self.number, self.lang = folder, number, lang
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._ended(self._process)

    def _ended(self, process: subprocess.Popen[str]) -> int:
        """Close the pipes of a process that has ended or is ending; its exit code."""
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was never sent cannot be sent any more
                    pipe.close()
        self._process = None
        return process.wait()

    def ask(self, request: Request) -> dict[str, Any]:
        """The answer of one run. Raises WorkerLost when the process ended instead."""
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        log = self.folder / f"{request.unit}.log"
        asked = {"request": asdict(request), "lang": self.lang, "log": str(log)}
        try:
            process.stdin.write(json.dumps(asked) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError:
            line = ""
        if not line:
            raise WorkerLost(f"exit code {self._ended(process)}")
        told: dict[str, Any] = json.loads(line)
        return told

    def _start(self) -> subprocess.Popen[str]:
        environment = os.environ | {"SALESNB_RUN_PID": str(os.getpid()), "PYTHONUTF8": "1"}
        with (self.folder / f"worker-{self.number}.log").open("a", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "salesnb.runs.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
                text=True,
                encoding="utf-8",
            )
        return self._process
