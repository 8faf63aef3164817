"""Pages and readers' folders that are taken over from the version before are those that making them again gives."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from salesnb.report import own
from salesnb.report.page import PageContext
from salesnb.runs import render
from salesnb.runs.progress import Progress
from salesnb.runs.run import run
from salesnb.runs.settings import Request
from salesnb.versions.narrow import RULES
from tests.runs.tiny_workbook import Workbook
from tests.versions import narrow_company as company

ASKED = "audiences: {regions: true, people: true}\n"
CHANGED = "action_tasks"
_MOMENT = re.compile(rb"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?")


@pytest.fixture
def published(workbook: Workbook) -> Workbook:
    """A first version, and a second notebook whose table will change in the row of one person."""
    workbook.unit(more=ASKED)
    rest = [name for name in RULES if name != CHANGED]
    cells = [workbook.frame("people", company.people()), workbook.frame("nodes", company.nodes())]
    cells += [workbook.frame(name, company.table(name)) for name in rest]
    workbook.notebook("10_all", *cells, writes=["people", "nodes", *rest])
    workbook.notebook("40_tasks", workbook.frame(CHANGED, company.table(CHANGED)), writes=[CHANGED])
    assert run(Request("u", "2024-06"), Progress()).state == "published"
    return workbook


def _changed(workbook: Workbook) -> Path:
    """The next version, with one word of P1's task another."""
    tasks = company.table(CHANGED)
    tasks.loc[tasks["owner"] == "P1", "text"] = "另一件事"
    workbook.notebook("40_tasks", workbook.frame(CHANGED, tasks), writes=[CHANGED])
    outcome = run(Request("u", "2024-06"), Progress())
    assert outcome.version == "v002", outcome.failures
    return outcome.folder


def _made(folder: Path) -> dict[str, bytes]:
    """Every page and workbook by its place, without moments."""
    found = [*folder.glob("all/*.html"), *folder.glob("*/*/report.*")]
    return {path.relative_to(folder).as_posix(): _MOMENT.sub(b"", path.read_bytes()) for path in sorted(found)}


def test_a_change_makes_only_what_it_concerns_and_the_rest_is_as_made_again(
    published: Workbook, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    first = published.outputs / "u" / "2024-06" / "v001"
    kept = tmp_path_factory.mktemp("kept") / "outputs"
    shutil.copytree(published.outputs, kept)
    anew = list[str]()
    plain = own.render

    def noted(asked: own.Own, context: PageContext) -> str:
        anew.append(asked.node)
        return plain(asked, context)

    monkeypatch.setattr(own, "render", noted)
    monkeypatch.setattr(render, "in_two", lambda work, items, jobs: [work(item) for item in items])
    taken = _made(_changed(published))
    assert sorted(anew) == ["P1", company.PEOPLE["P1"][1]], "the person, and the region the person belongs to"
    shutil.rmtree(published.outputs)
    shutil.copytree(kept, published.outputs)
    monkeypatch.setattr(render, "reuse_of", lambda *_: None)
    again = _made(_changed(published))
    assert taken.keys() == again.keys() and not [name for name in taken if taken[name] != again[name]]
    assert "另一件事" in taken["person/P1/report.html"].decode()
    assert _made(first).keys() <= taken.keys() and b"v001" not in taken["person/P3/report.xlsx"]


@pytest.mark.long
def test_what_somebody_changed_in_the_version_before_is_made_again(published: Workbook) -> None:
    first = published.outputs / "u" / "2024-06" / "v001"
    for path in (first / "person" / "P3" / "report.html", first / "all" / "10_all.html"):
        path.write_text(path.read_text(encoding="utf-8").replace("</main>", "<p>涂改</p></main>"), encoding="utf-8")
    second = _changed(published)
    for place in ("person/P3/report.html", "all/10_all.html"):
        assert "涂改" not in (second / place).read_text(encoding="utf-8"), place


@pytest.mark.long
def test_other_words_and_another_company_file_make_everything_again(
    published: Workbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, plain = list[str](), own.render

    def noted(asked: own.Own, context: PageContext) -> str:
        made.append(asked.node)
        return plain(asked, context)

    monkeypatch.setattr(own, "render", noted)
    monkeypatch.setattr(render, "in_two", lambda work, items, jobs: [work(item) for item in items])
    names = published.root / "params" / "u" / "names.yaml"
    names.write_text("schema: 1\nnames:\n  甲一: {zh: 甲壹, en: Jia}\n", encoding="utf-8")
    second = _changed(published)
    assert len(made) == len(list(second.glob("*/*/report.html"))), "readers' names are said in other words"
    assert "甲壹" in (second / "person" / "P1" / "report.html").read_text(encoding="utf-8")
