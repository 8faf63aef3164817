"""What a kernel's process runs: the ordinary kernel, tied to the run that started it.

``python -m salesnb.runs.child -f CONNECTION`` in place of ``ipykernel_launcher``.
"""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

_PR_SET_PDEATHSIG = 1
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn")
_FONT_LIST = "fc-list"
_DEBUGGER = "debugpy.server"


def tie_to_parent() -> None:
    """Linux kills this process when its parent ends, even in the middle of a computation. Elsewhere ipykernel polls
    for its parent once a second, which a computation that never yields can delay."""
    expected = os.environ.get("SALESNB_RUN_PID", "")
    if sys.platform != "linux" or not expected:
        return
    die_with_parent()
    if os.getppid() != int(expected):  # the parent ended before we asked
        os._exit(1)


def die_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends."""
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def speak_the_language() -> None:
    """Errors of ours are shown to the reader in the run's language, with what to do, before any traceback."""
    from salesnb.model.errors import LANGUAGES, SalesnbError

    lang = os.environ.get("SALESNB_LANG", "")
    if lang not in LANGUAGES:
        return

    def render(self: SalesnbError) -> list[str]:
        import traceback

        return [self.say(lang), *traceback.format_tb(self.__traceback__)]

    SalesnbError._render_traceback_ = render  # type: ignore[attr-defined]


def note_reads() -> None:
    """Note every file below the parameters' folder that this kernel opens, beside its working folder.

    Whatever starts another program may have read anything: that is noted as ``?``. That of fonts, which charts
    ask for, reads no parameters.
    """
    root = os.environ.get("SALESNB_PARAMS", "")
    if not root or not os.environ.get("SALESNB_STAGE"):
        return
    noted, below = set[str](), os.path.join(os.path.abspath(root), "")
    book = os.open(reads_of(os.getcwd()), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def note(line: str) -> None:
        if line not in noted:
            noted.add(line)
            os.write(book, f"{line}\n".encode())

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
            path = os.path.abspath(arguments[0])
            if path.startswith(below):
                note(path.removeprefix(below))
        elif event in _PROGRAMS and not _asks_for_fonts(event, arguments):
            note("?")

    sys.addaudithook(hear)


def _asks_for_fonts(event: str, arguments: tuple[Any, ...]) -> bool:
    program = arguments[0] if event == "subprocess.Popen" else None
    return isinstance(program, str) and os.path.basename(program) == _FONT_LIST


def reads_of(workdir: str | os.PathLike[str]) -> str:
    """Where a kernel that works in ``workdir`` notes what it read."""
    return f"{os.fspath(workdir)}.reads"


def collect_seldom() -> None:
    """Let Python look for rubbish less often: imports, parsing and tables make far more objects than they drop."""
    gc.enable()
    gc.set_threshold(10_000, 10, 10)


@contextmanager
def absent(module: str) -> Iterator[None]:
    """Let a module that is not imported yet look as if it were not installed, to whoever can do without it."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[module]


def launch() -> None:
    """Run the kernel until it is told to stop."""
    collect_seldom()
    speak_the_language()
    from ipykernel.kernelapp import IPKernelApp

    kernel = IPKernelApp.instance()
    # nobody can attach a debugger to a run, and importing it takes longer than all else before the first cell
    with absent(_DEBUGGER) if os.environ.get("SALESNB_RUN_PID") else nullcontext():
        kernel.initialize()
    note_reads()  # what the kernel itself starts up with is not the notebook's
    kernel.start()


def main() -> None:
    """Start the kernel in a process of its own."""
    tie_to_parent()
    launch()


if __name__ == "__main__":
    main()
