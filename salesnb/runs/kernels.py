"""Kernels of a run: this very interpreter, a private environment, nothing of the user's own configuration."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from salesnb.runs.fingerprint import PACKAGE
from salesnb.runs.settings import Settings
from salesnb.versions.publish import STAGE_LOCK, is_abandoned

# What would make the same notebook behave differently for another user.
_DROPPED = ("PYTHONSTARTUP", "MATPLOTLIBRC", "JUPYTER_CONFIG_PATH", "JUPYTER_PATH", "PYTHONINSPECT", "PYTHONBREAKPOINT")
_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_SCRATCH = "salesnb-kernels-"
_SOCKET_PATH_LIMIT = 90


def kernel_environment(settings: Settings, stage: Path, scratch: Path) -> dict[str, str]:
    """The environment of a kernel. ``scratch`` holds its private configuration; the font cache of the charts stays in
    ``outputs/.work`` between runs, because building it takes seconds."""
    kept = settings.outputs / ".work" / "matplotlib"
    kept.mkdir(parents=True, exist_ok=True)
    env = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    above = str(PACKAGE.parent)
    others = [part for part in env.get("PYTHONPATH", "").split(os.pathsep) if part and part != above]
    env.update(
        SALESNB_HOME=str(settings.home),
        SALESNB_PARAMS=str(settings.params_root),
        SALESNB_OUTPUTS=str(settings.outputs),
        SALESNB_STAGE=str(stage),
        SALESNB_LANG=settings.lang,
        SALESNB_DRAFT="1" if settings.request.draft else "",
        SALESNB_RUN_PID=str(os.getpid()),
        PYTHONPATH=os.pathsep.join([above, *others]),
        PYTHONHASHSEED="0",
        PYTHONUTF8="1",
        IPYTHONDIR=str(scratch / "ipython"),
        JUPYTER_CONFIG_DIR=str(scratch / "jupyter"),
        JUPYTER_RUNTIME_DIR=str(scratch),
        MPLCONFIGDIR=str(kept),
        MPLBACKEND="module://matplotlib_inline.backend_inline",
    )
    for name in _ONE_THREAD:
        env.setdefault(name, "1")
    return env


@contextmanager
def scratch_folder() -> Iterator[Path]:
    """A private folder for connection files and configuration, with a path short enough for sockets where possible.

    It is locked for as long as the run lives; what killed runs left is removed first.
    """
    from filelock import FileLock

    for left in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        if is_abandoned(left):
            shutil.rmtree(left, ignore_errors=True)
    path = Path(tempfile.mkdtemp(prefix=_SCRATCH))
    lock = FileLock(path / STAGE_LOCK)
    lock.acquire(blocking=False)
    try:
        yield path
    finally:
        lock.release()
        shutil.rmtree(path, ignore_errors=True)


def manager_class(env: dict[str, str], workdir: Path, scratch: Path) -> Any:
    """A kernel manager class whose kernels run this interpreter in ``workdir`` with exactly ``env``.

    The notebook's own kernel name is not looked up: whichever "python3" a machine registered may be another Python.
    """
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    argv = [sys.executable, "-m", "salesnb.runs.child", "-f", "{connection_file}"]
    spec = KernelSpec(argv=argv, display_name="salesnb", language="python")

    base: Any = AsyncKernelManager

    class RunKernelManager(base):
        """A kernel of this run."""

        @property
        def kernel_spec(self) -> KernelSpec:
            return spec

        @property
        def ipykernel(self) -> bool:
            return True

        async def start_kernel(self, **kw: Any) -> Any:
            kw.update(env=dict(env), cwd=str(workdir))
            if sys.platform != "win32" and len(str(scratch)) < _SOCKET_PATH_LIMIT:
                self.transport = "ipc"
                self.ip = str(scratch / f"k{os.urandom(4).hex()}")
            self.connection_file = str(scratch / f"kernel-{os.urandom(6).hex()}.json")
            return await super().start_kernel(**kw)

    return RunKernelManager
