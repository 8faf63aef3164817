"""Planted anomalies, and Adtributor as the peer: which slices of a table of actual against expected are found.

`python tests/bench/scan_where.py` prints the F1 of exact slices, false alarms on quiet tables and the time of a scan.
Adtributor (Bhagwan et al., NSDI 2014) is written from the paper and lives only here.
"""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Where = tuple[tuple[int, str], ...]
CARDINALITY = (6, 9, 5, 4, 7)
LEAVES = 1340


@dataclass(frozen=True)
class Table:
    dims: list[NDArray[np.str_]]
    expected: NDArray[np.float64]
    actual: NDArray[np.float64]
    sd: NDArray[np.float64]
    truth: frozenset[Where]


def planted(seed: int, causes: int | None = None, depth: int = 3, noise: float = 0.05) -> Table:
    """A sparse table of 1,340 leaves with 1–3 planted slices of 1–3 dimensions, shifted by 20–60 % up or down.

    Leaves are log-normal, their errors independent with an sd of ``noise`` × the geometric mean of leaf and mean leaf.
    A planted slice holds at least four leaves and 1.5 % of the whole, so that it is worth finding.
    """
    rng = np.random.default_rng(seed)
    cells = rng.choice(int(np.prod(CARDINALITY)), LEAVES, replace=False)
    codes = np.array(np.unravel_index(cells, CARDINALITY))
    expected = rng.lognormal(4.0, 1.0, LEAVES)
    sd = noise * np.sqrt(expected * expected.mean())
    factor = np.ones(LEAVES)
    wanted = int(rng.integers(1, 4)) if causes is None else causes
    truth: dict[Where, NDArray[np.bool_]] = {}
    while len(truth) < wanted:
        size = int(rng.integers(1, depth + 1))
        chosen = np.sort(rng.choice(len(CARDINALITY), size, replace=False))
        where = tuple((int(d), f"v{rng.integers(CARDINALITY[d])}") for d in chosen)
        mask = np.all([codes[d] == int(label[1:]) for d, label in where], axis=0)
        if mask.sum() < 4 or expected[mask].sum() < 0.015 * expected.sum():
            continue
        if where in truth or any((mask & other).sum() > 0.5 * min(mask.sum(), other.sum()) for other in truth.values()):
            continue  # a slice inside another one has no name of its own
        truth[where] = mask
        factor[mask] *= 1.0 + rng.choice([-1.0, 1.0]) * rng.uniform(0.2, 0.6)
    actual = expected * factor + rng.normal(0.0, sd)
    return Table([np.array([f"v{c}" for c in row]) for row in codes], expected, actual, sd, frozenset(truth))


def adtributor(table: Table, power: float = 0.67, element: float = 0.1, most: int = 3) -> set[Where]:
    """Per dimension the elements of largest surprise until they explain ``power`` of the change; best dimension."""
    total_f, total_v = table.expected.sum(), table.actual.sum()
    best: tuple[float, set[Where]] = (-1.0, set())
    for d, labels in enumerate(table.dims):
        names, code = np.unique(labels, return_inverse=True)
        f, v = np.bincount(code, table.expected), np.bincount(code, table.actual)
        p, q = np.maximum(f / total_f, 1e-12), np.maximum(v / total_v, 1e-12)
        surprise = 0.5 * (p * np.log(2 * p / (p + q)) + q * np.log(2 * q / (p + q)))
        explains = (v - f) / (total_v - total_f)
        chosen: set[Where] = set()
        sum_power = sum_surprise = 0.0
        for j in np.argsort(-surprise):
            if explains[j] > element:
                chosen.add(((d, str(names[j])),))
                sum_power, sum_surprise = sum_power + explains[j], sum_surprise + surprise[j]
            if sum_power > power or len(chosen) >= most:
                break
        if sum_power > power and sum_surprise > best[0]:
            best = (sum_surprise, chosen)
    return best[1]


def f1(pairs: list[tuple[frozenset[Where], set[Where]]]) -> float:
    """F1 of exactly named slices over all tables."""
    hits = sum(len(truth & found) for truth, found in pairs)
    return 2.0 * hits / sum(len(truth) + len(found) for truth, found in pairs)


def main() -> None:
    from salesnb.methods.scan import scan

    for noise in (0.05, 0.1, 0.2, 0.4):
        for depth in (1, 3):
            tables = [planted(seed, depth=depth, noise=noise) for seed in range(100)]
            begin = time.perf_counter()
            known = [scan(t.dims, t.expected, t.actual, t.sd) for t in tables]
            took = (time.perf_counter() - begin) / len(tables)
            guessed = [scan(t.dims, t.expected, t.actual) for t in tables]
            ours, blind = (
                f1([(t.truth, {s.where for s in r.slices}) for t, r in zip(tables, results, strict=True)])
                for results in (known, guessed)
            )
            peer = f1([(t.truth, adtributor(t)) for t in tables])
            quiet = [planted(seed, 0, noise=noise) for seed in range(100)]
            alarms = sum(bool(scan(t.dims, t.expected, t.actual, t.sd).slices) for t in quiet)
            print(
                f"noise {noise:.2f}, causes of up to {depth} dimensions: scan {ours:.3f} (sd unknown {blind:.3f}), "
                f"Adtributor {peer:.3f}; {1000 * took:.1f} ms a scan; false alarms {alarms} of 100"
            )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main()
