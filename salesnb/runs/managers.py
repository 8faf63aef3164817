"""Jupyter's kernel manager for the kernels of a run: this very interpreter, forked where it can be."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SOCKET_PATH_LIMIT = 90


@dataclass(frozen=True)
class Start:
    """How a run's kernels start. ``preload`` names what their warm parent imports, ``first`` what this one needs of it
    at once, ``version`` the program it is; a plain kernel is a process of its own that imports everything itself."""

    env: dict[str, str]
    workdir: Path
    scratch: Path
    preload: tuple[str, ...] = ()
    version: str = ""
    plain: bool = False
    first: tuple[str, ...] = ()


def manager_class(start: Start | None = None) -> Any:
    """A kernel manager class whose kernels run this interpreter, warm where they can be.

    With ``start`` they run in its folder with exactly its environment. The notebook's own kernel name is not looked
    up: whichever "python3" a machine registered may be another Python.
    """
    from jupyter_client.kernelspec import KernelSpec
    from jupyter_client.manager import AsyncKernelManager

    argv = [sys.executable, "-m", "salesnb.runs.child", "-f", "{connection_file}"]
    spec = KernelSpec(argv=argv, display_name="salesnb", language="python", metadata=_provisioned(start))
    base: Any = AsyncKernelManager

    class RunKernelManager(base):
        """A kernel of this run."""

        def __init__(self, **kw: Any) -> None:
            super().__init__(**kw)
            self.client_class = "salesnb.runs.ready.ReadyClient"

        @property
        def kernel_spec(self) -> KernelSpec:
            return spec

        @property
        def ipykernel(self) -> bool:
            return True

        async def start_kernel(self, **kw: Any) -> Any:
            if start is not None:
                kw.update(env=dict(start.env), cwd=str(start.workdir))
                if sys.platform != "win32" and len(str(start.scratch)) < _SOCKET_PATH_LIMIT:
                    self.transport = "ipc"
                    self.ip = str(start.scratch / f"k{os.urandom(4).hex()}")
                self.connection_file = str(start.scratch / f"kernel-{os.urandom(6).hex()}.json")
            return await super().start_kernel(**kw)

    return RunKernelManager


def process_of(kernel: Any) -> Any:
    """The process of a kernel, as far as ``subprocess.Popen`` goes; None where it has none, or no longer."""
    return getattr(getattr(kernel, "provisioner", None), "process", None)


def abandon(kernel: Any) -> None:
    """End a kernel that was booted and is not needed."""
    from jupyter_client.utils import run_sync

    run_sync(kernel.shutdown_kernel)(now=True)


def _provisioned(start: Start | None) -> dict[str, Any]:
    """The kernelspec's word on who starts the kernel; known also where this package was never installed."""
    from importlib.metadata import EntryPoint

    from jupyter_client.provisioning import KernelProvisionerFactory

    from salesnb.runs.warm import GROUP, NAME

    if start is not None and start.plain:
        return {}
    known = KernelProvisionerFactory.instance().provisioners
    known.setdefault(NAME, EntryPoint(NAME, "salesnb.runs.warm:WarmProvisioner", GROUP))
    config: dict[str, Any] = {}
    if start is not None:
        config = {"preload": list(start.preload), "version": start.version, "first": list(start.first)}
    return {"kernel_provisioner": {"provisioner_name": NAME, "config": config}}
