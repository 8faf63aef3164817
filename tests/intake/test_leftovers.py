"""Only imports that can be made again are removed, and never the one in use."""

from __future__ import annotations

import os
import time
from pathlib import Path

from salesnb.intake.leftovers import IN_USE_SECONDS, remove_imports


def test_the_newest_imports_and_what_cannot_be_made_again_stay(tmp_path: Path) -> None:
    assert remove_imports(tmp_path) == []
    folder = tmp_path / "_imports"
    long_ago = time.time() - IN_USE_SECONDS - 60
    for age, letter in enumerate("abcde"):
        (folder / (letter * 32)).mkdir(parents=True)
        os.utime(folder / (letter * 32), (long_ago - age * 60,) * 2)
    os.utime(folder / ("d" * 32))
    for name in ("snapshots", ".part-killed"):
        (folder / name).mkdir()
    (folder / "known.parquet").write_text("x")
    planned = remove_imports(tmp_path, dry=True)
    assert planned == ["e" * 32, "c" * 32, "b" * 32], "a is the newest but one, d is being read"
    assert len(list(folder.iterdir())) == 9
    assert remove_imports(tmp_path) == planned
    assert sorted(path.name for path in folder.iterdir()) == [".lock", "a" * 32, "d" * 32, "known.parquet", "snapshots"]
