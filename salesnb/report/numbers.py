"""How figures are written, in Chinese and English. Language and number formats live in this room only.

Money comes as whole minor units (fen, cents) and is shown in one unit per page (``MoneyUnit.choose``) or, in a
sentence, in the unit that fits the figure (``money``). Rates come as fractions. A missing figure is ``—``, never 0.
All rounding is half away from zero on decimal values, so that 14.25 % reads 14.3 % whatever the binary fraction says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from salesnb.model.errors import Text

MISSING = "—"
MINUS = "−"
_WIDE = Context(prec=400)  # every float can be written out
_NAMES = {"CNY": "元", "USD": "美元", "EUR": "欧元", "HKD": "港元", "JPY": "日元", "GBP": "英镑", "TWD": "新台币",
          "SGD": "新加坡元", "KRW": "韩元", "AUD": "澳元"}  # fmt: skip
# (factor, from which largest amount in major units a page uses it, prefix)
_STEPS = {
    "zh": ((100_000_000, Decimal("1e10"), "亿"), (10_000, Decimal("1e5"), "万"), (1, Decimal(0), "")),
    "en": ((1_000_000, Decimal("1e8"), "M"), (1_000, Decimal("1e4"), "K"), (1, Decimal(0), "")),
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def is_missing(value: Any) -> bool:
    """True for None, NaN, NaT and pandas' NA."""
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):  # pandas.NA refuses a truth value
        return True


def _decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int):
        return Decimal(value)
    number = value.item() if hasattr(value, "item") else value
    return Decimal(number) if isinstance(number, int) else Decimal(repr(float(number)))


def figure(value: Any, decimals: int = 0, signed: bool = False) -> str:
    """A number with thousands separators, a real minus and, where asked, a plus; what rounds to zero has no sign."""
    if is_missing(value) or (isinstance(value, float) and math.isinf(value)):
        return MISSING
    number = _decimal(value)
    if not number.is_finite():
        return MISSING
    rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _WIDE)
    sign = "" if rounded == 0 else MINUS if rounded < 0 else "+" if signed else ""
    return f"{sign}{abs(rounded):,f}"


def count(value: Any, signed: bool = False) -> str:
    """A count: ``1,234``."""
    return figure(value, 0, signed)


def rate(value: Any, decimals: int = 1, signed: bool = False) -> str:
    """A fraction as percent: 0.143 → ``14.3 %``."""
    shown = figure(None if is_missing(value) else _decimal(value).scaleb(2), decimals, signed)
    return shown if shown == MISSING else f"{shown} %"


def percent_figure(value: Any, decimals: int = 1, signed: bool = False) -> str:
    """A fraction as percent without the sign, for a column whose header carries it: 0.143 → ``14.3``."""
    return figure(None if is_missing(value) else _decimal(value).scaleb(2), decimals, signed)


def chance_figure(value: Any, decimals: int = 0) -> str:
    """A probability in a column of per cent: never certain, so ``< 1`` and ``> 99`` at the ends."""
    if is_missing(value):
        return MISSING
    return "< 1" if value < 0.01 else "> 99" if value > 0.99 else percent_figure(value, decimals)


def points(value: Any, lang: str, decimals: int = 1) -> str:
    """A difference of two rates, always signed: −0.016 → ``−1.6 点`` / ``−1.6 pts``."""
    shown = percent_figure(value, decimals, signed=True)
    return shown if shown == MISSING else f"{shown} {Text('点', 'pts').get(lang)}"


def _minor_digits(currency: str) -> int:
    from salesnb.model.money import minor_digits

    return minor_digits(currency)


def currency_name(lang: str, currency: str) -> str:
    """A currency as a reader knows it: 元 / CNY; an unnamed one keeps its code."""
    return _NAMES.get(currency, currency) if lang == "zh" else currency


def _decimals(largest: Decimal) -> int:
    """Decimals that keep about four digits of the largest figure and never more than two."""
    return 0 if largest >= 1000 else 1 if largest >= 100 else 2


@dataclass(frozen=True)
class MoneyUnit:
    """The unit in which a page shows money: ``factor`` major units, ``decimals`` after the point.

    ``label`` is what a header says (万元, CNY K), ``short`` what stands behind a figure on a card (万, K).
    """

    lang: str
    currency: str
    minor_digits: int
    factor: int
    decimals: int
    label: str
    short: str

    @classmethod
    def choose(cls, max_abs_minor: int, lang: str, currency: str = "CNY") -> MoneyUnit:
        """The unit for a page whose largest amount is ``max_abs_minor`` minor units (sign does not matter).

        zh: 元, 万元 from 100,000 yuan, 亿元 from 10,000,000,000; en: plain, K from 10,000, M from 100,000,000.
        """
        digits = _minor_digits(currency)
        largest = abs(_decimal(max_abs_minor)).scaleb(-digits)
        factor, _, prefix = next(step for step in _STEPS[lang] if largest >= step[1])
        name = currency_name(lang, currency)
        label = f"{prefix}{name}" if lang == "zh" else f"{name} {prefix}".rstrip()
        decimals = min(_decimals(largest / factor), digits if factor == 1 else 2)
        return cls(lang, currency, digits, factor, decimals, label, prefix or (name if lang == "zh" else ""))

    def value(self, minor: Any) -> float:
        """Minor units as a float in this unit, for the axis of a chart; missing is NaN."""
        return math.nan if is_missing(minor) else float(_decimal(minor).scaleb(-self.minor_digits) / self.factor)

    def format(self, minor: Any, signed: bool = False) -> str:
        """The bare figure for a column whose header names the unit: ``4,995``."""
        if is_missing(minor):
            return MISSING
        return figure(_decimal(minor).scaleb(-self.minor_digits) / self.factor, self.decimals, signed)

    def brief(self, minor: Any, signed: bool = False) -> str:
        """The figure with the short unit, for a card or a chart label: ``4,995 万`` / ``49,950 K``."""
        shown = self.format(minor, signed)
        return shown if shown == MISSING or not self.short else f"{shown} {self.short}"

    def say(self, minor: Any, signed: bool = False) -> str:
        """The figure with the whole unit: ``4,995 万元`` / ``CNY 49,950 K``."""
        shown = self.format(minor, signed)
        if shown == MISSING:
            return shown
        if self.lang == "zh":
            return f"{shown} {self.label}"
        return f"{self.currency} {shown} {self.short}".rstrip()


