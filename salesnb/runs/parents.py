"""Warm parents of kernels, and the kernels they forked, as this process sees them."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Lock, RLock
from typing import Any

from salesnb.runs.zygote import LARGEST

# What Python and the libraries read once, while they are imported: kernels that differ in it need another parent.
_READ_AT_IMPORT = ("PYTHON", "MPL", "LC_", "LANG", "TZ", "OPENBLAS_", "OMP_", "MKL_", "LD_", "SALESNB_FONT")
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Refused(Exception):
    """The parent does not fork a kernel; a process of its own will do."""


class Forked:
    """A forked kernel, as far as a provisioner looks at ``subprocess.Popen``. Its handle never means another process,
    even when its number is given out again."""

    stdin = stdout = stderr = None

    def __init__(self, parent: WarmParent, pid: int, handle: int) -> None:
        self.parent, self.pid, self.handle = parent, pid, handle
        self.returncode: int | None = None
        self._turn = RLock()  # the run may end a kernel while the thread that uses it looks at it

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while the kernel runs."""
        with self._turn:
            if self.returncode is None and self._has_ended(0):
                self.returncode = self.parent.exit_code(self.pid)
                os.close(self.handle)
            return self.returncode

    def wait(self) -> int:
        """Wait for the end; the exit code."""
        if self.returncode is None:
            self._has_ended(None)
        code = self.poll()
        assert code is not None
        return code

    def _has_ended(self, milliseconds: int | None) -> bool:
        waiting = select.poll()
        waiting.register(self.handle, select.POLLIN)
        return bool(waiting.poll(milliseconds))

    def send_signal(self, number: int) -> None:
        """Signal the kernel; nothing when it has ended."""
        with self._turn:
            if self.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    signal.pidfd_send_signal(self.handle, number)

    def kill(self) -> None:
        """End the kernel at once."""
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)


class WarmParent:
    """The process that forks kernels, at the other end of a socket pair. It ends with this process, however that ends.

    ``environment`` decides what is imported and how; each kernel gets its own on top.
    """

    def __init__(self, environment: Mapping[str, str], preload: Sequence[str]) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._channel, self._turn = ours, Lock()
        self._kernels: list[Forked] = []
        # BLAS and pyarrow's allocator would otherwise run threads, and a parent with threads must not fork
        env = ONE_THREAD | dict(environment) | {"JE_ARROW_MALLOC_CONF": "background_thread:false"}
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "salesnb.runs.zygote", str(theirs.fileno()), json.dumps(list(preload))],
                env=env,
                cwd="/",
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def preload(self, names: Sequence[str]) -> None:
        """Let it import ``names`` too: while nobody asks it, and all of them before its second kernel."""
        self._tell({"preload": list(names)}, [])

    def remember(self, parsed: bytes) -> None:
        """Let its next kernels know what this process has parsed (``strict.parsed``)."""
        handle = os.memfd_create("parsed")
        with os.fdopen(handle, "wb") as held:
            held.write(parsed)
            held.flush()
            os.lseek(handle, 0, os.SEEK_SET)
            self._tell({"preload": []}, [handle])

    def _tell(self, message: Mapping[str, Any], handles: Sequence[int]) -> None:
        with self._turn, contextlib.suppress(OSError):  # whoever asks it for a kernel learns that it has ended
            socket.send_fds(self._channel, [json.dumps(message).encode()], list(handles))

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked."""
        return self._process.poll() is None

    @property
    def is_wanted(self) -> bool:
        """Whether it is there and a kernel of its own still runs."""
        return self.is_alive and bool(self._alive())

    def _alive(self) -> list[Forked]:
        return [kernel for kernel in self._kernels if kernel.poll() is None]

    def fork(self, argv: Sequence[str], env: Mapping[str, str], cwd: str, first: Sequence[str] = ()) -> Forked:
        """A kernel with arguments ``argv``; of what is preloaded, the first one of all only waits for ``first``.

        Raises Refused when the parent will not, or is gone."""
        message = json.dumps({"argv": list(argv), "env": dict(env), "cwd": cwd, "first": list(first)}).encode()
        if len(message) > LARGEST:
            raise Refused("the environment is too large")
        with self._turn:
            try:
                self._channel.send(message)
                answer, handles, _, _ = socket.recv_fds(self._channel, LARGEST, 1)
            except OSError as error:
                raise Refused(str(error)) from error
        told: dict[str, Any] = json.loads(answer) if answer else {"refused": "it has ended"}
        if "refused" in told:
            raise Refused(told["refused"])
        kernel = Forked(self, told["pid"], handles[0])
        self._kernels = [*self._alive(), kernel]
        return kernel

    def exit_code(self, pid: int) -> int:
        """Exit code of a kernel that has ended; that of a kill when the parent ended before it could say."""
        with self._turn:
            try:
                self._channel.send(json.dumps({"ended": pid}).encode())
                told = json.loads(self._channel.recv(LARGEST) or b"{}")
            except OSError:
                told = {}
        code = told.get("code")
        return -signal.SIGKILL if code is None else int(code)

    def close(self) -> None:
        """End the parent, and with it every kernel it forked."""
        busy = bool(self._alive())
        self._channel.close()
        if not busy:  # nothing to clean up, and it may be in the middle of importing
            self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Close this process' end of the socket and leave the parent alone."""
        self._channel.close()


