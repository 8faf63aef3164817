"""Warm kernels: a Jupyter kernel provisioner whose kernels are forked from a parent that has imported already.

Registered as ``salesnb-warm`` (entry point ``jupyter_client.kernel_provisioners``), so any Jupyter client can use it
through a kernelspec's metadata: ``{"kernel_provisioner": {"provisioner_name": "salesnb-warm", "config": {"preload":
["pandas"]}}}``. Where a fork is not to be had, or the kernelspec asks for another Python, the same provisioner starts
an ordinary process.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import LocalProvisioner

from salesnb.runs.parents import Refused, available, warm

NAME = "salesnb-warm"
GROUP = "jupyter_client.kernel_provisioners"
_SCRIPTS = ("ipykernel_launcher", "ipykernel", "salesnb.runs.child")
_POLL_SECONDS = 0.005
_KILL_SECONDS = 5.0


class WarmProvisioner(LocalProvisioner):
    """Forks kernels from a warm parent; starts an ordinary process where that cannot be."""

    process: Any

    def __init__(
        self, preload: Sequence[str] = (), version: str = "", first: Sequence[str] = (), **kwargs: Any
    ) -> None:
        """``preload``: modules its parent imports; ``version``: its program, for another one needs another parent;
        ``first``: what of it this kernel waits for when it is the parent's first one (all when nothing is named)."""
        super().__init__(**kwargs)
        self.preload, self.version, self.first = tuple(preload), version, tuple(first)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Fork a kernel for ``cmd``."""
        arguments = kernel_arguments(cmd) if available() else None
        env, cwd = kwargs.get("env") or dict(os.environ), str(kwargs.get("cwd") or Path.cwd())
        if arguments is not None:
            with contextlib.suppress(Refused):
                self.process = warm(env, self.preload, self.version).fork(arguments, env, cwd, self.first)
                self.pid = self.pgid = self.process.pid
                self.cwd = Path(cwd)
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)

    async def kill(self, restart: bool = False) -> None:
        """End the kernel, and come back when it has ended: the manager then need not wait for its next look."""
        await super().kill(restart=restart)
        until = time.monotonic() + _KILL_SECONDS
        while self.process is not None and self.process.poll() is None and time.monotonic() < until:
            await asyncio.sleep(_POLL_SECONDS)


def kernel_arguments(cmd: Sequence[str]) -> list[str] | None:
    """Arguments of an IPython kernel of this Python; None for any other command."""
    rest = [part for part in cmd[1:3] if not part.startswith("-X")] + list(cmd[3:])
    is_ours = cmd[0] in (sys.executable, "python", "python3") and rest[0] == "-m" and rest[1] in _SCRIPTS
    return rest[2:] if is_ours else None
