"""A whole workbook in a temporary folder: one unit, notebooks of a few cells, everything else as shipped."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from salesnb.versions.tables import write_table

ROOT = Path(__file__).resolve().parents[2]
COMPANY = """\
schema: 1
unit: {unit}
name: {{zh: 小公司, en: Tiny Ltd.}}
language: {lang}
today: 2024-07-04
"""
PARAMETERS = 'unit: str = "u"  # unit\nperiod: str = "2024"\nas_of: str = ""\nlang: str = "zh"'


@dataclass
class Workbook:
    """``notebook`` adds one; ``salesnb`` runs the command line in a process of its own."""

    root: Path
    made: dict[str, int] = field(default_factory=dict)

    def unit(self, name: str = "u", lang: str = "zh", more: str = "") -> Path:
        """Write a unit's company.yaml and return its folder."""
        folder = self.root / "params" / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "company.yaml").write_text(COMPANY.format(unit=name, lang=lang) + more, encoding="utf-8")
        (self.root / "notebooks").mkdir(exist_ok=True)
        return folder

    def table(self, name: str, values: Sequence[int]) -> str:
        """A cell that publishes table ``name`` with ``values``."""
        rows = pd.DataFrame({"row_id": [f"r{i}" for i in range(len(values))], "net_minor": list(values)})
        return self.frame(name, rows, ["row_id"])

    def frame(self, name: str, rows: pd.DataFrame, keys: Sequence[str] | None = None) -> str:
        """A cell that publishes ``rows`` as table ``name`` (written beforehand: the kernel needs no pandas)."""
        ready = self.root / "ready" / f"{name}-{len(self.made)}"
        self.made[str(ready)] = 1
        write_table(ready, name, rows, keys)
        return (
            "import os, shutil\n"
            f"for end in ('parquet', 'csv'):\n"
            f"    shutil.copyfile({str(ready / name)!r} + '.' + end,\n"
            f"                    os.path.join(os.environ['SALESNB_STAGE'], 'tables', {name!r} + '.' + end))"
        )

    def notebook(self, name: str, *cells: str, unit: str = "", **stated: Any) -> Path:
        """Write a notebook whose code cells are ``cells``, each below a question in both languages."""
        contract = {"stage": name, "periods": ["year", "month"], "reads": [], "writes": []} | stated
        parameters = contract.pop("parameters", PARAMETERS)
        listed = [_markdown(f"# 标题 {name}\n\n为谁", "zh"), _markdown(f"# Title {name}\n\nfor whom", "en")]
        listed.append(_code(parameters, ["parameters"]))
        for number, source in enumerate(cells, 1):
            listed += [_markdown(f"## 问题{number}", "zh"), _markdown(f"## Question {number}", "en"), _code(source, [])]
        for number, cell in enumerate(listed):
            cell["id"] = f"c{number}"
        data = {"cells": listed, "metadata": {"salesnb": contract}, "nbformat": 4, "nbformat_minor": 5}
        folder = self.root / "params" / unit / "notebooks" if unit else self.root / "notebooks"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.ipynb"
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return path

    @property
    def outputs(self) -> Path:
        """Where versions are published."""
        return self.root / "outputs"

    def period(self, *parts: str) -> Path:
        """A path below the year 2024 of unit u."""
        return self.outputs.joinpath("u", "2024", *parts)

    def manifest(self, version: str = "v001") -> dict[str, Any]:
        """The manifest of a version of 2024."""
        read: dict[str, Any] = json.loads(self.period(version, "manifest.json").read_text(encoding="utf-8"))
        return read

    def names(self) -> list[str]:
        """What stands in the folder of 2024, hidden locks aside."""
        found = self.period()
        return sorted(p.name for p in found.iterdir() if p.name != ".lock") if found.is_dir() else []

    def environment(self) -> dict[str, str]:
        """The environment a command runs in."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("SALESNB_")}
        return kept | {"SALESNB_HOME": str(self.root), "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}

    def start(self, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start ``salesnb ARGUMENTS`` with the environment ``more`` and return its process."""
        return subprocess.Popen(
            [sys.executable, "-m", "salesnb", *arguments],
            env=self.environment() | more,
            cwd=self.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def salesnb(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of ``salesnb ARGUMENTS``."""
        process = self.start(*arguments)
        out, err = process.communicate(timeout=120)
        return process.returncode, out, err


def _markdown(text: str, lang: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {"tags": [lang]}, "source": text}


def _code(text: str, tags: list[str]) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {"tags": tags}, "source": text, "outputs": [], "execution_count": None}
