"""Tables of what may change: re-targets, requests and their states, calibration meetings, leads to hand out."""

from __future__ import annotations

from salesnb.model.contracts.columns import count, flag, ident, money, number, rate, words
from salesnb.model.contracts.decomposition import TARGET_CELLS
from salesnb.model.contracts.history import DIMENSION, NODE, NODE_NAME
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

SPAN = Column(
    "scope",
    "id",
    Text("期间", "Span"),
    definition=Text("下一季度，或当年余下各月（rest）", "the next quarter, or the year's months that are left (rest)"),
)
FROM_MONTH = Column("from_month", "month", Text("起始月", "From"), optional=True)

RETARGET_CELLS = TableContract(
    "retarget_cells",
    TARGET_CELLS.keys,
    (*TARGET_CELLS.columns, ident("revision", "所改的目标版本", "Revision it changes")),
    Text("再分解方案单元", "Cells of the new proposal"),
)

RETARGET_NODES = TableContract(
    "retarget_nodes",
    ("scope", "dimension", "node_id"),
    (
        SPAN,
        DIMENSION,
        NODE,
        NODE_NAME,
        money("before_minor", "现目标", "Target now"),
        money("handed_minor", "交接后", "After handover"),
        money("after_minor", "建议目标", "Proposed"),
        money("change_minor", "变动", "Change"),
        rate("change_rate", "变动幅度", "Change"),
        Column(
            "required_minor",
            "minor",
            Text("守住年度所需", "Needed for the year"),
            unit="money",
            definition=Text(
                "建议目标加上按目标分摊的全年缺口", "as proposed, with its part of what the year lacks so far"
            ),
            optional=True,
        ),
        money("expected_minor", "预计", "Expected", optional=True),
        rate("chance_before_rate", "现目标达成概率", "Chance now"),
        rate("chance_after_rate", "调整后达成概率", "Chance after"),
    ),
    Text("再分解方案", "New proposal by node"),
)

RETARGET_MOVES = TableContract(
    "retarget_moves",
    ("reason", "from_id", "to_id"),
    (
        Column(
            "reason",
            "id",
            Text("原因", "Why"),
            definition=Text(
                "leaves 离岗交接 / joins 到岗承接 / landing 按预计调整 / carry 缺口滚入",
                "leaves, joins, landing: as expected sales differ, carry: shortfall added",
            ),
        ),
        ident("from_id", "移出", "From"),
        words("from_name", "移出人", "From"),
        ident("to_id", "移入", "To"),
        words("to_name", "移入人", "To"),
        money("amount_minor", "金额", "Amount"),
        FROM_MONTH,
    ),
    Text("从谁移到谁", "What moves from whom to whom"),
)

CHANGE_STATES = TableContract(
    "change_states",
    ("request_id", "step_no"),
    (
        ident("request_id", "申请", "Request"),
        count("step_no", "步骤", "Step"),
        ident("kind", "类别", "Kind"),
        words("title", "标题", "Title"),
        Column("state", "id", Text("状态", "State")),
        Column("date", "date", Text("日期", "Date")),
        words("by", "由谁", "By"),
        words("role", "身份", "Role"),
        words("note", "说明", "Note"),
        money("amount_minor", "涉及金额", "Amount", optional=True),
        words("revision", "目标版本", "Revision"),
        words("next_role", "下一步由谁", "Next"),
        words("hash", "封签", "Seal"),
    ),
    Text("变更申请", "Change requests"),
)

CHANGE_TRIGGERS = TableContract(
    "change_triggers",
    ("trigger", "subject_id"),
    (
        Column(
            "trigger",
            "id",
            Text("情况", "Occasion"),
            definition=Text(
                "quarter 季度未达 / market 市场变化 / leaver 离岗 / joiners 批量入职 / leads 线索激增 / strategy 策略",
                "quarter below its floor / market moved / leaver / joiners: many / leads: a flood / strategy does harm",
            ),
        ),
        ident("subject_id", "对象", "Subject"),
        words("subject", "对象", "Subject"),
        ident("request", "申请类别", "Kind of request"),
        Column("since_date", "date", Text("自", "Since"), optional=True),
        number("measured", "实际", "Measured"),
        number("usual", "通常或界线", "Usual or line"),
    ),
    Text("可能需要提变更的情况", "What may call for a change"),
)

CALIBRATION = TableContract(
    "calibration_meetings",
    ("month",),
    (
        Column("month", "month", Text("月份", "Month")),
        Column("meeting_date", "date", Text("建议会议日期", "Proposed date")),
        Column(
            "trigger",
            "id",
            Text("触发", "Trigger"),
            definition=Text(
                "price 竞品降价 / index 敏感度指数 / both 二者", "price: a competitor's cut / index / both"
            ),
        ),
        number("sensitivity", "敏感度指数", "Sensitivity"),
        rate("price_change_rate", "最大降价", "Deepest cut"),
        words("competitors", "竞品", "Competitors"),
        words("scope", "涉及范围", "Concerning"),
        words("moves", "动态", "What they did"),
        flag("is_open", "待召开", "Still to come"),
    ),
    Text("市场校准会建议", "Calibration meetings proposed"),
)

LEAD_SHARES = TableContract(
    "lead_assignments",
    ("opportunity_id",),
    (
        ident("opportunity_id", "商机", "Lead"),
        count("order_no", "次序", "Order"),
        ident("region_id", "区域", "Region"),
        words("industry", "行业", "Industry"),
        words("product_line", "产品线", "Product line"),
        money("amount_minor", "金额", "Amount", optional=True),
        rate("win_rate", "赢率", "Chance to win"),
        ident("from_id", "现负责人", "Held by"),
        Column(
            "reason",
            "id",
            Text("为何重新分配", "Why it is handed out"),
            definition=Text(
                "unassigned 无人负责 / left 负责人已离岗 / over 负责人超出容量",
                "unassigned / left: its owner has / over: its owner holds too many",
            ),
        ),
        ident("to_id", "建议负责人", "Proposed"),
        words("to_name", "姓名", "Name"),
        number("score", "得分", "Score"),
        number("region_score", "区域", "Region"),
        number("industry_score", "行业经验", "Industry"),
        number("value_score", "金额匹配", "Size"),
        number("free_score", "空余容量", "Free capacity"),
        count("held_count", "分配后在手", "Held then"),
        number("capacity", "容量", "Capacity"),
        Column(
            "blocked",
            "id",
            Text("未分配原因", "Why nobody"),
            definition=Text(
                "空 已分配 / region 区域内无人 / skill 无人具备条件 / capacity 容量已满",
                "none: assigned / region: nobody there / skill: nobody fit / capacity: everybody full",
            ),
        ),
    ),
    Text("线索分配建议", "Leads to hand out"),
)

ALL = (RETARGET_CELLS, RETARGET_NODES, RETARGET_MOVES, CHANGE_STATES, CHANGE_TRIGGERS, CALIBRATION, LEAD_SHARES)
