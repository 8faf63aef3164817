"""The sample company: a seeded generator of everything a sales department exports, with stories to be found.

No file of it is kept in the repository: the same seed gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from salesnb.intake.sample.stories import STORIES

__all__ = ["STORIES", "generate"]


def generate(folder: Path, seed: int, without: Sequence[str] = ()) -> None:
    """Write the sample company's exports of 2021–2024 into ``folder`` (made if absent).

    ``without`` names stories of ``STORIES`` that are left out; all other rows stay the same, byte for byte where the
    story does not touch them. UsageError names a story that does not exist.
    """
    from salesnb.intake.sample.company import write
    from salesnb.intake.sample.stories import planted

    kept = planted(without)
    folder.mkdir(parents=True, exist_ok=True)
    write(folder, seed, kept)
