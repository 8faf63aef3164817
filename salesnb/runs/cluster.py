"""A batch on a Dask cluster, when one machine is not enough: every period of a unit is one task of one worker.

Workers and whoever gives the order share one workbook folder (params, outputs, notebooks); nothing but requests and
answers travels. A worker that dies takes no result with it: its task is given to another, and what was half-done there
leaves no trace, because a version is published in one step. When the scheduler dies, the batch ends with what is done;
the same command on a new scheduler finds the published versions and only runs the rest.
"""

from __future__ import annotations

import atexit
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from threading import current_thread, local
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text, UsageError
from salesnb.model.places import home, outputs_dir, params_dir
from salesnb.runs.fingerprint import PACKAGE
from salesnb.runs.progress import Progress
from salesnb.runs.settings import Request
from salesnb.runs.workers import TRIES, Worker

if TYPE_CHECKING:
    from distributed import Client, Future

    from salesnb.runs.batch import Done, Order

CONNECT_SECONDS = 20
_MEGABYTE = 1_000_000
_own = local()  # each thread of a Dask worker keeps a process of its own


def perform(order: Order, folder: Path, progress: Progress, done: Done) -> None:
    """Run the order's requests on its scheduler's workers and tell ``done`` how each ended.

    Raises UsageError when the extra is missing, the scheduler does not answer, or a worker sees another workbook.
    """
    with _connected(order.scheduler) as client:
        _same_workbook(client, order.scheduler, folder)
        _Tasks(client, order, folder, progress, done).run()


class _Tasks:
    """The tasks of one batch that are out, and what each is about."""

    def __init__(self, client: Client, order: Order, folder: Path, progress: Progress, done: Done) -> None:
        self.client, self.order, self.folder, self.progress, self.done = client, order, folder, progress, done
        self.out: dict[str, tuple[Request, list[Request]]] = {}

    def run(self) -> None:
        """Hand out every unit's first period, and each next one when the one before it has ended."""
        from distributed import as_completed

        units = [self._split(self.order.requests(unit)) for unit in self.order.units]
        ended = as_completed([self._submitted(*unit) for unit in units], loop=self.client.loop)
        for future in ended:
            request, rest = self.out.pop(future.key)
            self.done(request, self._told(future))
            future.release()  # what is known here need not be made again when the worker that made it dies
            if rest and self._alive():
                ended.add(self._submitted(*self._split(rest)))
            elif rest:
                for never in rest:
                    self.done(never, _gone(self.progress.lang))

    @staticmethod
    def _split(requests: list[Request]) -> tuple[Request, list[Request]]:
        return requests[0], requests[1:]

    def _submitted(self, request: Request, rest: list[Request]) -> Future:
        places = {"SALESNB_HOME": str(home()), "SALESNB_PARAMS": str(params_dir())}
        asked = {"request": asdict(request), "lang": self.progress.lang, "memory_mb": self.order.memory_mb}
        asked |= {"folder": str(self.folder), "places": places | {"SALESNB_OUTPUTS": str(outputs_dir())}}
        name = f"salesnb-{self.folder.name}-{request.unit}-{request.period}"
        future = self.client.submit(answer, asked, key=name, pure=False, retries=TRIES - 1)
        self.out[name] = (request, rest)
        return future

    def _alive(self) -> bool:
        return bool(self.client.status == "running")

    def _told(self, future: Future) -> Mapping[str, Any]:
        """What a task answered; a task that could not answer is lost, and the batch goes on."""
        if future.status == "finished":
            told: dict[str, Any] = future.result()
            return told
        if future.status in ("cancelled", "lost"):
            return _gone(self.progress.lang)
        error = future.exception()
        return {"state": "lost", "problem": f"{type(error).__name__}: {error}".split("\n")[0]}


def _gone(lang: str) -> dict[str, Any]:
    said = Text("调度器失去联系；再运行一次同样的命令，只补没有完成的",
                "the scheduler is gone; the same command again runs only what is left")  # fmt: skip
    return {"state": "lost", "problem": said.get(lang)}


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    """A client of the scheduler; UsageError without the extra or an answer."""
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(
            Text("没有安装 dask.distributed", "dask.distributed is not installed"),
            remedy=Text("pip install '.[cluster]'，各工作机也要装", "pip install '.[cluster]', also on the workers"),
        ) from error
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:  # TimeoutError is an OSError
        raise UsageError(
            Text(f"调度器 {address} 没有应答", f"the scheduler {address} does not answer"),
            remedy=Text(
                "核对地址；先启动 dask scheduler 与 dask worker",
                "check the address; start dask scheduler and dask worker",
            ),
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=CONNECT_SECONDS)


def _same_workbook(client: Client, address: str, folder: Path) -> None:
    """Every worker sees the folder of this batch and has the code of this command, or nothing is run."""
    with suppress(TimeoutError):  # workers that start beside the scheduler need a moment to sign in
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    seen = client.run(about, str(folder))
    if not seen:
        raise UsageError(
            Text(f"调度器 {address} 没有工作进程", f"the scheduler {address} has no workers"),
            remedy=Text(f"启动：dask worker {address}", f"start one: dask worker {address}"),
        )
    ours = about(str(folder))
    for worker, theirs in sorted(seen.items()):
        if not theirs["sees"]:
            raise UsageError(
                Text(f"工作进程 {worker} 看不到文件夹 {folder}", f"worker {worker} does not see the folder {folder}"),
                remedy=Text(
                    "把工作簿放在各机器路径相同的共享目录",
                    "keep the workbook on a drive that all machines mount at one path",
                ),
            )
        if theirs["code"] != ours["code"]:
            raise UsageError(
                Text(f"工作进程 {worker} 的程序与本机不同", f"worker {worker} has other code than this machine"),
                remedy=Text(
                    "各机器安装同一版 salesnb，再重启工作进程", "install one salesnb everywhere and restart the workers"
                ),
            )


def about(folder: str) -> dict[str, Any]:
    """What a worker knows: whether it sees the batch's folder, and the fingerprint of its code."""
    digest = sha256()
    for path in sorted(p for p in PACKAGE.rglob("*") if p.is_file() and "__pycache__" not in p.parts):
        digest.update(path.relative_to(PACKAGE).as_posix().encode())
        digest.update(path.read_bytes())
    return {"sees": Path(folder).is_dir(), "code": digest.hexdigest()}


def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
    """One request, on a Dask worker: run in a process of its own, which this thread keeps for the next request."""
    worker = _mine(asked)
    return worker.told(Request(**asked["request"]))


def _mine(asked: Mapping[str, Any]) -> Worker:
    """This thread's process; another one for another batch."""
    kept: Worker | None = getattr(_own, "worker", None)
    if kept is not None and str(kept.folder) == asked["folder"] and kept.places == asked["places"]:
        return kept
    if kept is not None:
        kept.__exit__()
    name = f"{socket.gethostname()}-{os.getpid()}-{current_thread().native_id}"
    bound = asked["memory_mb"] or _share_of_limit()
    _own.worker = Worker(Path(asked["folder"]), name, asked["lang"], bound, asked["places"])
    atexit.register(_own.worker.__exit__)
    mine: Worker = _own.worker
    return mine


def _share_of_limit() -> int:
    """The Dask worker's memory limit by its threads, in MB; 0 where it has none."""
    from distributed import get_worker

    worker = get_worker()
    limit = worker.memory_manager.memory_limit
    return int(limit / worker.state.nthreads / _MEGABYTE) if limit else 0
