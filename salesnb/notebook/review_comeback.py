"""What the company's own history says about alerts that no forecast speaks of: cells, and dealers that stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_nodes import NodeQuestions
    from salesnb.stages.review.comeback import Comeback


def with_comebacks(book: NodeQuestions, alerts: pd.DataFrame) -> pd.DataFrame:
    """``review_alerts`` of cells or silent dealers with their chance to come back by the end of the year, and the cases
    it is counted from."""
    import pandas as pd

    year, last = book.year.period.months, book.last_month_over
    elapsed = sum(month <= last for month in year)
    if book.line is None or alerts.empty or not 0 < elapsed < len(year):
        return alerts
    rows = alerts.to_dict("records")
    found = [_alike(book, {str(k): v for k, v in row.items()}, elapsed) for row in rows]
    return alerts.assign(
        recover_rate=[one.chance for one in found],
        alike_count=[one.count for one in found],
        back_count=[one.back for one in found],
        within_count=[one.within for one in found],
        alike_first_month=pd.Series([one.first or None for one in found], index=alerts.index),
        alike_last_month=pd.Series([one.last or None for one in found], index=alerts.index),
    )


def _alike(book: NodeQuestions, row: dict[str, object], elapsed: int) -> Comeback:
    from salesnb.stages.review import comeback

    assert book.line is not None
    year, last = book.year.period.months, book.last_month_over
    if row["kind"] == "silent":
        silent = comeback.months_silent(str(row["since_month"]), last)
        return comeback.after_silence(
            book.dealer_months, "dealer_id", silent, len(year) - elapsed, last, book.line.certainty
        )
    keys = tuple(str(row["dimension"]).split("+"))
    months = book.facts.months(keys, book.as_of)
    return comeback.cells_behind(months, keys, year, elapsed, book.line.behind)
