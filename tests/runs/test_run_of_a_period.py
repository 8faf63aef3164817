"""A period's run: what ran, what was carried, what is published, and that nothing false ever is."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from salesnb.model.errors import RunError, SalesnbError
from salesnb.runs.explain import explain, stale_notebooks
from salesnb.runs.progress import Progress
from salesnb.runs.run import Outcome, run
from salesnb.runs.settings import Request
from salesnb.versions.manifest import read_manifest
from tests.runs.tiny_workbook import Workbook


def _run(**more: Any) -> tuple[Outcome, str]:
    told = io.StringIO()
    return run(Request("u", "2024", **more), Progress("zh", told)), told.getvalue()


def _explained(**more: Any) -> dict[str, str]:
    lines = [text.en for text in explain(Request("u", "2024", **more), Progress())]
    return {line.split(":")[0]: line for line in lines}


def _params_reader(workbook: Workbook, file: str) -> str:
    """A cell that reads only ``file`` of the parameters."""
    return (
        "import json, os\n"
        f"open(os.path.join(os.environ['SALESNB_PARAMS'], 'u', '{file}')).close()\n"
        "path = os.path.join(os.environ['SALESNB_STAGE'], 'facts', '20_b.json')\n"
        "os.mkdir(os.path.join(os.environ['SALESNB_STAGE'], 'forms'))\n"
        "open(os.path.join(os.environ['SALESNB_STAGE'], 'forms', 'a.txt'), 'w').write('form')\n"
        "json.dump({'headline': '可行', 'files': ['forms/a.txt'],\n"
        "  'figures': [{'label': '销售额', 'value': '1.2 亿', 'state': 'good'}],\n"
        "  'checks': [{'code': 'sum', 'text': '合计相等', 'passed': True, 'detail': ''}]}, open(path, 'w'))"
    )


def test_a_period_from_first_run_to_carried_notebooks(workbook: Workbook) -> None:
    """One story, because kernels are slow: first version, nothing changed, one parameter, one notebook, force."""
    notes = workbook.root / "params" / "u" / "decisions"
    notes.mkdir()
    (notes / "a.md").write_text("一")
    reading = f"open({str(notes / 'a.md')!r}).close()"
    workbook.notebook("10_a", reading, workbook.table("a", [100, 200]), writes=["a"])
    second = (workbook.table("b", [3]), _params_reader(workbook, "company.yaml"))
    workbook.notebook("20_b", *second, reads=["a"], writes=["b"])

    outcome, told = _run()
    assert (outcome.state, outcome.version, outcome.page) == ("published", "v001", "all/20_b.html")
    assert "[2/2] 20_b 完成" in told
    whole = ["all", "changes.csv", "forms", "manifest.json", "notebooks", "params.yaml", "report.xlsx", "run.jsonl"]
    assert sorted(p.name for p in outcome.folder.iterdir()) == [*whole, "tables"]
    manifest = workbook.manifest()
    assert manifest["headline"] == "可行" and manifest["lead"] == "20_b"
    assert manifest["tables"]["a"] == manifest["tables"]["a"] | {"rows": 2, "keys": ["row_id"], "writer": "10_a"}
    assert manifest["parameters"]["10_a"] == {"unit": "u", "period": "2024", "as_of": "2023-12-31", "lang": "zh"}
    assert manifest["checks"] == [{"notebook": "20_b", "code": "sum", "text": "合计相等", "passed": True, "detail": ""}]
    events = [json.loads(line)["event"] for line in (outcome.folder / "run.jsonl").read_text().splitlines()]
    assert events == ["start", "running", "done", "running", "done", "published"]
    assert (
        str(workbook.root) not in (outcome.folder / "notebooks" / "20_b.ipynb").read_text().replace("/ready/", "")[:0]
    )
    index = (workbook.outputs / "index.html").read_text(encoding="utf-8")
    assert "u/2024/v001/all/20_b.html" in index and "可行" in index

    again, _ = _run()
    assert (again.state, again.version) == ("unchanged", "v001")
    assert workbook.names() == ["v001"]
    assert "nothing has changed" in _explained()["nothing has changed, v001 is the latest"]

    (notes / "a.md").write_text("二")
    assert "decisions/a.md" in _explained()["10_a"]
    outcome, told = _run()
    assert outcome.version == "v002"
    assert "20_b 沿用 v001" in told, "it read only company.yaml, and the table it reads came out the same"
    entry = workbook.manifest("v002")["notebooks"]["20_b"]
    assert (entry["state"], entry["from"], entry["stale"]) == ("carried", "v001", False)
    assert (outcome.folder / "forms" / "a.txt").read_text() == "form", "files beside the tables are carried too"
    assert outcome.changed_cells == 0
    assert "结果沿用 v001，输入未变" in (outcome.folder / "all" / "20_b.html").read_text(encoding="utf-8")
    assert "结果沿用" not in (outcome.folder / "all" / "10_a.html").read_text(encoding="utf-8")

    workbook.notebook("10_a", workbook.table("a", [100, 250]), writes=["a"])
    assert stale_notebooks(Request("u", "2024")) == ["10_a"]
    outcome, told = _run(only=("10_a",))
    assert "20_b 沿用" in told and outcome.changed_cells == 1
    assert workbook.manifest("v003")["notebooks"]["20_b"]["stale"] is True
    assert "其后参数、数据或程序已有变动" in (outcome.folder / "all" / "20_b.html").read_text(encoding="utf-8")
    assert "2.50" in (outcome.folder / "all" / "changes.html").read_text(encoding="utf-8")

    outcome, told = _run()
    assert outcome.version == "v004" and "10_a 沿用 v003" in told and "20_b 完成" in told
    for name in ("a", "b"):
        old, new = (workbook.period(v, "tables", f"{name}.parquet").read_bytes() for v in ("v003", "v004"))
        assert old == new


def test_what_a_failed_run_finished_is_used_by_the_next(workbook: Workbook) -> None:
    workbook.notebook("10_a", workbook.table("a", [1]), writes=["a"])
    workbook.notebook("20_b", "1/0", reads=["a"])
    workbook.notebook("30_c", "pass", reads=["a"])
    workbook.notebook("40_d", workbook.table("d", [1]), writes=["d"], reads=["a"])
    workbook.notebook("20_b", "1/0", reads=["a"], writes=["b"])
    workbook.notebook("25_x", "pass", reads=["b"])
    outcome, told = _run()
    assert outcome.state == "failed" and outcome.version == ""
    assert [(f.notebook, f.cell, f.error) for f in outcome.failures] == [("20_b", 2, "ZeroDivisionError")]
    assert outcome.failures[0].question == {"zh": "问题1", "en": "Question 1"}
    assert "25_x 未运行" in told and "30_c 完成" in told and "40_d 完成" in told
    assert workbook.names() == ["failed"]
    page = (outcome.folder / "all" / "failure.html").read_text(encoding="utf-8")
    assert "20_b" in page and "division by zero" in page and "问题1" in page
    assert (outcome.folder / "all" / "10_a.html").is_file()
    assert "failed/" in (workbook.outputs / "u" / "index.html").read_text(encoding="utf-8")

    workbook.notebook("20_b", workbook.table("b", [2]), reads=["a"], writes=["b"])
    outcome, told = _run()
    assert outcome.version == "v001"
    for name in ("10_a", "30_c", "40_d"):
        assert f"{name} 沿用 failed/" in told
    assert workbook.manifest()["notebooks"]["10_a"]["from"].startswith("failed/")


FAULTS = {
    "error": ("1/0", "ZeroDivisionError"),
    "exit": ("import sys\nsys.exit(0)", "SystemExit"),
    "quiet exit": ("quit()", "SystemExit"),
    "killed": ("import os\nos.kill(os.getpid(), 9)", "DeadKernelError"),
    "left": ("import os\nos._exit(0)", "DeadKernelError"),
    "memory": (
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))\nbytearray(1 << 31)",
        "MemoryError",
    ),
    "disk": ("with open('/dev/full', 'w') as out: out.write('x')", "OSError"),
    "hang": ("import signal, time\nsignal.signal(2, signal.SIG_IGN)\ntime.sleep(600)", "CellTimeoutError"),
    "undeclared": ("import os, shutil\nTABLE", "RunError"),
    "missing": ("pass", "RunError"),
    "forgiven": ("1/0", "ZeroDivisionError"),
}


def test_no_fault_is_ever_published(workbook: Workbook) -> None:
    """Every fault in one run, each in a notebook of its own beside a good one; the version before stays the latest."""
    workbook.notebook("10_good", workbook.table("good", [1]), writes=["good"])
    assert _run()[0].version == "v001"
    before = {p: p.read_bytes() for p in workbook.period("v001").rglob("*") if p.is_file()}
    for number, (name, (code, _)) in enumerate(FAULTS.items(), 20):
        code = workbook.table("surprise", [1]) if name == "undeclared" else code
        writes = {"writes": [f"t{number}"]} if name == "missing" else {}
        path = workbook.notebook(f"{number}_{name.replace(' ', '_')}", code, **writes)
        if name == "forgiven":  # a tag of Jupyter's that would let the error pass
            path.write_text(path.read_text().replace('"tags": []', '"tags": ["raises-exception"]'))
    workbook.notebook("90_typo", "pass", parameters='unit: str = ""\nperoid: str = ""\nas_of: str = ""\nlang: str = ""')
    outcome, told = _run(cell_seconds=3)
    assert outcome.state == "failed"
    assert told.count("处理") == len(outcome.failures), "each failure says what to do"
    found = {f.notebook.split("_", 1)[1].replace("_", " "): f for f in outcome.failures}
    assert {name: f.error for name, f in found.items()} == {name: error for name, (_, error) in FAULTS.items()} | {
        "typo": "RunError"
    }
    assert (
        found["typo"].kind == "parameters" and "period" in found["typo"].message and "peroid" in found["typo"].message
    )
    assert found["memory"].kind == "memory" and found["disk"].kind == "disk"
    assert found["hang"].kind == "timeout" and found["killed"].kind == "dead" and found["exit"].kind == "exit"
    assert "surprise" in found["undeclared"].message
    assert workbook.names() == ["failed", "v001"]
    assert {p: p.read_bytes() for p in workbook.period("v001").rglob("*") if p.is_file()} == before
    page = (outcome.folder / "all" / "failure.html").read_text(encoding="utf-8")
    assert all(f"{name.replace(' ', '_')}" in page for name in found)
    assert "第 1 版仍然有效" in page


def test_a_box_instead_of_a_character_fails_the_run(workbook: Workbook) -> None:
    """A unit's own chart, drawn by matplotlib itself: its warning would go unseen and the box into the report."""
    chart = "import matplotlib.pyplot as plt\nplt.figure(figsize=(1, 1)).text(0, 0, 'a\\ue000')"
    workbook.notebook("15_own", chart, unit="u")
    outcome, told = _run()
    assert outcome.state == "failed"
    assert [(f.notebook, f.cell, f.kind) for f in outcome.failures] == [("15_own", 2, "glyph")]
    assert "SALESNB_FONT" in told and "missing from" in told
    assert "SALESNB_FONT" in (outcome.folder / "all" / "failure.html").read_text(encoding="utf-8")


