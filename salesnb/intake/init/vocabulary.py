"""General words for columns and tables of sales exports, in Chinese and English. No system's own column names: a header
is taken apart into words and compared with these; its values have to agree before it is believed.

A block is a role with the kind of its values, then its words from the most to the least telling.
"""

from __future__ import annotations


def _read(text: str) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Blocks of ``role kind`` and indented words → role → (kind, words)."""
    out: dict[str, tuple[str, list[str]]] = {}
    role = ""
    for line in text.strip().splitlines():
        if line.startswith(" "):
            out[role][1].extend(word.strip() for word in line.split(",") if word.strip())
        else:
            role, kind = line.split()
            out[role] = (kind, [])
    return {name: (kind, tuple(said)) for name, (kind, said) in out.items()}


# `ignored` is understood and of no use here: kept so that it is not taken for something else
ROLES = _read("""
order_id id
    订单号, 订单编号, 订单id, 订单编码, 单号, 销售单号, 合同号, 合同编号, 单据号, 单据编号, order id, order no,
    order number, order code, sales order, sales order number, order, so number, document no, contract no
line_no id
    行号, 行id, 订单行号, 行项目, 明细号, 明细行号, 序号, line, line no, line number, line id, row id,
    order line, order line number, item no, line item
order_date date
    订单日期, 下单日期, 下单时间, 签约日期, 合同日期, 销售日期, 单据日期, 交易日期, 成交日期, 业务日期, 日期,
    order date, sale date, sales date, transaction date, document date, booking date, date, created date,
    order time, 订单时间, 创建日期
ship_date date
    发货日期, 出库日期, 发货时间, 交货日期, ship date, shipping date, delivery date, shipped date
invoice_date date
    开票日期, 发票日期, invoice date, billing date
known_date date
    录入日期, 录入时间, 登记日期, 入账日期, 更新日期, entry date, entered on, recorded date, posting date
month month
    月份, 入账月份, 业绩月份, 归属月份, 结算月, 账期月份, 期间, sales month, month, booking month, period,
    accounting period, fiscal month, 年月
region_id words
    区域, 地区, 大区, 销售区域, 销售地区, 所属区域, 片区, region, sales region, territory, sales territory,
    regional office, home region, office, 战区, 分公司, 办事处区域, 区域名称, region name, area
region_group words
    大区, 战区, 大洲, 国家, 国家地区, territory group, sales territory group, region group, country, continent,
    super region, market, country region, zone
province words
    省份, 省, 省自治区, 省市, 省市自治区, 所在省, state, province, state province
city words
    城市, 市, 地市, 所在城市, city, town
team_id words
    办事处, 团队, 销售团队, 部门, 销售部门, 小组, team, sales team, department, branch, 营业部, 事业部
person_id id
    业务员工号, 业务员编号, 销售员编号, 销售人员编号, 工号, 员工编号, 员工号, salesperson id, sales person id,
    sales rep id, employee id, rep id, seller id, staff id, sales agent id, employee key, owner id, 业务员id,
    业务员代码
person_name words
    业务员, 销售员, 销售人员, 销售代表, 业务代表, 客户经理, 销售, 负责人, 业务员姓名, 销售经理, 跟进人,
    salesperson, sales person, sales rep, sales representative, rep, seller, sales agent, agent,
    account manager, owner, employee, employee name, 姓名, name, 员工姓名
manager words
    经理, 地区经理, 区域经理, 大区经理, 上级, 直属上级, 主管, 上级主管, 部门经理, manager, regional manager,
    supervisor, reports to, sales manager
product_id id
    产品编码, 产品编号, 产品id, 产品代码, 商品编码, 商品编号, 商品id, 物料编码, 物料号, 货号, sku, 存货编码,
    product id, product code, product no, product number, product key, item code, item id, item number,
    material, material number, stock code, 产品型号
product_name words
    产品名称, 产品, 商品名称, 商品, 品名, 物料名称, 存货名称, 货品名称, product name, product, item, item name,
    material description, description, 型号, 规格型号
