"""Why deals were lost: what rose beyond chance is named, a few deals say nothing."""

from __future__ import annotations

import pandas as pd

from salesnb.stages import review


def reasons(**counts: int) -> pd.Series:
    return pd.Series([name for name, count in counts.items() for _ in range(count)], dtype="object")


def test_the_reason_that_rose_is_named_and_not_the_usual_one() -> None:
    found = review.lost_for(reasons(price=30, budget=40), reasons(price=8, budget=62))
    assert found is not None and found.reason == "price" and not found.is_noise
    assert (found.count, round(found.share, 3), round(found.before or 0, 3)) == (70, 0.429, 0.114)


def test_without_a_rise_the_most_frequent_is_named_as_chance() -> None:
    found = review.lost_for(reasons(price=31, budget=40), reasons(price=30, budget=40))
    assert found is not None and found.reason == "budget" and found.is_noise


def test_few_deals_say_nothing_and_few_before_compare_with_nothing() -> None:
    assert review.lost_for(reasons(price=9), reasons(price=90)) is None
    blanks = pd.concat([reasons(price=9), pd.Series([None, ""])])
    assert review.lost_for(blanks, reasons(price=90)) is None, "a blank is no reason"
    found = review.lost_for(reasons(b=6, a=6), reasons(price=2))
    assert found is not None and found.reason == "a" and found.before is None
