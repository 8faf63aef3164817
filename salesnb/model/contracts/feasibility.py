"""Tables of the feasibility stage: what the period will bring, what it can bring, and the verdict on each target."""

from __future__ import annotations

from salesnb.model.contracts.columns import money, words
from salesnb.model.contracts.facts import MONTH, NET
from salesnb.model.contracts.history import DIMENSION, NODE, NODE_NAME
from salesnb.model.errors import Text
from salesnb.model.tables import Column, TableContract

PARENT = Column("parent_id", "id", Text("上级", "Parent"))
LAST = Column("last_minor", "minor", Text("上年同期", "Year before"), unit="money", optional=True)
TARGET = Column("target_minor", "minor", Text("目标", "Target"), unit="money")
GROWTH = Column("growth_rate", "rate", Text("增长", "Growth"), unit="percent", optional=True)
# printed beside every chance: how often it was tested, from which months on, and how often the interval held
TESTED = words("tested", "回测 · 起点与月数 · 命中", "Tests · from, months · hits")
CHANCE = Column(
    "chance_rate",
    "rate",
    Text("达成概率", "Chance"),
    unit="percent",
    definition=Text("预测分布中达到该目标的概率；历史不足时不给", "of reaching it; none where history is too short"),
    optional=True,
)
COUNT = Column("test_count", "count", Text("回测次数", "Back-tests"))
HIT = Column(
    "hit_rate",
    "rate",
    Text("80 % 区间命中", "Hits of 80 %"),
    unit="percent",
    definition=Text("回测中实际落入 80 % 区间的比例", "share of back-tests whose 80 % interval held the actual"),
    optional=True,
)
STATE = Column(
    "state",
    "id",
    Text("状态", "State"),
    definition=Text(
        "ok 有概率；no_record 无回测；not_enough_history 历史不足；ended 已停止",
        "ok; no_record: not back-tested; not_enough_history; ended",
    ),
)


NODES = TableContract(
    "feasibility_nodes",
    ("dimension", "node_id", "parent_id"),
    (
        DIMENSION,
        NODE,
        PARENT,
        NODE_NAME,
        STATE,
        LAST,
        money("known_minor", "已实现", "Already in", optional=True),
        money("middle_minor", "预测中值", "Forecast", "不采取新措施", "nothing changed"),
        GROWTH,
        money("low_minor", "80 % 下限", "80 % low", optional=True),
        money("high_minor", "80 % 上限", "80 % high", optional=True),
        money("base_minor", "保底", "Base", optional=True),
        money("challenge_minor", "挑战", "Challenge", optional=True),
        money("stretch_minor", "冲刺", "Stretch", optional=True),
    ),
    Text("基线预测", "Baseline forecast"),
)

MONTHS = TableContract(
    "feasibility_months",
    ("month",),
    (MONTH, NET, LAST, Column("is_forecast", "flag", Text("预测", "Forecast"))),
    Text("逐月基线", "Baseline by month"),
)

RECORD = TableContract(
    "feasibility_record",
    ("dimension", "by_share"),
    (
        DIMENSION,
        Column(
            "by_share",
            "flag",
            Text("按占比", "By share"),
            definition=Text("自身历史不足，按上级的占比预测", "too little history of its own: a share of the parent's"),
        ),
        COUNT,
        Column("origin_count", "count", Text("起点数", "Origins")),
        Column("first_month", "text", Text("最早起点", "First origin")),
        Column("last_month", "text", Text("最晚起点", "Last origin")),
        Column("horizon_count", "count", Text("预测月数", "Months ahead"), unit="month"),
        HIT,
        Column("hit_95_rate", "rate", Text("95 % 区间命中", "Hits of 95 %"), unit="percent", optional=True),
        Column(
            "factor",
            "number",
            Text("自身校正", "Own correction"),
            definition=Text("本公司误差相对公开数据的倍数", "own misses against those of public data"),
        ),
        Column("error_rate", "rate", Text("误差中位数", "Median miss"), unit="percent", optional=True),
        Column("naive_error_rate", "rate", Text("照搬上年的误差", "Miss of last year"), unit="percent", optional=True),
    ),
    Text("预测的回测记录", "Track record of the forecast"),
)

