"""Text becomes markup in one place only, so that nothing from a file or a customer's name can become HTML.

Strings are data and are escaped; ``Markup`` (from markupsafe, the type jinja2 itself trusts) is markup that this room
built. Control characters, which no font draws and which XML and Excel refuse, are shown as U+FFFD, and the characters
that turn the reading direction around are shown the same way: a name must not be able to make a figure read backwards.
"""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup, escape

from salesnb.report.spoken import spoken

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]|[\ud800-\udfff]")
# a figure and its unit stay on one line; so do the figure and what counts it in Chinese
_UNIT = re.compile(r"(?<=\d) (?=(?:%|点|元|万|亿|人|家|个|天|次|单|年|月|pts\b|[KMB]\b))")
# Chinese and what stands in Latin letters or figures keep a little apart, as everywhere else in a sentence
_APART = re.compile(r"(?<=[\u4e00-\u9fff])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[\u4e00-\u9fff])")
_CODE = re.compile(r"\b([A-Z]{3}) (?=[−-]?\d)")
# a date, a month, the name of a plan: a hyphen in it is no place to break
_DATED = re.compile(r"\b\d{4}(?:-[0-9a-f]{2,8}){1,2}\b")
_NAME = re.compile(r"[^0-9A-Za-z_\-]+")


def plain(value: object) -> str:
    """Text in the unit's words, without control and direction characters; line ends and tabs stay."""
    return _CONTROL.sub("\ufffd", spoken(str(value)))


def shown(value: Any) -> Any:
    """What a template prints: text in the unit's words, everything else as it is."""
    return spoken(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def text(value: object) -> Markup:
    """Data as escaped text; what is already ``Markup`` passes unchanged."""
    return value if isinstance(value, Markup) else escape(plain(value))


def apart(text: str) -> str:
    """A sentence in which Chinese and Latin letters or figures do not touch."""
    return _APART.sub(" ", text)


def tied(text: str) -> str:
    """A sentence in which a figure never parts from its unit at the end of a line."""
    return _CODE.sub("\\1\u00a0", _UNIT.sub("\u00a0", text))


def line(value: object) -> Markup:
    """Data as escaped text that may wrap, but not within a date nor between a figure and its unit."""
    if isinstance(value, Markup):
        return value
    return Markup(_DATED.sub(r'<span class="d">\g<0></span>', str(escape(tied(plain(value))))))


def prose(value: object) -> Markup:
    """A sentence as :func:`line` gives it, Chinese and Latin letters apart."""
    return value if isinstance(value, Markup) else line(apart(plain(value)))


def attribute(value: object) -> Markup:
    """Data for a double-quoted attribute; line ends become spaces."""
    return escape(re.sub(r"\s+", " ", plain(value)).strip())


def anchor(value: object, prefix: str = "x") -> str:
    """An element id: ASCII letters, digits, ``-`` and ``_``; a name written in other letters gets its code points."""
    name = str(value)
    kept = _NAME.sub(lambda m: "-" + "-".join(f"{ord(c):x}" for c in m.group() if not c.isspace()), name).strip("-")
    return f"{prefix}-{kept}" if kept else prefix


def join(parts: object) -> Markup:
    """Markup of several parts put together; plain strings among them are escaped."""
    return Markup("").join(text(part) for part in parts)  # type: ignore[attr-defined]
