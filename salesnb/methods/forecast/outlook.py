"""What a window of months will bring: middle, interval and the chance of any target, with the record beside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.forecast import student
from salesnb.methods.forecast.backtest import Backtest, Record, no_trials
from salesnb.methods.forecast.fit import Fit
from salesnb.methods.forecast.scale import DF
from salesnb.methods.forecast.window import Window, window

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Outlook:
    """The total of a window for N nodes: ``known`` (what has already come) plus the forecast of the rest.

    ``months`` (N, horizon) and ``total`` (N,) add up over the tree; ``naive`` (N,) is the last year repeated.
    ``factor`` (N,) is the company's own correction of the scale; ``records`` hold the back-test of each node's group.
    ``interval_given`` and ``chance_given`` (N,) say where an interval and a chance exist: none for short, ended, zero
    or empty histories, and no chance without a back-test of the node's group.
    """

    fit: Fit
    window: Window
    known: Array
    months: Array
    naive: Array
    factor: Array
    records: tuple[Record, ...]
    chance_given: Mask

    @property
    def total(self) -> Array:
        """Known part plus forecast (N,): the middle of the distribution."""
        return self.known + self.window.ahead

    @property
    def interval_given(self) -> Mask:
        """Whether a node gets an interval (N,)."""
        return self.window.open

    def quantile(self, levels: ArrayLike) -> Array:
        """Quantiles of the total (N, K) for ``levels`` (K,) between 0 and 1; nan where no interval is given."""
        t = student.ppf(np.atleast_1d(np.asarray(levels, float)), DF)
        value = self.known[:, None] + self.window.at(t, self.factor)
        return np.where(self.window.open[:, None], value, np.nan)

    def interval(self, level: float = 0.80) -> tuple[Array, Array]:
        """Lower and upper end (N,) of the central interval; nan where none is given."""
        ends = self.quantile([(1 - level) / 2, (1 + level) / 2])
        return ends[:, 0], ends[:, 1]

    def attain(self, target: ArrayLike) -> Array:
        """Chance that the total reaches ``target``, (N,) or (N, K) as the target (a scalar holds for all nodes).

        nan where no chance is given. A target already reached has chance 1 where months cannot be negative.
        """
        goal = np.asarray(target, float)
        if goal.ndim == 0:
            goal = np.full(len(self.known), float(goal))
        need = goal - (self.known if goal.ndim == 1 else self.known[:, None])
        wide = need[:, None] if goal.ndim == 1 else need
        with np.errstate(invalid="ignore"):
            chance = 1.0 - student.cdf(self.window.standard(wide, self.factor), DF)
            plain = ~self.window.linear[:, None]
            chance = np.where(plain & (self.window.ahead <= 0)[:, None], 0.0, chance)
            chance = np.where(plain & (wide <= 0), 1.0, chance)
        chance = np.where(np.isnan(wide) | ~self.chance_given[:, None], np.nan, chance)
        return chance[:, 0] if goal.ndim == 1 else chance


def outlook(
    fitted: Fit,
    tested: Backtest | None = None,
    skip: int = 0,
    horizon: int = 12,
    known: ArrayLike = 0.0,
) -> Outlook:
    """The :class:`Outlook` of months ``skip`` + 1 … ``skip`` + ``horizon`` after the history.

    ``known`` (N,) or a number is what of the same total has already come (k months of a year known: horizon 12 - k).
    ``tested`` is the company's :func:`~.backtest.backtest`; without it intervals stand on the public constants alone,
    and no chance is given. Raises ValueError where the fit does not reach that far.
    """
    view = window(fitted, skip, horizon)
    already = np.array(np.broadcast_to(np.asarray(known, float), view.ahead.shape))
    none = Backtest(skip, horizon, no_trials(), np.zeros(0), ())
    known_groups = none if tested is None else tested
    records = tuple(
        known_groups.record(int(depth), bool(by_share))
        for depth, by_share in zip(fitted.tree.depth, fitted.own.by_share, strict=True)
    )
    return Outlook(
        fit=fitted,
        window=view,
        known=already,
        months=fitted.months[:, skip : skip + horizon],
        naive=already + fitted.naive[:, skip : skip + horizon].sum(1),
        factor=np.array([r.factor for r in records]),
        records=records,
        chance_given=view.open & np.array([r.count > 0 for r in records], bool),
    )
