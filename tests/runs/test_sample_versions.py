"""The sample company from plan to review as the command line publishes it: weight, access, and the same every time."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.report.test_pages_axe import RULES
from tests.runs.sample_runs import company, salesnb

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.long
MOST = 120_000
# dates, and figures with their units, that stand on more than one line
TORN = r"""() => {
  const found = [], range = document.createRange()
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let text; (text = texts.nextNode()); )
    for (const figure of text.data.matchAll(/\d{4}-\d\d(-\d\d)?|\d[\d,.]*\s?[%KMB万亿](?![A-Za-z])/g)) {
      range.setStart(text, figure.index)
      range.setEnd(text, figure.index + figure[0].length)
      if (new Set([...range.getClientRects()].map(line => Math.round(line.top))).size > 1)
        found.push(`${figure[0]} in ${text.data.slice(0, 60)}`)
    }
  return found
}"""


def test_no_page_weighs_more_than_it_may_without_its_charts(reviewed: Path) -> None:
    heavy = []
    pages = sorted((reviewed / "outputs").rglob("*.html"))
    for path in pages:
        bare = re.sub(r"<figure.*?</figure>", "", path.read_text(encoding="utf-8"), flags=re.S)
        if len(bare.encode()) > MOST:
            heavy.append(f"{path.relative_to(reviewed)}: {len(bare.encode()):,}")
    names = {path.stem for path in pages}
    assert {"10_history", "20_feasibility", "30_decomposition", "40_action_plan", "50_review"} <= names
    assert heavy == []


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1180, "light"), (390, "dark")])
def test_every_kind_of_page_is_clean_and_asks_nobody(reviewed: Path, browser: Browser, width: int, scheme: Any) -> None:
    """axe-core on pages full of real content; no request, no word on the console, no page wider than the screen."""
    from axe_playwright_python.sync_playwright import Axe

    outputs = reviewed / "outputs" / "sample"
    plan, review = outputs / "2024" / "v001", outputs / "2024-06" / "v001"
    chosen = [
        *sorted((plan / "all").glob("*.html")),
        *sorted((review / "all").glob("50*.html")),
        outputs / "index.html",
    ]
    chosen += [next((review / level).glob("*/report.html")) for level in ("region", "person")]
    chosen += sorted(next((plan / "person").iterdir()).glob("*.html"))
    shown = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    found: list[str] = []
    shown.on("console", lambda message: found.append(f"console: {message.text}"))
    shown.on("pageerror", lambda error: found.append(f"error: {error}"))
    asked: list[str] = []
    shown.on("request", lambda request: asked.append(request.url))
    for path in chosen:
        shown.goto(path.as_uri())
        for violation in Axe().run(shown, options=RULES).response["violations"]:
            nodes = [node["html"][:120] for node in violation["nodes"][:3]]
            found.append(f"{path.name}: {violation['id']}: {nodes}")
        if shown.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{path.name}: wider than {width}")
        found += [f"{path.name}: broken at the end of a line: {torn}" for torn in shown.evaluate(TORN)]
    shown.close()
    assert found == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


def test_two_builds_of_a_plan_in_two_folders_are_equal_but_for_stamps(planned: Path, tmp_path: Path) -> None:
    """Pages, tables, workbooks, letters, forms, calendars, readers' folders, executed notebooks and the manifest."""
    company(tmp_path)
    salesnb(tmp_path, "run", "2024", "--unit", "sample")
    sides = []
    for home in (planned, tmp_path):
        folder = home / "outputs" / "sample" / "2024" / "v001"
        files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
        sides.append({name: without_stamps(path) for name, path in files.items() if name != "run.jsonl"})
        assert not [name for name, held in sides[-1].items() if str(home).encode() in held], "no path of this machine"
    assert sides[0].keys() == sides[1].keys() and len(sides[0]) > 200
    assert [name for name in sides[0] if sides[0][name] != sides[1][name]] == []


def without_stamps(path: Path) -> bytes:
    """A file's content without the times at which it was made and the seconds that it took."""
    held = path.read_bytes()
    if path.suffix == ".html":
        return re.sub(r"生成于 [0-9: -]+", "", held.decode()).encode()
    if path.suffix == ".ipynb":
        return json.dumps(_untimed(json.loads(held), {"papermill", "execution", "iopub.execute_input"})).encode()
    if path.name == "manifest.json":
        read = json.loads(held)
        # a page's fingerprint knows the minute on the page; a workbook has none
        read["made"] = {name: "" if name.endswith(".html") else value for name, value in read["made"].items()}
        return json.dumps(_untimed(read, {"started", "finished", "seconds"})).encode()
    return held


def _untimed(value: Any, stamps: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _untimed(part, stamps) for key, part in value.items() if key not in stamps}
    return [_untimed(part, stamps) for part in value] if isinstance(value, list) else value
