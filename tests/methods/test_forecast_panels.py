"""The goals of the engine on panels it was not tuned to, and calibration where the truth is known.

Constants were estimated on these panels' families (``tests/bench/forecast_constants.py``); fresh seeds are used here.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from salesnb.methods.forecast import fit, outlook, student, window
from salesnb.methods.forecast.scale import DF
from tests.bench.forecast_bench import landed, mase
from tests.bench.forecast_companies import calibrate
from tests.bench.forecast_market import market_company
from tests.bench.forecast_panels import generated_series, large_company, last_window, real_panel


def given(past: np.ndarray, future: np.ndarray) -> np.ndarray:
    """Chance given to a total at or below the one that came."""
    view = window(fit(past), 0, 12)
    return student.cdf(view.standard(future.sum(1)[:, None])[view.open, 0], DF)


def coverage(past: np.ndarray, future: np.ndarray, level: float) -> float:
    return float((np.abs(given(past, future) - 0.5) <= level / 2).mean())


@pytest.mark.real
@pytest.mark.parametrize(("name", "goal"), [("m3", -0.20), ("tourism", -0.08)])
def test_real_panels_at_36_months(real_data: Path, name: str, goal: float) -> None:
    if not (real_data / "panels").is_dir():
        pytest.skip(f"no panels in {real_data}")
    panel = real_panel(real_data, name)
    for back in (0, 12, 24):
        past, future = last_window(panel, 36, 12, back)
        fitted = fit(past)
        assert mase(future, fitted.months, past) / mase(future, fitted.naive, past) - 1 <= goal
        assert 0.76 <= coverage(past, future, 0.80) <= 0.88
        assert 0.90 <= coverage(past, future, 0.95) <= 0.99
    middle = np.mean([given(*last_window(panel, 36, 12, back)).mean() for back in (0, 12, 24)])
    assert 0.46 <= middle <= 0.54, "as often above its middle as below"


@pytest.mark.real
def test_real_panels_landing(real_data: Path) -> None:
    if not (real_data / "panels").is_dir():
        pytest.skip(f"no panels in {real_data}")
    misses, held = [], {k: [] for k in (1, 3, 6, 9, 11)}
    for name in ("m3", "tourism"):
        past, future = last_window(real_panel(real_data, name), 36)
        positive = (past > 0).all(1) & (future.sum(1) > 0)
        past, future = past[positive], future[positive]
        misses.append(landed(past, future, 3)[0])
        for known, inside in held.items():
            inside.append(landed(past, future, known)[1])
    miss = np.concatenate(misses, axis=1).mean(1)
    assert miss[0] <= 0.80 * miss[1]
    assert miss[0] <= 0.60 * miss[2]
    for inside in held.values():
        assert 0.75 <= np.concatenate(inside).mean() <= 0.86


@pytest.mark.parametrize("months", [36, 60])
def test_generated_series(months: int) -> None:
    past, future = generated_series(4242 + months, 600, months)
    fitted = fit(past)
    assert mase(future, fitted.months, past) < 0.86 * mase(future, fitted.naive, past)
    assert 0.76 <= coverage(past, future, 0.80) <= 0.88
    early = outlook(fit(past[:, :-3], steps=15), skip=3)
    low, high = early.interval(0.80)
    total = np.hstack([past[:, -3:], future])[:, 3:].sum(1)
    assert 0.65 <= np.mean((total >= low) & (total <= high)) <= 0.88


def test_companies_with_known_truth_and_the_wrong_way_beside() -> None:
    found = calibrate(12, first_seed=90_000, futures=60, make=large_company)
    assert 0.70 <= found.own <= 0.92
    assert 0.70 <= found.joint <= 0.92
    assert found.alone < min(0.70, found.joint - 0.10), "cells drawn apart must fail"


@pytest.mark.long
def test_500_companies_with_known_truth() -> None:
    found = calibrate(500, first_seed=10_000)
    assert 0.76 <= found.own <= 0.84
    assert found.joint >= 0.78
    assert found.alone < found.joint - 0.04
    assert found.levels[1:].min() >= 0.70 and found.levels[1:].max() <= 0.90
    assert found.largest_miss <= 0.05
    assert found.chances.brier < 0.5 * found.chances.brier_naive


@pytest.mark.long
def test_500_companies_of_another_mechanism() -> None:
    """Customers who come, order and leave: nothing of the engine was tuned to them, and these seeds were drawn once.

    Measured: 78.7 % of totals, 79.5 % of regions and 75.3 % of people inside the 80 % interval; chances miss by at most
    3.4 points of ten bins. Independent cells do no harm here (78.8 %): people's luck with customers is their own; the
    wrong way fails where cells share growth (``large_company``).
    """
    found = calibrate(500, first_seed=700_000, make=market_company)
    assert 0.76 <= found.own <= 0.84
    assert found.joint >= 0.78
    assert found.levels[1:].min() >= 0.70 and found.levels[1:].max() <= 0.90
    assert found.largest_miss <= 0.05
    assert found.chances.brier < 0.5 * found.chances.brier_naive
