"""``salesnb run`` of a period that is up to date: answered from its seal, and never when anything moved."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from salesnb.__main__ import main
from salesnb.cli import commands
from salesnb.runs import seal
from tests.runs.tiny_workbook import Workbook

RUN = ["run", "2024", "--unit", "u"]


@pytest.fixture
def sealed(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> Workbook:
    """A workbook with one published version; its files are as old as files are on any other day."""
    monkeypatch.chdir(workbook.root)
    workbook.notebook("10_a", workbook.table("a", [1]), writes=["a"])
    (workbook.root / "params" / "u" / "data").mkdir()
    monkeypatch.setattr(seal, "_RACY_SECONDS", 0.0)
    assert main(RUN) == 0
    return workbook


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Commands that were not answered from a seal."""
    seen: list[list[str]] = []
    monkeypatch.setattr(commands, "command", lambda arguments: seen.append(arguments) or 0)
    return seen


def test_what_is_up_to_date_is_said_from_the_seal(
    sealed: Workbook, asked: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main(RUN) == 0 and not asked
    told = capsys.readouterr()
    assert told.out == "u 2024：没有变化，v001 仍是最新版。outputs/u/2024/v001/all/10_a.html\n"
    assert told.err == "u 2024：开始\n"
    for other in (
        ["--lang", "en"],
        ["--verify"],
        ["--force"],
        ["--only", "10_a"],
        ["--explain"],
        ["--as-of", "2024-06-30"],
    ):
        main([*RUN, *other])
    assert len(asked) == 6, "another question is another command"


MOVED = ("params/u/company.yaml", "notebooks/10_a.ipynb", "outputs/u/2024/v001/tables/a.parquet",
         "outputs/u/2024/v001/manifest.json")  # fmt: skip
CAME = ("params/u/goals.yaml", "params/u/data/new.csv", "params/u/notebooks/15_own.ipynb", "notebooks/20_b.ipynb",
        "outputs/u/2024/v002/manifest.json", "outputs/u/2024H1/v001/manifest.json")  # fmt: skip


def test_a_changed_template_makes_the_pages_again_and_runs_nothing(
    sealed: Workbook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A template, a style sheet or a script is no program of a notebook: only what they shape is made again."""
    from salesnb.runs import fingerprint

    hashed = fingerprint._code
    monkeypatch.setattr(fingerprint, "_code", lambda memo: hashed(memo) | {"report/templates/page.html.j2": "other"})
    monkeypatch.setattr(seal, "answered", lambda arguments: False)  # a changed file would break the seal
    assert main([*RUN, "--explain"]) == 0
    assert "只有页面需要重做" in capsys.readouterr().out
    assert main(RUN) == 0
    told = capsys.readouterr()
    assert "已发布 v002，较上一版变动 0 格" in told.out
    assert "10_a 沿用 v001" in told.err and "运行中" not in told.err


def test_a_file_that_moved_or_came_asks_for_the_check(sealed: Workbook, asked: list[list[str]]) -> None:
    for number, where in enumerate(MOVED, 1):
        path = sealed.root / where
        facts = path.stat()
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns + 1))
        main(RUN)
        assert len(asked) == number, where
        os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    for number, where in enumerate(CAME, len(MOVED) + 1):
        path = sealed.root / where
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
        main(RUN)
        assert len(asked) == number, where
        path.unlink()
        if path.name == "manifest.json":
            path.parent.rmdir()
    main(RUN)
    assert len(asked) == len(MOVED) + len(CAME), "back as it was"


def test_a_file_that_went_another_environment_and_another_day_ask_for_the_check(
    sealed: Workbook, asked: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as other:
        other.setenv("SALESNB_FONT", "x.ttf")
        main(RUN)
    with monkeypatch.context() as other:
        other.setattr(seal, "_packages", lambda: iter(["pandas-9.dist-info"]))
        main(RUN)
    assert len(asked) == 2
    main(RUN)
    assert len(asked) == 2, "back as it was"
    (sealed.root / "outputs" / "index.html").unlink()
    main(RUN)
    assert len(asked) == 3


def test_the_seal_ends_with_the_companys_day(workbook: Workbook) -> None:
    from salesnb.model.params import load_unit

    company = load_unit("u").company
    assert seal._day(company) == (0.0, float("inf")), "company.yaml fixes the day"
    since, until = seal._day(company.model_copy(update={"today": None}))
    assert since <= time.time() < until and 22 * 3600 < until - since < 26 * 3600


def test_no_password_is_in_a_seal(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    (workbook.outputs / "u").mkdir(parents=True)
    before = seal.taken("u", "2024", [])
    monkeypatch.setenv("SALESNB_CHAT_KEY", "hunter2")
    assert "hunter2" not in seal.taken("u", "2024", []) != before


def test_what_changed_just_now_is_not_sealed(workbook: Workbook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal, "_RACY_SECONDS", 3600.0)
    workbook.notebook("10_a", "pass")
    assert main(RUN) == 0
    assert not list(workbook.outputs.glob(".work/seals/*"))


def test_nothing_heavy_is_imported_for_the_answer(sealed: Workbook) -> None:
    import subprocess
    import sys

    code = "import sys; from salesnb.__main__ import main; main(sys.argv[1:]); print(*sys.modules, sep='\\n')"
    environment = os.environ | {"PYTHONPATH": str(Path(seal.__file__).parents[2])}
    command = [sys.executable, "-c", code, *RUN]
    done = subprocess.run(command, env=environment, cwd=sealed.root, capture_output=True, text=True)
    assert "没有变化" in done.stdout, done.stdout + done.stderr
    loaded = set(done.stdout.split())
    assert not loaded & {
        "argparse",
        "pydantic",
        "ruamel.yaml",
        "pandas",
        "numpy",
        "json",
        "salesnb.model.errors",
        "zoneinfo",
    }
