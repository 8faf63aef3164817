"""The warmed parent of kernels: imports once what every notebook imports, then forks a kernel for each request.

``python -P -m salesnb.runs.zygote DESCRIPTOR MODULES`` with one end of a socket pair: each message is a request in
JSON, and those for a kernel or its end are answered by one. More modules may come in messages of their own, before the
first kernel is asked for: they are imported while nobody asks, and the first kernel does not wait for those that its
notebook may do without. Linux only: elsewhere a fork after these imports is not safe.

Nothing outlives whoever asked. When that process ends, however it ends, the socket closes and every kernel is killed
with its group; when this parent is killed, Linux kills its kernels.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

# The kernel itself. What notebooks import besides is named by whoever starts us.
KERNEL = ("ipykernel.kernelapp", "ipykernel.ipkernel", "ipykernel.zmqshell", "salesnb.runs.child")
LARGEST = 1 << 17  # bytes of one request; an environment is some thousand
_ASK_AGAIN_MS = 1000  # how often the parent process is looked for, should its end of the socket live on in another


@dataclass
class Parent:
    """Forks kernels and knows how they ended."""

    channel: socket.socket
    owner: int
    living: set[int] = field(default_factory=set)
    ended: dict[int, int] = field(default_factory=dict)
    later: list[str] = field(default_factory=list)

    def serve(self) -> dict[str, Any] | None:
        """Answer until nobody asks any more (None), or return the request in the kernel that was forked for it."""
        waiting = select.poll()
        waiting.register(self.channel, select.POLLIN)
        while True:
            is_idle = bool(self.later) and not (self.living or self.ended)
            ready = waiting.poll(0 if is_idle else _ASK_AGAIN_MS)
            self.reap()
            if not ready:
                if os.getppid() != self.owner:
                    return None
                if is_idle:
                    warm_up([self.later.pop(0)])
                continue
            asked = self.receive()
            if asked is None:
                return None
            if "preload" in asked:
                self.later += asked["preload"]
            elif "ended" in asked:
                self.send({"code": self.ended.get(asked["ended"])})
            elif self.fork(asked):
                return asked

    def fork(self, asked: dict[str, Any]) -> bool:
        """Fork a kernel and answer with its process; True in the kernel. Refused while another thread runs here: it
        would be missing in the kernel, with whatever lock it holds."""
        self.get_ready(asked.get("first", ()))
        if len(os.listdir("/proc/self/task")) > 1:
            self.send({"refused": "threads"})
            return False
        me = os.getpid()
        child = os.fork()
        if child == 0:
            os.setsid()
            self.channel.close()
            if not _tied(me):
                os._exit(1)
            return True
        handle = os.pidfd_open(child)
        self.living.add(child)
        try:
            message = json.dumps({"pid": child}).encode()
            with suppress(BrokenPipeError):  # the owner has ended: the next receive says so
                socket.send_fds(self.channel, [message], [handle])
        finally:
            os.close(handle)
        return False

    def get_ready(self, first: Sequence[str]) -> None:
        """Import what is still to be imported: of that, for the first kernel of all, only ``first`` if it says so."""
        if first and not (self.living or self.ended):
            warm_up(first)
        else:
            warm_up(self.later)
            self.later.clear()

    def reap(self) -> None:
        """Note the exit codes of kernels that have ended."""
        for child in sorted(self.living):
            done, status = os.waitpid(child, os.WNOHANG)
            if done:
                self.living.discard(child)
                self.ended[child] = os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        """Kill every kernel with what it started."""
        for child in self.living:
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            with suppress(ProcessLookupError):  # before its first step it is not yet the head of its group
                os.kill(child, signal.SIGKILL)
        for child in self.living:
            os.waitpid(child, 0)

    def receive(self) -> dict[str, Any] | None:
        """The next request; None when the other end is closed. What files hold that were parsed already is kept."""
        try:
            message, handles, _, _ = socket.recv_fds(self.channel, LARGEST, 1)
        except ConnectionResetError:
            return None
        for handle in handles:
            _remember(handle)
        asked: dict[str, Any] | None = json.loads(message) if message else None
        return asked

    def send(self, answer: dict[str, Any]) -> None:
        """Answer; an owner that has ended in the meantime is noticed when the next request is received."""
        with suppress(BrokenPipeError):
            self.channel.send(json.dumps(answer).encode())


def _import(names: Iterable[str]) -> None:
    """Import ``names`` as far as that goes: one that cannot be imported is for its notebook to tell, with its cell.

    ``PACKAGE.*`` imports a package with everything in it.
    """
    for name in names:
        try:
            module = importlib.import_module(name.removesuffix(".*"))
            if name.endswith(".*"):
                _import(inner.name for inner in pkgutil.walk_packages(module.__path__, f"{module.__name__}."))
        except Exception as error:
            if name in KERNEL:
                raise
            if not (isinstance(error, ModuleNotFoundError) and error.name == name):  # a name inside a module
                return


def warm_up(names: Iterable[str]) -> None:
    """Import ``names``, and keep all there is by now out of the way of collections: one in a kernel must not touch,
    and so copy, what all share."""
    gc.disable()  # imports make a great many objects and drop few
    _import(names)
    gc.freeze()


def _remember(handle: int) -> None:
    """Read what parameter files hold, which whoever asks has parsed already."""
    from salesnb.model.params.strict import remember

    with os.fdopen(handle, "rb") as held:
        remember(held.read())


def _tied(parent: int) -> bool:
    """Ask Linux to kill this process when ``parent`` ends; False when that has happened already."""
    from salesnb.runs.child import die_with_parent

    die_with_parent()
    return os.getppid() == parent


def become(asked: dict[str, Any]) -> None:
    """In a forked process: be what a new process would be, with its own environment, folder, signals and chance."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(asked["env"])
    os.chdir(asked["cwd"])
    sys.path.insert(0, asked["cwd"])
    sys.argv = [str(sys.modules["salesnb.runs.child"].__file__), *asked["argv"]]
    # every kernel draws its own numbers, not the parent's next ones
    import random

    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


def main() -> None:
    """Import, then serve; in a forked process, run the kernel."""
    owner = os.getppid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the owner, which closes the socket
    parent = Parent(socket.socket(fileno=int(sys.argv[1])), owner)
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # ipykernel reads it once, imported, and looks for that process
    warm_up(KERNEL + tuple(json.loads(sys.argv[2])))
    asked = parent.serve()
    if asked is None:
        parent.close()
        return
    become(asked)
    from salesnb.runs import child

    child.launch()


if __name__ == "__main__":
    main()
