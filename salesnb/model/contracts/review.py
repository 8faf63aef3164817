"""Tables of the review: pace, core metrics, attainment, alerts, causes, landing. Nothing here is a target."""

from __future__ import annotations

from salesnb.model.contracts.columns import behind_a_chance, count, day, ident, like_cases, money, number, rate, words
from salesnb.model.contracts.facts import LINE_OF_PRODUCT, REGION, TARGETS
from salesnb.model.contracts.funnel import OPEN
from salesnb.model.contracts.history import DIMENSION, NODE, NODE_NAME
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

SCOPE = ident("scope", "期间", "Period")
STATE = ident(
    "state", "状态", "State", "good 正常 / warn 关注 / bad 落后 / none 无目标", "good / warn / bad / none: no target"
)
ACTUAL = money("actual_minor", "实际", "Actual")
TARGET = money("target_minor", "目标", "Target", "整个期间的目标", "of the whole period", optional=True)
DUE = money(
    "due_minor",
    "应完成",
    "Due",
    "按季节与工作日，到截止日应完成",
    "by season and working days, by the day reached",
    optional=True,
)
GAP = money("gap_minor", "差额", "Gap", "实际 − 应完成", "actual less due", optional=True)
ATTAINMENT = rate("attainment_rate", "完成率", "Attainment", "实际 ÷ 应完成", "actual over due")
BEHIND = rate("behind_rate", "落后", "Behind", "1 − 实际 ÷ 应完成", "1 less actual over due")
LAST_YEAR = money(
    "last_year_minor", "上年同期", "Last year", "上年同一段时间", "the same stretch a year before", optional=True
)
YOY = rate("yoy_rate", "同比", "YoY")
BASIS = ident(
    "basis",
    "比较基准",
    "Held against",
    "target 目标应完成 / last_year 上年同期（没有批准的目标时）",
    "target: what was due / last_year: where no target is approved",
)
EXPECTED = money("expected_minor", "基准额", "Held against")
CERTAINTY = rate(
    "certainty_rate", "可信度", "Certainty", "差额不是偶然波动的概率", "probability that the shortfall is not chance"
)
SINCE = Column("since_month", "month", Text("始于", "Since"), optional=True)
ALERT = ident("alert", "预警", "Alert")
EFFECT = money("effect_minor", "影响", "Effect")

PACE = TableContract(
    "review_pace",
    ("scope",),
    (
        SCOPE,
        ident("kind", "类别", "Kind"),
        day("start_date", "起", "From"),
        day("through_date", "截止", "Through"),
        ACTUAL,
        TARGET,
        DUE,
        GAP,
        ATTAINMENT,
        BEHIND,
        LAST_YEAR,
        YOY,
        money(
            "previous_minor",
            "上期",
            "Period before",
            "上一期间的同样进度",
            "the period before, equally far",
            optional=True,
        ),
        rate("mom_rate", "环比", "On period before"),
        count("workdays_done", "已过工作日", "Working days gone", optional=True),
        count("workdays_left", "剩余工作日", "Working days left", optional=True),
        money("run_rate_minor", "日均", "A working day", "每个工作日的实际", "actual a working day", optional=True),
        money(
            "required_minor",
            "所需日均",
            "Required a day",
            "剩余每个工作日须完成",
            "to be made a day that is left",
            optional=True,
        ),
        STATE,
    ),
    Text("进度", "Pace"),
)

METRICS = TableContract(
    "review_metrics",
    ("metric",),
    (
        ident("metric", "指标", "Metric"),
        SCOPE,
        ident("unit", "单位", "Unit"),
        number("value", "实际", "Actual"),
        number("target", "目标", "Target"),
        number("last_year", "上年同期", "Last year"),
        ATTAINMENT,
        YOY,
        count("case_count", "样本数", "Cases", optional=True),
        rate("drop_certainty_rate", "下降可信度", "Certainty of the drop"),
        STATE,
    ),
    Text("核心指标", "Core metrics"),
)

CORE = TableContract(
    "review_core",
    ("metric",),
    (
        ident("metric", "指标", "Metric"),
        ident("unit", "单位", "Unit"),
        number("value", "本期", "This period"),
        number("previous", "上期", "Period before"),
        rate("mom_rate", "环比", "On period before"),
        number("last_year", "上年同期", "Last year"),
        YOY,
    ),
    Text("本期核心指标", "Core metrics of the period"),
)

