"""People tables of the history stage: productivity, its spread, and how newcomers ramp up."""

from __future__ import annotations

from salesnb.model.contracts.facts import PERSON
from salesnb.model.contracts.history import WINDOW
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

SALES = Column("net_minor", "minor", Text("销售额", "Sales"), unit="money")
MONTHLY = Column(
    "monthly_minor",
    "minor",
    Text("月均产能", "Sales a month"),
    unit="money",
    definition=Text("销售额 ÷ 在岗月数", "sales ÷ months in the job"),
    optional=True,
)

PEOPLE_YEARS = TableContract(
    "history_people",
    ("person_id", "window"),
    (
        PERSON,
        Column("name", "text", Text("姓名", "Name")),
        WINDOW,
        SALES,
        Column("active_months", "count", Text("在岗月数", "Months in the job")),
        MONTHLY,
        Column(
            "tenure_months",
            "count",
            Text("司龄（月）", "Tenure (months)"),
            definition=Text("到期末为止，自入职起", "from hiring to the window's end"),
            optional=True,
        ),
    ),
    Text("人员业绩", "Sales by person"),
)

PRODUCTIVITY = TableContract(
    "history_productivity",
    ("window",),
    (
        WINDOW,
        SALES,
        Column(
            "head_count",
            "number",
            Text("平均人数", "Average heads"),
            definition=Text("在岗人月 ÷ 期间月数", "person-months ÷ months of the window"),
        ),
        Column(
            "revenue_per_head_minor",
            "minor",
            Text("人均产能", "Sales per head"),
            unit="money",
            definition=Text("有归属的销售额 ÷ 平均人数", "sales with a person ÷ average heads"),
            optional=True,
        ),
        Column("low_minor", "minor", Text("月产能下四分位", "Lower quartile"), unit="money", optional=True),
        Column("median_minor", "minor", Text("月产能中位数", "Median"), unit="money", optional=True),
        Column("high_minor", "minor", Text("月产能上四分位", "Upper quartile"), unit="money", optional=True),
        Column(
            "top_minor",
            "minor",
            Text("头部月产能", "Top performers"),
            unit="money",
            definition=Text("月产能最高的五分之一的平均", "mean of the highest fifth, a month"),
            optional=True,
        ),
        Column(
            "rookie_minor",
            "minor",
            Text("新人月产能", "Rookies"),
            unit="money",
            definition=Text("司龄不满 12 个月者的平均", "mean of those hired under 12 months ago, a month"),
            optional=True,
        ),
        Column(
            "top_to_rookie_ratio",
            "number",
            Text("头部 ÷ 新人", "Top ÷ rookie"),
            optional=True,
        ),
    ),
    Text("人均产能", "Productivity"),
)

RAMP = TableContract(
    "history_ramp",
    ("tenure_month",),
    (
        Column("tenure_month", "count", Text("入职第几个月", "Month of service")),
        Column("person_count", "count", Text("人数", "People")),
        MONTHLY,
        Column(
            "ramp_rate",
            "rate",
            Text("爬坡", "Ramp"),
            unit="percent",
            definition=Text("相对成熟人员的产能", "against the mature level"),
            optional=True,
        ),
    ),
    Text("新人爬坡曲线", "Ramp"),
)

ALL = (PEOPLE_YEARS, PRODUCTIVITY, RAMP)
