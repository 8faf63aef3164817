"""Tables of pay: what the rules would cost, everyone's pay curve, where pay jumps, and the ledger of what is earned."""

from __future__ import annotations

from salesnb.model.contracts.columns import count, money, rate
from salesnb.model.contracts.facts import LINE_OF_PRODUCT, MONTH, NET, PERSON, REGION
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

NAME = Column("name", "text", Text("姓名", "Name"))
ROLE = Column("role", "text", Text("岗位", "Role"), optional=True)
PAY = money("pay_minor", "浮动收入", "Variable pay")

PEOPLE = TableContract(
    "pay_people",
    ("person_id",),
    (
        PERSON,
        NAME,
        ROLE,
        REGION,
        money("target_minor", "目标", "Target", optional=True),
        count("months", "计入月数", "Months counted"),
        money("salary_minor", "基本工资", "Salary", optional=True),
        rate("expected_attainment", "预计达成", "Expected attainment"),
        money("at_target_minor", "达成 100 % 时", "At 100 %"),
        money("at_stretch_minor", "达成 120 % 时", "At 120 %"),
        money("expected_minor", "期望浮动收入", "Expected"),
        money("low_minor", "低位（10 %）", "Low (10th)"),
        money("high_minor", "高位（90 %）", "High (90th)"),
        Column(
            "missing",
            "text",
            Text("缺什么", "Missing"),
            definition=Text(
                "target 目标 / salary 工资 / cost 成本：缺了就不给数", "target / salary / cost: then no figure"
            ),
            optional=True,
        ),
    ),
    Text("每人的浮动收入", "Variable pay by person"),
)

CURVES = TableContract(
    "pay_curves",
    ("person_id", "attainment_rate"),
    (
        PERSON,
        Column("attainment_rate", "rate", Text("达成率", "Attainment"), unit="percent"),
        money("commission_minor", "提成", "Commission"),
        money("salary_bonus_minor", "奖金", "Bonus"),
        money("profit_share_minor", "利润分享", "Profit share"),
        PAY,
    ),
    Text("收入曲线", "Pay curves"),
)

COST = TableContract(
    "pay_cost",
    ("part",),
    (
        Column(
            "part",
            "id",
            Text("项目", "Part"),
            definition=Text(
                "commission 提成 / salary_bonus 奖金 / profit_share 利润分享 / awards 奖项 / total 合计",
                "commission / salary_bonus / profit_share / awards / total",
            ),
        ),
        money("at_target_minor", "人人恰好达成时", "Everyone at 100 %"),
        money("expected_minor", "期望", "Expected"),
        money("low_minor", "低位（10 %）", "Low (10th)"),
        money("high_minor", "高位（90 %）", "High (90th)"),
    ),
    Text("激励成本", "Cost of the incentives"),
)

CLIFFS = TableContract(
    "pay_cliffs",
    ("person_id", "attainment_rate"),
    (
        PERSON,
        NAME,
        ROLE,
        Column("attainment_rate", "rate", Text("达成率", "Attainment"), unit="percent"),
        money("jump_minor", "收入跳升", "Jump of pay"),
        Column(
            "reward_minor",
            "minor",
            Text("挪单最多可得", "Most that shifting earns"),
            unit="money",
            definition=Text("把目标的 5 % 在两个期间之间挪动", "by moving 5 % of the target between two periods"),
        ),
    ),
    Text("收入的台阶", "Jumps of pay"),
)

LEDGER = TableContract(
    "pay_ledger",
    ("person_id", "month", "product_line", "part"),
    (
        PERSON,
        MONTH,
        LINE_OF_PRODUCT,
        Column(
            "part",
            "id",
            Text("项目", "Part"),
            definition=Text(
                "rate 按比例 / accelerator 加速 / floor 门槛 / cap 封顶", "rate / accelerator / floor / cap"
            ),
        ),
        NET,
        money("commission_minor", "提成", "Commission"),
    ),
    Text("提成台账", "Commission ledger"),
)

STATES = TableContract(
    "pay_states",
    ("person_id", "month", "state"),
    (
        PERSON,
        MONTH,
        Column(
            "state",
            "id",
            Text("状态", "State"),
            definition=Text(
                "paid 已发 / open 待回款 / stopped 逾期停发 / clawed_back 退货扣回 / passed_on 转接手人",
                "paid / open / stopped: overdue / clawed_back / passed_on: to the successor",
            ),
        ),
        money("commission_minor", "提成", "Commission"),
    ),
    Text("提成的发放", "What became of commission"),
)

AWARDS = TableContract(
    "pay_awards",
    ("award_id", "period", "node_id"),
    (
        Column("award_id", "id", Text("奖项", "Award")),
        Column("period", "id", Text("期间", "Period")),
        Column("node_id", "id", Text("获奖者", "Winner")),
        Column("value", "number", Text("指标值", "Figure")),
        money("amount_minor", "奖金", "Prize"),
    ),
    Text("奖项", "Awards"),
)

ALL = (PEOPLE, CURVES, COST, CLIFFS, LEDGER, STATES, AWARDS)
