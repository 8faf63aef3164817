"""What the years before left for this one: lessons people wrote, and improvements that are still open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.periods import Kind

if TYPE_CHECKING:
    from salesnb.model.params.period import PeriodNotes
    from salesnb.model.periods import Period
    from salesnb.notebook.history import HistoryBook
    from salesnb.report.exhibit import Exhibit


def lessons(book: HistoryBook) -> Exhibit:
    """Lessons of the year before and its shorter periods and improvements it left open, newest last, as known on the
    as-of date; absent where there are none."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences.words import either

    year = book.calendar.last_year(book.calendar.containing(Kind.YEAR, book.period.start))
    left = _left(book, _notes_of(book, year))
    if not left:
        none = Text(
            f"{year.text} 年没有写下经验（periods/{year.text}.yaml 的 lessons）。",
            f"No lesson of {year.text} is written (lessons in periods/{year.text}.yaml).",
        )
        return Exhibit("lessons", reading=book.say(none), is_absent=True)
    return Exhibit("lessons", reading=[either(book.lang, (line,), (line,)) for line in left])


def _notes_of(book: HistoryBook, year: Period) -> list[tuple[Period, PeriodNotes]]:
    """People's judgement of a year and of the periods within it, by their last day."""
    found = []
    for name in book.params.files:
        if name.startswith("periods/") and name.endswith(".yaml"):
            period = book.calendar.period(name.removeprefix("periods/").removesuffix(".yaml"))
            if year.holds(period.start) and year.holds(period.end):
                found.append((period, book.params.period(period.text)))
    return sorted(found, key=lambda pair: (pair[0].end, pair[0].text))


def _left(book: HistoryBook, notes: list[tuple[Period, PeriodNotes]]) -> list[str]:
    """Lines: the period, what it taught, who wrote it and when; then what is still to be improved."""
    from salesnb.stages import review

    colon = "：" if book.lang == "zh" else ": "
    lines = [
        f"{period.text}{colon}{one.signed(book.lang)}"
        for period, held in notes
        for one in held.lessons
        if one.decided <= book.as_of
    ]
    stated = [
        review.Improving(i.id, i.text, i.owner, i.due, i.cause, i.state, i.closed, i.decided, period.text)
        for period, held in notes
        for i in held.improvements
    ]
    if stated:
        names = book.facts.names("person_id")
        made = review.improvements(stated, book.period.start, book.as_of)
        for row in made[made["progress"].isin(["open", "doing", "late"])].to_dict("records"):
            text, owner, due = row["text"], names.get(row["owner"], row["owner"]), row["due_date"].date()
            still = Text(f"未完成的改进：{text}（{owner}，{due}）", f"Still to be improved: {text} ({owner}, {due})")
            lines.append(f"{row['since_period']}{colon}{book.say(still)}")
    return lines
