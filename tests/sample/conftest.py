"""The sample company, built in memory once for each seed, and its exports written once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from salesnb.intake.sample import STORIES, company, effects, exports, generate, orders

HERE = Path(__file__).parent
EXPECTED: dict[str, Any] = yaml.safe_load((HERE / "expectations.yaml").read_text(encoding="utf-8"))
SEED = 20240101


@dataclass(frozen=True)
class Built:
    """One seed's company: its world, its base lines, and its lines with any set of stories."""

    world: orders.World
    base: pd.DataFrame

    def sold(self, *without: str) -> pd.DataFrame:
        """Lines and returns with all stories but ``without``."""
        return _sold(self.world.seed, frozenset(STORIES) - set(without))

    def plain(self) -> pd.DataFrame:
        """Lines and returns without any story."""
        return _sold(self.world.seed, frozenset())


@cache
def built(seed: int) -> Built:
    """The company of ``seed``; built once a session."""
    world = company.build(seed)
    return Built(world, orders.base_lines(world))


@cache
def _sold(seed: int, planted: frozenset[str]) -> pd.DataFrame:
    one = built(seed)
    return effects.lines(one.world, one.base, planted)


@pytest.fixture(params=EXPECTED["seeds"], ids=str)
def sample(request: pytest.FixtureRequest) -> Built:
    """The company for each of the seeds tried."""
    return built(request.param)


@pytest.fixture
def shipped() -> Built:
    """The company for the seed that params/sample names."""
    return built(SEED)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exports of the shipped seed with every story."""
    target = tmp_path_factory.mktemp("sample") / "数据"
    generate(target, SEED)
    return target


@pytest.fixture
def expected() -> dict[str, Any]:
    """What a report should find."""
    return EXPECTED


@pytest.fixture
def exported(shipped: Built) -> pd.DataFrame:
    """The order lines under their Chinese headers, before any data error."""
    return exports.order_lines(shipped.world, shipped.sold())
