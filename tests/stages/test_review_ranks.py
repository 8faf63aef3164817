"""Best sellers and newcomers side by side, as a director reads a team that falls short."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from salesnb.stages.review.ranks import BEST, LEAST, best_and_rookies
from tests.cases import worked

THROUGH = date(2024, 6, 30)


def team(best: float, rookies: float, factor: int = 1) -> tuple[pd.DataFrame, dict[str, date]]:
    """Fifteen people who sold last year, the highest three reaching ``best`` of what is due, and three newcomers."""
    rows: list[tuple[str, int, int, int | None]] = [
        (f"E{i:02d}", round(1000 * (best if i < 3 else 1.0)), 1000, 5000 - 100 * i) for i in range(15)
    ]
    rows += [(f"N{i}", round(1000 * rookies), 1000, None) for i in range(3)]
    frame = pd.DataFrame(rows, columns=["node_id", "actual_minor", "due_minor", "last_year_minor"])
    for name in ("actual_minor", "due_minor", "last_year_minor"):
        frame[name] = frame[name].astype("Int64") * factor
    hired = {n: date(2019, 1, 1) for n in frame["node_id"]} | {f"N{i}": THROUGH - timedelta(100) for i in range(3)}
    return frame, hired


def test_the_case_shows_both_as_attainment() -> None:
    stated = next(key for key in worked.load("appliance_100m")[1] if "rookies" in key)
    best, rookies = (int(part) / 100 for part in stated.split("_") if part.isdigit())
    found = best_and_rookies(*team(best, rookies), THROUGH)
    assert found is not None
    assert [group.attainment for group in found] == pytest.approx([best, rookies])
    assert (found[0].count, found[1].count) == (15 // BEST, 3)


def test_a_group_of_two_is_no_group_and_nothing_due_is_no_attainment() -> None:
    frame, hired = team(0.8, 0.4)
    assert best_and_rookies(frame[frame["node_id"] != "N0"], hired, THROUGH) is None and LEAST == 3
    assert best_and_rookies(frame.assign(due_minor=0), hired, THROUGH) is None


@given(st.floats(0, 3), st.floats(0, 3), st.integers(1, 10**6), st.randoms())
def test_order_and_scale_change_nothing(best: float, rookies: float, factor: int, draw: object) -> None:
    frame, hired = team(best, rookies)
    plain = best_and_rookies(frame, hired, THROUGH)
    scaled, _ = team(best, rookies, factor)
    order = list(range(len(frame)))
    draw.shuffle(order)  # type: ignore[attr-defined]
    again = best_and_rookies(scaled.iloc[order], hired, THROUGH)
    assert plain is not None and again is not None
    for one, other in zip(plain, again, strict=True):
        assert one.count == other.count and one.attainment == pytest.approx(other.attainment)
