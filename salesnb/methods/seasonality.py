"""Monthly seasonal indices, robust trend and growth rates for many series at once.

Method: alternating fit of a local-linear trend (tricube, widened at the ends) and multiplicative month indices (ratio
of sums on values clipped at four median absolute deviations), then positive-part James-Stein shrinkage of the indices
towards a parent's (Miller & Williams 2003, "Shrinkage estimators of time series seasonal factors"). A moving festival
enters as one coefficient on the share of each month that its window covers, relative to that month's usual share.

Shapes: ``n`` series, ``T`` consecutive months, oldest first; index column 0 is January. NaN means a month is missing,
which is not the same as a month of zero.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.season_fit import FACTOR_FLOOR, MONTHS, Fit, Floats, Prior, festival_factor, fit, normalise

LEAST_MONTHS = 24  # two of every calendar month: below that a season cannot be told from a trend
OK, SHORT, SPARSE, EMPTY = "ok", "not_enough_history", "sparse", "no_volume"
MOST_ZERO = 0.10
PRIOR_WEIGHT = 4.0  # observations' worth of pooled spread behind each month's own spread


@dataclass(frozen=True)
class Season:
    """Seasonal pattern of ``n`` series; rows whose ``state`` is not_enough_history or no_volume hold NaN.

    state: (n,) text, one of ok, sparse, not_enough_history, no_volume. sparse: more than 10 % of the months are zero
    (other than months that are always zero); the parent's index stands in where a parent was given.
    index: (n, 12) mean 1. spread: (n, 12) sd of one year's ratio around the index. reliability: (n, 12) share of a
    month's deviation from the parent that is not chance. own_weight: (n,) weight of the own pattern, 0 = the parent's.
    years: (n, 12) observations per month. trend, adjusted: (n, T) in the units of the series, adjusted NaN where the
    month is missing or has no index. outlier: (n, T) freak months, drawn in before the fit.
    festival_effect: (n,) relative change of a month if the window covered all of it instead of none.
    festival_error: (n,) its standard error. festival_usual: (12,) usual share of each month.
    """

    state: NDArray[np.str_]
    index: Floats
    spread: Floats
    reliability: Floats
    own_weight: Floats
    years: NDArray[np.int64]
    trend: Floats
    adjusted: Floats
    outlier: NDArray[np.bool_]
    festival_effect: Floats
    festival_error: Floats
    festival_usual: Floats

    def factor(self, months: ArrayLike, festival: ArrayLike | None = None) -> Floats:
        """(n, h) seasonal factor of the months of the year given (1–12), moved by the festival's share of each (h,)."""
        column = np.asarray(months, dtype=np.int64) - 1
        base = self.index[:, column]
        if festival is None:
            return base
        offset = np.asarray(festival, dtype=np.float64) - self.festival_usual[column]
        return base * festival_factor(self.festival_effect, np.broadcast_to(offset, base.shape))


def seasonal(
    series: ArrayLike, first_month: int = 1, *, parent: Season | None = None, festival: ArrayLike | None = None
) -> Season:
    """Fit the seasonal pattern of ``series``, (T,) or (n, T), whose first column is calendar month ``first_month``.

    parent: season of the level above, one row or n rows; shrinkage goes towards its index (flat when absent).
    festival: (T,) share of each month inside the festival window, see :func:`window_share`.
    A series with fewer than 24 observed months has the state not_enough_history and no figures.
    Raises ValueError for a first month outside 1–12, a festival of another length, or infinite values.
    """
    values = np.atleast_2d(np.asarray(series, dtype=np.float64))
    n, length = values.shape
    if not 1 <= first_month <= MONTHS:
        raise ValueError(f"first_month {first_month}: 1 to 12")
    if np.isinf(values).any():
        raise ValueError("series holds infinite values")
    month = (first_month - 1 + np.arange(length)) % MONTHS
    share = np.zeros(length) if festival is None else np.asarray(festival, dtype=np.float64)
    if share.shape != (length,):
        raise ValueError(f"festival has shape {share.shape}, the series {length} months")
    state = _states(values, month)
    usual = np.array([share[month == m].mean() if (month == m).any() else 0.0 for m in range(MONTHS)])
    rows = np.flatnonzero((state == OK) | (state == SPARSE))
    out = _blank(state, usual, length)
    if rows.size:
        prior, has_parent = _prior(parent, n, rows)
        found = fit(values[rows], month, share - usual[month], prior, state[rows] == OK)
        _shrink_into(out, rows, found, prior.index, has_parent & (state[rows] == SPARSE))
        _adjust_into(out, rows, values[rows], month, share - usual[month])
    return out


def growth(now: ArrayLike, before: ArrayLike) -> Floats:
    """now ÷ before − 1; NaN where either is missing or ``before`` ≤ 0: growth from nothing or a loss has no rate."""
    top, base = np.broadcast_arrays(np.asarray(now, dtype=np.float64), np.asarray(before, dtype=np.float64))
    defined = np.isfinite(top) & np.isfinite(base) & (base > 0)
    return np.where(defined, np.divide(top, base, out=np.ones(top.shape), where=defined) - 1.0, np.nan)


def lagged_growth(series: ArrayLike, lag: int) -> Floats:
    """Growth over the value ``lag`` steps earlier along the last axis: 12 = year on year, 1 = month on month."""
    values = np.asarray(series, dtype=np.float64)
    if lag < 1:
        raise ValueError(f"lag {lag}: at least 1")
    out = np.full(values.shape, np.nan)
    if values.shape[-1] > lag:
        out[..., lag:] = growth(values[..., lag:], values[..., :-lag])
    return out


