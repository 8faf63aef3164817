"""An exhibit: a question's figure, its reading aloud, its table and its notes, in that order. Immutable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from salesnb.report import markup, prose
from salesnb.report.prose import Sentence
from salesnb.report.show import Shown


@dataclass(frozen=True)
class Details:
    """A drill-down the reader opens: ``title`` names it, ``body`` is markup (a table, a chart) or a sentence."""

    title: str
    body: Sentence | Markup

    def html(self) -> Markup:
        """A ``<details>`` element: opens without a server and without a script."""
        body = self.body if isinstance(self.body, Markup) else Markup("<p>{}</p>").format(prose.html(self.body))
        return Markup("<details><summary>{}</summary>{}</details>").format(markup.text(self.title), body)


@dataclass(frozen=True)
class Exhibit(Shown):
    """What one evidence cell of a notebook returns.

    ``name`` is unique in the page (it becomes the anchor). ``figure`` and ``table`` are the ``Markup`` that charts and
    tables return; a plain string there is data and is escaped. ``reading`` is one or more computed sentences. ``half``
    asks for half of the page's width on a desktop. ``is_absent`` says that the data cannot answer the question: the
    page then gathers it, with its reading as the reason, at its end.
    """

    name: str
    title: str = ""
    figure: str | Markup = ""
    reading: Sentence | Sequence[Sentence] = ()
    table: str | Markup = ""
    notes: Sentence | Sequence[Sentence] = ()
    half: bool = False
    details: Sequence[Details] = ()
    is_absent: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "reading", prose.lines(self.reading))
        object.__setattr__(self, "notes", prose.lines(self.notes))
        object.__setattr__(self, "details", tuple(self.details))

    def having(self, **changes: object) -> Exhibit:
        """A copy with some parts replaced."""
        return replace(self, **changes)  # type: ignore[arg-type]

    def html(self) -> Markup:
        """The exhibit for a page: heading, figure, reading, table, notes, drill-downs; absent parts leave nothing."""
        parts = [
            Markup("<h3>{}</h3>").format(markup.text(self.title)) if self.title else "",
            *self._evidence(),
            *_paragraphs(self.notes, "note"),
            *(detail.html() for detail in self.details),
        ]
        kind = Markup(" absent") if self.is_absent else Markup(" half") if self.half else Markup("")
        return Markup('<div class="exhibit{}" id="{}">{}</div>').format(
            kind, markup.anchor(self.name), markup.join(parts)
        )

    def _evidence(self) -> list[Markup]:
        """Figure, reading, table; a table that stands alone is read underneath."""
        figure = [markup.text(self.figure)] if self.figure else []
        table = [markup.text(self.table)] if self.table else []
        reading = _paragraphs(self.reading, "read")
        return [*figure, *reading, *table] if figure else [*table, *reading]

    def text(self) -> str:
        """Title, reading and notes for a terminal."""
        said = [prose.said(line) for line in (*prose.lines(self.reading), *prose.lines(self.notes))]
        return "\n".join([self.title or self.name, *said])


def _paragraphs(lines: Sentence | Sequence[Sentence], kind: str) -> list[Markup]:
    return [Markup('<p class="{}">{}</p>').format(kind, prose.html(line)) for line in prose.lines(lines)]
