"""Where a period stands: actual against what was due, against last year, and what every day that is left must bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from salesnb.model.periods import Calendar
from salesnb.model.tables import check, contract
from salesnb.stages.review.curve import Curve
from salesnb.stages.review.scopes import Scope
from salesnb.stages.review.targets import Targets

NONE = "none"


@dataclass(frozen=True)
class Lights:
    """Attainment below which a figure is to be watched, and below which it is bad (dated parameters)."""

    warn_below: float | None = None
    bad_below: float | None = None

    def state(self, attainment: float | None) -> str:
        """good, warn or bad; none where nothing is known to judge by."""
        if attainment is None or attainment != attainment or (self.warn_below is None and self.bad_below is None):
            return NONE
        if self.bad_below is not None and attainment < self.bad_below:
            return "bad"
        return "warn" if self.warn_below is not None and attainment < self.warn_below else "good"


def behind(actual: float | None, due: float | None, basis: str = "relative", target: float | None = None) -> float:
    """1 − actual ÷ due; with ``basis`` points (due − actual) ÷ the whole target. Positive is behind, negative ahead.

    NaN where there is nothing to divide by.
    """
    if actual is None or due is None or pd.isna(due):
        return float("nan")
    base = target if basis == "points" else due
    if base is None or pd.isna(base) or base <= 0:
        return float("nan")
    return float((due - actual) / base)


def pace(
    found: Sequence[Scope],
    sales: Mapping[str, int],
    targets: Targets,
    curve: Curve,
    lights: Lights,
    basis: str = "relative",
) -> pd.DataFrame:
    """``review_pace``: one row a scope. ``sales``: net by window label (:meth:`Scope.window` and its two twins).

    A twin whose label is not in ``sales`` lies before the first known sale: then there is no comparison.
    """
    rows = [_row(scope, sales, targets, curve, (lights, basis)) for scope in found]
    return check(pd.DataFrame(rows, columns=[c.name for c in contract("review_pace").columns]), contract("review_pace"))


def _row(
    scope: Scope, sales: Mapping[str, int], targets: Targets, curve: Curve, how: tuple[Lights, str]
) -> dict[str, object]:
    period, calendar = scope.period, curve.calendar
    pieces = targets.pieces("", period.start, period.end)
    has = len(pieces) > 0
    target = int(curve.due(pieces, period.start, period.end).sum()) if has else None
    due = int(curve.due(pieces, period.start, scope.through).sum()) if has else None
    actual = int(sales.get(period.text, 0))
    last, before = sales.get(f"{period.text}-1y"), sales.get(f"{period.text}-1p")
    done, left = workdays(scope, calendar)
    attained = actual / due if due else float("nan")
    return {
        "scope": period.text,
        "kind": str(period.kind),
        "start_date": pd.Timestamp(period.start),
        "through_date": pd.Timestamp(scope.through),
        "actual_minor": actual,
        "target_minor": target,
        "due_minor": due,
        "gap_minor": None if due is None else actual - due,
        "attainment_rate": attained,
        "behind_rate": behind(actual, due, how[1], target),
        "last_year_minor": last,
        "yoy_rate": _growth(actual, last),
        "previous_minor": before,
        "mom_rate": _growth(actual, before),
        "workdays_done": done,
        "workdays_left": left,
        "run_rate_minor": round(actual / done) if done else None,
        "required_minor": None if target is None or not left else max(-((actual - target) // left), 0),
        "state": how[0].state(attained),
    }


def workdays(scope: Scope, calendar: Calendar) -> tuple[int, int]:
    """Working days of the period that are gone and that are left."""
    done = calendar.workdays.count(scope.period.start, scope.through)
    return done, calendar.workdays.count(scope.through + timedelta(days=1), scope.period.end)


def _growth(now: int, before: int | None) -> float:
    return now / before - 1 if before is not None and before > 0 else float("nan")


def path(year: Scope, months: pd.DataFrame, targets: Targets, curve: Curve) -> pd.DataFrame:
    """Cumulated due and actual by month of the year, landing columns still empty (``review_path`` before the forecast).

    ``months``: month, net_minor of the company as known. Months to come have no actual.
    """
    net = months.groupby("month")["net_minor"].sum()
    running = curve.calendar.month_of(year.through)
    pieces = targets.pieces("", year.period.start, year.period.end)
    rows, actual = [], 0
    for month in year.period.months:
        end = curve.calendar.period(month).end
        due = int(curve.due(pieces, year.period.start, end).sum()) if len(pieces) else None
        actual += int(net.get(month, 0))
        rows.append({"month": month, "due_minor": due, "actual_minor": actual if month <= running else None})
    out = pd.DataFrame(rows).astype({"due_minor": "Int64", "actual_minor": "Int64"})
    empty = pd.Series([None] * len(out), dtype="Int64")
    return out.assign(landing_minor=empty, low_minor=empty, high_minor=empty)
