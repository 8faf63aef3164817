"""How many order lines a re-made page does not know."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd

from salesnb.intake.facts import Facts
from salesnb.notebook.ledger import _known_later


def test_lines_that_became_known_later_are_counted_and_said(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "order_date": pd.to_datetime(["2024-03-30", "2024-03-30", "2024-04-02"]),
            "known_date": pd.to_datetime(["2024-03-30", "2024-04-05", None]),
        }
    ).astype("datetime64[ms]")
    frame.to_parquet(tmp_path / "sales_lines.parquet")
    facts = Facts("east", tmp_path, "x")
    assert [facts.known_later(date(2024, month, 1)) for month in (3, 4, 5)] == [3, 2, 0]
    assert "2 行明细在 2024-04-01 之后才成为已知" in _known_later(facts, "zh", date(2024, 4, 1))
    assert _known_later(facts, "en", date(2024, 5, 1)) == ""
    assert Facts("east", tmp_path / "none", "x").known_later(date(2024, 4, 1)) == 0
