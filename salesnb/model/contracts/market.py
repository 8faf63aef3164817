"""Tables of the market: its size and our share, what share goals cost, what was observed, how restless it is."""

from __future__ import annotations

from salesnb.model.contracts.facts import MONTH
from salesnb.model.contracts.history import DIMENSION, NODE, NODE_NAME
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

SHARE = Column("own_share_rate", "rate", Text("自己的份额", "Own share"), unit="percent", optional=True)
TEXT = Column("text", "text", Text("内容", "What"))
SOURCE = Column("source", "text", Text("来源", "Source"))
SIGN = Column("sign", "id", Text("性质", "Sign"))
WEIGHT = Column("weight", "count", Text("权重", "Weight"), definition=Text("1 弱 … 5 强", "1 weak … 5 strong"))

NODES = TableContract(
    "market_nodes",
    ("dimension", "node_id", "year"),
    (
        DIMENSION,
        NODE,
        NODE_NAME,
        Column("year", "id", Text("年度", "Year")),
        Column("size_minor", "minor", Text("市场规模", "Market size"), unit="money"),
        Column("growth_rate", "rate", Text("市场增长", "Market growth"), unit="percent", optional=True),
        Column("own_minor", "minor", Text("自己的销售", "Own sales"), unit="money", optional=True),
        SHARE,
        Column("share_shift_rate", "rate", Text("份额变化", "Share shift"), unit="points", optional=True),
        Column(
            "addressable_minor",
            "minor",
            Text("够得着的市场", "Addressable market"),
            unit="money",
            definition=Text(
                "市场规模 × 现有产品和渠道够得着的比例", "market size × what products and channels can serve"
            ),
            optional=True,
        ),
        Column(
            "is_forecast",
            "flag",
            Text("预测", "Forecast"),
            definition=Text("该年度在数据截止日尚未结束", "the year had not ended when the data was known"),
        ),
    ),
    Text("市场规模与份额", "Market size and share"),
)

NEEDS = TableContract(
    "market_needs",
    ("goal_id",),
    (
        Column("goal_id", "id", Text("目标编号", "Goal")),
        Column("node", "text", Text("范围", "Scope"), optional=True),
        SHARE,
        Column("asked_share_rate", "rate", Text("目标份额", "Share asked"), unit="percent"),
        Column("next_size_minor", "minor", Text("当年市场规模", "Market of the year"), unit="money"),
        Column(
            "needed_minor",
            "minor",
            Text("需要的销售额", "Sales it takes"),
            unit="money",
            definition=Text("目标份额 × 当年市场规模", "share asked × market of the year"),
        ),
        Column("own_minor", "minor", Text("上年销售", "Sales before"), unit="money"),
        Column("growth_rate", "rate", Text("需要增长", "Growth it takes"), unit="percent", optional=True),
        Column(
            "reading",
            "id",
            Text("读法", "Reading"),
            definition=Text(
                "of_market 占市场；if_market 若指占市场", "of_market, or if_market where nobody said of what"
            ),
        ),
    ),
    Text("份额目标折成金额", "Share goals in money"),
)

ENTRIES = TableContract(
    "market_entries",
    ("frame", "part", "entry_id"),
    (
        Column("frame", "id", Text("框架", "Frame")),
        Column("part", "id", Text("栏目", "Part")),
        Column("entry_id", "id", Text("编号", "Id")),
        Column("recorded", "date", Text("记录日期", "Recorded")),
        TEXT,
        SOURCE,
        Column("by", "text", Text("记录人", "By"), optional=True),
        Column("scope", "text", Text("范围", "Scope"), optional=True),
        SIGN,
        WEIGHT,
        Column("competitor", "text", Text("竞争对手", "Competitor"), optional=True),
        Column("price_change_rate", "rate", Text("调价", "Price change"), unit="percent", optional=True),
    ),
    Text("市场观察", "What was observed"),
)

STRATEGIES = TableContract(
    "market_strategies",
    ("strategy_id",),
    (
        Column("strategy_id", "id", Text("编号", "Id")),
        Column("kind", "id", Text("类型", "Kind")),
        TEXT,
        Column("uses", "text", Text("依据", "Drawn from")),
        Column("owner", "text", Text("责任人", "Owner"), optional=True),
        Column(
            "is_sound",
            "flag",
            Text("依据齐全", "Sound"),
            definition=Text("所引用的条目存在，且类型相符", "what it uses exists and is of its kind"),
        ),
    ),
    Text("SWOT 策略", "Strategies"),
)

_LEVEL = Text("1 = 基期平均月", "1 = an average month of the base")
INDEX = TableContract(
    "market_index",
    ("month",),
    (
        MONTH,
        Column("news", "number", Text("市场消息", "News"), unit="index", definition=_LEVEL, optional=True),
        Column("competitor_actions", "number", Text("竞品动作", "Competitors"), unit="index", optional=True),
        Column("inquiries", "number", Text("询盘", "Inquiries"), unit="index", optional=True),
        Column("sensitivity", "number", Text("市场敏感度", "Sensitivity"), unit="index", optional=True),
        Column("price_change_rate", "rate", Text("最大降价", "Deepest cut"), unit="percent", optional=True),
        Column("is_alarm", "flag", Text("报警", "Alarm")),
    ),
    Text("市场敏感度指数", "Market-sensitivity index"),
)

ALL = (NODES, NEEDS, ENTRIES, STRATEGIES, INDEX)
