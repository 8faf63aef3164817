"""What a plan is looked at from: scenarios, bridges, fairness, each person's derivation, weeks, units, rounds."""

from __future__ import annotations

from salesnb.model.contracts.columns import count, flag, money, number, rate
from salesnb.model.contracts.facts import MONTH, PERSON, REGION, TEAM
from salesnb.model.contracts.history import DIMENSION, NODE
from salesnb.model.contracts.target_columns import RULE, RULE_TEXT, TARGET
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

LEVEL = Column("level", "id", Text("层级", "Level"))
ROLE = Column("role", "text", Text("岗位", "Role"), optional=True)
CHANGE = money("change_minor", "变化", "Change")
GROWTH = rate("growth_rate", "同比增长", "Growth")

PADDING = TableContract(
    "target_padding",
    ("level", "node_id"),
    (
        LEVEL,
        NODE,
        TARGET,
        rate("padding_rate", "加码比例", "Over-assigned by"),
        money("padding_minor", "加码金额", "Over-assignment"),
        money("handed_minor", "下达数", "Handed down"),
    ),
    Text("加码与留底", "Over-assignment and hold-back"),
)

SCENARIOS = TableContract(
    "target_scenarios",
    ("scenario", "dimension", "node_id"),
    (
        Column("scenario", "id", Text("情景或口径", "Scenario or figure")),
        Column(
            "kind",
            "id",
            Text("类别", "Kind"),
            definition=Text(
                "scenario 情景 / figure 预算、考核、力争口径", "scenario, or budget / assessment / stretch"
            ),
        ),
        DIMENSION,
        NODE,
        money("amount_minor", "目标", "Target"),
        GROWTH,
        flag("is_plan", "本方案", "This plan"),
    ),
    Text("情景与口径对照", "Scenarios and figures side by side"),
)

BRIDGE = TableContract(
    "target_bridge",
    ("dimension", "node_id"),
    (DIMENSION, NODE, money("before_minor", "原目标", "Before"), CHANGE, money("after_minor", "新目标", "After")),
    Text("方案之间的变化：谁", "From one plan to another: who"),
)

RULE_CHANGES = TableContract(
    "target_rule_changes",
    ("rule_id",),
    (
        RULE,
        RULE_TEXT,
        Column("by", "text", Text("提出人", "Set by"), optional=True),
        Column("reference", "text", Text("依据", "Reference"), optional=True),
        Column("kind", "id", Text("变化", "Change"), definition=Text("新增、取消或改动", "added, removed or changed")),
        number("before_low", "原下限", "Was at least"),
        number("before_high", "原上限", "Was at most"),
        number("after_low", "新下限", "Now at least"),
        number("after_high", "新上限", "Now at most"),
        money("total_minor", "单独改动对公司合计的影响", "Effect on the total, alone"),
        money("moved_minor", "单独改动在人员间挪动", "Moved between people, alone"),
    ),
    Text("方案之间的变化：为何", "From one plan to another: why"),
)

FAIRNESS = TableContract(
    "target_fairness",
    ("region_id", "team_id", "person_id"),
    (
        REGION,
        TEAM,
        PERSON,
        ROLE,
        Column("rank", "text", Text("梯队", "Rank"), optional=True),
        number("tenure_months", "司龄（月）", "Tenure (months)"),
        number("capacity", "产能（标准人年）", "Capacity (experienced rep-years)"),
        TARGET,
        money("base_minor", "本人上年同期", "Own last year", optional=True),
        GROWTH,
        money("per_capacity_minor", "每标准人年目标", "Target per rep-year", optional=True),
        number("deviation", "与同岗位中位数的偏离", "Deviation from the role's median"),
        flag("is_outlier", "偏离过大", "Stands out"),
    ),
    Text("目标公平性", "Fairness of targets"),
)

FAIRNESS_ROLES = TableContract(
    "target_fairness_roles",
    ("role",),
    (
        Column("role", "id", Text("岗位", "Role")),
        count("person_count", "人数", "People"),
        money("median_minor", "每标准人年目标中位数", "Median target per rep-year"),
        rate("spread_rate", "离散度（变异系数）", "Spread (coefficient of variation)"),
        rate("growth_low", "最低增长", "Lowest growth"),
        rate("growth_high", "最高增长", "Highest growth"),
    ),
    Text("同岗位目标离散度", "Spread of targets within a role"),
)

POTENTIAL = TableContract(
    "target_potential",
    ("node_id",),
    (
        NODE,
        TARGET,
        rate("share_of_target", "目标占比", "Share of targets"),
        rate("share_of_potential", "潜力占比", "Share of potential"),
        number("intensity", "目标强度", "Intensity", "目标占比 ÷ 潜力占比", "share of targets ÷ share of potential"),
    ),
    Text("目标与潜力", "Targets against potential"),
)

BACKTEST = TableContract(
    "target_backtest",
    ("person_id",),
    (
        PERSON,
        money("amount_minor", "回测目标", "Target it would have been"),
        money("actual_minor", "实际", "Actual"),
        rate("attainment_rate", "达成率", "Attainment"),
        rate("naive_rate", "简单做法的达成率", "Attainment, naive"),
    ),
    Text("公平性回测", "Back-test"),
)

