"""What every room's tests share: the browser, the third-party sample data, the folders of the checkout."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from filelock import FileLock
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ROOT = Path(__file__).resolve().parent.parent

# A page must not need the network, and a test must not wait for what a browser fetches for itself.
BROWSER_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


# Half of a short run is importing: this process and those it starts compile a module once, whatever the shell says.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# The same examples on every machine, and no time limit for one: a shared machine is slow at any moment.
# `make test-long` searches further, with examples of its own each time.
settings.register_profile("steady", derandomize=True, deadline=None)
settings.register_profile("search", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE") or "steady")


@pytest.fixture(autouse=True)
def _no_words() -> Iterator[None]:
    """A unit's own words last no longer than the test that opened its book."""
    from salesnb.model.lexicon import NOTHING
    from salesnb.report.spoken import speaking

    with speaking(NOTHING):
        yield


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of third-party sample data (SALESNB_REAL_DATA, else ../shared/data); skips where it is absent."""
    folder = Path(os.environ.get("SALESNB_REAL_DATA") or ROOT.parent / "shared" / "data").resolve()
    if not folder.is_dir():
        pytest.skip(f"no third-party sample data at {folder}; set SALESNB_REAL_DATA to its folder")
    return folder


@pytest.fixture(scope="session")
def sample_folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a copy of the sample company, outside the checkout; imported by whoever loads it first.

    Parallel workers share the copy, and the import's own lock lets one of them make it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "sample-company"
    with FileLock(f"{shared}.lock"):
        if not shared.is_dir():
            kept = shutil.ignore_patterns("data", ".data*", "targets")
            shutil.copytree(ROOT / "params" / "sample", shared / "params" / "sample", ignore=kept)
    return {"SALESNB_PARAMS": str(shared / "params"), "SALESNB_OUTPUTS": str(shared / "outputs")}


@pytest.fixture(scope="session")
def chromium() -> Path:
    """The browser's executable; skips with the reason where there is none."""
    finder = _browser_finder()
    try:
        return Path(finder.find())
    except finder.Missing as reason:
        pytest.skip(str(reason))


@pytest.fixture(scope="session")
def browser(chromium: Path) -> Iterator[Browser]:
    """A headless Chromium through Playwright, one for the session; open a `new_page()` in each test and close it."""
    from playwright.sync_api import sync_playwright

    finder = _browser_finder()
    try:
        node = finder.driver()
    except finder.Missing as reason:
        pytest.skip(str(reason))
    os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(node)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, headless=True, args=list(BROWSER_SWITCHES))
        yield opened
        opened.close()


def _browser_finder() -> Any:
    """`.ci/browser.py` as a module, so that tests and the installer look in the same places."""
    spec = importlib.util.spec_from_file_location("ci_browser", ROOT / ".ci" / "browser.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
