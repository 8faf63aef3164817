"""Reading the worked cases: facts to reproduce, kept outside the repository (SALESNB_CASES, else ../shared/cases)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is given and what is expected of case ``name``; skips where the cases are absent."""
    folder = Path(os.environ.get("SALESNB_CASES") or ROOT.parent / "shared" / "cases").resolve()
    if not folder.is_dir():
        pytest.skip(f"no worked cases at {folder}; set SALESNB_CASES to their folder")
    case = YAML(typ="safe").load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return case["given"], case["expect"]
