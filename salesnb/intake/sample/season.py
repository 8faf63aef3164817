"""When customers order: working days, the weeks around the Spring Festival, the months of the year."""

from __future__ import annotations

from functools import cache

import numpy as np

from salesnb.intake.sample.catalog import FIRST_YEAR, LAST_YEAR, YEARS

# first day of the Chinese New Year
FESTIVALS = ("2021-02-12", "2022-02-01", "2023-01-22", "2024-02-10", "2025-01-29")
# how busy an ordinary working day of each month is; with the festival the quarters come to about 20/29/29/22 %
_MONTHS = (0.93, 0.94, 0.99, 1.03, 1.10, 1.25, 1.06, 1.08, 1.26, 0.98, 0.90, 0.86)
_OFFLINE_REST, _ONLINE_REST = 0.03, 0.75
DAYS = np.arange(np.datetime64(f"{FIRST_YEAR}-01-01"), np.datetime64(f"{LAST_YEAR + 1}-01-01"))
MONTHS = np.arange(np.datetime64(f"{FIRST_YEAR}-01", "M"), np.datetime64(f"{LAST_YEAR + 1}-01", "M"))
MONTH_OF_DAY = (DAYS.astype("datetime64[M]") - MONTHS[0]).astype(int)
YEAR_OF_MONTH = np.repeat(np.array(YEARS), 12)


@cache
def workdays() -> np.ndarray:
    """Flags for all of ``DAYS``: a working day by the State Council's arrangement (make-up days included)."""
    import chinese_calendar

    return np.array([chinese_calendar.is_workday(day) for day in DAYS.tolist()])


@cache
def festival_factor() -> np.ndarray:
    """Multiplier per day: a slack fortnight before the festival, a slow restart, then the orders that were put off."""
    out = np.ones(len(DAYS))
    for festival in FESTIVALS:
        distance = (DAYS - np.datetime64(festival)).astype(int)
        for low, high, start, stop in (
            (-16, -1, 0.85, 0.35),
            (0, 6, 0.05, 0.05),
            (7, 18, 0.45, 1.0),
            (19, 40, 1.12, 1.10),
        ):
            here = (distance >= low) & (distance <= high)
            out[here] *= np.linspace(start, stop, high - low + 1)[distance[here] - low]
    return out


@cache
def day_weights(online: bool) -> np.ndarray:
    """Relative order intensity of every day in ``DAYS`` (float64, positive)."""
    rest = _ONLINE_REST if online else _OFFLINE_REST
    month = np.array(_MONTHS)[(MONTH_OF_DAY % 12)]
    festival = festival_factor() ** (0.6 if online else 1.0)
    return np.where(workdays(), 1.0, rest) * month * festival


@cache
def month_weights(online: bool) -> np.ndarray:
    """Share of each month in its own year (12 × 4 values that sum to 1 per year)."""
    sums = np.bincount(MONTH_OF_DAY, day_weights(online), len(MONTHS)).reshape(-1, 12)
    return (sums / sums.sum(axis=1, keepdims=True)).ravel()


def office_minutes(rng: np.random.Generator, count: int) -> np.ndarray:
    """Times of day between 9:00 and 17:45, as minutes since midnight (timedelta64[m])."""
    return (540 + rng.random(count) * 525).astype("timedelta64[m]")
