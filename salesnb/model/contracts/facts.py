"""Facts as intake hands them to the stages (CONTRACTS, Tables). Money is int64 minor units of ``currency``."""

from __future__ import annotations

from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

UNASSIGNED = "_unassigned"


def _id(name: str, zh: str, en: str, optional: bool = False) -> Column:
    return Column(name, "id", Text(zh, en), optional=optional)


def _text(name: str, zh: str, en: str, optional: bool = True) -> Column:
    return Column(name, "text", Text(zh, en), optional=optional)


def _date(name: str, zh: str, en: str, optional: bool = False) -> Column:
    return Column(name, "date", Text(zh, en), optional=optional)


ORDER = _id("order_id", "订单号", "Order")
LINE = _id("line_no", "行号", "Line")
MONTH = Column(
    "month",
    "month",
    Text("月份", "Month"),
    definition=Text("业绩归属月份（结算月）", "the settlement month the sale belongs to"),
)
REGION = _id("region_id", "区域", "Region")
TEAM = _id("team_id", "团队", "Team")
PERSON = _id("person_id", "人员", "Person")
PRODUCT = _id("product_id", "产品", "Product")
LINE_OF_PRODUCT = _id("product_line", "产品线", "Product line")
CUSTOMER = _id("customer_id", "客户", "Customer")
CUSTOMER_TYPE = _id("customer_type", "客户类型", "Customer type")
CHANNEL = _id("channel_id", "渠道", "Channel")
INDUSTRY = _id("industry", "行业", "Industry")
DEALER = _id("dealer_id", "经销商", "Dealer")
ENTITY = _id("entity_id", "法人主体", "Legal entity")
CURRENCY = _id("currency", "币种", "Currency")
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
KNOWN = _date("known_date", "获知日期", "Known on", optional=True)

SALES_LINES = TableContract(
    "sales_lines",
    ("order_id", "line_no", "person_id"),
    (
        ORDER,
        LINE,
        _date("order_date", "下单日期", "Order date"),
        KNOWN,
        _date("ship_date", "发货日期", "Ship date", optional=True),
        _date("invoice_date", "开票日期", "Invoice date", optional=True),
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
        _date("date", "日期", "Date"),
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
        _id("receipt_id", "回款单号", "Receipt"),
        _date("receipt_date", "回款日期", "Receipt date"),
        KNOWN,
        _id("order_id", "订单号", "Order", optional=True),
        _id("customer_id", "客户", "Customer"),
        _id("person_id", "人员", "Person"),
        CURRENCY,
        Column("received_minor", "minor", Text("回款额", "Received"), unit="money"),
    ),
    Text("回款", "Receipts"),
)

OPPORTUNITIES = TableContract(
    "opportunities",
    ("opportunity_id",),
    (
        _id("opportunity_id", "商机编号", "Opportunity"),
        _date("created_date", "线索日期", "Created", optional=True),
        _date("qualified_date", "转商机日期", "Qualified", optional=True),
        _date("quoted_date", "报价日期", "Quoted", optional=True),
        _date("viewed_date", "客户查看报价", "Quote viewed", optional=True),
        _date("closed_date", "关闭日期", "Closed", optional=True),
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
        _id("source", "线索来源", "Source"),
        _text("decision_chain", "决策链", "Decision chain"),
        _text("company_size", "企业规模", "Company size"),
        _text("lost_reason", "丢单原因", "Lost reason"),
        CURRENCY,
        Column("amount_minor", "minor", Text("金额", "Amount"), unit="money", optional=True),
    ),
    Text("商机", "Opportunities"),
)

VISITS = TableContract(
    "visits",
    ("date", "person_id", "customer_id", "visit_id"),
    (
        _id("visit_id", "拜访编号", "Visit"),
        _date("date", "日期", "Date"),
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
        _id("category", "费用类别", "Category"),
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
        _id("person_id", "人员", "Person"),
        _text("name", "姓名", "Name", optional=False),
        _date("from_date", "任职起", "From"),
        _date("to_date", "任职止", "To", optional=True),
        _date("hired_date", "入职日期", "Hired", optional=True),
        _date("left_date", "离职日期", "Left", optional=True),
        REGION,
        TEAM,
        _text("role", "岗位", "Role"),
        _id("manager_id", "上级", "Manager", optional=True),
    ),
    Text("人员", "People"),
)

