"""The sample company's history as a notebook opens it, and small companies written on the spot."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
TINY = """
unit: {unit}
name: {{zh: 小公司, en: Tiny}}
today: 2024-07-04
sources:
  orders:
    table: sales_lines
    file: data/orders.csv
    columns: {{order_id: 单号, order_date: 日期, product_id: 产品, net: 金额{more}}}
"""


@pytest.fixture(scope="session")
def opened(sample_folders: dict[str, str]) -> Iterator[Callable[..., Any]]:
    """``opened(period, lang)``: the sample's history book, from a copy of its parameters."""
    from salesnb.notebook import history

    with pytest.MonkeyPatch.context() as patched:
        for name, folder in sample_folders.items():
            patched.setenv(name, folder)
        patched.delenv("SALESNB_STAGE", raising=False)
        yield lambda period="2024", lang="zh": history.open("sample", period, lang=lang)


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """``tiny(rows, period, **columns)``: the history book of a company with these order lines.

    A row is (order, day, product, amount, …); ``columns`` maps further columns of sales_lines to headers; ``unit``
    names the company where a test needs several.
    """
    from salesnb.notebook import history

    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.delenv("SALESNB_STAGE", raising=False)

    def make(rows: list[tuple[Any, ...]], period: str, lang: str = "zh", unit: str = "tiny", **columns: str) -> Any:
        folder = tmp_path / "params" / unit
        (folder / "data").mkdir(parents=True)
        head = ",".join(["单号", "日期", "产品", "金额", *columns.values()])
        lines = "\n".join([head, *(",".join(map(str, row)) for row in rows)])
        (folder / "data" / "orders.csv").write_text(lines + "\n", encoding="utf-8")
        more = "".join(f", {name}: {header}" for name, header in columns.items())
        (folder / "company.yaml").write_text(TINY.format(unit=unit, more=more), encoding="utf-8")
        return history.open(unit, period, lang=lang)

    return make


@pytest.fixture
def planner(sample_folders: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """The environment in which a planner starts Jupyter: own settings folders, the checkout, a copy of the sample."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("JUPYTER", "SALESNB_", "PYTEST_"))}
    env.update(sample_folders)
    own = {name: str(tmp_path / name.lower()) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    env.update(own, HOME=str(tmp_path), SALESNB_HOME=str(ROOT), PYTHONPATH=str(ROOT))
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), env.get("PATH", "")])
    return env