NODES = TableContract(
    "review_attainment",
    ("scope", "dimension", "node_id"),
    (
        SCOPE,
        DIMENSION,
        NODE,
        NODE_NAME,
        ACTUAL,
        TARGET,
        DUE,
        GAP,
        ATTAINMENT,
        BEHIND,
        LAST_YEAR,
        YOY,
        BASIS,
        EXPECTED,
        money(
            "chance_minor", "偶然波动", "Chance", "差额的标准差", "standard deviation of the difference", optional=True
        ),
        CERTAINTY,
        STATE,
    ),
    Text("分维度完成情况", "Attainment by dimension"),
)

_QUOTA = ("from_date", "to_date", "region_id", "person_id", "product_line")
QUOTAS = TableContract(
    "review_quotas",
    _QUOTA,
    (
        *(TARGETS.column(name) for name in (*_QUOTA, "target_minor")),
        ACTUAL,
        GAP,
        ATTAINMENT,
        Column(
            "is_complete",
            "flag",
            Text("区间已结束", "Window over"),
            definition=Text("否则是到截止日的应完成", "else held against what was due by the day reached"),
        ),
    ),
    Text("导入目标按自身区间的完成情况", "Imported quotas in their own windows"),
)

ALERTS = TableContract(
    "review_alerts",
    ("alert",),
    (
        ALERT,
        SCOPE,
        ident(
            "kind",
            "类别",
            "Kind",
            "node 节点 / slice 交叉单元 / silent 停单 / metric 指标 / carried 上期未关闭",
            "node / slice / silent: stopped ordering / metric / carried",
        ),
        DIMENSION,
        NODE,
        NODE_NAME,
        BASIS,
        ACTUAL,
        EXPECTED,
        GAP,
        BEHIND,
        CERTAINTY,
        SINCE,
        Column("since_first_month", "month", Text("最早", "At the earliest"), optional=True),
        Column("since_last_month", "month", Text("最迟", "At the latest"), optional=True),
        rate("recover_rate", "追回概率", "Chance to recover", "全年达成基准的概率", "to reach the year's figure"),
        *like_cases(),
        words("people", "相关人员", "People"),
        words("owner", "责任人", "Owner"),
        words("action", "措施", "Action"),
        day("due_date", "期限", "Due"),
        ident("progress", "处理", "Progress", "new 待处理 / open / doing / closed", "new / open / doing / closed"),
        words("result", "结果", "Result"),
        words(
            "part_of",
            "归入",
            "Part of",
            "已由哪一条预警说明；空白为单独成立",
            "the alert that says it; blank: stands for itself",
        ),
        rate("before_rate", "措施前完成率", "Attainment before", "到写下措施的期间末", "to the end of that period"),
        rate("after_rate", "措施后完成率", "Attainment since", "此后到截止日", "from then to the day reached"),
    ),
    Text("预警", "Alerts"),
)

_LEAD = ("opportunity_id", "stage", "region_id", "person_id", "product_line", "customer_id", "currency", "amount_minor")
LEADS = TableContract(
    "review_leads",
    ("alert", "opportunity_id"),
    (
        ALERT,
        count("rank", "序", "Rank", optional=True),
        *(OPEN.column(name) for name in (*_LEAD, "age_days", "win_rate", "expected_minor")),
    ),
    Text("可抓的商机", "Leads to work on"),
)

SLICES = TableContract(
    "review_slices",
    ("slice_no",),
    (
        count("slice_no", "序", "No.", optional=True),
        SCOPE,
        words("name", "单元", "Slice"),
        *(
            ident(name, zh, en, optional=True)
            for name, zh, en in (
                ("region_id", "区域", "Region"),
                ("product_line", "产品线", "Product line"),
            )
        ),
        BASIS,
        EXPECTED,
        ACTUAL,
        money(
            "deviation_minor",
            "偏差",
            "Deviation",
            "更窄的单元先认领；各项与其余相加为总差额",
            "narrow slices claim first; all and the rest add up to the gap",
        ),
        rate("shift_rate", "幅度", "Shift"),
        SINCE,
    ),
    Text("差距在哪里", "Where the gap sits"),
)

BRIDGE = TableContract(
    "review_bridge",
    ("step_no",),
    (
        count("step_no", "步", "Step", optional=True),
        ident("effect", "影响", "Effect"),
        EFFECT,
    ),
    Text("从应完成到实际", "From due to actual"),
)

