"""Facts as intake hands them to the stages (CONTRACTS, Tables). Money is int64 minor units of ``currency``."""

from __future__ import annotations

from salesnb.model.contracts.columns import day, ident, rate, words
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

UNASSIGNED = "_unassigned"


ORDER = ident("order_id", "订单号", "Order")
LINE = ident("line_no", "行号", "Line")
MONTH = Column(
    "month",
    "month",
    Text("月份", "Month"),
    definition=Text("业绩归属月份（结算月）", "the settlement month the sale belongs to"),
)
REGION = ident("region_id", "区域", "Region")
TEAM = ident("team_id", "团队", "Team")
PERSON = ident("person_id", "人员", "Person")
PRODUCT = ident("product_id", "产品", "Product")
LINE_OF_PRODUCT = ident("product_line", "产品线", "Product line")
CUSTOMER = ident("customer_id", "客户", "Customer")
CUSTOMER_TYPE = ident("customer_type", "客户类型", "Customer type")
CHANNEL = ident("channel_id", "渠道", "Channel")
INDUSTRY = ident("industry", "行业", "Industry")
DEALER = ident("dealer_id", "经销商", "Dealer")
ENTITY = ident("entity_id", "法人主体", "Legal entity")
CURRENCY = ident("currency", "币种", "Currency")
QUANTITY = Column("quantity", "number", Text("数量", "Quantity"), unit="unit")
NET = Column(
    "net_minor",
    "minor",
    Text("销售额", "Sales"),
    unit="money",
    definition=Text("按下单日期、已减退货的净额", "net of returns, by order date"),
)
LIST = Column("list_minor", "minor", Text("目录金额", "List amount"), unit="money", optional=True)
COST = Column("cost_minor", "minor", Text("成本", "Cost"), unit="money", optional=True)
COSTED = Column(
    "costed_minor",
    "minor",
    Text("有成本的销售额", "Sales with known cost"),
    unit="money",
    definition=Text(
        "成本已知的订单行的销售额，毛利率只按它计算", "sales of lines whose cost is known; margins rest on it"
    ),
    optional=True,
)
KNOWN = day("known_date", "获知日期", "Known on")

SALES_LINES = TableContract(
    "sales_lines",
    ("order_id", "line_no", "person_id"),
    (
        ORDER,
        LINE,
        day("order_date", "下单日期", "Order date", optional=False),
        KNOWN,
        day("ship_date", "发货日期", "Ship date"),
        day("invoice_date", "开票日期", "Invoice date"),
        MONTH,
        REGION,
        TEAM,
        PERSON,
        PRODUCT,
        LINE_OF_PRODUCT,
        CUSTOMER,
        CUSTOMER_TYPE,
        CHANNEL,
        INDUSTRY,
        DEALER,
        ENTITY,
        CURRENCY,
        Column("share_of_credit", "rate", Text("业绩分摊", "Share of credit")),
        Column("is_primary", "flag", Text("主责人", "Primary")),
        QUANTITY,
        NET,
        LIST,
        COST,
        Column("is_return", "flag", Text("退货", "Return")),
        ident("original_order_id", "原订单号", "Order returned", optional=True),
    ),
    Text("订单明细", "Order lines"),
)

CELL_KEYS = (
    "month",
    "region_id",
    "team_id",
    "person_id",
    "product_line",
    "product_id",
    "customer_type",
    "channel_id",
    "industry",
    "dealer_id",
    "currency",
)

SALES_CELLS = TableContract(
    "sales_cells",
    CELL_KEYS,
    (
        MONTH,
        REGION,
        TEAM,
        PERSON,
        LINE_OF_PRODUCT,
        PRODUCT,
        CUSTOMER_TYPE,
        CHANNEL,
        INDUSTRY,
        DEALER,
        CURRENCY,
        QUANTITY,
        NET,
        LIST,
        COST,
        COSTED,
        Column("returns_minor", "minor", Text("其中退货", "of which returns"), unit="money"),
        Column("line_count", "count", Text("订单行数", "Order lines")),
    ),
    Text("销售单元", "Sales cells"),
)

