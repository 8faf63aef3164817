"""Numbers as exports spell them, exactly: text → Decimal, never through a float."""

from __future__ import annotations

import re
from decimal import Context, Decimal, InvalidOperation

from salesnb.intake.clean.words import NO_NUMBER, half, trimmed

UNITS = {
    "元": 1,
    "圆": 1,
    "块": 1,
    "千": 1_000,
    "千元": 1_000,
    "k": 1_000,
    "万": 10_000,
    "万元": 10_000,
    "w": 10_000,
    "百万": 1_000_000,
    "百万元": 1_000_000,
    "m": 1_000_000,
    "千万": 10_000_000,
    "千万元": 10_000_000,
    "亿": 100_000_000,
    "亿元": 100_000_000,
}
_CURRENCY = re.compile(r"(rmb|cny|usd|eur|gbp|jpy|hkd|us\$|hk\$|人民币|[¥$€£])", re.I)
_SUFFIX = re.compile(r"(百万元|千万元|百万|千万|万元|亿元|千元|万|亿|千|元|圆|块|[kKmMwW])$")
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_GROUPS = (
    re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?"),
    re.compile(r"[+-]?\d{1,4}(,\d{4})+(\.\d*)?"),  # 万 groups
    re.compile(r"[+-]?\d{1,3}([ '’\u00a0]\d{3})+(\.\d*)?"),
)
EXACT = Context(prec=80)
ROUNDED = Decimal("0.00001")  # how far a printed total may be from the exact sum
LIMIT = Decimal(10) ** 19  # beyond it exact decimals with 18 places do not fit; no company's amount does


def parse(text: str, multiplier: Decimal = Decimal(1), decimal: str = ".", percent: bool = False) -> Decimal | None:
    """The number ``text`` means, in base units, or None if it is none.

    A unit in the cell itself (``1.2万``) wins over the column's ``multiplier``. A percent sign is understood only where
    ``percent`` says that the column holds rates. ``decimal`` is the column's decimal mark, "." or ",".
    """
    body = half(trimmed(text)).strip()
    body, negative = _sign(_CURRENCY.sub("", body).strip())
    per = Decimal(1)
    if body.endswith(("%", "‰")):
        if not percent:
            return None
        per = Decimal(100) if body[-1] == "%" else Decimal(1000)
        body, multiplier = body[:-1].strip(), Decimal(1)
    unit = _SUFFIX.search(body)
    if unit and per == 1:
        body, multiplier = body[: unit.start()].strip(), Decimal(UNITS[unit.group(1).lower()])
    digits = _digits(body, decimal)
    if digits is None:
        return None
    try:
        value = EXACT.divide(EXACT.multiply(Decimal(digits), multiplier), per)
    except InvalidOperation:
        return None
    if not value.is_finite() or abs(value) >= LIMIT:
        return None
    return -value if negative else value


def is_nothing(text: str) -> bool:
    """Whether a cell of a number or date column says that there is no value."""
    return half(trimmed(text)).strip().casefold() in NO_NUMBER or not trimmed(text)


def _sign(body: str) -> tuple[str, bool]:
    """Accountants' negatives: parentheses, a trailing minus, a minus in front of the currency sign."""
    if body.startswith("(") and body.endswith(")"):
        return body[1:-1].strip(), True
    if len(body) > 1 and body.endswith("-"):
        return body[:-1].strip(), True
    if body.startswith("-") and not body.startswith("--"):
        return body[1:].strip(), True
    return body, False


def _digits(body: str, decimal: str) -> str | None:
    """``body`` as digits with a decimal point; None when its groups are irregular."""
    if decimal == ",":
        if "," in body and "." in body and body.rindex(".") > body.rindex(","):
            return None
        body = body.replace(".", "\0").replace(",", ".").replace("\0", ",")
    for groups in _GROUPS:
        if groups.fullmatch(body):
            body = re.sub(r"[, '’\u00a0]", "", body)
            break
    return body if _PLAIN.fullmatch(body) else None
