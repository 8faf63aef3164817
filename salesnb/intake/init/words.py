"""Headers taken apart into comparable words."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from salesnb.intake.init.vocabulary import ROLES

_UNIT = re.compile(r"[（(\[【][^)）\]】]*[)）\]】]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@cache
def key(header: str) -> str:
    """A header as compared, without units in brackets, case, spaces and signs: ``OrderDate`` = ``order_date``."""
    return "".join(tokens(header))


@cache
def tokens(header: str) -> tuple[str, ...]:
    """The words of a header: Chinese runs whole, Latin words apart."""
    text = unicodedata.normalize("NFKC", header)
    bare = _UNIT.sub(" ", text)
    text = bare if bare.strip() else text
    text = _CAMEL.sub(" ", text).casefold()
    return tuple(re.findall(r"[a-z]+|[0-9]+|[\u3400-\u9fff]+", text))


@cache
def score(header: str, role: str) -> float:
    """How well a header's words speak for a role, 0 to 1: the whole header beats a part, a telling word a vague one."""
    own = key(header)
    if not own:
        return 0.0
    best = 0.0
    for rank, phrase in enumerate(ROLES[role][1]):
        said = key(phrase)
        weight = 1 - 0.004 * rank
        if said == own:
            best = max(best, weight)
        elif _part(said, own, header):
            best = max(best, weight * (0.35 + 0.45 * len(said) / len(own)))
    return best


def _part(said: str, own: str, header: str) -> bool:
    """Whether a phrase is a telling part of a header: its end in Chinese, whole words elsewhere."""
    if re.fullmatch(r"[\u3400-\u9fff]+", said):
        return len(said) >= 2 and own.endswith(said)
    words = tokens(header)
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if "".join(words[start:end]) == said:
                return len(said) >= 3
    return False