RELIABILITY = TableContract(
    "feasibility_reliability",
    ("bin_no",),
    (
        Column("bin_no", "count", Text("组", "Bin")),
        Column("from_rate", "rate", Text("概率自", "From"), unit="percent"),
        Column("to_rate", "rate", Text("至", "To"), unit="percent"),
        Column("case_count", "count", Text("样本数", "Cases")),
        Column("said_rate", "rate", Text("预测概率", "Said"), unit="percent"),
        Column("came_rate", "rate", Text("实际达成", "Came true"), unit="percent"),
        Column("rate_low", "rate", Text("区间下限", "Low"), unit="percent"),
        Column("rate_high", "rate", Text("区间上限", "High"), unit="percent"),
    ),
    Text("达成概率的回测", "Track record of the chances"),
)

KIND = Column(
    "kind",
    "id",
    Text("口径", "Level"),
    definition=Text(
        "goal 公司下达；wish 区域意愿；commitment 自报；base / challenge / stretch 三档；其余为参数中的口径",
        "goal: top-down; wish; commitment: bottom-up; base, challenge, stretch; others as named in the parameters",
    ),
)

TARGETS = TableContract(
    "feasibility_targets",
    ("dimension", "node_id", "kind"),
    (DIMENSION, NODE, NODE_NAME, KIND, TARGET, LAST, GROWTH, CHANCE, COUNT, HIT, STATE),
    Text("各档目标的达成概率", "Chance of each target level"),
)

CAPACITY = TableContract(
    "feasibility_capacity",
    ("dimension", "node_id"),
    (
        DIMENSION,
        NODE,
        NODE_NAME,
        Column("seat_count", "count", Text("在岗人数", "People"), unit="person"),
        money("capacity_minor", "产能", "Capacity", "人数 × 人均月产能 × 爬坡 × 流失 × 季节与工作日",
              "people × productivity × ramp × attrition × days", optional=True),
        money("low_minor", "80 % 下限", "80 % low", optional=True),
        money("high_minor", "80 % 上限", "80 % high", optional=True),
        money("target_minor", "目标", "Target", optional=True),
        money("gap_minor", "缺口", "Gap", optional=True),
        Column("hire_count", "count", Text("需增人数", "Hires needed"), unit="person", optional=True,
               definition=Text("按最早可到岗月份计", "starting in the earliest possible month")),
        Column("hire_month", "text", Text("最早到岗", "Earliest start"), optional=True),
        Column("latest_month", "text", Text("最迟到岗", "Latest start"), optional=True,
               definition=Text("同样人数仍能补足缺口的最后月份", "last month in which as many still close the gap")),
    ),
    Text("产能与缺口", "Capacity and gap"),
)  # fmt: skip

HIRES = TableContract(
    "feasibility_hires",
    ("node_id", "role", "start_month"),
    (
        NODE,
        NODE_NAME,
        Column("role", "id", Text("岗位", "Role")),
        Column("start_month", "id", Text("到岗月份", "Start")),
        Column("hire_count", "count", Text("人数", "People"), unit="person"),
        money("value_minor", "本期可增销售", "Sales they bring"),
        money("cost_minor", "本期成本", "Cost", "招聘费与工资", "recruiting and salaries", optional=True),
        money("shortfall_minor", "仍缺", "Still short"),
    ),
    Text("补足缺口的最省招聘方案", "Cheapest hires that close the gap"),
)

CEILINGS = TableContract(
    "feasibility_ceilings",
    ("dimension", "node_id", "ceiling"),
    (
        DIMENSION,
        NODE,
        NODE_NAME,
        Column("ceiling", "id", Text("上限", "Ceiling")),
        money("ceiling_minor", "可支撑", "Carries"),
        TARGET,
        Column("cover_rate", "rate", Text("覆盖", "Cover"), unit="percent", optional=True),
    ),
    Text("各道上限", "Ceilings"),
)

PIPELINE = TableContract(
    "feasibility_pipeline",
    ("dimension", "node_id"),
    (
        DIMENSION,
        NODE,
        NODE_NAME,
        Column("open_count", "count", Text("在手商机", "Open deals")),
        money("open_minor", "在手金额", "Open amount", optional=True),
        money("expected_minor", "期望赢单", "Expected wins", 
            "在手金额 × 赢率", "open amount × win probability", optional=True),
        Column("create_and_close_rate", "rate", Text("当期新建当期赢单", "Created and won inside"), unit="percent",
               definition=Text("以往同长窗口内，赢单额中当期才新建的比例", "past wins created inside their window"),
               optional=True),
        money("to_come_minor", "预计新建赢单", "Wins still to be created", optional=True),
        Column("won_share_rate", "rate", Text("商机占销售", "Sales through deals"), unit="percent", optional=True),
        money("needed_minor", "目标所需赢单", "Wins the target needs", optional=True),
        Column("cover_rate", "rate", Text("覆盖率", "Cover"), unit="percent", optional=True),
        Column("open_cover_rate", "rate", Text("仅在手覆盖率", "Cover by open deals"), unit="percent", optional=True),
    ),
    Text("商机覆盖", "Pipeline cover"),
)  # fmt: skip

