"""The words of the unit at hand, for everything that becomes visible: pages, charts, sheets, letters, messages.

One process shows one unit in one language at a time: whoever opens a notebook, publishes a version or issues a paper
says first whose words these are. Every text passes :func:`spoken` where it becomes visible, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from salesnb.model.lexicon import NOTHING, Lexicon

_held = [NOTHING]


def speak(words: Lexicon) -> None:
    """Show texts in these words from now on."""
    _held[0] = words


@contextmanager
def speaking(words: Lexicon) -> Iterator[None]:
    """Show texts in these words for as long as the block runs."""
    before = _held[0]
    speak(words)
    try:
        yield
    finally:
        speak(before)


def spoken(text: str) -> str:
    """A text as the unit says it in the page's language; unchanged where the unit gave no other words."""
    return _held[0](text)


def words() -> Lexicon:
    """The words at hand."""
    return _held[0]
