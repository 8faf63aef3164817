"""Tables of closing a period: restatement, strategies, problems, improvements, performance and pay, watchful checks."""

from __future__ import annotations

from salesnb.model.contracts.columns import behind_a_chance, count, day, ident, money, rate, words
from salesnb.model.contracts.facts import CUSTOMER, PERSON
from salesnb.model.contracts.history import DIMENSION, NODE, NODE_NAME
from salesnb.model.contracts.review import ATTAINMENT, CERTAINTY, GAP, SINCE
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

RESTATED = TableContract(
    "review_restated",
    ("month",),
    (
        Column("month", "month", Text("月份", "Month")),
        day("closed_date", "结账日", "Closed on"),
        money("reported_minor", "结账时", "As closed", "结账日已知的净额", "net as known when the month was closed"),
        money("late_minor", "补录订单", "Booked late", "结账后才录入的订单", "orders entered after closing"),
        money("returned_minor", "其后退货", "Returned since", "结账后才录入的退货", "returns entered after closing"),
        money("known_minor", "现在", "As known now"),
        rate("change_rate", "变动", "Change"),
    ),
    Text("已结月份的重述", "Restatement of closed months"),
)

STRATEGIES = TableContract(
    "review_strategies",
    ("strategy",),
    (
        ident("strategy", "策略", "Strategy"),
        ident("kind", "类别", "Kind"),
        words("text", "内容", "What"),
        day("start_date", "开始", "From"),
        count("month_count", "整月数", "Whole months", optional=True),
        money("actual_minor", "实际", "Actual", optional=True),
        money(
            "forecast_minor",
            "事前预测",
            "Forecast before",
            "只用开始之前的数据",
            "knowing only what came before",
            optional=True,
        ),
        money("difference_minor", "差异", "Difference", optional=True),
        money("low_minor", "差异下限", "Low", "80 % 区间", "80 % interval", optional=True),
        money("high_minor", "差异上限", "High", "80 % 区间", "80 % interval", optional=True),
        ident(
            "verdict",
            "判断",
            "Verdict",
            "better 好于预测 / worse 差于预测 / unclear 在预测区间内 / unknown 不能判断",
            "better / worse / unclear: within the interval / unknown",
        ),
        ident("reason", "原因", "Reason", "测不出时的原因", "why nothing can be told"),
        words("note", "人的看法", "People's view"),
    ),
    Text("策略效果", "Effect of strategies"),
)

PROBLEMS = TableContract(
    "review_problems",
    ("dimension", "node_id"),
    (
        DIMENSION,
        NODE,
        NODE_NAME,
        ATTAINMENT,
        GAP,
        CERTAINTY,
        SINCE,
        words("inside", "主要在", "Mostly in"),
        words("cause", "原因", "Cause"),
        ident("answered", "分析", "Analysis", "people 已回答 / open 待回答", "people / open"),
    ),
    Text("未达标节点", "Nodes below the pass line"),
)

IMPROVEMENTS = TableContract(
    "review_improvements",
    ("improvement",),
    (
        ident("improvement", "事项", "Task"),
        words("text", "内容", "What"),
        words("owner", "责任人", "Owner"),
        day("due_date", "期限", "Due"),
        words("cause", "原因", "Cause"),
        ident(
            "progress",
            "状态",
            "State",
            "open / doing / late 逾期 / done / dropped",
            "open / doing / late / done / dropped",
        ),
        day("closed_date", "关闭日", "Closed"),
        ident("since_period", "提出于", "Raised in"),
        words("evidence", "证据", "Evidence"),
    ),
    Text("改进事项", "Improvements"),
)