BACKTEST_SPREAD = TableContract(
    "target_backtest_spread",
    ("method",),
    (
        Column(
            "method",
            "id",
            Text("做法", "Method"),
            definition=Text("plan 本方法 / naive 上年乘以公司增长", "plan, or naive: last year × the company's growth"),
        ),
        count("person_count", "人数", "People"),
        rate("mean_rate", "平均达成率", "Mean attainment"),
        rate("spread_rate", "达成率标准差", "Standard deviation"),
        rate("within_20_rate", "偏差在 20 % 内的人数占比", "Share of people within 20 %"),
        number("rank_correlation", "与实际的秩相关", "Rank correlation with actual"),
        Column("left_out", "text", Text("当时没有数据的理由", "Reasons without figures then"), optional=True),
    ),
    Text("回测的离散度", "Spread in the back-test"),
)

DERIVATION = TableContract(
    "target_derivation",
    ("person_id", "step_no"),
    (
        PERSON,
        count("step_no", "步", "Step"),
        Column(
            "step",
            "id",
            Text("步骤", "Step"),
            definition=Text(
                "base 上年 / organisation 人员与网点变动 / reason 起始理由 / rule 规则 / rounding 取整 / target 目标 / "
                "padding 加码 / handed 下达数",
                "base, organisation, reason, rule, rounding, target, padding, handed",
            ),
        ),
        Column("named", "text", Text("理由或规则", "Reason or rule"), optional=True),
        money("amount_minor", "金额", "Amount"),
        money("running_minor", "累计", "So far"),
    ),
    Text("我的目标怎样得出", "How my number was made"),
)

WEEKS = TableContract(
    "target_weeks",
    ("person_id", "month", "week"),
    (
        PERSON,
        MONTH,
        Column("week", "id", Text("周", "Week")),
        number("working_days", "工作日", "Working days"),
        TARGET,
    ),
    Text("周目标", "Targets by week"),
)

UNITS = TableContract(
    "target_units",
    ("person_id",),
    (
        PERSON,
        TARGET,
        money("order_value_minor", "笔单价", "Order value", optional=True),
        number("orders_per_customer", "每客户订单数", "Orders per customer"),
        number("orders_needed", "所需订单数", "Orders needed"),
        number("customers_needed", "所需客户数", "Customers needed"),
        number("quotes_needed_week", "每周报价", "Quotes a week"),
        number("leads_needed_week", "每周线索", "Leads a week"),
        number("visits_needed_week", "每周有效拜访", "Effective visits a week"),
        number("visits_asked_week", "规定每周有效拜访", "Effective visits asked"),
        number("quotes_asked_week", "规定每周报价", "Quotes asked"),
        Column(
            "measured_on",
            "id",
            Text("转化率来源", "Measured on"),
            definition=Text("own 本人 / company 全公司（本人样本不足）", "own, or company where own cases are few"),
        ),
    ),
    Text("单位目标与活动量", "Units and activity behind a target"),
)

COUNTS = TableContract(
    "target_counts",
    ("count", "region_id", "team_id", "person_id", "customer_size", "month"),
    (
        Column("count", "id", Text("数量指标", "Counted")),
        REGION,
        TEAM,
        PERSON,
        Column("customer_size", "id", Text("客户规模", "Customer size")),
        MONTH,
        count("target_count", "目标数", "Target"),
    ),
    Text("数量目标", "Targets in counts"),
)

GAPS = TableContract(
    "target_gaps",
    ("level", "node_id", "round"),
    (
        LEVEL,
        NODE,
        count("round", "轮次", "Round"),
        money("top_down_minor", "下达数", "Top-down"),
        money("committed_minor", "上报承诺", "Committed", optional=True),
        money("gap_minor", "差额", "Gap", optional=True),
        rate("gap_rate", "差额比例", "Gap"),
        count("answered_count", "已报人数", "People who answered"),
        count("person_count", "应报人数", "People"),
        money("people_minor", "已报人员承诺合计", "Committed by people", optional=True),
        Column("condition", "text", Text("条件", "Condition"), optional=True),
    ),
    Text("两上两下差额", "Gap between top-down and bottom-up"),
)

STAFF = TableContract(
    "target_staff",
    ("region_id", "team_id", "person_id"),
    (
        REGION,
        TEAM,
        PERSON,
        ROLE,
        Column("from_date", "date", Text("到岗", "From"), optional=True),
        Column("to_date", "date", Text("离岗", "To"), optional=True),
        number("present", "在岗（年）", "Present (years)", "在岗工作日的占比", "by working days"),
        number("capacity", "产能（标准人年）", "Capacity (experienced rep-years)"),
        TARGET,
        flag("is_open", "待补岗位", "Open seat"),
        flag("is_manager", "带队", "Leads others"),
        flag("is_new", "期内到岗", "Joins in the plan"),
        Column("successor_id", "text", Text("接手人", "Successor"), optional=True),
        Column("probation_date", "date", Text("试用期至", "On probation until"), optional=True),
        count("region_count", "涉及区域", "Regions served"),
        count("line_count", "涉及产品线", "Product lines served"),
    ),
    Text("承担目标的岗位", "Who carries targets"),
)

ALL = (
    PADDING,
    SCENARIOS,
    BRIDGE,
    RULE_CHANGES,
    FAIRNESS,
    FAIRNESS_ROLES,
    POTENTIAL,
    BACKTEST,
    BACKTEST_SPREAD,
    DERIVATION,
    WEEKS,
    UNITS,
    COUNTS,
    GAPS,
    STAFF,
)
