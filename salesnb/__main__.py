"""``python -m salesnb``: the command line."""

from __future__ import annotations

import sys
from collections.abc import Sequence


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


if __name__ == "__main__":
    sys.exit(main())
