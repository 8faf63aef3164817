"""A company nobody has described yet: an export, ``init``, and every notebook has its page, in plan and in review."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HEAD = ["单号", "订单日期", "产品", "金额"]
Rows = list[list[str]]


def bare(draw: random.Random, number: int) -> list[str]:
    """An order line: no region, no customer, nobody who sold it."""
    year, month = 2021 + number % 3, draw.randint(1, 12)
    return [f"D{number:04d}", f"{year}-{month:02d}-{draw.randint(1, 28):02d}", f"P{draw.randint(1, 6)}",
            f"{draw.randint(100, 9000)}.00"]  # fmt: skip


def with_regions(draw: random.Random, number: int) -> list[str]:
    return [*bare(draw, number), f"区{draw.randint(1, 4)}", f"客户{draw.randint(1, 40)}"]


def with_sellers(draw: random.Random, number: int) -> list[str]:
    """Sellers without teams who sell in several regions, and lines that name none."""
    return [*with_regions(draw, number), draw.choice(["王一", "李二", "张三", ""])]


SHAPES: dict[str, tuple[list[str], Callable[[random.Random, int], list[str]]]] = {
    "bare": (HEAD, bare),
    "regions": ([*HEAD, "区域", "客户"], with_regions),
    "sellers": ([*HEAD, "区域", "客户", "业务员"], with_sellers),
}


@pytest.fixture(
    params=["sellers", pytest.param("bare", marks=pytest.mark.long), pytest.param("regions", marks=pytest.mark.long)]
)
def fresh(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A unit made by ``init`` from one export of three years."""
    from salesnb.__main__ import main

    monkeypatch.setenv("SALESNB_PARAMS", str(tmp_path / "params"))
    monkeypatch.setenv("SALESNB_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.setenv("SALESNB_STAGE", str(tmp_path / "stage"))
    head, line = SHAPES[request.param]
    draw = random.Random(7)
    rows = [line(draw, number) for number in range(600)]
    export = tmp_path / "订单.csv"
    export.write_text("\n".join(",".join(row) for row in [head, *rows]) + "\n", encoding="utf-8")
    assert main(["init", "fresh", str(export)]) == 0
    return "fresh"


def pages(unit: str, period: str, as_of: str) -> dict[str, str]:
    """What every notebook that serves ``period`` says in its first line, its cells run here one after another."""
    said = {}
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        book = json.loads(path.read_text(encoding="utf-8"))
        stated = book["metadata"]["salesnb"]
        kind, mode = {4: ("year", "plan"), 7: ("month", "review")}[len(period)]
        if kind not in stated["periods"] or stated.get("when", mode) != mode:
            continue
        names: dict[str, Any] = {"unit": unit, "period": period, "as_of": as_of, "lang": "zh"}
        for cell in book["cells"]:
            tags = cell["metadata"].get("tags", [])
            if cell["cell_type"] == "code" and not {"parameters", "interactive"} & set(tags):
                exec("".join(cell["source"]), names)
        said[path.stem] = names["book"].headline
    return said


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_every_notebook_has_its_page(fresh: str) -> None:
    planned = pages(fresh, "2024", "2023-12-31")
    assert set(planned) >= {"10_history", "20_feasibility", "30_decomposition", "40_action_plan"}
    assert all(planned.values())
    reviewed = pages(fresh, "2023-11", "2023-12-05")
    assert "50_review" in reviewed and all(reviewed.values())
