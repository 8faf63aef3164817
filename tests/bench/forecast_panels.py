"""Monthly panels to judge forecasts by: two real ones where present, and generated ones whose truth is known.

A generated world keeps its state at the end of the history, so that many futures of the same history can be drawn and
the true chance of any total counted. Nothing here is tuned to the engine: wide ranges, drawn once from a seed.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.reconcile import Tree

Array = NDArray[np.float64]
Index = NDArray[np.intp]

YEAR = 12
REAL = {"m3": "M3_monthly.csv.gz", "tourism": "tourism_monthly.csv.gz"}


def real_panel(folder: Path, name: str) -> list[Array]:
    """All series of one real panel (``REAL``) in ``folder``/panels, each as long as it is."""
    series: dict[str, list[float]] = {}
    with gzip.open(folder / "panels" / REAL[name], "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            series.setdefault(row["series"], []).append(float(row["y"]))
    return [np.array(values) for values in series.values()]


def last_window(panel: list[Array], months: int, ahead: int = YEAR, back: int = 0) -> tuple[Array, Array]:
    """History (n, months) and outcome (n, ahead) that end ``back`` months before each series does."""
    need = months + ahead + back
    block = np.array([s[len(s) - need : len(s) - back] for s in panel if len(s) >= need])
    return block[:, :months], block[:, months:]


def _log_uniform(rng: np.random.Generator, low: float, high: float, size: int) -> Array:
    return np.exp(rng.uniform(np.log(low), np.log(high), size))


def _season(rng: np.random.Generator, size: int) -> Array:
    """Log season (size, 12): a wave plus free months, amplitude between 3 and 45 %."""
    month = np.arange(YEAR)
    phase = rng.uniform(0, 2 * np.pi, (size, 1))
    shape = np.sin(2 * np.pi * month / YEAR + phase) + 0.6 * rng.normal(size=(size, YEAR))
    shape -= shape.mean(1, keepdims=True)
    return _log_uniform(rng, 0.03, 0.45, size)[:, None] * shape / shape.std(1, keepdims=True)


def _walk(rng: np.random.Generator, drift: Array, shock: Array, months: int) -> Array:
    """Log levels (n, months): yearly ``drift`` plus monthly random steps of sd ``shock``."""
    return np.cumsum(drift[:, None] / YEAR + shock[:, None] * rng.normal(size=(len(drift), months)), 1)


def generated_series(seed: int, size: int, months: int, ahead: int = YEAR) -> tuple[Array, Array]:
    """Independent series: random walk with drift that fades or turns, season, noise, outliers, level shifts."""
    rng = np.random.default_rng(seed)
    total = months + ahead
    drift = rng.normal(0.03, 0.10, size)
    level = _walk(rng, drift, _log_uniform(rng, 0.003, 0.05, size), total)
    level -= np.where(rng.random(size) < 0.4, drift, 0.0)[:, None] * np.maximum(np.arange(total) - months / 2, 0) / YEAR
    jumps = (rng.random((size, total)) < 0.004) * rng.normal(0, 0.2, (size, total))
    noise = _log_uniform(rng, 0.02, 0.30, size)[:, None] * rng.standard_t(6, (size, total)) / np.sqrt(1.5)
    odd = np.where(rng.random((size, total)) < 0.006, rng.normal(0, 0.6, (size, total)), 0.0)
    logs = level + np.cumsum(jumps, 1) + _season(rng, size)[:, np.arange(total) % YEAR] + noise + odd
    y = np.exp(np.clip(logs, -8, 8)) * _log_uniform(rng, 1e3, 1e6, size)[:, None]
    return y[:, :months], y[:, months:]


@dataclass(frozen=True)
class Company:
    """A generated company: leaf histories (n, T), ``parent`` of all nodes (leaves last), future leaf totals."""

    parent: Index
    leaves: Array
    futures: Array


def _drifting(rng: np.random.Generator, sd: float, shape: tuple[int, ...], start: Array | None = None) -> Array:
    """Monthly growth that wanders around none with yearly sd ``sd``, half of it gone after a year; time last."""
    keep = 0.5 ** (1 / YEAR)
    now = rng.normal(size=shape[:-1]) if start is None else np.broadcast_to(start, shape[:-1]).copy()
    out = np.empty(shape)
    for month in range(shape[-1]):
        now = keep * now + np.sqrt(1 - keep**2) * rng.normal(size=shape[:-1])
        out[..., month] = now
    return out * sd / YEAR


class _World:
    """State and law of one generated company; levels of growth and shocks are shared company > region > cell."""

    def __init__(self, rng: np.random.Generator, regions_of: tuple[int, int], cells_of: tuple[int, int]) -> None:
        self.rng = rng
        regions = int(rng.integers(*regions_of))
        self.region = np.repeat(np.arange(regions), rng.integers(*cells_of, regions))
        self.count = (1, regions, len(self.region))
        limits = ((0.004, 0.03), (0.004, 0.03), (0.005, 0.05))
        self.shock = [float(_log_uniform(rng, low, high, 1)[0]) for low, high in limits]
        self.season = _season(rng, 1) + 0.5 * _season(rng, regions)[self.region] + 0.3 * _season(rng, self.count[2])
        self.noise = _log_uniform(rng, 0.04, 0.30, self.count[2])
        self.common = float(_log_uniform(rng, 0.005, 0.05, 1)[0])
        self.size = np.exp(rng.normal(0, 1.0, self.count[2])) * 1e5
        self.rare = rng.random(self.count[2]) < 0.1
        self.growth = [np.zeros((n, 1)) for n in self.count]

    def levels(self, draws: int, months: int) -> Array:
        """Log level steps (cells, draws, months); the growth of each node goes on from where it stands."""
        total = np.full((self.count[2], draws, months), 0.04 / YEAR)
        for depth, sd in enumerate((0.08, 0.05, 0.08)):
            growth = _drifting(self.rng, sd, (self.count[depth], draws, months), self.growth[depth])
            self.growth[depth] = growth[:, :1, -1] * YEAR / sd
            part = growth + self.shock[depth] * self.rng.normal(size=growth.shape)
            total += (part, part[self.region] if depth == 1 else part, part)[depth]
        return np.cumsum(total, 2)

    def sales(self, level: Array, first: int) -> Array:
        """Sales (cells, draws, months) at log levels, from month number ``first``; some cells sell rarely."""
        month = (first + np.arange(level.shape[2])) % YEAR
        logs = level + self.season[:, None, month] + self.common * self.rng.normal(size=(1, *level.shape[1:]))
        value = self.size[:, None, None] * np.exp(logs + self.noise[:, None, None] * self.rng.normal(size=level.shape))
        return np.where(self.rare[:, None, None], value * self.rng.poisson(1.5, level.shape) / 1.5, value)


def generated_company(
    seed: int,
    futures: int = 200,
    ahead: int = YEAR,
    regions_of: tuple[int, int] = (2, 7),
    cells_of: tuple[int, int] = (2, 6),
) -> Company:
    """Company → regions → cells with growth, shocks and noise shared at each level; some cells start late, some sell
    rarely. ``futures`` (cells, futures, ahead) go on from the true state: draws from the true predictive law.
    ``regions_of``, ``cells_of`` (of a region): lowest number and the one above the highest."""
    rng = np.random.default_rng(seed)
    months = int(rng.choice([36, 48, 60]))
    world = _World(rng, regions_of, cells_of)
    for depth, count in enumerate(world.count):
        world.growth[depth] = rng.normal(size=(count, 1))
    past = world.levels(1, months)
    history = world.sales(past, 0)[:, 0]
    begins = np.where(rng.random(len(history)) < 0.15, rng.integers(3, months - 3, len(history)), 0)
    history[np.arange(months)[None, :] < begins[:, None]] = np.nan
    coming = past[:, :, -1:] + world.levels(futures, ahead)
    parent = np.concatenate([[-1], np.zeros(world.count[1], int), 1 + world.region])
    return Company(parent, history, world.sales(coming, months))


def large_company(seed: int, futures: int = 200) -> Company:
    """A :func:`generated_company` of 40 to 120 cells, as a company of many people has them."""
    return generated_company(seed, futures, regions_of=(5, 9), cells_of=(8, 16))


def sales_tree(folder: Path, name: str) -> tuple[Tree, Array]:
    """Tree region → category (→ subcategory) of a real company in ``folder`` and monthly sales of its leaves."""
    import pandas as pd

    if name == "superstore_cn":
        lines = pd.read_csv(folder / name / "订单_2014_2017.csv", keep_default_na=False)
        month, keys, amount = lines["订单日期"].str[:7], ["地区", "类别", "子类别"], "销售额"
    else:
        lines = pd.read_csv(folder / name / "order_lines.csv.gz", keep_default_na=False, low_memory=False)
        month, keys, amount = lines["sales_month"].str[:7], ["region", "category"], "amount"
    whole = (month < "2014") | (name == "superstore_cn")
    months = pd.period_range(month[whole].min(), month[whole].max(), freq="M").astype(str)
    cube = lines[whole].pivot_table(index=keys, columns=month[whole], values=amount, aggfunc="sum")
    cube = cube.reindex(columns=months).fillna(0.0).sort_index()
    place: dict[tuple[str, ...], int] = {(): 0}
    parent = [-1]
    for depth in range(1, len(keys) + 1):
        for key in sorted({tuple(row[:depth]) for row in cube.index}):
            place[key] = len(parent)
            parent.append(place[key[:-1]])
    tree = Tree(parent)
    order = [key for key, at in place.items() if tree.is_leaf[at]]
    return tree, cube.loc[order].to_numpy(float)
