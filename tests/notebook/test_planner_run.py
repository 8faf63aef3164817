"""The notebooks as a planner runs them: cell by cell in their own folder, without a batch around them (nbval)."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("name", ["10_history"])
def test_every_cell_runs_for_a_planner(name: str, planner: dict[str, str]) -> None:
    notebook = ROOT / "notebooks" / f"{name}.ipynb"
    stored = notebook.read_bytes()
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300"]
    command += ["-q", "-p", "no:cacheprovider", "-p", "no:xdist", str(notebook)]
    done = subprocess.run(command, env=planner, cwd=ROOT, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    cells = [cell for cell in json.loads(stored)["cells"] if cell["cell_type"] == "code"]
    assert re.search(rf"\b{len(cells)} passed\b", done.stdout), done.stdout[-2000:]
    assert notebook.read_bytes() == stored
    written = {
        table
        for cell in cells
        for table in re.findall(r'"(\w+)"', "".join(cell["source"]))
        if "write" in "".join(cell["source"])
    }
    draft = Path(planner["SALESNB_OUTPUTS"]) / "sample" / "2024" / "draft"
    assert written <= {path.stem for path in (draft / "tables").glob("*.parquet")}, "other notebooks write here too"
    assert json.loads((draft / "facts" / "history.json").read_text(encoding="utf-8"))["headline"]