SALES_DAILY = TableContract(
    "sales_daily",
    # month: a day may be booked into two months, e.g. orders of the last days of a month
    ("date", "month", "region_id", "team_id", "person_id", "product_line", "channel_id", "currency"),
    (
        day("date", "日期", "Date", optional=False),
        MONTH,
        REGION,
        TEAM,
        PERSON,
        LINE_OF_PRODUCT,
        CHANNEL,
        CURRENCY,
        QUANTITY,
        NET,
        Column("line_count", "count", Text("订单行数", "Order lines")),
    ),
    Text("每日销售", "Daily sales"),
)

RECEIPTS = TableContract(
    "receipts",
    ("receipt_id",),
    (
        ident("receipt_id", "回款单号", "Receipt"),
        day("receipt_date", "回款日期", "Receipt date", optional=False),
        day("due_date", "到期日", "Due"),
        KNOWN,
        ident("order_id", "订单号", "Order", optional=True),
        ident("customer_id", "客户", "Customer"),
        ident("person_id", "人员", "Person"),
        CURRENCY,
        Column("received_minor", "minor", Text("回款额", "Received"), unit="money"),
    ),
    Text("回款", "Receipts"),
)

MOMENTS = tuple(
    Column(
        f"{step}_at",
        "moment",
        Text(f"{zh}时刻", f"{en} at"),
        definition=Text("导出写有时刻时才有；只有日期的留空", "where the export says the time of day; else empty"),
        optional=True,
    )
    for step, zh, en in (("quoted", "报价", "Quoted"), ("viewed", "客户查看", "Viewed"), ("closed", "关闭", "Closed"))
)

OPPORTUNITIES = TableContract(
    "opportunities",
    ("opportunity_id",),
    (
        ident("opportunity_id", "商机编号", "Opportunity"),
        day("created_date", "线索日期", "Created"),
        day("qualified_date", "转商机日期", "Qualified"),
        day("quoted_date", "报价日期", "Quoted"),
        day("viewed_date", "客户查看报价", "Quote viewed"),
        day("closed_date", "关闭日期", "Closed"),
        *MOMENTS,
        KNOWN,
        Column(
            "stage",
            "id",
            Text("阶段", "Stage"),
            definition=Text("lead / qualified / quoted / won / lost", "lead / qualified / quoted / won / lost"),
        ),
        REGION,
        TEAM,
        PERSON,
        LINE_OF_PRODUCT,
        PRODUCT,
        CUSTOMER,
        CUSTOMER_TYPE,
        INDUSTRY,
        ident("source", "线索来源", "Source"),
        words("decision_chain", "决策链", "Decision chain"),
        words("company_size", "企业规模", "Company size"),
        words("lost_reason", "丢单原因", "Lost reason"),
        CURRENCY,
        Column("amount_minor", "minor", Text("金额", "Amount"), unit="money", optional=True),
    ),
    Text("商机", "Opportunities"),
)

VISITS = TableContract(
    "visits",
    ("date", "person_id", "customer_id", "visit_id"),
    (
        ident("visit_id", "拜访编号", "Visit"),
        day("date", "日期", "Date", optional=False),
        KNOWN,
        PERSON,
        CUSTOMER,
        Column("is_effective", "flag", Text("有效拜访", "Effective")),
    ),
    Text("拜访", "Visits"),
)

SPEND = TableContract(
    "spend",
    ("month", "category", "region_id", "channel_id", "currency"),
    (
        MONTH,
        ident("category", "费用类别", "Category"),
        REGION,
        CHANNEL,
        CURRENCY,
        Column("spend_minor", "minor", Text("费用", "Spend"), unit="money"),
        Column("lead_count", "count", Text("带来线索", "Leads"), optional=True),
    ),
    Text("市场费用", "Marketing spend"),
)

