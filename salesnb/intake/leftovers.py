"""Imports nobody reads any more: each is made again from its sources, so only the newest are worth their space.

The ledger of rows (``known.parquet``) and kept snapshots of databases are no leftovers: they say what was known when.
"""

from __future__ import annotations

import re
import shutil
import time
from pathlib import Path

from salesnb.intake import cache
from salesnb.intake.facts import IMPORTS

KEEP = 2  # the one in use, and the one before it: switching back and forth reads nothing again
IN_USE_SECONDS = 6 * 3600.0  # a notebook that is open reads its import as it goes
_NAME = re.compile(r"[0-9a-f]{32}")


def remove_imports(unit_folder: Path, dry: bool = False) -> list[str]:
    """Remove all but the newest imports of ``outputs/UNIT``; names of those gone (``dry``: to go)."""
    folder = unit_folder / IMPORTS
    if not folder.is_dir():
        return []
    with cache.locked(folder):
        found = [path for path in folder.iterdir() if path.is_dir() and _NAME.fullmatch(path.name)]
        found.sort(key=lambda path: (path.stat().st_mtime_ns, path.name))
        limit = time.time() - IN_USE_SECONDS
        gone = [path for path in found[:-KEEP] if path.stat().st_mtime < limit]
        if not dry:
            cache.clean_parts(folder)
            for path in gone:
                shutil.rmtree(path, ignore_errors=True)
    return [path.name for path in gone]
