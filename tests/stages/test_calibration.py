"""Market alarms: a deep price cut or a restless index calls a meeting with its day and ground, and changes nothing."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from salesnb.model.params.market import Move
from salesnb.model.periods import Calendar
from salesnb.stages.calibration import Lines, logged, meetings

CALENDAR, LINES = Calendar(), Lines(cut=-0.30, index=1.5, on_day=10)


def move(day: date, change: float | None, competitor: str = "对手", **said: Any) -> Move:
    form = {
        "id": f"m{day}", "recorded": day, "competitor": competitor, "kind": "price", "text": "降价。", "sign": "threat",
        "source": "周报", "by": "市场部", "price_change": change, "where": {"region": "华东"},
    }  # fmt: skip
    return Move.model_validate(form | said)


def index(**months: float) -> pd.DataFrame:
    return pd.DataFrame({"month": [m.replace("m", "2024-") for m in months], "sensitivity": list(months.values())})


def test_a_cut_at_the_line_calls_a_meeting_three_working_days_later() -> None:
    found = meetings(index(m06=1.1), [move(date(2024, 6, 27), -0.30)], LINES, CALENDAR, date(2024, 7, 4))
    row = found.iloc[0]
    assert (row["trigger"], row["month"], row["competitors"], row["scope"], row["moves"]) == (
        "price", "2024-06", "对手", "华东", "降价")  # fmt: skip
    assert row["meeting_date"] == pd.Timestamp("2024-07-02") and not row["is_open"]
    assert meetings(index(), [move(date(2024, 6, 27), -0.29)], LINES, CALENDAR, date(2024, 7, 4)).empty


def test_a_restless_index_is_met_on_the_day_of_the_monthly_meeting() -> None:
    found = meetings(index(m05=1.49, m07=1.5), [], LINES, CALENDAR, date(2024, 8, 5))
    row = found.iloc[0]
    assert len(found) == 1 and row["trigger"] == "index" and row["meeting_date"] == pd.Timestamp("2024-08-12")
    assert row["is_open"] and pd.isna(row["price_change_rate"])


def test_both_at_once_is_one_meeting_that_names_every_move() -> None:
    moves = [move(date(2024, 6, 3), -0.4), move(date(2024, 6, 9), None, "另一家", text="开店")]
    found = meetings(index(m06=2.0), moves, LINES, CALENDAR, date(2024, 7, 4))
    assert len(found) == 1 and found.iloc[0]["trigger"] == "both"
    assert found.iloc[0]["competitors"] == "对手、另一家" and found.iloc[0]["moves"] == "降价；开店"


def test_what_was_not_known_rings_nothing_and_no_line_never_rings() -> None:
    late = [move(date(2024, 7, 20), -0.5)]
    assert meetings(index(m06=1.0), late, LINES, CALENDAR, date(2024, 7, 4)).empty
    assert meetings(index(m06=9.0), late, Lines(None, None), CALENDAR, date(2024, 8, 4)).empty


def test_a_cut_that_only_the_imported_log_holds_calls_a_meeting_too() -> None:
    log = pd.DataFrame(
        {
            "date": pd.to_datetime(["2024-06-27", "2024-06-28"]),
            "competitor": ["对手", "另一家"],
            "region_id": ["r1", "_unassigned"],
            "product_line": ["B", "_unassigned"],
            "action": ["降价", "参展"],
            "price_change_rate": [-0.30, float("nan")],
            "source": ["报价单", None],
        }
    )
    moves = logged(log, {"r1": "华南"})
    assert [(one.text, one.price_change) for one in moves] == [("华南 · B · 降价", -0.30), ("参展", None)]
    row = meetings(index(), moves, LINES, CALENDAR, date(2024, 7, 4)).iloc[0]
    assert (row["trigger"], row["competitors"], row["scope"]) == ("price", "对手", "华南、B")
