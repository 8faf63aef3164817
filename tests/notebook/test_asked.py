"""An open book asks its facts each question once, and what a caller does to an answer stays with him."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from salesnb.intake.facts import Facts
from salesnb.notebook import asked
from salesnb.notebook.asked import AskedFacts

DAY = date(2024, 6, 30)


@pytest.fixture
def questions(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    """What reached the data itself."""
    heard: list[tuple[object, ...]] = []

    def months(self: Facts, by: tuple[str, ...], as_of: date) -> pd.DataFrame:
        heard.append((tuple(by), as_of))
        return pd.DataFrame({"month": ["2024-01", "2024-02"], "net_minor": [10, 20]})

    monkeypatch.setattr(Facts, "months", months)
    return heard


def _facts() -> AskedFacts:
    return AskedFacts.of(Facts("east", Path("nowhere"), "print"))


def test_a_question_reaches_the_data_once(questions: list[tuple[object, ...]]) -> None:
    facts = _facts()
    first = facts.months(("region_id",), DAY)
    first.loc[0, "net_minor"] = 99
    first["own"] = 1
    again = facts.months(["region_id"], DAY)
    assert again["net_minor"].tolist() == [10, 20]
    assert list(again) == ["month", "net_minor"]
    assert questions == [(("region_id",), DAY)]


def test_another_day_dimension_or_ruling_is_another_question(questions: list[tuple[object, ...]]) -> None:
    facts = _facts()
    for one in (facts, replace(facts, credited=(Path("lines"), Path("moved")))):
        one.months(("region_id",), DAY)
        one.months((), DAY)
        one.months((), date(2024, 7, 31))
    assert len(questions) == 6


def test_an_answer_too_large_to_hold_is_asked_again(
    questions: list[tuple[object, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asked, "KEPT_ROWS", 1)
    facts = _facts()
    assert facts.months((), DAY).equals(facts.months((), DAY))
    assert len(questions) == 2