CUSTOMERS = TableContract(
    "customers",
    ("customer_id",),
    (
        CUSTOMER,
        _text("name", "客户名称", "Name", optional=False),
        CUSTOMER_TYPE,
        INDUSTRY,
        _text("company_size", "企业规模", "Company size"),
        REGION,
        _id("person_id", "负责人", "Owner"),
        _id("dealer_id", "经销商", "Dealer"),
        _date("registered_date", "建档日期", "Registered", optional=True),
    ),
    Text("客户", "Customers"),
)

PRODUCTS = TableContract(
    "products",
    ("product_id",),
    (
        PRODUCT,
        _text("name", "产品名称", "Name", optional=False),
        LINE_OF_PRODUCT,
        _text("category", "品类", "Category"),
        _text("life_cycle", "生命周期", "Life cycle"),
        _date("launch_date", "上市日期", "Launched", optional=True),
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
        _text("name", "经销商名称", "Name", optional=False),
        _id("parent_id", "上级经销商", "Parent", optional=True),
        REGION,
        _date("from_date", "签约日期", "From", optional=True),
        _date("to_date", "终止日期", "To", optional=True),
    ),
    Text("经销商", "Dealers"),
)

TARGETS = TableContract(
    "targets",
    ("from_date", "to_date", "region_id", "person_id", "product_line", "metric"),
    (
        _date("from_date", "起", "From"),
        _date("to_date", "止", "To"),
        REGION,
        PERSON,
        LINE_OF_PRODUCT,
        _id("metric", "指标", "Metric"),
        CURRENCY,
        Column("target_minor", "minor", Text("目标", "Target"), unit="money"),
    ),
    Text("已有目标", "Existing targets"),
)

MARKET_SIZES = TableContract(
    "market_sizes",
    ("year", "region_id", "product_line"),
    (
        _id("year", "年度", "Year"),
        REGION,
        LINE_OF_PRODUCT,
        CURRENCY,
        Column("size_minor", "minor", Text("市场规模", "Market size"), unit="money"),
        _text("source", "来源", "Source"),
    ),
    Text("市场规模", "Market sizes"),
)

NODES = TableContract(
    "nodes",
    ("dimension", "node_id"),
    (
        _id("dimension", "维度", "Dimension"),
        _id("node_id", "节点", "Node"),
        _text("name", "名称", "Name", optional=False),
        _id("parent_id", "上级", "Parent", optional=True),
    ),
    Text("名称表", "Names"),
)

FINDINGS = TableContract(
    "findings",
    ("finding_no",),
    (
        _id("finding_no", "编号", "No."),
        _id("code", "代码", "Code"),
        _id("severity", "级别", "Severity"),
        _id("table", "表", "Table"),
        _text("file", "文件", "File"),
        Column("row", "count", Text("行", "Row"), optional=True),
        _text("column", "列", "Column"),
        _text("value", "值", "Value"),
        Column("row_count", "count", Text("涉及行数", "Rows concerned")),
        _text("message_zh", "说明", "Message (zh)", optional=False),
        _text("message_en", "说明（英文）", "Message", optional=False),
        _text("remedy_zh", "处理办法", "Remedy (zh)", optional=False),
        _text("remedy_en", "处理办法（英文）", "Remedy", optional=False),
    ),
    Text("数据质量发现", "Data quality findings"),
)

SET_ASIDE = TableContract(
    "set_aside",
    ("table", "file", "row", "code"),
    (
        _id("table", "表", "Table"),
        _id("file", "文件", "File"),
        Column("row", "count", Text("行", "Row")),
        _id("code", "代码", "Code"),
        _text("reason_zh", "原因", "Reason (zh)", optional=False),
        _text("reason_en", "原因（英文）", "Reason", optional=False),
        _text("content", "原行内容", "The row as it was", optional=False),
    ),
    Text("搁置的行", "Rows set aside"),
)

IMPORT_LEDGER = TableContract(
    "import_ledger",
    ("table", "file"),
    (
        _id("table", "表", "Table"),
        _id("file", "文件", "File"),
        Column("read_count", "count", Text("读取行数", "Rows read")),
        Column("kept_count", "count", Text("保留行数", "Rows kept")),
        Column("set_aside_count", "count", Text("搁置行数", "Rows set aside")),
        CURRENCY,
        Column("kept_minor", "minor", Text("保留金额", "Amount kept"), unit="money", optional=True),
        Column("set_aside_minor", "minor", Text("搁置金额", "Amount set aside"), unit="money", optional=True),
        Column("rounding_minor", "number", Text("取整差额", "Moved by rounding"), unit="minor", optional=True),
        _text("sha256", "内容指纹", "Fingerprint"),
    ),
    Text("导入台账", "Import ledger"),
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
    FINDINGS,
    SET_ASIDE,
    IMPORT_LEDGER,
)
