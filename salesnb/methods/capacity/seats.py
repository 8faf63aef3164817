"""What a number of seats can bring: productivity, ramp, season, attrition and backfill in closed form.

A seat is held by someone with a level (amount a fully ramped month brings); each month the holder brings level × ramp ×
season × chance, then leaves with probability ``attrition``; the seat stays vacant for ``backfill`` months and is filled
by a newcomer at the replacement level, from the start of the ramp. States (holder's month of service, vacancy) form a
Markov chain, so mean and variance of any window are sums of powers of one small matrix: a person's unknown level is the
same in all of that person's months, and a market shock multiplies everything. Checked against simulation in the tests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.special import gamma_tail

Array = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True)
class Terms:
    """How seats behave. ``ramp``: share of full productivity by month of service (first month first, the last value
    stays); ``attrition``: chance to leave after a month; ``backfill``: vacant months before a newcomer starts (None:
    never replaced); coefficients of variation: ``noise`` of one month of one seat, ``common`` of the shock that all
    seats share over the window, ``newcomer`` of a newcomer's level. Raises ValueError outside their ranges."""

    ramp: tuple[float, ...] = (1.0,)
    attrition: float = 0.0
    backfill: int | None = 2
    noise: float = 0.5
    common: float = 0.08
    newcomer: float = 0.3

    def __post_init__(self) -> None:
        spreads = (self.noise, self.common, self.newcomer)
        if not self.ramp or min(self.ramp) < 0 or not all(map(math.isfinite, self.ramp)):
            raise ValueError("ramp: at least one share, none negative")
        if not 0 <= self.attrition <= 1 or (self.backfill is not None and self.backfill < 0):
            raise ValueError("attrition between 0 and 1, backfill not negative")
        if not all(math.isfinite(s) and s >= 0 for s in spreads):
            raise ValueError("noise, common and newcomer are not negative")


@dataclass(frozen=True)
class Capacity:
    """``months`` (n, M) expected amount of each seat and month; ``variance`` (n,) of each seat's total without the
    shared shock; ``common`` the shock's coefficient of variation."""

    months: Array
    variance: Array
    common: float = 0.0

    def moments(self, seats: Index | slice = slice(None)) -> tuple[float, float]:
        """Mean and standard deviation of the total of some seats, the shared shock included."""
        mean, own = float(self.months[seats].sum()), float(self.variance[seats].sum())
        shock = self.common**2
        return mean, math.sqrt(max((1.0 + shock) * own + shock * mean**2, 0.0))

    def attain(self, target: float, seats: Index | slice = slice(None)) -> float:
        """Chance that the total of some seats reaches ``target`` (gamma with the same mean and variance)."""
        return chance(*self.moments(seats), target)

    def joined(self, other: Capacity) -> Capacity:
        """Both sets of seats under one shock, that of the first."""
        return Capacity(
            np.vstack([self.months, other.months]), np.concatenate([self.variance, other.variance]), self.common
        )


def chance(mean: float, sd: float, target: float) -> float:
    """Chance that a gamma amount with ``mean`` and ``sd`` reaches ``target``."""
    if target <= 0:
        return 1.0
    if mean <= 0 or sd <= 1e-9 * mean:
        return float(mean >= target)
    shape = (mean / sd) ** 2
    return gamma_tail(shape, target * shape / mean)


@dataclass(frozen=True)
class _Chain:
    """States: people here or planned by month of service, newcomers by month of service, vacancies, planned
    arrivals."""

    step: Array
    same_newcomer: Array
    here: Array
    newcomer: Array
    ramp_months: int
    vacant: int

    def start(self, tenure: Index) -> Index:
        """State of seats by months served; -k stands for an arrival in k months."""
        arriving = 2 * self.ramp_months + self.vacant - tenure - 1
        return np.where(tenure >= 0, np.minimum(tenure, self.ramp_months - 1), arriving)


