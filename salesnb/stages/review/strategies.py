"""What a strategy changed: sales since its start against a forecast that knew nothing of what came after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from salesnb.methods import forecast
from salesnb.model.periods import month_range
from salesnb.model.tables import check, contract

LEVEL = 0.80
LEAST_HISTORY = 25  # months; below that no back-test and so no interval


@dataclass(frozen=True)
class Tried:
    """One strategy with what it was about: ``before`` and ``since`` are monthly sales of its nodes (month → minor).

    ``before`` as known the day before it began, whole months; ``since`` as known now, whole months after the start.
    None where the sales cannot tell its nodes. ``believed``: what one believed of growth then.
    """

    strategy: str
    kind: str
    text: str
    start: date
    before: dict[str, int] | None
    since: dict[str, int]
    months: tuple[str, ...]
    note: str = ""
    believed: forecast.Growth = forecast.DEFAULT_GROWTH


def effects(tried: Sequence[Tried]) -> pd.DataFrame:
    """``review_strategies``: actual less forecast with the 80 % interval of that difference, else why not.

    The forecast covers whole months from the first that begins on or after the start. ``unclear``: the difference lies
    within what such forecasts miss by; then nothing is claimed.
    """
    rows = [
        {
            "strategy": one.strategy,
            "kind": one.kind,
            "text": one.text,
            "start_date": pd.Timestamp(one.start),
            "month_count": len(one.months),
            "note": one.note or None,
            **_measured(one),
        }
        for one in tried
    ]
    names = [c.name for c in contract("review_strategies").columns]
    return check(pd.DataFrame(rows, columns=names), contract("review_strategies"))


def _measured(one: Tried) -> dict[str, object]:
    if one.before is None:
        return _unknown("no_scope")
    if not one.months:
        return _unknown("too_early")
    actual = sum(one.since.get(month, 0) for month in one.months)
    held = {month: value for month, value in one.before.items() if month < one.months[0]}
    if not held:
        return _unknown("no_history") | {"actual_minor": actual}
    every = month_range(min(held), _before(one.months[0]))
    values = np.array([[float(held.get(month, 0)) for month in every]])
    if len(every) < LEAST_HISTORY or values.sum() <= 0:
        return _unknown("no_history") | {"actual_minor": actual}
    root = np.array([-1])
    fitted = forecast.fit(values, root, steps=len(one.months), growth=one.believed)
    tested = forecast.backtest(values, root, horizon=len(one.months), growth=one.believed)
    view = forecast.outlook(fitted, tested, horizon=len(one.months))
    low, high = (float(end[0]) for end in view.interval(LEVEL))
    middle = float(view.total[0])
    if not np.isfinite([low, high, middle]).all():
        return _unknown("no_history") | {"actual_minor": actual}
    verdict = "better" if actual > high else "worse" if actual < low else "unclear"
    return {
        "actual_minor": actual,
        "forecast_minor": round(middle),
        "difference_minor": actual - round(middle),
        "low_minor": actual - round(high),
        "high_minor": actual - round(low),
        "verdict": verdict,
        "reason": "none",
    }


def _unknown(reason: str) -> dict[str, object]:
    return {"verdict": "unknown", "reason": reason}


def _before(month: str) -> str:
    index = int(month[:4]) * 12 + int(month[5:]) - 2
    return f"{index // 12:04d}-{index % 12 + 1:02d}"
