"""The review's exhibits of where month, quarter and year will land."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from salesnb.model.contracts.feasibility import TESTED
from salesnb.model.errors import Text
from salesnb.model.tables import Column, contract

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from salesnb.notebook.book import Book
    from salesnb.notebook.review_landing import LandingQuestions
    from salesnb.notebook.review_why import WhyQuestions
    from salesnb.report.exhibit import Exhibit
    from salesnb.stages.review import Scope


LEVELS = {
    "company": Text("公司", "Company"),
    "region_id": Text("区域", "Regions"),
    "team_id": Text("团队", "Teams"),
    "person_id": Text("人员", "People"),
    "product_line": Text("产品线", "Lines"),
}


def behind(book: Book, rows: pd.DataFrame) -> list[str]:
    """The record behind each chance of ``rows``, which hold it; nothing where there is no chance."""
    from salesnb.report.sentences.feasibility_record import tested_words

    return [
        "" if row["chance_rate"] != row["chance_rate"] else tested_words({str(k): v for k, v in row.items()}, book.lang)
        for row in rows.to_dict("records")
    ]


def tested_note(rows: Mapping[str, Mapping[str, Any]], lang: str) -> str:
    """What was tested behind the chances of levels (company, region_id …); nothing where nothing was."""
    from salesnb.report.sentences.feasibility_record import record_parts

    said: dict[str, list[str]] = {}  # levels tested from the same months are said together
    for level, row in rows.items():
        if level in LEVELS and row.get("test_count") == row.get("test_count") and row.get("test_count"):
            when, result = record_parts(row, lang)
            name = LEVELS[level].get(lang)
            said.setdefault(when, []).append(f"{name} {result}")
    if not said:
        return ""
    zh = "；".join(f"回测{when}，次数与 80 % 区间命中：{'，'.join(parts)}" for when, parts in said.items())
    en = "; ".join(f"tests {when}, number and 80 % hits: {', '.join(parts)}" for when, parts in said.items())
    return Text(f"概率的依据：{zh}。", f"Behind the chances: {en}.").get(lang)


def year_note(book: LandingQuestions) -> str:
    """What was tested behind the chances to reach the year's target, by level."""
    frame = book.landing_table
    year = frame[(frame["scope"] == book.year.period.text) & frame["test_count"].notna()]
    first = year.drop_duplicates("dimension").set_index("dimension", drop=False).to_dict("index")
    return tested_note({str(d): {str(k): v for k, v in row.items()} for d, row in first.items()}, book.lang)


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


def _called(book: WhyQuestions, scope: Scope) -> str:
    """A whole period, and whether it is over."""
    from salesnb.report.sentences.words import whole_period

    name = whole_period(scope.period, book.lang)
    return name + book.say(Text("（已结束）", " (over)")) if scope.through >= scope.period.end else name


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
    words = {scope.period.text: _called(book, scope) for scope in book.prognosed}
    company = frame[frame["dimension"] == COMPANY].assign(name=lambda f: f["scope"].map(words))
    company = company.sort_values("scope", key=lambda s: s.map({t: i for i, t in enumerate(words)}), kind="stable")
    over = company["history"] == "complete"  # what is over has a result, not a chance
    for column in ("landing_minor", "low_minor", "high_minor", "naive_minor", "chance_rate"):
        company[column] = company[column].mask(over)

    def table(rows: pd.DataFrame, label: Text) -> Any:
        kept = [Show(Column("name", "text", label))]
        kept += [Show(shown.column(c), chance=c == "chance_rate") for c in order if rows[c].notna().any()]
        if rows["chance_rate"].notna().any():
            rows = rows.assign(tested=behind(book, rows))
            kept.insert(-1 if kept[-1].column.name == "naive_minor" else len(kept), Show(TESTED, once=True))
        full = (book.say(Text("全部在 report.xlsx", "All are in report.xlsx")), "../report.xlsx")
        options = Options(caption=book.say(shown.label), limit=12, full=full)
        return render(rows, kept, book.lang, book.unit_shown, options)

    details = []
    for dimension, label in (("region_id", Text("区域", "Region")), ("person_id", Text("人员", "Person"))):
        rows = frame[(frame["dimension"] == dimension) & (frame["scope"] == book.year.period.text)]
        rows = book.named(rows[rows["landing_minor"].notna() & (rows["landing_minor"] > 0)])
        if len(rows):
            details.append(
                Details(book.say(Text(f"{label.zh}全年落点", f"The year by {label.en.lower()}")), table(rows, label))
            )
    none = Text("“照搬上年”= 已实现加上年余下各月，只作对照。",
                "Last year repeated: what has come and last year's rest, for comparison only.")  # fmt: skip
    return Exhibit("landings", table=table(company, Text("期间", "Period")), reading=book.say(none), details=details)