PEOPLE = TableContract(
    "people",
    ("person_id", "from_date"),
    (
        ident("person_id", "人员", "Person"),
        words("name", "姓名", "Name", optional=False),
        day("from_date", "任职起", "From", optional=False),
        day("to_date", "任职止", "To"),
        day("hired_date", "入职日期", "Hired"),
        day("left_date", "离职日期", "Left"),
        REGION,
        TEAM,
        words("role", "岗位", "Role"),
        ident("manager_id", "上级", "Manager", optional=True),
    ),
    Text("人员", "People"),
)

CUSTOMERS = TableContract(
    "customers",
    ("customer_id",),
    (
        CUSTOMER,
        words("name", "客户名称", "Name", optional=False),
        CUSTOMER_TYPE,
        INDUSTRY,
        words("company_size", "企业规模", "Company size"),
        REGION,
        ident("person_id", "负责人", "Owner"),
        ident("dealer_id", "经销商", "Dealer"),
        day("registered_date", "建档日期", "Registered"),
    ),
    Text("客户", "Customers"),
)

PRODUCTS = TableContract(
    "products",
    ("product_id",),
    (
        PRODUCT,
        words("name", "产品名称", "Name", optional=False),
        LINE_OF_PRODUCT,
        words("category", "品类", "Category"),
        words("life_cycle", "生命周期", "Life cycle"),
        day("launch_date", "上市日期", "Launched"),
        CURRENCY,
        Column("list_price_minor", "minor", Text("目录价", "List price"), unit="money", optional=True),
        Column("unit_cost_minor", "minor", Text("单位成本", "Unit cost"), unit="money", optional=True),
    ),
    Text("产品", "Products"),
)

DEALERS = TableContract(
    "dealers",
    ("dealer_id",),
    (
        DEALER,
        words("name", "经销商名称", "Name", optional=False),
        ident("parent_id", "上级经销商", "Parent", optional=True),
        REGION,
        day("from_date", "签约日期", "From"),
        day("to_date", "终止日期", "To"),
        rate("rebate_rate", "合同返利比例", "Rebate by contract"),
    ),
    Text("经销商", "Dealers"),
)

TARGETS = TableContract(
    "targets",
    ("from_date", "to_date", "region_id", "person_id", "product_line", "metric"),
    (
        day("from_date", "起", "From", optional=False),
        day("to_date", "止", "To", optional=False),
        REGION,
        PERSON,
        LINE_OF_PRODUCT,
        ident("metric", "指标", "Metric"),
        CURRENCY,
        Column("target_minor", "minor", Text("目标", "Target"), unit="money"),
    ),
    Text("已有目标", "Existing targets"),
)

MARKET_SIZES = TableContract(
    "market_sizes",
    ("year", "region_id", "product_line"),
    (
        ident("year", "年度", "Year"),
        REGION,
        LINE_OF_PRODUCT,
        CURRENCY,
        Column("size_minor", "minor", Text("市场规模", "Market size"), unit="money"),
        words("source", "来源", "Source"),
    ),
    Text("市场规模", "Market sizes"),
)

NODES = TableContract(
    "nodes",
    ("dimension", "node_id"),
    (
        ident("dimension", "维度", "Dimension"),
        ident("node_id", "节点", "Node"),
        words("name", "名称", "Name", optional=False),
        ident("parent_id", "上级", "Parent", optional=True),
    ),
    Text("名称表", "Names"),
)

ALL = (
    SALES_LINES,
    SALES_CELLS,
    SALES_DAILY,
    RECEIPTS,
    OPPORTUNITIES,
    VISITS,
    SPEND,
    PEOPLE,
    CUSTOMERS,
    PRODUCTS,
    DEALERS,
    TARGETS,
    MARKET_SIZES,
    NODES,
)
