"""How far the total of a window of months may miss, for all nodes: the scale of its Student t.

scale² = (DISAGREE · spread of the members' totals)² + (NOISE · x^power)² + FLOOR², where x is the one-step noise
carried to the window (a share ``gain`` of each month's surprise stays) relative to its total. The power falls with the
lead, pivoting at PIVOT: far ahead, quiet histories miss by more than their noise tells and loud ones by less. The
constants are estimated by ``tests/bench/forecast_constants.py`` on two public and one generated panel with equal
weights; none of them knows a company, which is why its own back-test corrects the scale.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast.history import History, State
from salesnb.methods.forecast.own import Own, share_months

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Mask = NDArray[np.bool_]

DISAGREE = 0.72
NOISE = 0.62
POWER = 0.885
FADE = 0.036
PIVOT = 0.066
DF = 5.5
FLOOR = 0.005
_LEAST_POWER = 0.1
_FITTED_PARAMETERS = 14
_LEAST_FREEDOM = 8


def scale_of(history: History, own: Own, skip: int, horizon: int) -> Array:
    """Scale (N,) of log(actual / forecast) of the total of ``horizon`` months after ``skip``.

    In units of size × horizon for signed histories. A node by share has its parent's doubt and its own scatter: that of
    the window and of the months its share comes from. Ended and zero histories have 0; empty ones, and short ones
    without a parent, nan. Waiting never sharpens the noise.
    """
    noise = np.maximum(_noise_part(history, own, skip, horizon), _noise_part(history, own, 0, horizon))
    drawn = np.nan_to_num(own.noise) * np.sqrt(1.0 / horizon + 1.0 / np.maximum(share_months(history), 1))
    spread = DISAGREE * disagreement(history, own, slice(skip, skip + horizon))
    scale = np.sqrt(spread**2 + noise**2 + FLOOR**2)
    for depth in range(1, int(history.tree.depth.max(initial=0)) + 1):
        rows = np.flatnonzero((history.tree.depth == depth) & own.by_share)
        scale[rows] = np.hypot(scale[history.tree.parent[rows]], drawn[rows])
    alone = (history.state == str(State.SHORT)) & ~own.by_share
    gone = np.isin(history.state, [str(s) for s in (State.ENDED, State.ZERO)])
    return np.where(alone | (history.state == str(State.EMPTY)), np.nan, np.where(gone, 0.0, scale))


def _noise_part(history: History, own: Own, skip: int, horizon: int) -> Array:
    """The second term of the scale (N,)."""
    x = noise_carried(history, own, skip, horizon)
    power = np.maximum(POWER - FADE * (_wait(history, skip) + (horizon + 1) / 2), _LEAST_POWER)
    return NOISE * x**power * PIVOT ** (POWER - power)


def disagreement(history: History, own: Own, part: slice) -> Array:
    """Spread of the members' totals over the steps of ``part`` relative to their mean (N,), 0 without members."""
    totals = np.nan_to_num(own.members[:, :, part].sum(2))
    middle = totals.mean(0)
    linear = history.state == str(State.SIGNED)
    reach = np.maximum(own.size * (part.stop - part.start), 1e-300)
    logs = np.log(np.maximum(totals, 1e-300) / np.where(middle > 0, middle, 1.0))
    spread = np.where(linear, totals.std(0) / reach, np.clip(logs, -1.0, 1.0).std(0))
    return np.where(own.by_share | np.isnan(own.members).any((0, 2)), 0.0, spread)


def noise_carried(history: History, own: Own, skip: int, horizon: int) -> Array:
    """One-step noise, corrected for what was fitted and carried to the window, relative to the window's total (N,)."""
    gain = np.nan_to_num(own.gain)[:, None]
    stay = 1.0 + gain * np.arange(horizon)[None, :]
    carried = np.sqrt((stay**2).sum(1) + _wait(history, skip) * (gain[:, 0] * horizon) ** 2) / horizon
    count = (~np.isnan(own.residual)).sum(1)
    freedom = np.maximum(count - _FITTED_PARAMETERS, _LEAST_FREEDOM)
    return np.nan_to_num(own.noise) * np.sqrt(np.maximum(count / freedom, 1.0)) * carried


def _wait(history: History, skip: int) -> Array:
    """Months between the last seen month of each node and the window (N,)."""
    return (skip + np.where(history.seen.any(1), history.gap, 0)).astype(float)