PERFORMANCE = TableContract(
    "review_performance",
    ("person_id",),
    (
        PERSON,
        NODE_NAME,
        money("actual_minor", "实际", "Actual"),
        money("due_minor", "应完成", "Due", optional=True),
        ATTAINMENT,
        Column("score", "number", Text("得分", "Score"), optional=True),
        words("grade", "等级", "Grade"),
        words("consequence", "后续", "Consequence"),
        words("plan", "改进计划", "Improvement plan"),
        ident(
            "plan_state",
            "计划状态",
            "State of the plan",
            "none 不需要 / missing 应有未有 / running 进行中 / late 逾期 / proven 完成有证据 / unproven 完成无证据",
            "none needed / missing / running / late / proven: done with evidence / unproven: done without",
        ),
        money("commission_minor", "已计提成", "Commission earned", optional=True),
        money("paid_minor", "已发", "Paid", optional=True),
        money("open_minor", "待回款", "Open", optional=True),
        money("stopped_minor", "逾期停发", "Stopped", optional=True),
        money("clawed_minor", "退货扣回", "Clawed back", optional=True),
        words("awards", "奖项与晋升", "Awards and promotions"),
    ),
    Text("绩效与激励", "Performance and pay"),
)

MONTH_END = TableContract(
    "review_month_end",
    ("month", "person_id"),
    (
        Column("month", "month", Text("月份", "Month")),
        PERSON,
        NODE_NAME,
        money("net_minor", "当月", "Month"),
        money("last_minor", "末几天", "Last days"),
        rate("last_share", "末几天占比", "Share of last days"),
        rate("usual_share", "平时占比", "Usual share"),
        money("returned_minor", "次月退货", "Returned the month after"),
        count("split_count", "同日多单客户", "Customers with several orders a day", optional=True),
        rate("certainty_rate", "可信度", "Certainty"),
        ident(
            "found",
            "发现",
            "Found",
            "push 月末集中 / returned 次月退货 / split 拆单",
            "push: bunched / returned: sent back / split",
        ),
    ),
    Text("月末检查", "Month-end checks"),
)

AGEING = TableContract(
    "review_ageing",
    ("customer_id", "bucket"),
    (
        CUSTOMER,
        NODE_NAME,
        PERSON,
        ident("bucket", "账龄", "Age", "自发货（无则下单）起的天数", "days since shipping, or the order"),
        money("open_minor", "未回款", "Open"),
    ),
    Text("应收账龄", "Ageing of receivables"),
)

PORTRAITS = TableContract(
    "review_portraits",
    ("dimension", "node_id"),
    (
        DIMENSION,
        NODE,
        count("case_count", "已关闭商机", "Closed deals", optional=True),
        rate("conversion_rate", "赢率", "Win rate"),
        rate("rate_low", "下限", "Low"),
        rate("rate_high", "上限", "High"),
        ident("stands_out", "与平均比", "Against the mean", "none 属偶然", "none: chance"),
    ),
    Text("客户画像", "Customer portraits"),
)

DRAFT_GOALS = TableContract(
    "review_draft_goals",
    ("tier",),
    (
        ident("tier", "档", "Tier", "base 保底 / challenge 挑战 / stretch 冲刺", "base / challenge / stretch"),
        money("target_minor", "下一年销售额", "Sales of the next year"),
        rate("growth_rate", "增长", "Growth"),
        rate("chance_rate", "达成概率", "Chance"),
        *behind_a_chance(),
    ),
    Text("下一年目标草案", "Draft goals of the next year"),
)

PLAYS = TableContract(
    "review_plays",
    ("alert", "play"),
    (
        Column("alert", "id", Text("预警", "Alert")),
        ident("play", "案例", "Entry"),
        count("rank", "序", "Rank", optional=True),
        words("title", "标题", "Title"),
    ),
    Text("可用案例", "From the playbook"),
)

ALL = (
    DRAFT_GOALS,
    PLAYS,
    RESTATED,
    STRATEGIES,
    PROBLEMS,
    IMPROVEMENTS,
    PERFORMANCE,
    MONTH_END,
    AGEING,
    PORTRAITS,
)
