"""The review's exhibits of where month, quarter and year will land."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract

if TYPE_CHECKING:
    import pandas as pd

    from salesnb.notebook.review_why import WhyQuestions
    from salesnb.report.exhibit import Exhibit


def landing(book: WhyQuestions) -> Exhibit:
    """The year's path: due dashed, actual, landing with its band."""
    from salesnb.report.charts import Series, trend
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.numbers import month_names
    from salesnb.report.sentences import review as said

    frame, lang = book.path_table, book.lang
    land = book.landing_of(book.year)
    reading = said.landing(land, book.tables["review_record"], lang, book.currency)
    done = [
        None if v != v else v
        for v in frame["actual_minor"].astype("Float64").to_numpy(dtype=float, na_value=float("nan"))
    ]
    last = max((i for i, v in enumerate(done) if v is not None), default=-1)
    columns: list[list[float]] = [
        list(frame[c].astype("Float64").to_numpy(dtype=float, na_value=float("nan")))
        for c in ("landing_minor", "low_minor", "high_minor")
    ]
    for values in columns:
        if last >= 0:
            values[last] = float(frame["actual_minor"].iloc[last])
    series = [Series(book.say(Text("实际", "Actual")), done, "now", last=True)]
    if frame["due_minor"].notna().any():
        series.insert(0, Series(book.say(Text("目标", "Target")), list(frame["due_minor"]), "target", last=True))
    has_ahead = last < len(frame) - 1 and frame["landing_minor"].notna().any()
    if has_ahead:
        series.append(Series(book.say(Text("预计", "Landing")), columns[0], "forecast", last=True))
    start = book.calendar.fiscal_year_start - 1
    labels = [month_names(lang)[(start + i) % 12] for i in range(len(frame))]
    band = (columns[1], columns[2]) if has_ahead and frame["low_minor"].notna().any() else None
    return Exhibit("landing", figure=trend(labels, series, book.unit_shown, band=band), reading=reading)


def landings(book: WhyQuestions) -> Exhibit:
    """Month, quarter and year, then the year's landing of regions and people to unfold."""
    from salesnb.report.exhibit import Details, Exhibit
    from salesnb.report.tables import Options, Show, render
    from salesnb.stages.review import COMPANY

    shown, frame = contract("review_landing"), book.landing_table
    order = (
        "target_minor",
        "known_minor",
        "landing_minor",
        "low_minor",
        "high_minor",
        "attainment_rate",
        "chance_rate",
        "naive_minor",
    )
    words = {scope.period.text: scope.period.text for scope in book.prognosed}
    company = frame[frame["dimension"] == COMPANY].assign(name=lambda f: f["scope"].map(words))

    def table(rows: pd.DataFrame, label: Text) -> Any:
        kept = [Show(Column("name", "text", label))]
        kept += [Show(shown.column(c), chance=c == "chance_rate") for c in order if rows[c].notna().any()]
        full = (book.say(Text("全部在 report.xlsx", "All are in report.xlsx")), "../report.xlsx")
        options = Options(caption=book.say(shown.label), limit=20, full=full)
        return render(rows, kept, book.lang, book.unit_shown, options)

    details = []
    for dimension, label in (("region_id", Text("区域", "Region")), ("person_id", Text("人员", "Person"))):
        rows = frame[(frame["dimension"] == dimension) & (frame["scope"] == book.year.period.text)]
        rows = book.named(rows[rows["landing_minor"].notna() & (rows["landing_minor"] > 0)])
        if len(rows):
            details.append(
                Details(book.say(Text(f"{label.zh}全年落点", f"The year by {label.en.lower()}")), table(rows, label))
            )
    none = Text("“照搬上年”一列只作对照，不含任何判断。", "Last year repeated is the comparison that judges nothing.")
    return Exhibit("landings", table=table(company, Text("期间", "Period")), reading=book.say(none), details=details)
