"""Texts in two languages and the errors every room raises.

An error says what broke, where (file, line, column, key), why it matters and what to do; each part is a :class:`Text`,
so that a planner reads it in the language of the company and no catalogue of messages drifts away from the code.
"""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("zh", "en")


@dataclass(frozen=True)
class Text:
    """One statement in Chinese and English; both are required, so neither can be forgotten."""

    zh: str
    en: str

    def get(self, lang: str) -> str:
        """The words in ``lang`` ("zh" or "en"); another language raises ValueError."""
        if lang not in LANGUAGES:
            raise ValueError(f"language {lang!r}: only {', '.join(LANGUAGES)} exist")
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Place:
    """Where something stands: a file as the user knows it, a 1-based line, a column (name or number), a key path."""

    file: str = ""
    line: int | None = None
    column: str | int | None = None
    key: str | None = None

    def get(self, lang: str) -> str:
        """``file:line`` with column and key named, empty when nothing is known."""
        words = ("列", "键") if lang == "zh" else ("column", "key")
        head = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [head] if head else []
        if self.column is not None:
            parts.append(f"{words[0]} {self.column}")
        if self.key:
            parts.append(f"{words[1]} {self.key}")
        return ", ".join(parts)


class SalesnbError(Exception):
    """Base of every error a user may meet. ``say(lang)`` gives the full message in one language."""

    def __init__(
        self, what: Text, *, where: Place | None = None, why: Text | None = None, remedy: Text | None = None
    ) -> None:
        self.what, self.where, self.why, self.remedy = what, where, why, remedy
        super().__init__(self.say("en"))

    def say(self, lang: str) -> str:
        """What, where, why and remedy, one line each; parts that are not known are left out."""
        labels = ("位置", "影响", "处理") if lang == "zh" else ("where", "why it matters", "what to do")
        parts = (
            self.where.get(lang) if self.where else "",
            self.why.get(lang) if self.why else "",
            self.remedy.get(lang) if self.remedy else "",
        )
        lines = [f"  {label}: {part}" for label, part in zip(labels, parts, strict=True) if part]
        return "\n".join([self.what.get(lang), *lines])


class ParamsError(SalesnbError):
    """A parameter file cannot be read or contradicts itself."""


class DataError(SalesnbError):
    """Rows of a source or of a table break their contract."""


class PeriodError(SalesnbError):
    """A period is spelled in a way that is not ours, or a notebook does not serve it."""


class UsageError(SalesnbError):
    """The command or call cannot be taken as given."""


class VersionError(SalesnbError):
    """A stored version is missing, incomplete or newer than this program."""


class RunError(SalesnbError):
    """A notebook failed, or a run could not start."""
