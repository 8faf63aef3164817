"""Columns that the tables of a plan share."""

from __future__ import annotations

from salesnb.model.errors import Text
from salesnb.model.tables import Column


def ident(name: str, zh: str, en: str, optional: bool = False) -> Column:
    """An id."""
    return Column(name, "id", Text(zh, en), optional=optional)


def words(name: str, zh: str, en: str) -> Column:
    """Text, as somebody wrote it."""
    return Column(name, "text", Text(zh, en), optional=True)


def money(name: str, zh: str, en: str, optional: bool = False) -> Column:
    """An amount in minor units."""
    return Column(name, "minor", Text(zh, en), unit="money", optional=optional)


def rate(name: str, zh: str, en: str) -> Column:
    """A fraction; null where it has no meaning."""
    return Column(name, "rate", Text(zh, en), unit="percent", optional=True)


def number(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "") -> Column:
    """A number; null where it has no meaning."""
    return Column(name, "number", Text(zh, en), definition=Text(zh_is, en_is) if zh_is else None, optional=True)


def count(name: str, zh: str, en: str, optional: bool = False) -> Column:
    """A whole count."""
    return Column(name, "count", Text(zh, en), optional=optional)


def flag(name: str, zh: str, en: str) -> Column:
    """Yes or no."""
    return Column(name, "flag", Text(zh, en))


PLAN = ident("plan", "计划", "Plan")
RULE = ident("rule_id", "规则", "Rule")
RULE_TEXT = words("text", "规则原文", "In the planner's words")
STRENGTH = Column(
    "strength",
    "id",
    Text("强度", "Strength"),
    definition=Text("must 必须 / should 应当 / wish 意愿", "must / should / wish"),
)
MEASURE = ident("measure", "口径", "Measure")
TARGET = money("target_minor", "目标", "Target")
BASE = money("base_minor", "上年同期", "Last year")
IN_TERMS = ("按规则自己的口径：金额（元）、增长、占比或倍数", "in the rule's own terms: yuan, growth, share or ratio")
