"""What the years before left for this one: lessons people wrote, and improvements that are still open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from salesnb.model.errors import Text
from salesnb.model.periods import Kind

if TYPE_CHECKING:
    from salesnb.notebook.book import Book
    from salesnb.report.exhibit import Exhibit


def lessons(book: Book) -> Exhibit:
    """Lessons of the year before and its shorter periods, newest last; absent where nobody has written one."""
    from salesnb.report.exhibit import Exhibit
    from salesnb.report.sentences.words import either

    year = book.calendar.last_year(book.calendar.containing(Kind.YEAR, book.period.start))
    said = []
    for name in book.params.files:
        if not (name.startswith("periods/") and name.endswith(".yaml")):
            continue
        period = book.calendar.period(name.removeprefix("periods/").removesuffix(".yaml"))
        held = book.params.period(period.text)
        if period.end <= year.end and period.start >= year.start:
            said += [(period.end, period.text, lesson) for lesson in held.lessons]
            said += [
                (
                    period.end,
                    period.text,
                    f"{one.text}（{one.owner}）" if book.lang == "zh" else f"{one.text} ({one.owner})",
                )
                for one in held.improvements
                if one.state in ("open", "doing") and one.decided <= book.as_of
            ]
    if not said:
        none = Text(
            f"{year.text} 年没有写下经验（periods/{year.text}.yaml 的 lessons）。",
            f"No lesson of {year.text} is written (lessons in periods/{year.text}.yaml).",
        )
        return Exhibit("lessons", reading=book.say(none), is_absent=True)
    colon = "：" if book.lang == "zh" else ": "
    lines = [
        either(book.lang, (f"{text}{colon}{lesson}",), (f"{text}{colon}{lesson}",)) for _, text, lesson in sorted(said)
    ]
    return Exhibit("lessons", reading=lines)
