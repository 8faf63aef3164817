"""Customer tables of the history stage: what customers are worth, who comes, stays and goes."""

from __future__ import annotations

from salesnb.model.contracts.history import BUYERS, ORDERS, WINDOW
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

TIER = Column("tier", "id", Text("客户层级", "Tier"))
LOW = Column("rate_low", "rate", Text("区间下限", "Low"), unit="percent", optional=True)
HIGH = Column("rate_high", "rate", Text("区间上限", "High"), unit="percent", optional=True)
SALES = Column("net_minor", "minor", Text("销售额", "Sales"), unit="money")

CUSTOMER_YEARS = TableContract(
    "history_customers",
    ("window",),
    (
        WINDOW,
        SALES,
        BUYERS,
        ORDERS,
        Column(
            "new_count",
            "count",
            Text("新客户", "New"),
            definition=Text(
                "首次下单在本期；数据开始的那一期无法判断", "first order in the window; unknown where data begins"
            ),
            optional=True,
        ),
        Column(
            "returning_count",
            "count",
            Text("留存客户", "Returning"),
            definition=Text("上期和本期都购买", "bought in the window before and in this one"),
            optional=True,
        ),
        Column(
            "regained_count",
            "count",
            Text("回流客户", "Regained"),
            definition=Text("更早买过、上期未买、本期又买", "bought earlier, not in the window before, and again now"),
            optional=True,
        ),
        Column(
            "lost_count",
            "count",
            Text("流失客户", "Lost"),
            definition=Text("上期购买、本期未买", "bought in the window before and not in this one"),
            optional=True,
        ),
        Column("new_minor", "minor", Text("新客户销售额", "Sales to new"), unit="money", optional=True),
        Column(
            "repurchase_rate",
            "rate",
            Text("复购率", "Repurchase rate"),
            unit="percent",
            definition=Text("本期下单两次及以上的客户 ÷ 本期购买客户", "customers with two or more orders ÷ customers"),
            optional=True,
        ),
        LOW,
        HIGH,
        Column(
            "revenue_per_customer_minor",
            "minor",
            Text("客单价", "Revenue per customer"),
            unit="money",
            definition=Text("销售额 ÷ 购买客户数", "sales ÷ customers who bought"),
            optional=True,
        ),
        Column(
            "average_order_value_minor",
            "minor",
            Text("笔单价", "Average order value"),
            unit="money",
            definition=Text("销售额 ÷ 订单数", "sales ÷ orders"),
            optional=True,
        ),
        Column("orders_per_customer", "number", Text("购买频次", "Orders per customer"), optional=True),
        Column("share_of_top_10", "rate", Text("前十大占比", "Share of top 10"), unit="percent", optional=True),
        Column(
            "hhi",
            "number",
            Text("集中度 HHI", "HHI"),
            definition=Text(
                "客户份额平方和，1 为只有一个客户", "sum of squared customer shares; 1 is a single customer"
            ),
            optional=True,
        ),
        Column(
            "acquisition_cost_minor",
            "minor",
            Text("获客成本", "Acquisition cost"),
            unit="money",
            definition=Text("市场费用 ÷ 新客户数", "marketing spend ÷ new customers"),
            optional=True,
        ),
    ),
    Text("客户年度指标", "Customers by year"),
)

TIERS = TableContract(
    "history_tiers",
    ("window", "tier"),
    (
        WINDOW,
        TIER,
        BUYERS,
        SALES,
        Column("share_of_sales", "rate", Text("占比", "Share"), unit="percent", optional=True),
    ),
    Text("客户层级", "Customer tiers"),
)

TIER_MOVES = TableContract(
    "history_tier_moves",
    ("from_tier", "to_tier"),
    (
        Column("from_tier", "id", Text("上期层级", "Tier before")),
        Column("to_tier", "id", Text("本期层级", "Tier now")),
        BUYERS,
        Column("before_minor", "minor", Text("上期销售额", "Sales before"), unit="money"),
        Column("after_minor", "minor", Text("本期销售额", "Sales after"), unit="money"),
    ),
    Text("层级迁移", "Moves between tiers"),
)

COHORTS = TableContract(
    "history_cohorts",
    ("cohort", "age"),
    (
        Column("cohort", "id", Text("首购期", "First bought in")),
        Column("age", "count", Text("之后第几期", "Periods later")),
        BUYERS,
        Column("active_count", "count", Text("仍购买", "Still buying")),
        Column("retention_rate", "rate", Text("留存率", "Retention"), unit="percent"),
        LOW,
        HIGH,
    ),
    Text("同期群留存", "Cohort retention"),
)

BRIDGE = TableContract(
    "history_bridge",
    ("product_line", "effect"),
    (
        Column("product_line", "id", Text("产品线", "Product line")),
        Column("effect", "id", Text("因素", "Effect")),
        Column("from_window", "id", Text("自", "From")),
        Column("to_window", "id", Text("至", "To")),
        Column("change_minor", "minor", Text("增减", "Change"), unit="money"),
    ),
    Text("价量结构桥", "Price, volume, mix, new, lost"),
)

ALL = (CUSTOMER_YEARS, TIERS, TIER_MOVES, COHORTS, BRIDGE)
