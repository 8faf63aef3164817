"""A process beside that runs one request after another, and what becomes of a request whose process ends or overeats.

One machine uses some of them side by side, every thread of a Dask worker one of its own: what a run does to its process
(signals, environment, memory) never reaches the process that keeps the batch together.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from threading import Event, Thread
from typing import Any

from salesnb.model.errors import Text
from salesnb.runs.settings import Request

TRIES = 2  # a worker that was killed (memory, a reboot of its container) is replaced and asked once more
_LOOK_SECONDS = 1.0
_MEGABYTE = 1_000_000


class WorkerLost(Exception):
    """A worker ended before it answered."""


class TooMuchMemory(WorkerLost):
    """A worker was ended because its run held more memory than it may."""


class Worker:
    """A process of ``salesnb.runs.worker`` that is started when first asked and again after it was lost.

    ``memory_mb``: what the process and its kernels may hold together, in millions of bytes; 0 sets no bound.
    ``places``: environment variables that say where the workbook stands, where they differ from this process'.
    """

    def __init__(
        self, folder: Path, name: str, lang: str, memory_mb: int = 0, places: Mapping[str, str] | None = None
    ) -> None:
        self.folder, self.name, self.lang, self.memory_mb, self.places = folder, name, lang, memory_mb, places or {}
        self._process: subprocess.Popen[str] | None = None
        self._stopped = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._ended(self._process)

    def stop(self) -> None:
        """End the process with all below it, from any thread; nothing is started again."""
        self._stopped = True
        if self._process is not None:
            end_tree(self._process.pid)

    def told(self, request: Request) -> dict[str, Any]:
        """How one run ended, asked again once if its process was lost; never raises for what happened to the run."""
        problem = ""
        for _ in range(TRIES):
            try:
                return self.ask(request)
            except TooMuchMemory as held:
                return {"state": "lost", "problem": str(held)}  # a second time it would hold as much
            except WorkerLost as lost:
                problem = str(lost)
        return {"state": "lost", "problem": problem}

    def ask(self, request: Request) -> dict[str, Any]:
        """The answer of one run. Raises WorkerLost when the process ended instead."""
        if self._stopped:
            raise WorkerLost("stopped")
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        log = self.folder / f"{request.unit}.log"
        asked = {"request": asdict(request), "lang": self.lang, "log": str(log)}
        with self._bounded(process) as held:
            try:
                process.stdin.write(json.dumps(asked) + "\n")
                process.stdin.flush()
                line = process.stdout.readline()
            except OSError:
                line = ""
        if held:
            self._ended(process)
            raise TooMuchMemory(self._overeaten(held[0]).get(self.lang))
        if not line:
            raise WorkerLost(f"exit code {self._ended(process)}")
        told: dict[str, Any] = json.loads(line)
        return told

    def _ended(self, process: subprocess.Popen[str]) -> int:
        """Close the pipes of a process that has ended or is ending; its exit code."""
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was never sent cannot be sent any more
                    pipe.close()
        self._process = None
        return process.wait()

    @contextmanager
    def _bounded(self, process: subprocess.Popen[str]) -> Iterator[list[int]]:
        """End the process with its kernels as soon as they hold too much; what they held is in the list."""
        held: list[int] = []
        if not self.memory_mb:
            yield held
            return
        over = Event()

        def look() -> None:
            while not over.wait(_LOOK_SECONDS):
                now = memory_held(process.pid, self.memory_mb * _MEGABYTE)
                if now > self.memory_mb * _MEGABYTE:
                    held.append(now)
                    end_tree(process.pid)
                    return

        guard = Thread(target=look, daemon=True)
        guard.start()
        try:
            yield held
        finally:
            over.set()
            guard.join()

    def _overeaten(self, held: int) -> Text:
        took, may = f"{held / _MEGABYTE:,.0f}", f"{self.memory_mb:,}"
        return Text(f"占用内存 {took} MB，超过上限 {may} MB", f"held {took} MB of memory, the bound is {may} MB")

    def _start(self) -> subprocess.Popen[str]:
        environment = os.environ | {"SALESNB_RUN_PID": str(os.getpid()), "PYTHONUTF8": "1"} | dict(self.places)
        with (self.folder / f"worker-{self.name}.log").open("a", encoding="utf-8") as errors:
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


def memory_held(pid: int, enough: int = 0) -> int:
    """Bytes a process and all below it hold. Pages that forked processes share count once where the system can tell;
    that is only asked when the plain sum exceeds ``enough``, because asking is slow. 0 for a process that has ended."""
    import psutil

    plain, shared_once = 0, 0
    try:
        tree = [psutil.Process(pid)]
        tree += tree[0].children(recursive=True)
    except psutil.NoSuchProcess:
        return 0
    for process in tree:
        with suppress(psutil.NoSuchProcess):
            plain += process.memory_info().rss
    if plain <= enough or sys.platform != "linux":
        return plain
    for process in tree:
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            shared_once += process.memory_full_info().pss
    return shared_once or plain


def end_tree(pid: int) -> None:
    """Kill a process and all below it."""
    import psutil

    try:
        top = psutil.Process(pid)
        tree = [*top.children(recursive=True), top]
    except psutil.NoSuchProcess:
        return
    for process in tree:
        with suppress(psutil.NoSuchProcess):
            process.kill()
