"""Facts beside the order lines: what was shipped and invoiced, who else has a share, what stayed inside the group."""

from __future__ import annotations

from salesnb.model.contracts.facts import (
    CURRENCY,
    CUSTOMER,
    DEALER,
    ENTITY,
    KNOWN,
    LINE,
    LINE_OF_PRODUCT,
    MONTH,
    ORDER,
    PERSON,
    PRODUCT,
    QUANTITY,
    REGION,
    SALES_LINES,
)
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

ROLE = Column("role", "id", Text("身份", "Role"))

SHIPMENTS = TableContract(
    "shipments",
    ("shipment_id", "line_no"),
    (
        Column("shipment_id", "id", Text("发货单号", "Shipment")),
        LINE,
        Column("ship_date", "date", Text("发货日期", "Ship date")),
        KNOWN,
        ORDER,
        CUSTOMER,
        PRODUCT,
        ENTITY,
        CURRENCY,
        QUANTITY,
        Column("shipped_minor", "minor", Text("发货额", "Shipped"), unit="money"),
    ),
    Text("发货", "Shipments"),
)

INVOICES = TableContract(
    "invoices",
    ("invoice_id", "line_no"),
    (
        Column("invoice_id", "id", Text("发票号", "Invoice")),
        LINE,
        Column("invoice_date", "date", Text("开票日期", "Invoice date")),
        KNOWN,
        ORDER,
        CUSTOMER,
        ENTITY,
        CURRENCY,
        Column("invoiced_minor", "minor", Text("开票额", "Invoiced"), unit="money"),
    ),
    Text("开票", "Invoices"),
)

SHADOW_CREDITS = TableContract(
    "shadow_credits",
    ("order_id", "line_no", "person_id", "role"),
    (
        ORDER,
        LINE,
        PERSON,
        ROLE,
        MONTH,
        REGION,
        CURRENCY,
        Column("share_of_credit", "rate", Text("影子业绩比例", "Share of shadow credit")),
        Column(
            "net_minor",
            "minor",
            Text("影子业绩", "Shadow credit"),
            unit="money",
            definition=Text("只供查看，从不计入合计", "for reading only, never part of a total"),
        ),
    ),
    Text("影子业绩", "Shadow credit"),
)

SALES_ORIGINAL = TableContract(
    "sales_original",
    ("order_id", "line_no", "person_id"),
    (
        ORDER,
        LINE,
        PERSON,
        Column("original_currency", "id", Text("原币", "Original currency")),
        Column("rate", "number", Text("汇率", "Rate")),
        Column("original_minor", "minor", Text("原币金额", "Original amount"), unit="money"),
        CURRENCY,
        Column("net_minor", "minor", Text("销售额", "Sales"), unit="money"),
    ),
    Text("外币订单", "Orders in foreign currency"),
)

INTERNAL_SALES = TableContract(
    "internal_sales", SALES_LINES.keys, SALES_LINES.columns, Text("内部销售（合并抵销）", "Internal sales, eliminated")
)

DEALER_STOCK = TableContract(
    "dealer_stock",
    ("month", "dealer_id", "product_line"),
    (
        MONTH,
        DEALER,
        LINE_OF_PRODUCT,
        CURRENCY,
        Column("sell_in_minor", "minor", Text("进货", "Sell-in"), unit="money"),
        Column("sell_out_minor", "minor", Text("出货", "Sell-out"), unit="money"),
        Column("stock_minor", "minor", Text("月末库存", "Stock at month end"), unit="money", optional=True),
    ),
    Text("经销商进销存", "Dealers' stock"),
)

BASIS_BRIDGE = TableContract(
    "basis_bridge",
    ("month", "step", "currency"),
    (
        MONTH,
        Column(
            "step",
            "id",
            Text("环节", "Step"),
            definition=Text(
                "signed_shipped 签约未发货，shipped_invoiced 发货未开票，invoiced_received 开票未回款",
                "signed_shipped: signed, not shipped; shipped_invoiced: shipped, not invoiced;"
                " invoiced_received: invoiced, not received",
            ),
        ),
        CURRENCY,
        Column("opening_minor", "minor", Text("期初", "Opening"), unit="money"),
        Column("added_minor", "minor", Text("本月增加", "Added"), unit="money"),
        Column("cleared_minor", "minor", Text("本月转出", "Cleared"), unit="money"),
        Column("closing_minor", "minor", Text("期末", "Closing"), unit="money"),
    ),
    Text("口径桥", "Bridge between bases"),
)

GENERAL_LEDGER = TableContract(
    "general_ledger",
    ("month", "entity_id", "account", "currency"),
    (
        MONTH,
        ENTITY,
        Column("account", "id", Text("科目", "Account")),
        CURRENCY,
        Column("booked_minor", "minor", Text("账面收入", "Booked"), unit="money"),
    ),
    Text("总账收入", "General ledger"),
)

LEDGER_CHECK = TableContract(
    "ledger_check",
    ("month", "currency"),
    (
        MONTH,
        CURRENCY,
        Column("net_minor", "minor", Text("订单合计", "Orders"), unit="money"),
        Column("booked_minor", "minor", Text("总账", "Ledger"), unit="money", optional=True),
        Column(
            "gap_minor",
            "minor",
            Text("差额", "Gap"),
            unit="money",
            definition=Text("订单合计 − 总账", "orders less the ledger"),
            optional=True,
        ),
        Column("gap_rate", "rate", Text("差额率", "Gap rate"), unit="percent", optional=True),
        Column(
            "late_minor",
            "minor",
            Text("其中关账后录入", "of which entered late"),
            unit="money",
            definition=Text(
                "当月关账之后才录入、到截止日已知的订单行", "lines entered after the month was closed, known by now"
            ),
        ),
        Column("is_off", "flag", Text("超出容差", "Beyond tolerance")),
    ),
    Text("与总账核对", "Orders against the ledger"),
)

MARKET_WATCH = TableContract(
    "market_watch",
    ("month", "region_id"),
    (
        MONTH,
        REGION,
        Column("news_count", "count", Text("新闻条数", "News"), optional=True),
        Column("competitor_count", "count", Text("竞品动作数", "Competitors' actions"), optional=True),
        Column("inquiry_count", "count", Text("询盘数", "Inquiries"), optional=True),
    ),
    Text("市场监测", "Market watch"),
)

COMPETITOR_MOVES = TableContract(
    "competitor_moves",
    ("date", "competitor", "region_id", "product_line", "action"),
    (
        Column("date", "date", Text("日期", "Date")),
        KNOWN,
        Column("competitor", "id", Text("竞品", "Competitor")),
        REGION,
        LINE_OF_PRODUCT,
        Column("action", "id", Text("动作", "Action")),
        Column("price_change_rate", "rate", Text("价格变动", "Price change"), unit="percent", optional=True),
        Column("source", "text", Text("来源", "Source"), optional=True),
    ),
    Text("竞品动态", "Competitors' moves"),
)

ALL = (
    SHIPMENTS,
    INVOICES,
    SHADOW_CREDITS,
    SALES_ORIGINAL,
    INTERNAL_SALES,
    DEALER_STOCK,
    BASIS_BRIDGE,
    GENERAL_LEDGER,
    LEDGER_CHECK,
    MARKET_WATCH,
    COMPETITOR_MOVES,
)