product_line words
    产品线, 产品大类, 类别, 大类, 品类, 产品类别, 商品类别, 产品系列, 一级品类, category, product category,
    category name, product category name, product line, product group, product family, series, product series,
    事业线, 业务线
category words
    子类别, 小类, 子类, 二级品类, 中类, 产品小类, subcategory, sub category, product subcategory,
    product sub category, subcategory name, product subcategory name, product type, 品类
customer_id id
    客户编码, 客户编号, 客户id, 客户代码, 客户号, 会员号, 会员id, 买家id, customer id, customer no,
    customer number, customer code, customer key, account id, account number, client id
customer_name words
    客户名称, 客户, 客户全称, 客户姓名, 购货单位, 购买方, 买方, 会员名, customer name, customer, account,
    account name, client, client name, buyer, company name
customer_type words
    客户类型, 客户类别, 客户细分, 细分, 客户分类, 客户属性, 客户性质, customer type, customer segment, segment,
    customer class, account type, customer group, 客户等级, 客户级别
industry words
    行业, 所属行业, 客户行业, 行业类别, 业态, industry, sector, business type, vertical, industry sector
company_size words
    企业规模, 公司规模, 客户规模, 人数, company size, employees, size
channel_id words
    渠道, 销售渠道, 渠道类型, 销售方式, 销售模式, 来源渠道, channel, sales channel, distribution channel,
    channel type
dealer_id id
    经销商编码, 经销商编号, 经销商代码, 代理商编码, dealer id, dealer code, distributor id, reseller id,
    partner id
dealer_name words
    经销商, 经销商名称, 代理商, 代理商名称, 分销商, dealer, dealer name, distributor, reseller, partner
entity_id words
    法人, 法人主体, 签约主体, 公司主体, 开票主体, 销售组织, 账套, legal entity, entity, company code,
    sales organization
currency words
    币种, 货币, 币别, currency, currency code, ccy
quantity number
    数量, 销量, 销售数量, 件数, 订购数量, 发货数量, quantity, qty, units, units sold, order quantity
unit_price number
    单价, 成交价, 销售单价, 含税单价, 不含税单价, unit price, price, selling price, sales price
net number
    销售额, 金额, 销售金额, 订单金额, 成交金额, 实收金额, 不含税金额, 净额, 销售收入, 收入, 营业额, 业绩,
    合同金额, 应收金额, 含税金额, 价税合计, 总金额, 总价, 合计金额, amount, net amount, sales amount, sales,
    net sales, revenue, line total, line amount, total, order amount, turnover, total amount, extended amount,
    net value, gross amount, value
list number
    目录金额, 原价金额, 标价金额, 吊牌金额, 折前金额, list amount, gross sales, list value,
    amount before discount
cost number
    成本, 成本金额, 销售成本, 总成本, 成本额, cost, total cost, cost amount, cogs, cost of sales,
    total product cost
profit number
    利润, 毛利, 毛利额, 利润额, 销售毛利, profit, gross profit, margin, gross margin
discount number
    折扣, 折扣率, 折扣额, 优惠金额, discount, discount pct, discount rate, discount amount, discount percent
tax number
    税额, 税金, 增值税, tax, tax amount, vat, sales tax
is_return flag
    是否退货, 退货, 退回, 退货标志, 退款, 是否退回, 退货状态, returned, is return, return, return flag, refund,
    refunded
share_of_credit number
    分摊比例, 业绩比例, 业绩分摊, 分成比例, credit share, share of credit, split percent, credit percent
receipt_id id
    回款单号, 收款单号, 回款编号, 流水号, receipt id, receipt no, payment id, payment no
receipt_date date
    回款日期, 收款日期, 到账日期, 付款日期, 到账时间, receipt date, payment date, received date, collection date
received number
    回款金额, 收款金额, 到账金额, 回款额, 实收, received, amount received, payment, payment amount,
    receipt amount
