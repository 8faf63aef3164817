"""Where a deviation sits: the slices of up to three dimensions that explain actual against expected best.

Greedy likelihood-ratio scan. Leaves of a slice share one relative shift d, actual = expected · (1 + d) + error with a
known standard deviation per leaf; where slices overlap their shifts multiply. The slice with the largest log likelihood
ratio less a price for its number of dimensions and for the number of slices it was picked from is taken, all shifts are
fitted again together, slices that another one now explains better are exchanged, and the search goes on until no slice
is worth its price. The prices keep chance out: without any deviation a slice is named in fewer than one of a hundred
scans.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

PRICE = (6.0, 7.0, 9.0, 11.0)  # by number of dimensions, beside the log of the number of slices to choose from
LEAST_SHARE = 0.05  # of the whole deviation or of the largest finding; less is true perhaps, but not worth a line
PASSES = 3
SWEEPS = 20


@dataclass(frozen=True)
class Slice:
    """One finding.

    where: (dimension number, label) pairs, ascending; none = everywhere. shift: fitted relative shift of its leaves
    beside the other findings. score: log likelihood ratio beyond its price when picked. expected, actual: sums over its
    leaves. deviation: actual − expected of the leaves that no narrower finding claims; the deviations of all findings
    and the rest add up to the whole, exactly for whole amounts. leaves: (leaves,) mask in the order given.
    """

    where: tuple[tuple[int, str], ...]
    shift: float
    score: float
    expected: float
    actual: float
    deviation: float
    leaves: NDArray[np.bool_]


@dataclass(frozen=True)
class Scan:
    """Findings, largest absolute deviation first; total: actual − expected of all leaves; rest: what is not claimed."""

    slices: tuple[Slice, ...]
    total: float
    rest: float


@dataclass(frozen=True)
class _Lattice:
    """Every slice numbered 0…, coarse before fine and by label within; ids: (leaves, cuboids) slice of each leaf."""

    ids: Codes
    cuboid: NDArray[np.intp]  # (slices,) number of the cuboid
    dims: tuple[tuple[int, ...], ...]  # per cuboid
    price: Floats  # (slices,)


def scan(
    dims: Sequence[ArrayLike],
    expected: ArrayLike,
    actual: ArrayLike,
    sd: ArrayLike | None = None,
    depth: int = 3,
    most: int = 5,
) -> Scan:
    """Slices that explain ``actual`` against ``expected``, (leaves,) both; whole amounts stay whole in the result.

    dims: label arrays, (leaves,) each; a leaf is one combination. sd: (leaves,) > 0 standard deviation of a leaf's
    usual error (default :func:`usual_sd`). depth: most dimensions of a slice, up to 3. most: most findings. The result
    does not depend on the order of the leaves; ties go to fewer dimensions, then by dimension number, then by label.
    Raises ValueError for missing figures, an sd that is not positive, other lengths or a depth beyond 3.
    """
    f, v = np.asarray(expected), np.asarray(actual)
    labels = [np.asarray(dim, dtype=np.str_) for dim in dims]
    if not 1 <= depth <= 3 or any(len(dim) != len(f) for dim in labels) or len(f) != len(v):
        raise ValueError("depth is 1 to 3; dimensions, expected and actual have one entry for each leaf")
    if not (np.isfinite(f).all() and np.isfinite(v).all()):
        raise ValueError("a figure is missing; it is not zero")
    if not len(f):
        return Scan((), 0, 0)
    spread = usual_sd(f, v) if sd is None else np.asarray(sd, dtype=np.float64)
    if len(spread) != len(f) or not (np.isfinite(spread) & (spread > 0)).all():
        raise ValueError("a leaf's standard deviation is missing or not positive")
    codes = [np.unique(dim, return_inverse=True)[1].astype(np.int64) for dim in labels]
    order = np.lexsort((np.asarray(v, dtype=np.float64), np.asarray(f, dtype=np.float64), *codes[::-1]))
    lattice = _lattice([code[order] for code in codes], depth)
    search = _Search(lattice, f[order].astype(np.float64), v[order].astype(np.float64), spread[order])
    found = search.run(most)
    back = np.empty(len(order), dtype=np.intp)
    back[order] = np.arange(len(order))
    findings = [
        _Finding(j, score, float(d), search.mask(j)[back])
        for (j, score), d in zip(found, search.shifts(found), strict=True)
    ]
    return _report(findings, lattice, labels, f, v)


def usual_sd(expected: ArrayLike, actual: ArrayLike) -> Floats:
    """(leaves,) standard deviation c · expectedᵍ of a leaf's error, g between ½ (counts) and 1 (rates).

    Fitted by medians, so that slices which deviate do not count as long as they hold a minority of the leaves. Leaves
    without expectation get that of the smallest one.
    """
    f, v = np.asarray(expected, dtype=np.float64), np.asarray(actual, dtype=np.float64)
    size = np.abs(f)
    some = size > 0
    if not some.any():
        return np.full(len(f), max(float(np.median(np.abs(v))), 1e-9))
    common = float(np.median(v[some] / f[some]))
    error = np.abs(v - common * f)
    power = 0.5
    if some.sum() >= 40:
        cut = np.array_split(np.argsort(size[some], kind="stable"), 8)
        x = np.log([np.median(size[some][part]) for part in cut])
        y = np.log([max(float(np.median(error[some][part])), 1e-12 * float(size.max())) for part in cut])
        if np.ptp(x) > 0:
            power = float(np.clip(np.polyfit(x, y, 1)[0], 0.5, 1.0))
    scaled = np.where(some, size, size[some].min()) ** power
    level = 1.4826 * float(np.median(error[some] / scaled[some]))
    return np.maximum(level, 1e-6 * float(np.median(size[some] / scaled[some]))) * scaled


@dataclass(frozen=True)
class _Finding:
    slice: int
    score: float
    shift: float
    mask: NDArray[np.bool_]  # in the caller's order


class _Search:
    def __init__(self, lattice: _Lattice, f: Floats, v: Floats, sd: Floats) -> None:
        self.lattice = lattice
        self.unit = np.where(f != 0, f, sd)  # a leaf that was not expected at all moves by multiples of its sd
        self.target = v - f + self.unit
        self.deviation = v - f
        self.weight = 1.0 / sd**2
        self.banned = np.zeros(len(lattice.price), dtype=bool)

    def _sum(self, values: Floats) -> Floats:
        weights = np.repeat(values, self.lattice.ids.shape[1])
        return np.bincount(self.lattice.ids.ravel(), weights, len(self.lattice.price)).astype(np.float64)

    def mask(self, j: int) -> NDArray[np.bool_]:
        return self.lattice.ids[:, self.lattice.cuboid[j]] == j

    def best(self, base: Floats) -> tuple[int, float]:
        """Slice with the highest score, given what each leaf is expected to be after the shifts found so far."""
        power = self._sum(self.weight * base**2)
        gain = self._sum(self.weight * base * (self.target - base)) ** 2 / (2.0 * np.where(power > 0, power, 1.0))
        score = np.where(self.banned, -np.inf, gain - self.lattice.price)
        top = float(score.max())
        first = int(np.argmax(score >= top - 1e-9 * (1.0 + abs(top))))  # ties: coarse first, then by label
        return first, float(score[first])

    def shifts(self, found: list[tuple[int, float]]) -> Floats:
        """Weighted least squares of all shifts together, one after the other until they settle."""
        masks = [self.mask(j) for j, _ in found]
        shift = np.zeros(len(found))
        for _ in range(SWEEPS if len(found) > 1 else 1):
            for k, mask in enumerate(masks):
                base = self._base(masks, shift, k)[mask]
                power = float(np.sum(self.weight[mask] * base**2))
                moved = float(np.sum(self.weight[mask] * base * (self.target[mask] - base)))
                shift[k] = moved / power if power > 0 else 0.0
        return shift

    def base(self, found: list[tuple[int, float]]) -> Floats:
        return self._base([self.mask(j) for j, _ in found], self.shifts(found))

    def _base(self, masks: list[NDArray[np.bool_]], shift: Floats, without: int | None = None) -> Floats:
        base = self.unit.copy()
        for k, mask in enumerate(masks):
            if k != without:
                base[mask] *= 1.0 + shift[k]
        return base

    def run(self, most: int) -> list[tuple[int, float]]:
        found: list[tuple[int, float]] = []
        whole = abs(float(self.deviation.sum()))
        largest = 0.0
        while len(found) < most:
            base = self.base(found)
            j, score = self.best(base)
            if score <= 0.0:
                break
            amount = abs(float((self.target - base)[self.mask(j)].sum()))
            if amount < LEAST_SHARE * max(whole, largest):
                self.banned[j] = True
                continue
            largest = max(largest, amount)
            found = self._exchange([*found, (j, score)])
        return found

    def _exchange(self, found: list[tuple[int, float]]) -> list[tuple[int, float]]:
        """Give every finding the chance to be a better slice now that the others are known."""
        for _ in range(PASSES if len(found) > 1 else 0):
            changed = False
            for k in range(len(found)):
                others = found[:k] + found[k + 1 :]
                j, score = self.best(self.base(others))
                if score > 0 and j != found[k][0] and j not in [i for i, _ in others]:
                    found, changed = [*found[:k], (j, score), *found[k + 1 :]], True
            if not changed:
                break
        return found


def _lattice(codes: list[Codes], depth: int) -> _Lattice:
    n = len(codes[0]) if codes else 0
    ids, cuboid, price, start = [], [], [], 0
    dims: list[tuple[int, ...]] = []
    for k in range(min(depth, len(codes)) + 1):
        for combination in itertools.combinations(range(len(codes)), k):
            key = np.zeros(n, dtype=np.int64)
            for i in combination:
                key = key * (int(codes[i].max()) + 1) + codes[i]
            labels, place = np.unique(key, return_inverse=True)
            ids.append(place + start)
            cuboid.append(np.full(len(labels), len(dims)))
            price.append(np.full(len(labels), PRICE[k] + np.log(len(labels))))
            dims.append(combination)
            start += len(labels)
    return _Lattice(np.stack(ids, axis=1), np.concatenate(cuboid), tuple(dims), np.concatenate(price))


def _report(
    findings: list[_Finding],
    lattice: _Lattice,
    labels: list[NDArray[np.str_]],
    expected: NDArray[np.generic],
    actual: NDArray[np.generic],
) -> Scan:
    difference = np.asarray(actual) - np.asarray(expected)
    free = np.ones(len(difference), dtype=bool)
    slices = []
    for found in sorted(findings, key=lambda found: (int(found.mask.sum()), found.slice)):  # narrow ones claim first
        mask = found.mask
        first = int(np.flatnonzero(mask)[0])
        where = tuple((d, str(labels[d][first])) for d in lattice.dims[lattice.cuboid[found.slice]])
        claimed = difference[mask & free].sum().item()
        before, after = (np.asarray(side)[mask].sum().item() for side in (expected, actual))
        slices.append(Slice(where, found.shift, found.score, before, after, claimed, mask))
        free &= ~mask
    slices.sort(key=lambda s: (-abs(s.deviation), s.where))
    return Scan(tuple(slices), difference.sum().item(), difference[free].sum().item())
