"""What a kernel's process runs: the ordinary kernel, tied to the run that started it.

``python -m salesnb.runs.child -f CONNECTION`` in place of ``ipykernel_launcher``.
"""

from __future__ import annotations

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


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


def launch() -> None:
    """Run the kernel until it is told to stop."""
    speak_the_language()
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


def main() -> None:
    """Start the kernel in a process of its own."""
    tie_to_parent()
    launch()


if __name__ == "__main__":
    main()
