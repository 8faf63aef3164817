"""How many seats, by when, and at what cost close a gap."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.capacity.seats import Capacity, Terms, capacity, chance

Array = NDArray[np.float64]
Index = NDArray[np.intp]


@dataclass(frozen=True)
class Hiring:
    """What one more seat brings by the month it starts (after 0 … M - 1 months), and how many close the gap.

    ``value`` (M,) expected amount of one such seat over the window, ``count`` (M,) seats needed, -1 where even ``most``
    do not close it, ``chance`` (M,) chance to reach the target with that many; ``gap`` expected shortfall today (not
    below 0).
    """

    value: Array
    count: NDArray[np.int64]
    chance: Array
    gap: float

    def latest(self, seats: int) -> int:
        """Last month by whose start ``seats`` hires still close the gap; -1 where they never do."""
        enough = np.flatnonzero((self.count >= 0) & (self.count <= seats))
        return int(enough.max()) if len(enough) else -1


def hires_needed(
    today: Capacity, target: float, hire: Capacity, least_chance: float | None = None, most: int = 200
) -> Hiring:
    """Seats to add so that ``target`` is met, for each month they might start; all start in the same month.

    ``hire`` holds one candidate seat for each start, as :func:`hire_by_month` gives. Met means in expectation, or with
    ``least_chance`` with that probability. Raises ValueError for a chance outside 0 … 1.
    """
    if least_chance is not None and not 0 < least_chance < 1:
        raise ValueError(f"chance {least_chance}: between 0 and 1")
    mean, _ = today.moments()
    own, shock = float(today.variance.sum()), today.common**2
    value = hire.months.sum(1)
    count, reached = np.full(len(value), -1), np.full(len(value), np.nan)
    for start, (brings, variance) in enumerate(zip(value, hire.variance, strict=True)):
        for seats in range(most + 1):
            whole = mean + seats * brings
            sd = math.sqrt((1 + shock) * (own + seats * variance) + shock * whole**2)
            likely = chance(whole, sd, target)
            if (whole >= target * (1 - 1e-12)) if least_chance is None else (likely >= least_chance):
                count[start], reached[start] = seats, likely
                break
            if brings <= 0:
                break
    return Hiring(value, count.astype(np.int64), reached, max(target - mean, 0.0))


def hire_by_month(season: ArrayLike, level: float, terms: Terms, level_cv: float | None = None) -> Capacity:
    """One candidate seat for each start month 0 … M - 1 (rows): the capacity of a hire at ``level`` from then on, with
    its ramp, its own attrition and backfill; ``level_cv`` by default that of a newcomer."""
    months = len(np.asarray(season, float))
    unsure = terms.newcomer if level_cv is None else level_cv
    return capacity(-np.arange(months), level, season, terms, unsure)


@dataclass(frozen=True)
class Plan:
    """Cheapest choice of options: ``count`` (k,) units of each, their ``cost`` and ``value``, ``shortfall`` left
    where all options together do not suffice; ``proven``: no cheaper plan exists (otherwise the search was cut
    short)."""

    count: NDArray[np.int64]
    cost: float
    value: float
    shortfall: float
    proven: bool


def cheapest_plan(
    gap: float, value: ArrayLike, cost: ArrayLike, most: ArrayLike, group: ArrayLike | None = None, steps: int = 200_000
) -> Plan:
    """Cheapest whole numbers of options whose values close ``gap``: depth-first search with a fractional bound.

    ``value``, ``cost`` (k,) of one unit of each option; ``group`` (k,) options that share one limit (a team's hires
    in different months), by default each its own; ``most`` (k,) that limit, equal inside a group. Equal plans are
    decided by the order of the options. Where all together do not close the gap, the dearest effort is returned with
    its shortfall.
    """
    worth, price = np.asarray(value, float), np.asarray(cost, float)
    limit = np.array(np.broadcast_to(np.asarray(most, np.int64), worth.shape))
    shared = np.arange(len(worth)) if group is None else np.unique(np.asarray(group), return_inverse=True)[1]
    if np.any(price < 0) or not np.all(np.isfinite(worth)):
        raise ValueError("costs are not negative, values finite")
    useful = np.flatnonzero((worth > 0) & (limit > 0))
    order = [int(i) for i in useful[np.lexsort((useful, -worth[useful], price[useful] / worth[useful]))]]
    room = {int(g): int(limit[shared == g].max()) for g in np.unique(shared)}
    search = _Search(worth, price, shared, order, steps)
    search.visit(0, max(gap, 0.0), 0.0, room)
    if search.best is None:
        return _all_of(gap, worth, price, shared, room)
    bought = float(search.best @ worth)
    return Plan(search.best, search.least, bought, max(gap - bought, 0.0) if gap > 0 else 0.0, search.left > 0)


class _Search:
    """State of the search of :func:`cheapest_plan`."""

    def __init__(self, worth: Array, price: Array, shared: Index, order: list[int], steps: int) -> None:
        self.worth, self.price, self.shared, self.order, self.left = worth, price, shared, order, steps
        self.now = np.zeros(len(worth), np.int64)
        self.best: NDArray[np.int64] | None = None
        self.least = math.inf

    def visit(self, depth: int, need: float, spent: float, room: dict[int, int]) -> None:
        """Try the options from ``depth`` on, most units first, while the bound stays below the best plan."""
        if need <= 1e-9 * max(1.0, float(self.worth.max(initial=0.0))):
            if spent < self.least - 1e-12 * max(spent, 1.0):
                self.best, self.least = self.now.copy(), spent
            return
        if depth == len(self.order) or self.left <= 0:
            return
        option = self.order[depth]
        unit = self.price[option] / self.worth[option]
        if spent + need * unit >= self.least:
            return
        self.left -= 1
        place = int(self.shared[option])
        for units in range(min(room[place], math.ceil(need / self.worth[option] - 1e-12)), -1, -1):
            self.now[option] = units
            left = {**room, place: room[place] - units}
            self.visit(depth + 1, need - units * self.worth[option], spent + units * self.price[option], left)
        self.now[option] = 0


def _all_of(gap: float, worth: Array, price: Array, shared: Index, room: dict[int, int]) -> Plan:
    """Everything there is: of each group the option that brings most, up to its limit."""
    count = np.zeros(len(worth), np.int64)
    for place, limit in room.items():
        member = np.flatnonzero(shared == place)
        best = int(member[worth[member].argmax()])
        if worth[best] > 0:
            count[best] = limit
    bought = float(count @ worth)
    return Plan(count, float(count @ price), bought, max(gap - bought, 0.0), bought < gap)
