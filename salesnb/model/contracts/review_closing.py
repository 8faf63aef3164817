"""Tables of closing a period: restatement, strategies, problems, improvements, performance and pay, watchful checks."""

from __future__ import annotations

from salesnb.model.contracts.facts import CUSTOMER, DEALER, PERSON
from salesnb.model.contracts.history import DIMENSION, NODE, NODE_NAME
from salesnb.model.contracts.review import ATTAINMENT, CERTAINTY, GAP, SINCE
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract


def _id(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "") -> Column:
    return Column(name, "id", Text(zh, en), definition=Text(zh_is, en_is) if zh_is else None)


def _money(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "", optional: bool = False) -> Column:
    meaning = Text(zh_is, en_is) if zh_is else None
    return Column(name, "minor", Text(zh, en), unit="money", definition=meaning, optional=optional)


def _rate(name: str, zh: str, en: str, zh_is: str = "", en_is: str = "") -> Column:
    meaning = Text(zh_is, en_is) if zh_is else None
    return Column(name, "rate", Text(zh, en), unit="percent", definition=meaning, optional=True)


def _count(name: str, zh: str, en: str) -> Column:
    return Column(name, "count", Text(zh, en), optional=True)


def _text(name: str, zh: str, en: str) -> Column:
    return Column(name, "text", Text(zh, en), optional=True)


def _date(name: str, zh: str, en: str) -> Column:
    return Column(name, "date", Text(zh, en), optional=True)


RESTATED = TableContract(
    "review_restated",
    ("month",),
    (
        Column("month", "month", Text("月份", "Month")),
        _date("closed_date", "结账日", "Closed on"),
        _money("reported_minor", "结账时", "As closed", "结账日已知的净额", "net as known when the month was closed"),
        _money("late_minor", "补录订单", "Booked late", "结账后才录入的订单", "orders entered after closing"),
        _money("returned_minor", "其后退货", "Returned since", "结账后才录入的退货", "returns entered after closing"),
        _money("known_minor", "现在", "As known now"),
        _rate("change_rate", "变动", "Change"),
    ),
    Text("已结月份的重述", "Restatement of closed months"),
)

STRATEGIES = TableContract(
    "review_strategies",
    ("strategy",),
    (
        _id("strategy", "策略", "Strategy"),
        _id("kind", "类别", "Kind"),
        _text("text", "内容", "What"),
        _date("start_date", "开始", "From"),
        _count("month_count", "整月数", "Whole months"),
        _money("actual_minor", "实际", "Actual", optional=True),
        _money(
            "forecast_minor", "事前预测", "Forecast before", "只用开始之前的数据", "knowing only what came before", True
        ),
        _money("difference_minor", "差异", "Difference", optional=True),
        _money("low_minor", "差异下限", "Low", "80 % 区间", "80 % interval", optional=True),
        _money("high_minor", "差异上限", "High", "80 % 区间", "80 % interval", optional=True),
        _id(
            "verdict",
            "判断",
            "Verdict",
            "better 好于预测 / worse 差于预测 / unclear 在预测区间内 / unknown 不能判断",
            "better / worse / unclear: within the interval / unknown",
        ),
        _id("reason", "原因", "Reason", "测不出时的原因", "why nothing can be told"),
        _text("note", "人的看法", "People's view"),
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
        _text("inside", "主要在", "Mostly in"),
        _text("cause", "原因", "Cause"),
        _id("answered", "分析", "Analysis", "people 已回答 / open 待回答", "people / open"),
    ),
    Text("未达标节点", "Nodes below the pass line"),
)

IMPROVEMENTS = TableContract(
    "review_improvements",
    ("improvement",),
    (
        _id("improvement", "事项", "Task"),
        _text("text", "内容", "What"),
        _text("owner", "责任人", "Owner"),
        _date("due_date", "期限", "Due"),
        _text("cause", "原因", "Cause"),
        _id(
            "progress",
            "状态",
            "State",
            "open / doing / late 逾期 / done / dropped",
            "open / doing / late / done / dropped",
        ),
        _date("closed_date", "关闭日", "Closed"),
        _id("since_period", "提出于", "Raised in"),
    ),
    Text("改进事项", "Improvements"),
)

