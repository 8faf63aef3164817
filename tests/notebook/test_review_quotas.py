"""Quotas of people against a company that also sells without them."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from salesnb.notebook.review_basis import ReviewBasis


@pytest.mark.parametrize(("alone", "said"), [(270, True), (0, False), (3, False)])
def test_sales_that_stand_in_no_quota_are_told(alone: int, said: bool) -> None:
    frame = pd.DataFrame({"person_id": ["p1", "_unassigned"], "net_minor": [730, alone]})
    notes: list[Any] = []
    book: Any = SimpleNamespace(
        facts=SimpleNamespace(sums=lambda *_: frame),
        main=SimpleNamespace(through=date(2024, 6, 30)),
        as_of=date(2024, 7, 4),
        note=notes.append,
    )
    ReviewBasis._note_uncovered(book, date(2024, 1, 1))
    assert bool(notes) is said
    assert not said or ("27.0 %" in notes[0].zh and "27.0 %" in notes[0].en)
