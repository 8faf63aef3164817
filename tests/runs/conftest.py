"""A tiny workbook whose folders this process uses too, and the sample company's plan and review, made once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from filelock import FileLock

from tests.runs.sample_runs import APPROVE, CITED, company, salesnb
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


@pytest.fixture(scope="session")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the sample's plan 2024; made by the worker that comes first, for all of them."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "sample-versions"
    with FileLock(f"{home}.lock"):
        if not (home / "outputs" / "sample" / "2024" / "v001").is_dir():
            company(home)
            salesnb(home, "run", "2024", "--unit", "sample")
    return home


@pytest.fixture(scope="session")
def reviewed(planned: Path) -> Path:
    """The same folder with the plan approved and the review of 2024-06."""
    with FileLock(f"{planned}.lock"):
        if not (planned / "outputs" / "sample" / "2024-06" / "v001").is_dir():
            salesnb(planned, *APPROVE, "--reference", str(planned / CITED))
            salesnb(planned, "run", "2024-06", "--unit", "sample")
    return planned
