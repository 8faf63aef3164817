"""Which process goes first where several want one processor: what others wait for before what only they need."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

NICE = 5  # a third of what another process gets of a processor both want


def give_way(pid: int) -> None:
    """Let whatever else runs here go before process ``pid``, from now on; nothing where the system knows no such thing.

    Linux shares processors among sessions first where it is told to (``sched_autogroup``), so a process that leads a
    session of its own gives way as a whole.
    """
    if sys.platform == "win32":
        return
    with suppress(OSError):  # it has ended, or Linux was asked too often: it only takes a little longer then
        os.setpriority(os.PRIO_PROCESS, pid, max(NICE, os.getpriority(os.PRIO_PROCESS, pid)))
        if os.getsid(pid) == pid:
            with open(f"/proc/{pid}/autogroup", "w", encoding="ascii") as group:
                group.write(str(NICE))