def money(minor: Any, lang: str, currency: str = "CNY", signed: bool = False) -> str:
    """An amount in the unit that fits it, for a sentence: ``1.02 亿元``, ``668 万元`` / ``CNY 102 M``."""
    if is_missing(minor):
        return MISSING
    major = _decimal(minor).scaleb(-_minor_digits(currency))
    steps = _STEPS[lang]
    for index, (factor, _, prefix) in enumerate(steps):
        scaled = abs(major) / factor
        decimals = 0 if scaled >= 100 else 1 if scaled >= 10 else 2
        # 9,999.6 of the smaller unit would read 10,000: the larger one takes it
        fits = scaled.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP) >= 1
        if fits or index == len(steps) - 1 or _fills(major, steps[index + 1][0], factor):
            shown = figure(major / factor, _plain_decimals(scaled, factor, currency, decimals), signed)
            name = currency_name(lang, currency)
            return f"{shown} {prefix}{name}" if lang == "zh" else f"{name} {shown} {prefix}".rstrip()
    raise AssertionError("unreachable: the last unit takes every amount")


def _fills(major: Decimal, smaller: int, larger: int) -> bool:
    return (abs(major) / smaller).quantize(Decimal(1), ROUND_HALF_UP) * smaller >= larger


def _plain_decimals(scaled: Decimal, factor: int, currency: str, decimals: int) -> int:
    """Whole amounts below the first step are said without decimals; others keep the currency's own."""
    if factor > 1:
        return decimals
    return 0 if scaled >= 1000 or scaled == scaled.to_integral_value() else _minor_digits(currency)


def ratio(value: Any, decimals: int = 2) -> str:
    """A plain ratio or index: ``1.08``."""
    return figure(value, decimals)


def day(value: Any) -> str:
    """A date as ISO text in both languages: ``2024-06-30``."""
    return MISSING if is_missing(value) else str(value)[:10]


def moment(value: Any) -> str:
    """A day with its time to the minute: ``2024-06-30 15:02``."""
    return MISSING if is_missing(value) else str(value)[:16].replace("T", " ")


def month(value: Any, lang: str) -> str:
    """``2024-06`` as ``2024 年 6 月`` / ``Jun 2024``; other text is given back as it is."""
    if is_missing(value):
        return MISSING
    shown = str(value)
    if len(shown) != 7 or shown[4] != "-" or not (shown[:4] + shown[5:]).isdigit() or not 1 <= int(shown[5:]) <= 12:
        return shown
    return f"{shown[:4]} 年 {int(shown[5:])} 月" if lang == "zh" else f"{_MONTHS[int(shown[5:]) - 1]} {shown[:4]}"


def month_names(lang: str) -> tuple[str, ...]:
    """The twelve months as axis labels: 1月 … 12月 / Jan … Dec."""
    return tuple(f"{m}月" for m in range(1, 13)) if lang == "zh" else _MONTHS


@dataclass(frozen=True)
class Rate:
    """The scale of fractions in a chart: 0.143 is plotted at 14.3 and reads ``14.3 %``."""

    lang: str
    decimals: int = 1
    short: str = "%"

    def value(self, fraction: Any) -> float:
        """The fraction in percent; missing is NaN."""
        return math.nan if is_missing(fraction) else float(fraction) * 100

    def format(self, fraction: Any, signed: bool = False) -> str:
        """``14.3 %``."""
        return rate(fraction, self.decimals, signed)

    brief = format


@dataclass(frozen=True)
class Count:
    """The scale of counts and plain numbers in a chart; ``short`` stands behind a figure (``8 家``)."""

    lang: str
    short: str = ""
    decimals: int = 0

    def value(self, number: Any) -> float:
        """The number; missing is NaN."""
        return math.nan if is_missing(number) else float(number)

    def format(self, number: Any, signed: bool = False) -> str:
        """The bare figure."""
        return figure(number, self.decimals, signed)

    def brief(self, number: Any, signed: bool = False) -> str:
        """The figure with its unit."""
        shown = self.format(number, signed)
        return shown if shown == MISSING or not self.short else f"{shown} {self.short}"
