"""The documented ways to run a batch by a scheduler, tried as they stand: cron's bare environment, systemd's check."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.runs.tiny_workbook import ROOT, Workbook

ENGLISH, CHINESE = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("batch.md", "batch.zh-CN.md"))
PLACE = "/srv/salesnb"


def blocks(text: str, kind: str = "") -> list[str]:
    """The code blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


def test_both_languages_say_the_same_commands() -> None:
    assert blocks(ENGLISH, r"\w*") == blocks(CHINESE, r"\w*")
    assert re.findall(r"^#+", ENGLISH, re.MULTILINE) == re.findall(r"^#+", CHINESE, re.MULTILINE)


def test_every_command_is_one_the_program_takes() -> None:
    from salesnb.cli.commands import parser

    found = re.findall(r"salesnb batch ([^>\"\n]+)", ENGLISH)
    assert len(found) >= 5
    for given in found:
        parser("en", "batch").parse_args(["batch", *given.replace("{{ ds[:7] }}", "2024-06").split()])


@pytest.mark.long
@pytest.mark.skipif(shutil.which("flock") is None, reason="needs flock and a POSIX shell")
def test_the_line_for_cron_runs_without_an_environment(tmp_path: Path) -> None:
    workbook = Workbook(tmp_path)
    workbook.unit()
    workbook.notebook("10_a", workbook.table("a", [1]), writes=["a"])
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" "$@"\n', encoding="utf-8")
    python.chmod(0o755)
    (line,) = [row for row in blocks(ENGLISH, "cron")[0].splitlines() if row.startswith("30 ")]
    command = line.split(maxsplit=5)[5].replace(PLACE, str(tmp_path))
    bare = {
        "PATH": "/usr/bin:/bin",
        "HOME": str(tmp_path),
        "LOGNAME": "planner",
        "SHELL": "/bin/sh",
    }  # as cron gives it

    def cron(line: str) -> int:
        return subprocess.run(["/bin/sh", "-c", line], env=bare, cwd="/", timeout=120).returncode

    assert cron(command) == 0, (tmp_path / "batch.log").read_text(encoding="utf-8")
    assert "1 个已是最新" in (tmp_path / "batch.log").read_text(encoding="utf-8")
    with subprocess.Popen(["flock", "-o", str(tmp_path / ".batch.lock"), "sleep", "20"]) as other:
        assert cron(f"sleep 1; {command}") == 1, "yesterday's batch still runs"
        other.terminate()
    workbook.notebook("10_a", "1 / 0", writes=["a"])
    assert cron(command) == 1
    assert cron(command.replace("2024-06", "2024-13")) == 1, "a period that does not exist is a result of its unit"
    assert cron(command.replace("--jobs 2", "--jobs 0")) == 2
    newest = max((tmp_path / "outputs" / "_batches").glob("*/results.json"))
    assert json.loads(newest.read_text(encoding="utf-8"))[0]["state"] == "refused"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_takes_the_units_and_the_calendar(tmp_path: Path) -> None:
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    shutil.copy("/bin/true", tmp_path / ".venv" / "bin" / "python")
    names = []
    for block in blocks(ENGLISH, "ini"):
        name = re.findall(r"^# \S+/(\S+)$", block, re.MULTILINE)[0]
        (tmp_path / name).write_text(block.replace(PLACE, str(tmp_path)), encoding="utf-8")
        names.append(str(tmp_path / name))
    done = subprocess.run(["systemd-analyze", "verify", *names], capture_output=True, text=True)
    assert len(names) == 2 and done.returncode == 0 and not done.stderr, done.stderr
    calendar = re.findall(r"OnCalendar=(.+)", ENGLISH)[0]
    assert subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True).returncode == 0


def test_the_task_for_airflow_is_python_and_tells_success_by_the_exit_code() -> None:
    (source,) = blocks(ENGLISH, "python")
    compile(source, "dag.py", "exec")
    assert "retries=1" in source and "|| true" not in source
