"""Who comes back: retention by cohort of first appearance, repeat rates in a window, figures by length of service.

Months are whole numbers counted from any origin, or text 'YYYY-MM' through :func:`month_number`. A cell of a triangle
that lies after the last month observed is unknown (NaN), not zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.calibration import isotonic
from salesnb.methods.intervals import wilson

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def month_number(months: ArrayLike) -> Ints:
    """(n,) months since year 0 of text 'YYYY-MM'; raises ValueError for another spelling."""
    text = np.asarray(months, dtype=np.str_)
    if not len(text):
        return np.zeros(0, dtype=np.int64)
    if not (np.char.str_len(text) == 7).all() or not (np.char.find(text, "-") == 4).all():
        raise ValueError("months are spelled YYYY-MM")
    names, place = np.unique(text, return_inverse=True)
    number = np.array([int(name[:4]) * 12 + int(name[5:]) - 1 for name in names], dtype=np.int64)
    return number[place]


@dataclass(frozen=True)
class Cohorts:
    """Retention triangle. ``c`` cohorts by first month, oldest first; column ``a`` is ``a`` months after the first.

    first: (c,) month number. size: (c,) entities. active: (c, ages) entities active in that month, NaN when not yet
    observed. rate, low, high: active ÷ size with a Wilson interval. pooled: (ages,) active ÷ size summed over the
    cohorts observed at that age; pooled_size: (ages,) entities behind it.
    """

    first: Ints
    size: Ints
    active: Floats
    rate: Floats
    low: Floats
    high: Floats
    pooled: Floats
    pooled_size: Ints


def cohorts(entity: ArrayLike, month: ArrayLike, last: int | None = None, level: float = 0.95) -> Cohorts:
    """Cohorts of entities by the month of their first event; several events of a month count once.

    entity: (events,) labels. month: (events,) month numbers. last: last month observed (default: of the events); later
    events are left out. An entity seen before the data begin is in the first cohort: leave that one out when reading.
    """
    code, when = _events(entity, month)
    end = int(when.max()) if last is None and len(when) else (last or 0)
    code, when = code[when <= end], when[when <= end]
    if not len(when):
        nothing = np.zeros((0, 0))
        return Cohorts(when, when, nothing, nothing, nothing, nothing, np.zeros(0), when)
    pairs = np.unique(np.stack([code, when]), axis=1)
    begin = np.full(int(code.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(begin, pairs[0], pairs[1])
    present = np.zeros(len(begin), dtype=bool)
    present[pairs[0]] = True
    first, size = np.unique(begin[present], return_counts=True)
    ages = end - int(first[0]) + 1
    active = np.zeros((len(first), ages))
    np.add.at(active, (np.searchsorted(first, begin[pairs[0]]), pairs[1] - begin[pairs[0]]), 1.0)
    known = first[:, None] + np.arange(ages) <= end
    low, high = wilson(active, np.broadcast_to(size[:, None], active.shape), level)
    behind = (known * size[:, None]).sum(0)
    pooled = np.where(known, active, 0.0).sum(0) / behind
    rate = active / size[:, None]
    active, rate, low, high = (np.where(known, part, np.nan) for part in (active, rate, low, high))
    return Cohorts(first, size.astype(np.int64), active, rate, low, high, pooled, behind.astype(np.int64))


@dataclass(frozen=True)
class Repeat:
    """Entities with at least ``times`` different events among those with any; ``rate`` NaN where there are none."""

    entities: int
    repeaters: int
    rate: float
    low: float
    high: float


def repeat_rate(entity: ArrayLike, event: ArrayLike, times: int = 2, level: float = 0.95) -> Repeat:
    """Share of entities with ``times`` or more different events; the caller gives the rows of one window.

    entity, event: (rows,) labels; several rows of one event count once.
    """
    owner, name = np.asarray(entity), np.asarray(event)
    if len(owner) != len(name):
        raise ValueError("entity and event differ in length")
    if not len(owner):
        return Repeat(0, 0, np.nan, 0.0, 1.0)
    code = np.unique(owner, return_inverse=True)[1]
    pair = np.unique(np.stack([code, np.unique(name, return_inverse=True)[1]]), axis=1)
    count = np.bincount(pair[0])
    entities, repeaters = len(count), int((count >= times).sum())
    low, high = wilson(repeaters, entities, level)
    return Repeat(entities, repeaters, repeaters / entities, float(low), float(high))


def repeat_within(
    entity: ArrayLike, time: ArrayLike, window: int, last: int | None = None, level: float = 0.95
) -> Repeat:
    """Share of entities with a second event no later than ``window`` steps after the first.

    entity: (events,) labels. time: (events,) whole steps (days or months); every row is an event of its own, so the
    parts of one event belong summed first. Entities whose window ends after ``last`` are left out: they may yet return.
    """
    code, when = _events(entity, time)
    if not len(when):
        return Repeat(0, 0, np.nan, 0.0, 1.0)
    end = int(when.max()) if last is None else last
    code, when = code[when <= end], when[when <= end]
    order = np.lexsort((when, code))
    code, when = code[order], when[order]
    start = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]])) if len(code) else np.zeros(0, dtype=np.intp)
    judged = start[when[start] + window <= end]
    following = np.minimum(judged + 1, len(code) - 1)
    back = (following > judged) & (code[following] == code[judged]) & (when[following] - when[judged] <= window)
    entities, repeaters = len(judged), int(back.sum())
    low, high = wilson(repeaters, entities, level)
    return Repeat(entities, repeaters, repeaters / entities if entities else np.nan, float(low), float(high))


@dataclass(frozen=True)
class Tenure:
    """A figure by length of service. step: (k,) steps present, ascending. count: (k,) observations. mean, median, sd:
    (k,) sd NaN below two observations. ramp: (k,) mean made non-decreasing, divided by the mature mean, at most 1; NaN
    when no observation is mature. mature: mean from ``mature_from`` on. full_at: first step whose ramp reaches 0.95.
    """

    step: Ints
    count: Ints
    mean: Floats
    median: Floats
    sd: Floats
    ramp: Floats
    mature: float
    full_at: int | None


def tenure_curve(tenure: ArrayLike, value: ArrayLike, mature_from: int = 24) -> Tenure:
    """Mean figure by whole steps of service (0 = the first month), and how it ramps up to the mature level.

    tenure: (observations,) whole steps ≥ 0. value: (observations,) the figure of that person and step.
    """
    when, figure = np.asarray(tenure, dtype=np.int64), np.asarray(value, dtype=np.float64)
    if len(when) != len(figure) or (when < 0).any() or not np.isfinite(figure).all():
        raise ValueError("every observation has a length of service of at least 0 and a figure")
    step, place, count = np.unique(when, return_inverse=True, return_counts=True)
    total = np.bincount(place, figure, len(step))
    mean = total / np.maximum(count, 1)
    median = np.array([np.median(figure[place == k]) for k in range(len(step))])
    square = np.bincount(place, (figure - mean[place]) ** 2, len(step))
    sd = np.where(count > 1, np.sqrt(square / np.maximum(count - 1, 1)), np.nan)
    old = when >= mature_from
    mature = float(figure[old].mean()) if old.any() else np.nan
    ramp = np.full(len(step), np.nan)
    full_at = None
    if mature > 0:
        ramp = np.clip(isotonic(mean, count) / mature, 0.0, 1.0)
        reached = np.flatnonzero(ramp >= 0.95)
        full_at = int(step[reached[0]]) if len(reached) else None
    return Tenure(step, count.astype(np.int64), mean, median, sd, ramp, mature, full_at)


def _events(entity: ArrayLike, time: ArrayLike) -> tuple[NDArray[np.intp], Ints]:
    owner, when = np.asarray(entity), np.asarray(time)
    if len(owner) != len(when):
        raise ValueError("entity and time differ in length")
    if not len(owner):
        return np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.int64)
    if when.dtype.kind not in "iu":
        raise ValueError("time is whole numbers; see month_number for text")
    return np.unique(owner, return_inverse=True)[1], when.astype(np.int64)
