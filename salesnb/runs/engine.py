"""The papermill engine ``salesnb``: nbclient's, with what a batch need not wait for left out.

Registered as entry point ``papermill.engine``, so ``papermill --engine salesnb IN OUT`` uses it too: the kernel comes
warm where it can, nothing is saved between cells, the kernel is ended at once and found ready as soon as it is.
"""

from __future__ import annotations

import time
from queue import Empty
from typing import Any

import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import NBClientEngine, papermill_engines
from papermill.log import logger
from papermill.utils import merge_kwargs, remove_args

from salesnb.runs.managers import manager_class

NAME = "salesnb"
_ASK_AGAIN_SECONDS = 1.0
_IDLE_SECONDS = 0.1
_KNOCK_AGAIN_MS = 5


class ReadyClient(AsyncKernelClient):
    """A client that waits for a kernel until it answers, and not 0.3 s more."""

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.reconnect_ivl = _KNOCK_AGAIN_MS  # the kernel may not listen yet when its client first knocks
        return context

    async def _async_wait_for_ready(self, timeout: float | None = None) -> None:
        """Return once the kernel has answered and been heard to broadcast: both ways are open.

        Raises RuntimeError when the kernel ends first or does not answer within ``timeout`` seconds.
        """
        until = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < until:
            asked = self.kernel_info()
            try:
                reply = await self.shell_channel.get_msg(timeout=_ASK_AGAIN_SECONDS)
            except Empty:
                if not await self._async_is_alive():
                    raise RuntimeError("Kernel died before replying to kernel_info") from None
                continue
            if reply["msg_type"] == "kernel_info_reply":
                self._handle_kernel_info_reply(reply)
            if await self._is_heard(asked):
                return
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")

    async def _is_heard(self, asked: str) -> bool:
        """Whether what the kernel broadcasts arrives: its welcome to listeners, or its word that it has done ``asked``,
        which may come before we listen."""
        try:
            while True:
                said = await self.iopub_channel.get_msg(timeout=_IDLE_SECONDS)
                is_answer = said["parent_header"].get("msg_id") == asked
                if said["msg_type"] == "iopub_welcome" or (
                    is_answer and said["content"].get("execution_state") == "idle"
                ):
                    return True
        except Empty:
            return False

    wait_for_ready = _async_wait_for_ready


class WarmEngine(NBClientEngine):
    """Runs a notebook in a warm kernel, or in the kernel ``km`` that was booted beforehand."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        start_timeout: float = 60,
        execution_timeout: float | None = None,
        km: Any = None,
        **kwargs: Any,
    ) -> Any:
        """See papermill's ``NBClientEngine``; the notebook is written once, by papermill, at its end."""
        nb_man.autosave_cell_every, nb_man.output_path = 0, None
        given = remove_args(["input_path", "timeout", "startup_timeout", "shutdown_kernel"], **kwargs)
        if km is None:
            given.setdefault("kernel_manager_class", manager_class())
        settings = merge_kwargs(
            given,
            timeout=execution_timeout or kwargs.get("timeout"),
            startup_timeout=start_timeout,
            kernel_name=kernel_name,
            shutdown_kernel="immediate",
            log=logger,
        )
        return PapermillNotebookClient(nb_man, km=km, **settings).execute(cleanup_kc=True)


def registered() -> str:
    """The engine's name, known to papermill also where this package runs from a folder and was never installed."""
    if NAME not in papermill_engines._engines:
        papermill_engines.register(NAME, WarmEngine)
    return NAME
