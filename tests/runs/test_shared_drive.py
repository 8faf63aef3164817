"""A folder that a group shares: what one member publishes, the next can list, lock, add to and prune."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs.tiny_workbook import Workbook

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permission bits are a POSIX matter")


def _salesnb(workbook: Workbook, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "salesnb", *arguments],
        env=workbook.environment(), cwd=workbook.root, capture_output=True, text=True, umask=0o002,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_everything_a_run_leaves_belongs_to_the_group(workbook: Workbook) -> None:
    workbook.outputs.mkdir()
    workbook.outputs.chmod(0o2775)  # as an administrator shares it: new files get the folder's group
    if os.name == "posix" and not workbook.outputs.stat().st_mode & stat.S_ISGID:
        pytest.skip("this file system keeps no set-group-id bit")
    workbook.notebook("10_a", workbook.table("a", [1]), writes=["a"])
    _salesnb(workbook, "run", "2024")
    _salesnb(workbook, "run", "2024", "--force")
    _salesnb(workbook, "diff", "u", "2024", "--page")
    narrow = []
    for path in (workbook.outputs, *workbook.outputs.rglob("*")):
        mode = path.stat().st_mode
        wanted = 0o2770 if path.is_dir() else 0o660
        if stat.S_IMODE(mode) & wanted != wanted and not _private(path, workbook.outputs):
            narrow.append(f"{path.relative_to(workbook.outputs)} {stat.S_IMODE(mode):o}")
    assert narrow == []


def _private(path: Path, outputs: Path) -> bool:
    """The charts' font cache belongs to whoever made it; another member's kernel makes its own entries beside it."""
    return ".work/matplotlib/" in f"{path.relative_to(outputs).as_posix()}/"
