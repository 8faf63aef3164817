"""Delimiter and quotes of a text export, judged by the first lines."""

from __future__ import annotations

import csv
import io
from collections import Counter
from dataclasses import dataclass

DELIMITERS = (",", "\t", ";", "|", "\x01", "^", "，")
SAMPLE_ROWS = 200


@dataclass(frozen=True)
class Dialect:
    """How a text file is divided; ``skip`` lines stand before the table (Excel's ``sep=;``); ``sure`` as judged."""

    delimiter: str
    skip: int = 0
    sure: bool = True


def sniff(text: str, forced: str | None = None) -> Dialect:
    """The dialect of ``text``, the beginning of a file. A single column without any delimiter reads as comma."""
    first = text.partition("\n")[0]
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        return Dialect(first.strip()[4], skip=1)
    if forced:
        return Dialect("\t" if forced.lower() in ("tab", "\\t") else forced)
    scores = sorted(((_score(text, d), -i, d) for i, d in enumerate(DELIMITERS)), reverse=True)
    best, second = scores[0], scores[1]
    if best[0] == 0:
        return Dialect(",")
    return Dialect(best[2], sure=second[0] < 0.8 * best[0])


def _score(text: str, delimiter: str) -> float:
    """Share of rows that have the most frequent width, times how much that width says (log-like in the columns)."""
    if delimiter not in text:
        return 0.0
    widths = [len(row) for row in parsed(text, delimiter, SAMPLE_ROWS) if any(row)]
    widths = widths[:-1] if len(widths) > 1 and not text.endswith("\n") else widths
    if not widths:
        return 0.0
    counted = Counter(w for w in widths if w > 1)
    if not counted:
        return 0.0
    width, often = max(counted.items(), key=lambda pair: (pair[1], pair[0]))
    return often / len(widths) * (1 - 1 / width)


def parsed(text: str, delimiter: str, limit: int) -> list[list[str]]:
    """The first ``limit`` records of ``text``; a quote that is never closed ends the list early."""
    allow_long_fields()
    rows: list[list[str]] = []
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        rows.append(row)
        if len(rows) >= limit:
            break
    return rows


def allow_long_fields() -> None:
    """Python refuses fields over 128 KB; an export's remark column may hold more."""
    csv.field_size_limit(2**31 - 1)
