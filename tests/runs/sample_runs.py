"""The sample company run by the command line in a folder of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CITED = "params/sample/decisions/2023-12-08-growth-2024.md"
APPROVE = ("approve", "sample", "2024", "v001", "--by", "销售总监", "--decided", "2023-12-31")


def salesnb(home: Path, *arguments: str) -> None:
    """Run the command line on the copy of the sample below ``home``."""
    named = {"SALESNB_PARAMS": str(home / "params"), "SALESNB_OUTPUTS": str(home / "outputs")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SALESNB_")}
    command = [sys.executable, "-m", "salesnb", *arguments]
    done = subprocess.run(command, env=kept | named, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr


def company(home: Path) -> None:
    """A copy of the sample's parameters, without what an earlier run made of them."""
    kept = shutil.ignore_patterns("data", ".data*", "targets")
    shutil.copytree(ROOT / "params" / "sample", home / "params" / "sample", ignore=kept)