BUDGET = TableContract(
    "feasibility_budget",
    ("item",),
    (
        Column("item", "id", Text("项目", "Item")),
        money("needed_minor", "需要", "Needed", optional=True),
        money("given_minor", "已给", "Given", optional=True),
        money("gap_minor", "缺口", "Gap", optional=True),
        Column("basis", "id", Text("依据", "Basis")),
        Column("quantity", "number", Text("数量", "Quantity"), optional=True),
        money("unit_minor", "单位成本", "Unit cost", optional=True),
    ),
    Text("资源与预算", "Resources and budget"),
)

FEEDBACK = TableContract(
    "feasibility_feedback",
    ("level", "node_id"),
    (
        Column("level", "id", Text("层级", "Level")),
        NODE,
        NODE_NAME,
        money("target_minor", "下达数", "Top-down", optional=True),
        money(
            "committed_minor", "自报数", "Committed", "空 = 没有报，不是零", "blank: not said, not zero", optional=True
        ),
        money("gap_minor", "差额", "Gap", "自报 − 下达", "committed − top-down", optional=True),
        Column("gap_rate", "rate", Text("差额占比", "Gap"), unit="percent", optional=True),
        money("middle_minor", "预测中值", "Forecast", optional=True),
        CHANCE,
        Column("round_no", "count", Text("轮次", "Round"), optional=True),
        Column("condition", "text", Text("条件", "Condition"), optional=True),
    ),
    Text("一线自报", "Field feedback"),
)

LAUNCHES = TableContract(
    "feasibility_launches",
    ("launch_id",),
    (
        Column("launch_id", "id", Text("编号", "Id")),
        Column("text", "text", Text("内容", "What")),
        Column("node", "text", Text("归属", "Belongs to"), optional=True),
        Column("opens", "date", Text("启用", "Opens")),
        money("potential_minor", "年潜力", "Potential a year"),
        Column("reach_rate", "rate", Text("可触达", "Reach"), unit="percent"),
        Column("ramp_months", "number", Text("折合满产月数", "Full months"), unit="month"),
        money("expected_minor", "预计", "Expected", 
            "潜力 × 可触达 × 爬坡 × 当年月数", "potential × reach × ramp × months"),
        money("low_minor", "低", "Low"),
        money("high_minor", "高", "High"),
    ),
    Text("新市场与新产品", "New markets and products"),
)  # fmt: skip

VERDICTS = TableContract(
    "feasibility_verdicts",
    ("dimension", "node_id"),
    (
        DIMENSION,
        NODE,
        NODE_NAME,
        TARGET,
        GROWTH,
        money("middle_minor", "预测中值", "Forecast"),
        CHANCE,
        money("measures_minor", "措施增量", "Measures", 
            "招聘方案与新市场、新产品预计带来的增量", "what hires and launches are expected to add"),
        Column("with_measures_rate", "rate", Text("落实措施后", "With measures"), unit="percent", optional=True),
        Column("verdict", "id", Text("结论", "Verdict")),
        Column("binding", "id", Text("制约", "What binds")),
        money("gap_minor", "差额", "Gap", "目标 − 约束所能支撑", "target − what the limit carries", optional=True),
        Column("hire_count", "count", Text("需增人数", "Hires"), unit="person", optional=True),
        Column("hire_month", "text", Text("到岗", "By"), optional=True),
        COUNT,
        HIT,
    ),
    Text("可行性结论", "Verdicts"),
)  # fmt: skip

SCENARIOS = TableContract(
    "feasibility_scenarios",
    ("scenario_no",),
    (
        Column("scenario_no", "id", Text("编号", "No.")),
        Column("lever", "id", Text("变量", "Lever")),
        Column("change", "number", Text("变动", "Change"), optional=True),
        money("middle_minor", "预测中值", "Forecast"),
        money("shift_minor", "比基线", "Against baseline"),
        CHANCE,
        Column("shift_rate", "rate", Text("概率变化", "Chance moves"), unit="points", optional=True),
        Column("doubt_no", "count", Text("存疑排名", "Doubt"), optional=True),
    ),
    Text("假设与情景", "What if"),
)

ALL = (NODES, MONTHS, RECORD, RELIABILITY, TARGETS, CAPACITY, HIRES, CEILINGS, PIPELINE, BUDGET, FEEDBACK, LAUNCHES,
       VERDICTS, SCENARIOS)  # fmt: skip
