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
    import ctypes

    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != int(expected):  # the parent ended before we asked
        os._exit(1)


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


def main() -> None:
    """Start the kernel."""
    tie_to_parent()
    speak_the_language()
    from ipykernel import kernelapp

    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
