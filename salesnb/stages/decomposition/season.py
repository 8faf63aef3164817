"""How the plan's year breathes: the season of history with the festival moved, and the working days of each month."""

from __future__ import annotations

import numpy as np

from salesnb.methods.seasonality import OK, SPARSE, seasonal, window_share
from salesnb.model.periods import month_range
from salesnb.stages.decomposition.cube import Floats
from salesnb.stages.decomposition.setting import Setting

WEEK = 7  # days before and after the first day of the Spring Festival in which business stands still


def month_weights(setting: Setting) -> Floats:
    """(months,) share of a year's sales in each month of the plan; a whole year sums to 1.

    From history of two years and more: its seasonal index with the festival where it falls in the plan, times this
    month's working days against the same month's in history. Less history: working days alone.
    """
    days = setting.working_days
    flat = days / days.sum() * len(days) / 12
    sums = setting.history.groupby("month")["net_minor"].sum()
    sums = sums[sums.index <= setting.profile_months[-1]]
    if sums.empty:
        return flat
    months = month_range(str(sums.index[0]), str(sums.index[-1]))
    series = sums.reindex(list(months)).fillna(0).to_numpy(float)
    years = range(int(months[0][:4]), int(setting.months[-1][:4]) + 1)
    festivals = [setting.calendar.workdays.spring_festival(year) for year in years]
    season = seasonal(series, int(months[0][5:]), festival=window_share(list(months), festivals, WEEK, WEEK))
    if season.state[0] not in (OK, SPARSE):
        return flat
    share = window_share(list(setting.months), festivals, WEEK, WEEK)
    factor = season.factor([int(month[5:]) for month in setting.months], share)[0]
    # days beside the festival: a month with two working days more than usual sells more
    usual = _usual_days(setting, months)
    factor = factor * np.where((share > 0) | (season.festival_usual[_columns(setting)] > 0), 1.0, days / usual)
    weights: Floats = np.maximum(factor, 0.0) / 12
    return weights * (len(days) / 12) / weights.sum() if len(days) == 12 else weights


def _columns(setting: Setting) -> np.ndarray:
    return np.array([int(month[5:]) - 1 for month in setting.months])


def _usual_days(setting: Setting, months: tuple[str, ...]) -> Floats:
    """(months,) mean working days of the same calendar month in history."""
    out = []
    for month in setting.months:
        same = [setting.workdays(*setting.span(past)) for past in months if past[5:] == month[5:]]
        out.append(float(np.mean(same)) if same else 21.0)
    return np.array(out)
