"""Four forecasts of many deseasonalised histories at once, each from its own grid; missing months are skipped.

Simple exponential smoothing; Theta (Assimakopoulos and Nikolopoulos 2000, in the form of Hyndman and Billah 2003);
damped trend (Gardner and McKenzie 1985); last year plus the mean yearly change. Their equal-weight mean is the
forecast: no choosing, because choosing on 36 months picks noise.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast.history import ENOUGH, YEAR

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

ALPHAS = np.array([0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
DAMPED = np.array(
    [
        (a, a * share, phi)
        for a in (0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8)
        for share in (0.0, 0.05, 0.15, 0.3)
        for phi in (0.8, 0.9, 0.95, 0.98)
    ]
)
_WARM = 6
_CHUNK = 256


@dataclass(frozen=True)
class Level:
    """What smoothing leaves: member forecasts of the level (3, n, H), one-step forecasts (n, T), SES gain (n,)."""

    ahead: Array
    one_step: Array
    gain: Array


def _opening(z: Array, start: Index, count: int) -> Array:
    """The first ``count`` values of each row after its start, (n, count)."""
    columns = np.minimum(start[:, None] + np.arange(count)[None, :], z.shape[1] - 1)
    return np.take_along_axis(z, columns, axis=1)


def _ses(z: Array, live: Mask, start: Index) -> tuple[Array, Array]:
    """Last level and gain of simple exponential smoothing, best of ``ALPHAS`` by one-step squares after 6 months."""
    level = np.repeat(_opening(z, start, _WARM).mean(1)[:, None], len(ALPHAS), 1)
    squares = np.zeros_like(level)
    for t in range(int(start.min(initial=0)), z.shape[1]):
        error = np.where(live[:, t : t + 1], z[:, t : t + 1] - level, 0.0)
        squares += np.where((t >= start + _WARM)[:, None], error * error, 0.0)
        level += ALPHAS * error
    best = squares.argmin(1)
    return level[np.arange(len(z)), best], ALPHAS[best]


def _damped(z: Array, live: Mask, start: Index) -> tuple[Array, Array, Array, Array]:
    """Level, slope, damping and one-step forecasts of the damped trend, best of ``DAMPED``."""
    n, months = z.shape
    count = min(ENOUGH, months)
    opening = _opening(z, start, count)
    centred = np.arange(count) - (count - 1) / 2
    slope0 = opening @ centred / (centred @ centred)
    level0 = opening.mean(1) - slope0 * (count + 1) / 2
    gain, trend_gain, phi = DAMPED.T
    level, slope = np.repeat(level0[:, None], len(DAMPED), 1), np.repeat(slope0[:, None], len(DAMPED), 1)
    squares = np.zeros_like(level)
    first = int(start.min(initial=0))
    for t in range(first, months):
        slope_next = phi * slope
        error = np.where(live[:, t : t + 1], z[:, t : t + 1] - level - slope_next, 0.0)
        squares += np.where((t >= start + _WARM)[:, None], error * error, 0.0)
        began = (t >= start)[:, None]
        level = np.where(began, level + slope_next + gain * error, level)
        slope = np.where(began, slope_next + trend_gain * error, slope)
    best = squares.argmin(1)
    row = np.arange(n)
    chosen = DAMPED[best]
    ahead = _one_step(z, live, start, (level0, slope0), chosen)
    return level[row, best], slope[row, best], chosen[:, 2], ahead


def _one_step(z: Array, live: Mask, start: Index, opening: tuple[Array, Array], chosen: Array) -> Array:
    """One-step forecasts (n, T) of the damped trend with the chosen parameters; nan before the start."""
    level, slope = opening
    out = np.full(z.shape, np.nan)
    gain, trend_gain, phi = chosen.T
    for t in range(int(start.min(initial=0)), z.shape[1]):
        began = t >= start
        forecast = level + phi * slope
        error = np.where(live[:, t], z[:, t] - forecast, 0.0)
        out[:, t] = np.where(began, forecast, np.nan)
        level = np.where(began, forecast + gain * error, level)
        slope = np.where(began, phi * slope + trend_gain * error, slope)
    return out


def _slope(z: Array, start: Index) -> Array:
    """Least-squares slope of each row from its start to the end."""
    t = np.arange(z.shape[1])[None, :] - (start[:, None] + z.shape[1] - 1) / 2
    t = np.where(np.arange(z.shape[1])[None, :] >= start[:, None], t, 0.0)
    return (t * z).sum(1) / np.maximum((t * t).sum(1), 1e-300)


def smooth(z: Array, live: Mask, start: Index, steps: int) -> Level:
    """Level forecasts of ``steps`` months for rows with at least 24 months.

    ``z`` (n, T) is without season and without gaps (filled), ``live`` (n, T) marks the months that may teach: a filled
    month moves the clock but no level. ``start`` (n,) is the first month of each row.
    """
    parts = [
        _smooth_part(z[i : i + _CHUNK], live[i : i + _CHUNK], start[i : i + _CHUNK], steps)
        for i in range(0, len(z), _CHUNK)
    ]
    if not parts:
        return Level(np.zeros((3, 0, steps)), np.zeros((0, z.shape[1])), np.zeros(0))
    return Level(
        np.concatenate([p.ahead for p in parts], axis=1),
        np.concatenate([p.one_step for p in parts]),
        np.concatenate([p.gain for p in parts]),
    )


def _smooth_part(z: Array, live: Mask, start: Index, steps: int) -> Level:
    ahead = np.arange(1, steps + 1)
    level, gain = _ses(z, live, start)
    length = z.shape[1] - start
    gap = _trailing(live)[:, None]
    drift = (1 - (1 - gain) ** length) / gain
    theta = level[:, None] + 0.5 * _slope(z, start)[:, None] * (gap + ahead - 1 + drift[:, None])
    base, slope, phi, one_step = _damped(z, live, start)
    damped = base[:, None] + slope[:, None] * np.cumsum(phi[:, None] ** ahead, 1)
    flat = np.repeat(level[:, None], steps, 1)
    return Level(np.stack([flat, theta, damped]), one_step, gain)


def _trailing(live: Mask) -> Index:
    """Number of months at the end that taught nothing."""
    return np.where(live.any(1), live[:, ::-1].argmax(1), live.shape[1])


def last_year(y: Array, steps: int) -> Array:
    """Seasonal naive: the last 12 months repeated over ``steps`` (n, steps); nan where there are no 12 months."""
    if y.shape[1] < YEAR:
        return np.full((len(y), steps), np.nan)
    return np.tile(y[:, -YEAR:], (1, -(-steps // YEAR)))[:, :steps]


def yearly_change(y: Array, start: Index) -> Array:
    """Mean yearly change of the monthly level (n,): last 12 months against the first whole year before, per year."""
    n, months = y.shape
    years = (months - start) // YEAR
    total = np.cumsum(np.pad(y, ((0, 0), (1, 0))), 1)
    row = np.arange(n)
    open_at = np.maximum(months - years * YEAR, 0)
    first = total[row, np.minimum(open_at + YEAR, months)] - total[row, open_at]
    last = total[:, -1] - total[row, max(months - YEAR, 0)]
    return np.where(years >= 2, (last - first) / YEAR / np.maximum(years - 1, 1), 0.0)
