"""How a letter writes its figures: exact amounts in one unit, amounts in Chinese capitals, targets of indicators."""

from __future__ import annotations

from collections.abc import Iterable

from salesnb.model.errors import Text
from salesnb.model.money import minor_digits
from salesnb.report import numbers
from salesnb.report.letters.content import Kpi, Letter
from salesnb.report.numbers import MoneyUnit

WAN_FROM = 100_000  # yuan: from this largest amount on a letter speaks of 万元
_DIGITS, _PLACES = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
_RELATIONS = {"is": Text("", ""), "at_least": Text("不低于 ", "at least "), "at_most": Text("不高于 ", "at most ")}
_QUARTERS = ("一", "二", "三", "四")


def exact_unit(amounts: Iterable[int], lang: str, currency: str) -> MoneyUnit:
    """The unit in which every one of ``amounts`` (minor units) is written without rounding.

    zh: 万元 where two decimals are enough and the largest is 100,000 or more, else 元; en: the currency itself. A
    letter is signed: what it prints must add up to the last digit.
    """
    digits = minor_digits(currency)
    given = [abs(int(amount)) for amount in amounts] or [0]
    if lang == "zh" and max(given) >= WAN_FROM * 10**digits:
        for decimals in range(3):
            if all(amount % 10 ** (digits + 4 - decimals) == 0 for amount in given):
                name = f"万{numbers.currency_name(lang, currency)}"
                return MoneyUnit(lang, currency, digits, 10_000, decimals, name, "万")
    decimals = 0 if all(amount % 10**digits == 0 for amount in given) else digits
    name = numbers.currency_name(lang, currency)
    return MoneyUnit(lang, currency, digits, 1, decimals, name, name if lang == "zh" else "")


def capitals(minor: int) -> str:
    """Whole fen as a Chinese contract writes them: ``人民币肆佰贰拾伍万元整``; negative ones begin with 负."""
    yuan, fen = divmod(abs(minor), 100)
    jiao, cent = divmod(fen, 10)
    said = f"{_whole(yuan)}元" if yuan or not fen else ""
    if jiao or (yuan and cent):
        said += f"{_DIGITS[jiao]}{'角' if jiao else ''}"
    said += f"{_DIGITS[cent]}分" if cent else "整"
    return f"人民币{'负' if minor < 0 else ''}{said}"


def _whole(number: int) -> str:
    """A whole number below 10^16; a zero is read once wherever leading digits of a group are skipped."""
    for size, name in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            gap = _DIGITS[0] if 0 < low < size // 10 else ""
            return f"{_whole(high)}{name}{gap}{_whole(low) if low else ''}"
    return _group(number) if number else _DIGITS[0]


def _group(group: int) -> str:
    said, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if digit:
            said += (_DIGITS[0] if gap and said else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = True
    return said


def kpi_value(kpi: Kpi, letter: Letter, lang: str) -> str:
    """An indicator's target: ``不低于 95.0 %``, ``8 次/周``; one that nobody set is said to be open."""
    if kpi.value is None:
        return Text("未定", "not set").get(lang)
    relation = _RELATIONS[kpi.relation].get(lang)
    if kpi.kind == "minor":
        return f"{relation}{exact_unit([int(kpi.value)], lang, letter.currency).say(int(kpi.value))}"
    if kpi.kind == "rate":
        tenth = round(kpi.value * 1000, 6) % 10
        return f"{relation}{numbers.rate(kpi.value, 1 if tenth else 0)}"
    decimals = 0 if float(kpi.value).is_integer() else 1
    return f"{relation}{numbers.figure(kpi.value, decimals)}{f' {kpi.per.get(lang)}' if kpi.per.get(lang) else ''}"


def quarter_words(number: int) -> Text:
    """一季度 / Q1."""
    return Text(f"{_QUARTERS[number - 1]}季度", f"Q{number}")


def term_words(letter: Letter) -> Text:
    """The plan as a title names it: 2024 年度, 2024 年二季度, 2024 年上半年."""
    year, rest = letter.plan[:4], letter.plan[4:]
    if not rest:
        return Text(f"{year} 年度", year)
    if rest[0] == "H":
        half = int(rest[1])
        return Text(f"{year} 年{('上', '下')[half - 1]}半年", f"{year} H{half}")
    if rest[0] == "Q":
        number = int(rest[1])
        return Text(f"{year} 年{_QUARTERS[number - 1]}季度", f"{year} Q{number}")
    return Text(f"{year} 年 {int(rest[1:])} 月", numbers.month(letter.plan, "en"))
