"""Columns by kind: the tables' contracts name their columns with these."""

from __future__ import annotations

from salesnb.model.errors import Text
from salesnb.model.tables import Column, Kind


def _column(kind: Kind, name: str, label: tuple[str, str], meaning: tuple[str, str], optional: bool) -> Column:
    unit = {"minor": "money", "rate": "percent"}.get(kind, "")
    return Column(name, kind, Text(*label), unit, Text(*meaning) if meaning[0] else None, optional)


def ident(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "", optional: bool = False) -> Column:
    """An id."""
    return _column("id", name, (zh, en), (zh_is, en_is), optional)


def words(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "", optional: bool = True) -> Column:
    """Free text, if any."""
    return _column("text", name, (zh, en), (zh_is, en_is), optional)


def day(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "", optional: bool = True) -> Column:
    """A date, if any."""
    return _column("date", name, (zh, en), (zh_is, en_is), optional)


def money(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "", optional: bool = False) -> Column:
    """Money in minor units; with ``optional`` a null may stand where a sum is unknown."""
    return _column("minor", name, (zh, en), (zh_is, en_is), optional)


def rate(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "", optional: bool = True) -> Column:
    """A fraction, printed in percent, if known."""
    return _column("rate", name, (zh, en), (zh_is, en_is), optional)


def number(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "", optional: bool = True) -> Column:
    """A number, if known."""
    return _column("number", name, (zh, en), (zh_is, en_is), optional)


def count(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "", optional: bool = False) -> Column:
    """A count; with ``optional`` a null where nobody counted."""
    return _column("count", name, (zh, en), (zh_is, en_is), optional)


def flag(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "", optional: bool = False) -> Column:
    """Yes or no."""
    return _column("flag", name, (zh, en), (zh_is, en_is), optional)


def like_cases() -> tuple[Column, ...]:
    """What a chance to come back was counted from: cases alike, when, how many came back within how many months."""
    return (
        count("alike_count", "历史同类情形", "Like cases before", optional=True),
        count("back_count", "其中恢复", "Of them came back", "追回概率 =（恢复数 + ½）÷（情形数 + 1）",
              "chance to recover: (came back + ½) ÷ (cases + 1)", optional=True),
        count("within_count", "恢复期月数", "Months to come back in", optional=True),
        _column("month", "alike_first_month", ("同类最早", "First like case"), ("", ""), True),
        _column("month", "alike_last_month", ("同类最晚", "Last like case"), ("", ""), True),
    )  # fmt: skip


def behind_a_chance() -> tuple[Column, ...]:
    """What was tested behind a chance: forecasts of nodes of its kind, over which months, and how often they held."""
    return (
        count("test_count", "回测次数", "Back-tests", "同类节点", "of nodes of its kind", optional=True),
        words("first_month", "最早起点", "First origin"),
        words("last_month", "最晚起点", "Last origin"),
        count("horizon_count", "预测月数", "Months ahead", optional=True),
        rate("hit_rate", "回测命中", "Hit rate", "80 % 区间包含实际值的比例", "share of 80 % intervals that held"),
    )
