"""Columns that the tables of a plan share."""

from __future__ import annotations

from salesnb.model.contracts.columns import ident, money, words
from salesnb.model.errors import Text
from salesnb.model.tables import Column

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