def window_share(
    months: Sequence[str], festivals: Sequence[date], days_before: int = 0, days_after: int = 14
) -> Floats:
    """(T,) share of the days of each month ('YYYY-MM') inside a window from days_before to days_after a festival day.

    Overlapping windows count a day once. The festivals must cover every year of ``months``; they come from the caller.
    """
    inside = {day + timedelta(offset) for day in festivals for offset in range(-days_before, days_after + 1)}
    count: dict[str, int] = {}
    for day in inside:
        name = f"{day.year:04d}-{day.month:02d}"
        count[name] = count.get(name, 0) + 1
    length = [calendar.monthrange(int(m[:4]), int(m[5:7]))[1] for m in months]
    return np.array([count.get(m, 0) / days for m, days in zip(months, length, strict=True)], dtype=np.float64)


def _states(values: Floats, month: NDArray[np.int64]) -> NDArray[np.str_]:
    observed = np.isfinite(values)
    zero = observed & (values == 0)
    for m in range(MONTHS):  # a month that is zero every year is a season, not sparseness
        columns = month == m
        always = (zero[:, columns] | ~observed[:, columns]).all(1)
        zero[np.ix_(always, columns)] = False
    count = observed.sum(1)
    state = np.where(zero.sum(1) > MOST_ZERO * count, SPARSE, OK).astype("<U18")
    state[np.nansum(values, 1) <= 0] = EMPTY
    state[count < LEAST_MONTHS] = SHORT
    return state


def _blank(state: NDArray[np.str_], usual: Floats, length: int) -> Season:
    n = len(state)
    by_month, by_time, single = (n, MONTHS), (n, length), (n,)
    return Season(
        state=state,
        index=np.full(by_month, np.nan),
        spread=np.full(by_month, np.nan),
        reliability=np.full(by_month, np.nan),
        own_weight=np.full(single, np.nan),
        years=np.zeros(by_month, dtype=np.int64),
        trend=np.full(by_time, np.nan),
        adjusted=np.full(by_time, np.nan),
        outlier=np.zeros(by_time, dtype=bool),
        festival_effect=np.full(single, np.nan),
        festival_error=np.full(single, np.nan),
        festival_usual=usual,
    )


def _prior(parent: Season | None, n: int, rows: NDArray[np.int64]) -> tuple[Prior, NDArray[np.bool_]]:
    if parent is None:
        return Prior(np.ones((len(rows), MONTHS)), np.zeros(len(rows))), np.zeros(len(rows), dtype=bool)
    if len(parent.state) not in (1, n):
        raise ValueError(f"parent has {len(parent.state)} rows: one, or one per series ({n})")
    index = np.broadcast_to(parent.index, (n, MONTHS))[rows]
    known: NDArray[np.bool_] = np.asarray(np.isfinite(index).all(1))
    effect = np.broadcast_to(np.nan_to_num(parent.festival_effect), (n,))[rows]
    return Prior(np.where(known[:, None], index, 1.0), effect), known


def _shrink_into(out: Season, rows: NDArray[np.int64], fit: Fit, prior: Floats, pooled: NDArray[np.bool_]) -> None:
    error = (fit.ratio - fit.index[:, fit.month]) ** 2
    onehot = (fit.month[:, None] == np.arange(MONTHS)).astype(np.float64)
    squares = np.nan_to_num(error) @ onehot
    freedom = np.maximum(fit.counts.sum(1) - MONTHS - 3, 1.0)  # twelve indices and about three for the trend
    within = squares.sum(1) / freedom
    spread2 = (PRIOR_WEIGHT * within[:, None] + squares) / (PRIOR_WEIGHT + np.maximum(fit.counts - 1, 0))
    seen = fit.counts > 0
    noise = np.where(seen, spread2 / np.maximum(fit.counts, 1), np.inf)
    deviation = np.where(seen, fit.index - prior, 0.0)
    total = (deviation**2).sum(1) / (MONTHS - 1)
    chance = within * np.where(seen, 1.0 / np.maximum(fit.counts, 1), 0.0).mean(1)
    weight = np.where(total > 0, np.clip(1.0 - chance / np.where(total > 0, total, 1.0), 0.0, 1.0), 0.0)
    weight = np.where(pooled, 0.0, weight)
    signal = np.maximum(total - chance, 0.0)[:, None]
    out.index[rows] = normalise(prior + weight[:, None] * deviation)
    out.spread[rows] = np.sqrt(spread2)
    reliability = np.where(signal + noise > 0, signal / np.where(signal + noise > 0, signal + noise, 1.0), 0.0)
    out.reliability[rows] = np.where(pooled[:, None], 0.0, reliability)
    out.own_weight[rows] = weight
    out.years[rows] = fit.counts.astype(np.int64)
    out.trend[rows], out.outlier[rows] = fit.trend, fit.outlier
    out.festival_effect[rows], out.festival_error[rows] = fit.effect, fit.error


def _adjust_into(
    out: Season, rows: NDArray[np.int64], values: Floats, month: NDArray[np.int64], offset: Floats
) -> None:
    festival = festival_factor(out.festival_effect[rows], np.broadcast_to(offset, values.shape))
    factor = out.index[rows][:, month] * festival
    usable = factor >= FACTOR_FLOOR
    out.adjusted[rows] = np.where(usable, values / np.where(usable, factor, 1.0), np.nan)
