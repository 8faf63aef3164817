"""Where a running month, quarter or year will land: whole months known, and the running month in part.

Whole months: fit the history up to the last whole month, take the rest of the year as the window and pass what has come
as ``known`` to :func:`~.outlook.outlook`. The running month: its total is believed to be the forecast, give or take one
step's noise; what has come by the date, over the share of a month that usually has come by then, is a second opinion
that grows sharper with the date. Both are joined by precision, as is what the surprise says about later months.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from salesnb.methods.forecast.outlook import Outlook
from salesnb.methods.forecast.scale import scale_of

Array = NDArray[np.float64]


def share_spread(shares: ArrayLike) -> float:
    """Spread ``daily`` for :func:`month_to_date` from past ``shares`` (n,) of a month's total come by the same day.

    With share c and independent days the relative spread of total ÷ (come ÷ c) is daily · √((1 - c) / c); solved for
    ``daily``. Raises ValueError for fewer than 6 past months or shares outside 0 … 1.
    """
    c = np.asarray(shares, float)
    if c.size < 6 or np.any(~(c > 0)) or np.any(c >= 1):
        raise ValueError("at least 6 past shares, each above 0 and below 1")
    middle = float(np.exp(np.log(c).mean()))
    return float(np.log(c).std(ddof=1) * np.sqrt(middle / (1.0 - middle)))


def month_to_date(view: Outlook, come: ArrayLike, elapsed: float, daily: float | None = None) -> Outlook:
    """The outlook when ``come`` (N,) of the first month is in, ``elapsed`` (0 … 1) being the usual share by then.

    ``elapsed`` is the share of a month's total that has usually come by the date (by working days, or from past
    months); ``daily`` the spread of :func:`share_spread`, by default as large as the one-step noise of the node. The
    remainder of the month moves to the joined opinion, later months by the share ``gain`` of the surprise, and the
    doubt shrinks by what is now known of the first month. ``come`` is added to ``known``. nan in ``come`` leaves a
    node as it was; signed histories have only their remainder shortened. Raises ValueError for ``elapsed`` outside 0
    … 1 or a window that does not begin with the next month.
    """
    if not 0.0 <= elapsed <= 1.0:
        raise ValueError(f"elapsed {elapsed}: between 0 and 1")
    if view.window.skip:
        raise ValueError("the window begins later than the running month")
    got = np.broadcast_to(np.asarray(come, float), view.known.shape)
    first = view.months[:, 0]
    prior = np.maximum(np.nan_to_num(scale_of(view.fit.history, view.fit.own, 0, 1)), 1e-9)
    loose = np.maximum(prior if daily is None else np.full(len(prior), float(daily)), 1e-9)
    sharp = elapsed / (1.0 - elapsed) / loose**2 if elapsed < 1.0 else np.full(len(prior), np.inf)
    sure = np.where(np.isinf(sharp), 1.0, sharp / (np.where(np.isinf(sharp), 0.0, sharp) + 1.0 / prior**2))
    plain = (first > 0) & ~view.window.linear & (elapsed > 0)
    seen = np.divide(got, first * elapsed, out=np.ones_like(first), where=plain)
    surprise = np.where(plain, 1.0 + sure * (seen - 1.0), 1.0)
    use = np.isfinite(got)
    surprise = np.where(use, np.maximum(surprise, 0.0), 1.0)
    left = np.where(use, 1.0 - elapsed, 1.0)
    gain = np.nan_to_num(view.fit.own.gain)
    months = view.months * (1.0 + gain * (surprise - 1.0))[:, None]
    months[:, 0] = first * surprise * left
    months = _adding_up(view, months)
    known = view.known + np.where(use, got, 0.0)
    scale = _less_doubt(view, months, np.where(use, sure, 0.0))
    window = replace(view.window, ahead=months.sum(1), scale=scale)
    naive = view.naive + np.where(use, got - elapsed * view.fit.naive[:, 0], 0.0)
    return replace(view, months=months, known=known, window=window, naive=naive)


def _adding_up(view: Outlook, months: Array) -> Array:
    """Months moved node by node made to add up again: the roots' totals hold, children keep their proportions."""
    tree = view.fit.tree
    if not tree.families:
        return months
    out = np.nan_to_num(months)
    for family in tree.families:
        sums = np.add.reduceat(out[family.child], family.start, axis=0)
        ratio = np.divide(out[family.parent], sums, out=np.ones_like(sums), where=sums != 0)
        out[family.child] *= ratio[family.run]
    return np.where(np.isnan(months), np.nan, tree.add_up(out[tree.leaves]))


def _less_doubt(view: Outlook, months: Array, sure: Array) -> Array:
    """Scale of what is still to come (N,): the first month's shock, the largest, is known to the degree ``sure``.

    The doubt about the window is amount × scale; of its square the first month's share goes with what is known of it.
    """
    horizon = view.window.horizon
    gain = np.nan_to_num(view.fit.own.gain)
    weight = (1.0 + gain[:, None] * np.arange(horizon)[None, ::-1]) ** 2
    kept = 1.0 - sure * weight[:, 0] / weight.sum(1)
    before, after = view.window.ahead, months.sum(1)
    ratio = np.divide(before, after, out=np.ones_like(after), where=(after > 0) & (before > 0))
    return view.window.scale * np.sqrt(kept) * np.where(view.window.linear, 1.0, ratio)
