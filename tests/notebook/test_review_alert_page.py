"""The page of alerts leads with those that stand for themselves or that people work on; the others unfold below."""

from __future__ import annotations

import pandas as pd

from salesnb.model.tables import check, contract
from salesnb.notebook.review_alert_exhibits import alerts
from salesnb.notebook.review_exhibits import Shown
from salesnb.report.numbers import MoneyUnit

NOBODY = {name: [] for name in ("alert", "rank", "opportunity_id", "title")}


def frame() -> pd.DataFrame:
    """Four alerts whose order by key is not that by size: two stand, one part is worked on, one is not."""
    rows = [("a", -10, "z", "new", "2024-04", "2024-03"), ("b", -20, "z", "doing", "2024-02", "2024-02"),
            ("m", -5, None, "new", None, None), ("z", -90, None, "new", "2024-01", "2024-01")]  # fmt: skip
    made = [
        {"alert": key, "scope": "2024", "kind": "node", "dimension": "person_id", "node_id": key, "name": f"n{key}",
         "basis": "target", "actual_minor": 0, "expected_minor": 100, "gap_minor": gap, "part_of": part,
         "progress": progress, "since_month": since, "since_first_month": first, "since_last_month": since}
        for key, gap, part, progress, since, first in rows
    ]  # fmt: skip
    names = [c.name for c in contract("review_alerts").columns]
    return check(pd.DataFrame(made, columns=names), contract("review_alerts"))


def test_the_page_leads_with_what_stands_and_with_what_is_worked_on() -> None:
    shown = Shown("en", MoneyUnit.choose(100, "en", "CNY"), {})
    made = alerts(frame(), pd.DataFrame(NOBODY), pd.DataFrame(NOBODY), shown)
    table, below = str(made.table), str(made.details[0].body)
    assert [name for name in ("nz", "nb", "nm", "na") if name in table] == ["nz", "nb", "nm"]
    assert table.index("nz") < table.index("nb") < table.index("nm"), "the gravest first"
    assert "na" in below and "nz" in below and "nm" not in below
    assert "2024-04 (03–04)" in below and "2024-01 (" not in table
    assert "2 alerts to act on, 2 more are part of these" in made.text()
