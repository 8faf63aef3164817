"""pyproject.toml, the lock, the conda file and the notices name the same packages, and each has its reason."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
SPARK = (ROOT / "requirements-spark.lock").read_text(encoding="utf-8")  # half a gigabyte, for who has a Spark
NOTICES = (ROOT / "THIRD_PARTY_NOTICES.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)


def without_reason(text: str) -> list[str]:
    """Requirement lines that do not say in a comment what the package is for."""
    requirements = re.findall(r'^ {4}"[A-Za-z0-9][^\n]*', text, flags=re.MULTILINE)
    lists = [line for line in requirements if re.match(r' {4}"[\w.\[\]-]+\s*([<>=!~;]|")', line)]
    return [line.strip() for line in lists if not re.search(r'",?\s+# \S+ \S+', line)]


def locked(text: str) -> dict[str, Version]:
    """Package → version of a lock."""
    pins = re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^ \\;\n]+)", text, flags=re.MULTILINE)
    return {name: Version(version) for name, version in pins}


def addresses(text: str) -> list[str]:
    """Lines of a lock that would lead somewhere: an address, an index option, a file."""
    pattern = r"://|^\s*(-|--)(i|f|e|r|index|extra|find|trusted)|(?<!\w)(\.{0,2}/|[A-Za-z]:\\)\w| @ "
    return [line for line in text.splitlines() if re.search(pattern, line)]


def unhashed(text: str) -> list[str]:
    """Pins without a hash after them."""
    return re.findall(r"^[a-z0-9][^\n]*==[^\n]*(?<!\\)$", text, flags=re.MULTILINE)


def out_of_step(requirements: list[str], pins: dict[str, Version]) -> list[str]:
    """Requirements the lock does not hold, or holds at a version they refuse."""
    found = []
    for requirement in map(Requirement, requirements):
        pin = pins.get(re.sub(r"[-_.]+", "-", requirement.name).lower())
        if pin is None:
            found.append(f"{requirement.name}: not in the lock; run `make lock`")
        elif not requirement.specifier.contains(pin, prereleases=True):
            found.append(f"{requirement}: the lock has {pin}; run `make lock`")
    return found


def all_requirements() -> list[str]:
    """Everything pyproject.toml asks for: to run, to test, to build."""
    extras: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
    return [
        *PROJECT["project"]["dependencies"],
        *(requirement for names in extras.values() for requirement in names),
        *PROJECT["build-system"]["requires"],
    ]


def test_every_dependency_has_its_reason() -> None:
    assert without_reason(PYPROJECT) == []


def test_every_requirement_is_locked_at_a_version_it_accepts() -> None:
    assert out_of_step(all_requirements(), locked(SPARK) | locked(LOCK)) == []
    assert "pyspark" not in locked(LOCK)


def test_the_lock_leads_nowhere_and_is_hashed() -> None:
    for lock in (LOCK, SPARK):
        assert addresses(lock) == []
        assert unhashed(lock) == []


def test_conda_takes_the_lock_and_the_tested_python() -> None:
    from ruamel.yaml import YAML

    environment: dict[str, Any] = YAML(typ="safe").load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    lowest = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert environment["name"] == PROJECT["project"]["name"]
    assert environment["dependencies"][:2] == [f"python={lowest}", "pip"]
    assert environment["dependencies"][2:] == [{"pip": ["-r requirements.lock"]}]


def test_notices_are_those_of_the_lock() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / ".ci" / "notices.py", "--check"], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", ["pandas", "notojp-matplotlib", "papermill", "duckdb"])
def test_notices_name_what_runs_with_a_licence(name: str) -> None:
    rows = [line for line in NOTICES.splitlines() if line.startswith(f"| {name} |")]
    assert len(rows) == 1
    assert len(rows[0].split("|")[2].strip()) > 2


def test_the_checks_can_fail() -> None:
    good = 'a = [\n    "pandas>=3",   # tables between stages\n]'
    assert without_reason(good) == []
    assert without_reason(good.replace("  # tables between stages", "")) == ['"pandas>=3",']
    assert without_reason('a = [\n    "pandas",\n]') == ['"pandas",']
    pins = locked("pandas==3.1.1 \\\n    --hash=sha256:00\nruamel-yaml==0.19 ; sys_platform == 'win32' \\\n")
    assert pins == {"pandas": Version("3.1.1"), "ruamel-yaml": Version("0.19")}
    assert out_of_step(["pandas>=3", "ruamel.yaml"], pins) == []
    assert len(out_of_step(["pandas<3", "numpy"], pins)) == 2
    for line in ("--index-url x", "-e .", "a @ file", "a==1  # https://x", "    # via /srv/a", "-f wheels"):
        assert addresses(line), line
    assert not addresses("    # via pandas\n    --hash=sha256:00\npandas==3 ; python_version < '4' \\")
    assert unhashed("pandas==3.1\n") == ["pandas==3.1"]