DRIVERS = TableContract(
    "review_drivers",
    ("stream", "factor"),
    (
        ident("stream", "客户", "Customers", "new 新客户 / repeat 老客户", "new / repeat"),
        ident("factor", "因素", "Factor"),
        number("before", "上年同期", "Last year"),
        number("after", "本期", "Now"),
        EFFECT,
        ident("method", "方法", "Method", "lmdi / shapley（有负数时）", "lmdi, or shapley where a factor is negative"),
    ),
    Text("驱动因素", "Drivers"),
)

FUNNEL = TableContract(
    "review_funnel",
    ("step",),
    (
        ident("step", "步骤", "Step"),
        count("before_count", "上年样本", "Cases last year", optional=True),
        rate("before_rate", "上年转化率", "Conversion last year"),
        count("after_count", "本期样本", "Cases now", optional=True),
        rate("after_rate", "本期转化率", "Conversion now"),
        rate("difference_rate", "变化", "Change"),
        rate("rate_low", "区间下限", "Low"),
        rate("rate_high", "区间上限", "High"),
        Column("is_noise", "flag", Text("差异不显著", "Chance")),
    ),
    Text("漏斗变化", "Funnel change"),
)

MIX = TableContract(
    "review_mix",
    ("region_id",),
    (
        REGION,
        NODE_NAME,
        rate("before_margin_rate", "上年毛利率", "Margin last year"),
        rate("after_margin_rate", "本期毛利率", "Margin now"),
        rate("mix_rate", "结构影响", "Mix effect"),
        rate("own_rate", "自身影响", "Own effect"),
        LINE_OF_PRODUCT,
        rate("before_share", "上年占比", "Share last year"),
        rate("after_share", "本期占比", "Share now"),
        Column("stands_out", "flag", Text("明显下滑", "Stands out")),
    ),
    Text("产品结构与毛利", "Mix and margin"),
)

LANDING = TableContract(
    "review_landing",
    ("scope", "dimension", "node_id"),
    (
        SCOPE,
        DIMENSION,
        NODE,
        NODE_NAME,
        TARGET,
        money("known_minor", "已实现", "Already in"),
        money("landing_minor", "预计", "Landing", optional=True),
        money("low_minor", "80 % 区间下限", "80 % low", optional=True),
        money("high_minor", "80 % 区间上限", "80 % high", optional=True),
        money("naive_minor", "照搬上年", "Last year repeated", optional=True),
        rate("attainment_rate", "预计完成率", "Expected attainment", "预计 ÷ 目标", "landing over target"),
        rate("chance_rate", "达成概率", "Chance of target"),
        *behind_a_chance(),
        ident("history", "历史状态", "History"),
    ),
    Text("落点", "Landing"),
)

PATH = TableContract(
    "review_path",
    ("month",),
    (
        Column("month", "month", Text("月份", "Month")),
        money("due_minor", "应完成累计", "Due, cumulated", optional=True),
        money("actual_minor", "实际累计", "Actual, cumulated", optional=True),
        money("landing_minor", "预计累计", "Landing, cumulated", optional=True),
        money("low_minor", "下限", "Low", optional=True),
        money("high_minor", "上限", "High", optional=True),
    ),
    Text("全年路径", "Path of the year"),
)

RECORD = TableContract(
    "review_record",
    ("scope", "dimension"),
    (
        SCOPE,
        DIMENSION,
        count("horizon", "预测月数", "Months ahead", optional=True),
        count("case_count", "回测次数", "Forecasts tested", optional=True),
        rate("hit_rate", "80 % 区间命中", "80 % interval held"),
        rate("hit_rate_95", "95 % 区间命中", "95 % interval held"),
        rate("error_rate", "误差中位数", "Median error"),
        rate("naive_error_rate", "照搬上年的误差", "Error of last year repeated"),
    ),
    Text("预测的回测", "Track record of the landing"),
)

WHYS = TableContract(
    "review_whys",
    ("finding", "step_no"),
    (
        ident("finding", "发现", "Finding"),
        count("step_no", "第几问", "Why no.", optional=True),
        words("answer", "回答", "Answer"),
        words("by", "回答人", "By"),
        day("decided_date", "日期", "Date"),
        ident("source", "来源", "Source", "computed 计算 / people 人的回答 / open 待回答", "computed / people / open"),
    ),
    Text("五个为什么", "Five whys"),
)

ALL = (
    PACE,
    METRICS,
    CORE,
    NODES,
    QUOTAS,
    ALERTS,
    LEADS,
    SLICES,
    BRIDGE,
    DRIVERS,
    FUNNEL,
    MIX,
    LANDING,
    PATH,
    RECORD,
    WHYS,
)
