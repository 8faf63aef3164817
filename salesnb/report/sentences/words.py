"""Building blocks of computed sentences: direction words, lists, spans of time, one sentence in two languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from salesnb.report.numbers import MISSING, is_missing, month, month_names, rate
from salesnb.report.prose import Line, Run, Sentence, bad, good, strong
from salesnb.report.spoken import spoken

if TYPE_CHECKING:
    from salesnb.model.periods import Period

QUARTERS = "一二三四"


def either(lang: str, zh: tuple[Sentence, ...], en: tuple[Sentence, ...]) -> Line:
    """One sentence in the language asked for; each language is written as a whole, in its own word order."""
    return Line(*(zh if lang == "zh" else en))


def change_run(value: float, lang: str, rise_is_good: bool = True) -> Run:
    """``增长 7.0 %`` / ``up 7.0 %`` in the colour of its direction; what prints as 0.0 % is 持平 / unchanged."""
    if is_missing(value):
        return strong(MISSING)
    said = rate(abs(value))
    if said == rate(0):
        return strong("持平" if lang == "zh" else "unchanged")
    words = ("增长", "up") if value > 0 else ("下降", "down")
    words_said = f"{words[lang == 'en']} {said}"
    return good(words_said) if (value > 0) == rise_is_good else bad(words_said)


def short(text: str) -> str:
    """The first words of a text somebody wrote: up to its first comma, Chinese or English."""
    return re.split("，|, ", spoken(text))[0]


def before_colon(text: str) -> str:
    """A name without the explanation that follows its colon, as the unit says it."""
    return re.split("：|: ", spoken(text))[0]


def listed(parts: Sequence[str], lang: str) -> str:
    """甲、乙和丙 / A, B and C; nothing for an empty list."""
    comma, last = ("、", "和") if lang == "zh" else (", ", " and ")
    if len(parts) < 2:
        return "".join(parts)
    return comma.join(parts[:-1]) + last + parts[-1]


def whole_period(period: Period, lang: str) -> str:
    """A period as a reader says it: 2024 年, 2024 年二季度, 2024 年 6 月 / 2024, Q2 2024, Jun 2024."""
    text = period.text
    if str(period.kind) == "quarter":
        year, number = text[:4], int(text[-1])
        return f"{year} 年{QUARTERS[number - 1]}季度" if lang == "zh" else f"Q{number} {year}"
    return month(text, lang) if str(period.kind) == "month" else span(text, lang)


def span(window: str, lang: str) -> str:
    """A window's label in words: ``2023`` → 2023 年; ``2024-01–2024-06`` → 2024 年 1–6 月 / Jan–Jun 2024."""
    if window.isdigit():
        return f"{window} 年" if lang == "zh" else window
    first, _, last = window.partition("–")
    if len(first) == 7 and len(last) == 7 and first[:4] == last[:4]:
        low, high = int(first[5:]), int(last[5:])
        if lang == "zh":
            return f"{first[:4]} 年 {low} 月" if low == high else f"{first[:4]} 年 {low}–{high} 月"
        names = month_names("en")
        return f"{names[low - 1]} {first[:4]}" if low == high else f"{names[low - 1]}–{names[high - 1]} {first[:4]}"
    if not last:
        return window
    return f"{first} 至 {last}" if lang == "zh" else f"{first} to {last}"