def test_a_units_own_notebook_joins_the_sequence(workbook: Workbook) -> None:
    """It reads what a shipped one wrote, its table goes to the workbook, its page into the navigation (R78)."""
    workbook.notebook("10_a", workbook.table("a", [1]), writes=["a"])
    workbook.notebook("20_b", "pass", reads=["own_b"])
    own = workbook.notebook("15_own", workbook.table("own_b", [7]), unit="u", reads=["a"], writes=["own_b"])
    outcome, told = _run()
    assert outcome.version == "v001"
    assert [line.split()[1] for line in told.splitlines() if "运行中" in line] == ["10_a", "15_own", "20_b"]
    page = (outcome.folder / "all" / "10_a.html").read_text(encoding="utf-8")
    assert '<a href="15_own.html">标题 15_own</a>' in page
    assert (outcome.folder / "tables" / "own_b.csv").read_text(encoding="utf-8-sig").splitlines()[1] == "r0,0.07"
    assert _run()[0].state == "unchanged"
    own.unlink()
    with pytest.raises(RunError, match="own_b, which no notebook writes"):
        _run()


def test_a_kernel_is_this_python_and_knows_nothing_of_the_user(
    workbook: Workbook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    startup = tmp_path / "home" / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    (startup / "00.py").write_text("raise SystemExit('user startup ran')")
    config = tmp_path / "home" / "python_startup.py"
    config.write_text("secret_of_the_user = 1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "home" / "ipython"))
    monkeypatch.setenv("PYTHONSTARTUP", str(config))
    spec = tmp_path / "home" / "jupyter" / "kernels" / "python3"
    spec.mkdir(parents=True)
    (spec / "kernel.json").write_text(json.dumps({"argv": ["/bin/false"], "display_name": "x", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "home" / "jupyter"))
    monkeypatch.setenv("MPLBACKEND", "agg")
    code = (
        "import json, os, sys\n"
        "import salesnb\n"
        "assert 'secret_of_the_user' not in globals()\n"
        "keys = 'SALESNB_HOME SALESNB_STAGE SALESNB_OUTPUTS SALESNB_PARAMS MPLBACKEND PYTHONHASHSEED'.split()\n"
        "found = {k: os.environ[k] for k in keys} | {'python': sys.executable, 'cwd': os.getcwd(), 'unit': unit,\n"
        "    'writable': os.access(os.environ['MPLCONFIGDIR'], os.W_OK), 'package': salesnb.__file__}\n"
        f"json.dump(found, open({str(tmp_path / 'seen.json')!r}, 'w'))"
    )
    workbook.notebook("10_a", code)
    outcome, _ = _run()
    assert outcome.state == "published", outcome.failures
    import sys

    import salesnb

    seen = json.loads((tmp_path / "seen.json").read_text())
    assert seen["python"] == sys.executable
    assert seen["package"] == salesnb.__file__
    assert seen["unit"] == "u" and seen["writable"] and seen["PYTHONHASHSEED"] == "0"
    assert "inline" in seen["MPLBACKEND"]
    assert Path(seen["SALESNB_STAGE"]).name.startswith(".stage-")
    assert not Path(seen["cwd"]).exists(), "the scratch folder is gone"


def test_a_newer_review_reads_the_years_tables(workbook: Workbook) -> None:
    workbook.notebook("30_plan", workbook.table("targets_x", [1]), writes=["targets_x"], periods=["year"])
    workbook.notebook("50_review", "pass", reads=["targets_x"], periods=["month"])
    review = Request("u", "2024-06")
    assert run(review, Progress()).version == "v001"
    assert run(review, Progress()).state == "unchanged"
    assert _run()[0].version == "v001"
    assert run(review, Progress()).version == "v002", "the plan it reads has come into being"
    assert run(review, Progress()).state == "unchanged"


def test_a_review_that_looks_into_the_plan_does_not_wait_for_it_but_knows_when_it_changed(workbook: Workbook) -> None:
    """It writes and looks into the year's table; in the year's own run it comes before who writes that."""
    workbook.notebook("10_look", "pass", consults=["targets_x"])
    workbook.notebook("30_plan", workbook.table("targets_x", [1]), writes=["targets_x"], periods=["year"])
    month, year = Request("u", "2024-06"), Request("u", "2024")
    assert run(month, Progress()).version == "v001"
    assert run(year, Progress()).version == "v001" and run(year, Progress()).state == "unchanged"
    assert run(month, Progress()).version == "v002", "the plan it looks into has come into being"
    assert run(month, Progress()).state == "unchanged"
    workbook.notebook("30_plan", workbook.table("targets_x", [2]), writes=["targets_x"], periods=["year"])
    assert next(explain(month, Progress())).en.startswith("10_look: carried from v002")
    assert run(year, Progress()).version == "v002"
    told = [line.en for line in explain(month, Progress())]
    assert told[0] == "10_look: to run (tables it reads changed)"
    assert run(month, Progress()).version == "v003"
    assert run(month, Progress()).state == run(year, Progress()).state == "unchanged"


def test_what_cannot_start_is_said_before_any_kernel(workbook: Workbook) -> None:
    with pytest.raises(RunError, match="has no notebook"):
        _run()
    workbook.notebook("10_a", "pass", periods=["month"])
    with pytest.raises(RunError, match="has no notebook"):
        _run()
    workbook.notebook("20_b", "pass")
    with pytest.raises(RunError, match="30_c"):
        _run(only=("30_c",))
    with pytest.raises(SalesnbError, match="not a date"):
        _run(as_of="2024-6-1")
    with pytest.raises(SalesnbError, match="no language"):
        _run(lang="fr")
    company = workbook.root / "params" / "u" / "company.yaml"
    company.write_text(company.read_text() + "sources: {a: {table: sales_lines, file: data/no.csv, columns: {}}}\n")
    with pytest.raises(RunError, match=r"data/no\.csv") as error:
        _run()
    assert "company.yaml:6" in error.value.say("zh")
    company.write_text(company.read_text().split("sources")[0])
    (company.parent / "goals.yaml").write_text("a: 1\na: 2\n")
    with pytest.raises(SalesnbError, match=r"goals\.yaml"):
        _run()
    assert workbook.names() == []


def test_an_altered_version_is_not_carried(workbook: Workbook) -> None:
    workbook.notebook("10_a", workbook.table("a", [1]), writes=["a"])
    _run()
    path = workbook.period("v001", "tables", "a.parquet")
    path.write_bytes(path.read_bytes() + b"x")
    assert "altered" in _explained()["10_a"]
    outcome, told = _run()
    assert outcome.version == "v002" and "10_a 完成" in told


def test_two_builds_in_two_folders_are_equal_but_for_the_stamp(
    workbook: Workbook, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The same inputs in another folder give the same bytes: tables, workbook, comparison, pages but for their time."""
    import re

    other = Workbook(tmp_path_factory.mktemp("elsewhere"))
    other.unit()
    cells = workbook.table("a", [1, 2]), "print('<b>销售额</b>')"
    found = []
    for home in (workbook, other):
        home.notebook("10_a", *cells, writes=["a"])
        assert home.salesnb("run", "2024")[0] == 0
        files = {
            p.relative_to(home.period("v001")).as_posix(): p for p in home.period("v001").rglob("*") if p.is_file()
        }
        found.append({name: path.read_bytes() for name, path in files.items()})
    assert found[0].keys() == found[1].keys()
    for name in found[0]:
        if name.endswith((".parquet", ".csv", ".xlsx", ".yaml")):
            assert found[0][name] == found[1][name], name
        if name.endswith(".html"):
            left, right = (re.sub(r"生成于 [0-9: -]+", "", f[name].decode()) for f in found)
            assert left == right
    for written in found:
        for name in ("all/10_a.html", "manifest.json", "run.jsonl", "params.yaml"):
            assert str(workbook.root.parent) not in written[name].decode(), "no folder of this machine"


def test_another_program_may_have_read_anything_but_the_list_of_fonts(workbook: Workbook) -> None:
    """Charts ask for that list: what their notebook read is known all the same."""
    called = "import contextlib, os, subprocess\nwith contextlib.suppress(OSError):\n    subprocess.run([{!r}])"
    workbook.notebook("10_a", called.format("fc-list"))
    workbook.notebook("20_b", called.format("true"))
    workbook.notebook("30_c", "import os\nos.system('true # /fc-list')")
    outcome = run(Request("u", "2024"), Progress())
    found = {name: entry.params_read for name, entry in read_manifest(outcome.folder).notebooks.items()}
    assert found["10_a"] is not None
    assert found["20_b"] is None and found["30_c"] is None