_Read = tuple[tuple[str, str], ...]  # what a parent's imports rest on
_parents: dict[tuple[str, _Read, tuple[str, ...]], WarmParent] = {}
_begun: dict[_Read, WarmParent] = {}  # at most one, of which is not known yet what else it imports
_turn = Lock()


def available() -> bool:
    """Whether kernels can be forked here."""
    return sys.platform == "linux" and hasattr(os, "pidfd_open") and Path("/proc/self/task").is_dir()


def begin(environment: Mapping[str, str], libraries: Sequence[str]) -> None:
    """Start a parent that imports ``libraries``, none of them ours, before it is known what else is to be imported;
    none where there is one that may serve."""
    read = _read(environment)
    with _turn:
        if not any(parent.is_alive for (_, other, _), parent in _parents.items() if other == read):
            _end_begun(but=read)
            if read not in _begun:
                _begun[read] = WarmParent(environment, libraries)


def _end_begun(but: _Read | None = None) -> None:
    for read in [read for read, parent in _begun.items() if read != but or not parent.is_alive]:
        _begun.pop(read).close()


def warm(environment: Mapping[str, str], preload: Sequence[str], version: str = "") -> WarmParent:
    """The parent for kernels with this environment, started when there is none yet; others without kernels are ended.

    ``version`` stands for the program it has imported: a parent of another version would run old code.
    """
    key = (version, _read(environment), tuple(sorted(preload)))
    with _turn:
        for other, parent in list(_parents.items()):
            if not (parent.is_alive if other == key else parent.is_wanted):
                _parents.pop(other).close()
        if key not in _parents:
            _end_begun(but=_read(environment))
            begun = _begun.pop(_read(environment), None)
            if begun is not None:
                begun.preload(preload)
            _parents[key] = begun or WarmParent(environment, preload)
        return _parents[key]


def _read(environment: Mapping[str, str]) -> _Read:
    """The part of an environment that a parent's imports rest on."""
    return tuple(sorted((n, v) for n, v in environment.items() if n.startswith(_READ_AT_IMPORT)))


def cool() -> None:
    """End every parent of this process, with its kernels."""
    with _turn:
        _end_begun()
        while _parents:
            _parents.popitem()[1].close()


def disown() -> None:
    """In a fork of this process: its parents are not ours, and they must not live on because we hold their sockets."""
    for parent in (*_parents.values(), *_begun.values()):
        parent.forget()
    _parents.clear()
    _begun.clear()


atexit.register(cool)
