"""A kernel's client that begins as soon as the kernel does."""

from __future__ import annotations

import time
from queue import Empty
from typing import Any

from jupyter_client.asynchronous import AsyncKernelClient

_ASK_AGAIN_SECONDS = 1.0
_IDLE_SECONDS = 0.1
_KNOCK_AGAIN_MS = 5


class ReadyClient(AsyncKernelClient):
    """A client that waits for a kernel until it answers, and not 0.3 s more."""

    def _context_default(self) -> Any:
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
