"""What the values of a column look like: the evidence that a header's words are held against."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from salesnb.intake.bench import Bench
from salesnb.intake.clean import dates, numbers, words
from salesnb.intake.clean.columns import trim
from salesnb.intake.read.raw import Raw

SAMPLE = 400  # distinct spellings looked at, the most frequent first


@dataclass(frozen=True)
class Profile:
    """One column: rows filled, distinct values, shares of values that read as number, date, month, flag; examples."""

    header: str
    rows: int
    filled: int
    distinct: int
    number: float
    date: float
    month: float
    flag: float
    whole: float
    examples: tuple[str, ...]

    @property
    def share_filled(self) -> float:
        """Share of rows with a value."""
        return self.filled / self.rows if self.rows else 0.0

    def fits(self, kind: str) -> bool:
        """Whether the values allow reading the column as ``kind`` (of ``vocabulary.ROLES``)."""
        if not self.filled:
            return False
        if kind == "date":
            return self.date >= 0.8
        if kind == "month":
            return self.month >= 0.9
        if kind == "number":
            return self.number >= 0.8 and self.date < 0.8
        if kind == "flag":
            return self.flag >= 0.9
        if kind == "words":
            return self.number < 0.9 and self.date < 0.8
        return kind == "any" or self.date < 0.9 or self.number >= 0.9


def profile(bench: Bench, raw: Raw) -> dict[str, Profile]:
    """Profiles of all columns of a raw table by header."""
    if not raw.columns:
        return {}
    counted = ", ".join(f"count({c}), count(DISTINCT {c})" for c in (trim(raw.sql(h)) for h in raw.columns))
    counts = bench.rows(f"SELECT {counted} FROM {raw.name}")[0]
    return {h: _column(bench, raw, h, counts[2 * i], counts[2 * i + 1]) for i, h in enumerate(raw.columns)}


def _column(bench: Bench, raw: Raw, header: str, filled: int, distinct: int) -> Profile:
    cell = trim(raw.sql(header))
    found = bench.rows(
        f"SELECT {cell} AS v, count(*) AS n FROM {raw.name} WHERE {cell} IS NOT NULL GROUP BY v"
        f" ORDER BY n DESC, v LIMIT {SAMPLE}"
    )
    weights = [(str(v), int(n)) for v, n in found]
    total = sum(n for _, n in weights) or 1

    def share(test: Callable[[str], bool]) -> float:
        return sum(n for v, n in weights if test(v)) / total

    return Profile(
        header,
        raw.rows,
        filled,
        distinct,
        number=share(lambda v: numbers.parse(v, percent=True) is not None or numbers.parse(v, decimal=",") is not None),
        date=share(_is_date),
        month=share(lambda v: dates.parse_month(v) is not None and not _is_serial(v)),
        flag=share(lambda v: words.flag(v) is not None),
        whole=share(lambda v: bool(re.fullmatch(r"[+-]?\d+", v))),
        examples=tuple(v for v, _ in weights[:6]),
    )


def _is_serial(text: str) -> bool:
    return bool(re.fullmatch(r"\d{5}(\.\d+)?", text.strip()))


def _is_date(text: str) -> bool:
    return dates.parse(text) is not None or bool(dates.orders(text))
