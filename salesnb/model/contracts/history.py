"""Tables the history stage publishes."""

from __future__ import annotations

from salesnb.model.contracts.facts import MONTH, NET
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

DIMENSION = Column("dimension", "id", Text("维度", "Dimension"))
NODE = Column("node_id", "id", Text("节点", "Node"))
NODE_NAME = Column("name", "text", Text("名称", "Name"))
WINDOW = Column("window", "id", Text("期间", "Window"))
GROWTH = Column(
    "growth_rate",
    "rate",
    Text("同比增长", "Growth"),
    unit="percent",
    definition=Text(
        "与上年同期相比；上年不为正时不计算", "against the year before; not given where that was not positive"
    ),
    optional=True,
)
SHARE = Column("share_of_sales", "rate", Text("占比", "Share"), unit="percent", optional=True)
ORDERS = Column("order_count", "count", Text("订单数", "Orders"))
BUYERS = Column("customer_count", "count", Text("购买客户数", "Customers who bought"))
RETURNS = Column("returns_minor", "minor", Text("其中退货", "of which returns"), unit="money")

MONTHS = TableContract(
    "history_months",
    ("month",),
    (
        MONTH,
        NET,
        RETURNS,
        ORDERS,
        BUYERS,
        Column("yoy_rate", "rate", Text("同比", "YoY"), unit="percent", optional=True),
        Column("mom_rate", "rate", Text("环比", "MoM"), unit="percent", optional=True),
        Column(
            "adjusted_minor",
            "minor",
            Text("季节调整后", "Seasonally adjusted"),
            unit="money",
            definition=Text("除以季节指数（含春节移动）", "divided by the seasonal index, Spring Festival moved"),
            optional=True,
        ),
    ),
    Text("逐月销售", "Sales by month"),
)

SEASON = TableContract(
    "history_season",
    ("calendar_month",),
    (
        Column("calendar_month", "id", Text("月份", "Month of year")),
        Column(
            "season_index",
            "number",
            Text("季节指数", "Seasonal index"),
            definition=Text("1 = 平均月", "1 = an average month"),
        ),
        Column("index_spread", "number", Text("年际波动", "Spread between years"), optional=True),
        Column("year_count", "count", Text("观察年数", "Years seen")),
    ),
    Text("季节曲线", "Season curve"),
)

NODES = TableContract(
    "history_nodes",
    ("dimension", "node_id", "window"),
    (
        DIMENSION,
        NODE,
        NODE_NAME,
        WINDOW,
        NET,
        SHARE,
        GROWTH,
        Column(
            "share_shift_rate",
            "rate",
            Text("占比变化", "Share shift"),
            unit="points",
            definition=Text("与上年占比之差，百分点", "difference to the share a year before, in points"),
            optional=True,
        ),
        Column(
            "share_of_growth",
            "rate",
            Text("增量贡献", "Share of growth"),
            unit="percent",
            definition=Text("本节点增量 ÷ 公司增量", "the node's change over the company's change"),
            optional=True,
        ),
        Column(
            "cagr_rate",
            "rate",
            Text("年均增长", "CAGR"),
            unit="percent",
            definition=Text("从最早一期起的复合年增长率", "compound growth a year since the first window"),
            optional=True,
        ),
        Column(
            "margin_rate",
            "rate",
            Text("毛利率", "Gross margin"),
            unit="percent",
            definition=Text(
                "（销售额 − 成本）÷ 销售额，只按成本已知的订单行计算",
                "(sales − cost) over sales, of the lines whose cost is known",
            ),
            optional=True,
        ),
        Column(
            "share_of_sales_costed",
            "rate",
            Text("成本已知的销售占比", "Share with known cost"),
            unit="percent",
            definition=Text("成本已知的订单行占销售额", "sales of lines whose cost is known over all sales"),
            optional=True,
        ),
        ORDERS,
        BUYERS,
    ),
    Text("分维度历史", "History by dimension"),
)

CONTRIBUTION = TableContract(
    "history_contribution",
    ("dimension", "node_id"),
    (
        DIMENSION,
        NODE,
        NODE_NAME,
        Column("from_window", "id", Text("自", "From")),
        Column("to_window", "id", Text("至", "To")),
        Column("before_minor", "minor", Text("上期销售额", "Sales before"), unit="money"),
        Column("change_minor", "minor", Text("增减", "Change"), unit="money"),
        Column("after_minor", "minor", Text("本期销售额", "Sales after"), unit="money"),
    ),
    Text("增量来源", "Where growth came from"),
)

LIFE_CYCLE = TableContract(
    "history_life_cycle",
    ("stage",),
    (
        Column("stage", "id", Text("生命周期", "Life cycle")),
        Column("product_count", "count", Text("产品数", "Products")),
        NET,
        SHARE,
        GROWTH,
        Column("margin_rate", "rate", Text("毛利率", "Gross margin"), unit="percent", optional=True),
    ),
    Text("产品生命周期", "Product life cycle"),
)

ALL = (LIFE_CYCLE, MONTHS, SEASON, NODES, CONTRIBUTION)
