"""A running month is forecast from the days its due counts, not from later ones that happen to be known."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from salesnb.model.periods import Calendar, Window
from salesnb.notebook.review_basis import ReviewBasis

CALENDAR = Calendar()


def book(through: date) -> Any:
    """Facts known on 29 March: 100 a day in March, 1,000 in each earlier month; the review has reached ``through``."""

    def sums(by: Any, windows: list[Window], as_of: date) -> pd.DataFrame:
        days = (windows[0].end - windows[0].start).days + 1
        return pd.DataFrame({"window": [windows[0].label], "region_id": ["r"], "net_minor": [100 * days]})

    months = pd.DataFrame(
        {"month": ["2024-01", "2024-02", "2024-03"], "region_id": "r", "net_minor": [1000, 1000, 2900]}
    )
    facts = SimpleNamespace(months=lambda by, as_of: months, sums=sums)
    return SimpleNamespace(
        facts=facts, calendar=CALENDAR, as_of=date(2024, 3, 29), main=SimpleNamespace(through=through)
    )


@pytest.mark.parametrize(
    ("through", "expected"),
    [
        (date(2024, 3, 24), {"2024-01": 1000, "2024-02": 1000, "2024-03": 2400}),
        (date(2024, 2, 29), {"2024-01": 1000, "2024-02": 1000}),
        (date(2024, 3, 31), {"2024-01": 1000, "2024-02": 1000, "2024-03": 2900}),
    ],
)
def test_a_running_month_holds_the_days_reached_only(through: date, expected: dict[str, int]) -> None:
    found = ReviewBasis.months_reached(book(through), ("region_id",))
    assert dict(zip(found["month"], found["net_minor"], strict=True)) == expected
