"""A grade calls for an improvement plan: whether it stands, is due in time, and is shown to be done."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from salesnb.model.params.review import Grade
from salesnb.model.periods import Calendar
from salesnb.notebook.review_performance import PerformanceQuestions, Planned

BOOK: Any = SimpleNamespace(calendar=Calendar(), main=SimpleNamespace(through=date(2024, 6, 30)))
POOR = Grade.model_validate({"id": "C", "text": "poor", "score_from": 0, "plan_months": 3})
FINE = Grade.model_validate({"id": "B", "text": "fine", "score_from": 95})
RANK = {"late": 0, "doing": 1, "open": 1, "done": 2}


def row(progress: str, evidence: str | None = None, due: str = "2024-09-15") -> dict[str, Any]:
    return {"text": "visit", "progress": progress, "evidence": evidence, "due_date": pd.Timestamp(due)}


@pytest.mark.parametrize(
    ("rows", "state"),
    [
        ([row("doing")], "running"),
        ([row("done", "log of visits"), row("late", due="2024-06-01")], "late"),
        ([row("done", "log of visits")], "proven"),
        ([row("done", "log of visits"), row("done")], "unproven"),
    ],
)
def test_the_least_settled_task_gives_the_state(rows: list[dict[str, Any]], state: str) -> None:
    assert PerformanceQuestions._planned(BOOK, rows, RANK).state == state


def test_a_grade_that_calls_for_a_plan_names_who_has_none() -> None:
    plans = {"p": Planned("visit", "running", date(2024, 9, 15)), "late": Planned("x", "running", date(2024, 12, 1))}
    ask = PerformanceQuestions._plan_state
    assert ask(BOOK, "p", plans, POOR) == "running"
    assert ask(BOOK, "other", plans, POOR) == "missing"
    assert ask(BOOK, "late", plans, POOR) == "missing", "due after the three months it may take"
    assert ask(BOOK, "other", plans, FINE) == "none" and ask(BOOK, "p", plans, FINE) == "running"
    assert ask(BOOK, "other", plans, None) == "none", "without a target there is no grade"
