"""A tiny workbook whose folders this process uses too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runs.tiny_workbook import Workbook


@pytest.fixture
def workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workbook:
    """An empty unit ``u`` without notebooks."""
    for name in ("SALESNB_PARAMS", "SALESNB_OUTPUTS", "SALESNB_STAGE", "SALESNB_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SALESNB_HOME", str(tmp_path))
    made = Workbook(tmp_path)
    made.unit()
    return made
