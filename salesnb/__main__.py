"""``python -m salesnb``: the command line."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Sequence
from contextlib import suppress


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    from salesnb.runs.seal import answered

    given = sys.argv[1:] if arguments is None else list(arguments)
    if answered(given):  # nothing has changed
        return 0
    from salesnb.runs.beginning import begin
    from salesnb.runs.child import collect_seldom

    collect_seldom()
    begin(given)
    from salesnb.cli.commands import command

    return command(given)


def program() -> None:
    """Run the command that this process was started for, and end it."""
    codes = list[int]()
    atexit.register(_leave, codes)  # what is registered first comes last
    codes.append(main())
    sys.exit(codes[0])


def _leave(codes: Sequence[int]) -> None:
    """End at once: taking apart what is in memory, object by object, takes a third of a second after a run."""
    with suppress(OSError):  # Python says what it could not write
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        if codes:
            os._exit(codes[0])


if __name__ == "__main__":
    program()
