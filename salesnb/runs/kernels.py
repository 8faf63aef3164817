"""Kernels of a run: this very interpreter, a private environment, nothing of the user's own configuration."""

from __future__ import annotations

import ast
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from salesnb.model.errors import RunError, Text
from salesnb.model.params.strict import parsed
from salesnb.runs import parents
from salesnb.runs.beginning import CHARTS, LIBRARIES, library_environment
from salesnb.runs.dag import Notebook
from salesnb.runs.early import awaited
from salesnb.runs.managers import Start, manager_class, process_of
from salesnb.runs.settings import Settings
from salesnb.versions.publish import STAGE_LOCK, is_abandoned
from salesnb.versions.tables import AWAITED

if TYPE_CHECKING:
    from salesnb.runs.job import Job

_SCRATCH = "salesnb-kernels-"
_BEGINNING_SECONDS = 60.0  # another run's folder may be younger than its lock
_WARM_ROOTS = ("salesnb", "numpy", "pandas", "pyarrow", "matplotlib")
_OURS = (
    "salesnb.model.*", "salesnb.versions.*", "salesnb.intake.*", "salesnb.methods.*", "salesnb.stages.*",
    "salesnb.report.*", "salesnb.notebook.*",
)  # fmt: skip
# For files beside the page, which come last in a notebook.
_FILES = ("docx", "xlsxwriter", "jinja2")


def kernel_environment(settings: Settings, stage: Path, scratch: Path) -> dict[str, str]:
    """The environment of a kernel. ``scratch`` holds its private configuration; the font cache of the charts stays in
    ``outputs/.work`` between runs, because building it takes seconds."""
    settings.outputs.joinpath(*CHARTS).mkdir(parents=True, exist_ok=True)
    env = library_environment(os.environ, str(settings.outputs))
    env.update(
        SALESNB_HOME=str(settings.home),
        SALESNB_PARAMS=str(settings.params_root),
        SALESNB_OUTPUTS=str(settings.outputs),
        SALESNB_STAGE=str(stage),
        SALESNB_LANG=settings.lang,
        SALESNB_DRAFT="1" if settings.request.draft else "",
        SALESNB_RUN_PID=str(os.getpid()),
        IPYTHONDIR=str(scratch / "ipython"),
        JUPYTER_CONFIG_DIR=str(scratch / "jupyter"),
        JUPYTER_RUNTIME_DIR=str(scratch),
    )
    return env


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A private folder for connection files and configuration, with a path short enough for sockets where possible.

    It is locked for as long as the run lives; what killed runs left is removed first.
    """
    from filelock import FileLock

    for left in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        if is_abandoned(left, _BEGINNING_SECONDS):
            shutil.rmtree(left, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=_SCRATCH))
    lock = FileLock(path / STAGE_LOCK)
    lock.acquire()
    try:
        yield path
    finally:
        lock.release()
        shutil.rmtree(path, ignore_errors=True)


def warm_up(job: Job) -> None:
    """Start the warm parent of the run's kernels: it imports while this process still does other things."""
    if _are_warm(job):
        _parent(job)


def share_parameters(job: Job) -> None:
    """Let kernels know what stands in the parameter files that this process has read."""
    if _are_warm(job):
        _parent(job).remember(parsed())


def _are_warm(job: Job) -> bool:
    return not job.settings.request.plain_kernels and parents.available()


def _parent(job: Job) -> parents.WarmParent:
    nowhere = Path()  # a parent's environment names no stage
    env = kernel_environment(job.settings, nowhere, nowhere)
    return parents.warm(env, preloaded(job), job.inputs.code_fingerprint())


class Kernels:
    """The kernels of one run: a private folder, an environment, a warm parent where there can be one."""

    def __init__(self, job: Job, stage: Path) -> None:
        self._job, self._stage = job, stage
        self._exit, self._booted = ExitStack(), list[Any]()
        self._is_stopped = False

    def __enter__(self) -> Kernels:
        job = self._job
        self._scratch = self._exit.enter_context(scratch_folder())
        self._env = kernel_environment(job.settings, self._stage, self._scratch)
        self._env[AWAITED] = " ".join(awaited(job.plan))
        self._plain = not _are_warm(job)
        self._preload = preloaded(job)
        return self

    def __exit__(self, *_: object) -> None:
        self._exit.close()

    def start(self, name: str) -> Start:
        """How the kernel of notebook ``name`` starts, in a folder of its own."""
        workdir = Path(tempfile.mkdtemp(prefix=f"work-{name}-", dir=self._scratch))
        first = imported(next(notebook for notebook in self._job.plan.notebooks if notebook.name == name))
        version = self._job.inputs.code_fingerprint()
        return Start(self._env, workdir, self._scratch, self._preload, version, self._plain, first)

    def boot(self, start: Start) -> Any:
        """The manager of a kernel that is on its way up, for the thread that will run a notebook in it.

        RunError when the run was stopped meanwhile: the kernel is killed, as :meth:`stop` could not see it yet."""
        from jupyter_client.utils import run_sync

        kernel = manager_class(start)(kernel_name="python3")
        self._booted.append(kernel)
        run_sync(kernel.start_kernel)(extra_arguments=["--HistoryManager.hist_file=:memory:"])
        if self._is_stopped:
            _kill(kernel)
            raise RunError(Text("运行已中断", "the run was stopped"))
        return kernel

    def stop(self) -> None:
        """Kill every kernel of this run, also one that is only on its way up."""
        self._is_stopped = True
        for kernel in self._booted:
            _kill(kernel)


def _kill(kernel: Any) -> None:
    process = process_of(kernel)
    if process is not None:
        process.kill()


def preloaded(job: Job) -> tuple[str, ...]:
    """Modules the notebooks import that a warm parent may import for them: ours, and what ours rest on."""
    chosen = tuple(dict.fromkeys(name for notebook in job.plan.notebooks for name in imported(notebook)))
    more = (*LIBRARIES, *_OURS, *_FILES) if any(name.startswith("salesnb.") for name in chosen) else ()
    return (*chosen, *more)


def imported(notebook: Notebook) -> tuple[str, ...]:
    """Modules that a notebook's cells import, as far as a warm parent may import them."""
    found: dict[str, None] = {}
    for cell in json.loads(notebook.path.read_text(encoding="utf-8"))["cells"]:
        if cell.get("cell_type") == "code":
            found |= dict.fromkeys(_imports("".join(cell.get("source", ""))))
    return tuple(name for name in found if name.split(".")[0] in _WARM_ROOTS)


def _imports(source: str) -> Iterator[str]:
    """Modules that ``source`` imports; a cell with magics in it names none."""
    try:
        statements = ast.parse(source).body
    except SyntaxError:
        return
    for statement in statements:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom) and statement.module:
            yield statement.module
            yield from (f"{statement.module}.{alias.name}" for alias in statement.names)
