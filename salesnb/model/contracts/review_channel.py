"""Tables of channels and legal entities in the review: dealers' stock and rebates, diverted sales and rulings (R87,
R88, R91)."""

from __future__ import annotations

from salesnb.model.contracts.columns import count, day, flag, ident, money, number, rate, words
from salesnb.model.contracts.facts import CUSTOMER, DEALER, ENTITY, MONTH
from salesnb.model.contracts.history import NODE_NAME
from salesnb.model.contracts.review import LAST_YEAR, YOY
from salesnb.model.errors import Text
from salesnb.model.tables import TableContract

DEALERS = TableContract(
    "review_dealers",
    ("dealer_id",),
    (
        DEALER,
        NODE_NAME,
        words("parent", "上级", "Parent"),
        money("sell_in_minor", "进货", "Sell-in"),
        money("sell_out_minor", "出货", "Sell-out"),
        money("stock_minor", "月末库存", "Stock", optional=True),
        number("stock_months", "库存月数", "Months of stock"),
        number("usual_months", "平时月数", "Usual months"),
        rate("in_over_out", "进货 ÷ 出货", "Sell-in over sell-out"),
        flag("is_stuffed", "疑似压货", "Stuffed"),
        count("below_count", "下级数", "Dealers below", "本级以下的经销商", "dealers below in the tree", optional=True),
        money("group_in_minor", "含下级进货", "Sell-in with those below", optional=True),
        money("group_out_minor", "含下级出货", "Sell-out with those below", optional=True),
        money("group_stock_minor", "含下级库存", "Stock with those below", optional=True),
        number("group_months", "含下级库存月数", "Months of stock with those below"),
    ),
    Text("经销商进销存", "Dealers' sell-in, sell-out and stock"),
)

REBATES = TableContract(
    "review_rebates",
    ("rebate", "period", "dealer_id"),
    (
        ident("rebate", "返利", "Rebate"),
        ident("period", "期间", "Period"),
        DEALER,
        NODE_NAME,
        ident("basis", "依据", "Basis", "sell_in 进货 / sell_out 出货", "sell_in / sell_out"),
        money("amount_minor", "计返利金额", "Amount it counts on"),
        rate("rebate_rate", "返利比例", "Rate"),
        money("rebate_minor", "应计返利", "Rebate accrued"),
        money("held_minor", "其中缓计", "Held back", "压货期间暂不兑付", "while the dealer is stuffed"),
        money("next_minor", "距下一档", "To the next step", optional=True),
        flag("is_complete", "期间已结束", "Period over"),
    ),
    Text("经销商返利（到目前）", "Dealers' rebates to date"),
)

DIVERTED = TableContract(
    "review_diverted",
    ("customer_id", "sold_by"),
    (
        CUSTOMER,
        NODE_NAME,
        ident("registered", "报备归属", "Registered with"),
        ident("sold_by", "实际出货", "Sold by"),
        money("net_minor", "金额", "Sales"),
        words("ruling", "裁定", "Ruling"),
        words("by", "裁定人", "By"),
        day("decided_date", "日期", "Date"),
    ),
    Text("疑似窜货", "Sales outside the registered dealer or region"),
)

RULINGS = TableContract(
    "review_rulings",
    ("ruling_no", "month", "from_node", "to_node"),
    (
        count("ruling_no", "裁定", "Ruling"),
        MONTH,
        CUSTOMER,
        NODE_NAME,
        ident("from_node", "原记于", "Was booked with"),
        ident("to_node", "划归", "Goes to"),
        money("net_minor", "划转业绩", "Credit moved"),
        words("decision", "裁定内容", "Decision"),
        words("by", "裁定人", "By"),
        day("decided_date", "日期", "Date"),
        words("reference", "依据", "Reference"),
    ),
    Text("按裁定划转的业绩", "Credit moved by rulings"),
)

ENTITIES = TableContract(
    "review_entities",
    ("entity_id",),
    (
        ENTITY,
        NODE_NAME,
        money("gross_minor", "单体销售", "Sales as it stands alone", "含对集团内的销售", "with sales in the group"),
        money("internal_minor", "内部抵销", "Eliminated", "对集团内其他主体的销售", "sales to entities of the group"),
        money("actual_minor", "合并销售", "Consolidated", "单体销售 − 内部抵销", "what is left"),
        LAST_YEAR,
        YOY,
        rate("share", "占合并", "Share", optional=True),
    ),
    Text("各法人主体的销售", "Sales by legal entity"),
)

ALL = (DEALERS, REBATES, DIVERTED, RULINGS, ENTITIES)
