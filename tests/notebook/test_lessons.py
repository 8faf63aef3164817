"""What a year taught opens the next year's history, as far as it was written by the day the history is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from salesnb.model.errors import ParamsError
from salesnb.model.params import load_unit
from salesnb.notebook import history, review
from salesnb.report.prose import said

ROWS = [(f"{year}{month:02d}{n}", f"{year}-{month:02d}-1{n}", "P1", 100 + month) for year in (2021, 2022, 2023)
        for month in range(1, 13) for n in (1, 2)]  # fmt: skip
YEAR = """schema: 1
period: "2023"
lessons:
  - {text: {zh: 新品样机要提前一个月到位, en: Samples a month before a launch}, by: 李明, decided: 2023-12-28}
  - {text: 后来才写的, by: 李明, decided: 2024-06-30}
"""
QUARTER = """schema: 1
period: 2023Q4
lessons:
  - {text: 季末不再压货, by: 王磊, decided: 2023-12-20}
improvements:
  - {id: calls, text: 报价后三天内回访, owner: 李明, due: 2024-02-28, state: done, closed: 2024-02-20,
     decided: 2023-11-01, by: 李明}
"""


def written(tiny: Callable[..., Any], tmp_path: Path) -> None:
    """A small company whose year 2023 left lessons."""
    tiny(ROWS, "2024")
    periods = tmp_path / "params" / "tiny" / "periods"
    periods.mkdir()
    (periods / "2023.yaml").write_text(YEAR, encoding="utf-8")
    (periods / "2023Q4.yaml").write_text(QUARTER, encoding="utf-8")


def test_the_next_years_history_opens_with_what_was_known_by_then(tiny, tmp_path: Path) -> None:
    written(tiny, tmp_path)

    def lines(as_of: str, lang: str = "zh") -> list[str]:
        return [said(line) for line in history.open("tiny", "2024", as_of, lang).lessons().reading]

    plan = lines("2023-12-31")
    assert plan == [
        "2023：新品样机要提前一个月到位（李明，2023-12-28）",
        "2023Q4：季末不再压货（王磊，2023-12-20）",
        "2023Q4：未完成的改进：报价后三天内回访（李明，2024-02-28）",
    ]
    assert lines("2023-12-22") == plan[1:], "what was written later is not said"
    later = lines("2024-07-01")
    assert any("后来才写的" in line for line in later) and not any("回访" in line for line in later)
    assert history.open("tiny", "2023", "2023-12-31").lessons().is_absent


def test_the_annual_summary_says_its_lessons_and_those_of_its_quarters(tiny, tmp_path: Path) -> None:
    written(tiny, tmp_path)
    book = review.open("tiny", "2023", "2024-01-05")
    assert [one.by for one in book.lessons] == ["李明", "王磊"]
    shown = " ".join(said(line) for line in book.carried().reading)
    assert "经验：季末不再压货（王磊，2023-12-20）" in shown and "后来" not in shown
    assert [one.decided for one in review.open("tiny", "2023Q4", "2024-01-05").lessons] == [date(2023, 12, 20)]


def test_the_draft_goals_are_a_file_that_can_be_taken_over(tiny, tmp_path: Path) -> None:
    from salesnb.notebook.next_year import draft_file

    written(tiny, tmp_path)
    book = review.open("tiny", "2023", "2024-01-05")
    tiers = {"base": 11_000_00, "challenge": 12_345_67, "stretch": 14_000_00}
    tested = {"test_count": 5, "first_month": "2022-01", "last_month": "2023-01", "horizon_count": 12, "hit_rate": 0.8}
    rows = [{"tier": t, "target_minor": m, "growth_rate": 0.1, "chance_rate": 0.5, **tested} for t, m in tiers.items()]
    link = draft_file(book, pd.DataFrame(rows))
    assert "goals/2024.yaml" in link and "goals/2024.yaml" in book.files
    text = (book.folder / "goals" / "2024.yaml").read_text(encoding="utf-8")
    assert "# 概率的依据：回测 5 次（起点 2022-01 至 2023-01，预测 12 个月），80 % 区间命中 80 %" in text
    assert "# 经验：季末不再压货（王磊，2023-12-20）" in text and "后来" not in text
    goals_file = tmp_path / "params" / "tiny" / "goals.yaml"
    goals_file.write_text(text, encoding="utf-8")
    goals = load_unit("tiny").goals
    assert goals.plan == "2024" and [goal.metric for goal in goals.goals] == ["sales"]
    grain = book.params.decomposition.grain
    assert goals.goals[0].target.value == round(12_345.67 / grain) * grain


def test_a_lesson_without_its_day_is_refused_and_shown_how_to_write_it(tiny, tmp_path: Path) -> None:
    written(tiny, tmp_path)
    file = tmp_path / "params" / "tiny" / "periods" / "2023.yaml"
    file.write_text("schema: 1\nlessons:\n  - 早点备货\n", encoding="utf-8")
    with pytest.raises(ParamsError, match=r"2023\.yaml:3") as refused:
        load_unit("tiny").period("2023")
    assert "写成 {text: …, by: 谁, decided: 日期}" in refused.value.say("zh")
