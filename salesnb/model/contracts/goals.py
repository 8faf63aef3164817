"""Tables of the goals: how exactly each is said, what follows for the teams, where goals contradict each other."""

from __future__ import annotations

from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

GOAL = Column("goal_id", "id", Text("目标编号", "Goal"))
WORDS = Column("text", "text", Text("目标", "Goal in words"))
METRIC = Column("metric", "id", Text("指标", "Metric"))
SCOPE = Column(
    "scope",
    "text",
    Text("范围", "Scope"),
    definition=Text("空 = 整个公司", "empty: the whole company"),
    optional=True,
)
UNIT = Column("unit", "id", Text("单位", "Unit"))

SMART = TableContract(
    "goals_smart",
    ("goal_id",),
    (
        GOAL,
        WORDS,
        METRIC,
        SCOPE,
        Column("period", "text", Text("期间", "Period"), optional=True),
        Column("relation", "id", Text("关系", "Relation")),
        Column("value", "number", Text("数值", "Figure")),
        Column("reading", "id", Text("读法", "Reading")),
        UNIT,
        Column("owner", "text", Text("责任人", "Owner"), optional=True),
        Column("due_date", "date", Text("期限", "Due"), optional=True),
        Column("evidence", "text", Text("依据", "Evidence"), optional=True),
        Column(
            "process",
            "text",
            Text("过程指标", "Process metric"),
            definition=Text("与结果指标并列，说明做什么", "beside the result: what is done to reach it"),
            optional=True,
        ),
        Column(
            "lacks",
            "text",
            Text("缺项", "Lacks"),
            definition=Text(
                "owner 责任人；due 期限；evidence 依据；process 过程指标；base 基数；window 窗口；"
                "share_of 占什么的份额；points 百分点还是百分比",
                "owner, due, evidence, process, base, window, share_of (a share of what), points (points or percent)",
            ),
            optional=True,
        ),
        Column("lack_count", "count", Text("缺项数", "Gaps")),
    ),
    Text("目标的 SMART 检查", "SMART check of the goals"),
)

TEAMS = TableContract(
    "goals_teams",
    ("node_id",),
    (
        Column("node_id", "id", Text("单位", "Unit")),
        Column("name", "text", Text("名称", "Name")),
        Column(
            "contribution_rate",
            "rate",
            Text("贡献系数", "Contribution"),
            unit="percent",
            definition=Text("团队目标 = 公司目标 × 贡献系数", "team target = company target × coefficient"),
        ),
        Column("last_minor", "minor", Text("上年同期", "Year before"), unit="money", optional=True),
        Column("target_minor", "minor", Text("团队目标", "Team target"), unit="money"),
        Column("growth_rate", "rate", Text("要求增长", "Growth asked"), unit="percent", optional=True),
    ),
    Text("公司目标落到团队", "The company's target by team"),
)

FINDINGS = TableContract(
    "goals_findings",
    ("finding_no",),
    (
        Column("finding_no", "id", Text("编号", "No.")),
        Column("kind", "id", Text("类型", "Kind")),
        Column(
            "severity",
            "id",
            Text("性质", "Nature"),
            definition=Text(
                "conflict 矛盾；ask 须问清；note 提示；agrees 相互印证",
                "conflict, ask (unclear), note, agrees (two ways, one figure)",
            ),
        ),
        Column("statements", "text", Text("涉及的说法", "Statements"), definition=Text("编号", "their ids")),
        Column("node", "text", Text("对象", "About"), optional=True),
        Column("said", "number", Text("一种说法", "One says"), optional=True),
        Column("other", "number", Text("另一种说法", "Other says"), optional=True),
        Column("gap", "number", Text("差额", "Gap"), optional=True),
        UNIT,
    ),
    Text("目标之间的矛盾", "Contradictions between goals"),
)

ALL = (SMART, TEAMS, FINDINGS)
