"""Links from a page to the files of its version: calendars, forms."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from salesnb.report import markup


def links(label: str, files: Sequence[tuple[str, str]]) -> Markup:
    """A line of links: ``label``, then (words, file inside the version's folder) each. Pages stand one folder below."""
    made = [
        Markup('<a href="../{}">{}</a>').format(markup.attribute(file), markup.text(words)) for words, file in files
    ]
    return (
        Markup('<p class="note">{}{}</p>').format(markup.text(label), Markup(" · ").join(made)) if made else Markup("")
    )
