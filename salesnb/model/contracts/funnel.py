"""Funnel tables of the history stage: conversion with intervals, effects, win probabilities and their track record."""

from __future__ import annotations

from salesnb.model.contracts.facts import OPPORTUNITIES
from salesnb.model.contracts.history import DIMENSION, NODE
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

LOW = Column("rate_low", "rate", Text("区间下限", "Low"), unit="percent")
HIGH = Column("rate_high", "rate", Text("区间上限", "High"), unit="percent")
CASES = Column("case_count", "count", Text("样本数", "Cases"))

CONVERSION = TableContract(
    "funnel_conversion",
    ("dimension", "node_id", "step"),
    (
        DIMENSION,
        NODE,
        Column(
            "step",
            "id",
            Text("步骤", "Step"),
            definition=Text(
                "qualified 线索→商机；quoted 商机→报价；won 报价→赢单；closed 已关闭商机的赢率",
                "qualified: lead to opportunity; quoted: to quote; won: quote to win; closed: wins of closed deals",
            ),
        ),
        Column("case_count", "count", Text("有结果", "Decided"), definition=Text("已通过或已丢失", "passed or lost")),
        Column("passed_count", "count", Text("通过", "Passed")),
        Column("open_count", "count", Text("未定", "Open")),
        Column("conversion_rate", "rate", Text("转化率", "Conversion"), unit="percent", optional=True),
        LOW,
        HIGH,
        Column(
            "shrunk_rate",
            "rate",
            Text("收缩后转化率", "Shrunk rate"),
            unit="percent",
            definition=Text(
                "样本少的向平均靠拢，避免把偶然当能力", "few cases are drawn to the average: chance is not skill"
            ),
            optional=True,
        ),
        Column(
            "stands_out",
            "id",
            Text("是否突出", "Stands out"),
            definition=Text(
                "above / below：区间整体高于或低于平均；none：与偶然无异", "above / below the average, or none"
            ),
        ),
        Column(
            "is_noise",
            "flag",
            Text("差异不显著", "Chance"),
            definition=Text("本维度各节点的差异可由偶然解释", "chance explains the spread over this dimension"),
        ),
        Column("median_days", "number", Text("中位周期（天）", "Median days"), unit="days", optional=True),
    ),
    Text("漏斗转化", "Funnel conversion"),
)

EFFECTS = TableContract(
    "funnel_effects",
    ("effect",),
    (
        Column(
            "effect",
            "id",
            Text("现象", "Effect"),
            definition=Text(
                "viewed_72h 查看报价 72 小时（或参数所定小时）内关闭；quarter_end 在季末月关闭",
                "closed within 72 h (or the hours set) of viewing; closed in a quarter's last month",
            ),
        ),
        Column("inside_count", "count", Text("满足者", "Inside")),
        Column("inside_won_count", "count", Text("其中赢单", "won inside")),
        Column("inside_rate", "rate", Text("赢率", "Win rate inside"), unit="percent"),
        Column("outside_count", "count", Text("其余", "Outside")),
        Column("outside_won_count", "count", Text("其中赢单", "won outside")),
        Column("outside_rate", "rate", Text("其余赢率", "Win rate outside"), unit="percent"),
        Column("difference_rate", "rate", Text("差", "Difference"), unit="points"),
        LOW,
        HIGH,
        Column("is_noise", "flag", Text("差异不显著", "Chance")),
        Column(
            "clocked_count",
            "count",
            Text("按时刻计", "By the clock"),
            definition=Text(
                "导出写有时刻、按小时判断的商机；其余只有日期，按日历日判断",
                "deals whose export tells the time of day, judged by hours; others by calendar days",
            ),
            optional=True,
        ),
    ),
    Text("行为窗口", "Windows of behaviour"),
)

RELIABILITY = TableContract(
    "funnel_reliability",
    ("bin_no",),
    (
        Column("bin_no", "count", Text("组", "Bin")),
        CASES,
        Column("predicted_rate", "rate", Text("预测赢率", "Said"), unit="percent"),
        Column("hit_rate", "rate", Text("实际赢率", "Came true"), unit="percent"),
        LOW,
        HIGH,
    ),
    Text("赢率预测的回测", "Track record of win probabilities"),
)

_OPEN = ("opportunity_id", "stage", "region_id", "person_id", "product_line", "customer_id", "currency", "amount_minor")
OPEN = TableContract(
    "funnel_open",
    ("opportunity_id",),
    (
        *(OPPORTUNITIES.column(name) for name in _OPEN),
        Column("age_days", "count", Text("已开天数", "Days open"), unit="days", optional=True),
        Column(
            "win_rate",
            "rate",
            Text("赢率", "Win probability"),
            unit="percent",
            definition=Text("由历史同类商机估计，见回测", "from the history of like deals; see the track record"),
            optional=True,
        ),
        Column("expected_minor", "minor", Text("期望金额", "Expected"), unit="money", optional=True),
    ),
    Text("在手商机", "Open pipeline"),
)

ALL = (CONVERSION, EFFECTS, RELIABILITY, OPEN)
