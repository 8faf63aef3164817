"""The worked cases, outside the repository (SALESNB_CASES, else ../shared/cases), as a planner's rules and cells."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from salesnb.model.params.decomposition import Rule
from salesnb.stages.decomposition import Cube, Plan, Problem

ROOT = Path(__file__).resolve().parents[2]


def load(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is given and what is expected of case ``name``; skips where the cases are absent."""
    folder = Path(os.environ.get("SALESNB_CASES") or ROOT.parent / "shared" / "cases").resolve()
    if not folder.is_dir():
        pytest.skip(f"no worked cases at {folder}; set SALESNB_CASES to their folder")
    case = YAML(typ="safe").load((folder / f"{name}.yaml").read_text(encoding="utf-8"))
    return case["given"], case["expect"]


MONTHS = [f"2024-{month:02d}" for month in range(1, 13)]
WAN = 10_000
# seed of the shuffle, unit, what names become
VARIANTS = [(0, 1, ""), (1, 1, "x"), (2, 1000, "节点"), (3, 7, "ю")]


class World:
    """A company whose dimensions are independent last year, with names and amounts disguised."""

    def __init__(self, seed: int, unit: int, prefix: str) -> None:
        self.rng, self.unit, self.prefix = np.random.default_rng(seed), unit, prefix
        self.rules: list[Rule] = []

    def name(self, node: str) -> str:
        return f"{self.prefix}{node}"

    def cube(self, total: float, **shares: dict[str, float]) -> Cube:
        cells = pd.DataFrame({"month": MONTHS, "start": total * WAN * 100 * self.unit / 12})
        for column, share in shares.items():
            side = pd.DataFrame({column: [self.name(node) for node in share], "part": list(share.values())})
            cells = cells.merge(side, how="cross")
            cells["start"] *= cells.pop("part")
        cells["start"] = cells["start"].round().astype("int64")
        return Cube.of(cells.sample(frac=1.0, random_state=int(self.rng.integers(1000))))

    def rule(self, rule_id: str, where: dict[str, Any] | None = None, **said: Any) -> None:
        chosen = {
            key: [self.name(node) for node in ([nodes] if isinstance(nodes, str) else nodes)]
            if key not in ("quarter", "month")
            else nodes
            for key, nodes in (where or {}).items()
        }
        if "amount_of" in said:
            said |= {"amount": "sales", "is": said.pop("amount_of") * WAN * self.unit}
        self.rules.append(Rule.model_validate({"id": rule_id, "text": rule_id, "where": chosen} | said))

    def problem(self, cube: Cube, grain: int = WAN * 100) -> Problem:
        order = self.rng.permutation(len(self.rules))
        return Problem(cube, [self.rules[at] for at in order], grain * self.unit)

    def wan(self, minor: float) -> float:
        """An amount in 万元 of the case."""
        return minor / (WAN * 100 * self.unit)


def coherent(plan: Plan) -> bool:
    return int(plan.ledger["fault_count"].sum()) == 0


def status(plan: Plan) -> dict[str, str]:
    return dict(zip(plan.rules["rule_id"], plan.rules["status"], strict=True))