def _chain(terms: Terms, latest: int) -> _Chain:
    """The chain for arrivals up to ``latest`` months away; without backfill a vacancy is never left."""
    ramp = len(terms.ramp)
    vacant = 1 if terms.backfill is None else terms.backfill
    size = 2 * ramp + vacant + latest
    step, same = np.zeros((size, size)), np.zeros((size, size))
    leaves_to = ramp if terms.backfill == 0 else 2 * ramp + vacant - 1
    for block in (0, ramp):
        for month in range(ramp):
            onward = block + min(month + 1, ramp - 1)
            step[block + month, onward] += 1.0 - terms.attrition
            step[block + month, leaves_to] += terms.attrition
            if block:
                same[block + month, onward] += 1.0 - terms.attrition
    for wait in range(vacant):
        step[2 * ramp + wait, ramp if wait == 0 else 2 * ramp + wait - 1] = 1.0
    if terms.backfill is None:
        step[2 * ramp] = 0.0
        step[2 * ramp, 2 * ramp] = 1.0
    for wait in range(latest):
        step[2 * ramp + vacant + wait, 0 if wait == 0 else 2 * ramp + vacant + wait - 1] = 1.0
    here, newcomer = np.zeros(size), np.zeros(size)
    here[:ramp], newcomer[ramp : 2 * ramp] = terms.ramp, terms.ramp
    return _Chain(step, same, here, newcomer, ramp, vacant)


def capacity(
    tenure: ArrayLike,
    level: ArrayLike,
    season: ArrayLike,
    terms: Terms,
    level_cv: ArrayLike = 0.0,
    replacement: ArrayLike | None = None,
) -> Capacity:
    """Mean and variance of what n seats bring over M months.

    ``tenure`` (n,) months served when the window begins, -k for someone who starts after k months; ``level`` (n,)
    amount of a fully ramped month at season 1, ``level_cv`` (n,) how unsure it is; ``season`` (M,) factor of each
    month (season × working days, mean 1 over a usual year); ``replacement`` (n,) level of who comes after, by default
    the mean level of all seats. Raises ValueError for shapes that do not fit or negative levels.
    """
    served = np.atleast_1d(np.asarray(tenure, np.intp))
    shape = served.shape
    held = np.array(np.broadcast_to(np.asarray(level, float), shape))
    unsure = np.array(np.broadcast_to(np.asarray(level_cv, float), shape))
    usual = float(held.mean()) if len(held) else 0.0
    after = np.array(np.broadcast_to(np.asarray(usual if replacement is None else replacement, float), shape))
    month = np.asarray(season, float)
    if served.ndim != 1 or month.ndim != 1 or not np.all(np.isfinite(month)) or np.any(month < 0):
        raise ValueError("tenure is one number a seat, season one factor not below 0 a month")
    if not (np.all(held >= 0) and np.all(after >= 0) and np.all(unsure >= 0)):
        raise ValueError("levels, replacement levels and level_cv are not negative")
    chain = _chain(terms, int(max(-served.min(initial=0), 0)))
    states, position = np.unique(chain.start(served), return_inverse=True)
    here, newcomer, products = _moments(chain, states, month, terms)
    months = held[:, None] * here[position] + after[:, None] * newcomer[position]
    both, mixed, fresh, same = (p[position] for p in products)
    second = held**2 * (1 + unsure**2) * both + held * after * mixed + after**2 * (fresh + terms.newcomer**2 * same)
    return Capacity(months, np.maximum(second - months.sum(1) ** 2, 0.0), terms.common)


def _moments(chain: _Chain, states: Index, season: Array, terms: Terms) -> tuple[Array, Array, tuple[Array, ...]]:
    """For each start: expected ramp × season by month of the first holder and of newcomers (I, M), and the sums over
    all pairs of months of products: first holder twice, holder and newcomer, newcomers, the same newcomer twice
    (I,)."""
    count = len(season)
    now = np.eye(len(chain.here))[states]
    here, newcomer = np.zeros((len(states), count)), np.zeros((len(states), count))
    totals = [np.zeros(len(states)) for _ in range(4)]
    ahead = [(chain.here, chain.newcomer, chain.newcomer)]
    for _ in range(1, count):
        a, b, same = ahead[-1]
        ahead.append((chain.step @ a, chain.step @ b, chain.same_newcomer @ same))
    for m in range(count):
        here[:, m], newcomer[:, m] = season[m] * (now @ chain.here), season[m] * (now @ chain.newcomer)
        for d in range(count - m):
            weight = season[m] * season[m + d] * ((1.0 + terms.noise**2) if d == 0 else 2.0)
            a, b, same = ahead[d]
            totals[0] += weight * (now @ (chain.here * a))
            totals[1] += weight * (now @ (chain.here * b)) if d else 0.0
            totals[2] += weight * (now @ (chain.newcomer * b))
            totals[3] += weight * (now @ (chain.newcomer * same))
        now = now @ chain.step
    return here, newcomer, tuple(totals)
