"""Calibration on generated companies with known truth: what was said against what the true law gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast import Outlook, Reliability, backtest, fit, joint_totals, outlook, reliability
from salesnb.methods.reconcile import Tree
from tests.bench.forecast_panels import Company, generated_company

Array = NDArray[np.float64]

MULTIPLES = np.arange(0.7, 1.61, 0.05)
DRAWS = 1000


@dataclass(frozen=True)
class Calibration:
    """Mean coverage of nominal 80 % intervals of the company's total: its ``own``, from ``joint`` draws of the cells,
    from the same cells drawn ``alone``; ``levels`` (3,) over all nodes by depth. ``chances`` of the totals of every
    node to reach 70 … 160 % of last year against the true chance, all nodes and by depth."""

    own: float
    joint: float
    alone: float
    levels: Array
    chances: Reliability
    by_depth: tuple[Reliability, ...]

    @property
    def largest_miss(self) -> float:
        """Largest gap of ten bins between the mean chance said and the share that came."""
        return float(np.nanmax(np.abs(self.chances.came - self.chances.said)))


def calibrate(
    companies: int, first_seed: int = 0, futures: int = 100, make: Callable[[int, int], Company] = generated_company
) -> Calibration:
    """Forecast that many companies of ``make`` and hold the outlooks against ``futures`` true continuations each."""
    cover: list[tuple[float, float, float]] = []
    rows: list[Array] = []
    inside: list[Array] = []
    for seed in range(first_seed, first_seed + companies):
        company = make(seed, futures)
        tree = Tree(company.parent)
        past = tree.add_up_history(company.leaves)
        future = tree.add_up(company.futures.sum(2))
        view = outlook(fit(past, tree), backtest(past, tree))
        view = replace(view, chance_given=view.interval_given)
        low, high = view.interval(0.80)
        held = ((future >= low[:, None]) & (future <= high[:, None])).mean(1)
        inside.append(np.stack([tree.depth, held], 1)[view.interval_given])
        cover.append((float(held[0]), *_from_cells(view, future[0], seed)))
        rows.append(_chances(view, future))
    said, came, depth = np.concatenate(rows).T
    levels = np.concatenate(inside)
    own, joint, alone = np.mean(cover, axis=0)
    return Calibration(
        own=float(own),
        joint=float(joint),
        alone=float(alone),
        levels=np.array([levels[levels[:, 0] == d, 1].mean() for d in range(3)]),
        chances=reliability(said, came),
        by_depth=tuple(reliability(said[depth == d], came[depth == d]) for d in range(3)),
    )


def _from_cells(view: Outlook, future: Array, seed: int) -> tuple[float, float]:
    """Coverage of the total by joint draws, and by the same cells' draws shuffled apart."""
    draws = joint_totals(view, DRAWS, seed)
    cells = np.nan_to_num(draws[view.fit.tree.leaves])
    alone = np.random.default_rng(seed).permuted(cells, axis=1).sum(0)
    return covered(draws[0], future), covered(alone, future)


def covered(draws: Array, future: Array) -> float:
    """Share of the true futures inside the central 80 % of ``draws``."""
    low, high = np.quantile(draws, [0.1, 0.9])
    return float(((future >= low) & (future <= high)).mean())


def _chances(view: Outlook, future: Array) -> Array:
    """Rows (chance said, true chance, depth) of all nodes and targets that have a chance."""
    target = view.naive[:, None] * MULTIPLES
    said = view.attain(target)
    came = (future[:, :, None] >= target[:, None, :]).mean(1)
    depth = np.broadcast_to(view.fit.tree.depth[:, None], said.shape)
    use = np.isfinite(said) & np.isfinite(target)
    return np.stack([said[use], came[use], depth[use].astype(float)], 1)
