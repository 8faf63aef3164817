"""Many units and periods in one go, on this machine or on a Dask cluster, and one page that says how each run ended.

A unit's periods run one after another, because a review reads what the plan published; units do not wait for each
other, and nothing that happens to one keeps the others from running. Whoever runs the batch again only runs what did
not get done: what is unchanged is not run twice.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any, Literal

from salesnb.model.errors import Text
from salesnb.model.places import outputs_dir
from salesnb.runs.progress import Progress
from salesnb.runs.settings import Request
from salesnb.runs.workers import Worker

FOLDER = "_batches"
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
    """What a batch is asked: units, their periods in order, and what all their requests share.

    ``jobs`` run at once on this machine; with ``scheduler``, the address of a Dask scheduler, as many as its workers
    have threads. ``memory_mb`` bounds each run (0: no bound here, its share of the worker's limit on a cluster).
    """

    units: tuple[str, ...]
    periods: tuple[str, ...]
    shared: Request
    jobs: int = 1
    scheduler: str = ""
    memory_mb: int = 0

    def requests(self, unit: str) -> list[Request]:
        """The unit's runs in order."""
        return [replace(self.shared, unit=unit, period=period) for period in self.periods]


Done = Callable[[Request, Mapping[str, Any]], None]


def batch(order: Order, progress: Progress, stamp: str) -> tuple[list[Result], Path]:
    """Run every period of every unit; results in the order asked, and the page that shows them.

    Raises UsageError when a cluster cannot be used at all; whatever happens to a run is part of its result.
    """
    folder = outputs_dir() / FOLDER / stamp
    folder.mkdir(parents=True, exist_ok=True)
    results: dict[tuple[str, str], Result] = {}
    turn = Lock()
    total = len(order.units) * len(order.periods)

    def done(request: Request, told: Mapping[str, Any]) -> None:
        result = Result(request.unit, request.period, **told)
        with turn:
            results[result.unit, result.period] = result
            progress.say(_line(result, len(results), total))

    try:
        if order.scheduler:
            from salesnb.runs import cluster

            cluster.perform(order, folder, progress, done)
        else:
            _here(order, folder, progress.lang, done)
    finally:  # the page also says how far a batch came that was stopped
        asked = [(unit, period) for unit in order.units for period in order.periods]
        listed = [results.get(one) or Result(*one, "refused") for one in asked]
        page = _page(listed, folder, progress.lang)
    return listed, page


def _here(order: Order, folder: Path, lang: str, done: Done) -> None:
    """Run the order on this machine: a queue of units and some workers."""
    waiting, turn = deque(order.units), Lock()
    count = max(1, min(order.jobs, len(order.units)))
    workers = [Worker(folder, str(number), lang, order.memory_mb) for number in range(count)]

    def work(worker: Worker) -> None:
        with worker:
            while True:
                with turn:
                    if not waiting:
                        return
                    unit = waiting.popleft()
                for request in order.requests(unit):  # one that cannot run does not keep the next from running
                    done(request, worker.told(request))

    with ThreadPoolExecutor(count) as threads:
        try:
            for ended in [threads.submit(work, worker) for worker in workers]:
                ended.result()
        except BaseException:  # a scheduler's stop: the threads would first finish every unit
            waiting.clear()
            for worker in workers:
                worker.stop()
            raise


def _line(result: Result, at: int, total: int) -> Text:
    words = {
        "published": Text(f"已发布 {result.version}", f"{result.version} published"),
        "unchanged": Text(f"没有变化，{result.version} 仍是最新版", f"nothing has changed since {result.version}"),
        "failed": Text("有笔记本失败", "notebooks failed"),
        "refused": Text("没有运行", "not run"),
        "lost": Text("工作进程中断", "its worker was lost"),
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