opportunity_id id
    商机编号, 商机id, 商机号, 线索编号, 项目编号, opportunity id, opportunity no, deal id, lead id
stage words
    阶段, 商机阶段, 销售阶段, 跟进阶段, 状态, 商机状态, stage, deal stage, sales stage, status,
    opportunity stage
created_date date
    线索日期, 创建日期, 创建时间, 建立日期, created date, create date, created, lead date, engage date,
    open date
qualified_date date
    转商机日期, 资质确认日期, 立项日期, qualified date, engaged date
quoted_date date
    报价日期, 方案日期, quoted date, quote date, proposal date
viewed_date date
    客户查看报价, 查看报价时间, 客户查看报价时间, quote viewed, viewed date
closed_date date
    关闭日期, 关闭时间, 赢单日期, 成交日期, 结单日期, close date, closed date, won date
opportunity_amount number
    商机金额, 预计金额, 预计成交金额, 成交金额, 赢单金额, 合同金额, 签约金额, 报价金额, 金额, close value, deal value,
    deal amount, opportunity amount, expected revenue, amount, value
source words
    来源, 线索来源, 客户来源, 商机来源, source, lead source
lost_reason words
    丢单原因, 输单原因, 失败原因, lost reason, loss reason
decision_chain words
    决策链, 决策人, decision chain, decision maker
visit_id id
    拜访编号, 拜访id, visit id, visit no, call id
visit_date date
    拜访日期, 拜访时间, visit date, call date
is_effective flag
    有效拜访, 是否有效, effective, is effective
spend number
    费用, 支出, 花费, 费用金额, 投放金额, 市场费用, 支出金额, spend, expense, marketing spend, cost amount
spend_category words
    费用类别, 费用类型, 费用科目, 科目, expense type, spend category, expense category
lead_count number
    带来线索, 线索数, 线索量, leads, lead count
target number
    目标, 销售目标, 指标, 任务额, 销售任务, 业绩目标, 目标金额, 配额, target, quota, sales target, sales quota,
    goal, budget
target_date date
    目标日期, 生效日期, 开始日期, quota date, target date, start date, from date, 起始日期
target_end date
    结束日期, 截止日期, end date, to date
period words
    期间, 季度, 考核期, quarter, period, fiscal quarter
year id
    年度, 年份, 年, year, fiscal year, calendar year
market_size number
    市场规模, 市场容量, 行业规模, market size, market volume, addressable market
from_date date
    任职起, 任职开始, 生效日期, 开始日期, 起始日期, 签约日期, from date, start date, valid from, effective date
to_date date
    任职止, 任职结束, 失效日期, 结束日期, 终止日期, to date, end date, valid to
hired_date date
    入职日期, 入职时间, hire date, hired date, joined date, date of joining
left_date date
    离职日期, 离职时间, left date, termination date, leave date
job words
    岗位, 职位, 职务, role, title, job title, position
registered_date date
    建档日期, 注册日期, 首次合作日期, registered date, registration date, since, customer since
list_price number
    目录价, 标价, 零售价, 建议零售价, list price, retail price, msrp, sales price
unit_cost number
    标准成本, 单位成本, 成本单价, standard cost, unit cost
launch_date date
    上市日期, 投产日期, launch date, launched, introduction date
life_cycle words
    生命周期, 产品状态, life cycle, lifecycle, product status
shipment_id id
    发货单号, 出库单号, 发货编号, shipment id, shipment no, delivery no, delivery note
shipped number
    发货金额, 发货额, 出库金额, shipped amount, shipped, delivered amount
invoice_id id
    发票号, 发票号码, 发票编号, 开票单号, invoice id, invoice no, invoice number
invoiced number
    开票金额, 发票金额, 开票额, invoiced amount, invoiced, invoice amount
sell_in number
    进货, 进货额, 进货金额, sell in, sell in amount
sell_out number
    出货, 出货额, 出货金额, 销出, sell out, sell out amount
stock number
    库存, 月末库存, 期末库存, 库存金额, stock, closing stock, inventory, stock amount
