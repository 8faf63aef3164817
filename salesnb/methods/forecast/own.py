"""Each node's own forecast, where its history carries one: season out, outliers clipped, four members, their mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast.history import YEAR, History, State
from salesnb.methods.forecast.members import Level, last_year, smooth, yearly_change
from salesnb.methods.forecast.season import Season

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

MEMBERS = ("ses", "theta", "damped", "last_year_plus_change")
OWN_STATES = (State.FITTED, State.CONSTANT, State.SIGNED, State.SPARSE)
_WARM = 6
REL_RANGE = (0.003, 3.0)
QUIET = 0.02


@dataclass
class Own:
    """Forecasts of N nodes before they are made to add up; arrays are filled in place while a fit is made.

    ``months`` (N, steps); ``members`` (4, N, steps) as :data:`MEMBERS`, nan where a node has no own forecast. ``size``
    (N,) is the usual monthly level (mean absolute, season out), ``noise`` the one-step error relative to it, ``gain``
    how much of a month's surprise stays in the level, ``residual`` (N, T) the relative one-step errors, nan where there
    are none, ``by_share`` whether the forecast is a share of the parent's.
    """

    months: Array
    members: Array
    size: Array
    noise: Array
    gain: Array
    residual: Array
    by_share: Mask


def forecast_own(history: History, season: Season, clean: Array, steps: int, rate: float = 0.0) -> Own:
    """Members, their mean and one-step errors of the nodes with a history of their own; ``clean`` (N, T) is clipped.

    Three of the members hold back from a trend (smoothing all of it, Theta half, damping by and by). What they hold
    back goes to the believed yearly growth ``rate``, not to standstill: it is taken out of the history before they
    smooth and put back after, in full where noise hides the growth, hardly in histories far quieter than QUIET.
    """
    nodes, months = history.y.shape
    draft = Own(
        months=np.full((nodes, steps), np.nan),
        members=np.full((len(MEMBERS), nodes, steps), np.nan),
        size=np.zeros(nodes),
        noise=np.full(nodes, np.nan),
        gain=np.full(nodes, np.nan),
        residual=np.full((nodes, months), np.nan),
        by_share=np.zeros(nodes, bool),
    )
    rows = history.rows(*OWN_STATES)
    if not len(rows):
        return draft
    level = _leaning(history, season, clean, rows, (steps, rate))
    ratio, shift = season.take(np.arange(months, months + steps))
    members = draft.members
    members[:3, rows] = level.ahead * ratio[rows] + shift[rows]
    year = np.arange(steps) // YEAR + 1
    members[3, rows] = last_year(clean[rows], steps) + yearly_change(clean[rows], history.start[rows])[:, None] * year
    signed = (history.state == str(State.SIGNED))[rows]
    members[:, rows[~signed]] = np.maximum(members[:, rows[~signed]], 0.0)
    draft.months[rows] = members[:, rows].mean(0)
    draft.gain[rows] = level.gain
    _measure_noise(history, season, rows, level.one_step, draft)
    return draft


def _leaning(history: History, season: Season, clean: Array, rows: Index, ahead: tuple[int, float]) -> Level:
    """The smoothed members of ``rows``, leaning to the believed growth; constant and signed histories lean to none."""
    steps, rate = ahead
    z, months = season.level(clean)[rows], history.months
    inside = history.seen[rows]
    size = np.maximum(np.abs(z).mean(1), 1e-300)
    scatter = np.sqrt((np.where(inside, z - season.trend[rows], 0.0) ** 2).sum(1) / np.maximum(inside.sum(1), 1)) / size
    plain = ~np.isin(history.state[rows], [str(State.CONSTANT), str(State.SIGNED)])
    yearly = np.log1p(rate) * np.where(plain, scatter**2 / (scatter**2 + QUIET**2), 0.0)
    path = np.exp(yearly[:, None] * np.arange(1 - months, steps + 1)[None, :] / YEAR)
    told = smooth(z / path[:, :months], inside, history.start[rows], steps)
    return Level(told.ahead * path[:, months:], told.one_step * path[:, :months], told.gain)


def _measure_noise(history: History, season: Season, rows: Index, one_step: Array, draft: Own) -> None:
    """Size, relative one-step noise and relative residuals of ``rows`` into ``draft``."""
    z = season.level(history.y)[rows]
    inside = np.arange(history.months)[None, :] >= history.start[rows][:, None]
    size = np.where(inside, np.abs(z), 0.0).sum(1) / np.maximum(inside.sum(1), 1)
    size = np.maximum(size, 1e-300)
    used = history.seen[rows] & (np.arange(history.months)[None, :] >= history.start[rows][:, None] + _WARM)
    error = np.where(used, z - np.nan_to_num(one_step), 0.0)
    count = np.maximum(used.sum(1), 1)
    relative = error / np.maximum(np.abs(np.nan_to_num(one_step)), 0.1 * size[:, None])
    plain = np.sqrt((error**2).sum(1) / count) / size
    mean = relative.sum(1) / count
    scaled = np.sqrt((np.where(used, relative - mean[:, None], 0.0) ** 2).sum(1) / count)
    draft.size[rows] = size
    draft.noise[rows] = np.clip(np.minimum(plain, scaled), *REL_RANGE)
    draft.residual[rows] = np.where(used, relative, np.nan)


def share_months(history: History) -> Index:
    """Months (N,) from which a node's share of its parent is taken: 24 against noise, at most 12 of a young node."""
    young = np.minimum(history.seen.sum(1), YEAR)
    return np.where(history.state == str(State.SHORT), young, 2 * YEAR)
