"""Letters, forms and other files that a notebook says it wrote go with it into every later version."""

from __future__ import annotations

import json
from pathlib import Path

from salesnb.runs.carry import Earlier, carry, files_of
from salesnb.runs.dag import Notebook
from salesnb.versions.manifest import Manifest, NotebookEntry

FILES = ["person/P1/2024-r01-P1.html", "region/东区/表.xlsx"]


def earlier(folder: Path, files: object) -> Earlier:
    entry = NotebookEntry(state="ok", facts={"files": files})
    (folder / "notebooks").mkdir(parents=True)
    (folder / "notebooks" / "30_x.ipynb").write_text("{}", encoding="utf-8")
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    stated = {"unit": "u", "period": "2024", "kind": "year", "version": "v001", "state": "complete", "lang": "zh"}
    dates = {"as_of": "2023-12-31", "today": "2024-07-04", "started": "", "finished": ""}
    return Earlier("v001", folder, Manifest.model_validate({**stated, **dates, "notebooks": {"30_x": entry}}))


def test_files_are_carried_and_missed_when_gone(tmp_path: Path) -> None:
    source, stage = earlier(tmp_path / "v001", FILES), tmp_path / "stage"
    stage.mkdir()
    notebook = Notebook("30_x", tmp_path, "x", frozenset(), (), (), False, "30_x.ipynb")
    assert source.whole("30_x")
    entry = carry(notebook, source, stage)
    assert entry.state == "carried" and [(stage / name).read_bytes() for name in FILES] == [n.encode() for n in FILES]
    assert json.loads((stage / "facts" / "x.json").read_text(encoding="utf-8"))["files"] == FILES
    (source.path / FILES[0]).unlink()
    assert not source.whole("30_x"), "a version without them has to be made again"


def test_only_files_inside_the_version_are_taken() -> None:
    odd = ["../secret", "/etc/passwd", "person/../../x", "manifest.json", "person/P1/a.html"]
    found = files_of(NotebookEntry(state="ok", facts={"files": odd}))
    assert [path.as_posix() for path in found] == ["person/P1/a.html"]
    assert files_of(NotebookEntry(state="ok", facts={"files": "person/P1/a.html"})) == [] == files_of(None)
