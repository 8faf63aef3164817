"""The browser the other tests use really draws a page and Chinese glyphs."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WIDTHS = """() => [...document.querySelectorAll('b')].map(b => {
    const c = document.createElement('canvas'); c.width = c.height = 40;
    const g = c.getContext('2d'); g.font = '30px sans-serif'; g.fillText(b.textContent, 2, 32);
    return [...g.getImageData(0, 0, 40, 40).data].join('');
})"""


@pytest.mark.browser
def test_chinese_is_drawn_as_glyphs_not_boxes(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<b>销</b><b>售</b><b>\U000f0000</b>")
    drawn = page.evaluate(WIDTHS)
    page.close()
    # A missing glyph is one and the same box for every character: three different pictures mean real glyphs.
    assert len(set(drawn)) == 3


def test_a_browser_that_is_named_but_absent_is_said_and_nothing_is_installed(root: Path) -> None:
    named = {**os.environ, "SALESNB_CHROMIUM": "no-such-browser"}
    for arguments, code in (([], 1), (["install"], 0)):
        done = subprocess.run(
            [sys.executable, root / ".ci" / "browser.py", *arguments], env=named, capture_output=True, text=True
        )
        assert done.returncode == code
        assert "SALESNB_CHROMIUM is 'no-such-browser'" in done.stderr
        assert done.stdout == ""