PERFORMANCE = TableContract(
    "review_performance",
    ("person_id",),
    (
        PERSON,
        NODE_NAME,
        _money("actual_minor", "实际", "Actual"),
        _money("due_minor", "应完成", "Due", optional=True),
        ATTAINMENT,
        Column("score", "number", Text("得分", "Score"), optional=True),
        _text("grade", "等级", "Grade"),
        _text("consequence", "后续", "Consequence"),
        _text("plan", "改进计划", "Improvement plan"),
        _money("commission_minor", "已计提成", "Commission earned", optional=True),
        _money("paid_minor", "已发", "Paid", optional=True),
        _money("open_minor", "待回款", "Open", optional=True),
        _money("stopped_minor", "逾期停发", "Stopped", optional=True),
        _money("clawed_minor", "退货扣回", "Clawed back", optional=True),
        _text("awards", "奖项与晋升", "Awards and promotions"),
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
        _money("net_minor", "当月", "Month"),
        _money("last_minor", "末几天", "Last days"),
        _rate("last_share", "末几天占比", "Share of last days"),
        _rate("usual_share", "平时占比", "Usual share"),
        _money("returned_minor", "次月退货", "Returned the month after"),
        _count("split_count", "同日多单客户", "Customers with several orders a day"),
        _rate("certainty_rate", "可信度", "Certainty"),
        _id(
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
        _id("bucket", "账龄", "Age", "自发货（无则下单）起的天数", "days since shipping, or the order"),
        _money("open_minor", "未回款", "Open"),
    ),
    Text("应收账龄", "Ageing of receivables"),
)

DEALERS = TableContract(
    "review_dealers",
    ("dealer_id",),
    (
        DEALER,
        NODE_NAME,
        _text("parent", "上级", "Parent"),
        _money("sell_in_minor", "进货", "Sell-in"),
        _money("sell_out_minor", "出货", "Sell-out"),
        _money("stock_minor", "月末库存", "Stock", optional=True),
        Column("stock_months", "number", Text("库存月数", "Months of stock"), optional=True),
        Column("usual_months", "number", Text("平时月数", "Usual months"), optional=True),
        _rate("in_over_out", "进货 ÷ 出货", "Sell-in over sell-out"),
        Column("is_stuffed", "flag", Text("疑似压货", "Stuffed")),
    ),
    Text("经销商进销存", "Dealers' sell-in, sell-out and stock"),
)

DIVERTED = TableContract(
    "review_diverted",
    ("customer_id", "sold_by"),
    (
        CUSTOMER,
        NODE_NAME,
        _id("registered", "报备归属", "Registered with"),
        _id("sold_by", "实际出货", "Sold by"),
        _money("net_minor", "金额", "Sales"),
        _text("ruling", "裁定", "Ruling"),
        _text("by", "裁定人", "By"),
        _date("decided_date", "日期", "Date"),
    ),
    Text("疑似窜货", "Sales outside the registered dealer or region"),
)

PORTRAITS = TableContract(
    "review_portraits",
    ("dimension", "node_id"),
    (
        DIMENSION,
        NODE,
        _count("case_count", "已关闭商机", "Closed deals"),
        _rate("conversion_rate", "赢率", "Win rate"),
        _rate("rate_low", "下限", "Low"),
        _rate("rate_high", "上限", "High"),
        _id("stands_out", "与平均比", "Against the mean", "none 属偶然", "none: chance"),
    ),
    Text("客户画像", "Customer portraits"),
)

DRAFT_GOALS = TableContract(
    "review_draft_goals",
    ("tier",),
    (
        _id("tier", "档", "Tier", "base 保底 / challenge 挑战 / stretch 冲刺", "base / challenge / stretch"),
        _money("target_minor", "下一年销售额", "Sales of the next year"),
        _rate("growth_rate", "增长", "Growth"),
        _rate("chance_rate", "达成概率", "Chance"),
    ),
    Text("下一年目标草案", "Draft goals of the next year"),
)

PLAYS = TableContract(
    "review_plays",
    ("alert", "play"),
    (
        Column("alert", "id", Text("预警", "Alert")),
        _id("play", "案例", "Entry"),
        _count("rank", "序", "Rank"),
        _text("title", "标题", "Title"),
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
    DEALERS,
    DIVERTED,
    PORTRAITS,
)
