"""A visible belief about growth over last year, joined with the forecast by their precision.

Next year's total over last year's is believed to be ``rate``, give or take ``sd``; the forecast says something else,
give or take its scale. The middle is the weighted mean (normal prior, normal likelihood): a sure forecast hardly
moves, a doubtful one meets the belief. On public panels a belief of 5 % ± 20 % a year narrows the misses of both
(tests/bench).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from salesnb.methods.forecast.history import YEAR, History, State
from salesnb.methods.forecast.members import last_year
from salesnb.methods.forecast.own import Own
from salesnb.methods.forecast.scale import scale_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Growth:
    """Belief: the coming months bring ``rate`` over the same months of last year, one standard deviation ``sd`` (> 0,
    on the log scale). Raises ValueError for a rate of -100 % or less or an ``sd`` that is not above zero."""

    rate: float = 0.05
    sd: float = 0.20

    def __post_init__(self) -> None:
        if not self.rate > -1.0 or not self.sd > 0.0:
            raise ValueError(f"growth {self.rate} ± {self.sd}: the rate above -1, the sd above 0")


DEFAULT_GROWTH = Growth()


def growth_shift(history: History, clean: Array, own: Own, growth: Growth) -> Array:
    """What the belief adds to the log of each own forecast (N,), from up to twelve months ahead; 0 for nodes without
    an own forecast, signed ones, or without a positive last year (of ``clean``, N by T) to compare with."""
    horizon = min(own.months.shape[1], YEAR)
    ahead = own.months[:, :horizon].sum(1)
    before = last_year(clean, horizon).sum(1)
    scale = scale_of(history, own, 0, horizon)
    with np.errstate(invalid="ignore"):
        use = (history.state != str(State.SIGNED)) & (ahead > 0) & (before > 0) & (scale > 0)
    doubt = growth.sd**2 + np.where(use, own.noise, 0.0) ** 2 / horizon
    weight = np.where(use, scale, 0.0) ** 2 / (np.where(use, scale, 0.0) ** 2 + doubt)
    said = np.log(np.where(use, ahead, 1.0) / np.where(use, before, 1.0))
    return np.where(use, weight * (np.log1p(growth.rate) - said), 0.0)
