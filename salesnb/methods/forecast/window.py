"""The total of a window of months as a distribution around its forecast, for all nodes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast.fit import Fit
from salesnb.methods.forecast.history import State
from salesnb.methods.forecast.scale import scale_of

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

NO_INTERVAL = (State.SHORT, State.ENDED, State.ZERO, State.EMPTY)


@dataclass(frozen=True)
class Window:
    """Total of months ``skip`` + 1 … ``skip`` + ``horizon`` after the history.

    ``ahead`` (N,) the middle of its distribution, ``scale`` (N,) of log(actual / ahead), on the plain axis in units of
    ``reach`` (N,) where ``linear`` (N,) is true. ``open`` (N,) is false for nodes that get no interval (short, ended,
    zero, empty); those with a parent still carry a scale so that they can move with it.
    """

    skip: int
    horizon: int
    ahead: Array
    scale: Array
    linear: Mask
    reach: Array
    open: Mask

    def at(self, t: Array, factor: Array | float = 1.0) -> Array:
        """Totals (N, K) at standard t values (K,) or (N, K), scale times ``factor``."""
        step = (np.asarray(factor) * self.scale)[..., None] * t
        up = self.ahead[:, None] * np.exp(np.clip(step, -3.0, 3.0))
        return np.where(self.linear[:, None], self.ahead[:, None] + self.reach[:, None] * step, up)

    def standard(self, total: Array, factor: Array | float = 1.0) -> Array:
        """Standard t values (N, K) of totals (N, K); -inf where a total is not above zero on the log axis."""
        width = np.maximum(np.asarray(factor) * self.scale, 1e-12)[..., None]
        ahead, linear = self.ahead[:, None], self.linear[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.log(np.maximum(total, 0.0) / np.where(ahead > 0, ahead, np.nan)) / width
        plain = (total - ahead) / np.where(linear, self.reach[:, None], 1.0) / width
        return np.where(linear, plain, ratio)


def window(fit: Fit, skip: int = 0, horizon: int = 12) -> Window:
    """The :class:`Window` of a :class:`~.fit.Fit`; raises ValueError where the fit does not reach that far."""
    if skip < 0 or horizon < 1 or skip + horizon > fit.steps:
        raise ValueError(f"window of {horizon} months after {skip}: the fit has {fit.steps}")
    ahead = fit.months[:, skip : skip + horizon].sum(1)
    linear = fit.history.state == str(State.SIGNED)
    shut = np.isin(fit.history.state, [str(s) for s in NO_INTERVAL])
    return Window(
        skip=skip,
        horizon=horizon,
        ahead=ahead,
        scale=scale_of(fit.history, fit.own, skip, horizon),
        linear=linear,
        reach=np.maximum(fit.own.size * horizon, 1e-300),
        open=~shut & (linear | (ahead > 0)),
    )
