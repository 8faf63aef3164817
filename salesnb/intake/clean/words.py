"""Text as people and exports spell it: spaces of every width, invisible characters, spreadsheet guards."""

from __future__ import annotations

import re

# blanks that trimming must know: ordinary, no-break, ideographic, zero-width and control characters
BLANKS = " \t\r\n\v\f\u00a0\u3000\u2002\u2003\u2007\u2009\u202f\u200b\u200c\u200d\u2060\ufeff"
_HALF = {
    **{0xFF01 + i: 0x21 + i for i in range(94)},
    0x3000: 0x20,
    0x2212: 0x2D,
    0x2013: 0x2D,
    0x00A5: 0xA5,
    0xFFE5: 0xA5,
}
_GUARD = re.compile(r'="(.*)"', re.S)

# what machines write for "nothing"; `NA` is not among them: it is a region in real exports
NOTHING = frozenset(
    {"null", "none", "nan", "nat", "#n/a", "n/a", "(null)", "<null>", "\\n", "(空)", "（空）", "(blank)"}
)
# in a column of numbers or dates these mean nothing, too
NO_NUMBER = NOTHING | {"-", "--", "—", "——", "–", "/", "无", "空", "na", "未填", "暂无", "."}
YES = frozenset({"是", "y", "yes", "true", "t", "1", "√", "✓", "x", "有", "已退", "退货", "returned", "有效"})
NO = frozenset({"否", "n", "no", "false", "f", "0", "×", "无", "未退", "非", "无效"})


def half(text: str) -> str:
    """Full-width digits, letters and signs as half-width."""
    return text.translate(_HALF)


def trimmed(text: str) -> str:
    """Without blanks around and without a spreadsheet's guards (``="0012"``, ``'0012``)."""
    text = text.strip(BLANKS)
    guard = _GUARD.fullmatch(text)
    if guard:
        return guard.group(1).strip(BLANKS)
    return text[1:] if text.startswith("'") and len(text) > 1 and not text.endswith("'") else text


def word(text: str, missing: frozenset[str] = frozenset()) -> str | None:
    """One text cell: trimmed, inner control characters as one space; None where nothing was meant."""
    text = re.sub(r"[\x00-\x1f\x7f\u200b\u2060\ufeff]+", " ", trimmed(text))
    text = re.sub(" {2,}", " ", text).strip(BLANKS)
    return None if not text or text.casefold() in NOTHING or text in missing else text


def flag(text: str) -> bool | None:
    """A yes or no; None for anything else."""
    low = half(trimmed(text)).strip(BLANKS).casefold()
    if low in YES:
        return True
    return False if low in NO else None
