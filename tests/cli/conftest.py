"""A tiny workbook whose folders this process uses too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runs.tiny_workbook import Workbook


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which the command line finds its company."""
    for name in ("SALESNB_PARAMS", "SALESNB_OUTPUTS", "SALESNB_STAGE", "SALESNB_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SALESNB_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def workbook(home: Path) -> Workbook:
    """An empty unit ``u`` without notebooks."""
    made = Workbook(home)
    made.unit()
    return made
