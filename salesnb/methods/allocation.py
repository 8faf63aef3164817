"""Money over uses with falling returns: curves fitted from what was spent and what came, and the best split of a sum.

A use returns ``scale · x ** power`` for ``x`` a month, 0 < power < 1. The best split under a total and bounds has equal
marginal returns wherever no bound holds (water filling): x = (scale · power / λ)^(1 / (1 − power)), λ by bisection.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

ENOUGH = 12  # months with money and result before a curve is drawn
POWERS = (0.05, 0.95)  # a curve is concave; what is measured beyond is held here
LEAST_SPREAD = 0.05  # standard deviation of log spend: constant spending teaches nothing about more or less


@dataclass(frozen=True)
class Response:
    """One fitted curve. ``power_error`` is the standard error of the power, ``fit`` the R² of log on log."""

    scale: float
    power: float
    power_error: float
    fit: float
    months: int

    def at(self, spend: ArrayLike) -> Array:
        """Result of a month's ``spend``."""
        return self.scale * np.power(np.maximum(np.asarray(spend, float), 0.0), self.power)

    def marginal(self, spend: ArrayLike) -> Array:
        """Result of one more unit of money at ``spend``; infinite at zero."""
        x = np.asarray(spend, float)
        with np.errstate(divide="ignore"):
            return self.scale * self.power * np.power(x, self.power - 1)


def response(spend: ArrayLike, result: ArrayLike) -> Response | None:
    """The curve of monthly ``spend`` and ``result`` by least squares of logs; None where they do not show one.

    Months without money or result say nothing on a log scale and are left out; fewer than ``ENOUGH`` others, spending
    that never varied, or a result that falls with money give None.
    """
    x, y = np.asarray(spend, float), np.asarray(result, float)
    seen = (x > 0) & (y > 0)
    count = int(seen.sum())
    if count < ENOUGH:
        return None
    u, v = np.log(x[seen]), np.log(y[seen])
    du, dv = u - u.mean(), v - v.mean()
    if u.std() < LEAST_SPREAD:
        return None
    power = float(du @ dv / (du @ du))
    if power <= 0:
        return None
    left = dv - power * du
    error = float(np.sqrt(left @ left / (count - 2) / (du @ du)))
    fit = 1 - float(left @ left / (dv @ dv))
    held = float(np.clip(power, *POWERS))
    # the mean of logs is the log of a typical month, not of the mean month: the smearing factor (Duan 1983)
    smear = float(np.mean(np.exp(left)))
    return Response(float(np.exp(v.mean() - held * u.mean())) * smear, held, error, fit, count)


def best_split(
    scale: ArrayLike, power: ArrayLike, total: float, low: ArrayLike = 0.0, high: ArrayLike = np.inf
) -> Array:
    """The split of ``total`` over N uses that returns most, within ``low`` … ``high`` each; sums to ``total``.

    ``scale`` and ``power`` are (N,). ValueError where the bounds do not leave room for the total.
    """
    a, b = np.asarray(scale, float), np.asarray(power, float)
    lowest, highest = (
        np.broadcast_to(np.asarray(low, float), a.shape),
        np.broadcast_to(np.asarray(high, float), a.shape),
    )
    if not lowest.sum() <= total * (1 + 1e-12) or not total <= highest.sum() * (1 + 1e-12):
        raise ValueError(f"{total} does not fit between {lowest.sum()} and {highest.sum()}")

    def filled(level: float) -> Array:
        with np.errstate(over="ignore"):
            return np.clip(np.exp((np.log(a * b) - level) / (1 - b)), lowest, highest)

    down, up = -800.0, 800.0  # log of the marginal return: any amount a float can hold
    for _ in range(200):
        middle = (down + up) / 2
        down, up = (middle, up) if filled(middle).sum() > total else (down, middle)
    split = filled(up)
    free = (split > lowest) & (split < highest)
    room = split[free].sum()
    if room > 0:  # what bisection left over, in proportion
        split[free] *= 1 + (total - split.sum()) / room
    return split