parent_dealer words
    上级经销商, 上级经销商编码, parent dealer, parent
rebate_rate number
    返利比例, 返利率, 返点, 返点比例, rebate, rebate rate, rebate percent
due_date date
    到期日, 到期日期, 应收到期日, 账期到期日, due date, payment due, due
original_order_id id
    原订单编号, 原订单号, 原单号, 退货原单号, original order, original order id, original order no
metric words
    指标名称, 考核指标, 指标, metric, kpi, measure
booked number
    主营业务收入, 账面收入, 账面金额, 总账金额, 贷方金额, 贷方发生额, 本期发生额, ledger amount, booked, booked revenue,
    gl amount, general ledger
account words
    会计科目, 科目, 科目编码, 科目名称, gl account, account code
news_count number
    新闻条数, 新闻数, 新闻量, 舆情条数, news, news count, news items
competitor_count number
    竞品动作数, 竞品动态数, 竞争对手动作数, competitor actions, competitor moves
inquiry_count number
    询盘数, 询盘, 询价数, 咨询数, inquiries, enquiries, inquiry count
competitor words
    竞品, 竞争对手, 竞品名称, 对手, competitor, rival
competitor_action words
    动作, 竞品动作, 动态, 事件, action, move, event
price_change number
    价格变动, 价格变化, 调价幅度, 降价幅度, price change
ignored any
    邮寄方式, 运输方式, 配送方式, ship mode, shipping mode, promotion, 促销, 备注, remark,
    remarks, note, notes, freight, 运费, 地址, address, 电话, 手机, phone, email, 邮箱, postal code, 邮编,
    付款方式, payment method, bonus, 奖金, commission pct, subsidiary of, year established,
    office location, 关联订单号
""")

_TABLES = _read("""
sales_lines name
    订单, 销售明细, 销售, order, orders, sales, sales lines, transactions, 出货
returns name
    退货, 退款, return, returns, refund
receipts name
    回款, 收款, 到账, receipt, receipts, payment, payments, collection
opportunities name
    商机, 线索, 机会, pipeline, opportunity, opportunities, leads, deals
visits name
    拜访, visit, visits
spend name
    费用, 支出, 投放, spend, expense, marketing
customers name
    客户, 会员, customer, customers, account, accounts, clients
people name
    人员, 员工, 花名册, 名册, 业务员, 经理, team, teams, people, staff, salesperson, salespersons, employee,
    employees
products name
    产品, 商品, 物料, product, products, items, catalog
invoices name
    发票, 开票, invoice, invoices
shipments name
    发货, 出库, shipment, shipments, deliveries
dealer_stock name
    进销存, 库存, stock, inventory, sell out
dealers name
    经销商, 代理商, dealer, dealers, distributors
targets name
    目标, 指标, 任务, 配额, target, targets, quota, quotas, budget
market_sizes name
    市场规模, 市场容量, market size, market sizes
general_ledger name
    总账, 财务总账, 科目余额, 月度收入, ledger, general ledger, gl
market_watch name
    市场监测, 舆情, 市场监控, market watch, monitoring
competitor_moves name
    竞品动态, 竞品, 竞争对手, competitor, competitors
""")

_STAGES = _read("""
lead stage
    线索, 新建, 潜在, 初步接触, lead, new, prospecting, prospect, open
qualified stage
    已确认, 立项, 需求确认, 跟进中, qualified, engaging, engaged, qualification, discovery, negotiation, 谈判
quoted stage
    已报价, 报价, 方案, quoted, proposal, quote, quotation
won stage
    赢单, 成交, 已成交, 已赢, won, closed won, win
lost stage
    丢单, 输单, 已丢, 失败, 流失, lost, closed lost, lose
""")

# table → words in file or sheet names that speak for it
TABLE_WORDS = {table: words for table, (_, words) in _TABLES.items()}
# our stages → a deal's stages as systems name them
STAGES = {stage: words for stage, (_, words) in _STAGES.items()}
