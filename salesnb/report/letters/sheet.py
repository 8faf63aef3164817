"""A letter's sheet of paper: sections of paragraphs, lists and grids, which HTML and .docx each draw their way."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """A paragraph; ``kind`` is "" or note (smaller) or warn (what must be known before signing)."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class Items:
    """A numbered list."""

    entries: tuple[str, ...]


@dataclass(frozen=True)
class Grid:
    """A table: the first ``left`` columns are words, the rest figures; ``total`` marks the last row as the sum.

    ``wide`` names the column that takes the room, -1 none.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: bool = False
    left: int = 1
    caption: str = ""
    wide: int = -1


Block = Words | Items | Grid


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it."""

    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Signing:
    """One side's lines to sign: who, and the labels before the empty lines."""

    title: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """The whole sheet. ``facts`` are label and value in two columns; ``foot`` stands at the end of every page."""

    lang: str
    title: str
    number: str
    warnings: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    lead: str
    sections: tuple[Section, ...]
    signings: tuple[Signing, ...]
    receipt: Section
    annex: Section | None
    foot: str
