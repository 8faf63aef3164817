"""Money: whole minor units, rounded once, parts always summing to the whole (CONTRACTS, Money)."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from salesnb.model.errors import DataError, Text

# ISO 4217 currencies whose minor unit is not one hundredth
_DIGITS = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "JOD": 3, "TND": 3}


def minor_digits(currency: str) -> int:
    """Decimal digits of a currency's minor unit: 2 for CNY (fen), 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency.upper(), 2)


def to_minor(amount: Decimal, currency: str) -> int:
    """One total in minor units, half to even. Only for totals: rounding lines first loses money."""
    return int(amount.scaleb(minor_digits(currency)).quantize(Decimal(1), ROUND_HALF_EVEN))


def spread_minor(amounts: Sequence[Decimal], keys: Sequence[Hashable], total_minor: int | None = None) -> list[int]:
    """Round ``amounts`` (already in minor units) to integers whose sum is ``total_minor``, by largest remainder.

    Without ``total_minor`` the rounded exact sum is kept. Ties go to the smaller key, never to position, so that the
    order of rows is irrelevant. A total further away than one unit a row is refused with both numbers (DataError).
    """
    floors = [int(amount // 1) - (1 if amount < 0 and amount % 1 else 0) for amount in amounts]
    rests = [amount - floor for amount, floor in zip(amounts, floors, strict=True)]
    if total_minor is None:
        total_minor = int(sum(amounts, Decimal(0)).quantize(Decimal(1), ROUND_HALF_EVEN))
    missing = total_minor - sum(floors)
    if not 0 <= missing <= len(floors):
        raise DataError(
            Text(
                f"合计 {total_minor} 与明细之和 {sum(amounts, Decimal(0))} 相差过大，无法按最大余数取整",
                f"total {total_minor} is too far from the sum of the parts {sum(amounts, Decimal(0))} to round",
            )
        )
    order = sorted(range(len(floors)), key=lambda i: (-rests[i], keys[i]))
    for i in order[:missing]:
        floors[i] += 1
    return floors
