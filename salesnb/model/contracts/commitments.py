"""What the field itself says it will do, and how far that is from what was handed down (R16, R31, R84)."""

from __future__ import annotations

from salesnb.model.contracts.columns import ident
from salesnb.model.contracts.facts import CURRENCY
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

PLAN = ident("plan", "计划", "Plan")
ROUND = Column("round", "count", Text("轮次", "Round"))
NODE = ident("node_id", "单位", "Node")
LEVEL = ident("level", "层级", "Level")
PERIOD = ident("period", "期间", "Period")
TARGET = Column("target_minor", "minor", Text("下达数", "Handed down"), unit="money")
COMMITTED = Column(
    "committed_minor",
    "minor",
    Text("承诺数", "Committed"),
    unit="money",
    optional=True,
    definition=Text("空表示没有报，不是零", "blank: nothing was said; it is not zero"),
)

COMMITMENTS = TableContract(
    "commitments",
    ("plan", "round", "node_id", "product_line", "period"),
    (
        PLAN,
        ROUND,
        NODE,
        LEVEL,
        Column(
            "product_line", "id", Text("产品线", "Product line"), definition=Text("_all 表示不分", "_all: not split")
        ),
        PERIOD,
        CURRENCY,
        TARGET,
        COMMITTED,
        Column("confidence", "text", Text("把握", "Confidence"), optional=True),
        Column("condition", "text", Text("前提条件", "Conditions"), optional=True),
        ident("manager_id", "填报人", "Filled in by"),
        ident("version", "依据版本", "Based on"),
    ),
    Text("承诺数", "Commitments"),
)

COMMITMENT_GAPS = TableContract(
    "commitment_gaps",
    ("plan", "round", "level", "node_id", "period"),
    (
        PLAN,
        ROUND,
        LEVEL,
        NODE,
        PERIOD,
        CURRENCY,
        TARGET,
        Column("bottom_up_minor", "minor", Text("下级合计", "Sum of lines"), unit="money", optional=True),
        Column("own_minor", "minor", Text("本单位承诺", "Own commitment"), unit="money", optional=True),
        Column(
            "gap_minor",
            "minor",
            Text("下级合计与下达数之差", "Lines less target"),
            unit="money",
            optional=True,
            definition=Text("下级全部填报后才有", "only once every line is filled in"),
        ),
        Column(
            "own_gap_minor", "minor", Text("本单位承诺与下达数之差", "Own less target"), unit="money", optional=True
        ),
        Column("filled_count", "count", Text("已填", "Filled in")),
        Column("line_count", "count", Text("应填", "To fill in")),
        Column(
            "state",
            "id",
            Text("状态", "State"),
            definition=Text("complete 已齐 / partial 部分 / none 未报", "complete / partial / none"),
        ),
    ),
    Text("承诺差额", "Commitment gaps"),
)

ALL = (COMMITMENTS, COMMITMENT_GAPS)
