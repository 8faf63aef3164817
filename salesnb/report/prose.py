"""A sentence with emphasis: runs of data text, some strong, some carrying a state. Escaped when it becomes HTML.

``Line("上半年完成 ", strong("4,995 万"), "，比应完成少 ", bad("605 万（−10.8 %）"), "。")``
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from salesnb.report import markup
from salesnb.report.spoken import spoken

STATES = ("", "good", "warn", "bad")


@dataclass(frozen=True)
class Run:
    """A stretch of text; ``state`` colours it (the words themselves must say the same: colour is never alone)."""

    text: str
    strong: bool = False
    state: str = ""


def strong(text: str) -> Run:
    """Text in bold."""
    return Run(text, True)


def good(text: str) -> Run:
    """Bold text about something better than due."""
    return Run(text, True, "good")


def warn(text: str) -> Run:
    """Bold text about something to watch."""
    return Run(text, True, "warn")


def bad(text: str) -> Run:
    """Bold text about something worse than due."""
    return Run(text, True, "bad")


def state(text: str, name: str) -> Run:
    """Bold text with the state ``name`` ("", good, warn, bad)."""
    if name not in STATES:
        raise ValueError(f"state {name!r}: only {', '.join(STATES[1:])} or empty")
    return Run(text, True, name)


class Line:
    """A sentence; immutable. ``str(line)`` is the plain text, ``line.html()`` the escaped markup."""

    __slots__ = ("runs",)

    def __init__(self, *parts: str | Run | Line) -> None:
        runs: list[Run] = []
        for part in parts:
            runs.extend(part.runs if isinstance(part, Line) else [part if isinstance(part, Run) else Run(str(part))])
        object.__setattr__(self, "runs", tuple(runs))

    runs: tuple[Run, ...]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError("a Line is immutable")

    def __add__(self, other: str | Run | Line) -> Line:
        return Line(self, other)

    def __radd__(self, other: str | Run) -> Line:
        return Line(other, self)

    def __str__(self) -> str:
        return markup.apart("".join(run.text for run in self.runs))

    def __repr__(self) -> str:
        return f"Line({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Line) and self.runs == other.runs

    def __hash__(self) -> int:
        return hash(self.runs)

    def __bool__(self) -> bool:
        return bool(str(self))

    def html(self) -> Markup:
        """Escaped markup: ``<b class="badt">`` for a bold run with a state."""
        out, before = [], ""
        for run in self.runs:
            words, said = markup.prose(run.text), spoken(run.text)
            if markup.apart(f"{before[-1:]}{said[:1]}") != f"{before[-1:]}{said[:1]}":
                out.append(Markup("\u00a0" if before[-1:].isdigit() else " "))  # a figure keeps its unit
            before = said or before
            if run.strong or run.state:
                mark = f' class="{run.state}t"' if run.state else ""
                words = Markup("<b{}>{}</b>").format(Markup(mark), words)
            out.append(words)
        return Markup("").join(out)


Sentence = str | Run | Line


def html(value: Sentence) -> Markup:
    """Any sentence as escaped markup."""
    return value.html() if isinstance(value, Line) else Line(value).html()


def said(value: Sentence) -> str:
    """Any sentence as plain text."""
    return str(Line(value))


def lines(value: Sentence | Iterable[Sentence]) -> tuple[Sentence, ...]:
    """One sentence or several as a tuple; empty ones are left out."""
    given: tuple[Sentence, ...] = (value,) if isinstance(value, str | Run | Line) else tuple(value)
    return tuple(line for line in given if said(line))
